//! Every collection has a period, or criteria from which a person can work one out.
//!
//! GDPR Article 13(2)(a). "As long as necessary" repeats the law and tells nobody anything. A limit that
//! only the person's own act brings, and a limit that another document is said to have, leave
//! whoever does nothing without one.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::{Event, Keep, Moment};
use crate::statement::model::OneOrMany;

/// L09.
pub(super) static RULE: Rule = Rule {
    id: "L09",
    title: "every collection has a period or usable criteria for one",
    severity: Severity::Error,
    article: "GDPR Article 13(2)(a)",
    effective: GDPR,
    kinds: &["no_period", "document", "no_limit", "by_choice"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        let Some((kind, message, hint, severity)) = gap(record) else {
            continue;
        };
        let finding = subject.record(&RULE, record, "keep", message);
        findings.push(finding.kind(kind).hint(hint).severity(severity));
    }
}

/// The kind of finding, what is wrong, what to do and how much it weighs.
type Gap = (&'static str, String, &'static str, Severity);

fn gap(record: Record<'_>) -> Option<Gap> {
    let name = record.full_name();
    let keeps = record.collection.keep.iter().flat_map(OneOrMany::as_slice);
    let keeps: Vec<&Keep> = keeps.collect();
    if keeps.is_empty() {
        let message = format!("nothing is said of how long `{name}` is kept");
        let hint = "give a period: `keep = \"12 months after collection\"`";
        return Some(("no_period", message, hint, Severity::Error));
    }
    let uncapped = keeps.iter().find(|keep| keep.is_uncapped());
    if let Some(keep) = uncapped {
        let documents = keep.documents();
        let left_to = documents.first().filter(|_| !names_no_end(keep));
        return Some(match left_to {
            Some(title) => (
                "document",
                format!("how long `{name}` is kept is left to `{title}`"),
                "give the period here as well, or a longest one",
                Severity::Warning,
            ),
            None => (
                "no_limit",
                format!("`{keep}` sets no limit to `{name}`"),
                "give a period, or a longest one: `up to 3 years after collection`",
                Severity::Error,
            ),
        });
    }
    let moments = |keep: &Keep| keep.cases().all(|case| only_by_choice(&case.until));
    let by_choice = keeps.iter().any(|keep| moments(keep));
    by_choice.then(|| {
        (
            "by_choice",
            format!("`{name}` is kept for ever if the person does nothing"),
            "add a longest period: `earlier of (withdrawal, 2 years after last activity)`",
            Severity::Warning,
        )
    })
}

fn names_no_end(keep: &Keep) -> bool {
    let moments = keep.moments();
    moments
        .iter()
        .any(|moment| matches!(moment, Moment::Open(_)))
}

/// Whether the end comes only when the person withdraws or objects.
fn only_by_choice(moment: &Moment) -> bool {
    match moment {
        Moment::Event(event) => [Event::WITHDRAWAL, Event::OBJECTION].contains(event),
        Moment::EndOf(..) | Moment::After(..) | Moment::Hedged(..) | Moment::Earlier(_) => {
            moment.members().iter().all(only_by_choice)
        }
        Moment::Later(moments) => moments.iter().any(only_by_choice),
        Moment::StateEnd(_)
        | Moment::RecordEnd(_)
        | Moment::Birthday(_)
        | Moment::Date(_)
        | Moment::For(_)
        | Moment::Last(_)
        | Moment::Open(_)
        | Moment::Document(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    fn weights(keep: &str) -> Vec<Severity> {
        let found = Fixture::new()
            .collection(&format!("keep = {keep}"))
            .findings("L09");
        found
            .into_iter()
            .map(|finding| finding.diagnostic.severity)
            .collect()
    }

    #[test]
    fn a_collection_has_a_period() {
        for (keep, want) in [
            ("'3 years after collection'", vec![]),
            ("'up to 3 years after collection'", vec![]),
            ("'until withdrawal'", vec![Severity::Warning]),
            ("'30 days after withdrawal'", vec![Severity::Warning]),
            (
                "'earlier of (withdrawal, objection)'",
                vec![Severity::Warning],
            ),
            (
                "'earlier of (withdrawal, 2 years after collection)'",
                vec![],
            ),
            (
                "'later of (withdrawal, 2 years after collection)'",
                vec![Severity::Warning],
            ),
            ("'as long as necessary'", vec![Severity::Error]),
            ("'as long as required by law'", vec![Severity::Error]),
            (
                "'later of (as long as necessary, 1 year after collection)'",
                vec![Severity::Error],
            ),
            (
                "'earlier of (as long as necessary, 1 year after collection)'",
                vec![],
            ),
            ("'according to \"cookie policy\"'", vec![Severity::Warning]),
        ] {
            assert_eq!(weights(keep), want, "{keep}");
        }
    }

    #[test]
    fn silence_is_found_at_the_collection() {
        let silent = Fixture::new().news_without("collections.subscription.keep");
        assert_eq!(silent.at("L09"), ["news.subscription"]);
    }
}
