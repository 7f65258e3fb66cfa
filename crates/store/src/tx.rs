//! One transaction, in one place. Its methods live in the file of their domain.

use std::cell::Cell;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::engine::{Link, StagedKey};
use crate::error::StoreError;
use crate::evidence::Appended;
use crate::id::{Bucket, IdentityHash, Place, RecordId, SubjectId};
use crate::key::{Context, KeyRing, KeyStore, SubjectKey};
use crate::sql::{Row, Sql, Value};

/// A transaction: everything that it writes becomes durable together, or not at all.
///
/// It works in one [`Place`]. Asked for anything that lies elsewhere it answers
/// [`StoreError::WrongPlace`] (rule R1), so what works on one database works on many.
pub struct Tx<'t> {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) connection: &'t mut (dyn Connection + 't),
    pub(crate) ring: &'t Arc<KeyRing>,
    pub(crate) keys: &'t Arc<KeyStore>,
    pub(crate) appended: &'t Appended,
    /// Subject keys unwrapped in this transaction; dropped and wiped with it.
    pub(crate) opened: Vec<(SubjectId, SubjectKey)>,
    /// The subject last found to lie here: to find out costs a keyed hash.
    pub(crate) here: Cell<Option<SubjectId>>,
}

/// What a transaction needs of its connection, whichever database it is.
pub(crate) trait Connection {
    fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError>;
    fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError>;
    fn prepare(&mut self, sql: Sql) -> Result<(), StoreError>;
    fn stage(&mut self, key: StagedKey);
}

impl Connection for Link<'_> {
    fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        Link::query(self, sql, values)
    }

    fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError> {
        Link::execute(self, sql, values)
    }

    fn prepare(&mut self, sql: Sql) -> Result<(), StoreError> {
        Link::prepare(self, sql)
    }

    fn stage(&mut self, key: StagedKey) {
        self.staged.push(key);
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tx({} in {})", self.name, self.place)
    }
}

impl Tx<'_> {
    /// Where this transaction works.
    pub fn place(&self) -> Place {
        self.place
    }

    /// All rows that a statement returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] or [`StoreError::Driver`]; the transaction can then no longer commit.
    pub fn query(&mut self, sql: &Sql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.connection.query(*sql, values)
    }

    /// The only row that a statement returns, if it returns one.
    pub(crate) fn first(&mut self, sql: &Sql, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// How many rows a statement wrote.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] or [`StoreError::Driver`]; the transaction can then no longer commit.
    pub fn execute(&mut self, sql: &Sql, values: &[Value]) -> Result<u64, StoreError> {
        self.connection.execute(*sql, values)
    }

    /// Asks the database whether it understands a statement, without running it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Driver`] if it does not.
    pub fn prepare(&mut self, sql: &Sql) -> Result<(), StoreError> {
        self.connection.prepare(*sql)
    }

    /// The bucket of this transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongPlace`] in a transaction of the home tables.
    pub fn bucket(&self) -> Result<Bucket, StoreError> {
        match self.place {
            Place::Bucket(bucket) => Ok(bucket),
            Place::Home => Err(self.wrong_place(Place::Bucket(Bucket::of_hash(&[0; 16])))),
        }
    }

    /// The bucket, if it is the one of this subject.
    pub(crate) fn bucket_of(&self, subject: SubjectId) -> Result<Bucket, StoreError> {
        if self.here.get() == Some(subject) {
            return self.bucket();
        }
        let bucket = self.only(self.ring.bucket_of(subject))?;
        self.here.set(Some(subject));
        Ok(bucket)
    }

    /// The bucket, if it is the one of this record.
    pub(crate) fn bucket_of_record(&self, record: RecordId) -> Result<Bucket, StoreError> {
        self.only(record.bucket())
    }

    /// The bucket, if it is the one of this identity.
    pub(crate) fn bucket_of_identity(&self, identity: IdentityHash) -> Result<Bucket, StoreError> {
        self.only(identity.bucket())
    }

    /// Refuses to touch the tables of no subject from within a bucket.
    pub(crate) fn at_home(&self) -> Result<(), StoreError> {
        match self.place {
            Place::Home => Ok(()),
            Place::Bucket(_) => Err(self.wrong_place(Place::Home)),
        }
    }

    /// The bucket, if this transaction works in it.
    pub(crate) fn only(&self, bucket: Bucket) -> Result<Bucket, StoreError> {
        if self.place == Place::Bucket(bucket) {
            Ok(bucket)
        } else {
            Err(self.wrong_place(Place::Bucket(bucket)))
        }
    }

    fn wrong_place(&self, asked: Place) -> StoreError {
        StoreError::WrongPlace {
            name: self.name,
            place: self.place,
            asked,
        }
    }

    /// Makes a subject's key; it is durable before this transaction commits.
    pub(crate) fn make_key(&mut self, subject: SubjectId) -> Result<(), StoreError> {
        let bucket = self.bucket_of(subject)?;
        let (wrapped, key) = self.ring.make(subject)?;
        self.connection.stage(StagedKey {
            bucket,
            subject,
            wrapped,
        });
        self.opened.push((subject, key));
        Ok(())
    }

    /// Seals bytes with a subject's key, bound to a row of a table.
    pub(crate) fn seal(
        &mut self,
        subject: SubjectId,
        table: &'static str,
        row: &[u8; 16],
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let ring = Arc::clone(self.ring);
        self.key(subject)?
            .seal(Context { table, bucket, row }, plain, ring.random())
    }

    /// Opens what [`seal`](Self::seal) sealed.
    pub(crate) fn open(
        &mut self,
        subject: SubjectId,
        table: &'static str,
        row: &[u8; 16],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        self.key(subject)?
            .open(Context { table, bucket, row }, sealed)
    }

    /// The key of a subject. No key outlives its transaction in memory, so a destroyed one is gone
    /// at once, everywhere.
    pub(crate) fn key(&mut self, subject: SubjectId) -> Result<&SubjectKey, StoreError> {
        let bucket = self.bucket_of(subject)?;
        if !self.opened.iter().any(|(of, _)| *of == subject) {
            let wrapped = self
                .keys
                .load(bucket, subject)?
                .ok_or(StoreError::KeyDestroyed)?;
            self.opened
                .push((subject, self.ring.unwrap(subject, &wrapped)?));
        }
        let found = self.opened.iter().find(|(of, _)| *of == subject);
        found.map(|(_, key)| key).ok_or(StoreError::KeyDestroyed)
    }
}
