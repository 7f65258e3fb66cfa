//! Rectification: new values in a record, and what its person is known by (ADR 15).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ombud_core::anchor::of_fields;
use ombud_core::decision::{Reason, Use};
use ombud_core::evidence::Done;
use ombud_core::intake;
use ombud_core::rulebook::Rulebook;
use ombud_store::{IdentityHash, Record, RecordId, RecordState, StoreError, SubjectId, Tx};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::anchor::Counting;
use super::once::Command;
use super::record::{
    changeable, clock_of, fields, lasting, left, may_change, note, rule_of, told_of, use_of,
    without,
};
use super::subject::{SubjectRef, opt_out};
use super::{FlowError, Ombud};

/// What becomes of an identity that a record names no more once it is changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldIdentity {
    /// It was right, and stays one more of the person.
    #[default]
    Stays,
    /// It was never the person's, and is taken from them unless another record of theirs names it. What
    /// was opted out of by it stays so.
    Wrong,
}

impl OldIdentity {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stays, Self::Wrong];

    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stays => "stays",
            Self::Wrong => "wrong",
        }
    }
}

impl Ombud {
    /// Puts new values in the place of a record's (GDPR Article 16). `null` takes an optional field out.
    ///
    /// A new identity is the person's before the record says so, and what was told by the old one still
    /// counts. `old` says what becomes of the old one.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`], [`FlowError::Restricted`], [`FlowError::Intake`] when the result is not what
    /// is declared, or [`FlowError::SeveralPeople`] when a new identity is another person's; nothing was
    /// changed then. Where the store fails, what was told may have been done in part: repeat it.
    pub async fn rectify(
        &self,
        id: RecordId,
        changes: Map<String, Value>,
        old: OldIdentity,
        command: impl Into<Command>,
    ) -> Result<(), FlowError> {
        let command = command.into();
        let now = command.at;
        let Some(record) = self.record(id).await? else {
            let done = self.done(command.once).await?;
            return done.ok_or(FlowError::NotFound("record"));
        };
        let rule = rule_of(&self.book, &record.collection)?;
        let named = intake::identities(&self.book, rule, &changes, &BTreeMap::new());
        let named = self.and(SubjectRef::default(), named.map_err(FlowError::Intake)?);
        let any = !named.0.is_empty();
        let asked = any.then(|| self.asked(&named)).transpose()?;
        let mut found = None;
        if let Some(asked) = &asked {
            let known = self.found(asked).await?;
            if known.subject.is_some_and(|owner| owner != record.subject) {
                return Err(asked.several());
            }
            found = Some(known);
        }
        let (book, wanted) = (self.book.clone(), changes.clone());
        let check = self
            .store
            .read::<_, FlowError, _>("record.check", id.bucket(), move |tx| {
                let record = tx.record(id)?.ok_or(FlowError::NotFound("record"))?;
                may_change(tx, &record)?;
                rectified(tx, &book, &record, &wanted, now).map(drop)
            });
        check.await?;
        if let (Some(asked), Some(found)) = (asked, found) {
            self.extend(record.subject, &asked, found, now).await?;
        }
        let taken = match old {
            OldIdentity::Stays => Vec::new(),
            OldIdentity::Wrong => self.named_no_more(&record, &changes).await?,
        };
        self.remember_no(record.subject, taken.clone(), now).await?;
        self.forget(record.subject, taken.clone()).await?;
        let book = self.book.clone();
        let rewrite = move |tx: &mut Tx<'_>| {
            let record = changeable(tx, id)?;
            let rule = rule_of(&book, &record.collection)?;
            let fields = rectified(tx, &book, &record, &changes, now)?;
            let payload = serde_json::to_vec(&fields).unwrap_or_default();
            if tx.rewrite_record(&record, &payload, now)? {
                let told = of_fields(&book, rule, &fields, now);
                // Of what is reduced, the fields that its period counted from may be gone.
                if !told.is_empty() && record.state != RecordState::Reduced {
                    let mut counting = Counting {
                        tx: &mut *tx,
                        book: &book,
                        now,
                    };
                    let key = clock_of(&record);
                    counting.change(rule, &key, |facts| facts.apply_all(&told))?;
                }
                for identity in &taken {
                    tx.unlink_identity(record.subject, *identity)?;
                }
                note(tx, Done::Changed, &record, now).map(drop)
            } else {
                Err(StoreError::Busy {
                    name: "record.rectify",
                }
                .into())
            }
        };
        self.write_once("record.rectify", id.bucket(), command, rewrite)
            .await
    }

    /// Remembers, with identities that are to be taken from a person, every activity that their choices say
    /// no to: whoever is found by one of them afterwards has no ledger that would say so.
    async fn remember_no(
        &self,
        subject: SubjectId,
        taken: Vec<IdentityHash>,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        if taken.is_empty() {
            return Ok(());
        }
        let (bucket, book) = (self.store.bucket_of(subject), self.book.clone());
        let read = self
            .store
            .read::<_, FlowError, _>("rectify.no", bucket, move |tx| {
                let mut refused = Vec::new();
                for activity in book.activities.keys() {
                    let answer = use_of(tx, &book, (activity, subject), Use::Ordinary, now)?;
                    if answer.reason().is_some_and(Reason::is_chosen) {
                        refused.push(activity.clone());
                    }
                }
                Ok(refused)
            });
        let refused = read.await?;
        let places = taken.into_iter().map(|hash| (hash.bucket().into(), hash));
        let write = self
            .store
            .write_each("suppression.save", places.collect(), move |tx, hash| {
                opt_out(tx, *hash, &refused, now)
            });
        write.await.map(|_: Vec<()>| ())
    }

    /// What a record named its person by, and no record of theirs names any more once it is changed so.
    async fn named_no_more(
        &self,
        record: &Record,
        changes: &Map<String, Value>,
    ) -> Result<Vec<IdentityHash>, FlowError> {
        let mut after = fields(record);
        after.extend(changes.clone());
        let mut gone = self.identities_in(&record.collection, &fields(record));
        gone.retain(|identity| {
            !self
                .identities_in(&record.collection, &after)
                .contains(identity)
        });
        let (bucket, subject) = (record.id.bucket(), record.subject);
        let mut last: Option<Record> = None;
        while !gone.is_empty() {
            let read = self
                .store
                .read::<_, FlowError, _>("record.others", bucket, move |tx| {
                    Ok(tx.records_of(subject, None, last.as_ref(), 1_000)?)
                });
            let page = read.await?;
            for other in page.iter().filter(|other| other.id != record.id) {
                let named = self.identities_in(&other.collection, &fields(other));
                gone.retain(|identity| !named.contains(identity));
            }
            match page.into_iter().next_back() {
                Some(end) => last = Some(end),
                None => break,
            }
        }
        Ok(gone.into_iter().collect())
    }

    /// What the fields of a record name its person by; hints are no names.
    fn identities_in(
        &self,
        collection: &str,
        fields: &Map<String, Value>,
    ) -> BTreeSet<IdentityHash> {
        let Some(rule) = self.book.collections.get(collection) else {
            return BTreeSet::new();
        };
        let named = intake::identities(&self.book, rule, fields, &BTreeMap::new());
        let named = named.unwrap_or_default().into_iter();
        let named = named.filter(|(kind, _)| !self.is_hint(kind));
        named
            .map(|(kind, value)| self.store.identity_hash(&kind, &value))
            .collect()
    }
}

/// The fields of a record with changes, if its rule declares them so.
fn rectified(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    record: &Record,
    changes: &Map<String, Value>,
    now: Timestamp,
) -> Result<Map<String, Value>, FlowError> {
    let rule = rule_of(book, &record.collection)?;
    let mut fields = fields(record);
    fields.extend(changes.clone());
    let left = if record.state == RecordState::Reduced {
        left(rule, &lasting(tx, book, rule, record, now)?)
    } else {
        without(rule, &told_of(tx, record)?.taken)
    };
    intake::fields(&left, &fields, now).map_err(FlowError::Intake)?;
    fields.retain(|_, value| !value.is_null());
    Ok(fields)
}
