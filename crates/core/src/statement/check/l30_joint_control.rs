//! Who decides together with the company is named, with the essence of the arrangement.
//!
//! GDPR Article 26(2): the essence of the arrangement between joint controllers is made available to
//! people. Whoever runs a page on social media, sets its pixels or matches people with it decides
//! together with the platform.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Channel, RecipientKind, Role};

/// L30.
pub(super) static RULE: Rule = Rule {
    id: "L30",
    title: "the essence of every joint arrangement can be read",
    severity: Severity::Error,
    article: "GDPR Article 26(2)",
    effective: GDPR,
    kinds: &["arrangement", "platform"],
    find,
};

const HINT: &str = "say who does what, and to whom people turn, in `controller.joint_arrangement`";

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let arranged = subject.header().controller.joint_arrangement.is_some();
    for (id, recipient) in subject.recipients() {
        if recipient.kind == RecipientKind::JointController && !arranged {
            let message =
                "it decides together with the company, and the arrangement is not told of";
            findings.push(
                subject
                    .recipient(&RULE, (id, recipient), "kind", message)
                    .kind("arrangement")
                    .hint(HINT),
            );
        }
    }
    for (id, activity) in subject.activities() {
        if matches!(activity.role, Role::JointWith(_)) && !arranged {
            let message = "the company decides with others, and the arrangement is not told of";
            findings.push(
                subject
                    .activity(&RULE, (id, activity), "role", message)
                    .kind("arrangement")
                    .hint(HINT),
            );
        }
        if matches_people(activity) && !names_a_joint_controller(subject, activity) {
            let message = "people are profiled for social media, and no platform is named as joint controller";
            let finding = subject.activity(&RULE, (id, activity), "messages", message);
            findings.push(
                finding
                    .kind("platform")
                    .hint("declare the platform as a recipient of kind `joint_controller`"),
            );
        }
    }
}

fn matches_people(activity: &Activity) -> bool {
    activity.profiling && activity.messages.contains(&Channel::SocialMedia)
}

fn names_a_joint_controller(subject: &Subject<'_>, activity: &Activity) -> bool {
    let mut names = activity.recipients.iter().chain(&activity.mentions);
    names.any(|name| {
        let recipient = subject.header().recipients.get(name);
        recipient.is_some_and(|one| one.kind == RecipientKind::JointController)
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    const ARRANGED: &str = "controller.joint_arrangement = { en = 'see the page of the platform' }";

    #[test]
    fn a_joint_controller_needs_an_arrangement() {
        let joint = Fixture::new().header("recipients.sender.kind = 'joint_controller'");
        assert_eq!(joint.at("L30"), ["recipient sender"]);
        assert_eq!(joint.header(ARRANGED).at("L30"), [""; 0]);
        let role = Fixture::new().activity("news", "role.joint_with = { en = 'the organiser' }");
        assert_eq!(role.at("L30"), ["news"]);
        assert_eq!(role.header(ARRANGED).at("L30"), [""; 0]);
        assert_eq!(Fixture::new().at("L30"), [""; 0]);
    }

    #[test]
    fn profiles_for_social_media_need_the_platform_named() {
        let news = |snippet: &str| Fixture::new().activity("news", snippet);
        let shown = "messages = ['social_media']";
        let profiled = news(shown).activity("news", "profiling = true");
        assert_eq!(news(shown).at("L30"), [""; 0]);
        assert_eq!(profiled.at("L30"), ["news"]);
        let named = profiled
            .header("recipients.sender.kind = 'joint_controller'")
            .header(ARRANGED);
        assert_eq!(named.at("L30"), [""; 0]);
    }
}
