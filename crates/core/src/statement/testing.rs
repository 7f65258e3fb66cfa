//! A small statement for tests: two activities, two languages, nothing wrong in it.

use super::{Folder, Statement, load};
use crate::diagnostic::Diagnostic;

const FILES: [(&str, &str); 5] = [
    ("statement.toml", include_str!("testing/statement.toml")),
    ("activities/news.toml", include_str!("testing/news.toml")),
    ("activities/jobs.toml", include_str!("testing/jobs.toml")),
    ("text/en.md", include_str!("testing/en.md")),
    ("text/nb.md", include_str!("testing/nb.md")),
];

/// The small statement with some of its words replaced: file, old, new. Each must be there.
pub(super) fn changed(changes: &[(&str, &str, &str)]) -> Result<Statement, Vec<Diagnostic>> {
    changed_with(&[], changes)
}

/// As [`changed`], with more files.
pub(super) fn changed_with(
    more: &[(&str, &str)],
    changes: &[(&str, &str, &str)],
) -> Result<Statement, Vec<Diagnostic>> {
    let files = FILES.iter().chain(more);
    let mut files: Vec<_> = files
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect();
    for (file, old, new) in changes {
        let (_, text) = files
            .iter_mut()
            .find(|(name, _)| name == file)
            .unwrap_or_else(|| panic!("there is no {file}"));
        assert!(text.contains(old), "`{old}` does not stand in {file}");
        *text = text.replacen(old, new, 1);
    }
    load(Folder::new(files))
}

/// As [`changed`], where nothing is wrong.
pub(super) fn with(changes: &[(&str, &str, &str)]) -> Statement {
    changed(changes).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

/// The small statement.
pub(super) fn statement() -> Statement {
    with(&[])
}
