//! Direct marketing can be objected to absolutely, free of charge and electronically.
//!
//! GDPR Article 21(2)-(3): an objection to direct marketing ends it, with no balancing; recital 70:
//! at any time and free of charge. Article 21(5) lets people object by automated means, so at least
//! one channel is electronic. Where marketing rests on consent, the ways to withdraw it count.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Channel, Right, Role};

/// L24.
pub(super) static RULE: Rule = Rule {
    id: "L24",
    title: "direct marketing can be objected to, absolutely and electronically",
    severity: Severity::Error,
    article: "GDPR Article 21(2)-(3)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut marketing = subject
        .activities()
        .filter(|(_, activity)| activity.marketing && !is_processor(&activity.role))
        .peekable();
    if marketing.peek().is_none() {
        return;
    }
    let told = &subject.header().rights.told;
    if !told.contains(&Right::ObjectionToMarketing) {
        let message = "the right to object to direct marketing is not told of";
        let finding = subject.header_key(&RULE, "rights.told", message);
        findings.push(
            finding.hint("add `objection_to_marketing`: it needs no reason and no balancing"),
        );
    }
    for (id, activity) in marketing {
        let mut ways = activity.object.iter().chain(&activity.withdraw);
        if !ways.any(|channel| is_electronic(*channel)) {
            let message = "there is no electronic way to object to this marketing";
            let finding = subject.activity(&RULE, (id, activity), "object", message);
            findings.push(finding.hint("add a channel to `object`, for example `link` or `email`"));
        }
    }
}

fn is_processor(role: &Role) -> bool {
    matches!(role, Role::ProcessorFor(_))
}

fn is_electronic(channel: Channel) -> bool {
    match channel {
        Channel::Email
        | Channel::Link
        | Channel::Form
        | Channel::Product
        | Channel::Sms
        | Channel::App
        | Channel::CookieSettings
        | Channel::Web
        | Channel::SocialMedia => true,
        Channel::Phone | Channel::Post | Channel::Employer => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn the_right_is_told_and_one_way_is_electronic() {
        let without = |told: &str| Fixture::new().header(&format!("rights.told = [{told}]"));
        #[rustfmt::skip]
        let rows = [
            ("as it should be", Fixture::new(), vec![]),
            ("not told", without("'objection', 'complaint'"), vec!["section 5"]),
            ("withdrawal counts", Fixture::new().activity("news", "object = []"), vec![]),
            ("no way at all", Fixture::new().activity("news", "object = []\nwithdraw = []"), vec!["news"]),
            ("by post and phone only", Fixture::new().activity("news", "object = ['post', 'phone']\nwithdraw = []"), vec!["news"]),
            ("by reply", Fixture::new().activity("news", "object = ['post', 'sms']\nwithdraw = []"), vec![]),
            ("no marketing", without("").activity("news", "marketing = false\nobject = []\nwithdraw = []"), vec![]),
        ];
        for (shows, fixture, want) in rows {
            assert_eq!(fixture.at("L24"), want, "{shows}");
        }
    }
}
