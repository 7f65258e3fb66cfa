//! What people choose: consent, withdrawal, objection, restriction.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ombud_core::decision;
use ombud_core::effects::{ActRefusal, Effects, depends_on_person, effects};
use ombud_core::evidence::{self, Fact, Pseudonym};
use ombud_core::intake;
use ombud_core::language::Language;
use ombud_core::retention::Event;
use ombud_core::rulebook::Rulebook;
use ombud_core::standing::{Act, Consent, Objection, Position, Scope, Standing};
use ombud_core::statement::VersionId;
use ombud_store::{
    Clock, ClockState, Entry, IdentityHash, NewEntry, OptOut, Place, StoreError, SubjectId, Tx,
};
use serde::{Deserialize, Serialize};

use super::decision::{EVERYWHERE, facts_of};
use super::once::{Command, carry_out};
use super::subject::{SubjectRef, opt_in, opt_out};
use super::{FlowError, Ombud, anchor};

/// An act to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// In which activity.
    pub activity: String,
    /// What was done.
    pub act: Act,
    /// When it was done; not later than now.
    pub at: Timestamp,
    /// The language in which the person was asked.
    pub language: Option<String>,
    /// How it reached us.
    pub channel: Option<String>,
    /// The wording shown, or the notice sent.
    pub notice: Option<String>,
}

/// Where a person stands in an activity, or, under `*`, in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// The activity.
    pub activity: String,
    /// What the choices come to.
    pub position: Position,
    /// When each was made.
    pub standing: Standing,
}

/// What an act writes in one place.
#[derive(Clone, Copy)]
enum Part {
    /// The act itself, with all that follows from it where its person lies.
    Act,
    /// The opt-outs, with an identity of the person.
    OptOut(IdentityHash),
    /// That one is taken back, with an identity of the person; whether that is a hint.
    OptIn((IdentityHash, bool)),
}

/// An act that was recorded: what its receipt says beside what was told.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    seq: i64,
    at: Timestamp,
    version: VersionId,
    effects: Effects,
    entry: evidence::Entry,
}

/// Proof for the person that an act was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's place in the person's ledger.
    pub seq: i64,
    /// The activity.
    pub activity: String,
    /// The act.
    pub act: Act,
    /// When it was done.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The statement in force when it was done.
    pub version: VersionId,
    /// What follows.
    pub effects: Effects,
    /// The entry of the evidence, signed.
    pub signed: evidence::Receipt,
}

impl Ombud {
    /// Records an act. From the commit on, every decision takes it into account.
    ///
    /// # Errors
    ///
    /// [`FlowError::Act`] when the activity knows no such act, or it lies in the future,
    /// [`FlowError::NotWorded`] for a consent in a wording that is not the statement's, and
    /// [`FlowError::Intake`] when words are told where names belong.
    pub async fn tell(
        &self,
        who: &SubjectRef,
        mut told: Told,
        command: impl Into<Command>,
    ) -> Result<Receipt, FlowError> {
        let command = command.into();
        let now = command.at;
        let [language, channel, notice] =
            [&told.language, &told.channel, &told.notice].map(Option::as_deref);
        intake::told(language, channel, notice).map_err(FlowError::Intake)?;
        if told.at > now {
            return Err(ActRefusal::Future.into());
        }
        let noted = if let Some(noted) = self.done::<Noted>(command.once).await? {
            told.at = noted.at;
            self.complete(who, &told, &noted.effects, now).await?;
            noted
        } else {
            let (facts, opted_out) = self.known(who, &told).await?;
            let act = (told.act, told.notice.is_some());
            // Asked before the person is made known, so that a refusal leaves nothing behind.
            let effects = effects(&self.book, &told.activity, act, &facts)?;
            if told.act == Act::Consent {
                told.notice = Some(self.shown(&told, now).await?);
            }
            let subject = self.subject(who, now).await?;
            let follows = (&effects, opted_out);
            let noted = self.record_act(subject, &told, follows, command).await?;
            self.journal(subject, &told, &effects, now).await?;
            noted
        };
        Ok(Receipt {
            seq: noted.seq,
            activity: told.activity,
            act: told.act,
            at: noted.at,
            recorded_at: noted.entry.at,
            version: noted.version,
            effects: noted.effects,
            signed: self.receipt(&noted.entry),
        })
    }

