// Every public page. A page that the program gains is added here, and so is tested in each
// language, size and colour scheme, with and without JavaScript. `{old}` and `{current}` stand for the
// two versions of the statement.

export const pages = [
  { name: "statement", path: "/" },
  { name: "board", path: "/board" },
  { name: "forecast", path: "/forecast" },
  { name: "cookies", path: "/cookies" },
  { name: "versions", path: "/versions" },
  { name: "version", path: "/versions/2026-03-18" },
  { name: "old-version", path: "/versions/{old}" },
  { name: "diff", path: "/versions/{old}/{current}" },
  { name: "problems", path: "/problems" },
  { name: "problem", path: "/problems/undeclared" },
  { name: "error", path: "/no-such-page", status: 404 },
];

export const languages = [
  { code: "en", locale: "en-GB" },
  { code: "nb", locale: "nb-NO" },
];

export const sizes = [
  { name: "phone", width: 360, height: 740 },
  { name: "desktop", width: 1280, height: 900 },
];

export const schemes = ["light", "dark"];
