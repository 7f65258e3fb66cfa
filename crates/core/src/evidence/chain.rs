//! Is this chain whole? Every entry is read again, in its order.

use jiff::Timestamp;

use super::{Chain, Entry, Fact, Hash};

/// An entry as a store keeps it, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the chain.
    pub place: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened, as [`Fact::json`] says it.
    pub fact: String,
    /// The hash of the entry before, as it is stored.
    pub after: Hash,
    /// Its own hash, as it is stored.
    pub hash: Hash,
}

/// What is wrong with the evidence. Each names the place, so that a person can look there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing, doubled or out of order.
    #[error("chain {chain}: place {found} follows where place {expected} belongs")]
    Order {
        /// Which chain.
        chain: u16,
        /// Which place belongs there.
        expected: u64,
        /// Which place stands there.
        found: u64,
    },
    /// An entry does not follow the one before.
    #[error("chain {chain}: the entry at place {place} does not follow the one before")]
    Link {
        /// Which chain.
        chain: u16,
        /// Which place.
        place: u64,
    },
    /// An entry was changed.
    #[error("chain {chain}: the entry at place {place} was changed")]
    Entry {
        /// Which chain.
        chain: u16,
        /// Which place.
        place: u64,
    },
    /// The leaves of the log are not the entries that they stand for.
    #[error("chain {chain}: its first {places} entries are not those that the log holds")]
    Leaves {
        /// Which chain.
        chain: u16,
        /// How many of its entries the log should hold.
        places: u64,
    },
    /// The log does not hold what its size says.
    #[error("the log should hold {expected} entries and holds {found}")]
    Size {
        /// What its size says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// Tiles are missing, or there are too many.
    #[error("the log should have {expected} tiles and has {found}")]
    Tiles {
        /// What its size says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// A tile is not what the leaves come to.
    #[error("tile {index} of level {level} is not what the entries come to")]
    Tile {
        /// Its level.
        level: u8,
        /// Its place on the level.
        index: u64,
    },
    /// The checkpoint does not fit the entries, or was not signed by this log's key.
    #[error("the checkpoint does not belong to these entries and this key")]
    Checkpoint,
    /// The log is behind what it had signed, or beside it.
    #[error(
        "a log of {kept} entries was signed before, and these are not its continuation; if a copy of the data was put back, `ombud evidence renew` goes on from here"
    )]
    Cut {
        /// The size that is remembered apart from the data.
        kept: u64,
    },
}

/// The first entries of a chain, as the log holds them or as the chain does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many.
    pub places: u64,
    /// A hash over all their hashes, in their order.
    pub digest: Hash,
}

impl Reached {
    /// One entry further.
    #[must_use]
    pub fn with(self, hash: Hash) -> Self {
        Self {
            places: self.places.saturating_add(1),
            digest: Hash::of(&[self.digest.0, hash.0].concat()),
        }
    }
}

/// Follows a chain from its first entry, and looks whether the log holds what it holds.
#[derive(Debug, Clone)]
pub struct ChainCheck {
    chain: Chain,
    logged: Reached,
    reached: Reached,
    last: Hash,
}

impl ChainCheck {
    /// Before the first entry of a chain that the log holds so far.
    pub fn new(chain: Chain, logged: Reached) -> Self {
        Self {
            chain,
            logged,
            reached: Reached::default(),
            last: Hash::ZERO,
        }
    }

    /// How many entries were followed.
    pub fn place(&self) -> u64 {
        self.reached.places
    }

    /// The next entry, if it is whole and belongs there.
    ///
    /// # Errors
    ///
    /// [`Broken`] at the first thing that is wrong.
    pub fn next(&mut self, stored: &Stored) -> Result<Entry, Broken> {
        let (chain, place) = (self.chain.number(), stored.place);
        let expected = self.reached.places.saturating_add(1);
        if place != expected {
            let found = place;
            return Err(Broken::Order {
                chain,
                expected,
                found,
            });
        }
        if stored.after != self.last {
            return Err(Broken::Link { chain, place });
        }
        let fact = Fact::parse(&stored.fact).ok_or(Broken::Entry { chain, place })?;
        let entry = Entry {
            chain: self.chain,
            place,
            at: stored.at,
            after: stored.after,
            fact,
        };
        if entry.hash() != stored.hash {
            return Err(Broken::Entry { chain, place });
        }
        (self.reached, self.last) = (self.reached.with(stored.hash), stored.hash);
        if place == self.logged.places && self.reached != self.logged {
            return Err(self.leaves());
        }
        Ok(entry)
    }

