//! The columns of the controller's register, and how each is filled.

use super::cell::both;
use super::{Cell, Column, Entry, Need};
use crate::dpv;
use crate::language::{Language, Localized};
use crate::law::transfers::in_eea;
use crate::statement::model::{
    AutomatedDecisions, BasisName, OneOrMany, Recipient, RecipientKind, Right, Role, Source,
    TransferTool,
};
use crate::statement::{Terms, names, prose};

macro_rules! columns {
    ($($id:literal $need:ident $en:literal $nb:literal $fill:expr;)*) => {
        &[$(Column { id: $id, need: Need::$need, title: ($en, $nb), fill: $fill }),*]
    };
}
pub(super) use columns;

/// The columns in order.
pub(super) const COLUMNS: &[Column] = columns! {
    "activity" Asked "Activity" "Aktivitet" title;
    "section" Asked "Section of the statement" "Del av erklæringen" |entry| Cell::same(&entry.activity.section);
    "controller" Mandatory "Controller" "Behandlingsansvarlig" controller;
    "contact" Mandatory "Contact" "Kontakt" contact;
    "joint_controller" IfApplicable "Joint controller" "Felles behandlingsansvarlig" joint;
    "representative" IfApplicable "Representative" "Representant" representative;
    "dpo" IfApplicable "Data protection officer" "Personvernombud" officer;
    "owner" Asked "Process owner" "Prosesseier" |_| Cell::gap();
    "purpose" Mandatory "Purpose" "Formål" purpose;
    "subjects" Mandatory "Categories of people" "Kategorier av personer" subjects;
    "data" Mandatory "Categories of data" "Kategorier av opplysninger" data;
    "special" Asked "Special categories" "Særlige kategorier" special;
    "source" Asked "Source" "Kilde" source;
    "status" Asked "Told in the statement" "Omtalt i erklæringen" |entry| Cell::stated(names::yes_no(entry.activity.published));
    "basis" Asked "Legal basis" "Rettslig grunnlag" basis;
    "interest" Asked "Legitimate interest" "Berettiget interesse" interest;
    "assessment" Asked "Assessment of the interest" "Interesseavveining" assessment;
    "consent_record" Asked "Record of consent" "Dokumentasjon av samtykke" consent_record;
    "automated" Asked "Automated decisions and profiling" "Automatiserte avgjørelser og profilering" automated;
    "rights" Asked "Rights" "Rettigheter" rights;
    "recipients" IfApplicable "Recipients" "Mottakere" |entry| recipients(entry, false);
    "processors" Asked "Processors and agreements" "Databehandlere og avtaler" |entry| recipients(entry, true);
    "third_countries" IfApplicable "Third countries" "Tredjeland" third_countries;
    "safeguards" IfApplicable "Safeguards" "Garantier" safeguards;
    "transfer" IfApplicable "Kind of transfer" "Type overføring" transfer;
    "erasure" Mandatory "Time limits for erasure" "Frister for sletting" erasure;
    "hold" Asked "Kept longer by law" "Oppbevares lenger etter lov" hold;
    "storage" Asked "Where it is stored" "Hvor det lagres" storage;
    "measures" Mandatory "Security measures" "Sikkerhetstiltak" measures;
    "dpia" Asked "Impact assessment" "Vurdering av personvernkonsekvenser" |_| Cell::gap();
    "breaches" Asked "Breaches" "Brudd" |_| Cell::gap();
};

pub(super) fn title(entry: &Entry<'_>) -> Cell {
    Cell::stated(entry.activity.title.clone())
}

pub(super) fn controller(entry: &Entry<'_>) -> Cell {
    Cell::same(&entry.reading.header.controller.name)
}

pub(super) fn contact(entry: &Entry<'_>) -> Cell {
    let controller = &entry.reading.header.controller;
    let mut parts = vec![controller.address.as_str()];
    parts.extend(controller.email.as_deref());
    parts.extend(controller.phone.as_deref());
    Cell::same(&parts.join("; "))
}

fn joint(entry: &Entry<'_>) -> Cell {
    match &entry.activity.role {
        Role::JointWith(whom) => Cell::stated(whom.clone()).decided(entry.decision(&["role"])),
        Role::Controller | Role::ProcessorFor(_) => Cell::none(),
    }
}

pub(super) fn representative(entry: &Entry<'_>) -> Cell {
    let controller = &entry.reading.header.controller;
    let named = controller
        .representative
        .as_ref()
        .map(|r| Localized::new(r, r));
    if in_eea(&controller.country) {
        Cell::or_none(named)
    } else {
        Cell::or_gap(named)
    }
}

pub(super) fn officer(entry: &Entry<'_>) -> Cell {
    let path = "statement.controller.data_protection_officer";
    let officer = &entry.reading.header.controller.data_protection_officer;
    Cell::or_gap(
        officer
            .as_ref()
            .map(|officer| Localized::new(officer, officer)),
    )
    .decided(entry.decided_by(|set| set == path))
}

