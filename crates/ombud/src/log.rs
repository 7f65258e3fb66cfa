//! Logs: what Ombud says about itself, never about a person.
//!
//! Only Ombud's own words are written, at whatever level: the libraries beneath it log addresses and
//! headers, which hold whatever their sender put there (I6).

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// A JSON object a line
    Json,
}

/// The levels that `OMBUD_LOG` asks for, or from `info` on.
pub fn levels() -> EnvFilter {
    EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .with_env_var("OMBUD_LOG")
        .from_env_lossy()
}

/// Writes Ombud's own words to `writer`, in colour where a person reads them.
pub fn subscriber<W>(
    format: Format,
    levels: EnvFilter,
    (writer, colour): (W, bool),
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let ours = filter_fn(|metadata| metadata.target().starts_with("ombud"));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(colour)
        .with_writer(writer);
    let logs = tracing_subscriber::registry().with(levels);
    match format {
        Format::Json => Box::new(logs.with(lines.json().with_filter(ours))),
        Format::Text => Box::new(logs.with(lines.with_filter(ours))),
    }
}
