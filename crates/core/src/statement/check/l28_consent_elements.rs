//! Consent has all its elements: free, unambiguous, and explicit where the law asks for that.
//!
//! GDPR Article 4(11): consent is a freely given, specific, informed and unambiguous act. It must be
//! explicit for special categories (9(2)(a)), for automated decisions (22(2)(c)) and for transfers on
//! consent (49(1)(a)). Recitals 42-43: it is not free where people must give the data or depend on who
//! asks, as employees do.

use super::words::said_in;
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::{Place, Severity};
use crate::statement::model::{
    Activity, AutomatedDecisions, BasisName, SpecialCategories, TransferTool,
};

/// L28.
pub(super) static RULE: Rule = Rule {
    id: "L28",
    title: "consent is free and unambiguous, and explicit where the law asks for it",
    severity: Severity::Warning,
    article: "GDPR Articles 4(11), 9(2)(a)",
    effective: GDPR,
    kinds: &[
        "act",
        "not_free",
        "employees",
        "sensitive",
        "machine",
        "transfer",
        "called_explicit",
    ],
    find,
};

/// Words that call a consent explicit, in small letters.
const EXPLICIT: [&str; 3] = [
    "explicit consent",
    "uttrykkelig samtykke",
    "eksplisitt samtykke",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject
        .activities()
        .filter(|(_, one)| one.rests_on_consent())
    {
        if !activity.unambiguous {
            let message = "the text does not say by which clear act people consent";
            let finding = subject.activity(&RULE, (id, activity), "unambiguous", message);
            findings.push(
                finding
                    .kind("act")
                    .hint("describe the act, and set `unambiguous = true`"),
            );
        }
        not_free(subject, (id, activity), findings);
        if activity.rests_on(BasisName::Consent) {
            not_explicit(subject, (id, activity), findings);
        }
    }
}

fn not_free(subject: &Subject<'_>, (id, activity): (&str, &Activity), findings: &mut Vec<Finding>) {
    if activity
        .provision
        .as_ref()
        .is_some_and(|provision| !provision.voluntary)
    {
        let message = "the data must be given, so that the consent is not free";
        let finding = subject.activity(&RULE, (id, activity), "provision", message);
        findings.push(
            finding
                .kind("not_free")
                .hint("make it voluntary, or rest it on another basis"),
        );
    }
    let employees = "dpv:Employee".to_owned();
    if activity.subjects.as_slice().contains(&employees) {
        let message = "employees depend on who asks, so that their consent is seldom free";
        let finding = subject.activity(&RULE, (id, activity), "subjects", message);
        findings.push(
            finding
                .kind("employees")
                .hint("say what makes a refusal free of consequences, or use another basis"),
        );
    }
}

fn not_explicit(
    subject: &Subject<'_>,
    (id, activity): (&str, &Activity),
    findings: &mut Vec<Finding>,
) {
    const HINT: &str = "rest it on `explicit_consent`, and ask for it in so many words";
    if let Some((kind, why)) = needs_explicit(subject, activity) {
        let message = format!("{why}, and the consent is not explicit");
        findings.push(
            subject
                .activity(&RULE, (id, activity), "basis", message)
                .kind(kind)
                .hint(HINT),
        );
    }
    if let Some((file, section, bytes)) = said_in(subject, &activity.section, &EXPLICIT) {
        let start = section.body.start;
        let place = Place {
            file: file.to_owned(),
            span: start.saturating_add(bytes.start)..start.saturating_add(bytes.end),
        };
        let message = "the text calls the consent explicit and rests it on plain consent";
        let finding = subject.activity(&RULE, (id, activity), "basis", message);
        let finding = finding.kind("called_explicit").hint(HINT);
        findings.push(finding.related(place, "called explicit here"));
    }
}

/// The kind of finding and why consent must be explicit.
fn needs_explicit(
    subject: &Subject<'_>,
    activity: &Activity,
) -> Option<(&'static str, &'static str)> {
    let by_derogation = |name: &String| {
        let recipient = subject.header().recipients.get(name);
        recipient.is_some_and(|one| one.transfer == Some(TransferTool::Derogation))
    };
    let foreseen = match &activity.special_categories {
        Some(SpecialCategories::Reminder(_)) => true,
        Some(SpecialCategories::Condition(condition)) => condition.starts_with("9(2)(a)"),
        Some(SpecialCategories::Excluded(_)) | None => false,
    };
    if foreseen {
        Some(("sensitive", "sensitive data is foreseen"))
    } else if matches!(
        activity.automated_decisions,
        Some(AutomatedDecisions::Logic(_))
    ) {
        Some(("machine", "a machine decides alone"))
    } else if activity.recipients.iter().any(by_derogation) {
        Some(("transfer", "data leaves the EEA without a safeguard"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    fn news(snippet: &str) -> Fixture {
        Fixture::new().activity("news", snippet)
    }

    #[test]
    fn each_element_is_asked_for() {
        #[rustfmt::skip]
        let rows = [
            ("all there", "", 0),
            ("no act", "unambiguous = false", 1),
            ("no act, no consent", "unambiguous = false\nbasis = 'contract'", 0),
            ("must be given", "provision.voluntary = false", 1),
            ("employees", "subjects = ['dpv:Employee', 'dpv:User']", 1),
            ("employees, by contract", "subjects = 'dpv:Employee'\nbasis = 'contract'", 0),
            ("sensitive", "special_categories.reminder = { en = 'do not' }", 1),
            ("sensitive, explicit", "basis = 'explicit_consent'\nspecial_categories.reminder = { en = 'do not' }", 0),
            ("on 9(2)(a)", "special_categories.condition = '9(2)(a)'", 1),
            ("on 9(2)(j)", "special_categories.condition = '9(2)(j)'", 0),
            ("a machine decides", "automated_decisions = { logic = { en = 'by score' } }", 1),
        ];
        for (shows, snippet, want) in rows {
            assert_eq!(news(snippet).at("L28").len(), want, "{shows}");
        }
    }

    #[test]
    fn a_transfer_on_consent_needs_it_explicit() {
        let abroad = Fixture::new().header("recipients.sender.transfer = 'derogation'");
        assert_eq!(abroad.at("L28"), ["news"]);
        let unused = abroad.activity("news", "recipients = []");
        assert_eq!(unused.at("L28"), [""; 0]);
    }

    #[test]
    fn words_and_basis_must_agree() {
        let called = Fixture::new().says("3.1", "We ask for your Explicit consent.");
        let found = called.findings("L28");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].diagnostic.related.len(), 1);
        let explicit = called.activity("news", "basis = 'explicit_consent'");
        assert_eq!(explicit.at("L28"), [""; 0]);
        let elsewhere = Fixture::new().says("3.2", "We ask for your explicit consent.");
        assert_eq!(elsewhere.at("L28"), [""; 0]);
    }
}