pub(super) fn purpose(entry: &Entry<'_>) -> Cell {
    let mut said = vec![entry.activity.why.clone()];
    said.extend(terms(entry.activity.purpose.as_slice()));
    Cell::or_gap(said).decided(entry.decision(&["purpose", "why"]))
}

pub(super) fn subjects(entry: &Entry<'_>) -> Cell {
    let said = terms(entry.activity.subjects.as_slice());
    Cell::or_gap(said).decided(entry.decision(&["subjects"]))
}

fn terms(terms: &[String]) -> Vec<Localized> {
    let title = |term: &String| match dpv::term(term) {
        Some(known) => both(|language| known.title(language).to_owned()),
        None => Localized::new(term, term),
    };
    terms.iter().map(title).collect()
}

pub(super) fn data(entry: &Entry<'_>) -> Cell {
    let collections = entry.activity.collections.values();
    let said: Vec<Localized> = collections
        .map(|collection| {
            both(|language| {
                let mut fields: Vec<String> = Vec::new();
                for (name, field) in &collection.fields {
                    let title = prose::field_title(name, field, language);
                    if !fields.contains(&title) {
                        fields.push(title);
                    }
                }
                format!("{}: {}", collection.title.get(language), fields.join(", "))
            })
        })
        .collect();
    Cell::or_gap(said).decided(entry.decision(&["fields"]))
}

pub(super) fn special(entry: &Entry<'_>) -> Cell {
    let special = entry.activity.special_categories.as_ref();
    Cell::or_none(special.map(names::special_categories))
        .decided(entry.decision(&["special_categories"]))
}

fn source(entry: &Entry<'_>) -> Cell {
    let said: Vec<Localized> = entry.activity.sources.iter().map(names::source).collect();
    if entry.activity.sources.contains(&Source::Unsaid) && said.len() == 1 {
        return Cell::gap();
    }
    Cell::or_gap(said).decided(entry.decision(&["sources"]))
}

fn basis(entry: &Entry<'_>) -> Cell {
    let when = |state: &str, language: Language| {
        let state = entry.activity.states.get(state)?;
        Some(format!(" [{}]", state.get(language)))
    };
    let said: Vec<Localized> = entry
        .activity
        .bases()
        .map(|basis| {
            both(|language| {
                let when = basis.when.and_then(|state| when(state, language));
                prose::words::basis(&basis, language) + &when.unwrap_or_default()
            })
        })
        .collect();
    Cell::or_gap(said).decided(entry.decision(&["basis"]))
}

fn interest(entry: &Entry<'_>) -> Cell {
    if !entry.activity.rests_on(BasisName::LegitimateInterest) {
        return Cell::none();
    }
    let interests = entry
        .activity
        .bases()
        .filter(|b| b.name == BasisName::LegitimateInterest);
    let said: Vec<Localized> = interests
        .filter_map(|basis| match basis.terms? {
            Terms::Words(words) => Some(words.clone()),
            Terms::Law(_) => None,
        })
        .collect();
    Cell::or_gap(said).decided(entry.decision(&["basis"]))
}

fn assessment(entry: &Entry<'_>) -> Cell {
    if entry.activity.rests_on(BasisName::LegitimateInterest) {
        Cell::gap()
    } else {
        Cell::none()
    }
}

fn consent_record(entry: &Entry<'_>) -> Cell {
    if !entry.activity.rests_on_consent() {
        return Cell::none();
    }
    Cell::stated(Localized::new(
        "ledger of consents and withdrawals in Ombud",
        "protokoll over samtykker og tilbaketrekkinger i Ombud",
    ))
}

fn automated(entry: &Entry<'_>) -> Cell {
    let mut said = Vec::new();
    if entry.activity.profiling {
        said.push(Localized::new("profiling", "profilering"));
    }
    match &entry.activity.automated_decisions {
        Some(AutomatedDecisions::Logic(logic)) => said.push(logic.clone()),
        Some(AutomatedDecisions::None) => said.push(Localized::new(
            "no decisions by machines alone",
            "ingen avgjørelser tatt av maskiner alene",
        )),
        None => {}
    }
    let decision = entry.decision(&["automated_decisions", "profiling"]);
    Cell::or_none(said).decided(decision)
}

fn rights(entry: &Entry<'_>) -> Cell {
    let said: Vec<Localized> = rights_of(entry).into_iter().map(names::right).collect();
    Cell::or_gap(said)
}

/// Every right that people have against the activity.
pub(super) fn rights_of(entry: &Entry<'_>) -> Vec<Right> {
    let mut rights = entry.activity.rights_brought();
    if entry.activity.rests_on_consent() {
        rights.push(Right::Withdrawal);
    }
    rights.push(Right::Complaint);
    rights
}

