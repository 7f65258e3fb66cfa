//! The record of processing activities: one row an activity, for the authority and for ourselves.
//!
//! It is read from the rules that are carried out. What a decision settled is marked as decided,
//! with the day of its review; what nobody has said is marked as a gap.
//!
//! # Source
//!
//! GDPR Article 30(1) for what we decide, Article 30(2) for what we do on behalf of others.

mod cell;
mod controller;
pub mod jsonld;
mod processor;

use serde::Serialize;

use super::model::{Activity, Decision, Recipient, Role};
use super::{Reading, Statement, text};
use crate::language::{Language, Localized};
pub use cell::{Cell, Said, Standing};

/// Which register, by the role in which the company acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Activities that the company decides on, alone or with others (Article 30(1)).
    Controller,
    /// Activities that it carries out for another (Article 30(2)).
    Processor,
}

/// Why a column is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Article 30 asks for it.
    Mandatory,
    /// Article 30 asks for it where it applies.
    IfApplicable,
    /// Supervisory authorities ask for it in their templates.
    Asked,
}

/// A column of the register.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name for programs, which never changes.
    pub id: &'static str,
    /// Why it is there.
    pub need: Need,
    /// Its header in English and in Bokmål.
    pub title: (&'static str, &'static str),
    fill: fn(&Entry<'_>) -> Cell,
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// An activity in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its id.
    pub activity: String,
    /// Its cells in the order of the columns.
    pub cells: Vec<Cell>,
}

/// A part of the register.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Which part.
    pub part: Part,
    /// Its columns.
    pub columns: &'static [Column],
    /// Its activities in order of section.
    pub records: Vec<Record>,
}

/// An activity while its row is filled.
struct Entry<'a> {
    statement: &'a Statement,
    /// What is carried out, or what was published.
    reading: &'a Reading,
    id: &'a str,
    activity: &'a Activity,
}

/// Both parts of the register, the controller's first.
pub fn register(statement: &Statement) -> [Sheet; 2] {
    [
        sheet(statement, Part::Controller, controller::COLUMNS),
        sheet(statement, Part::Processor, processor::COLUMNS),
    ]
}

fn sheet(statement: &Statement, part: Part, columns: &'static [Column]) -> Sheet {
    let rules = statement.rules.activities.keys();
    let mut entries: Vec<Entry<'_>> = rules
        .filter_map(|id| Entry::of(statement, &statement.rules, id))
        .filter(|entry| part_of(&entry.activity.role) == part)
        .collect();
    entries.sort_by_cached_key(|entry| (text::order(&entry.activity.section), entry.id));
    let record = |carried_out: &Entry<'_>| {
        let published = Entry::of(statement, &statement.published, carried_out.id);
        let cells = columns.iter().map(|column| {
            let cell = (column.fill)(carried_out);
            match &published {
                Some(published) => cell.beside(&(column.fill)(published)),
                None => cell,
            }
        });
        Record {
            activity: carried_out.id.to_owned(),
            cells: cells.collect(),
        }
    };
    Sheet {
        part,
        columns,
        records: entries.iter().map(record).collect(),
    }
}

const fn part_of(role: &Role) -> Part {
    match role {
        Role::Controller | Role::JointWith(_) => Part::Controller,
        Role::ProcessorFor(_) => Part::Processor,
    }
}

impl<'a> Entry<'a> {
    fn of(statement: &'a Statement, reading: &'a Reading, id: &'a str) -> Option<Self> {
        Some(Self {
            statement,
            reading,
            id,
            activity: reading.activities.get(id)?,
        })
    }

    fn received(&self) -> impl Iterator<Item = (&'a str, &'a Recipient)> {
        self.reading.recipients_of(self.activity)
    }

    /// The decision that set one of these keys of the activity, or of its collections.
    fn decision(&self, keys: &[&str]) -> Option<&Decision> {
        let mine = |path: &str| {
            let rest = path.strip_prefix("activities.")?.strip_prefix(self.id)?;
            Some(
                rest.strip_prefix('.')?
                    .split('.')
                    .any(|key| keys.contains(&key)),
            )
        };
        self.decided_by(|path| mine(path).unwrap_or_default())
    }

    /// The first decision that set a key path.
    fn decided_by(&self, is: impl Fn(&str) -> bool) -> Option<&Decision> {
        let all = self.statement.decisions.decisions.iter();
        all.into_iter()
            .find(|decision| decision.set.keys().any(|path| is(path)))
    }
}

impl Sheet {
    /// Its name as the title of a worksheet.
    pub const fn title(&self, language: Language) -> &'static str {
        match (self.part, language) {
            (Part::Controller, Language::En) => "Controller",
            (Part::Controller, Language::Nb) => "Behandlingsansvarlig",
            (Part::Processor, Language::En) => "Processor",
            (Part::Processor, Language::Nb) => "Databehandler",
        }
    }

    /// The header and one row an activity, as text in a language. The order of the columns and their
    /// headers never change; new columns come last.
    pub fn to_rows(&self, language: Language) -> Vec<Vec<String>> {
        let header = self.columns.iter().map(|column| column.header(language));
        let rows = self.records.iter().map(|record| {
            let cells = record.cells.iter();
            cells.map(|cell| cell.text(language)).collect()
        });
        std::iter::once(header.collect()).chain(rows).collect()
    }
}

impl Column {
    /// Its header in a language.
    pub fn header(&self, language: Language) -> String {
        let (en, nb) = self.title;
        Localized::new(en, nb).get(language).to_owned()
    }
}

#[cfg(test)]
mod tests;
