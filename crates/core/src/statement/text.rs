//! The prose of a statement: Markdown in numbered sections.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Folder;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::Language;

/// The prose in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The file it was read from.
    pub file: String,
    /// Its sections in the order of the file.
    pub sections: Vec<Section>,
}

/// A numbered section: its heading and the Markdown up to the next heading with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The number, for example `3.1`.
    pub number: String,
    /// The title without the number.
    pub title: String,
    /// The anchor, from `{#anchor}` or else made of the number.
    pub anchor: String,
    /// The bytes of the body in the file.
    pub body: Range<usize>,
    /// The bytes of the heading in the file.
    pub heading: Range<usize>,
    /// The Markdown of the body with its templates unexpanded.
    pub markdown: String,
}

impl Section {
    /// How deep the section lies: 1 for `3`, 2 for `3.1`.
    pub fn depth(&self) -> usize {
        self.number.split('.').count()
    }
}

/// Where a section stands among others, by its number: 3.10 follows 3.9.
pub fn order(number: &str) -> Vec<u32> {
    number
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect()
}

impl Text {
    /// The section with this number.
    pub fn section(&self, number: &str) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| section.number == number)
    }

    /// Reads the sections of a Markdown file. What stands before the first heading with a number is
    /// left out.
    pub fn parse(file: &str, text: &str) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        let mut offset = 0_usize;
        for line in text.split_inclusive('\n') {
            let end = offset.saturating_add(line.len());
            if let Some(mut section) = heading(line.trim_end()) {
                section.heading = offset..offset.saturating_add(line.trim_end().len());
                section.body = end..end;
                sections.push(section);
            } else if let Some(section) = sections.last_mut() {
                section.body.end = end;
                section.markdown.push_str(line);
            }
            offset = end;
        }
        Self {
            file: file.to_owned(),
            sections,
        }
    }
}

fn heading(line: &str) -> Option<Section> {
    let rest = line.trim_start_matches('#');
    if rest.len() == line.len() {
        return None;
    }
    let (number, rest) = rest.trim_start().split_once(' ')?;
    let number = number.trim_end_matches('.');
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    if !number.split('.').all(digits) {
        return None;
    }
    let (title, anchor) = match rest
        .trim_end()
        .strip_suffix('}')
        .and_then(|r| r.split_once("{#"))
    {
        Some((title, anchor)) => (title.trim(), anchor.to_owned()),
        None => (rest.trim(), format!("section-{}", number.replace('.', "-"))),
    };
    Some(Section {
        number: number.to_owned(),
        title: title.to_owned(),
        anchor,
        body: 0..0,
        heading: 0..0,
        markdown: String::new(),
    })
}

/// The texts of all languages; a missing file, a section that is missing in one language and a
/// number that stands twice are reported.
pub(super) fn texts(
    folder: &Folder,
    languages: &[Language],
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<Language, Text> {
    let mut texts = BTreeMap::new();
    for language in languages {
        let file = format!("text/{language}.md");
        if let Some(text) = folder.text(&file) {
            texts.insert(*language, Text::parse(&file, text));
        } else {
            let place = folder.place("statement.toml", ["languages"]);
            let missing = format!("there is no `{file}`");
            diagnostics.push(
                Diagnostic::error(place, "missing-file", missing)
                    .hint("write the prose in this language, or take the language out"),
            );
        }
    }
    same_sections(&texts, diagnostics);
    texts
}

fn same_sections(texts: &BTreeMap<Language, Text>, diagnostics: &mut Vec<Diagnostic>) {
    for text in texts.values() {
        for (index, section) in text.sections.iter().enumerate() {
            let place = Place {
                file: text.file.clone(),
                span: section.heading.clone(),
            };
            let earlier = text
                .sections
                .iter()
                .take(index)
                .find(|s| s.number == section.number);
            if let Some(earlier) = earlier {
                let first = Place {
                    file: text.file.clone(),
                    span: earlier.heading.clone(),
                };
                let message = format!("section {} stands twice", section.number);
                let twice = Diagnostic::error(place.clone(), "section", message);
                let twice = twice.hint("give one of them another number");
                diagnostics.push(twice.related(first, "first here"));
            }
            for other in texts
                .values()
                .filter(|other| other.section(&section.number).is_none())
            {
                let message = format!("section {} is missing in `{}`", section.number, other.file);
                let missing = Diagnostic::error(place.clone(), "section", message);
                diagnostics.push(missing.hint("write it there too, or take it out here"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_number_title_anchor_and_body() {
        let source = "intro\n# 1. About\nHello\n\n## 3.1 News {#news}\nOne\n### Part\nTwo\n";
        let text = Text::parse("text/en.md", source);
        let seen: Vec<_> = text
            .sections
            .iter()
            .map(|s| {
                (
                    s.number.as_str(),
                    s.title.as_str(),
                    s.anchor.as_str(),
                    source.get(s.body.clone()).unwrap(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("1", "About", "section-1", "Hello\n\n"),
                ("3.1", "News", "news", "One\n### Part\nTwo\n"),
            ]
        );
        assert_eq!(
            text.section("3.1").unwrap().markdown,
            "One\n### Part\nTwo\n"
        );
    }
}
