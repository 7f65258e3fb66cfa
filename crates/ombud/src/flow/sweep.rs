//! Carry out what is due: claim, decide, store the plan, act, read back.
//!
//! One bucket at a time, so that a failing one stops no other. A plan that a crash left is finished
//! before anything new is claimed.

use jiff::Timestamp;
use ombud_core::evidence::{Fact, Hash};
use ombud_core::hash::sha256;
use ombud_core::rulebook::Rulebook;
use ombud_core::sweep::{Candidate, Verb, decide};
use ombud_store::{
    Bucket, Clock, Digest, Outcome, Plan, PlanId, PlanItem, Record, RecordId, RecordState,
    SWEEP_STEP, StoreError, Tx,
};
use serde::Serialize;

use super::{FlowError, Ombud, anchor, record};

/// What a sweep came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Clocks that were due.
    pub due: u64,
    /// Records erased, and read back as absent.
    pub erased: u64,
    /// Records of which only what a law asks for is left.
    pub reduced: u64,
    /// Records counted into a statistic, then erased.
    pub anonymised: u64,
    /// Clocks whose time comes later than was stored.
    pub later: u64,
    /// People of whom nothing is left, and nothing need be.
    pub people: u64,
    /// Records or people that were still there when they were read back. Anything but 0 is an alarm.
    pub remaining: u64,
}

impl Swept {
    fn add(&mut self, other: Self) {
        self.due += other.due;
        self.erased += other.erased;
        self.reduced += other.reduced;
        self.anonymised += other.anonymised;
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
        for bucket in self.due_buckets(now).await? {
            match self.sweep_bucket(bucket, now).await {
                Ok(more) => swept.add(more),
                Err(error) => failed = Some(error),
            }
        }
        match self.end(now).await {
            Ok(ended) => {
                swept.people += ended.people;
                swept.remaining += ended.remaining;
            }
            Err(error) => failed = Some(error),
        }
        failed.map_or(Ok(swept), Err)
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
                for clock in tx.due_clocks(now)? {
                    let records = u64::try_from(tx.count_records(&clock.key)?).unwrap_or_default();
                    swept.due += 1;
                    match verb(&book, &clock, now) {
                        Verb::Erase => swept.erased += records,
                        Verb::Anonymise { .. } => swept.anonymised += records,
                        Verb::Reduce { .. } => swept.reduced += records,
                        Verb::Hide { .. } | Verb::Later { .. } | Verb::Wait => swept.later += 1,
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
                let busy = tx.has_due(now)? || !tx.open_plans()?.is_empty();
                Ok(busy.then_some(tx.bucket()?))
            });
        Ok(survey.await?.into_iter().flatten().collect())
    }

    async fn sweep_bucket(&self, bucket: Bucket, now: Timestamp) -> Result<Swept, FlowError> {
        let mut swept = Swept::default();
        let open = self
            .store
            .read::<_, FlowError, _>("sweep.open", bucket, |tx| Ok(tx.open_plans()?));
        for plan in open.await? {
            swept.add(self.finish(bucket, plan, now).await?);
        }
        loop {
            let mut random = [0; 16];
            self.store.random(&mut random)?;
            let id = PlanId::from_bytes(random);
            let book = self.book.clone();
            let plan = self
                .store
                .write::<_, FlowError, _>("sweep.plan", bucket, move |tx| plan(tx, &book, id, now));
            let (due, planned) = plan.await?;
            swept.due += due;
            let acted = planned.as_ref().map_or(0, |(_, items)| *items);
            swept.later += due - acted;
            if let Some((plan, _)) = planned {
                swept.add(self.finish(bucket, plan, now).await?);
            }
            if due < u64::from(SWEEP_STEP) {
                return Ok(swept);
            }
        }
    }

    /// Carries out what is left of a plan, reads it back and closes it.
    async fn finish(&self, bucket: Bucket, plan: Plan, now: Timestamp) -> Result<Swept, FlowError> {
        let mut swept = Swept::default();
        let id = plan.id;
        loop {
            let book = self.book.clone();
            let step = self
                .store
                .write::<_, FlowError, _>("sweep.act", bucket, move |tx| step(tx, &book, id, now));
            match step.await? {
                Some(more) => swept.add(more),
                None => break,
            }
        }
        let close = self
            .store
            .write::<_, FlowError, _>("sweep.close", bucket, move |tx| {
                let remaining = tx.remaining(&plan)?;
                if remaining == 0 {
                    tx.finish_plan(id, now)?;
                }
                Ok(remaining)
            });
        swept.remaining = close.await?;
        Ok(swept)
    }
}

