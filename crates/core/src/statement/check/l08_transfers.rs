//! Of every recipient it is told whether the data leaves the EEA, for which country, whether that
//! country is found adequate, and else by what safeguard and where a copy of it can be had.
//!
//! GDPR Articles 13(1)(f), 44-49. What everyone can read goes everywhere, and what authorities ask for
//! has a rule of its own (L36): both are left out here.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::law::transfers::{Covers, adequacy, in_eea};
use crate::statement::model::{Recipient, RecipientKind, TransferTool};

/// L08.
pub(super) static RULE: Rule = Rule {
    id: "L08",
    title: "countries, adequacy, safeguard and where to get a copy are told for every transfer",
    severity: Severity::Error,
    article: "GDPR Articles 13(1)(f), 44-49",
    effective: GDPR,
    kinds: &[
        "unsaid",
        "no_countries",
        "no_ground",
        "no_adequacy",
        "not_covered",
        "no_copy",
    ],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let recipients = subject
        .recipients()
        .filter(|(_, recipient)| may_send_on(recipient));
    for (id, recipient) in recipients {
        let problems = [
            countries(id, recipient),
            tool(subject, id, recipient),
            copy(id, recipient),
        ];
        for (kind, key, message, hint) in problems.into_iter().flatten() {
            let finding = subject.recipient(&RULE, (id, recipient), key, message);
            findings.push(finding.kind(kind).hint(hint));
        }
    }
}

/// The kind of finding, the key to look at, what is wrong there and what to do.
type Problem = (&'static str, &'static str, String, &'static str);

fn may_send_on(recipient: &Recipient) -> bool {
    match recipient.kind {
        RecipientKind::Processor
        | RecipientKind::Group
        | RecipientKind::Partner
        | RecipientKind::JointController => true,
        RecipientKind::Authority | RecipientKind::Public | RecipientKind::Controller => false,
    }
}

/// That the data may leave the EEA, as far as the text says anything.
fn countries(id: &str, recipient: &Recipient) -> Option<Problem> {
    if !recipient.countries.is_empty() {
        return None;
    }
    let (kind, message) = match recipient.transfer {
        Some(TransferTool::Eea) => return None,
        Some(
            TransferTool::Adequacy
            | TransferTool::StandardClauses
            | TransferTool::CorporateRules
            | TransferTool::Derogation,
        ) => {
            let message = format!("it is not said to which countries `{id}` takes the data");
            ("no_countries", message)
        }
        None => {
            let message = format!("it is not said whether the data of `{id}` leaves the EEA");
            ("unsaid", message)
        }
    };
    let hint = "list the `countries`, or write `transfer = \"eea\"` where none is outside";
    Some((kind, "countries", message, hint))
}

/// The first country outside the EEA that nothing opens the way to.
fn tool(subject: &Subject<'_>, id: &str, recipient: &Recipient) -> Option<Problem> {
    let mut outside = recipient
        .countries
        .iter()
        .filter(|country| !in_eea(country));
    match recipient.transfer {
        None | Some(TransferTool::Eea) => outside.next().map(|country| {
            let message = format!("nothing makes it lawful that `{id}` takes data to {country}");
            (
                "no_ground",
                "transfer",
                message,
                "name the ground of GDPR Chapter V in `transfer`",
            )
        }),
        Some(TransferTool::Adequacy) => outside.find_map(|country| {
            let (kind, message) = match adequacy(country, subject.today) {
                None => {
                    let message = format!("no adequacy decision on {country} is in force");
                    ("no_adequacy", message)
                }
                Some(decision) => match decision.covers {
                    Covers::Everyone => return None,
                    Covers::Only(_) if recipient.agreement.is_some() => return None,
                    Covers::Only(some) => {
                        let message = format!(
                            "the adequacy decision on {country} covers {some}, and it is not said \
                             that `{id}` is one"
                        );
                        ("not_covered", message)
                    }
                },
            };
            let hint = "file what shows that it is covered as `agreement`, or name another ground";
            Some((kind, "transfer", message, hint))
        }),
        Some(
            TransferTool::StandardClauses | TransferTool::CorporateRules | TransferTool::Derogation,
        ) => None,
    }
}

/// That a safeguard is relied on and nobody can read it.
fn copy(id: &str, recipient: &Recipient) -> Option<Problem> {
    let relied_on = matches!(
        recipient.transfer,
        Some(TransferTool::StandardClauses | TransferTool::CorporateRules)
    );
    (relied_on && recipient.safeguard_copy.is_none()).then(|| {
        let message = format!("it is not said where a copy of the safeguard of `{id}` can be had");
        ("no_copy", "transfer", message, "say it in `safeguard_copy`")
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    /// How many findings a recipient with these keys brings.
    fn count(keys: &str) -> usize {
        let sender = Fixture::new()
            .without("recipients.sender.countries")
            .without("recipients.sender.transfer")
            .without("recipients.sender.agreement");
        let sender = sender.header(&format!("[recipients.sender]\n{keys}"));
        sender.at("L08").len()
    }

    #[test]
    fn a_transfer_is_told_in_full() {
        for (keys, want) in [
            ("", 1),
            ("countries = ['NO', 'DE']", 0),
            ("transfer = 'eea'", 0),
            ("countries = ['IN']", 1),
            ("countries = ['NO', 'IN']\ntransfer = 'eea'", 1),
            ("countries = ['IN']\ntransfer = 'standard_clauses'", 1),
            (
                "countries = ['IN']\ntransfer = 'standard_clauses'\nsafeguard_copy = { en = 'on request' }",
                0,
            ),
            (
                "transfer = 'standard_clauses'\nsafeguard_copy = { en = 'on request' }",
                1,
            ),
            ("countries = ['IN']\ntransfer = 'derogation'", 0),
        ] {
            assert_eq!(count(keys), want, "{keys}");
        }
    }

    #[test]
    fn adequacy_is_looked_up() {
        for (keys, want) in [
            ("countries = ['CH']\ntransfer = 'adequacy'", 0),
            ("countries = ['IN']\ntransfer = 'adequacy'", 1),
            ("countries = ['US']\ntransfer = 'adequacy'", 1),
            (
                "countries = ['US']\ntransfer = 'adequacy'\nagreement = { reference = 'list' }",
                0,
            ),
        ] {
            assert_eq!(count(keys), want, "{keys}");
        }
    }

    #[test]
    fn the_world_and_authorities_are_not_asked_here() {
        assert_eq!(count("kind = 'public'"), 0);
        assert_eq!(count("kind = 'authority'"), 0);
        assert_eq!(count("kind = 'group'\nnamed = ['Example Two AS']"), 1);
    }
}
