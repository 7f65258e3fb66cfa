//! How facts read in a language: lists, dates, channels, legal bases.

use jiff::civil::Date;

use crate::language::Language;
use crate::statement::model::{BasisName, Channel, TransferTool};
use crate::statement::{LegalBasis, Terms};

/// Picks the text of a language.
pub(in crate::statement) fn pick<T>(language: Language, en: T, nb: T) -> T {
    match language {
        Language::En => en,
        Language::Nb => nb,
    }
}

/// `a, b and c`, `a, b og c`; nothing for an empty list.
pub(in crate::statement) fn and_list(items: &[String], language: Language) -> String {
    joined(items, pick(language, "and", "og"))
}

/// `a, b or c`, `a, b eller c`; nothing for an empty list.
pub(super) fn or_list(items: &[String], language: Language) -> String {
    joined(items, pick(language, "or", "eller"))
}

fn joined(items: &[String], word: &str) -> String {
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} {word} {last}", first.join(", ")),
    }
}

/// The months of the year in running text.
pub(super) const fn months(language: Language) -> [&'static str; 12] {
    match language {
        Language::En => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        Language::Nb => [
            "januar",
            "februar",
            "mars",
            "april",
            "mai",
            "juni",
            "juli",
            "august",
            "september",
            "oktober",
            "november",
            "desember",
        ],
    }
}

/// A day in running text: `18 March 2026`, `18. mars 2026`.
pub fn date(day: Date, language: Language) -> String {
    let at = usize::from(day.month().unsigned_abs().saturating_sub(1));
    let month = months(language).get(at).copied().unwrap_or_default();
    let dot = pick(language, "", ".");
    format!("{}{dot} {month} {}", day.day(), day.year())
}

/// Text as Markdown that shows exactly this text.
pub(super) fn escaped(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
        ) {
            markdown.push('\\');
        }
        markdown.push(c);
    }
    markdown
}

/// A Markdown link.
pub(super) fn link(words: &str, url: &str) -> String {
    let url = url
        .replace(' ', "%20")
        .replace('(', "%28")
        .replace(')', "%29");
    format!("[{}]({url})", escaped(words))
}

/// The first letter in lower case, unless the word is an abbreviation or a name in capitals.
pub(super) fn inside_sentence(words: &str) -> String {
    let mut letters = words.chars();
    let (Some(first), Some(second)) = (letters.next(), letters.next()) else {
        return words.to_owned();
    };
    if second.is_uppercase() {
        return words.to_owned();
    }
    let rest = words.get(first.len_utf8()..).unwrap_or_default();
    format!("{}{rest}", first.to_lowercase())
}

/// The article of a basis in running text: `GDPR Article 6(1)(a)`, `GDPR artikkel 6 nr. 1 bokstav a`.
pub fn article(name: BasisName, language: Language) -> String {
    let letter = letter(name);
    pick(
        language,
        format!("GDPR Article 6(1)({letter})"),
        format!("GDPR artikkel 6 nr. 1 bokstav {letter}"),
    )
}

/// The letter of GDPR Article 6(1) that names the basis.
pub(super) const fn letter(name: BasisName) -> char {
    match name {
        BasisName::Consent | BasisName::ExplicitConsent => 'a',
        BasisName::Contract => 'b',
        BasisName::LegalObligation => 'c',
        BasisName::VitalInterest => 'd',
        BasisName::PublicTask => 'e',
        BasisName::LegitimateInterest => 'f',
    }
}

/// A basis as a noun phrase without its article, as it follows "the legal basis is".
pub fn basis_words(basis: &LegalBasis<'_>, language: Language) -> String {
    let (name, about) = (basis.name, basis.terms.map(|terms| said(terms, language)));
    let with = |base: &str, link: &str| match &about {
        Some(about) => format!("{base} {link} {about}"),
        None => base.to_owned(),
    };
    match (name, language) {
        (BasisName::Consent, Language::En) => with("your consent", "to"),
        (BasisName::Consent, Language::Nb) => with("samtykket ditt", "til"),
        (BasisName::ExplicitConsent, Language::En) => with("your explicit consent", "to"),
        (BasisName::ExplicitConsent, Language::Nb) => {
            with("det uttrykkelige samtykket ditt", "til")
        }
        (BasisName::Contract, Language::En) => about.unwrap_or("the agreement with you").to_owned(),
        (BasisName::Contract, Language::Nb) => about.unwrap_or("avtalen med deg").to_owned(),
        (BasisName::LegalObligation, Language::En) => with("our legal obligation", "under"),
        (BasisName::LegalObligation, Language::Nb) => with("den rettslige plikten vår", "etter"),
        (BasisName::VitalInterest, Language::En) => with("vital interests", "–"),
        (BasisName::VitalInterest, Language::Nb) => with("vitale interesser", "–"),
        (BasisName::PublicTask, Language::En) => with("a task in the public interest", "under"),
        (BasisName::PublicTask, Language::Nb) => {
            with("en oppgave i allmennhetens interesse", "etter")
        }
        (BasisName::LegitimateInterest, Language::En) => "our legitimate interest".to_owned(),
        (BasisName::LegitimateInterest, Language::Nb) => {
            "den berettigede interessen vår".to_owned()
        }
    }
}

