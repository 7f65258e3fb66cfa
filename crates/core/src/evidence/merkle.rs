//! Merkle trees as in RFC 6962: hashes, roots, proofs of inclusion and of consistency.
//!
//! A proof is planned first, as ranges of leaves whose hashes it needs; each range is covered by
//! complete [`Subtree`]s, whose hashes a store can keep. So no tree is ever held in memory.
//!
//! # Source
//!
//! RFC 6962 section 2.1; the verification is that of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use std::ops::Range;

use super::Hash;

/// The hash of a leaf that holds these bytes.
pub fn leaf(data: &[u8]) -> Hash {
    Hash::of(&[&[0], data].concat())
}

/// The hash of a node over two others.
pub fn node(left: Hash, right: Hash) -> Hash {
    let mut bytes = [1; 65];
    let (_, halves) = bytes.split_at_mut(1);
    let (first, second) = halves.split_at_mut(32);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    Hash::of(&bytes)
}

/// A complete subtree: the leaves from `index << height` on, `1 << height` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtree {
    /// Its height; 0 is a leaf.
    pub height: u8,
    /// Its place among those of its height, from 0.
    pub index: u64,
}

/// The complete subtrees that make up a range of leaves, from the left; each as large as can be.
pub fn cover(range: Range<u64>) -> Vec<Subtree> {
    let Range { mut start, end } = range;
    let mut subtrees = Vec::new();
    while start < end {
        // As high as its place allows, and no longer than what is left.
        let height = start.trailing_zeros().min((end - start).ilog2());
        subtrees.push(Subtree {
            height: u8::try_from(height).unwrap_or(u8::MAX),
            index: start >> height,
        });
        start += 1 << height;
    }
    subtrees
}

/// The hash over the subtrees of a range, given from the left. Of nothing, the hash of nothing.
pub fn root(hashes: impl DoubleEndedIterator<Item = Hash>) -> Hash {
    let fold = hashes.rev().reduce(|right, left| node(left, right));
    fold.unwrap_or_else(|| Hash::of(&[]))
}

/// The hash over a range of leaves, from a store of subtrees.
///
/// # Errors
///
/// Whatever `fetch` fails with.
pub fn range_hash<E>(
    range: Range<u64>,
    fetch: &mut impl FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let hashes: Result<Vec<Hash>, E> = cover(range).into_iter().map(fetch).collect();
    Ok(root(hashes?.into_iter()))
}

/// The ranges whose hashes prove that a tree of `size` leaves has this one, from the leaf up. None
/// if it has no such leaf.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(middle..end);
            end = middle;
        } else {
            path.push(start..middle);
            start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The ranges whose hashes prove that a tree of `new` leaves begins with that of `old` leaves. None
/// if it is the smaller one.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Range<u64>>> {
    if old > new {
        return None;
    }
    let mut path = Vec::new();
    if old == 0 {
        return Some(path);
    }
    // `whole`: the subtree is the old tree itself, whose hash the asker has.
    let (mut start, mut end, mut whole) = (0, new, true);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(middle..end);
            end = middle;
        } else {
            path.push(start..middle);
            (start, whole) = (middle, false);
        }
    }
    if !whole {
        path.push(start..end);
    }
    path.reverse();
    Some(path)
}

