//! The end of a person: when nothing of theirs must be kept any more.
//!
//! Entered in the journal before anything is touched, read back, then noted as done. A choice is kept
//! as long as it counts, and then for as long as the statement says; what outlives the person is the
//! opt-out of an identity, as a keyed hash.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ombud_core::retention::{Anchors, Due, Event, due};
use ombud_core::rulebook::Rulebook;
use ombud_core::standing::{Consent, Objection, Scope, Standing};
use ombud_core::statement::model::Own;
use ombud_store::{Bucket, IdentityHash, Journalled, StoreError, SubjectId, Tx};
use tokio::task::JoinSet;

use super::decision::EVERYWHERE;
use super::{FlowError, Ombud, evidence};

/// How many people one transaction looks at.
const STEP: u32 = 1_000;
/// How many buckets are looked at together, so that they share commits.
const AT_ONCE: usize = 64;

/// What came to an end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ended {
    /// People of whom nothing is left.
    pub(super) people: u64,
    /// Records that were erased again, from a copy that was put back.
    pub(super) records: u64,
    /// People or records of whom something was still there when it was read back.
    pub(super) remaining: u64,
}

impl Ended {
    pub(super) fn count(&mut self, carried: Option<bool>) {
        match carried {
            Some(true) => self.people += 1,
            Some(false) => self.remaining += 1,
            None => {}
        }
    }

    fn add(&mut self, other: Self) {
        self.people += other.people;
        self.records += other.records;
        self.remaining += other.remaining;
    }
}

/// What is left of a person's choices.
#[derive(Debug, Default)]
struct Choices {
    /// Activities whose choice need not be proved any more.
    forgotten: Vec<String>,
    /// Those of them in which an objection was upheld: it outlives the ledger.
    upheld: Vec<String>,
    /// When the next one ends.
    next: Option<Timestamp>,
}

impl Ombud {
    /// Ends the people of whom nothing must be kept, and forgets plans, answers and entries of the journal
    /// whose time is over.
    pub(super) async fn end(&self, now: Timestamp) -> Result<Ended, FlowError> {
        let plans = self.cutoff(Own::Plans, now);
        let answers = self.cutoff(Own::Answers, now);
        let survey = self.store.survey::<_, FlowError, _>("end.look", move |tx| {
            let people = !tx.subjects_to_look_at(now, 1)?.is_empty();
            let own = tx.has_forgettable(plans, answers)?;
            Ok((tx.bucket()?, people, own))
        });
        let mut ended = Ended::default();
        let mut buckets = survey
            .await?
            .into_iter()
            .filter(|(_, people, own)| *people || *own);
        let mut tasks = JoinSet::new();
        loop {
            while tasks.len() < AT_ONCE
                && let Some((bucket, _, own)) = buckets.next()
            {
                let ombud = self.clone();
                tasks.spawn(async move {
                    if own {
                        ombud.forget_own(bucket, plans, answers).await?;
                    }
                    ombud.end_in(bucket, now).await
                });
            }
            match tasks.join_next().await {
                Some(Ok(more)) => ended.add(more?),
                Some(Err(_)) => return Err(StoreError::Closed.into()),
                None => break,
            }
        }
        if ended.people > 0 {
            self.scrub().await?;
        }
        self.follow(now).await?;
        if let Some(before) = self.cutoff(Own::Journal, now) {
            self.store.forget_journal(before).await?;
        }
        Ok(ended)
    }

    /// What is kept by this rule and older than this is over.
    fn cutoff(&self, own: Own, now: Timestamp) -> Option<Timestamp> {
        let period = self.book.own(own)?.cap()?;
        let now = now.to_zoned_datetime(self.book.calendar.zone.clone());
        Some(now.checked_sub(period.to_span()).ok()?.timestamp())
    }

    async fn forget_own(
        &self,
        bucket: Bucket,
        plans: Option<Timestamp>,
        answers: Option<Timestamp>,
    ) -> Result<(), FlowError> {
        let forget = self
            .store
            .write::<_, FlowError, _>("end.forget", bucket, move |tx| {
                if let Some(before) = plans {
                    tx.forget_plans(before)?;
                }
                if let Some(before) = answers {
                    tx.forget_answers(before)?;
                }
                Ok(())
            });
        forget.await
    }

    async fn end_in(&self, bucket: Bucket, now: Timestamp) -> Result<Ended, FlowError> {
        let mut ended = Ended::default();
        loop {
            let book = self.book.clone();
            let look = self
                .store
                .read::<_, FlowError, _>("end.choices", bucket, move |tx| {
                    let mut people = Vec::new();
                    for subject in tx.subjects_to_look_at(now, STEP)? {
                        people.push((subject, choices(tx, &book, subject, now)?.upheld));
                    }
                    Ok(people)
                });
            let people = look.await?;
            let last = people.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
            let mut subjects = Vec::with_capacity(people.len());
            for (subject, upheld) in people {
                if !upheld.is_empty() {
                    self.suppress(subject, upheld, now).await?;
                }
                subjects.push(subject);
            }
            for subject in self.prune(bucket, subjects, now).await? {
                let what = Journalled::Person(subject);
                let seq = self.store.begin_erasure(what, now).await?;
                ended.count(self.carry_out(seq, subject, false, now).await?);
            }
            if last || ended.remaining > 0 {
                return Ok(ended);
            }
        }
    }

