//! `ombud ledger add|show` and `ombud anchor set`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ombud_core::anchor;
use ombud_core::evidence;
use ombud_core::standing::Act;
use ombud_store::{Entry, RecordId};
use serde_json::json;

use super::instant::Instant;
use super::may::subject;
use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;
use crate::flow::anchor::{Counted, Target};
use crate::flow::ledger::{Receipt, Told};
use crate::flow::subject::SubjectRef;

/// Record what a person chose, or show it.
#[derive(Debug, Subcommand)]
pub(super) enum Ledger {
    /// Record an act
    Add {
        /// The person, as `email:anna@example.com`
        #[arg(value_parser = subject)]
        subject: SubjectRef,
        /// The activity, for example `newsletters`
        activity: String,
        /// What the person did, or what became of an objection
        #[arg(value_parser = act())]
        act: Act,
        /// The language in which the person was asked
        #[arg(long)]
        language: Option<String>,
        /// How it reached us
        #[arg(long)]
        channel: Option<String>,
        /// The name or hash of the wording shown, or of the notice sent
        #[arg(long)]
        notice: Option<String>,
        /// When it was done; now when left out
        #[arg(long, value_name = "INSTANT|DAY")]
        at: Option<Instant>,
        /// Write the signed receipt to this file, for the person
        #[arg(long, value_name = "FILE")]
        receipt: Option<PathBuf>,
    },
    /// Show the ledger of a person
    Show {
        /// The person, as `email:anna@example.com`
        #[arg(value_parser = subject)]
        subject: SubjectRef,
    },
}

/// One of the acts, by its name.
fn act() -> impl TypedValueParser<Value = Act> {
    let names = PossibleValuesParser::new(Act::ALL.map(Act::name));
    names.try_map(|name| Act::parse(&name).ok_or("there is no such act"))
}

impl Ledger {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = match &self {
            Self::Add { .. } => settings.writing(clock).await?,
            Self::Show { .. } => settings.reading(clock).await?,
        };
        let now = clock.now();
        match self {
            Self::Add {
                subject,
                activity,
                act,
                language,
                channel,
                notice,
                at,
                receipt: file,
            } => {
                let zone = &ombud.book.calendar.zone;
                let at = at.map_or(Ok(now), |at| at.in_zone(zone))?;
                let told = Told {
                    activity,
                    act,
                    at,
                    language,
                    channel,
                    notice,
                };
                let told = ombud.tell(&subject, told, now).await?;
                if let Some(file) = file {
                    save_receipt(&file, &told.signed)?;
                }
                receipt(&told, out)?;
            }
            Self::Show { subject } => {
                for entry in ombud.ledger(&subject).await? {
                    show(&entry, out)?;
                }
            }
        }
        Ok(Outcome::Done)
    }
}

/// Writes a signed receipt to a file.
pub(super) fn save_receipt(file: &Path, signed: &evidence::Receipt) -> anyhow::Result<()> {
    let json = serde_json::to_vec_pretty(signed)?;
    std::fs::write(file, json).with_context(|| format!("cannot write `{}`", file.display()))
}

fn receipt(receipt: &Receipt, out: &mut Output<'_>) -> std::io::Result<()> {
    let effects = &receipt.effects;
    if out.json {
        return out.value(&json!({
            "seq": receipt.seq,
            "activity": receipt.activity,
            "act": receipt.act,
            "at": receipt.at,
            "version": receipt.version,
            "denied": effects.denied,
            "erased": effects.erased,
            "restricted": effects.restricted,
            "notified": effects.notified,
            "receipt": receipt.signed,
        }));
    }
    let act = receipt.act.name();
    out.line(format!(
        "recorded: {act} {} (entry {})",
        receipt.activity, receipt.seq
    ))?;
    let follows = [
        ("no longer used for", &effects.denied),
        ("to be erased", &effects.erased),
        ("restricted", &effects.restricted),
        ("to be told", &effects.notified),
    ];
    for (what, names) in follows.into_iter().filter(|(_, names)| !names.is_empty()) {
        out.line(format!("  {what}: {}", names.join(", ")))?;
    }
    Ok(())
}

fn show(Entry { seq, entry }: &Entry, out: &mut Output<'_>) -> std::io::Result<()> {
    if out.json {
        return out.row(&json!({
            "seq": seq,
            "activity": entry.activity,
            "act": entry.act,
            "at": entry.acted_at,
            "recorded_at": entry.recorded_at,
            "statement": entry.statement.to_string(),
            "language": entry.language,
            "channel": entry.channel,
            "notice": entry.notice,
        }));
    }
    let act = entry.act.name();
    out.line(format!(
        "{seq:>4}  {}  {act:<8}  {}",
        entry.acted_at, entry.activity
    ))
}

/// Tell a fact that clocks count from.
#[derive(Debug, Subcommand)]
pub(super) enum Anchor {
    /// Record what happened, or was decided
    Set {
        /// The event or state, for example `last_activity`, or another fact that the phrase counts
        /// from, for example `agreed` or `legal_hold`
        anchor: String,
        /// When it happened, or was decided; now when left out
        #[arg(long, value_name = "INSTANT|DAY")]
        at: Option<Instant>,
        /// It ended then, or is taken back
        #[arg(long)]
        ends: bool,
        /// Until when an agreement or a legal hold lasts, exclusive
        #[arg(long, value_name = "INSTANT|DAY")]
        until: Option<Instant>,
        /// The date of birth, outcome, severity, category, basis, copy, chosen length or extension
        #[arg(long)]
        value: Option<String>,
        /// Why it is held or extended: a case number, no personal data
        #[arg(long)]
        reason: Option<String>,
        /// The person, as `email:anna@example.com`
        #[arg(long, value_parser = subject, requires = "collection", required_unless_present = "record")]
        subject: Option<SubjectRef>,
        /// The collection, for example `security.log`
        #[arg(long, requires = "subject")]
        collection: Option<String>,
        /// One record, in place of a person and a collection
        #[arg(long, conflicts_with = "subject")]
        record: Option<RecordId>,
    },
}

impl Anchor {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let Self::Set {
            anchor,
            at,
            ends,
            until,
            value,
            reason,
            subject,
            collection,
            record,
        } = self;
        let target = match (record, subject, collection) {
            (Some(record), ..) => Target::Record(record),
            (None, Some(subject), Some(collection)) => Target::Collection(subject, collection),
            (None, ..) => return Ok(Outcome::Wrong),
        };
        let ombud = settings.writing(clock).await?;
        let now = clock.now();
        let zone = &ombud.book.calendar.zone;
        let told = anchor::Told {
            anchor,
            at: at.map_or(Ok(now), |at| at.in_zone(zone))?,
            ends,
            until: until.map(|until| until.in_zone(zone)).transpose()?,
            value,
            reason,
        };
        let Counted { clocks, .. } = ombud.set_anchor(&target, &told, now).await?;
        if out.json {
            out.value(&json!({ "clocks": clocks }))?;
        } else {
            out.line(match clocks {
                0 => "no clock counts from it: nothing is there, or a later time is known (`--ends` takes \
                      that back)"
                    .to_owned(),
                1 => "1 clock counts from it".to_owned(),
                clocks => format!("{clocks} clocks count from it"),
            })?;
        }
        Ok(Outcome::Done)
    }
}
