//! The end of a person, and the gate: everything of a subject goes, journalled before it starts and read
//! back after.
//!
//! The journal lies with the keys, apart from the data. A copy of the data that is put back has not
//! seen all of it: then the gate is closed, and nobody in the data is shown or changed, until what is
//! missing was carried out again. Whether it is missing is looked up in the data itself; the mark only
//! says up to where nobody needs to look any more, and may be behind.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::engine::{Engine, Link};
use crate::error::{KeyProblem, StoreError};
use crate::id::{IdentityHash, RecordId, SubjectId};
use crate::key::{JournalEntry, Journalled, OptOut, PAGE};
use crate::sql::{Row, sql, values};
use crate::store::Store;
use crate::tx::Tx;

sql! {
    MARK_LOAD = "SELECT seq FROM journal_mark WHERE one = 1";
    MARK_SAVE = "INSERT INTO journal_mark (one, seq) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET
        seq = CASE WHEN journal_mark.seq < excluded.seq THEN excluded.seq ELSE journal_mark.seq END";
    PERSON_RECORDS = "DELETE FROM record WHERE bucket = $1 AND record_id IN (
        SELECT record_id FROM record WHERE bucket = $1 AND subject_id = $2)";
    PERSON_CLOCKS = "DELETE FROM clock WHERE bucket = $1 AND subject_id = $2";
    PERSON_LEDGER = "DELETE FROM ledger WHERE bucket = $1 AND subject_id = $2";
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
    RECORD_CHANGED = "SELECT changed_at FROM record WHERE bucket = $1 AND record_id = $2";
    PERSON_LOOK_AT = "UPDATE subject SET look_at = $3
        WHERE bucket = $1 AND subject_id = $2 AND (look_at IS NULL OR look_at <> $3 OR $3 IS NULL)";
}

impl Store {
    /// Whether the data is older than the journal. Then every transaction in a bucket is refused
    /// ([`StoreError::Behind`]).
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

    /// Looks how far the data has followed the journal, remembers that, and opens the gate if it is far
    /// enough.
    /// Returns what has still to be carried out, at most a thousand entries: what a copy that was put
    /// back has missed, and what a crash left or another is at right now. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a database cannot answer.
    pub fn follow(&self, now: Timestamp) -> Result<Vec<JournalEntry>, StoreError> {
        let mark = self.inner.data.read("journal.mark", mark).wait()?;
        let (reached, missed) = self.missed(mark)?;
        if reached > mark {
            // In the data before the journal: what is forgotten there was in every copy made since.
            save_mark(&self.inner.data, reached)?;
            self.inner.keys.followed(reached, now).wait()?;
        }
        // Only ever opened: data that is in use does not grow older.
        let behind = missed.iter().any(|entry| entry.done);
        self.inner.behind.fetch_and(behind, Ordering::AcqRel);
        Ok(missed)
    }

    /// Closes the gate if the data has missed something that was carried out. Blocks.
    pub(crate) fn look_behind(&self) -> Result<(), StoreError> {
        let mark = self.inner.data.read("journal.mark", mark).wait()?;
        let (_, missed) = self.missed(mark)?;
        let behind = missed.iter().any(|entry| entry.done);
        self.inner.behind.store(behind, Ordering::Release);
        Ok(())
    }

    /// Up to where the data has followed the journal, and the first entries that it has not.
    fn missed(&self, mark: i64) -> Result<(i64, Vec<JournalEntry>), StoreError> {
        let (mut reached, mut from, mut missed) = (mark, mark, Vec::new());
        loop {
            let (page, last) = self.inner.keys.entries_after(from).wait()?;
            let full = page.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
            for entry in page {
                from = entry.seq;
                if !entry.done || !self.has_followed(&entry)? {
                    missed.push(entry);
                } else if missed.is_empty() {
                    reached = entry.seq;
                }
            }
            let enough = missed.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
            if !full && missed.is_empty() {
                reached = reached.max(last);
            }
            if !full || enough {
                return Ok((reached, missed));
            }
        }
    }

    fn has_followed(&self, entry: &JournalEntry) -> Result<bool, StoreError> {
        let store = self.past_gate();
        match &entry.what {
            Journalled::Person(subject) => {
                let (subject, bucket) = (*subject, self.bucket_of(*subject));
                let absent = store.read("journal.person", bucket, move |tx| tx.is_absent(subject));
                absent.wait()
            }
            Journalled::Record(_, record) => {
                let (record, begun_at) = (*record, entry.begun_at);
                let erased = store.read("journal.record", record.bucket(), move |tx| {
                    tx.is_erased(record, begun_at)
                });
                erased.wait()
            }
            Journalled::OptOut(opt_out) => store.has_opted_out(opt_out),
        }
    }