    fn leaves(&self) -> Broken {
        Broken::Leaves {
            chain: self.chain.number(),
            places: self.logged.places,
        }
    }

    /// Whether the chain does not end before what the log holds.
    ///
    /// # Errors
    ///
    /// [`Broken::Leaves`].
    pub fn end(&self) -> Result<(), Broken> {
        if self.place() < self.logged.places {
            return Err(self.leaves());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::{entry, facts};
    use super::*;

    fn stored() -> Vec<Stored> {
        let mut after = Hash::ZERO;
        let one = |(place, fact)| {
            let entry = entry(place, after, fact);
            after = entry.hash();
            Stored {
                place,
                at: entry.at,
                fact: entry.fact.json(),
                after: entry.after,
                hash: after,
            }
        };
        (1..).zip(facts()).map(one).collect()
    }

    /// Whether the chain is found whole, and all of it that the log holds.
    fn whole(rows: &[Stored], logged: &[Stored]) -> bool {
        let logged = logged.iter();
        let logged = logged.fold(Reached::default(), |reached, row| reached.with(row.hash));
        let mut check = ChainCheck::new(Chain::new(17).unwrap(), logged);
        rows.iter().all(|row| check.next(row).is_ok()) && check.end().is_ok()
    }

    #[test]
    fn i7_any_change_cut_swap_or_insertion_in_a_chain_is_found() {
        let rows = stored();
        assert!(whole(&rows, &rows));
        assert!(whole(&rows, &rows[..3]), "the log is behind");
        for index in 0..rows.len() {
            let mut cut = rows.clone();
            cut.remove(index);
            assert!(!whole(&cut, &rows), "cut {index}");
            let mut twice = rows.clone();
            twice.insert(index, rows[index].clone());
            assert!(!whole(&twice, &rows), "doubled {index}");
            if index > 0 {
                let mut swapped = rows.clone();
                swapped.swap(index, index - 1);
                assert!(!whole(&swapped, &rows), "swapped {index}");
                // Renumbered too, as one who knows the format would do.
                (swapped[index].place, swapped[index - 1].place) =
                    (swapped[index - 1].place, swapped[index].place);
                assert!(!whole(&swapped, &rows), "renumbered {index}");
            }
            for byte in 0..rows[index].fact.len() {
                let mut flipped = rows.clone();
                let mut fact = flipped[index].fact.clone().into_bytes();
                fact[byte] ^= 1;
                let Ok(fact) = String::from_utf8(fact) else {
                    continue;
                };
                flipped[index].fact = fact;
                assert!(!whole(&flipped, &rows), "fact {index}, byte {byte}");
            }
            for byte in 0..32 {
                let mut flipped = rows.clone();
                flipped[index].hash.0[byte] ^= 0x10;
                assert!(!whole(&flipped, &rows), "hash {index}, byte {byte}");
                let mut flipped = rows.clone();
                flipped[index].after.0[byte] ^= 0x10;
                assert!(!whole(&flipped, &rows), "after {index}, byte {byte}");
            }
        }
    }

    #[test]
    fn i7_a_chain_of_another_bucket_does_not_fit() {
        let row = stored().swap_remove(0);
        let mut other = ChainCheck::new(Chain::HOME, Reached::default());
        assert_eq!(
            other.next(&row),
            Err(Broken::Entry {
                chain: 4096,
                place: 1
            })
        );
    }

    #[test]
    fn i7_a_chain_that_is_not_the_one_in_the_log_is_found() {
        let rows = stored();
        let chain = Chain::new(17).unwrap();
        let all = rows.iter().map(|row| row.hash).collect::<Vec<_>>();
        let fits = |hashes: &[Hash]| {
            let logged = hashes
                .iter()
                .fold(Reached::default(), |reached, hash| reached.with(*hash));
            let mut check = ChainCheck::new(chain, logged);
            rows.iter().all(|row| check.next(row).is_ok()) && check.end().is_ok()
        };
        for logged in 0..=all.len() {
            assert!(fits(&all[..logged]), "{logged} in the log");
        }
        assert!(!fits(&[all.clone(), vec![Hash::of(b"more")]].concat()));
        let mut swapped = all.clone();
        swapped.swap(0, 1);
        assert!(!fits(&swapped));
        assert!(!fits(&all[1..]));
    }
}
