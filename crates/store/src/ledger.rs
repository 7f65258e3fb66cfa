//! The ledger of what subjects chose, and the standings that it folds into.
//!
//! The rules fold; this file keeps both in the same transaction. Entries are only ever appended.

use jiff::Timestamp;
use ombud_core::standing::{Act, Scope, Standing};
use ombud_core::statement::VersionId;

use crate::error::StoreError;
use crate::id::{Bucket, SubjectId};
use crate::sql::{Columns, FromValue, Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    LEDGER_APPEND = "INSERT INTO ledger (bucket, subject_id, seq, activity, act, acted_at, recorded_at,
        statement_hash, scope, language, channel, notice, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    LEDGER_LAST = "SELECT seq FROM ledger WHERE bucket = $1 AND subject_id = $2 ORDER BY seq DESC LIMIT 1";
    LEDGER_OF_SUBJECT = "SELECT seq, activity, act, acted_at, recorded_at, statement_hash, scope, language,
        channel, notice, reason FROM ledger
        WHERE bucket = $1 AND subject_id = $2 ORDER BY seq";
    LEDGER_OF_ACTIVITY = "SELECT seq, activity, act, acted_at, recorded_at, statement_hash, scope, language,
        channel, notice, reason FROM ledger
        WHERE bucket = $1 AND subject_id = $2 AND activity = $3 ORDER BY seq";
    LEDGER_ERASE = "DELETE FROM ledger WHERE bucket = $1 AND subject_id = $2 AND activity = $3";
    STANDING_SAVE = "INSERT INTO standing (bucket, subject_id, activity, ledger_seq, consented_at, scope,
        withdrawn_at, objected_at, upheld_at, rejected_at, restricted_at, lifted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (bucket, subject_id, activity) DO UPDATE SET
        ledger_seq = excluded.ledger_seq, consented_at = excluded.consented_at, scope = excluded.scope,
        withdrawn_at = excluded.withdrawn_at, objected_at = excluded.objected_at,
        upheld_at = excluded.upheld_at, rejected_at = excluded.rejected_at,
        restricted_at = excluded.restricted_at, lifted_at = excluded.lifted_at";
    STANDING_FIND = "SELECT consented_at, scope, withdrawn_at, objected_at, upheld_at, rejected_at,
        restricted_at, lifted_at FROM standing
        WHERE bucket = $1 AND subject_id = $2 AND activity = $3";
    STANDING_OF_SUBJECT = "SELECT activity, consented_at, scope, withdrawn_at, objected_at, upheld_at,
        rejected_at, restricted_at, lifted_at FROM standing
        WHERE bucket = $1 AND subject_id = $2 ORDER BY activity";
    STANDING_LIST = "SELECT subject_id, activity, consented_at, scope, withdrawn_at, objected_at, upheld_at,
        rejected_at, restricted_at, lifted_at FROM standing
        WHERE bucket = $1 ORDER BY subject_id, activity";
}

/// What a subject chose, to be appended to the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewEntry {
    /// Who chose.
    pub subject: SubjectId,
    /// What it is about.
    pub activity: String,
    /// What was done.
    pub act: Act,
    /// When it was done.
    pub acted_at: Timestamp,
    /// When Ombud was told.
    pub recorded_at: Timestamp,
    /// The statement version in force.
    pub statement: VersionId,
    /// What a consent covers.
    pub scope: Scope,
    /// The language that the person was asked in.
    pub language: Option<String>,
    /// How it reached us: `form`, `link`, `email`, `api`.
    pub channel: Option<String>,
    /// Which wording the person saw, by its hash or name.
    pub notice: Option<String>,
    /// Why, where the act needs a reason.
    pub reason: Option<String>,
}

/// An entry of the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Its place in the subject's ledger: 1, 2, 3. There are gaps only where entries were erased.
    pub seq: i64,
    /// What was appended.
    pub entry: NewEntry,
}

impl FromValue for Act {
    fn from_value(value: Value) -> Option<Self> {
        Self::parse(&String::from_value(value)?)
    }
}

impl FromValue for Scope {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(Self)
    }
}

