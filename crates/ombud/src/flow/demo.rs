//! Synthetic people over four years, for trying things out.
//!
//! Everything goes in through the same flows as real data, at the instants at which it would have
//! happened. The people are made of numbers: `person17@example.com` is nobody.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ombud_core::retention::{Event, Keep};
use ombud_core::rulebook::{ActivityRule, CollectionRule};
use ombud_core::standing::Act;
use ombud_core::statement::model::{Field, FieldKind};
use ombud_store::Place;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::ledger::Told;
use super::record::Incoming;
use super::subject::SubjectRef;
use super::{FlowError, Ombud, anchor};

/// How many people.
const PEOPLE: u64 = 2_000;
/// How many are filled in at once, so that they share commits.
const AT_ONCE: usize = 128;
/// How far back, in days.
const DAYS: u64 = 4 * 365;

/// Whose people are in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demonstration {
    /// Nobody yet.
    Empty,
    /// Some of the made-up ones: filling them in was interrupted.
    Begun,
    /// All of the made-up ones, and whoever came since.
    Whole,
    /// Others: it is no demonstration.
    Never,
}

impl Ombud {
    /// Whose people are in the data, for whoever wants a demonstration of it.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn demonstration(&self) -> Result<Demonstration, FlowError> {
        match self.demonstration_mark().await? {
            Some(true) => return Ok(Demonstration::Whole),
            Some(false) => return Ok(Demonstration::Begun),
            None => {}
        }
        // Nobody's data is shown, so the gate of a copy that was put back does not stop it.
        let survey = self
            .store
            .past_gate()
            .survey::<_, FlowError, _>("demo.look", |tx| Ok(tx.has_records()?));
        if survey.await?.contains(&true) {
            return Ok(Demonstration::Never);
        }
        Ok(Demonstration::Empty)
    }

    /// Whether the data is a demonstration, with all of its people.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn is_demonstration(&self) -> Result<bool, FlowError> {
        Ok(self.demonstration_mark().await? == Some(true))
    }

    /// Whether all made-up people are in the data; none where it is no demonstration.
    pub(super) async fn demonstration_mark(&self) -> Result<Option<bool>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("demo.mark", Place::Home, |tx| Ok(tx.demonstration()?));
        read.await
    }

    /// Marks the data as a demonstration, whole or not yet: from before it is [filled](Self::fill_demo)
    /// until what came due meanwhile is swept, nothing is measured over it.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn mark_demonstration(&self, whole: bool) -> Result<(), FlowError> {
        let write = self
            .store
            .write::<_, FlowError, _>("demo.mark", Place::Home, move |tx| {
                Ok(tx.save_demonstration(whole)?)
            });
        write.await
    }

    /// Fills an [empty](Demonstration::Empty) store, which is marked so, with synthetic people.
    ///
    /// `progress` is told how many of how many people are there.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn fill_demo(
        &self,
        now: Timestamp,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<(), FlowError> {
        let mut tasks = JoinSet::new();
        let (mut next, mut done) = (0, 0);
        while done < PEOPLE {
            while next < PEOPLE && tasks.len() < AT_ONCE {
                let (ombud, number) = (self.clone(), next);
                tasks.spawn(async move { Person::new(number, now).live(&ombud).await });
                next += 1;
            }
            match tasks.join_next().await {
                Some(Ok(lived)) => lived?,
                Some(Err(_)) | None => return Err(FlowError::NotFound("person")),
            }
            done += 1;
            progress(done, PEOPLE);
        }
        Ok(())
    }
}

/// A stream of numbers that looks random and is the same every time (splitmix64).
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or_default()
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

struct Person {
    number: u64,
    now: Timestamp,
    dice: Dice,
}

impl Person {
    fn new(number: u64, now: Timestamp) -> Self {
        Self {
            number,
            now,
            dice: Dice(number),
        }
    }

    fn who(&self) -> SubjectRef {
        SubjectRef(BTreeMap::from([("email".to_owned(), self.email())]))
    }

    fn email(&self) -> String {
        format!("person{}@example.com", self.number)
    }

    /// Goes through every collection in turn: takes part or not, and later changes their mind or not.
    async fn live(mut self, ombud: &Ombud) -> Result<(), FlowError> {
        for (name, rule) in &ombud.book.collections {
            let Some(activity) = ombud.book.activities.get(&rule.activity) else {
                continue;
            };
            if !self.dice.percent(28) {
                continue;
            }
            let began = self.moment(rule);
            if activity.rule.asks_consent() {
                self.tell(ombud, &rule.activity, Act::Consent, began)
                    .await?;
            }
            for again in 0..=self.dice.below(2) {
                let at = self.later(began, again * 5);
                self.add(ombud, name, rule, at).await?;
            }
            self.change_mind(ombud, activity, &rule.activity, began)
                .await?;
        }
        Ok(())
    }

