//! The command line: one file a command, each parsing, calling one flow and printing.
//!
//! Exit codes: 0 done, 1 the answer is "no", "not true" or "findings", 2 wrong usage or input, 3 could
//! not be carried out.

mod act;
mod board;
mod check;
mod evidence;
mod instant;
mod key;
mod may;
mod notice;
mod output;
mod record;
mod reference;
mod register;
mod sarif;
mod serve;
mod statement;
mod statistic;
mod sweep;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use ombud_core::decision::Reason;
use ombud_core::diagnostic::did_you_mean;
use ombud_core::effects::ActRefusal;
use ombud_store::StoreError;

use crate::clock::Clock;
use crate::config::{InputError, Settings, Unreadable};
use crate::flow::ledger::worded_so;
use crate::flow::{FlowError, Ombud};
pub use output::Output;

/// Makes a privacy statement executable: pages, decisions, retention, requests and the proof of it
#[derive(Debug, Parser)]
#[command(name = "ombud", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the statement: errors of the language, findings of law, gaps open and decided
    Check(check::Check),
    /// Serve pages, API and jobs
    Serve(serve::Serve),
    /// Show the promise board: kept, broken or unproven, with figures
    Board,
    /// Decide whether a person's data may be used for an activity now
    May(may::May),
    /// Filter identities from standard input to those that may be used now
    ///
    /// Blank lines are skipped. Lines that name nobody are counted apart, and the exit code is then 2.
    Audience(may::Audience),
    /// Add, show or list records
    #[command(subcommand)]
    Record(record::Record),
    /// Record what a person chose, or show it
    #[command(subcommand)]
    Ledger(act::Ledger),
    /// Tell of an event that a clock counts from
    #[command(subcommand)]
    Anchor(act::Anchor),
    /// Make, list and revoke the keys of applications
    #[command(subcommand)]
    Key(key::Command),
    /// Carry out what is due
    Sweep(sweep::Sweep),
    /// Show what will be due, by activity and month
    Forecast(sweep::Forecast),
    /// Show whom to warn or ask before their records may end
    Notices,
    /// Show what anonymised records left: counts that hide everyone in them
    Statistics,
    /// Verify the evidence or a receipt, show entries, prove that the log holds one
    #[command(subcommand)]
    Evidence(evidence::Evidence),
    /// Show, compare and export the statement
    #[command(subcommand)]
    Statement(statement::Command),
    /// Print the JSON Schema of a file of the statement folder
    Schema(statement::Schema),
    /// Print the description of the HTTP API, in the format of `openapi.json`
    Openapi,
    /// Print a page of the reference
    #[command(hide = true)]
    Reference(statement::Reference),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What a command comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, or the answer is yes.
    Done,
    /// The answer is no, something is not true, or there are findings.
    No,
    /// The input is wrong.
    Wrong,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::No => Self::from(1),
            Outcome::Wrong => Self::from(2),
        }
    }
}

impl Cli {
    /// Carries out the command and says how it went.
    pub async fn run(self, clock: Clock, out: &mut Output<'_>) -> ExitCode {
        let settings = self.settings;
        out.json = settings.json;
        match dispatch(self.command, &settings, &clock, out).await {
            Ok(outcome) => outcome.into(),
            Err(error) => explain(&error, out),
        }
    }
}

async fn dispatch(
    command: Command,
    settings: &Settings,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    match command {
        Command::Check(check) => check.run(settings, clock, out),
        Command::Serve(serve) => serve.run(settings, clock, out).await,
        Command::Board => board::run(settings, clock, out).await,
        Command::May(may) => may.run(settings, clock, out).await,
        Command::Audience(audience) => audience.run(settings, clock, out).await,
        Command::Record(record) => record.run(settings, clock, out).await,
        Command::Ledger(ledger) => ledger.run(settings, clock, out).await,
        Command::Anchor(anchor) => anchor.run(settings, clock, out).await,
        Command::Key(command) => command.run(settings, clock, out).await,
        Command::Sweep(sweep) => sweep.run(settings, clock, out).await,
        Command::Forecast(forecast) => forecast.run(settings, clock, out).await,
        Command::Notices => notice::run(settings, clock, out).await,
        Command::Statistics => statistic::run(settings, clock, out).await,
        Command::Evidence(evidence) => evidence.run(settings, clock, out).await,
        Command::Statement(command) => command.run(settings, clock, out).await,
        Command::Schema(schema) => schema.run(out),
        Command::Openapi => {
            out.value(&crate::web::api::openapi())?;
            Ok(Outcome::Done)
        }
        Command::Reference(reference) => reference.run(out),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "ombud", &mut text);
            out.raw(&text)?;
            Ok(Outcome::Done)
        }
    }
}

