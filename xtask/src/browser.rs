//! The tests in a real browser, written for Node's own test runner.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::command::{ombud, program, root, run, unset};
use crate::install::chromium;

/// Builds the program and runs every `tests/browser/*.test.mjs` against it.
///
/// # Errors
///
/// The program does not build, no browser is installed, or a test fails.
pub(crate) fn run_tests() -> Result<()> {
    let browser = chromium().context("no Chromium is installed")?;
    let binary = ombud()?;
    let mut tests: Vec<PathBuf> = std::fs::read_dir(root().join("tests/browser"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    tests.sort();
    let mut node = unset(program("node", &["--test", "--test-reporter=spec"]));
    node.args(tests)
        .env("OMBUD_TEST_CHROMIUM", browser)
        .env("OMBUD_TEST_BINARY", &binary);
    if let Some(target) = binary.ancestors().nth(2) {
        node.env("OMBUD_TEST_SCREENSHOTS", target.join("screenshots"));
    }
    run(&mut node)
}
