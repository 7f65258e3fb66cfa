//! What will be due, month by month.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

use super::{FlowError, Ombud};

/// Records that fall due, by activity and month of the controller's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// The months, each by its first day; the first is the current one.
    pub months: Vec<Date>,
    /// One row an activity, by id.
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
        let end = starts.last().copied().unwrap_or(now);
        let survey = self.store.survey::<_, FlowError, _>("forecast", move |tx| {
            Ok(tx.probe_due(Timestamp::MIN, end)?)
        });
        let columns = starts.len().saturating_sub(1);
        let empty = || (0_u64, vec![0_u64; columns]);
        let mut rows: BTreeMap<String, (u64, Vec<u64>)> = self
            .book
            .activities
            .keys()
            .map(|id| (id.clone(), empty()))
            .collect();
        for due in survey.await?.into_iter().flatten() {
            let activity = due
                .collection
                .split('.')
                .next()
                .unwrap_or_default()
                .to_owned();
            let (overdue, counts) = rows.entry(activity).or_insert_with(empty);
            if due.due_at <= now {
                *overdue += due.records;
                continue;
            }
            let month = starts.partition_point(|start| *start <= due.due_at);
            if let Some(count) = counts.get_mut(month.saturating_sub(1)) {
                *count += due.records;
            }
        }
        let row = |(activity, (overdue, counts))| Row {
            activity,
            overdue,
            counts,
        };
        Ok(Forecast {
            months: firsts.into_iter().take(columns).collect(),
            activities: rows.into_iter().map(row).collect(),
        })
    }
}
