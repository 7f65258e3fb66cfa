//! Carry out what is due: look, decide, store the plan, act, read back.
//!
//! Bucket by bucket, a few of them together, so that a failing one stops no other. A plan that a crash
//! left is finished before anything new is planned.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ombud_core::retention::WaitVerb;
use ombud_core::rulebook::Rulebook;
use ombud_core::sweep::Verb;
use ombud_store::{
    Bucket, Clock, ClockKey, ClockState, Plan, PlanId, PlanItem, SWEEP_STEP, StoreError, Tx,
};
use serde::Serialize;
use tokio::task::JoinSet;

use super::act::{act, action, at_once, count, decided, verb};
use super::statistic::Joined;
use super::{FlowError, Ombud};

/// How many buckets are swept together, so that they share commits; few enough that a choice which is
/// told meanwhile waits for a fraction of a second.
const AT_ONCE: usize = 64;

/// What a sweep came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Clocks that were due.
    pub due: u64,
    /// Records erased, and read back as absent.
    pub erased: u64,
    /// Records of which only what a law asks for is left.
    pub reduced: u64,
    /// Records counted into a cell of a statistic that hides everyone in it, then erased.
    pub anonymised: u64,
    /// Records counted into a cell that does not hide everyone in it when the sweep is over, then erased:
    /// what is left of them is pseudonymised. Of a dry run, all that would be counted.
    pub gathering: u64,
    /// Records taken out of use for a while before their end.
    pub hidden: u64,
    /// Records of them from which what names the person was taken.
    pub pseudonymised: u64,
    /// Records from which fields were taken whose own period was over.
    pub shortened: u64,
    /// Clocks whose people must now be warned or asked first.
    pub waiting: u64,
    /// Clocks whose time comes later than was stored.
    pub later: u64,
    /// People of whom nothing is left, and nothing need be.
    pub people: u64,
    /// Records or people that were still there when they were read back. Anything but 0 is an alarm.
    pub remaining: u64,
}

impl Swept {
    /// Counts records that were taken out of use.
    pub(super) fn hide(&mut self, wait: WaitVerb, records: u64) {
        self.hidden += records;
        if wait == WaitVerb::Pseudonymise {
            self.pseudonymised += records;
        }
    }

    fn add(&mut self, other: Self) {
        self.due += other.due;
        self.erased += other.erased;
        self.reduced += other.reduced;
        self.anonymised += other.anonymised;
        self.gathering += other.gathering;
        self.hidden += other.hidden;
        self.pseudonymised += other.pseudonymised;
        self.shortened += other.shortened;
        self.waiting += other.waiting;
        self.later += other.later;
        self.people += other.people;
        self.remaining += other.remaining;
    }
}

impl Ombud {
    /// Carries out everything that is due at `now`, once a new version's due instants are counted. Data
    /// that is older than the journal of erasures is brought up to date first.
    ///
    /// # Errors
    ///
    /// The last failure of a bucket, after all others were swept.
    pub async fn sweep(&self, now: Timestamp) -> Result<Swept, FlowError> {
        let replayed = self.replay(now).await?;
        let mut swept = Swept {
            erased: replayed.records,
            people: replayed.people,
            remaining: replayed.remaining,
            ..Swept::default()
        };
        let mut failed = self.recount(now).await.err();
        let mut buckets = self.due_buckets(now).await?.into_iter();
        let (mut tasks, mut joined) = (JoinSet::new(), Joined::new());
        loop {
            while tasks.len() < AT_ONCE
                && let Some(bucket) = buckets.next()
            {
                tasks.spawn(self.clone().sweep_bucket(bucket, now));
            }
            match tasks.join_next().await {
                Some(Ok(Ok((more, cells)))) => {
                    swept.add(more);
                    for (cell, records) in cells {
                        *joined.entry(cell).or_default() += records;
                    }
                }
                Some(Ok(Err(error))) => failed = Some(error),
                Some(Err(_)) => failed = Some(StoreError::Closed.into()),
                None => break,
            }
        }
        match self.end(now).await {
            Ok(ended) => {
                swept.people += ended.people;
                swept.remaining += ended.remaining;
            }
            Err(error) => failed = Some(error),
        }
        failed = self.settle_cells(now).await.err().or(failed);
        if let Some(error) = failed {
            return Err(error);
        }
        // A record that changed after it had joined was not erased.
        swept.gathering = self.gathering(joined).await?.min(swept.anonymised);
        swept.anonymised -= swept.gathering;
        Ok(swept)
    }

