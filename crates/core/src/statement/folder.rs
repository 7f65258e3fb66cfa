//! A statement folder in memory: its files, their hash, and spans of the keys in them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Place;
use crate::hash::sha256;

/// The files of a statement folder: path relative to the folder, with `/`, and text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    files: BTreeMap<String, String>,
}

/// The version of a statement: the SHA-256 hash of its folder's archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(String);

impl VersionId {
    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (text.len() == 64 && text.chars().all(hex)).then(|| Self(text.to_owned()))
    }

    /// All 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An archive that is not one of a statement folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored statement is damaged: {0}")]
pub struct ArchiveError(&'static str);

const MAGIC: &[u8] = b"ombud statement 1\n";

impl Folder {
    /// A folder of these files.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            files: files.into_iter().collect(),
        }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// All files in order of path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Files directly under `directory/` that end in `suffix`: stem and path.
    pub fn under<'a>(
        &'a self,
        directory: &'a str,
        suffix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.keys().filter_map(move |path| {
            let stem = path
                .strip_prefix(directory)?
                .strip_prefix('/')?
                .strip_suffix(suffix)?;
            (!stem.contains('/')).then_some((stem, path.as_str()))
        })
    }

    /// The folder as bytes, the same for the same files: what is hashed and stored (I10).
    pub fn archive(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (path, text) in &self.files {
            bytes.extend_from_slice(format!("{} {}\n", text.len(), path).as_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    /// Reads an archive back.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] when the bytes were not made by [`Folder::archive`].
    pub fn from_archive(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(ArchiveError("unknown format"))?;
        let mut files = BTreeMap::new();
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (head, tail) = end
                .and_then(|end| rest.split_at_checked(end))
                .ok_or(ArchiveError("cut short"))?;
            let head = std::str::from_utf8(head).map_err(|_| ArchiveError("not text"))?;
            let (length, path) = head.split_once(' ').ok_or(ArchiveError("no file name"))?;
            let length: usize = length.parse().map_err(|_| ArchiveError("no length"))?;
            let tail = tail.strip_prefix(b"\n").unwrap_or(tail);
            let (text, next) = tail
                .split_at_checked(length)
                .ok_or(ArchiveError("cut short"))?;
            let text = std::str::from_utf8(text).map_err(|_| ArchiveError("not text"))?;
            files.insert(path.to_owned(), text.to_owned());
            rest = next;
        }
        Ok(Self { files })
    }

    /// The version that these files are.
    pub fn version(&self) -> VersionId {
        VersionId(hex::encode(sha256(&self.archive())))
    }

    /// Where a key stands: its value when that is a scalar or array, else the key itself. When the
    /// path ends in keys that are not written, the deepest one that is. A number leads into an array,
    /// counted from 0.
    pub fn place<'a>(&self, file: &str, keys: impl IntoIterator<Item = &'a str>) -> Place {
        self.found(file, keys, |found| match found.value.get_ref() {
            DeValue::Table(_) => found.name,
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => found.value.span(),
        })
    }

    /// As [`Folder::place`], but the key itself, whatever its value is.
    pub(super) fn key_place<'a>(
        &self,
        file: &str,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Place {
        self.found(file, keys, |found| found.name)
    }

    fn found<'a>(
        &self,
        file: &str,
        keys: impl IntoIterator<Item = &'a str>,
        span: impl FnOnce(Found<'_, '_>) -> Range<usize>,
    ) -> Place {
        let text = self.text(file).unwrap_or_default();
        let (table, _) = DeTable::parse_recoverable(text);
        let first_line = 0..text.lines().next().map_or(0, str::len);
        let found = follow(table.get_ref(), keys);
        Place {
            file: file.to_owned(),
            span: found.map_or(first_line, span),
        }
    }

    /// The keys of a table in the order in which they are written; empty when there is none.
    pub fn keys(&self, file: &str, table: &[&str]) -> Vec<String> {
        let text = self.text(file).unwrap_or_default();
        let (root, _) = DeTable::parse_recoverable(text);
        let mut table_here = root.get_ref();
        for key in table {
            let Some((_, value)) = find(table_here, key) else {
                return Vec::new();
            };
            let DeValue::Table(inner) = value.get_ref() else {
                return Vec::new();
            };
            table_here = inner;
        }
        let mut keys: Vec<_> = table_here.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        keys.iter().map(|key| key.get_ref().to_string()).collect()
    }
}

type Entry<'t, 'i> = (
    &'t Spanned<std::borrow::Cow<'i, str>>,
    &'t Spanned<DeValue<'i>>,
);

