//! `GDPRbench` (PVLDB 13(7), 2020), written again: its records, its mixes of queries, a model that knows
//! every right answer, and the stores that it is asked of.

pub mod engine;
pub mod mix;
pub mod oracle;
pub mod ours;
pub mod postgres;
pub mod record;
pub mod sql;
pub mod sqlite;
#[cfg(test)]
mod tests;
