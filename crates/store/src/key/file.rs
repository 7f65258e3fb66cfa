//! Files that hold 32 secret bytes: the master key's, and that of the key that signs the log.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use super::Random;
use crate::error::{KeyProblem, StoreError};

/// The 32 bytes of a key that lies in a file of its own.
pub(crate) struct SecretFile(Zeroizing<[u8; 32]>);

impl SecretFile {
    /// Reads the key from its file; none if there is no such file.
    pub(crate) fn load(path: &Path) -> Result<Option<Self>, StoreError> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file(path, &error)),
        };
        refuse_exposed(&file, path)?;
        let mut bytes = Zeroizing::new([0; 32]);
        let mut beyond = [0];
        let whole = file.read_exact(bytes.as_mut()).is_ok()
            && file.read(&mut beyond).is_ok_and(|read| read == 0);
        if whole {
            Ok(Some(Self(bytes)))
        } else {
            Err(StoreError::Key(KeyProblem::Malformed))
        }
    }

    /// Makes a new key and its file, readable by its owner alone and on disk before this returns.
    ///
    /// If another process made one in the meantime, that one is used.
    pub(crate) fn create(path: &Path, random: &dyn Random) -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut())?;
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        let io = |error: std::io::Error| StoreError::file(path, &error);
        {
            let mut file = private(OpenOptions::new().write(true).create_new(true))
                .open(&draft)
                .map_err(io)?;
            file.write_all(bytes.as_ref())
                .and_then(|()| file.sync_all())
                .map_err(io)?;
        }
        // A link, not a rename: it never replaces a key that is already there.
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft).map_err(io)?;
        match linked {
            Ok(()) => {
                sync_parent(path)?;
                Ok(Self(bytes))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Self::load(path)?.ok_or(StoreError::Key(KeyProblem::Missing))
            }
            Err(error) => Err(io(error)),
        }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Makes a directory, with its parents, that only its owner can enter.
pub(crate) fn private_directory(path: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| StoreError::file(path, &error))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let Some(parent) = path.parent() else {
        return Ok(());
    };
    File::open(parent)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| StoreError::file(parent, &error))
}

#[cfg(unix)]
fn refuse_exposed(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file
        .metadata()
        .map_err(|error| StoreError::file(path, &error))?;
    let of_others = metadata.permissions().mode() & 0o077;
    if of_others == 0 {
        Ok(())
    } else {
        Err(StoreError::Key(KeyProblem::Exposed))
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &File, _: &Path) -> Result<(), StoreError> {
    Ok(())
}
