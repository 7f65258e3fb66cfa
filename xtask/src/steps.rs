//! The steps of `cargo xtask test`, in the order of how soon they can fail.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::{find, program, run as run_command};
use crate::install::{Need, install};
use crate::postgres::Cluster;
use crate::{browser, generate, guides, say, tidy};

/// One thing that must hold before a change is taken.
#[derive(Debug)]
pub(crate) struct Step {
    name: &'static str,
    holds: &'static str,
    needs: &'static [Need],
    check: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        holds: "every file is formatted",
        needs: &[],
        check: fmt,
    },
    Step {
        name: "tidy",
        holds: "sizes, paths, links, shapes",
        needs: &[],
        check: tidy::run,
    },
    Step {
        name: "clippy",
        holds: "no warning in any target",
        needs: &[],
        check: clippy,
    },
    Step {
        name: "test",
        holds: "all tests, on both databases",
        needs: &[Need::Postgres],
        check: test,
    },
    Step {
        name: "doc",
        holds: "documentation builds, its examples run",
        needs: &[],
        check: doc,
    },
    Step {
        name: "generated",
        holds: "generated files are up to date",
        needs: &[],
        check: generate::check,
    },
    Step {
        name: "guides",
        holds: "the guides do what they say",
        needs: &[],
        check: guides::run,
    },
    Step {
        name: "browser",
        holds: "pages in a real browser",
        needs: &[Need::Chromium, Need::Node],
        check: browser::run_tests,
    },
    Step {
        name: "bench",
        holds: "benchmarks compile without a warning",
        needs: &[],
        check: bench,
    },
];

/// Every step.
pub(crate) fn all() -> Vec<&'static Step> {
    STEPS.iter().collect()
}

/// The steps named in a comma-separated list, in the order of the table.
///
/// # Errors
///
/// A name that no step has.
pub(crate) fn named(names: &str) -> Result<Vec<&'static Step>> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        bail!("no step is named `{unknown}`; the steps are:\n{}", list());
    }
    Ok(STEPS
        .iter()
        .filter(|step| names.contains(&step.name))
        .collect())
}

/// The table of steps, for people.
pub(crate) fn list() -> String {
    let lines: Vec<String> = STEPS
        .iter()
        .map(|step| format!("  {:<10} {}", step.name, step.holds))
        .collect();
    lines.join(
        "
",
    )
}

/// Installs what the steps need, runs every one even after a failure, and prints the table.
///
/// # Errors
///
/// Names the steps that failed.
pub(crate) fn run(steps: &[&Step]) -> Result<()> {
    let began = Instant::now();
    let needs: Vec<Need> = steps.iter().flat_map(|step| step.needs).copied().collect();
    let mut results = Vec::new();
    results.push(("install", timed("install", || install(&needs))));
    for step in steps {
        results.push((step.name, timed(step.name, step.check)));
    }

    say::line("\nstep       result      time");
    for (name, (outcome, took)) in &results {
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        say::line(&format!(
            "{name:<10} {word:<6} {:>7.1} s",
            took.as_secs_f64()
        ));
    }
    let failed: Vec<&str> = results
        .iter()
        .filter(|(_, (outcome, _))| outcome.is_err())
        .map(|(name, _)| *name)
        .collect();
    if !failed.is_empty() {
        bail!(
            "{} of {} steps failed: {}",
            failed.len(),
            results.len(),
            failed.join(", ")
        );
    }
    say::line(&format!(
        "all {} steps passed in {:.0} s",
        results.len(),
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn timed(name: &str, check: impl FnOnce() -> Result<()>) -> (Result<()>, Duration) {
    say::line(&format!("\n=== {name}"));
    let began = Instant::now();
    let outcome = check();
    if let Err(error) = &outcome {
        say::line(&format!("{name}: {error:#}"));
    }
    (outcome, began.elapsed())
}

fn fmt() -> Result<()> {
    run_command(&mut program("cargo", &["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let scope = [
        "clippy",
        "--locked",
        "--workspace",
        "--exclude",
        "ombud-bench",
        "--all-targets",
    ];
    run_command(program("cargo", &scope).args(["--", "-D", "warnings"]))
}

fn bench() -> Result<()> {
    let scope = [
        "clippy",
        "--locked",
        "--package",
        "ombud-bench",
        "--all-targets",
    ];
    run_command(program("cargo", &scope).args(["--", "-D", "warnings"]))
}

fn test() -> Result<()> {
    let given = std::env::var_os(DATABASE).is_some();
    let cluster = if given { None } else { Some(Cluster::start()?) };
    let scope = [
        "--locked",
        "--workspace",
        "--exclude",
        "ombud-bench",
        "--no-fail-fast",
    ];
    let runner: &[&str] = match find(&["cargo-nextest"]) {
        Some(_) => &["nextest", "run"],
        // Examples in the documentation are run by the step `doc`.
        None => &["test", "--lib", "--bins", "--tests"],
    };
    let mut command = program("cargo", runner);
    command.args(scope);
    if let Some(cluster) = &cluster {
        command.env(DATABASE, cluster.url());
    }
    run_command(&mut command)?;
    // Too long for every run by hand.
    let mut crash = program("cargo", &["test", "--locked", "--package", "ombud"]);
    run_command(crash.args(["--test", "ombud", "--", "--ignored", "hundreds_of_kills"]))
}

/// Where the tests find a PostgreSQL server; set by hand, it is used as it is.
const DATABASE: &str = "OMBUD_TEST_POSTGRES";

fn doc() -> Result<()> {
    let scope = ["--locked", "--workspace", "--exclude", "ombud-bench"];
    let mut build = program("cargo", &["doc", "--no-deps"]);
    run_command(build.args(scope).env("RUSTDOCFLAGS", "-D warnings"))?;
    run_command(program("cargo", &["test", "--doc"]).args(scope))
}
