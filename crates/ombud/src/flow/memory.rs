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

struct Kept {
    seen: Seen,
    people: Population,
}

impl Kept {
    fn holds(&self, seen: Seen, version: &VersionId) -> bool {
        self.seen == seen && self.people.version() == version
    }
}

impl Memory {
    /// The answers, in order, that are kept and still hold. `seen` is the state of the data, asked for
    /// after the questions came in.
    pub(super) fn may<'q>(
        &self,
        (seen, version): (Seen, &VersionId),
        questions: impl Iterator<Item = Option<(IdentityHash, &'q str, Use)>>,
        now: Timestamp,
    ) -> Vec<Option<Answer>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref().filter(|kept| kept.holds(seen, version));
        let answer = |(identity, activity, use_for): (IdentityHash, &str, Use)| {
            let people = &kept?.people;
            let id = u128::from_be_bytes(*identity.bytes());
            let ruling = people.may_if_held(id, people.activity(activity)?, use_for, now)?;
            Some(ruling.answer)
        };
        questions
            .map(|question| question.and_then(answer))
            .collect()
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
