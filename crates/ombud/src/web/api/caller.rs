//! Who calls: the application behind a bearer token, and what it may do.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use ombud_core::access::Right;
use ombud_store::KeyedHash;

use super::{Api, Kind, Problem};
use crate::flow::key::Key;
use crate::flow::{FlowError, Ombud};

/// How long a key is remembered before the store is asked again: a revoked key works no longer than
/// this, on any node.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_secs(1);

/// Keys that worked when the store was last asked about them.
#[derive(Debug, Default)]
pub(super) struct Keys(RwLock<BTreeMap<KeyedHash, (Timestamp, Arc<Key>)>>);

impl Keys {
    /// The key behind a token, if it works. Every other token costs the same: one hash, one look
    /// into the store.
    async fn find(
        &self,
        ombud: &Ombud,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<Key>>, FlowError> {
        let hash = ombud.key_hash(token);
        if let Some(key) = self.remembered(hash, now) {
            return Ok(Some(key));
        }
        let found = ombud.find_key(hash).await?.map(Arc::new);
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(key) => keys.insert(hash, (now, Arc::clone(key))),
            None => keys.remove(&hash),
        };
        Ok(found)
    }

    /// The key with this hash, if the store was asked about it a moment ago.
    fn remembered(&self, hash: KeyedHash, now: Timestamp) -> Option<Arc<Key>> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (asked, key) = keys.get(&hash)?;
        let fresh = now.duration_since(*asked).abs() < REMEMBERED_FOR;
        fresh.then(|| Arc::clone(key))
    }
}

/// An application that showed a key that works. A handler that takes one refuses everyone else.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The key.
    pub(super) key: Arc<Key>,
}

impl Caller {
    /// Whoever calls, if their key is remembered: what is known of them without asking the store.
    pub(super) fn remembered(api: &Api, headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let hash = api.ombud.key_hash(bearer(headers)?);
        let key = api.keys.remembered(hash, now)?;
        Some(Self { key })
    }

    /// Goes on if the key has the right in the activity. The refusal is the same for an activity
    /// that is not declared, and is given before any data is looked at.
    ///
    /// # Source
    ///
    /// GDPR Article 32(1)(b).
    pub(super) fn may(&self, right: Right, activity: &str) -> Result<(), NotBound> {
        if self.key.access.allows(right, activity) {
            Ok(())
        } else {
            Err(NotBound)
        }
    }

    /// The same for a collection, `activity.collection`.
    pub(super) fn may_in(&self, right: Right, collection: &str) -> Result<(), NotBound> {
        self.may(right, collection.split('.').next().unwrap_or_default())
    }
}

/// The key has no such right there.
#[derive(Debug)]
pub(super) struct NotBound;

impl From<NotBound> for Problem {
    fn from(_: NotBound) -> Self {
        let title = "this key is not bound to that activity, or not with that right";
        Self::new(StatusCode::FORBIDDEN, Kind::KeyNotBound, title)
            .hint("ask whoever runs Ombud for a key with `ombud key add`")
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let token = bearer(&parts.headers).unwrap_or_default();
        let found = api.keys.find(&api.ombud, token, api.clock.now()).await?;
        let key = found.ok_or_else(|| {
            let title = "this call needs a key that works";
            Problem::new(StatusCode::UNAUTHORIZED, Kind::KeyNeeded, title)
                .hint("send `Authorization: Bearer …`; `ombud key add` makes a key")
        })?;
        let caller = Self { key };
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .trim()
        .split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
