//! One collection has one period for one purpose, or the text says which of several goes first.
//!
//! GDPR Article 12(1). Two periods come from two sentences about the same data, or from two activities
//! that hold the same records. "As long as necessary" beside a period in figures only shortens it,
//! and is no second one.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::{Keep, Moment, Open};
use crate::statement::model::OneOrMany;

/// L12.
pub(super) static RULE: Rule = Rule {
    id: "L12",
    title: "one period for each collection and purpose",
    severity: Severity::Error,
    article: "GDPR Article 12(1)",
    effective: GDPR,
    kinds: &["said_twice", "kept_twice"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        if let Some(finding) = said_twice(subject, record) {
            findings.push(finding);
        }
        if let Some(finding) = kept_twice(subject, record) {
            findings.push(finding);
        }
    }
}

fn keeps(record: Record<'_>) -> impl Iterator<Item = &Keep> {
    record.collection.keep.iter().flat_map(OneOrMany::as_slice)
}

fn spelt(record: Record<'_>) -> String {
    let phrases: Vec<String> = keeps(record).map(Keep::to_string).collect();
    phrases.join("; ")
}

fn said_twice(subject: &Subject<'_>, record: Record<'_>) -> Option<Finding> {
    let named = |keep: &Keep| keeps(record).all(|own| own != keep) && !is_necessity(keep);
    let also = record.collection.also_said.iter();
    let others: Vec<String> = also
        .filter(|said| named(&said.keep))
        .map(|said| format!("`{}` (section {})", said.keep, said.section))
        .collect();
    if others.is_empty() {
        return None;
    }
    let (name, own) = (record.full_name(), spelt(record));
    let message = format!(
        "`{name}` is kept `{own}`, and the text also says {}",
        others.join(", ")
    );
    let finding = subject.record(&RULE, record, "also_said", message);
    Some(
        finding
            .kind("said_twice")
            .hint("say one period, or which of them goes first"),
    )
}

/// Whether a phrase says no more than the law: as long as it takes.
fn is_necessity(keep: &Keep) -> bool {
    keep.moments()
        .into_iter()
        .all(|moment| matches!(moment, Moment::Open(Open::Necessary) | Moment::Hedged(..)))
}

fn kept_twice(subject: &Subject<'_>, record: Record<'_>) -> Option<Finding> {
    let other = record.collection.same_as.as_deref()?;
    let other = subject
        .records()
        .find(|candidate| candidate.full_name() == other)?;
    let (own, theirs) = (spelt(record), spelt(other));
    if own == theirs {
        return None;
    }
    let (name, other_name) = (record.full_name(), other.full_name());
    let message =
        format!("`{name}` is kept `{own}`, and the same data in `{other_name}` is kept `{theirs}`");
    let finding = subject.record(&RULE, record, "keep", message);
    let place = subject.record(&RULE, other, "keep", "").diagnostic.place;
    Some(
        finding
            .kind("kept_twice")
            .related(place, "the other period")
            .hint("say until when it is used for each purpose, and which period deletes it"),
    )
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    fn also(keep: &str) -> Vec<String> {
        let said =
            format!("keep = '3 months'\nalso_said = [{{ section = '3.2', keep = '{keep}' }}]");
        Fixture::new().collection(&said).at("L12")
    }

    #[test]
    fn two_sentences_give_one_period() {
        assert_eq!(also("3 years after collection"), ["news.subscription"]);
        assert_eq!(
            also("according to \"cookie policy\""),
            ["news.subscription"]
        );
        assert_eq!(also("as long as necessary"), [""; 0]);
        assert_eq!(also("3 months"), [""; 0]);
    }

    #[test]
    fn the_same_records_in_two_activities_have_one_period() {
        let shared = "collections.subscription.same_as = 'news.subscription'";
        let alike = Fixture::new().activity("other", shared);
        assert_eq!(alike.at("L12"), [""; 0]);
        let longer = alike.activity(
            "other",
            "collections.subscription.keep = '5 years after collection'",
        );
        assert_eq!(longer.at("L12"), ["other.subscription"]);
    }
}