impl Tx<'_> {
    /// Appends an entry and returns its place, the next after the last. Locks the subject, so that the
    /// standing that is folded and saved next rests on all of the ledger.
    ///
    /// # Errors
    ///
    /// [`StoreError::SubjectGone`] if there is no such subject (any more).
    pub fn append_entry(&mut self, entry: &NewEntry) -> Result<i64, StoreError> {
        let bucket = self.bucket_of(entry.subject)?;
        self.lock_subject(entry.subject)?;
        // What was kept only until now is looked at again.
        self.look_at(entry.subject, Some(Timestamp::UNIX_EPOCH))?;
        let last = self.first(&LEDGER_LAST, values![bucket, entry.subject])?;
        let last = last.map(|row| row.columns("ledger", bucket).take("seq"));
        let seq = last.transpose()?.unwrap_or(0_i64).saturating_add(1);
        let values = values![
            bucket,
            entry.subject,
            seq,
            &entry.activity,
            entry.act.name(),
            entry.acted_at,
            entry.recorded_at,
            &entry.statement,
            entry.scope.0,
            entry.language.as_deref(),
            entry.channel.as_deref(),
            entry.notice.as_deref(),
            entry.reason.as_deref(),
        ];
        self.execute(&LEDGER_APPEND, values)?;
        Ok(seq)
    }

    /// A subject's ledger in its order: for one activity, or all of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn ledger_of(
        &mut self,
        subject: SubjectId,
        activity: Option<&str>,
    ) -> Result<Vec<Entry>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let rows = match activity {
            Some(activity) => self.query(&LEDGER_OF_ACTIVITY, values![bucket, subject, activity]),
            None => self.query(&LEDGER_OF_SUBJECT, values![bucket, subject]),
        }?;
        rows.into_iter()
            .map(|row| entry(bucket, subject, row))
            .collect()
    }

    /// Removes a subject's ledger for an activity, once nothing needs to be proved any more.
    /// Returns how many entries.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_ledger(&mut self, subject: SubjectId, activity: &str) -> Result<u64, StoreError> {
        let bucket = self.bucket_of(subject)?;
        self.execute(&LEDGER_ERASE, values![bucket, subject, activity])
    }

    /// Saves what the ledger up to the place `ledger_seq` comes to. Call it in the transaction that
    /// appended the entry.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_standing(
        &mut self,
        subject: SubjectId,
        activity: &str,
        standing: &Standing,
        ledger_seq: i64,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket_of(subject)?;
        let values = values![
            bucket,
            subject,
            activity,
            ledger_seq,
            standing.consented.map(|(at, _)| at),
            standing.consented.map(|(_, scope)| scope.0),
            standing.withdrawn,
            standing.objected,
            standing.upheld,
            standing.rejected,
            standing.restricted,
            standing.lifted,
        ];
        self.execute(&STANDING_SAVE, values).map(drop)
    }

    /// A subject's standing for an activity; none if it never chose anything.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn standing(
        &mut self,
        subject: SubjectId,
        activity: &str,
    ) -> Result<Option<Standing>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let row = self.first(&STANDING_FIND, values![bucket, subject, activity])?;
        row.map(|row| standing(&mut row.columns("standing", bucket)))
            .transpose()
    }

    /// All standings of a subject, by activity.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn standings_of(
        &mut self,
        subject: SubjectId,
    ) -> Result<Vec<(String, Standing)>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let rows = self.query(&STANDING_OF_SUBJECT, values![bucket, subject])?;
        let read = |row: Row| {
            let mut columns = row.columns("standing", bucket);
            Ok((columns.take("activity")?, standing(&mut columns)?))
        };
        rows.into_iter().map(read).collect()
    }

    /// All standings in this bucket, by subject and activity: for the board, which asks every
    /// bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn standings(&mut self) -> Result<Vec<(SubjectId, String, Standing)>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&STANDING_LIST, values![bucket])?;
        let read = |row: Row| {
            let mut columns = row.columns("standing", bucket);
            let subject = columns.take("subject_id")?;
            Ok((subject, columns.take("activity")?, standing(&mut columns)?))
        };
        rows.into_iter().map(read).collect()
    }
}

fn entry(bucket: Bucket, subject: SubjectId, row: Row) -> Result<Entry, StoreError> {
    let mut columns = row.columns("ledger", bucket);
    Ok(Entry {
        seq: columns.take("seq")?,
        entry: NewEntry {
            subject,
            activity: columns.take("activity")?,
            act: columns.take("act")?,
            acted_at: columns.take("acted_at")?,
            recorded_at: columns.take("recorded_at")?,
            statement: columns.take("statement_hash")?,
            scope: columns.take("scope")?,
            language: columns.take("language")?,
            channel: columns.take("channel")?,
            notice: columns.take("notice")?,
            reason: columns.take("reason")?,
        },
    })
}

/// The eight columns of a standing, in the order of its type.
pub(crate) fn standing(columns: &mut Columns<Bucket>) -> Result<Standing, StoreError> {
    let consented_at: Option<Timestamp> = columns.take("consented_at")?;
    let scope: Option<Scope> = columns.take("scope")?;
    Ok(Standing {
        consented: consented_at.zip(scope),
        withdrawn: columns.take("withdrawn_at")?,
        objected: columns.take("objected_at")?,
        upheld: columns.take("upheld_at")?,
        rejected: columns.take("rejected_at")?,
        restricted: columns.take("restricted_at")?,
        lifted: columns.take("lifted_at")?,
    })
}
