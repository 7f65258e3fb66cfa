//! Sealing: AES-256-GCM under a random nonce, bound to the row that it stands in.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use ombud_core::evidence::Pseudonym;
use zeroize::Zeroizing;

use super::Random;
use crate::error::{KeyProblem, StoreError};
use crate::id::Bucket;

/// The first byte of everything sealed, so that another way of sealing can follow this one.
const FORMAT: u8 = 1;

/// Where a sealed value stands. Moved to another table, bucket or row, it no longer opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) table: &'static str,
    pub(crate) bucket: Bucket,
    pub(crate) row: &'a [u8; 16],
}

impl Context<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.table.as_bytes().to_vec();
        bytes.push(0);
        bytes.extend_from_slice(&self.bucket.number().to_be_bytes());
        bytes.extend_from_slice(self.row);
        bytes
    }
}

/// A key that seals: a subject's own, or the one that wraps those. It also makes the pseudonyms that
/// stand for its subject in the evidence. The driver wipes it when it is dropped.
#[derive(Debug)]
pub(crate) struct SubjectKey {
    seal: LessSafeKey,
    pseudonym: hmac::Key,
}

impl SubjectKey {
    /// The key of these 32 bytes.
    pub(crate) fn new(bytes: &[u8; 32]) -> Result<Self, StoreError> {
        let seal = UnboundKey::new(&AES_256_GCM, bytes).map_err(forged)?;
        Ok(Self {
            seal: LessSafeKey::new(seal),
            pseudonym: hmac::Key::new(HMAC_SHA256, bytes),
        })
    }

    /// What stands for a thing of this subject's in the evidence: nobody without the key can make
    /// it again. `label` says what kind of thing, so that no two are ever the same.
    pub(crate) fn pseudonym(&self, label: &str, thing: &[u8]) -> Pseudonym {
        let mut hash = hmac::Context::with_key(&self.pseudonym);
        hash.update(b"ombud evidence ");
        hash.update(label.as_bytes());
        hash.update(&[0]);
        hash.update(thing);
        Pseudonym(
            hash.sign()
                .as_ref()
                .first_chunk()
                .copied()
                .unwrap_or_default(),
        )
    }

    /// Seals `plain`: format, nonce, then ciphertext and tag.
    pub(crate) fn seal(
        &self,
        context: Context<'_>,
        plain: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce)?;
        let mut body = plain.to_vec();
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.seal
            .seal_in_place_append_tag(nonce_used, Aad::from(context.bytes()), &mut body)
            .map_err(forged)?;
        let mut sealed = Vec::with_capacity(body.len().saturating_add(1 + NONCE_LEN));
        sealed.push(FORMAT);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) made in the same context.
    pub(crate) fn open(
        &self,
        context: Context<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let problem = StoreError::Key(KeyProblem::Forged);
        let Some((&FORMAT, rest)) = sealed.split_first() else {
            return Err(problem);
        };
        let Some((nonce, body)) = rest.split_first_chunk::<NONCE_LEN>() else {
            return Err(problem);
        };
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .seal
            .open_in_place(nonce, Aad::from(context.bytes()), body.as_mut())
            .map_err(forged)?
            .len();
        body.truncate(plain);
        Ok(body)
    }
}

fn forged(_: aws_lc_rs::error::Unspecified) -> StoreError {
    StoreError::Key(KeyProblem::Forged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::SystemRandom;

    fn context(row: &[u8; 16]) -> Context<'_> {
        Context {
            table: "record",
            bucket: Bucket::new(9).unwrap(),
            row,
        }
    }

    #[test]
    fn opens_only_where_it_was_sealed() {
        let key = SubjectKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(context(&[1; 16]), b"anna", &SystemRandom).unwrap();
        assert_eq!(
            key.open(context(&[1; 16]), &sealed).unwrap().as_slice(),
            b"anna"
        );

        let elsewhere = [
            Context {
                row: &[2; 16],
                ..context(&[1; 16])
            },
            Context {
                table: "subject_identity",
                ..context(&[1; 16])
            },
            Context {
                bucket: Bucket::new(10).unwrap(),
                ..context(&[1; 16])
            },
        ];
        for context in elsewhere {
            assert!(key.open(context, &sealed).is_err());
        }
        assert!(
            SubjectKey::new(&[8; 32])
                .unwrap()
                .open(context(&[1; 16]), &sealed)
                .is_err()
        );
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let key = SubjectKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(context(&[1; 16]), b"anna", &SystemRandom).unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key.open(context(&[1; 16]), &changed).is_err());
            assert!(key.open(context(&[1; 16]), &sealed[..index]).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_payload_opens_as_it_was_sealed(
            plain in prop::collection::vec(any::<u8>(), 0..300),
            row: [u8; 16],
            bytes: [u8; 32],
        ) {
            let key = SubjectKey::new(&bytes).unwrap();
            let sealed = key.seal(context(&row), &plain, &SystemRandom).unwrap();
            prop_assert_eq!(sealed.len(), plain.len() + 29);
            let opened = key.open(context(&row), &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain);
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same_twice() {
        let key = SubjectKey::new(&[7; 32]).unwrap();
        let seal = || key.seal(context(&[1; 16]), b"anna", &SystemRandom).unwrap();
        assert_ne!(seal(), seal());
    }
}
