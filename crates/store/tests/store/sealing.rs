//! What is sealed cannot be read without its key, and keys are where they should be.

use std::path::Path;

use ombud_store::{KeyProblem, Scrubbed, Store, StoreError, SubjectId, Tx};

use crate::harness::{Fresh, at, sqlite_catalog};

/// What no file may hold.
const PLAIN: &[u8] = b"anna@example.com";

/// The files under a directory that hold these bytes.
fn files_with(directory: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else {
            let content = std::fs::read(&path).unwrap();
            if content.windows(bytes.len()).any(|window| window == bytes) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

on_both! {
    fn a_sealed_record_shows_nothing_and_opens_only_with_its_key(db) {
        let subject = db.subject();
        let record = db.record(subject, "newsletters.subscription");
        let id = record.id;
        db.write(subject, move |tx| tx.add_record(&record));
        let stored = db.catalog(
            "SELECT lower(hex(sealed)) FROM record",
            "SELECT encode(sealed, 'hex') FROM record",
        );
        let plain = hex::encode(PLAIN);
        assert!(stored.len() == 1 && !stored[0][0].contains(&plain));
        assert_eq!(files_with(db.directory.path(), PLAIN), [] as [String; 0]);

        assert!(db.read(subject, move |tx| tx.record(id)).is_some());
        assert!(db.store.destroy_key(subject).wait().unwrap());
        let place = db.store.bucket_of(subject);
        let read = db.store.read("read", place, move |tx| tx.record(id)).wait();
        assert_eq!(read, Err(StoreError::KeyDestroyed));
        assert!(!db.store.destroy_key(subject).wait().unwrap());
    }

    fn a_record_moved_to_another_row_does_not_open(db) {
        let subject = db.subject();
        let (one, two) = (db.record(subject, "a.b"), db.record(subject, "a.b"));
        let id = one.id;
        for record in [one, two] {
            db.write(subject, move |tx| tx.add_record(&record));
        }
        db.tamper("UPDATE record SET sealed = (SELECT sealed FROM record ORDER BY sealed LIMIT 1)");
        let place = db.store.bucket_of(subject);
        let (first, all) = (
            db.store.read("read", place, move |tx| tx.record(id)).wait(),
            db.store.read("read", place, move |tx| tx.records_of(subject, None, None, 9)).wait(),
        );
        assert_eq!(all, Err(StoreError::Key(KeyProblem::Forged)));
        assert!(first.is_ok() || first == Err(StoreError::Key(KeyProblem::Forged)));
    }

    fn a_value_that_does_not_decode_says_where(db) {
        let subject = db.subject();
        let record = db.record(subject, "a.b");
        let id = record.id;
        db.write(subject, move |tx| tx.add_record(&record));
        db.tamper("UPDATE record SET state = 'lost'");
        let place = db.store.bucket_of(subject);
        let error = db.store.read("read", place, move |tx| tx.record(id)).wait().unwrap_err();
        let row = place.to_string();
        assert_eq!(error, StoreError::Corrupt { table: "record", column: "state", row });
    }

    fn a_key_is_there_before_the_subject_is(db) {
        keys_come_and_go(db);
    }

    fn a_store_is_opened_with_its_own_master_key_only(db) {
        let path = db.directory.path().join("keys/master.key");
        let key = std::fs::read(&path).unwrap();
        assert_eq!(key.len(), 32);
        assert!(db.again().is_ok());

        let refused = |problem| assert_eq!(db.again().err(), Some(StoreError::Key(problem)));
        std::fs::write(&path, [9; 32]).unwrap();
        refused(KeyProblem::OtherData);
        for malformed in [&key[..31], &[key.as_slice(), &[0]].concat()] {
            std::fs::write(&path, malformed).unwrap();
            refused(KeyProblem::Malformed);
        }
        std::fs::remove_file(&path).unwrap();
        refused(KeyProblem::Missing);
        assert!(!path.exists(), "no new key is made for old data");
        std::fs::write(&path, &key).unwrap();
        set_mode(&path, 0o640);
        refused(KeyProblem::Exposed);
        set_mode(&path, 0o600);
        assert!(db.again().is_ok());
    }
}

/// A key is there as long as its subject, wherever keys are kept.
fn keys_come_and_go(db: &Fresh) {
    let subject = db.subject();
    assert_eq!(db.count_keys(), 1);
    // A subject that is rolled back leaves no key either.
    let gone = SubjectId::new(db.bytes());
    let place = db.store.bucket_of(gone);
    let undo = move |tx: &mut Tx<'_>| {
        tx.add_subject(gone, at(0))?;
        Err::<(), _>(StoreError::SubjectGone)
    };
    let result = db.store.write("undo", place, undo).wait();
    assert_eq!(result, Err(StoreError::SubjectGone));
    assert_eq!(db.count_keys(), 1);

    let record = db.record(subject, "a.b");
    let id = record.id;
    db.write(subject, move |tx| tx.add_record(&record));
    let place = db.store.bucket_of(subject);
    let read = || db.store.read("read", place, move |tx| tx.record(id)).wait();
    assert_eq!(read().unwrap().unwrap().payload.as_slice(), PLAIN);
    assert!(db.store.destroy_key(subject).wait().unwrap());
    assert_eq!(read(), Err(StoreError::KeyDestroyed));
    assert_eq!(db.count_keys(), 0);
}

#[test]
fn keys_can_lie_on_a_server_if_the_data_does() {
    if let Some(db) = Fresh::postgres_with_keys() {
        keys_come_and_go(&db);
        assert_eq!(db.store.scrub_keys().wait(), Ok(Scrubbed::OnlyUnreturned));
    }
}

#[test]
fn keys_on_a_server_beside_embedded_data_are_refused_before_anything_is_made() {
    let directory = tempfile::TempDir::new().unwrap();
    let keys = directory.path().join("keys");
    let mut config = ombud_store::Config::sqlite(directory.path().join("data"), &keys);
    config.keys = ombud_store::Database::Postgres {
        dsn: "postgres://nobody@127.0.0.1:1/none".to_owned(),
        schema: None,
        workers: 1,
    };
    let refused = Store::open(&config).err();
    assert!(matches!(refused, Some(StoreError::Config(why)) if why.contains("keys on a server")));
    assert!(!keys.exists());
}

fn set_mode(path: &Path, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, mode).unwrap();
}

