//! Who is meant: from identities to a subject.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ombud_core::identity::normalise;
use ombud_store::{Identity, IdentityHash, SubjectId};

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
pub(super) struct Known {
    hash: IdentityHash,
    kind: String,
    value: String,
}

/// What identities alone tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// The subject that one of them belongs to.
    pub(super) subject: Option<SubjectId>,
    /// The activities that one of them has opted out of.
    pub(super) suppressed: Vec<String>,
}

/// A change of what identities have opted out of.
#[derive(Debug, Clone)]
pub(super) enum Suppress {
    /// They have opted out of these activities.
    From(Vec<String>),
    /// They have opted in to this one again.
    Lift(String),
}

impl Ombud {
    /// The identities of a reference, normalised and hashed.
    pub(super) fn known(&self, who: &SubjectRef) -> Result<Vec<Known>, FlowError> {
        if who.0.is_empty() {
            return Err(FlowError::NoSubject);
        }
        let known = who.0.iter().map(|(kind, value)| {
            let declared = self.book.identities.get(kind);
            let rule = declared
                .ok_or_else(|| FlowError::UnknownIdentity(kind.clone()))?
                .normalise;
            let value = normalise(rule, value).map_err(|error| FlowError::Identity {
                kind: kind.clone(),
                error,
            })?;
            let hash = self.store.identity_hash(kind, &value);
            Ok(Known {
                hash,
                kind: kind.clone(),
                value,
            })
        });
        known.collect()
    }

    /// The subject that one of the identities belongs to; `None` for a stranger.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity.
    pub async fn find_subject(&self, who: &SubjectRef) -> Result<Option<SubjectId>, FlowError> {
        Ok(self.look_up(who).await?.subject)
    }

    /// Everything that identities alone tell.
    pub(super) async fn look_up(&self, who: &SubjectRef) -> Result<Found, FlowError> {
        let mut found = Found::default();
        for (owner, suppressed) in self.owners(&self.known(who)?).await? {
            found.subject = found.subject.or(owner);
            found.suppressed.extend(suppressed);
        }
        Ok(found)
    }

    /// Whose each identity is, and the activities that it has opted out of.
    async fn owners(
        &self,
        known: &[Known],
    ) -> Result<Vec<(Option<SubjectId>, Vec<String>)>, FlowError> {
        let mut owners = Vec::with_capacity(known.len());
        for hash in known.iter().map(|known| known.hash) {
            let find =
                self.store
                    .read::<_, FlowError, _>("subject.find", hash.bucket(), move |tx| {
                        let suppressed = tx.suppressions_of(hash)?.into_iter();
                        let suppressed = suppressed.map(|(activity, _)| activity).collect();
                        Ok((tx.subject_of(hash)?, suppressed))
                    });
            owners.push(find.await?);
        }
        Ok(owners)
    }

    /// Remembers opt-outs with every identity of a person, so that they outlive the person here; a
    /// consent takes back the one from its activity.
    ///
    /// # Source
    ///
    /// GDPR Articles 7(3), 21(3).
    pub(super) async fn suppress(
        &self,
        who: &SubjectRef,
        subject: SubjectId,
        change: &Suppress,
        at: Timestamp,
    ) -> Result<(), FlowError> {
        let bucket = self.store.bucket_of(subject);
        let linked = self
            .store
            .read::<_, FlowError, _>("identity.list", bucket, move |tx| {
                Ok(tx.identities_of(subject)?)
            });
        let linked = linked.await?;
        let mut hashes: Vec<IdentityHash> = linked.iter().map(|identity| identity.hash).collect();
        hashes.extend(self.known(who)?.iter().map(|known| known.hash));
        hashes.sort_unstable();
        hashes.dedup();
        for hash in hashes {
            let change = change.clone();
            let write =
                self.store
                    .write::<_, FlowError, _>("suppression.save", hash.bucket(), move |tx| {
                        match &change {
                            Suppress::Lift(activity) => {
                                tx.lift_suppression(hash, activity)?;
                            }
                            Suppress::From(activities) => {
                                for activity in activities {
                                    tx.suppress(hash, activity, at)?;
                                }
                            }
                        }
                        Ok(())
                    });
            write.await?;
        }
        Ok(())
    }

    /// The subject that the identities belong to; made when they belong to no one. Identities that are
    /// new are linked to it.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or the store fails.
    pub async fn subject(&self, who: &SubjectRef, now: Timestamp) -> Result<SubjectId, FlowError> {
        let known = self.known(who)?;
        let owners = self.owners(&known).await?;
        let subject = match owners.iter().find_map(|(owner, _)| *owner) {
            Some(subject) => subject,
            None => self.new_subject(&known, now).await?,
        };
        for (identity, (owner, _)) in known.into_iter().zip(owners) {
            // One that belongs to someone else stays there: two people may share a device.
            if owner.is_none() {
                self.link(subject, identity, now).await?;
            }
        }
        Ok(subject)
    }

    async fn new_subject(&self, known: &[Known], now: Timestamp) -> Result<SubjectId, FlowError> {
        let mut random = [0; 16];
        self.store.random(&mut random)?;
        let subject = SubjectId::new(random);
        let bucket = self.store.bucket_of(subject);
        let added = self
            .store
            .write::<_, FlowError, _>("subject.add", bucket, move |tx| {
                Ok(tx.add_subject(subject, now)?)
            });
        added.await?;
        let Some(first) = known.first() else {
            return Err(FlowError::NoSubject);
        };
        // Two requests may make the same person at once: the first claim of the identity wins, and the
        // other subject, which holds nothing yet, goes.
        let hash = first.hash;
        let claim =
            self.store
                .write::<_, FlowError, _>("identity.claim", hash.bucket(), move |tx| {
                    Ok(tx.claim_identity(hash, subject, now)?)
                });
        let owner = claim.await?;
        if owner != subject {
            let erase = self
                .store
                .write::<_, FlowError, _>("subject.drop", bucket, move |tx| {
                    Ok(tx.erase_subject(subject)?)
                });
            erase.await?;
            self.store.destroy_key(subject).await?;
        }
        Ok(owner)
    }

    async fn link(
        &self,
        subject: SubjectId,
        known: Known,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let Known { hash, kind, value } = known;
        let claim =
            self.store
                .write::<_, FlowError, _>("identity.claim", hash.bucket(), move |tx| {
                    Ok(tx.claim_identity(hash, subject, now)?)
                });
        if claim.await? != subject {
            // It belongs to someone else: two people may share a device or an address.
            return Ok(());
        }
        let bucket = self.store.bucket_of(subject);
        let link = self
            .store
            .write::<_, FlowError, _>("identity.link", bucket, move |tx| {
                let identity = Identity {
                    hash,
                    kind: kind.clone(),
                    value: value.clone(),
                    linked_at: now,
                };
                Ok(tx.link_identity(subject, &identity)?)
            });
        link.await
    }
}
