//! Rules that no compiler knows: sizes, paths, links and the shape of documents.

mod documents;
mod sources;

use std::fs;

use anyhow::{Result, bail};

use crate::command::{output, program, root};
use crate::say;

/// A file of the repository, as it lies in the work tree.
#[derive(Debug)]
struct File {
    /// From the root, with `/` between folders.
    path: String,
    bytes: Vec<u8>,
}

impl File {
    /// The content, or nothing for a picture or another file that is no text.
    fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extensions.contains(&extension))
    }
}

/// Checks every rule on every file that git knows or would take.
///
/// # Errors
///
/// Counts the findings, after printing each with its place.
pub(crate) fn run() -> Result<()> {
    let files = files()?;
    let mut findings = sources::findings(&files);
    findings.extend(documents::findings(&files));
    findings.sort();
    for finding in &findings {
        say::line(finding);
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    say::line(&format!("{} files are tidy", files.len()));
    Ok(())
}

fn files() -> Result<Vec<File>> {
    let listed = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ];
    let paths = String::from_utf8(output(&mut program("git", &listed))?)?;
    let files = paths.split_terminator('\0').filter_map(|path| {
        // A file that is deleted but still in the index is no finding.
        Some(File {
            path: path.to_owned(),
            bytes: fs::read(root().join(path)).ok()?,
        })
    });
    Ok(files.collect())
}
