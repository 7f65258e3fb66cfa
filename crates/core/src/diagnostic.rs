//! What is wrong in a statement folder, where, and what to do about it.
//!
//! A diagnostic knows nothing of terminals or formats; the command line renders it.

use std::ops::Range;

use serde::Serialize;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The text should say it better.
    Warning,
    /// The statement is wrong or unlawful as it stands.
    Error,
}

/// A stretch of a file, in bytes: start inclusive, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file's path inside the statement folder.
    pub file: String,
    /// The bytes.
    pub span: Range<usize>,
}

/// Something wrong in a statement folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Where it is.
    pub place: Place,
    /// Its weight.
    pub severity: Severity,
    /// A stable name: `syntax`, `unknown-key`, `type`, `missing-key`, `phrase`, `reference`,
    /// `contradiction`, or the id of a lint rule.
    pub code: &'static str,
    /// What is wrong: one lower-case clause without a full stop.
    pub message: String,
    /// What stands under the underline, usually what was expected.
    pub label: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// A second place that belongs to it, with a label.
    pub related: Vec<(Place, String)>,
}

impl Place {
    /// The very beginning of a file: for what concerns the whole of it.
    pub fn start(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            span: 0..0,
        }
    }

    /// Sorts by file, then by place in it.
    pub fn order(&self) -> (&str, usize, usize) {
        (&self.file, self.span.start, self.span.end)
    }
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(place: Place, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            place,
            severity: Severity::Error,
            code,
            message: message.into(),
            label: None,
            hint: None,
            related: Vec::new(),
        }
    }

    /// With the words under the underline.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the next step, where there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// With a second place.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }
}

/// The candidate nearest to a misspelt name, where one is near enough to be meant.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            let length = candidate.chars().count();
            *distance <= 1 + length / 4 && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The line and column of a byte offset, both counted from 1, the column in characters.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_offered_and_a_far_one_is_not() {
        assert_eq!(
            did_you_mean("marketting", ["marketing", "messages"]),
            Some("marketing")
        );
        assert_eq!(did_you_mean("kep", ["keep", "then"]), Some("keep"));
        assert_eq!(did_you_mean("colour", ["keep", "then"]), None);
        assert_eq!(did_you_mean("9", ["1", "2"]), None);
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = "a = 1\nblå = 2\n";
        assert_eq!(line_column(text, 0), (1, 1));
        assert_eq!(line_column(text, text.find("= 2").unwrap()), (2, 5));
        assert_eq!(line_column(text, 999), (3, 1));
    }
}
