//! What people call the choices that a statement offers: rights, channels, recipients, sources.

use super::model::{
    Channel, CookieCategory, RecipientKind, Right, Role, Source, SpecialCategories,
};
use crate::language::Localized;

/// A right, as a noun.
pub fn right(right: Right) -> Localized {
    let (en, nb) = match right {
        Right::Access => ("access", "innsyn"),
        Right::Rectification => ("rectification", "retting"),
        Right::Erasure => ("erasure", "sletting"),
        Right::Restriction => ("restriction", "begrensning"),
        Right::Portability => ("portability", "dataportabilitet"),
        Right::Objection => ("objection", "å protestere"),
        Right::ObjectionToMarketing => (
            "objection to direct marketing",
            "å protestere mot direkte markedsføring",
        ),
        Right::ObjectionToPublicTask => (
            "objection to a task in the public interest",
            "å protestere mot en oppgave i allmennhetens interesse",
        ),
        Right::Withdrawal => ("withdrawal of consent", "å trekke tilbake samtykke"),
        Right::HumanDecision => (
            "not to be subject to a decision by machines alone",
            "å ikke være gjenstand for en avgjørelse tatt av maskiner alene",
        ),
        Right::Complaint => (
            "complaint to the supervisory authority",
            "å klage til tilsynsmyndigheten",
        ),
    };
    Localized::new(en, nb)
}

/// A channel, as a noun.
pub fn channel(channel: Channel) -> Localized {
    let (en, nb) = match channel {
        Channel::Email => ("email", "e-post"),
        Channel::Link => ("a link in the message", "en lenke i meldingen"),
        Channel::Form => ("a form", "et skjema"),
        Channel::Product => ("the product", "produktet"),
        Channel::Sms => ("text message", "SMS"),
        Channel::App => ("the app", "appen"),
        Channel::Phone => ("telephone", "telefon"),
        Channel::Post => ("letter", "brev"),
        Channel::CookieSettings => ("cookie settings", "innstillinger for informasjonskapsler"),
        Channel::Web => ("the website", "nettstedet"),
        Channel::SocialMedia => ("social media", "sosiale medier"),
        Channel::Employer => ("the employer", "arbeidsgiveren"),
    };
    Localized::new(en, nb)
}

/// What a recipient is to the controller.
pub fn recipient_kind(kind: RecipientKind) -> Localized {
    let (en, nb) = match kind {
        RecipientKind::Processor => ("processor", "databehandler"),
        RecipientKind::Group => ("company of the group", "selskap i konsernet"),
        RecipientKind::Partner => ("partner", "partner"),
        RecipientKind::JointController => ("joint controller", "felles behandlingsansvarlig"),
        RecipientKind::Authority => ("public authority", "offentlig myndighet"),
        RecipientKind::Public => ("the public", "offentligheten"),
        RecipientKind::Controller => ("controller", "behandlingsansvarlig"),
    };
    Localized::new(en, nb)
}

/// Where data comes from.
pub fn source(source: &Source) -> Localized {
    match source {
        Source::Subject => Localized::new("the person", "personen selv"),
        Source::Observed => Localized::new("observed in use", "observert ved bruk"),
        Source::Derived => Localized::new("derived by us", "utledet av oss"),
        Source::Other(other) => other.from.clone(),
        Source::Unsaid => Localized::new("a source not stated", "en kilde som ikke er oppgitt"),
    }
}

/// The role in which the company acts.
pub fn role(role: &Role) -> Localized {
    let with = |en: &str, nb: &str, whom: &Localized| {
        let said = |lead: &str, language| format!("{lead} {}", whom.get(language));
        Localized::new(
            said(en, crate::language::Language::En),
            said(nb, crate::language::Language::Nb),
        )
    };
    match role {
        Role::Controller => Localized::new("controller", "behandlingsansvarlig"),
        Role::ProcessorFor(whom) => with("processor for", "databehandler for", whom),
        Role::JointWith(whom) => with(
            "joint controller with",
            "behandlingsansvarlig sammen med",
            whom,
        ),
    }
}

/// What is said of special categories of data.
pub fn special_categories(special: &SpecialCategories) -> Localized {
    match special {
        SpecialCategories::Excluded(how) | SpecialCategories::Reminder(how) => how.clone(),
        SpecialCategories::Condition(article) => Localized::new(
            format!("under GDPR Article {article}"),
            format!("etter GDPR artikkel {article}"),
        ),
    }
}

/// The category of a cookie.
pub fn cookie_category(category: CookieCategory) -> Localized {
    let (en, nb) = match category {
        CookieCategory::Necessary => ("necessary", "nødvendig"),
        CookieCategory::Preferences => ("preferences", "preferanser"),
        CookieCategory::Statistics => ("statistics", "statistikk"),
        CookieCategory::Marketing => ("marketing", "markedsføring"),
    };
    Localized::new(en, nb)
}

/// Yes or no.
pub fn yes_no(yes: bool) -> Localized {
    if yes {
        Localized::new("yes", "ja")
    } else {
        Localized::new("no", "nei")
    }
}
