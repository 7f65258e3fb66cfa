//! Marketing by email, text message or app has consent, or the exception for existing customers.
//!
//! Markedsføringsloven § 15 (with ePrivacy Directive Article 13 elsewhere): marketing to a person by
//! electronic means that reach that person needs prior consent, whatever basis the processing behind
//! it has. The exception is an existing customer whose address came from a sale, for similar goods or
//! services of one's own, who could decline when the address was collected and can in every message.
//! Messages that are no marketing by their name may count as such; they are pointed out.

use jiff::civil::{Date, date};

use super::{Finding, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Basis, BasisName, Channel};

/// The day from which markedsføringsloven § 15 applies.
const MARKETING_ACT: Date = date(2009, 6, 1);

/// L25.
pub(super) static RULE: Rule = Rule {
    id: "L25",
    title: "electronic marketing rests on consent, or on the exception for existing customers",
    severity: Severity::Error,
    article: "markedsføringsloven § 15",
    effective: MARKETING_ACT,
    kinds: &["unasked", "no_way_out", "no_ground", "doubt"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject
        .activities()
        .filter(|(_, activity)| reaches(activity))
    {
        let at = |key: &str, message: &str| subject.activity(&RULE, (id, activity), key, message);
        if !activity.marketing {
            if activity.rests_on(BasisName::LegitimateInterest) && !activity.rests_on_consent() {
                let message = "messages that nobody asked for may count as marketing";
                let finding = at("messages", message).severity(Severity::Info);
                findings.push(
                    finding
                        .kind("unasked")
                        .hint("keep them free of anything that promotes, or ask for consent"),
                );
            }
        } else if activity.existing_customers.is_some() {
            if !can_decline_in_message(activity) {
                let message =
                    "the exception for existing customers asks for a way out in every message";
                let finding = at("existing_customers", message);
                findings.push(finding.kind("no_way_out").hint("add `link` to `object`"));
            }
        } else if !activity.rests_on_consent() {
            let message = "marketing that reaches people electronically has neither consent nor the \
                           exception for existing customers";
            let finding = at("messages", message);
            findings.push(
                finding
                    .kind("no_ground")
                    .hint("rest it on consent, or say for whom `existing_customers` holds"),
            );
        } else if activity.basis.as_slice().iter().any(is_doubtful) {
            let message =
                "consent is asked for only in some cases, and the text does not say in which";
            let finding = at("basis", message);
            findings.push(
                finding
                    .kind("doubt")
                    .hint("ask everyone, or say for whom `existing_customers` holds"),
            );
        }
    }
}

fn reaches(activity: &Activity) -> bool {
    let personal = [Channel::Email, Channel::Sms, Channel::App];
    activity
        .messages
        .iter()
        .any(|channel| personal.contains(channel))
}

/// Whether each message shows the way out: by a link in it, or by the channel that it came through.
fn can_decline_in_message(activity: &Activity) -> bool {
    let mut ways = activity.object.iter().chain(&activity.withdraw);
    ways.any(|way| match way {
        Channel::Link => true,
        Channel::Sms | Channel::App => activity.messages.contains(way),
        Channel::Email
        | Channel::Form
        | Channel::Product
        | Channel::Phone
        | Channel::Post
        | Channel::CookieSettings
        | Channel::Web
        | Channel::SocialMedia
        | Channel::Employer => false,
    })
}

fn is_doubtful(basis: &Basis) -> bool {
    match basis {
        Basis::Named(_) => false,
        Basis::Terms(terms) => {
            terms.doubt.is_some() && basis.legal().is_some_and(|legal| legal.name.is_consent())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    const INTEREST: &str = "basis = [{ legitimate_interest = { en = 'to sell more' } }]";

    fn news(snippet: &str) -> Fixture {
        Fixture::new().activity("news", snippet)
    }

    #[test]
    fn consent_or_the_exception_with_its_way_out() {
        let customers =
            "existing_customers = { who = { en = 'who bought something alike' }, when = 'buyer' }
                         states.buyer = { en = 'a buyer' }";
        #[rustfmt::skip]
        let rows = [
            ("consent", news(""), false),
            ("interest", news(INTEREST), true),
            ("interest, on web pages only", news(INTEREST).activity("news", "messages = ['web']"), false),
            ("interest, by text message", news(INTEREST).activity("news", "messages = ['sms']"), true),
            ("consent in doubt", news("basis = { consent = { en = 'news' }, doubt = { en = 'if needed' } }"), true),
            ("customers", news(INTEREST).activity("news", customers), false),
            ("customers, doubt settled", news("basis = { consent = { en = 'news' }, doubt = { en = 'if needed' } }").activity("news", customers), false),
            ("customers, no way out in the message", news(customers).activity("news", "object = ['form']\nwithdraw = ['email']"), true),
            ("customers, by reply to the text message", news(customers).activity("news", "object = ['sms']\nwithdraw = []\nmessages = ['sms']"), false),
        ];
        for (shows, fixture, want) in rows {
            let found = fixture.findings("L25");
            assert_eq!(!found.is_empty(), want, "{shows}");
            assert!(
                found
                    .iter()
                    .all(|f| f.diagnostic.severity == Severity::Error),
                "{shows}"
            );
        }
    }

    #[test]
    fn messages_on_an_interest_are_pointed_out_and_those_of_a_contract_are_not() {
        let survey = news(INTEREST).activity("news", "marketing = false");
        let found = survey.findings("L25");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].diagnostic.severity, Severity::Info);
        let invoices = news("marketing = false\nbasis = 'contract'");
        assert_eq!(invoices.at("L25"), [""; 0]);
    }
}
