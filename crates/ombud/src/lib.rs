//! The Ombud binary as a library, so that tests can drive it.

pub mod web;
