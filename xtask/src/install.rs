//! Installs what the tests need and this machine lacks: Debian packages and npm modules, no more.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};

use crate::command::{find, output, program, root, run, search_path};
use crate::say;

/// Something that a step needs beside the Rust toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A PostgreSQL server, started and stopped by the tests themselves.
    Postgres,
    /// A browser.
    Chromium,
    /// Node.js, npm, and the modules of `tests/browser`.
    Node,
}

impl Need {
    /// Everything that any step needs.
    pub(crate) const ALL: [Self; 3] = [Self::Postgres, Self::Chromium, Self::Node];

    fn found(self) -> bool {
        match self {
            Self::Postgres => postgres_folder().is_some(),
            Self::Chromium => chromium().is_some(),
            Self::Node => find(&["node"]).is_some() && find(&["npm"]).is_some(),
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgresql"],
            // Without a font every letter in a screenshot is an empty box.
            Self::Chromium => &["chromium", "fonts-liberation"],
            Self::Node => &["nodejs", "npm"],
        }
    }
}

/// The folder that holds `initdb` and `postgres`; Debian keeps them off the search path.
pub(crate) fn postgres_folder() -> Option<PathBuf> {
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    debian
        .into_iter()
        .rev()
        .chain(search_path())
        .find(|folder| {
            ["initdb", "postgres"]
                .iter()
                .all(|program| folder.join(program).is_file())
        })
}

/// The browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    find(&["chromium", "chromium-browser", "google-chrome"])
}

/// Installs what is missing of `needs`, and says so first.
///
/// # Errors
///
/// Something is missing and cannot be installed here; the message gives the command to run.
pub(crate) fn install(needs: &[Need]) -> Result<()> {
    let missing: Vec<&str> = Need::ALL
        .iter()
        .filter(|need| needs.contains(need) && !need.found())
        .flat_map(|need| need.packages())
        .copied()
        .collect();
    if missing.is_empty() {
        say::line("no Debian package is missing");
    } else {
        debian(&missing)?;
    }
    if needs.contains(&Need::Node) {
        modules()
    } else {
        Ok(())
    }
}

fn debian(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("apt-get update && apt-get install --no-install-recommends {list}");
    if find(&["apt-get"]).is_none() {
        bail!(
            "the tests need what Debian packages as `{list}`, and this machine has no apt-get\n\
             hint: install the same programs with the machine's own package manager"
        );
    }
    if !is_root()? {
        bail!(
            "the tests need the Debian packages `{list}`, and only root can install them\n\
             hint: run this as root, once: {by_hand}"
        );
    }
    say::line(&format!(
        "installing Debian packages, which takes minutes: {list}"
    ));
    // What apt says of its three thousand steps helps no one; its errors are shown.
    let apt = |arguments: &[&str]| {
        let mut command = program("apt-get", arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    output(&mut apt(&["update", "--quiet", "--quiet"]))
        .and_then(|_| output(apt(&["install", "--yes", "--no-install-recommends"]).args(packages)))
        .map(drop)
        .map_err(|error| anyhow!("{error:#}\nhint: try it by hand: {by_hand}"))
}

/// Whether this process may install packages, and must not run a PostgreSQL server itself.
pub(crate) fn is_root() -> Result<bool> {
    Ok(output(&mut program("id", &["-u"]))?.trim_ascii() == b"0")
}

/// `npm ci` for the browser tests, unless what is installed is newer than the lock file.
fn modules() -> Result<()> {
    let folder = root().join("tests/browser");
    let age = |name: &str| {
        folder
            .join(name)
            .metadata()
            .and_then(|file| file.modified())
            .ok()
    };
    if age("node_modules/.package-lock.json") >= age("package-lock.json") {
        say::line("the npm modules of tests/browser are up to date");
        return Ok(());
    }
    say::line("installing the npm modules of tests/browser/package-lock.json");
    let arguments = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    run(program("npm", &arguments).current_dir(folder))
}
