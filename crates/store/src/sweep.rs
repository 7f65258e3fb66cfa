//! Sweeps: claim what is due in one bucket, store the plan, carry it out, read it back.
//!
//! One transaction claims clocks and stores what the rules decided for each; later ones carry out
//! what is stored, in steps of a bounded size, and can be taken up again after a crash. A clock
//! that changes in the meantime (its subject was active, or restricted) leaves the plan by itself.

use jiff::Timestamp;
use ombud_core::statement::VersionId;

use crate::clock::{Clock, ClockKey, clock};
use crate::error::StoreError;
use crate::id::{Bucket, Digest, PlanId, RecordId};
use crate::sql::{FromValue, Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    SWEEP_HAS_DUE = "SELECT 1 FROM clock WHERE bucket = $1 AND state = 'live' AND due_at <= $2 LIMIT 1";
    SWEEP_CLAIM = "UPDATE clock SET state = 'planned', plan_id = $4
        WHERE bucket = $1 AND state NOT IN ('held', 'planned')
        AND (subject_id, collection, clock_id) IN (
            SELECT subject_id, collection, clock_id FROM clock
            WHERE bucket = $1 AND state = 'live' AND due_at <= $2 ORDER BY due_at LIMIT $3)
        RETURNING subject_id, collection, clock_id, anchors, due_at, stage, state";
    SWEEP_DUE = "SELECT subject_id, collection, clock_id, anchors, due_at, stage, state FROM clock
        WHERE bucket = $1 AND state = 'live' AND due_at <= $2 ORDER BY due_at";
    SWEEP_PLAN_SAVE = "INSERT INTO sweep_plan (bucket, plan_id, statement_hash, swept_at, state, items,
        digest, finished_at) VALUES ($1, $2, $3, $4, 'open', $5, $6, NULL)";
    SWEEP_ITEM_SAVE = "INSERT INTO sweep_item (bucket, plan_id, subject_id, collection, clock_id, due_at,
        action, outcome, records) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, 0)";
    SWEEP_PLAN_OPEN = "SELECT plan_id, statement_hash, swept_at, digest FROM sweep_plan
        WHERE bucket = $1 AND state = 'open' ORDER BY swept_at, plan_id";
    SWEEP_ITEM_OPEN = "SELECT subject_id, collection, clock_id, due_at, action, outcome, records
        FROM sweep_item WHERE bucket = $1 AND plan_id = $2 AND outcome IS NULL
        ORDER BY subject_id, collection, clock_id LIMIT $3";
    SWEEP_ITEM_LIST = "SELECT subject_id, collection, clock_id, due_at, action, outcome, records
        FROM sweep_item WHERE bucket = $1 AND plan_id = $2
        ORDER BY subject_id, collection, clock_id";
    SWEEP_ITEM_LOCK = "UPDATE clock SET plan_id = $5
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4
        AND plan_id = $5 AND state = 'planned' AND due_at = $6";
    SWEEP_RECORDS = "SELECT record_id FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4 LIMIT $5";
    SWEEP_ERASE = "DELETE FROM record WHERE bucket = $1 AND record_id IN (
        SELECT record_id FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4 LIMIT $5)
        RETURNING record_id";
    SWEEP_ITEM_COUNT = "UPDATE sweep_item SET records = records + $6, outcome = $7
        WHERE bucket = $1 AND plan_id = $2 AND subject_id = $3 AND collection = $4 AND clock_id = $5";
    SWEEP_PLAN_FINISH = "UPDATE sweep_plan SET state = 'finished', finished_at = $3
        WHERE bucket = $1 AND plan_id = $2 AND state = 'open'";
    SWEEP_REMAINING = "SELECT COUNT(*) FROM record
        WHERE bucket = $1 AND created_at <= $3 AND (subject_id, collection, clock_id) IN (
            SELECT subject_id, collection, clock_id FROM sweep_item
            WHERE bucket = $1 AND plan_id = $2 AND outcome = 'erased')";
    SWEEP_FORGET_ITEMS = "DELETE FROM sweep_item WHERE bucket = $1 AND plan_id IN (
        SELECT plan_id FROM sweep_plan WHERE bucket = $1 AND state = 'finished' AND finished_at < $2)";
    SWEEP_FORGET_PLANS = "DELETE FROM sweep_plan
        WHERE bucket = $1 AND state = 'finished' AND finished_at < $2";
}

