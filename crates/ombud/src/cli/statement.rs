//! `ombud statement`, `ombud schema` and the generated reference.

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::{Date, Time};
use ombud_core::language::Language;
use ombud_core::statement::{Statement, diff, model, schema};

use super::{Outcome, Output, register};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::{FlowError, Ombud};

/// Show, compare and export the statement.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the activities with their rules
    Show {
        /// The version in force on this day; the given statement when left out
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
    },
    /// List the stored versions
    History,
    /// Store the given statement as a version: it applies from the day that it names, or from now on
    Adopt,
    /// Compare two versions, graded by what the changes do to people
    Diff {
        /// The earlier version: the first digits of its hash
        old: String,
        /// The later version; the given statement when left out
        new: Option<String>,
    },
    /// Print the published text as Markdown
    Render {
        /// The language
        #[arg(long, default_value = "en")]
        language: Language,
        /// The version in force on this day; the given statement when left out
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
    },
    /// Print the record of processing activities (GDPR Article 30)
    Register {
        /// Its format
        #[arg(long, value_enum, default_value = "csv")]
        format: register::Format,
        /// The language of its headers and words; JSON-LD is in all languages
        #[arg(long, default_value = "en")]
        language: Language,
        /// Where to write it; standard output when left out
        #[arg(long, value_name = "FILE")]
        output: Option<std::path::PathBuf>,
    },
}

impl Command {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        match self {
            Self::Show { on } => show(&chosen(settings, clock, on).await?, out),
            Self::History => history(settings.reading(clock).await?, out).await,
            Self::Adopt => {
                if settings.statement.is_none() {
                    let text =
                        "which statement is to be adopted? name its folder with `--statement`";
                    return Err(InputError(text.to_owned()).into());
                }
                history(settings.begin(clock).await?, out).await
            }
            Self::Diff { old, new } => compare(settings, clock, (&old, new.as_deref()), out).await,
            Self::Render { language, on } => {
                let statement = chosen(settings, clock, on).await?;
                for section in ombud_core::statement::prose::render(&statement, language) {
                    let marks = "#".repeat(section.depth);
                    out.line(format!("{marks} {} {}\n", section.number, section.title))?;
                    out.line(section.body.markdown.trim())?;
                    out.line("")?;
                }
                Ok(Outcome::Done)
            }
            Self::Register {
                format,
                language,
                output,
            } => {
                let bytes = register::bytes(&settings.statement()?, format, language)?;
                match output {
                    Some(path) => std::fs::write(&path, bytes)
                        .with_context(|| format!("`{}` cannot be written", path.display()))?,
                    None => out.raw(&bytes)?,
                }
                Ok(Outcome::Done)
            }
        }
    }
}

/// The statement in force at the end of a day, from the store; or the one given.
async fn chosen(settings: &Settings, clock: &Clock, on: Option<Date>) -> anyhow::Result<Statement> {
    let Some(day) = on else {
        return settings.statement();
    };
    let ombud = settings.reading(clock).await?;
    let midnight = day.tomorrow()?.to_datetime(Time::midnight());
    let end = ombud
        .book
        .calendar
        .zone
        .to_ambiguous_timestamp(midnight)
        .compatible()?;
    let end = end.checked_sub(jiff::SignedDuration::from_millis(1))?;
    stored(ombud.statement_at(end).await)
}

/// A version that was asked for by its day or its hash: where there is none, the input is wrong.
fn stored(found: Result<Statement, FlowError>) -> anyhow::Result<Statement> {
    match found {
        Err(error @ FlowError::NotFound(_)) => {
            let said = format!("{error}; `ombud statement history` lists the versions");
            Err(InputError(said).into())
        }
        found => Ok(found?),
    }
}

fn show(statement: &Statement, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
    let published = &statement.published;
    if out.json {
        out.value(&serde_json::json!({
            "version": statement.version,
            "statement": published.header,
            "activities": published.activities,
            "decided": statement.rules.activities,
        }))?;
        return Ok(Outcome::Done);
    }
    let title = published.header.title.get(Language::En);
    out.line(format!("{title}, {}", published.header.controller.name))?;
    let effective = published.header.effective;
    out.line(format!(
        "version {} in force from {effective}",
        statement.version.short()
    ))?;
    for (id, activity) in &statement.rules.activities {
        let text = published.activities.get(id);
        let title = activity.title.get(Language::En);
        let bases = carried_out(bases(activity), text.map(bases));
        out.line(format!("\n{} {id}: {title} ({bases})", activity.section))?;
        for (name, collection) in &activity.collections {
            let text = text.and_then(|activity| activity.collections.get(name));
            let rule = carried_out(rule(collection), text.map(rule));
            out.line(format!("    {name}: {rule}"))?;
        }
    }
    Ok(Outcome::Done)
}

