//! The list of data is closed.
//!
//! GDPR Articles 14(1)(d) and 30(1)(c). "Such as" and "among other things" tell people that there is
//! more, and not what. Open lists are seen where the activity declares them, and in the prose in the
//! sentence that renders the data.

use super::sentence::{phrase_in, sentences};
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::language::Language;
use crate::statement::text::Section;

/// L22.
pub(super) static RULE: Rule = Rule {
    id: "L22",
    title: "the list of data is closed",
    severity: Severity::Warning,
    article: "GDPR Articles 14(1)(d), 30(1)(c)",
    effective: GDPR,
    kinds: &[],
    find,
};

const HINT: &str = "list all the data, by category where it is much";

const ENGLISH: [&str; 11] = [
    "among other things",
    "among others",
    "and so on",
    "and the like",
    "at least",
    "at the very least",
    "for example",
    "for instance",
    "including",
    "not limited to",
    "such as",
];

const NORWEGIAN: [&str; 10] = [
    "blant annet",
    "for eksempel",
    "i det minste",
    "ikke begrenset til",
    "inkludert",
    "minst",
    "og liknende",
    "og lignende",
    "og så videre",
    "som for eksempel",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        if let Some(word) = activity.open_list.first() {
            let message = format!("`{word}` leaves the data of `{id}` open");
            let finding = subject.activity(&RULE, (id, activity), "open_list", message);
            findings.push(finding.hint(HINT));
            continue;
        }
        let mut prose = subject.prose();
        let said = prose.find_map(|(language, file, section)| {
            let place = open_list(id, language, section)?;
            Some(((file, section), place))
        });
        if let Some((section, (bytes, word))) = said {
            let message = format!("`{word}` leaves the data of `{id}` open");
            let mut finding = subject.words(&RULE, section, bytes, message).hint(HINT);
            id.clone_into(&mut finding.at);
            findings.push(finding);
        }
    }
}

/// Words that open the list of an activity's data, in the sentence before the list.
fn open_list<'a>(
    id: &str,
    language: Language,
    section: &'a Section,
) -> Option<(std::ops::Range<usize>, &'a str)> {
    let words: &[&str] = match language {
        Language::En => &ENGLISH,
        Language::Nb => &NORWEGIAN,
    };
    sentences(&section.markdown).find_map(|(range, sentence)| {
        let whole = sentence.split_once(&format!("{{{{ data {id} }}}}"));
        let part = || sentence.split_once(&format!("{{{{ data {id}."));
        let (before, _) = whole.or_else(part)?;
        let word = phrase_in(before, words)?;
        let start = range.start;
        let bytes = start.saturating_add(word.start)..start.saturating_add(word.end);
        Some((bytes, before.get(word)?))
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn declared_words_are_found() {
        let open = Fixture::new().activity("news", "open_list = ['not limited to']");
        assert_eq!(open.at("L22"), ["news"]);
    }

    #[test]
    fn words_before_the_list_are_found_where_they_stand() {
        let at = |sentence: &str| Fixture::new().says("3.2", sentence).at("L22");
        assert_eq!(at("It covers things such as {{ data news }}."), ["news"]);
        assert_eq!(at("For example {{ data news.subscription }}."), ["news"]);
        assert_eq!(at("It covers {{ data news }}, such as you know."), [""; 0]);
        assert_eq!(at("Such as you know. It covers {{ data news }}."), [""; 0]);
    }

    #[test]
    fn one_finding_is_enough() {
        let both = Fixture::new()
            .activity("news", "open_list = ['such as']")
            .says("3.2", "It is data such as {{ data news }}.");
        assert_eq!(both.at("L22").len(), 1);
    }
}
