//! Who is meant: from identities to a subject.
//!
//! Most kinds of identity tell who is meant: two of one call that belong to different people are
//! refused. A hint (a device, an address of a network) may be shared, so it never does. Given beside
//! other identities it is remembered and decides nothing; where hints are all that is given, exactly
//! this combination of them stands for a subject of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ombud_core::identity::normalise;
use ombud_core::statement::model::IdentityKind;
use ombud_store::{HintOwner, Identity, IdentityHash, SubjectId, Tx};

use super::{FlowError, Ombud};

/// A person as the world names them: kinds of identity and values, for example `email`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectRef(pub BTreeMap<String, String>);

impl SubjectRef {
    /// Reads `kind:value`, as commands name a subject.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        Some(Self(BTreeMap::from([(
            kind.trim().to_owned(),
            value.trim().to_owned(),
        )])))
    }
}

/// An identity made ready to be looked up.
#[derive(Debug, Clone)]
struct Known {
    hash: IdentityHash,
    kind: String,
    value: String,
    /// Whether several people may have it.
    hint: bool,
}

/// A reference made ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// What tells who is meant: identities that are no hints, or all hints as one.
    who: Vec<Known>,
    hints: Vec<Known>,
    only_hints: bool,
}

impl Asked {
    /// What alone tells who is meant; none where several identities do.
    pub(super) fn only(&self) -> Option<IdentityHash> {
        match self.who.as_slice() {
            [only] => Some(only.hash),
            _ => None,
        }
    }

    /// The refusal of identities that belong to different people.
    pub(super) fn several(&self) -> FlowError {
        FlowError::SeveralPeople(self.who.iter().map(|known| known.kind.clone()).collect())
    }
}

/// What identities alone tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Whom they belong to.
    pub(super) subject: Option<SubjectId>,
    /// Whether the subject's data may be shown for them.
    shown: bool,
    /// Those that belong to no one yet.
    unowned: Vec<Known>,
    /// The activities that one of them has opted out of, and since when.
    pub(super) suppressed: BTreeMap<String, Timestamp>,
}

impl Ombud {
    /// The identities of a reference, normalised and hashed.
    pub(super) fn asked(&self, who: &SubjectRef) -> Result<Asked, FlowError> {
        if who.0.is_empty() {
            return Err(FlowError::NoSubject);
        }
        let mut asked = Asked {
            who: Vec::new(),
            hints: Vec::new(),
            only_hints: false,
        };
        for (kind, value) in &who.0 {
            let (declared, value) = self.normal(kind, value)?;
            let known = self.hashed(kind.clone(), value.into_owned(), declared.hint);
            let list = if known.hint {
                &mut asked.hints
            } else {
                &mut asked.who
            };
            list.push(known);
        }
        if asked.who.is_empty() {
            asked.only_hints = true;
            let (kinds, values): (Vec<_>, Vec<_>) = asked
                .hints
                .iter()
                .map(|hint| (hint.kind.as_str(), hint.value.as_str()))
                .unzip();
            let whole = self.hashed(kinds.join("+"), values.join("\n"), false);
            asked.who.push(whole);
        }
        Ok(asked)
    }

