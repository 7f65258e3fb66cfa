//! Data erased on an opt-out leaves what keeps the opt-out true, and what proves the consent.
//!
//! GDPR Article 21(3): an objection to marketing lasts, so something must recognise the person when an
//! old list is imported. Article 7(1): the controller proves consent, also after it was withdrawn. Both
//! are told, because they stay when the text says that everything is deleted.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::{Event, Keep, Moment};
use crate::statement::model::{Leaves, OneOrMany};

/// L40.
pub(super) static RULE: Rule = Rule {
    id: "L40",
    title: "erasure on opt-out declares the suppression entry and the proof of consent it leaves",
    severity: Severity::Warning,
    article: "GDPR Articles 7(1), 21(3)",
    effective: GDPR,
    kinds: &["suppression", "proof"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records().filter(ends_on_opt_out) {
        if record.activity.marketing && !leaves(&record, |one| matches!(one, Leaves::Suppression)) {
            let message = "an opt-out deletes everything, and nothing remembers it";
            let finding = subject.record(&RULE, record, "leaves", message);
            findings.push(
                finding
                    .kind("suppression")
                    .hint("declare `leaves = \"suppression\"` and tell people of it"),
            );
        }
        let proof = |one: &Leaves| matches!(one, Leaves::ConsentProof(_));
        if record.activity.rests_on_consent() && !leaves(&record, proof) {
            let message =
                "a withdrawal deletes everything, and nothing proves that there was a consent";
            let finding = subject.record(&RULE, record, "leaves", message);
            findings.push(finding.kind("proof").hint(
                "declare `consent_proof` with its period in `leaves`, and tell people of it",
            ));
        }
    }
}

fn leaves(record: &Record<'_>, fits: fn(&Leaves) -> bool) -> bool {
    let declared = record
        .collection
        .leaves
        .iter()
        .flat_map(OneOrMany::as_slice);
    declared.into_iter().any(fits)
}

/// Whether a withdrawal or an objection by itself may end the keeping.
fn ends_on_opt_out(record: &Record<'_>) -> bool {
    let keeps = record.collection.keep.iter().flat_map(OneOrMany::as_slice);
    keeps
        .into_iter()
        .any(|keep: &Keep| keep.cases().any(|case| ends_on(&case.until)))
}

fn ends_on(moment: &Moment) -> bool {
    match moment {
        Moment::Event(event) => [Event::WITHDRAWAL, Event::OBJECTION].contains(event),
        Moment::Earlier(moments) => moments.iter().any(ends_on),
        Moment::Hedged(_, moment) => ends_on(moment),
        Moment::Later(_)
        | Moment::StateEnd(_)
        | Moment::RecordEnd(_)
        | Moment::EndOf(..)
        | Moment::Birthday(_)
        | Moment::Date(_)
        | Moment::After(..)
        | Moment::For(_)
        | Moment::Last(_)
        | Moment::Open(_)
        | Moment::Document(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn what_stays_after_an_opt_out_is_declared() {
        let both = "leaves = ['suppression', { consent_proof = '3 years after withdrawal' }]";
        let suppression = "leaves = 'suppression'";
        #[rustfmt::skip]
        let rows = [
            ("until withdrawal", "leaves = []", 2),
            ("until withdrawal", suppression, 1),
            ("until withdrawal", both, 0),
            ("until objection", suppression, 1),
            ("usually until withdrawal", suppression, 1),
            ("earlier of (withdrawal, 1 year after collection)", "leaves = []", 2),
            ("later of (withdrawal, 1 year after collection)", "leaves = []", 0),
            ("1 year after withdrawal", "leaves = []", 0),
            ("1 year after collection", "leaves = []", 0),
        ];
        for (keep, leaves, want) in rows {
            let fixture = Fixture::new().collection(&format!("keep = '{keep}'\n{leaves}"));
            assert_eq!(fixture.at("L40").len(), want, "{keep}, {leaves}");
        }
    }

    #[test]
    fn only_marketing_needs_suppression_and_only_consent_needs_proof() {
        let bare = Fixture::new().collection("leaves = []");
        assert_eq!(bare.at("L40"), ["news.subscription", "news.subscription"]);
        let quiet = bare.clone().activity("news", "marketing = false");
        assert_eq!(quiet.at("L40").len(), 1);
        let neither = quiet.activity("news", "basis = 'contract'");
        assert_eq!(neither.at("L40"), [""; 0]);
    }
}
