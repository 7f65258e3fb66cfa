//! Retention phrases: how long a record is kept, and what happens then.
//!
//! `12 months after application_deadline, unless agreed` is a phrase. [`parse`] reads it or says
//! everything that is wrong with it; its `Display` is its one canonical spelling; [`due`] gives
//! the instant for the facts of a record. What happens then is a phrase of its own, [`Then`].
//!
//! Knows neither statements nor records: names in a phrase are checked where they are declared.

mod amounts;
mod anchors;
mod calendar;
mod clause;
mod due;
mod durations;
mod moments;
mod names;
mod parse;
mod pauses;
mod period;
mod phrase;
mod problem;
mod read;
#[cfg(test)]
mod sample;
mod sentence;
mod spelling;
mod stages;
mod survey;
mod text;
mod then;

pub use anchors::{Anchors, Hold, Interval};
pub use calendar::Calendar;
pub use due::{Awaited, Due, Never, due};
pub use durations::durations_in;
pub use names::{Event, RecordName, State, Statistic, is_name};
pub use parse::parse;
pub use period::{Period, Unit};
pub use phrase::{
    Case, Clauses, Condition, Guard, Hedge, Keep, Key, Length, Minimum, Moment, Open, Stretch,
};
pub use problem::{Problem, nearest};
pub use sentence::{Titles, sentence};
pub use stages::{Stage, Step, stages};
pub use survey::Scope;
pub use then::{EndAction, Then, Wait, WaitVerb};
