//! Paths and links in documents resolve, and documents with a fixed shape keep it.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::File;

/// Documents that are maps: every path that they name in code font must exist.
const MAPS: &[&str] = &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
const BOOK: &str = "docs/book/";
const DECISIONS: &str = "docs/adr/";
const DECISION_SECTIONS: &[&str] = &[
    "Context",
    "Decision",
    "Options",
    "Evidence",
    "What would change our mind",
];

/// What the rules look at in one document.
#[derive(Debug, Default)]
struct Document {
    headings: Vec<(HeadingLevel, String)>,
    links: Vec<String>,
    code: Vec<String>,
}

/// Every finding, as one line with its place.
pub(super) fn findings(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    // The prose of a statement has a language of its own, and its own checker.
    let texts: BTreeMap<&str, &str> = files
        .iter()
        .filter(|file| file.has_extension(&["md"]) && !file.path.starts_with("statements/"))
        .filter_map(|file| Some((file.path.as_str(), file.text()?)))
        .collect();
    let documents: BTreeMap<&str, Document> = texts
        .iter()
        .map(|(path, text)| (*path, read(text)))
        .collect();

    let mut findings = Vec::new();
    for (path, document) in &documents {
        findings.extend(document.links.iter().filter_map(|link| {
            let problem = broken(path, link, &paths, &documents)?;
            Some(format!("{path}: the link `{link}` {problem}"))
        }));
        if MAPS.contains(path) {
            let absent = |code: &&String| names_a_path(code) && !exists(code, &paths);
            let absent = document.code.iter().filter(absent);
            findings.extend(absent.map(|code| format!("{path}: `{code}` does not exist")));
        }
    }
    findings.extend(decisions(&documents));
    findings.extend(book(&documents));
    findings.extend(
        texts
            .get("CHANGELOG.md")
            .map(|text| changelog(text))
            .unwrap_or_default(),
    );
    findings
}

fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut heading: Option<(HeadingLevel, String)> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        if let Event::Start(Tag::Heading { level, .. }) = &event {
            heading = Some((*level, String::new()));
        }
        if let Event::End(TagEnd::Heading(_)) = &event {
            document.headings.extend(heading.take());
        }
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = &event {
            document.links.push(dest_url.to_string());
        }
        if let Event::Code(code) = &event {
            document.code.push(code.to_string());
        }
        if let (Some((_, title)), Event::Text(words) | Event::Code(words)) = (&mut heading, &event)
        {
            title.push_str(words);
        }
    }
    document
}

/// What is wrong with a link, if anything is. Addresses on the web are not asked.
fn broken(
    from: &str,
    link: &str,
    paths: &BTreeSet<&str>,
    documents: &BTreeMap<&str, Document>,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, None), |(path, id)| (path, Some(id)));
    let target = if path.is_empty() {
        from.to_owned()
    } else {
        resolve(from, path)
    };
    if !exists(&target, paths) {
        return Some("leads nowhere".to_owned());
    }
    let anchor = anchor?;
    let document = documents.get(target.as_str())?;
    let found = document
        .headings
        .iter()
        .any(|(_, title)| slug(title) == anchor);
    (!found).then(|| format!("names no heading of `{target}`"))
}

/// The target of a relative link, as a path from the root.
fn resolve(from: &str, link: &str) -> String {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

/// Whether a path names a file, or a folder with a file in it.
fn exists(path: &str, paths: &BTreeSet<&str>) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    paths.contains(path) || paths.iter().any(|known| known.starts_with(&folder))
}

/// Whether a piece of code names a path of the repository: folders, no blanks, and neither a
/// route (`/board`) nor something that a run leaves behind (`target/`).
fn names_a_path(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    code.contains('/')
        && code.chars().all(plain)
        && !code.starts_with('/')
        && !code.starts_with("target/")
}

