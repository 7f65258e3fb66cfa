//! What the benchmarks share: people, load, and figures that can be compared.
#![expect(
    clippy::missing_errors_doc,
    reason = "whatever goes wrong ends the benchmark, and says why"
)]

pub mod figure;
pub mod gdpr;
pub mod load;
pub mod people;

/// Whatever goes wrong ends the benchmark.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The number that follows this name on the command line, or another.
pub fn argument(name: &str, otherwise: usize) -> Result<usize, Failed> {
    let given = std::env::args().skip_while(|each| each != name).nth(1);
    given.map_or(Ok(otherwise), |number| Ok(number.parse()?))
}

/// The word that follows this name on the command line.
pub fn word(name: &str) -> Option<String> {
    std::env::args().skip_while(|each| each != name).nth(1)
}

/// Whether this name stands on the command line.
pub fn flag(name: &str) -> bool {
    std::env::args().any(|each| each == name)
}
