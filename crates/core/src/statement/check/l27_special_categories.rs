//! Where special categories of data may come in, a condition lets them or a control keeps them out.
//!
//! GDPR Article 9(1)-(2): data on health, beliefs, origin and the like may be processed only on a
//! condition of Article 9(2). They come in through whatever people write freely, through documents,
//! recordings and questions about who they are. Asking people not to share them is no condition.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Field, FieldKind, SpecialCategories};

/// L27.
pub(super) static RULE: Rule = Rule {
    id: "L27",
    title: "special categories have a condition, or are kept out",
    severity: Severity::Error,
    article: "GDPR Article 9(2)",
    effective: GDPR,
    find,
};

/// Categories of data that are special ones.
const SPECIAL: [&str; 32] = [
    "pd:Biometric",
    "pd:BloodType",
    "pd:DNACode",
    "pd:Disability",
    "pd:DrugTestResult",
    "pd:EthnicOrigin",
    "pd:Ethnicity",
    "pd:FacialPrint",
    "pd:FamilyHealthHistory",
    "pd:Fetish",
    "pd:Fingerprint",
    "pd:Genetic",
    "pd:Health",
    "pd:HealthHistory",
    "pd:HealthRecord",
    "pd:IndividualHealthHistory",
    "pd:MedicalHealth",
    "pd:MentalHealth",
    "pd:PhilosophicalBelief",
    "pd:PhysicalHealth",
    "pd:PoliticalAffiliation",
    "pd:PoliticalOpinion",
    "pd:Prescription",
    "pd:Proclivity",
    "pd:Race",
    "pd:Religion",
    "pd:ReligiousBelief",
    "pd:Retina",
    "pd:Sexual",
    "pd:SexualHistory",
    "pd:SexualPreference",
    "pd:TradeUnionMembership",
];

/// Categories of data that often reveal special ones.
const TELLING: [&str; 7] = [
    "pd:Demographic",
    "pd:GroupMembership",
    "pd:Picture",
    "pd:SkinTone",
    "pd:VoiceCommunicationRecording",
    "pd:VoiceMail",
    "pd:Vulnerability",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let Some((key, message)) = problem(activity) else {
            continue;
        };
        let finding = subject.activity(&RULE, (id, activity), key, message);
        findings.push(finding.hint(
            "name the condition of Article 9(2), or say how such data is kept out in `special_categories`",
        ));
    }
}

/// The key to look at and what is wrong there.
fn problem(activity: &Activity) -> Option<(&'static str, String)> {
    let special = named(activity, |field| SPECIAL.contains(&field.category.as_str()));
    match &activity.special_categories {
        Some(SpecialCategories::Reminder(_)) => {
            let message = "people are only asked to leave sensitive data out";
            Some(("special_categories", message.to_owned()))
        }
        Some(SpecialCategories::Condition(condition)) => {
            let message = format!("`{condition}` is no condition of Article 9(2)");
            (!is_condition(condition)).then_some(("special_categories", message))
        }
        Some(SpecialCategories::Excluded(_)) => {
            let message =
                format!("{special} is sensitive, and the text says that no such data is used");
            (!special.is_empty()).then_some(("special_categories", message))
        }
        None => {
            let open = named(activity, may_reveal);
            let message = format!("sensitive data may come in through {open}");
            (!open.is_empty()).then_some(("collections", message))
        }
    }
}

/// The fields of an activity that fit, each once, as a list of names.
fn named(activity: &Activity, fits: fn(&Field) -> bool) -> String {
    let fields = activity.collections.values().flat_map(|one| &one.fields);
    let mut names: Vec<String> = fields
        .filter(|(_, field)| fits(field))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

fn may_reveal(field: &Field) -> bool {
    let category = field.category.as_str();
    matches!(field.kind, FieldKind::FreeText | FieldKind::File)
        || SPECIAL.contains(&category)
        || TELLING.contains(&category)
}

/// Whether a text begins with one of 9(2)(a) to 9(2)(j).
fn is_condition(text: &str) -> bool {
    let letter = text
        .trim()
        .strip_prefix("9(2)(")
        .and_then(|rest| rest.split_once(')'));
    letter.is_some_and(|(letter, _)| {
        letter.len() == 1 && letter.chars().all(|c| ('a'..='j').contains(&c))
    })
}

#[cfg(test)]
mod tests {
    use super::{SPECIAL, TELLING};
    use crate::dpv::{Kind, kind};
    use crate::statement::check::testing::Fixture;

    fn news(snippet: &str) -> Fixture {
        Fixture::new().activity("news", snippet)
    }

    fn with(field: &str) -> Fixture {
        Fixture::new().collection(&format!("fields.more = {field}"))
    }

    #[test]
    fn open_fields_ask_for_a_condition_or_a_control() {
        #[rustfmt::skip]
        let rows = [
            ("short text", with("{ category = 'pd:Opinion' }"), 0),
            ("free text", with("{ category = 'pd:Opinion', type = 'free_text' }"), 1),
            ("document", with("{ category = 'pd:EmploymentHistory', type = 'file' }"), 1),
            ("demographics", with("{ category = 'pd:Demographic' }"), 1),
            ("health", with("{ category = 'pd:MedicalHealth' }"), 1),
        ];
        for (shows, fixture, want) in rows {
            assert_eq!(fixture.at("L27").len(), want, "{shows}");
            let out = fixture.activity(
                "news",
                "special_categories.excluded = { en = 'erased when found' }",
            );
            assert_eq!(
                out.at("L27").len(),
                usize::from(shows == "health"),
                "{shows}, excluded"
            );
        }
    }

    #[test]
    fn a_reminder_is_no_condition() {
        #[rustfmt::skip]
        let rows = [
            ("special_categories.reminder = { en = 'please do not' }", 1),
            ("special_categories.condition = '9(2)(a)'", 0),
            ("special_categories.condition = '9(2)(j), research'", 0),
            ("special_categories.condition = '9(2)(k)'", 1),
            ("special_categories.condition = '6(1)(f)'", 1),
        ];
        for (snippet, want) in rows {
            assert_eq!(news(snippet).at("L27").len(), want, "{snippet}");
        }
    }

    #[test]
    fn every_category_is_one_of_the_vocabulary() {
        for term in SPECIAL.iter().chain(&TELLING) {
            assert_eq!(kind(term), Some(Kind::Data), "{term}");
        }
    }
}
