//! Brings a schema up to date: numbered scripts, each applied once, in order, with a checksum.
//!
//! A script exists twice: the two differ in how a table is kept and, at the end, in what roles may do.

use aws_lc_rs::digest::{SHA256, digest};

use crate::engine::{Engine, Link};
use crate::error::StoreError;
use crate::sql::{sql, values};

sql! {
    MIGRATION_LIST = "SELECT name, checksum FROM schema_migration ORDER BY name";
    MIGRATION_SAVE = "INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)
        ON CONFLICT (name) DO NOTHING";
}

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL)";

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Number and name: `0001_foundation`.
    pub name: &'static str,
    /// Its script for SQLite.
    pub sqlite: &'static str,
    /// The same for PostgreSQL.
    pub postgres: &'static str,
}

macro_rules! migrations {
    ($directory:literal: $($name:literal),+) => {
        &[$(Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $directory, "/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $directory, "/", $name, ".postgres.sql")),
        }),+]
    };
}

/// The schema of the data.
pub const DATA: &[Migration] = migrations!("data": "0001_foundation");

/// The schema of the key store.
pub const KEYS: &[Migration] = migrations!("keys": "0001_subject_key");

impl Migration {
    /// What a released migration is recognised by: SHA-256 over both scripts, in hexadecimal.
    pub fn checksum(&self) -> String {
        let both = [self.sqlite.as_bytes(), &[0], self.postgres.as_bytes()].concat();
        hex::encode(digest(&SHA256, &both))
    }
}

/// Applies what is missing of `migrations`.
pub(crate) fn migrate(engine: &Engine, migrations: &'static [Migration]) -> Result<(), StoreError> {
    let listed = || engine.read("migration.list", list).wait();
    let begin = || {
        let make = |link: &mut Link<'_>| link.script(LEDGER);
        engine.write("migration.ledger", make).wait()
    };
    // A role that may make no tables opens what another has made. Two nodes that start at once can collide
    // on PostgreSQL; the second try finds the table made.
    let applied = listed().or_else(|_: StoreError| {
        begin().or_else(|_: StoreError| begin())?;
        listed()
    })?;
    refuse_unknown(&applied, migrations)?;
    for migration in migrations.iter().skip(applied.len()) {
        engine
            .write("migration.apply", move |link| apply(link, migration))
            .wait()?;
    }
    Ok(())
}

fn list(link: &mut Link<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let rows = link.query(MIGRATION_LIST, &[])?;
    let read = |row: crate::sql::Row| {
        let mut columns = row.columns("schema_migration", "a row");
        Ok((columns.take("name")?, columns.take("checksum")?))
    };
    rows.into_iter().map(read).collect()
}

/// What has been applied must be the beginning of what we know, unchanged.
fn refuse_unknown(
    applied: &[(String, String)],
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let mut known = migrations.iter();
    for (name, checksum) in applied {
        let problem = match known.next() {
            Some(next) if next.name == name && next.checksum() == *checksum => continue,
            Some(next) if next.name == name => "it was changed after it was applied",
            Some(_) | None => "the data was written by another version of ombud",
        };
        return Err(StoreError::Migration {
            migration: name.clone(),
            problem: problem.to_owned(),
        });
    }
    Ok(())
}

/// Takes the migration's row first: another node that does the same waits, and then finds it done.
fn apply(link: &mut Link<'_>, migration: &Migration) -> Result<(), StoreError> {
    let taken = link.execute(
        MIGRATION_SAVE,
        values![migration.name, migration.checksum()],
    )?;
    if taken == 0 {
        return Ok(());
    }
    link.script(if link.is_postgres() {
        migration.postgres
    } else {
        migration.sqlite
    })
}
