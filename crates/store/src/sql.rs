//! The one SQL text that both databases run, and the values that go in and out of it.

use jiff::Timestamp;
use ombud_core::statement::VersionId;

use crate::error::StoreError;
use crate::id::{
    Bucket, ClockId, Digest, IdentityHash, JobId, KeyedHash, PlanId, RecordId, SubjectId,
};

/// A named statement. Its text is the same for SQLite and PostgreSQL and binds its values as `$1`
/// to `$n`.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// Its name: unique, and what errors call it.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Declares the statements of a file, and lists them so that tests can prepare and check every one.
macro_rules! sql {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* const $name: $crate::sql::Sql = $crate::sql::Sql { name: stringify!($name), text: $text };)+
        pub(crate) const STATEMENTS: &[$crate::sql::Sql] = &[$($name),+];
    };
}
pub(crate) use sql;

/// `$2` to `$65`, a list of [`LIST`] ids: what a statement about many rows is told, after the bucket.
macro_rules! ids {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, \
         $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, \
         $57, $58, $59, $60, $61, $62, $63, $64, $65"
    };
}
pub(crate) use ids;

/// How many ids a list has. Each statement is prepared once, for this many.
const LIST: usize = 64;

/// The values of a statement with a list, for as many lists as these ids fill: the bucket, the ids, and
/// the rest. The last list is filled up with an id that it has.
pub(crate) fn listed<T: Copy + Into<Value>>(
    bucket: Bucket,
    ids: &[T],
    rest: &[Value],
) -> impl Iterator<Item = Vec<Value>> {
    ids.chunks(LIST).map(move |list| {
        let filling = list.last().into_iter().cycle();
        let ids = list.iter().chain(filling).take(LIST);
        std::iter::once(Value::from(bucket))
            .chain(ids.map(|id| (*id).into()))
            .chain(rest.iter().cloned())
            .collect()
    })
}

/// Turns each argument into a [`Value`], in the order of `$1` to `$n`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// One value bound to a statement or read from a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number, or an instant in Unix milliseconds.
    I64(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// One row of an answer, its values in the order of the statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    pub(crate) values: Vec<Value>,
}

impl Row {
    /// Its values, in the order of the statement.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Reads the row column by column. `table` and `row` say where, should a value not decode.
    pub(crate) fn columns<R: ToString>(self, table: &'static str, row: R) -> Columns<R> {
        Columns {
            values: self.values.into_iter(),
            table,
            row,
        }
    }
}

/// The columns of a row that have not been read yet, in the order of the statement.
pub(crate) struct Columns<R> {
    values: std::vec::IntoIter<Value>,
    table: &'static str,
    row: R,
}

impl<R: ToString> Columns<R> {
    /// The next column, which the statement calls `column`.
    pub(crate) fn take<T: FromValue>(&mut self, column: &'static str) -> Result<T, StoreError> {
        self.values
            .next()
            .and_then(T::from_value)
            .ok_or_else(|| StoreError::Corrupt {
                table: self.table,
                column,
                row: self.row.to_string(),
            })
    }
}

/// What can be read from a [`Value`].
pub(crate) trait FromValue: Sized {
    /// The value as this type; none if it is of another.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::I64(number) => Some(number),
            Value::Null | Value::Text(_) | Value::Blob(_) => None,
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            Value::Null | Value::I64(_) | Value::Blob(_) => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            Value::Null | Value::I64(_) | Value::Text(_) => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            Value::I64(_) | Value::Text(_) | Value::Blob(_) => T::from_value(value).map(Some),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::I64(number)
    }
}

impl From<Timestamp> for Value {
    /// Whole milliseconds; what is finer is cut off.
    fn from(instant: Timestamp) -> Self {
        Self::I64(instant.as_millisecond())
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Option<Self> {
        Self::from_millisecond(i64::from_value(value)?).ok()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Bucket> for Value {
    fn from(bucket: Bucket) -> Self {
        Self::I64(i64::from(bucket.number()))
    }
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// Ids and digests are bound and read as their bytes.
macro_rules! bytes {
    ($($name:ident),+) => {$(
        impl From<$name> for Value {
            fn from(id: $name) -> Self {
                Self::Blob(id.0.to_vec())
            }
        }

        impl FromValue for $name {
            fn from_value(value: Value) -> Option<Self> {
                Vec::from_value(value)?.try_into().ok().map(Self)
            }
        }
    )+};
}
bytes!(
    SubjectId,
    RecordId,
    ClockId,
    PlanId,
    JobId,
    IdentityHash,
    KeyedHash,
    Digest
);

/// A statement version is stored as the 32 bytes of its hash.
impl From<&VersionId> for Value {
    fn from(version: &VersionId) -> Self {
        Self::Blob(hex::decode(version.as_str()).unwrap_or_default())
    }
}

impl FromValue for VersionId {
    fn from_value(value: Value) -> Option<Self> {
        Self::parse(&hex::encode(Vec::from_value(value)?))
    }
}

impl FromValue for Bucket {
    fn from_value(value: Value) -> Option<Self> {
        Self::new(i64::from_value(value)?.try_into().ok()?)
    }
}

impl FromValue for u64 {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}
