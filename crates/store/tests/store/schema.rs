//! The schema of both databases: what is promised of every table, column and index (R2, R7).

use std::collections::{BTreeMap, BTreeSet};

use ombud_store::migration::{self, Migration};
use ombud_store::{StoreError, statements};

use crate::harness::sqlite_catalog;

/// Tables that lie in one place: they hold nothing about any subject, or, with the keys, the one order
/// of the journal. All others lead every key with their bucket.
pub(crate) const HOME: [&str; 15] = [
    "api_key",
    "demonstration",
    "evidence_check",
    "install",
    "journal",
    "journal_head",
    "journal_mark",
    "kept_checkpoint",
    "log_cursor",
    "log_head",
    "log_leaf",
    "log_tile",
    "replaced_checkpoint",
    "schema_migration",
    "statement_version",
];

const SQLITE_COLUMNS: &str =
    "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text
    FROM information_schema.columns WHERE table_schema = current_schema()";
const SQLITE_INDEXES: &str = "SELECT t.name, i.name, c.name FROM sqlite_schema t,
    pragma_index_list(t.name) i, pragma_index_info(i.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.seqno = 0
    UNION ALL SELECT t.name, 'the key', c.name FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND c.pk = 1";
const POSTGRES_INDEXES: &str = "SELECT t.relname::text, i.relname::text, a.attname::text
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
    WHERE t.relnamespace = current_schema()::regnamespace";

/// What `columns.toml` says of a column.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    category: String,
    purpose: String,
    erasure: String,
}

fn declared() -> BTreeMap<String, BTreeMap<String, Column>> {
    toml::from_str(include_str!("../../columns.toml")).unwrap()
}

on_both! {
    /// I11: what Ombud itself keeps is declared, column by column, and nothing is declared that is
    /// not there.
    fn i11_every_column_is_declared_and_every_declared_column_exists(db) {
        let mut found: BTreeSet<(String, String)> = db
            .catalog(SQLITE_COLUMNS, POSTGRES_COLUMNS).into_iter()
            .map(|row| (row[0].clone(), row[1].clone())).collect();
        let keys = db.directory.path().join("keys/keys.db");
        for row in sqlite_catalog(&keys, SQLITE_COLUMNS) {
            found.insert((row[0].clone(), row[1].clone()));
        }
        let declared: BTreeSet<(String, String)> = declared().into_iter()
            .flat_map(|(table, columns)| columns.into_keys().map(move |name| (table.clone(), name)))
            .collect();
        assert_eq!(found.difference(&declared).collect::<Vec<_>>(), [] as [&_; 0], "not declared");
        assert_eq!(declared.difference(&found).collect::<Vec<_>>(), [] as [&_; 0], "not there");
    }

    /// R2, from the catalog: the bucket comes first in every key and index of a per-subject table.
    fn r2_the_bucket_leads_every_key_and_index(db) {
        let indexes = db.catalog(SQLITE_INDEXES, POSTGRES_INDEXES);
        let mut keyed = BTreeSet::new();
        for row in &indexes {
            if !HOME.contains(&row[0].as_str()) {
                assert_eq!(row[2], "bucket", "index {} of {}", row[1], row[0]);
                keyed.insert(row[0].clone());
            }
        }
        let tables: BTreeSet<String> = db.catalog(SQLITE_COLUMNS, POSTGRES_COLUMNS).into_iter()
            .map(|row| row[0].clone()).filter(|table| !HOME.contains(&table.as_str())).collect();
        assert_eq!(keyed, tables, "every per-subject table has a key");
        assert!(tables.len() > 10);
    }

    /// R12: every statement is understood by the database it is sent to.
    fn r12_every_statement_can_be_prepared(db) {
        db.store.read("prepare", ombud_store::Place::Home, |tx| {
            statements().iter().try_for_each(|sql| tx.prepare(sql))
        }).wait().unwrap();
    }

    fn a_schema_is_brought_up_to_date_once(db) {
        for _ in 0..2 {
            drop(db.again().unwrap());
        }
        let names = "SELECT name FROM schema_migration ORDER BY name";
        let applied: Vec<String> = db.catalog(names, names).into_iter().flatten().collect();
        let known: Vec<&str> = migration::DATA.iter().map(|migration| migration.name).collect();
        assert_eq!(applied, known);
    }

    fn data_of_another_version_is_not_touched(db) {
        db.tamper("UPDATE schema_migration SET checksum = 'other'");
        assert!(matches!(db.again(), Err(StoreError::Migration { .. })));
        db.tamper("INSERT INTO schema_migration (name, checksum) VALUES ('9999_later', 'x')");
        assert!(matches!(db.again(), Err(StoreError::Migration { .. })));
    }

    /// R7: not only once by name, but safe to run again.
    fn r7_every_migration_can_be_run_again(db) {
        let keys = rusqlite::Connection::open(db.directory.path().join("keys/keys.db")).unwrap();
        for migration in migration::KEYS {
            keys.execute_batch(migration.sqlite).unwrap();
        }
        for migration in migration::DATA {
            db.tamper(if db.is_postgres() { migration.postgres } else { migration.sqlite });
        }
    }
}

