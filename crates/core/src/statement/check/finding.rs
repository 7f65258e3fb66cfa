//! One place where a rule does not hold.

use super::Rule;
use crate::diagnostic::{Diagnostic, Place, Severity};

/// One place where a rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The place as decisions name it: `webinars`, `webinars.registration`, `recipient group`,
    /// `link form`, `cookie session`, `section 4.1` or `statement`.
    pub at: String,
    /// Which of the kinds of its rule it is, where the rule has several.
    pub kind: Option<&'static str>,
    /// The number of the section that says it, or leaves it out; empty when no section is known.
    pub section: String,
    /// Where it stands in the files, how much it weighs, what is wrong and what to do.
    pub diagnostic: Diagnostic,
}

impl Finding {
    /// Of one of the kinds of its rule.
    #[must_use]
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    /// With the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.hint(hint);
        self
    }

    /// With the words under the underline.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.label(label);
        self
    }

    /// With a second place.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.related(place, label);
        self
    }

    /// With a weight other than the rule's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.diagnostic.severity = severity;
        self
    }

    /// Said by another section than that of its place.
    #[must_use]
    pub fn in_section(mut self, number: impl Into<String>) -> Self {
        self.section = number.into();
        self
    }

    /// Orders by section as numbers, then by rule, then by place.
    pub(super) fn order(&self) -> (Vec<u32>, &'static str, &str, usize) {
        let number = |part: &str| part.parse().unwrap_or(u32::MAX);
        let section = if self.section.is_empty() {
            Vec::new()
        } else {
            self.section.split('.').map(number).collect()
        };
        (
            section,
            self.rule.id,
            &self.at,
            self.diagnostic.place.span.start,
        )
    }
}
