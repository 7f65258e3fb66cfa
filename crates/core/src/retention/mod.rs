//! Retention phrases: how long a record is kept, and what happens then.
//!
//! `12 months after application_deadline, unless agreed` is a phrase. [`parse`] reads it or says
//! everything that is wrong with it; its `Display` is its one canonical spelling; [`due`] gives
//! the instant for the facts of a record. What happens then is a phrase of its own, [`Then`].
//!
//! Knows neither statements nor records: names in a phrase are checked where they are declared.
//!
//! # The grammar of `keep`
//!
//! Words may be in any case and spaced in any way; names and values are as they are declared.
//! In parentheses stand other spellings that are understood.
//!
//! ```text
//! keep    = case { ";" case } [ ";" [ "otherwise" ] case ]       the first whose guard holds
//! case    = end { [ "," ] clause }
//! end     = [ hedge ] ( "until" anchor | lasting )
//! lasting = length [ "after" anchor ]                            (from, since)
//!         | "while" state
//!         | "last" number [ "records" ]
//!         | "as long as necessary" | "as long as required by law" | "indefinitely"
//!         | "according to" quote
//!         | "earlier of" list | "later of" list                  (shorter, longest, ...)
//! list    = "(" member "," member { "," member } ")"
//! member  = [ hedge ] ( lasting | [ "until" ] anchor )
//! anchor  = event | state "ends" | "end of" collection | "birthday" number | date
//!         | "end of" stretch "of" anchor
//!         | length "after" anchor
//!         | "earlier of" list | "later of" list
//! stretch = "day" | "week" | "month" | "quarter" | "calendar year" | "financial year"
//! length  = period | "up to" period | period "to" period         (at most)
//! period  = number unit { "and" number unit }
//! unit    = "years" | "months" | "weeks" | "days" | "hours" | "minutes"
//! event   = "collection" | "last activity" | "last correspondence" | "end of contract"
//!         | "consent" | "withdrawal" | "objection" | "answer" | "loss of contact" | "erasure"
//!         | name
//! hedge   = "usually" | "typically" | "generally" | "in general" | "normally" | "mostly"
//!         | "in most cases" | "as a rule" | "about"
//! clause  = "if" condition { "and" condition } | "unless" condition
//!         | "by" key                                             decides a length with limits
//!         | "unless agreed" | "unless law requires longer"
//!         | "paused while" state { "or" state }
//!         | "held while" state { "or" state }
//!         | "extendable by" period | "reviewed every" period
//!         | "at least" member [ "under" quote ]
//! condition = [ "not" ] state | key "is" [ "not" ] value { "or" value }
//! key     = "category" | "basis" | "outcome" | "severity" | "copy"
//! ```
//!
//! # The grammar of `then`
//!
//! ```text
//! then    = [ "warn" period "before" "," "then" ] { wait "," "then" } action
//! wait    = ( "hide" | "suspend" | "archive" | "restrict" | "pseudonymise" | "ask" )
//!           "for" period [ "with undo" ]
//! action  = "erase" | "anonymise into" statistic | "erase or anonymise into" statistic
//! ```

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
mod slips;
mod spelling;
mod stages;
mod survey;
mod text;
mod then;

pub use anchors::{Anchors, Hold, Interval};
pub use calendar::Calendar;
pub use due::{Awaited, Due, Never, due, kept_last};
pub use durations::durations_in;
pub use names::{Event, RecordName, State, Statistic, is_name};
pub use parse::parse;
pub use period::{Period, Unit};
pub use phrase::{
    Case, Clauses, Condition, Guard, Hedge, Keep, Key, Length, Minimum, Moment, Open, Stretch,
};
pub use problem::{Problem, nearest};
pub use sentence::{Titles, how_long, sentence};
pub use stages::{Next, Notice, Notices, Stage, Step, next, stages};
pub use survey::Scope;
pub use then::{EndAction, Then, Wait, WaitVerb};
