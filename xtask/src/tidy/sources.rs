//! Sizes and leftovers in sources, and what lock files may record.

use super::File;

/// Above this a file is two rooms in one.
const MAX_LINES: usize = 800;
/// Above this a file does not belong in a repository that everyone clones whole.
const MAX_BYTES: usize = 1 << 20;
const SOURCES: &[&str] = &["rs", "mjs", "js", "css", "html", "sql", "ftl", "sh"];
/// Spelled in two parts, so that this file has no finding of its own.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const CONFLICT: &[&str] = &[
    concat!("<<<", "<<<< "),
    concat!(">>>", ">>>> "),
    concat!("|||", "|||| "),
];

/// Every finding, as one line with its place.
pub(super) fn findings(files: &[File]) -> Vec<String> {
    files.iter().flat_map(file).collect()
}

fn file(file: &File) -> Vec<String> {
    let path = &file.path;
    let mut findings = Vec::new();
    if file.bytes.len() > MAX_BYTES {
        findings.push(format!(
            "{path}: {} bytes, more than {MAX_BYTES}",
            file.bytes.len()
        ));
    }
    let Some(text) = file.text() else {
        return findings;
    };
    if path == "Cargo.lock" || path.ends_with("package-lock.json") {
        findings.extend(lock_file(path, text));
        return findings;
    }
    if file.has_extension(SOURCES) && text.lines().count() > MAX_LINES {
        findings.push(format!(
            "{path}: {} lines, more than {MAX_LINES}",
            text.lines().count()
        ));
    }
    if path.starts_with("crates/") && path.ends_with("/Cargo.toml") && !inherits_lints(text) {
        findings.push(format!(
            "{path}: does not inherit the lints of the workspace"
        ));
    }
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(mark) = CONFLICT.iter().find(|mark| line.starts_with(**mark)) {
            findings.push(format!(
                "{path}:{number}: a conflict is left open: `{}`",
                mark.trim()
            ));
        }
        if file.has_extension(SOURCES) {
            findings.extend(unfinished(line).map(|word| {
                format!("{path}:{number}: `{word}` without a number; write `{word}(#123):`")
            }));
        }
    }
    findings
}

/// The first word for unfinished work that does not name its issue.
fn unfinished(line: &str) -> Option<&'static str> {
    UNFINISHED.iter().copied().find(|word| {
        line.match_indices(word).any(|(at, _)| {
            let (before, from) = line.split_at(at);
            let after = from.strip_prefix(word).unwrap_or_default();
            let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
            !before.ends_with(part_of_word)
                && !after.starts_with(part_of_word)
                && !after
                    .strip_prefix("(#")
                    .is_some_and(|rest| rest.starts_with(char::is_numeric))
        })
    })
}

fn inherits_lints(manifest: &str) -> bool {
    manifest.parse::<toml::Table>().is_ok_and(|manifest| {
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        lints.and_then(toml::Value::as_bool) == Some(true)
    })
}

/// A lock file names packages by version and checksum; where one machine fetched them from is
/// that machine's affair.
fn lock_file(path: &str, text: &str) -> Vec<String> {
    let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
    let odd = |line: &str| {
        let line = line.trim();
        line.starts_with("\"resolved\"")
            || line
                .strip_prefix("source = ")
                .is_some_and(|from| from.trim_matches('"') != crates_io)
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| odd(line))
        .map(|(number, line)| format!("{path}:{number}: records a host: `{}`", line.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        findings(&[File {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }])
    }

    #[test]
    fn every_rule_finds_and_spares() {
        let todo = UNFINISHED[0];
        let conflict = CONFLICT[0];
        #[rustfmt::skip]
        let rows = [
            ("800 lines are allowed",      "a.rs", "x\n".repeat(800),                      0),
            ("801 lines are not",          "a.rs", "x\n".repeat(801),                      1),
            ("prose may be long",          "a.md", "x\n".repeat(801),                      0),
            ("a megabyte is allowed",      "a.md", "x".repeat(MAX_BYTES),                  0),
            ("one byte more is not",       "a.md", "x".repeat(MAX_BYTES + 1),              1),
            ("unfinished, no number",      "a.rs", format!("// {todo}: later"),            1),
            ("unfinished, numbered",       "a.rs", format!("// {todo}(#12): later"),       0),
            ("unfinished, empty number",   "a.rs", format!("// {todo}(#): later"),         1),
            ("part of a longer word",      "a.rs", format!("MAS{todo}NT"),                 0),
            ("an open conflict",           "a.md", format!("{conflict} HEAD"),             1),
            ("an underlined heading",      "a.md", "Title\n=======".to_owned(),            0),
            ("lints inherited",            "crates/a/Cargo.toml", "[lints]\nworkspace = true".to_owned(), 0),
            ("lints not inherited",        "crates/a/Cargo.toml", "[package]".to_owned(),  1),
            ("a crate from crates.io",     "Cargo.lock",
             "source = \"registry+https://github.com/rust-lang/crates.io-index\"".to_owned(), 0),
            ("a crate from elsewhere",     "Cargo.lock", "source = \"git+https://example.com\"".to_owned(), 1),
            ("a module with its host",     "b/package-lock.json", "  \"resolved\": \"https://example.com\"".to_owned(), 1),
        ];
        for (shows, path, text, count) in rows {
            assert_eq!(
                found(path, &text).len(),
                count,
                "{shows}: {:?}",
                found(path, &text)
            );
        }
    }
}