    /// What an identity is declared as, and its canonical spelling.
    fn normal<'v>(
        &self,
        kind: &str,
        value: &'v str,
    ) -> Result<(&IdentityKind, Cow<'v, str>), FlowError> {
        let declared = self.book.identities.get(kind);
        let declared = declared.ok_or_else(|| FlowError::UnknownIdentity(kind.to_owned()))?;
        let value = normalise(declared.normalise, value).map_err(|error| FlowError::Identity {
            kind: kind.to_owned(),
            error,
        })?;
        Ok((declared, value))
    }

    /// What alone tells who is meant where this identity is all that is given: [`Asked::only`] of a
    /// reference that has nothing else.
    pub(super) fn alone(&self, kind: &str, value: &str) -> Result<IdentityHash, FlowError> {
        let (_, value) = self.normal(kind, value)?;
        Ok(self.store.identity_hash(kind, &value))
    }

    fn hashed(&self, kind: String, value: String, hint: bool) -> Known {
        let hash = self.store.identity_hash(&kind, &value);
        Known {
            hash,
            kind,
            value,
            hint,
        }
    }

    /// Whether a kind may be shared by several people. A combination of hints is no hint.
    pub(super) fn is_hint(&self, kind: &str) -> bool {
        let declared = self.book.identities.get(kind);
        declared.is_some_and(|declared| declared.hint)
    }

    /// The subject whose data may be shown for these identities; `None` for a stranger, and for hints
    /// that several people share.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or several people.
    pub async fn find_subject(&self, who: &SubjectRef) -> Result<Option<SubjectId>, FlowError> {
        let found = self.look_up(who).await?;
        Ok(found.subject.filter(|_| found.shown))
    }

    /// Everything that identities alone tell, for decisions about whoever uses them.
    pub(super) async fn look_up(&self, who: &SubjectRef) -> Result<Found, FlowError> {
        self.found(&self.asked(who)?).await
    }

    pub(super) async fn found(&self, asked: &Asked) -> Result<Found, FlowError> {
        let mut found = Found::default();
        for known in &asked.who {
            let (owner, suppressed) = self.owner(known.hash).await?;
            if found.subject.is_some() && owner.is_some() && found.subject != owner {
                return Err(asked.several());
            }
            if owner.is_none() {
                found.unowned.push(known.clone());
            }
            found.subject = found.subject.or(owner);
            found.suppressed.extend(suppressed);
        }
        found.shown = true;
        if asked.only_hints {
            let mut owners = BTreeSet::new();
            for hint in &asked.hints {
                let (owner, suppressed) = self.hint_owner(hint.hash).await?;
                owners.insert(owner);
                found.suppressed.extend(suppressed);
            }
            let sole = owners.pop_first().flatten().filter(|_| owners.is_empty());
            found.subject = found.subject.or(sole);
            found.shown = sole.is_some();
        }
        Ok(found)
    }

    /// Whose an identity is, and what it has opted out of.
    async fn owner(
        &self,
        hash: IdentityHash,
    ) -> Result<(Option<SubjectId>, Vec<(String, Timestamp)>), FlowError> {
        let find = self
            .store
            .read::<_, FlowError, _>("subject.find", hash.bucket(), move |tx| {
                Ok((tx.subject_of(hash)?, tx.suppressions_of(hash)?))
            });
        find.await
    }

    /// The only one who was seen with a hint, and what the hint has opted out of.
    async fn hint_owner(
        &self,
        hash: IdentityHash,
    ) -> Result<(Option<SubjectId>, Vec<(String, Timestamp)>), FlowError> {
        let find = self
            .store
            .read::<_, FlowError, _>("subject.find", hash.bucket(), move |tx| {
                let owner = match tx.hint_owner(hash)? {
                    HintOwner::One(subject) => Some(subject),
                    HintOwner::None | HintOwner::Several => None,
                };
                Ok((owner, tx.suppressions_of(hash)?))
            });
        find.await
    }

    /// What a subject's identities are found by, and whether each is a hint.
    pub(super) async fn linked(
        &self,
        subject: SubjectId,
    ) -> Result<Vec<(IdentityHash, bool)>, FlowError> {
        let bucket = self.store.bucket_of(subject);
        let read = self
            .store
            .read::<_, FlowError, _>("identity.list", bucket, move |tx| {
                Ok(tx.identity_hashes_of(subject)?)
            });
        let linked = read.await?.into_iter();
        Ok(linked
            .map(|(hash, kind)| (hash, self.is_hint(&kind)))
            .collect())
    }

    /// Remembers opt-outs with every identity of a person, so that they outlive the person here.
    pub(super) async fn suppress(
        &self,
        subject: SubjectId,
        activities: Vec<String>,
        at: Timestamp,
    ) -> Result<(), FlowError> {
        let linked = self.linked(subject).await?.into_iter();
        let places = linked.map(|(hash, _)| (hash.bucket().into(), hash));
        let write = self
            .store
            .write_each("suppression.save", places.collect(), move |tx, hash| {
                opt_out(tx, *hash, &activities, at)
            });
        write.await.map(|_: Vec<()>| ())
    }

    /// The subject that the identities belong to; made when they belong to no one. Identities that are
    /// new are linked to it, and what any of its identities has opted out of counts for them too.
    ///
    /// # Errors
    ///
    /// [`FlowError::SeveralPeople`] when they belong to different people, and [`FlowError`] when the
    /// reference names no declared identity, or the store fails.
    pub async fn subject(&self, who: &SubjectRef, now: Timestamp) -> Result<SubjectId, FlowError> {
        let asked = self.asked(who)?;
        loop {
            let found = self.found(&asked).await?;
            if let Some(subject) = found.subject {
                if self.exists(subject).await? {
                    self.extend(subject, &asked, found, now).await?;
                    return Ok(subject);
                }
                // Their end is being carried out; who comes now is new.
                let given = asked.who.iter().chain(&asked.hints);
                let given = given.map(|known| known.hash).collect();
                self.forget(subject, given).await?;
                continue;
            }
            // Two requests may make the same person at once: the first to claim the identity wins, and
            // the other one finds them on the next try.
            if let Some(subject) = self.new_subject(&asked, &found, now).await? {
                return Ok(subject);
            }
        }
    }

    async fn exists(&self, subject: SubjectId) -> Result<bool, FlowError> {
        let bucket = self.store.bucket_of(subject);
        let read = self
            .store
            .read::<_, FlowError, _>("subject.exists", bucket, move |tx| {
                Ok(tx.subject_since(subject)?.is_some())
            });
        read.await
    }

    /// A person with the identities that a record of theirs names besides. Hints count only beside an
    /// identity that tells who is meant: where hints are all that was given, they stand for a subject of
    /// their own, and exactly as they were given.
    pub(super) fn and(&self, who: SubjectRef, further: BTreeMap<String, String>) -> SubjectRef {
        let SubjectRef(mut who) = who;
        let further = further.into_iter();
        let (hints, telling): (Vec<_>, Vec<_>) = further.partition(|(kind, _)| self.is_hint(kind));
        who.extend(telling);
        if who.keys().any(|kind| !self.is_hint(kind)) {
            who.extend(hints);
        }
        SubjectRef(who)
    }

    /// Links to a subject what it is not known by yet.
    pub(super) async fn extend(
        &self,
        subject: SubjectId,
        asked: &Asked,
        found: Found,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        if asked.only_hints {
            return Ok(());
        }
        let Found {
            unowned: mut fresh,
            mut suppressed,
            ..
        } = found;
        for known in &asked.hints {
            let hash = known.hash;
            let seen = self
                .store
                .read::<_, FlowError, _>("hint.has", hash.bucket(), move |tx| {
                    Ok(tx.has_hint(hash, subject)?)
                });
            if !seen.await? {
                fresh.push(known.clone());
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        for (hash, hint) in self.linked(subject).await? {
            if !hint {
                suppressed.extend(self.owner(hash).await?.1);
            }
        }
        let bucket = self.store.bucket_of(subject);
        let identities = identities(&fresh, now);
        let link = self
            .store
            .write::<_, FlowError, _>("identity.link", bucket, move |tx| {
                tx.lock_subject(subject)?;
                for identity in &identities {
                    tx.link_identity(subject, identity)?;
                }
                Ok(())
            });
        link.await?;
        if self.claim(subject, &fresh, &suppressed, now).await? {
            Ok(())
        } else {
            Err(asked.several())
        }
    }

    /// Makes a subject; none if another request has just claimed one of the identities.
    async fn new_subject(
        &self,
        asked: &Asked,
        found: &Found,
        now: Timestamp,
    ) -> Result<Option<SubjectId>, FlowError> {
        let mut random = [0; 16];
        self.store.random(&mut random)?;
        let subject = SubjectId::new(random);
        let bucket = self.store.bucket_of(subject);
        let all: Vec<Known> = asked.who.iter().chain(&asked.hints).cloned().collect();
        let identities = identities(&all, now);
        let added = self
            .store
            .write::<_, FlowError, _>("subject.add", bucket, move |tx| {
                tx.add_subject(subject, now)?;
                for identity in &identities {
                    tx.link_identity(subject, identity)?;
                }
                Ok(())
            });
        added.await?;
        if self.claim(subject, &all, &found.suppressed, now).await? {
            return Ok(Some(subject));
        }
        let erase = self
            .store
            .write::<_, FlowError, _>("subject.drop", bucket, move |tx| {
                Ok(tx.erase_subject(subject)?)
            });
        self.forget(subject, erase.await?).await?;
        self.store.destroy_key(subject).await?;
        Ok(None)
    }

    /// Makes identities findable that a subject is linked to already, so that a crash in between leaves
    /// none that the subject's end would not find; what is suppressed is carried over. False if one of
    /// them belongs to another, who was first; then it is linked no more.
    async fn claim(
        &self,
        subject: SubjectId,
        fresh: &[Known],
        suppressed: &BTreeMap<String, Timestamp>,
        now: Timestamp,
    ) -> Result<bool, FlowError> {
        for Known { hash, hint, .. } in fresh {
            let (hash, hint, suppressed) = (*hash, *hint, suppressed.clone());
            let claim =
                self.store
                    .write::<_, FlowError, _>("identity.claim", hash.bucket(), move |tx| {
                        if hint {
                            tx.add_hint(hash, subject, now)?;
                        } else if tx.claim_identity(hash, subject, now)? != subject {
                            return Ok(false);
                        }
                        for (activity, at) in &suppressed {
                            tx.suppress(hash, activity, *at)?;
                        }
                        Ok(true)
                    });
            if !claim.await? {
                let bucket = self.store.bucket_of(subject);
                let unlink =
                    self.store
                        .write::<_, FlowError, _>("identity.unlink", bucket, move |tx| {
                            Ok(tx.unlink_identity(subject, hash)?)
                        });
                unlink.await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Forgets identities of a subject in the places where they are found.
    pub(super) async fn forget(
        &self,
        subject: SubjectId,
        identities: Vec<IdentityHash>,
    ) -> Result<(), FlowError> {
        for hash in identities {
            let forget =
                self.store
                    .write::<_, FlowError, _>("identity.forget", hash.bucket(), move |tx| {
                        Ok(tx.forget_identity(hash, subject)?)
                    });
            forget.await?;
        }
        Ok(())
    }
}

/// Remembers with an identity that its person has opted out of these activities.
///
/// # Source
///
/// GDPR Article 21(3).
pub(super) fn opt_out(
    tx: &mut Tx<'_>,
    identity: IdentityHash,
    activities: &[String],
    at: Timestamp,
) -> Result<(), FlowError> {
    for activity in activities {
        tx.suppress(identity, activity, at)?;
    }
    Ok(())
}

/// Forgets that the person of an identity opted out of an activity, if the consent to it is later, unless
/// the identity is a hint that is also someone else's.
///
/// # Source
///
/// GDPR Article 7(3).
pub(super) fn opt_in(
    tx: &mut Tx<'_>,
    (identity, hint): (IdentityHash, bool),
    subject: SubjectId,
    (activity, at): (&str, Timestamp),
) -> Result<(), FlowError> {
    if !hint || tx.hint_owner(identity)? == HintOwner::One(subject) {
        tx.lift_suppression(identity, activity, at)?;
    }
    Ok(())
}

fn identities(known: &[Known], at: Timestamp) -> Vec<Identity> {
    let identity = |known: &Known| Identity {
        hash: known.hash,
        kind: known.kind.clone(),
        value: known.value.clone(),
        linked_at: at,
    };
    known.iter().map(identity).collect()
}
