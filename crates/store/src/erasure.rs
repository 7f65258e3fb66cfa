//! The end of a person: everything of a subject goes, journalled before it starts and read back after.
//!
//! The journal lies with the keys, apart from the data. A copy of the data that is put back has not
//! seen all of it: then the gate is closed, and nobody in the data is shown or changed, until what is
//! missing was carried out again.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::engine::{Engine, Link};
use crate::error::StoreError;
use crate::id::{IdentityHash, Place, SubjectId};
use crate::key::{Erasure, KeyStore};
use crate::sql::{Row, sql, values};
use crate::store::Store;
use crate::tx::Tx;

sql! {
    MARK_LOAD = "SELECT seq FROM erasure_mark WHERE one = 1";
    MARK_SAVE = "INSERT INTO erasure_mark (one, seq) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET
        seq = CASE WHEN erasure_mark.seq < excluded.seq THEN excluded.seq ELSE erasure_mark.seq END";
    PERSON_RECORDS = "DELETE FROM record WHERE bucket = $1 AND record_id IN (
        SELECT record_id FROM record WHERE bucket = $1 AND subject_id = $2)";
    PERSON_CLOCKS = "DELETE FROM clock WHERE bucket = $1 AND subject_id = $2";
    PERSON_LEDGER = "DELETE FROM ledger WHERE bucket = $1 AND subject_id = $2";
    PERSON_ITEMS = "DELETE FROM sweep_item WHERE bucket = $1 AND subject_id = $2 AND outcome IS NULL";
    PERSON_HAS_RECORD = "SELECT 1 FROM record WHERE bucket = $1 AND subject_id = $2 LIMIT 1";
    PERSON_HAS_CLOCK = "SELECT 1 FROM clock WHERE bucket = $1 AND subject_id = $2 LIMIT 1";
    PERSON_HAS_LEDGER = "SELECT 1 FROM ledger WHERE bucket = $1 AND subject_id = $2 LIMIT 1";
    PERSON_HAS_STANDING = "SELECT 1 FROM standing WHERE bucket = $1 AND subject_id = $2 LIMIT 1";
    PERSON_HAS_IDENTITY = "SELECT 1 FROM subject_identity
        WHERE bucket = $1 AND subject_id = $2 LIMIT 1";
    PERSON_STANDING = "DELETE FROM standing WHERE bucket = $1 AND subject_id = $2";
    PERSON_ROW = "DELETE FROM subject WHERE bucket = $1 AND subject_id = $2";
    PERSON_IDENTITIES = "SELECT identity_hash FROM subject_identity
        WHERE bucket = $1 AND subject_id = $2 ORDER BY identity_hash";
    STANDING_FORGET = "DELETE FROM standing WHERE bucket = $1 AND subject_id = $2 AND activity = $3";
    PLAN_FORGETTABLE = "SELECT 1 FROM sweep_plan
        WHERE bucket = $1 AND state = 'finished' AND finished_at < $2 LIMIT 1";
    ANSWER_FORGETTABLE = "SELECT 1 FROM idempotency_key WHERE bucket = $1 AND made_at < $2 LIMIT 1";
    PERSON_LOOK = "SELECT subject_id FROM subject WHERE bucket = $1 AND look_at <= $2
        ORDER BY look_at LIMIT $3";
    PERSON_LOOK_AT = "UPDATE subject SET look_at = $3 WHERE bucket = $1 AND subject_id = $2";
}

impl Store {
    /// Whether the data is older than the journal of erasures. Then every transaction in a bucket is
    /// refused ([`StoreError::Behind`]).
    pub fn is_behind(&self) -> bool {
        self.inner.behind.load(Ordering::Acquire)
    }

    /// The same store for whoever carries out what the data has missed: the gate does not stop it.
    #[must_use]
    pub fn past_gate(&self) -> Self {
        Self {
            past_gate: true,
            ..self.clone()
        }
    }

    /// Looks again whether the data has followed the journal, and opens the gate if it has. True if
    /// the gate is open.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a database cannot answer.
    pub async fn open_gate(&self) -> Result<bool, StoreError> {
        let mark = self.mark().await?;
        let behind = self.inner.keys.is_ahead_of(mark).await?;
        self.inner.behind.store(behind, Ordering::Release);
        Ok(!behind)
    }

