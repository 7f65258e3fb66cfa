//! What anonymised records leave behind: how many people fell into a cell, where that hides each of
//! them.
//!
//! Below the smallest count that the statement names, a cell is not anonymous (recital 26): it is
//! shown to nobody and its words are kept nowhere. Whoever joined it is still pseudonymised, so what is
//! known of them there is dropped after a bounded wait.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::statement::model::{Statistic, TimeUnit};

/// The cell that a record falls into: its values of the fields that the statistic counts by, and its
/// day coarsened to the unit of the statistic. One text for one cell.
pub fn cell(statistic: &Statistic, fields: &Map<String, Value>, day: Date) -> String {
    let value = |name: &String| fields.get(name).map(ToString::to_string);
    let values = statistic
        .by
        .iter()
        .map(|name| value(name).unwrap_or_default());
    let time = statistic.per.map(|unit| match unit {
        TimeUnit::Month => format!("{}-{:02}", day.year(), day.month()),
        TimeUnit::Quarter => format!("{}-Q{}", day.year(), quarter(day)),
        TimeUnit::Year => day.year().to_string(),
    });
    let parts: Vec<String> = values.chain(time).collect();
    serde_json::to_string(&parts).unwrap_or_default()
}

/// The parts of a cell, in the order of the statistic's fields, the time last.
pub fn parts(cell: &str) -> Vec<String> {
    let parts: Vec<String> = serde_json::from_str(cell).unwrap_or_default();
    let plain = |part: String| match serde_json::from_str(&part) {
        Ok(Value::String(text)) => text,
        Ok(_) | Err(_) => part,
    };
    parts.into_iter().map(plain).collect()
}

fn quarter(day: Date) -> i8 {
    match day.month() {
        1..=3 => 1,
        4..=6 => 2,
        7..=9 => 3,
        _ => 4,
    }
}

/// Whether a cell with so many people in it hides each of them.
///
/// # Source
///
/// GDPR recital 26.
pub fn hides(statistic: &Statistic, people: u64) -> bool {
    people >= u64::from(statistic.at_least)
}

/// How long what joined a cell waits there for others while the cell hides nobody (ADR 16): the longest
/// month, so that whoever falls into the first day of a cell's month still meets those of the last.
pub const WAIT: SignedDuration = SignedDuration::from_hours(31 * 24);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statistic(per: Option<TimeUnit>) -> Statistic {
        Statistic {
            title: crate::language::Localized::default(),
            by: vec!["product".to_owned(), "score".to_owned()],
            per,
            at_least: 5,
        }
    }

    #[test]
    fn a_cell_is_the_values_and_the_coarse_time() {
        let fields = json!({ "product": "payroll", "score": 9, "email": "anna@example.com" });
        let fields = fields.as_object().unwrap();
        let day = "2026-03-31".parse().unwrap();
        for (per, want) in [
            (Some(TimeUnit::Month), vec!["payroll", "9", "2026-03"]),
            (Some(TimeUnit::Quarter), vec!["payroll", "9", "2026-Q1"]),
            (Some(TimeUnit::Year), vec!["payroll", "9", "2026"]),
            (None, vec!["payroll", "9"]),
        ] {
            assert_eq!(parts(&cell(&statistic(per), fields, day)), want);
        }
        let none = cell(&statistic(None), &Map::new(), day);
        assert_eq!(parts(&none), ["", ""]);
        let number = json!({ "product": "9", "score": 9 });
        let text = json!({ "product": "9", "score": "9" });
        let of = |fields: &Value| cell(&statistic(None), fields.as_object().unwrap(), day);
        assert_ne!(of(&number), of(&text), "a number is not a text");
        let quarters: Vec<i8> = (1..=12)
            .map(|month| quarter(Date::new(2026, month, 1).unwrap()))
            .collect();
        assert_eq!(quarters, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    }

    #[test]
    fn p3_10_3_four_people_are_too_few_and_five_are_enough() {
        assert!(!hides(&statistic(None), 4));
        assert!(hides(&statistic(None), 5));
    }
}
