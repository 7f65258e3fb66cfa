//! Signed notes: a text, and below it the signature of a key that has a name.
//!
//! # Source
//!
//! C2SP signed-note; the key format is that of the Go checksum database.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Hash;

/// The identifier of Ed25519 signatures.
const ED25519_TYPE: u8 = 1;

/// A note, or a key, that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not a key.
    #[error("it is not a key: `name+hash+base64` is expected")]
    Key,
    /// It is not a note.
    #[error("it is not a signed note")]
    Malformed,
    /// The key did not sign it.
    #[error("this key did not sign it")]
    OtherKey,
    /// The signature is not one of this key over this text.
    #[error("the signature does not fit the text")]
    Signature,
}

/// Verifies what a log signed. Written as `name+hash+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    bytes: [u8; 32],
}

impl PublicKey {
    /// A key of this name.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] if the name is empty or holds a space or a `+`.
    pub fn new(name: &str, bytes: [u8; 32]) -> Result<Self, NoteError> {
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if name.is_empty() || name.contains(odd) {
            return Err(NoteError::Key);
        }
        let name = name.to_owned();
        Ok(Self { name, bytes })
    }

    /// Its name, which is the origin of the log that it signs for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The first bytes of a hash over name, type and key.
    fn id(&self) -> [u8; 4] {
        let input = [self.name.as_bytes(), b"\n", &self.typed()].concat();
        let Hash([a, b, c, d, ..]) = Hash::of(&input);
        [a, b, c, d]
    }

    fn typed(&self) -> Vec<u8> {
        [&[ED25519_TYPE], self.bytes.as_slice()].concat()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, key) = (hex::encode(self.id()), STANDARD.encode(self.typed()));
        write!(f, "{}+{id}+{key}", self.name)
    }
}

impl FromStr for PublicKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519_TYPE, bytes)) = key.split_first() else {
            return Err(NoteError::Key);
        };
        let bytes = bytes.try_into().map_err(|_| NoteError::Key)?;
        let read = Self::new(name, bytes)?;
        // The hash in the text is of this name and key, or it is not a key.
        (read.to_string() == text)
            .then_some(read)
            .ok_or(NoteError::Key)
    }
}

/// Signs for a log. The driver wipes it when it is dropped.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

impl SigningKey {
    /// The key of this name that comes from these 32 secret bytes.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] for a name that no key may have.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let (pair, bytes) = pair(seed)?;
        let public = PublicKey::new(name, bytes)?;
        Ok(Self { pair, public })
    }

    /// The key of a log, which it also gives its name: no two logs are ever taken for one another.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] if the bytes are no key.
    pub fn of_log(seed: &[u8; 32]) -> Result<Self, NoteError> {
        let (_, bytes) = pair(seed)?;
        let digits = hex::encode(Hash::of(&bytes).0);
        Self::new(
            &format!("ombud-{}", digits.get(..16).unwrap_or_default()),
            seed,
        )
    }

    /// What others verify with.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signed note of a text, which ends with a line feed and has no control character but that.
    pub fn sign(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        let signed = STANDARD.encode([&self.public.id(), signature.as_ref()].concat());
        format!("{text}\n— {} {signed}\n", self.public.name)
    }
}

fn pair(seed: &[u8; 32]) -> Result<(Ed25519KeyPair, [u8; 32]), NoteError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
    let public = pair
        .public_key()
        .as_ref()
        .try_into()
        .map_err(|_| NoteError::Key)?;
    Ok((pair, public))
}

