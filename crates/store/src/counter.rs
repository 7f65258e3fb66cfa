//! What anonymised records leave behind: how many fell into a cell of a statistic.

use crate::error::StoreError;
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    COUNTER_ADD = "INSERT INTO counter (bucket, statistic, cell, count) VALUES ($1, $2, $3, $4)
        ON CONFLICT (bucket, statistic, cell) DO UPDATE SET count = counter.count + excluded.count";
    COUNTER_LIST = "SELECT statistic, cell, count FROM counter
        WHERE bucket = $1 ORDER BY statistic, cell";
}

/// How many records a bucket counted in a cell. Show only sums over all buckets, and those only
/// where they are large enough to hide a person.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Counter {
    /// The statistic, by the name the statement gives it.
    pub statistic: String,
    /// The cell, as the rules write it: values of the fields it counts by, coarse enough to hide a
    /// person.
    pub cell: String,
    /// How many.
    pub count: u64,
}

impl Tx<'_> {
    /// Counts records into a cell. Call it in the transaction that erases them, so that none is
    /// counted twice.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn count(&mut self, statistic: &str, cell: &str, by: u32) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        self.execute(
            &COUNTER_ADD,
            values![bucket, statistic, cell, i64::from(by)],
        )
        .map(drop)
    }

    /// What this bucket counted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn counters(&mut self) -> Result<Vec<Counter>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&COUNTER_LIST, values![bucket])?;
        let read = |row: Row| {
            let mut columns = row.columns("counter", bucket);
            Ok(Counter {
                statistic: columns.take("statistic")?,
                cell: columns.take("cell")?,
                count: columns.take("count")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
