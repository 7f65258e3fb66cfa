//! What is only read: records, logs, and that something is gone.

use ombud::flow::{FlowError, record};
use ombud_core::access::Sight;
use ombud_core::evidence::Receipt;
use ombud_store::{ClockKey, Place, StoreError};
use serde_json::Value;

use super::Ours;
use super::act::{data_of, terms_of};
use super::roster::{self, Group};
use super::statement::{collection, purpose};
use crate::Failed;
use crate::gdpr::engine::{LOGS, Response};
use crate::gdpr::mix::{By, Op};
use crate::gdpr::record::{Field, Meta, write_row, written};

/// What the store can do for those who must account for data.
pub(super) const FEATURES: &[&str] = &[
    "a closed world: what no activity declares is refused",
    "a basis is asked for before data is stored",
    "records sealed with a key of their person",
    "timely deletion, read back and proved",
    "a chain of evidence over every act, and a signed log over it",
    "the end of a person, journalled and replayed after a restore",
];

impl Ours {
    pub(super) fn read(&mut self, op: &Op, by: By, with_data: bool) -> Result<Response, Failed> {
        let By::Field(field) = by else {
            return self.read_one(op, with_data);
        };
        let groups = self.matching(field, Meta::of(op.key).get(field))?;
        let rows = if with_data {
            self.write_data(&groups)?
        } else {
            self.write_meta(&groups)
        };
        Ok(Response::Rows(rows))
    }

    fn read_one(&self, op: &Op, with_data: bool) -> Result<Response, Failed> {
        let mut out = Vec::new();
        let Some(id) = self.id(op.key) else {
            return Ok(Response::Rows(out));
        };
        let read =
            self.ombud
                .store
                .read::<_, StoreError, _>("bench.read", id.bucket(), move |tx| {
                    let Some(record) = tx.record(id)? else {
                        return Ok(None);
                    };
                    let terms = terms_of(tx, &record)?;
                    Ok(terms.map(|terms| (record, terms)))
                });
        if let Some((record, terms)) = read.wait()? {
            let purpose = terms.meta.get(Field::Purpose);
            let meta = self.world().now(purpose, &terms);
            let fields = record::fields(&record);
            let data = fields.get("data").and_then(Value::as_str);
            let data = data.ok_or("a record holds no data")?;
            let data = with_data.then_some(data.as_bytes());
            write_row(&mut out, op.key, &written(&meta), data);
        }
        Ok(Response::Rows(out))
    }

    /// The groups whose records have this value now.
    pub(super) fn matching(&mut self, field: Field, value: u16) -> Result<Vec<Group>, Failed> {
        match field {
            Field::User => self.of_user(value),
            Field::Purpose => self.groups(|group, _| group.purpose == value, Some(value)),
            Field::Ttl
            | Field::Objection
            | Field::Decision
            | Field::Access
            | Field::Sharing
            | Field::Source
            | Field::Category => self.groups(|_, meta| meta.get(field) == value, None),
        }
    }

    /// A user's own groups, and those of others that were given to them.
    fn of_user(&mut self, user: u16) -> Result<Vec<Group>, Failed> {
        let mut found = Vec::new();
        let subject = self.find(user)?;
        if let Some(subject) = subject {
            let bucket = self.ombud.store.bucket_of(subject);
            let read = self
                .ombud
                .store
                .read::<_, StoreError, _>("bench.own", bucket, move |tx| {
                    roster::groups_of(tx, subject)
                });
            let world = self.world();
            let mut own = read.wait()?;
            roster::name(&mut own, &self.numbers);
            let own = own.into_iter();
            found.extend(
                own.filter(|group| world.now(group.purpose, &group.terms).get(Field::User) == user),
            );
        }
        for purpose in self.given_to(user) {
            found.extend(self.groups(
                |group, meta| {
                    group.purpose == purpose
                        && meta.get(Field::User) == user
                        && Some(group.key.subject) != subject
                },
                Some(purpose),
            )?);
        }
        Ok(found)
    }

