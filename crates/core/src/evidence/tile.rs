//! The tree in tiles of 256 hashes, so that it can be kept, and fetched, piece by piece.
//!
//! # Source
//!
//! C2SP tlog-tiles.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Hash;
use super::merkle::{self, Subtree};

/// How many hashes a full tile holds.
pub const WIDTH: u16 = 256;
/// The same as a power of two: the levels of the tree that a tile spans.
const HEIGHT: u8 = 8;

/// Which tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// Its level: 0 holds the hashes of leaves, each further one those of full tiles below.
    pub level: u8,
    /// Its place on the level, from 0.
    pub index: u64,
}

impl TileId {
    /// The tile that the hash of a subtree is made from, and which of the tile's hashes.
    pub fn of(subtree: Subtree) -> (Self, Range<usize>) {
        let (level, within) = (subtree.height / HEIGHT, subtree.height % HEIGHT);
        let first = subtree.index << within;
        let start = usize::try_from(first % u64::from(WIDTH)).unwrap_or_default();
        let index = first / u64::from(WIDTH);
        (Self { level, index }, start..start + (1 << within))
    }

    /// The tiles that a tree of so many leaves has not filled yet, with how many hashes each holds.
    pub fn unfilled(size: u64) -> Vec<(Self, u16)> {
        let mut tiles = Vec::new();
        let (mut level, mut hashes) = (0, size);
        while hashes > 0 {
            let width = u16::try_from(hashes % u64::from(WIDTH)).unwrap_or_default();
            let index = hashes / u64::from(WIDTH);
            if width > 0 {
                tiles.push((Self { level, index }, width));
            }
            (level, hashes) = (level + 1, index);
        }
        tiles
    }

    /// How many tiles, filled or not, a tree of so many leaves has.
    pub fn count(size: u64) -> u64 {
        let (mut tiles, mut hashes) = (0, size);
        while hashes > 0 {
            tiles += hashes.div_ceil(u64::from(WIDTH));
            hashes /= u64::from(WIDTH);
        }
        tiles
    }
}

/// The right edge of a growing tree: the hashes of the tiles that are not full, level by level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: BTreeMap<u8, Vec<Hash>>,
}

impl Edge {
    /// The edge of a tree of so many leaves, from its [unfilled](TileId::unfilled) tiles.
    pub fn new(size: u64, tiles: impl IntoIterator<Item = (TileId, Vec<Hash>)>) -> Self {
        let levels = tiles.into_iter().map(|(tile, hashes)| (tile.level, hashes));
        Self {
            size,
            levels: levels.collect(),
        }
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash. Tiles that it fills are handed to `filled`, lower ones first.
    pub fn push(&mut self, leaf: Hash, filled: &mut impl FnMut(TileId, Vec<Hash>)) {
        self.size += 1;
        let (mut hash, mut count) = (leaf, self.size);
        for level in 0.. {
            let hashes = self.levels.entry(level).or_default();
            hashes.push(hash);
            if hashes.len() < usize::from(WIDTH) {
                return;
            }
            let full = self.levels.remove(&level).unwrap_or_default();
            hash = whole(&full);
            count /= u64::from(WIDTH);
            let index = count - 1;
            filled(TileId { level, index }, full);
        }
    }

    /// The tiles that are not full and not empty.
    pub fn unfilled(&self) -> Vec<(TileId, Vec<Hash>)> {
        let tiles = TileId::unfilled(self.size).into_iter();
        let hashes = |tile: TileId| self.levels.get(&tile.level).cloned();
        tiles
            .map(|(tile, _)| (tile, hashes(tile).unwrap_or_default()))
            .collect()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = Vec::new();
        for hashes in self.levels.values().rev() {
            let count = u64::try_from(hashes.len()).unwrap_or_default();
            for subtree in merkle::cover(0..count) {
                let (_, range) = TileId::of(subtree);
                peaks.push(whole(hashes.get(range).unwrap_or_default()));
            }
        }
        merkle::root(peaks.into_iter())
    }
}

/// The hash over a power of two of hashes.
pub fn whole(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let pairs = row.chunks(2);
        row = pairs
            .filter_map(|pair| Some(merkle::node(*pair.first()?, *pair.get(1)?)))
            .collect();
    }
    row.first().copied().unwrap_or_default()
}

/// What is served below `tile/`, with how many hashes or entries of it are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A tile of hashes.
    Tile(TileId, u16),
    /// The leaves that a tile of level 0 holds the hashes of.
    Entries(u64, u16),
}

impl Resource {
    /// Reads `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`; none for any other spelling.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, decimal(width, 255).filter(|width| *width > 0)?),
            None => (rest, u64::from(WIDTH)),
        };
        let width = u16::try_from(width).ok()?;
        let index = index_of(index)?;
        if kind == "entries" {
            return Some(Self::Entries(index, width));
        }
        let level = u8::try_from(decimal(kind, 63)?).ok()?;
        Some(Self::Tile(TileId { level, index }, width))
    }

    /// Its path below `tile/`.
    pub fn path(&self) -> String {
        let (kind, index, width) = match self {
            Self::Tile(TileId { level, index }, width) => (level.to_string(), *index, *width),
            Self::Entries(index, width) => ("entries".to_owned(), *index, *width),
        };
        let mut path = format!("{:03}", index % 1000);
        let mut rest = index / 1000;
        while rest > 0 {
            path = format!("x{:03}/{path}", rest % 1000);
            rest /= 1000;
        }
        if width < WIDTH {
            path = format!("{path}.p/{width}");
        }
        format!("{kind}/{path}")
    }
}