/// The anchor that a heading gets on the web.
fn slug(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Decisions are numbered without a gap and answer the same questions in the same order.
fn decisions(documents: &BTreeMap<&str, Document>) -> Vec<String> {
    let mut findings = Vec::new();
    let records = documents
        .iter()
        .filter(|(path, _)| path.starts_with(DECISIONS));
    for (number, (path, document)) in (1..).zip(records) {
        if !path.starts_with(&format!("{DECISIONS}{number:04}-")) {
            findings.push(format!(
                "{path}: the next decision has the number {number:04}"
            ));
        }
        let sections: Vec<&str> = titles(document, HeadingLevel::H2).collect();
        if sections != DECISION_SECTIONS {
            findings.push(format!(
                "{path}: its sections are not {}",
                DECISION_SECTIONS.join(", ")
            ));
        }
    }
    findings
}

/// The book's table of contents lists every page of the book.
fn book(documents: &BTreeMap<&str, Document>) -> Vec<String> {
    let contents = format!("{BOOK}SUMMARY.md");
    let listed: BTreeSet<String> = documents
        .get(contents.as_str())
        .map(|document| {
            document
                .links
                .iter()
                .map(|link| resolve(&contents, link))
                .collect()
        })
        .unwrap_or_default();
    documents
        .keys()
        .filter(|path| path.starts_with(BOOK) && **path != contents && !listed.contains(**path))
        .map(|path| format!("{path}: is not listed in {contents}"))
        .collect()
}

fn titles(document: &Document, wanted: HeadingLevel) -> impl Iterator<Item = &str> {
    document
        .headings
        .iter()
        .filter(move |(level, _)| *level == wanted)
        .map(|(_, title)| &**title)
}

/// The shape of <https://keepachangelog.com>, and a star for a change that can alter an answer.
fn changelog(text: &str) -> Vec<String> {
    let kinds = [
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    ];
    let mut findings = Vec::new();
    let mut releases = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut report = |problem: &str| findings.push(format!("CHANGELOG.md:{number}: {problem}"));
        if let Some(release) = line.strip_prefix("## ") {
            releases.push(release);
            let first = releases.len() == 1;
            if first != (release == "[Unreleased]") {
                report("the first release, and no other, is `[Unreleased]`");
            } else if !first && !is_release(release) {
                report("a release is written `## [1.2.3] - 2026-01-31`");
            }
        } else if let Some(kind) = line.strip_prefix("### ") {
            if !kinds.contains(&kind) {
                report(&format!("`{kind}` is none of {}", kinds.join(", ")));
            }
        } else if !releases.is_empty() && !line.is_empty() && !is_entry(line) {
            report("an entry starts with `- `, or `- ★ ` if it can alter an answer");
        }
    }
    if releases.is_empty() {
        findings.push("CHANGELOG.md: has no `## [Unreleased]`".to_owned());
    }
    findings
}

fn is_entry(line: &str) -> bool {
    let continued = line.starts_with("  ");
    let star = line.chars().filter(|c| *c == '★').count();
    continued && star == 0
        || line.starts_with("- ★ ") && star == 1
        || line.starts_with("- ") && star == 0
}

