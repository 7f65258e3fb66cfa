//! Proof for a person that an act was recorded: anyone can check it, without asking us.

use serde::{Deserialize, Serialize};

use super::Hash;
use super::checkpoint::{Checkpoint, CheckpointError};
use super::entry::{Entry, EntryError};
use super::merkle::{self, includes};
use super::note::{NoteError, PublicKey, SigningKey, open};

/// The format that receipts of today have.
const FORMAT: &str = "ombud-receipt-v1";

/// One entry, signed at once, and the proof that the log holds it, once it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    /// The entry's text as a signed note.
    note: String,
    /// The proof, as C2SP tlog-proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
}

/// The proof that a log holds a leaf: C2SP tlog-proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's place in the log, from 0.
    pub index: u64,
    /// The hashes beside the way from the leaf to the root.
    pub path: Vec<Hash>,
    /// The checkpoint, a signed note.
    pub checkpoint: String,
}

/// A receipt that must not be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is of another format.
    #[error("it is not a receipt of the format `{FORMAT}`")]
    Format,
    /// Its signature.
    #[error("the receipt: {0}")]
    Note(#[from] NoteError),
    /// What was signed is not an entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The proof does not read.
    #[error("the proof is not one of the log's")]
    Proof,
    /// The checkpoint in the proof.
    #[error("the checkpoint of the proof: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not lead from this entry to this checkpoint.
    #[error("the proof does not lead from the entry to the checkpoint")]
    Path,
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The entry that was signed.
    pub entry: Entry,
    /// Where the log holds it; none if the receipt has no proof of that yet.
    pub logged: Option<Logged>,
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    /// From 0.
    pub index: u64,
    /// How many leaves the log had when it proved it.
    pub size: u64,
}

impl Receipt {
    /// The receipt of an entry, before the log holds it.
    pub fn new(entry: &Entry, key: &SigningKey) -> Self {
        Self {
            format: FORMAT.to_owned(),
            note: key.sign(&entry.text()),
            proof: None,
        }
    }

    /// With the proof that the log holds it.
    #[must_use]
    pub fn with(self, proof: &Proof) -> Self {
        Self {
            proof: Some(proof.text()),
            ..self
        }
    }

    /// What it proves to whoever trusts the key.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`] if it proves nothing.
    pub fn verify(&self, key: &PublicKey) -> Result<Verified, ReceiptError> {
        if self.format != FORMAT {
            return Err(ReceiptError::Format);
        }
        let entry = Entry::parse(open(&self.note, key)?)?;
        let Some(proof) = &self.proof else {
            let logged = None;
            return Ok(Verified { entry, logged });
        };
        let Proof {
            index,
            path,
            checkpoint,
        } = Proof::parse(proof).ok_or(ReceiptError::Proof)?;
        let Checkpoint { size, root } = Checkpoint::open(&checkpoint, key)?;
        if !includes(root, size, index, leaf(entry.hash()), &path) {
            return Err(ReceiptError::Path);
        }
        let logged = Some(Logged { index, size });
        Ok(Verified { entry, logged })
    }
}

/// The hash of the leaf that stands for an entry: a leaf holds the entry's hash and nothing else.
pub fn leaf(entry: Hash) -> Hash {
    merkle::leaf(&entry.0)
}

const PROOF: &str = "c2sp.org/tlog-proof@v1";

impl Proof {
    /// Its text.
    pub fn text(&self) -> String {
        let path = self.path.iter().map(|hash| hash.base64() + "\n");
        let path: String = path.collect();
        format!("{PROOF}\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Reads what [`text`](Self::text) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (proof, checkpoint) = text.split_once("\n\n")?;
        let mut lines = proof.split('\n');
        let (Some(PROOF), Some(index)) = (lines.next(), lines.next()) else {
            return None;
        };
        let path: Option<Vec<Hash>> = lines.map(Hash::from_base64).collect();
        let read = Self {
            index: index.strip_prefix("index ")?.parse().ok()?,
            path: path?,
            checkpoint: checkpoint.to_owned(),
        };
        (read.text() == text).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::{entry, facts};
    use super::*;

    fn key() -> SigningKey {
        SigningKey::of_log(&[7; 32]).unwrap()
    }

    /// A receipt of the first leaf of three.
    fn receipt() -> (Receipt, Entry) {
        let entry = entry(1, Hash::ZERO, facts().swap_remove(5));
        let [second, third] = [leaf(Hash::of(b"second")), leaf(Hash::of(b"third"))];
        let root = merkle::node(merkle::node(leaf(entry.hash()), second), third);
        let proof = Proof {
            index: 0,
            path: vec![second, third],
            checkpoint: Checkpoint { size: 3, root }.sign(&key()),
        };
        (Receipt::new(&entry, &key()).with(&proof), entry)
    }

    #[test]
    fn a_receipt_proves_its_entry_at_once_and_its_place_later() {
        let (whole, entry) = receipt();
        let early = Receipt::new(&entry, &key());
        let verified = early.verify(key().public()).unwrap();
        assert_eq!((verified.entry, verified.logged), (entry.clone(), None));
        let verified = whole.verify(key().public()).unwrap();
        let logged = Some(Logged { index: 0, size: 3 });
        assert_eq!((verified.entry, verified.logged), (entry, logged));
        let other = SigningKey::of_log(&[8; 32]).unwrap();
        assert_eq!(
            whole.verify(other.public()),
            Err(ReceiptError::Note(NoteError::OtherKey))
        );
    }

    #[test]
    fn i7_flipping_any_bit_of_a_receipt_is_found() {
        let json = serde_json::to_string(&receipt().0).unwrap();
        let holds = |bytes: Vec<u8>| {
            let receipt: Option<Receipt> = serde_json::from_slice(&bytes).ok();
            receipt.is_some_and(|receipt| receipt.verify(key().public()).is_ok())
        };
        assert!(holds(json.clone().into_bytes()));
        for bit in 0..json.len() * 8 {
            let mut bytes = json.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !holds(bytes),
                "bit {bit}, in {}",
                json.chars().nth(bit / 8).unwrap_or('?')
            );
        }
    }

    #[test]
    fn i7_the_proof_of_another_entry_proves_nothing() {
        let (whole, _) = receipt();
        let other = entry(1, Hash::ZERO, facts().swap_remove(6));
        let forged = Receipt {
            note: key().sign(&other.text()),
            ..whole
        };
        assert_eq!(forged.verify(key().public()), Err(ReceiptError::Path));
        let no_entry = Receipt {
            note: key().sign("anything\n"),
            ..forged
        };
        assert_eq!(
            no_entry.verify(key().public()),
            Err(ReceiptError::Entry(EntryError))
        );
    }

    /// The example of the specification, its path and note shortened.
    #[test]
    fn a_proof_is_written_as_specified() {
        let text = "c2sp.org/tlog-proof@v1\nindex 73894\n\
            gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\
            B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\n\
            example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n\
            — example.com/fancylog hI2DJw==\n";
        let proof = Proof::parse(text).unwrap();
        assert_eq!((proof.index, proof.path.len()), (73_894, 2));
        assert_eq!(proof.text(), text);
    }
}
