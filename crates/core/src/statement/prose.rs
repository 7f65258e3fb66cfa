//! The prose against the rules: templates and literal facts.
//!
//! A template in the text renders a rule of the published reading, so that the sentence people read
//! and the rule the engine was built from cannot part. What stands between the templates is not
//! touched.

mod facts;
mod keep;
mod lookup;
mod part;
mod rights;
mod speaker;
pub(super) mod template;
pub mod words;

use std::ops::Range;

pub(super) use keep::plain as kept;
use lookup::{Needs, Silent};
use speaker::Speaker;
pub(super) use speaker::field_title;

use super::Statement;
use super::at::At;
use super::mended::Mended;
use super::text::{Section, Text};
use crate::diagnostic::{Diagnostic, Place};
use crate::language::Language;

/// A template that was rendered, and the rule that it renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The bytes of the rendered Markdown in [`Expanded::markdown`].
    pub span: Range<usize>,
    /// The template as it is written, for example `{{ keep newsletters.subscription }}`.
    pub template: String,
    /// The key path of the rule, as `decisions.toml` writes it:
    /// `activities.newsletters.collections.subscription.keep`.
    pub rule: String,
    /// Where the rule is written.
    pub place: Place,
}

/// Markdown in which every template is rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The Markdown.
    pub markdown: String,
    /// What was rendered, in order.
    pub expansions: Vec<Expansion>,
}

impl Expanded {
    /// The Markdown with every rendered rule put through `mark`, which gets its text: a page can
    /// wrap it in an element that shows the rule.
    pub fn marked(&self, mark: impl Fn(&Expansion, &str) -> String) -> String {
        let mut markdown = String::with_capacity(self.markdown.len());
        let mut from = 0_usize;
        for expansion in &self.expansions {
            let between = from..expansion.span.start;
            markdown.push_str(self.markdown.get(between).unwrap_or_default());
            let rendered = self.markdown.get(expansion.span.clone());
            markdown.push_str(&mark(expansion, rendered.unwrap_or_default()));
            from = expansion.span.end;
        }
        markdown.push_str(self.markdown.get(from..).unwrap_or_default());
        markdown
    }
}

/// Renders the templates of a section in its language. A template that says nothing, which
/// [`super::load`] does not let pass, stays as it is written.
pub fn expand(statement: &Statement, section: &Section, language: Language) -> Expanded {
    let speaker = Speaker {
        statement,
        language,
    };
    let text = section.markdown.as_str();
    let mut expanded = Expanded::default();
    let mut from = 0_usize;
    for template in template::templates(text).into_iter().flatten() {
        let Ok(said) = speaker.say(&template) else {
            continue;
        };
        let between = text.get(from..template.span.start).unwrap_or_default();
        expanded.markdown.push_str(between);
        let start = expanded.markdown.len();
        expanded.markdown.push_str(&said.markdown);
        expanded.expansions.push(Expansion {
            span: start..expanded.markdown.len(),
            template: text
                .get(template.span.clone())
                .unwrap_or_default()
                .to_owned(),
            place: statement.rule_place(&said.rule),
            rule: said.rule,
        });
        from = template.span.end;
    }
    expanded
        .markdown
        .push_str(text.get(from..).unwrap_or_default());
    expanded
}

/// A section of the published page, with nothing left to expand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedSection {
    /// The number, for example `3.1`.
    pub number: String,
    /// The anchor that links lead to.
    pub anchor: String,
    /// The title without the number.
    pub title: String,
    /// How deep it lies: 1 for `3`, 2 for `3.1`.
    pub depth: usize,
    /// The body, and the rules in it.
    pub body: Expanded,
}

/// The statement as it is published in a language; empty where it has no prose in it.
///
/// The same folder gives the same bytes, whenever it is asked (I10).
pub fn render(statement: &Statement, language: Language) -> Vec<RenderedSection> {
    let sections = statement.texts.get(&language).map(|text| &text.sections);
    sections
        .into_iter()
        .flatten()
        .map(|section| RenderedSection {
            number: section.number.clone(),
            anchor: section.anchor.clone(),
            title: section.title.clone(),
            depth: section.depth(),
            body: expand(statement, section, language),
        })
        .collect()
}

