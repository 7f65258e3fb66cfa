//! The Ombud binary as a library, so that tests can drive it.

pub mod bundled;
pub mod cli;
pub mod clock;
pub mod config;
pub mod flow;
pub mod job;
pub mod log;
pub mod web;
