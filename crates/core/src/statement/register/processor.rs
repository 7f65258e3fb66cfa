//! The columns of the processor's register.

use super::controller::{
    columns, contact, controller, data, erasure, measures, named, officer, purpose, representative,
    safeguards, storage, subjects, third_countries, title, transfer,
};
use super::{Cell, Column, Entry, Need};
use crate::language::Localized;
use crate::statement::model::Role;

/// The columns in order.
pub(super) const COLUMNS: &[Column] = columns! {
    "activity" Asked "Activity" "Aktivitet" title;
    "section" Asked "Section of the statement" "Del av erklæringen" |entry| Cell::same(&entry.activity.section);
    "processor" Mandatory "Processor" "Databehandler" controller;
    "contact" Mandatory "Contact" "Kontakt" contact;
    "representative" IfApplicable "Representative" "Representant" representative;
    "dpo" IfApplicable "Data protection officer" "Personvernombud" officer;
    "on_behalf_of" Mandatory "On behalf of" "På vegne av" on_behalf_of;
    "categories" Mandatory "Categories of processing" "Kategorier av behandling" purpose;
    "subjects" Asked "Categories of people" "Kategorier av personer" subjects;
    "data" Asked "Categories of data" "Kategorier av opplysninger" data;
    "sub_processors" Asked "Sub-processors and agreements" "Underdatabehandlere og avtaler" sub_processors;
    "third_countries" IfApplicable "Third countries" "Tredjeland" third_countries;
    "safeguards" IfApplicable "Safeguards" "Garantier" safeguards;
    "transfer" IfApplicable "Kind of transfer" "Type overføring" transfer;
    "erasure" Asked "Time limits for erasure" "Frister for sletting" erasure;
    "storage" Asked "Where it is stored" "Hvor det lagres" storage;
    "measures" Mandatory "Security measures" "Sikkerhetstiltak" measures;
};

fn on_behalf_of(entry: &Entry<'_>) -> Cell {
    match &entry.activity.role {
        Role::ProcessorFor(whom) => Cell::stated(whom.clone()).decided(entry.decision(&["role"])),
        Role::Controller | Role::JointWith(_) => Cell::gap(),
    }
}

fn sub_processors(entry: &Entry<'_>) -> Cell {
    let said: Vec<Localized> = entry
        .received()
        .map(|(_, recipient)| named(recipient))
        .collect();
    Cell::or_none(said).decided(entry.decision(&["recipients"]))
}
