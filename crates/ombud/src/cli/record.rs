//! `ombud record add|show|erase|list`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use ombud_core::access::Sight;
use ombud_core::decision::{Reason, Use};
use ombud_store::RecordId;
use serde_json::{Map, Value, json};

use super::act::save_receipt;
use super::instant::Instant;
use super::may::{subject, use_for};
use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::FlowError;
use crate::flow::record::{Erased, Incoming, fields};
use crate::flow::subject::SubjectRef;

/// Add, show, erase or list records.
#[derive(Debug, Subcommand)]
pub(super) enum Record {
    /// Store a record, if the statement declares it and a basis is in force
    Add {
        /// The collection, for example `newsletters.subscription`
        collection: String,
        /// The person, as `email:anna@example.com`
        #[arg(value_parser = subject)]
        subject: SubjectRef,
        /// The fields, as a JSON object
        fields: String,
        /// An event that the clock counts from, as `application_deadline=2026-03-18`
        #[arg(long = "anchor", value_name = "NAME=INSTANT|DAY", value_parser = anchor)]
        anchors: Vec<(String, Instant)>,
    },
    /// Show a record
    Show {
        /// Its id
        record: RecordId,
        #[command(flatten)]
        seen_for: SeenFor,
    },
    /// Erase a record, and print the proof
    Erase {
        /// Its id
        record: RecordId,
        /// Write the signed receipt to this file, for the person
        #[arg(long, value_name = "FILE")]
        receipt: Option<PathBuf>,
    },
    /// List the records of a person
    List {
        /// The person, as `email:anna@example.com`
        #[arg(value_parser = subject)]
        subject: SubjectRef,
        #[command(flatten)]
        seen_for: SeenFor,
    },
}

/// What records are to be seen for.
#[derive(Debug, clap::Args)]
pub(super) struct SeenFor {
    /// The use: while processing is restricted, only some uses are left
    #[arg(long = "use", value_name = "USE", value_parser = use_for(), default_value = "ordinary")]
    use_for: Use,
    /// The purpose that a law keeps records for beyond their time, for example `bookkeeping`
    #[arg(long, value_name = "PURPOSE")]
    only_for: Option<String>,
}

impl From<SeenFor> for Sight {
    fn from(SeenFor { use_for, only_for }: SeenFor) -> Self {
        Self { use_for, only_for }
    }
}

fn anchor(text: &str) -> Result<(String, Instant), InputError> {
    let form = || InputError("write it as `name=2026-03-18`".to_owned());
    let (name, at) = text.split_once('=').ok_or_else(form)?;
    Ok((name.to_owned(), at.parse()?))
}

impl Record {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = match &self {
            Self::Add { .. } | Self::Erase { .. } => settings.writing(clock).await?,
            Self::Show { .. } | Self::List { .. } => settings.reading(clock).await?,
        };
        match self {
            Self::Add {
                collection,
                subject,
                fields,
                anchors,
            } => {
                let fields: Map<String, Value> = serde_json::from_str(&fields)
                    .map_err(|_| InputError("the fields are not a JSON object".to_owned()))?;
                let zone = &ombud.book.calendar.zone;
                let dated = |(name, at): (String, Instant)| Ok((name, at.in_zone(zone)?));
                let anchors = anchors.into_iter().map(dated);
                let anchors = anchors.collect::<Result<BTreeMap<_, _>, InputError>>()?;
                let incoming = Incoming {
                    collection,
                    subject,
                    fields,
                    anchors,
                };
                let stored = ombud.add_record(incoming, clock.now()).await?;
                if out.json {
                    let record = stored.record.to_string();
                    out.value(&json!({ "record": record, "due": stored.due }))?;
                } else {
                    let due = stored.due.map(|at| format!("kept until {at}"));
                    let due = due.unwrap_or_else(|| "no end known yet".to_owned());
                    out.line(format!("{}  {due}", stored.record))?;
                }
            }
            Self::Show { record, seen_for } => {
                let record = ombud
                    .show_record(record, seen_for.into(), clock.now())
                    .await?
                    .ok_or(FlowError::NotFound("record"))?;
                show(&record, Ok(()), out)?;
            }
            Self::Erase { record, receipt } => {
                let erased = ombud.erase_record(record, clock.now()).await?;
                if let Some(file) = receipt {
                    save_receipt(&file, &erased.signed)?;
                }
                tell(&erased, out)?;
            }
            Self::List { subject, seen_for } => {
                let (sight, mut after) = (Sight::from(seen_for), None);
                loop {
                    let page = ombud.show_records(&subject, sight.clone(), after, clock.now());
                    let mut page = page.await?;
                    for (record, seen) in &page {
                        show(record, *seen, out)?;
                    }
                    after = page.pop().map(|(record, _)| record);
                    if after.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(Outcome::Done)
    }
}

fn tell(erased: &Erased, out: &mut Output<'_>) -> std::io::Result<()> {
    let Erased {
        record,
        collection,
        done,
        at,
        signed,
    } = erased;
    let done = done.name();
    if out.json {
        return out.value(&json!({
            "record": record.to_string(), "collection": collection, "done": done, "at": at,
            "receipt": signed,
        }));
    }
    out.line(format!("{done} and read back: {record}  {collection}"))
}

/// A record, with its fields or why they may not be seen.
fn show(
    record: &ombud_store::Record,
    seen: Result<(), Reason>,
    out: &mut Output<'_>,
) -> std::io::Result<()> {
    let fields = seen.map(|()| fields(record));
    if out.json {
        let (name, value) = match fields {
            Ok(fields) => ("fields", Value::Object(fields)),
            Err(reason) => ("not_shown", reason.name().into()),
        };
        let shown = json!({
            "record": record.id.to_string(),
            "collection": record.collection,
            "created_at": record.created_at,
            (name): value,
        });
        return out.row(&shown);
    }
    out.line(format!(
        "{}  {}  {}",
        record.id, record.collection, record.created_at
    ))?;
    match fields {
        Ok(fields) => {
            for (name, value) in fields {
                out.line(format!("  {name}: {value}"))?;
            }
        }
        Err(reason) => out.line(format!("  not shown: {}", reason.explain()))?,
    }
    Ok(())
}