/// What is carried out, marked where it was decided and the text says something else.
fn carried_out(rule: String, text: Option<String>) -> String {
    match text {
        Some(text) if text != rule => format!("{rule} [decided; the text says: {text}]"),
        Some(_) | None => rule,
    }
}

fn bases(activity: &model::Activity) -> String {
    let bases: Vec<&str> = activity.bases().map(|basis| basis.name.article()).collect();
    bases.join(", ")
}

/// How long a collection is kept, and what happens then.
fn rule(collection: &model::Collection) -> String {
    let keeps = collection.keep.iter().flat_map(model::OneOrMany::as_slice);
    let keeps: Vec<String> = keeps.map(ToString::to_string).collect();
    let keep = if keeps.is_empty() {
        "no period".to_owned()
    } else {
        keeps.join("; ")
    };
    let then = collection.then.as_ref();
    let then = then.map(|then| format!(", then {then}"));
    format!("{keep}{}", then.unwrap_or_default())
}

async fn history(ombud: Ombud, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
    for version in ombud.versions().await? {
        if out.json {
            out.value(&serde_json::json!({
                "version": version.id,
                "effective_at": version.effective_at,
                "stored_at": version.stored_at,
                "in_force_at": version.in_force_at,
            }))?;
        } else {
            let id = version.id.short();
            out.line(format!(
                "{id}  in force from {}  stored {}",
                version.in_force_at, version.stored_at
            ))?;
        }
    }
    Ok(Outcome::Done)
}

async fn compare(
    settings: &Settings,
    clock: &Clock,
    (old, new): (&str, Option<&str>),
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let ombud = settings.reading(clock).await?;
    let old = stored(ombud.statement_of(old).await)?;
    let new = match new {
        Some(new) => stored(ombud.statement_of(new).await)?,
        None => settings.statement()?,
    };
    let changes = diff::diff(&old, &new);
    if out.json {
        out.value(&changes)?;
    } else {
        for change in &changes {
            let grade = match change.grade {
                diff::Grade::Worse => "worse",
                diff::Grade::Better => "better",
                diff::Grade::Judge => "judge",
                diff::Grade::Neutral => "neutral",
            };
            let section = change.section.as_deref().unwrap_or("-");
            out.line(format!(
                "{grade:<8} {section:<5} {}",
                change.told.get(Language::En)
            ))?;
        }
        out.line(format!("{} changes", changes.len()))?;
    }
    Ok(if changes.is_empty() {
        Outcome::Done
    } else {
        Outcome::No
    })
}

/// Print the JSON Schema of a file of the statement folder.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The file
    #[arg(value_enum)]
    file: SchemaFile,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SchemaFile {
    /// `statement.toml`
    Statement,
    /// `activities/*.toml`
    Activity,
    /// `cookies.toml`
    Cookies,
    /// `promises.toml`
    Promises,
    /// `decisions.toml`
    Decisions,
}

impl Schema {
    pub(super) fn run(&self, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
        out.value(&match self.file {
            SchemaFile::Statement => schema::<model::Header>(),
            SchemaFile::Activity => schema::<model::Activity>(),
            SchemaFile::Cookies => schema::<model::Cookies>(),
            SchemaFile::Promises => schema::<model::Promises>(),
            SchemaFile::Decisions => schema::<model::Decisions>(),
        })?;
        Ok(Outcome::Done)
    }
}

/// Print a page of the reference.
#[derive(Debug, Args)]
pub(super) struct Reference {
    /// The page
    #[arg(value_enum)]
    page: Page,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Page {
    /// Every command with its options
    Cli,
    /// Every lint rule
    Lints,
    /// Every reason of a no
    Reasons,
}

impl Reference {
    pub(super) fn run(&self, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
        match self.page {
            Page::Cli => out.raw(super::reference::cli().as_bytes())?,
            Page::Lints => out.raw(super::reference::lints().as_bytes())?,
            Page::Reasons => out.raw(super::reference::reasons().as_bytes())?,
        }
        Ok(Outcome::Done)
    }
}
