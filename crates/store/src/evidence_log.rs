//! The Merkle log over the entries of all chains, in the home tables: its leaves, its tiles, its
//! signed head, and what the last verification came to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ombud_core::evidence::{Chain, Hash, TileId};

use crate::error::StoreError;
use crate::evidence::signed;
use crate::sql::{FromValue, Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    LOG_BEGIN = "INSERT INTO log_head (one, size, checkpoint) VALUES (1, 0, '')
        ON CONFLICT (one) DO NOTHING";
    LOG_LOCK = "UPDATE log_head SET size = size WHERE one = 1 RETURNING size, checkpoint";
    LOG_HEAD = "SELECT size, checkpoint FROM log_head WHERE one = 1";
    LOG_ADVANCE = "UPDATE log_head SET size = $1, checkpoint = $2 WHERE one = 1";
    LOG_LEAF_ADD = "INSERT INTO log_leaf (leaf, chain, place, hash) VALUES ($1, $2, $3, $4)";
    LOG_LEAF_LIST = "SELECT leaf, chain, place, hash FROM log_leaf
        WHERE leaf >= $1 ORDER BY leaf LIMIT $2";
    LOG_LEAF_FIND = "SELECT leaf, chain, place, hash FROM log_leaf WHERE chain = $1 AND place = $2";
    LOG_LEAF_COUNT = "SELECT COUNT(*) FROM log_leaf";
    LOG_TILE_SAVE = "INSERT INTO log_tile (level, tile, hashes) VALUES ($1, $2, $3)
        ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes";
    LOG_TILE_FIND = "SELECT hashes FROM log_tile WHERE level = $1 AND tile = $2";
    LOG_TILE_COUNT = "SELECT COUNT(*) FROM log_tile";
    LOG_CURSOR_LIST = "SELECT chain, place FROM log_cursor";
    LOG_CURSOR_SAVE = "INSERT INTO log_cursor (chain, place) VALUES ($1, $2)
        ON CONFLICT (chain) DO UPDATE SET place = excluded.place";
    EVIDENCE_CHECK_SAVE = "INSERT INTO evidence_check (one, checked_at, entries, problem)
        VALUES (1, $1, $2, $3) ON CONFLICT (one) DO UPDATE SET
        checked_at = excluded.checked_at, entries = excluded.entries, problem = excluded.problem";
    EVIDENCE_CHECK_FIND = "SELECT checked_at, entries, problem FROM evidence_check WHERE one = 1";
}

/// The log's head.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogHead {
    /// How many leaves it has.
    pub size: u64,
    /// Its checkpoint, a signed note; empty before the first.
    pub checkpoint: String,
}

/// A leaf of the log: one entry of one chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogLeaf {
    /// Its place in the log, from 0.
    pub leaf: u64,
    /// The entry's chain.
    pub chain: Chain,
    /// The entry's place in its chain.
    pub place: u64,
    /// The entry's hash.
    pub hash: Hash,
}

/// What a verification of all evidence came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EvidenceCheck {
    /// When.
    pub checked_at: Timestamp,
    /// How many entries were looked at.
    pub entries: u64,
    /// What was wrong; none if nothing was.
    pub problem: Option<String>,
}

impl FromValue for Chain {
    fn from_value(value: Value) -> Option<Self> {
        Self::new(i64::from_value(value)?.try_into().ok()?)
    }
}