    /// What the person was shown before they consented: the wording that is told, or else that of the
    /// statement in force then. What is called as a wording of a statement must be one, of whichever
    /// version is stored, in the language that is told.
    ///
    /// # Source
    ///
    /// GDPR Article 7(1), ISO/IEC TS 27560.
    async fn shown(&self, told: &Told, now: Timestamp) -> Result<String, FlowError> {
        let (Some(language), Some(_)) = (&told.language, &told.channel) else {
            return Err(ActRefusal::NotDemonstrated.into());
        };
        let then = self.then(told.at, now).await?;
        let known = then.wordings(&told.activity);
        let shown = match &told.notice {
            None => known.clone(),
            Some(notice) => {
                let version = notice.split_once('/').map(|(version, _)| version);
                let Some(version) = version.and_then(VersionId::parse) else {
                    return Ok(notice.clone());
                };
                let under = self.under(&version).await?;
                let mut shown = under.map_or_else(Vec::new, |then| then.wordings(&told.activity));
                shown.retain(|(_, name)| name == notice);
                shown
            }
        };
        let language = Language::best_for(language);
        let worded = shown
            .into_iter()
            .find(|(worded, _)| language == Some(*worded));
        let worded = worded.map(|(_, name)| name);
        worded.ok_or_else(|| {
            let known = known.into_iter().map(|(_, name)| name);
            FlowError::NotWorded(known.collect())
        })
    }

    /// How this statement words the consent to an activity: each language, and the name of the wording,
    /// as `<version>/<section>/<language>`.
    fn wordings(&self, activity: &str) -> Vec<(Language, String)> {
        let Some(activity) = self.statement.published.activities.get(activity) else {
            return Vec::new();
        };
        let named = |language: &Language| {
            let name = format!("{}/{}/{language}", self.book.version, activity.section);
            (*language, name)
        };
        self.statement.texts.keys().map(named).collect()
    }

    /// Does what may have been left undone after an act was recorded, as far as its person is still there.
    async fn complete(
        &self,
        who: &SubjectRef,
        told: &Told,
        effects: &Effects,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let Some(subject) = self.look_up(who).await?.subject else {
            return Ok(());
        };
        if told.act == Act::Consent {
            let linked = self.linked(subject).await?.into_iter();
            let parts = linked.map(|known| (known.0.bucket().into(), known));
            let (activity, at) = (told.activity.clone(), told.at);
            let write =
                self.store
                    .write_each("ledger.opt_in", parts.collect(), move |tx, known| {
                        opt_in(tx, *known, subject, (&activity, at))
                    });
            write.await.map(|_: Vec<()>| ())?;
        }
        self.journal(subject, told, effects, now).await
    }

    /// What is known of a person where it decides what follows from an act; and whether one of their
    /// identities has opted out of the activity, none where it decides nothing.
    async fn known(
        &self,
        who: &SubjectRef,
        told: &Told,
    ) -> Result<(decision::Facts, Option<bool>), FlowError> {
        match self.book.activities.get(&told.activity) {
            Some(rule) if depends_on_person(&self.book, &told.activity, told.act) => {
                let facts = self.facts(who, &told.activity, rule).await?;
                let suppressed = self.look_up(who).await?.suppressed;
                Ok((facts, Some(suppressed.contains_key(&told.activity))))
            }
            Some(_) | None => Ok((decision::Facts::default(), None)),
        }
    }

    /// What a person's identities are found by, and what stands for the person in the evidence: read
    /// where it holds up nobody's writing. A key is destroyed after its person is gone, so whoever can
    /// still be written about had it.
    async fn person(
        &self,
        subject: SubjectId,
    ) -> Result<(Vec<(IdentityHash, bool)>, Pseudonym), FlowError> {
        let bucket = self.store.bucket_of(subject);
        let read = self
            .store
            .read::<_, FlowError, _>("ledger.person", bucket, move |tx| {
                Ok((tx.identity_hashes_of(subject)?, tx.pseudonym(subject)?))
            });
        let (linked, person) = read.await?;
        let linked = linked.into_iter();
        let linked = linked.map(|(hash, kind)| (hash, self.is_hint(&kind)));
        Ok((linked.collect(), person))
    }

    /// Where an act is written. An opt-out is remembered before it is recorded and taken back after:
    /// whatever a crash leaves in between says no.
    fn parts(
        &self,
        subject: SubjectId,
        act: Act,
        effects: &Effects,
        linked: &[(IdentityHash, bool)],
    ) -> Vec<(Place, Part)> {
        let mut parts = vec![(self.store.bucket_of(subject).into(), Part::Act)];
        let places = linked.iter().map(|(hash, _)| hash.bucket().into());
        if act == Act::Consent {
            parts.extend(places.zip(linked.iter().map(|known| Part::OptIn(*known))));
        } else if !effects.suppressed.is_empty() {
            let outs = linked.iter().map(|(hash, _)| Part::OptOut(*hash));
            parts.splice(..0, places.zip(outs));
        }
        parts
    }

