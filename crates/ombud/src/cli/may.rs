//! `ombud may` and `ombud audience`.

use std::io::{BufRead as _, BufReader};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
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
    #[arg(value_parser = use_for(), default_value = "ordinary")]
    use_for: Use,
}

/// Reads `kind:value`.
pub(super) fn subject(text: &str) -> Result<SubjectRef, String> {
    SubjectRef::parse(text).ok_or_else(|| "write it as `email:anna@example.com`".to_owned())
}

/// One of the uses, by its name.
pub(super) fn use_for() -> impl TypedValueParser<Value = Use> {
    let names = PossibleValuesParser::new(Use::ALL.map(Use::name));
    names.try_map(|name| Use::parse(&name).ok_or("there is no such use"))
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

/// How many lines that cannot be read are pointed out, of any number.
const MOST_LINES: u64 = 20;

/// What was not passed on.
#[derive(Debug, Default)]
struct Dropped {
    /// How many may not be used.
    left_out: u64,
    /// How many name nobody.
    unreadable: u64,
    /// The first of those, by their line numbers.
    lines: Vec<u64>,
}

impl Dropped {
    fn unreadable(&mut self, line: u64) {
        self.unreadable += 1;
        if self.unreadable <= MOST_LINES {
            self.lines.push(line);
        }
    }

    /// Says how many, so that nobody takes a line that cannot be read for a no.
    fn tell(&self, out: &mut Output<'_>) -> Outcome {
        out.complain(&format!("{} left out\n", self.left_out));
        if self.unreadable == 0 {
            return Outcome::Done;
        }
        let named = match self.unreadable {
            1 => "line names",
            _ => "lines name",
        };
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        let more = if self.unreadable > MOST_LINES {
            ", …"
        } else {
            ""
        };
        out.complain(&format!(
            "{} {named} nobody: {}{more}\n",
            self.unreadable,
            lines.join(", ")
        ));
        Outcome::Wrong
    }
}

/// Filter identities from standard input to those that may be used now.
#[derive(Debug, Args)]
pub(super) struct Audience {
    /// The activity, for example `newsletters`
    activity: String,
    /// What the data would be used for
    #[arg(value_parser = use_for(), default_value = "ordinary")]
    use_for: Use,
    /// The kind of identity on each line that does not name one, as `email:anna@example.com` does
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
        let dropped = match &self.column {
            Some(column) => self.csv(&ombud, clock, column, out).await?,
            None => self.lines(&ombud, clock, out).await?,
        };
        Ok(dropped.tell(out))
    }

    /// Which of these may be used, in their order; none where no identity is named.
    async fn may<'v>(
        &'v self,
        ombud: &Ombud,
        clock: &Clock,
        values: impl Iterator<Item = &'v str>,
    ) -> anyhow::Result<Vec<Option<bool>>> {
        let question = |line: &'v str| {
            let named = line
                .split_once(':')
                .map(|(kind, value)| (kind.trim(), value));
            let named = named.filter(|(kind, _)| ombud.book.identities.contains_key(*kind));
            let (kind, value) = named.unwrap_or((&self.kind, line));
            Question {
                kind,
                value,
                activity: &self.activity,
                use_for: self.use_for,
            }
        };
        let questions: Vec<_> = values.map(question).collect();
        let answers = ombud.may_each(&questions, clock.now()).await?.into_iter();
        let may = answers.map(|answer| match answer {
            Ok(answer) => Ok(Some(answer.is_yes())),
            // One line that is no identity must not stop a list of a million.
            Err(FlowError::Identity { .. }) => Ok(None),
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
    ) -> anyhow::Result<Dropped> {
        let mut dropped = Dropped::default();
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
                match may {
                    Some(true) => writer.write_record(row)?,
                    Some(false) => dropped.left_out += 1,
                    None => dropped.unreadable(row.position().map_or(0, csv::Position::line)),
                }
            }
            out.raw(&writer.into_inner()?)?;
            if block.is_empty() {
                return Ok(dropped);
            }
            writer = csv::Writer::from_writer(Vec::new());
        }
    }

    async fn lines(
        &self,
        ombud: &Ombud,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Dropped> {
        let mut dropped = Dropped::default();
        let mut input = BufReader::new(std::io::stdin());
        let mut numbers = 1_u64..;
        loop {
            let mut block = String::new();
            while block.len() < BLOCK_BYTES && input.read_line(&mut block)? > 0 {}
            if block.is_empty() {
                return Ok(dropped);
            }
            let lines = block.lines().zip(numbers.by_ref());
            let named: Vec<_> = lines.filter(|(line, _)| !line.trim().is_empty()).collect();
            let may = self.may(ombud, clock, named.iter().map(|(line, _)| *line));
            let mut kept = String::with_capacity(block.len());
            for ((line, number), may) in named.iter().zip(may.await?) {
                match may {
                    Some(true) => {
                        kept.push_str(line);
                        kept.push('\n');
                    }
                    Some(false) => dropped.left_out += 1,
                    None => dropped.unreadable(*number),
                }
            }
            out.raw(kept.as_bytes())?;
        }
    }
}
