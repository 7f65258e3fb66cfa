//! What changes something: records come in, are put under other terms, and are erased.

use std::collections::BTreeSet;
use std::sync::Arc;

use ombud::flow::FlowError;
use ombud::flow::rectify::OldIdentity;
use ombud_core::decision::{Answer, Use};
use ombud_store::RecordId;
use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::act::{self, Add, instant};
use super::roster::{self, Group};
use super::terms::{Purpose, Terms};
use super::{AT_ONCE, Ours, user};
use crate::Failed;
use crate::gdpr::engine::Response;
use crate::gdpr::mix::{By, Op};
use crate::gdpr::record::{Field, Meta, data};

impl Ours {
    pub(super) fn create(&mut self, op: &Op) -> Result<Response, Failed> {
        let meta = Meta::of(op.key);
        let who = user(meta.get(Field::User));
        let now = instant(op.at);
        let activity = Field::Purpose.text(meta.get(Field::Purpose));
        let (answer, subject) = self.runtime.block_on(async {
            let decision = self.ombud.may(&who, &activity, Use::Ordinary, now).await?;
            let subject = self.ombud.subject(&who, now).await?;
            Ok::<_, FlowError>((decision.answer, subject))
        })?;
        if let Answer::No(reason) = answer {
            return Err(FlowError::NoBasis(reason).into());
        }
        let bucket = self.ombud.store.bucket_of(subject);
        let (id, fresh) = (self.new_id(bucket, op.at)?, self.new_id(bucket, op.at)?);
        let (world, at, key) = (self.world(), op.at, op.key);
        let write = self
            .ombud
            .store
            .write::<_, FlowError, _>("bench.add", bucket, move |tx| {
                let records = [Add {
                    id,
                    key,
                    data: data(key),
                }];
                act::add(tx, &world, (subject, meta, at), fresh, &records)
            });
        write.wait()?;
        self.know(op.key, id);
        Ok(Response::Done(Some(1)))
    }

