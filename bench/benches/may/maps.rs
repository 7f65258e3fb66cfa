//! Plain hash maps by 128-bit id: the floor for anything found by id.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::hint::black_box;

use crate::world::{Question, id_of};

/// To sixteen bytes, with a hash that is half of the id, as good as a random id needs.
pub(crate) type Quick = HashMap<u128, [u8; 16], BuildHasherDefault<Half>>;
/// The same to 48 bytes: a cache line with the id, as an answer for each of a dozen activities is.
pub(crate) type Wide = HashMap<u128, [u8; 48], BuildHasherDefault<Half>>;
/// To sixteen bytes, with the hash of the standard library.
pub(crate) type Plain = HashMap<u128, [u8; 16]>;

/// Half of an id, unchanged.
#[derive(Debug, Default)]
pub(crate) struct Half(u64);

impl Hasher for Half {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.first_chunk().copied().map_or(0, u64::from_le_bytes);
    }
}

/// A map of so many people.
pub(crate) fn fill<S: BuildHasher + Default, const BYTES: usize>(
    people: usize,
) -> HashMap<u128, [u8; BYTES], S> {
    let mut map = HashMap::with_capacity_and_hasher(people, S::default());
    map.extend((0..people).map(|person| {
        let id = id_of(person);
        let byte = id.to_be_bytes().first().copied();
        (id, [byte.unwrap_or_default(); BYTES])
    }));
    map
}

/// Finds the byte of one activity.
pub(crate) fn look<S: BuildHasher, const BYTES: usize>(
    map: &HashMap<u128, [u8; BYTES], S>,
    question: &Question,
) -> usize {
    let value = map.get(&question.id);
    let byte = value.and_then(|bytes| bytes.get(question.activity));
    black_box(byte.copied()).map_or(0, usize::from)
}
