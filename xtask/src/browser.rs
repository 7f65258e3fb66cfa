//! The tests in a real browser, written for Node's own test runner.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::command::{program, root, run};
use crate::install::chromium;

/// Builds the program and runs every `tests/browser/*.test.mjs` against it.
///
/// # Errors
///
/// The program does not build, no browser is installed, or a test fails.
pub(crate) fn run_tests() -> Result<()> {
    let browser = chromium().context("no Chromium is installed")?;
    run(&mut program(
        "cargo",
        &["build", "--locked", "--package", "ombud"],
    ))?;
    let mut tests: Vec<PathBuf> = std::fs::read_dir(root().join("tests/browser"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    tests.sort();
    run(program("node", &["--test", "--test-reporter=spec"])
        .args(tests)
        .env("OMBUD_TEST_CHROMIUM", browser))
}
