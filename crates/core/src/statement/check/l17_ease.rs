//! Withdrawing consent is as easy as giving it.
//!
//! GDPR Article 7(3). What is given with one touch inside a product is not taken back by writing an
//! e-mail.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::Channel;

/// L17.
pub(super) static RULE: Rule = Rule {
    id: "L17",
    title: "consent is withdrawn as easily as it is given",
    severity: Severity::Warning,
    article: "GDPR Article 7(3)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject
        .activities()
        .filter(|(_, activity)| activity.rests_on_consent())
    {
        let least = |channels: &[Channel]| channels.iter().copied().map(effort).min();
        let given = least(&activity.consent_given_by);
        let withdrawn = least(&activity.withdraw);
        if let (Some(given), Some(withdrawn)) = (given, withdrawn)
            && withdrawn > given
        {
            let message = format!("consent to `{id}` is harder to withdraw than to give");
            let finding = subject.activity(&RULE, (id, activity), "withdraw", message);
            findings.push(finding.hint("offer withdrawal where consent is given"));
        }
    }
}

/// What a channel asks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effort {
    /// One touch where one is.
    Touch,
    /// Going somewhere and filling something in.
    Write,
    /// Calling, posting, or going through another.
    Errand,
}

fn effort(channel: Channel) -> Effort {
    match channel {
        Channel::Link | Channel::Product | Channel::App | Channel::CookieSettings => Effort::Touch,
        Channel::Email | Channel::Form | Channel::Sms | Channel::Web | Channel::SocialMedia => {
            Effort::Write
        }
        Channel::Phone | Channel::Post | Channel::Employer => Effort::Errand,
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn the_easiest_way_out_is_compared_with_the_easiest_way_in() {
        for (given, withdraw, want) in [
            ("'product'", "'product', 'email'", 0),
            ("'product'", "'email', 'form'", 1),
            ("'form'", "'link'", 0),
            ("'form'", "'email'", 0),
            ("'form'", "'post'", 1),
            ("'post', 'product'", "'form'", 1),
            ("", "'post'", 0),
        ] {
            let channels = format!("consent_given_by = [{given}]\nwithdraw = [{withdraw}]");
            let fixture = Fixture::new().activity("news", &channels);
            assert_eq!(fixture.at("L17").len(), want, "{channels}");
        }
    }

    #[test]
    fn without_consent_there_is_nothing_to_withdraw() {
        let fixture = Fixture::new().activity(
            "news",
            "basis = 'contract'\nconsent_given_by = ['product']\nwithdraw = ['post']",
        );
        assert_eq!(fixture.at("L17"), [""; 0]);
    }
}
