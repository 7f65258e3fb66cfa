//! `ombud record add|show|list`.

use std::collections::BTreeMap;

use clap::Subcommand;
use jiff::Timestamp;
use ombud_store::RecordId;
use serde_json::{Map, Value, json};

use super::may::subject;
use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::FlowError;
use crate::flow::record::{Incoming, fields};
use crate::flow::subject::SubjectRef;

/// Add, show or list records.
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
        /// An event that the clock counts from, as `application_deadline=2026-03-18T00:00:00Z`
        #[arg(long = "anchor", value_name = "NAME=INSTANT", value_parser = anchor)]
        anchors: Vec<(String, Timestamp)>,
    },
    /// Show a record
    Show {
        /// Its id
        record: RecordId,
    },
    /// List the records of a person
    List {
        /// The person, as `email:anna@example.com`
        #[arg(value_parser = subject)]
        subject: SubjectRef,
    },
}

fn anchor(text: &str) -> Result<(String, Timestamp), String> {
    let (name, at) = text
        .split_once('=')
        .ok_or("write it as `name=2026-03-18T00:00:00Z`")?;
    let at = at.parse();
    let at = at.map_err(|_| "write the instant as 2026-03-18T00:00:00Z".to_owned())?;
    Ok((name.to_owned(), at))
}

impl Record {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = match &self {
            Self::Add { .. } => settings.ombud(clock).await?,
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
                let anchors: BTreeMap<String, Timestamp> = anchors.into_iter().collect();
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
            Self::Show { record } => {
                let record = ombud
                    .show_record(record, clock.now())
                    .await?
                    .ok_or(FlowError::NotFound("record"))?;
                show(&record, out)?;
            }
            Self::List { subject } => {
                let mut after = None;
                loop {
                    let mut page = ombud.show_records(&subject, after, clock.now()).await?;
                    for record in &page {
                        show(record, out)?;
                    }
                    after = page.pop();
                    if after.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(Outcome::Done)
    }
}

fn show(record: &ombud_store::Record, out: &mut Output<'_>) -> std::io::Result<()> {
    let fields = fields(record);
    if out.json {
        return out.value(&json!({
            "record": record.id.to_string(),
            "collection": record.collection,
            "created_at": record.created_at,
            "fields": fields,
        }));
    }
    out.line(format!(
        "{}  {}  {}",
        record.id, record.collection, record.created_at
    ))?;
    for (name, value) in fields {
        out.line(format!("  {name}: {value}"))?;
    }
    Ok(())
}
