//! Answers kept in memory from one commit to the next.
//!
//! What is kept holds for one state of the data and one version of the statement, and is dropped
//! whole as soon as either has changed. So nothing has to say what it makes untrue, and a "yes" can
//! never outlive a withdrawal that was acknowledged, whichever process wrote it (I1).

use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use ombud_core::decision::{Answer, Use};
use ombud_core::population::{Person, Population};
use ombud_core::rulebook::Rulebook;
use ombud_core::statement::VersionId;
use ombud_store::{IdentityHash, Seen};

/// How many people are kept at most: about 100 MB.
const MOST: usize = 1 << 20;

/// People by the one identity that was asked about.
#[derive(Default)]
pub(super) struct Memory(RwLock<Option<Kept>>);

/// Whom a question is about, the activity and the use.
type Look<'q> = (IdentityHash, &'q str, Use);

struct Kept {
    seen: Seen,
    people: Population,
}

impl Kept {
    fn holds(&self, seen: Seen, version: &VersionId) -> bool {
        self.seen == seen && self.people.version() == version
    }

    fn answer(&self, (identity, activity, use_for): Look<'_>, now: Timestamp) -> Option<Answer> {
        let id = u128::from_be_bytes(*identity.bytes());
        let activity = self.people.activity(activity)?;
        let ruling = self.people.may_if_held(id, activity, use_for, now)?;
        Some(ruling.answer)
    }
}

impl Memory {
    /// The answer, if it is kept and still holds. `seen` is the state of the data, asked for after the
    /// question came in.
    pub(super) fn may(
        &self,
        held: (Seen, &VersionId),
        question: Look<'_>,
        now: Timestamp,
    ) -> Option<Answer> {
        self.holding(held, |kept| kept?.answer(question, now))
    }

    /// The same for many questions, in their order.
    pub(super) fn may_each<'q>(
        &self,
        held: (Seen, &VersionId),
        questions: impl Iterator<Item = Option<Look<'q>>>,
        now: Timestamp,
    ) -> Vec<Option<Answer>> {
        self.holding(held, |kept| {
            let answer = |question: Option<_>| kept?.answer(question?, now);
            questions.map(answer).collect()
        })
    }

    fn holding<T>(
        &self,
        (seen, version): (Seen, &VersionId),
        look: impl FnOnce(Option<&Kept>) -> T,
    ) -> T {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        look(kept.as_ref().filter(|kept| kept.holds(seen, version)))
    }

    /// Keeps what was read about whoever has these identities. `seen` is the state of the data, asked
    /// for before anything was read.
    pub(super) fn keep(
        &self,
        seen: Seen,
        book: &Rulebook,
        people: impl Iterator<Item = (IdentityHash, Person)>,
    ) {
        let mut people = people.peekable();
        if people.peek().is_none() {
            return;
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let current = kept
            .take()
            .filter(|kept| kept.holds(seen, &book.version) && kept.people.len() < MOST);
        let mut current = current.unwrap_or_else(|| Kept {
            seen,
            people: Population::new(book, 0),
        });
        for (identity, person) in people {
            let id = u128::from_be_bytes(*identity.bytes());
            current.people.put(id, &person);
        }
        *kept = Some(current);
    }
}
