//! `ombud statistics`.

use ombud_core::language::Language;

use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;

/// Shows every cell that hides everyone in it.
pub(super) async fn run(
    settings: &Settings,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let ombud = settings.reading(clock).await?;
    let cells = ombud.statistics().await?;
    if out.json {
        out.value(&cells)?;
        return Ok(Outcome::Done);
    }
    if cells.is_empty() {
        out.line("no statistic holds enough people yet to hide each of them")?;
    }
    for cell in cells {
        let title = cell.title.get(Language::En);
        let title = if title.is_empty() {
            &cell.statistic
        } else {
            title
        };
        let values = cell.cell.join(", ");
        out.line(format!(
            "{title}: {values}: {} people, {} records",
            cell.people, cell.records
        ))?;
    }
    Ok(Outcome::Done)
}
