//! The `ombud` command.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use ombud::cli::{Cli, Output};
use ombud::clock::Clock;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    else {
        return ExitCode::from(3);
    };
    let color = std::io::stdout().is_terminal();
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let mut output = Output::new(&mut out, &mut err, color);
    runtime.block_on(cli.run(Clock::system(), &mut output))
}