/// A number without leading zeros, at most `most`.
fn decimal(text: &str, most: u64) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= most && number.to_string() == text).then_some(number)
}

/// `x001/x234/067` is 1234067.
fn index_of(text: &str) -> Option<u64> {
    let mut index: u64 = 0;
    let mut parts = text.split('/').peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        let digits = if parts.peek().is_some() {
            part.strip_prefix('x')?
        } else {
            part
        };
        let three = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|_| three)?;
        if first && number == 0 && parts.peek().is_some() {
            return None;
        }
        first = false;
        index = index.checked_mul(1000)?.checked_add(number)?;
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn leaf(number: u64) -> Hash {
        merkle::leaf(&number.to_be_bytes())
    }

    #[test]
    fn a_tree_grown_leaf_by_leaf_is_the_tree_of_its_tiles() {
        let mut tiles: BTreeMap<TileId, Vec<Hash>> = BTreeMap::new();
        let mut edge = Edge::default();
        let small = 600;
        for size in 1..=70_000 {
            edge.push(leaf(size - 1), &mut |tile, hashes| {
                assert_eq!(hashes.len(), usize::from(WIDTH));
                assert_eq!(tiles.insert(tile, hashes), None, "{tile:?} is filled once");
            });
            if size > small && size < 69_990 {
                continue;
            }
            let unfilled = edge.unfilled();
            assert_eq!(Edge::new(size, unfilled.clone()), edge.clone(), "{size}");
            let all = || {
                tiles
                    .iter()
                    .map(|(tile, hashes)| (*tile, hashes))
                    .chain(unfilled.iter().map(|(tile, hashes)| (*tile, hashes)))
            };
            assert_eq!(all().count() as u64, TileId::count(size));
            let mut fetch = |subtree| {
                let (tile, range) = TileId::of(subtree);
                let (_, hashes) = all().find(|(id, _)| *id == tile).unwrap();
                Ok::<_, Infallible>(whole(&hashes[range]))
            };
            let Ok(root) = merkle::range_hash(0..size, &mut fetch);
            assert_eq!(edge.root(), root, "{size}");
            let index = (size * 7) / 11;
            let hash = |range| {
                let Ok(hash) = merkle::range_hash(range, &mut fetch);
                hash
            };
            let path: Vec<Hash> = merkle::inclusion(index, size)
                .unwrap()
                .into_iter()
                .map(hash)
                .collect();
            assert!(
                merkle::includes(root, size, index, leaf(index), &path),
                "{size}"
            );
        }
        assert_eq!(Edge::default().root(), merkle::root(std::iter::empty()));
    }

    /// The example of the specification: 70,000 entries.
    #[test]
    fn a_tree_of_70_000_entries_has_the_tiles_of_the_specification() {
        let unfilled: Vec<(u8, u64, u16)> = TileId::unfilled(70_000)
            .into_iter()
            .map(|(tile, width)| (tile.level, tile.index, width))
            .collect();
        assert_eq!(unfilled, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
        assert_eq!(TileId::count(70_000), 273 + 1 + 1 + 1 + 1);
        let of_256: Vec<(u8, u16)> = TileId::unfilled(256)
            .into_iter()
            .map(|(tile, width)| (tile.level, width))
            .collect();
        assert_eq!(of_256, [(1, 1)]);
    }

    #[test]
    fn paths_are_those_of_the_specification_and_no_other_spelling() {
        let tile = |level, index, width| Resource::Tile(TileId { level, index }, width);
        let good = [
            ("0/x001/x234/067", tile(0, 1_234_067, 256)),
            ("0/000", tile(0, 0, 256)),
            ("63/x001/000.p/1", tile(63, 1000, 1)),
            ("1/017.p/255", tile(1, 17, 255)),
            ("entries/x273/112.p/9", Resource::Entries(273_112, 9)),
        ];
        for (path, resource) in good {
            assert_eq!(Resource::parse(path), Some(resource), "{path}");
            assert_eq!(resource.path(), path);
        }
        let bad = [
            "",
            "0",
            "0/",
            "0/0",
            "0/0000",
            "00/000",
            "64/000",
            "-1/000",
            "0/x000/001",
            "0/001/002",
            "0/x001",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/",
            "0/000.p",
            "0/+01",
            "entries/",
            "entry/000",
            "0/x999/x999/x999/x999/x999/x999/x999/x999/999",
            "0/000/",
            "0/x00a/000",
        ];
        for path in bad {
            assert_eq!(Resource::parse(path), None, "{path}");
        }
    }
}
