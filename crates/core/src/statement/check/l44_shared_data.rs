//! Data that several activities use is deleted at the last end, and each purpose stops at its own.
//!
//! GDPR Article 5(1)(b),(e): data is kept no longer than a purpose needs it. Where two activities use the
//! same data, the text says which end is the last, or people cannot know when it is gone.

use super::twice::pairs;
use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::OneOrMany;

/// L44.
pub(super) static RULE: Rule = Rule {
    id: "L44",
    title: "data shared by activities is deleted at the last end, and each purpose stops at its own",
    severity: Severity::Info,
    article: "GDPR Article 5(1)(b),(e)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (one, other) in pairs(subject) {
        if counts_from(one, other) || counts_from(other, one) {
            continue;
        }
        for (ours, theirs) in [(one, other), (other, one)] {
            let message = format!(
                "the same data is in `{}`, and the text does not say which end deletes it",
                theirs.full_name(),
            );
            let finding = subject.record(&RULE, ours, "keep", message);
            findings.push(finding.hint(
                "say that each purpose ends by itself and the data goes with the last, for example \
                 `later of (…, end of activity.collection)`",
            ));
        }
    }
}

/// Whether the end of one is counted from the end of the other.
fn counts_from(one: Record<'_>, other: Record<'_>) -> bool {
    let name = other.full_name();
    let keeps = one.collection.keep.iter().flat_map(OneOrMany::as_slice);
    keeps
        .into_iter()
        .any(|keep| keep.records().iter().any(|record| record.name() == name))
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    const SAME: &str = "collections.subscription.same_as = 'news.subscription'";

    #[test]
    fn shared_data_says_which_end_is_the_last() {
        let shared = Fixture::new().activity("other", SAME);
        assert_eq!(
            shared.at("L44"),
            ["news.subscription", "other.subscription"]
        );
        let last = "later of (1 year after collection, end of other.subscription)";
        let said = shared.collection(&format!("keep = '{last}'"));
        assert_eq!(said.at("L44"), [""; 0]);
        let apart = Fixture::new().activity("other", "");
        assert_eq!(apart.at("L44"), [""; 0]);
    }
}
