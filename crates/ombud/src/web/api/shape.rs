//! The shapes of answers that flows and rules give as they are, for the description. Nothing is ever
//! made of these types: a test holds every answer against them.

use std::collections::BTreeMap;

use ombud_core::decision::{Reason, Use};
use ombud_core::standing::Act;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::flow::rectify::OldIdentity;

fn names(names: impl IntoIterator<Item = &'static str>, about: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some(about))
        .build()
}

/// The acts.
pub(super) fn act() -> Object {
    names(
        Act::ALL.map(Act::name),
        "What the person did, or was decided about it",
    )
}

/// The uses.
pub(super) fn use_for() -> Object {
    names(
        Use::ALL.map(Use::name),
        "What the data would be used for; `ordinary` is the activity's own purpose",
    )
}

/// What becomes of an old identity.
pub(super) fn old_identity() -> Object {
    names(
        OldIdentity::ALL.map(OldIdentity::name),
        "What becomes of an identity that the record names no more",
    )
}

/// The reasons of a no.
pub(super) fn reason() -> Object {
    names(Reason::ALL.map(Reason::name), "Why not")
}

/// A text in each language.
#[derive(ToSchema)]
#[schema(as = Localized)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Localized {
    /// English
    en: String,
    /// Norwegian Bokmål
    nb: String,
}

/// The promise board
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Board {
    /// When it was measured
    #[schema(format = DateTime)]
    measured_at: String,
    /// The hash of the statement that it is about
    version: String,
    /// Promises kept
    kept: u64,
    /// Promises broken
    broken: u64,
    /// Promises unproven
    unproven: u64,
    /// Every promise, in the order of the statement
    promises: Vec<Promise>,
}

/// A promise of the statement, judged
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Promise {
    /// Its id
    id: String,
    /// The section that makes it
    section: String,
    /// What it says
    says: Localized,
    verdict: Verdict,
    /// Each proof with what was measured
    proofs: Vec<Proof>,
}

/// Whether a promise is kept; `unproven` when it was not, or cannot yet be, measured
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only described")]
pub(super) enum Verdict {
    Kept,
    Broken,
    Unproven,
}

/// One proof, judged
#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "only described")]
pub(super) struct Proof {
    /// The proof, as the statement names it
    proof: String,
    verdict: Verdict,
    /// The figures that the verdict rests on
    figures: Vec<Figure>,
    /// Why, in one sentence
    because: Localized,
}

/// A figure
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Figure {
    /// What it is
    name: String,
    value: FigureValue,
}

/// The value of a figure
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described")]
pub(super) struct FigureValue {
    kind: FigureKind,
    /// A number for `count` and `seconds`, a text for `instant` and `period`, a list for `names`
    is: serde_json::Value,
}

/// What a figure is measured in
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described")]
pub(super) enum FigureKind {
    Count,
    Instant,
    Seconds,
    Period,
    Names,
}

/// What falls due, by activity and month of the controller's calendar
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Forecast {
    /// The months, each by its first day; the first is the current one
    #[schema(value_type = Vec<String>)]
    months: Vec<String>,
    /// One row an activity
    activities: Vec<ForecastRow>,
}

/// What falls due in one activity
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct ForecastRow {
    /// The activity
    activity: String,
    /// Records due already
    overdue: u64,
    /// Records that fall due in each month
    counts: Vec<u64>,
}

/// An entry of the evidence, signed; with the proof that the log holds it, once it does
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct SignedReceipt {
    /// `ombud-receipt-v1`
    format: String,
    /// The entry as a signed note (C2SP signed-note)
    note: String,
    /// The proof (C2SP tlog-proof)
    #[schema(nullable = false)]
    proof: Option<String>,
}

/// A version of the statement
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Statement {
    /// Its hash
    version: String,
    title: Localized,
    /// The day from which it holds
    #[schema(format = Date)]
    effective: String,
    /// Who answers for the processing
    #[schema(value_type = Object)]
    controller: serde_json::Value,
    /// The processing activities, by id
    #[schema(value_type = Object)]
    activities: serde_json::Value,
    /// The files of the statement, byte for byte, by path
    files: BTreeMap<String, String>,
}

/// A message that a person must get before a record may end
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Outstanding {
    /// When the next step is, if the person is told in time
    #[schema(format = DateTime)]
    until: String,
    /// What must be said, and be told once it was: `warned` or `asked`
    notice: String,
    /// The collection, `activity.collection`
    collection: String,
    /// The id of the record, or of the newest of those that end together
    record: String,
    /// How many end together, up to 1,000
    records: usize,
}
