//! What anonymised records leave behind: how many people fell into a cell of a statistic.
//!
//! A cell lies in the bucket of its keyed hash, apart from every person. Until it holds enough of
//! them it has no words: whoever joins it is a part with a pseudonym that dies with the person's key.

use jiff::Timestamp;
use ombud_core::evidence::Pseudonym;

use crate::error::StoreError;
use crate::id::{KeyedHash, PlanId, SubjectId};
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    COUNTER_PART_SAVE = "INSERT INTO counter_part (bucket, statistic, cell_hash, person, plan_id, records,
        first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
        ON CONFLICT (bucket, statistic, cell_hash, person) DO UPDATE SET
        records = counter_part.records + excluded.records, plan_id = excluded.plan_id,
        last_at = excluded.last_at
        WHERE counter_part.bucket = $1 AND counter_part.plan_id <> excluded.plan_id";
    COUNTER_SAVE = "INSERT INTO counter (bucket, statistic, cell_hash, cell, people, records)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bucket, statistic, cell_hash) DO UPDATE SET
        people = counter.people + excluded.people, records = counter.records + excluded.records";
    COUNTER_LIST = "SELECT statistic, cell_hash, cell, people, records FROM counter
        WHERE bucket = $1 ORDER BY statistic, cell_hash";
    COUNTER_FIND = "SELECT statistic, cell_hash, cell, people, records FROM counter
        WHERE bucket = $1 AND statistic = $2 AND cell_hash = $3";
    COUNTER_PARTS = "SELECT statistic, cell_hash, records, first_at FROM counter_part
        WHERE bucket = $1 ORDER BY statistic, cell_hash";
    COUNTER_PARTS_OF = "SELECT statistic, cell_hash, records, first_at FROM counter_part
        WHERE bucket = $1 AND statistic = $2 AND cell_hash = $3";
    COUNTER_PARTS_TAKE = "DELETE FROM counter_part
        WHERE bucket = $1 AND statistic = $2 AND cell_hash = $3 AND (last_at <= $4 OR first_at <= $5)
        RETURNING statistic, cell_hash, records, first_at";
}

/// A cell that holds enough people to be shown.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Counter {
    /// The statistic: `activity.collection.statistic`.
    pub statistic: String,
    /// The keyed hash of the cell.
    pub cell_hash: KeyedHash,
    /// The cell, as the rules write it.
    pub cell: String,
    /// How many people were folded into it.
    pub people: u64,
    /// How many records.
    pub records: u64,
}

/// What has joined a cell and was not folded into it yet.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct CounterParts {
    /// The statistic: `activity.collection.statistic`.
    pub statistic: String,
    /// The keyed hash of the cell.
    pub cell_hash: KeyedHash,
    /// How many people.
    pub people: u64,
    /// How many records.
    pub records: u64,
    /// When the first of them joined.
    pub first: Timestamp,
}

/// A person's records that join a cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Joining {
    /// The statistic: `activity.collection.statistic`.
    pub statistic: String,
    /// The keyed hash of the cell.
    pub cell_hash: KeyedHash,
    /// What stands for the person in this cell alone.
    pub person: Pseudonym,
    /// The plan that erases the records: sent again by the same plan, they join once.
    pub plan: PlanId,
    /// How many records.
    pub records: u32,
}

