//! `ombud check`: errors of the language, findings of law, gaps open and decided.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ombud_core::diagnostic::{Diagnostic, Severity, line_column};
use ombud_core::statement::check::{Finding, Judged, STALE, State, check};
use ombud_core::statement::{Folder, Statement, load};
use serde_json::{Value, json};

use super::{Outcome, Output, sarif};
use crate::clock::Clock;
use crate::config::Settings;

/// Check the statement.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The day on which decisions are judged; today when left out
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
    /// Show decided gaps too; programs always get them
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Source excerpts with underlines and hints
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code review tools
    Sarif,
}

impl Check {
    pub(super) fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let folder = settings.folder()?;
        let format = if settings.json {
            Format::Json
        } else {
            self.format
        };
        let statement = match load(folder.clone()) {
            Ok(statement) => statement,
            Err(diagnostics) => {
                match format {
                    Format::Human => out.complain(&human(&folder, &diagnostics, out.color)),
                    Format::Json => {
                        let errors: Vec<Value> =
                            diagnostics.iter().map(|d| plain(&folder, d)).collect();
                        out.value(&json!({ "errors": errors, "findings": [] }))?;
                    }
                    Format::Sarif => {
                        let results = diagnostics.iter().map(|diagnostic| sarif::Result {
                            rule: diagnostic.code,
                            diagnostic,
                            finding: None,
                            accepted: None,
                        });
                        let base = sarif::Base::of(settings.statement.as_deref());
                        out.value(&sarif::document(&folder, &base, results))?;
                    }
                }
                return Ok(Outcome::Wrong);
            }
        };
        let zone = jiff::tz::TimeZone::get(&statement.published.header.zone)?;
        let today = self
            .on
            .unwrap_or_else(|| zone.to_datetime(clock.now()).date());
        let judged = check(&statement, today);
        let open = judged
            .iter()
            .filter(|judged| judged.state.is_open())
            .count();
        match format {
            Format::Human => self.print(&statement, &judged, out)?,
            Format::Json => out.value(&document(&statement, &judged))?,
            Format::Sarif => {
                let results = judged.iter().map(|judged| sarif::Result {
                    rule: judged.finding.rule.id,
                    diagnostic: &judged.finding.diagnostic,
                    finding: Some(&judged.finding),
                    accepted: settled(&judged.state).filter(|_| !judged.state.is_open()),
                });
                let base = sarif::Base::of(settings.statement.as_deref());
                out.value(&sarif::document(&statement.folder, &base, results))?;
            }
        }
        Ok(if open == 0 {
            Outcome::Done
        } else {
            Outcome::No
        })
    }

    fn print(
        &self,
        statement: &Statement,
        judged: &[Judged<'_>],
        out: &mut Output<'_>,
    ) -> anyhow::Result<()> {
        for judged in judged
            .iter()
            .filter(|judged| self.all || judged.state.is_open())
        {
            let finding = &judged.finding;
            let text = render(&statement.folder, &finding.diagnostic, out.color, |level| {
                let rule = finding.rule;
                let mut notes = vec![format!("{} asks that {}", rule.article, rule.title)];
                notes.extend(settled(&judged.state).or_else(|| named(finding)));
                notes
                    .into_iter()
                    .map(|note| level.clone().message(note))
                    .collect()
            });
            out.line(text)?;
        }
        let count = |wanted: fn(&State<'_>) -> bool| {
            judged.iter().filter(|judged| wanted(&judged.state)).count()
        };
        let open = count(|state| matches!(state, State::Open));
        let decided = count(|state| matches!(state, State::Decided(_)));
        let expired = count(|state| matches!(state, State::Expired(_)));
        out.line(format!(
            "{}: {} findings: {open} open, {decided} decided, {expired} past their review",
            statement.version.short(),
            judged.len()
        ))?;
        if decided > 0 && !self.all {
            out.line("`ombud check --all` shows the decided ones")?;
        }
        Ok(())
    }
}

