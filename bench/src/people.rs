//! Synthetic people in a store, and Ombud over it. `person17@example.com` is nobody.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use ombud::bundled;
use ombud::clock::Clock;
use ombud::flow::Ombud;
use ombud::flow::ledger::Told;
use ombud::flow::record::Incoming;
use ombud::flow::subject::SubjectRef;
use ombud_core::standing::Act;
use ombud_core::statement::load;
use ombud_store::{
    Clock as StoredClock, ClockId, ClockKey, Config, NewRecord, RecordId, Reply, Store, StoreError,
    SubjectId,
};
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::Failed;

/// How many are told of at once, so that they share commits.
const AT_ONCE: usize = 256;

/// The bundled statement over a store in this directory.
pub async fn ombud(directory: &Path) -> Result<Ombud, Failed> {
    let config = Config::sqlite(directory.join("data"), directory.join("keys"));
    let store = tokio::task::spawn_blocking(move || Store::open(&config)).await??;
    let statement = load(bundled::folder()).map_err(|errors| format!("{errors:?}"))?;
    Ok(Ombud::open(store, statement, Clock::system().now()).await?)
}

/// The person of this number, as the world names them.
pub fn email(number: usize) -> String {
    format!("person{number}@example.com")
}

/// The same as a reference.
pub fn who(number: usize) -> SubjectRef {
    SubjectRef(BTreeMap::from([("email".to_owned(), email(number))]))
}

/// Makes so many people; all consent to newsletters, and every third withdraws.
pub async fn consent(ombud: &Ombud, people: usize, now: Timestamp) -> Result<(), Failed> {
    let mut tasks = JoinSet::new();
    for number in 0..people {
        let ombud = ombud.clone();
        tasks.spawn(async move {
            ombud
                .tell(&who(number), told(Act::Consent, now), now)
                .await?;
            if !consents(number) {
                ombud
                    .tell(&who(number), told(Act::Withdraw, now), now)
                    .await?;
            }
            Ok::<_, Failed>(())
        });
        if tasks.len() >= AT_ONCE
            && let Some(done) = tasks.join_next().await
        {
            done??;
        }
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// Whether the person of this number still consents.
pub fn consents(number: usize) -> bool {
    !number.is_multiple_of(3)
}

/// An act in newsletters, as a form tells of it.
pub fn told(act: Act, at: Timestamp) -> Told {
    Told {
        activity: "newsletters".to_owned(),
        act,
        at,
        language: Some("en".to_owned()),
        channel: Some("form".to_owned()),
        notice: None,
    }
}

/// A collection whose records are erased three months after they were collected, each by itself.
const COLLECTION: &str = "support.chat";

/// Records of one person.
const EACH: usize = 10;

/// Adds so many records, ten to a person, without the people's names; one in `due_of` is past due.
///
/// They are put into the store directly, as the flow puts them, with the clocks that two records
/// which came in through the flow have, and bucket by bucket, so that many are put in together.
pub async fn records(
    ombud: &Ombud,
    count: usize,
    due_of: usize,
    now: Timestamp,
) -> Result<(), Failed> {
    let long_ago = now.checked_sub(SignedDuration::from_hours(24 * 365))?;
    let fresh = (now, template(ombud, now).await?);
    let past = (long_ago, template(ombud, long_ago).await?);
    let mut people = Vec::new();
    for _ in 0..count.div_ceil(EACH) {
        let mut random = [0; 16];
        ombud.store.random(&mut random)?;
        let subject = SubjectId::new(random);
        people.push((ombud.store.bucket_of(subject), subject));
    }
    people.sort_unstable();
    let mut replies = VecDeque::new();
    for (number, (_, subject)) in people.into_iter().enumerate() {
        let first = number * EACH;
        let own = (first..count.min(first + EACH)).map(|record| {
            let due = (record + 1).is_multiple_of(due_of);
            if due { past.clone() } else { fresh.clone() }
        });
        replies.push_back(add(&ombud.store, subject, own.collect())?);
        if replies.len() >= AT_ONCE
            && let Some(reply) = replies.pop_front()
        {
            reply.await?;
        }
    }
    for reply in replies {
        reply.await?;
    }
    Ok(())
}

/// The clock of a record that came in at this instant.
async fn template(ombud: &Ombud, at: Timestamp) -> Result<StoredClock, Failed> {
    let who = SubjectRef(BTreeMap::from([(
        "email".to_owned(),
        format!("{}@example.com", at.as_second()),
    )]));
    let fields = json!({ "ip": "192.0.2.1", "messages": "Hello" });
    let incoming = Incoming {
        collection: COLLECTION.to_owned(),
        subject: who.clone(),
        fields: fields.as_object().cloned().unwrap_or_default(),
        anchors: BTreeMap::new(),
    };
    ombud.add_record(incoming, at).await?;
    let subject = ombud.find_subject(&who).await?.ok_or("nobody was added")?;
    let bucket = ombud.store.bucket_of(subject);
    let clocks = ombud
        .store
        .read::<_, StoreError, _>("template", bucket, move |tx| tx.clocks_of(subject));
    let own = clocks.await?.into_iter();
    let mut own = own.filter(|clock| clock.key.collection == COLLECTION);
    Ok(own.next().ok_or("the record has no clock")?)
}

fn add(
    store: &Store,
    subject: SubjectId,
    records: Vec<(Timestamp, StoredClock)>,
) -> Result<Reply<(), StoreError>, StoreError> {
    let bucket = store.bucket_of(subject);
    let mut made = Vec::new();
    for (at, clock) in records {
        let mut random = [0; 8];
        store.random(&mut random)?;
        made.push((RecordId::new(at, bucket, random), at, clock));
    }
    let write = store.write::<_, StoreError, _>("fill", bucket, move |tx| {
        if let Some((_, at, _)) = made.first() {
            tx.add_subject(subject, *at)?;
        }
        for (id, at, clock) in &made {
            let record = NewRecord {
                id: *id,
                subject,
                collection: COLLECTION.to_owned(),
                clock: ClockId::of_record(*id),
                created_at: *at,
                payload: vec![b'x'; 200].into(),
            };
            tx.add_record(&record)?;
            let key = ClockKey {
                subject,
                collection: COLLECTION.to_owned(),
                clock: record.clock,
            };
            tx.save_clock(&StoredClock {
                key,
                ..clock.clone()
            })?;
        }
        Ok(())
    });
    Ok(write)
}

/// What is filled in a directory of its own, or kept in one that the command line names after
/// `--filled`, and copied from there: filling takes longer than most of what is measured.
pub async fn filled(
    count: usize,
    due_of: usize,
    now: Timestamp,
) -> Result<(TempDir, Ombud), Failed> {
    let directory = tempfile::tempdir()?;
    let named = std::env::args()
        .skip_while(|each| each != "--filled")
        .nth(1);
    let Some(kept) = named.map(PathBuf::from) else {
        let ombud = ombud(directory.path()).await?;
        records(&ombud, count, due_of, now).await?;
        return Ok((directory, ombud));
    };
    if !kept.exists() {
        std::fs::create_dir_all(&kept)?;
        records(&ombud(&kept).await?, count, due_of, now).await?;
    }
    for name in ["data", "keys"] {
        let (from, to) = (kept.join(name), directory.path().join(name));
        std::fs::create_dir_all(&to)?;
        std::fs::set_permissions(&to, std::fs::metadata(&from)?.permissions())?;
        for file in std::fs::read_dir(from)? {
            let file = file?;
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    let ombud = ombud(directory.path()).await?;
    Ok((directory, ombud))
}