    /// Whether the data knows of an opt-out: in the ledger of whoever it is about, or, where it knows
    /// nobody, with the identities.
    fn has_opted_out(&self, opt_out: &OptOut) -> Result<bool, StoreError> {
        let holders = self.holders(opt_out)?;
        if holders.is_empty() {
            let lasting = self.lasting(opt_out)?;
            for hash in opt_out.identities.iter().copied() {
                let read = self.read("journal.suppressed", hash.bucket(), move |tx| {
                    tx.suppressions_of(hash)
                });
                let known = read.wait()?;
                if !lasting
                    .iter()
                    .all(|activity| known.iter().any(|(name, _)| name == activity))
                {
                    return Ok(false);
                }
            }
        }
        for subject in holders {
            let asked = opt_out.clone();
            let read = self.read("journal.ledger", self.bucket_of(subject), move |tx| {
                let ledger = tx.ledger_of(subject, Some(&asked.activity))?;
                let same = |entry: &crate::ledger::Entry| {
                    entry.entry.act == asked.act && entry.entry.acted_at == asked.acted_at
                };
                Ok::<_, StoreError>(ledger.iter().any(same))
            });
            if !read.wait()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whom an opt-out is about, as the data knows them: the subject itself, or whoever has one of its
    /// identities; nobody where the data knows neither, or only people whose key was destroyed. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a database cannot answer.
    pub fn holders(&self, opt_out: &OptOut) -> Result<Vec<SubjectId>, StoreError> {
        let lives = |subject: SubjectId| {
            let bucket = self.bucket_of(subject);
            let read = self.read("journal.subject", bucket, move |tx| {
                tx.subject_since(subject)
            });
            let known = read.wait()?.is_some();
            Ok::<_, StoreError>(known && self.inner.keys.load(bucket, subject)?.is_some())
        };
        if lives(opt_out.subject)? {
            return Ok(vec![opt_out.subject]);
        }
        let mut holders = Vec::new();
        for hash in opt_out.identities.iter().copied() {
            let owner = self.read("journal.owner", hash.bucket(), move |tx| {
                tx.subject_of(hash)
            });
            if let Some(owner) = owner.wait()?
                && !holders.contains(&owner)
                && lives(owner)?
            {
                holders.push(owner);
            }
        }
        Ok(holders)
    }

    /// The activities that the identities of an opt-out stay out of where the data knows nobody who has
    /// them: those for which it outlives the person, and, unless the person has ended, its own. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub fn lasting(&self, opt_out: &OptOut) -> Result<Vec<String>, StoreError> {
        let bucket = self.bucket_of(opt_out.subject);
        let mut lasting = opt_out.suppressed.clone();
        let lives = self.inner.keys.load(bucket, opt_out.subject)?.is_some();
        if lives && !lasting.contains(&opt_out.activity) {
            lasting.push(opt_out.activity.clone());
        }
        Ok(lasting)
    }

    /// Enters in the journal what is about to be erased, before anything of it is touched. Returns its
    /// place; the same one until it [ends](Self::end_erasure).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn begin_erasure(&self, what: Journalled, at: Timestamp) -> Result<i64, StoreError> {
        self.inner.keys.begin(what, at).await
    }

    /// Takes an erasure back that turned out to be too early. One that ended stays.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn drop_erasure(&self, seq: i64) -> Result<(), StoreError> {
        self.inner.keys.drop_entry(seq).await
    }

    /// Notes in the journal that an erasure was read back as absent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn end_erasure(&self, seq: i64, at: Timestamp) -> Result<(), StoreError> {
        self.inner.keys.end(seq, at).await
    }

    /// Notes in the journal that a record was read back as absent, whoever began its erasure; nothing if
    /// that ended already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn end_erasure_of(&self, record: RecordId, at: Timestamp) -> Result<(), StoreError> {
        self.inner.keys.end_record(record, at).await
    }

    /// Enters in the journal that a person opted out, once the data has it and before anybody is told.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn note_opt_out(&self, opt_out: OptOut, at: Timestamp) -> Result<(), StoreError> {
        self.inner.keys.note(Journalled::OptOut(opt_out), at).await
    }

    /// Forgets the entries of the journal that the data had followed before an instant: a copy that is
    /// older than that must not be put back any more, and is refused.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the key store cannot answer.
    pub async fn forget_journal(&self, before: Timestamp) -> Result<(), StoreError> {
        self.inner.keys.forget(before).await
    }
}

/// Refuses keys that are older than the data, and data that is older than the journal reaches back.
/// Blocks.
pub(crate) fn refuse_stray(data: &Engine, last: i64, forgotten: i64) -> Result<(), StoreError> {
    let mark = data.read("journal.mark", mark).wait()?;
    if mark > last {
        return Err(StoreError::Key(KeyProblem::Older));
    }
    if mark < forgotten {
        return Err(StoreError::BeforeJournal);
    }
    Ok(())
}

/// Remembers up to where the data has followed the journal. Blocks.
pub(crate) fn save_mark(data: &Engine, reached: i64) -> Result<(), StoreError> {
    let save = move |link: &mut Link<'_>| link.execute(MARK_SAVE, values![reached]).map(drop);
    data.write("journal.mark", save).wait()
}

fn mark(link: &mut Link<'_>) -> Result<i64, StoreError> {
    let row = link.query(MARK_LOAD, &[])?.into_iter().next();
    row.map_or(Ok(0), |row| {
        row.columns("journal_mark", "its row").take("seq")
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

    /// Whether the erasure of a record that began then has been carried out here: it is gone, or only
    /// what a law keeps of it is left.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn is_erased(&mut self, record: RecordId, begun_at: Timestamp) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_record(record)?;
        let row = self.first(&RECORD_CHANGED, values![bucket, record])?;
        let changed = |row: Row| {
            row.columns("record", record)
                .take::<Timestamp>("changed_at")
        };
        let changed_at = row.map(changed).transpose()?;
        Ok(changed_at.is_none_or(|at| at.as_millisecond() >= begun_at.as_millisecond()))
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
