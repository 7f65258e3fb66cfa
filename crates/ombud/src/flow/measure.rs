//! What the promise board measures.
//!
//! Counts, caps and choices are counted over everything. Records are opened, the instants of their
//! clocks are worked out again, and people who opted out
//! are asked about, up to a number of each: from another bucket every minute, so that all have their
//! turn. The figures say how many of how many.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::{SignedDuration, Timestamp};
use ombud_core::board::{ActivityFigures, CollectionFigures, EvidenceFigures, SWEEP_LAG_SECONDS};
use ombud_core::decision::{Answer, Facts, Use, may};
use ombud_core::retention::Keep;
use ombud_core::rulebook::{ActivityRule, Rulebook};
use ombud_core::standing::{Consent, Objection, Position, Scope, Standing};
use ombud_core::statement::model::BasisName;
use ombud_core::sweep::not_carried_out;
use ombud_store::{
    Bucket, Clock, ClockState, CollectionProbe, CounterParts, Record, RecordState, StandingProbe,
    StoreError, SubjectId, Tx,
};

use super::decision::EVERYWHERE;
use super::{FlowError, Ombud, anchor, decision, record};

/// How many records of a collection are opened.
const OPENED: u64 = 250;
/// How many people who opted out are asked about.
const ASKED: usize = 1_000;

/// What was measured.
#[derive(Debug, Clone, Default)]
pub(super) struct Measures {
    /// By `activity.collection`.
    pub(super) collections: BTreeMap<String, CollectionFigures>,
    /// By activity.
    pub(super) activities: BTreeMap<String, ActivityFigures>,
    /// Records that were opened, or could not be.
    pub(super) opened: u64,
    /// Records that nobody can read.
    pub(super) unreadable: u64,
    /// What the last verification of the evidence came to; none if there was none.
    pub(super) evidence: Option<EvidenceFigures>,
}

/// What a bucket holds, by count.
struct Counted {
    bucket: Bucket,
    collections: Vec<CollectionProbe>,
    standings: Vec<StandingProbe>,
    opted_out: Vec<SubjectId>,
    gathering: Vec<CounterParts>,
}

/// What is looked at more closely in a bucket.
#[derive(Debug, Clone, Default)]
struct Visit {
    collections: Vec<(String, u32)>,
    people: Vec<SubjectId>,
}

impl Ombud {
    /// Measures everything that a proof may ask for.
    pub(super) async fn measure(&self, now: Timestamp) -> Result<Measures, FlowError> {
        let recounting = self.recounting(now).await?;
        let count = self
            .store
            .survey::<_, FlowError, _>("board.count", move |tx| {
                Ok(Counted {
                    bucket: tx.bucket()?,
                    collections: tx.probe_collections(now)?,
                    standings: tx.probe_standings()?,
                    opted_out: tx.opted_out()?,
                    gathering: tx.counter_parts()?,
                })
            });
        let counted = count.await?;
        let mut measures = Measures::default();
        for bucket in &counted {
            measures.count(&self.book, bucket, now);
        }
        measures.everywhere(&self.book, &counted);
        let visits = visits(&counted, now);
        drop(counted);
        let (book, settled) = (self.book.clone(), recounting.is_empty());
        let look = self
            .store
            .survey::<_, FlowError, _>("board.look", move |tx| {
                let visit = visits.get(&tx.bucket()?);
                visit.map_or_else(
                    || Ok(Measures::default()),
                    |visit| {
                        Look {
                            tx,
                            book: &book,
                            settled,
                            now,
                        }
                        .at(visit)
                    },
                )
            });
        for found in look.await? {
            measures.and(found);
        }
        for (name, rule) in &self.book.collections {
            let figures = measures.collections.entry(name.clone()).or_default();
            figures.cap = rule.keep.as_ref().and_then(Keep::cap);
            figures.recounting = recounting.contains(name);
            figures.not_carried_out = not_carried_out(&rule.declared);
            let activity = measures.activities.get(&rule.activity);
            let opted_out = |activity: &ActivityFigures| activity.withdrawn + activity.objected;
            figures.opted_out = activity.map_or(0, opted_out);
        }
        for (id, rule) in &self.book.activities {
            let figures = measures.activities.entry(id.clone()).or_default();
            figures.recipients = u64::try_from(rule.recipients.len()).unwrap_or(u64::MAX);
        }
        Ok(measures)
    }
}

