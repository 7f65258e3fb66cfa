//! From which age a child consents alone to a service on the internet.

use jiff::civil::{Date, date};

/// The age that GDPR Article 8(1) sets where a country has set no lower one.
pub const UNLESS_LOWERED: u8 = 16;

/// A country's age of consent, from a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentAge {
    /// The country as an ISO 3166-1 code.
    pub country: &'static str,
    /// The age in years.
    pub years: u8,
    /// The first day on which it applies.
    pub from: Date,
}

const GDPR: Date = date(2018, 5, 25);

const fn age(country: &'static str, years: u8, from: Date) -> ConsentAge {
    ConsentAge {
        country,
        years,
        from,
    }
}

/// The EEA countries that lowered the age, in order of country and day. All others keep 16.
///
/// # Source
///
/// GDPR Article 8(1); Commission staff working document SWD(2020) 115 for the ages of 2020; Denmark's
/// databeskyttelsesloven § 6 as amended from 2024; Slovenia's ZVOP-2 from 26 January 2023; Norway's
/// personopplysningsloven § 5 (raising it to 15 was proposed in 2025 and has not been adopted).
pub const LOWERED: [ConsentAge; 21] = [
    age("AT", 14, GDPR),
    age("BE", 13, GDPR),
    age("BG", 14, GDPR),
    age("CY", 14, GDPR),
    age("CZ", 15, GDPR),
    age("DK", 13, GDPR),
    age("DK", 15, date(2024, 1, 1)),
    age("EE", 13, GDPR),
    age("ES", 14, GDPR),
    age("FI", 13, GDPR),
    age("FR", 15, GDPR),
    age("GR", 15, GDPR),
    age("IS", 13, date(2018, 7, 15)),
    age("IT", 14, GDPR),
    age("LT", 14, GDPR),
    age("LV", 13, GDPR),
    age("MT", 13, GDPR),
    age("NO", 13, date(2018, 7, 20)),
    age("PT", 13, GDPR),
    age("SE", 13, GDPR),
    age("SI", 15, date(2023, 1, 26)),
];

/// The age in years from which a child in this country consents alone, on a day.
pub fn consent_age(country: &str, on: Date) -> u8 {
    LOWERED
        .iter()
        .rfind(|age| age.country == country && age.from <= on)
        .map_or(UNLESS_LOWERED, |age| age.years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_in_force_on_the_day_counts() {
        #[rustfmt::skip]
        let rows = [
            ("NO", "2018-07-19", 16),
            ("NO", "2018-07-20", 13),
            ("DK", "2023-12-31", 13),
            ("DK", "2024-01-01", 15),
            ("SI", "2023-01-25", 16),
            ("SI", "2023-01-26", 15),
            ("DE", "2026-11-23", 16),
            ("US", "2026-11-23", 16),
        ];
        for (country, on, want) in rows {
            assert_eq!(
                consent_age(country, on.parse().unwrap()),
                want,
                "{country} on {on}"
            );
        }
    }

    #[test]
    fn every_age_is_one_that_the_gdpr_allows() {
        for age in LOWERED {
            assert!((13..UNLESS_LOWERED).contains(&age.years), "{age:?}");
            assert!(crate::law::transfers::in_eea(age.country), "{age:?}");
        }
        assert!(
            LOWERED
                .iter()
                .map(|age| (age.country, age.from))
                .is_sorted()
        );
    }
}
