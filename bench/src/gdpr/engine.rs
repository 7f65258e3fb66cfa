//! What a store must do to be asked.

use super::mix::Op;
use crate::Failed;

/// What a store answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Response {
    /// The rows that match, in any order, as [`write_row`](super::record::write_row) writes them.
    Rows(Vec<u8>),
    /// It is done; with how many records it changed, where the store has to know.
    Done(Option<usize>),
    /// How many entries of the log were fetched, and read.
    Logs(usize),
    /// Whether the record is gone.
    Gone(bool),
    /// What the store can do.
    Features(Vec<&'static str>),
}

/// A store with the records of the benchmark.
pub trait Engine {
    /// What reports call it.
    fn name(&self) -> &'static str;

    /// Stores the first so many records.
    fn load(&mut self, records: usize) -> Result<(), Failed>;

    /// Does what a query asks.
    fn run(&mut self, op: &Op) -> Result<Response, Failed>;

    /// Whether everything is in the log, and not only what was deleted.
    fn logs_everything(&self) -> bool;

    /// Every record with everything, to be held against what should be there.
    fn dump(&mut self) -> Result<Vec<u8>, Failed>;

    /// The bytes that it takes on disk.
    fn bytes(&mut self) -> Result<u64, Failed>;
}

/// How many entries of the log are fetched.
pub const LOGS: usize = 100;
