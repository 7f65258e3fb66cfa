//! Keys of applications: made, found, revoked. Only their keyed hash is stored.

use jiff::Timestamp;
use ombud_core::access::{Access, Reach};
use ombud_store::{ApiKey, KeyedHash, Place};

use super::{FlowError, Ombud};

/// What a key looks like from the outside, so that scanners for secrets find one that leaked.
const PREFIX: &str = "ombud_";

/// A key as its application holds it. Shown once, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The text that is sent as `Authorization: Bearer …`.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// A key that is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub access: Access,
    /// When it was made, or last renewed.
    pub made_at: Timestamp,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
}

impl From<ApiKey> for Key {
    fn from(key: ApiKey) -> Self {
        Self {
            name: key.name,
            access: Access {
                read: Reach::parse(&key.reads),
                write: Reach::parse(&key.writes),
            },
            made_at: key.made_at,
            revoked_at: key.revoked_at,
        }
    }
}

impl Ombud {
    /// Makes a key. `None`, and nothing made, if the name was ever used.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn add_key(
        &self,
        name: &str,
        access: &Access,
        now: Timestamp,
    ) -> Result<Option<Token>, FlowError> {
        let (token, hash) = self.new_token()?;
        let key = ApiKey {
            name: name.to_owned(),
            reads: access.read.to_string(),
            writes: access.write.to_string(),
            made_at: now,
            revoked_at: None,
        };
        let added = self
            .store
            .write::<_, FlowError, _>("key.add", Place::Home, move |tx| {
                Ok(tx.add_api_key(hash, &key)?)
            });
        Ok(added.await?.then_some(token))
    }

    /// Puts a new secret in the place of a key's; the old one is refused. `None` if no key of that
    /// name works.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn renew_key(&self, name: &str, now: Timestamp) -> Result<Option<Token>, FlowError> {
        let (token, hash) = self.new_token()?;
        let name = name.to_owned();
        let renewed = self
            .store
            .write::<_, FlowError, _>("key.renew", Place::Home, move |tx| {
                Ok(tx.renew_api_key(&name, hash, now)?)
            });
        Ok(renewed.await?.then_some(token))
    }

    /// Revokes a key. False if none of that name works.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn revoke_key(&self, name: &str, now: Timestamp) -> Result<bool, FlowError> {
        let name = name.to_owned();
        let revoked = self
            .store
            .write::<_, FlowError, _>("key.revoke", Place::Home, move |tx| {
                Ok(tx.revoke_api_key(&name, now)?)
            });
        revoked.await
    }

    /// All keys, revoked ones too, by name.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn keys(&self) -> Result<Vec<Key>, FlowError> {
        let list = self
            .store
            .read::<_, FlowError, _>("key.list", Place::Home, |tx| Ok(tx.api_keys()?));
        Ok(list.await?.into_iter().map(Key::from).collect())
    }

    /// The hash that a key is found by. Nobody without the master key can make it, and it costs the
    /// same whatever is sent.
    pub fn key_hash(&self, token: &str) -> KeyedHash {
        self.store.keyed_hash("api key", token.as_bytes())
    }

    /// The key with this hash, if it works.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn find_key(&self, hash: KeyedHash) -> Result<Option<Key>, FlowError> {
        let find = self
            .store
            .read::<_, FlowError, _>("key.find", Place::Home, move |tx| Ok(tx.api_key(hash)?));
        let found = find.await?.map(Key::from);
        Ok(found.filter(|key| key.revoked_at.is_none()))
    }

    fn new_token(&self) -> Result<(Token, KeyedHash), FlowError> {
        let mut random = [0; 32];
        self.store.random(&mut random)?;
        let token = Token(format!("{PREFIX}{}", hex::encode(random)));
        let hash = self.key_hash(token.secret());
        Ok((token, hash))
    }
}
