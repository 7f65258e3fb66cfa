//! A period counts from something that is defined.
//!
//! GDPR Article 13(2)(a). "After three years" leaves open from when. "The last activity" belongs to the
//! person and not to the record: what a person does today keeps everything old, so the text must say
//! at least what counts as an activity.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::{Event, Keep};
use crate::statement::model::OneOrMany;

/// L11.
pub(super) static RULE: Rule = Rule {
    id: "L11",
    title: "the event that a period counts from is defined",
    severity: Severity::Warning,
    article: "GDPR Article 13(2)(a)",
    effective: GDPR,
    kinds: &["no_beginning", "activity"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        let mut keeps = record.collection.keep.iter().flat_map(OneOrMany::as_slice);
        let Some((kind, message, hint)) = keeps.find_map(|keep| unclear(record, keep)) else {
            continue;
        };
        let finding = subject.record(&RULE, record, "keep", message);
        findings.push(finding.kind(kind).hint(hint));
    }
}

/// The kind of finding, what is wrong and what to do.
type Unclear = (&'static str, String, &'static str);

fn unclear(record: Record<'_>, keep: &Keep) -> Option<Unclear> {
    let name = record.full_name();
    if keep.is_unanchored() {
        let message = format!("`{keep}` of `{name}` counts from nothing");
        return Some((
            "no_beginning",
            message,
            "say from when: `3 years after collection`",
        ));
    }
    let rolls = keep.events().contains(&Event::LAST_ACTIVITY);
    let defined = record
        .collection
        .events
        .contains_key(Event::LAST_ACTIVITY.name());
    (rolls && !defined).then(|| {
        (
            "activity",
            format!("`{name}` counts from an activity that is not defined, and each new one keeps the old records"),
            "define `last_activity` under `events`, or count from the record: `after collection`",
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_period_counts_from_a_defined_event() {
        let defined = "keep = '3 years after last activity'\n\
                       events = { last_activity = { en = 'the last time you signed in' } }";
        for (keys, want) in [
            ("keep = '3 years after collection'", 0),
            ("keep = '3 years'", 1),
            ("keep = 'usually 3 years'", 1),
            ("keep = 'earlier of (withdrawal, 3 years)'", 1),
            ("keep = '3 years after last activity'", 1),
            ("keep = '3 years after last correspondence'", 0),
            ("keep = 'as long as necessary'", 0),
            (defined, 0),
        ] {
            let found = Fixture::new().collection(keys).at("L11");
            assert_eq!(found.len(), want, "{keys}");
        }
    }
}
