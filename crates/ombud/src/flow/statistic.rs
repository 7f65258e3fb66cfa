//! Statistics: what anonymised records leave behind, and who may be told of it.
//!
//! Before a plan erases what it anonymises, every person's records join their cells, each in the
//! cell's own bucket. A cell's words are written down only once it hides everyone in it; who joined one
//! that stays too small is forgotten after a bounded wait.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ombud_core::evidence::Fact;
use ombud_core::language::Localized;
use ombud_core::retention::Event;
use ombud_core::rulebook::Rulebook;
use ombud_core::statement::model::Statistic;
use ombud_core::statistic::{WAIT, cell, hides, parts};
use ombud_core::sweep::Verb;
use ombud_store::{
    Bucket, ClockId, Counter, CounterParts, Joining, KeyedHash, PlanId, Record, StoreError,
    SubjectId, Tx,
};
use serde::Serialize;

use super::act::decided;
use super::{FlowError, Ombud, anchor, record};

/// How long whoever joined rests before they are folded in: a plan that is carried out again within this
/// time still finds that its people have joined.
const RESTS: SignedDuration = SignedDuration::from_hours(24);

/// How many records of a person are read at once.
const PAGE: u32 = 1_000;

/// A cell of a statistic that hides everyone in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Counted {
    /// The statistic: `activity.collection.statistic`.
    pub statistic: String,
    /// What people call it; empty where it is declared no more.
    pub title: Localized,
    /// The values that make the cell, in the order in which the statistic counts, the time last.
    pub cell: Vec<String>,
    /// How many people.
    pub people: u64,
    /// How many records.
    pub records: u64,
}

/// How many records joined which cells.
pub(super) type Joined = BTreeMap<(String, KeyedHash), u64>;

impl Ombud {
    /// Every cell that hides everyone in it, by statistic.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn statistics(&self) -> Result<Vec<Counted>, FlowError> {
        let survey = self
            .store
            .survey::<_, FlowError, _>("statistic.list", |tx| {
                Ok((tx.counters()?, tx.counter_parts()?))
            });
        let mut all = Vec::new();
        for (cells, joined) in survey.await? {
            for found in cells {
                let same = |part: &&CounterParts| {
                    part.statistic == found.statistic && part.cell_hash == found.cell_hash
                };
                let part = joined.iter().find(same);
                all.push(self.shown_cell(found, part));
            }
        }
        all.sort_unstable();
        Ok(all)
    }

    fn shown_cell(&self, found: Counter, part: Option<&CounterParts>) -> Counted {
        let declared = declared(&self.book, &found.statistic);
        Counted {
            title: declared
                .map(|known| known.title.clone())
                .unwrap_or_default(),
            cell: parts(&found.cell),
            people: found.people + part.map_or(0, |part| part.people),
            records: found.records + part.map_or(0, |part| part.records),
            statistic: found.statistic,
        }
    }

    /// Lets the records that a plan anonymises join their cells, and notes in `joined` how many did. Carried
    /// out again for the same plan, it changes nothing.
    pub(super) async fn join_cells(
        &self,
        bucket: Bucket,
        plan: PlanId,
        joined: &mut Joined,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let book = self.book.clone();
        let look = self
            .store
            .read::<_, FlowError, _>("statistic.look", bucket, move |tx| joining(tx, &book, plan));
        for (words, joining) in look.await? {
            let Some(rule) = declared(&self.book, &joining.statistic).cloned() else {
                continue;
            };
            let (place, records) = (joining.cell_hash.bucket(), joining.records);
            let cell = (joining.statistic.clone(), joining.cell_hash);
            let join = self
                .store
                .write::<_, FlowError, _>("statistic.join", place, move |tx| {
                    Ok(tx.join_cell(&joining, now)?)
                });
            join.await?;
            let (statistic, hash) = cell.clone();
            // Asked once the joining is there for all to see: of several at once, the last sees every other.
            let open = self
                .store
                .write::<_, FlowError, _>("statistic.open", place, move |tx| {
                    if hides(&rule, tx.people_in(&statistic, hash)?) {
                        tx.open_cell(&statistic, hash, &words)?;
                    }
                    Ok(())
                });
            open.await?;
            *joined.entry(cell).or_default() += u64::from(records);
        }
        Ok(())
    }

    /// How many records joined cells that do not hide everyone in them: asked once the sweep is over, for
    /// whoever joins last may fill a cell for all.
    pub(super) async fn gathering(&self, joined: Joined) -> Result<u64, FlowError> {
        let mut gathering = 0;
        for ((statistic, cell), records) in joined {
            let look =
                self.store
                    .read::<_, FlowError, _>("statistic.is_open", cell.bucket(), move |tx| {
                        Ok(tx.is_open(&statistic, cell)?)
                    });
            if !look.await? {
                gathering += records;
            }
        }
        Ok(gathering)
    }

    /// Folds whoever has rested into the cells that have words, and forgets who has waited for too long in
    /// one that has none.
    pub(super) async fn settle_cells(&self, now: Timestamp) -> Result<(), FlowError> {
        let survey = self
            .store
            .survey::<_, FlowError, _>("statistic.parts", |tx| Ok(tx.counter_parts()?));
        for joined in survey.await?.into_iter().flatten() {
            // Nothing is settled sooner.
            if now.duration_since(joined.first) < RESTS {
                continue;
            }
            let book = self.book.clone();
            let place = joined.cell_hash.bucket();
            let write = self
                .store
                .write::<_, FlowError, _>("statistic.settle", place, move |tx| {
                    settle(tx, &book, (&joined.statistic, joined.cell_hash), now)
                });
            write.await?;
        }
        Ok(())
    }
}