    /// What a sweep at `now` would come to, without touching anything.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn sweep_dry(&self, now: Timestamp) -> Result<Swept, FlowError> {
        let book = self.book.clone();
        let survey = self
            .store
            .survey::<_, FlowError, _>("sweep.dry", move |tx| {
                let mut swept = Swept::default();
                for clock in tx.due_clocks(now, u32::MAX)? {
                    let records = u64::try_from(tx.count_records(&clock.key)?).unwrap_or_default();
                    swept.due += 1;
                    match verb(&book, &clock, now) {
                        Verb::Erase => swept.erased += records,
                        Verb::Anonymise { .. } => swept.gathering += records,
                        Verb::Reduce { .. } => swept.reduced += records,
                        Verb::Hide { wait, .. } => swept.hide(wait, records),
                        Verb::Shorten { .. } => swept.shortened += records,
                        Verb::Await { .. } => swept.waiting += 1,
                        Verb::Later { .. } | Verb::Wait => swept.later += 1,
                    }
                }
                Ok(swept)
            });
        let all = survey.await?;
        Ok(all.into_iter().fold(Swept::default(), |mut sum, one| {
            sum.add(one);
            sum
        }))
    }

    async fn due_buckets(&self, now: Timestamp) -> Result<Vec<Bucket>, FlowError> {
        let survey = self
            .store
            .survey::<_, FlowError, _>("sweep.look", move |tx| {
                let busy = tx.has_due(now)? || tx.has_unfinished_plan()?;
                Ok(busy.then_some(tx.bucket()?))
            });
        Ok(survey.await?.into_iter().flatten().collect())
    }

    async fn sweep_bucket(
        self,
        bucket: Bucket,
        now: Timestamp,
    ) -> Result<(Swept, Joined), FlowError> {
        let (mut swept, mut joined) = (Swept::default(), Joined::new());
        let rest = self
            .store
            .read::<_, FlowError, _>("sweep.rest", bucket, |tx| Ok(tx.plans_with_rest()?));
        for plan in rest.await? {
            swept.remaining += self.close(bucket, plan, now).await?;
        }
        loop {
            let mut random = [0; 16];
            self.store.random(&mut random)?;
            let id = PlanId::from_bytes(random);
            let book = self.book.clone();
            let plan = self
                .store
                .write::<_, FlowError, _>("sweep.plan", bucket, move |tx| plan(tx, &book, id, now));
            let planned = plan.await?;
            swept.add(planned.swept);
            if let Some(plan) = planned.open {
                self.join_cells(bucket, plan, &mut joined, now).await?;
                swept.add(self.finish(bucket, plan, now).await?);
            }
            if planned.last {
                return Ok((swept, joined));
            }
        }
    }

    /// Carries out what is left of a plan, reads it back and closes it.
    async fn finish(&self, bucket: Bucket, id: PlanId, now: Timestamp) -> Result<Swept, FlowError> {
        let mut swept = Swept::default();
        loop {
            let book = self.book.clone();
            let act = self
                .store
                .write::<_, FlowError, _>("sweep.act", bucket, move |tx| act(tx, &book, id, now));
            let acted = act.await?;
            swept.add(acted.swept);
            if acted.last {
                break;
            }
        }
        swept.remaining = self.close(bucket, id, now).await?;
        Ok(swept)
    }

    async fn close(&self, bucket: Bucket, id: PlanId, now: Timestamp) -> Result<u64, FlowError> {
        let close = self
            .store
            .write::<_, FlowError, _>("sweep.close", bucket, move |tx| close(tx, id, now));
        close.await
    }
}