impl Tx<'_> {
    /// The log's head. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn log_head(&mut self) -> Result<LogHead, StoreError> {
        self.at_home()?;
        let row = self.first(&LOG_HEAD, values![])?;
        row.map_or_else(|| Ok(LogHead::default()), read_head)
    }

    /// The log's head, locked until the transaction ends: only one adds to the log at a time.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn lock_log(&mut self) -> Result<LogHead, StoreError> {
        self.at_home()?;
        self.execute(&LOG_BEGIN, values![])?;
        let row = self.first(&LOG_LOCK, values![])?;
        row.map_or_else(|| Ok(LogHead::default()), read_head)
    }

    /// Gives the log its new head.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn advance_log(&mut self, head: &LogHead) -> Result<(), StoreError> {
        self.at_home()?;
        let values = values![signed(head.size), &head.checkpoint];
        self.execute(&LOG_ADVANCE, values).map(drop)
    }

    /// Up to which place each chain has come into the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn log_cursors(&mut self) -> Result<BTreeMap<Chain, u64>, StoreError> {
        self.at_home()?;
        let rows = self.query(&LOG_CURSOR_LIST, values![])?;
        let read = |row: Row| {
            let mut columns = row.columns("log_cursor", "a row");
            Ok((columns.take("chain")?, columns.take("place")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Adds a leaf, and moves the cursor of its chain. Fails if the log has the leaf already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn add_leaf(&mut self, leaf: &LogLeaf) -> Result<(), StoreError> {
        self.at_home()?;
        let (chain, place) = (i64::from(leaf.chain.number()), signed(leaf.place));
        self.execute(
            &LOG_LEAF_ADD,
            values![signed(leaf.leaf), chain, place, leaf.hash],
        )?;
        self.execute(&LOG_CURSOR_SAVE, values![chain, place])
            .map(drop)
    }

    /// The leaves from a place in the log on, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn leaves_from(&mut self, leaf: u64, limit: u32) -> Result<Vec<LogLeaf>, StoreError> {
        self.at_home()?;
        let rows = self.query(&LOG_LEAF_LIST, values![signed(leaf), i64::from(limit)])?;
        rows.into_iter().map(read_leaf).collect()
    }

    /// The leaf of an entry; none if the log does not hold it (yet).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn leaf_of(&mut self, chain: Chain, place: u64) -> Result<Option<LogLeaf>, StoreError> {
        self.at_home()?;
        let values = values![i64::from(chain.number()), signed(place)];
        self.first(&LOG_LEAF_FIND, values)?
            .map(read_leaf)
            .transpose()
    }

    /// How many leaves and how many tiles are stored, whatever the head says.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn count_log(&mut self) -> Result<(u64, u64), StoreError> {
        self.at_home()?;
        let leaves = self.first(&LOG_LEAF_COUNT, values![])?;
        let tiles = self.first(&LOG_TILE_COUNT, values![])?;
        let count = |row: Option<Row>, table| {
            row.map_or(Ok(0), |row| row.columns(table, "all").take("count"))
        };
        Ok((count(leaves, "log_leaf")?, count(tiles, "log_tile")?))
    }

    /// Saves a tile, in the place of a shorter one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_tile(&mut self, tile: TileId, hashes: &[Hash]) -> Result<(), StoreError> {
        self.at_home()?;
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        let values = values![i64::from(tile.level), signed(tile.index), bytes];
        self.execute(&LOG_TILE_SAVE, values).map(drop)
    }

    /// The hashes of a tile; none if there is no such tile, or not of whole hashes.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn tile(&mut self, tile: TileId) -> Result<Option<Vec<Hash>>, StoreError> {
        self.at_home()?;
        let values = values![i64::from(tile.level), signed(tile.index)];
        let Some(row) = self.first(&LOG_TILE_FIND, values)? else {
            return Ok(None);
        };
        let bytes: Vec<u8> = row.columns("log_tile", tile.index).take("hashes")?;
        let (hashes, rest) = bytes.as_chunks();
        Ok(rest
            .is_empty()
            .then(|| hashes.iter().map(|hash| Hash(*hash)).collect()))
    }

    /// Remembers what a verification came to, in the place of the one before.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_evidence_check(&mut self, check: &EvidenceCheck) -> Result<(), StoreError> {
        self.at_home()?;
        let EvidenceCheck {
            checked_at,
            entries,
            problem,
        } = check;
        let values = values![*checked_at, signed(*entries), problem.as_deref()];
        self.execute(&EVIDENCE_CHECK_SAVE, values).map(drop)
    }

    /// What the last verification came to; none if there was none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn evidence_check(&mut self) -> Result<Option<EvidenceCheck>, StoreError> {
        self.at_home()?;
        let row = self.first(&EVIDENCE_CHECK_FIND, values![])?;
        let read = |row: Row| {
            let mut columns = row.columns("evidence_check", "its row");
            Ok(EvidenceCheck {
                checked_at: columns.take("checked_at")?,
                entries: columns.take("entries")?,
                problem: columns.take("problem")?,
            })
        };
        row.map(read).transpose()
    }
}

fn read_head(row: Row) -> Result<LogHead, StoreError> {
    let mut columns = row.columns("log_head", "its row");
    Ok(LogHead {
        size: columns.take("size")?,
        checkpoint: columns.take("checkpoint")?,
    })
}

fn read_leaf(row: Row) -> Result<LogLeaf, StoreError> {
    let mut columns = row.columns("log_leaf", "a row");
    Ok(LogLeaf {
        leaf: columns.take("leaf")?,
        chain: columns.take("chain")?,
        place: columns.take("place")?,
        hash: columns.take("hash")?,
    })
}
