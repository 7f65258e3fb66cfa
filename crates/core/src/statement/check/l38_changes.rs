//! A change of the statement is told in time, and the text shows its date.
//!
//! GDPR Article 12(1) with recital 39: people are told of changes through a channel that reaches them
//! and in time to act. Asking them to look again regularly tells no one anything. The date of the
//! version in force is shown, and earlier versions can be read.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::language::Language;
use crate::statement::prose::expand;
use crate::statement::prose::words::date;
use crate::statement::text::Section;

/// L38.
pub(super) static RULE: Rule = Rule {
    id: "L38",
    title: "changes are told through a channel and in time, with dates and earlier versions",
    severity: Severity::Warning,
    article: "GDPR Article 12(1)",
    effective: GDPR,
    kinds: &[
        "unsaid",
        "asked_to_look",
        "no_channel",
        "no_notice",
        "no_history",
        "no_date",
    ],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut add = |kind: &'static str, key: &str, message: &str, hint: &str| {
        let finding = subject.header_key(&RULE, key, message);
        findings.push(finding.kind(kind).hint(hint));
    };
    match &subject.header().changes {
        None => add(
            "unsaid",
            "changes",
            "the text does not say how people learn of a change",
            "add `[changes]` with `channels` and `notice`",
        ),
        Some(changes) => {
            if changes.asks_to_review {
                let message = "people are asked to look for changes themselves";
                add(
                    "asked_to_look",
                    "changes.asks_to_review",
                    message,
                    "tell them instead",
                );
            }
            if changes.channels.is_empty() {
                let message = "the text does not say where people are told of a change";
                add(
                    "no_channel",
                    "changes.channels",
                    message,
                    "name the channels, for example `email`",
                );
            }
            if changes.notice.is_none() {
                let message = "the text does not say how long before a change people are told";
                add(
                    "no_notice",
                    "changes.notice",
                    message,
                    "give a period, for example `30 days`",
                );
            }
            if !changes.history_published {
                let message = "earlier versions cannot be read";
                add(
                    "no_history",
                    "changes.history_published",
                    message,
                    "publish them with their dates",
                );
            }
        }
    }
    if !shows_date(subject) {
        let message = "the text does not show the date of its last update";
        add(
            "no_date",
            "effective",
            message,
            "write `{{ updated }}` in the text of every language",
        );
    }
}

/// Whether the text of every language shows the date, by the template or in words.
fn shows_date(subject: &Subject<'_>) -> bool {
    let effective = subject.header().effective;
    let shows = |language: Language, section: &Section| {
        let markdown = expand(subject.statement, section, language).markdown;
        markdown.contains(&date(effective, language)) || markdown.contains(&effective.to_string())
    };
    subject.statement.texts.iter().all(|(language, text)| {
        let mut sections = text.sections.iter();
        sections.any(|section| shows(*language, section))
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn channel_time_and_history_are_told() {
        #[rustfmt::skip]
        let rows = [
            ("", 0),
            ("asks_to_review = true", 1),
            ("channels = []", 1),
            ("history_published = false", 1),
            ("asks_to_review = true\nchannels = []\nhistory_published = false", 3),
        ];
        for (snippet, want) in rows {
            let fixture = Fixture::new().header(&format!("[changes]\n{snippet}"));
            assert_eq!(fixture.at("L38").len(), want, "{snippet}");
        }
        assert_eq!(Fixture::new().without("changes.notice").at("L38").len(), 1);
        assert_eq!(Fixture::new().without("changes").at("L38").len(), 1);
    }

    #[test]
    fn the_date_is_shown() {
        #[rustfmt::skip]
        let rows = [("{{ updated }}", 0), ("1 January 2026", 0), ("2026-01-01", 0), ("in 2026", 1), ("yesterday", 1)];
        for (words, want) in rows {
            let fixture = Fixture::new().replacing("{{ updated }}", words);
            assert_eq!(fixture.at("L38").len(), want, "{words}");
        }
    }
}
