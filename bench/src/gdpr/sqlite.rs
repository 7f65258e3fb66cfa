//! SQLite as a baseline: in this process, every commit on disk before it is answered.

use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::record::push_number;
use super::sql::{Database, INSERT, Param};
use crate::Failed;

/// A database in a file.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
}

impl Sqlite {
    /// Makes one in a directory.
    pub fn create(directory: &Path) -> Result<Self, Failed> {
        let path = directory.join("baseline.db");
        let connection = Connection::open(&path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // 256 MiB, so that everything stays in memory.
        connection.pragma_update(None, "cache_size", -262_144)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self { connection, path })
    }
}

impl ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Number(number) => ToSqlOutput::from(*number),
        })
    }
}

impl Database for Sqlite {
    const NAME: &'static str = "SQLite FULL, 9 indices";

    fn script(&mut self, text: &str) -> Result<(), Failed> {
        Ok(self.connection.execute_batch(text)?)
    }

    fn fill(&mut self, rows: &mut dyn Iterator<Item = Vec<Param>>) -> Result<(), Failed> {
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            for row in rows {
                insert.execute(params_from_iter(row))?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn rows(&mut self, text: &str, params: &[Param], out: &mut Vec<u8>) -> Result<(), Failed> {
        let mut statement = self.connection.prepare_cached(text)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if column > 0 {
                    out.push(b'\t');
                }
                match row.get_ref(column)? {
                    ValueRef::Text(text) => out.extend_from_slice(text),
                    ValueRef::Integer(number) => push_number(out, usize::try_from(number)?),
                    ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => {
                        return Err("a column is neither text nor a number".into());
                    }
                }
            }
            out.push(b'\n');
        }
        Ok(())
    }

    fn execute(&mut self, text: &str, params: &[Param]) -> Result<usize, Failed> {
        let mut statement = self.connection.prepare_cached(text)?;
        Ok(statement.execute(params_from_iter(params))?)
    }

    fn delete(&mut self, filter: &str, param: Param, log: [Param; 4]) -> Result<usize, Failed> {
        let transaction = self.connection.transaction()?;
        let deleted = {
            let text = format!("DELETE FROM personal WHERE {filter}");
            let mut delete = transaction.prepare_cached(&text)?;
            let deleted = delete.execute([param])?;
            if deleted > 0 {
                let text = "INSERT INTO audit (seq, at, act, what) VALUES ($1, $2, $3, $4)";
                transaction
                    .prepare_cached(text)?
                    .execute(params_from_iter(log))?;
            }
            deleted
        };
        transaction.commit()?;
        Ok(deleted)
    }

    fn bytes(&mut self) -> Result<u64, Failed> {
        self.connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(std::fs::metadata(&self.path)?.len())
    }
}
