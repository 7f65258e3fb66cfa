//! The promise board: everything measured from the data, then judged.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ombud_core::board::{
    ActivityFigures, Checked, CollectionFigures, Judgement, Measured, SWEEP_LAG_SECONDS, Verdict,
    judge, overall,
};
use ombud_core::decision::{Use, may};
use ombud_core::language::Localized;
use ombud_core::retention::Keep;
use ombud_core::rulebook::{ActivityRule, Rulebook};
use ombud_core::standing::{Consent, Objection, Scope, Standing};
use ombud_core::statement::Folder;
use ombud_core::statement::model::{Recipient, RecipientKind, TransferTool};
use ombud_core::statement::promise::Proof;
use ombud_store::{Clock, ClockState, CollectionProbe, SubjectId, Tx};
use serde::Serialize;

use super::decision::EVERYWHERE;
use super::{FlowError, Ombud, decision, record};

/// The board.
#[derive(Debug, Clone, Serialize)]
pub struct Board {
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The statement it is about.
    pub version: ombud_core::statement::VersionId,
    /// Promises kept.
    pub kept: usize,
    /// Promises broken.
    pub broken: usize,
    /// Promises unproven.
    pub unproven: usize,
    /// Every promise, in the order of the statement.
    pub promises: Vec<Row>,
}

/// One promise.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The section that makes it.
    pub section: String,
    /// What it says.
    pub says: Localized,
    /// Whether it is kept.
    pub verdict: Verdict,
    /// Each proof with what was measured.
    pub proofs: Vec<Proven>,
}

/// One proof, judged.
#[derive(Debug, Clone, Serialize)]
pub struct Proven {
    /// The proof, as the statement names it.
    pub proof: Proof,
    /// What it came to.
    #[serde(flatten)]
    pub judgement: Judgement,
}

/// What was measured over all data.
#[derive(Debug, Clone, Default)]
struct Measures {
    collections: BTreeMap<String, CollectionFigures>,
    activities: BTreeMap<String, ActivityFigures>,
    records: u64,
    unreadable: u64,
}

impl Ombud {
    /// Measures and judges every promise.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails: then nothing is said, rather than something stale.
    pub async fn board(&self, now: Timestamp) -> Result<Board, FlowError> {
        let measures = self.measure(now).await?;
        let versions = self.check_versions().await?;
        let promises = self
            .statement
            .promises
            .promises
            .iter()
            .map(|(id, promise)| {
                let proofs: Vec<Proven> = promise
                    .proof
                    .iter()
                    .map(|proof| {
                        let found = self.measured(proof, &measures, &versions);
                        Proven {
                            proof: proof.clone(),
                            judgement: judge(proof, &found),
                        }
                    })
                    .collect();
                let judgements: Vec<Judgement> = proofs
                    .iter()
                    .map(|proven| proven.judgement.clone())
                    .collect();
                Row {
                    id: id.clone(),
                    section: promise.section.clone(),
                    says: promise.says.clone(),
                    verdict: overall(&judgements),
                    proofs,
                }
            });
        let mut promises: Vec<Row> = promises.collect();
        promises.sort_by_cached_key(|row| order(&row.id));
        let count = |verdict| promises.iter().filter(|row| row.verdict == verdict).count();
        Ok(Board {
            measured_at: now,
            version: self.book.version.clone(),
            kept: count(Verdict::Kept),
            broken: count(Verdict::Broken),
            unproven: count(Verdict::Unproven),
            promises,
        })
    }

    async fn measure(&self, now: Timestamp) -> Result<Measures, FlowError> {
        let recounting = self.recounting(now).await?;
        let (book, counted) = (self.book.clone(), recounting.is_empty());
        let survey = self
            .store
            .survey::<_, FlowError, _>("board.measure", move |tx| measure(tx, &book, counted, now));
        let mut measures = survey
            .await?
            .into_iter()
            .fold(Measures::default(), Measures::and);
        for (name, rule) in &self.book.collections {
            let figures = measures.collections.entry(name.clone()).or_default();
            figures.cap = rule.keep.as_ref().and_then(Keep::cap);
            figures.recounting = recounting.contains(name);
        }
        for (id, rule) in &self.book.activities {
            let figures = measures.activities.entry(id.clone()).or_default();
            figures.recipients = u64::try_from(rule.recipients.len()).unwrap_or(u64::MAX);
        }
        Ok(measures)
    }

