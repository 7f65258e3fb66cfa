//! The tamper-evident chain of a bucket. How an entry is hashed is the rules' to say.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::Digest;
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    CHAIN_BEGIN = "INSERT INTO chain_head (bucket, seq, hash) VALUES ($1, 0, $2)
        ON CONFLICT (bucket) DO NOTHING";
    CHAIN_ADVANCE = "UPDATE chain_head SET seq = seq + 1 WHERE bucket = $1 RETURNING seq, hash";
    CHAIN_CLOSE = "UPDATE chain_head SET hash = $2 WHERE bucket = $1";
    CHAIN_HEAD = "SELECT seq, hash FROM chain_head WHERE bucket = $1";
    EVIDENCE_APPEND = "INSERT INTO evidence (bucket, seq, happened_at, kind, body, prev_hash, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    EVIDENCE_LIST = "SELECT seq, happened_at, kind, body, prev_hash, hash FROM evidence
        WHERE bucket = $1 AND seq > $2 ORDER BY seq LIMIT $3";
}

/// What happened, to be appended to the evidence. Never personal data: subjects appear as
/// pseudonyms.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewEvidence {
    /// When it happened.
    pub happened_at: Timestamp,
    /// What kind of thing it was.
    pub kind: String,
    /// The rest, as the rules encode it.
    pub body: String,
}

/// An entry of the evidence, in its place in the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Evidence {
    /// Its place in the bucket's chain: 1, 2, 3, without gaps.
    pub seq: i64,
    /// What happened.
    pub entry: NewEvidence,
    /// The hash of the entry before; all zero before the first.
    pub prev_hash: Digest,
    /// Its own hash.
    pub hash: Digest,
}

impl Tx<'_> {
    /// Appends an entry to the bucket's chain, in the transaction of the fact. `hash` is given the
    /// entry's place and the hash before it. Locks the chain: order comes from it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn append_evidence(
        &mut self,
        entry: &NewEvidence,
        hash: impl FnOnce(i64, Digest) -> Digest,
    ) -> Result<Evidence, StoreError> {
        let bucket = self.bucket()?;
        let mut head = self.first(&CHAIN_ADVANCE, values![bucket])?;
        if head.is_none() {
            self.execute(&CHAIN_BEGIN, values![bucket, Digest([0; 32])])?;
            head = self.first(&CHAIN_ADVANCE, values![bucket])?;
        }
        let row = bucket.to_string();
        let missing = StoreError::Corrupt {
            table: "chain_head",
            column: "seq",
            row,
        };
        let (seq, prev_hash) = read_head(head.ok_or(missing)?, bucket)?;
        let hash = hash(seq, prev_hash);
        let NewEvidence {
            happened_at,
            kind,
            body,
        } = entry;
        let values = values![bucket, seq, *happened_at, kind, body, prev_hash, hash];
        self.execute(&EVIDENCE_APPEND, values)?;
        self.execute(&CHAIN_CLOSE, values![bucket, hash])?;
        Ok(Evidence {
            seq,
            entry: entry.clone(),
            prev_hash,
            hash,
        })
    }

    /// The last place of the bucket's chain and the hash there; none before the first entry.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn chain_head(&mut self) -> Result<Option<(i64, Digest)>, StoreError> {
        let bucket = self.bucket()?;
        let row = self.first(&CHAIN_HEAD, values![bucket])?;
        row.map(|row| read_head(row, bucket)).transpose()
    }

    /// The entries of the bucket's chain after a place, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn evidence_after(&mut self, seq: i64, limit: u32) -> Result<Vec<Evidence>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&EVIDENCE_LIST, values![bucket, seq, i64::from(limit)])?;
        let read = |row: Row| {
            let mut columns = row.columns("evidence", bucket);
            Ok(Evidence {
                seq: columns.take("seq")?,
                entry: NewEvidence {
                    happened_at: columns.take("happened_at")?,
                    kind: columns.take("kind")?,
                    body: columns.take("body")?,
                },
                prev_hash: columns.take("prev_hash")?,
                hash: columns.take("hash")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

fn read_head(row: Row, bucket: crate::id::Bucket) -> Result<(i64, Digest), StoreError> {
    let mut columns = row.columns("chain_head", bucket);
    Ok((columns.take("seq")?, columns.take("hash")?))
}