    /// Records an act of a person who is known. What follows from it is weighed again once the person is
    /// locked, where `opted_out` says that it depends on them.
    async fn record_act(
        &self,
        subject: SubjectId,
        told: &Told,
        (effects, opted_out): (&Effects, Option<bool>),
        command: Command,
    ) -> Result<Noted, FlowError> {
        let now = command.at;
        self.name_command(command, self.store.bucket_of(subject))
            .await?;
        let (linked, person) = self.person(subject).await?;
        let (book, entry) = (self.book.clone(), self.entry(subject, told, now).await?);
        let parts = self.parts(subject, told.act, effects, &linked);
        let follows = effects.clone();
        let write = self
            .store
            .write_each("ledger.append", parts, move |tx, part| match *part {
                Part::Act => {
                    let weighed = (&follows, opted_out);
                    let append = |tx: &mut Tx<'_>| append(tx, &book, (&entry, person), weighed);
                    carry_out(tx, command, append).map(Some)
                }
                Part::OptOut(identity) => {
                    opt_out(tx, identity, &follows.suppressed, now).map(|()| None)
                }
                Part::OptIn(identity) => {
                    let consent = (entry.activity.as_str(), entry.acted_at);
                    opt_in(tx, identity, subject, consent).map(|()| None)
                }
            });
        Ok(only(write.await?)?)
    }

    /// Records an act that the journal remembered. Where today's statement knows no such act, it still
    /// says no in its own activity.
    pub(super) async fn enter(
        &self,
        subject: SubjectId,
        told: Told,
        suppressed: &[String],
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let facts = decision::Facts::default();
        let follows = effects(&self.book, &told.activity, (told.act, true), &facts);
        let mut follows = follows.unwrap_or_default();
        follows.suppressed = suppressed.to_vec();
        self.record_act(subject, &told, (&follows, None), now.into())
            .await
            .map(drop)
    }

    /// Enters an opt-out in the journal: it is durable there before anybody is told that it holds, so that
    /// a copy of the data that is put back does not forget it.
    async fn journal(
        &self,
        subject: SubjectId,
        told: &Told,
        effects: &Effects,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        if !told.act.opts_out() {
            return Ok(());
        }
        let identities = self.linked(subject).await?.into_iter();
        let opt_out = OptOut {
            subject,
            activity: told.activity.clone(),
            act: told.act,
            acted_at: told.at,
            suppressed: effects.suppressed.clone(),
            identities: identities.map(|(hash, _)| hash).collect(),
        };
        Ok(self.store.note_opt_out(opt_out, now).await?)
    }

    /// An act as the ledger keeps it: under the statement that was in force when it was done, for a consent
    /// covers what was asked then (GDPR Article 4(11)).
    async fn entry(
        &self,
        subject: SubjectId,
        told: &Told,
        now: Timestamp,
    ) -> Result<NewEntry, FlowError> {
        let Self { book, .. } = self.then(told.at, now).await?;
        let scope = book.activities.get(&told.activity).map(|rule| rule.scope);
        Ok(NewEntry {
            subject,
            activity: told.activity.clone(),
            act: told.act,
            acted_at: told.at,
            recorded_at: now,
            statement: book.version.clone(),
            scope: scope.unwrap_or_default(),
            language: told.language.clone(),
            channel: told.channel.clone(),
            notice: told.notice.clone(),
            reason: None,
        })
    }

    /// All standings of a person, by activity; empty for a stranger.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or the store fails.
    pub async fn standings(&self, who: &SubjectRef) -> Result<Vec<Stands>, FlowError> {
        let Some(subject) = self.find_subject(who).await? else {
            return Ok(Vec::new());
        };
        let bucket = self.store.bucket_of(subject);
        let read = self
            .store
            .read::<_, FlowError, _>("standing.all", bucket, move |tx| {
                Ok(tx.standings_of(subject)?)
            });
        let standings = read.await?;
        let everywhere = standings
            .iter()
            .find(|(activity, _)| activity == EVERYWHERE);
        let everywhere = everywhere
            .map(|(_, standing)| *standing)
            .unwrap_or_default();
        let stands = standings.into_iter().map(|(activity, standing)| {
            let rule = self.book.activities.get(&activity);
            let position = rule.map_or_else(
                || standing.position(Scope::default()),
                |rule| rule.position(&standing, &everywhere),
            );
            Stands {
                activity,
                position,
                standing,
            }
        });
        Ok(stands.collect())
    }