    /// Forgets the choices of people that need not be proved any more, and returns those of whom
    /// nothing is kept. For the others the instant is noted at which to look again.
    async fn prune(
        &self,
        bucket: Bucket,
        subjects: Vec<SubjectId>,
        now: Timestamp,
    ) -> Result<Vec<SubjectId>, FlowError> {
        if subjects.is_empty() {
            return Ok(subjects);
        }
        let book = self.book.clone();
        let write = self
            .store
            .write::<_, FlowError, _>("end.prune", bucket, move |tx| {
                let mut gone = Vec::new();
                for subject in &subjects {
                    tx.lock_subject(*subject)?;
                    let choices = choices(tx, &book, *subject, now)?;
                    for activity in &choices.forgotten {
                        tx.forget_choice(*subject, activity)?;
                    }
                    if tx.is_kept(*subject)? {
                        tx.look_at(*subject, choices.next)?;
                    } else {
                        gone.push(*subject);
                    }
                }
                Ok(gone)
            });
        write.await
    }

    /// Erases a person whose erasure is in the journal, reads back, destroys the key and notes that it
    /// is done. `surely` erases whatever is there; else someone of whom anything is kept stays, and the
    /// entry goes (`None`). False if something was still there: then the entry stays, for another try.
    pub(super) async fn carry_out(
        &self,
        seq: i64,
        subject: SubjectId,
        surely: bool,
        now: Timestamp,
    ) -> Result<Option<bool>, FlowError> {
        let bucket = self.store.bucket_of(subject);
        let erase = self
            .store
            .write::<_, FlowError, _>("end.erase", bucket, move |tx| {
                if tx.subject_since(subject)?.is_some() {
                    tx.lock_subject(subject)?;
                }
                if !surely && tx.is_kept(subject)? {
                    return Ok(None);
                }
                evidence::of_end(tx, subject, now)?;
                Ok(Some(tx.erase_person(subject)?))
            });
        let Some(identities) = erase.await? else {
            self.store.drop_erasure(seq).await?;
            return Ok(None);
        };
        self.forget(subject, identities.clone()).await?;
        let unname = self
            .store
            .write::<_, FlowError, _>("end.unname", bucket, move |tx| {
                Ok(tx.erase_subject(subject)?)
            });
        unname.await?;
        if !self.is_absent(subject, identities).await? {
            return Ok(Some(false));
        }
        self.store.destroy_key(subject).await?;
        self.store.end_erasure(seq, now).await?;
        Ok(Some(true))
    }

    /// Reads an erasure back, in every place where something was.
    async fn is_absent(
        &self,
        subject: SubjectId,
        identities: Vec<IdentityHash>,
    ) -> Result<bool, FlowError> {
        let bucket = self.store.bucket_of(subject);
        let read =
            self.store
                .read::<_, FlowError, _>("end.read_back", bucket, move |tx| {
                    Ok(tx.is_absent(subject)?)
                });
        let mut absent = read.await?;
        for hash in identities {
            let read =
                self.store
                    .read::<_, FlowError, _>("end.read_back", hash.bucket(), move |tx| {
                        Ok(tx.subject_of(hash)? != Some(subject) && !tx.has_hint(hash, subject)?)
                    });
            absent &= read.await?;
        }
        Ok(absent)
    }

    /// Overwrites what deletions left in the files, keys included.
    pub(super) async fn scrub(&self) -> Result<(), FlowError> {
        self.store.scrub().await?;
        self.store.scrub_keys().await?;
        Ok(())
    }
}

fn choices(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    subject: SubjectId,
    now: Timestamp,
) -> Result<Choices, FlowError> {
    let mut choices = Choices::default();
    let (Some(keep), Some(event)) = (book.own(Own::Choices), Event::new("ended")) else {
        return Ok(choices);
    };
    for (activity, standing) in tx.standings_of(subject)? {
        let rule = book.activities.get(&activity);
        let marketing = activity == EVERYWHERE || rule.is_some_and(|rule| rule.rule.marketing);
        let Some(at) = ended(&standing, marketing) else {
            continue;
        };
        let anchors = Anchors {
            events: BTreeMap::from([(event.clone(), at)]),
            ..Anchors::default()
        };
        match due(keep, &anchors, &book.calendar) {
            Due::At(due) if due <= now => {
                if standing.position(Scope::default()).objection == Objection::Upheld {
                    choices.upheld.push(activity.clone());
                }
                choices.forgotten.push(activity);
            }
            Due::At(due) => choices.next = Some(choices.next.map_or(due, |next| next.min(due))),
            Due::Waiting(_) | Due::Never(_) => {}
        }
    }
    Ok(choices)
}

/// Since when a choice no longer counts; none while it does. An objection to marketing counts for
/// ever, but it is the suppression that remembers it.
fn ended(standing: &Standing, marketing: bool) -> Option<Timestamp> {
    let position = standing.position(Scope::default());
    let consents = match position.consent {
        Consent::Given | Consent::Outdated => true,
        Consent::Never | Consent::Withdrawn => false,
    };
    let weighed = position.objection == Objection::Pending && !marketing;
    if consents || weighed || position.restricted {
        return None;
    }
    let Standing {
        consented,
        withdrawn,
        objected,
        upheld,
        rejected,
        restricted,
        lifted,
    } = standing;
    let instants = [
        consented.map(|(at, _)| at),
        *withdrawn,
        *objected,
        *upheld,
        *rejected,
        *restricted,
        *lifted,
    ];
    instants.into_iter().flatten().max()
}
