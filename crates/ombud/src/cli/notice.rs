//! `ombud notices`.

use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;

/// Shows whom to warn or ask, the most urgent first.
pub(super) async fn run(
    settings: &Settings,
    clock: &Clock,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let ombud = settings.reading(clock).await?;
    let notices = ombud.notices(|_| true, clock.now()).await?;
    if out.json {
        out.value(&notices)?;
        return Ok(Outcome::Done);
    }
    if notices.is_empty() {
        out.line("nobody has to be warned or asked now")?;
    }
    for one in notices {
        let others = one.records.saturating_sub(1);
        let others = match others {
            0 => String::new(),
            others => format!(" and {others} more with it"),
        };
        let (until, notice) = (one.until, one.notice.name());
        out.line(format!(
            "{until}  {notice:6}  {}  {}{others}",
            one.record, one.collection
        ))?;
    }
    Ok(Outcome::Done)
}
