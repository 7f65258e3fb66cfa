//! Statements: read from disk, stored by version, found again by day.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use ombud_core::diagnostic::Diagnostic;
use ombud_core::rulebook::Rulebook;
use ombud_core::statement::{Folder, Statement, VersionId, load};
use ombud_store::{Place, StatementVersion, Store};

use super::{FlowError, Ombud};

/// Reads the files of a statement folder: TOML and Markdown, whatever lies beside them is left.
///
/// # Errors
///
/// What the operating system says.
pub fn read_folder(root: &Path) -> std::io::Result<Folder> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    Ok(Folder::new(files))
}

fn collect(root: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(prefix))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let suffix = path.rsplit('.').next().unwrap_or_default();
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else if matches!(suffix, "toml" | "md") {
            files.push((path.clone(), std::fs::read_to_string(root.join(&path))?));
        }
    }
    Ok(())
}

/// A stored version without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its hash.
    pub id: VersionId,
    /// From when on it is in force, inclusive.
    pub effective_at: Timestamp,
    /// When it was stored here.
    pub stored_at: Timestamp,
}

impl Ombud {
    /// A statement over a store. The version is stored when it is new.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn open(
        store: Store,
        statement: Statement,
        now: Timestamp,
    ) -> Result<Self, FlowError> {
        let book = Rulebook::new(&statement);
        let day = statement.published.header.effective;
        let zone = book.calendar.zone.clone();
        let midnight = day.to_datetime(jiff::civil::Time::midnight());
        let effective = zone.to_ambiguous_timestamp(midnight).compatible();
        let version = StatementVersion {
            id: statement.version.clone(),
            effective_at: effective.unwrap_or(now),
            stored_at: now,
            archive: statement.folder.archive(),
        };
        let save = store.write::<_, FlowError, _>("statement.save", Place::Home, move |tx| {
            Ok(tx.save_statement(&version)?)
        });
        save.await?;
        Ok(Self {
            store,
            statement: Arc::new(statement),
            book: Arc::new(book),
        })
    }

    /// All stored versions, the oldest first.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn versions(&self) -> Result<Vec<Version>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("statement.list", Place::Home, |tx| {
                Ok(tx.statement_versions()?)
            });
        let versions = read.await?.into_iter().map(|version| Version {
            id: version.id,
            effective_at: version.effective_at,
            stored_at: version.stored_at,
        });
        Ok(versions.collect())
    }

    /// The version in force at an instant, byte for byte as it was stored (I10).
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`] before the first version, [`FlowError::Statement`] when the stored
    /// bytes are damaged.
    pub async fn statement_at(&self, at: Timestamp) -> Result<Statement, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("statement.at", Place::Home, move |tx| {
                Ok(tx.statement_at(at)?)
            });
        let version = read
            .await?
            .ok_or(FlowError::NotFound("version at that time"))?;
        reopen(&version.id, &version.archive)
    }

    /// The stored version whose hash begins so.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`] when none or several do, [`FlowError::Statement`] when the stored bytes
    /// are damaged.
    pub async fn statement_of(&self, prefix: &str) -> Result<Statement, FlowError> {
        let all = self.versions().await?;
        let mut matching = all
            .iter()
            .filter(|version| version.id.as_str().starts_with(prefix));
        let (Some(version), None) = (matching.next(), matching.next()) else {
            return Err(FlowError::NotFound("version with that hash"));
        };
        let archive = self.archive_of(&version.id).await?;
        reopen(
            &version.id,
            &archive.ok_or(FlowError::NotFound("version with that hash"))?,
        )
    }

    /// The bytes of a stored version, if they still hash to it; none when it is not stored.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub(super) async fn archive_of(&self, id: &VersionId) -> Result<Option<Vec<u8>>, FlowError> {
        let wanted = id.clone();
        let read = self
            .store
            .read::<_, FlowError, _>("statement.of", Place::Home, move |tx| {
                Ok(tx.statement(&wanted)?)
            });
        Ok(read.await?.map(|version| version.archive))
    }
}

fn reopen(id: &VersionId, archive: &[u8]) -> Result<Statement, FlowError> {
    let damaged = || FlowError::Statement(id.short().to_owned());
    let folder = Folder::from_archive(archive).map_err(|_| damaged())?;
    if folder.version() != *id {
        return Err(damaged());
    }
    load(folder).map_err(|problems: Vec<Diagnostic>| {
        // The language may have grown stricter since; the bytes are still there.
        let short = id.short();
        FlowError::Statement(format!(
            "{short} ({} problems in today's language)",
            problems.len()
        ))
    })
}
