//! What changed between two versions of a statement, graded by what it does to people.
//!
//! The published text and what the engine carries out are both compared, so that a decision that
//! keeps data longer shows although the text stays as it was.
//!
//! # Source
//!
//! P6.1; GDPR Article 13(3): people are told before their data is used for a new purpose.

mod activity;
mod collection;
mod header;
mod leaves;
mod promise;
mod prose;
mod retention;
mod tell;

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Reading, Statement};
use crate::language::{Language, Localized};
pub use prose::Hunk;

/// What a change does to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// More data, longer, to more people or for more, or less say over it.
    Worse,
    /// Other words, or one thing for another: a machine cannot tell, a person must judge.
    Judge,
    /// Neither better nor worse.
    Neutral,
    /// The opposite of worse.
    Better,
}

impl Grade {
    /// What the same change is the other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Worse => Self::Better,
            Self::Judge => Self::Judge,
            Self::Neutral => Self::Neutral,
            Self::Better => Self::Worse,
        }
    }
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A processing activity.
    Activity,
    /// A purpose.
    Purpose,
    /// Whose data it is.
    Subjects,
    /// A legal basis.
    Basis,
    /// The role in which the company acts.
    Role,
    /// A kind of record.
    Collection,
    /// A field of a record.
    Data,
    /// How long something is kept.
    Retention,
    /// What happens when the time is up.
    Ending,
    /// A duty to keep something longer.
    Hold,
    /// Who receives data.
    Recipient,
    /// Where data goes outside the EEA, and what makes that lawful.
    Transfer,
    /// A right that people are told of.
    Right,
    /// A place where rights are used.
    RightsChannel,
    /// How soon people are answered.
    AnswerTime,
    /// A way to withdraw consent.
    Withdrawal,
    /// A way to object.
    Objection,
    /// A channel on which people are approached.
    Messages,
    /// Direct marketing.
    Marketing,
    /// Profiling.
    Profiling,
    /// Decisions by machines alone.
    AutomatedDecision,
    /// The lowest age for consent.
    Age,
    /// Special categories of data.
    SpecialCategories,
    /// Whether data must be given.
    Provision,
    /// Where data comes from.
    Source,
    /// Who is responsible, and how to reach them.
    Controller,
    /// A cookie.
    Cookie,
    /// A promise.
    Promise,
    /// What measures whether a promise is kept.
    Proof,
    /// The prose.
    Prose,
    /// Any other key of the files.
    Wording,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 31] = [
        Kind::Activity,
        Kind::Purpose,
        Kind::Subjects,
        Kind::Basis,
        Kind::Role,
        Kind::Collection,
        Kind::Data,
        Kind::Retention,
        Kind::Ending,
        Kind::Hold,
        Kind::Recipient,
        Kind::Transfer,
        Kind::Right,
        Kind::RightsChannel,
        Kind::AnswerTime,
        Kind::Withdrawal,
        Kind::Objection,
        Kind::Messages,
        Kind::Marketing,
        Kind::Profiling,
        Kind::AutomatedDecision,
        Kind::Age,
        Kind::SpecialCategories,
        Kind::Provision,
        Kind::Source,
        Kind::Controller,
        Kind::Cookie,
        Kind::Promise,
        Kind::Proof,
        Kind::Prose,
        Kind::Wording,
    ];
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The key path that changed, for example `activities.newsletters.recipients`, or the file of
    /// the prose.
    pub at: String,
    /// The section that tells of it.
    pub section: Option<String>,
    /// What it is about.
    pub kind: Kind,
    /// What stood there before; `None` when it is new.
    pub before: Option<String>,
    /// What stands there now; `None` when it is gone.
    pub after: Option<String>,
    /// What it does to people.
    pub grade: Grade,
    /// Whether only what is carried out changed, by a decision, and the published text did not.
    pub decided: bool,
    /// The change in one sentence for the people it is about.
    pub told: Localized,
}

impl Change {
    /// Whether people are told of it: everything that is worse for them or that a person must judge,
    /// and whatever changes the purpose, the basis, the role or the company that is responsible.
    ///
    /// # Source
    ///
    /// P6.1; GDPR Articles 13(3), 14(4).
    pub fn is_significant(&self) -> bool {
        let core = matches!(
            self.kind,
            Kind::Activity | Kind::Purpose | Kind::Basis | Kind::Role | Kind::Controller
        );
        match self.grade {
            Grade::Worse | Grade::Judge => true,
            Grade::Neutral => core,
            Grade::Better => false,
        }
    }
}

