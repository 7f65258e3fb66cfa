//! Where things lie: the settings that every command shares.

use std::path::PathBuf;

use anyhow::Context as _;
use ombud_core::diagnostic::Diagnostic;
use ombud_core::statement::{Folder, Statement, load};
use ombud_store::{Config, DATA_FILE, Store};

use crate::clock::Clock;
use crate::flow::Ombud;
use crate::flow::statement::read_folder;

/// The settings that every command shares.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// The statement folder; when left out, the version that the data is under, and the bundled one
    /// where there is no data yet
    #[arg(long, global = true, value_name = "DIR", env = "OMBUD_STATEMENT")]
    pub statement: Option<PathBuf>,
    /// The data directory; `serve` and `statement adopt` begin one, and other commands refuse one without
    /// data
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "OMBUD_DATA",
        default_value = "./ombud-data"
    )]
    pub data: PathBuf,
    /// The directory of the keys and the journal of erasures, kept out of every backup of the data;
    /// beside the data directory when left out
    #[arg(long, global = true, value_name = "DIR", env = "OMBUD_KEYS")]
    pub keys: Option<PathBuf>,
    /// A PostgreSQL database in place of the embedded one
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OMBUD_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// Print JSON for programs: one value; lists of records, choices, keys and evidence as one value a line
    #[arg(long, global = true)]
    pub json: bool,
}

/// A statement that does not read.
#[derive(Debug, thiserror::Error)]
#[error("the statement has {} errors; `ombud check` shows them", diagnostics.len())]
pub struct Unreadable {
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for showing them.
    pub folder: Folder,
}

/// Input that is wrong, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InputError(pub String);

impl Settings {
    /// The files of the statement.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn folder(&self) -> anyhow::Result<Folder> {
        let Some(root) = &self.statement else {
            return Ok(crate::bundled::folder());
        };
        read_folder(root).map_err(|error| {
            let root = root.display();
            InputError(format!(
                "the statement folder `{root}` cannot be read: {error}"
            ))
            .into()
        })
    }

    /// The statement.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] when it has errors of the language.
    pub fn statement(&self) -> anyhow::Result<Statement> {
        let folder = self.folder()?;
        load(folder.clone()).map_err(|diagnostics| {
            Unreadable {
                diagnostics,
                folder,
            }
            .into()
        })
    }

    /// The directory of the keys: `ombud-data` has them in `ombud-data-keys`.
    pub fn keys(&self) -> PathBuf {
        let beside = || {
            let mut name = self.data.file_name()?.to_owned();
            name.push("-keys");
            Some(self.data.with_file_name(name))
        };
        let own = self.keys.clone().or_else(beside);
        own.unwrap_or_else(|| self.data.join("keys"))
    }

    /// The store. Opening it may block, so it is done off the threads that serve requests.
    ///
    /// # Errors
    ///
    /// When the database or its keys cannot be opened.
    pub async fn store(&self) -> anyhow::Result<Store> {
        let config = match &self.database {
            Some(dsn) => Config::postgres(&self.data, self.keys(), dsn),
            None => Config::sqlite(&self.data, self.keys()),
        };
        let opened = tokio::task::spawn_blocking(move || Store::open(&config)).await?;
        opened.with_context(|| match &self.database {
            Some(_) => "the database cannot be opened".to_owned(),
            None => format!("the data in `{}` cannot be opened", self.data.display()),
        })
    }

    /// The statement over the store, for commands that only read: the version is not stored, and
    /// nothing is made where there is no data.
    ///
    /// # Errors
    ///
    /// When there is no data, or either cannot be opened.
    pub async fn reading(&self, clock: &Clock) -> anyhow::Result<Ombud> {
        self.refuse_absent()?;
        let store = self.store().await?;
        if let Some(ombud) = self.stored(&store, clock).await? {
            return Ok(ombud);
        }
        Ok(Ombud::open_to_read(store, self.statement()?, clock.now()).await?)
    }

    /// The statement over the store, for commands that write: a new version is stored when its folder is
    /// named, or when it is the first.
    ///
    /// # Errors
    ///
    /// When there is no data, or either cannot be opened.
    pub async fn writing(&self, clock: &Clock) -> anyhow::Result<Ombud> {
        self.refuse_absent()?;
        self.begin(clock).await
    }

    /// The same for commands with which data begins.
    ///
    /// # Errors
    ///
    /// When either cannot be opened.
    pub async fn begin(&self, clock: &Clock) -> anyhow::Result<Ombud> {
        let store = self.store().await?;
        if let Some(ombud) = self.stored(&store, clock).await? {
            return Ok(ombud);
        }
        Ok(Ombud::open(store, self.statement()?, clock.now()).await?)
    }

    /// Refuses a directory that holds nothing: most likely its name was mistyped. Data on a
    /// server is as unreadable without its keys.
    fn refuse_absent(&self) -> anyhow::Result<()> {
        let (what, option, directory, needed) = match &self.database {
            Some(_) => ("keys are", "--keys", self.keys(), self.keys()),
            None => (
                "data is",
                "--data",
                self.data.clone(),
                self.data.join(DATA_FILE),
            ),
        };
        anyhow::ensure!(
            needed.exists(),
            "no {what} in `{}`\n  hint: is `{option}` right? `ombud serve` and `ombud statement adopt` begin an empty one",
            directory.display()
        );
        Ok(())
    }

    /// What the data is under, unless a folder is named. Data of one organisation never comes under
    /// the statement of another because an option was forgotten.
    async fn stored(&self, store: &Store, clock: &Clock) -> anyhow::Result<Option<Ombud>> {
        if self.statement.is_some() {
            return Ok(None);
        }
        Ok(Ombud::open_stored(store.clone(), clock.now()).await?)
    }
}