#[test]
fn the_master_key_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let db = Fresh::sqlite();
    for (path, want) in [("keys", 0o700), ("keys/master.key", 0o600)] {
        let mode = std::fs::metadata(db.directory.path().join(path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, want, "{path}");
    }
}

/// Deleted is not gone, unless the log is emptied too.
#[test]
fn what_is_scrubbed_is_in_no_file() {
    let db = Fresh::sqlite();
    let subject = db.subject();
    let mut record = db.record(subject, "a.b");
    record.collection = "findable.collection".to_owned();
    let id = record.id;
    db.write(subject, move |tx| tx.add_record(&record));
    assert_ne!(
        files_with(db.directory.path(), b"findable.collection"),
        [] as [String; 0]
    );
    db.write(subject, move |tx| tx.erase_record(id));
    assert_eq!(db.store.scrub().wait(), Ok(Scrubbed::Overwritten));
    assert_eq!(
        files_with(db.directory.path(), b"findable.collection"),
        [] as [String; 0]
    );

    let wrapped = "SELECT hex(wrapped) FROM subject_key";
    let keys = db.directory.path().join("keys");
    let wrapped = sqlite_catalog(&keys.join("keys.db"), wrapped)
        .remove(0)
        .remove(0);
    let wrapped = hex::decode(wrapped).unwrap();
    assert_ne!(files_with(&keys, &wrapped), [] as [String; 0]);
    assert!(db.store.destroy_key(subject).wait().unwrap());
    assert_eq!(db.store.scrub_keys().wait(), Ok(Scrubbed::Overwritten));
    assert_eq!(files_with(&keys, &wrapped), [] as [String; 0]);
}

/// The bucket of a subject and the hash of an identity never change: data is found by them. The
/// vectors were computed by another program, from HKDF and HMAC alone.
#[test]
fn buckets_and_hashes_have_a_fixed_test_vector() {
    let directory = tempfile::TempDir::new().unwrap();
    std::fs::create_dir(directory.path().join("keys")).unwrap();
    let key = directory.path().join("keys/master.key");
    std::fs::write(&key, (0..32).collect::<Vec<u8>>()).unwrap();
    set_mode(&key, 0o600);
    let store = Store::open(&ombud_store::Config::sqlite(
        directory.path(),
        directory.path().join("keys"),
    ))
    .unwrap();
    let buckets =
        [0, 1, 0xff].map(|byte| store.bucket_of(SubjectId::from_bytes([byte; 16])).number());
    assert_eq!(buckets, [2899, 34, 1581]);
    let hash = store.identity_hash("email", "anna@example.com");
    assert_eq!(
        (hash.to_string().as_str(), hash.bucket().number()),
        ("65568dae-44b9-4cea-bdc3-f3140caa9364", 1621)
    );
    assert_ne!(store.identity_hash("emaila", "nna@example.com"), hash);
}
