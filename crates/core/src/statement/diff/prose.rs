//! Changed paragraphs of the prose, section by section.

use super::{Change, Grade, Kind, Said, Spot, tell};
use crate::language::{Language, Localized};
use crate::statement::Statement;
use crate::statement::text::Section;

/// Lines of a text in order, each as it was and as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hunk<'a> {
    /// It stands in both.
    Same(&'a str),
    /// It is gone.
    Gone(&'a str),
    /// It is new.
    New(&'a str),
}

impl<'a> Hunk<'a> {
    /// What changed between two texts, paragraph by paragraph.
    pub fn between(old: &'a str, new: &'a str) -> Vec<Hunk<'a>> {
        let old: Vec<&str> = old.lines().filter(|line| !line.trim().is_empty()).collect();
        let new: Vec<&str> = new.lines().filter(|line| !line.trim().is_empty()).collect();
        hunks(&old, &new)
    }

    /// The line with the mark that a unified diff gives it: a space, `-` or `+`.
    pub fn marked(&self) -> String {
        match self {
            Self::Same(line) => format!(" {line}"),
            Self::Gone(line) => format!("-{line}"),
            Self::New(line) => format!("+{line}"),
        }
    }
}

/// The longest common run of lines is the same, everything else is gone or new.
fn hunks<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Hunk<'a>> {
    let rows = old.len().saturating_add(1);
    let columns = new.len().saturating_add(1);
    let mut common = vec![vec![0_usize; columns]; rows];
    let at = |table: &[Vec<usize>], row: usize, column: usize| {
        table
            .get(row)
            .and_then(|row| row.get(column))
            .copied()
            .unwrap_or(0)
    };
    for (row, before) in old.iter().enumerate().rev() {
        for (column, after) in new.iter().enumerate().rev() {
            let (down, right) = (row.saturating_add(1), column.saturating_add(1));
            let length = if before == after {
                at(&common, down, right).saturating_add(1)
            } else {
                at(&common, down, column).max(at(&common, row, right))
            };
            if let Some(cell) = common.get_mut(row).and_then(|row| row.get_mut(column)) {
                *cell = length;
            }
        }
    }
    let (mut row, mut column) = (0_usize, 0_usize);
    let mut found = Vec::new();
    loop {
        let (before, after) = (old.get(row), new.get(column));
        let (down, right) = (row.saturating_add(1), column.saturating_add(1));
        match (before, after) {
            (None, None) => return found,
            (Some(before), Some(after)) if before == after => {
                found.push(Hunk::Same(before));
                (row, column) = (down, right);
            }
            (Some(before), Some(_)) if at(&common, down, column) >= at(&common, row, right) => {
                found.push(Hunk::Gone(before));
                row = down;
            }
            (Some(before), None) => {
                found.push(Hunk::Gone(before));
                row = down;
            }
            (_, Some(after)) => {
                found.push(Hunk::New(after));
                column = right;
            }
        }
    }
}

/// A change for every section whose prose differs, in each language.
pub(super) fn changes(old: &Statement, new: &Statement) -> Vec<Change> {
    let mut found = Vec::new();
    for language in Language::ALL {
        let sections = |statement: &Statement| {
            let text = statement.texts.get(&language);
            text.map(|text| text.sections.clone()).unwrap_or_default()
        };
        let (before, after) = (sections(old), sections(new));
        let gone = before
            .iter()
            .filter(|s| !after.iter().any(|a| a.number == s.number));
        found.extend(gone.map(|section| change(language, Some(section), None)));
        for section in &after {
            let earlier = before.iter().find(|s| s.number == section.number);
            let same = |earlier: &Section| {
                earlier.markdown == section.markdown && earlier.title == section.title
            };
            if !earlier.is_some_and(same) {
                found.push(change(language, earlier, Some(section)));
            }
        }
    }
    found
}

fn change(language: Language, before: Option<&Section>, after: Option<&Section>) -> Change {
    let shown = after.or(before);
    let number = shown
        .map(|section| section.number.clone())
        .unwrap_or_default();
    let title = shown
        .map(|section| section.title.clone())
        .unwrap_or_default();
    let spot = Spot {
        at: format!("text/{language}.md"),
        title: Localized::new(format!("{number} {title}"), format!("{number} {title}")),
        section: Some(number),
    };
    let whole = |section: &Section| format!("{}\n{}", section.title, section.markdown);
    let (before, after) = (before.map(whole), after.map(whole));
    let words = |text: &Option<String>| -> Vec<String> {
        let words = text.iter().flat_map(|text| text.split_whitespace());
        words.map(str::to_owned).collect()
    };
    // What only breaks its lines elsewhere says the same.
    let grade = if words(&before) == words(&after) {
        Grade::Neutral
    } else {
        Grade::Judge
    };
    let told = match (&before, &after) {
        (Some(before), Some(after)) => changed(&spot, before, after),
        (before, after) => {
            let said = |text: &Option<String>| text.as_ref().map(|_| Said::same(title.clone()));
            let kind = (Kind::Prose, grade);
            tell::sentence(&spot, kind, said(before).as_ref(), said(after).as_ref())
        }
    };
    Change {
        at: spot.at,
        section: spot.section,
        kind: Kind::Prose,
        before,
        after,
        grade,
        decided: false,
        told,
    }
}

/// How many paragraphs are new and gone.
fn changed(spot: &Spot, before: &str, after: &str) -> Localized {
    let hunks = Hunk::between(before, after);
    let gone = hunks
        .iter()
        .filter(|hunk| matches!(hunk, Hunk::Gone(_)))
        .count();
    let new = hunks
        .iter()
        .filter(|hunk| matches!(hunk, Hunk::New(_)))
        .count();
    Localized::new(
        format!(
            "{}: text changed, paragraphs new: {new}, gone: {gone}.",
            spot.title.get(Language::En)
        ),
        format!(
            "{}: teksten er endret, nye avsnitt: {new}, borte: {gone}.",
            spot.title.get(Language::Nb)
        ),
    )
}
