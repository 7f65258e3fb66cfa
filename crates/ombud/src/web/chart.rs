//! The geometry of the forecast's chart.
//!
//! Widths are in percent and heights in pixels, so that the chart follows the width of the screen
//! while its lettering keeps its size.

use super::i18n::Text;
use super::view::ForecastView;

/// The height of the tallest bar, in pixels.
const TALLEST: u64 = 200;
/// Where the bars stand, in pixels from the top: the room above is for the values.
pub(super) const GROUND: u64 = TALLEST + 24;

/// One bar with its lettering.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) overdue: bool,
    pub(super) x: String,
    pub(super) middle: String,
    pub(super) width: String,
    pub(super) y: u64,
    pub(super) height: u64,
    pub(super) value: String,
    pub(super) value_y: u64,
    pub(super) name: String,
    pub(super) long_name: String,
    pub(super) name_y: u64,
    pub(super) year: Option<String>,
    pub(super) year_y: u64,
}

/// What is due already, then what becomes due in each month, over all activities.
fn totals(view: &ForecastView) -> Vec<u64> {
    let overdue = view.activities.iter().map(|row| row.overdue).sum();
    let month = |index: usize| {
        view.activities
            .iter()
            .filter_map(|row| row.due.get(index))
            .sum()
    };
    std::iter::once(overdue)
        .chain((0..view.months.len()).map(month))
        .collect()
}

/// The bars, what is overdue first.
pub(super) fn columns(text: Text, view: &ForecastView) -> Vec<Column> {
    let totals = totals(view);
    let greatest = totals.iter().copied().max().unwrap_or(0).max(1);
    let count = totals.len();
    let mut columns = vec![];
    for (index, total) in totals.iter().enumerate() {
        let month = index
            .checked_sub(1)
            .and_then(|index| view.months.get(index));
        let height = (total * TALLEST).div_ceil(greatest);
        // A December beside its January would crowd it.
        let first = |month: i8| month == 1 || (index == 1 && month != 12);
        columns.push(Column {
            overdue: month.is_none(),
            x: share(index * 100 + 15, count),
            middle: share(index * 100 + 50, count),
            width: share(70, count),
            y: GROUND - height,
            height,
            value: text.number(*total),
            value_y: GROUND - height - 6,
            name: month.map_or_else(|| text.get("forecast-now"), |month| text.short_month(month)),
            long_name: month.map_or_else(
                || text.get("forecast-overdue"),
                |month| format!("{} {}", text.month(month), month.year()),
            ),
            name_y: GROUND + 18,
            year: month
                .filter(|month| first(month.month()))
                .map(|month| month.year().to_string()),
            year_y: GROUND + 34,
        });
    }
    columns
}

/// `hundredths` of a column's width as percent of the chart, to a hundredth.
fn share(hundredths: usize, columns: usize) -> String {
    let percent = (hundredths * 100).checked_div(columns).unwrap_or(0);
    format!("{}.{:02}", percent / 100, percent % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;
    use crate::web::sample;

    #[test]
    fn bars_stay_inside_the_chart() {
        let view = sample::forecast();
        let columns = columns(Text(Language::En), &view);
        assert_eq!(columns.len(), view.months.len() + 1);
        for column in columns {
            assert_eq!(column.y + column.height, GROUND);
            assert!(column.height <= TALLEST);
        }
    }

    #[test]
    fn an_empty_forecast_is_a_chart_without_bars() {
        let mut view = sample::forecast();
        view.activities.clear();
        assert!(
            columns(Text(Language::Nb), &view)
                .iter()
                .all(|column| column.height == 0)
        );
    }
}