    /// Every stored version is read back and hashed again (I10).
    async fn check_versions(&self) -> Result<Checked, FlowError> {
        let versions = self.versions().await?;
        let mut lacking = Vec::new();
        for version in &versions {
            let archive = self.archive_of(&version.id).await?;
            let folder = archive.and_then(|bytes| Folder::from_archive(&bytes).ok());
            if folder.is_none_or(|folder| folder.version() != version.id) {
                lacking.push(version.id.short().to_owned());
            }
        }
        Ok(Checked {
            all: u64::try_from(versions.len()).unwrap_or(u64::MAX),
            lacking,
        })
    }

    fn measured(&self, proof: &Proof, measures: &Measures, versions: &Checked) -> Measured {
        match proof {
            Proof::Cap(name) | Proof::ErasedOnWithdrawal(name) => {
                Measured::Collection(measures.collections.get(name).cloned().unwrap_or_default())
            }
            Proof::ClosedWorld(id)
            | Proof::Basis(id)
            | Proof::Consent(id)
            | Proof::Objection(id)
            | Proof::Recipients(id) => {
                Measured::Activity(measures.activities.get(id).cloned().unwrap_or_default())
            }
            Proof::Versions => Measured::Checked(versions.clone()),
            Proof::Published => Measured::Checked(self.published()),
            Proof::Contact => Measured::Checked(self.contact()),
            Proof::Sealed => Measured::Checked(Checked {
                all: measures.records,
                lacking: match measures.unreadable {
                    0 => Vec::new(),
                    count => vec![count.to_string()],
                },
            }),
            Proof::Agreements => self.recipients(
                |recipient| recipient.kind == RecipientKind::Processor,
                |recipient| recipient.agreement.is_some(),
            ),
            Proof::Transfers => self.recipients(
                |recipient| recipient.transfer != Some(TransferTool::Eea),
                |recipient| recipient.transfer.is_some(),
            ),
            Proof::Needs(_) => Measured::Nothing,
        }
    }

    fn published(&self) -> Checked {
        let statement = &self.statement;
        let languages = &statement.published.header.languages;
        let sections: Vec<usize> = languages
            .iter()
            .map(|language| ombud_core::statement::prose::render(statement, *language).len())
            .collect();
        let pairs = languages.iter().zip(&sections);
        Checked {
            all: sections
                .iter()
                .sum::<usize>()
                .try_into()
                .unwrap_or(u64::MAX),
            lacking: pairs
                .filter(|(_, sections)| **sections == 0)
                .map(|(language, _)| language.to_string())
                .collect(),
        }
    }

    /// The name and the contact data stand on the rendered page, in every language.
    fn contact(&self) -> Checked {
        let statement = &self.statement;
        let controller = &statement.published.header.controller;
        let wanted = [
            ("name", Some(&controller.name)),
            ("address", Some(&controller.address)),
            ("phone", controller.phone.as_ref()),
            ("email", controller.email.as_ref()),
        ];
        let languages = &statement.published.header.languages;
        let mut checked = Checked::default();
        for language in languages {
            let sections = ombud_core::statement::prose::render(statement, *language);
            for (name, value) in wanted {
                checked.all += 1;
                let shown = value.is_some_and(|value| {
                    sections
                        .iter()
                        .any(|section| section.body.markdown.contains(value.as_str()))
                });
                if !shown {
                    checked.lacking.push(format!("{name} ({language})"));
                }
            }
        }
        checked
    }

    fn recipients(
        &self,
        concerned: impl Fn(&Recipient) -> bool,
        has: impl Fn(&Recipient) -> bool,
    ) -> Measured {
        let all = &self.statement.rules.header.recipients;
        let concerned: Vec<_> = all
            .iter()
            .filter(|(_, recipient)| concerned(recipient))
            .collect();
        let lacking = concerned.iter().filter(|(_, recipient)| !has(recipient));
        Measured::Checked(Checked {
            all: u64::try_from(concerned.len()).unwrap_or(u64::MAX),
            lacking: lacking.map(|(name, _)| (*name).clone()).collect(),
        })
    }
}

