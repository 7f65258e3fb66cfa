//! What will be due, month by month.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use ombud_core::statement::text::order;
use ombud_store::WINDOWS;
use serde::Serialize;

use super::{FlowError, Ombud};

/// Records that fall due, by activity and month of the controller's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// The months, each by its first day; the first is the current one.
    pub months: Vec<Date>,
    /// One row an activity, in the order of the statement's sections.
    pub activities: Vec<Row>,
}

/// What falls due in one activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The activity's id.
    pub activity: String,
    /// Records due already.
    pub overdue: u64,
    /// Records that fall due in each month.
    pub counts: Vec<u64>,
}

impl Ombud {
    /// What falls due from `now` until the end of the last of `months` months, if nothing changes.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn forecast(&self, now: Timestamp, months: u8) -> Result<Forecast, FlowError> {
        let zone = self.book.calendar.zone.clone();
        let first = zone.to_datetime(now).date().first_of_month();
        let firsts: Vec<Date> = (0..=i32::from(months))
            .filter_map(|ahead| first.checked_add(jiff::Span::new().months(ahead)).ok())
            .collect();
        let midnight = |day: &Date| {
            zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight()))
                .compatible()
                .ok()
        };
        let starts: Vec<Timestamp> = firsts.iter().filter_map(midnight).collect();
        let columns = starts.len().saturating_sub(1);
        let mut rows: BTreeMap<String, (u64, Vec<u64>)> = self
            .book
            .activities
            .keys()
            .map(|id| (id.clone(), (0, vec![0; columns])))
            .collect();
        for (column, collection, records) in self.due_between(now, starts).await? {
            let activity = collection.split('.').next().unwrap_or_default().to_owned();
            let row = rows
                .entry(activity)
                .or_insert_with(|| (0, vec![0; columns]));
            match column.checked_sub(1) {
                None => row.0 += records,
                Some(month) => {
                    if let Some(count) = row.1.get_mut(month) {
                        *count += records;
                    }
                }
            }
        }
        let row = |(activity, (overdue, counts))| Row {
            activity,
            overdue,
            counts,
        };
        let mut activities: Vec<Row> = rows.into_iter().map(row).collect();
        let declared = &self.statement.published.activities;
        activities.sort_by_cached_key(|row| {
            let section = declared
                .get(&row.activity)
                .map(|known| known.section.as_str());
            (section.is_none(), section.map(order))
        });
        Ok(Forecast {
            months: firsts.into_iter().take(columns).collect(),
            activities,
        })
    }

    /// The forecast for whoever asks: as it was counted within the last minute, or anew.
    ///
    /// # Errors
    ///
    /// As [`forecast`](Self::forecast), and [`FlowError::Filling`] while a demonstration is not whole.
    pub async fn forecast_lately(
        &self,
        now: Timestamp,
        months: u8,
    ) -> Result<Arc<Forecast>, FlowError> {
        self.refuse_unready().await?;
        let ombud = self.clone();
        let measure = async move { ombud.forecast(now, months).await };
        self.forecasts.get(months, now, measure).await
    }

    /// How many records of each collection are due already (column 0) and fall due in each month (the
    /// columns after), counted by the database bucket by bucket.
    async fn due_between(
        &self,
        now: Timestamp,
        starts: Vec<Timestamp>,
    ) -> Result<Vec<(usize, String, u64)>, FlowError> {
        // Due at `now` is due already; the first month begins after it.
        let first = now
            .checked_add(SignedDuration::from_millis(1))
            .unwrap_or(now);
        let mut edges = vec![Timestamp::MIN, first];
        edges.extend(starts.into_iter().skip(1));
        let last = edges.last().copied().unwrap_or(first);
        let windows = edges.len().saturating_sub(1);
        edges.resize(windows.next_multiple_of(WINDOWS).saturating_add(1), last);
        let survey = self.store.survey::<_, FlowError, _>("forecast", move |tx| {
            let mut found = Vec::new();
            for begin in (0..windows).step_by(WINDOWS) {
                let asked = edges.get(begin..).and_then(|from| from.first_chunk());
                for (collection, counts) in asked.map_or(Ok(Vec::new()), |e| tx.probe_due(e))? {
                    let due = counts.into_iter().enumerate().filter(|(_, n)| *n > 0);
                    found.extend(due.map(|(at, n)| (begin + at, collection.clone(), n)));
                }
            }
            Ok(found)
        });
        Ok(survey.await?.into_iter().flatten().collect())
    }
}
