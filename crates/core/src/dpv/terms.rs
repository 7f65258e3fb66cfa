//! What people call the terms that statements use, in each language.

use crate::language::Language;

/// A term of the vocabulary and what people call it, as it stands inside a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The prefix: `dpv` or `pd`.
    pub prefix: &'static str,
    /// The name within the prefix, for example `EmailAddress`.
    pub id: &'static str,
    /// In English.
    pub en: &'static str,
    /// In Bokmål.
    pub nb: &'static str,
}

impl Term {
    /// What people call it.
    pub const fn title(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Nb => self.nb,
        }
    }
}

/// The term that `prefix:Id` names, where it has a title here.
pub fn term(written: &str) -> Option<&'static Term> {
    let (prefix, id) = written.split_once(':')?;
    TERMS
        .iter()
        .find(|term| term.prefix == prefix && term.id == id)
}

const fn dpv(id: &'static str, en: &'static str, nb: &'static str) -> Term {
    Term {
        prefix: "dpv",
        id,
        en,
        nb,
    }
}

const fn pd(id: &'static str, en: &'static str, nb: &'static str) -> Term {
    Term {
        prefix: "pd",
        id,
        en,
        nb,
    }
}

pub(super) const TERMS: &[Term] = &[
    // Purposes.
    dpv(
        "AcademicResearch",
        "academic research",
        "akademisk forskning",
    ),
    dpv(
        "AccountManagement",
        "management of accounts",
        "forvaltning av kontoer",
    ),
    dpv("Advertising", "advertising", "annonsering"),
    dpv(
        "CommercialResearch",
        "commercial research",
        "kommersiell forskning",
    ),
    dpv(
        "CommunicationForCustomerCare",
        "communication for customer care",
        "kommunikasjon for kundepleie",
    ),
    dpv("CustomerCare", "customer care", "kundepleie"),
    dpv(
        "CustomerManagement",
        "customer management",
        "kundebehandling",
    ),
    dpv(
        "CustomerOrderManagement",
        "management of customers' orders",
        "behandling av bestillinger fra kunder",
    ),
    dpv(
        "CustomerRelationshipManagement",
        "management of customer relations",
        "forvaltning av kundeforhold",
    ),
    dpv(
        "DirectMarketing",
        "direct marketing",
        "direkte markedsføring",
    ),
    dpv("EnforceSecurity", "security", "sikkerhet"),
    dpv(
        "EstablishContractualAgreement",
        "entering into an agreement",
        "inngåelse av avtale",
    ),
    dpv(
        "FraudPreventionAndDetection",
        "preventing and discovering fraud",
        "forebygging og avdekking av svindel",
    ),
    dpv(
        "FulfilmentOfContractualObligation",
        "fulfilment of agreements",
        "oppfyllelse av avtaler",
    ),
    dpv(
        "FulfilmentOfObligation",
        "fulfilment of duties",
        "oppfyllelse av plikter",
    ),
    dpv(
        "ImproveExistingProductsAndServices",
        "improvement of products and services",
        "forbedring av produkter og tjenester",
    ),
    dpv(
        "LegalCompliance",
        "compliance with law",
        "etterlevelse av lov",
    ),
    dpv("Marketing", "marketing", "markedsføring"),
    dpv(
        "MisusePreventionAndDetection",
        "preventing and discovering misuse",
        "forebygging og avdekking av misbruk",
    ),
    dpv(
        "OptimiseUserInterface",
        "making the user interface better",
        "forbedring av brukergrensesnittet",
    ),
    dpv(
        "PaymentManagement",
        "management of payments",
        "håndtering av betaling",
    ),
    dpv("Personalisation", "personalisation", "personlig tilpasning"),
    dpv(
        "PersonalisedAdvertising",
        "personalised advertising",
        "persontilpasset annonsering",
    ),
    dpv(
        "PersonnelManagement",
        "personnel management",
        "personalforvaltning",
    ),
    dpv("RecruitmentManagement", "recruitment", "rekruttering"),
    dpv("RepairImpairments", "repair of faults", "retting av feil"),
    dpv(
        "RequestedServiceProvision",
        "providing a service that was asked for",
        "levering av en tjeneste noen har bedt om",
    ),
    dpv(
        "RightsFulfilment",
        "respecting people's rights",
        "oppfyllelse av folks rettigheter",
    ),
    dpv(
        "ServiceProvision",
        "providing services",
        "levering av tjenester",
    ),
    dpv(
        "ServiceRegistration",
        "registration for services",
        "påmelding til tjenester",
    ),
    dpv(
        "ServiceUsageAnalytics",
        "analysis of how services are used",
        "analyse av hvordan tjenester brukes",
    ),
    dpv(
        "SocialMediaMarketing",
        "marketing on social media",
        "markedsføring i sosiale medier",
    ),
    // People.
    dpv("Applicant", "applicants", "søkere"),
    dpv("Child", "children", "barn"),
    dpv("Client", "clients", "klienter"),
    dpv("Consumer", "consumers", "forbrukere"),
    dpv("Customer", "customers", "kunder"),
    dpv(
        "DataSubject",
        "the people whose data it is",
        "dem opplysningene gjelder",
    ),
    dpv("Employee", "employees", "ansatte"),
    dpv("JobApplicant", "job applicants", "jobbsøkere"),
    dpv("Member", "members", "medlemmer"),
    dpv("Participant", "participants", "deltakere"),
    dpv("Subscriber", "subscribers", "abonnenter"),
    dpv("User", "users", "brukere"),
    dpv("Visitor", "visitors", "besøkende"),
    // Categories of data.
    pd("Age", "age", "alder"),
    pd(
        "AuthenticationHistory",
        "log-in history",
        "påloggingshistorikk",
    ),
    pd("BirthDate", "date of birth", "fødselsdato"),
    pd(
        "BrowsingBehaviour",
        "browsing behaviour",
        "hva du gjør på nettet",
    ),
    pd("Communication", "communication", "kommunikasjon"),
    pd("Contact", "contact details", "kontaktopplysninger"),
    pd("Country", "country", "land"),
    pd(
        "CurrentEmployment",
        "current employment",
        "nåværende arbeidsforhold",
    ),
    pd(
        "Demographic",
        "demographic information",
        "demografiske opplysninger",
    ),
    pd(
        "DeviceBased",
        "information about a device",
        "opplysninger om en enhet",
    ),
    pd("Education", "education", "utdanning"),
    pd("EmailAddress", "email address", "e-postadresse"),
    pd("EmailContent", "content of emails", "innhold i e-post"),
    pd(
        "EmploymentHistory",
        "employment history",
        "arbeidshistorikk",
    ),
    pd("Gender", "gender", "kjønn"),
    pd("IPAddress", "IP address", "IP-adresse"),
    pd(
        "IndividualProfile",
        "individual profile",
        "individuell profil",
    ),
    pd("Interest", "interests", "interesser"),
    pd("Job", "job", "jobb"),
    pd("Language", "language", "språk"),
    pd("LinkClicked", "links clicked", "lenker det er klikket på"),
    pd("Location", "location", "posisjon"),
    pd("Name", "name", "navn"),
    pd("Opinion", "opinions", "meninger"),
    pd(
        "PersonalDocuments",
        "personal documents",
        "personlige dokumenter",
    ),
    pd("Personality", "personality", "personlighet"),
    pd("PhysicalAddress", "address", "adresse"),
    pd("Picture", "images", "bilder"),
    pd(
        "ProfessionalCertification",
        "professional certificates",
        "kursbevis og sertifikater",
    ),
    pd(
        "ProfessionalEvaluation",
        "professional evaluation",
        "faglig vurdering",
    ),
    pd("ProfessionalInterview", "job interviews", "jobbintervjuer"),
    pd(
        "ProfessionalTraining",
        "professional training",
        "faglig opplæring",
    ),
    pd("Purchase", "purchases", "kjøp"),
    pd("Reference", "references", "referanser"),
    pd("Salary", "salary", "lønn"),
    pd(
        "ServiceConsumptionBehaviour",
        "use of services",
        "bruk av tjenester",
    ),
    pd("TelephoneNumber", "phone number", "telefonnummer"),
    pd("Transactional", "transactions", "transaksjoner"),
    pd("UID", "user ID", "bruker-ID"),
    pd("UserAgent", "type of browser", "type nettleser"),
    pd("Username", "username", "brukernavn"),
    pd(
        "VoiceCommunicationRecording",
        "recordings of the voice",
        "opptak av stemmen",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_stands_once_and_is_found() {
        for (at, known) in TERMS.iter().enumerate() {
            let written = format!("{}:{}", known.prefix, known.id);
            assert_eq!(term(&written), Some(known));
            let again = TERMS
                .iter()
                .skip(at + 1)
                .find(|t| t.id == known.id && t.prefix == known.prefix);
            assert_eq!(again, None);
        }
        assert_eq!(term("pd:Nme"), None);
        assert_eq!(term("pd:Name").unwrap().title(Language::Nb), "navn");
    }
}
