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
    /// A decision says some of it where the text leaves a gap, until it is reviewed on this day.
    Decided(Date),
    /// Nobody says it.
    Gap,
    /// There is nothing to say.
    NotApplicable,
}

/// One of the things that a cell says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// What it says.
    pub words: Localized,
    /// Where a decision says it and not the published text: the day of its review.
    pub decided: Option<Date>,
}

/// A cell of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// What it says, one thing after another; empty for a gap.
    pub said: Vec<Said>,
    /// Where that comes from.
    pub standing: Standing,
}

impl Cell {
    fn new(words: impl IntoIterator<Item = Localized>, without: Standing) -> Cell {
        let said = words.into_iter().map(|words| Said {
            words,
            decided: None,
        });
        let said: Vec<Said> = said.collect();
        let standing = if said.is_empty() {
            without
        } else {
            Standing::Stated
        };
        Cell { said, standing }
    }

    /// Words that the text states.
    pub(super) fn stated(words: Localized) -> Cell {
        Cell::or_gap([words])
    }

    /// Words that are the same in every language.
    pub(super) fn same(words: &str) -> Cell {
        Cell::stated(Localized::new(words, words))
    }

    /// Nobody says it.
    pub(super) fn gap() -> Cell {
        Cell::or_gap([])
    }

    /// There is nothing to say.
    pub(super) fn none() -> Cell {
        Cell::or_none([])
    }

    /// Words, or a gap where there are none.
    pub(super) fn or_gap(words: impl IntoIterator<Item = Localized>) -> Cell {
        Cell::new(words, Standing::Gap)
    }

    /// Words, or nothing to say where there are none.
    pub(super) fn or_none(words: impl IntoIterator<Item = Localized>) -> Cell {
        Cell::new(words, Standing::NotApplicable)
    }

    /// The same words, marked as decided where a decision set them.
    pub(super) fn decided(mut self, decision: Option<&Decision>) -> Cell {
        let review = decision.map(|decision| decision.review);
        for said in &mut self.said {
            said.decided = review;
        }
        self.stands()
    }

    /// The same words; those that the published text says too were not decided.
    pub(super) fn beside(mut self, published: &Cell) -> Cell {
        for said in &mut self.said {
            let mut stated = published.said.iter();
            if stated.any(|stated| stated.words == said.words) {
                said.decided = None;
            }
        }
        self.stands()
    }

    fn stands(mut self) -> Cell {
        if !self.said.is_empty() {
            let decided = self.said.iter().find_map(|said| said.decided);
            self.standing = decided.map_or(Standing::Stated, Standing::Decided);
        }
        self
    }

    /// The cell as text: gaps, cells that do not apply and what was decided are marked.
    pub fn text(&self, language: Language) -> String {
        let said = self.said.iter().map(|said| {
            let words = said.words.get(language);
            match said.decided {
                None => words.to_owned(),
                Some(review) => {
                    let decided = words::pick(language, "decided, review", "besluttet, revideres");
                    format!("{words} [{decided} {review}]")
                }
            }
        });
        match self.standing {
            Standing::Stated | Standing::Decided(_) => said.collect::<Vec<_>>().join("; "),
            Standing::Gap => words::pick(language, "(not stated)", "(ikke oppgitt)").to_owned(),
            Standing::NotApplicable => "–".to_owned(),
        }
    }
}

/// The same words by a rule of each language.
pub(super) fn both(say: impl Fn(Language) -> String) -> Localized {
    Localized::new(say(Language::En), say(Language::Nb))
}
