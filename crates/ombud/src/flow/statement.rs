//! Statements: read from disk, stored by version, found again by day.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ombud_core::diagnostic::{Diagnostic, line_column};
use ombud_core::evidence::Fact;
use ombud_core::rulebook::Rulebook;
use ombud_core::statement::{Folder, Statement, VersionId, load};
use ombud_store::{Place, StatementVersion, Store, StoreError, Tx};

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
            let text = text_of(&path, std::fs::read(root.join(&path))?)?;
            files.push((path, text));
        }
    }
    Ok(())
}

/// What a file says; of one that is no UTF-8 the error names the place.
fn text_of(path: &str, bytes: Vec<u8>) -> std::io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let (bytes, end) = (error.as_bytes(), error.utf8_error().valid_up_to());
        let before = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
        let (line, column) = line_column(&before, before.len());
        let said = format!("{path}:{line}:{column}: this is not UTF-8; save the file as UTF-8");
        std::io::Error::new(std::io::ErrorKind::InvalidData, said)
    })
}

/// A stored version without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its hash.
    pub id: VersionId,
    /// From when on it says that it holds, inclusive.
    pub effective_at: Timestamp,
    /// When it was stored here.
    pub stored_at: Timestamp,
    /// From when on it is in force here, inclusive: never before it was stored, except the first.
    pub in_force_at: Timestamp,
    /// When every clock had been counted under it; none before.
    pub counted_at: Option<Timestamp>,
}

/// What applies from when on: one thing now, and others from later instants.
#[derive(Debug, Clone)]
pub struct Timeline<T> {
    now: T,
    later: Vec<(Timestamp, T)>,
}

impl<T> Timeline<T> {
    /// What applies whatever the instant; none while something else is to come.
    pub fn always(&self) -> Option<&T> {
        self.later.is_empty().then_some(&self.now)
    }

    /// What applies at an instant.
    pub fn at(&self, instant: Timestamp) -> &T {
        let begun = self.later.iter().rev().find(|(from, _)| *from <= instant);
        begun.map_or(&self.now, |(_, then)| then)
    }

    /// The same instants with other things.
    pub fn map<U>(&self, mut make: impl FnMut(&T) -> U) -> Timeline<U> {
        Timeline {
            now: make(&self.now),
            later: self
                .later
                .iter()
                .map(|(from, then)| (*from, make(then)))
                .collect(),
        }
    }
}

impl Ombud {
    /// A statement over a store, for writing: the version is stored when it is new, and applies from
    /// the instant that it says, but never from before it was stored. Until then the one before does.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or the version in force cannot be read any more.
    pub async fn open(
        store: Store,
        statement: Statement,
        now: Timestamp,
    ) -> Result<Self, FlowError> {
        let version = StatementVersion {
            id: statement.version.clone(),
            effective_at: effective_at(&statement, now),
            stored_at: now,
            in_force_at: now,
            counted_at: None,
            archive: statement.folder.archive(),
        };
        let save = store.write::<_, FlowError, _>("statement.save", Place::Home, move |tx| {
            Ok(adopt(tx, version.clone())?)
        });
        save.await?;
        Self::open_to_read(store, statement, now).await
    }

    /// The same for reading: nothing is stored, and the rules are those that would apply if the
    /// statement were stored now.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or the version in force cannot be read any more.
    pub async fn open_to_read(
        store: Store,
        statement: Statement,
        now: Timestamp,
    ) -> Result<Self, FlowError> {
        let read = store.read::<_, FlowError, _>("statement.at", Place::Home, move |tx| {
            Ok(tx.statement_at(now)?)
        });
        let stored = read.await?;
        let counted = stored
            .as_ref()
            .is_none_or(|version| version.id == statement.version && version.counted_at.is_some());
        let own = Self::with(store.clone(), statement, counted);
        match stored {
            Some(version)
                if version.id != own.statement.version
                    && effective_at(&own.statement, now) > now =>
            {
                let statement = reopen(&version.id, &version.archive)?;
                Ok(Self::with(store, statement, version.counted_at.is_some()))
            }
            Some(_) | None => Ok(own),
        }
    }

    /// A store under the version that is in force; none while no version was stored.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or the version in force cannot be read any more.
    pub async fn open_stored(store: Store, now: Timestamp) -> Result<Option<Self>, FlowError> {
        let read = store.read::<_, FlowError, _>("statement.at", Place::Home, move |tx| {
            Ok(tx.statement_at(now)?)
        });
        let Some(version) = read.await? else {
            return Ok(None);
        };
        let statement = reopen(&version.id, &version.archive)?;
        let counted = version.counted_at.is_some();
        Ok(Some(Self::with(store, statement, counted)))
    }