/// The statistic that a name of three parts stands for.
fn declared<'b>(book: &'b Rulebook, name: &str) -> Option<&'b Statistic> {
    let (collection, statistic) = name.rsplit_once('.')?;
    let rule = book.collections.get(collection)?;
    rule.declared.statistics.get(statistic)
}

/// What a plan's people bring to the cells they fall into, each cell with its words.
fn joining(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    id: PlanId,
) -> Result<Vec<(String, Joining)>, FlowError> {
    let mut counts: BTreeMap<(SubjectId, String, String), u32> = BTreeMap::new();
    let plan = tx.open_plan()?.filter(|plan| plan.id == id);
    let items = plan.map(|plan| plan.items.into_iter().skip(plan.reached));
    for item in items.into_iter().flatten() {
        let Some(Verb::Anonymise { statistic }) = decided(&item) else {
            continue;
        };
        let name = format!("{}.{statistic}", item.key.collection);
        let Some(rule) = declared(book, &name) else {
            continue;
        };
        let mut after = None;
        loop {
            let (subject, collection) = (item.key.subject, Some(item.key.collection.as_str()));
            let mut page = match tx.records_of(subject, collection, after.as_ref(), PAGE) {
                Ok(page) => page,
                // Nobody can read what is left of this person: it is erased, and counts nowhere.
                Err(StoreError::KeyDestroyed) => break,
                Err(error) => return Err(error.into()),
            };
            for record in page.iter().filter(|record| record.clock == item.key.clock) {
                let day =
                    collected(tx, book, record)?.to_zoned_datetime(book.calendar.zone.clone());
                let words = cell(rule, &record::fields(record), day.date());
                *counts.entry((subject, name.clone(), words)).or_default() += 1;
            }
            after = page.pop();
            if after.is_none() {
                break;
            }
        }
    }
    let mut all = Vec::with_capacity(counts.len());
    for ((subject, statistic, words), records) in counts {
        let joining = tx.joining(subject, (&statistic, &words), id, records)?;
        all.push((words, joining));
    }
    Ok(all)
}

/// When a record was collected: as its own clock says, and otherwise when it was stored.
fn collected(tx: &mut Tx<'_>, book: &Rulebook, record: &Record) -> Result<Timestamp, StoreError> {
    let rule = book.collections.get(&record.collection);
    let Some(rule) = rule.filter(|_| record.clock != ClockId::SHARED) else {
        return Ok(record.created_at);
    };
    let clock = tx.clock(&record::clock_of(record))?;
    let facts = clock.map(|clock| anchor::Facts::parse(&clock.anchors));
    let told = facts.and_then(|facts| facts.anchors(rule).events.remove(&Event::COLLECTION));
    Ok(told.unwrap_or(record.created_at))
}

/// Settles a cell. Whoever joins one that has words again and again rests never: they are folded in once
/// they have waited for as long as anyone may, and who joins after that is counted anew.
fn settle(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    cell: (&str, KeyedHash),
    now: Timestamp,
) -> Result<(), FlowError> {
    let (statistic, hash) = cell;
    let rule = declared(book, statistic);
    let before = |time| now.checked_sub(time).unwrap_or(Timestamp::MIN);
    let kept = tx.is_open(statistic, hash)?;
    let settled = if kept {
        tx.fold_parts(cell, (before(RESTS), before(WAIT)))?
    } else {
        let wait = if rule.is_some() { WAIT } else { RESTS };
        tx.drop_parts(cell, before(wait))?
    };
    let Some(settled) = settled else {
        return Ok(());
    };
    let fact = Fact::Counted {
        statement: book.version.clone(),
        statistic: settled.statistic,
        at_least: rule.map_or(0, |rule| rule.at_least),
        people: settled.people,
        records: settled.records,
        kept,
    };
    tx.append_evidence(now, fact)?;
    Ok(())
}
