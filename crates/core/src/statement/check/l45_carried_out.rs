//! What a rule promises is carried out.
//!
//! GDPR Articles 5(2) and 24. A period that nothing enforces is a sentence and no more; and a warning
//! or a question reaches people only if someone sends it.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::WaitVerb;
use crate::statement::model::FieldKind;
use crate::sweep::not_carried_out;

/// L45.
pub(super) static RULE: Rule = Rule {
    id: "L45",
    title: "what a rule promises is carried out",
    severity: Severity::Warning,
    article: "GDPR Articles 5(2), 24(1)",
    effective: GDPR,
    kinds: &["not_carried_out", "tells", "free_text"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        let name = record.full_name();
        let lacking = not_carried_out(record.collection);
        if !lacking.is_empty() {
            let message = format!("nothing carries out {} of `{name}`", lacking.join(" and "));
            let hint = "see to it yourself; the board proves nothing of it";
            let finding = subject.record(&RULE, record, "keep", message);
            findings.push(finding.kind("not_carried_out").hint(hint));
        }
        if let Some((kind, message, hint)) = needs_help(record) {
            let finding = subject.record(&RULE, record, "then", message).hint(hint);
            findings.push(finding.kind(kind).severity(Severity::Info));
        }
    }
}

/// The kind of finding, what the end needs of others and what to do.
fn needs_help(record: Record<'_>) -> Option<(&'static str, String, &'static str)> {
    let then = record.collection.then.as_ref()?;
    let name = record.full_name();
    if then.tells() {
        let message = format!("`{name}` does not end before your application has told its people");
        let hint = "ask `ombud notices` whom, send the message, and tell the clock that they were `warned` or `asked`";
        return Some(("tells", message, hint));
    }
    let mut waits = then.waits.iter();
    let unnamed = waits.any(|wait| wait.verb == WaitVerb::Pseudonymise);
    let mut fields = record.collection.fields.iter();
    let (field, _) = fields.find(|(_, field)| {
        matches!(field.kind, FieldKind::FreeText | FieldKind::File) && unnamed
    })?;
    let message = format!("`{field}` of `{name}` stays as it is when names are taken out");
    Some((
        "free_text",
        message,
        "free text and files may name the person: `hide` or `archive` in place of it",
    ))
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn what_nothing_carries_out_is_told() {
        for (keys, want) in [
            ("keep = '1 year after collection'", 0),
            (
                "keep = '1 year after collection, reviewed every 6 months'",
                1,
            ),
            ("copies = { device = '24 hours after collection' }", 1),
            (
                "fields = { ip = { category = 'pd:IPAddress', keep = '1 day after collection' } }",
                0,
            ),
            ("leaves = { hash = '2 years after erasure' }", 1),
            ("leaves = 'suppression'", 0),
            ("then = 'hide for 30 days with undo, then erase'", 0),
            ("then = 'warn 14 days before, then erase'", 1),
            ("then = 'ask for 30 days, then erase'", 1),
            ("then = 'pseudonymise for 30 days, then erase'", 0),
        ] {
            let found = Fixture::new().collection(keys).at("L45");
            assert_eq!(found.len(), want, "{keys}");
        }
    }
}
