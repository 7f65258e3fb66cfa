//! The kinds of problems: the one list of what the API answers in the place of what was asked for. Each has
//! a page that says what it means and what to do, whose address is the `type` of the problem.

use std::collections::BTreeSet;

use ombud_core::decision::Reason;
use ombud_core::effects::ActRefusal;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// Where the pages are.
pub const PROBLEMS: &str = "/problems";

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)+) => {
        /// What kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
            /// A no of the rules.
            No(Reason),
            /// An act that has no effect.
            Act(ActRefusal),
        }

        impl Kind {
            const OWN: &[Self] = &[$(Self::$kind),+];

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                    Self::No(reason) => reason.name(),
                    Self::Act(refusal) => refusal.name(),
                }
            }
        }
    };
}

kinds! {
    /// There is no such thing, or the key does not reach it.
    Absent = "absent",
    /// An anchor that belongs to nothing, or to two things.
    Anchor = "anchor",
    /// The answer that was given before cannot be read.
    Answer = "answer",
    /// The data is older than the journal of erasures.
    Behind = "behind",
    /// The body is not what is expected.
    Body = "body",
    /// What should be a day is none.
    Date = "date",
    /// The evidence is not what was signed.
    Evidence = "evidence",
    /// An `Idempotency-Key` that is none.
    IdempotencyKey = "idempotency_key",
    /// Identities that the statement does not declare, or that are none of their kind.
    Identity = "identity",
    /// No key that works.
    KeyNeeded = "key_needed",
    /// The key is not bound to the activity.
    KeyNotBound = "key_not_bound",
    /// The `Idempotency-Key` was used for another call.
    KeyReused = "key_reused",
    /// A legal hold keeps the record.
    LegalHold = "legal_hold",
    /// The address asks for something that is not expected.
    Query = "query",
    /// A receipt that is not genuine.
    Receipt = "receipt",
    /// What was to be erased is still there.
    Remaining = "remaining",
    /// The identities belong to different people.
    SeveralPeople = "several_people",
    /// A stored statement that does not read any more.
    Statement = "statement",
    /// More was sent than is taken.
    TooLarge = "too_large",
    /// The store cannot answer now.
    Unavailable = "unavailable",
    /// Data that the statement does not declare.
    Undeclared = "undeclared",
    /// The same call is being carried out.
    UnderWay = "under_way",
}

impl Kind {
    /// The names of all, in their order. What the rules answer by the same name is one.
    pub fn names() -> BTreeSet<&'static str> {
        let own = Self::OWN.iter().copied();
        let rules = Reason::ALL.map(Self::No).into_iter();
        let acts = ActRefusal::ALL.map(Self::Act).into_iter();
        own.chain(rules).chain(acts).map(Self::name).collect()
    }

    /// Its type: the address of its page.
    pub fn page(self) -> String {
        page(self.name())
    }
}

fn page(name: &str) -> String {
    format!("{PROBLEMS}/{name}")
}

/// The types, for the description.
pub(super) fn types() -> Object {
    let own = Kind::names().into_iter().map(page);
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(own.chain(["about:blank".to_owned()])))
        .description(Some(
            "What kind of problem, as the address of a page that says what it means and what to do; \
             `about:blank` where the status says it all",
        ))
        .build()
}
