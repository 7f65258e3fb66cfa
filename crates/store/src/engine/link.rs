//! One connection inside one transaction: binds values, runs statements, reads rows.

use std::collections::BTreeMap;

use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::error::StoreError;
use crate::id::{Bucket, SubjectId};
use crate::sql::{Row, Sql, Value};

/// A subject's wrapped key that must be durable before the transaction that made it commits.
#[derive(Clone, Debug)]
pub(crate) struct StagedKey {
    pub(crate) bucket: Bucket,
    pub(crate) subject: SubjectId,
    pub(crate) wrapped: Vec<u8>,
}

/// Statements that a PostgreSQL connection has prepared, by name.
pub(super) type Prepared = BTreeMap<&'static str, postgres::Statement>;

/// A connection inside a transaction.
pub(crate) struct Link<'c> {
    pub(super) wire: Wire<'c>,
    /// Keys made in this transaction.
    pub(crate) staged: Vec<StagedKey>,
    /// The last statement that failed. A transaction with one is never committed.
    pub(super) failure: Option<StoreError>,
}

pub(super) enum Wire<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(postgres::Transaction<'c>, &'c mut Prepared),
}

impl<'c> Link<'c> {
    pub(super) fn new(wire: Wire<'c>) -> Self {
        Self {
            wire,
            staged: Vec::new(),
            failure: None,
        }
    }

    /// All rows that a statement returns.
    pub(crate) fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.intact()?;
        let rows = match &mut self.wire {
            Wire::Sqlite(connection) => sqlite_query(connection, sql, values),
            Wire::Postgres(transaction, prepared) => {
                postgres_query(transaction, prepared, sql, values)
            }
        };
        rows.inspect_err(|error| self.failure = Some(error.clone()))
    }

    /// How many rows a statement wrote.
    pub(crate) fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError> {
        self.intact()?;
        let written = match &mut self.wire {
            Wire::Sqlite(connection) => sqlite_execute(connection, sql, values),
            Wire::Postgres(transaction, prepared) => {
                postgres_execute(transaction, prepared, sql, values)
            }
        };
        written.inspect_err(|error| self.failure = Some(error.clone()))
    }

    /// After one failed statement no other is run: the database may have ended the transaction, and
    /// what came now would stand alone.
    fn intact(&self) -> Result<(), StoreError> {
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// Runs the text of a migration: many statements, no values.
    pub(crate) fn script(&mut self, text: &str) -> Result<(), StoreError> {
        const NAME: &str = "migration";
        let ran = match &mut self.wire {
            Wire::Sqlite(connection) => connection
                .execute_batch(text)
                .map_err(|error| sqlite_error(NAME, &error)),
            Wire::Postgres(transaction, _) => transaction
                .batch_execute(text)
                .map_err(|error| postgres_error(NAME, &error)),
        };
        ran.inspect_err(|error| self.failure = Some(error.clone()))
    }

    /// Prepares a statement without running it.
    pub(crate) fn prepare(&mut self, sql: Sql) -> Result<(), StoreError> {
        match &mut self.wire {
            Wire::Sqlite(connection) => connection
                .prepare(sql.text)
                .map(drop)
                .map_err(|e| sqlite_error(sql.name, &e)),
            Wire::Postgres(transaction, _) => transaction
                .prepare(sql.text)
                .map(drop)
                .map_err(|e| postgres_error(sql.name, &e)),
        }
    }

    /// Whether this is PostgreSQL, whose migrations are scripts of their own.
    pub(crate) fn is_postgres(&self) -> bool {
        match self.wire {
            Wire::Sqlite(_) => false,
            Wire::Postgres(..) => true,
        }
    }
}

/// A statement with more values than this binds a list, and names its values in the order of their
/// numbers (which a test checks): SQLite looks for each name among all of them.
pub const BY_NUMBER: usize = 16;

