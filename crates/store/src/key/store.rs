//! The key store: wrapped subject keys, and the log's last checkpoint, in a database of their own.

use jiff::Timestamp;

use crate::engine::{Engine, Reply, StagedKey};
use crate::error::StoreError;
use crate::id::{Bucket, SubjectId};
use crate::sql::{sql, values};

sql! {
    SUBJECT_KEY_SAVE = "INSERT INTO subject_key (bucket, subject_id, wrapped) VALUES ($1, $2, $3)
        ON CONFLICT (bucket, subject_id) DO UPDATE SET wrapped = excluded.wrapped";
    SUBJECT_KEY_LOAD = "SELECT wrapped FROM subject_key WHERE bucket = $1 AND subject_id = $2";
    SUBJECT_KEY_DESTROY = "DELETE FROM subject_key WHERE bucket = $1 AND subject_id = $2";
    CHECKPOINT_KEEP = "INSERT INTO kept_checkpoint (one, size, checkpoint) VALUES (1, $1, $2)
        ON CONFLICT (one) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint
        WHERE kept_checkpoint.size < excluded.size";
    CHECKPOINT_REPLACE = "INSERT INTO replaced_checkpoint (size, checkpoint, replaced_at)
        VALUES ($1, $2, $3) ON CONFLICT (replaced_at, size) DO NOTHING";
    CHECKPOINT_DROP = "DELETE FROM kept_checkpoint WHERE one = 1";
    CHECKPOINT_REPLACED = "SELECT checkpoint, replaced_at FROM replaced_checkpoint
        ORDER BY replaced_at, size";
    CHECKPOINT_KEPT = "SELECT size, checkpoint FROM kept_checkpoint WHERE one = 1";
}

/// The database of wrapped keys, apart from the data.
pub(crate) struct KeyStore {
    pub(crate) engine: Engine,
}

impl KeyStore {
    /// Saves new keys, all or none; they are durable when this returns.
    ///
    /// A key is only made for a subject that the data does not have, so one that is there already
    /// was left by a transaction that never committed: it sealed nothing that exists, and is
    /// replaced.
    pub(crate) fn save(&self, keys: Vec<StagedKey>) -> Result<(), StoreError> {
        let save = move |link: &mut crate::engine::Link<'_>| {
            for key in &keys {
                let values = values![key.bucket, key.subject, key.wrapped.as_slice()];
                link.execute(SUBJECT_KEY_SAVE, values)?;
            }
            Ok(())
        };
        self.engine.write("key.save", save).wait()
    }

    /// The wrapped key of a subject; none if it was destroyed or never made.
    pub(crate) fn load(
        &self,
        bucket: Bucket,
        subject: SubjectId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let load = move |link: &mut crate::engine::Link<'_>| {
            let rows = link.query(SUBJECT_KEY_LOAD, values![bucket, subject])?;
            rows.into_iter()
                .next()
                .map(|row| row.columns("subject_key", bucket).take("wrapped"))
                .transpose()
        };
        self.engine.read("key.load", load).wait()
    }

    /// Destroys the key of a subject. True if there was one.
    pub(crate) fn destroy(&self, bucket: Bucket, subject: SubjectId) -> Reply<bool, StoreError> {
        self.engine.write("key.destroy", move |link| {
            Ok(link.execute(SUBJECT_KEY_DESTROY, values![bucket, subject])? > 0)
        })
    }

    /// Keeps a checkpoint of the log, unless a later one is kept already.
    pub(crate) fn keep_checkpoint(&self, size: i64, checkpoint: String) -> Reply<(), StoreError> {
        self.engine.write("checkpoint.keep", move |link| {
            link.execute(CHECKPOINT_KEEP, values![size, &checkpoint])
                .map(drop)
        })
    }

    /// The last checkpoint that was kept.
    pub(crate) fn kept_checkpoint(&self) -> Reply<Option<String>, StoreError> {
        self.engine.read("checkpoint.kept", |link| {
            Ok(kept(link)?.map(|(_, checkpoint)| checkpoint))
        })
    }

    /// Puts the kept checkpoint among those that were replaced.
    pub(crate) fn replace_checkpoint(&self, at: Timestamp) -> Reply<(), StoreError> {
        self.engine.write("checkpoint.replace", move |link| {
            if let Some((size, checkpoint)) = kept(link)? {
                link.execute(CHECKPOINT_REPLACE, values![size, checkpoint, at])?;
            }
            link.execute(CHECKPOINT_DROP, values![]).map(drop)
        })
    }

    /// The checkpoints that were replaced, the oldest first.
    pub(crate) fn replaced_checkpoints(&self) -> Reply<Vec<(String, Timestamp)>, StoreError> {
        self.engine.read("checkpoint.replaced", |link| {
            let rows = link.query(CHECKPOINT_REPLACED, values![])?;
            let read = |row: crate::sql::Row| {
                let mut columns = row.columns("replaced_checkpoint", "a row");
                Ok((columns.take("checkpoint")?, columns.take("replaced_at")?))
            };
            rows.into_iter().map(read).collect()
        })
    }
}

/// The kept checkpoint and the size of its log.
fn kept(link: &mut crate::engine::Link<'_>) -> Result<Option<(i64, String)>, StoreError> {
    let rows = link.query(CHECKPOINT_KEPT, values![])?;
    let read = |row: crate::sql::Row| {
        let mut columns = row.columns("kept_checkpoint", "its row");
        Ok((columns.take("size")?, columns.take("checkpoint")?))
    };
    rows.into_iter().next().map(read).transpose()
}
