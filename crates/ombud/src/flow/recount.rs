//! A new version of the statement: the stored due instants are counted anew under its rules.
//!
//! Bucket by bucket, in steps of a bounded size; how far it came is stored with each step, so that a
//! crash loses nothing. Until it is done, decisions take the stricter of the two instants
//! ([`decision`](super::decision)) and the board calls the caps unproven.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use ombud_core::rulebook::{CollectionRule, Rulebook};
use ombud_store::{Bucket, Clock, ClockId, ClockKey, Place, Recount, Tx};

use super::statement::{Version, reopen};
use super::{FlowError, Ombud, anchor, record};

/// The most clocks that one step counts.
const STEP: u32 = 500;

impl Ombud {
    /// Counts every clock anew that the version in force may move; returns how many were counted.
    /// Nothing is done once that is done, or while another version is in force.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails: the next call goes on from there.
    pub async fn recount(&self, now: Timestamp) -> Result<u64, FlowError> {
        if self.counted() {
            return Ok(0);
        }
        let versions = self.versions().await?;
        let begun: Vec<&Version> = versions.iter().filter(|v| v.in_force_at <= now).collect();
        let Some((own, before)) = begun.split_last() else {
            return Ok(0);
        };
        if own.id != self.book.version {
            return Ok(0);
        }
        let mut counted = 0;
        if own.counted_at.is_none() {
            let affected = Arc::new(self.affected(before).await?);
            for bucket in self.unfinished(own, &affected).await? {
                counted += self.recount_bucket(bucket, own, &affected, now).await?;
            }
            let (id, from) = (own.id.clone(), own.in_force_at);
            let note =
                self.store
                    .write::<_, FlowError, _>("recount.done", Place::Home, move |tx| {
                        Ok(tx.statement_counted(&id, from, now)?)
                    });
            note.await?;
        }
        self.counted.store(true, Ordering::Release);
        Ok(counted)
    }

    /// The collections whose stored due instants are not counted under these rules yet.
    pub(super) async fn recounting(&self, now: Timestamp) -> Result<BTreeSet<String>, FlowError> {
        if self.counted() {
            return Ok(BTreeSet::new());
        }
        let versions = self.versions().await?;
        let begun: Vec<&Version> = versions.iter().filter(|v| v.in_force_at <= now).collect();
        let before = match begun.split_last() {
            Some((own, before)) if own.id == self.book.version => before,
            Some(_) | None => &begun,
        };
        self.affected(before).await
    }

    /// The collections whose clocks may stand differently than the rules say: those whose rule is
    /// another than under the last version that was counted, or any since, and those whose activity asks
    /// for an age that it did not ask for.
    async fn affected(&self, before: &[&Version]) -> Result<BTreeSet<String>, FlowError> {
        let last = before.iter().rposition(|v| v.counted_at.is_some());
        let since = before.get(last.unwrap_or(0)..).unwrap_or_default();
        let mut affected = BTreeSet::new();
        for version in since {
            let archive = self.archive_of(&version.id).await?.unwrap_or_default();
            let old = reopen(&version.id, &archive).map(|old| Rulebook::new(&old));
            let all = self.book.collections.iter();
            let moved = all.filter(|(name, rule)| match &old {
                Ok(old) => {
                    let was = old.collections.get(*name);
                    let asks = |book: &Rulebook| book.asks_age(rule);
                    !same_calendar(old, &self.book)
                        || !asks(old) && asks(&self.book)
                        || was.is_none_or(|was| !same_ends(was, rule))
                }
                Err(_) => true,
            });
            affected.extend(moved.map(|(name, _)| name.clone()));
        }
        Ok(affected)
    }

    /// The buckets in which clocks are left to count.
    async fn unfinished(
        &self,
        version: &Version,
        affected: &Arc<BTreeSet<String>>,
    ) -> Result<Vec<Bucket>, FlowError> {
        let (id, from, affected) = (version.id.clone(), version.in_force_at, affected.clone());
        let look = self
            .store
            .survey::<_, FlowError, _>("recount.look", move |tx| {
                let held = tx.clock_collections()?;
                let work = held.iter().any(|name| affected.contains(name));
                let left = work && tx.recount(&id, from)? != Some(Recount::Done);
                Ok(left.then_some(tx.bucket()?))
            });
        Ok(look.await?.into_iter().flatten().collect())
    }