fn all() -> impl Iterator<Item = (&'static str, &'static Migration)> {
    let data = migration::DATA.iter().map(|migration| ("data", migration));
    data.chain(migration::KEYS.iter().map(|migration| ("keys", migration)))
}

#[test]
fn categories_and_verbs_are_the_known_ones() {
    for (table, columns) in declared() {
        for (
            name,
            Column {
                category,
                purpose,
                erasure,
            },
        ) in columns
        {
            let place = format!("{table}.{name}");
            let known = ["none", "pseudonym", "metadata", "choice", "content", "key"];
            assert!(known.contains(&category.as_str()), "{place}: {category}");
            let known = ["keep", "row", "destroy", "expire", "proof"];
            assert!(known.contains(&erasure.as_str()), "{place}: {erasure}");
            assert!(!purpose.is_empty(), "{place}");
            // What is kept for ever must hold nothing about a person.
            assert!(erasure != "keep" || category == "none", "{place}");
            // What a person told us is sealed.
            assert!(category != "content" || name == "sealed", "{place}");
        }
    }
}

#[test]
fn the_two_scripts_of_a_migration_differ_in_two_words_and_in_rights() {
    for (
        set,
        Migration {
            name,
            sqlite,
            postgres,
        },
    ) in all()
    {
        let alike = sqlite
            .replace("BLOB", "BYTEA")
            .replace(") WITHOUT ROWID;", ");");
        // What roles may do is told last.
        let rights = postgres.strip_prefix(&alike);
        let only_rights = |rest: &str| {
            let statements = rest
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("--"));
            statements
                .into_iter()
                .all(|line| line.starts_with("REVOKE "))
        };
        assert!(rights.is_some_and(only_rights), "{set}/{name}");
    }
}

#[test]
fn migrations_are_numbered_without_gaps_and_none_is_forgotten() {
    for (directory, migrations) in [("data", migration::DATA), ("keys", migration::KEYS)] {
        for (number, migration) in (1..).zip(migrations) {
            assert!(
                migration.name.starts_with(&format!("{number:04}_")),
                "{}",
                migration.name
            );
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(directory);
        let files = std::fs::read_dir(path).unwrap().count();
        assert_eq!(files, migrations.len() * 2, "scripts in {directory}");
    }
}

/// A migration of a release is never edited: what is listed must still be there, unchanged.
#[test]
fn released_migrations_never_change() {
    let released: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("../../migrations/released.toml")).unwrap();
    let ours: BTreeMap<(String, String), String> = all()
        .map(|(set, migration)| {
            (
                (set.to_owned(), migration.name.to_owned()),
                migration.checksum(),
            )
        })
        .collect();
    for (set, migrations) in released {
        for (name, checksum) in migrations {
            assert_eq!(
                ours.get(&(set.clone(), name.clone())),
                Some(&checksum),
                "{set}/{name}"
            );
        }
    }
}
