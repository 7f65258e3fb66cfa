//! The one place that prints.

use std::io::Write as _;

/// Prints one line for the person at the terminal.
///
/// Everything goes to standard output, in order with what the steps themselves print; a reader
/// that has gone away is no reason to stop.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}
