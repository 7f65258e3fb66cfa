//! The terms of the vocabulary that activities use: each must be one that the vocabulary has.

use super::Statement;
use super::at::At;
use super::mended::Mended;
use super::model::Activity;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::dpv::{self, Kind};

/// Reports purposes, subjects and categories of data that are no terms of the vocabulary.
pub(super) fn check(statement: &Statement, mended: &Mended, diagnostics: &mut Vec<Diagnostic>) {
    for (id, activity) in &statement.published.activities {
        for (at, term, wanted) in terms(id, activity) {
            if dpv::kind(term) == Some(wanted) || mended.covers(&at) {
                continue;
            }
            let keys = at.keys.iter().map(String::as_str);
            let place = statement.folder.place(&at.file, keys);
            let error = Diagnostic::error(place, "term", message(term, wanted));
            diagnostics.push(error.hint(hint(term, wanted)));
        }
    }
}

/// Every term of an activity with its place and what it must be.
fn terms<'a>(id: &str, activity: &'a Activity) -> Vec<(At, &'a str, Kind)> {
    let top = At::activity(id);
    let mut terms = Vec::new();
    for (at, term) in top.key("purpose").each(&activity.purpose) {
        terms.push((at, term.as_str(), Kind::Purpose));
    }
    for (at, term) in top.key("subjects").each(&activity.subjects) {
        terms.push((at, term.as_str(), Kind::Subject));
    }
    for (name, collection) in &activity.collections {
        let fields = top.key("collections").key(name).key("fields");
        for (field, declared) in &collection.fields {
            let at = fields.key(field).key("category");
            terms.push((at, declared.category.as_str(), Kind::Data));
        }
    }
    terms
}

fn message(term: &str, wanted: Kind) -> String {
    if dpv::kind(term).is_none() {
        return format!("the vocabulary has no term `{term}`");
    }
    format!("`{term}` is not {}", title(wanted).0)
}

fn hint(term: &str, wanted: Kind) -> String {
    let known = dpv::vocabulary().filter(|(_, kind)| *kind == wanted);
    if let Some(near) = did_you_mean(term, known.map(|(term, _)| term)) {
        return format!("did you mean `{near}`?");
    }
    let (title, example) = title(wanted);
    format!("use {title} of the Data Privacy Vocabulary 2.3, such as `{example}`")
}

const fn title(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Purpose => ("a purpose", "dpv:DirectMarketing"),
        Kind::Subject => ("a kind of person", "dpv:Customer"),
        Kind::Data => ("a category of personal data", "pd:EmailAddress"),
        Kind::Country => ("a country", "loc:NO"),
        Kind::Used => ("a term", "dpv:Process"),
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::testing::changed;

    #[test]
    fn a_term_must_be_in_the_vocabulary_and_of_its_kind() {
        let file = "activities/news.toml";
        let rows = [
            (
                "\"dpv:DirectMarketing\"",
                "\"dpv:DirectMarketting\"",
                "the vocabulary has no term `dpv:DirectMarketting`",
                "did you mean `dpv:DirectMarketing`?",
            ),
            (
                "\"dpv:Subscriber\"",
                "[\"dpv:User\", \"pd:Name\"]",
                "`pd:Name` is not a kind of person",
                "use a kind of person of the Data Privacy Vocabulary 2.3, such as `dpv:Customer`",
            ),
            (
                "\"pd:EmailAddress\"",
                "\"pd:EmailAdress\"",
                "the vocabulary has no term `pd:EmailAdress`",
                "did you mean `pd:EmailAddress`?",
            ),
        ];
        for (old, new, message, hint) in rows {
            let wrong = changed(&[(file, old, new)]).unwrap_err();
            let [wrong] = wrong.as_slice() else {
                panic!("{wrong:?}")
            };
            assert_eq!((wrong.code, wrong.message.as_str()), ("term", message));
            assert_eq!(wrong.hint.as_deref(), Some(hint));
            assert_eq!(wrong.place.file, file);
        }
    }
}
