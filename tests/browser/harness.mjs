// Starts the browser and the program, and says what is wrong with a page.

import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

// Filling in four years of synthetic people takes the program a while when it is not optimised.
const PATIENCE_MS = 300_000;
const target = fileURLToPath(new URL("../../target/", import.meta.url));
const bundled = fileURLToPath(new URL("../../statements/visma-software/", import.meta.url));
const binary = process.env.OMBUD_TEST_BINARY ?? join(target, "debug", "ombud");

export const screenshots = process.env.OMBUD_TEST_SCREENSHOTS ?? join(target, "screenshots");

// WCAG 2.2 to level AA, and what axe calls best practice.
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Chromium runs as root in a container, and must not call home from a test.
export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.OMBUD_TEST_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

// What an earlier version of the bundled statement said otherwise: of each kind of change to people
// something, of the header, an activity and the prose.
const earlier = [
  ["statement.toml", 'effective = "2026-03-18"', 'effective = "2025-01-01"'],
  ["statement.toml", "+47 46 40 40 00", "+47 46 40 40 01"],
  ["activities/profiling.toml", '"dpv:PersonalisedAdvertising", ', ""],
  ["activities/feedback.toml", "3 years after collection", "4 years after collection"],
  ["text/en.md", "we need it for", "we use it for"],
  ["text/nb.md", "hva vi trenger dem til", "hva vi bruker dem til"],
];

// Adopts that version and then the bundled one; returns what the two are called.
async function adoptVersions(data, folder) {
  await cp(bundled, folder, { recursive: true });
  for (const [file, now, before] of earlier) {
    const path = join(folder, file);
    const text = await readFile(path, "utf8");
    if (!text.includes(now)) throw new Error(`${file} does not say "${now}"`);
    await writeFile(path, text.replace(now, before));
  }
  let history;
  for (const statement of [folder, bundled]) {
    const options = ["statement", "adopt", "--statement", statement, "--data", data];
    history = await promisify(execFile)(binary, options);
  }
  const [old, current] = history.stdout.trim().split("\n").map((line) => line.split(" ")[0]);
  return { old, current };
}

// Starts `ombud serve --demo` on a folder without people, under the second of two versions, and waits
// until it is ready, or only until it listens and fills in its people.
export async function startOmbud({ filled = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "ombud-browser-"));
  const data = join(folder, "data");
  const versions = await adoptVersions(data, join(folder, "statement"));
  const options = ["serve", "--demo", "--listen", "127.0.0.1:0", "--data", data];
  const server = spawn(binary, options, { env: { PATH: process.env.PATH, OMBUD_LOG: "warn" } });
  const ended = new Promise((resolve) => server.once("close", resolve));
  let printed = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream.on("data", (bytes) => (printed += bytes));
  }
  server.on("error", (error) => (printed += error.message));
  process.once("exit", () => server.kill("SIGKILL"));

  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const address = await within("address", () => /listening on (http:\/\/[\w.:]+)/.exec(printed)?.[1]);
    if (filled) await within("readiness", async () => (await fetch(`${address}/readyz`)).ok);
    return { address, versions, stop };
  } catch (error) {
    await stop();
    throw new Error(`${error.message}; \`${binary} serve\` printed:\n${printed}`);
  }

  async function within(what, ask) {
    const end = Date.now() + PATIENCE_MS;
    while (Date.now() < end && server.exitCode === null && server.pid) {
      const answer = await Promise.resolve().then(ask).catch(() => undefined);
      if (answer) return answer;
      await sleep(100);
    }
    throw new Error(`no ${what} after ${PATIENCE_MS / 1000} s, or it has ended`);
  }
}

// Opens a page as one visitor would and returns a line for everything that is wrong with it.
export async function problems(browser, url, visitor) {
  const { status = 200, language, size, scheme = "light", javaScript = true, screenshot } = visitor;
  const { still = false } = visitor;
  const context = await browser.newContext({
    locale: language.locale,
    viewport: { width: size.width, height: size.height },
    colorScheme: scheme,
    // Else a smooth scroll is still under way when the focus is looked at.
    reducedMotion: "reduce",
    javaScriptEnabled: javaScript,
  });
  try {
    const page = await context.newPage();
    // A page that measures every record takes a while when the program is not optimised.
    page.setDefaultNavigationTimeout(PATIENCE_MS);
    const found = [];
    page.on("console", (message) => {
      // A page that is meant to say "not found" is no error of its own.
      const expected = status !== 200 && message.location().url === url;
      if (message.type() === "error" && !expected) found.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => found.push(`script: ${error.message}`));
    page.on("requestfailed", (request) => found.push(`not loaded: ${request.url()}`));

    if (still) await page.route(url, withoutRefresh);
    const response = await page.goto(url);
    if (response.status() !== status) found.push(`status ${response.status()}, not ${status}`);
    if (screenshot) {
      const path = (part) => join(screenshots, `${screenshot}-${part}.png`);
      await page.screenshot({ path: path("top") });
      await page.screenshot({ path: path("whole"), fullPage: true });
    }
    found.push(...(await page.evaluate(structure, language.code)));
    if (javaScript) found.push(...(await violations(page)), ...(await keyboard(page)));
    return found;
  } finally {
    await context.close();
  }
}

// A page that loads itself anew cannot be looked at for long.
async function withoutRefresh(route) {
  const response = await route.fetch();
  const { refresh, ...headers } = response.headers();
  if (!refresh) throw new Error("the page does not load itself anew");
  await route.fulfill({ response, headers });
}

// Runs in the page.
function structure(language) {
  const found = [];
  const root = document.documentElement;
  if (root.lang !== language) found.push(`language is "${root.lang}", not "${language}"`);
  if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
  if (!document.querySelector("main")?.innerText.trim()) found.push("main is empty");
  if (document.querySelector("noscript")) found.push("asks for JavaScript");
  if (root.scrollWidth > root.clientWidth) {
    found.push(`scrolls sideways: ${root.scrollWidth} px in ${root.clientWidth} px`);
  }
  return found;
}

async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.map((node) => node.target.join(" ")).slice(0, 5);
    return `axe ${id}: ${help} (${nodes.length}: ${places.join(", ")})`;
  });
}

// Tabs through the page once. Whoever has no mouse must see where they are (WCAG 2.4.7, 2.4.11).
async function keyboard(page) {
  const found = new Set();
  for (let stop = 0; stop < 500; stop++) {
    await page.keyboard.press("Tab");
    const problem = await page.evaluate(focus);
    if (problem === "end") return [...found];
    if (problem) found.add(problem);
  }
  return ["keyboard: the focus never leaves the page"];
}

// Runs in the page.
function focus() {
  const element = document.activeElement;
  if (element === document.body || element.dataset.seen) return "end";
  element.dataset.seen = "yes";
  const name = `${element.localName} "${element.innerText?.trim().slice(0, 40)}"`;
  const style = getComputedStyle(element);
  if (style.outlineStyle === "none" || style.outlineWidth === "0px") {
    return `keyboard: the focus cannot be seen on ${name}`;
  }
  const [box] = element.getClientRects();
  const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!top || !(element.contains(top) || top.contains(element))) {
    return `keyboard: ${name} is hidden or covered when it has the focus`;
  }
  return "";
}
