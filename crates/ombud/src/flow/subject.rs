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
        let owners = self.owners(&self.known(who)?).await?;
        Ok(owners.into_iter().flatten().next())
    }

    /// Whose each identity is.
    async fn owners(&self, known: &[Known]) -> Result<Vec<Option<SubjectId>>, FlowError> {
        let mut owners = Vec::with_capacity(known.len());
        for hash in known.iter().map(|known| known.hash) {
            let find =
                self.store
                    .read::<_, FlowError, _>("subject.find", hash.bucket(), move |tx| {
                        Ok(tx.subject_of(hash)?)
                    });
            owners.push(find.await?);
        }
        Ok(owners)
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
        let subject = match owners.iter().flatten().next() {
            Some(subject) => *subject,
            None => self.new_subject(&known, now).await?,
        };
        for (identity, owner) in known.into_iter().zip(owners) {
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
