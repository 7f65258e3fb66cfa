//! Finding words in the prose.

use std::ops::Range;

use super::Subject;
use crate::statement::text::Section;

/// The first of these words that a section's Markdown holds, whatever the case of its ASCII letters:
/// its bytes in the Markdown.
pub(super) fn said(section: &Section, words: &[&str]) -> Option<Range<usize>> {
    let markdown = section.markdown.to_ascii_lowercase();
    let found = words
        .iter()
        .filter_map(|word| Some((markdown.find(word)?, word.len())));
    let (start, length) = found.min()?;
    Some(start..start.saturating_add(length))
}

/// The first place in a section, in whatever language it is said first, that holds one of these
/// words: file, section and bytes of the Markdown.
pub(super) fn said_in<'a>(
    subject: &Subject<'a>,
    number: &str,
    words: &[&str],
) -> Option<(&'a str, &'a Section, Range<usize>)> {
    subject
        .prose()
        .filter(|(_, _, section)| section.number == number)
        .find_map(|(_, file, section)| Some((file, section, said(section, words)?)))
}

/// The templates of a section: the words between `{{` and `}}`, and the bytes with the braces.
pub(super) fn templates(section: &Section) -> impl Iterator<Item = (&str, Range<usize>)> {
    let markdown = section.markdown.as_str();
    markdown.match_indices("{{").filter_map(move |(start, _)| {
        let inner = markdown.get(start.saturating_add(2)..)?;
        let (inner, _) = inner.split_once("}}")?;
        let end = start.saturating_add(inner.len()).saturating_add(4);
        Some((inner.trim(), start..end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::text::Text;

    #[test]
    fn words_and_templates_are_found_where_they_stand() {
        let source = "# 1 One\nUse Cookies and {{ link form }}, {{updated}}.\n";
        let text = Text::parse("text/en.md", source);
        let section = text.section("1").unwrap();
        let cookies = said(section, &["pixel", "cookie"]).unwrap();
        assert_eq!(section.markdown.get(cookies), Some("Cookie"));
        assert_eq!(said(section, &["pixel"]), None);
        let found: Vec<_> = templates(section)
            .map(|(inner, bytes)| (inner, section.markdown.get(bytes).unwrap()))
            .collect();
        let want = [("link form", "{{ link form }}"), ("updated", "{{updated}}")];
        assert_eq!(found, want);
    }
}
