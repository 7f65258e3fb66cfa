//! Where commands print: results on standard output, complaints on standard error.

use std::io::{self, Write};

use serde::Serialize;

/// Where a command prints, and for whom.
pub struct Output<'a> {
    /// For programs rather than people.
    pub json: bool,
    /// Whether people see colours.
    pub color: bool,
    out: &'a mut (dyn Write + Send),
    err: &'a mut (dyn Write + Send),
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

impl<'a> Output<'a> {
    /// Prints to these.
    pub fn new(
        out: &'a mut (dyn Write + Send),
        err: &'a mut (dyn Write + Send),
        color: bool,
    ) -> Self {
        Self {
            json: false,
            color,
            out,
            err,
        }
    }

    /// A line for people.
    ///
    /// # Errors
    ///
    /// When nobody reads any more.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.out, "{}", text.as_ref())
    }

    /// Bytes as they are.
    ///
    /// # Errors
    ///
    /// When nobody reads any more.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// A value for programs, indented.
    ///
    /// # Errors
    ///
    /// When nobody reads any more.
    pub fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self.out, value)?;
        writeln!(self.out)
    }

    /// One value of a list for programs, on a line of its own: a list can be long, and is read as it comes.
    ///
    /// # Errors
    ///
    /// When nobody reads any more.
    pub fn row(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, value)?;
        writeln!(self.out)
    }

    /// What went wrong, for people; a closed standard error is no reason to fail.
    pub fn complain(&mut self, text: &str) {
        let said = self.err.write_all(text.as_bytes());
        drop(said);
    }
}
