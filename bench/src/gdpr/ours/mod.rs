//! Ombud, used as an application would use it: in its process, through its flows and its store.
//!
//! A purpose is an activity, a user a person, and a record a sealed record of that person. What goes with
//! a record is kept once for all records of a person that came in together (their *terms*: one sealed
//! record, on whose clock they all hang), and once for a purpose (the changes made to all of it: one
//! record of the organisation). Every act is an entry of the evidence, in the transaction of the act.

mod act;
mod change;
mod query;
mod roster;
mod statement;
mod terms;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ombud::flow::record::Incoming;
use ombud::flow::subject::SubjectRef;
use ombud::flow::{FlowError, Ombud};
use ombud_core::evidence::Receipt;
use ombud_store::{Bucket, Config, RecordId, Store, SubjectId};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use self::act::{Add, World, instant};
use self::roster::{Numbers, Roster};
use self::terms::Purpose;
use super::engine::{Engine, Response};
use super::mix::{By, Kind, LOADED_AT, Op};
use super::record::{Field, Meta, data};
use crate::Failed;

/// How many are stored or erased at once where many are, so that they share commits.
const AT_ONCE: usize = 256;

/// Ombud over a store in a directory.
#[derive(Debug)]
pub struct Ours {
    runtime: Runtime,
    ombud: Ombud,
    directory: PathBuf,
    purposes: Arc<Vec<Purpose>>,
    /// The id that Ombud gave for each record: an application keeps it in the place of its key.
    ids: Vec<Option<RecordId>>,
    numbers: Numbers,
    receipts: HashMap<usize, Receipt>,
    roster: Roster,
    /// Whether terms are kept in memory from one query to the next.
    keeps: bool,
    /// Whether the log holds every entry.
    integrated: bool,
}

fn who(kind: &str, value: String) -> SubjectRef {
    SubjectRef(BTreeMap::from([(kind.to_owned(), value)]))
}

fn user(number: u16) -> SubjectRef {
    who("login", Field::User.text(number))
}

impl Ours {
    /// Opens what there is in a directory, or makes it.
    pub fn open(directory: &Path, keeps: bool) -> Result<Self, Failed> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let config = Config::sqlite(directory.join("data"), directory.join("keys"));
        let store = Store::open(&config)?;
        let statement = statement::statement()?;
        let opened = Ombud::open(store, statement, instant(LOADED_AT));
        let ombud = runtime.block_on(opened)?;
        let mut ours = Self {
            runtime,
            ombud,
            directory: directory.to_owned(),
            purposes: Arc::default(),
            ids: Vec::new(),
            numbers: Numbers::new(),
            receipts: HashMap::new(),
            roster: Roster::default(),
            keeps,
            integrated: false,
        };
        for purpose in 0..Field::Purpose.values() {
            let known = ours.open_purpose(purpose)?;
            Arc::make_mut(&mut ours.purposes).push(known);
        }
        ours.find_ids()?;
        Ok(ours)
    }

    /// The terms of a purpose as they are stored; new ones if there are none.
    fn open_purpose(&self, purpose: u16) -> Result<Purpose, Failed> {
        let who = who("purpose", Field::Purpose.text(purpose));
        let subject = self.runtime.block_on(self.ombud.find_subject(&who))?;
        let stored = subject.map(|subject| {
            let bucket = self.ombud.store.bucket_of(subject);
            let read = self
                .ombud
                .store
                .read::<_, FlowError, _>("bench.terms", bucket, move |tx| {
                    Ok(tx.records_of(subject, Some(statement::TERMS), None, 1)?)
                });
            read.wait()
        });
        if let Some(record) = stored
            .transpose()?
            .and_then(|stored| stored.into_iter().next())
        {
            let known = Purpose::parse(record.id, &record.payload);
            return known.ok_or_else(|| "the terms of a purpose cannot be read".into());
        }
        let new = Purpose::new(RecordId::from_bytes([0; 16]));
        let incoming = Incoming {
            collection: statement::TERMS.to_owned(),
            subject: who,
            fields: new.fields(),
            anchors: BTreeMap::new(),
        };
        let added = self.ombud.add_record(incoming, instant(LOADED_AT));
        Ok(Purpose::new(self.runtime.block_on(added)?.record))
    }

    /// Finds the ids of all records again, as an application would in its own tables.
    fn find_ids(&mut self) -> Result<(), Failed> {
        for group in self.groups_everywhere()? {
            let key = group.key.clone();
            let read =
                self.ombud
                    .store
                    .read::<_, FlowError, _>("bench.ids", group.bucket, move |tx| {
                        let mut found = Vec::new();
                        for id in tx.records_on(&key)? {
                            let record = tx.record(id)?;
                            let fields = record.map(|record| ombud::flow::record::fields(&record));
                            let number = fields.and_then(|fields| fields.get("key")?.as_u64());
                            found.extend(number.map(|number| (number, id)));
                        }
                        Ok(found)
                    });
            for (number, id) in read.wait()? {
                self.know(usize::try_from(number)?, id);
            }
        }
        Ok(())
    }

    fn know(&mut self, key: usize, id: RecordId) {
        if self.ids.len() <= key {
            self.ids.resize(key + 1, None);
        }
        if let Some(slot) = self.ids.get_mut(key) {
            *slot = Some(id);
        }
        self.numbers.insert(id, key);
    }

    fn id(&self, key: usize) -> Option<RecordId> {
        self.ids.get(key).copied().flatten()
    }

    fn world(&self) -> World {
        World {
            book: self.ombud.book.clone(),
            purposes: Arc::clone(&self.purposes),
        }
    }

    fn new_id(&self, bucket: Bucket, at: i64) -> Result<RecordId, FlowError> {
        let mut random = [0; 8];
        self.ombud.store.random(&mut random)?;
        Ok(RecordId::new(instant(at), bucket, random))
    }

    fn find(&self, number: u16) -> Result<Option<SubjectId>, FlowError> {
        self.runtime
            .block_on(self.ombud.find_subject(&user(number)))
    }

    /// Stores what came in of one user.
    async fn store_user(
        ombud: Ombud,
        world: World,
        number: u16,
        keys: Vec<usize>,
    ) -> Result<Vec<(usize, RecordId)>, FlowError> {
        let now = instant(LOADED_AT);
        let subject = ombud.subject(&user(number), now).await?;
        let bucket = ombud.store.bucket_of(subject);
        let new = || {
            let mut random = [0; 8];
            ombud.store.random(&mut random)?;
            Ok::<_, FlowError>(RecordId::new(now, bucket, random))
        };
        let fresh = new()?;
        let mut ids = Vec::with_capacity(keys.len());
        for key in keys {
            ids.push((key, new()?));
        }
        let stored = ids.clone();
        let meta = Meta::of(ids.first().map_or(0, |(key, _)| *key));
        let write = ombud
            .store
            .write::<_, FlowError, _>("bench.load", bucket, move |tx| {
                let add = |(key, id): &(usize, RecordId)| Add {
                    id: *id,
                    key: *key,
                    data: data(*key),
                };
                let records: Vec<Add> = ids.iter().map(add).collect();
                act::add(tx, &world, (subject, meta, LOADED_AT), fresh, &records)
            });
        write.await?;
        Ok(stored)
    }
}

