//! `ombud board`.

use ombud_core::board::{Figure, FigureValue, Verdict};
use ombud_core::language::Language;

use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;

pub(super) async fn run(
    settings: &Settings,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let ombud = settings.reading(clock).await?;
    let board = ombud.board(clock.now()).await?;
    let outcome = if board.broken > 0 {
        Outcome::No
    } else {
        Outcome::Done
    };
    if out.json {
        out.value(&board)?;
        return Ok(outcome);
    }
    for row in &board.promises {
        let verdict = match row.verdict {
            Verdict::Kept => "kept",
            Verdict::Broken => "BROKEN",
            Verdict::Unproven => "unproven",
        };
        out.line(format!(
            "{:<8} {verdict:<9} {}",
            row.id,
            row.says.get(Language::En)
        ))?;
        for proven in &row.proofs {
            let because = proven.judgement.because.get(Language::En);
            let figures: Vec<String> = proven.judgement.figures.iter().map(show).collect();
            let figures = if figures.is_empty() {
                String::new()
            } else {
                format!(" [{}]", figures.join(", "))
            };
            out.line(format!("{:18} {}: {because}{figures}", "", proven.proof))?;
        }
    }
    out.line(format!(
        "{} kept, {} broken, {} unproven, measured at {}",
        board.kept, board.broken, board.unproven, board.measured_at
    ))?;
    Ok(outcome)
}

fn show(figure: &Figure) -> String {
    let name = figure.name.replace('_', " ");
    match &figure.value {
        FigureValue::Count(count) => format!("{name} {count}"),
        FigureValue::Instant(at) => format!("{name} {at}"),
        FigureValue::Seconds(seconds) => format!("{name} {seconds} s"),
        FigureValue::Period(period) => format!("{name} {period}"),
        FigureValue::Names(names) => format!("{name} {}", names.join(", ")),
    }
}