/// What there is to do in a bucket.
struct Planned {
    /// How many clocks were due, and which of them are due later, as it turned out, or wait.
    swept: Swept,
    /// The plan to finish.
    open: Option<PlanId>,
    /// Whether nothing more is due.
    last: bool,
}

/// Decides on what is due and stores what is to be done, unless a plan was left to finish first.
fn plan(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    id: PlanId,
    now: Timestamp,
) -> Result<Planned, FlowError> {
    let mut planned = Planned {
        swept: Swept::default(),
        open: None,
        last: false,
    };
    if let Some(left) = tx.open_plan()? {
        planned.open = Some(left.id);
        return Ok(planned);
    }
    let clocks = tx.due_clocks(now, SWEEP_STEP)?;
    planned.swept.due = count(clocks.len());
    planned.last = planned.swept.due < u64::from(SWEEP_STEP);
    let (mut items, mut others) = (Vec::new(), Vec::new());
    for clock in clocks {
        let verb = verb(book, &clock, now);
        let later = match &verb {
            Verb::Later { due } => Some((*due, clock.state)),
            // The clock is told when people were.
            Verb::Await { until, .. } => Some((Some(*until), ClockState::Awaits)),
            Verb::Wait => Some((clock.due_at, clock.state)),
            Verb::Erase
            | Verb::Anonymise { .. }
            | Verb::Reduce { .. }
            | Verb::Hide { .. }
            | Verb::Shorten { .. } => None,
        };
        match (later, clock.due_at) {
            (None, Some(due_at)) => {
                let kind = if at_once(&verb, &clock.key) {
                    &mut items
                } else {
                    &mut others
                };
                kind.push(PlanItem {
                    key: clock.key,
                    due_at,
                    action: action(&verb),
                });
            }
            (later, due_at) => {
                let waits = matches!(verb, Verb::Await { .. });
                planned.swept.waiting += u64::from(waits);
                planned.swept.later += u64::from(!waits);
                let (due_at, state) = later.unwrap_or((due_at, clock.state));
                tx.save_clock(&Clock {
                    due_at,
                    state,
                    ..clock
                })?;
            }
        }
    }
    items.append(&mut others);
    if items.is_empty() {
        return Ok(planned);
    }
    let plan = Plan {
        id,
        statement: book.version.clone(),
        swept_at: now,
        items,
        reached: 0,
        overtaken: BTreeSet::new(),
    };
    if tx.save_plan(&plan)? {
        planned.open = Some(id);
    } else {
        // Another node's came first.
        planned.open = tx.open_plan()?.map(|plan| plan.id);
        planned.last = false;
    }
    Ok(planned)
}

/// Reads back what a plan erased, and finishes it once nothing of that is left; returns how many records
/// are still there.
fn close(tx: &mut Tx<'_>, id: PlanId, now: Timestamp) -> Result<u64, FlowError> {
    let Some(plan) = tx.lock_plan(id)? else {
        return Ok(0);
    };
    let acted = plan.items.iter().enumerate().take(plan.reached);
    let erased: Vec<&ClockKey> = acted
        .filter(|(at, _)| !plan.overtaken.contains(at))
        .filter(|(_, item)| {
            let verb = decided(item);
            matches!(verb, Some(Verb::Erase | Verb::Anonymise { .. }))
        })
        .map(|(_, item)| &item.key)
        .collect();
    let remaining = tx.remaining(&erased, plan.swept_at)?;
    if remaining == 0 {
        tx.finish_plan(id, now)?;
    } else {
        tx.leave_plan(id)?;
    }
    Ok(remaining)
}