fn recipients(entry: &Entry<'_>, processors: bool) -> Cell {
    let said: Vec<Localized> = entry
        .received()
        .filter(|(_, recipient)| (recipient.kind == RecipientKind::Processor) == processors)
        .map(|(_, recipient)| named(recipient))
        .collect();
    let nobody = entry.activity.recipients.is_empty() && !entry.activity.kept_inside && processors;
    let cell = if nobody {
        Cell::gap()
    } else {
        Cell::or_none(said)
    };
    cell.decided(entry.decision(&["recipients"]))
}

/// A recipient with what it is and its agreement.
pub(super) fn named(recipient: &Recipient) -> Localized {
    both(|language| {
        let title = recipient.title.get(language);
        let kind = names::recipient_kind(recipient.kind);
        let agreement = recipient
            .agreement
            .as_ref()
            .map(|agreement| match agreement.until {
                Some(until) => format!(", {} ({until})", agreement.reference),
                None => format!(", {}", agreement.reference),
            });
        format!(
            "{title} ({}{})",
            kind.get(language),
            agreement.unwrap_or_default()
        )
    })
}

/// What is said of recipients, of those for which there is something; gaps are marked one by one.
fn of_recipients(
    entry: &Entry<'_>,
    key: &str,
    say: impl Fn(&Recipient) -> Option<Localized>,
) -> Cell {
    let received: Vec<(&str, &Recipient)> = entry.received().collect();
    let said: Vec<Localized> = received
        .iter()
        .filter_map(|(_, recipient)| {
            let words = say(recipient)?;
            Some(both(|language| {
                format!("{}: {}", recipient.title.get(language), words.get(language))
            }))
        })
        .collect();
    let decision = entry.decided_by(|path| {
        let set =
            |(name, _): &(&str, &Recipient)| path == format!("statement.recipients.{name}.{key}");
        received.iter().any(set)
    });
    Cell::or_none(said).decided(decision)
}

pub(super) fn third_countries(entry: &Entry<'_>) -> Cell {
    of_recipients(entry, "countries", |recipient| {
        if recipient.countries.is_empty() {
            let unknown = recipient.transfer != Some(TransferTool::Eea);
            return unknown.then(|| Localized::new("(not stated)", "(ikke oppgitt)"));
        }
        let countries = recipient
            .countries
            .iter()
            .filter(|country| !in_eea(country));
        let countries: Vec<&str> = countries.map(String::as_str).collect();
        let countries = countries.join(", ");
        (!countries.is_empty()).then(|| Localized::new(countries.as_str(), countries.as_str()))
    })
}

pub(super) fn safeguards(entry: &Entry<'_>) -> Cell {
    of_recipients(entry, "safeguard_copy", |recipient| {
        recipient.safeguard_copy.clone()
    })
}

pub(super) fn transfer(entry: &Entry<'_>) -> Cell {
    of_recipients(entry, "transfer", |recipient| {
        let tool = recipient.transfer?;
        Some(both(|language| {
            prose::words::transfer(tool, language).to_owned()
        }))
    })
}

pub(super) fn erasure(entry: &Entry<'_>) -> Cell {
    let collections = entry.activity.collections.values();
    let said: Vec<Localized> = collections
        .map(|collection| {
            both(|language| {
                let kept = (entry.activity, collection);
                let kept = prose::kept(entry.reading, kept, language);
                let gap = prose::words::pick(language, "(not stated)", "(ikke oppgitt)");
                let kept = kept.unwrap_or_else(|| gap.to_owned());
                format!(
                    "{}: {}",
                    collection.title.get(language),
                    kept.trim_end_matches('.')
                )
            })
        })
        .collect();
    Cell::or_gap(said).decided(entry.decision(&["keep", "then"]))
}

fn hold(entry: &Entry<'_>) -> Cell {
    let collections = entry.activity.collections.values();
    let holds = collections.flat_map(|collection| {
        let holds = collection.hold.iter().flat_map(OneOrMany::as_slice);
        holds.map(move |hold| {
            let words = format!("{} ({})", hold.law, hold.keep);
            both(|language| format!("{}: {words}", collection.title.get(language)))
        })
    });
    let holds: Vec<Localized> = holds.collect();
    Cell::or_none(holds).decided(entry.decision(&["hold"]))
}

pub(super) fn storage(_: &Entry<'_>) -> Cell {
    Cell::stated(Localized::new("the vault of Ombud", "hvelvet i Ombud"))
}

/// What Ombud itself does for every record in its vault. What else protects the data the statement does
/// not say.
///
/// # Source
///
/// GDPR Article 30(1)(g).
pub(super) fn measures(_: &Entry<'_>) -> Cell {
    Cell::stated(Localized::new(
        "encryption with a key of each person; access for applications by keys bound to activities; a \
         log that cannot be altered unseen; erasure by rule, read back",
        "kryptering med en nøkkel for hver person; tilgang for programmer med nøkler som er bundet til \
         aktiviteter; en logg som ikke kan endres ubemerket; sletting etter regel, lest tilbake",
    ))
}
