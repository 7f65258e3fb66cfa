//! Whatever the text says is collected or disclosed belongs to an activity.
//!
//! GDPR Article 13(1)(c): every processing has a purpose and a basis that are told. Data or persons that
//! the text mentions in passing, records that it does not mention, and recipients that no activity gives
//! anything to have none.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::language::Language;
use crate::statement::model::RecipientKind;

/// L32.
pub(super) static RULE: Rule = Rule {
    id: "L32",
    title: "every collection and disclosure mentioned belongs to an activity",
    severity: Severity::Error,
    article: "GDPR Article 13(1)(c)",
    effective: GDPR,
    kinds: &["uncovered", "untold", "no_activity"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        for (index, words) in activity.uncovered.iter().enumerate() {
            let words = words.get(Language::En);
            let message = format!("no collection covers `{words}`");
            let key = format!("uncovered.{index}");
            let finding = subject.activity(&RULE, (id, activity), &key, message);
            findings.push(
                finding
                    .kind("uncovered")
                    .hint("declare a collection with its fields and period"),
            );
        }
    }
    for (id, activity) in subject
        .reading
        .activities
        .iter()
        .filter(|(_, one)| !one.published)
    {
        let message = "the text tells nothing of this activity: its data, basis and period";
        let finding = subject.activity(&RULE, (id, activity), "published", message);
        findings.push(finding.kind("untold").hint("add it to the text"));
    }
    for (id, recipient) in &subject.header().recipients {
        if discloses(recipient.kind) && !is_named_by_an_activity(subject, id) {
            let message = "the text says that it receives data, and no activity says which";
            let finding = subject.recipient(&RULE, (id, recipient), "title", message);
            findings.push(
                finding
                    .kind("no_activity")
                    .hint("name it in the `recipients` of the activities whose data it gets"),
            );
        }
    }
}

/// Whether data given to it leaves the company's own purposes. Processors belong to every activity
/// (lint L07), authorities may ask about any (lint L35).
fn discloses(kind: RecipientKind) -> bool {
    match kind {
        RecipientKind::Group
        | RecipientKind::Partner
        | RecipientKind::JointController
        | RecipientKind::Public => true,
        RecipientKind::Processor | RecipientKind::Authority | RecipientKind::Controller => false,
    }
}

fn is_named_by_an_activity(subject: &Subject<'_>, id: &str) -> bool {
    subject.activities().any(|(_, activity)| {
        let mut names = activity.recipients.iter().chain(&activity.mentions);
        names.any(|name| name == id)
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn what_is_mentioned_in_passing_is_found() {
        let two = "uncovered = [{ en = 'notes' }, { en = 'references' }]";
        assert_eq!(
            Fixture::new().activity("news", two).at("L32"),
            ["news", "news"]
        );
        assert_eq!(
            Fixture::new().activity("news", "uncovered = []").at("L32"),
            [""; 0]
        );
    }

    #[test]
    fn an_activity_that_the_text_leaves_out_is_found() {
        let hidden = Fixture::new().activity("requests", "published = false");
        assert_eq!(hidden.at("L32"), ["requests"]);
        assert_eq!(Fixture::new().activity("requests", "").at("L32"), [""; 0]);
    }

    #[test]
    fn a_recipient_needs_an_activity_that_gives_it_data() {
        let more = |kind: &str| {
            Fixture::new().header(&format!(
                "[recipients.more]\ntitle = {{ en = 'x' }}\nkind = '{kind}'"
            ))
        };
        assert_eq!(more("group").at("L32"), ["recipient more"]);
        assert_eq!(more("public").at("L32"), ["recipient more"]);
        assert_eq!(more("processor").at("L32"), [""; 0]);
        assert_eq!(more("authority").at("L32"), [""; 0]);
        let named = more("group").activity("news", "mentions = ['more']");
        assert_eq!(named.at("L32"), [""; 0]);
        let only_unpublished =
            more("group").activity("x", "published = false\nmentions = ['more']");
        assert_eq!(only_unpublished.at("L32"), ["recipient more", "x"]);
    }
}
