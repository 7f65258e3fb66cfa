//! The case files under `cases/`: questions with expected answers that anyone can add.
//!
//! One test binary; each kind of case has its module.

mod bundled;
mod retention;
mod seed;