    /// The groups that are wanted, of one purpose or of all: from memory, or read from the store.
    pub(super) fn groups(
        &mut self,
        wanted: impl Fn(&Group, &Meta) -> bool,
        purpose: Option<u16>,
    ) -> Result<Vec<Group>, Failed> {
        let world = self.world();
        let wanted = |group: &&Group| wanted(group, &world.now(group.purpose, &group.terms));
        if self.keeps {
            let groups = self.roster.groups(&self.ombud.store, &self.numbers)?;
            let groups = groups.filter(|group| purpose.is_none_or(|only| only == group.purpose));
            return Ok(groups.filter(wanted).cloned().collect());
        }
        let mut groups = match purpose {
            Some(purpose) => roster::walk(&self.ombud.store, purpose)?,
            None => self.groups_everywhere()?,
        };
        roster::name(&mut groups, &self.numbers);
        Ok(groups.iter().filter(wanted).cloned().collect())
    }

    /// All groups, read from the store.
    pub(super) fn groups_everywhere(&self) -> Result<Vec<Group>, FlowError> {
        let mut all = Vec::new();
        for purpose in 0..Field::Purpose.values() {
            all.extend(roster::walk(&self.ombud.store, purpose)?);
        }
        Ok(all)
    }

    /// The rows of these groups without their data, which need not be opened for that.
    fn write_meta(&self, groups: &[Group]) -> Vec<u8> {
        let world = self.world();
        let mut out = Vec::new();
        for group in groups {
            let fields = written(&world.now(group.purpose, &group.terms));
            for key in &group.keys {
                write_row(&mut out, *key, &fields, None);
            }
        }
        out
    }

    /// The rows of these groups, each record opened with the key of its person.
    pub(super) fn write_data(&self, groups: &[Group]) -> Result<Vec<u8>, Failed> {
        let world = self.world();
        let asked = groups.iter().map(|group| {
            let key = (group.key.subject, group.key.clock, group.purpose);
            (group.bucket, key)
        });
        let read = self.ombud.store.read_each::<_, _, StoreError, _>(
            "bench.data",
            asked.collect(),
            |tx, (subject, clock, purpose)| {
                let key = ClockKey {
                    subject,
                    collection: collection(purpose),
                    clock,
                };
                data_of(tx, &key)
            },
        );
        let mut out = Vec::new();
        for (group, rows) in groups.iter().zip(read.wait()?) {
            let fields = written(&world.now(group.purpose, &group.terms));
            for (key, data) in rows {
                write_row(&mut out, key, &fields, Some(data.as_bytes()));
            }
        }
        Ok(out)
    }

    /// The last entries of the log, each held against what the log says of it.
    pub(super) fn logs(&mut self) -> Result<Response, Failed> {
        self.integrate()?;
        let head = self
            .ombud
            .store
            .read::<_, FlowError, _>("bench.log", Place::Home, |tx| Ok(tx.log_head()?));
        let size = head.wait()?.size;
        let most = u32::try_from(LOGS)?;
        let from = size.saturating_sub(u64::from(most));
        let entries = self.runtime.block_on(self.ombud.evidence(from, most))?;
        Ok(Response::Logs(entries.len()))
    }

    /// What the program does every second.
    fn integrate(&mut self) -> Result<(), Failed> {
        if !self.integrated {
            self.runtime.block_on(self.ombud.integrate(None))?;
            self.integrated = true;
        }
        Ok(())
    }

    /// Whether a record is gone. That it was erased here is proved: the receipt of the erasure gets the
    /// proof that the signed log holds it.
    pub(super) fn verify(&mut self, op: &Op) -> Result<Response, Failed> {
        let Some(id) = self.id(op.key) else {
            return Ok(Response::Gone(true));
        };
        let record = self.runtime.block_on(self.ombud.record(id))?;
        let gone = record.is_none_or(|record| purpose(&record.collection).is_none());
        if gone && let Some(receipt) = self.receipts.get(&op.key).cloned() {
            self.integrate()?;
            let proved: Receipt = self.runtime.block_on(self.ombud.prove(receipt))?;
            drop(proved);
        }
        Ok(Response::Gone(gone))
    }

    /// Reads one record and tells the evidence who it was shown to: what logging of every read costs.
    pub fn show(&self, key: usize, at: i64) -> Result<(), Failed> {
        let id = self.id(key).ok_or("no such record")?;
        let shown = self
            .ombud
            .show_record(id, Sight::default(), super::instant(at));
        drop(self.runtime.block_on(shown)?);
        Ok(())
    }
}
