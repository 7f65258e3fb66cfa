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

/// What people call a key of the statement's files; nothing where a word of its author stands.
pub fn key(key: &str) -> Option<Localized> {
    let (_, en, nb) = KEYS.iter().find(|(known, ..)| *known == key)?;
    Some(Localized::new(*en, *nb))
}

/// Keys in both languages.
const KEYS: &[(&str, &str, &str)] = &[
    ("en", "English", "engelsk"),
    ("nb", "Norwegian", "norsk"),
    ("title", "what it is called", "hva det heter"),
    ("languages", "languages", "språk"),
    (
        "effective",
        "the day from which the statement applies",
        "dagen erklæringen gjelder fra",
    ),
    (
        "zone",
        "time zone in which days begin and end",
        "tidssonen som dager begynner og slutter i",
    ),
    (
        "financial_year_ends",
        "the last day of the financial year",
        "siste dag i regnskapsåret",
    ),
    (
        "controller",
        "the company that is responsible",
        "selskapet som er ansvarlig",
    ),
    (
        "joint_arrangement",
        "arrangement between those who are responsible together",
        "ordningen mellom dem som er ansvarlige sammen",
    ),
    ("section", "section", "punkt"),
    ("authority", "supervisory authority", "tilsynsmyndighet"),
    ("name", "name", "navn"),
    ("url", "address on the web", "nettadresse"),
    ("address", "address", "adresse"),
    (
        "published",
        "whether the text says so",
        "om det står i teksten",
    ),
    (
        "identities",
        "ways to tell who you are",
        "måter å vite hvem du er på",
    ),
    (
        "normalise",
        "how spellings are compared",
        "hvordan skrivemåter sammenlignes",
    ),
    (
        "hint",
        "only hints at who is meant",
        "antyder bare hvem som menes",
    ),
    ("recipients", "recipients", "mottakere"),
    ("purpose", "purpose", "formål"),
    ("basis", "legal basis", "rettslig grunnlag"),
    ("countries", "countries", "land"),
    (
        "safeguard_copy",
        "how to get a copy of the safeguards",
        "hvordan du får en kopi av garantiene",
    ),
    ("agreement", "agreement", "avtale"),
    ("reference", "reference", "referanse"),
    ("until", "last day", "siste dag"),
    ("keep", "how long it is kept", "hvor lenge det oppbevares"),
    (
        "named",
        "companies that are named",
        "selskaper som er nevnt",
    ),
    (
        "responsibility_denied",
        "responsibility is denied",
        "ansvar er fraskrevet",
    ),
    ("links", "links", "lenker"),
    ("rights", "your rights", "rettighetene dine"),
    (
        "identity_check",
        "how we make sure who you are",
        "hvordan vi forsikrer oss om hvem du er",
    ),
    (
        "objection_shown_separately",
        "the right to object stands by itself",
        "retten til å protestere står for seg selv",
    ),
    (
        "limits_told",
        "limits of the rights are told",
        "begrensninger i rettighetene er nevnt",
    ),
    (
        "told_before_new_purpose",
        "you are told before a new purpose",
        "du får vite det før et nytt formål",
    ),
    (
        "changes",
        "changes of the statement",
        "endringer i erklæringen",
    ),
    ("channels", "channels", "kanaler"),
    (
        "notice",
        "how long before we tell you",
        "hvor lenge før vi sier fra",
    ),
    (
        "asks_to_review",
        "you are asked to read it again",
        "du blir bedt om å lese den på nytt",
    ),
    (
        "history_published",
        "earlier versions are published",
        "tidligere versjoner er publisert",
    ),
    (
        "authority_requests",
        "requests of authorities",
        "krav fra myndigheter",
    ),
    (
        "only_on",
        "when data is handed over",
        "når opplysninger utleveres",
    ),
    ("approved_by", "who approves", "hvem som godkjenner"),
    ("person_told", "whether you are told", "om du får vite det"),
    (
        "notice_before",
        "how long before you are told",
        "hvor lenge før du får vite det",
    ),
    (
        "outside_eea",
        "authorities outside the EEA",
        "myndigheter utenfor EØS",
    ),
    ("why", "why it is done", "hvorfor det gjøres"),
    ("consent", "consent", "samtykke"),
    (
        "explicit_consent",
        "explicit consent",
        "uttrykkelig samtykke",
    ),
    ("contract", "contract", "avtale"),
    (
        "legal_obligation",
        "legal obligation",
        "rettslig forpliktelse",
    ),
    ("vital_interest", "vital interest", "vital interesse"),
    (
        "public_task",
        "task in the public interest",
        "oppgave i allmennhetens interesse",
    ),
    (
        "legitimate_interest",
        "legitimate interest",
        "berettiget interesse",
    ),
    ("when", "when it applies", "når det gjelder"),
    ("covers", "what it covers", "hva det omfatter"),
    ("doubt", "doubt", "tvil"),
    (
        "service_messages",
        "messages that still go out",
        "meldinger som fortsatt sendes",
    ),
    (
        "existing_customers",
        "marketing to existing customers",
        "markedsføring til eksisterende kunder",
    ),
    ("who", "who they are", "hvem de er"),
    (
        "device_access",
        "access to your device",
        "tilgang til enheten din",
    ),
    (
        "consent_given_by",
        "how consent is given",
        "hvordan samtykke gis",
    ),
    (
        "unambiguous",
        "consent is given unmistakably",
        "samtykke gis utvetydig",
    ),
    ("sources", "sources", "kilder"),
    (
        "mentions",
        "parties that are mentioned",
        "parter som er nevnt",
    ),
    ("open_list", "open lists", "åpne lister"),
    ("states", "states", "tilstander"),
    ("uncovered", "what no rule covers", "det ingen regel dekker"),
    (
        "held_for_customers",
        "held for customers",
        "oppbevares for kunder",
    ),
    ("collections", "records", "oppføringer"),
    ("hedge", "reservation", "forbehold"),
    ("events", "events", "hendelser"),
    (
        "also_said",
        "other periods that are told",
        "andre frister som er nevnt",
    ),
    (
        "same_as",
        "the same data elsewhere",
        "de samme opplysningene andre steder",
    ),
    ("leaves", "what is left", "det som blir igjen"),
    ("consent_proof", "proof of consent", "bevis for samtykke"),
    ("hash", "a hash", "en hash"),
    (
        "own",
        "kept by the program itself",
        "oppbevares av selve programmet",
    ),
    ("copies", "copies", "kopier"),
    ("statistics", "statistics", "statistikk"),
    ("by", "counted by", "telles etter"),
    ("per", "counted per", "telles per"),
    (
        "at_least",
        "the smallest number that is shown",
        "det minste antallet som vises",
    ),
    ("fields", "fields", "felt"),
    ("type", "kind of content", "type innhold"),
    ("category", "category", "kategori"),
    ("identity", "tells who you are", "forteller hvem du er"),
    ("called_anonymous", "called anonymous", "kalles anonymt"),
    ("cookies", "cookies", "informasjonskapsler"),
    ("recipient", "recipient", "mottaker"),
];
