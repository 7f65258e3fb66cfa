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
    /// What most likely was meant in this place.
    pub meant: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Problem {
            span,
            message: message.into(),
            expected: None,
            hint: None,
            meant: None,
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

    /// Says what most likely was meant in this place, where there is something.
    pub(super) fn meant(&mut self, near: Option<&str>) {
        if let Some(near) = near {
            self.hint = Some(format!("did you mean `{near}`?"));
            self.meant = Some(near.to_owned());
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
