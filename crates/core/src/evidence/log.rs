//! Is this log whole? Every leaf is counted again, in its order.

use std::collections::BTreeMap;

use super::receipt::leaf;
use super::{Broken, Chain, Edge, Hash, Reached, TileId};

/// Follows a log from its first leaf, and notes how far each chain has come into it.
#[derive(Debug, Clone, Default)]
pub struct LogCheck {
    edge: Edge,
    chains: BTreeMap<Chain, Reached>,
}

impl LogCheck {
    /// The next leaf: the entry at a place of a chain, by its hash. Tiles that it fills are handed
    /// to `filled`.
    ///
    /// # Errors
    ///
    /// [`Broken::Order`] if the entry is not the next one of its chain.
    pub fn next(
        &mut self,
        (chain, place): (Chain, u64),
        entry: Hash,
        filled: &mut impl FnMut(TileId, Vec<Hash>),
    ) -> Result<(), Broken> {
        let reached = self.chains.entry(chain).or_default();
        let expected = reached.places.saturating_add(1);
        if place != expected {
            let (chain, found) = (chain.number(), place);
            return Err(Broken::Order {
                chain,
                expected,
                found,
            });
        }
        *reached = reached.with(entry);
        self.edge.push(leaf(entry), filled);
        Ok(())
    }

    /// The right edge of the tree so far.
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// How far each chain has come.
    pub fn chains(&self) -> &BTreeMap<Chain, Reached> {
        &self.chains
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_a_leaf_out_of_its_chain_s_order_is_found() {
        let (one, two) = (Chain::new(1).unwrap(), Chain::new(2).unwrap());
        let mut log = LogCheck::default();
        for (number, leaf) in (0..).zip([(one, 1), (two, 1), (one, 2)]) {
            let added = log.next(leaf, Hash::of(&[number]), &mut |_, _| ());
            assert_eq!(added, Ok(()));
        }
        assert_eq!((log.edge().size(), log.chains()[&one].places), (3, 2));
        for (leaf, expected) in [
            ((one, 2), 3),
            ((one, 4), 3),
            ((two, 1), 2),
            ((Chain::HOME, 2), 1),
        ] {
            let found = log.next(leaf, Hash::ZERO, &mut |_, _| ());
            let (chain, found_place) = (leaf.0.number(), leaf.1);
            let want = Broken::Order {
                chain,
                expected,
                found: found_place,
            };
            assert_eq!(found, Err(want));
        }
    }
}
