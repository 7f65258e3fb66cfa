//! What each domain keeps, and gives back.

use ombud_core::standing::{Act, Scope, Standing};
use ombud_store::{
    Anchors, Clock, ClockId, ClockKey, ClockState, Identity, NewEntry, Place, Record, RecordId,
    RecordState, Sql, StatementVersion, StoreError, SubjectId, Tx, Value,
};

use crate::harness::{at, version};

fn consent(subject: SubjectId, millis: i64) -> NewEntry {
    NewEntry {
        subject,
        activity: "newsletters".to_owned(),
        act: Act::Consent,
        acted_at: at(millis),
        recorded_at: at(millis + 1),
        statement: version(1),
        scope: Scope(-7),
        language: Some("nb".to_owned()),
        channel: Some("form".to_owned()),
        notice: None,
        reason: None,
    }
}

fn clock(subject: SubjectId, collection: &str, due: Option<i64>) -> Clock {
    let key = ClockKey {
        subject,
        collection: collection.to_owned(),
        clock: ClockId::SHARED,
    };
    let anchors = r#"{"last_activity":1000}"#.into();
    Clock {
        key,
        anchors,
        due_at: due.map(at),
        stage: 0,
        state: ClockState::Live,
    }
}

on_both! {
    fn an_identity_belongs_to_whoever_claimed_it_first(db) {
        let hash = db.store.identity_hash("email", "anna@example.com");
        let (first, second) = (SubjectId::new(db.bytes()), SubjectId::new(db.bytes()));
        for (subject, winner) in [(first, first), (second, first), (first, first)] {
            let claim = move |tx: &mut Tx<'_>| tx.claim_identity(hash, subject, at(1));
            let won = db.store.write("claim", hash.bucket(), claim).wait().unwrap();
            assert_eq!(won, winner);
        }
        let forget = move |tx: &mut Tx<'_>| {
            Ok::<_, StoreError>((tx.forget_identity(hash, second)?, tx.forget_identity(hash, first)?))
        };
        assert_eq!(db.store.write("forget", hash.bucket(), forget).wait().unwrap(), (false, true));
        let found = db.store.read("find", hash.bucket(), move |tx| tx.subject_of(hash)).wait();
        assert_eq!(found.unwrap(), None);
    }

    fn i6_facts_that_tell_more_than_instants_lie_sealed(db) {
        let subject = db.subject();
        let born = Anchors {
            json: r#"{"born_on":"1999-04-03"}"#.to_owned(),
            personal: true,
        };
        let own = Clock { anchors: born, ..clock(subject, "a.b", None) };
        let other = clock(subject, "a.c", None);
        let (give, key) = ([own.clone(), other.clone()], own.key.clone());
        db.write(subject, move |tx| give.iter().try_for_each(|clock| tx.save_clock(clock)));
        assert_eq!(db.read(subject, move |tx| tx.clock(&key)), Some(own.clone()));
        let lies = db.read(subject, |tx| {
            let text = "SELECT anchors, sealed FROM clock ORDER BY collection";
            tx.query(&Sql { name: "TEST_LIES", text }, &[])
        });
        let [sealed, clear] = lies.as_slice() else { panic!("two clocks") };
        assert_eq!(sealed.values()[0], Value::Text(String::new()));
        let Value::Blob(bytes) = &sealed.values()[1] else { panic!("sealed") };
        assert!(!bytes.windows(4).any(|window| window == b"1999"));
        assert_eq!(clear.values(), [Value::Text(other.anchors.json.clone()), Value::Null]);
        // What is sealed opens for its own clock alone.
        let moved = bytes.clone();
        db.write(subject, move |tx| {
            let text = "UPDATE clock SET sealed = $1 WHERE collection = 'a.c'";
            tx.execute(&Sql { name: "TEST_MOVE", text }, &[Value::Blob(moved.clone())]).map(drop)
        });
        let place = db.store.bucket_of(subject);
        let read = db.store.read::<_, StoreError, _>("read", place, move |tx| tx.clocks_of(subject));
        assert!(read.wait().is_err());
        // Once nobody can open it any more, nothing is known.
        let (back, key) = (other.clone(), own.key.clone());
        db.write(subject, move |tx| tx.save_clock(&back));
        assert!(db.store.destroy_key(subject).wait().unwrap());
        let unknown = db.read(subject, move |tx| tx.clock(&key)).unwrap();
        assert_eq!(unknown.anchors, Anchors::default());
    }

    fn identities_are_given_back_as_they_were_linked(db) {
        let subject = db.subject();
        let identity = |kind: &str, value: &str, millis| Identity {
            hash: db.store.identity_hash(kind, value),
            kind: kind.to_owned(),
            value: value.to_owned(),
            linked_at: at(millis),
        };
        let linked = vec![identity("email", "åse@example.com", 1), identity("login", "ase", 2)];
        let give = linked.clone();
        db.write(subject, move |tx| {
            give.iter().chain(&give).try_for_each(|identity| tx.link_identity(subject, identity))
        });
        assert_eq!(db.read(subject, move |tx| tx.identities_of(subject)), linked);

        let hashes: Vec<_> = linked.iter().map(|identity| identity.hash).collect();
        let mut erased = db.write(subject, move |tx| tx.erase_subject(subject));
        erased.sort_by_key(|hash| hashes.iter().position(|each| each == hash));
        assert_eq!(erased, hashes);
        assert_eq!(db.read(subject, move |tx| tx.identities_of(subject)), []);
        assert_eq!(db.read(subject, move |tx| tx.subject_since(subject)), None);
    }

    fn a_ledger_has_no_gaps_and_keeps_every_word(db) {
        let subject = db.subject();
        let entries: Vec<NewEntry> = (0..5).map(|n| consent(subject, n * 10)).collect();
        let replies: Vec<_> = entries.iter().cloned().map(|entry| {
            let place = db.store.bucket_of(subject);
            db.store.write("append", place, move |tx| tx.append_entry(&entry))
        }).collect();
        let mut places: Vec<i64> = replies.into_iter().map(|reply| reply.wait().unwrap()).collect();
        places.sort_unstable();
        assert_eq!(places, [1, 2, 3, 4, 5]);

        let kept = db.read(subject, move |tx| tx.ledger_of(subject, Some("newsletters")));
        assert_eq!(kept.iter().map(|kept| kept.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let mut kept: Vec<_> = kept.into_iter().map(|kept| kept.entry).collect();
        kept.sort_by_key(|entry| entry.acted_at);
        assert_eq!(kept, entries);
        assert_eq!(db.read(subject, move |tx| tx.ledger_of(subject, Some("other"))), []);
        assert_eq!(db.read(subject, move |tx| tx.ledger_of(subject, None)).len(), 5);
    }

    fn no_entry_for_a_subject_that_is_gone(db) {
        let subject = SubjectId::new(db.bytes());
        let place = db.store.bucket_of(subject);
        let entry = consent(subject, 1);
        let result = db.store.write("append", place, move |tx| tx.append_entry(&entry)).wait();
        assert!(matches!(result, Err(StoreError::SubjectGone)));
        let record = db.record(subject, "newsletters.subscription");
        let result = db.store.write("add", place, move |tx| tx.add_record(&record)).wait();
        assert!(matches!(result, Err(StoreError::SubjectGone)));
    }

    fn a_standing_comes_back_as_it_was_folded(db) {
        let subject = db.subject();
        let whole = Standing {
            consented: Some((at(1), Scope(i64::MIN))),
            withdrawn: Some(at(2)),
            objected: Some(at(3)),
            upheld: Some(at(4)),
            rejected: Some(at(5)),
            restricted: Some(at(6)),
            lifted: Some(at(7)),
        };
        for (seq, standing) in [(1, Standing::default()), (2, whole), (3, whole)] {
            db.write(subject, move |tx| tx.save_standing(subject, "newsletters", &standing, seq));
            let kept = db.read(subject, move |tx| tx.standing(subject, "newsletters"));
            assert_eq!(kept, Some(standing));
        }
        let all = db.read(subject, move |tx| tx.standings_of(subject));
        assert_eq!(all, [("newsletters".to_owned(), whole)]);
        assert_eq!(db.read(subject, move |tx| tx.standing(subject, "profiling")), None);
    }

    fn a_record_comes_back_opened_and_is_added_once(db) {
        let subject = db.subject();
        let record = db.record(subject, "newsletters.subscription");
        let (id, give) = (record.id, record.clone());
        assert!(db.write(subject, move |tx| tx.add_record(&give)));
        let again = record.clone();
        assert!(!db.write(subject, move |tx| tx.add_record(&again)));

        let kept = db.read(subject, move |tx| tx.record(id)).unwrap();
        assert_eq!(kept.payload.as_slice(), b"anna@example.com");
        assert_eq!((kept.id, kept.subject), (record.id, subject));
        assert_eq!((kept.created_at, kept.changed_at), (at(1_000), at(1_000)));
        assert_eq!((kept.clock, kept.state), (ClockId::SHARED, RecordState::Live));

        assert!(db.write(subject, move |tx| tx.erase_record(id)));
        assert!(!db.write(subject, move |tx| tx.erase_record(id)));
        assert_eq!(db.read(subject, move |tx| tx.record(id)), None);
    }

    fn a_record_is_rewritten_only_by_whoever_saw_it_last(db) {
        let subject = db.subject();
        let record = db.record(subject, "newsletters.subscription");
        let id = record.id;
        db.write(subject, move |tx| tx.add_record(&record));
        let seen = db.read(subject, move |tx| tx.record(id)).unwrap();
        let late = seen.clone();
        // Twice within one millisecond, and even with a clock that went back.
        assert!(db.write(subject, move |tx| tx.rewrite_record(&seen, b"new", at(900))));
        assert!(!db.write(subject, move |tx| tx.rewrite_record(&late, b"late", at(2_000))));
        let kept = db.read(subject, move |tx| tx.record(id)).unwrap();
        assert_eq!((kept.payload.as_slice(), kept.changed_at), (b"new".as_slice(), at(1_001)));
    }

    fn records_are_listed_page_by_page(db) {
        let subject = db.subject();
        let mut stored: Vec<(String, RecordId)> = Vec::new();
        for collection in ["support.case", "support.chat", "support.case", "chat.log"] {
            let record = db.record(subject, collection);
            stored.push((collection.to_owned(), record.id));
            db.write(subject, move |tx| tx.add_record(&record));
        }
        stored.sort();
        for collection in [None, Some("support.case")] {
            let mut listed: Vec<Record> = Vec::new();
            loop {
                let after = listed.last().cloned();
                let page = move |tx: &mut Tx<'_>| tx.records_of(subject, collection, after.as_ref(), 1);
                match db.read(subject, page).pop() {
                    Some(record) => listed.push(record),
                    None => break,
                }
            }
            let listed: Vec<_> =
                listed.into_iter().map(|record| (record.collection, record.id)).collect();
            let of = |(name, _): &&(String, RecordId)| collection.is_none_or(|only| only == name);
            assert_eq!(listed, stored.iter().filter(of).cloned().collect::<Vec<_>>());
        }
    }

    /// However many records a clock governs, a new "last activity" is one row.
    fn one_clock_row_governs_many_records(db) {
        let subject = db.subject();
        for _ in 0..20 {
            let record = db.record(subject, "security.log");
            db.write(subject, move |tx| tx.add_record(&record));
        }
        let mut moved = clock(subject, "security.log", Some(2_000));
        let first = moved.clone();
        db.write(subject, move |tx| tx.save_clock(&first));
        moved.due_at = Some(at(9_000));
        let given = moved.clone();
        db.write(subject, move |tx| tx.save_clock(&given));
        let key = moved.key.clone();
        let (clocks, records) = db.read(subject, move |tx| {
            Ok::<_, StoreError>((tx.clocks_of(subject)?, tx.count_records(&key)?))
        });
        assert_eq!((clocks, records), (vec![moved.clone()], 20));

        let key = moved.key.clone();
        let hidden = db.write(subject, move |tx| tx.set_record_state(&key, RecordState::Hidden));
        assert_eq!(hidden, 20);
        let key = moved.key.clone();
        assert!(db.write(subject, move |tx| tx.remove_clock(&key)));
        assert_eq!(db.read(subject, move |tx| tx.clock(&moved.key)), None);
    }

    fn the_clocks_of_a_collection_are_paged(db) {
        let subject = db.subject();
        let mut saved = Vec::new();
        for number in 0..5_u8 {
            let mut one = clock(subject, "support.chat", None);
            one.key.clock = ClockId::from_bytes([number; 16]);
            saved.push(one.clone());
            db.write(subject, move |tx| tx.save_clock(&one));
        }
        let other = clock(subject, "support.case", None);
        db.write(subject, move |tx| tx.save_clock(&other));
        let mut paged: Vec<Clock> = Vec::new();
        loop {
            let after = paged.last().map(|clock| clock.key.clone());
            let page = db.read(subject, move |tx| tx.clocks_in("support.chat", after.as_ref(), 2));
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, saved);
    }

    /// I10: the version in force at any past instant, byte for byte.
    fn i10_the_statement_of_any_instant(db) {
        let stored = |byte, in_force, stored| StatementVersion {
            id: version(byte),
            effective_at: at(in_force),
            stored_at: at(stored),
            in_force_at: at(in_force),
            counted_at: None,
            archive: vec![byte; 3],
        };
        let versions = [stored(1, 100, 5), stored(2, 200, 6), stored(3, 200, 7)];
        for (want_new, version) in versions.iter().map(|v| (true, v)).chain([(false, &versions[0])]) {
            let give = version.clone();
            let save = move |tx: &mut Tx<'_>| tx.save_statement(&give);
            assert_eq!(db.store.write("save", Place::Home, save).wait().unwrap(), want_new);
        }
        for (instant, want) in [(99, None), (100, Some(0)), (199, Some(0)), (200, Some(2)), (900, Some(2))] {
            let find = move |tx: &mut Tx<'_>| tx.statement_at(at(instant));
            let found = db.store.read("at", Place::Home, find).wait().unwrap();
            assert_eq!(found.as_ref(), want.map(|index: usize| &versions[index]), "at {instant}");
        }
        let find = |tx: &mut Tx<'_>| Ok::<_, StoreError>((
            tx.statement(&version(2))?,
            tx.statement(&version(9))?,
            tx.statement_versions()?.len(),
        ));
        let (second, none, count) = db.store.read("find", Place::Home, find).wait().unwrap();
        assert_eq!((second.as_ref(), none, count), (Some(&versions[1]), None, 3));
    }
}
