//! Finding words in the prose.

use std::ops::Range;

use super::Subject;
use crate::statement::prose::template::{Template, templates};
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

/// The bytes of every `{{ link … }}` to this link in a section's Markdown.
pub(super) fn links_to(section: &Section, id: &str) -> Vec<Range<usize>> {
    let all = templates(&section.markdown).into_iter().flatten();
    let leads = |template: &Template| {
        let target = template.target.as_ref().map(|(target, _)| target.as_str());
        template.verb.0 == "link" && target == Some(id)
    };
    all.filter(leads).map(|template| template.span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::text::Text;

    #[test]
    fn words_and_links_are_found_where_they_stand() {
        let source = "# 1 One\nUse Cookies and {{ link form }}, {{updated}}.\n";
        let text = Text::parse("text/en.md", source);
        let section = text.section("1").unwrap();
        let cookies = said(section, &["pixel", "cookie"]).unwrap();
        assert_eq!(section.markdown.get(cookies), Some("Cookie"));
        assert_eq!(said(section, &["pixel"]), None);
        let links = links_to(section, "form").into_iter();
        let links: Vec<_> = links.map(|bytes| section.markdown.get(bytes)).collect();
        assert_eq!(links, [Some("{{ link form }}")]);
        assert_eq!(links_to(section, "other"), []);
    }
}
