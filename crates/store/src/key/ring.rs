//! The keys that come from the master key, and what they are for.

use std::sync::Arc;

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use zeroize::Zeroizing;

use super::{Context, Random, SecretFile, SubjectKey};
use crate::error::{KeyProblem, StoreError};
use crate::id::{Bucket, IdentityHash, KeyedHash, SubjectId};

/// Everything derived from the master key.
pub(crate) struct KeyRing {
    identity: hmac::Key,
    bucket: hmac::Key,
    other: hmac::Key,
    wrap: SubjectKey,
    check: [u8; 16],
    random: Arc<dyn Random>,
}

impl KeyRing {
    /// Derives the ring (HKDF-SHA256, one label for each use).
    pub(crate) fn new(master: &SecretFile, random: Arc<dyn Random>) -> Result<Self, StoreError> {
        let derive = |label: &str| {
            let mut bytes = Zeroizing::new([0; 32]);
            Salt::new(HKDF_SHA256, b"ombud")
                .extract(master.bytes())
                .expand(&[label.as_bytes()], HKDF_SHA256)
                .and_then(|okm| okm.fill(bytes.as_mut()))
                .map(|()| bytes)
                .map_err(|_| StoreError::Key(KeyProblem::Malformed))
        };
        let check = hmac::Key::new(HMAC_SHA256, derive("check")?.as_ref());
        Ok(Self {
            identity: hmac::Key::new(HMAC_SHA256, derive("identity")?.as_ref()),
            bucket: hmac::Key::new(HMAC_SHA256, derive("bucket")?.as_ref()),
            other: hmac::Key::new(HMAC_SHA256, derive("other")?.as_ref()),
            wrap: SubjectKey::new(&*derive("wrap")?)?,
            check: first_half(&hmac::sign(&check, b"install")),
            random,
        })
    }

    /// What the data keeps to recognise its master key by.
    pub(crate) fn check(&self) -> &[u8; 16] {
        &self.check
    }

    /// Where random bytes come from.
    pub(crate) fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    /// The bucket of a subject: the first twelve bits of a keyed hash of its id. Never another way.
    pub(crate) fn bucket_of(&self, subject: SubjectId) -> Bucket {
        Bucket::of_hash(&first_half(&hmac::sign(&self.bucket, subject.bytes())))
    }

    /// The keyed hash of an identity's kind and normalised value.
    pub(crate) fn identity_hash(&self, kind: &str, normalised: &str) -> IdentityHash {
        let mut hash = hmac::Context::with_key(&self.identity);
        hash.update(kind.as_bytes());
        hash.update(&[0]);
        hash.update(normalised.as_bytes());
        IdentityHash(first_half(&hash.sign()))
    }

    /// The keyed hash of something that a caller sent, for a use of its own.
    pub(crate) fn keyed_hash(&self, label: &str, text: &[u8]) -> KeyedHash {
        let mut hash = hmac::Context::with_key(&self.other);
        hash.update(label.as_bytes());
        hash.update(&[0]);
        hash.update(text);
        KeyedHash(first_half(&hash.sign()))
    }

    /// A new key for a subject: as it is stored, and ready for use.
    pub(crate) fn make(&self, subject: SubjectId) -> Result<(Vec<u8>, SubjectKey), StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.random.fill(bytes.as_mut())?;
        let context = self.context(&subject);
        let wrapped = self.wrap.seal(context, bytes.as_ref(), self.random())?;
        Ok((wrapped, SubjectKey::new(&bytes)?))
    }

    /// Unwraps a subject's stored key.
    pub(crate) fn unwrap(
        &self,
        subject: SubjectId,
        wrapped: &[u8],
    ) -> Result<SubjectKey, StoreError> {
        let bytes = self.wrap.open(self.context(&subject), wrapped)?;
        let bytes = bytes
            .first_chunk()
            .ok_or(StoreError::Key(KeyProblem::Forged))?;
        SubjectKey::new(bytes)
    }

    fn context<'a>(&self, subject: &'a SubjectId) -> Context<'a> {
        Context {
            table: "subject_key",
            bucket: self.bucket_of(*subject),
            row: subject.bytes(),
        }
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing(..)")
    }
}

fn first_half(tag: &hmac::Tag) -> [u8; 16] {
    tag.as_ref().first_chunk().copied().unwrap_or_default()
}
