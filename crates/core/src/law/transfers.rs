//! Where personal data may go without a safeguard of its own: the EEA, and countries that the
//! Commission found to protect it adequately.

use jiff::civil::{Date, date};

/// The member states of the European Union and the three EFTA states of the EEA Agreement, as
/// ISO 3166-1 codes in order.
///
/// # Source
///
/// EEA Agreement; GDPR, taken into it by Joint Committee decision 154/2018.
pub const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether a country, as an ISO 3166-1 code, lies in the EEA.
pub fn in_eea(country: &str) -> bool {
    EEA.contains(&country)
}

/// What an adequacy decision covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// Every recipient in the country.
    Everyone,
    /// Only some, named here: whether a recipient is one of them must be looked up.
    Only(&'static str),
}

/// A decision of the Commission that a country protects personal data adequately
/// (GDPR Article 45(3), or Article 45(9) for those taken before the GDPR).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adequacy {
    /// The country as an ISO 3166-1 code.
    pub country: &'static str,
    /// The number of the decision, where it has been looked up.
    pub decision: &'static str,
    /// The day of the decision.
    pub from: Date,
    /// The last day on which it holds, when it ends.
    pub until: Option<Date>,
    /// What it covers.
    pub covers: Covers,
}

const fn open(country: &'static str, decision: &'static str, from: Date) -> Adequacy {
    Adequacy {
        country,
        decision,
        from,
        until: None,
        covers: Covers::Everyone,
    }
}

const fn only(adequacy: Adequacy, covers: &'static str) -> Adequacy {
    Adequacy {
        covers: Covers::Only(covers),
        ..adequacy
    }
}

/// Every adequacy decision on a country, in order of country. Review this list every month.
///
/// The decision on the European Patent Office (15 July 2025) is about an organisation, not a country,
/// and is not listed.
///
/// # Source
///
/// GDPR Article 45; the Commission's decisions, by number. Norway, Iceland and Liechtenstein may
/// apply a decision before it is taken into the EEA Agreement (Joint Committee decision 154/2018).
pub const ADEQUACY: [Adequacy; 16] = [
    open("AD", "2010/625/EU", date(2010, 10, 19)),
    open("AR", "2003/490/EC", date(2003, 6, 30)),
    open("BR", "Brazil, January 2026", date(2026, 1, 27)),
    only(
        open("CA", "2002/2/EC", date(2001, 12, 20)),
        "organisations subject to the federal act on personal information in commerce",
    ),
    open("CH", "2000/518/EC", date(2000, 7, 26)),
    open("FO", "2010/146/EU", date(2010, 3, 5)),
    Adequacy {
        country: "GB",
        decision: "(EU) 2021/1772, prolonged",
        from: date(2021, 6, 28),
        until: Some(date(2031, 12, 27)),
        covers: Covers::Everyone,
    },
    open("GG", "2003/821/EC", date(2003, 11, 21)),
    open("IL", "2011/61/EU", date(2011, 1, 31)),
    open("IM", "2004/411/EC", date(2004, 4, 28)),
    open("JE", "2008/393/EC", date(2008, 5, 8)),
    only(
        open("JP", "(EU) 2019/419", date(2019, 1, 23)),
        "businesses subject to the act on the protection of personal information",
    ),
    open("KR", "(EU) 2022/254", date(2021, 12, 17)),
    open("NZ", "2013/65/EU", date(2012, 12, 19)),
    only(
        open("US", "(EU) 2023/1795", date(2023, 7, 10)),
        "companies certified under the Data Privacy Framework",
    ),
    open("UY", "2012/484/EU", date(2012, 8, 21)),
];

/// The adequacy decision on a country in force on a day; both the first and the last day count.
pub fn adequacy(country: &str, on: Date) -> Option<&'static Adequacy> {
    ADEQUACY.iter().find(|adequacy| {
        adequacy.country == country
            && adequacy.from <= on
            && adequacy.until.is_none_or(|until| on <= until)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eea_is_the_union_and_three_more() {
        for country in ["NO", "IS", "LI", "DK", "IE", "GR"] {
            assert!(in_eea(country), "{country}");
        }
        for country in ["GB", "CH", "US", "no", "EL", ""] {
            assert!(!in_eea(country), "{country}");
        }
        assert!(EEA.is_sorted());
    }

    #[test]
    fn an_adequacy_decision_holds_from_its_first_day_to_its_last() {
        #[rustfmt::skip]
        let rows = [
            ("GB", "2021-06-27", false),
            ("GB", "2021-06-28", true),
            ("GB", "2031-12-27", true),
            ("GB", "2031-12-28", false),
            ("BR", "2026-01-26", false),
            ("BR", "2026-01-27", true),
            ("US", "2023-07-09", false),
            ("US", "2023-07-10", true),
            ("CH", "2026-11-23", true),
            ("IN", "2026-11-23", false),
            ("NO", "2026-11-23", false),
        ];
        for (country, on, want) in rows {
            let found = adequacy(country, on.parse().unwrap());
            assert_eq!(found.is_some(), want, "{country} on {on}");
        }
    }

    #[test]
    fn some_decisions_cover_only_some_recipients() {
        let on = date(2026, 11, 23);
        let partial: Vec<_> = ADEQUACY
            .iter()
            .filter(|a| a.covers != Covers::Everyone && adequacy(a.country, on).is_some())
            .map(|a| a.country)
            .collect();
        assert_eq!(partial, ["CA", "JP", "US"]);
        assert!(ADEQUACY.iter().map(|a| a.country).is_sorted());
    }
}