fn verb(book: &Rulebook, clock: &Clock, now: Timestamp) -> Verb {
    let Some(rule) = book.collections.get(&clock.key.collection) else {
        // Declared no more, and its time under the last rule has come.
        return Verb::Erase;
    };
    let facts = anchor::Facts::parse(&clock.anchors);
    let anchors = facts.anchors();
    let candidate = Candidate {
        anchors: &anchors,
        restricted: false,
        reduced: facts.reduced,
        hidden: clock.stage > 0,
    };
    decide(rule, &book.calendar, &candidate, now)
}

/// Claims what is due and stores what is to be done; returns how many clocks were due, and the plan
/// with how many items it has.
fn plan(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    id: PlanId,
    now: Timestamp,
) -> Result<(u64, Option<(Plan, u64)>), FlowError> {
    let claimed = tx.claim_due(id, now)?;
    let due = count(claimed.len());
    let mut items = Vec::new();
    for clock in claimed {
        let verb = verb(book, &clock, now);
        let later = match &verb {
            Verb::Later { due } => Some(*due),
            Verb::Wait => Some(clock.due_at),
            Verb::Erase | Verb::Hide { .. } | Verb::Anonymise { .. } | Verb::Reduce { .. } => None,
        };
        match (later, clock.due_at) {
            (None, Some(due_at)) => items.push(PlanItem {
                key: clock.key,
                due_at,
                action: serde_json::to_string(&verb).unwrap_or_default(),
                outcome: None,
                records: 0,
            }),
            // Saving a clock takes it out of the plan.
            (later, due_at) => tx.save_clock(&Clock {
                due_at: later.unwrap_or(due_at),
                ..clock
            })?,
        }
    }
    if items.is_empty() {
        return Ok((due, None));
    }
    let hash = sha256(&serde_json::to_vec(&lines(&items)).unwrap_or_default());
    let plan = Plan {
        id,
        statement: book.version.clone(),
        swept_at: now,
        digest: Digest::from_bytes(hash),
    };
    tx.save_plan(&plan, &items)?;
    Ok((due, Some((plan, count(items.len())))))
}

/// The items of a plan as they are hashed: clock, instant and action, no personal data.
fn lines(items: &[PlanItem]) -> Vec<(String, String, i64, &str)> {
    let line = |item: &'_ PlanItem| {
        (
            item.key.collection.clone(),
            item.key.clock.to_string(),
            item.due_at.as_millisecond(),
        )
    };
    let whole = items.iter().map(|item| {
        let (collection, clock, due) = line(item);
        (collection, clock, due, item.action.as_str())
    });
    whole.collect()
}

/// Acts on the next items of a plan; none when all are done.
fn step(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    plan: PlanId,
    now: Timestamp,
) -> Result<Option<Swept>, FlowError> {
    let mut swept = Swept::default();
    let (mut left, mut hidden) = (SWEEP_STEP, 0);
    let mut records: Vec<RecordId> = Vec::new();
    let items = tx.open_items(plan, SWEEP_STEP)?;
    if items.is_empty() {
        return Ok(None);
    }
    for item in items {
        if !tx.lock_item(plan, &item)? {
            tx.note_item(plan, &item.key, 0, Some(Outcome::Overtaken))?;
            continue;
        }
        let verb: Option<Verb> = serde_json::from_str(&item.action).ok();
        if let Some(Verb::Reduce { .. } | Verb::Hide { .. } | Verb::Anonymise { .. }) = verb {
            records.extend(tx.records_on(&item.key)?);
        }
        let acted = match verb {
            Some(Verb::Reduce { fields, until, .. }) => {
                let reduced = reduce(tx, book, &item, &fields, until, now)?;
                swept.reduced += u64::from(reduced);
                tx.note_item(plan, &item.key, reduced, Some(Outcome::Kept))?;
                reduced
            }
            Some(Verb::Hide { until }) => {
                let more = hide(tx, &item, until)?;
                hidden += u64::from(more);
                tx.note_item(plan, &item.key, more, Some(Outcome::Kept))?;
                more
            }
            Some(Verb::Anonymise { statistic }) => {
                let counted = anonymise(tx, book, &item, &statistic)?;
                swept.anonymised += u64::from(counted);
                gone(tx, plan, &item, counted)?;
                counted
            }
            Some(Verb::Erase | Verb::Later { .. } | Verb::Wait) | None => {
                let ids = tx.erase_records_on(&item.key)?;
                let erased = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                records.extend(ids);
                swept.erased += u64::from(erased);
                gone(tx, plan, &item, erased)?;
                erased
            }
        };
        left = left.saturating_sub(acted.max(1));
        if left == 0 {
            break;
        }
    }
    if !records.is_empty() {
        let fact = Fact::Swept {
            statement: book.version.clone(),
            erased: swept.erased,
            anonymised: swept.anonymised,
            reduced: swept.reduced,
            hidden,
            records: over(records),
        };
        tx.append_evidence(now, fact)?;
    }
    Ok(Some(swept))
}

