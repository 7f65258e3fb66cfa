//! The rules of Ombud: pure functions over a privacy statement.
//!
//! Nothing here reads a clock, a disk or a network. Time, randomness and files are arguments, so
//! that every answer can be asked again later and comes out the same.

pub mod access;
pub mod anchor;
pub mod board;
pub mod decision;
pub mod diagnostic;
pub mod dpv;
pub mod effects;
pub mod evidence;
pub mod hash;
pub mod identity;
pub mod intake;
pub mod language;
pub mod law;
pub mod population;
pub mod retention;
pub mod rulebook;
pub mod standing;
pub mod statement;
pub mod statistic;
pub mod sweep;
#[cfg(test)]
mod testing;
