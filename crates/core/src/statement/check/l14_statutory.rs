//! What a law wants kept is kept at least as long, and the text says so with the law as its basis.
//!
//! GDPR Articles 6(1)(c) and 17(3)(b). The duty covers the fields it is declared for and no other
//! purpose. Records of payments have such a law nearly everywhere (in Norway bokføringsloven § 13), so
//! that they name none is found too.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::{Keep, Period};
use crate::statement::model::{BasisName, Hold, OneOrMany, Role};

/// L14.
pub(super) static RULE: Rule = Rule {
    id: "L14",
    title: "periods reach the minimum of a declared law, which is told as a basis",
    severity: Severity::Error,
    article: "GDPR Articles 6(1)(c), 17(3)(b)",
    effective: GDPR,
    kinds: &["too_short", "hold_untold", "minimum_untold", "no_law"],
    find,
};

/// The category of what is paid and invoiced.
const PAYMENT: &str = "pd:Transactional";

/// Laws with their shortest period, in average minutes: a hold under the law is no shorter.
///
/// # Source
///
/// Bokføringsloven § 13: 5 years after the end of the financial year for primary records, 3 years and
/// 6 months for secondary ones.
const SHORTEST: [(&str, &str); 2] = [
    ("bokføringsloven", "3 years and 6 months"),
    ("bookkeeping act", "3 years and 6 months"),
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        if matches!(record.activity.role, Role::ProcessorFor(_)) {
            continue;
        }
        let holds = record.collection.hold.iter().flat_map(OneOrMany::as_slice);
        for (message, hint) in holds.filter_map(too_short) {
            let finding = subject.record(&RULE, record, "hold", message);
            findings.push(finding.kind("too_short").hint(hint));
        }
        if let Some((kind, key, message, hint)) = unsaid(record) {
            let finding = subject.record(&RULE, record, key, message);
            findings.push(finding.kind(kind).hint(hint));
        }
    }
}

fn too_short(duty: &Hold) -> Option<(String, &'static str)> {
    let law = duty.law.to_lowercase();
    let (_, shortest) = SHORTEST.iter().find(|(name, _)| law.contains(name))?;
    let shortest: Period = shortest.parse().ok()?;
    let held = duty.keep.cap();
    let short = held.is_none_or(|held| held.average_minutes() < shortest.average_minutes());
    short.then(|| {
        let message = format!(
            "`{}` is less than {} asks for ({shortest})",
            duty.keep, duty.law
        );
        (message, "give the period of the law")
    })
}

/// The kind of finding, the key to look at, what is wrong there and what to do.
type Unsaid = (&'static str, &'static str, String, &'static str);

/// A law that reaches the collection and that the text does not tell as a basis.
fn unsaid(record: Record<'_>) -> Option<Unsaid> {
    let name = record.full_name();
    if record.activity.rests_on(BasisName::LegalObligation) {
        return None;
    }
    let keeps = || record.collection.keep.iter().flat_map(OneOrMany::as_slice);
    if let Some(hold) = record
        .collection
        .hold
        .iter()
        .flat_map(OneOrMany::as_slice)
        .next()
    {
        let cap = keeps().find_map(Keep::cap);
        let than = match cap.zip(hold.keep.cap()) {
            Some((cap, held)) if cap.average_minutes() < held.average_minutes() => {
                format!(", longer than the {cap} that the text gives,")
            }
            Some(_) | None => String::new(),
        };
        let message = format!(
            "{} keeps `{name}`{than} and the text does not say so",
            hold.law
        );
        let hint = "name the law as a basis (`legal_obligation`), its purpose and its period";
        return Some(("hold_untold", "hold", message, hint));
    }
    if let Some(law) = keeps().find_map(minimum) {
        let message = format!("{law} keeps `{name}` and is not told as a basis");
        return Some((
            "minimum_untold",
            "keep",
            message,
            "name the law as a basis (`legal_obligation`)",
        ));
    }
    let mut fields = record.collection.fields.iter();
    let (field, _) = fields.find(|(_, field)| field.category == PAYMENT)?;
    let message =
        format!("`{field}` of `{name}` belongs to the books, and no law on keeping them is named");
    Some((
        "no_law",
        "fields",
        message,
        "declare the law, its fields and its period as `hold`",
    ))
}

/// The law that a phrase names for its shortest time.
fn minimum(keep: &Keep) -> Option<String> {
    keep.cases()
        .find_map(|case| case.clauses.at_least.as_ref()?.law.clone())
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    const LAW: &str = "basis = { legal_obligation = 'bokføringsloven § 13' }";
    const INTEREST: &str = "basis = { legitimate_interest = { en = 'x' } }";

    fn count(basis: &str, collection: &str) -> usize {
        let invoice = format!(
            "{basis}\n[collections.subscription]\n{collection}\n\
             [collections.subscription.events]\nissued = {{ en = 'the invoice' }}"
        );
        Fixture::new().activity("news", &invoice).at("L14").len()
    }

    #[test]
    fn a_law_that_keeps_is_told_as_a_basis() {
        let hold = "hold = { law = 'bokføringsloven § 13', only_for = 'bookkeeping', \
                    fields = ['name'], keep = '5 years after end of financial year of issued' }";
        let short = hold.replace("5 years", "2 years");
        let at_least =
            "keep = '1 year after collection, at least 5 years after issued under \"a law\"'";
        let payment = "fields.amount.category = 'pd:Transactional'";
        for (basis, collection, want) in [
            (INTEREST, hold, 1),
            (LAW, hold, 0),
            (LAW, &short, 1),
            (INTEREST, at_least, 1),
            (LAW, at_least, 0),
            (INTEREST, payment, 1),
            (LAW, payment, 0),
            (INTEREST, "", 0),
        ] {
            assert_eq!(count(basis, collection), want, "{basis} {collection}");
        }
    }
}