/// What a decision on a finding names; one that settles nothing is taken out, not decided.
fn named(finding: &Finding) -> Option<String> {
    let kind = finding.kind.map(|kind| format!("kind = \"{kind}\", "));
    let (rule, kind, at) = (finding.rule.id, kind.unwrap_or_default(), &finding.at);
    let decidable = *finding.rule != STALE;
    decidable.then(|| format!("a decision names it as rule = \"{rule}\", {kind}at = \"{at}\""))
}

fn settled(state: &State<'_>) -> Option<String> {
    use ombud_core::language::Language;
    match state {
        State::Open => None,
        State::Decided(decision) => Some(format!(
            "decided by {} until {}: {}",
            decision.by,
            decision.review,
            decision.decided.get(Language::En)
        )),
        State::Expired(decision) => Some(format!(
            "decided by {}, but its review on {} has passed: decide again",
            decision.by, decision.review
        )),
    }
}

/// Diagnostics as people read them.
pub(super) fn human(folder: &Folder, diagnostics: &[Diagnostic], color: bool) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&render(folder, diagnostic, color, |_| Vec::new()));
        text.push('\n');
    }
    match diagnostics.len() {
        1 => {
            text + "the statement has 1 error
"
        }
        errors => {
            text + &format!(
                "the statement has {errors} errors
"
            )
        }
    }
}

fn render<'a>(
    folder: &'a Folder,
    diagnostic: &'a Diagnostic,
    color: bool,
    notes: impl FnOnce(&Level<'static>) -> Vec<annotate_snippets::Message<'a>>,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut group: Group<'_> = Group::with_title(
        level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code),
    );
    let places = std::iter::once((
        &diagnostic.place,
        diagnostic.label.as_deref(),
        AnnotationKind::Primary,
    ));
    let related = diagnostic
        .related
        .iter()
        .map(|(place, label)| (place, Some(label.as_str()), AnnotationKind::Context));
    for (place, label, kind) in places.chain(related) {
        let text = folder.text(&place.file).unwrap_or_default();
        let end = place.span.end.min(text.len());
        let start = place.span.start.min(end);
        let annotation = kind.span(start..end).label(label);
        group = group.element(
            Snippet::source(text)
                .path(place.file.as_str())
                .annotation(annotation),
        );
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    for note in notes(&Level::NOTE) {
        group = group.element(note);
    }
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer.decor_style(DecorStyle::Unicode).render(&[group]);
    text.push('\n');
    text
}

fn plain(folder: &Folder, diagnostic: &Diagnostic) -> Value {
    let place = |place: &ombud_core::diagnostic::Place| {
        let text = folder.text(&place.file).unwrap_or_default();
        let (line, column) = line_column(text, place.span.start);
        let (end_line, end_column) = line_column(text, place.span.end);
        json!({
            "file": place.file,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
        })
    };
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .map(|(at, label)| json!({ "place": place(at), "label": label }))
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "expected": diagnostic.label,
        "hint": diagnostic.hint,
        "place": place(&diagnostic.place),
        "related": related,
    })
}

fn document(statement: &Statement, judged: &[Judged<'_>]) -> Value {
    let findings = judged.iter().map(|judged| {
        let finding = &judged.finding;
        let (state, decision) = match &judged.state {
            State::Open => ("open", None),
            State::Decided(decision) => ("decided", Some(decision)),
            State::Expired(decision) => ("expired", Some(decision)),
        };
        json!({
            "rule": finding.rule.id,
            "title": finding.rule.title,
            "article": finding.rule.article,
            "effective": finding.rule.effective,
            "section": finding.section,
            "kind": finding.kind,
            "at": finding.at,
            "state": state,
            "decision": decision,
            "diagnostic": plain(&statement.folder, &finding.diagnostic),
        })
    });
    json!({
        "version": statement.version,
        "errors": [],
        "findings": findings.collect::<Vec<_>>(),
    })
}
