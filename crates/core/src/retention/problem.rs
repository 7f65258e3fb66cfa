//! What is wrong with a phrase, where in it, and what to write instead.

use std::fmt;
use std::ops::Range;

/// One thing wrong with a phrase.
///
/// Message and expectation are lower-case clauses; the hint is the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes of the phrase, end exclusive; empty at the end of the phrase when
    /// something is missing there.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What was expected there instead.
    pub expected: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Problem {
            span,
            message: message.into(),
            expected: None,
            hint: None,
        }
    }

    pub(super) fn expected(self, expected: impl Into<String>) -> Self {
        Problem {
            expected: Some(expected.into()),
            ..self
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Problem {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Adds "did you mean" when `written` is close to one of `known`.
    pub(super) fn did_you_mean<'a>(
        self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match nearest(written, known) {
            Some(word) if self.hint.is_none() => self.hint(format!("did you mean `{word}`?")),
            Some(_) | None => self,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, ", expected {expected}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// The word of `known` that `written` most likely means: at most a third of it is mistyped.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let limit = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| {
            (
                strsim::damerau_levenshtein(&written, &word.to_lowercase()),
                word,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_forgives_a_slip_and_no_more() {
        let known = ["collection", "consent", "withdrawal"];
        assert_eq!(nearest("colection", known), Some("collection"));
        assert_eq!(nearest("WITHDRAWL", known), Some("withdrawal"));
        assert_eq!(nearest("contract", known), None);
    }
}
