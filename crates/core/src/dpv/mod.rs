//! The terms of the W3C Data Privacy Vocabulary (DPV) that statements use, and their addresses.
//!
//! A term is written with its prefix: `dpv:DirectMarketing`, `pd:EmailAddress`.

mod terms;

pub use terms::{Term, term};

/// The prefixes of the vocabulary and the namespaces they stand for.
pub const NAMESPACES: [(&str, &str); 5] = [
    ("dpv", "https://w3id.org/dpv#"),
    ("pd", "https://w3id.org/dpv/pd#"),
    ("eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"),
    ("loc", "https://w3id.org/dpv/loc#"),
    ("justifications", "https://w3id.org/dpv/justifications#"),
];

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
    fn a_term_expands_to_its_address() {
        assert_eq!(iri("pd:Name").unwrap(), "https://w3id.org/dpv/pd#Name");
        assert_eq!(
            iri("eu-gdpr:A6-1-a").unwrap(),
            "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"
        );
        assert_eq!(iri("pdx:Name"), None);
        assert_eq!(iri("Name"), None);
    }
}
