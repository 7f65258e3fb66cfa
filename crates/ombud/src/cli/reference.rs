//! Pages of the reference, generated from the code so that they cannot drift.

use std::fmt::Write as _;

use clap::CommandFactory as _;
use ombud_core::decision::Reason;

use super::Cli;

/// Every command with its options, as Markdown.
pub(super) fn cli() -> String {
    let mut text = "# Commands\n\nGenerated from the program; do not edit.\n".to_owned();
    describe(&mut Cli::command().term_width(80), "ombud", &mut text);
    text
}

fn describe(command: &mut clap::Command, name: &str, text: &mut String) {
    let help = command
        .clone()
        .bin_name(name)
        .render_long_help()
        .to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a string cannot fail.
    let written = write!(
        text,
        "\n## `{name}`\n\n```text\n{}\n```\n",
        lines.join("\n").trim()
    );
    debug_assert!(written.is_ok(), "a string takes all that is written");
    for inner in command
        .get_subcommands_mut()
        .filter(|inner| !inner.is_hide_set())
    {
        if inner.get_name() != "help" {
            let name = format!("{name} {}", inner.get_name());
            describe(inner, &name, text);
        }
    }
}

/// Every lint rule, as Markdown.
pub(super) fn lints() -> String {
    let table = ombud_core::statement::check::reference();
    format!("# Lints\n\nGenerated from the program; do not edit.\n\n{table}")
}

/// Every reason of a no, as Markdown.
pub(super) fn reasons() -> String {
    let mut text = "# Reasons of a no\n\nGenerated from the program; do not edit.\n\n\
                    | reason | means | source |\n| --- | --- | --- |\n"
        .to_owned();
    for reason in Reason::ALL {
        let written = writeln!(
            text,
            "| `{}` | {} | {} |",
            reason.name(),
            reason.explain(),
            reason.article()
        );
        debug_assert!(written.is_ok(), "a string takes all that is written");
    }
    text
}
