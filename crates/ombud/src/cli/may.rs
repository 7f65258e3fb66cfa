//! `ombud may` and `ombud audience`.

use std::io::{BufRead as _, BufReader};

use clap::Args;
use ombud_core::decision::{Answer, Use};
use serde_json::json;

use super::{Outcome, Output, near_activity, undeclared};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::decision::Question;
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

/// Reads the name of a use.
pub(super) fn use_for(text: &str) -> Result<Use, String> {
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
        if let Some(near) = near_activity(&ombud, &self.activity) {
            out.complain(&format!("  hint: did you mean `{near}`?\n"));
        }
        Ok(if decision.answer.is_yes() {
            Outcome::Done
        } else {
            Outcome::No
        })
    }
}

/// How much is read before it is decided: a list of any length takes the same memory.
const BLOCK_BYTES: usize = 64 * 1024;
const BLOCK_ROWS: usize = 1_024;

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
        if !ombud.book.activities.contains_key(&self.activity) {
            return Err(undeclared(&ombud, &self.activity).into());
        }
        let left_out = match &self.column {
            Some(column) => self.csv(&ombud, clock, column, out).await?,
            None => self.lines(&ombud, clock, out).await?,
        };
        out.complain(&format!("{left_out} left out\n"));
        Ok(Outcome::Done)
    }

    /// Which of these may be used, in their order.
    async fn may<'v>(
        &self,
        ombud: &Ombud,
        clock: &Clock,
        values: impl Iterator<Item = &'v str>,
    ) -> anyhow::Result<Vec<bool>> {
        let question = |value| Question {
            kind: &self.kind,
            value,
            activity: &self.activity,
            use_for: self.use_for,
        };
        let questions: Vec<_> = values.map(question).collect();
        let answers = ombud.may_each(&questions, clock.now()).await?.into_iter();
        let may = answers.map(|answer| match answer {
            Ok(answer) => Ok(answer.is_yes()),
            // One line that is no identity must not stop a list of a million.
            Err(FlowError::Identity { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        });
        may.collect()
    }

    async fn csv(
        &self,
        ombud: &Ombud,
        clock: &Clock,
        column: &str,
        out: &mut Output<'_>,
    ) -> anyhow::Result<usize> {
        let mut left_out = 0;
        let mut reader = csv::Reader::from_reader(BufReader::new(std::io::stdin()));
        let headers = reader.headers()?.clone();
        let index = headers.iter().position(|header| header == column);
        let index = index.ok_or_else(|| {
            let said = format!("the input has no column `{column}`");
            InputError(format!("{said}; its first line names the columns"))
        })?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&headers)?;
        let mut rows = reader.records();
        loop {
            let block: Vec<_> = rows.by_ref().take(BLOCK_ROWS).collect::<Result<_, _>>()?;
            let values = block.iter().map(|row| row.get(index).unwrap_or_default());
            let may = self.may(ombud, clock, values).await?;
            for (row, may) in block.iter().zip(may) {
                if may {
                    writer.write_record(row)?;
                } else {
                    left_out += 1;
                }
            }
            out.raw(&writer.into_inner()?)?;
            if block.is_empty() {
                return Ok(left_out);
            }
            writer = csv::Writer::from_writer(Vec::new());
        }
    }

    async fn lines(
        &self,
        ombud: &Ombud,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<usize> {
        let mut left_out = 0;
        let mut input = BufReader::new(std::io::stdin());
        loop {
            let mut block = String::new();
            while block.len() < BLOCK_BYTES && input.read_line(&mut block)? > 0 {}
            if block.is_empty() {
                return Ok(left_out);
            }
            let may = self.may(ombud, clock, block.lines()).await?;
            let mut kept = String::with_capacity(block.len());
            for (line, may) in block.lines().zip(may) {
                if may {
                    kept.push_str(line);
                    kept.push('\n');
                } else {
                    left_out += 1;
                }
            }
            out.raw(kept.as_bytes())?;
        }
    }
}
