//! What a transaction promises: durable when acknowledged, all or nothing, and nobody else's loss.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ombud_core::evidence::{Fact, Pseudonym};
use ombud_store::{Database, NewRecord, Place, Sql, Store, StoreError, SubjectId, Tx, Value};

use crate::harness::{Fresh, at, bucket};

/// A failure of a flow's own.
#[derive(Debug)]
enum Refused {
    Flow,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

on_both! {
    /// I5, as far as one process can show it: 64 writers at once, and every one acknowledged is
    /// there in a store that is opened afterwards. Those that fail or panic harm nobody else.
    fn i5_everything_acknowledged_is_there_and_a_failure_harms_nobody_else(db) {
        let subjects: Vec<SubjectId> = (0..64).map(|_| SubjectId::new(db.bytes())).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let written = runtime.block_on(async {
            let tasks: Vec<_> = (0..64).zip(&subjects).map(|(number, &subject)| {
                let store = db.store.clone();
                tokio::spawn(async move {
                    let bucket = store.bucket_of(subject);
                    store.write("add", bucket, move |tx| {
                        tx.add_subject(subject, at(number))?;
                        match number % 16 {
                            3 => Err(Refused::Flow),
                            7 => panic!("on purpose"),
                            _ => Ok(()),
                        }
                    }).await
                })
            }).collect();
            let mut written = Vec::new();
            for task in tasks {
                written.push(task.await.unwrap());
            }
            written
        });
        let other = db.again().unwrap();
        for ((number, subject), written) in (0..64).zip(subjects).zip(written) {
            let since = move |tx: &mut ombud_store::Tx<'_>| tx.subject_since(subject);
            let found = other.read("find", other.bucket_of(subject), since).wait().unwrap();
            match number % 16 {
                3 => assert!(matches!(written, Err(Refused::Flow)) && found.is_none()),
                7 => {
                    let panicked = StoreError::Panicked { name: "add" };
                    assert!(matches!(written, Err(Refused::Store(error)) if error == panicked));
                    assert!(found.is_none());
                }
                _ => assert!(written.is_ok() && found == Some(at(number))),
            }
        }
        assert_eq!(db.count_keys(), 56, "no key is left by those that failed");
    }

    /// R1: on many databases each place is a transaction of its own, so all that anyone may rely on is
    /// the order.
    fn what_is_written_in_many_places_is_a_beginning_of_the_list(db) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for failing in 0..=4 {
            let asked: Vec<_> = (0..4).map(|number| {
                let subject = SubjectId::new(db.bytes());
                (Place::from(db.store.bucket_of(subject)), (number, subject))
            }).collect();
            let write = db.store.write_each("each", asked.clone(), move |tx, &(number, subject)| {
                tx.add_subject(subject, at(number))?;
                if number == failing { Err(Refused::Flow) } else { Ok(number) }
            });
            let written = runtime.block_on(write);
            let there = |&(_, (_, subject)): &(Place, (i64, SubjectId))| {
                db.read(subject, move |tx| tx.subject_since(subject)).is_some()
            };
            let beginning = asked.iter().take_while(|one| there(one)).count();
            let all = asked.iter().filter(|one| there(one)).count();
            assert_eq!(all, beginning);
            if failing == 4 {
                assert_eq!((written.unwrap(), all), (vec![0, 1, 2, 3], 4));
            } else {
                assert!(matches!(written, Err(Refused::Flow)));
                let before = usize::try_from(failing).unwrap();
                assert_eq!(all, if db.is_postgres() { before } else { 0 });
            }
        }
    }

    fn a_failed_statement_cannot_be_ignored(db) {
        let subject = db.subject();
        let place = db.store.bucket_of(subject);
        let result = db.store.write("ignore", place, move |tx| {
            let wrong = ombud_store::Sql { name: "WRONG", text: "INSERT INTO nowhere VALUES (1)" };
            assert!(tx.execute(&wrong, &[]).is_err());
            assert!(tx.add_subject(subject, at(9)).is_err(), "no statement is run after one that failed");
            Ok::<_, StoreError>(())
        }).wait();
        assert!(matches!(result, Err(StoreError::Driver { name: "WRONG", .. })));
        assert!(db.read(subject, move |tx| tx.subject_since(subject)).is_some());
    }

