//! The prose against the rules: templates and literal facts.

use super::Statement;
use crate::diagnostic::Diagnostic;

/// Reports templates that name nothing, and words that contradict the rule of their section.
pub(super) fn check(_statement: &Statement, _diagnostics: &mut Vec<Diagnostic>) {}
