//! What stores or reads on a person's device has consent or is strictly necessary.
//!
//! Ekomloven § 3-15, whatever basis of GDPR Article 6 the processing has: cookies, software kits and
//! fingerprints need consent of GDPR quality, except for mere transmission and what a service that the
//! person asked for strictly needs. Marketing and profiling are never strictly necessary.

use jiff::civil::{Date, date};

use super::words::said;
use super::{Finding, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{CookieCategory, DeviceAccess};

/// The day from which ekomloven § 3-15 applies.
const COMMUNICATIONS_ACT: Date = date(2025, 1, 1);

/// L26.
pub(super) static RULE: Rule = Rule {
    id: "L26",
    title: "access to a device has consent or is strictly necessary",
    severity: Severity::Error,
    article: "ekomloven § 3-15",
    effective: COMMUNICATIONS_ACT,
    kinds: &["no_consent", "not_necessary", "text", "cookie"],
    find,
};

/// Words for technologies that store or read on a device, in small letters.
const TECHNOLOGIES: [&str; 9] = [
    "cookie",
    "informasjonskaps",
    "fingerprinting",
    "browser fingerprint",
    "local storage",
    "tracking pixel",
    "sporingspiks",
    "web beacon",
    "device identifier",
];

const HINT: &str = "say `device_access = \"consent\"` in the activity, or `strictly_necessary`";

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let (kind, message) = match activity.device_access {
            Some(DeviceAccess::Unsaid) => (
                "no_consent",
                "it stores or reads on people's devices, and the text names no consent",
            ),
            Some(DeviceAccess::StrictlyNecessary) if activity.marketing || activity.profiling => (
                "not_necessary",
                "marketing and profiling are never strictly necessary for a service asked for",
            ),
            Some(DeviceAccess::StrictlyNecessary | DeviceAccess::Consent) | None => continue,
        };
        let finding = subject.activity(&RULE, (id, activity), "device_access", message);
        findings.push(
            finding
                .kind(kind)
                .hint("ask for consent before anything is stored or read"),
        );
    }
    undeclared_in_prose(subject, findings);
    undeclared_cookies(subject, findings);
}

/// Sections that speak of such technologies and whose activities do not say what makes them lawful.
fn undeclared_in_prose(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let declared_anywhere = declared(subject);
    let mut seen: Vec<&str> = Vec::new();
    for (_, file, section) in subject.prose() {
        let Some(bytes) = said(section, &TECHNOLOGIES) else {
            continue;
        };
        let mut here = subject
            .activities()
            .filter(|(_, activity)| activity.section == section.number)
            .peekable();
        let about_an_activity = here.peek().is_some();
        let declared_here = here.any(|(_, activity)| activity.device_access.is_some());
        let settled = if about_an_activity {
            declared_here
        } else {
            declared_anywhere
        };
        if settled || seen.contains(&section.number.as_str()) {
            continue;
        }
        seen.push(&section.number);
        let message = "the text speaks of storing or reading on devices, and no activity says what \
                       makes it lawful";
        findings.push(
            subject
                .words(&RULE, (file, section), bytes, message)
                .kind("text")
                .hint(HINT),
        );
    }
}

/// Cookies that need consent, in a statement of which no activity asks for it.
fn undeclared_cookies(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if declared(subject) {
        return;
    }
    for (name, cookie) in &subject.reading.cookies.cookies {
        if cookie.category != CookieCategory::Necessary {
            let message = format!("the cookie `{name}` needs consent, and no activity asks for it");
            let finding = subject.cookie(&RULE, name, message);
            findings.push(finding.kind("cookie").hint(HINT));
        }
    }
}

fn declared(subject: &Subject<'_>) -> bool {
    subject
        .activities()
        .any(|(_, activity)| activity.device_access.is_some())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::statement::check::check;
    use crate::statement::check::testing::Fixture;

    #[test]
    fn what_an_activity_says_of_devices() {
        #[rustfmt::skip]
        let rows = [
            ("", 0),
            ("device_access = 'unsaid'", 1),
            ("device_access = 'consent'", 0),
            ("device_access = 'strictly_necessary'", 1),
            ("device_access = 'strictly_necessary'\nmarketing = false", 0),
            ("device_access = 'strictly_necessary'\nmarketing = false\nprofiling = true", 1),
        ];
        for (snippet, want) in rows {
            assert_eq!(
                Fixture::new().activity("news", snippet).at("L26").len(),
                want,
                "{snippet}"
            );
        }
    }

    #[test]
    fn words_in_the_prose_need_an_activity_that_declares_them() {
        let cookies = Fixture::new().says("3.1", "We use Cookies to see who opens a message.");
        assert_eq!(cookies.at("L26"), ["section 3.1"]);
        let declared = cookies.activity("news", "device_access = 'consent'");
        assert_eq!(declared.at("L26"), [""; 0]);
        let elsewhere = Fixture::new().says("6", "See the list of cookies.");
        assert_eq!(elsewhere.at("L26"), ["section 6"]);
        let elsewhere = elsewhere.activity("news", "device_access = 'consent'");
        assert_eq!(elsewhere.at("L26"), [""; 0]);
    }

    #[test]
    fn a_cookie_that_needs_consent_needs_an_activity_that_asks_for_it() {
        let cookie = |category: &str| {
            let snippet = format!(
                "[cookies.c]\ncategory = '{category}'\npurpose = {{ en = 'p' }}\nrecipient = {{ en = 'r' }}"
            );
            Fixture::new().cookies(&snippet)
        };
        assert_eq!(cookie("statistics").at("L26"), ["cookie c"]);
        assert_eq!(cookie("necessary").at("L26"), [""; 0]);
        let asked = cookie("marketing").activity("news", "device_access = 'consent'");
        assert_eq!(asked.at("L26"), [""; 0]);
    }

    #[test]
    fn the_duty_begins_in_2025() {
        let statement = Fixture::new()
            .activity("news", "device_access = 'unsaid'")
            .load()
            .unwrap();
        let found = |on| {
            let judged = check(&statement, on).into_iter();
            judged.filter(|one| one.finding.rule.id == "L26").count()
        };
        assert_eq!(found(date(2024, 12, 31)), 0);
        assert_eq!(found(date(2025, 1, 1)), 1);
    }
}
