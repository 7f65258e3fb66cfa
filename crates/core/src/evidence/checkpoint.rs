//! What a log says of itself at a size: one hash over all its leaves, signed.
//!
//! # Source
//!
//! C2SP tlog-checkpoint.

use super::Hash;
use super::note::{NoteError, PublicKey, SigningKey, open};

/// The head of a log's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves it has.
    pub size: u64,
    /// The hash over all of them.
    pub root: Hash,
}

/// A checkpoint that must not be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Its signature.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text.
    #[error("the text is not a checkpoint of this log")]
    Text,
}

impl Checkpoint {
    /// The signed note of it. The log is named as its key.
    pub fn sign(&self, key: &SigningKey) -> String {
        key.sign(&self.text(key.public()))
    }

    /// Reads a checkpoint that this key signed.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if it must not be believed.
    pub fn open(note: &str, key: &PublicKey) -> Result<Self, CheckpointError> {
        let text = open(note, key)?;
        let lines: Vec<&str> = text.lines().collect();
        let [_, size, root] = lines.as_slice() else {
            return Err(CheckpointError::Text);
        };
        let read = || {
            Some(Self {
                size: size.parse().ok()?,
                root: Hash::from_base64(root)?,
            })
        };
        let checkpoint = read().ok_or(CheckpointError::Text)?;
        let same = checkpoint.text(key) == text;
        same.then_some(checkpoint).ok_or(CheckpointError::Text)
    }

    fn text(&self, key: &PublicKey) -> String {
        format!("{}\n{}\n{}\n", key.name(), self.size, self.root.base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_written_as_specified_and_read_back() {
        let key = SigningKey::new("example.com/log42", &[7; 32]).unwrap();
        let checkpoint = Checkpoint {
            size: 20_852_163,
            root: Hash::from_base64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap(),
        };
        let note = checkpoint.sign(&key);
        let text = "example.com/log42\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/log42 ";
        assert!(note.starts_with(text), "{note}");
        assert_eq!(Checkpoint::open(&note, key.public()), Ok(checkpoint));
        let other = SigningKey::new("example.com/log42", &[8; 32]).unwrap();
        assert_eq!(
            Checkpoint::open(&note, other.public()),
            Err(CheckpointError::Note(NoteError::OtherKey))
        );
    }

    #[test]
    fn a_signed_text_that_is_no_checkpoint_of_this_log_is_refused() {
        let key = SigningKey::new("example.com/log42", &[7; 32]).unwrap();
        let root = Hash::of(b"root").base64();
        for text in [
            format!("example.com/log43\n1\n{root}\n"),
            format!("example.com/log42\n01\n{root}\n"),
            format!("example.com/log42\n1\n{root}\nmore\n"),
            "example.com/log42\n1\n".to_owned(),
            "example.com/log42\n1\nAAAA\n".to_owned(),
        ] {
            assert_eq!(
                Checkpoint::open(&key.sign(&text), key.public()),
                Err(CheckpointError::Text),
                "{text}"
            );
        }
    }
}
