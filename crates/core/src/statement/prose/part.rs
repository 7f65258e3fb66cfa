//! The literal words of a section: its parts, their sentences, and the activities they are about.

use std::ops::Range;

use super::template;
use crate::statement::Reading;
use crate::statement::text::Section;

/// Stands in for every byte of a template, so that places stay what they are.
const BLANK: char = '\u{1}';

/// What lies between two headings of a section, with bytes of the section's Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The activities it is about: those its templates name, else all that the text of the
    /// section tells of.
    pub(super) activities: Vec<&'a str>,
    /// The collections whose period it renders: `activity.collection`.
    pub(super) kept: Vec<String>,
    /// Its sentences, without the templates.
    pub(super) sentences: Vec<Sentence>,
}

/// A sentence in lower case, every byte where it stands in the section's Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Where it begins.
    pub(super) start: usize,
    /// Its words; templates are blanked out.
    pub(super) words: String,
}

impl Sentence {
    /// Bytes of this sentence as bytes of the section.
    pub(super) fn place(&self, span: &Range<usize>) -> Range<usize> {
        let shift = |at: usize| at.saturating_add(self.start);
        shift(span.start)..shift(span.end)
    }

    /// The clause in which something stands, in bytes of the sentence.
    pub(super) fn clause(&self, span: &Range<usize>) -> Range<usize> {
        let breaks = breaks(&self.words);
        let before = breaks.iter().filter(|at| **at <= span.start).max();
        let behind = breaks.iter().filter(|at| **at >= span.end).min();
        before.copied().unwrap_or(0)..behind.copied().unwrap_or(self.words.len())
    }

    /// Whether it holds one of these phrases, each a whole word or several.
    pub(super) fn has(&self, phrases: &[&str]) -> bool {
        phrases
            .iter()
            .any(|phrase| find(&self.words, phrase, 0).is_some())
    }
}

/// The parts of a section in order.
pub(super) fn parts<'a>(reading: &'a Reading, section: &'a Section) -> Vec<Part<'a>> {
    let text = section.markdown.as_str();
    let mut starts = vec![0_usize];
    let mut offset = 0_usize;
    for line in text.split_inclusive('\n') {
        if line.starts_with('#') && offset > 0 {
            starts.push(offset);
        }
        offset = offset.saturating_add(line.len());
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let spans: Vec<Range<usize>> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(a, b)| a..b)
        .collect();
    spans
        .into_iter()
        .map(|span| part(reading, section, span))
        .collect()
}

fn part<'a>(reading: &'a Reading, section: &'a Section, span: Range<usize>) -> Part<'a> {
    let text = section.markdown.get(span.clone()).unwrap_or_default();
    let mut blanked = lower(text);
    let mut named: Vec<&str> = Vec::new();
    let mut kept = Vec::new();
    for template in template::templates(text).into_iter().flatten() {
        let blank: String = std::iter::repeat_n(BLANK, template.span.len()).collect();
        blanked.replace_range(template.span.clone(), &blank);
        let Some((target, _)) = &template.target else {
            continue;
        };
        let id = target.split('.').next().unwrap_or_default();
        if let Some((id, _)) = reading.activities.get_key_value(id)
            && !named.contains(&id.as_str())
        {
            named.push(id);
        }
        if template.verb.0 == "keep" {
            kept.push(target.clone());
        }
    }
    if named.is_empty() {
        let told = reading.in_section(&section.number);
        let told = told.filter(|(_, activity)| activity.published);
        named = told.map(|(id, _)| id).collect();
    }
    Part {
        activities: named,
        kept,
        sentences: sentences(&blanked, span.start),
    }
}

/// Lower case, letter by letter, so that every byte stays where it is.
pub(super) fn lower(text: &str) -> String {
    let same_place = |c: char| {
        let mut lower = c.to_lowercase();
        let single = lower.next().filter(|_| lower.next().is_none());
        single
            .filter(|lower| lower.len_utf8() == c.len_utf8())
            .unwrap_or(c)
    };
    text.chars().map(same_place).collect()
}

/// A sentence ends at `.`, `!`, `?` or `:` before white space and a word that is not a number, or
/// at an empty line or a list item. `Art. 6`, `nr. 1` and `18. mars` are no ends.
fn sentences(text: &str, offset: usize) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut start = 0_usize;
    let mut push = |range: Range<usize>| {
        let words = text.get(range.clone()).unwrap_or_default();
        if words.contains(char::is_alphanumeric) {
            sentences.push(Sentence {
                start: range.start.saturating_add(offset),
                words: words.to_owned(),
            });
        }
    };
    for (at, c) in text.char_indices() {
        let rest = text
            .get(at.saturating_add(c.len_utf8())..)
            .unwrap_or_default();
        if ends_sentence(c, text.get(..at).unwrap_or_default(), rest) {
            let end = at.saturating_add(c.len_utf8());
            push(start..end);
            start = end;
        }
    }
    push(start..text.len());
    sentences
}