/// Which records are opened and who is asked about: from a bucket that moves with the minutes, until
/// there are enough of each kind.
fn visits(counted: &[Counted], now: Timestamp) -> BTreeMap<Bucket, Visit> {
    let turn = now.as_second().div_euclid(60).wrapping_mul(1_021);
    let start = usize::try_from(turn.rem_euclid(i64::from(Bucket::COUNT))).unwrap_or(0);
    let (before, from) = counted.split_at_checked(start).unwrap_or((counted, &[]));
    let mut visits: BTreeMap<Bucket, Visit> = BTreeMap::new();
    let mut opened: BTreeMap<&str, u64> = BTreeMap::new();
    let mut asked = 0_usize;
    for bucket in from.iter().chain(before) {
        for probe in bucket.collections.iter().filter(|probe| probe.records > 0) {
            let sum = opened.entry(&probe.collection).or_default();
            let left = u32::try_from(OPENED.saturating_sub(*sum)).unwrap_or(0);
            if left > 0 {
                *sum = sum.saturating_add(probe.records);
                let visit = visits.entry(bucket.bucket).or_default();
                visit.collections.push((probe.collection.clone(), left));
            }
        }
        let left = ASKED.saturating_sub(asked).min(bucket.opted_out.len());
        if left > 0 {
            asked = asked.saturating_add(left);
            let people = bucket.opted_out.iter().take(left).copied();
            visits
                .entry(bucket.bucket)
                .or_default()
                .people
                .extend(people);
        }
    }
    visits
}

impl Measures {
    fn count(&mut self, book: &Rulebook, counted: &Counted, now: Timestamp) {
        for probe in &counted.collections {
            let lag = probe
                .overdue_since
                .map_or(0, |since| now.duration_since(since).as_secs());
            let sum = self
                .collections
                .entry(probe.collection.clone())
                .or_default();
            sum.records += probe.records;
            sum.oldest = [sum.oldest, oldest(book, probe, now)]
                .into_iter()
                .flatten()
                .min();
            sum.overdue += probe.overdue;
            sum.worst_lag_seconds = sum.worst_lag_seconds.max(lag);
            sum.endless += probe.endless;
            sum.exempt += probe.held + probe.reduced;
            let activity = probe.collection.split('.').next().unwrap_or_default();
            self.activities
                .entry(activity.to_owned())
                .or_default()
                .records += probe.records;
        }
        for parts in &counted.gathering {
            let Some((collection, _)) = parts.statistic.rsplit_once('.') else {
                continue;
            };
            let sum = self.collections.entry(collection.to_owned()).or_default();
            let held = now.duration_since(parts.first).as_secs();
            sum.gathering += parts.people;
            sum.gathering_seconds = sum.gathering_seconds.max(held);
        }
        for probe in &counted.standings {
            let Some(rule) = book.activities.get(&probe.activity) else {
                continue;
            };
            let sum = self.activities.entry(probe.activity.clone()).or_default();
            if probe.scope == Some(rule.scope.0) {
                sum.consented += probe.consented;
            }
            sum.withdrawn += probe.withdrawn;
            sum.objected += probe.objected;
        }
    }

    /// An objection to all marketing is one to each activity of it.
    fn everywhere(&mut self, book: &Rulebook, counted: &[Counted]) {
        let standings = counted.iter().flat_map(|bucket| &bucket.standings);
        let all = standings.filter(|probe| probe.activity == EVERYWHERE);
        let objected = all.map(|probe| probe.objected).sum::<u64>();
        for (id, _) in book
            .activities
            .iter()
            .filter(|(_, rule)| rule.rule.marketing)
        {
            let figures = self.activities.entry(id.clone()).or_default();
            figures.objected = figures.objected.max(objected);
        }
    }

    fn and(&mut self, other: Self) {
        for (name, more) in other.collections {
            let sum = self.collections.entry(name).or_default();
            sum.endless += more.endless;
            sum.after_opt_out += more.after_opt_out;
            sum.overdue += more.overdue;
            sum.worst_lag_seconds = sum.worst_lag_seconds.max(more.worst_lag_seconds);
        }
        for (id, more) in other.activities {
            let sum = self.activities.entry(id).or_default();
            sum.opened += more.opened;
            sum.asked += more.asked;
            sum.undeclared += more.undeclared;
            sum.without_basis += more.without_basis;
            sum.yes_without_consent += more.yes_without_consent;
            sum.yes_after_objection += more.yes_after_objection;
        }
        self.opened += other.opened;
        self.unreadable += other.unreadable;
    }
}