/// Where a range of so many leaves is split: the greatest power of two below it.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// Whether the leaf with this hash stands at this place of the tree with this size and root.
pub fn includes(root: Hash, size: u64, index: u64, leaf: Hash, path: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for step in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node(*step, hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            hash = node(hash, *step);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && hash == root
}

/// Whether the tree `new` (size and root) begins with the tree `old`.
pub fn continues(old: (u64, Hash), new: (u64, Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return path.is_empty() && old_root == new_root;
    }
    if old_size == 0 {
        return path.is_empty() && old_root == root(std::iter::empty());
    }
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at % 2 == 1 {
        (at, last) = (at / 2, last / 2);
    }
    // A whole subtree as the old tree: its hash begins the path, and is known.
    let first = if at == 0 {
        Some((&old_root, path))
    } else {
        path.split_first()
    };
    let Some((first, rest)) = first else {
        return false;
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in rest {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old_hash = node(*step, old_hash);
            new_hash = node(*step, new_hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            new_hash = node(new_hash, *step);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && old_hash == old_root && new_hash == new_root
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    /// The definition of RFC 6962, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of(&[]),
            [leaf] => *leaf,
            more => {
                let (left, right) = more.split_at(place(split(more.len() as u64)));
                node(defined(left), defined(right))
            }
        }
    }

    fn place(number: u64) -> usize {
        usize::try_from(number).unwrap()
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count)
            .map(|number| leaf(&number.to_be_bytes()))
            .collect()
    }

    fn hashes(leaves: &[Hash], ranges: Vec<Range<u64>>) -> Vec<Hash> {
        let slice = |range: &Range<u64>| {
            let bounds = place(range.start)..place(range.end);
            defined(&leaves[bounds])
        };
        let mut fetch = |one: Subtree| {
            let start = one.index << one.height;
            Ok::<_, Infallible>(slice(&(start..start + (1 << one.height))))
        };
        let hash = |range: Range<u64>| {
            let Ok(hash) = range_hash(range.clone(), &mut fetch);
            assert_eq!(hash, slice(&range), "{range:?}");
            hash
        };
        ranges.into_iter().map(hash).collect()
    }

    fn hash(hex: &str) -> Hash {
        Hash::from_hex(hex).unwrap()
    }

    /// Leaves, roots and proofs of github.com/transparency-dev/merkle (`proof/verify_test.go`), which
    /// are those of Google's certificate transparency.
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    const A: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    const B: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    const C: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    const D: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    const E: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    const F: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    const G: &str = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f";

    fn known() -> Vec<Hash> {
        LEAVES
            .iter()
            .map(|data| leaf(&hex::decode(data).unwrap()))
            .collect()
    }

    #[test]
    fn roots_are_those_of_an_independent_implementation() {
        for size in 1..=8 {
            assert_eq!(defined(&known()[..size]), hash(ROOTS[size - 1]), "{size}");
        }
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(root(std::iter::empty()), hash(empty));
    }

    #[test]
    fn inclusion_proofs_are_those_of_an_independent_implementation() {
        // Leaf counted from 1, size, path.
        let proofs: [(u64, u64, &[&str]); 5] = [
            (1, 1, &[]),
            (1, 8, &[A, B, C]),
            (6, 8, &[D, E, ROOTS[3]]),
            (3, 3, &[ROOTS[1]]),
            (2, 5, &[ROOTS[0], B, D]),
        ];
        for (leaf, size, path) in proofs {
            let path: Vec<Hash> = path.iter().map(|hex| hash(hex)).collect();
            let ours = hashes(&known(), inclusion(leaf - 1, size).unwrap());
            assert_eq!(ours, path, "{leaf} of {size}");
            let (root, leaf_hash) = (hash(ROOTS[place(size) - 1]), known()[place(leaf) - 1]);
            assert!(includes(root, size, leaf - 1, leaf_hash, &path));
        }
    }

    #[test]
    fn consistency_proofs_are_those_of_an_independent_implementation() {
        let proofs: [(u64, u64, &[&str]); 5] = [
            (1, 1, &[]),
            (1, 8, &[A, B, C]),
            (6, 8, &[F, E, ROOTS[3]]),
            (2, 5, &[B, D]),
            (6, 7, &[F, G, ROOTS[3]]),
        ];
        for (old, new, path) in proofs {
            let path: Vec<Hash> = path.iter().map(|hex| hash(hex)).collect();
            let ours = hashes(&known(), consistency(old, new).unwrap());
            assert_eq!(ours, path, "{old} to {new}");
            let root = |size: u64| (size, hash(ROOTS[place(size) - 1]));
            assert!(continues(root(old), root(new), &path));
        }
    }

    #[test]
    fn i7_every_leaf_of_every_size_is_proved_and_no_other_leaf_or_place() {
        let all = leaves(130);
        for size in 1..=130_u64 {
            let root = defined(&all[..place(size)]);
            for index in 0..size {
                let path = hashes(&all, inclusion(index, size).unwrap());
                let hash = all[place(index)];
                assert!(
                    includes(root, size, index, hash, &path),
                    "{index} of {size}"
                );
                assert!(
                    !includes(root, size, index ^ 1, hash, &path),
                    "{index} of {size}"
                );
                assert!(!includes(root, size, index, leaf(b"another"), &path));
                assert!(!includes(
                    root,
                    size,
                    index,
                    hash,
                    &[path.clone(), vec![hash]].concat()
                ));
                if let Some((_, shorter)) = path.split_last() {
                    assert!(!includes(root, size, index, hash, shorter));
                }
            }
            assert_eq!(inclusion(size, size), None);
        }
    }

    #[test]
    fn i7_every_pair_of_sizes_is_proved_and_no_other_history() {
        let all = leaves(130);
        let mut other = all.clone();
        other[0] = leaf(b"another");
        for new in 0..=130_u64 {
            for old in 0..=new {
                let path = hashes(&all, consistency(old, new).unwrap());
                let of = |leaves: &[Hash], size: u64| (size, defined(&leaves[..place(size)]));
                let (before, after) = (of(&all, old), of(&all, new));
                assert!(continues(before, after, &path), "{old} to {new}");
                if old > 0 {
                    assert!(!continues(of(&other, old), after, &path), "{old} to {new}");
                    assert!(!continues(before, of(&other, new), &path), "{old} to {new}");
                    assert!(!continues((old, after.1), (new, before.1), &path) || old == new);
                }
            }
            assert_eq!(consistency(new + 1, new), None);
        }
    }

    proptest! {
        #[test]
        fn i7_a_changed_proof_proves_nothing(size in 2_u64..600, index: u64, step: usize, bit in 0..256_usize) {
            let (all, index) = (leaves(size), index % size);
            let root = defined(&all);
            let mut path = hashes(&all, inclusion(index, size).unwrap());
            let step = step % path.len();
            path[step].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!includes(root, size, index, all[place(index)], &path));
        }

        #[test]
        fn i7_a_changed_consistency_proof_proves_nothing(new in 2_u64..600, old: u64, step: usize, bit in 0..256_usize) {
            let (all, old) = (leaves(new), 1 + old % (new - 1));
            let mut path = hashes(&all, consistency(old, new).unwrap());
            let step = step % path.len();
            path[step].0[bit / 8] ^= 1 << (bit % 8);
            let of = |size: u64| (size, defined(&all[..place(size)]));
            prop_assert!(!continues(of(old), of(new), &path));
        }
    }
}
