//! No word takes back a period that the text gives.
//!
//! GDPR Articles 5(1)(e) and 12(1): "usually 12 months" names no limit that anyone could count on.
//! Hedges are seen in the phrases of the rules and in the prose, there in a sentence with a period.

use super::sentence::{gives_a_period, phrase_in, sentences};
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::language::Language;
use crate::statement::model::OneOrMany;

/// L10.
pub(super) static RULE: Rule = Rule {
    id: "L10",
    title: "no hedge stands next to a period",
    severity: Severity::Warning,
    article: "GDPR Articles 5(1)(e), 12(1)",
    effective: GDPR,
    kinds: &[],
    find,
};

const HINT: &str = "take the word out, or say what the exceptions are";

const ENGLISH: [&str; 9] = [
    "as a rule",
    "approximately",
    "generally",
    "in general",
    "in most cases",
    "mostly",
    "normally",
    "typically",
    "usually",
];

const NORWEGIAN: [&str; 10] = [
    "cirka",
    "generelt",
    "i alminnelighet",
    "i de fleste tilfeller",
    "normalt",
    "omtrent",
    "som hovedregel",
    "som regel",
    "stort sett",
    "vanligvis",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        let keeps = record.collection.keep.iter().flat_map(OneOrMany::as_slice);
        let mut hedges = keeps.filter_map(|keep| Some(keep.hedge()?.to_string()));
        let (key, word) = match (hedges.next(), &record.collection.hedge) {
            (Some(word), _) => ("keep", word),
            (None, Some(word)) => ("hedge", word.clone()),
            (None, None) => continue,
        };
        let message = format!("`{word}` takes back the period of `{}`", record.full_name());
        findings.push(subject.record(&RULE, record, key, message).hint(HINT));
    }
    for (language, file, section) in subject.prose() {
        let words: &[&str] = match language {
            Language::En => &ENGLISH,
            Language::Nb => &NORWEGIAN,
        };
        for (range, sentence) in sentences(&section.markdown) {
            let Some(word) = phrase_in(sentence, words).filter(|_| gives_a_period(sentence)) else {
                continue;
            };
            let hedge = sentence.get(word.clone()).unwrap_or_default();
            let message = format!("`{hedge}` takes back the period that the sentence gives");
            let start = range.start;
            let bytes = start.saturating_add(word.start)..start.saturating_add(word.end);
            findings.push(
                subject
                    .words(&RULE, (file, section), bytes, message)
                    .hint(HINT),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn hedged_phrases_are_found() {
        for (keys, want) in [
            ("keep = '12 months after collection'", 0),
            ("keep = 'usually 12 months after collection'", 1),
            (
                "keep = 'in most cases earlier of (withdrawal, 1 year after collection)'",
                1,
            ),
            (
                "keep = '12 months after collection'\nhedge = 'with some exceptions'",
                1,
            ),
        ] {
            let found = Fixture::new().collection(keys).at("L10");
            assert_eq!(found.len(), want, "{keys}");
        }
    }

    #[test]
    fn hedged_sentences_are_found_where_they_stand() {
        let fixture =
            Fixture::new().says("3.2", "We usually delete maps after 12 months. Usually.");
        let found = fixture.findings("L10");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, "section 3.2");
        let place = &found[0].diagnostic.place;
        let statement = fixture.load().unwrap();
        let text = statement.folder.text(&place.file).unwrap();
        assert_eq!(text.get(place.span.clone()), Some("usually"));
        let no_period = Fixture::new().says("3.2", "You can usually do it yourself this year.");
        assert_eq!(no_period.at("L10"), [""; 0]);
    }
}