/// The activity of the statement that was most likely meant by one that it does not declare.
fn near_activity<'o>(ombud: &'o Ombud, activity: &str) -> Option<&'o str> {
    let known = &ombud.book.activities;
    let unknown = !known.contains_key(activity);
    unknown
        .then(|| did_you_mean(activity, known.keys().map(String::as_str)))
        .flatten()
}

/// Says that an activity is not declared, and which one was most likely meant.
fn undeclared(ombud: &Ombud, activity: &str) -> InputError {
    let near = near_activity(ombud, activity);
    let hint = near.map(|near| format!("; did you mean `{near}`?"));
    let hint = hint.unwrap_or_default();
    InputError(format!(
        "the statement declares no activity `{activity}`{hint}"
    ))
}

/// Says what went wrong and what to do next, and chooses the exit code.
fn explain(error: &anyhow::Error, out: &mut Output<'_>) -> ExitCode {
    if let Some(unreadable) = error.downcast_ref::<Unreadable>() {
        out.complain(&check::human(
            &unreadable.folder,
            &unreadable.diagnostics,
            out.color,
        ));
        return Outcome::Wrong.into();
    }
    if let Some(io) = error.downcast_ref::<std::io::Error>()
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        // Whoever reads has seen enough.
        return Outcome::Done.into();
    }
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    out.complain(&format!("error: {}\n", chain.join(": ")));
    if error.is::<InputError>() {
        return Outcome::Wrong.into();
    }
    match error.downcast_ref::<FlowError>() {
        Some(FlowError::Intake(refusals)) => {
            for refusal in refusals {
                out.complain(&format!("  {refusal} ({})\n", refusal.article()));
                if let Some(hint) = refusal.hint() {
                    out.complain(&format!("  hint: {hint}\n"));
                }
            }
            Outcome::No.into()
        }
        Some(FlowError::NoBasis(reason) | FlowError::NotShown(reason)) => {
            out.complain(&format!("  {}\n", reason.article()));
            Outcome::No.into()
        }
        Some(FlowError::Restricted) => {
            out.complain(&format!("  {}\n", Reason::Restricted.article()));
            Outcome::No.into()
        }
        Some(FlowError::LegalHold) => {
            let hint = "`ombud anchor set legal_hold` with its `--reason` and `--ends`";
            advise("GDPR Article 17(3)(e)", hint, out)
        }
        Some(FlowError::Act(refusal)) => advise(refusal.article(), refusal.hint(), out),
        Some(FlowError::NotWorded(known)) => {
            advise(ActRefusal::NotWorded.article(), &worded_so(known), out)
        }
        Some(FlowError::NotFound(_) | FlowError::Evidence(_) | FlowError::Receipt(_)) => {
            Outcome::No.into()
        }
        Some(
            FlowError::UnknownIdentity(_)
            | FlowError::Identity { .. }
            | FlowError::SeveralPeople(_)
            | FlowError::NoSubject,
        ) => Outcome::Wrong.into(),
        Some(FlowError::Store(StoreError::Behind)) => {
            out.complain("  hint: run `ombud sweep`, which replays it\n");
            ExitCode::from(3)
        }
        Some(
            FlowError::Store(_)
            | FlowError::Statement(_)
            | FlowError::Remaining(_)
            | FlowError::Filling
            | FlowError::Taken(_),
        )
        | None => ExitCode::from(3),
    }
}

/// Says which article refuses something, and what to do instead.
fn advise(article: &str, hint: &str, out: &mut Output<'_>) -> ExitCode {
    out.complain(&format!("  {article}\n  hint: {hint}\n"));
    Outcome::No.into()
}