    /// When this person's time with a collection began: within its period, or, for a few, so long ago
    /// that a sweep is due; for more where statistics are made, so that some cells fill.
    fn moment(&mut self, rule: &CollectionRule) -> Timestamp {
        let cap = rule.keep.as_ref().and_then(Keep::cap);
        let cap_days = cap
            .map_or(DAYS, |cap| cap.average_minutes() / 1_440)
            .clamp(2, DAYS);
        let counted = !rule.declared.statistics.is_empty();
        let late = self.dice.percent(if counted { 30 } else { 4 });
        let days = if late {
            cap_days + self.dice.below(40)
        } else {
            self.dice.below(cap_days)
        };
        let minutes = days * 1_440 + self.dice.below(1_440);
        let span = SignedDuration::from_mins(i64::try_from(minutes).unwrap_or_default());
        self.now.checked_sub(span).unwrap_or(self.now)
    }

    fn later(&self, at: Timestamp, days: u64) -> Timestamp {
        let span = SignedDuration::from_hours(i64::try_from(days * 24).unwrap_or_default());
        at.checked_add(span).unwrap_or(at).min(self.now)
    }

    async fn tell(
        &mut self,
        ombud: &Ombud,
        activity: &str,
        act: Act,
        at: Timestamp,
    ) -> Result<(), FlowError> {
        let told = Told {
            activity: activity.to_owned(),
            act,
            at,
            language: Some(if self.dice.percent(60) { "nb" } else { "en" }.to_owned()),
            channel: Some("form".to_owned()),
            notice: None,
        };
        ombud.tell(&self.who(), told, at).await.map(drop)
    }

    async fn add(
        &mut self,
        ombud: &Ombud,
        name: &str,
        rule: &CollectionRule,
        at: Timestamp,
    ) -> Result<(), FlowError> {
        let fields: Map<String, Value> = rule
            .declared
            .fields
            .iter()
            .map(|(name, field)| {
                let mut statistics = rule.declared.statistics.values();
                let counted = statistics.any(|statistic| statistic.by.contains(name));
                (name.clone(), self.value(field, counted))
            })
            .collect();
        let anchors = self.anchors(ombud, rule, at);
        let incoming = Incoming {
            collection: name.to_owned(),
            subject: self.who(),
            fields,
            anchors,
        };
        match ombud.add_record(incoming, at).await {
            // Someone who has objected or withdrawn by then is refused, as anyone would be.
            Ok(_) | Err(FlowError::NoBasis(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A state that opens a basis, and of the events that can end the record's time the one that ends
    /// it last: most matters take their course.
    fn anchors(
        &mut self,
        ombud: &Ombud,
        rule: &CollectionRule,
        at: Timestamp,
    ) -> BTreeMap<String, Timestamp> {
        let events = rule.declared.events.keys();
        let single = events.map(|event| BTreeMap::from([(event.clone(), self.later(at, 14))]));
        let lasting = single.max_by_key(|told| {
            let mut facts = anchor::Facts::default();
            for (name, at) in told {
                facts.set(name, *at);
            }
            facts.set(Event::COLLECTION.name(), at);
            anchor::ends_at(&ombud.book, rule, &facts).unwrap_or(Timestamp::MIN)
        });
        let mut anchors = lasting.unwrap_or_default();
        let states = ombud
            .book
            .activities
            .get(&rule.activity)
            .map(|activity| &activity.states);
        let states = states.map(Vec::as_slice).unwrap_or_default();
        let chosen = usize::try_from(self.dice.below(8)).unwrap_or_default();
        anchors.extend(
            states
                .get(chosen % states.len().max(1))
                .map(|state| (state.clone(), at)),
        );
        anchors
    }

    async fn change_mind(
        &mut self,
        ombud: &Ombud,
        rule: &ActivityRule,
        activity: &str,
        began: Timestamp,
    ) -> Result<(), FlowError> {
        let days = self.dice.below(60) + 1;
        let at = self.later(began, days);
        let act = if rule.rule.asks_consent() && self.dice.percent(15) {
            Act::Withdraw
        } else if (rule.rule.marketing || !rule.rule.asks_consent()) && self.dice.percent(2) {
            Act::Object
        } else if self.dice.percent(1) {
            Act::Restrict
        } else {
            return Ok(());
        };
        match self.tell(ombud, activity, act, at).await {
            // Where the basis gives no right to object, nothing is recorded.
            Ok(()) | Err(FlowError::Act(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A value; one of a few where a statistic counts by it.
    fn value(&mut self, field: &Field, counted: bool) -> Value {
        match field.identity.as_deref() {
            Some("email") => return json!(self.email()),
            Some("phone") => return json!(format!("+47000{:05}", self.number)),
            Some("ip") => return json!(format!("192.0.2.{}", self.number % 256)),
            Some(kind) => return json!(format!("{kind}-{}", self.number)),
            None => {}
        }
        let dice = self.dice.below(if counted { 3 } else { 1_000 });
        match field.kind {
            FieldKind::Text => json!(format!("Synthetic {}", dice % 40)),
            FieldKind::FreeText => json!(format!("Synthetic text number {dice}.")),
            FieldKind::Integer => json!(dice % 11),
            FieldKind::Number => json!(dice),
            FieldKind::Boolean => json!(dice.is_multiple_of(2)),
            FieldKind::Date => json!("2026-01-31"),
            FieldKind::Instant => json!(self.now.to_string()),
            FieldKind::List => json!([format!("topic {}", dice % 12)]),
            FieldKind::File => json!(format!("synthetic-{dice}.pdf")),
        }
    }
}
