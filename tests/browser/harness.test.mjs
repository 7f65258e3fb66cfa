// The harness itself: a good page passes, and each planted fault is found.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { launchBrowser, problems } from "./harness.mjs";
import { languages, sizes } from "./pages.mjs";

const [language] = languages;
const [size] = sizes;

const page = (body, { lang = "en", head = "" } = {}) =>
  `<!doctype html><html lang="${lang}"><head><title>Test</title>` +
  `<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">${head}</head>` +
  `<body><main><h1>Test</h1>${body}</main></body></html>`;

const good = page('<p>All is <a href="/good">well</a>, and <a href="/good">here</a> too.</p>');
const faults = [
  { fault: "a picture without text", html: page('<img src="data:,">'), finds: /axe image-alt/ },
  { fault: "a field without label", html: page('<input name="a">'), finds: /axe label/ },
  { fault: "grey on grey", html: page('<p style="color:#999;background:#888">Hm</p>'), finds: /axe color-contrast/ },
  { fault: "a button too small to hit", html: page('<button style="width:9px;height:9px;padding:0">x</button><button style="width:9px;height:9px;padding:0">y</button>'), finds: /axe target-size/ },
  { fault: "a focus that cannot be seen", html: page('<a href="/" style="outline:none">Home</a>'), finds: /focus cannot be seen on a "Home"/ },
  { fault: "a focus under a banner", html: page('<a href="/">Home</a><div style="position:fixed;inset:0;background:#fff">Banner</div>'), finds: /a "Home" is hidden or covered/ },
  { fault: "a focus off the screen", html: page('<a href="/" style="position:fixed;left:-999px">Home</a>'), finds: /a "Home" is hidden or covered/ },
  { fault: "the wrong language", html: page("<p>Hei</p>", { lang: "nb" }), finds: /language is "nb", not "en"/ },
  { fault: "no content", html: '<!doctype html><html lang="en"><title>Test</title><body></body></html>', finds: /main is empty/ },
  { fault: "two main headings", html: page("<h1>Again</h1>"), finds: /not exactly one h1/ },
  { fault: "wider than the screen", html: page('<div style="width:400px">wide</div>'), finds: /scrolls sideways: 408 px in 360 px/ },
  { fault: "an error in a script", html: page("", { head: "<script>missing()</script>" }), finds: /script: missing is not defined/ },
  { fault: "an error on the console", html: page("", { head: '<script>console.error("oh")</script>' }), finds: /console: oh/ },
  { fault: "a style sheet that is not there", html: page("", { head: '<link rel="stylesheet" href="/none.css">' }), finds: /console: .*404/ },
  { fault: "a page that asks for JavaScript", html: page("<noscript>Turn on JavaScript</noscript>"), finds: /asks for JavaScript/ },
  { fault: "content that a script writes", html: page("", {}).replace("<h1>Test</h1>", '<script>document.querySelector("main").innerHTML = "<h1>Test</h1>"</script>'), finds: /main is empty/, javaScript: false },
];

let browser;
let server;
let address;
before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const html = pathname === "/good" ? good : faults[Number(pathname.slice(1))]?.html;
    response.writeHead(html ? 200 : 404, {
      "content-type": "text/html; charset=utf-8",
      // The good page forbids scripts, as ours do; the harness must look at it all the same.
      ...(html === good && { "content-security-policy": "default-src 'none'; img-src data:" }),
    });
    response.end(html ?? page("<p>Not found</p>"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${server.address().port}`;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  server?.close();
});

test("a good page has no problem", async () => {
  for (const javaScript of [true, false]) {
    assert.deepEqual(await problems(browser, `${address}/good`, { language, size, javaScript }), []);
  }
});

test("a page that is not there is a problem", async () => {
  const found = await problems(browser, `${address}/none`, { language, size });
  assert.match(found.join("\n"), /status 404/);
});

for (const [index, { fault, html, finds, ...visitor }] of faults.entries()) {
  test(`found: ${fault}`, async () => {
    const found = await problems(browser, `${address}/${index}`, { language, size, ...visitor });
    assert.match(found.join("\n"), finds, html);
  });
}