/// The moment that the oldest record counts from. Under a cap that is the cap before its due instant:
/// a person who is active keeps old records young.
fn oldest(book: &Rulebook, probe: &CollectionProbe, now: Timestamp) -> Option<Timestamp> {
    let rule = book.collections.get(&probe.collection);
    // Of what waits after its end, the next instant is not that of the period.
    let rule = rule.filter(|rule| rule.ends_at_once() && rule.then.waits.is_empty());
    let Some(cap) = rule.and_then(|rule| rule.keep.as_ref()?.cap()) else {
        return probe.oldest_at;
    };
    // Due is the midnight after the last day kept.
    let last = probe
        .next_due_at?
        .checked_sub(SignedDuration::from_millis(1));
    let last = last.ok()?.to_zoned_datetime(book.calendar.zone.clone());
    let from = last.checked_sub(cap.to_span()).ok()?;
    let from = from.start_of_day().ok()?.timestamp();
    (from <= now).then_some(from)
}

/// What is known of a person whose record was opened.
struct Person {
    standings: BTreeMap<String, Standing>,
    clocks: Vec<Clock>,
}

fn person(tx: &mut Tx<'_>, subject: SubjectId) -> Result<Person, FlowError> {
    Ok(Person {
        standings: tx.standings_of(subject)?.into_iter().collect(),
        clocks: tx.clocks_of(subject)?,
    })
}

/// A closer look at one bucket.
struct Look<'a, 't> {
    tx: &'a mut Tx<'t>,
    book: &'a Rulebook,
    settled: bool,
    now: Timestamp,
}

impl Look<'_, '_> {
    fn at(&mut self, visit: &Visit) -> Result<Measures, FlowError> {
        let mut found = Measures::default();
        let mut known: BTreeMap<SubjectId, Person> = BTreeMap::new();
        for (collection, limit) in &visit.collections {
            for opened in self.tx.sample(collection, *limit)? {
                found.opened += 1;
                let record = match opened {
                    Ok(record) => record,
                    Err(StoreError::KeyDestroyed | StoreError::Corrupt { .. }) => {
                        found.unreadable += 1;
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                };
                let person = match known.entry(record.subject) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(new) => new.insert(person(self.tx, record.subject)?),
                };
                self.record(&mut found, &record, person);
            }
        }
        for subject in &visit.people {
            self.opted_out(&mut found, *subject)?;
        }
        Ok(found)
    }

    fn facts(&self, (id, rule): (&str, &ActivityRule), person: &Person) -> Facts {
        let nothing = Standing::default();
        let standing = |name: &str| person.standings.get(name).unwrap_or(&nothing);
        let standings = [standing(id), standing(EVERYWHERE)];
        decision::facts_of(
            self.book,
            (id, rule),
            standings,
            &person.clocks,
            self.settled,
        )
    }

    /// Holds an opened record against its declaration, its clock and its basis (I8).
    fn record(&self, found: &mut Measures, record: &Record, person: &Person) {
        let id = record.collection.split('.').next().unwrap_or_default();
        let figures = found.activities.entry(id.to_owned()).or_default();
        figures.opened += 1;
        figures.undeclared += u64::from(!declared(self.book, record));
        let mut clocks = person.clocks.iter();
        let own = clocks.find(|clock| {
            clock.key.collection == record.collection && clock.key.clock == record.clock
        });
        let collection = found.collections.entry(record.collection.clone());
        match own {
            // Nothing will ever end it.
            None => collection.or_default().endless += 1,
            Some(clock) => {
                if let Some(lag) = self.overlooked(clock) {
                    let figures = collection.or_default();
                    figures.overdue += 1;
                    figures.worst_lag_seconds = figures.worst_lag_seconds.max(lag);
                }
            }
        }
        let Some(rule) = self.book.activities.get(id) else {
            return;
        };
        let facts = self.facts((id, rule), person);
        let runs = own.is_none_or(|clock| clock.due_at.is_none_or(|due| due > self.now));
        let due = facts.kept_until.is_some_and(|until| self.now >= until);
        let figures = found.activities.entry(id.to_owned()).or_default();
        // What another is controller of is stored on its instructions, under the same conditions.
        let stored = may(&rule.rule.as_controller(), &facts, Use::Storage, self.now).is_yes();
        let kept_by_law = record.state == RecordState::Reduced;
        figures.without_basis += u64::from(!stored && runs && !due && !kept_by_law);
        let unasked = matches!(facts.own.consent, Consent::Never | Consent::Outdated);
        let yes = may(&rule.rule, &facts, Use::Ordinary, self.now).is_yes();
        figures.yes_without_consent += u64::from(yes && unasked && by_consent(rule));
    }

