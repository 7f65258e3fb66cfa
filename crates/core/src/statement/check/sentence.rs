//! Sentences of the prose, and words in them.

use std::ops::Range;

/// The sentences of a Markdown text with their bytes. A template belongs to the sentence around it.
pub(super) fn sentences(markdown: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0_usize;
    let ends = markdown
        .char_indices()
        .filter(|(at, c)| ends_here(markdown, *at, *c))
        .map(|(at, c)| at.saturating_add(c.len_utf8()))
        .chain(std::iter::once(markdown.len()));
    ends.filter_map(move |end| {
        let range = std::mem::replace(&mut start, end)..end;
        let sentence = markdown.get(range.clone())?;
        (!sentence.trim().is_empty()).then_some((range, sentence))
    })
}

fn ends_here(markdown: &str, at: usize, c: char) -> bool {
    let after = markdown
        .get(at.saturating_add(c.len_utf8())..)
        .unwrap_or_default();
    match c {
        '.' | '!' | '?' => after.starts_with(char::is_whitespace),
        '\n' => after.starts_with(['\n', '-', '#', '*']),
        _ => false,
    }
}

/// Where one of these phrases stands in a text as whole words, whatever their case.
pub(super) fn phrase_in(text: &str, phrases: &[&str]) -> Option<Range<usize>> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    let found = phrases.iter().filter_map(|phrase| {
        let places = lower.match_indices(phrase).map(|(at, _)| at);
        let mut whole = places.filter(|at| is_whole(&lower, *at..at.saturating_add(phrase.len())));
        Some((whole.next()?, phrase.len()))
    });
    let (start, length) = found.min()?;
    Some(start..start.saturating_add(length))
}

fn is_whole(text: &str, range: Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
}

/// Units of time as they stand after a number.
const UNITS: [&str; 20] = [
    "hours", "days", "day", "weeks", "week", "months", "month", "years", "year", "timer", "dager",
    "dag", "døgn", "uker", "uke", "måneder", "måned", "år", "hour", "time",
];

/// Numbers that periods are written with, when not in figures.
const NUMBERS: [&str; 26] = [
    "a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "twelve", "en", "ett", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "tolv",
    "femten",
];

/// Whether a text gives a period in words or figures: `12 months`, `tre år`.
pub(super) fn gives_a_period(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words
        .iter()
        .zip(words.iter().skip(1))
        .any(|(number, unit)| {
            let counts = number.chars().all(|c| c.is_ascii_digit()) || NUMBERS.contains(number);
            counts && UNITS.contains(unit)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let text = "We keep it. {{ keep a.b }} Then, e.g.this, goes.\n\n- One\n- Two\nmore?\n";
        let found: Vec<&str> = sentences(text)
            .map(|(_, sentence)| sentence.trim())
            .collect();
        let want = [
            "We keep it.",
            "{{ keep a.b }} Then, e.g.this, goes.",
            "- One",
            "- Two\nmore?",
        ];
        assert_eq!(found, want);
        assert!(sentences(text).all(|(range, sentence)| text.get(range) == Some(sentence)));
    }

    #[test]
    fn phrases_are_whole_words() {
        let found = |text| phrase_in(text, &["about", "in general"]);
        assert_eq!(found("About 3 years"), Some(0..5));
        assert_eq!(found("kept In General"), Some(5..15));
        assert_eq!(found("thereabouts, in generals"), None);
    }

    #[test]
    fn periods_are_seen_in_both_languages() {
        for text in [
            "12 months",
            "three years",
            "tre år",
            "ett år",
            "24-hour: 24 hours",
        ] {
            assert!(gives_a_period(text), "{text}");
        }
        for text in [
            "this year",
            "the years",
            "years 3",
            "mange år",
            "one of the months",
        ] {
            assert!(!gives_a_period(text), "{text}");
        }
    }
}
