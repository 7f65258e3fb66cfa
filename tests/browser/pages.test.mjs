// Every page, for every kind of visitor.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launchBrowser, problems, startOmbud } from "./harness.mjs";
import { languages, pages, schemes, sizes } from "./pages.mjs";

describe("public pages", { concurrency: 2 }, () => {
  let browser;
  let ombud;
  before(async () => {
    ombud = await startOmbud();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await ombud?.stop();
  });

  const address = (path) =>
    ombud.address + path.replace(/\{(\w+)\}/g, (_, version) => ombud.versions[version]);

  for (const { name, path, status } of pages) {
    for (const language of languages) {
      for (const size of sizes) {
        for (const scheme of schemes) {
          const title = [name, language.code, size.name, scheme].join("-");
          test(title, async () => {
            const visitor = { status, language, size, scheme, screenshot: title };
            assert.deepEqual(await problems(browser, address(path), visitor), []);
          });
        }
        test(`${name}-${language.code}-${size.name}, no JavaScript`, async () => {
          const visitor = { status, language, size, javaScript: false };
          assert.deepEqual(await problems(browser, address(path), visitor), []);
        });
      }
    }
  }
});

test("the page of a demo that is not filled yet", async (t) => {
  const ombud = await startOmbud({ filled: false });
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    await ombud.stop();
  });
  for (const [language, size, scheme] of languages.map((each, n) => [each, sizes[n], schemes[n]])) {
    const screenshot = ["filling", language.code, size.name, scheme].join("-");
    const visitor = { language, size, scheme, screenshot, still: true };
    assert.deepEqual(await problems(browser, `${ombud.address}/board`, visitor), []);
  }
});