/// `P3.10.1` comes after `P3.9.2`.
fn order(id: &str) -> Vec<u32> {
    let parts = id
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .split('.');
    parts.map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

impl Measures {
    fn and(mut self, other: Self) -> Self {
        for (name, more) in other.collections {
            let sum = self.collections.entry(name).or_default();
            sum.records += more.records;
            sum.oldest = [sum.oldest, more.oldest].into_iter().flatten().min();
            sum.overdue += more.overdue;
            sum.worst_lag_seconds = sum.worst_lag_seconds.max(more.worst_lag_seconds);
            sum.endless += more.endless;
            sum.exempt += more.exempt;
            sum.after_opt_out += more.after_opt_out;
        }
        for (id, more) in other.activities {
            let sum = self.activities.entry(id).or_default();
            sum.records += more.records;
            sum.undeclared += more.undeclared;
            sum.without_basis += more.without_basis;
            sum.consented += more.consented;
            sum.withdrawn += more.withdrawn;
            sum.objected += more.objected;
            sum.yes_without_consent += more.yes_without_consent;
            sum.yes_after_objection += more.yes_after_objection;
        }
        self.records += other.records;
        self.unreadable += other.unreadable;
        self
    }
}

/// Measures one bucket.
fn measure(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    counted: bool,
    now: Timestamp,
) -> Result<Measures, FlowError> {
    let mut measures = Measures::default();
    for probe in tx.probe_collections(now)? {
        let lag = probe
            .overdue_since
            .map_or(0, |since| now.duration_since(since).as_secs());
        let figures = CollectionFigures {
            records: probe.records,
            oldest: oldest(book, &probe, now),
            overdue: probe.overdue,
            worst_lag_seconds: lag,
            endless: probe.endless,
            exempt: probe.held,
            ..CollectionFigures::default()
        };
        measures.collections.insert(probe.collection, figures);
    }
    let mut standings: BTreeMap<SubjectId, BTreeMap<String, Standing>> = BTreeMap::new();
    for (subject, activity, standing) in tx.standings()? {
        standings
            .entry(subject)
            .or_default()
            .insert(activity, standing);
    }
    let mut holdings: BTreeMap<SubjectId, BTreeMap<String, u64>> = BTreeMap::new();
    for holding in tx.probe_holdings()? {
        holdings
            .entry(holding.subject)
            .or_default()
            .insert(holding.collection, holding.records);
    }
    let mut people: Vec<SubjectId> = standings.keys().chain(holdings.keys()).copied().collect();
    people.sort_unstable();
    people.dedup();
    for subject in people {
        let person = Person {
            standings: standings.remove(&subject).unwrap_or_default(),
            holdings: holdings.remove(&subject).unwrap_or_default(),
            clocks: tx.clocks_of(subject)?,
        };
        measures.person(book, &person, counted, now);
        measures.fields(tx, book, subject)?;
    }
    Ok(measures)
}

/// The moment that the oldest record counts from. Under a cap that is the cap before its due instant:
/// a person who is active keeps old records young.
fn oldest(book: &Rulebook, probe: &CollectionProbe, now: Timestamp) -> Option<Timestamp> {
    let rule = book.collections.get(&probe.collection);
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

struct Person {
    standings: BTreeMap<String, Standing>,
    holdings: BTreeMap<String, u64>,
    clocks: Vec<Clock>,
}

impl Person {
    /// Records of an activity in collections whose clocks have not all run out.
    fn lasting(&self, rule: &ActivityRule, now: Timestamp) -> u64 {
        let runs = |name: &&String| {
            let mut clocks = self.clocks.iter();
            clocks
                .any(|clock| clock.key.collection == **name && clock.due_at.is_none_or(|d| d > now))
        };
        let held = |name| self.holdings.get(name).copied();
        rule.collections.iter().filter(runs).filter_map(held).sum()
    }
}

impl Measures {
    /// Asks the decision itself about a person in every activity: what it answers is what counts.
    fn person(&mut self, book: &Rulebook, person: &Person, counted: bool, now: Timestamp) {
        let nothing = Standing::default();
        let all = person.standings.get(EVERYWHERE).unwrap_or(&nothing);
        for (id, rule) in &book.activities {
            let own = person.standings.get(id);
            let held: u64 = rule
                .collections
                .iter()
                .filter_map(|name| person.holdings.get(name))
                .sum();
            if own.is_none() && held == 0 {
                continue;
            }
            let own = own.unwrap_or(&nothing);
            let facts = decision::facts_of(book, (id, rule), [own, all], &person.clocks, counted);
            let yes = may(&rule.rule, &facts, Use::Ordinary, now).is_yes();
            let stored = may(&rule.rule, &facts, Use::Storage, now);
            let figures = self.activities.entry(id.clone()).or_default();
            figures.records += held;
            let consent = own.position(rule.scope).consent;
            figures.consented += u64::from(consent == Consent::Given);
            figures.withdrawn += u64::from(consent == Consent::Withdrawn);
            let objection = own.position(Scope::default()).objection;
            let marketing =
                rule.rule.marketing && all.position(Scope::default()).objection != Objection::None;
            let objected = objection != Objection::None || marketing;
            figures.objected += u64::from(objected);
            let by_consent = rule.rule.bases.iter().all(|(basis, _)| basis.is_consent());
            figures.yes_without_consent +=
                u64::from(yes && by_consent && consent != Consent::Given);
            let stands = matches!(objection, Objection::Pending | Objection::Upheld) || marketing;
            let balanced = rule.rule.bases.iter().all(|(basis, state)| {
                state.is_none()
                    && *basis == ombud_core::statement::model::BasisName::LegitimateInterest
            });
            figures.yes_after_objection += u64::from(yes && stands && balanced);
            let due = facts.kept_until.is_some_and(|until| now >= until);
            if !stored.is_yes() && !due {
                figures.without_basis += person.lasting(rule, now);
            }
            let withdrawn = own.withdrawn.filter(|_| consent == Consent::Withdrawn);
            let objected = if marketing {
                [own.objected, all.objected].into_iter().flatten().min()
            } else {
                own.upheld.filter(|_| objection == Objection::Upheld)
            };
            self.left_over(book, rule, person, [withdrawn, objected], now);
        }
    }

    /// Counts what is left although its person opted out, once a sweep has had its time. What a
    /// restriction holds is exempt.
    fn left_over(
        &mut self,
        book: &Rulebook,
        rule: &ActivityRule,
        person: &Person,
        [withdrawn, objected]: [Option<Timestamp>; 2],
        now: Timestamp,
    ) {
        let late = |since: Timestamp| now.duration_since(since).as_secs() > SWEEP_LAG_SECONDS;
        let (withdrawn, objected) = (withdrawn.is_some_and(late), objected.is_some_and(late));
        for name in &rule.collections {
            let left = person.holdings.get(name).copied().unwrap_or_default();
            let ends = book.collections.get(name).is_some_and(|collection| {
                withdrawn && collection.by_consent || objected && collection.objectable
            });
            let held = person
                .clocks
                .iter()
                .any(|clock| clock.key.collection == *name && clock.state == ClockState::Held);
            if ends && left > 0 && !held {
                self.collections
                    .entry(name.clone())
                    .or_default()
                    .after_opt_out += left;
            }
        }
    }

    /// Opens every record of a person and holds it against its declaration (I8), which also proves
    /// that it is sealed with a key that is there.
    fn fields(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Rulebook,
        subject: SubjectId,
    ) -> Result<(), FlowError> {
        let mut after: Option<ombud_store::Record> = None;
        loop {
            let page = match tx.records_of(subject, None, after.as_ref(), 1_000) {
                Ok(page) => page,
                Err(ombud_store::StoreError::KeyDestroyed) => {
                    self.unreadable += 1;
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
            if page.is_empty() {
                return Ok(());
            }
            for stored in &page {
                self.records += 1;
                let declared = book
                    .collections
                    .get(&stored.collection)
                    .is_some_and(|rule| {
                        let fields = record::fields(stored);
                        fields
                            .keys()
                            .all(|name| rule.declared.fields.contains_key(name))
                    });
                let activity = stored.collection.split('.').next().unwrap_or_default();
                let figures = self.activities.entry(activity.to_owned()).or_default();
                figures.undeclared += u64::from(!declared);
            }
            after = page.into_iter().next_back();
        }
    }
}