/// The most that one step of a sweep claims or erases.
pub const SWEEP_STEP: u32 = 1_000;

/// A sweep's plan, as it is stored before anything is touched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The statement version whose rules decided it.
    pub statement: VersionId,
    /// The instant that it was decided for.
    pub swept_at: Timestamp,
    /// A digest over its items, for the evidence.
    pub digest: Digest,
}

/// One clock of a plan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlanItem {
    /// Which clock.
    pub key: ClockKey,
    /// When it was due.
    pub due_at: Timestamp,
    /// What the rules decided, as they encode it.
    pub action: String,
    /// What came of it; none while it is to be done.
    pub outcome: Option<Outcome>,
    /// How many records it concerned so far.
    pub records: u64,
}

/// What came of an item of a plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Its records are gone.
    Erased,
    /// Its records are still there, in another state.
    Kept,
    /// The clock had changed since the plan was made; nothing was done.
    Overtaken,
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Kept => "kept",
            Self::Overtaken => "overtaken",
        }
    }
}

impl FromValue for Outcome {
    fn from_value(value: Value) -> Option<Self> {
        let word = String::from_value(value)?;
        [Self::Erased, Self::Kept, Self::Overtaken]
            .into_iter()
            .find(|each| each.word() == word)
    }
}

impl Tx<'_> {
    /// Whether any live clock of this bucket is due.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn has_due(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        Ok(self.first(&SWEEP_HAS_DUE, values![bucket, now])?.is_some())
    }

    /// The live clocks of this bucket that are due, the most overdue first: what a sweep would claim.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn due_clocks(&mut self, now: Timestamp) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&SWEEP_DUE, values![bucket, now])?;
        rows.into_iter().map(|row| clock(bucket, row)).collect()
    }

    /// Claims up to [`SWEEP_STEP`] live clocks of this bucket that are due, the most overdue first,
    /// for a plan. Whoever sweeps at the same time claims others. In the same transaction,
    /// [`save_plan`](Self::save_plan) stores those that are to be acted on, and
    /// [`save_clock`](Self::save_clock) lets go of the rest.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn claim_due(&mut self, plan: PlanId, now: Timestamp) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket()?;
        let values = values![bucket, now, i64::from(SWEEP_STEP), plan];
        let rows = self.query(&SWEEP_CLAIM, values)?;
        let mut claimed: Vec<Clock> = rows
            .into_iter()
            .map(|row| clock(bucket, row))
            .collect::<Result<_, _>>()?;
        claimed.sort_by(|one, other| (one.due_at, &one.key).cmp(&(other.due_at, &other.key)));
        Ok(claimed)
    }

    /// Stores a plan with its items.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer, or the plan is stored already.
    pub fn save_plan(&mut self, plan: &Plan, items: &[PlanItem]) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let Plan {
            id,
            statement,
            swept_at,
            digest,
        } = plan;
        let values = values![bucket, *id, statement, *swept_at, count, *digest];
        self.execute(&SWEEP_PLAN_SAVE, values)?;
        for PlanItem {
            key,
            due_at,
            action,
            ..
        } in items
        {
            let ClockKey {
                subject,
                collection,
                clock,
            } = key;
            let values = values![bucket, *id, *subject, collection, *clock, *due_at, action];
            self.execute(&SWEEP_ITEM_SAVE, values)?;
        }
        Ok(())
    }

    /// The plans of this bucket that are not finished, the oldest first: what a crash left, and
    /// what is under way.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn open_plans(&mut self) -> Result<Vec<Plan>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&SWEEP_PLAN_OPEN, values![bucket])?;
        let read = |row: Row| {
            let mut columns = row.columns("sweep_plan", bucket);
            Ok(Plan {
                id: columns.take("plan_id")?,
                statement: columns.take("statement_hash")?,
                swept_at: columns.take("swept_at")?,
                digest: columns.take("digest")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The items of a plan that are still to be done, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn open_items(&mut self, plan: PlanId, limit: u32) -> Result<Vec<PlanItem>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&SWEEP_ITEM_OPEN, values![bucket, plan, i64::from(limit)])?;
        rows.into_iter().map(|row| item(bucket, row)).collect()
    }

    /// All items of a plan, done or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn plan_items(&mut self, plan: PlanId) -> Result<Vec<PlanItem>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&SWEEP_ITEM_LIST, values![bucket, plan])?;
        rows.into_iter().map(|row| item(bucket, row)).collect()
    }

    /// Locks the clock of an item until the transaction ends. False if it has changed since the
    /// plan was made: then nothing may be done to its records, and the item is
    /// [overtaken](Outcome::Overtaken).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn lock_item(&mut self, plan: PlanId, item: &PlanItem) -> Result<bool, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock,
        } = &item.key;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, *subject, collection, *clock, plan, item.due_at];
        Ok(self.execute(&SWEEP_ITEM_LOCK, values)? > 0)
    }

    /// The ids of up to [`SWEEP_STEP`] records that a clock governs, sorted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn records_on(&mut self, key: &ClockKey) -> Result<Vec<RecordId>, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, *subject, collection, *clock, i64::from(SWEEP_STEP)];
        record_ids(bucket, self.query(&SWEEP_RECORDS, values)?)
    }

    /// Erases up to [`SWEEP_STEP`] of the records that a clock governs and returns their ids,
    /// sorted. When none are left, remove the clock.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_records_on(&mut self, key: &ClockKey) -> Result<Vec<RecordId>, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, *subject, collection, *clock, i64::from(SWEEP_STEP)];
        record_ids(bucket, self.query(&SWEEP_ERASE, values)?)
    }

    /// Notes on an item how many more records it concerned, and what came of it once it is done.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn note_item(
        &mut self,
        plan: PlanId,
        key: &ClockKey,
        records: u32,
        outcome: Option<Outcome>,
    ) -> Result<(), StoreError> {
        let ClockKey {
            subject,
            collection,
            clock,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let outcome = outcome.map(Outcome::word);
        let records = i64::from(records);
        let values = values![bucket, plan, *subject, collection, *clock, records, outcome];
        self.execute(&SWEEP_ITEM_COUNT, values).map(drop)
    }

    /// Reads a plan back: how many records are still there although an item says that they were
    /// erased. Records that came after the plan do not count.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn remaining(&mut self, plan: &Plan) -> Result<u64, StoreError> {
        let bucket = self.bucket()?;
        let row = self.first(&SWEEP_REMAINING, values![bucket, plan.id, plan.swept_at])?;
        row.map_or(Ok(0), |row| row.columns("sweep_item", bucket).take("count"))
    }

    /// Finishes a plan. False if it is finished already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn finish_plan(&mut self, plan: PlanId, at: Timestamp) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        Ok(self.execute(&SWEEP_PLAN_FINISH, values![bucket, plan, at])? > 0)
    }

    /// Forgets the plans of this bucket that were finished before an instant. Returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn forget_plans(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let bucket = self.bucket()?;
        self.execute(&SWEEP_FORGET_ITEMS, values![bucket, before])?;
        self.execute(&SWEEP_FORGET_PLANS, values![bucket, before])
    }
}

fn item(bucket: Bucket, row: Row) -> Result<PlanItem, StoreError> {
    let mut columns = row.columns("sweep_item", bucket);
    Ok(PlanItem {
        key: ClockKey {
            subject: columns.take("subject_id")?,
            collection: columns.take("collection")?,
            clock: columns.take("clock_id")?,
        },
        due_at: columns.take("due_at")?,
        action: columns.take("action")?,
        outcome: columns.take("outcome")?,
        records: columns.take("records")?,
    })
}

fn record_ids(bucket: Bucket, rows: Vec<Row>) -> Result<Vec<RecordId>, StoreError> {
    let read = |row: Row| row.columns("record", bucket).take("record_id");
    let mut ids: Vec<RecordId> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    Ok(ids)
}
