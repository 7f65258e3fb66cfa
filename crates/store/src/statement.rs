//! Versions of the statement, byte for byte (I10).

use jiff::Timestamp;
use ombud_core::statement::VersionId;

use crate::error::StoreError;
use crate::sql::{FromValue, Row, sql, values};
use crate::tx::Tx;

sql! {
    STATEMENT_SAVE = "INSERT INTO statement_version (hash, effective_at, stored_at, in_force_at, counted_at,
        archive) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash, in_force_at) DO NOTHING";
    STATEMENT_FIND = "SELECT hash, effective_at, stored_at, in_force_at, counted_at, archive
        FROM statement_version WHERE hash = $1 ORDER BY in_force_at LIMIT 1";
    STATEMENT_AT = "SELECT hash, effective_at, stored_at, in_force_at, counted_at, archive
        FROM statement_version
        WHERE in_force_at <= $1 ORDER BY in_force_at DESC, stored_at DESC, hash LIMIT 1";
    STATEMENT_LIST = "SELECT hash, effective_at, stored_at, in_force_at, counted_at FROM statement_version
        ORDER BY in_force_at, stored_at, hash DESC";
    STATEMENT_COUNTED = "UPDATE statement_version SET counted_at = $3
        WHERE hash = $1 AND in_force_at = $2 AND counted_at IS NULL";
}

/// A version of the statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatementVersion<A = Vec<u8>> {
    /// The hash of its archive.
    pub id: VersionId,
    /// From when on it says that it holds (inclusive).
    pub effective_at: Timestamp,
    /// When it was stored here.
    pub stored_at: Timestamp,
    /// From when on it is in force here (inclusive), as the flow decided.
    pub in_force_at: Timestamp,
    /// When every clock had been counted under it; none before.
    pub counted_at: Option<Timestamp>,
    /// All its files, packed by the flow; `()` where only the versions are listed.
    pub archive: A,
}

impl Tx<'_> {
    /// Stores a version. False if it is stored already for the same instant. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_statement(&mut self, version: &StatementVersion) -> Result<bool, StoreError> {
        self.at_home()?;
        let StatementVersion {
            id,
            effective_at,
            stored_at,
            in_force_at,
            counted_at,
            archive,
        } = version;
        let values = values![
            id,
            *effective_at,
            *stored_at,
            *in_force_at,
            *counted_at,
            archive.as_slice(),
        ];
        Ok(self.execute(&STATEMENT_SAVE, values)? > 0)
    }

    /// The version of this hash. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn statement(&mut self, id: &VersionId) -> Result<Option<StatementVersion>, StoreError> {
        self.at_home()?;
        let row = self.first(&STATEMENT_FIND, values![id])?;
        row.map(whole).transpose()
    }

    /// The version in force at an instant: the last that came into force by then, and of those the
    /// last stored. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn statement_at(&mut self, at: Timestamp) -> Result<Option<StatementVersion>, StoreError> {
        self.at_home()?;
        let row = self.first(&STATEMENT_AT, values![at])?;
        row.map(whole).transpose()
    }

    /// Notes that every clock has been counted under a version. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn statement_counted(
        &mut self,
        id: &VersionId,
        in_force_at: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.at_home()?;
        self.execute(&STATEMENT_COUNTED, values![id, in_force_at, at])
            .map(drop)
    }

    /// All versions without their files, the oldest first. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn statement_versions(&mut self) -> Result<Vec<StatementVersion<()>>, StoreError> {
        self.at_home()?;
        let rows = self.query(&STATEMENT_LIST, &[])?;
        rows.into_iter()
            .map(|row| version(row, |_| Ok(())))
            .collect()
    }
}

type Columns = crate::sql::Columns<&'static str>;

fn whole(row: Row) -> Result<StatementVersion, StoreError> {
    version(row, take_archive)
}

fn take_archive<T: FromValue>(columns: &mut Columns) -> Result<T, StoreError> {
    columns.take("archive")
}

fn version<A>(
    row: Row,
    archive: impl FnOnce(&mut Columns) -> Result<A, StoreError>,
) -> Result<StatementVersion<A>, StoreError> {
    let mut columns = row.columns("statement_version", "a row");
    Ok(StatementVersion {
        id: columns.take("hash")?,
        effective_at: columns.take("effective_at")?,
        stored_at: columns.take("stored_at")?,
        in_force_at: columns.take("in_force_at")?,
        counted_at: columns.take("counted_at")?,
        archive: archive(&mut columns)?,
    })
}