    fn with(store: Store, statement: Statement, counted: bool) -> Self {
        let book = Rulebook::new(&statement);
        Self {
            store,
            statement: Arc::new(statement),
            book: Arc::new(book),
            earlier: Arc::default(),
            counted: Arc::new(AtomicBool::new(counted)),
            memory: Arc::default(),
            boards: Arc::default(),
            forecasts: Arc::default(),
        }
    }

    /// This version now, and those stored that come into force later, each from its instant on.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or one of them cannot be read any more.
    pub async fn timeline(self, now: Timestamp) -> Result<Timeline<Self>, FlowError> {
        let mut later: Vec<(Timestamp, Self)> = Vec::new();
        for version in self.versions().await? {
            if version.in_force_at <= now {
                continue;
            }
            // Of those for the same instant the last stored applies, and comes last.
            later.pop_if(|(from, _)| *from == version.in_force_at);
            let archive = self.archive_of(&version.id).await?.unwrap_or_default();
            let statement = reopen(&version.id, &archive)?;
            later.push((
                version.in_force_at,
                Self::with(self.store.clone(), statement, false),
            ));
        }
        Ok(Timeline { now: self, later })
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
            in_force_at: version.in_force_at,
            counted_at: version.counted_at,
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
            .map(|version| &version.id)
            .filter(|id| id.as_str().starts_with(prefix));
        let absent = || FlowError::NotFound("version with that hash");
        let id = matching.next().ok_or_else(absent)?;
        // The same version may have been adopted more than once.
        if matching.any(|other| other != id) {
            return Err(absent());
        }
        let archive = self.archive_of(id).await?;
        reopen(id, &archive.ok_or_else(absent)?)
    }

    /// These flows under the statement that was in force at an instant not later than `now`: before the
    /// first version under the first, for no other is known.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or the version cannot be read any more.
    pub(super) async fn then(&self, at: Timestamp, now: Timestamp) -> Result<Self, FlowError> {
        if at >= now {
            return Ok(self.clone());
        }
        let versions = self.versions().await?;
        let then = versions.iter().rev().find(|one| one.in_force_at <= at);
        let id = match then.or(versions.first()) {
            Some(Version { id, .. }) if *id != self.book.version => id,
            Some(_) | None => return Ok(self.clone()),
        };
        let then = self.under(id).await?;
        then.ok_or(FlowError::NotFound("version with that hash"))
    }

    /// These flows under a stored version; none when it is not stored.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or the version cannot be read any more.
    pub(super) async fn under(&self, id: &VersionId) -> Result<Option<Self>, FlowError> {
        if *id == self.book.version {
            return Ok(Some(self.clone()));
        }
        let known = || self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(then) = known().get(id) {
            return Ok(Some(then.clone()));
        }
        let Some(archive) = self.archive_of(id).await? else {
            return Ok(None);
        };
        let then = Self::with(self.store.clone(), reopen(id, &archive)?, false);
        known().insert(id.clone(), then.clone());
        Ok(Some(then))
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

/// The midnight from which a statement says that it holds.
fn effective_at(statement: &Statement, now: Timestamp) -> Timestamp {
    let day = statement.published.header.effective;
    let zone = TimeZone::get(&statement.rules.header.zone).unwrap_or(TimeZone::UTC);
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    let effective = zone.to_ambiguous_timestamp(midnight).compatible();
    effective.unwrap_or(now)
}

/// Stores a version unless it is the one in force, or due to be, at the instant from which it would
/// apply. The first applies from when it says, for there is no other; and nothing is held that would
/// have to be counted anew.
fn adopt(tx: &mut Tx<'_>, version: StatementVersion) -> Result<(), StoreError> {
    let first = tx.statement_versions()?.is_empty();
    let (effective, now) = (version.effective_at, version.stored_at);
    let in_force_at = if first {
        effective.min(now)
    } else {
        effective.max(now)
    };
    let there = tx.statement_at(in_force_at)?;
    if there.is_some_and(|there| there.id == version.id) {
        return Ok(());
    }
    let counted_at = first.then_some(now);
    let fact = Fact::StatementStored {
        statement: version.id.clone(),
        effective_at: version.effective_at,
    };
    let stored = StatementVersion {
        in_force_at,
        counted_at,
        ..version
    };
    if tx.save_statement(&stored)? {
        tx.append_evidence(now, fact)?;
    }
    Ok(())
}

pub(super) fn reopen(id: &VersionId, archive: &[u8]) -> Result<Statement, FlowError> {
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
