//! The terms of the W3C Data Privacy Vocabulary (DPV) that statements use, and their addresses.
//!
//! A term is written with its prefix: `dpv:DirectMarketing`, `pd:EmailAddress`. Which terms there
//! are stands in `iris.txt`, which says what release it was checked against; what people call them,
//! in [`terms`](self::term); which of them are special categories, in [`special`](self::is_special).

mod special;
mod terms;

pub use special::{is_special, is_telling};
pub use terms::{Term, term};

/// The prefixes of the vocabulary and the namespaces they stand for.
pub const NAMESPACES: [(&str, &str); 7] = [
    ("dct", "http://purl.org/dc/terms/"),
    ("dpv", "https://w3id.org/dpv#"),
    ("eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"),
    ("justifications", "https://w3id.org/dpv/justifications#"),
    ("loc", "https://w3id.org/dpv/loc#"),
    ("pd", "https://w3id.org/dpv/pd#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

const VOCABULARY: &str = include_str!("iris.txt");

/// What a term is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Why data is processed.
    Purpose,
    /// Whose data it is.
    Subject,
    /// A category of personal data.
    Data,
    /// A country.
    Country,
    /// Everything else that a register is made of.
    Used,
}

/// Every known term with what it is for, sorted.
pub fn vocabulary() -> impl Iterator<Item = (&'static str, Kind)> {
    let lines = VOCABULARY.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let (term, kind) = line.split_once(' ')?;
        let kind = match kind {
            "purpose" => Kind::Purpose,
            "subject" => Kind::Subject,
            "data" => Kind::Data,
            "country" => Kind::Country,
            _ => Kind::Used,
        };
        Some((term, kind))
    })
}

/// Whether a purpose is direct marketing, which people can object to absolutely.
///
/// # Source
///
/// GDPR Article 21(2)-(3): profiling related to direct marketing is part of it.
pub fn is_direct_marketing(purpose: &str) -> bool {
    let marketing = [
        "dpv:DirectMarketing",
        "dpv:PersonalisedAdvertising",
        "dpv:TargetedAdvertising",
    ];
    marketing.contains(&purpose)
}

/// What a term is for; `None` for one that the vocabulary does not have.
pub fn kind(term: &str) -> Option<Kind> {
    let mut known = vocabulary().filter(|(known, _)| *known == term);
    known.next().map(|(_, kind)| kind)
}

/// Categories that identify a person or device, also where no identity is declared for them.
const IDENTIFIERS: [&str; 16] = [
    "pd:BrowserFingerprint",
    "pd:Contact",
    "pd:DigitalFingerprint",
    "pd:EmailAddress",
    "pd:EmailAddressPersonal",
    "pd:EmailAddressWork",
    "pd:IPAddress",
    "pd:Identifier",
    "pd:MACAddress",
    "pd:Name",
    "pd:OfficialID",
    "pd:Passport",
    "pd:Picture",
    "pd:TelephoneNumber",
    "pd:UID",
    "pd:Username",
];

/// Whether data of this category identifies a person or device.
pub fn identifies(term: &str) -> bool {
    IDENTIFIERS.contains(&term)
}

/// The full address of a term with a known prefix: `pd:Name` is `https://w3id.org/dpv/pd#Name`.
pub fn iri(term: &str) -> Option<String> {
    let (prefix, id) = term.split_once(':')?;
    let (_, namespace) = NAMESPACES.iter().find(|(known, _)| *known == prefix)?;
    Some(format!("{namespace}{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_is_one_of_the_vocabulary() {
        for term in IDENTIFIERS {
            assert_eq!(kind(term), Some(Kind::Data), "{term}");
        }
    }

    use crate::language::Language;

    #[test]
    fn a_term_expands_to_its_address() {
        assert_eq!(iri("pd:Name").unwrap(), "https://w3id.org/dpv/pd#Name");
        assert_eq!(
            iri("eu-gdpr:A6-1-a").unwrap(),
            "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"
        );
        assert_eq!(iri("pdx:Name"), None);
        assert_eq!(iri("Name"), None);
    }

    #[test]
    fn the_list_is_sorted_and_every_term_is_an_address() {
        let terms: Vec<_> = vocabulary().collect();
        assert!(terms.is_sorted());
        assert!(terms.windows(2).all(|pair| pair[0].0 != pair[1].0));
        let lines = VOCABULARY.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), terms.len());
        for (term, _) in terms {
            let address = iri(term).unwrap();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-:/#.".contains(c);
            assert!(address.chars().all(plain), "{address}");
        }
        let count = |kind| vocabulary().filter(|(_, k)| *k == kind).count();
        assert_eq!(
            vocabulary().filter(|(t, _)| t.starts_with("pd:")).count(),
            231
        );
        assert_eq!((count(Kind::Purpose), count(Kind::Subject)), (122, 32));
    }

    #[test]
    fn what_people_call_a_term_is_a_term() {
        for (term, kind) in vocabulary() {
            let title = super::term(term).map(|term| term.title(Language::Nb));
            assert!(title.is_none_or(|title| !title.is_empty()));
            assert!(title.is_none() || kind < Kind::Country, "{term}");
        }
        for term in terms::TERMS {
            let written = format!("{}:{}", term.prefix, term.id);
            assert!(
                kind(&written).is_some(),
                "{written} is not in the vocabulary"
            );
        }
    }
}
