//! A store in memory, for tests: it fulfils the contract and fails when it is told to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{Connector, Fault, Identities, Item, Suspect, Target};

#[derive(Debug, Clone)]
struct Kept {
    identities: Identities,
    collection: String,
    item: Item,
}

/// Records in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    records: BTreeMap<String, Kept>,
    held: BTreeSet<String>,
    restricted: BTreeSet<String>,
    statistics: BTreeMap<String, u64>,
    calls: u64,
    fails_at: Option<u64>,
}

impl Memory {
    /// Puts a record in.
    pub fn put(&mut self, target: &Target, item: Item) {
        let kept = Kept {
            identities: target.identities.clone(),
            collection: target.collection.clone(),
            item: item.clone(),
        };
        self.records.insert(item.key, kept);
    }

    /// Holds a record.
    pub fn hold(&mut self, key: &str) {
        self.held.insert(key.to_owned());
    }

    /// Lets the k-th call from now on fail, counted from 1; `None` lets none fail.
    pub fn fail_at(&mut self, call: Option<u64>) {
        self.calls = 0;
        self.fails_at = call;
    }

    /// What a statistic counted.
    pub fn counted(&self, statistic: &str) -> u64 {
        self.statistics.get(statistic).copied().unwrap_or_default()
    }

    /// Whether a record is restricted.
    pub fn is_restricted(&self, key: &str) -> bool {
        self.restricted.contains(key)
    }

    fn called(&mut self) -> Result<(), Fault> {
        self.calls += 1;
        if self.fails_at == Some(self.calls) {
            Err(Fault::Unreachable)
        } else {
            Ok(())
        }
    }

    fn of(&self, target: &Target) -> impl Iterator<Item = (&String, &Kept)> {
        self.records.iter().filter(move |(_, kept)| {
            let theirs = target.identities.iter();
            kept.collection == target.collection
                && theirs
                    .into_iter()
                    .any(|(kind, value)| kept.identities.get(kind) == Some(value))
        })
    }

    fn remove(&mut self, target: &Target) -> u64 {
        let keys: Vec<String> = self.of(target).map(|(key, _)| key.clone()).collect();
        let free = keys.into_iter().filter(|key| !self.held.contains(key));
        let free: Vec<String> = free.collect();
        for key in &free {
            self.records.remove(key);
        }
        u64::try_from(free.len()).unwrap_or(u64::MAX)
    }
}

impl Connector for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn find(&mut self, target: &Target) -> Result<Vec<String>, Fault> {
        self.called()?;
        Ok(self.of(target).map(|(key, _)| key.clone()).collect())
    }

    fn export(&mut self, target: &Target) -> Result<Vec<Item>, Fault> {
        self.called()?;
        Ok(self.of(target).map(|(_, kept)| kept.item.clone()).collect())
    }

    fn held(&mut self, target: &Target) -> Result<Vec<String>, Fault> {
        self.called()?;
        let held = self.of(target).map(|(key, _)| key.clone());
        Ok(held.filter(|key| self.held.contains(key)).collect())
    }

    fn rectify(&mut self, key: &str, changes: &Map<String, Value>) -> Result<(), Fault> {
        self.called()?;
        let kept = self
            .records
            .get_mut(key)
            .ok_or(Fault::Refused("no such record".to_owned()))?;
        for (name, value) in changes {
            if value.is_null() {
                kept.item.fields.remove(name);
            } else {
                kept.item.fields.insert(name.clone(), value.clone());
            }
        }
        Ok(())
    }

    fn restrict(&mut self, target: &Target, restricted: bool) -> Result<(), Fault> {
        self.called()?;
        let keys: Vec<String> = self.of(target).map(|(key, _)| key.clone()).collect();
        for key in keys {
            if restricted {
                self.restricted.insert(key);
            } else {
                self.restricted.remove(&key);
            }
        }
        Ok(())
    }

    fn erase(&mut self, target: &Target) -> Result<u64, Fault> {
        self.called()?;
        Ok(self.remove(target))
    }

    fn anonymise(&mut self, target: &Target, statistic: &str) -> Result<u64, Fault> {
        self.called()?;
        let removed = self.remove(target);
        *self.statistics.entry(statistic.to_owned()).or_default() += removed;
        Ok(removed)
    }

    fn due(&mut self, collection: &str, before: Timestamp) -> Result<Vec<String>, Fault> {
        self.called()?;
        let old = self
            .records
            .iter()
            .filter(|(_, kept)| kept.collection == collection && kept.item.collected_at < before);
        Ok(old.map(|(key, _)| key.clone()).collect())
    }

    fn oldest(&mut self, collection: &str) -> Result<Option<Timestamp>, Fault> {
        self.called()?;
        let all = self
            .records
            .values()
            .filter(|kept| kept.collection == collection);
        Ok(all.map(|kept| kept.item.collected_at).min())
    }

    fn scan(&mut self, declared: &[String]) -> Result<Vec<Suspect>, Fault> {
        self.called()?;
        let mut suspects: BTreeMap<String, u64> = BTreeMap::new();
        for kept in self
            .records
            .values()
            .filter(|kept| !declared.contains(&kept.collection))
        {
            for (name, value) in &kept.item.fields {
                if value.as_str().is_some_and(|text| text.contains('@')) {
                    *suspects
                        .entry(format!("{}.{name}", kept.collection))
                        .or_default() += 1;
                }
            }
        }
        let suspect = |(place, values)| Suspect {
            place,
            looks_like: "e-mail address".to_owned(),
            values,
        };
        Ok(suspects.into_iter().map(suspect).collect())
    }
}
