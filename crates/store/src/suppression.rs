//! Opt-outs that outlive the subject: a keyed hash and an activity, and nothing else.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::IdentityHash;
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    SUPPRESSION_ADD = "INSERT INTO suppression (bucket, identity_hash, activity, suppressed_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (bucket, identity_hash, activity) DO UPDATE
        SET suppressed_at = excluded.suppressed_at
        WHERE suppression.bucket = $1 AND suppression.suppressed_at < excluded.suppressed_at";
    SUPPRESSION_LIST = "SELECT activity, suppressed_at FROM suppression
        WHERE bucket = $1 AND identity_hash = $2 ORDER BY activity";
    SUPPRESSION_LIFT = "DELETE FROM suppression
        WHERE bucket = $1 AND identity_hash = $2 AND activity = $3 AND suppressed_at < $4";
}

impl Tx<'_> {
    /// Remembers that an identity has opted out of an activity, and when last. In the identity's
    /// bucket. False if one as late is remembered already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn suppress(
        &mut self,
        identity: IdentityHash,
        activity: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_identity(identity)?;
        Ok(self.execute(&SUPPRESSION_ADD, values![bucket, identity, activity, at])? > 0)
    }

    /// The activities that an identity has opted out of, and when last. In the identity's bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn suppressions_of(
        &mut self,
        identity: IdentityHash,
    ) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let bucket = self.bucket_of_identity(identity)?;
        let rows = self.query(&SUPPRESSION_LIST, values![bucket, identity])?;
        let read = |row: Row| {
            let mut columns = row.columns("suppression", bucket);
            Ok((columns.take("activity")?, columns.take("suppressed_at")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Forgets that an identity opted out, because the person opted in `at` a later instant. In the
    /// identity's bucket. True if it was remembered, and is no more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn lift_suppression(
        &mut self,
        identity: IdentityHash,
        activity: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_identity(identity)?;
        Ok(self.execute(&SUPPRESSION_LIFT, values![bucket, identity, activity, at])? > 0)
    }
}