/// Every change from `old` to `new`: the worst first, then in order of place.
pub fn diff(old: &Statement, new: &Statement) -> Vec<Change> {
    let mut published = Differ::new(&old.published, &new.published);
    published.readings();
    published.promises(&old.promises, &new.promises);
    let mut changes = published.changes;
    let at = |change: &Change| (change.at.clone(), change.kind);
    let published: BTreeSet<_> = changes.iter().map(at).collect();
    let mut carried_out = Differ::new(&old.rules, &new.rules);
    carried_out.readings();
    for mut change in carried_out.changes {
        if !published.contains(&at(&change)) {
            change.decided = true;
            changes.push(change);
        }
    }
    changes.extend(prose::changes(old, new));
    changes.sort_by(|a, b| (a.grade, &a.at, a.kind).cmp(&(b.grade, &b.at, b.kind)));
    changes
}

/// Compares two readings, key by key.
struct Differ<'a> {
    old: &'a Reading,
    new: &'a Reading,
    changes: Vec<Change>,
}

/// The place that is compared, and what people call it.
#[derive(Debug, Clone)]
struct Spot {
    at: String,
    section: Option<String>,
    title: Localized,
}

impl Spot {
    /// A key below this place.
    fn key(&self, key: &str) -> Spot {
        Spot {
            at: format!("{}.{key}", self.at),
            ..self.clone()
        }
    }
}

/// A value as it is written, and in words.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    plain: String,
    words: Localized,
}

impl Said {
    fn new(plain: impl Into<String>, words: Localized) -> Said {
        Said {
            plain: plain.into(),
            words,
        }
    }

    /// A value that is written the same in every language.
    fn same(plain: impl Into<String>) -> Said {
        let plain = plain.into();
        let words = Localized::new(plain.clone(), plain.clone());
        Said { plain, words }
    }
}

impl<'a> Differ<'a> {
    fn new(old: &'a Reading, new: &'a Reading) -> Self {
        let changes = Vec::new();
        Self { old, new, changes }
    }

    fn readings(&mut self) {
        self.header();
        self.activities();
        self.leaves();
    }

    /// Records a change; nothing when there is none.
    fn change(&mut self, spot: &Spot, kind: Kind, grade: Grade, values: [Option<Said>; 2]) {
        let [before, after] = values;
        if before == after {
            return;
        }
        let told = tell::sentence(spot, (kind, grade), before.as_ref(), after.as_ref());
        self.changes.push(Change {
            at: spot.at.clone(),
            section: spot.section.clone(),
            kind,
            before: before.map(|said| said.plain),
            after: after.map(|said| said.plain),
            grade,
            decided: false,
            told,
        });
    }

    /// Compares two sets: `grade` is what it does to people when something is added, the reverse
    /// when it is taken away.
    fn set<T: PartialEq>(
        &mut self,
        (spot, kind, grade): (&Spot, Kind, Grade),
        old: &[T],
        new: &[T],
        say: impl Fn(&T) -> Said,
    ) {
        for gone in old.iter().filter(|value| !new.contains(value)) {
            self.change(spot, kind, grade.reversed(), [Some(say(gone)), None]);
        }
        for added in new.iter().filter(|value| !old.contains(value)) {
            self.change(spot, kind, grade, [None, Some(say(added))]);
        }
    }

    /// Compares two values by a score that is higher the worse it is for people.
    fn scored<S: PartialOrd>(
        &mut self,
        (spot, kind): (&Spot, Kind),
        (old, old_score): (Option<Said>, S),
        (new, new_score): (Option<Said>, S),
    ) {
        let grade = graded(&old_score, &new_score);
        self.change(spot, kind, grade, [old, new]);
    }
}

/// Worse when the score rises; of two that score the same nobody but a person can tell.
fn graded<S: PartialOrd>(old: &S, new: &S) -> Grade {
    if new > old {
        Grade::Worse
    } else if new < old {
        Grade::Better
    } else {
        Grade::Judge
    }
}

/// The same words by a rule of each language.
fn both(say: impl Fn(Language) -> String) -> Localized {
    Localized::new(say(Language::En), say(Language::Nb))
}

#[cfg(test)]
mod tests;