    /// `$2` before `$1` in the text: each value goes to the parameter of its number.
    fn values_are_bound_by_number_and_come_back_as_they_were(db) {
        let place = bucket(3);
        let texts = ["", "blåbær", "a\u{0301}", "'; DROP TABLE record; --", "$1"];
        for (number, text) in [0, 1, -1, i64::MIN, i64::MAX].into_iter().zip(texts) {
            let bytes: Vec<u8> = (0..=255).collect();
            let stored = [Value::I64(number), Value::Text(text.to_owned()), Value::Blob(bytes)];
            let [one, two, three] = stored.clone();
            let answers = db.store.write("bind", place, move |tx| {
                let add = Sql {
                    name: "BIND_ADD",
                    text: "INSERT INTO idempotency_key (made_at, request_hash, answer, key_hash, lies_in, bucket)
                        VALUES ($2, $4, $3, $4, $1, $1)",
                };
                let find = Sql {
                    name: "BIND_FIND",
                    text: "DELETE FROM idempotency_key WHERE key_hash = $2 AND bucket = $1
                        RETURNING made_at, answer, key_hash, NULL",
                };
                let place = Value::I64(3);
                tx.execute(&add, &[place.clone(), one.clone(), two.clone(), three.clone()])?;
                tx.query(&find, &[place, three.clone()])
            }).wait().unwrap();
            let row: ombud_store::Row = answers.into_iter().next().unwrap();
            assert_eq!(row.values(), [stored.as_slice(), &[Value::Null]].concat());
        }
    }

    fn a_transaction_stays_in_its_place(db) {
        let subject = db.subject();
        let home = db.store.bucket_of(subject);
        let other = bucket((home.number() + 1) % 4096);
        for place in [Place::Bucket(other), Place::Home] {
            let result = db.store.write("stray", place, move |tx| tx.lock_subject(subject)).wait();
            assert!(matches!(result, Err(StoreError::WrongPlace { .. })), "{place}");
        }
        let result = db.store.read("stray", home, move |tx| tx.statement_at(at(0))).wait();
        assert!(matches!(result, Err(StoreError::WrongPlace { .. })));
    }

    fn a_read_cannot_write(db) {
        let subject = db.subject();
        let place = db.store.bucket_of(subject);
        let result = db.store.read("write", place, move |tx| tx.lock_subject(subject)).wait();
        assert!(matches!(result, Err(StoreError::Driver { .. })));
    }

    /// Two transactions that read and then write what they read: one waits for the other.
    fn a_locked_subject_is_read_by_one_at_a_time(db) {
        let subject = db.subject();
        let place = db.store.bucket_of(subject);
        let inside = Arc::new(AtomicU32::new(0));
        let replies: Vec<_> = (0..8).map(|_| {
            let inside = Arc::clone(&inside);
            db.store.write("lock", place, move |tx| {
                tx.lock_subject(subject)?;
                let alone = inside.fetch_add(1, Ordering::SeqCst) == 0;
                std::thread::sleep(std::time::Duration::from_millis(2));
                inside.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, StoreError>(alone)
            })
        }).collect();
        for reply in replies {
            assert!(reply.wait().unwrap());
        }
    }

    /// Two transactions that wait for each other: the server ends one, and it is run again (R8).
    fn r8_what_the_server_ends_is_tried_again(db) {
        let [one, other] = neighbours(db);
        let place = db.store.bucket_of(one);
        let lock = |first, second| db.store.write("lock", place, move |tx| {
            tx.lock_subject(first)?;
            std::thread::sleep(std::time::Duration::from_millis(50));
            tx.lock_subject(second)?;
            tx.append_evidence(at(1), locked()).map(drop)
        });
        let replies = [lock(one, other), lock(other, one)];
        for reply in replies {
            reply.wait().unwrap();
        }
        assert_eq!(db.read(one, |tx| tx.chain_head()).unwrap().0, 2, "each once");
    }