    /// The erasures that this data has still to carry out: what it has not seen, and what a crash left.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a database cannot answer.
    pub async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let mark = self.mark().await?;
        self.inner.keys.erasures_after(mark).await
    }

    /// Enters the erasure of a subject in the journal, before anything of it is touched. Returns its
    /// place; the same one until it [ends](Self::end_erasure).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn begin_erasure(
        &self,
        subject: SubjectId,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        self.inner.keys.begin_erasure(subject, at).await
    }

    /// Takes an erasure back that turned out to be too early. One that ended stays.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn drop_erasure(&self, seq: i64) -> Result<(), StoreError> {
        self.inner.keys.drop_erasure(seq).await
    }

    /// Notes, in the data and then in the journal, that an erasure was read back as absent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a database cannot answer.
    pub async fn end_erasure(&self, seq: i64, at: Timestamp) -> Result<(), StoreError> {
        let upto = self.inner.keys.carried_out_with(seq).await?;
        let save = move |tx: &mut Tx<'_>| tx.execute(&MARK_SAVE, values![upto]).map(drop);
        self.write::<_, StoreError, _>("erasure.mark", Place::Home, save)
            .await?;
        self.inner.keys.end_erasure(seq, at).await
    }

    async fn mark(&self) -> Result<i64, StoreError> {
        self.inner.data.read("erasure.mark", mark).await
    }
}

/// Whether the data is older than the journal. Blocks.
pub(crate) fn is_behind(data: &Engine, keys: &KeyStore) -> Result<bool, StoreError> {
    let mark = data.read("erasure.mark", mark).wait()?;
    keys.is_ahead_of(mark).wait()
}

fn mark(link: &mut Link<'_>) -> Result<i64, StoreError> {
    let row = link.query(MARK_LOAD, &[])?.into_iter().next();
    row.map_or(Ok(0), |row| {
        row.columns("erasure_mark", "its row").take("seq")
    })
}

impl Tx<'_> {
    /// Erases everything of a subject in its bucket but its name, and returns what its identities are
    /// found by: each is [forgotten](Self::forget_identity) in its own bucket, and then
    /// [`erase_subject`](Self::erase_subject) takes the name. Whoever stops in between can begin again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_person(&mut self, subject: SubjectId) -> Result<Vec<IdentityHash>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        for sql in [
            &PERSON_ROW,
            &PERSON_RECORDS,
            &PERSON_CLOCKS,
            &PERSON_LEDGER,
            &PERSON_STANDING,
            &PERSON_ITEMS,
        ] {
            self.execute(sql, values![bucket, subject])?;
        }
        let rows = self.query(&PERSON_IDENTITIES, values![bucket, subject])?;
        let read = |row: Row| {
            row.columns("subject_identity", bucket)
                .take("identity_hash")
        };
        rows.into_iter().map(read).collect()
    }

    /// Forgets a choice that need not be proved any more: its standing and its part of the ledger.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn forget_choice(&mut self, subject: SubjectId, activity: &str) -> Result<(), StoreError> {
        let bucket = self.bucket_of(subject)?;
        self.erase_ledger(subject, activity)?;
        self.execute(&STANDING_FORGET, values![bucket, subject, activity])
            .map(drop)
    }

    /// Whether a plan of this bucket was finished, or an answer given, before its instant.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn has_forgettable(
        &mut self,
        plans: Option<Timestamp>,
        answers: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        for (sql, before) in [(&PLAN_FORGETTABLE, plans), (&ANSWER_FORGETTABLE, answers)] {
            if let Some(before) = before
                && self.first(sql, values![bucket, before])?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether anything is kept about a subject beside its name: a record, a clock, a choice.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn is_kept(&mut self, subject: SubjectId) -> Result<bool, StoreError> {
        let bucket = self.bucket_of(subject)?;
        for sql in [
            &PERSON_HAS_RECORD,
            &PERSON_HAS_CLOCK,
            &PERSON_HAS_LEDGER,
            &PERSON_HAS_STANDING,
        ] {
            if self.first(sql, values![bucket, subject])?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads an erasure back: whether nothing of a subject is left in its bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn is_absent(&mut self, subject: SubjectId) -> Result<bool, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let named = self.first(&PERSON_HAS_IDENTITY, values![bucket, subject])?;
        Ok(named.is_none() && self.subject_since(subject)?.is_none() && !self.is_kept(subject)?)
    }

    /// The subjects of this bucket of whom perhaps nothing must be kept any more, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn subjects_to_look_at(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<SubjectId>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&PERSON_LOOK, values![bucket, now, i64::from(limit)])?;
        let read = |row: Row| row.columns("subject", bucket).take("subject_id");
        rows.into_iter().map(read).collect()
    }

    /// When a sweep looks at a subject next; none when only something new can change that.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn look_at(&mut self, subject: SubjectId, at: Option<Timestamp>) -> Result<(), StoreError> {
        let bucket = self.bucket_of(subject)?;
        self.execute(&PERSON_LOOK_AT, values![bucket, subject, at])
            .map(drop)
    }
}
