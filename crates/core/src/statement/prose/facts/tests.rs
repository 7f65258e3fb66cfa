use crate::diagnostic::Diagnostic;
use crate::statement::testing::changed;

const NEWS: &str = "The legal basis is {{ basis news }}.";
const NYTT: &str = "Det rettslige grunnlaget er {{ basis news }}.";
const JOBS: &str = "The legal basis is {{ basis jobs }}.";
const JOBB: &str = "Det rettslige grunnlaget er {{ basis jobs }}.";

/// What is found when a sentence stands in place of another.
fn found(language: &str, old: &str, new: &str) -> Vec<Diagnostic> {
    let file = format!("text/{language}.md");
    changed(&[(&file, old, new)]).err().unwrap_or_default()
}

fn assert_found(rows: &[(&str, &str, &str, &str)]) {
    for (language, old, new, message) in rows {
        let found = found(language, old, new);
        let [wrong] = found.as_slice() else {
            panic!("{new}: {found:?}")
        };
        assert_eq!(wrong.code, "contradiction");
        assert_eq!(wrong.message, *message);
        assert_eq!(wrong.related.len(), 1, "both places are shown");
    }
}

fn assert_silent(rows: &[(&str, &str, &str)]) {
    for (language, old, new) in rows {
        let found = found(language, old, new);
        assert!(found.is_empty(), "{new}: {found:?}");
    }
}

#[test]
fn a_duration_that_is_not_the_rules_is_found() {
    assert_found(&[
        (
            "en",
            NEWS,
            "We keep it for two years.",
            "the text says `two years`, the rule says `1 year after last activity`",
        ),
        (
            "en",
            NEWS,
            "Deleted after 13 months.",
            "the text says `13 months`, the rule says `1 year after last activity`",
        ),
        (
            "nb",
            NYTT,
            "Vi sletter det etter tre år.",
            "the text says `tre år`, the rule says `1 year after last activity`",
        ),
        (
            "nb",
            JOBB,
            "Søknaden slettes 6 måneder etter fristen.",
            "the text says `6 måneder`, the rule says `12 months after application_deadline`",
        ),
    ]);
}

#[test]
fn a_duration_that_agrees_or_is_about_something_else_is_not() {
    assert_silent(&[
        ("en", NEWS, "We keep it for one year."),
        ("en", NEWS, "We keep it for 12 months."),
        ("en", JOBS, "Applications are deleted after one year."),
        ("nb", NYTT, "Vi sletter det etter 12 måneder."),
        ("nb", JOBB, "Søknaden slettes etter ett år."),
        (
            "en",
            NEWS,
            "We look at the last 6 months. You must be 16 years old.",
        ),
        (
            "en",
            NEWS,
            "Our chat is open 24 hours a day. We answer within two days.",
        ),
        (
            "en",
            "{{ controller.name }} tells you.",
            "For three years we have been here.",
        ),
    ]);
}

#[test]
fn a_time_to_answer_is_held_against_the_promise() {
    let promise = (
        "statement.toml",
        "channels = [",
        "answer_within = \"1 month\"\nchannels = [",
    );
    let say = |words: &str| {
        let sentence = ("text/en.md", "{{ controller.name }} tells you.", words);
        changed(&[promise, sentence]).err().unwrap_or_default()
    };
    let wrong = say("We answer within two weeks.");
    assert_eq!(
        wrong[0].message,
        "the text says `two weeks`, the rule says 1 month"
    );
    assert!(say("We answer within one month.").is_empty());
}

