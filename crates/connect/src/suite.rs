//! What every store must pass.
//!
//! A store's own tests make it, lend it here with two records of one person in it, and get back the
//! first thing that is not as the contract says.

use serde_json::{Map, Value, json};

use crate::{Connector, Left, Target};

/// Holds a store against the contract. `target` has two records, of which `held` is held; nobody has
/// any in `stranger`.
///
/// # Errors
///
/// What is not as the contract says, in one clause.
pub fn check(
    store: &mut dyn Connector,
    target: &Target,
    stranger: &Target,
    held: &str,
) -> Result<(), String> {
    let keys = store.find(target).map_err(|fault| fault.to_string())?;
    same("records found", &keys.len(), &2)?;
    same(
        "records of a stranger",
        &store
            .find(stranger)
            .map_err(|fault| fault.to_string())?
            .len(),
        &0,
    )?;
    same(
        "records exported",
        &store
            .export(target)
            .map_err(|fault| fault.to_string())?
            .len(),
        &2,
    )?;
    same(
        "records held",
        &store.held(target).map_err(|fault| fault.to_string())?,
        &vec![held.to_owned()],
    )?;
    let change = Map::from_iter([("name".to_owned(), json!("Synthetic"))]);
    store
        .rectify(held, &change)
        .map_err(|fault| fault.to_string())?;
    store
        .rectify(held, &change)
        .map_err(|fault| fault.to_string())?;
    let export = store.export(target).map_err(|fault| fault.to_string())?;
    let name = export
        .iter()
        .find(|item| item.key == held)
        .and_then(|item| item.fields.get("name"));
    same(
        "the rectified value",
        &name,
        &Some(&Value::from("Synthetic")),
    )?;
    store
        .restrict(target, true)
        .map_err(|fault| fault.to_string())?;
    store
        .restrict(target, false)
        .map_err(|fault| fault.to_string())?;
    let oldest = store
        .oldest(&target.collection)
        .map_err(|fault| fault.to_string())?;
    let first = export.iter().map(|item| item.collected_at).min();
    same("the oldest record", &oldest, &first)?;
    erasure(store, target, stranger)
}

fn erasure(store: &mut dyn Connector, target: &Target, stranger: &Target) -> Result<(), String> {
    same(
        "records of a stranger erased",
        &store.erase(stranger).map_err(|fault| fault.to_string())?,
        &0,
    )?;
    same(
        "records erased",
        &store.erase(target).map_err(|fault| fault.to_string())?,
        &1,
    )?;
    same(
        "records erased again",
        &store.erase(target).map_err(|fault| fault.to_string())?,
        &0,
    )?;
    same(
        "what is left",
        &store.read_back(target).map_err(|fault| fault.to_string())?,
        &Left::Held,
    )?;
    same(
        "what a stranger leaves",
        &store
            .read_back(stranger)
            .map_err(|fault| fault.to_string())?,
        &Left::Absent,
    )
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, want: &T) -> Result<(), String> {
    if found == want {
        Ok(())
    } else {
        Err(format!("{what}: {found:?}, expected {want:?}"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::memory::Memory;
    use crate::{Fault, Item};

    fn target(email: &str) -> Target {
        Target {
            identities: [("email".to_owned(), email.to_owned())].into(),
            collection: "news.subscription".to_owned(),
        }
    }

    fn store() -> Memory {
        let mut store = Memory::default();
        for (key, second) in [("a", 10), ("b", 20)] {
            let item = Item {
                key: key.to_owned(),
                collected_at: Timestamp::from_second(second).unwrap(),
                fields: Map::from_iter([("email".to_owned(), json!("anna@example.com"))]),
            };
            store.put(&target("anna@example.com"), item);
        }
        store.hold("b");
        store
    }

    #[test]
    fn the_store_in_memory_passes() {
        let (target, stranger) = (target("anna@example.com"), target("nobody@example.com"));
        assert_eq!(check(&mut store(), &target, &stranger, "b"), Ok(()));
    }

    #[test]
    fn i3_a_store_that_cannot_be_asked_never_attests_absence() {
        let target = target("anna@example.com");
        let mut failed = 0;
        for call in 1.. {
            let mut store = store();
            store.fail_at(Some(call));
            let left = store.erase(&target).and_then(|_| store.read_back(&target));
            match left {
                Err(fault) => {
                    assert_eq!(fault, Fault::Unreachable);
                    failed += 1;
                }
                Ok(left) => {
                    assert_eq!(left, Left::Held);
                    break;
                }
            }
            // Asked again, it comes to the same.
            store.fail_at(None);
            store.erase(&target).unwrap();
            assert_eq!(store.read_back(&target), Ok(Left::Held));
        }
        assert_eq!(failed, 3, "one erasure and two look-ups may fail");
    }

    #[test]
    fn i8_what_no_collection_declares_is_found() {
        let suspects = store().scan(&[]).unwrap();
        assert_eq!(suspects.len(), 1);
        assert_eq!(suspects[0].values, 2);
        assert_eq!(
            store().scan(&["news.subscription".to_owned()]),
            Ok(Vec::new())
        );
    }

    #[test]
    fn what_is_anonymised_is_counted_and_gone() {
        let mut store = store();
        let target = target("anna@example.com");
        assert_eq!(store.anonymise(&target, "readers"), Ok(1));
        assert_eq!(store.counted("readers"), 1);
        store.restrict(&target, true).unwrap();
        assert!(store.is_restricted("b"));
        assert_eq!(
            store.due(&target.collection, Timestamp::from_second(20).unwrap()),
            Ok(vec![])
        );
        assert_eq!(
            store
                .due(&target.collection, Timestamp::from_second(21).unwrap())
                .unwrap(),
            ["b"]
        );
    }
}
