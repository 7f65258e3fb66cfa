//! Who receives the data of each activity is told, by name or by category.
//!
//! GDPR Article 13(1)(e). Companies of a group are known one by one, so the group is no category: the
//! text names them or says where the list is. Who is mentioned in passing is a recipient too.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::RecipientKind;

/// L07.
pub(super) static RULE: Rule = Rule {
    id: "L07",
    title: "the recipients of each activity, or their categories, are told",
    severity: Severity::Error,
    article: "GDPR Article 13(1)(e)",
    effective: GDPR,
    kinds: &["unsaid", "mentioned", "companies"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        if activity.recipients.is_empty() && !activity.kept_inside {
            let message = format!("it is not said who receives the data of `{id}`");
            let finding = subject.activity(&RULE, (id, activity), "recipients", message);
            findings.push(finding.kind("unsaid").hint(
                "list `recipients`, processors too, or write `kept_inside = true` where no one does",
            ));
        }
        for name in activity
            .mentions
            .iter()
            .filter(|name| !activity.recipients.contains(name))
        {
            let message = format!("`{name}` takes part in `{id}` and is not told as a recipient");
            let finding = subject.activity(&RULE, (id, activity), "mentions", message);
            findings.push(
                finding
                    .kind("mentioned")
                    .hint("say that it receives the data, and move it to `recipients`"),
            );
        }
    }
    for (id, recipient) in subject.recipients() {
        if recipient.kind == RecipientKind::Group && recipient.named.is_empty() {
            let message = format!("the companies of `{id}` are not named");
            let finding = subject
                .recipient(&RULE, (id, recipient), "named", message)
                .severity(Severity::Warning);
            findings.push(
                finding
                    .kind("companies")
                    .hint("list the companies in `named`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn an_activity_tells_its_recipients_or_that_there_are_none() {
        let silent = Fixture::new().activity("news", "recipients = []");
        assert_eq!(silent.at("L07"), ["news"]);
        let inside = Fixture::new().activity("news", "recipients = []\nkept_inside = true");
        assert_eq!(inside.at("L07"), [""; 0]);
    }

    #[test]
    fn who_is_only_mentioned_is_found() {
        let platform = "[recipients.platform]\ntitle = { en = 'a platform' }\nkind = 'partner'";
        let mentioned = Fixture::new()
            .header(platform)
            .activity("news", "mentions = ['platform']");
        assert_eq!(mentioned.at("L07"), ["news"]);
        let told = mentioned.activity("news", "recipients = ['sender', 'platform']");
        assert_eq!(told.at("L07"), [""; 0]);
    }

    #[test]
    fn a_group_is_named_company_by_company() {
        let group = "[recipients.sender]\nkind = 'group'";
        let unnamed = Fixture::new().header(group);
        assert_eq!(unnamed.at("L07"), ["recipient sender"]);
        let named = unnamed.header("recipients.sender.named = ['Example Two AS']");
        assert_eq!(named.at("L07"), [""; 0]);
    }
}
