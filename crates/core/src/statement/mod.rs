//! The statement: what an organisation says it does with personal data, as rules and as prose.
//!
//! [`load`] reads a folder into a [`Statement`] or says everything that is wrong in it. It knows
//! nothing of disks or networks: a [`Folder`] is its files in memory.

mod at;
pub mod check;
mod decided;
pub mod diff;
pub mod folder;
mod formats;
mod load;
mod mended;
pub mod model;
pub mod names;
pub mod promise;
pub mod prose;
mod references;
pub mod register;
#[cfg(test)]
mod testing;
pub mod text;
mod vocabulary;
mod walk;

use std::collections::BTreeMap;

pub use folder::{ArchiveError, Folder, VersionId};
pub use load::{load, schema};
use model::{
    Activity, Collection, Cookies, Decisions, Header, Promises, Recipient, RecipientKind, Role,
};
use text::Text;

use crate::language::Language;

/// A statement that reads without errors.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its version: the hash of its folder.
    pub version: VersionId,
    /// The files it was read from.
    pub folder: Folder,
    /// What the published text says, gaps and all. Lints and pages read this.
    pub published: Reading,
    /// What the engine carries out: the published reading with every decision applied.
    pub rules: Reading,
    /// What is promised, and what proves it.
    pub promises: Promises,
    /// What was decided where the text leaves a gap.
    pub decisions: Decisions,
    /// The prose, by language.
    pub texts: BTreeMap<Language, Text>,
}

/// A reading of the statement's facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// `statement.toml`.
    pub header: Header,
    /// `activities/*.toml`, by id.
    pub activities: BTreeMap<String, Activity>,
    /// `cookies.toml`.
    pub cookies: Cookies,
}

impl Reading {
    /// The activity and collection that `activity.collection` names.
    pub fn collection(&self, name: &str) -> Option<(&Activity, &Collection)> {
        let (activity, collection) = name.split_once('.')?;
        let activity = self.activities.get(activity)?;
        Some((activity, activity.collections.get(collection)?))
    }

    /// Every collection with its full name `activity.collection`, in order.
    pub fn collections(&self) -> impl Iterator<Item = (String, &Activity, &Collection)> {
        self.activities.iter().flat_map(|(id, activity)| {
            activity
                .collections
                .iter()
                .map(move |(name, collection)| (format!("{id}.{name}"), activity, collection))
        })
    }

    /// The activities that a section describes.
    pub fn in_section<'a>(
        &'a self,
        number: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Activity)> {
        self.activities
            .iter()
            .filter(move |(_, activity)| activity.section == number)
            .map(|(id, activity)| (id.as_str(), activity))
    }

    /// Who receives the data of an activity: those it names or mentions, and of those that no activity
    /// names the group and partners, with whom any data that we decide on may be shared. An authority
    /// that asks in a particular inquiry is no recipient.
    ///
    /// # Source
    ///
    /// GDPR Articles 4(9), 30(1)(d); promises P4.1, P4.2.3.
    pub fn recipients_of<'a>(
        &'a self,
        activity: &'a Activity,
    ) -> impl Iterator<Item = (&'a str, &'a Recipient)> {
        let names = |activity: &Activity, name: &String| {
            let mut named = activity.recipients.iter().chain(&activity.mentions);
            named.any(|named| named == name)
        };
        let decides = !matches!(activity.role, Role::ProcessorFor(_));
        let anyones = move |name: &String, recipient: &Recipient| {
            let shared = match recipient.kind {
                RecipientKind::Group | RecipientKind::Partner => true,
                RecipientKind::Processor
                | RecipientKind::JointController
                | RecipientKind::Authority
                | RecipientKind::Public
                | RecipientKind::Controller => false,
            };
            decides && shared && !self.activities.values().any(|one| names(one, name))
        };
        let all = self.header.recipients.iter();
        all.filter(move |(name, recipient)| names(activity, name) || anyones(name, recipient))
            .map(|(name, recipient)| (name.as_str(), recipient))
    }
}

/// A legal basis with its terms, however it was spelt.
#[derive(Debug, Clone, PartialEq)]
pub struct LegalBasis<'a> {
    /// Which of the bases of GDPR Article 6(1).
    pub name: model::BasisName,
    /// The state of the person in which it applies; always when `None`.
    pub when: Option<&'a str>,
    /// The interest, contract, consent or law in the text's words.
    pub terms: Option<Terms<'a>>,
}

