//! What the pages ask of the flows.

use std::sync::atomic::{AtomicU64, Ordering};

use super::language::Language;
use super::metrics::Gauges;
use super::view::{
    BoardView, CookiesView, DiffView, ForecastView, SiteView, StatementView, VersionsView, Which,
};

/// Why a view cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is no such thing: no version of that day, no cookie policy.
    #[error("there is no such page")]
    Absent,
    /// The data is older than the journal of erasures: nothing in it is shown until that was replayed.
    #[error("the data is being brought up to date")]
    Closed,
    /// Something failed. The text goes to the log, never to the reader, and holds no personal data.
    #[error("{0}")]
    Failed(String),
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// How far the data is filled in. Pages that measure it wait until it is whole.
#[derive(Debug)]
pub struct Filling(AtomicU64);

impl Filling {
    /// Nothing fills it.
    pub fn whole() -> Self {
        Self(AtomicU64::new(100))
    }

    /// Nothing is there yet.
    pub fn begun() -> Self {
        Self(AtomicU64::new(0))
    }

    /// So many percent are there; from 100 on it is whole.
    pub fn reached(&self, percent: u64) {
        self.0.store(percent, Ordering::Relaxed);
    }

    /// How many percent are there; `None` once it is whole.
    pub fn percent(&self) -> Option<u64> {
        let percent = self.0.load(Ordering::Relaxed);
        (percent < 100).then_some(percent)
    }
}

/// The flows behind the pages. Calls may block: they are made off the threads that serve requests.
pub trait Pages: Send + Sync + 'static {
    /// What every page says about its publisher, and which pages there are.
    fn site(&self) -> SiteView;

    /// The version asked for, or the one in force now.
    ///
    /// # Errors
    ///
    /// [`Fault::Absent`] when there is no such version.
    fn statement(&self, language: Language, which: Option<&Which>) -> Result<StatementView, Fault>;

    /// The promise board.
    ///
    /// # Errors
    ///
    /// [`Fault::Failed`] when the data could not be measured.
    fn board(&self, language: Language) -> Result<BoardView, Fault>;

    /// The history of the statement.
    ///
    /// # Errors
    ///
    /// [`Fault::Failed`] when the versions could not be read.
    fn versions(&self, language: Language) -> Result<VersionsView, Fault>;

    /// Two versions compared.
    ///
    /// # Errors
    ///
    /// [`Fault::Absent`] when there is no such version.
    fn diff(&self, language: Language, before: &Which, after: &Which) -> Result<DiffView, Fault>;

    /// The cookie policy.
    ///
    /// # Errors
    ///
    /// [`Fault::Absent`] when the statement declares no cookies.
    fn cookies(&self, language: Language) -> Result<CookiesView, Fault>;

    /// What will be due.
    ///
    /// # Errors
    ///
    /// [`Fault::Failed`] when the data could not be read.
    fn forecast(&self, language: Language) -> Result<ForecastView, Fault>;

    /// How far the data is filled in, in percent; `None` once it is whole, or where nothing fills it.
    fn filling(&self) -> Option<u64>;

    /// Figures that are only known when they are asked for.
    fn gauges(&self) -> Gauges;

    /// Whether requests can be served.
    ///
    /// # Errors
    ///
    /// What is missing, as one clause for operators, without personal data.
    fn ready(&self) -> Result<(), String>;
}
