//! A cell: its words, and whether they are stated, decided, missing or not needed.

use jiff::civil::Date;
use serde::Serialize;

use crate::language::{Language, Localized};
use crate::statement::model::Decision;
use crate::statement::prose::words;

/// Where the words of a cell come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The published text says it.
    Stated,
    /// A decision says it where the text leaves a gap, until it is reviewed on this day.
    Decided(Date),
    /// Nobody says it.
    Gap,
    /// There is nothing to say.
    NotApplicable,
}

/// A cell of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// What it says; empty for a gap.
    pub words: Localized,
    /// Where that comes from.
    pub standing: Standing,
}

impl Cell {
    /// Words that the text states.
    pub(super) fn stated(words: Localized) -> Cell {
        Cell {
            words,
            standing: Standing::Stated,
        }
    }

    /// Words that are the same in every language.
    pub(super) fn same(words: &str) -> Cell {
        Cell::stated(Localized::new(words, words))
    }

    /// Nobody says it.
    pub(super) fn gap() -> Cell {
        Cell {
            words: Localized::default(),
            standing: Standing::Gap,
        }
    }

    /// There is nothing to say.
    pub(super) fn none() -> Cell {
        Cell {
            words: Localized::default(),
            standing: Standing::NotApplicable,
        }
    }

    /// Words, or a gap where there are none.
    pub(super) fn or_gap(words: Option<Localized>) -> Cell {
        words.map_or_else(Cell::gap, Cell::stated)
    }

    /// Words, or nothing to say where there are none.
    pub(super) fn or_none(words: Option<Localized>) -> Cell {
        words.map_or_else(Cell::none, Cell::stated)
    }

    /// The same words, marked as decided where a decision set them.
    pub(super) fn decided(self, decision: Option<&Decision>) -> Cell {
        match (self.standing.clone(), decision) {
            (Standing::Stated, Some(decision)) => Cell {
                standing: Standing::Decided(decision.review),
                ..self
            },
            (
                Standing::Stated | Standing::Decided(_) | Standing::Gap | Standing::NotApplicable,
                _,
            ) => self,
        }
    }

    /// The cell as text: gaps, decisions and cells that do not apply are marked.
    pub fn text(&self, language: Language) -> String {
        let said = self.words.get(language);
        match self.standing {
            Standing::Stated => said.to_owned(),
            Standing::Decided(review) => {
                let decided = words::pick(language, "decided, review", "besluttet, revideres");
                format!("{said} [{decided} {review}]")
            }
            Standing::Gap => words::pick(language, "(not stated)", "(ikke oppgitt)").to_owned(),
            Standing::NotApplicable => "–".to_owned(),
        }
    }
}

/// The same words by a rule of each language.
pub(super) fn both(say: impl Fn(Language) -> String) -> Localized {
    Localized::new(say(Language::En), say(Language::Nb))
}

/// Several words as one, separated by semicolons; `None` when there are none.
pub(super) fn list(items: &[Localized]) -> Option<Localized> {
    let joined = |language| {
        let items: Vec<&str> = items.iter().map(|item| item.get(language)).collect();
        items.join("; ")
    };
    (!items.is_empty()).then(|| both(joined))
}