/// What a legal basis rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Terms<'a> {
    /// Words for people.
    Words(&'a crate::language::Localized),
    /// A law and its paragraph.
    Law(&'a str),
}

impl model::Basis {
    /// The basis with its terms; `None` when not exactly one name is given, which is an error of
    /// the language.
    pub fn legal(&self) -> Option<LegalBasis<'_>> {
        use model::BasisName as Name;
        let terms = match self {
            Self::Named(name) => {
                return Some(LegalBasis {
                    name: *name,
                    when: None,
                    terms: None,
                });
            }
            Self::Terms(terms) => terms,
        };
        let words = [
            (Name::Consent, &terms.consent),
            (Name::ExplicitConsent, &terms.explicit_consent),
            (Name::Contract, &terms.contract),
            (Name::VitalInterest, &terms.vital_interest),
            (Name::LegitimateInterest, &terms.legitimate_interest),
        ];
        let laws = [
            (Name::LegalObligation, &terms.legal_obligation),
            (Name::PublicTask, &terms.public_task),
        ];
        let words = words
            .into_iter()
            .filter_map(|(name, w)| Some((name, Terms::Words(w.as_ref()?))));
        let laws = laws
            .into_iter()
            .filter_map(|(name, law)| Some((name, Terms::Law(law.as_ref()?))));
        let mut all = words.chain(laws);
        let (name, found) = all.next()?;
        let basis = LegalBasis {
            name,
            when: terms.when.as_deref(),
            terms: Some(found),
        };
        all.next().is_none().then_some(basis)
    }
}

impl Activity {
    /// The rights that the activity's bases and uses bring, besides withdrawal and complaint.
    ///
    /// # Source
    ///
    /// GDPR Articles 15-22.
    pub fn rights_brought(&self) -> Vec<model::Right> {
        use model::{AutomatedDecisions, BasisName, Right};
        let on = |basis| self.rests_on(basis);
        let decided = match self.automated_decisions {
            Some(AutomatedDecisions::Logic(_)) => true,
            Some(AutomatedDecisions::None) | None => false,
        };
        let portable = self.rests_on_consent() || on(BasisName::Contract);
        let rights = [
            (true, Right::Access),
            (true, Right::Rectification),
            (true, Right::Erasure),
            (true, Right::Restriction),
            (portable, Right::Portability),
            (on(BasisName::LegitimateInterest), Right::Objection),
            (on(BasisName::PublicTask), Right::ObjectionToPublicTask),
            (self.marketing, Right::ObjectionToMarketing),
            (decided, Right::HumanDecision),
        ];
        let brought = rights.into_iter().filter(|(brings, _)| *brings);
        brought.map(|(_, right)| right).collect()
    }

    /// The legal bases in the order in which they are written.
    pub fn bases(&self) -> impl Iterator<Item = LegalBasis<'_>> {
        self.basis.as_slice().iter().filter_map(model::Basis::legal)
    }

    /// Whether the activity rests on this basis, in some case or always.
    pub fn rests_on(&self, name: model::BasisName) -> bool {
        self.bases().any(|basis| basis.name == name)
    }

    /// Whether the activity rests on consent, plain or explicit.
    pub fn rests_on_consent(&self) -> bool {
        self.bases().any(|basis| basis.name.is_consent())
    }
}

impl model::BasisName {
    /// Its name in files, phrases and facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::ExplicitConsent => "explicit_consent",
            Self::Contract => "contract",
            Self::LegalObligation => "legal_obligation",
            Self::VitalInterest => "vital_interest",
            Self::PublicTask => "public_task",
            Self::LegitimateInterest => "legitimate_interest",
        }
    }

    /// Whether it is consent, plain or explicit.
    pub fn is_consent(self) -> bool {
        matches!(self, Self::Consent | Self::ExplicitConsent)
    }

    /// Whether it gives way to an objection that weighs more (GDPR Article 21(1)).
    pub fn is_weighed(self) -> bool {
        matches!(self, Self::PublicTask | Self::LegitimateInterest)
    }

    /// The article that names it.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Consent | Self::ExplicitConsent => "GDPR Article 6(1)(a)",
            Self::Contract => "GDPR Article 6(1)(b)",
            Self::LegalObligation => "GDPR Article 6(1)(c)",
            Self::VitalInterest => "GDPR Article 6(1)(d)",
            Self::PublicTask => "GDPR Article 6(1)(e)",
            Self::LegitimateInterest => "GDPR Article 6(1)(f)",
        }
    }
}