impl Tx<'_> {
    /// A person's records, made ready to join a cell: the statistic by its name, and the cell's words.
    /// In the person's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if the subject has no key (any more).
    pub fn joining(
        &mut self,
        subject: SubjectId,
        (statistic, words): (&str, &str),
        plan: PlanId,
        records: u32,
    ) -> Result<Joining, StoreError> {
        let text = format!("{statistic}\n{words}");
        let cell_hash = self.ring.keyed_hash("cell", text.as_bytes());
        Ok(Joining {
            statistic: statistic.to_owned(),
            cell_hash,
            person: self.key(subject)?.pseudonym("cell", &cell_hash.0),
            plan,
            records,
        })
    }

    /// Lets a person's records join a cell; whoever joins again waits since they first did. In the cell's
    /// bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn join_cell(&mut self, joining: &Joining, at: Timestamp) -> Result<(), StoreError> {
        let values = values![
            self.only(joining.cell_hash.bucket())?,
            &joining.statistic,
            joining.cell_hash,
            joining.person.0.as_slice(),
            joining.plan,
            i64::from(joining.records),
            at,
        ];
        self.execute(&COUNTER_PART_SAVE, values).map(drop)
    }

    /// How many people a cell holds, folded in or not. In the cell's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn people_in(&mut self, statistic: &str, cell: KeyedHash) -> Result<u64, StoreError> {
        let bucket = self.only(cell.bucket())?;
        let folded = self.first(&COUNTER_FIND, values![bucket, statistic, cell])?;
        let folded = folded.map(counter).transpose()?;
        let parts = self.query(&COUNTER_PARTS_OF, values![bucket, statistic, cell])?;
        let parts: u64 = by_cell(parts)?.iter().map(|parts| parts.people).sum();
        Ok(folded.map_or(0, |cell| cell.people) + parts)
    }

    /// Whether a cell has its words. In the cell's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn is_open(&mut self, statistic: &str, cell: KeyedHash) -> Result<bool, StoreError> {
        let bucket = self.only(cell.bucket())?;
        let found = self.first(&COUNTER_FIND, values![bucket, statistic, cell])?;
        Ok(found.is_some())
    }

    /// Writes a cell's words down, now that it holds enough people. In the cell's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn open_cell(
        &mut self,
        statistic: &str,
        cell: KeyedHash,
        words: &str,
    ) -> Result<(), StoreError> {
        let bucket = self.only(cell.bucket())?;
        self.execute(
            &COUNTER_SAVE,
            values![bucket, statistic, cell, words, 0_i64, 0_i64],
        )
        .map(drop)
    }

    /// Folds into a cell that has its words whoever joined it last up to `rested`, or first up to `waited`;
    /// forgets who it was, and returns what was folded. None if there was nobody, or there are no words.
    /// In the cell's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn fold_parts(
        &mut self,
        (statistic, cell): (&str, KeyedHash),
        (rested, waited): (Timestamp, Timestamp),
    ) -> Result<Option<CounterParts>, StoreError> {
        let bucket = self.only(cell.bucket())?;
        let Some(open) = self.first(&COUNTER_FIND, values![bucket, statistic, cell])? else {
            return Ok(None);
        };
        let words = counter(open)?.cell;
        let taken = self.take_parts((statistic, cell), (rested, waited))?;
        if let Some(taken) = &taken {
            let [people, records] = [taken.people, taken.records].map(crate::evidence::signed);
            let values = values![bucket, statistic, cell, &words, people, records];
            self.execute(&COUNTER_SAVE, values)?;
        }
        Ok(taken)
    }

    /// Forgets who first joined a cell up to an instant, and returns what was forgotten; none if there
    /// was nothing. In the cell's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn drop_parts(
        &mut self,
        cell: (&str, KeyedHash),
        waited: Timestamp,
    ) -> Result<Option<CounterParts>, StoreError> {
        self.take_parts(cell, (Timestamp::MIN, waited))
    }

    /// Takes out whoever joined a cell last up to `rested`, or first up to `waited`.
    fn take_parts(
        &mut self,
        (statistic, cell): (&str, KeyedHash),
        (rested, waited): (Timestamp, Timestamp),
    ) -> Result<Option<CounterParts>, StoreError> {
        let bucket = self.only(cell.bucket())?;
        let values = values![bucket, statistic, cell, rested, waited];
        let taken = by_cell(self.query(&COUNTER_PARTS_TAKE, values)?)?;
        Ok(taken.into_iter().next())
    }

    /// The cells of this bucket that have words.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn counters(&mut self) -> Result<Vec<Counter>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&COUNTER_LIST, values![bucket])?;
        rows.into_iter().map(counter).collect()
    }

    /// What has joined cells of this bucket and was not folded into them yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn counter_parts(&mut self) -> Result<Vec<CounterParts>, StoreError> {
        let bucket = self.bucket()?;
        by_cell(self.query(&COUNTER_PARTS, values![bucket])?)
    }
}

fn counter(row: Row) -> Result<Counter, StoreError> {
    let mut columns = row.columns("counter", "a cell");
    Ok(Counter {
        statistic: columns.take("statistic")?,
        cell_hash: columns.take("cell_hash")?,
        cell: columns.take("cell")?,
        people: columns.take("people")?,
        records: columns.take("records")?,
    })
}

/// Rows of people, those of one cell one after the other, summed up by cell.
fn by_cell(rows: Vec<Row>) -> Result<Vec<CounterParts>, StoreError> {
    let mut cells: Vec<CounterParts> = Vec::new();
    for row in rows {
        let mut columns = row.columns("counter_part", "a cell");
        let (statistic, cell_hash) = (columns.take("statistic")?, columns.take("cell_hash")?);
        let one = CounterParts {
            statistic,
            cell_hash,
            people: 1,
            records: columns.take("records")?,
            first: columns.take("first_at")?,
        };
        match cells.last_mut() {
            Some(cell) if (&cell.statistic, cell.cell_hash) == (&one.statistic, one.cell_hash) => {
                cell.people += one.people;
                cell.records += one.records;
                cell.first = cell.first.min(one.first);
            }
            Some(_) | None => cells.push(one),
        }
    }
    Ok(cells)
}
