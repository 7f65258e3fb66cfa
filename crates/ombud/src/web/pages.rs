//! What the pages ask of the flows.

use jiff::civil::Date;

use super::language::Language;
use super::view::{
    BoardView, CookiesView, DiffView, ForecastView, SiteView, StatementView, VersionsView,
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

/// The flows behind the pages. Calls may block: they are made off the threads that serve requests.
pub trait Pages: Send + Sync + 'static {
    /// What every page says about its publisher, and which pages there are.
    fn site(&self, language: Language) -> SiteView;

    /// The statement in force on `on`, or now.
    ///
    /// # Errors
    ///
    /// [`Fault::Absent`] when no version was in force then.
    fn statement(&self, language: Language, on: Option<Date>) -> Result<StatementView, Fault>;

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

    /// The versions that took effect on two days, compared.
    ///
    /// # Errors
    ///
    /// [`Fault::Absent`] when no version took effect on one of the days.
    fn diff(&self, language: Language, before: Date, after: Date) -> Result<DiffView, Fault>;

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

    /// Whether requests can be served.
    ///
    /// # Errors
    ///
    /// What is missing, as one clause for operators, without personal data.
    fn ready(&self) -> Result<(), String>;
}
