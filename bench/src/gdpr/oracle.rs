//! The model: a table in memory that knows every right answer, and shares nothing with any store.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hasher as _};

use super::engine::{LOGS, Response};
use super::mix::{By, Kind, LOADED_AT, Op};
use super::record::{Field, Meta, data, write_row, written};

/// What a right answer looks like.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Expected {
    /// How many records match.
    pub rows: usize,
    /// The digest of what is returned; 0 where nothing is.
    pub digest: u64,
}

#[derive(Debug)]
struct Row {
    meta: Meta,
    created: i64,
    /// Digests without and with the data, while they hold.
    digests: Cell<Option<(u64, u64)>>,
}

/// Every record as it should be.
#[derive(Debug, Default)]
pub struct Oracle {
    rows: Vec<Option<Row>>,
    deletions: usize,
}

impl Oracle {
    /// So many records, as they were loaded.
    pub fn new(records: usize) -> Self {
        let row = |key| Some(Row::new(key, LOADED_AT));
        Self {
            rows: (0..records).map(row).collect(),
            deletions: 0,
        }
    }

    /// What the answer to a query must be, and the state after it.
    pub fn apply(&mut self, op: &Op) -> Expected {
        let drawn = Meta::of(op.key);
        match op.kind {
            Kind::Create => {
                self.rows.resize_with(op.key.max(self.rows.len()), || None);
                self.rows.push(Some(Row::new(op.key, op.at)));
                self.silent(1)
            }
            Kind::ReadData(by) => self.read(op, by, true),
            Kind::ReadMeta(by) => self.read(op, by, false),
            Kind::UpdateData => {
                let found = self.matching(op, By::Key).len();
                self.silent(found)
            }
            Kind::UpdateAll => self.change(op, By::Key, |_| drawn),
            Kind::UpdateMeta(by) => {
                let value = drawn.get(op.target);
                self.change(op, by, |meta| meta.with(op.target, value))
            }
            Kind::Delete(by) => {
                let keys = self.matching(op, by);
                for key in &keys {
                    if let Some(slot) = self.rows.get_mut(*key) {
                        *slot = None;
                    }
                }
                self.deletions += usize::from(!keys.is_empty());
                self.silent(keys.len())
            }
            Kind::Logs => self.silent(self.deletions),
            Kind::Features => self.silent(0),
            Kind::VerifyDeletion => {
                let there = self.matching(op, By::Key).len();
                self.silent(1 - there)
            }
        }
    }

    #[expect(clippy::unused_self, reason = "reads as one of the answers above")]
    fn silent(&self, rows: usize) -> Expected {
        Expected { rows, digest: 0 }
    }

    fn matching(&self, op: &Op, by: By) -> Vec<usize> {
        match by {
            By::Key => {
                let there = self.rows.get(op.key).is_some_and(Option::is_some);
                there.then_some(op.key).into_iter().collect()
            }
            By::Field(field) => {
                let value = Meta::of(op.key).get(field);
                let expired = op.kind == Kind::Delete(By::Field(Field::Ttl));
                let matches = |row: &Row| {
                    if expired {
                        row.meta.ends(row.created) <= op.at
                    } else {
                        row.meta.get(field) == value
                    }
                };
                let rows = self.rows.iter().enumerate();
                let found = rows.filter(|(_, row)| row.as_ref().is_some_and(matches));
                found.map(|(key, _)| key).collect()
            }
        }
    }

    fn read(&self, op: &Op, by: By, with_data: bool) -> Expected {
        self.digest(&self.matching(op, by), with_data)
    }

    fn digest(&self, keys: &[usize], with_data: bool) -> Expected {
        let mut expected = Expected::default();
        for key in keys {
            if let Some(Some(row)) = self.rows.get(*key) {
                let (without, with) = row.digests(*key);
                let digest = if with_data { with } else { without };
                expected.digest = expected.digest.wrapping_add(digest);
                expected.rows += 1;
            }
        }
        expected
    }

    fn change(&mut self, op: &Op, by: By, edit: impl Fn(Meta) -> Meta) -> Expected {
        let keys = self.matching(op, by);
        for key in &keys {
            if let Some(Some(row)) = self.rows.get_mut(*key) {
                row.meta = edit(row.meta);
                row.digests.set(None);
            }
        }
        self.silent(keys.len())
    }

    /// What there must be in the end.
    pub fn whole(&self) -> Expected {
        let keys: Vec<usize> = (0..self.rows.len()).collect();
        self.digest(&keys, true)
    }

    /// The bytes of personal data that there must be.
    pub fn data_bytes(&self) -> u64 {
        let rows = self.rows.iter().flatten().count();
        u64::try_from(rows * 100).unwrap_or(u64::MAX)
    }
}

impl Row {
    fn new(key: usize, created: i64) -> Self {
        Self {
            meta: Meta::of(key),
            created,
            digests: Cell::new(None),
        }
    }

    fn digests(&self, key: usize) -> (u64, u64) {
        if let Some(known) = self.digests.get() {
            return known;
        }
        let fields = written(&self.meta);
        let digest = |data: Option<&[u8]>| {
            let mut row = Vec::with_capacity(200);
            write_row(&mut row, key, &fields, data);
            of_row(row.strip_suffix(b"\n").unwrap_or_default())
        };
        let known = (digest(None), digest(Some(data(key).as_bytes())));
        self.digests.set(Some(known));
        known
    }
}

fn of_row(row: &[u8]) -> u64 {
    let mut hash = DefaultHasher::new();
    hash.write(row);
    hash.finish()
}

/// The digest of rows, whatever their order, and how many there are.
pub fn digest(rows: &[u8]) -> Expected {
    let mut found = Expected::default();
    for row in rows.split(|byte| *byte == b'\n') {
        if !row.is_empty() {
            found.rows += 1;
            found.digest = found.digest.wrapping_add(of_row(row));
        }
    }
    found
}

/// Whether an answer is the right one.
pub fn is_right(response: &Response, expected: Expected, logs_everything: bool) -> bool {
    match response {
        Response::Rows(rows) => digest(rows) == expected,
        Response::Done(told) => told.is_none_or(|rows| rows == expected.rows),
        Response::Logs(read) => {
            let fewest = LOGS.min(expected.rows);
            *read == if logs_everything { LOGS } else { fewest }
        }
        Response::Gone(gone) => usize::from(*gone) == expected.rows,
        Response::Features(features) => !features.is_empty(),
    }
}
