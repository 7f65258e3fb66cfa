//! The store on real databases: every test runs on SQLite and on PostgreSQL, each in a fresh one.
//!
//! PostgreSQL is reached through `OMBUD_TEST_POSTGRES`, the address of a server whose role may
//! create schemas. Without it the PostgreSQL half is skipped, unless `CI` or `OMBUD_TEST_ALL` is
//! set.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of `Tx` has one lifetime, a closure has them all"
)]

#[cfg(test)]
#[macro_use]
mod harness;

#[cfg(test)]
mod domains;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod lint;
#[cfg(test)]
mod role;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod sql;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod transactions;
