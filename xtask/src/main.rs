//! `cargo xtask`: what the project does to itself. Knows nothing of privacy.
//!
//! Everything that CI checks is a step here, so that a laptop can check it too.

mod browser;
mod command;
mod generate;
mod guides;
mod install;
mod postgres;
mod say;
mod steps;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test                  install what is missing, then run every step
cargo xtask test --only fmt,test  run these steps alone
cargo xtask install               install what the tests need and this machine lacks
cargo xtask generate [--check]    write the generated files, or say which are out of date
cargo xtask tidy                  check sizes, paths, links and the shape of documents";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => steps::run(&steps::all()),
        ["test", "--only", names] => steps::named(names).and_then(|steps| steps::run(&steps)),
        ["install"] => install::install(&install::Need::ALL),
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["tidy"] => tidy::run(),
        _ => {
            say::line(USAGE);
            say::line(&format!("\nsteps of `test`:\n{}", steps::list()));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::line(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
