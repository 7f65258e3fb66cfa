//! `ombud sweep` and `ombud forecast`.

use clap::Args;

use super::instant::Instant;
use super::{Outcome, Output};
use crate::clock::Clock;
use crate::config::Settings;
use crate::flow::sweep::Swept;

/// Carry out what is due.
#[derive(Debug, Args)]
pub(super) struct Sweep {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Say it as of this instant, or of the beginning of this day; what is done is done now
    #[arg(long, value_name = "INSTANT|DAY", requires = "dry_run")]
    at: Option<Instant>,
}

impl Sweep {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let now = clock.now();
        let swept = if self.dry_run {
            let ombud = settings.reading(clock).await?;
            let zone = &ombud.book.calendar.zone;
            let at = self.at.map_or(Ok(now), |at| at.in_zone(zone))?;
            ombud.sweep_dry(at).await?
        } else {
            settings.writing(clock).await?.sweep(now).await?
        };
        if out.json {
            out.value(&swept)?;
        } else {
            tell(&swept, self.dry_run, out)?;
        }
        Ok(if swept.remaining == 0 {
            Outcome::Done
        } else {
            Outcome::No
        })
    }
}

/// Says what a sweep came to, or would come to.
fn tell(swept: &Swept, dry_run: bool, out: &mut Output<'_>) -> std::io::Result<()> {
    let done = if dry_run { "would be " } else { "" };
    out.line(format!(
        "{} due: {} records {done}erased, {} {done}anonymised, {} {done}reduced, {} {done}hidden, \
         {} later",
        swept.due, swept.erased, swept.anonymised, swept.reduced, swept.hidden, swept.later
    ))?;
    if swept.pseudonymised > 0 {
        let unnamed = swept.pseudonymised;
        out.line(format!(
            "{unnamed} of the hidden records {done}without names"
        ))?;
    }
    if swept.gathering > 0 {
        let gathering = swept.gathering;
        out.line(if dry_run {
            format!(
                "{gathering} records would be counted into statistics: anonymised where enough people \
                 are in their cells"
            )
        } else {
            format!(
                "{gathering} records erased, and counted under pseudonyms for 31 days at most: too few \
                 people are in their cells so far to be anonymous"
            )
        })?;
    }
    if swept.shortened > 0 {
        let shortened = swept.shortened;
        out.line(format!(
            "{shortened} records: fields whose own period is over {done}taken out"
        ))?;
    }
    if swept.waiting > 0 {
        out.line(format!(
            "{} wait until their people are warned or asked",
            swept.waiting
        ))?;
    }
    if swept.people > 0 {
        out.line(format!(
            "{} people: nothing of theirs is left",
            swept.people
        ))?;
    }
    if swept.remaining > 0 {
        out.line(format!(
            "{} records or people were still there when read back",
            swept.remaining
        ))?;
    }
    Ok(())
}

/// Show what will be due, by activity and month.
#[derive(Debug, Args)]
pub(super) struct Forecast {
    /// How many months ahead
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=120))]
    months: u8,
}

impl Forecast {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = settings.reading(clock).await?;
        let forecast = ombud.forecast(clock.now(), self.months).await?;
        if out.json {
            out.value(&forecast)?;
            return Ok(Outcome::Done);
        }
        let months: Vec<String> = forecast
            .months
            .iter()
            .map(|month| month.strftime("%Y-%m").to_string())
            .collect();
        out.line(format!(
            "{:<16} {:>7} {}",
            "activity",
            "overdue",
            months.join(" ")
        ))?;
        for row in &forecast.activities {
            let counts: Vec<String> = row
                .counts
                .iter()
                .map(|count| format!("{count:>7}"))
                .collect();
            out.line(format!(
                "{:<16} {:>7} {}",
                row.activity,
                row.overdue,
                counts.join(" ")
            ))?;
        }
        Ok(Outcome::Done)
    }
}
