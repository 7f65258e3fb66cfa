//! Findings in SARIF 2.1.0, for tools that show them beside the code.

use std::path::{Path, PathBuf};

use ombud_core::diagnostic::{Diagnostic, Place, Severity, line_column};
use ombud_core::statement::Folder;
use ombud_core::statement::check::{Finding, RULES};
use serde_json::{Value, json};

/// What a finding comes to.
pub(super) struct Result<'a> {
    /// The id of its rule, or the code of an error of the language.
    pub(super) rule: &'a str,
    pub(super) diagnostic: &'a Diagnostic,
    /// The finding, where it is one.
    pub(super) finding: Option<&'a Finding>,
    /// Why it is accepted, where a decision settles it.
    pub(super) accepted: Option<String>,
}

/// The name of the folder's base in a document.
const BASE: &str = "STATEMENT";

/// Where the folder lies, as seen by whoever reads the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Below the directory that the command runs in, which is most often the root of a repository.
    Below(PathBuf),
    /// Elsewhere: its absolute path.
    Elsewhere(PathBuf),
    /// In the program itself.
    Bundled,
}

impl Base {
    /// That of a folder; the bundled statement is in no folder.
    pub(super) fn of(folder: Option<&Path>) -> Self {
        let Some(named) = folder else {
            return Self::Bundled;
        };
        let folder = named.canonicalize();
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let folder = folder.unwrap_or_else(|_| named.to_owned());
        match here.map(|here| folder.strip_prefix(here).map(Path::to_owned)) {
            Ok(Ok(below)) => Self::Below(below),
            Ok(Err(_)) | Err(_) => Self::Elsewhere(folder),
        }
    }

    fn artifact(&self, file: &str) -> Value {
        match self {
            Self::Below(folder) => json!({ "uri": uri(&folder.join(file)) }),
            Self::Elsewhere(_) | Self::Bundled => {
                json!({ "uri": uri(Path::new(file)), "uriBaseId": BASE })
            }
        }
    }

    /// What the names of bases stand for, where one is used.
    fn bases(&self) -> Option<Value> {
        match self {
            Self::Below(_) => None,
            Self::Elsewhere(folder) => {
                let folder = format!("file://{}/", uri(folder));
                Some(json!({ BASE: { "uri": folder } }))
            }
            Self::Bundled => {
                let text = "the statement that is part of the program";
                Some(json!({ BASE: { "description": { "text": text } } }))
            }
        }
    }
}

/// A path with slashes, in which every byte but those that need no escape is escaped (RFC 3986).
fn uri(path: &Path) -> String {
    let parts = path.iter().map(|part| {
        let bytes = part.to_string_lossy();
        let escape = |byte: u8| match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        bytes.bytes().map(escape).collect::<String>()
    });
    let joined = parts.collect::<Vec<String>>().join("/");
    match joined.strip_prefix("//") {
        Some(absolute) => format!("/{absolute}"),
        None => joined,
    }
}

/// One run with its findings; what is accepted is suppressed, not left out.
pub(super) fn document<'a>(
    folder: &Folder,
    base: &Base,
    results: impl Iterator<Item = Result<'a>>,
) -> Value {
    let rules = RULES.iter().map(|rule| {
        json!({
            "id": rule.id,
            "shortDescription": { "text": rule.title },
            "help": { "text": format!("{}, in force from {}", rule.article, rule.effective) },
            "defaultConfiguration": { "level": level(rule.severity) },
            "properties": {
                "article": rule.article,
                "effective": rule.effective,
                "kinds": rule.kinds,
            },
        })
    });
    let mut run = json!({
        "tool": { "driver": {
            "name": "ombud",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": rules.collect::<Vec<_>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "results": results.map(|one| result(folder, base, &one)).collect::<Vec<_>>(),
    });
    if let (Some(bases), Some(run)) = (base.bases(), run.as_object_mut()) {
        run.insert("originalUriBaseIds".to_owned(), bases);
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
}

/// The level of SARIF that a weight is.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(folder: &Folder, base: &Base, of: &Result<'_>) -> Value {
    let diagnostic = of.diagnostic;
    let location = |place: &Place| {
        let text = folder.text(&place.file).unwrap_or_default();
        let (line, column) = line_column(text, place.span.start);
        let (end_line, end_column) = line_column(text, place.span.end);
        json!({ "physicalLocation": {
            "artifactLocation": base.artifact(&place.file),
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        } })
    };
    let hint = diagnostic.hint.as_deref();
    let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    let mut result = json!({
        "ruleId": of.rule,
        "level": level(diagnostic.severity),
        "message": { "text": format!("{}{hint}", diagnostic.message) },
        "locations": [location(&diagnostic.place)],
        "relatedLocations":
            diagnostic.related.iter().map(|(place, _)| location(place)).collect::<Vec<_>>(),
    });
    if let (Some(finding), Some(result)) = (of.finding, result.as_object_mut()) {
        let properties = json!({ "kind": finding.kind, "at": finding.at });
        result.insert("properties".to_owned(), properties);
    }
    if let (Some(why), Some(result)) = (&of.accepted, result.as_object_mut()) {
        let accepted = json!([{ "kind": "external", "status": "accepted", "justification": why }]);
        result.insert("suppressions".to_owned(), accepted);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_below_is_told_from_here_and_another_has_a_base() {
        let here = std::env::current_dir().unwrap();
        let base = Base::of(Some(&here.join("src")));
        assert_eq!(base, Base::Below(PathBuf::from("src")));
        assert_eq!(
            base.artifact("text/en.md"),
            json!({ "uri": "src/text/en.md" })
        );
        assert_eq!(base.bases(), None);
        let base = Base::Elsewhere(PathBuf::from("/srv/a statement"));
        let artifact = json!({ "uri": "text/en.md", "uriBaseId": BASE });
        assert_eq!(base.artifact("text/en.md"), artifact);
        let bases = json!({ BASE: { "uri": "file:///srv/a%20statement/" } });
        assert_eq!(base.bases(), Some(bases));
        assert_eq!(
            Base::of(Some(Path::new("/"))),
            Base::Elsewhere(PathBuf::from("/"))
        );
        assert_eq!(Base::of(None), Base::Bundled);
    }
}
