//! Sweeps: find what is due in one bucket, store the plan, carry it out, read it back.
//!
//! One transaction looks for clocks that are due and stores what the rules decided for each; later ones
//! carry out what is stored, in steps of a bounded size, and can be taken up again after a crash. A
//! plan touches no clock: what is acted on is taken there and then, and whoever finds that it has
//! changed (its subject was active, or restricted) leaves it alone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ombud_core::hash::sha256;
use ombud_core::statement::VersionId;

use crate::clock::{Clock, ClockKey};
use crate::error::StoreError;
use crate::id::{Bucket, ClockId, Digest, PlanId, RecordId, SubjectId};
use crate::plan::{PlanItem, pack, unpack};
use crate::sql::{Row, Sql, Value, ids, listed, sql, values};
use crate::tx::Tx;

sql! {
    SWEEP_HAS_DUE = "SELECT 1 FROM clock WHERE bucket = $1 AND state = 'live' AND due_at <= $2 LIMIT 1";
    SWEEP_DUE = "SELECT subject_id, collection, clock_id, anchors, sealed, due_at, stage, state FROM clock
        WHERE bucket = $1 AND state = 'live' AND due_at <= $2 ORDER BY due_at LIMIT $3";
    SWEEP_PLAN_SAVE = "INSERT INTO sweep_plan (bucket, plan_id, statement_hash, swept_at, state, items,
        digest, todo, reached, overtaken, finished_at)
        VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, 0, '[]', NULL) ON CONFLICT DO NOTHING";
    SWEEP_PLAN_OPEN = "SELECT plan_id, statement_hash, swept_at, digest, todo, reached, overtaken
        FROM sweep_plan WHERE bucket = $1 AND plan_id IN (
            SELECT plan_id FROM sweep_plan WHERE bucket = $1 AND state = 'open')";
    SWEEP_PLAN_UNFINISHED = "SELECT 1 FROM sweep_plan
        WHERE bucket = $1 AND state IN ('open', 'left') LIMIT 1";
    SWEEP_PLAN_LEFT = "SELECT plan_id FROM sweep_plan WHERE bucket = $1 AND state = 'left'";
    SWEEP_PLAN_LOCK = "UPDATE sweep_plan SET reached = reached
        WHERE bucket = $1 AND plan_id = $2 AND state IN ('open', 'left')
        RETURNING plan_id, statement_hash, swept_at, digest, todo, reached, overtaken";
    SWEEP_PLAN_REACHED = "UPDATE sweep_plan SET reached = $3, overtaken = $4
        WHERE bucket = $1 AND plan_id = $2 AND state = 'open'";
    SWEEP_PLAN_FINISH = "UPDATE sweep_plan SET state = 'finished', finished_at = $3, todo = $4
        WHERE bucket = $1 AND plan_id = $2 AND state IN ('open', 'left')";
    SWEEP_PLAN_LEAVE = "UPDATE sweep_plan SET state = 'left' WHERE bucket = $1 AND plan_id = $2";
    SWEEP_CLOCK_LOCK = "UPDATE clock SET stage = stage
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4
        AND state = 'live' AND due_at = $5
        RETURNING subject_id, collection, clock_id, anchors, sealed, due_at, stage, state";
    SWEEP_CLOCKS_TAKE = concat!("DELETE FROM clock WHERE bucket = $1 AND clock_id IN (", ids!(), ")
        AND collection = $66 AND state = 'live' AND due_at <= $67
        RETURNING subject_id, collection, clock_id, anchors, sealed, due_at, stage, state");
    SWEEP_RECORDS_ERASE = concat!("DELETE FROM record WHERE bucket = $1 AND record_id IN (", ids!(), ")
        RETURNING record_id");
    SWEEP_RECORDS_LEFT = concat!("SELECT COUNT(*) FROM record
        WHERE bucket = $1 AND record_id IN (", ids!(), ") AND created_at <= $66");
    SWEEP_SUBJECTS_LOCK = concat!("UPDATE subject SET created_at = created_at
        WHERE bucket = $1 AND subject_id IN (", ids!(), ")");
    SWEEP_SUBJECTS_LOOK = concat!("UPDATE subject SET look_at = 0
        WHERE bucket = $1 AND subject_id IN (", ids!(), ") AND subject_id NOT IN (
            SELECT subject_id FROM clock WHERE bucket = $1 AND subject_id IN (", ids!(), "))");
    SWEEP_RECORDS = "SELECT record_id FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4 LIMIT $5";
    SWEEP_RECORDS_AFTER = "SELECT record_id FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4 AND record_id > $5
        ORDER BY record_id LIMIT $6";
    SWEEP_ERASE = "DELETE FROM record WHERE bucket = $1 AND record_id IN (
        SELECT record_id FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4 LIMIT $5)
        RETURNING record_id";
    SWEEP_LEFT = "SELECT COUNT(*) FROM record
        WHERE bucket = $1 AND created_at <= $5 AND record_id IN (
            SELECT record_id FROM record
            WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4)";
    SWEEP_FORGET_PLANS = "DELETE FROM sweep_plan
        WHERE bucket = $1 AND state = 'finished' AND finished_at < $2";
}

/// The most that one step of a sweep plans or erases.
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
    /// What is to be done, in this order.
    pub items: Vec<PlanItem>,
    /// How many of the items were acted on.
    pub reached: usize,
    /// Which of those had changed since the plan was made, and were left alone.
    pub overtaken: BTreeSet<usize>,
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

    /// The live clocks of this bucket that are due, the most overdue first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn due_clocks(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&SWEEP_DUE, values![bucket, now, i64::from(limit)])?;
        rows.into_iter()
            .map(|row| self.open_clock(bucket, row))
            .collect()
    }

    /// Stores a plan. False if another is open in this bucket, which is finished first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_plan(&mut self, plan: &Plan) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        let count = i64::try_from(plan.items.len()).unwrap_or(i64::MAX);
        let todo = pack(&plan.items);
        let digest = Digest::from_bytes(sha256(&todo));
        let Plan {
            id,
            statement,
            swept_at,
            ..
        } = plan;
        let values = values![bucket, *id, statement, *swept_at, count, digest, todo];
        Ok(self.execute(&SWEEP_PLAN_SAVE, values)? > 0)
    }

    /// Whether a plan of this bucket is not finished.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn has_unfinished_plan(&mut self) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        let row = self.first(&SWEEP_PLAN_UNFINISHED, values![bucket])?;
        Ok(row.is_some())
    }

    /// The plans of this bucket of which something was left when they were read back.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn plans_with_rest(&mut self) -> Result<Vec<PlanId>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&SWEEP_PLAN_LEFT, values![bucket])?;
        let read = |row: Row| row.columns("sweep_plan", bucket).take("plan_id");
        rows.into_iter().map(read).collect()
    }

    /// The plan of this bucket that is still to be carried out: what a crash left, or what is under way.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if its items are not those that were stored.
    pub fn open_plan(&mut self) -> Result<Option<Plan>, StoreError> {
        let bucket = self.bucket()?;
        let row = self.first(&SWEEP_PLAN_OPEN, values![bucket])?;
        row.map(|row| plan(bucket, row)).transpose()
    }

    /// The same plan, for whoever carries it out: nobody else does until the transaction ends. None if
    /// it is finished.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if its items are not those that were stored.
    pub fn lock_plan(&mut self, id: PlanId) -> Result<Option<Plan>, StoreError> {
        let bucket = self.bucket()?;
        let row = self.first(&SWEEP_PLAN_LOCK, values![bucket, id])?;
        row.map(|row| plan(bucket, row)).transpose()
    }

    /// Notes how far a plan was carried out, in the transaction that did it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_reached(&mut self, plan: &Plan) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        let reached = i64::try_from(plan.reached).unwrap_or(i64::MAX);
        let overtaken = serde_json::to_string(&plan.overtaken).unwrap_or_default();
        let values = values![bucket, plan.id, reached, overtaken];
        self.execute(&SWEEP_PLAN_REACHED, values).map(drop)
    }

    /// Finishes a plan, and forgets which clocks it acted on. False if it is finished already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn finish_plan(&mut self, plan: PlanId, at: Timestamp) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        let nothing = pack(&[]);
        Ok(self.execute(&SWEEP_PLAN_FINISH, values![bucket, plan, at, nothing])? > 0)
    }

    /// Notes that something was left when a plan was read back: it is [read back](Self::plans_with_rest)
    /// again, and others can be made meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn leave_plan(&mut self, plan: PlanId) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        self.execute(&SWEEP_PLAN_LEAVE, values![bucket, plan])
            .map(drop)
    }

    /// Removes those of these clocks of a collection that are live and due, each the clock of one
    /// record alone, and returns them as they were. Whoever finds that one has changed since it was
    /// decided on [saves](Self::save_clock) it again, in the same transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn take_clocks(
        &mut self,
        collection: &str,
        clocks: &[ClockId],
        now: Timestamp,
    ) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket()?;
        let rest = values![collection, now];
        let rows = self.for_each_list(&SWEEP_CLOCKS_TAKE, clocks, rest)?;
        rows.into_iter()
            .map(|row| self.open_clock(bucket, row))
            .collect()
    }

    /// Erases records, and returns the ids of those that were there, sorted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_records(&mut self, records: &[RecordId]) -> Result<Vec<RecordId>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.for_each_list(&SWEEP_RECORDS_ERASE, records, &[])?;
        record_ids(bucket, rows)
    }

    /// Locks subjects until the transaction ends, so that nothing that is told of them meanwhile passes
    /// between what is read of them and what is erased.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn lock_subjects(&mut self, subjects: &[SubjectId]) -> Result<(), StoreError> {
        self.for_each_list(&SWEEP_SUBJECTS_LOCK, subjects, &[])
            .map(drop)
    }

    /// Has those of these subjects looked at that have no clock left: perhaps nothing of theirs must be
    /// kept any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn look_at_ended(&mut self, subjects: &[SubjectId]) -> Result<(), StoreError> {
        self.for_each_list(&SWEEP_SUBJECTS_LOOK, subjects, &[])
            .map(drop)
    }

    /// Locks the clock of an item until the transaction ends. None if it is not live, or not due at the
    /// same instant any more: then nothing may be done to its records.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn lock_clock(&mut self, item: &PlanItem) -> Result<Option<Clock>, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = &item.key;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, *subject, collection, *id, item.due_at];
        let row = self.first(&SWEEP_CLOCK_LOCK, values)?;
        row.map(|row| self.open_clock(bucket, row)).transpose()
    }

    /// The ids of up to [`SWEEP_STEP`] records that a clock governs, sorted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn records_on(&mut self, key: &ClockKey) -> Result<Vec<RecordId>, StoreError> {
        self.up_to_a_step(&SWEEP_RECORDS, key)
    }

    /// The ids of all records that a clock governs, sorted: 16 bytes each.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn all_records_on(&mut self, key: &ClockKey) -> Result<Vec<RecordId>, StoreError> {
        let bucket = self.bucket_of(key.subject)?;
        let mut all = Vec::new();
        let mut after = RecordId::from_bytes([0; 16]);
        loop {
            let step = i64::from(SWEEP_STEP);
            let (subject, collection) = (key.subject, &key.collection);
            let values = values![bucket, subject, collection, key.clock, after, step];
            let page = record_ids(bucket, self.query(&SWEEP_RECORDS_AFTER, values)?)?;
            match page.last() {
                Some(last) => after = *last,
                None => return Ok(all),
            }
            all.extend(page);
        }
    }

    /// Erases up to [`SWEEP_STEP`] of the records that a clock governs and returns their ids,
    /// sorted. When none are left, remove the clock.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_records_on(&mut self, key: &ClockKey) -> Result<Vec<RecordId>, StoreError> {
        self.up_to_a_step(&SWEEP_ERASE, key)
    }

    /// Reads back: how many records of these clocks are still there. Those that came after the plan do
    /// not count.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn remaining(
        &mut self,
        erased: &[&ClockKey],
        swept_at: Timestamp,
    ) -> Result<u64, StoreError> {
        let bucket = self.bucket()?;
        let own: Vec<ClockId> = erased
            .iter()
            .map(|key| key.clock)
            .filter(|clock| *clock != ClockId::SHARED)
            .collect();
        let mut counts = self.for_each_list(&SWEEP_RECORDS_LEFT, &own, values![swept_at])?;
        for ClockKey {
            subject,
            collection,
            clock,
        } in erased.iter().filter(|key| key.clock == ClockId::SHARED)
        {
            let values = values![bucket, *subject, collection, *clock, swept_at];
            counts.extend(self.first(&SWEEP_LEFT, values)?);
        }
        let read = |row: Row| row.columns("record", bucket).take::<u64>("count");
        counts.into_iter().map(read).sum()
    }

    /// Forgets the plans of this bucket that were finished before an instant. Returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn forget_plans(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let bucket = self.bucket()?;
        self.execute(&SWEEP_FORGET_PLANS, values![bucket, before])
    }

    /// Runs a statement about a list of ids for as many lists as these ids fill.
    fn for_each_list<T: Copy + Into<Value>>(
        &mut self,
        sql: &Sql,
        ids: &[T],
        rest: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let bucket = self.bucket()?;
        let mut rows = Vec::new();
        for values in listed(bucket, ids, rest) {
            rows.extend(self.query(sql, &values)?);
        }
        Ok(rows)
    }

    fn up_to_a_step(&mut self, sql: &Sql, key: &ClockKey) -> Result<Vec<RecordId>, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, *subject, collection, *clock, i64::from(SWEEP_STEP)];
        record_ids(bucket, self.query(sql, values)?)
    }
}