    pub(super) fn update_data(&self, op: &Op) -> Result<Response, Failed> {
        let Some(id) = self.id(op.key) else {
            return Ok(Response::Done(Some(0)));
        };
        let changes = Map::from_iter([("data".to_owned(), Value::String(data(op.key)))]);
        let rectified = self
            .ombud
            .rectify(id, changes, OldIdentity::Stays, instant(op.at));
        match self.runtime.block_on(rectified) {
            Ok(()) => Ok(Response::Done(Some(1))),
            Err(FlowError::NotFound(_)) => Ok(Response::Done(Some(0))),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts one record under other terms: all that it began with, or one of them.
    pub(super) fn restate(&self, op: &Op, whole: bool) -> Result<Response, Failed> {
        let Some(id) = self.id(op.key) else {
            return Ok(Response::Done(Some(0)));
        };
        let drawn = Meta::of(op.key);
        let (target, value, at) = (op.target, drawn.get(op.target), op.at);
        let fields = whole.then(|| act::fields(op.key, data(op.key)));
        let (world, fresh) = (self.world(), self.new_id(id.bucket(), op.at)?);
        let write =
            self.ombud
                .store
                .write::<_, FlowError, _>("bench.restate", id.bucket(), move |tx| {
                    let edit = |meta: Meta| {
                        if whole {
                            drawn
                        } else {
                            meta.with(target, value)
                        }
                    };
                    act::restate(tx, &world, (id, fresh), edit, fields.as_ref(), at)
                });
        Ok(Response::Done(Some(usize::from(write.wait()?))))
    }

    /// Changes a purpose: one record, however many it governs.
    fn change(&mut self, purpose: u16, when: Option<(Field, u16)>, op: &Op) -> Result<(), Failed> {
        let value = Meta::of(op.key).get(op.target);
        let (at, target) = (op.at, op.target);
        self.edit(purpose, at, |known| known.change(when, target, value))?;
        let known = self.purposes.get(usize::from(purpose));
        if known.is_some_and(Purpose::is_long) {
            self.settle(purpose, at)?;
        }
        Ok(())
    }

    fn edit(
        &mut self,
        purpose: u16,
        at: i64,
        edit: impl FnOnce(&mut Purpose),
    ) -> Result<(), Failed> {
        let known = self.purposes.get(usize::from(purpose));
        let mut known = known.ok_or("no such purpose")?.clone();
        edit(&mut known);
        let rectified = self.ombud.rectify(
            known.record,
            known.fields(),
            OldIdentity::Stays,
            instant(at),
        );
        self.runtime.block_on(rectified)?;
        if let Some(slot) = Arc::make_mut(&mut self.purposes).get_mut(usize::from(purpose)) {
            *slot = known;
        }
        Ok(())
    }

    /// Writes the changes of a purpose into the terms of its records.
    fn settle(&mut self, purpose: u16, at: i64) -> Result<(), Failed> {
        let groups = self.groups(|group, _| group.purpose == purpose, Some(purpose))?;
        let written = self.rewrite(groups, at)?;
        let users = written.into_iter().collect();
        self.edit(purpose, at, |known| known.forget(users))
    }

    /// Writes what holds into the terms of these groups, and returns the users that their people are
    /// not.
    fn rewrite(&self, groups: Vec<Group>, at: i64) -> Result<BTreeSet<u16>, Failed> {
        let mut writes = Vec::new();
        for group in groups {
            let world = self.world();
            let write = self.ombud.store.write::<_, FlowError, _>(
                "bench.rewrite",
                group.bucket,
                move |tx| {
                    let meta = act::rewrite(tx, &world, &group, |meta| meta, at)?;
                    let name = Field::User.text(meta.get(Field::User));
                    let own = tx.identities_of(group.key.subject)?;
                    let foreign = own.iter().all(|identity| identity.value != name);
                    Ok(foreign.then_some(meta.get(Field::User)))
                },
            );
            writes.push(write);
        }
        let mut users = BTreeSet::new();
        for write in writes {
            users.extend(write.wait()?);
        }
        Ok(users)
    }

    /// Changes what is a user's: their own records under their terms, and in purposes that were given to
    /// them as a whole, all that is.
    fn update_user(&mut self, op: &Op) -> Result<Response, Failed> {
        let number = Meta::of(op.key).get(Field::User);
        let (target, value, at) = (op.target, Meta::of(op.key).get(op.target), op.at);
        if let Some(subject) = self.find(number)? {
            let world = self.world();
            let bucket = self.ombud.store.bucket_of(subject);
            let write =
                self.ombud
                    .store
                    .write::<_, FlowError, _>("bench.update", bucket, move |tx| {
                        for group in roster::groups_of(tx, subject)? {
                            if world.now(group.purpose, &group.terms).get(Field::User) == number {
                                let edit = |meta: Meta| meta.with(target, value);
                                act::rewrite(tx, &world, &group, edit, at)?;
                            }
                        }
                        Ok(())
                    });
            write.wait()?;
        }
        for purpose in self.given_to(number) {
            self.change(purpose, Some((Field::User, number)), op)?;
        }
        Ok(Response::Done(None))
    }

    /// The purposes in which a user may have records of others.
    pub(super) fn given_to(&self, user: u16) -> Vec<u16> {
        let purposes = self.purposes.iter().zip(0..);
        let given = purposes.filter(|(purpose, _)| purpose.may_concern(user));
        given.map(|(_, number)| number).collect()
    }

    pub(super) fn update_meta(&mut self, op: &Op, by: By) -> Result<Response, Failed> {
        let drawn = Meta::of(op.key);
        match by {
            By::Key => return self.restate(op, false),
            By::Field(Field::User) => return self.update_user(op),
            By::Field(Field::Purpose) => self.change(drawn.get(Field::Purpose), None, op)?,
            By::Field(field) => {
                for purpose in 0..Field::Purpose.values() {
                    self.change(purpose, Some((field, drawn.get(field))), op)?;
                }
            }
        }
        Ok(Response::Done(None))
    }

    /// Erases one record: entered in the journal, carried out, read back, and signed for.
    pub(super) fn delete(&mut self, op: &Op) -> Result<Response, Failed> {
        let Some(id) = self.id(op.key) else {
            return Ok(Response::Done(Some(0)));
        };
        let now = instant(op.at);
        let erased = self.runtime.block_on(async {
            let Some(record) = self.ombud.record(id).await? else {
                return Ok(None);
            };
            let erased = self.ombud.erase_record(id, now).await?;
            let key = act::clock_of(&record);
            let left =
                self.ombud
                    .store
                    .read::<_, FlowError, _>("bench.left", id.bucket(), move |tx| {
                        act::terms_alone(tx, &key)
                    });
            if let Some(terms) = left.await? {
                self.ombud.erase_record(terms, now).await?;
            }
            Ok::<_, FlowError>(Some(erased.signed))
        })?;
        let found = erased.is_some();
        if let Some(receipt) = erased {
            self.receipts.insert(op.key, receipt);
        }
        Ok(Response::Done(Some(usize::from(found))))
    }

    /// Erases all records that match, each as if it were asked for alone; those that are under way share
    /// commits. Their terms go last.
    pub(super) fn delete_groups(&mut self, op: &Op, field: Field) -> Result<Response, Failed> {
        let groups = self.matching(field, Meta::of(op.key).get(field))?;
        let records: Vec<_> = groups
            .iter()
            .flat_map(|group| group.records.clone())
            .collect();
        let erased = records.len();
        self.erase_all(records, op.at)?;
        self.erase_all(groups.iter().map(|group| group.id).collect(), op.at)?;
        Ok(Response::Done(Some(erased)))
    }

    fn erase_all(&self, ids: Vec<RecordId>, at: i64) -> Result<(), Failed> {
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for id in ids {
                let ombud = self.ombud.clone();
                tasks.spawn(async move { ombud.erase_record(id, instant(at)).await.map(drop) });
                if tasks.len() >= AT_ONCE
                    && let Some(done) = tasks.join_next().await
                {
                    done??;
                }
            }
            while let Some(done) = tasks.join_next().await {
                done??;
            }
            Ok(())
        })
    }

    /// Erases what is past its time. A change of a purpose's period is written into the terms that it
    /// makes due, or no longer due, before the sweep looks.
    pub(super) fn delete_expired(&mut self, op: &Op) -> Result<Response, Failed> {
        let due = |terms: &Terms, meta: &Meta| meta.ends(terms.made) <= op.at;
        let stale = self.groups(
            |group, meta| due(&group.terms, &group.terms.meta) != due(&group.terms, meta),
            None,
        )?;
        self.rewrite(stale, op.at)?;
        let swept = self.sweep(op.at)?;
        Ok(Response::Done(Some(swept)))
    }

    /// Sweeps, and returns how many records with data were erased.
    pub fn sweep(&mut self, at: i64) -> Result<usize, Failed> {
        let due = |group: &Group| group.terms.meta.ends(group.terms.made) <= at;
        let due = self.groups(|group, _| due(group), None)?;
        let records: usize = due.iter().map(|group| group.records.len()).sum();
        let swept = self.runtime.block_on(self.ombud.sweep(instant(at)))?;
        let erased = usize::try_from(swept.erased)?;
        if swept.remaining > 0 || erased != records + due.len() {
            return Err(format!("{swept:?}, but {records} records were due").into());
        }
        Ok(records)
    }
}
