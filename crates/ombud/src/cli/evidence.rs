//! `ombud evidence verify|show|prove|renew`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use ombud_core::evidence::{Checkpoint, Fact, PublicKey, Receipt, Verified};
use ombud_store::LOG_PUBLIC_KEY;
use serde_json::{Value, json};

use super::may::subject;
use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::evidence::Shown;
use crate::flow::subject::SubjectRef;

/// Verify the evidence or a receipt, show entries, prove that the log holds one, or go on after a restore.
#[derive(Debug, Subcommand)]
pub(super) enum Evidence {
    /// Verify all evidence, or, without any data, one receipt
    Verify {
        /// A receipt; all evidence of the data directory when left out
        receipt: Option<PathBuf>,
        /// What verifies the receipt: a key, or a file that holds one; the key of the data directory
        /// when left out
        #[arg(long, value_name = "KEY|FILE", requires = "receipt")]
        key: Option<String>,
    },
    /// Show entries, in the order of the log
    Show {
        /// Only those about this person, as `email:anna@example.com`
        #[arg(long, value_parser = subject, conflicts_with_all = ["from", "limit"])]
        subject: Option<SubjectRef>,
        /// From this place in the log on, counted from 0
        #[arg(long, value_name = "PLACE", default_value_t = 0)]
        from: u64,
        /// At most so many
        #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
        limit: u32,
    },
    /// Print a receipt with the proof that the log holds it
    Prove {
        /// The receipt
        #[arg(required_unless_present = "place")]
        receipt: Option<PathBuf>,
        /// The place in the log of the entry, as `show` tells it, where there is no receipt
        #[arg(long, conflicts_with = "receipt")]
        place: Option<u64>,
    },
    /// Go on with the log after an older copy of the data was put back, and say so in the log
    Renew,
}

impl Evidence {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        match self {
            Self::Verify {
                receipt: Some(receipt),
                key,
            } => verify_receipt(settings, &receipt, key.as_deref(), out),
            Self::Verify { receipt: None, .. } => verify(settings, clock, out).await,
            Self::Show {
                subject,
                from,
                limit,
            } => {
                let ombud = settings.reading(clock).await?;
                ombud.integrate(None).await?;
                let entries = match subject {
                    Some(subject) => ombud.evidence_of(&subject).await?,
                    None => ombud.evidence(from, limit).await?,
                };
                for entry in &entries {
                    show(entry, out)?;
                }
                Ok(Outcome::Done)
            }
            Self::Prove { receipt, place } => {
                let receipt = receipt.map(|path| read(&path)).transpose()?;
                let ombud = settings.reading(clock).await?;
                ombud.integrate(None).await?;
                let proven = match receipt {
                    Some(receipt) => ombud.prove(receipt).await?,
                    None => ombud.prove_place(place.unwrap_or_default()).await?,
                };
                out.value(&proven)?;
                Ok(Outcome::Done)
            }
            Self::Renew => {
                let ombud = settings.writing(clock).await?;
                let Checkpoint { size, root } = ombud.renew_log(clock.now()).await?;
                if out.json {
                    let root = root.to_string();
                    out.value(&json!({ "replaced": { "size": size, "root": root } }))?;
                } else {
                    out.line(format!(
                        "the log goes on; one of {size} entries with root {root} was signed before"
                    ))?;
                }
                Ok(Outcome::Done)
            }
        }
    }
}

/// Needs no data: only the receipt and the key.
fn verify_receipt(
    settings: &Settings,
    path: &Path,
    key: Option<&str>,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let receipt = read(path)?;
    let key = public_key(settings, key)?;
    let verified = match receipt.verify(&key) {
        Ok(verified) => verified,
        Err(problem) => {
            if out.json {
                let problem = problem.to_string();
                out.value(&json!({ "genuine": false, "problem": problem }))?;
            } else {
                out.line(format!("not genuine: {problem}"))?;
            }
            return Ok(Outcome::No);
        }
    };
    let Verified { entry, logged } = verified;
    if out.json {
        out.value(&json!({
            "genuine": true,
            "signed_by": key.name(),
            "chain": entry.chain.number(),
            "place": entry.place,
            "at": entry.at,
            "fact": entry.fact,
            "leaf": logged.map(|logged| logged.index),
            "log_size": logged.map(|logged| logged.size),
        }))?;
        return Ok(Outcome::Done);
    }
    out.line(format!("genuine: signed by {}", key.name()))?;
    out.line(format!("  recorded at {}: {}", entry.at, say(&entry.fact)))?;
    let (chain, place) = (entry.chain.number(), entry.place);
    out.line(match logged {
        Some(logged) => format!(
            "  place {place} of chain {chain}, entry {} of a log of {}",
            logged.index, logged.size
        ),
        None => format!(
            "  place {place} of chain {chain}; no proof yet that the log holds it: `ombud evidence prove` adds it"
        ),
    })?;
    Ok(Outcome::Done)
}

