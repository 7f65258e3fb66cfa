//! What people choose: consent, withdrawal, objection, restriction.

use jiff::Timestamp;
use ombud_core::effects::{Effects, effects};
use ombud_core::evidence::{self, Fact};
use ombud_core::intake;
use ombud_core::retention::Event;
use ombud_core::rulebook::Rulebook;
use ombud_core::standing::{Act, Consent, Objection, Position, Scope, Standing};
use ombud_core::statement::VersionId;
use ombud_store::{Clock, ClockState, Entry, NewEntry, SubjectId, Tx};

use super::decision::EVERYWHERE;
use super::subject::{SubjectRef, Suppress};
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
    /// The statement in force.
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
    /// [`FlowError::Act`] when the activity knows no such act, and [`FlowError::Intake`] when words
    /// are told where names belong.
    pub async fn tell(
        &self,
        who: &SubjectRef,
        told: Told,
        now: Timestamp,
    ) -> Result<Receipt, FlowError> {
        let [language, channel, notice] =
            [&told.language, &told.channel, &told.notice].map(Option::as_deref);
        intake::told(language, channel, notice).map_err(FlowError::Intake)?;
        let effects = effects(&self.book, &told.activity, told.act, told.notice.is_some())?;
        let subject = self.subject(who, now).await?;
        let bucket = self.store.bucket_of(subject);
        let (book, at) = (self.book.clone(), told.at.min(now));
        let (entry, follows) = (self.entry(subject, &told, at, now), effects.clone());
        let act = told.act;
        // An opt-out is remembered before it is recorded and taken back after: whatever a crash
        // leaves in between says no.
        if !effects.suppressed.is_empty() {
            let change = Suppress::From(effects.suppressed.clone());
            self.suppress(subject, &change, at).await?;
        }
        let write = self
            .store
            .write::<_, FlowError, _>("ledger.append", bucket, move |tx| {
                append(tx, &book, &entry, &follows)
            });
        let (seq, entry) = write.await?;
        if act == Act::Consent {
            let change = Suppress::Lift(told.activity.clone());
            self.suppress(subject, &change, at).await?;
        }
        Ok(Receipt {
            seq,
            activity: told.activity,
            act,
            at,
            recorded_at: now,
            version: self.book.version.clone(),
            effects,
            signed: self.receipt(&entry),
        })
    }

    fn entry(&self, subject: SubjectId, told: &Told, at: Timestamp, now: Timestamp) -> NewEntry {
        let scope = self
            .book
            .activities
            .get(&told.activity)
            .map(|rule| rule.scope);
        NewEntry {
            subject,
            activity: told.activity.clone(),
            act: told.act,
            acted_at: at,
            recorded_at: now,
            statement: self.book.version.clone(),
            scope: scope.unwrap_or_default(),
            language: told.language.clone(),
            channel: told.channel.clone(),
            notice: told.notice.clone(),
            reason: None,
        }
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

fn append(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    entry: &NewEntry,
    effects: &Effects,
) -> Result<(i64, evidence::Entry), FlowError> {
    let seq = tx.append_entry(entry)?;
    let standing = fold(tx, entry, &entry.activity, seq)?;
    if effects.everywhere {
        // It counts after every choice that any activity knows of.
        let standings = tx.standings_of(entry.subject)?.into_iter();
        let from = standings.map(|(_, known)| known.counts_from(entry.act, entry.acted_at));
        let everywhere = NewEntry {
            activity: EVERYWHERE.to_owned(),
            acted_at: from.max().unwrap_or(entry.acted_at),
            ..entry.clone()
        };
        let seq = tx.append_entry(&everywhere)?;
        fold(tx, &everywhere, EVERYWHERE, seq)?;
    }
    move_clocks(tx, book, (entry, &standing), effects)?;
    hold_clocks(tx, book, entry.subject)?;
    let fact = Fact::Act {
        subject: tx.pseudonym(entry.subject)?,
        activity: entry.activity.clone(),
        act: entry.act,
        acted_at: entry.acted_at,
        statement: entry.statement.clone(),
    };
    Ok((seq, tx.append_evidence(entry.recorded_at, fact)?))
}

/// Folds one more act into the standing, saves it and returns it.
fn fold(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    activity: &str,
    seq: i64,
) -> Result<Standing, FlowError> {
    let before = tx.standing(entry.subject, activity)?.unwrap_or_default();
    let from = before.counts_from(entry.act, entry.acted_at);
    let after = before.after(entry.act, from, entry.scope);
    tx.save_standing(entry.subject, activity, &after, seq)?;
    Ok(after)
}

/// Clocks of restricted activities are held, others are live: a restricted record is not erased
/// either, and what came due meanwhile is swept once the restriction is lifted.
///
/// # Source
///
/// GDPR Article 18(1)(d), 18(2).
fn hold_clocks(tx: &mut Tx<'_>, book: &Rulebook, subject: SubjectId) -> Result<(), FlowError> {
    let standings = tx.standings_of(subject)?;
    let restricted = |activity: &str| {
        let marketing = book
            .activities
            .get(activity)
            .is_some_and(|rule| rule.rule.marketing);
        standings.iter().any(|(name, standing)| {
            let position = standing.position(Scope::default());
            let weighed =
                name == activity && !marketing && position.objection == Objection::Pending;
            (name == activity || name == EVERYWHERE) && (position.restricted || weighed)
        })
    };
    for clock in tx.clocks_of(subject)? {
        let activity = clock.key.collection.split('.').next().unwrap_or_default();
        let state = if restricted(activity) {
            ClockState::Held
        } else {
            ClockState::Live
        };
        // Saving a planned clock takes it out of its plan, as a restriction must.
        if clock.state != state && (state == ClockState::Held || clock.state == ClockState::Held) {
            tx.save_clock(&Clock { state, ..clock })?;
        }
    }
    Ok(())
}

/// Withdrawals and objections are events that clocks count from; a new consent, or the rejection of
/// the objection, takes them back for what is held from then on; so does the consent that ends an
/// objection to marketing. What counts is where the person stands after the act: acts may be told
/// out of order.
fn move_clocks(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    (entry, standing): (&NewEntry, &Standing),
    effects: &Effects,
) -> Result<(), FlowError> {
    let at = entry.acted_at;
    let everywhere = tx.standing(entry.subject, EVERYWHERE)?.unwrap_or_default();
    let activity = book.activities.get(&entry.activity);
    let position = activity
        .map(|rule| rule.position(standing, &everywhere))
        .unwrap_or_default();
    let ended = position.objection == Objection::Ended;
    let withdrawn = position.consent == Consent::Withdrawn;
    for clock in tx.clocks_of(entry.subject)? {
        let Some(rule) = book.collections.get(&clock.key.collection) else {
            continue;
        };
        let concerned = effects.erased.contains(&clock.key.collection);
        let same = rule.activity == entry.activity;
        let edit: fn(&mut anchor::Facts, Timestamp) = match entry.act {
            Act::Withdraw if concerned && withdrawn => {
                |facts, at| facts.set(Event::WITHDRAWAL.name(), at, false)
            }
            Act::Object | Act::Uphold if concerned => {
                |facts, at| facts.set(Event::OBJECTION.name(), at, false)
            }
            Act::Consent if same && ended => |facts, at| {
                facts.set(Event::CONSENT.name(), at, false);
                facts.events.remove(Event::WITHDRAWAL.name());
                facts.events.remove(Event::OBJECTION.name());
            },
            Act::Consent if same && !withdrawn => |facts, at| {
                facts.set(Event::CONSENT.name(), at, false);
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
        anchor::change(tx, book, rule, &clock.key, |facts| edit(facts, at))?;
    }
    Ok(())
}
