//! `ombud may` and `ombud audience`.

use std::io::{BufRead as _, BufReader};

use anyhow::Context as _;
use clap::Args;
use ombud_core::decision::{Answer, Use};
use serde_json::json;

use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;
use crate::flow::subject::SubjectRef;
use crate::flow::{FlowError, Ombud};

/// Decide whether a person's data may be used for an activity now.
#[derive(Debug, Args)]
pub(super) struct May {
    /// The person, as `email:anna@example.com`
    #[arg(value_parser = subject)]
    subject: SubjectRef,
    /// The activity, for example `newsletters`
    activity: String,
    /// What the data would be used for
    #[arg(value_parser = use_for, default_value = "ordinary")]
    use_for: Use,
}

/// Reads `kind:value`.
pub(super) fn subject(text: &str) -> Result<SubjectRef, String> {
    SubjectRef::parse(text).ok_or_else(|| "write it as `email:anna@example.com`".to_owned())
}

fn use_for(text: &str) -> Result<Use, String> {
    Use::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Use::ALL.iter().map(|each| each.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

impl May {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = settings.reading(clock).await?;
        let decision = ombud
            .may(&self.subject, &self.activity, self.use_for, clock.now())
            .await?;
        let article = decision.answer.article();
        if out.json {
            let (basis, reason) = match decision.answer {
                Answer::Yes(basis) => (Some(basis), None),
                Answer::No(reason) => (None, Some(reason.name())),
            };
            out.value(&json!({
                "may": decision.answer.is_yes(),
                "activity": decision.activity,
                "use": decision.use_for,
                "basis": basis,
                "reason": reason,
                "article": article,
                "version": decision.version,
                "decided_at": decision.decided_at,
            }))?;
        } else {
            out.line(match decision.answer {
                Answer::Yes(_) => {
                    format!("yes ({article}; statement {})", decision.version.short())
                }
                Answer::No(reason) => format!(
                    "no: {} ({article}; statement {})",
                    reason.explain(),
                    decision.version.short()
                ),
            })?;
        }
        Ok(if decision.answer.is_yes() {
            Outcome::Done
        } else {
            Outcome::No
        })
    }
}

/// Filter identities from standard input to those that may be used now.
#[derive(Debug, Args)]
pub(super) struct Audience {
    /// The activity, for example `newsletters`
    activity: String,
    /// What the data would be used for
    #[arg(value_parser = use_for, default_value = "ordinary")]
    use_for: Use,
    /// The kind of identity on each line
    #[arg(long, default_value = "email")]
    kind: String,
    /// Read CSV with a header, and take the identity from this column
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
}

impl Audience {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = settings.reading(clock).await?;
        let left_out = match &self.column {
            Some(column) => self.csv(&ombud, clock, column, out).await?,
            None => self.lines(&ombud, clock, out).await?,
        };
        out.complain(&format!("{left_out} left out\n"));
        Ok(Outcome::Done)
    }

    async fn may(&self, ombud: &Ombud, clock: &Clock, value: &str) -> anyhow::Result<bool> {
        let who = SubjectRef([(self.kind.clone(), value.to_owned())].into());
        match ombud
            .may(&who, &self.activity, self.use_for, clock.now())
            .await
        {
            Ok(decision) => Ok(decision.answer.is_yes()),
            // One line that is no identity must not stop a list of a million.
            Err(FlowError::Identity { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn csv(
        &self,
        ombud: &Ombud,
        clock: &Clock,
        column: &str,
        out: &mut Output<'_>,
    ) -> anyhow::Result<u64> {
        let mut left_out = 0;
        let mut reader = csv::Reader::from_reader(BufReader::new(std::io::stdin()));
        let headers = reader.headers()?.clone();
        let index = headers.iter().position(|header| header == column);
        let index = index.with_context(|| format!("the input has no column `{column}`"))?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&headers)?;
        for row in reader.records() {
            let row = row?;
            if self
                .may(ombud, clock, row.get(index).unwrap_or_default())
                .await?
            {
                writer.write_record(&row)?;
            } else {
                left_out += 1;
            }
        }
        out.raw(&writer.into_inner()?)?;
        Ok(left_out)
    }

    async fn lines(
        &self,
        ombud: &Ombud,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<u64> {
        let mut left_out = 0;
        for line in BufReader::new(std::io::stdin()).lines() {
            let line = line?;
            if self.may(ombud, clock, &line).await? {
                out.line(&line)?;
            } else {
                left_out += 1;
            }
        }
        Ok(left_out)
    }
}
