//! Running other programs: always from the root of the repository, never with a question asked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::say;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A program with its arguments, to be run from the root without standard input.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null());
    command
}

/// A program whose answer must not depend on the settings of whoever runs the tests.
pub(crate) fn unset(mut command: Command) -> Command {
    let ours = std::env::vars_os().map(|(name, _)| name);
    for name in ours.filter(|name| name.to_string_lossy().starts_with("OMBUD_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command and lets it print.
///
/// # Errors
///
/// The program cannot be started, or ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let text = spell(command);
    say::line(&format!("$ {text}"));
    let status = command
        .status()
        .with_context(|| format!("cannot start `{text}`"))?;
    if !status.success() {
        bail!("`{text}` failed ({status})");
    }
    Ok(())
}

/// Runs a command and returns what it printed on standard output.
///
/// # Errors
///
/// As [`run`]; the message then ends with what the program printed on standard error.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let text = spell(command);
    let output = command
        .output()
        .with_context(|| format!("cannot start `{text}`"))?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{text}` failed ({})\n{}",
            output.status,
            printed.trim_end()
        );
    }
    Ok(output.stdout)
}

/// The folders in which programs are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default()
}

/// The first of the named programs that is installed.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = search_path();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// Builds the program `ombud` and returns its path, which is beside our own.
///
/// # Errors
///
/// It does not build.
pub(crate) fn ombud() -> Result<PathBuf> {
    run(&mut program(
        "cargo",
        &["build", "--locked", "--quiet", "--package", "ombud"],
    ))?;
    Ok(std::env::current_exe()?.with_file_name("ombud"))
}

fn spell(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