    /// For how many seconds a clock has been past its time by what it counts from, where the instant
    /// stored with it, which the sweep goes by, says that it is not.
    fn overlooked(&self, clock: &Clock) -> Option<i64> {
        if !self.settled || clock.state == ClockState::Held {
            return None;
        }
        let rule = self.book.collections.get(&clock.key.collection)?;
        let facts = anchor::Facts::parse(&clock.anchors);
        let due = anchor::awaited(self.book, rule, &facts, clock.stage, self.now).at?;
        let unseen = clock.due_at.is_none_or(|stored| stored > self.now);
        (due <= self.now && unseen).then(|| self.now.duration_since(due).as_secs())
    }

    /// Asks the decision itself about a person who opted out, in every activity: what the ledger says
    /// is held against what is answered.
    fn opted_out(&mut self, found: &mut Measures, subject: SubjectId) -> Result<(), FlowError> {
        let mut said: BTreeMap<String, Standing> = BTreeMap::new();
        for told in self.tx.ledger_of(subject, None)? {
            let entry = told.entry;
            let standing = said.entry(entry.activity).or_default();
            let from = standing.counts_from(entry.act, entry.acted_at);
            *standing = standing.after(entry.act, from, entry.scope);
        }
        let person = person(self.tx, subject)?;
        let left: BTreeMap<String, u64> = self.tx.left_of(subject)?.into_iter().collect();
        let nothing = Standing::default();
        let all = said.get(EVERYWHERE).unwrap_or(&nothing);
        for (id, rule) in &self.book.activities {
            let own = said.get(id).unwrap_or(&nothing);
            let position = rule.position(own, all);
            let ended = position.objection == Objection::Ended;
            let everywhere = objected(all.position(Scope::default()));
            let marketing = rule.rule.marketing && everywhere && !ended;
            let withdrew = position.consent == Consent::Withdrawn;
            if !withdrew && !marketing && !objected(position) {
                continue;
            }
            let facts = self.facts((id, rule), &person);
            let answer = may(&rule.rule, &facts, Use::Ordinary, self.now);
            let yes = answer.is_yes();
            let figures = found.activities.entry(id.clone()).or_default();
            figures.asked += 1;
            figures.yes_without_consent += u64::from(yes && withdrew && by_consent(rule));
            let stands = matches!(position.objection, Objection::Pending | Objection::Upheld);
            let wrong = marketing && yes || stands && by_interest(answer);
            figures.yes_after_objection += u64::from(wrong);
            let withdrawn = own.withdrawn.filter(|_| withdrew);
            let ended = if marketing {
                [own.objected, all.objected].into_iter().flatten().min()
            } else {
                own.upheld
                    .filter(|_| position.objection == Objection::Upheld)
            };
            self.left_over(found, (rule, &facts), &left, [withdrawn, ended]);
        }
        Ok(())
    }

    /// Counts what is left although its person opted out, once a sweep has had its time.
    fn left_over(
        &self,
        found: &mut Measures,
        (rule, facts): (&ActivityRule, &Facts),
        left: &BTreeMap<String, u64>,
        [withdrawn, objected]: [Option<Timestamp>; 2],
    ) {
        let late = |since: Timestamp| self.now.duration_since(since).as_secs() > SWEEP_LAG_SECONDS;
        let (withdrawn, objected) = (withdrawn.is_some_and(late), objected.is_some_and(late));
        for name in &rule.collections {
            let Some(collection) = self.book.collections.get(name) else {
                continue;
            };
            let ends = withdrawn && collection.by_consent
                || objected && collection.ends_by_objection(&rule.rule, facts);
            if let (true, Some(left)) = (ends, left.get(name)) {
                found
                    .collections
                    .entry(name.clone())
                    .or_default()
                    .after_opt_out += left;
            }
        }
    }
}

fn objected(position: Position) -> bool {
    match position.objection {
        Objection::Pending | Objection::Upheld | Objection::Rejected => true,
        Objection::None | Objection::Ended => false,
    }
}

fn by_consent(rule: &ActivityRule) -> bool {
    rule.rule.bases.iter().all(|(basis, _)| basis.is_consent())
}

/// Whether an answer rests on what an objection has put in doubt.
fn by_interest(answer: Answer) -> bool {
    matches!(
        answer,
        Answer::Yes(BasisName::LegitimateInterest | BasisName::PublicTask)
    )
}

/// Whether a record holds declared fields only; once a law alone keeps it, only those it asks for.
fn declared(book: &Rulebook, record: &Record) -> bool {
    let Some(rule) = book.collections.get(&record.collection) else {
        return false;
    };
    let fields = record::fields(record);
    let mut names = fields.keys();
    if record.state == RecordState::Reduced {
        return names.all(|name| rule.holds.iter().any(|hold| hold.fields.contains(name)));
    }
    names.all(|name| rule.declared.fields.contains_key(name))
}