#[test]
fn a_date_of_update_that_is_not_the_statements_is_found() {
    let (en, nb) = (
        "Last updated on {{ updated }}.",
        "Sist oppdatert {{ updated }}.",
    );
    let rule = "the rule says 18 March 2026";
    let regel = "the rule says 18. mars 2026";
    assert_found(&[
        (
            "en",
            en,
            "Last updated on 17 March 2026.",
            &format!("the text says 17 March 2026, {rule}"),
        ),
        (
            "en",
            en,
            "Last updated on March 18, 2025.",
            &format!("the text says 18 March 2025, {rule}"),
        ),
        (
            "en",
            en,
            "Updated: 2026-03-19",
            &format!("the text says 19 March 2026, {rule}"),
        ),
        (
            "nb",
            nb,
            "Sist oppdatert 1. april 2026.",
            &format!("the text says 1. april 2026, {regel}"),
        ),
        (
            "nb",
            nb,
            "Sist endret 19.03.2026.",
            &format!("the text says 19. mars 2026, {regel}"),
        ),
    ]);
    assert_silent(&[
        ("en", en, "Last updated on 18 March 2026."),
        ("en", en, "Updated 2026-03-18."),
        ("nb", nb, "Sist oppdatert 18. mars 2026."),
        ("nb", nb, "Sist endret 18.03.2026."),
        ("en", en, "The law of 15 June 2018 applies."),
    ]);
}

#[test]
fn a_basis_that_the_activity_does_not_rest_on_is_found() {
    let consent = "the rule says your consent to news by email (GDPR Article 6(1)(a))";
    let samtykke = "the rule says samtykket ditt til nyheter på e-post \
                    (GDPR artikkel 6 nr. 1 bokstav a)";
    let rows = [
        (
            "en",
            NEWS,
            "The legal basis is our legitimate interest.",
            "legitimate interest",
        ),
        (
            "en",
            NEWS,
            "We rest on a legal obligation.",
            "legal obligation",
        ),
        ("en", NEWS, "The legal basis is the contract.", "contract"),
        ("en", NEWS, "See GDPR Article 6(1)(f).", "Article 6(1)(f)"),
        (
            "en",
            NEWS,
            "See Art. 6 (1)(b) of the GDPR.",
            "Art. 6 (1)(b)",
        ),
        (
            "nb",
            NYTT,
            "Det rettslige grunnlaget er en berettiget interesse.",
            "berettiget interesse",
        ),
        (
            "nb",
            NYTT,
            "Se GDPR artikkel 6 nr. 1 bokstav c.",
            "artikkel 6 nr. 1 bokstav c",
        ),
        (
            "nb",
            NYTT,
            "Vi bygger på berettigede interesser.",
            "berettigede interesse",
        ),
    ];
    for (language, old, new, literal) in rows {
        let rule = if language == "en" { consent } else { samtykke };
        let message = format!("the text says `{literal}`, {rule}");
        assert_found(&[(language, old, new, &message)]);
    }
}

#[test]
fn a_basis_that_agrees_is_denied_or_only_mentioned_is_not() {
    assert_silent(&[
        (
            "en",
            NEWS,
            "The legal basis is consent (GDPR Article 6(1)(a)).",
        ),
        (
            "en",
            JOBS,
            "The legal basis is legitimate interest, or steps before a contract.",
        ),
        (
            "en",
            JOBS,
            "Cookies need your consent. Article 61 is another matter.",
        ),
        ("en", JOBS, "The legal basis is not your consent."),
        (
            "en",
            JOBS,
            "Recommendations are based on your contract with us.",
        ),
        (
            "nb",
            NYTT,
            "Det rettslige grunnlaget er samtykke (GDPR artikkel 6 nr. 1 bokstav a).",
        ),
        (
            "nb",
            JOBB,
            "Informasjonskapsler krever samtykke. Vi bygger ikke på samtykke.",
        ),
        (
            "en",
            "{{ controller.name }} tells you.",
            "Where we rest on your consent, you can withdraw it.",
        ),
    ]);
}

#[test]
fn a_recipient_of_another_section_is_found() {
    assert_found(&[
        (
            "en",
            NEWS,
            "We share it with recruitment agencies.",
            "the text says `recruitment agencies` receives this data, \
             the rule says `news` gives it to the supplier that sends email",
        ),
        (
            "nb",
            JOBB,
            "Vi utleverer det til leverandøren som sender e-post.",
            "the text says `leverandøren som sender e-post` receives this data, \
             the rule says `jobs` gives it to rekrutteringsbyråer",
        ),
    ]);
    assert_silent(&[
        ("en", JOBS, "We share it with recruitment agencies."),
        ("en", NEWS, "You may know us through recruitment agencies."),
        (
            "en",
            "{{ controller.name }} tells you.",
            "We share data with recruitment agencies.",
        ),
    ]);
}