fn find<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<Entry<'t, 'i>> {
    table.iter().find(|(name, _)| name.get_ref() == key)
}

/// A value, and where its own key stands; in an array the value has none.
pub(super) struct Found<'t, 'i> {
    name: Range<usize>,
    pub(super) value: &'t Spanned<DeValue<'i>>,
    /// How many of the keys were followed.
    pub(super) depth: usize,
}

/// Follows the keys as far as they are written; `None` where not even the first is.
pub(super) fn follow<'a, 't, 'i>(
    table: &'t DeTable<'i>,
    keys: impl IntoIterator<Item = &'a str>,
) -> Option<Found<'t, 'i>> {
    let mut keys = keys.into_iter();
    let (name, value) = find(table, keys.next()?)?;
    let mut found = Found {
        name: name.span(),
        value,
        depth: 1,
    };
    for key in keys {
        let next = match found.value.get_ref() {
            DeValue::Table(table) => find(table, key).map(|(name, value)| (name.span(), value)),
            DeValue::Array(items) => {
                let item = key.parse::<usize>().ok().and_then(|at| items.get(at));
                item.map(|item| (item.span(), item))
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        };
        let Some((name, value)) = next else { break };
        found = Found {
            name,
            value,
            depth: found.depth.saturating_add(1),
        };
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Folder {
        Folder::new([
            (
                "statement.toml".to_owned(),
                "title = \"Ærlig\"\n".to_owned(),
            ),
            ("text/en.md".to_owned(), String::new()),
        ])
    }

    #[test]
    fn i10_an_archive_reads_back_byte_for_byte() {
        let archive = folder().archive();
        assert_eq!(Folder::from_archive(&archive), Ok(folder()));
        assert_eq!(Folder::from_archive(&archive).unwrap().archive(), archive);
    }

    #[test]
    fn a_damaged_archive_is_refused_wherever_it_is_cut() {
        let archive = folder().archive();
        let boundary = MAGIC.len();
        for end in 0..archive.len() {
            let cut = Folder::from_archive(archive.get(..end).unwrap());
            assert!(
                cut.is_err() || cut.unwrap() != folder() || end == boundary,
                "cut at {end}"
            );
        }
    }

    #[test]
    fn one_changed_letter_is_another_version() {
        let other = Folder::new([(
            "statement.toml".to_owned(),
            "title = \"Ærlih\"\n".to_owned(),
        )]);
        assert_ne!(folder().version(), other.version());
        assert_eq!(
            VersionId::parse(folder().version().as_str()),
            Some(folder().version())
        );
        assert_eq!(VersionId::parse("abc"), None);
    }

    #[test]
    fn a_key_is_found_where_it_stands() {
        let text = "a = 1\n[b.c]\nd = \"x\"\n";
        let folder = Folder::new([("f.toml".to_owned(), text.to_owned())]);
        let at = |keys: &[&str]| {
            text.get(folder.place("f.toml", keys.iter().copied()).span)
                .unwrap()
        };
        assert_eq!(at(&["b", "c", "d"]), "\"x\"");
        assert_eq!(at(&["b", "c", "missing"]), "c");
        assert_eq!(at(&["a"]), "1");
    }

    #[test]
    fn a_number_leads_into_an_array() {
        let text = "[[d]]\nat = [\"x\", \"y\"]\n[[d]]\nat = \"z\"\n";
        let folder = Folder::new([("f.toml".to_owned(), text.to_owned())]);
        let at = |keys: &[&str]| {
            text.get(folder.place("f.toml", keys.iter().copied()).span)
                .unwrap()
        };
        assert_eq!(at(&["d", "0", "at", "1"]), "\"y\"");
        assert_eq!(at(&["d", "1", "at", "0"]), "\"z\"");
        assert_eq!(at(&["d", "1", "missing"]), "[[d]]");
    }

    #[test]
    fn keys_come_in_the_order_they_are_written() {
        let text = "z = 1\n[b.c]\ny = 1\nx = {}\n[b.a]\n";
        let folder = Folder::new([("f.toml".to_owned(), text.to_owned())]);
        assert_eq!(folder.keys("f.toml", &["b", "c"]), ["y", "x"]);
        assert_eq!(folder.keys("f.toml", &["b"]), ["c", "a"]);
        assert_eq!(folder.keys("f.toml", &[]), ["z", "b"]);
        assert!(folder.keys("f.toml", &["z"]).is_empty());
        assert!(folder.keys("none.toml", &["z"]).is_empty());
    }
}
