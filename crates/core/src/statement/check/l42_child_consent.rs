//! Where children are asked for consent, the age from which they give it alone is told and lawful.
//!
//! GDPR Article 8(1): a child consents alone to a service on the internet from the age of 16, or a lower
//! one of at least 13 that the country has set; in Norway 13 (personopplysningsloven § 5). Below it a
//! parent consents or approves.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::law::ages::consent_age;

/// L42.
pub(super) static RULE: Rule = Rule {
    id: "L42",
    title: "the age at which children consent alone is told and lawful",
    severity: Severity::Info,
    article: "GDPR Article 8, personopplysningsloven § 5",
    effective: GDPR,
    kinds: &["no_age", "too_young"],
    find,
};

/// Children among the subjects, as a DPV term.
const CHILD: &str = "dpv:Child";

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let country = &subject.header().controller.country;
    let lawful = consent_age(country, subject.today);
    for (id, activity) in subject
        .activities()
        .filter(|(_, one)| one.rests_on_consent())
    {
        let mut subjects = activity.subjects.as_slice().iter();
        let of_children = subjects.any(|subject| subject == CHILD);
        let (kind, key, message) = match activity.minimum_age {
            None if of_children => (
                "no_age",
                "subjects",
                "children are asked for consent, and no age is told".to_owned(),
            ),
            Some(age) if age < lawful => (
                "too_young",
                "minimum_age",
                format!(
                    "children of {age} are asked for consent; in `{country}` they give it alone from {lawful}"
                ),
            ),
            None | Some(_) => continue,
        };
        let finding = subject.activity(&RULE, (id, activity), key, message);
        findings.push(
            finding
                .kind(kind)
                .hint("set `minimum_age`, and say how a parent consents for younger children"),
        );
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::statement::check::check;
    use crate::statement::check::testing::Fixture;

    #[test]
    fn the_age_is_the_one_of_the_country() {
        #[rustfmt::skip]
        let rows = [
            ("NO", "minimum_age = 13", 0),
            ("NO", "minimum_age = 12", 1),
            ("DE", "minimum_age = 15", 1),
            ("DE", "minimum_age = 16", 0),
            ("NO", "minimum_age = 12\nbasis = 'contract'", 0),
            ("NO", "subjects = ['dpv:Child', 'dpv:User']", 0),
        ];
        for (country, snippet, want) in rows {
            let header = format!("controller.country = '{country}'");
            let fixture = Fixture::new().header(&header).activity("news", snippet);
            assert_eq!(fixture.at("L42").len(), want, "{country}, {snippet}");
        }
        let no_age = Fixture::new().news_without("minimum_age");
        assert_eq!(no_age.at("L42"), [""; 0]);
        let children = no_age.activity("news", "subjects = 'dpv:Child'");
        assert_eq!(children.at("L42"), ["news"]);
    }

    #[test]
    fn the_age_is_the_one_of_the_day() {
        let danish = Fixture::new().header("controller.country = 'DK'");
        let statement = danish.activity("news", "minimum_age = 13").load().unwrap();
        let found = |on| {
            let judged = check(&statement, on).into_iter();
            judged.filter(|one| one.finding.rule.id == "L42").count()
        };
        assert_eq!(found(date(2023, 12, 31)), 0);
        assert_eq!(found(date(2024, 1, 1)), 1);
    }
}
