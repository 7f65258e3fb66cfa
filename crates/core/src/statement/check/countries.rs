//! Countries as transfers see them: the EEA, and who has an adequacy decision until when.
//!
//! These are facts that change: review the table against the Commission's list.

use jiff::civil::{Date, date};

/// The 30 states of the European Economic Area, as ISO 3166-1 codes.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IS", "IT",
    "LI", "LV", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

/// Countries with an adequacy decision, and its last day where one is set.
///
/// Where the decision covers only some (CA commercial organisations, JP private sector, US firms
/// certified under the Data Privacy Framework), the country is listed: whether the recipient is one
/// of them stands in the agreement with it.
const ADEQUATE: [(&str, Option<Date>); 16] = [
    ("AD", None),
    ("AR", None),
    ("BR", None),
    ("CA", None),
    ("CH", None),
    ("FO", None),
    ("GB", Some(date(2031, 12, 27))),
    ("GG", None),
    ("IL", None),
    ("IM", None),
    ("JE", None),
    ("JP", None),
    ("KR", None),
    ("NZ", None),
    ("US", None),
    ("UY", None),
];

/// Whether a country, as its ISO 3166-1 code, belongs to the EEA.
pub fn in_eea(country: &str) -> bool {
    EEA.contains(&country)
}

/// Whether the Commission has found a country's protection adequate (GDPR Article 45) on a day.
pub fn is_adequate(country: &str, on: Date) -> bool {
    ADEQUATE
        .iter()
        .any(|(code, until)| *code == country && until.is_none_or(|until| on <= until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norway_and_liechtenstein_are_inside_and_britain_is_not() {
        assert!(in_eea("NO") && in_eea("LI") && in_eea("IS"));
        assert!(!in_eea("GB") && !in_eea("CH") && !in_eea("US"));
    }

    #[test]
    fn the_decision_on_britain_ends() {
        assert!(is_adequate("GB", date(2031, 12, 27)));
        assert!(!is_adequate("GB", date(2031, 12, 28)));
        assert!(!is_adequate("IN", date(2026, 1, 1)));
    }
}
