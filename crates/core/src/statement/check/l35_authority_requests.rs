//! What happens when an authority asks for data is told: on what, how much, who approves, who is told.
//!
//! GDPR Articles 6(1)(c) and 5(1)(c): an ordered disclosure rests on the law behind the order and is
//! limited to it. A commercial company cannot rest routine help to the police on a legitimate interest.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{AuthorityRequests, Basis, BasisName, RecipientKind};

/// L35.
pub(super) static RULE: Rule = Rule {
    id: "L35",
    title: "requests of authorities have a document, a basis, an approver and a notice policy",
    severity: Severity::Warning,
    article: "GDPR Articles 6(1)(c), 5(1)(c)",
    effective: GDPR,
    kinds: &[
        "no_document",
        "no_basis",
        "not_ordered",
        "approver",
        "notice",
    ],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if let Some(requests) = &subject.header().authority_requests {
        for (kind, key, message, hint) in gaps(requests) {
            let key = format!("authority_requests.{key}");
            let finding = subject.header_key(&RULE, &key, message);
            findings.push(finding.kind(kind).hint(hint));
        }
        return;
    }
    let authorities = subject
        .recipients()
        .filter(|(_, recipient)| recipient.kind == RecipientKind::Authority);
    for (id, recipient) in authorities {
        let message = "it receives data, and the text does not say on what document";
        let finding = subject.recipient(&RULE, (id, recipient), "kind", message);
        findings.push(
            finding
                .kind("no_document")
                .hint("add `[authority_requests]`"),
        );
    }
}

/// The kind of finding, the key to look at, what is wrong there and what to do.
type Gap = (&'static str, &'static str, &'static str, &'static str);

fn gaps(requests: &AuthorityRequests) -> impl Iterator<Item = Gap> {
    let basis = match &requests.basis {
        None => Some((
            "no_basis",
            "basis",
            "the text names no legal basis for what authorities are given",
            "an ordered disclosure rests on `legal_obligation`",
        )),
        Some(basis) if !is_ordered(basis) => Some((
            "not_ordered",
            "basis",
            "a disclosure to an authority rests on the law that orders it",
            "use `legal_obligation`, and `vital_interest` where a life is at risk",
        )),
        Some(_) => None,
    };
    let approver = requests.approved_by.is_none().then_some((
        "approver",
        "approved_by",
        "the text does not say who approves a disclosure to an authority",
        "name a role, and let two persons sign",
    ));
    let notice = requests.person_told.is_none().then_some((
        "notice",
        "person_told",
        "the text does not say whether people are told of a disclosure to an authority",
        "tell them before it, unless a law forbids that",
    ));
    [basis, approver, notice].into_iter().flatten()
}

fn is_ordered(basis: &Basis) -> bool {
    basis.legal().is_some_and(|legal| match legal.name {
        BasisName::LegalObligation | BasisName::PublicTask | BasisName::VitalInterest => true,
        BasisName::Consent
        | BasisName::ExplicitConsent
        | BasisName::Contract
        | BasisName::LegitimateInterest => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    const FULL: &str = "[authority_requests]
        only_on = { en = 'a court order' }
        basis = { legal_obligation = 'the law of the order' }
        approved_by = 'two lawyers'
        person_told = { en = 'before, unless a law forbids it' }";

    #[test]
    fn each_part_is_asked_for() {
        let full = Fixture::new().header(FULL);
        assert_eq!(full.at("L35"), [""; 0]);
        for key in ["basis", "approved_by", "person_told"] {
            let key = format!("authority_requests.{key}");
            assert_eq!(full.clone().without(&key).at("L35"), ["statement"], "{key}");
        }
        let interest = full.without("authority_requests.basis");
        let interest = interest.header("authority_requests.basis = 'legitimate_interest'");
        assert_eq!(interest.at("L35"), ["statement"]);
    }

    #[test]
    fn an_authority_among_the_recipients_needs_them_all() {
        let recipient =
            "[recipients.police]\nsection = '4'\ntitle = { en = 'the police' }\nkind = 'authority'";
        let police = Fixture::new().header(recipient);
        assert_eq!(police.at("L35"), ["recipient police"]);
        assert_eq!(police.header(FULL).at("L35"), [""; 0]);
        assert_eq!(Fixture::new().at("L35"), [""; 0]);
    }
}
