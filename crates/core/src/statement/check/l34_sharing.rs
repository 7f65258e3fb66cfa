//! Each class of recipients has a purpose and a legal basis.
//!
//! GDPR Articles 6(1) and 13(1)(c),(e): giving data to someone who decides for themselves is processing
//! of its own, with a purpose and a basis that are told. Processors act for the company and need none.
//! "A valid legal basis" is not one, and a class that ends in "and others" is not a class.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Recipient, RecipientKind};

/// L34.
pub(super) static RULE: Rule = Rule {
    id: "L34",
    title: "each class of recipients has a purpose and a legal basis",
    severity: Severity::Error,
    article: "GDPR Articles 6(1), 13(1)(c),(e)",
    effective: GDPR,
    kinds: &["no_basis", "no_purpose", "neither", "open"],
    find,
};

/// Words that leave a class open, in small letters.
const OPEN: [&str; 9] = [
    "including",
    "such as",
    "among them",
    "and others",
    "etc.",
    "blant annet",
    "blant dem",
    "for eksempel",
    "m.m.",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, recipient) in subject
        .recipients()
        .filter(|(_, one)| decides_for_itself(one.kind))
    {
        if let Some((kind, missing)) = missing(subject, recipient) {
            let message = format!("the text names no {missing} for sharing with it");
            let finding = subject.recipient(&RULE, (id, recipient), "title", message);
            findings.push(
                finding
                    .kind(kind)
                    .hint("say for what it gets data, and on which basis of Article 6"),
            );
        }
        if let Some(word) = open_word(recipient) {
            let message = format!("`{word}` leaves open who receives data");
            let finding = subject.recipient(&RULE, (id, recipient), "title", message);
            findings.push(
                finding
                    .kind("open")
                    .hint("give the categories in full, or the companies in `named`"),
            );
        }
    }
}

fn decides_for_itself(kind: RecipientKind) -> bool {
    match kind {
        RecipientKind::Group
        | RecipientKind::Partner
        | RecipientKind::JointController
        | RecipientKind::Authority
        | RecipientKind::Public => true,
        RecipientKind::Processor | RecipientKind::Controller => false,
    }
}

/// The kind of finding and what is missing.
fn missing(subject: &Subject<'_>, recipient: &Recipient) -> Option<(&'static str, &'static str)> {
    let requests = subject.header().authority_requests.as_ref();
    let ordered = recipient.kind == RecipientKind::Authority
        && requests.is_some_and(|requests| requests.basis.is_some());
    match (&recipient.purpose, recipient.basis.is_some() || ordered) {
        (Some(_), true) => None,
        (Some(_), false) => Some(("no_basis", "legal basis")),
        (None, true) => Some(("no_purpose", "purpose")),
        (None, false) => Some(("neither", "purpose and no legal basis")),
    }
}

fn open_word(recipient: &Recipient) -> Option<&'static str> {
    if !recipient.named.is_empty() {
        return None;
    }
    let titles: Vec<String> = recipient
        .title
        .0
        .values()
        .map(|title| title.to_lowercase())
        .collect();
    OPEN.into_iter()
        .find(|word| titles.iter().any(|title| title.contains(word)))
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    fn given(kind: &str, more: &str) -> Fixture {
        let recipient = format!(
            "[recipients.more]\nsection = '4'\ntitle = {{ en = 'auditors' }}\nkind = '{kind}'\n{more}"
        );
        Fixture::new().header(&recipient)
    }

    #[test]
    fn whoever_decides_for_themselves_needs_purpose_and_basis() {
        let purpose = "purpose = { en = 'to audit' }";
        let basis = "basis = { legal_obligation = 'revisorloven § 9-4' }";
        let both = format!("{purpose}\n{basis}");
        #[rustfmt::skip]
        let rows = [
            ("processor", "", 0),
            ("controller", "", 0),
            ("partner", "", 1),
            ("partner", purpose, 1),
            ("partner", basis, 1),
            ("partner", &both, 0),
            ("group", purpose, 1),
            ("joint_controller", &both, 0),
            ("public", "", 1),
            ("authority", purpose, 1),
        ];
        for (kind, more, want) in rows {
            assert_eq!(given(kind, more).at("L34").len(), want, "{kind}, {more}");
        }
    }

    #[test]
    fn an_ordered_disclosure_has_the_basis_of_the_order() {
        let requests = "[authority_requests]\nonly_on = { en = 'a court order' }";
        let authority = given("authority", "purpose = { en = 'to answer' }").header(requests);
        assert_eq!(authority.at("L34"), ["recipient more"]);
        let basis = "authority_requests.basis = { legal_obligation = 'the law of the order' }";
        assert_eq!(authority.header(basis).at("L34"), [""; 0]);
    }

    #[test]
    fn an_open_class_is_no_class() {
        let open = given("partner", "purpose = { en = 'x' }\nbasis = 'contract'")
            .header("recipients.more.title = { en = 'Partners, Including auditors' }");
        assert_eq!(open.at("L34"), ["recipient more"]);
        let named = open.header("recipients.more.named = ['Example AS']");
        assert_eq!(named.at("L34"), [""; 0]);
        let processors =
            Fixture::new().header("recipients.sender.title = { en = 'senders and others' }");
        assert_eq!(processors.at("L34"), [""; 0]);
    }
}