/// The text of a note that this key signed. Signatures of other keys are passed over.
///
/// # Errors
///
/// [`NoteError`] if the text must not be believed.
pub fn open<'n>(note: &'n str, key: &PublicKey) -> Result<&'n str, NoteError> {
    if note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(NoteError::Malformed);
    }
    let split = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
    let text = note.get(..=split).ok_or(NoteError::Malformed)?;
    let lines = note
        .get(split + 2..)
        .and_then(|rest| rest.strip_suffix('\n'));
    let (mut ours, id) = (false, key.id());
    for line in lines.ok_or(NoteError::Malformed)?.split('\n') {
        let parts = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '));
        let (name, signed) = parts.ok_or(NoteError::Malformed)?;
        let signed = STANDARD.decode(signed).map_err(|_| NoteError::Malformed)?;
        let (by, signature) = signed.split_first_chunk().ok_or(NoteError::Malformed)?;
        if name == key.name && *by == id {
            UnparsedPublicKey::new(&ED25519, key.bytes)
                .verify(text.as_bytes(), signature)
                .map_err(|_| NoteError::Signature)?;
            ours = true;
        }
    }
    ours.then_some(text).ok_or(NoteError::OtherKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Keys, text and signatures of golang.org/x/mod (`sumdb/note/note_test.go`).
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PETER_SECRET: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    const BY_PETER: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const BY_ENOCH: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

    fn peter() -> PublicKey {
        PETER.parse().unwrap()
    }

    #[test]
    fn keys_and_signatures_are_those_of_an_independent_implementation() {
        let secret = STANDARD.decode(PETER_SECRET).unwrap();
        let key = SigningKey::new("PeterNeumann", &secret[1..].try_into().unwrap()).unwrap();
        assert_eq!(key.public().to_string(), PETER);
        assert_eq!(key.sign(TEXT), format!("{TEXT}\n{BY_PETER}"));
        for note in [
            format!("{TEXT}\n{BY_PETER}{BY_ENOCH}"),
            format!("{TEXT}\n{BY_ENOCH}{BY_PETER}"),
        ] {
            assert_eq!(open(&note, &peter()), Ok(TEXT));
            assert_eq!(open(&note, &ENOCH.parse().unwrap()), Ok(TEXT));
        }
    }

    #[test]
    fn a_mangled_key_is_no_key() {
        for start in 0..PETER.len() {
            for end in start..=PETER.len() {
                let part = &PETER.as_bytes()[start..end];
                let part = std::str::from_utf8(part).unwrap();
                assert_eq!(part.parse::<PublicKey>().is_ok(), part == PETER, "{part}");
            }
            let mut bytes = PETER.as_bytes().to_vec();
            bytes[start] += 1;
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(
                changed.parse::<PublicKey>(),
                Err(NoteError::Key),
                "{changed}"
            );
        }
        // A key that is too long, and one of an unknown kind, each with a hash that fits.
        for odd in [
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert_eq!(odd.parse::<PublicKey>(), Err(NoteError::Key));
        }
        for name in ["", "a b", "a+b", "a\n"] {
            assert_eq!(PublicKey::new(name, [1; 32]), Err(NoteError::Key));
        }
    }

    #[test]
    fn what_is_not_a_note_is_not_read() {
        let without_end = BY_PETER.trim_end();
        for bad in [
            TEXT.to_owned(),
            format!("{TEXT}\n"),
            format!("{TEXT}\n{without_end}"),
            format!("\u{1}{TEXT}\n{BY_PETER}"),
            format!("{TEXT}\n{}", BY_PETER.replace("PeterNeumann", "Bad Name")),
            format!("{TEXT}\n{BY_PETER}Unexpected line.\n"),
        ] {
            assert_eq!(open(&bad, &peter()), Err(NoteError::Malformed), "{bad}");
        }
        let others = format!("{TEXT}\n{BY_ENOCH}");
        assert_eq!(open(&others, &peter()), Err(NoteError::OtherKey));
    }

    #[test]
    fn i7_flipping_any_bit_of_a_note_is_found() {
        let note = format!("{TEXT}\n{BY_PETER}");
        for bit in 0..note.len() * 8 {
            let mut bytes = note.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(open(&changed, &peter()).is_err(), "{changed}");
            }
        }
    }
}