fn said(terms: Terms<'_>, language: Language) -> &str {
    match terms {
        Terms::Words(words) => words.get(language),
        Terms::Law(law) => law,
    }
}

/// A basis with its article: `your consent (GDPR Article 6(1)(a))`.
pub fn basis(basis: &LegalBasis<'_>, language: Language) -> String {
    let words = basis_words(basis, language);
    format!("{words} ({})", article(basis.name, language))
}

/// What makes a transfer lawful, with its article.
pub fn transfer(tool: TransferTool, language: Language) -> &'static str {
    let (en, nb) = match tool {
        TransferTool::Eea => (
            "storage and use within the EEA alone",
            "lagring og bruk i EØS alene",
        ),
        TransferTool::Adequacy => (
            "a decision of the European Commission that the country protects personal data well \
             enough (GDPR Article 45)",
            "en beslutning fra Europakommisjonen om at landet beskytter personopplysninger godt \
             nok (GDPR artikkel 45)",
        ),
        TransferTool::StandardClauses => (
            "the European Commission's standard contractual clauses (GDPR Article 46(2)(c))",
            "Europakommisjonens standardavtalevilkår (GDPR artikkel 46 nr. 2 bokstav c)",
        ),
        TransferTool::CorporateRules => (
            "binding corporate rules (GDPR Article 47)",
            "bindende virksomhetsregler (GDPR artikkel 47)",
        ),
        TransferTool::Derogation => (
            "an exception for the situation at hand (GDPR Article 49)",
            "et unntak for den enkelte situasjonen (GDPR artikkel 49)",
        ),
    };
    pick(language, en, nb)
}

/// A channel that needs no address, as the means of doing something: `through the link in the
/// message`.
pub(super) fn by_channel(channel: Channel, language: Language) -> &'static str {
    let (en, nb) = match channel {
        Channel::Email => ("by email", "på e-post"),
        Channel::Link => ("through the link in the message", "med lenken i meldingen"),
        Channel::Form => (
            "with the form on our website",
            "med skjemaet på nettstedet vårt",
        ),
        Channel::Product => ("in the product itself", "i selve produktet"),
        Channel::Sms => ("by text message", "på SMS"),
        Channel::App => ("in the app", "i appen"),
        Channel::Phone => ("by telephone", "på telefon"),
        Channel::Post => ("by letter", "i brev"),
        Channel::CookieSettings => (
            "in the cookie settings",
            "i innstillingene for informasjonskapsler",
        ),
        Channel::Web => ("on our website", "på nettstedet vårt"),
        Channel::SocialMedia => ("through social media", "gjennom sosiale medier"),
        Channel::Employer => ("through your employer", "gjennom arbeidsgiveren din"),
    };
    pick(language, en, nb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_dates_read_well_in_both_languages() {
        let items = |n: usize| ["a", "b", "c"].map(str::to_owned)[..n].to_vec();
        let rows = [
            (0, "", ""),
            (1, "a", "a"),
            (2, "a and b", "a og b"),
            (3, "a, b and c", "a, b og c"),
        ];
        for (n, en, nb) in rows {
            assert_eq!(and_list(&items(n), Language::En), en);
            assert_eq!(and_list(&items(n), Language::Nb), nb);
        }
        assert_eq!(or_list(&items(3), Language::Nb), "a, b eller c");
        let day = "2026-03-18".parse().unwrap();
        assert_eq!(date(day, Language::En), "18 March 2026");
        assert_eq!(date(day, Language::Nb), "18. mars 2026");
    }

    #[test]
    fn a_value_cannot_become_markup() {
        assert_eq!(escaped("a_b *c* <d>"), "a\\_b \\*c\\* \\<d\\>");
        assert_eq!(link("a]b", "/x (y)"), "[a\\]b](/x%20%28y%29)");
        assert_eq!(inside_sentence("Cookie settings"), "cookie settings");
        assert_eq!(inside_sentence("AI chat"), "AI chat");
    }

    #[test]
    fn every_basis_has_words_in_both_languages() {
        let rows = [
            (BasisName::Consent, "your consent (GDPR Article 6(1)(a))"),
            (
                BasisName::Contract,
                "the agreement with you (GDPR Article 6(1)(b))",
            ),
            (
                BasisName::LegalObligation,
                "our legal obligation (GDPR Article 6(1)(c))",
            ),
            (
                BasisName::VitalInterest,
                "vital interests (GDPR Article 6(1)(d))",
            ),
            (
                BasisName::PublicTask,
                "a task in the public interest (GDPR Article 6(1)(e))",
            ),
            (
                BasisName::LegitimateInterest,
                "our legitimate interest (GDPR Article 6(1)(f))",
            ),
        ];
        for (name, en) in rows {
            let plain = LegalBasis {
                name,
                when: None,
                terms: None,
            };
            assert_eq!(basis(&plain, Language::En), en);
            assert!(basis(&plain, Language::Nb).contains("GDPR artikkel 6 nr. 1 bokstav"));
            assert!(en.contains(name.article()));
        }
        let consent = LegalBasis {
            name: BasisName::Consent,
            when: None,
            terms: None,
        };
        assert_eq!(
            basis(&consent, Language::Nb),
            "samtykket ditt (GDPR artikkel 6 nr. 1 bokstav a)"
        );
    }
}
