//! Words that sound like a reason and give none.

use crate::language::Localized;

/// The most words a text may have to be taken for a slogan: a longer one goes on to name something.
const SHORT: usize = 10;

/// Whether a text in some language is short and built around one of these phrases.
pub(super) fn is_slogan(text: &Localized, phrases: &[&str]) -> bool {
    text.0.values().any(|text| {
        let text = text.to_lowercase();
        let short = text.split_whitespace().count() <= SHORT;
        short && phrases.iter().any(|phrase| text.contains(phrase))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_around_a_phrase_is_one() {
        let slogan = |text: &str| is_slogan(&Localized::new(text, ""), &["business purposes"]);
        assert!(slogan("for our Business Purposes"));
        assert!(!slogan("to send invoices"));
        assert!(!slogan(
            "one two three four five six seven eight business purposes ten eleven"
        ));
    }

    #[test]
    fn every_language_is_read() {
        let text = Localized::new("to send invoices", "til ulike formål");
        assert!(is_slogan(&text, &["ulike formål"]));
    }
}