fn plan(bucket: Bucket, row: Row) -> Result<Plan, StoreError> {
    let corrupt = |column| StoreError::Corrupt {
        table: "sweep_plan",
        column,
        row: bucket.to_string(),
    };
    let mut columns = row.columns("sweep_plan", bucket);
    let (id, statement) = (columns.take("plan_id")?, columns.take("statement_hash")?);
    let (swept_at, digest): (_, Digest) = (columns.take("swept_at")?, columns.take("digest")?);
    let todo: Vec<u8> = columns.take("todo")?;
    let reached: i64 = columns.take("reached")?;
    let overtaken: String = columns.take("overtaken")?;
    if *digest.bytes() != sha256(&todo) {
        return Err(corrupt("digest"));
    }
    Ok(Plan {
        id,
        statement,
        swept_at,
        items: unpack(&todo).ok_or_else(|| corrupt("todo"))?,
        reached: usize::try_from(reached).map_err(|_| corrupt("reached"))?,
        overtaken: serde_json::from_str(&overtaken).map_err(|_| corrupt("overtaken"))?,
    })
}

fn record_ids(bucket: Bucket, rows: Vec<Row>) -> Result<Vec<RecordId>, StoreError> {
    let read = |row: Row| row.columns("record", bucket).take("record_id");
    let mut ids: Vec<RecordId> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    Ok(ids)
}