    /// The ledger of a person, in order; empty for a stranger.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or the store fails.
    pub async fn ledger(&self, who: &SubjectRef) -> Result<Vec<Entry>, FlowError> {
        let Some(subject) = self.find_subject(who).await? else {
            return Ok(Vec::new());
        };
        let bucket = self.store.bucket_of(subject);
        let read = self
            .store
            .read::<_, FlowError, _>("ledger.all", bucket, move |tx| {
                Ok(tx.ledger_of(subject, None)?)
            });
        read.await
    }
}

/// What to do about a consent in a wording that is not the statement's, whose own are called so.
pub fn worded_so(known: &[String]) -> String {
    let (own, other) = (known.join("`, `"), ActRefusal::NotWorded.hint());
    format!("its own are `{own}`; of another, {other}")
}

/// The entry that one of many parts wrote.
fn only<T>(parts: Vec<Option<T>>) -> Result<T, StoreError> {
    let written = parts.into_iter().flatten().next();
    written.ok_or(StoreError::Closed)
}

/// Where a person stands in each activity.
pub(super) type Standings = BTreeMap<String, Standing>;

fn append(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    (entry, person): (&NewEntry, Pseudonym),
    (before, opted_out): (&Effects, Option<bool>),
) -> Result<Noted, FlowError> {
    let seq = tx.append_entry(entry)?;
    let effects = match opted_out {
        Some(opted_out) => weigh(tx, book, entry, opted_out)?,
        None => before.clone(),
    };
    let mut standings = tx.standings_of(entry.subject)?.into_iter().collect();
    fold(tx, &mut standings, entry, seq)?;
    if effects.everywhere {
        // It counts after every choice that any activity knows of.
        let known = standings.values();
        let from = known.map(|known| known.counts_from(entry.act, entry.acted_at));
        let everywhere = NewEntry {
            activity: EVERYWHERE.to_owned(),
            acted_at: from.max().unwrap_or(entry.acted_at),
            ..entry.clone()
        };
        let seq = tx.append_entry(&everywhere)?;
        fold(tx, &mut standings, &everywhere, seq)?;
    }
    let clocks = tx.clocks_of(entry.subject)?;
    let clocks = move_clocks(tx, book, (entry, &standings), &effects, clocks)?;
    hold_clocks(tx, book, &standings, &clocks, entry.recorded_at)?;
    let fact = Fact::Act {
        subject: person,
        activity: entry.activity.clone(),
        act: entry.act,
        acted_at: entry.acted_at,
        statement: entry.statement.clone(),
    };
    Ok(Noted {
        seq,
        at: entry.acted_at,
        version: entry.statement.clone(),
        effects,
        entry: tx.append_evidence(entry.recorded_at, fact)?,
    })
}

/// What follows from an act by what is known of its person, who is locked: what is told of them at the
/// same moment comes before, or after.
fn weigh(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    entry: &NewEntry,
    opted_out: bool,
) -> Result<Effects, FlowError> {
    let who = (entry.activity.as_str(), entry.subject);
    // Until when anything is kept is not asked for.
    let mut facts = super::decision::facts(tx, book, who, true)?;
    if let Some(rule) = book.activities.get(&entry.activity).filter(|_| opted_out) {
        super::decision::opted_out(&mut facts, rule);
    }
    let act = (entry.act, entry.notice.is_some());
    Ok(effects(book, &entry.activity, act, &facts)?)
}

/// Folds one more act into the standing in its activity, and saves it.
fn fold(
    tx: &mut Tx<'_>,
    standings: &mut Standings,
    entry: &NewEntry,
    seq: i64,
) -> Result<(), FlowError> {
    let standing = standings.entry(entry.activity.clone()).or_default();
    let from = standing.counts_from(entry.act, entry.acted_at);
    *standing = standing.after(entry.act, from, entry.scope);
    Ok(tx.save_standing(entry.subject, &entry.activity, standing, seq)?)
}

