//! Keys of applications: found by their keyed hash, never kept themselves.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::KeyedHash;
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    API_KEY_ADD = "INSERT INTO api_key (name, key_hash, reads, writes, made_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING";
    API_KEY_RENEW = "UPDATE api_key SET key_hash = $2, made_at = $3
        WHERE name = $1 AND revoked_at IS NULL";
    API_KEY_REVOKE = "UPDATE api_key SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL";
    API_KEY_FIND = "SELECT name, reads, writes, made_at, revoked_at FROM api_key WHERE key_hash = $1";
    API_KEY_LIST = "SELECT name, reads, writes, made_at, revoked_at FROM api_key ORDER BY name";
}

/// A key of an application, without the key itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiKey {
    /// Its name: unique for good.
    pub name: String,
    /// The activities that it may read, as the rules encode them.
    pub reads: String,
    /// The activities that it may write.
    pub writes: String,
    /// When it was made, or last renewed.
    pub made_at: Timestamp,
    /// Since when it is refused; none while it works.
    pub revoked_at: Option<Timestamp>,
}

impl Tx<'_> {
    /// Adds a key. False if the name was ever used: nothing is added then. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn add_api_key(&mut self, hash: KeyedHash, key: &ApiKey) -> Result<bool, StoreError> {
        self.at_home()?;
        let ApiKey {
            name,
            reads,
            writes,
            made_at,
            revoked_at: _,
        } = key;
        let values = values![name, hash, reads, writes, *made_at];
        Ok(self.execute(&API_KEY_ADD, values)? > 0)
    }

    /// Puts another key in the place of one that works. False if none of that name does. In the home
    /// tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn renew_api_key(
        &mut self,
        name: &str,
        hash: KeyedHash,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.at_home()?;
        Ok(self.execute(&API_KEY_RENEW, values![name, hash, at])? > 0)
    }

    /// Revokes a key. False if none of that name works. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn revoke_api_key(&mut self, name: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.at_home()?;
        Ok(self.execute(&API_KEY_REVOKE, values![name, at])? > 0)
    }

    /// The key with this hash, revoked or not. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn api_key(&mut self, hash: KeyedHash) -> Result<Option<ApiKey>, StoreError> {
        self.at_home()?;
        self.first(&API_KEY_FIND, values![hash])?
            .map(read)
            .transpose()
    }

    /// All keys, revoked ones too, by name. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn api_keys(&mut self) -> Result<Vec<ApiKey>, StoreError> {
        self.at_home()?;
        let rows = self.query(&API_KEY_LIST, &[])?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: Row) -> Result<ApiKey, StoreError> {
    let mut columns = row.columns("api_key", "a row");
    Ok(ApiKey {
        name: columns.take("name")?,
        reads: columns.take("reads")?,
        writes: columns.take("writes")?,
        made_at: columns.take("made_at")?,
        revoked_at: columns.take("revoked_at")?,
    })
}
