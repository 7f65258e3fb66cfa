//! What can prove a promise, as written in `promises.toml`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::diagnostic::did_you_mean;

/// Something that measures whether a promise is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// The statement page renders, in all its languages, from the version in force.
    Published,
    /// The page names the controller with its contact data.
    Contact,
    /// Every gap of the published text is settled by a decision that is not past its review.
    Gaps,
    /// Past versions can be reproduced byte for byte (I10).
    Versions,
    /// Every record is sealed with its person's key.
    Sealed,
    /// The evidence was verified within a day, and is whole (I7).
    Evidence,
    /// Every recipient has an agreement in force.
    Agreements,
    /// Every recipient outside the EEA has a transfer tool.
    Transfers,
    /// Records of the activity hold declared fields only (I8).
    ClosedWorld(String),
    /// Every record of the activity rests on a basis in force.
    Basis(String),
    /// No "yes" follows a withdrawal, and none is given without consent (I1).
    Consent(String),
    /// No "yes" follows an objection (I1).
    Objection(String),
    /// Recipients of the activity are declared.
    Recipients(String),
    /// Records of `activity.collection` are gone after withdrawal.
    ErasedOnWithdrawal(String),
    /// No record of `activity.collection` is older than its cap (I2).
    Cap(String),
    /// Machinery that is not built yet; the promise stays unproven.
    Needs(Machinery),
}

/// Machinery that a promise waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machinery {
    /// People's requests and the desk.
    Requests,
    /// The cookie banner and its settings.
    Cookies,
    /// Public forms.
    Forms,
    /// Disclosures to authorities and partners.
    Disclosures,
    /// User communities.
    Communities,
    /// Reminders at a new conversation.
    Reminders,
    /// Routing of requests to the controller when the company is a processor.
    ProcessorRouting,
    /// Notices to people about changes.
    Notices,
    /// Service messages after an opt-out.
    ServiceMessages,
    /// Rectification by oneself on account pages.
    SelfService,
    /// Surveys and who may be contacted about them.
    Surveys,
    /// Sharing within the group.
    GroupSharing,
    /// Automated decisions, told by the applications that make them.
    AutomatedDecisions,
}

const PLAIN: [(&str, Proof); 8] = [
    ("published", Proof::Published),
    ("gaps", Proof::Gaps),
    ("contact", Proof::Contact),
    ("versions", Proof::Versions),
    ("sealed", Proof::Sealed),
    ("evidence", Proof::Evidence),
    ("agreements", Proof::Agreements),
    ("transfers", Proof::Transfers),
];

type OfTarget = fn(String) -> Proof;
const TARGETED: [(&str, OfTarget); 7] = [
    ("closed-world", Proof::ClosedWorld),
    ("basis", Proof::Basis),
    ("consent", Proof::Consent),
    ("objection", Proof::Objection),
    ("recipients", Proof::Recipients),
    ("erased-on-withdrawal", Proof::ErasedOnWithdrawal),
    ("cap", Proof::Cap),
];

const MACHINERY: [(&str, Machinery); 13] = [
    ("requests", Machinery::Requests),
    ("cookies", Machinery::Cookies),
    ("forms", Machinery::Forms),
    ("disclosures", Machinery::Disclosures),
    ("communities", Machinery::Communities),
    ("reminders", Machinery::Reminders),
    ("processor-routing", Machinery::ProcessorRouting),
    ("notices", Machinery::Notices),
    ("service-messages", Machinery::ServiceMessages),
    ("self-service", Machinery::SelfService),
    ("surveys", Machinery::Surveys),
    ("group-sharing", Machinery::GroupSharing),
    ("automated-decisions", Machinery::AutomatedDecisions),
];

impl Proof {
    /// The activity, or `activity.collection`, that is measured, where the proof has one.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::ClosedWorld(target)
            | Self::Basis(target)
            | Self::Consent(target)
            | Self::Objection(target)
            | Self::Recipients(target)
            | Self::ErasedOnWithdrawal(target)
            | Self::Cap(target) => Some(target),
            Self::Published
            | Self::Gaps
            | Self::Contact
            | Self::Versions
            | Self::Sealed
            | Self::Evidence
            | Self::Agreements
            | Self::Transfers
            | Self::Needs(_) => None,
        }
    }
}

