//! Load, decide, save: one file a domain. The only place where rules and store meet.
//!
//! Every flow takes the instant as an argument; the edge reads the clock once a request.

mod act;
pub mod anchor;
pub mod board;
pub mod decision;
pub mod demo;
mod end;
pub mod evidence;
mod facts;
pub mod forecast;
pub mod key;
mod lately;
pub mod ledger;
mod measure;
mod memory;
pub mod notice;
pub mod once;
pub mod record;
pub mod recount;
pub mod rectify;
mod replay;
pub mod statement;
pub mod statistic;
pub mod subject;
pub mod sweep;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ombud_core::decision::Reason;
use ombud_core::effects::ActRefusal;
use ombud_core::evidence::{Broken, ReceiptError};
use ombud_core::identity::IdentityError;
use ombud_core::intake;
use ombud_core::rulebook::Rulebook;
use ombud_core::statement::{Statement, VersionId};
use ombud_store::{Store, StoreError};
use once::Taken;

/// A statement in force over a store: everything a flow needs. Cheap to clone.
#[derive(Clone)]
pub struct Ombud {
    /// Where everything is kept.
    pub store: Store,
    /// The statement in force.
    pub statement: Arc<Statement>,
    /// Its rules.
    pub book: Arc<Rulebook>,
    /// The same under versions that were in force before, for acts that are told late.
    earlier: Arc<Mutex<BTreeMap<VersionId, Self>>>,
    /// Whether every stored due instant is what these rules come to: false while clocks are counted
    /// anew under a new version.
    counted: Arc<AtomicBool>,
    /// Answers that still hold.
    memory: Arc<memory::Memory>,
    /// What was measured last, for all who ask.
    boards: Arc<lately::Lately<(), board::Board>>,
    forecasts: Arc<lately::Lately<u8, forecast::Forecast>>,
}

impl std::fmt::Debug for Ombud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ombud({})", self.statement.version.short())
    }
}

impl Ombud {
    /// Whether every stored due instant is what the rules in force come to.
    pub fn counted(&self) -> bool {
        self.counted.load(Ordering::Acquire)
    }
}

/// Why a flow did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The store could not answer; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The closed world refuses the data; nothing was stored.
    #[error("the data is refused")]
    Intake(Vec<intake::Refusal>),
    /// No basis is in force; nothing was stored.
    #[error("the data may not be stored: {}", .0.explain())]
    NoBasis(Reason),
    /// The record is there, and may not be seen for this.
    #[error("the record may not be seen for this: {}", .0.explain())]
    NotShown(Reason),
    /// Processing is restricted; nothing was changed.
    #[error("processing is restricted, so nothing was changed; lift the restriction first")]
    Restricted,
    /// A legal hold lasts; nothing was changed.
    #[error("a legal hold keeps the record as it is; lift it first")]
    LegalHold,
    /// What was to be erased is still there; it is tried again.
    #[error("the {0} was still there when it was read back; it is tried again")]
    Remaining(&'static str),
    /// The act is not one that the activity knows; nothing was recorded.
    #[error(transparent)]
    Act(#[from] ActRefusal),
    /// The statement does not word a consent so; how its own wordings are called.
    #[error("{}", ActRefusal::NotWorded)]
    NotWorded(Vec<String>),
    /// The people of a demonstration are still being made.
    #[error("the people of the demonstration are still being made")]
    Filling,
    /// The subject is named by a kind of identity that the statement does not declare.
    #[error("the statement declares no identity `{0}`")]
    UnknownIdentity(String),
    /// The value of an identity is not one of its kind.
    #[error("`{kind}`: {error}")]
    Identity {
        /// The kind.
        kind: String,
        /// What is wrong.
        error: IdentityError,
    },
    /// The identities that were given belong to different people; their kinds.
    #[error("the identities {} belong to different people", listed(.0))]
    SeveralPeople(Vec<String>),
    /// No subject was named.
    #[error("no subject is named")]
    NoSubject,
    /// The name of the command is taken; nothing was done.
    #[error(transparent)]
    Taken(#[from] Taken),
    /// There is nothing of that id.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A stored statement does not read any more.
    #[error("the stored statement {0} cannot be read")]
    Statement(String),
    /// The evidence is not what was signed; nothing was added to it.
    #[error("the evidence is broken: {0}")]
    Evidence(#[from] Broken),
    /// A receipt proves nothing.
    #[error("the receipt is not genuine: {0}")]
    Receipt(#[from] ReceiptError),
}

fn listed(kinds: &[String]) -> String {
    let quoted: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
    quoted.join(", ")
}