/// Clocks of restricted activities are held, others are live: a restricted record is not erased
/// either, and what came due meanwhile is swept once the restriction is lifted. An objection that is
/// assessed restricts what no other basis carries.
///
/// # Source
///
/// GDPR Article 18(1)(d), 18(2).
fn hold_clocks(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    standings: &Standings,
    clocks: &[Clock],
    now: Timestamp,
) -> Result<(), FlowError> {
    for clock in clocks {
        let held = anchor::Facts::parse(&clock.anchors).is_held()
            || is_restricted(book, standings, clocks, &clock.key.collection);
        if held == (clock.state == ClockState::Held) {
            continue;
        }
        let clock = match book.collections.get(&clock.key.collection) {
            Some(rule) => anchor::settled(book, rule, clock.clone(), held, now),
            None if held => Clock {
                state: ClockState::Held,
                ..clock.clone()
            },
            None => Clock {
                state: ClockState::Live,
                ..clock.clone()
            },
        };
        tx.save_clock(&clock)?;
    }
    Ok(())
}

/// Whether processing of what a collection holds of a person is restricted, by these standings.
pub(super) fn is_restricted(
    book: &Rulebook,
    standings: &Standings,
    clocks: &[Clock],
    collection: &str,
) -> bool {
    let standing = |activity: &str| standings.get(activity).copied().unwrap_or_default();
    let activity = collection.split('.').next().unwrap_or_default();
    let (own, all) = (standing(activity), standing(EVERYWHERE));
    let position = own.position(Scope::default());
    let assessed = || {
        let rule = book.activities.get(activity)?;
        let known = facts_of(book, (activity, rule), [&own, &all], clocks, true);
        let basis = book.collections.get(collection)?.declared.basis;
        let carried = rule.rule.carries_despite_objection(basis, &known);
        Some(!rule.rule.marketing && !carried)
    };
    position.restricted
        || all.position(Scope::default()).restricted
        || position.objection == Objection::Pending && assessed().unwrap_or(true)
}

/// Withdrawals and objections are events that clocks count from; a new consent, or the rejection of
/// the objection, takes them back for what is held from then on; so does the consent that ends an
/// objection to marketing. What counts is where the person stands after the act: acts may be told
/// out of order. Returns the clocks as they are now.
fn move_clocks(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    (entry, standings): (&NewEntry, &Standings),
    effects: &Effects,
    mut clocks: Vec<Clock>,
) -> Result<Vec<Clock>, FlowError> {
    let at = entry.acted_at;
    let standing = |activity: &str| standings.get(activity).copied().unwrap_or_default();
    let activity = book.activities.get(&entry.activity);
    let position = activity
        .map(|rule| rule.position(&standing(&entry.activity), &standing(EVERYWHERE)))
        .unwrap_or_default();
    let ended = position.objection == Objection::Ended;
    let withdrawn = position.consent == Consent::Withdrawn;
    let mut linked = false;
    for clock in &mut clocks {
        let Some(rule) = book.collections.get(&clock.key.collection) else {
            continue;
        };
        let concerned = effects.erased.contains(&clock.key.collection);
        let same = rule.activity == entry.activity;
        let edit: fn(&mut anchor::Facts, Timestamp) = match entry.act {
            Act::Withdraw if concerned && withdrawn => {
                |facts, at| facts.set(Event::WITHDRAWAL.name(), at)
            }
            Act::Object | Act::Uphold if concerned => {
                |facts, at| facts.set(Event::OBJECTION.name(), at)
            }
            Act::Consent if same && ended => |facts, at| {
                facts.set(Event::CONSENT.name(), at);
                facts.events.remove(Event::WITHDRAWAL.name());
                facts.events.remove(Event::OBJECTION.name());
            },
            Act::Consent if same && !withdrawn => |facts, at| {
                facts.set(Event::CONSENT.name(), at);
                facts.events.remove(Event::WITHDRAWAL.name());
            },
            Act::Reject if same && position.objection == Objection::Rejected => |facts, _| {
                facts.events.remove(Event::OBJECTION.name());
            },
            Act::Consent
            | Act::Withdraw
            | Act::Object
            | Act::Uphold
            | Act::Reject
            | Act::Restrict
            | Act::Lift => continue,
        };
        let mut counting = anchor::Counting {
            tx: &mut *tx,
            book,
            now: entry.recorded_at,
        };
        // Clocks that depend on others may have moved with one before.
        *clock = if rule.is_linked() {
            linked = true;
            counting.change(rule, &clock.key, |facts| edit(facts, at))?
        } else {
            let known = (&clock.key, Some(&*clock));
            counting.change_known(rule, known, |facts| edit(facts, at))?
        };
    }
    if linked {
        return Ok(tx.clocks_of(entry.subject)?);
    }
    Ok(clocks)
}