    async fn recount_bucket(
        &self,
        bucket: Bucket,
        version: &Version,
        affected: &Arc<BTreeSet<String>>,
        now: Timestamp,
    ) -> Result<u64, FlowError> {
        let mut counted = 0;
        loop {
            let (book, affected) = (self.book.clone(), affected.clone());
            let (id, from) = (version.id.clone(), version.in_force_at);
            let write = self
                .store
                .write::<_, FlowError, _>("recount.step", bucket, move |tx| {
                    let after = tx.recount(&id, from)?;
                    let (clocks, reached) = step(tx, &book, &affected, after.as_ref(), now)?;
                    tx.save_recount(&id, from, &reached)?;
                    Ok((clocks, reached == Recount::Done))
                });
            let (more, done) = write.await?;
            counted += more;
            if done {
                return Ok(counted);
            }
        }
    }
}

/// Counts the next clocks of a bucket; returns how many, and how far that is.
fn step(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    affected: &BTreeSet<String>,
    after: Option<&Recount>,
    now: Timestamp,
) -> Result<(u64, Recount), FlowError> {
    let mut counted = 0;
    for name in affected {
        let clocks = next(tx, name, after, STEP.saturating_sub(counted))?;
        for clock in &clocks {
            count_anew(tx, book, clock, now)?;
            counted = counted.saturating_add(1);
        }
        if let (Some(last), true) = (clocks.last(), counted >= STEP) {
            return Ok((counted.into(), Recount::UpTo(last.key.clone())));
        }
    }
    Ok((counted.into(), Recount::Done))
}

/// The next clocks of a collection after the place that was reached; collections go in order of name.
fn next(
    tx: &mut Tx<'_>,
    collection: &str,
    reached: Option<&Recount>,
    limit: u32,
) -> Result<Vec<Clock>, FlowError> {
    let after = match reached {
        Some(Recount::Done) => return Ok(Vec::new()),
        Some(Recount::UpTo(key)) if key.collection.as_str() > collection => return Ok(Vec::new()),
        Some(Recount::UpTo(key)) if key.collection == collection => Some(key),
        Some(Recount::UpTo(_)) | None => None,
    };
    Ok(tx.clocks_in(collection, after, limit)?)
}

/// Works out a clock's due instant under the rules in force. Where records no longer share a clock,
/// each gets its own.
fn count_anew(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    clock: &Clock,
    now: Timestamp,
) -> Result<(), FlowError> {
    let Some(rule) = book.collections.get(&clock.key.collection) else {
        return Ok(());
    };
    if clock.key.clock != ClockId::SHARED || rule.shared_clock {
        return count_one(tx, book, rule, &clock.key, now);
    }
    let facts = anchor::Facts::parse(&clock.anchors);
    for (record, stored_at) in tx.split_clock(&clock.key)? {
        let mut own = facts.clone();
        // The shared clock knows when the last of them was collected; each was by the time it was
        // stored here.
        own.collected_by(stored_at);
        let key = ClockKey {
            clock: ClockId::of_record(record),
            ..clock.key.clone()
        };
        tx.save_clock(&Clock {
            key: key.clone(),
            anchors: own.stored(),
            ..clock.clone()
        })?;
        count_one(tx, book, rule, &key, now)?;
    }
    tx.remove_clock(&clock.key)?;
    Ok(())
}

/// Works out one clock's due instant; what the new rules ask of the record itself is read from it.
fn count_one(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    rule: &CollectionRule,
    key: &ClockKey,
    now: Timestamp,
) -> Result<(), FlowError> {
    let told = record::told_by_fields(tx, book, rule, key, now)?;
    let mut counting = anchor::Counting { tx, book, now };
    counting.change(rule, key, |facts| facts.apply_all(&told))?;
    Ok(())
}

fn same_calendar(one: &Rulebook, other: &Rulebook) -> bool {
    one.calendar == other.calendar
}

fn same_ends(one: &CollectionRule, other: &CollectionRule) -> bool {
    one.keep == other.keep
        && one.then == other.then
        && one.holds == other.holds
        && one.field_keeps == other.field_keeps
        && one.shared_clock == other.shared_clock
        && one.uses == other.uses
}