/// The hash over the ids of records, sorted, one a line.
fn over(mut records: Vec<RecordId>) -> Hash {
    records.sort_unstable();
    let lines: Vec<String> = records.iter().map(RecordId::to_string).collect();
    Hash::of(lines.join("\n").as_bytes())
}

/// Closes an item once nothing is left on its clock, and the clock with it.
fn gone(tx: &mut Tx<'_>, plan: PlanId, item: &PlanItem, records: u32) -> Result<(), FlowError> {
    let empty = tx.count_records(&item.key)? == 0;
    if empty {
        tx.remove_clock(&item.key)?;
    }
    tx.note_item(plan, &item.key, records, empty.then_some(Outcome::Erased))?;
    Ok(())
}

/// Takes the records of a clock out of use until they are erased.
fn hide(tx: &mut Tx<'_>, item: &PlanItem, until: Timestamp) -> Result<u32, FlowError> {
    let hidden = tx.set_record_state(&item.key, RecordState::Hidden)?;
    if let Some(clock) = tx.clock(&item.key)? {
        let stage = clock.stage + 1;
        tx.save_clock(&Clock {
            due_at: Some(until),
            stage,
            ..clock
        })?;
    }
    Ok(u32::try_from(hidden).unwrap_or(u32::MAX))
}

/// Leaves only the fields that a law asks for, and starts the time that the law gives.
fn reduce(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    item: &PlanItem,
    keep: &[String],
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<u32, FlowError> {
    let mut reduced = 0;
    for record in on_clock(tx, item)? {
        let mut fields = record::fields(&record);
        fields.retain(|name, _| keep.contains(name));
        let payload = serde_json::to_vec(&fields).unwrap_or_default();
        tx.rewrite_record(&record, &payload, now)?;
        reduced += 1;
    }
    tx.set_record_state(&item.key, RecordState::Reduced)?;
    if let Some(clock) = tx.clock(&item.key)? {
        let mut facts = anchor::Facts::parse(&clock.anchors);
        facts.reduced = true;
        debug_assert!(
            book.collections.contains_key(&item.key.collection),
            "only declared holds reduce"
        );
        tx.save_clock(&Clock {
            anchors: facts.text(),
            due_at: until,
            ..clock
        })?;
    }
    Ok(reduced)
}

/// Counts records into a statistic and erases them, in one transaction.
fn anonymise(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    item: &PlanItem,
    statistic: &str,
) -> Result<u32, FlowError> {
    let rule = book.collections.get(&item.key.collection);
    let declared = rule.and_then(|rule| rule.declared.statistics.get(statistic));
    let name = format!("{}.{statistic}", item.key.collection);
    let mut counted = 0;
    for record in on_clock(tx, item)? {
        if let Some(declared) = declared {
            let cell = cell(declared, &record, &book.calendar.zone);
            tx.count(&name, &cell, 1)?;
        }
        tx.erase_record(record.id)?;
        counted += 1;
    }
    Ok(counted)
}

/// The cell of a statistic that a record falls into: the declared fields and the coarse time.
fn cell(
    declared: &ombud_core::statement::model::Statistic,
    record: &Record,
    zone: &jiff::tz::TimeZone,
) -> String {
    use ombud_core::statement::model::TimeUnit;
    let fields = record::fields(record);
    let mut parts: Vec<String> = declared
        .by
        .iter()
        .map(|name| {
            fields
                .get(name)
                .map(ToString::to_string)
                .unwrap_or_default()
        })
        .collect();
    let day = record.created_at.to_zoned_datetime(zone.clone()).date();
    parts.extend(declared.per.map(|unit| match unit {
        TimeUnit::Month => format!("{}-{:02}", day.year(), day.month()),
        TimeUnit::Quarter => format!("{}-Q{}", day.year(), (day.month() + 2) / 3),
        TimeUnit::Year => day.year().to_string(),
    }));
    serde_json::to_string(&parts).unwrap_or_default()
}

/// The records on a clock. One that nobody can read any more is as good as gone: it is erased, so that
/// it stops no sweep.
fn on_clock(tx: &mut Tx<'_>, item: &PlanItem) -> Result<Vec<Record>, FlowError> {
    let mut records = Vec::new();
    for id in tx.records_on(&item.key)? {
        match tx.record(id) {
            Ok(record) => records.extend(record),
            Err(StoreError::KeyDestroyed) => {
                tx.erase_record(id)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(records)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
