//! Files in the repository that the program itself writes: reference pages, schemas.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::command::{ombud, output, program, root, unset};
use crate::say;

/// What to ask of the program, and the file that holds its answer.
struct Generated {
    arguments: &'static [&'static str],
    path: &'static str,
}

const fn row(arguments: &'static [&'static str], path: &'static str) -> Generated {
    Generated { arguments, path }
}

/// One row a file; a new file is a new row.
#[rustfmt::skip]
const FILES: &[Generated] = &[
    row(&["reference", "cli"],     "docs/book/reference/cli.md"),
    row(&["reference", "lints"],   "docs/book/reference/lints.md"),
    row(&["reference", "reasons"], "docs/book/reference/reasons.md"),
    row(&["openapi"],              "docs/book/reference/openapi.json"),
    row(&["schema", "statement"],  "docs/book/reference/schema/statement.json"),
    row(&["schema", "activity"],   "docs/book/reference/schema/activity.json"),
    row(&["schema", "cookies"],    "docs/book/reference/schema/cookies.json"),
    row(&["schema", "promises"],   "docs/book/reference/schema/promises.json"),
    row(&["schema", "decisions"],  "docs/book/reference/schema/decisions.json"),
];

/// Writes every generated file.
///
/// # Errors
///
/// The program does not build, a command fails, or a file cannot be written.
pub(crate) fn write() -> Result<()> {
    for (path, text) in contents()? {
        let target = root().join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&target, text).with_context(|| format!("cannot write `{path}`"))?;
        say::line(&format!("wrote {path}"));
    }
    Ok(())
}

/// Compares every generated file with what the program would write now.
///
/// # Errors
///
/// Names the files that differ or are missing.
pub(crate) fn check() -> Result<()> {
    let contents = contents()?;
    let stale: Vec<&str> = contents
        .iter()
        .filter(|(path, text)| fs::read(root().join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| *path)
        .collect();
    if !stale.is_empty() {
        bail!(
            "out of date: {}\nhint: run `cargo xtask generate`",
            stale.join(", ")
        );
    }
    say::line(&format!(
        "{} generated files are up to date",
        contents.len()
    ));
    Ok(())
}

fn contents() -> Result<Vec<(&'static str, Vec<u8>)>> {
    let ombud = ombud()?;
    FILES
        .iter()
        .map(|file| {
            Ok((
                file.path,
                output(&mut unset(program(&ombud, file.arguments)))?,
            ))
        })
        .collect()
}