impl Engine for Ours {
    fn name(&self) -> &'static str {
        if self.keeps {
            "Ombud"
        } else {
            "Ombud, nothing kept"
        }
    }

    fn load(&mut self, records: usize) -> Result<(), Failed> {
        let users = usize::from(Field::User.values());
        let mut stored = Vec::with_capacity(records);
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for number in 0..users.min(records) {
                let keys = (number..records).step_by(users).collect();
                let number = u16::try_from(number)?;
                tasks.spawn(Self::store_user(
                    self.ombud.clone(),
                    self.world(),
                    number,
                    keys,
                ));
                if tasks.len() >= AT_ONCE
                    && let Some(done) = tasks.join_next().await
                {
                    stored.extend(done??);
                }
            }
            while let Some(done) = tasks.join_next().await {
                stored.extend(done??);
            }
            self.ombud.integrate(None).await?;
            Ok::<_, Failed>(())
        })?;
        for (key, id) in stored {
            self.know(key, id);
        }
        self.integrated = true;
        if self.keeps {
            // The program fills its memory once, after a start.
            drop(self.groups(|_, _| false, None)?);
        }
        Ok(())
    }

    fn run(&mut self, op: &Op) -> Result<Response, Failed> {
        match op.kind {
            Kind::ReadData(by) => return self.read(op, by, true),
            Kind::ReadMeta(by) => return self.read(op, by, false),
            Kind::Logs => return self.logs(),
            Kind::Features => return Ok(Response::Features(query::FEATURES.to_vec())),
            Kind::VerifyDeletion => return self.verify(op),
            Kind::Create
            | Kind::UpdateData
            | Kind::UpdateAll
            | Kind::UpdateMeta(_)
            | Kind::Delete(_) => {}
        }
        self.integrated = false;
        match op.kind {
            Kind::Create => self.create(op),
            Kind::UpdateData => self.update_data(op),
            Kind::UpdateAll => self.restate(op, true),
            Kind::UpdateMeta(by) => self.update_meta(op, by),
            Kind::Delete(By::Key) => self.delete(op),
            Kind::Delete(By::Field(Field::Ttl)) => self.delete_expired(op),
            Kind::Delete(By::Field(field)) => self.delete_groups(op, field),
            Kind::ReadData(_)
            | Kind::ReadMeta(_)
            | Kind::Logs
            | Kind::Features
            | Kind::VerifyDeletion => Err("a query is no act".into()),
        }
    }

    fn logs_everything(&self) -> bool {
        true
    }

    fn dump(&mut self) -> Result<Vec<u8>, Failed> {
        let groups = self.groups_everywhere()?;
        self.write_data(&groups)
    }

    fn bytes(&mut self) -> Result<u64, Failed> {
        self.runtime.block_on(self.ombud.store.scrub())?;
        let ids = u64::try_from(self.ids.len() * 16)?;
        Ok(ids + folder_bytes(&self.directory)?)
    }
}

fn folder_bytes(directory: &Path) -> Result<u64, Failed> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            folder_bytes(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}
