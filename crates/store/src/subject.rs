//! Subjects and the identities that they are found by.
//!
//! A new person takes two transactions, each safe to repeat: [`Tx::claim_identity`] in the
//! identity's bucket settles which subject the identity belongs to, then [`Tx::add_subject`] and
//! [`Tx::link_identity`] in the subject's bucket. Whoever finds an identity whose subject does not
//! exist yet carries on from there.

use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::id::{IdentityHash, SubjectId};
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    SUBJECT_ADD = "INSERT INTO subject (bucket, subject_id, created_at, look_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (bucket, subject_id) DO NOTHING";
    SUBJECT_FIND = "SELECT created_at FROM subject WHERE bucket = $1 AND subject_id = $2";
    SUBJECT_LOCK = "UPDATE subject SET created_at = created_at WHERE bucket = $1 AND subject_id = $2";
    SUBJECT_ERASE = "DELETE FROM subject WHERE bucket = $1 AND subject_id = $2";
    STANDING_ERASE = "DELETE FROM standing WHERE bucket = $1 AND subject_id = $2";
    IDENTITY_CLAIM = "INSERT INTO identity (bucket, identity_hash, subject_id, linked_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (bucket, identity_hash) DO NOTHING";
    IDENTITY_FIND = "SELECT subject_id FROM identity WHERE bucket = $1 AND identity_hash = $2";
    IDENTITY_FORGET = "DELETE FROM identity
        WHERE bucket = $1 AND identity_hash = $2 AND subject_id = $3";
    HINT_ADD = "INSERT INTO hint (bucket, identity_hash, subject_id, linked_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (bucket, identity_hash, subject_id) DO NOTHING";
    HINT_OWNERS = "SELECT subject_id FROM hint WHERE bucket = $1 AND identity_hash = $2
        ORDER BY subject_id LIMIT 2";
    HINT_HAS = "SELECT linked_at FROM hint
        WHERE bucket = $1 AND identity_hash = $2 AND subject_id = $3";
    HINT_FORGET = "DELETE FROM hint
        WHERE bucket = $1 AND identity_hash = $2 AND subject_id = $3";
    SUBJECT_IDENTITY_LINK = "INSERT INTO subject_identity
        (bucket, subject_id, identity_hash, kind, sealed, linked_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bucket, subject_id, identity_hash) DO NOTHING";
    SUBJECT_IDENTITY_LIST = "SELECT identity_hash, kind, sealed, linked_at FROM subject_identity
        WHERE bucket = $1 AND subject_id = $2 ORDER BY linked_at, identity_hash";
    SUBJECT_IDENTITY_HASHES = "SELECT identity_hash, kind FROM subject_identity
        WHERE bucket = $1 AND subject_id = $2 ORDER BY identity_hash";
    SUBJECT_IDENTITY_UNLINK = "DELETE FROM subject_identity
        WHERE bucket = $1 AND subject_id = $2 AND identity_hash = $3";
    SUBJECT_IDENTITY_ERASE = "DELETE FROM subject_identity
        WHERE bucket = $1 AND subject_id = $2 RETURNING identity_hash";
}

/// How long a new subject may be without anything to keep about it.
const SETTLES: SignedDuration = SignedDuration::from_hours(24);

/// An identity of a subject, opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// What it is found by.
    pub hash: IdentityHash,
    /// Its kind: `email`, `login`, `device`.
    pub kind: String,
    /// Its value, as it was linked.
    pub value: String,
    /// When it was linked.
    pub linked_at: Timestamp,
}

/// Whom a hint belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HintOwner {
    /// Nobody was seen with it.
    None,
    /// One subject alone was seen with it.
    One(SubjectId),
    /// Several subjects share it: it belongs to none of them.
    Several,
}

