use crate::diagnostic::Diagnostic;
use crate::statement::testing::{changed, changed_with};

pub(super) const NEWS: &str = "The legal basis is {{ basis news }}.";
pub(super) const NYTT: &str = "Det rettslige grunnlaget er {{ basis news }}.";
pub(super) const JOBS: &str = "The legal basis is {{ basis jobs }}.";
pub(super) const JOBB: &str = "Det rettslige grunnlaget er {{ basis jobs }}.";

/// What is found when a sentence stands in place of another.
fn found(language: &str, old: &str, new: &str) -> Vec<Diagnostic> {
    let file = format!("text/{language}.md");
    changed(&[(&file, old, new)]).err().unwrap_or_default()
}

pub(super) fn assert_found(rows: &[(&str, &str, &str, &str)]) {
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

pub(super) fn assert_silent(rows: &[(&str, &str, &str)]) {
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
        (
            "en",
            NEWS,
            "We delete it 5y after.",
            "the text says `5y`, the rule says `1 year after last activity`",
        ),
        (
            "nb",
            JOBB,
            "Vi sletter det eitt kvartal etter fristen.",
            "the text says `eitt kvartal`, the rule says `12 months after application_deadline`",
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
        ("nb", JOBB, "Søknaden slettes etter eitt år."),
        (
            "en",
            JOBS,
            "Applications are deleted 1y after the deadline.",
        ),
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

/// What is found in the newsletters' section of a statement with cookies, a promise to answer, a
/// notice of changes and a supplier that keeps by its own clock.
fn beside(language: &str, words: &str) -> Vec<Diagnostic> {
    let file = format!("text/{language}.md");
    let old = if language == "en" { NEWS } else { NYTT };
    let cookie = "[cookies.basket]
purpose    = { en = 'a basket', nb = 'en kurv' }
category   = 'necessary'
recipient  = { en = 'Example AS', nb = 'Example AS' }
stored_for = '3 months'";
    let rights = (
        "statement.toml",
        "channels = [",
        "answer_within = \"1 month\"\nchannels = [",
    );
    let end = "channels = [\"email\", \"form\"]";
    let changes = (
        "statement.toml",
        end,
        &*format!("{end}\n[changes]\nnotice = \"30 days\"\n"),
    );
    let own = (
        "statement.toml",
        "kind  = \"partner\"",
        "kind  = \"partner\"\nkeep  = \"2 years after collection\"",
    );
    let theirs = (
        "statement.toml",
        "kind     = \"processor\"",
        "kind     = \"processor\"\nkeep     = \"5 days after collection\"",
    );
    let sentence = (&*file, old, words);
    let changes = [rights, changes, own, theirs, sentence];
    changed_with(&[("cookies.toml", cookie)], &changes)
        .err()
        .unwrap_or_default()
}

#[test]
fn a_period_of_something_else_is_no_period_of_the_section() {
    let rows = [
        ("en", "We delete it after 3 months.", "3 months"),
        ("nb", "Vi sletter det etter tre måneder.", "tre måneder"),
        ("en", "We delete it after one month.", "one month"),
        ("en", "It is kept for 30 days.", "30 days"),
        ("nb", "Det slettes etter to år.", "to år"),
        (
            "en",
            "We delete your responses after one month.",
            "one month",
        ),
        (
            "en",
            "Your answers are deleted after ten years.",
            "ten years",
        ),
        ("nb", "Vi sletter svarene etter ti år.", "ti år"),
        ("nb", "Vi sletter tilbakemeldingene etter fem år.", "fem år"),
        ("en", "We answer within two weeks.", "two weeks"),
        (
            "en",
            "We answer requests for deletion within two weeks.",
            "two weeks",
        ),
    ];
    for (language, words, literal) in rows {
        let found = beside(language, words);
        let [wrong] = found.as_slice() else {
            panic!("{words}: {found:?}")
        };
        let says = format!("the text says `{literal}`, the rule says ");
        assert!(wrong.message.starts_with(&says), "{}", wrong.message);
        assert_eq!(wrong.related.len(), 1, "both places are shown");
    }
    for (language, words) in [
        ("en", "A cookie for the basket is stored for 3 months."),
        ("nb", "Informasjonskapselen lagres i tre måneder."),
        ("en", "Our supplier deletes it after 5 days."),
        ("en", "We tell you of changes 30 days before."),
        ("en", "We delete your responses after one year."),
        ("en", "We answer requests for deletion within one month."),
        (
            "en",
            "We delete it after one year, and answer questions within one month.",
        ),
        ("nb", "Vi svarer på krav om sletting innen en måned."),
    ] {
        let found = beside(language, words);
        assert!(found.is_empty(), "{words}: {found:?}");
    }
}

/// What is found in a text beside a rule that keeps for so long.
fn until(language: &str, words: &str, keep: &str) -> Vec<Diagnostic> {
    let file = format!("text/{language}.md");
    let old = if language == "en" { NEWS } else { NYTT };
    let rule = ("activities/news.toml", "1 year after last activity", keep);
    let found = changed(&[rule, (&file, old, words)]).err();
    found.unwrap_or_default()
}

#[test]
fn a_day_until_which_something_is_kept_is_found() {
    let rows = [
        (
            "en",
            "We keep it until 31 December 2099.",
            "31 December 2099",
        ),
        (
            "en",
            "We delete it on December 31, 2099.",
            "December 31, 2099",
        ),
        (
            "nb",
            "Vi oppbevarer det til 31. desember 2099.",
            "31. desember 2099",
        ),
        ("nb", "Det slettes senest 31.12.2099.", "31.12.2099"),
    ];
    for (language, words, literal) in rows {
        let found = until(language, words, "until 2027-01-01");
        let [wrong] = found.as_slice() else {
            panic!("{words}: {found:?}")
        };
        let says = format!("the text says `{literal}`, the rule says `until 2027-01-01`");
        assert_eq!(wrong.message, says);
    }
    let found = until(
        "en",
        "We keep it until 31 December 2099.",
        "1 year after last activity",
    );
    assert_eq!(found.len(), 1, "a rule without a day: {found:?}");
}

#[test]
fn a_day_or_year_of_an_end_is_held_against_a_period() {
    for (language, words, literal) in [
        (
            "en",
            "We delete it on 31 December 2030.",
            "31 December 2030",
        ),
        (
            "nb",
            "Vi sletter det 31. desember 2030.",
            "31. desember 2030",
        ),
        ("en", "It is deleted in 2030.", "2030"),
        ("en", "Kept until 2030.", "2030"),
        ("en", "We erase it by the end of 2030.", "2030"),
        ("nb", "Det slettes i 2030.", "2030"),
        ("nb", "Vi oppbevarer det til utgangen av 2030.", "2030"),
    ] {
        let found = until(language, words, "1 year after last activity");
        let [wrong] = found.as_slice() else {
            panic!("{words}: {found:?}")
        };
        let says = format!("the text says `{literal}`, the rule says `1 year after last activity`");
        assert_eq!(wrong.message, says);
    }
}

#[test]
fn a_day_that_is_right_or_past_is_no_finding() {
    for (language, words, keep) in [
        ("en", "We keep it until 1 January 2027.", "until 2027-01-01"),
        ("nb", "Vi sletter det 1. januar 2027.", "until 2027-01-01"),
        (
            "en",
            "What was collected before 1 May 2018 was deleted.",
            "1 year after last activity",
        ),
        (
            "en",
            "We deleted it on 1 May 2018, and the rest in 2019.",
            "1 year after last activity",
        ),
        ("en", "We keep it until 2027.", "until 2027-01-01"),
        (
            "en",
            "The contract ends in 2030, and we delete it then.",
            "1 year after last activity",
        ),
        (
            "nb",
            "Avtalen slutter i 2030, og vi sletter det da.",
            "1 year after last activity",
        ),
        (
            "en",
            "The law changes on 1 May 2030, and we delete it as it says.",
            "1 year after last activity",
        ),
        (
            "nb",
            "Vi lagrer 2030 meldinger, og slettet resten i 2026.",
            "1 year after last activity",
        ),
        (
            "en",
            "The law of 15 June 2018 says how long we keep it.",
            "until 2027-01-01",
        ),
    ] {
        let found = until(language, words, keep);
        assert!(found.is_empty(), "{words}: {found:?}");
    }
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

/// A basis that the newsletters do not rest on: language, old words, new words, the literal.
fn assert_bases(rows: &[(&str, &str, &str, &str)]) {
    let consent = "the rule says your consent to news by email (GDPR Article 6(1)(a))";
    let samtykke = "the rule says samtykket ditt til nyheter på e-post \
                    (GDPR artikkel 6 nr. 1 bokstav a)";
    for &(language, old, new, literal) in rows {
        let rule = if language == "en" { consent } else { samtykke };
        let message = format!("the text says `{literal}`, {rule}");
        assert_found(&[(language, old, new, &message)]);
    }
}

#[test]
fn a_basis_that_the_activity_does_not_rest_on_is_found() {
    assert_bases(&[
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
    ]);
}

#[test]
fn a_denial_counts_in_its_clause_and_an_article_has_many_spellings() {
    assert_bases(&[
        (
            "en",
            NEWS,
            "The legal basis is Article 6(1)(f), and we do not sell data.",
            "Article 6(1)(f)",
        ),
        (
            "en",
            NEWS,
            "The legal basis is a legal obligation, not anything else.",
            "legal obligation",
        ),
        (
            "en",
            NEWS,
            "The legal basis is not your consent, but our legitimate interest.",
            "legitimate interest",
        ),
        (
            "nb",
            NYTT,
            "Grunnlaget er artikkel 6 nr. 1 bokstav f, og vi selger ikke data.",
            "artikkel 6 nr. 1 bokstav f",
        ),
        ("en", NEWS, "See Art 6(1)(f).", "Art 6(1)(f)"),
        (
            "en",
            NEWS,
            "See Article 6(1), point (f).",
            "Article 6(1), point (f)",
        ),
        ("en", NEWS, "See GDPR 6.1.f.", "GDPR 6.1.f"),
        (
            "en",
            NEWS,
            "See Article 6.1.b of the GDPR.",
            "Article 6.1.b",
        ),
        (
            "nb",
            NYTT,
            "Se artikkel 6 første ledd bokstav f.",
            "artikkel 6 første ledd bokstav f",
        ),
        ("nb", NYTT, "Se artikkel 6 nr. 1 f.", "artikkel 6 nr. 1 f"),
    ]);
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
            "The legal basis is not your consent (GDPR Article 6(1)(a)).",
        ),
        ("en", JOBS, "Article 6(1)(a) does not apply."),
        (
            "en",
            JOBS,
            "We don't rely on consent, contract, or anything like it.",
        ),
        ("en", JOBS, "Under Article 6(1) a company needs a basis."),
        (
            "en",
            JOBS,
            "We ask for it, because we do not rest on your consent.",
        ),
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

#[test]
fn a_recipient_that_no_activity_names_is_found_by_its_names() {
    let gives = "the rule says `news` gives it to other companies in the Example Group and the supplier that sends email";
    let other = |words: &str| {
        let recipients = "[recipients.police]
title = { en = \"the police and other public authorities\", nb = \"politiet og andre offentlige myndigheter\" }
kind  = \"authority\"
[recipients.group]
title = { en = \"other companies in the Example Group\", nb = \"andre selskaper i Example-konsernet\" }
kind  = \"group\"
named = [\"Example Drift AS\"]
[links]
";
        let declared = ("statement.toml", "[links]\n", recipients);
        changed(&[declared, ("text/en.md", NEWS, words)])
            .err()
            .unwrap_or_default()
    };
    for (words, literal) in [
        (
            "We share this with the police and other public authorities.",
            "the police and other public authorities",
        ),
        ("We hand it to the police.", "police"),
        ("It goes to the police.", "police"),
        ("The police get your address.", "police"),
        ("We give it to Mailchimp.", "Mailchimp"),
        (
            "We share it with Acme Analytics and others.",
            "Acme Analytics",
        ),
    ] {
        let found = other(words);
        let [wrong] = found.as_slice() else {
            panic!("{words}: {found:?}")
        };
        assert_eq!(
            wrong.message,
            format!("the text says `{literal}` receives this data, {gives}")
        );
    }
    for words in [
        "We pass it on to other companies in the Example Group.",
        "It is sent to Example Drift AS, and we do not sell it.",
        "We do not share it with the police.",
        "The police may ask us.",
        "We send it with the supplier that sends email.",
        "We handle it as the police do.",
        "You can go to the police.",
        "We give it to Norwegian authorities where a law says so.",
        "We give you access to Mailchimp.",
        "We do not give it to Mailchimp.",
    ] {
        let found = other(words);
        assert!(found.is_empty(), "{words}: {found:?}");
    }
}