    fn what_is_queued_is_written_before_the_store_closes(db) {
        let subject = SubjectId::new(db.bytes());
        let store = db.again().unwrap();
        let place = store.bucket_of(subject);
        let reply = store.write("late", place, move |tx| tx.add_subject(subject, at(5)));
        drop(store);
        assert!(reply.wait().unwrap());
        assert_eq!(db.read(subject, move |tx| tx.subject_since(subject)), Some(at(5)));
    }

    fn every_bucket_is_asked_once_in_order(db) {
        let asked: Vec<Place> = db.store
            .survey("ask", |tx| Ok::<_, StoreError>(tx.place())).wait().unwrap();
        assert_eq!(asked.len(), 4096);
        assert_eq!(asked.first(), Some(&Place::Bucket(bucket(0))));
        assert_eq!(asked.last(), Some(&Place::Bucket(bucket(4095))));
    }
}

/// Two subjects in one bucket.
/// Something that can be counted.
fn locked() -> Fact {
    Fact::KeyDestroyed {
        subject: Pseudonym([0; 16]),
    }
}

fn neighbours(db: &Fresh) -> [SubjectId; 2] {
    let one = db.subject();
    let place = db.store.bucket_of(one);
    let other = std::iter::repeat_with(|| SubjectId::new(db.bytes()));
    let other = other
        .filter(|id| db.store.bucket_of(*id) == place)
        .take(1)
        .next()
        .unwrap();
    db.write(other, move |tx| tx.add_subject(other, at(0)));
    [one, other]
}

/// A disk that fills up fails those who write to it, and nobody after them.
#[test]
fn a_full_disk_fails_what_is_written_and_nothing_later() {
    let db = Fresh::sqlite();
    let subject = db.subject();
    let place = db.store.bucket_of(subject);
    let allow = |pages: &'static str| {
        let text: &'static str = pages;
        let limit = move |tx: &mut Tx<'_>| {
            tx.query(
                &Sql {
                    name: "LIMIT",
                    text,
                },
                &[],
            )
        };
        db.store.write("limit", place, limit).wait().unwrap();
    };
    allow("PRAGMA max_page_count = 1");
    let mut large = db.record(subject, "a.b");
    large.payload = vec![7; 4_000_000].into();
    let small = db.record(subject, "a.b");
    let (large_id, small_id) = (large.id, small.id);
    let add = |record: NewRecord| {
        db.store
            .write("add", place, move |tx| tx.add_record(&record))
    };
    let refused = add(large).wait();
    assert!(
        matches!(refused, Err(StoreError::Driver { .. })),
        "{refused:?}"
    );
    allow("PRAGMA max_page_count = 1000000");
    assert_eq!(add(small).wait(), Ok(true));
    assert!(db.read(subject, move |tx| tx.record(large_id)).is_none());
    assert!(db.read(subject, move |tx| tx.record(small_id)).is_some());
}

/// A server that ends a connection between two transactions is reached again by the next.
#[test]
fn r8_a_lost_connection_is_replaced() {
    let Some(db) = Fresh::postgres() else { return };
    let mut config = db.config.clone();
    if let Database::Postgres { workers, .. } = &mut config.database {
        *workers = 1;
    }
    let store = Store::open(&config).unwrap();
    let subject = db.subject();
    let place = store.bucket_of(subject);
    let pid = || {
        let sql = Sql {
            name: "PID",
            text: "SELECT pg_backend_pid()",
        };
        let row = move |tx: &mut Tx<'_>| Ok::<_, StoreError>(tx.query(&sql, &[])?.remove(0));
        format!("{:?}", store.read("pid", place, row).wait().unwrap())
    };
    let before = pid();
    let number: String = before
        .chars()
        .filter(char::is_ascii_digit)
        .skip(2)
        .collect();
    db.tamper(&format!("SELECT pg_terminate_backend({number})"));
    store
        .write("lock", place, move |tx| tx.lock_subject(subject))
        .wait()
        .unwrap();
    assert_ne!(pid(), before);
}

#[test]
fn a_store_can_be_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Store>();
}