/// A proof that is not one of those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a proof that the board can measure{}", hint.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownProof {
    /// What was written.
    pub given: String,
    /// The nearest known spelling.
    pub hint: Option<String>,
}

impl FromStr for Proof {
    type Err = UnknownProof;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let rest = rest.trim();
        if let Some((_, proof)) = PLAIN
            .iter()
            .find(|(name, _)| *name == word && rest.is_empty())
        {
            return Ok(proof.clone());
        }
        if let Some((_, make)) = TARGETED
            .iter()
            .find(|(name, _)| *name == word && !rest.is_empty())
        {
            return Ok(make(rest.to_owned()));
        }
        if word == "needs" {
            if let Some((_, machinery)) = MACHINERY.iter().find(|(name, _)| *name == rest) {
                return Ok(Self::Needs(*machinery));
            }
            let near = did_you_mean(rest, MACHINERY.iter().map(|(name, _)| *name));
            return Err(UnknownProof {
                given: text.to_owned(),
                hint: near.map(|near| format!("needs {near}")),
            });
        }
        let words = PLAIN.iter().map(|(name, _)| *name);
        let words = words
            .chain(TARGETED.iter().map(|(name, _)| *name))
            .chain(["needs"]);
        let near = did_you_mean(word, words);
        let hint = near.map(|near| format!("{near} {rest}").trim_end().to_owned());
        Err(UnknownProof {
            given: text.to_owned(),
            hint,
        })
    }
}

impl fmt::Display for Machinery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = MACHINERY.iter().find(|(_, machinery)| machinery == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published => f.write_str("published"),
            Self::Gaps => f.write_str("gaps"),
            Self::Contact => f.write_str("contact"),
            Self::Versions => f.write_str("versions"),
            Self::Sealed => f.write_str("sealed"),
            Self::Evidence => f.write_str("evidence"),
            Self::Agreements => f.write_str("agreements"),
            Self::Transfers => f.write_str("transfers"),
            Self::ClosedWorld(target) => write!(f, "closed-world {target}"),
            Self::Basis(target) => write!(f, "basis {target}"),
            Self::Consent(target) => write!(f, "consent {target}"),
            Self::Objection(target) => write!(f, "objection {target}"),
            Self::Recipients(target) => write!(f, "recipients {target}"),
            Self::ErasedOnWithdrawal(target) => write!(f, "erased-on-withdrawal {target}"),
            Self::Cap(target) => write!(f, "cap {target}"),
            Self::Needs(machinery) => write!(f, "needs {machinery}"),
        }
    }
}

impl Serialize for Proof {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Proof {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Proof {
    fn schema_name() -> Cow<'static, str> {
        "Proof".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "ombud-proof",
            "description": "What measures a promise: `published`, `gaps`, `contact`, `versions`, `sealed`, `evidence`, \
                `agreements`, `transfers`, `closed-world ACTIVITY`, `basis ACTIVITY`, \
                `consent ACTIVITY`, `objection ACTIVITY`, `recipients ACTIVITY`, \
                `erased-on-withdrawal ACTIVITY.COLLECTION`, `cap ACTIVITY.COLLECTION` or \
                `needs MACHINERY` for what is not built yet.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proof_reads_back_as_written() {
        let plain = PLAIN.iter().map(|(_, proof)| proof.clone());
        let targeted = TARGETED
            .iter()
            .map(|(_, make)| make("newsletters".to_owned()));
        let needs = MACHINERY
            .iter()
            .map(|(_, machinery)| Proof::Needs(*machinery));
        for proof in plain.chain(targeted).chain(needs) {
            assert_eq!(proof.to_string().parse(), Ok(proof));
        }
    }

    #[test]
    fn a_misspelt_proof_is_refused_with_the_nearest() {
        let error = "capp newsletters.subscription"
            .parse::<Proof>()
            .unwrap_err();
        assert_eq!(error.hint.as_deref(), Some("cap newsletters.subscription"));
        let error = "needs request".parse::<Proof>().unwrap_err();
        assert_eq!(error.hint.as_deref(), Some("needs requests"));
    }
}
