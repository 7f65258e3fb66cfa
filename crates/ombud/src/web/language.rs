//! In which language a page is shown.
//!
//! The reader's own choice (`?lang=`, then the cookie that remembers it) goes before what the
//! browser asks for (`Accept-Language`), which goes before English.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
pub use ombud_core::language::Language;

/// The cookie that remembers the choice.
pub const COOKIE_NAME: &str = "lang";

/// How long the choice is remembered, in seconds: one year.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Who reads: the language of the answer, and the address without the language in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The language in which the answer is given.
    pub language: Language,
    /// Whether the reader has just chosen it, so that it is to be remembered.
    pub chosen: bool,
    /// The address asked for, with its query but without `lang`.
    pub address: String,
}

impl Reader {
    /// Reads the choice from a request's parts.
    pub fn of(parts: &Parts) -> Self {
        let pairs = || parts.uri.query().unwrap_or_default().split('&');
        let asked = pairs().find_map(|pair| Language::best_for(pair.strip_prefix("lang=")?));
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let language = asked
            .or_else(|| remembered(header(COOKIE)?))
            .or_else(|| preferred(header(ACCEPT_LANGUAGE)?))
            .unwrap_or(Language::En);
        let query: Vec<&str> = pairs()
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="))
            .collect();
        // Two slashes at the front would lead to another host.
        let mut address = format!("/{}", parts.uri.path().trim_start_matches('/'));
        if !query.is_empty() {
            address = format!("{address}?{}", query.join("&"));
        }
        Self {
            language,
            chosen: asked.is_some(),
            address,
        }
    }

    /// The cookie that remembers the choice, if there was one.
    pub fn cookie(&self) -> Option<String> {
        self.chosen.then(|| {
            let tag = self.language.tag();
            format!("{COOKIE_NAME}={tag}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax; HttpOnly")
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

fn remembered(cookies: &str) -> Option<Language> {
    cookies.split(';').find_map(|cookie| {
        let (name, value) = cookie.split_once('=')?;
        (name.trim() == COOKIE_NAME).then(|| Language::best_for(value))?
    })
}

/// The language wanted most among those there are; the first of equals (RFC 9110, 12.5.4).
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for item in header.split(',') {
        let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
        let weight = weight.trim().strip_prefix("q=").map_or(0, thousandths);
        let Some(language) = Language::best_for(tag.trim()).filter(|_| weight > 0) else {
            continue;
        };
        if best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// A weight of 0 to 1 with up to three decimals, as whole thousandths; 0 when it is no weight.
fn thousandths(weight: &str) -> u16 {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = decimals.chars().chain("000".chars()).take(3).collect();
    match whole {
        "1" => 1000,
        "0" => digits.parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn the_readers_language_table() {
        #[rustfmt::skip]
        let rows = [
            ("/",                  "",        "",                       "en", "/"),
            ("/",                  "",        "nb",                     "nb", "/"),
            ("/",                  "",        "nn-NO, en;q=0.9",        "nb", "/"),
            ("/",                  "",        "de, no;q=0.7, en;q=0.3", "nb", "/"),
            ("/",                  "",        "en;q=0.2, nb;q=0.75",    "nb", "/"),
            ("/",                  "",        "nb;q=0, en;q=0.1",       "en", "/"),
            ("/",                  "",        "fr, *;q=0.5",            "en", "/"),
            ("/",                  "lang=nb", "en",                     "nb", "/"),
            ("/",                  "a=1; lang=nb", "en",                "nb", "/"),
            ("/?lang=en",          "lang=nb", "nb",                     "en", "/"),
            ("/?lang=xx",          "lang=nb", "en",                     "nb", "/"),
            ("/board?lang=nb&show=kept", "",  "en",                     "nb", "/board?show=kept"),
            ("/board?language=nb", "",        "en",                     "en", "/board?language=nb"),
            ("//evil.example/x?a=b", "",      "en",                     "en", "/evil.example/x?a=b"),
            ("/",                  "",        "nb; q=0.5, en; q=0.4",   "nb", "/"),
        ];
        for (address, cookie, accept, language, shown) in rows {
            let request = Request::get(address)
                .header(COOKIE, cookie)
                .header(ACCEPT_LANGUAGE, accept)
                .body(())
                .unwrap();
            let reader = Reader::of(&request.into_parts().0);
            assert_eq!(
                reader.language.tag(),
                language,
                "{address} {cookie} {accept}"
            );
            assert_eq!(reader.address, shown, "{address}");
        }
    }

    #[test]
    fn only_a_choice_is_remembered() {
        let reader =
            |address: &str| Reader::of(&Request::get(address).body(()).unwrap().into_parts().0);
        assert_eq!(reader("/").cookie(), None);
        assert_eq!(reader("/?lang=xx").cookie(), None);
        let cookie = reader("/?lang=nb").cookie().unwrap();
        assert!(cookie.starts_with("lang=nb; Path=/;"), "{cookie}");
    }
}