fn ends_sentence(c: char, before: &str, after: &str) -> bool {
    const ABBREVIATED: [&str; 10] = [
        "art", "nr", "no", "lit", "jf", "ca", "bl.a", "f.eks", "e.g", "i.e",
    ];
    match c {
        '\n' => after.starts_with('\n') || after.trim_start().starts_with(['-', '*', '#']),
        '!' | '?' => true,
        '.' => {
            let word = before.rsplit([' ', '(', '\n']).next().unwrap_or_default();
            let number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
            after.starts_with([' ', '\n', BLANK]) && !ABBREVIATED.contains(&word) && !number
                || after.is_empty()
        }
        _ => false,
    }
}

/// Where one clause of a sentence ends and another begins. The commas of a list are no such places.
fn breaks(text: &str) -> Vec<usize> {
    const MARKS: [char; 3] = [';', '–', '—'];
    /// What begins a clause behind a comma, in either language.
    const BEHIND_COMMA: [&str; 24] = [
        "and", "but", "not", "which", "who", "while", "whereas", "so", "we", "you", "it", "they",
        "because", "although", "og", "men", "ikke", "som", "mens", "så", "vi", "du", "det",
        "fordi",
    ];
    /// What begins one by itself.
    const ALONE: [&str; 7] = [
        " but ",
        " and we ",
        " and you ",
        " and not ",
        " men ",
        " og vi ",
        " og ikke ",
    ];
    let begins = |at: usize| {
        let rest = text.get(at.saturating_add(1)..).unwrap_or_default();
        let word = rest.trim_start();
        let word = word.split(|c: char| !c.is_alphanumeric()).next();
        word.is_some_and(|word| BEHIND_COMMA.contains(&word))
    };
    let marks = text.match_indices(MARKS).map(|(at, _)| at);
    let commas = text.match_indices(',').map(|(at, _)| at);
    let alone = ALONE.iter().flat_map(|words| text.match_indices(words));
    marks
        .chain(commas.filter(|at| begins(*at)))
        .chain(alone.map(|(at, _)| at))
        .collect()
}

/// Where a phrase stands as whole words, from a byte on. A phrase that ends in `*` may go on.
pub(super) fn find(text: &str, phrase: &str, from: usize) -> Option<Range<usize>> {
    let (phrase, open) = match phrase.strip_suffix('*') {
        Some(phrase) => (phrase, true),
        None => (phrase, false),
    };
    let mut from = from;
    loop {
        let start = text.get(from..)?.find(phrase)?.checked_add(from)?;
        let end = start.checked_add(phrase.len())?;
        let starts = !text.get(..start)?.ends_with(char::is_alphanumeric);
        if starts && (open || !text.get(end..)?.starts_with(char::is_alphanumeric)) {
            return Some(start..end);
        }
        from = end;
    }
}

/// The words and numbers of a text, each with its bytes.
pub(super) fn tokens(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                tokens.extend(text.get(from..at).map(|word| (from..at, word)));
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::statement::testing::with;

    #[test]
    fn sentences_keep_their_places_and_abbreviations() {
        let text =
            "By Art. 6 nr. 1 it is so. Sist endret 18. mars 2026.\n\n- One\n- Two. Three? Four";
        let cut: Vec<_> = sentences(&lower(text), 0)
            .into_iter()
            .map(|s| {
                assert_eq!(
                    text.get(s.start..s.start + s.words.len()).map(lower),
                    Some(s.words.clone())
                );
                s.words.trim().to_owned()
            })
            .collect();
        assert_eq!(
            cut,
            [
                "by art. 6 nr. 1 it is so.",
                "sist endret 18. mars 2026.",
                "- one",
                "- two.",
                "three?",
                "four",
            ]
        );
    }

    #[test]
    fn a_part_is_about_the_activities_its_templates_name() {
        let file = "text/en.md";
        let both = ("activities/news.toml", "\"3.1\"", "\"3.2\"");
        let parts_of_it = (
            file,
            "The information is {{ data jobs.application }}. The legal basis is {{ basis jobs }}.",
            "About both.\n\n### News {#n}\n\n{{ keep news.subscription }}\n\n### Rest\n\nThe rest {{ updated }}.",
        );
        let statement = with(&[both, parts_of_it]);
        let section = statement.texts[&Language::En].section("3.2").unwrap();
        let parts = parts(&statement.published, section);
        let seen: Vec<_> = parts
            .iter()
            .map(|part| (part.activities.clone(), part.kept.clone()))
            .collect();
        assert_eq!(
            seen,
            [
                (vec!["jobs", "news"], vec![]),
                (vec!["news"], vec!["news.subscription".to_owned()]),
                (vec!["jobs", "news"], vec![]),
            ]
        );
    }

    #[test]
    fn phrases_are_whole_words() {
        let text = "consents, consent and samtykket ditt";
        assert_eq!(find(text, "consent", 0), Some(10..17));
        assert_eq!(find(text, "consent*", 0), Some(0..7));
        assert_eq!(find(text, "samtykke*", 0), Some(22..30));
        assert_eq!(find(text, "sent", 0), None);
    }
}