async fn verify(
    settings: &Settings,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let ombud = settings.reading(clock).await?;
    let check = ombud.verify_evidence(clock.now()).await?;
    let replaced = ombud.replaced_logs().await?;
    // Storing the first version is the first entry: a log without any has nothing to be intact.
    let intact = check.problem.is_none() && check.entries > 0;
    if out.json {
        let replaced = replaced.iter().map(|(Checkpoint { size, root }, at)| {
            json!({ "size": size, "root": root.to_string(), "replaced_at": at })
        });
        let replaced: Vec<Value> = replaced.collect();
        out.value(&json!({
            "intact": intact,
            "entries": check.entries,
            "problem": check.problem,
            "replaced": replaced,
            "verified_at": check.checked_at,
        }))?;
    } else if let Some(problem) = &check.problem {
        out.line(format!("BROKEN: {problem}"))?;
    } else if !intact {
        out.line("empty: the log holds no entry to verify")?;
    } else {
        out.line(format!("intact: {} entries", check.entries))?;
        for (Checkpoint { size, root }, at) in &replaced {
            out.line(format!(
                "  a copy of the data was put back at {at}: before, a log of {size} entries with root {root} was signed"
            ))?;
        }
    }
    Ok(if intact { Outcome::Done } else { Outcome::No })
}

fn read(path: &Path) -> anyhow::Result<Receipt> {
    let wrong = |problem: String| InputError(format!("`{}` {problem}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let receipt = serde_json::from_slice(&bytes).map_err(|_| wrong("is not a receipt".to_owned()));
    Ok(receipt?)
}

/// The key that is given, or lies in the file that is given, or else that of the data directory.
fn public_key(settings: &Settings, given: Option<&str>) -> anyhow::Result<PublicKey> {
    if let Some(Ok(key)) = given.map(str::parse) {
        return Ok(key);
    }
    let path = given.map_or_else(|| settings.keys().join(LOG_PUBLIC_KEY), PathBuf::from);
    let text = std::fs::read_to_string(&path).map_err(|_| {
        let path = path.display();
        InputError(format!(
            "there is no key in `{path}`\n  hint: give the log's public key with `--key`"
        ))
    })?;
    let key = text.trim().parse();
    key.map_err(|error| InputError(format!("`{}`: {error}", path.display())).into())
}

fn show(Shown { leaf, entry }: &Shown, out: &mut Output<'_>) -> std::io::Result<()> {
    let (chain, place) = (entry.chain.number(), entry.place);
    if out.json {
        return out.row(&json!({
            "leaf": leaf, "chain": chain, "place": place, "at": entry.at, "fact": entry.fact,
        }));
    }
    let leaf = leaf.map_or_else(|| "-".to_owned(), |leaf| leaf.to_string());
    let said = say(&entry.fact);
    out.line(format!("{leaf:>6}  {}  {said}", entry.at))
}

/// What happened, in a line.
#[expect(clippy::too_many_lines, reason = "one sentence for each kind of fact")]
fn say(fact: &Fact) -> String {
    match fact {
        Fact::Record {
            done,
            subject,
            record,
            collection,
            shown_for,
        } => {
            let done = done.name();
            let what_for = shown_for.as_ref().map_or_else(String::new, |sight| {
                let only = sight.only_for.iter().map(|purpose| format!(", {purpose}"));
                format!(" for {}{}", sight.use_for.name(), only.collect::<String>())
            });
            format!("record {record} of {subject} in {collection} {done}{what_for}")
        }
        Fact::Act {
            subject,
            activity,
            act,
            acted_at,
            statement,
        } => {
            let (act, version) = (act.name(), statement.short());
            format!("{act} {activity} by {subject} at {acted_at}, under {version}")
        }
        Fact::AnchorSet {
            subject,
            collection,
            anchor,
            anchored_at,
            ends,
            until,
            clocks,
        } => {
            let ends = if *ends { "end of " } else { "" };
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            format!(
                "{ends}{anchor} of {subject} in {collection} at {anchored_at}{until}, for {clocks} clocks"
            )
        }
        Fact::KeyDestroyed { subject } => format!("key of {subject} destroyed"),
        Fact::Swept {
            statement,
            erased,
            anonymised,
            reduced,
            pseudonymised,
            shortened,
            hidden,
            ..
        } => {
            let version = statement.short();
            format!(
                "swept: {erased} erased, {anonymised} counted, {reduced} reduced, {pseudonymised} pseudonymised, {shortened} shortened, {hidden} hidden, under {version}"
            )
        }
        Fact::Counted {
            statement,
            statistic,
            at_least,
            people,
            records,
            kept,
        } => {
            let (version, what) = (statement.short(), if *kept { "counted" } else { "dropped" });
            format!(
                "{what} in {statistic}: {people} people, {records} records, of at least {at_least}, under {version}"
            )
        }
        Fact::StatementStored {
            statement,
            effective_at,
        } => format!(
            "statement {} stored, effective {effective_at}",
            statement.short()
        ),
        Fact::Restored { size, root } => format!(
            "an older copy of the data was put back; a log of {size} entries with root {root} was signed before"
        ),
    }
}