fn is_release(title: &str) -> bool {
    let digits = |text: &str, length: usize| {
        text.len() == length && text.chars().all(|c| c.is_ascii_digit())
    };
    let Some((version, date)) = title
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] - "))
    else {
        return false;
    };
    let version: Vec<&str> = version.split('.').collect();
    let date: Vec<&str> = date.split('-').collect();
    version.len() == 3
        && version.iter().all(|part| part.parse::<u32>().is_ok())
        && matches!(date.as_slice(), [year, month, day]
            if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files
            .iter()
            .map(|(path, text)| File {
                path: (*path).to_owned(),
                bytes: text.as_bytes().to_vec(),
            })
            .collect();
        findings(&files)
    }

    #[test]
    fn links_resolve_or_are_found() {
        let other = ("docs/other.md", "# Title\n\n## Two words, and `code`");
        #[rustfmt::skip]
        let rows = [
            ("a file beside",       "[a](other.md)",                            0),
            ("a file above",        "[a](../README.md)",                        0),
            ("a folder",            "[a](../docs)",                             0),
            ("a heading there",     "[a](other.md#two-words-and-code)",         0),
            ("a heading here",      "# Here\n\n[a](#here)",                     0),
            ("the web",             "[a](https://example.com/none)",            0),
            ("mail",                "[a](mailto:anna@example.com)",             0),
            ("an example in code",  "`[a](none.md)`",                           0),
            ("an example in fence", "```\n[a](none.md)\n```",                   0),
            ("no such file",        "[a](none.md)",                             1),
            ("no such picture",     "![a](none.png)",                           1),
            ("no such heading",     "[a](other.md#three)",                      1),
            ("the wrong folder",    "[a](docs/other.md)",                       1),
        ];
        for (shows, text, count) in rows {
            let files = [("README.md", "x"), other, ("docs/this.md", text)];
            assert_eq!(found(&files).len(), count, "{shows}: {:?}", found(&files));
        }
    }

    #[test]
    fn a_map_names_only_what_exists() {
        #[rustfmt::skip]
        let rows = [
            ("a file",             "`crates/core/src/lib.rs`", 0),
            ("a folder",           "`crates/core/`",           0),
            ("a route",            "`/board`",                 0),
            ("a call",             "`POST /may`",              0),
            ("what a run leaves",  "`target/screenshots/`",    0),
            ("a file gone",        "`crates/core/src/gone.rs`", 1),
            ("part of a name",     "`crates/co`",              1),
        ];
        for (shows, text, count) in rows {
            let map = [("ARCHITECTURE.md", text), ("crates/core/src/lib.rs", "")];
            assert_eq!(found(&map).len(), count, "{shows}: {:?}", found(&map));
            let other = [("docs/page.md", text), ("crates/core/src/lib.rs", "")];
            assert_eq!(found(&other).len(), 0, "{shows}, not a map");
        }
    }

    #[test]
    fn a_changelog_keeps_its_shape() {
        #[rustfmt::skip]
        let rows = [
            ("an entry",              "## [Unreleased]\n\n### Added\n- a\n  b",               0),
            ("a star",                "## [Unreleased]\n### Fixed\n- ★ a",                    0),
            ("a release",             "## [Unreleased]\n## [1.0.0] - 2026-11-23",             0),
            ("prose above",           "Words.\n\n## [Unreleased]",                            0),
            ("nothing unreleased",    "## [1.0.0] - 2026-11-23",                              1),
            ("no release at all",     "# Changelog",                                          1),
            ("a release, no date",    "## [Unreleased]\n## [1.0.0]",                          1),
            ("a release, bad date",   "## [Unreleased]\n## [1.0.0] - 23.11.2026",             1),
            ("an unknown kind",       "## [Unreleased]\n### Improved",                        1),
            ("a loose sentence",      "## [Unreleased]\nWords.",                              1),
            ("a star at the end",     "## [Unreleased]\n- a ★",                               1),
        ];
        for (shows, text, count) in rows {
            assert_eq!(found(&[("CHANGELOG.md", text)]).len(), count, "{shows}");
        }
    }

    #[test]
    fn decisions_are_numbered_and_complete() {
        let section = |title: &&str| format!("## {title}\n\nText.\n\n");
        let whole = DECISION_SECTIONS
            .iter()
            .map(section)
            .collect::<Vec<_>>()
            .concat();
        let two = [
            ("docs/adr/0001-a.md", &*whole),
            ("docs/adr/0002-b.md", &*whole),
        ];
        assert_eq!(found(&two), Vec::<String>::new());
        let gap = [
            ("docs/adr/0001-a.md", &*whole),
            ("docs/adr/0003-b.md", &*whole),
        ];
        assert_eq!(found(&gap).len(), 1);
        assert_eq!(found(&[("docs/adr/0001-a.md", "## Context")]).len(), 1);
    }

    #[test]
    fn the_book_lists_its_pages() {
        let page = ("docs/book/guides/start.md", "# Start");
        let listed = ("docs/book/SUMMARY.md", "- [Start](guides/start.md)");
        assert_eq!(found(&[page, listed]), Vec::<String>::new());
        assert_eq!(found(&[page]).len(), 1);
        assert_eq!(
            found(&[listed]).len(),
            1,
            "a page that is listed and not there"
        );
    }
}