impl Tx<'_> {
    /// The subject that an identity belongs to. In the identity's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn subject_of(&mut self, identity: IdentityHash) -> Result<Option<SubjectId>, StoreError> {
        let bucket = self.bucket_of_identity(identity)?;
        let row = self.first(&IDENTITY_FIND, values![bucket, identity])?;
        row.map(|row| row.columns("identity", bucket).take("subject_id"))
            .transpose()
    }

    /// Claims an identity for a subject, and returns the subject that it belongs to from now on:
    /// this one, or the one that was first. In the identity's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn claim_identity(
        &mut self,
        identity: IdentityHash,
        subject: SubjectId,
        at: Timestamp,
    ) -> Result<SubjectId, StoreError> {
        let bucket = self.bucket_of_identity(identity)?;
        self.execute(&IDENTITY_CLAIM, values![bucket, identity, subject, at])?;
        Ok(self.subject_of(identity)?.unwrap_or(subject))
    }

    /// Remembers that a subject was seen with a hint. In the hint's bucket. False if that is
    /// remembered already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn add_hint(
        &mut self,
        hint: IdentityHash,
        subject: SubjectId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_identity(hint)?;
        Ok(self.execute(&HINT_ADD, values![bucket, hint, subject, at])? > 0)
    }

    /// Whom a hint belongs to. In the hint's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn hint_owner(&mut self, hint: IdentityHash) -> Result<HintOwner, StoreError> {
        let bucket = self.bucket_of_identity(hint)?;
        let mut rows = self.query(&HINT_OWNERS, values![bucket, hint])?.into_iter();
        match (rows.next(), rows.next()) {
            (None, _) => Ok(HintOwner::None),
            (Some(row), None) => row
                .columns("hint", bucket)
                .take("subject_id")
                .map(HintOwner::One),
            (Some(_), Some(_)) => Ok(HintOwner::Several),
        }
    }

    /// Whether a subject was seen with a hint. In the hint's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn has_hint(&mut self, hint: IdentityHash, subject: SubjectId) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_identity(hint)?;
        Ok(self
            .first(&HINT_HAS, values![bucket, hint, subject])?
            .is_some())
    }

    /// Forgets that an identity belongs to a subject, or that the subject was seen with it as a hint.
    /// In the identity's bucket. True if it did.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn forget_identity(
        &mut self,
        identity: IdentityHash,
        subject: SubjectId,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_identity(identity)?;
        let values = values![bucket, identity, subject];
        let owned = self.execute(&IDENTITY_FORGET, values)?;
        let hinted = self.execute(&HINT_FORGET, values)?;
        Ok(owned + hinted > 0)
    }

    /// Adds a subject and makes its key; the key is durable before the subject is. True if it is
    /// new.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer, or there are no random bytes for the key.
    pub fn add_subject(&mut self, subject: SubjectId, at: Timestamp) -> Result<bool, StoreError> {
        let bucket = self.bucket_of(subject)?;
        // Whoever makes a subject means to say something about it at once.
        let look_at = at.checked_add(SETTLES).unwrap_or(Timestamp::MAX);
        let values = values![bucket, subject, at, look_at];
        let added = self.execute(&SUBJECT_ADD, values)? > 0;
        if added {
            self.make_key(subject)?;
        }
        Ok(added)
    }

    /// When a subject was added; none if there is no such subject.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn subject_since(&mut self, subject: SubjectId) -> Result<Option<Timestamp>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let row = self.first(&SUBJECT_FIND, values![bucket, subject])?;
        row.map(|row| row.columns("subject", bucket).take("created_at"))
            .transpose()
    }

    /// Locks a subject until the transaction ends, so that what is read about it from here on stays
    /// true. The first call of every transaction that reads in order to write.
    ///
    /// # Errors
    ///
    /// [`StoreError::SubjectGone`] if there is no such subject (any more).
    pub fn lock_subject(&mut self, subject: SubjectId) -> Result<(), StoreError> {
        let bucket = self.bucket_of(subject)?;
        // SQLite writes no page for a row that stays as it was.
        let found = self.execute(&SUBJECT_LOCK, values![bucket, subject])? > 0;
        found.then_some(()).ok_or(StoreError::SubjectGone)
    }

    /// Keeps an identity's kind and value with its subject, sealed. Linking twice changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if the subject has no key (any more).
    pub fn link_identity(
        &mut self,
        subject: SubjectId,
        identity: &Identity,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket_of(subject)?;
        let Identity {
            hash,
            kind,
            value,
            linked_at,
        } = identity;
        let sealed = self.seal(subject, "subject_identity", hash.bytes(), value.as_bytes())?;
        let values = values![bucket, subject, *hash, kind, sealed, *linked_at];
        self.execute(&SUBJECT_IDENTITY_LINK, values).map(drop)
    }

    /// Removes one identity of a subject. True if it had it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn unlink_identity(
        &mut self,
        subject: SubjectId,
        identity: IdentityHash,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket_of(subject)?;
        Ok(self.execute(&SUBJECT_IDENTITY_UNLINK, values![bucket, subject, identity])? > 0)
    }

    /// The identities of a subject, opened, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if there are any but the subject's key is gone.
    pub fn identities_of(&mut self, subject: SubjectId) -> Result<Vec<Identity>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let rows = self.query(&SUBJECT_IDENTITY_LIST, values![bucket, subject])?;
        rows.into_iter()
            .map(|row| self.open_identity(subject, row))
            .collect()
    }

    /// What a subject's identities are found by, in that order, and their kinds. They stay sealed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn identity_hashes_of(
        &mut self,
        subject: SubjectId,
    ) -> Result<Vec<(IdentityHash, String)>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let rows = self.query(&SUBJECT_IDENTITY_HASHES, values![bucket, subject])?;
        let read = |row: Row| {
            let mut columns = row.columns("subject_identity", bucket);
            Ok((columns.take("identity_hash")?, columns.take("kind")?))
        };
        rows.into_iter().map(read).collect()
    }

    fn open_identity(&mut self, subject: SubjectId, row: Row) -> Result<Identity, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let mut columns = row.columns("subject_identity", bucket);
        let hash: IdentityHash = columns.take("identity_hash")?;
        let kind = columns.take("kind")?;
        let sealed: Vec<u8> = columns.take("sealed")?;
        let linked_at = columns.take("linked_at")?;
        let value = self.open(subject, "subject_identity", hash.bytes(), &sealed)?;
        let value = String::from_utf8(value.to_vec()).map_err(|_| StoreError::Corrupt {
            table: "subject_identity",
            column: "sealed",
            row: bucket.to_string(),
        })?;
        Ok(Identity {
            hash,
            kind,
            value,
            linked_at,
        })
    }

    /// Removes a subject with its identities and standings, and returns what its identities were
    /// found by, so that each can be [forgotten](Self::forget_identity) in its own bucket. Records,
    /// clocks and the ledger are not touched: what becomes of them is not this method's to say.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_subject(&mut self, subject: SubjectId) -> Result<Vec<IdentityHash>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        self.execute(&SUBJECT_ERASE, values![bucket, subject])?;
        self.execute(&STANDING_ERASE, values![bucket, subject])?;
        let rows = self.query(&SUBJECT_IDENTITY_ERASE, values![bucket, subject])?;
        let read = |row: Row| {
            row.columns("subject_identity", bucket)
                .take("identity_hash")
        };
        rows.into_iter().map(read).collect()
    }
}
