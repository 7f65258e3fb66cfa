//! Facts of law that change by date: lists and figures, each with its source.
//!
//! Rules read them with the day they are asked about, so that an old question keeps its old answer.

pub mod ages;
pub mod transfers;
