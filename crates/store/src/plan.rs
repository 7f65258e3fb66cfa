//! What a sweep is about to do, packed: a plan is stored as one row, and its items are read together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::clock::ClockKey;
use crate::id::{ClockId, SubjectId};

/// One clock of a plan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlanItem {
    /// Which clock.
    pub key: ClockKey,
    /// When it was due.
    pub due_at: Timestamp,
    /// What the rules decided, as they encode it.
    pub action: String,
}

/// Packs items: the few pairs of collection and action as a JSON list behind its length, then each item
/// as the number of its pair, its subject, its clock and its instant.
pub(crate) fn pack(items: &[PlanItem]) -> Vec<u8> {
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    let mut numbers: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut rows = Vec::with_capacity(items.len().saturating_mul(ROW));
    for item in items {
        let kind = (item.key.collection.as_str(), item.action.as_str());
        let next = u32::try_from(kinds.len()).unwrap_or(u32::MAX);
        let number = *numbers.entry(kind).or_insert_with(|| {
            kinds.push(kind);
            next
        });
        rows.extend(number.to_be_bytes());
        rows.extend(item.key.subject.bytes());
        rows.extend(item.key.clock.bytes());
        rows.extend(item.due_at.as_millisecond().to_be_bytes());
    }
    let kinds = serde_json::to_vec(&kinds).unwrap_or_default();
    let length = u32::try_from(kinds.len()).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), &kinds, &rows].concat()
}

/// How many bytes an item takes.
const ROW: usize = 4 + 16 + 16 + 8;

/// The items that were [packed](pack); none if these bytes are no such thing.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Vec<PlanItem>> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (kinds, rows) = rest.split_at_checked(length)?;
    let kinds: Vec<(String, String)> = serde_json::from_slice(kinds).ok()?;
    let (rows, []) = rows.as_chunks::<ROW>() else {
        return None;
    };
    let read = |row: &[u8; ROW]| {
        let (number, rest) = row.split_first_chunk()?;
        let (subject, rest) = rest.split_first_chunk()?;
        let (clock, due) = rest.split_first_chunk()?;
        let number = usize::try_from(u32::from_be_bytes(*number)).ok()?;
        let (collection, action) = kinds.get(number)?.clone();
        Some(PlanItem {
            key: ClockKey {
                subject: SubjectId(*subject),
                collection,
                clock: ClockId(*clock),
            },
            due_at: Timestamp::from_millisecond(i64::from_be_bytes(due.try_into().ok()?)).ok()?,
            action,
        })
    };
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: u8, collection: &str, action: &str) -> PlanItem {
        PlanItem {
            key: ClockKey {
                subject: SubjectId([number; 16]),
                collection: collection.to_owned(),
                clock: ClockId([number; 16]),
            },
            due_at: Timestamp::from_millisecond(i64::from(number) - 2).unwrap(),
            action: action.to_owned(),
        }
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        let items = [
            item(0, "a.b", "erase"),
            item(1, "a.b", "hide"),
            item(2, "c.d", "erase"),
            item(3, "a.b", "erase"),
        ];
        for count in 0..=items.len() {
            assert_eq!(unpack(&pack(&items[..count])).unwrap(), items[..count]);
        }
    }

    #[test]
    fn what_is_cut_or_longer_is_refused() {
        let packed = pack(&[item(1, "a.b", "erase"), item(2, "a.b", "erase")]);
        let whole = [packed.len(), packed.len() - ROW, packed.len() - 2 * ROW];
        for length in 0..packed.len() {
            let read = unpack(&packed[..length]);
            assert_eq!(read.is_some(), whole.contains(&length), "{length}");
        }
        assert_eq!(unpack(&[packed.as_slice(), &[0]].concat()), None);
        // An item of no kind.
        assert_eq!(unpack(&[packed.as_slice(), &[9; ROW]].concat()), None);
    }
}