impl Statement {
    /// Where the rule with this key path is written, for example
    /// `activities.newsletters.collections.subscription.keep` or `statement.effective`.
    pub fn rule_place(&self, rule: &str) -> Place {
        let at = At::path(rule);
        self.folder
            .place(&at.file, at.keys.iter().map(String::as_str))
    }

    /// The line of the statement's files on which a rule is written.
    pub fn rule_text(&self, place: &Place) -> &str {
        let text = self.folder.text(&place.file).unwrap_or_default();
        let before = text.get(..place.span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let lines = text.get(start..).unwrap_or_default();
        lines.lines().next().unwrap_or_default()
    }
}

/// Reports templates that name nothing, and words that contradict the rule of their section.
pub(super) fn check(statement: &Statement, mended: &Mended, diagnostics: &mut Vec<Diagnostic>) {
    for (language, text) in &statement.texts {
        let speaker = Speaker {
            statement,
            language: *language,
        };
        for section in &text.sections {
            templates(&speaker, (text, section), mended, diagnostics);
            facts::check(statement, (*language, text), section, (mended, diagnostics));
        }
    }
}

fn templates(
    speaker: &Speaker<'_>,
    (text, section): (&Text, &Section),
    mended: &Mended,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let place = |span: Range<usize>| within(text, section, span);
    for template in template::templates(&section.markdown) {
        let silent = match template {
            Ok(template) => match speaker.say(&template) {
                Ok(said) => {
                    let rule = (said.rule.as_str(), place(template.span));
                    let found = elsewhere(speaker.statement, (text, section), rule, mended);
                    diagnostics.extend(found);
                    continue;
                }
                Err(silent) if silent.is_in_doubt(mended) => continue,
                Err(silent) => silent,
            },
            Err(malformed) => Silent {
                span: malformed.span,
                message: malformed.message.to_owned(),
                hint: Some(malformed.hint.to_owned()),
                needs: Needs::Nothing,
            },
        };
        let error = Diagnostic::error(place(silent.span), "template", silent.message);
        diagnostics.push(error.maybe_hint(silent.hint));
    }
    if section.title.contains("{{") {
        let place = Place {
            file: text.file.clone(),
            span: section.heading.clone(),
        };
        let message = "a heading holds no templates";
        let error = Diagnostic::error(place, "template", message);
        diagnostics.push(error.hint("write the words themselves, or move it into the text below"));
    }
}

/// The error for a rule of an activity that another section than this one tells of. Sections that
/// tell of no activity may render any rule.
fn elsewhere(
    statement: &Statement,
    (text, section): (&Text, &Section),
    (rule, template): (&str, Place),
    mended: &Mended,
) -> Option<Diagnostic> {
    let (id, _) = rule.strip_prefix("activities.")?.split_once('.')?;
    let activity = statement.published.activities.get(id)?;
    let told = statement.published.in_section(&section.number);
    let told = told.filter(|(_, activity)| activity.published);
    let own: Vec<&str> = told.map(|(id, _)| id).collect();
    let belongs = own.is_empty() || activity.section == section.number;
    let in_doubt = mended.touches(&At::activity(id).key("section"));
    if belongs || in_doubt || text.section(&activity.section).is_none() {
        return None;
    }
    let message = format!("section {} does not tell of `{id}`", section.number);
    let own = own.join("`, `");
    let hint = format!("name an activity of section {}: `{own}`", section.number);
    let place = statement.rule_place(&format!("activities.{id}.section"));
    let label = format!("it belongs to section {}", activity.section);
    let error = Diagnostic::error(template, "template", message);
    Some(error.hint(hint).related(place, label))
}

/// Bytes of a section's Markdown as a place in the file.
fn within(text: &Text, section: &Section, span: Range<usize>) -> Place {
    let shift = |at: usize| at.saturating_add(section.body.start);
    Place {
        file: text.file.clone(),
        span: shift(span.start)..shift(span.end),
    }
}

#[cfg(test)]
mod tests;

/// How long a collection is kept and what happens then, as a sentence without links; `None` where
/// the text names no period.
pub fn keeping(statement: &Statement, name: &str, language: Language) -> Option<String> {
    let found = statement.published.collection(name)?;
    keep::sentence(
        &statement.published,
        found,
        |title, _| title.to_owned(),
        language,
    )
}
