//! The case files under `cases/`: questions with expected answers that anyone can add.
//!
//! One test binary; each kind of case has its module.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

mod bundled;
mod diagnostics;
mod promises;
mod prose;
mod retention;
mod seed;
