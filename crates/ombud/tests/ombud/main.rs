//! Promises and invariants, proved through the API: every test runs on SQLite and on PostgreSQL,
//! each on a fresh database and at an instant that the test sets.
//!
//! PostgreSQL is reached through `OMBUD_TEST_POSTGRES`, as in the tests of the store.

#[cfg(test)]
#[macro_use]
mod harness;

#[cfg(test)]
mod at_once;
#[cfg(test)]
mod batch;
#[cfg(test)]
mod board;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod child;
#[cfg(test)]
mod choice;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod command;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod decision;
#[cfg(test)]
mod description;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod forecast;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod key;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod repeat;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod statistic;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod version;
