//! Where people are profiled, scored or tested, it is told whether a machine alone decides about them.
//!
//! GDPR Articles 13(2)(f) and 22: yes, with the logic and the effects, or no.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Role};

/// L20.
pub(super) static RULE: Rule = Rule {
    id: "L20",
    title: "it is told whether decisions are made by machines alone",
    severity: Severity::Warning,
    article: "GDPR Articles 13(2)(f), 22",
    effective: GDPR,
    kinds: &[],
    find,
};

/// Categories of data that rate a person.
const RATINGS: [&str; 8] = [
    "pd:CreditScore",
    "pd:CreditStanding",
    "pd:CreditWorthiness",
    "pd:IndividualProfile",
    "pd:PerformanceAtWork",
    "pd:Personality",
    "pd:ProfessionalEvaluation",
    "pd:Reliability",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let another = matches!(activity.role, Role::ProcessorFor(_));
        if another || activity.automated_decisions.is_some() {
            continue;
        }
        let Some(why) = rated(activity) else { continue };
        let message = format!("`{id}` {why}, and it is not said whether a machine alone decides");
        let finding = subject.activity(&RULE, (id, activity), "automated_decisions", message);
        findings.push(
            finding
                .hint("write `automated_decisions = \"none\"`, or tell the logic and the effects"),
        );
    }
}

fn rated(activity: &Activity) -> Option<String> {
    if activity.profiling {
        return Some("profiles people".to_owned());
    }
    let collections = activity.collections.values();
    let mut fields = collections.flat_map(|collection| &collection.fields);
    let (name, field) = fields.find(|(_, field)| RATINGS.contains(&field.category.as_str()))?;
    Some(format!("rates people by `{name}` ({})", field.category))
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    fn at(activity: &str) -> Vec<String> {
        let silent = Fixture::new().news_without("automated_decisions");
        silent.activity("news", activity).at("L20")
    }

    #[test]
    fn profiling_and_tests_ask_for_an_answer() {
        let test = "collections.subscription.fields.tests.category = 'pd:ProfessionalEvaluation'";
        assert_eq!(at(""), [""; 0]);
        assert_eq!(at("profiling = true"), ["news"]);
        assert_eq!(at(test), ["news"]);
        assert_eq!(
            at("profiling = true\nautomated_decisions = 'none'"),
            [""; 0]
        );
        let told = "automated_decisions = { logic = { en = 'a score below 5 is refused' } }";
        assert_eq!(at(&format!("profiling = true\n{told}")), [""; 0]);
    }
}