/// Binds each value to the parameter of its number: by name, for SQLite numbers `$n` by first
/// appearance.
fn sqlite_bind(
    statement: &mut rusqlite::Statement<'_>,
    values: &[Value],
) -> Result<(), rusqlite::Error> {
    let count = statement.parameter_count();
    if count != values.len() {
        let given = values.len();
        return Err(rusqlite::Error::InvalidParameterCount(given, count));
    }
    if count > BY_NUMBER {
        let mut values = (1..).zip(values);
        return values.try_for_each(|(index, value)| statement.raw_bind_parameter(index, value));
    }
    for index in 1..=count {
        let name = statement.parameter_name(index).unwrap_or_default();
        let number = name
            .strip_prefix('$')
            .and_then(|number| number.parse().ok());
        let value = number
            .and_then(|number: usize| values.get(number.checked_sub(1)?))
            .ok_or_else(|| rusqlite::Error::InvalidParameterName(name.to_owned()))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

fn sqlite_query(
    connection: &rusqlite::Connection,
    sql: Sql,
    values: &[Value],
) -> Result<Vec<Row>, StoreError> {
    let run = || {
        let mut statement = connection.prepare_cached(sql.text)?;
        sqlite_bind(&mut statement, values)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let read = |column| row.get_ref(column).map(sqlite_value);
            found.push(Row {
                values: (0..columns).map(read).collect::<Result<_, _>>()?,
            });
        }
        Ok(found)
    };
    run().map_err(|error| sqlite_error(sql.name, &error))
}

fn sqlite_execute(
    connection: &rusqlite::Connection,
    sql: Sql,
    values: &[Value],
) -> Result<u64, StoreError> {
    let run = || {
        let mut statement = connection.prepare_cached(sql.text)?;
        sqlite_bind(&mut statement, values)?;
        statement.raw_execute()
    };
    let written = run().map_err(|error| sqlite_error(sql.name, &error))?;
    Ok(u64::try_from(written).unwrap_or(u64::MAX))
}

fn sqlite_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::I64(number),
        // We store no fractions: one is kept as text, which no reader of numbers accepts.
        ValueRef::Real(fraction) => Value::Text(fraction.to_string()),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::I64(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The driver's error as ours.
pub(super) fn sqlite_error(name: &'static str, error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    match error.sqlite_error() {
        Some(inner) if matches!(inner.code, DatabaseBusy | DatabaseLocked) => {
            StoreError::Busy { name }
        }
        Some(inner) => StoreError::Driver {
            name,
            code: inner.extended_code.to_string(),
            message: error.to_string(),
        },
        None => StoreError::Driver {
            name,
            code: "driver".to_owned(),
            message: error.to_string(),
        },
    }
}

fn prepared<'p>(
    transaction: &mut postgres::Transaction<'_>,
    known: &'p mut Prepared,
    sql: Sql,
) -> Result<&'p postgres::Statement, postgres::Error> {
    use std::collections::btree_map::Entry;
    match known.entry(sql.name) {
        Entry::Occupied(entry) => Ok(entry.into_mut()),
        Entry::Vacant(entry) => Ok(entry.insert(transaction.prepare(sql.text)?)),
    }
}

fn postgres_values(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

fn postgres_query(
    transaction: &mut postgres::Transaction<'_>,
    known: &mut Prepared,
    sql: Sql,
    values: &[Value],
) -> Result<Vec<Row>, StoreError> {
    let mut run = || {
        let statement = prepared(transaction, known, sql)?;
        let rows = transaction.query(statement, &postgres_values(values))?;
        rows.iter().map(postgres_row).collect::<Result<Vec<_>, _>>()
    };
    run().map_err(|error| postgres_error(sql.name, &error))
}

fn postgres_execute(
    transaction: &mut postgres::Transaction<'_>,
    known: &mut Prepared,
    sql: Sql,
    values: &[Value],
) -> Result<u64, StoreError> {
    let mut run = || {
        let statement = prepared(transaction, known, sql)?;
        transaction.execute(statement, &postgres_values(values))
    };
    run().map_err(|error| postgres_error(sql.name, &error))
}

fn postgres_row(row: &postgres::Row) -> Result<Row, postgres::Error> {
    let read = |(index, column): (usize, &postgres::Column)| {
        Ok(match *column.type_() {
            Type::INT8 => row
                .try_get::<_, Option<i64>>(index)?
                .map_or(Value::Null, Value::I64),
            Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(i64::from).into(),
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(index)?
                .map_or(Value::Null, Value::Blob),
            _ => row
                .try_get::<_, Option<String>>(index)?
                .map_or(Value::Null, Value::Text),
        })
    };
    let values = row
        .columns()
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(Row { values })
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::I64(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Self::Text(text) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            Self::Blob(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Self::I64(_) | Self::Text(_) | Self::Blob(_) => {
                Err(format!("the statement expects a value of type {ty}").into())
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// The driver's error as ours: code and message, but not the detail, which quotes values.
pub(super) fn postgres_error(name: &'static str, error: &postgres::Error) -> StoreError {
    let (code, message) = match error.as_db_error() {
        Some(inner) => (inner.code().code().to_owned(), inner.message().to_owned()),
        None if error.is_closed() => (CONNECTION_LOST.to_owned(), error.to_string()),
        None => {
            let source = std::error::Error::source(error);
            let lost = source
                .and_then(|source| source.downcast_ref::<std::io::Error>())
                .is_some();
            let code = if lost { CONNECTION_LOST } else { "driver" };
            (code.to_owned(), error.to_string())
        }
    };
    StoreError::Driver {
        name,
        code,
        message,
    }
}

/// SQLSTATE of a lost connection; ours too when the driver only knows that it is gone.
pub(super) const CONNECTION_LOST: &str = "08006";
