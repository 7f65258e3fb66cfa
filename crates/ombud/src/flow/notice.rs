//! Whom to warn or ask: what waits for a message to its person before it may end.

use jiff::Timestamp;
use ombud_core::retention::Notice;
use ombud_core::rulebook::Rulebook;
use ombud_store::{Clock, RecordId, Tx};
use serde::Serialize;

use super::{FlowError, Ombud, anchor};

/// How many are told of at once; whoever was told makes room for others.
const MOST: usize = 1_000;

/// How many one bucket adds to them at most.
const MOST_OF_BUCKET: u32 = 100;

/// A message that a person must get before their record may end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outstanding {
    /// When the next step is, if the person is told in time.
    pub until: Timestamp,
    /// What must be said: `warned` or `asked`, the fact to tell once it was.
    pub notice: Notice,
    /// Of which collection: `activity.collection`.
    pub collection: String,
    /// The record, or the newest of those that end together.
    pub record: RecordId,
    /// How many end together, up to 1,000.
    pub records: usize,
}

impl Ombud {
    /// Whom to warn or ask now, the most urgent first: at most a thousand, of the activities that are
    /// wanted.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    ///
    /// # Source
    ///
    /// GDPR Article 5(1)(a), (e); invariant I2.
    pub async fn notices(
        &self,
        wanted: impl Fn(&str) -> bool,
        now: Timestamp,
    ) -> Result<Vec<Outstanding>, FlowError> {
        let activities = self.book.activities.keys().filter(|name| wanted(name));
        let activities: Vec<String> = activities.cloned().collect();
        let book = self.book.clone();
        let survey = self
            .store
            .survey::<_, FlowError, _>("notice.list", move |tx| {
                outstanding(tx, &book, &activities, now)
            });
        let mut all: Vec<Outstanding> = survey.await?.into_iter().flatten().collect();
        all.sort_unstable_by(|one, other| {
            (one.until, one.record).cmp(&(other.until, other.record))
        });
        all.truncate(MOST);
        Ok(all)
    }
}

/// What waits in one bucket.
fn outstanding(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    activities: &[String],
    now: Timestamp,
) -> Result<Vec<Outstanding>, FlowError> {
    let mut found = Vec::new();
    for activity in activities {
        let rule = book.activities.get(activity);
        for collection in rule.into_iter().flat_map(|rule| &rule.collections) {
            let tells = book.collections.get(collection);
            if !tells.is_some_and(|rule| rule.then.tells()) {
                continue;
            }
            for clock in tx.awaiting_clocks(collection, MOST_OF_BUCKET)? {
                found.extend(of_clock(tx, book, &clock, now)?);
            }
        }
    }
    Ok(found)
}

/// What waits on a clock; none if nothing does by what it counts from.
fn of_clock(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    clock: &Clock,
    now: Timestamp,
) -> Result<Option<Outstanding>, FlowError> {
    let Some(rule) = book.collections.get(&clock.key.collection) else {
        return Ok(None);
    };
    let facts = anchor::Facts::parse(&clock.anchors);
    let awaited = anchor::awaited(book, rule, &facts, clock.stage, now);
    let (Some(until), Some(notice)) = (awaited.at, awaited.tell) else {
        return Ok(None);
    };
    let records = tx.records_on(&clock.key)?;
    Ok(records.last().map(|newest| Outstanding {
        until,
        notice,
        collection: clock.key.collection.clone(),
        record: *newest,
        records: records.len(),
    }))
}
