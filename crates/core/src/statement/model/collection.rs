//! The types of a collection: a kind of record, how long it is kept, and its fields.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BasisName, OneOrMany};
use crate::dpv;
use crate::language::Localized;
use crate::retention::{Keep, Then};

/// A kind of record and the rule that governs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// What it holds, in plain words.
    pub title: Localized,
    /// How long it is kept. Left out where the text names no period (lint L09).
    pub keep: Option<OneOrMany<Keep>>,
    /// What happens then. Left out where the text does not say (lint L13); the engine erases.
    pub then: Option<Then>,
    /// Words by which the text hedges the period, for example `in most cases` (lint L10).
    pub hedge: Option<String>,
    /// Events from which the period counts: name and title.
    #[serde(default)]
    pub events: BTreeMap<String, Localized>,
    /// States that the period depends on: name and title.
    #[serde(default)]
    pub states: BTreeMap<String, Localized>,
    /// Other periods that the text also gives for the same data (lint L12).
    #[serde(default)]
    pub also_said: Vec<AlsoSaid>,
    /// The collection of another activity that holds the same data for another purpose:
    /// `activity.collection`.
    pub same_as: Option<String>,
    /// What stays when the record is erased, for example `suppression`.
    pub leaves: Option<OneOrMany<Leaves>>,
    /// A duty to keep some fields longer, for that purpose only.
    pub hold: Option<OneOrMany<Hold>>,
    /// Which of the things that Ombud itself keeps these are; it sweeps them by this rule. Left out for
    /// records that applications bring.
    pub own: Option<Own>,
    /// The basis of the activity that covers this collection, where it has several.
    pub basis: Option<BasisName>,
    /// Copies outside the main store with a period of their own: name and phrase.
    #[serde(default)]
    pub copies: BTreeMap<String, Keep>,
    /// What the statistics keep when the record is anonymised.
    #[serde(default)]
    pub statistics: BTreeMap<String, Statistic>,
    /// The fields of a record.
    pub fields: BTreeMap<String, Field>,
}

/// Another period the text gives for the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlsoSaid {
    /// The section that says it.
    pub section: String,
    /// What it says.
    pub keep: Keep,
}

/// What stays after erasure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Leaves {
    /// A keyed hash of the identity, so that an opt-out outlives a re-import (GDPR Article 21(3)).
    Suppression,
    /// Proof that consent was given and withdrawn, for as long as said (GDPR Article 7(1)).
    ConsentProof(Keep),
    /// A hash of something, for as long as said.
    Hash(Keep),
}

/// Something that Ombud itself keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Own {
    /// The ledger: what people chose. A choice that no longer counts tells the event `ended`.
    Choices,
    /// The plans of sweeps, from the day they were carried out.
    Plans,
    /// The answers to calls that may come twice, from the day they were given.
    Answers,
    /// The journal of erasures and opt-outs, from the day that the data had followed it: for as long as
    /// an older copy of the data may be put back.
    Journal,
    /// The opt-outs of identities, as keyed hashes. A new consent takes them back.
    Suppression,
}

/// A duty to keep (GDPR Article 17(3)(b)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The law and its paragraph.
    pub law: String,
    /// The only purpose for which what is held may be used.
    pub only_for: String,
    /// The fields that are held; all others follow the collection's own period.
    pub fields: Vec<String>,
    /// How long the law asks.
    pub keep: Keep,
}

/// A counter that anonymised records flow into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistic {
    /// What people call it, in the plural and without an article, for example `usage statistics`.
    pub title: Localized,
    /// The fields that make the cells, each coarse enough not to single anyone out.
    pub by: Vec<String>,
    /// The unit to which time is coarsened.
    pub per: Option<TimeUnit>,
    /// The smallest count that is kept; smaller cells are dropped. At least 5, 10 when left out.
    #[serde(default = "default_k")]
    #[schemars(range(min = 5))]
    pub at_least: u32,
}

fn default_k() -> u32 {
    10
}

/// A unit of time for statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What people call it.
    pub title: Option<Localized>,
    /// The category of data as a DPV term, for example `pd:EmailAddress`.
    pub category: String,
    /// The type of its value. Text when left out.
    #[serde(default, rename = "type")]
    pub kind: FieldKind,
    /// Whether a record may lack it.
    #[serde(default)]
    pub optional: bool,
    /// The kind of identity that its value is, where it is one.
    pub identity: Option<String>,
    /// Whether the text calls it anonymised or aggregated (lint L41).
    #[serde(default)]
    pub called_anonymous: bool,
    /// A shorter period of its own.
    pub keep: Option<Keep>,
}

impl Field {
    /// Whether its category is a special one (GDPR Article 9(1)).
    pub fn is_special(&self) -> bool {
        dpv::is_special(&self.category)
    }

    /// Whether data of special categories may come in through it: it is one, it often reveals one, or
    /// people may put anything into it.
    pub fn may_reveal_special(&self) -> bool {
        matches!(self.kind, FieldKind::FreeText | FieldKind::File)
            || self.is_special()
            || dpv::is_telling(&self.category)
    }
}

/// The type of a field's value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A short text.
    #[default]
    Text,
    /// Text in which people may write anything.
    FreeText,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A civil date.
    Date,
    /// An instant.
    Instant,
    /// A list of short texts.
    List,
    /// A document, image or recording.
    File,
}
