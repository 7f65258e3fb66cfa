use super::*;
use crate::statement::testing::{changed, statement, with};

/// What a template says in a language.
fn said(template: &str, language: Language) -> String {
    let mut statement = statement();
    let section = statement
        .texts
        .get_mut(&language)
        .and_then(|text| text.sections.first_mut())
        .unwrap();
    section.markdown = format!("{{{{ {template} }}}}");
    let section = section.clone();
    expand(&statement, &section, language).markdown
}

/// A template, and what it says in English and in Bokmål.
const SPOKEN: &[(&str, &str, &str)] = &[
    ("controller.name", "Example AS", "Example AS"),
    (
        "controller.email",
        "[privacy@example.com](mailto:privacy@example.com)",
        "[privacy@example.com](mailto:privacy@example.com)",
    ),
    (
        "controller.phone",
        "[+47 00 00 00 00](tel:+4700000000)",
        "[+47 00 00 00 00](tel:+4700000000)",
    ),
    ("authority.name", "Datatilsynet", "Datatilsynet"),
    ("updated", "18 March 2026", "18. mars 2026"),
    (
        "link request_form",
        "[the privacy form](/request)",
        "[personvernskjemaet](/request)",
    ),
    ("link handbook", "the handbook", "håndboken"),
    (
        "basis news",
        "your consent to news by email (GDPR Article 6(1)(a))",
        "samtykket ditt til nyheter på e-post (GDPR artikkel 6 nr. 1 bokstav a)",
    ),
    (
        "basis jobs",
        "our legitimate interest (GDPR Article 6(1)(f))",
        "den berettigede interessen vår (GDPR artikkel 6 nr. 1 bokstav f)",
    ),
    (
        "basis jobs.offered",
        "steps before an agreement (GDPR Article 6(1)(b))",
        "tiltak før en avtale (GDPR artikkel 6 nr. 1 bokstav b)",
    ),
    (
        "interest jobs",
        "to find the right candidate",
        "å finne rett kandidat",
    ),
    (
        "data news",
        "name and email address",
        "navn og e-postadresse",
    ),
    ("data jobs", "email address and CV", "e-postadresse og CV"),
    ("data jobs.note", "email address", "e-postadresse"),
    (
        "recipients news",
        "the supplier that sends email",
        "leverandøren som sender e-post",
    ),
    (
        "recipient recruiter",
        "recruitment agencies",
        "rekrutteringsbyråer",
    ),
    (
        "transfer mailer",
        "the European Commission's standard contractual clauses (GDPR Article 46(2)(c))",
        "Europakommisjonens standardavtalevilkår (GDPR artikkel 46 nr. 2 bokstav c)",
    ),
    (
        "withdraw news",
        "through the link in the message, by email to \
             [privacy@example.com](mailto:privacy@example.com) or with [the privacy form](/request)",
        "med lenken i meldingen, på e-post til \
             [privacy@example.com](mailto:privacy@example.com) eller med \
             [personvernskjemaet](/request)",
    ),
    (
        "object news",
        "in the [cookie settings](/choices)",
        "i [innstillinger for informasjonskapsler](/choices)",
    ),
];

#[test]
fn templates_speak_both_languages() {
    for (template, en, nb) in SPOKEN {
        assert_eq!(said(template, Language::En), *en);
        assert_eq!(said(template, Language::Nb), *nb);
    }
}

#[test]
fn cases_of_a_list_are_told_as_one_with_their_titles() {
    let old = "keep  = \"1 year after last activity\"";
    let new = "keep  = [\"30 days after collection if category is pd:Name\", \"1 year after last activity\"]";
    let statement = with(&[("activities/news.toml", old, new)]);
    let told = |language| super::keeping(&statement, "news.subscription", language).unwrap();
    assert_eq!(
        told(Language::En),
        "We keep it as follows: for name, for 30 days after we collected it; otherwise for 1 year after \
         your last activity. Then we delete it."
    );
    assert_eq!(
        told(Language::Nb),
        "Vi oppbevarer det slik: for navn, i 30 dager etter at vi samlet det inn; ellers i 1 år etter \
         din siste aktivitet. Deretter sletter vi det."
    );
}

#[test]
fn the_shorter_period_of_a_field_is_told_with_that_of_its_record() {
    let old = "category = \"pd:Name\"";
    let new = "category = \"pd:Name\", keep = \"30 days after collection\"";
    let statement = with(&[("activities/news.toml", old, new)]);
    let told = |language| super::keeping(&statement, "news.subscription", language).unwrap();
    let (en, nb) = (told(Language::En), told(Language::Nb));
    assert!(
        en.ends_with("We keep name only for 30 days after we collected it."),
        "{en}"
    );
    assert!(
        nb.ends_with("Vi oppbevarer navn bare i 30 dager etter at vi samlet det inn."),
        "{nb}"
    );
}

#[test]
fn an_expansion_knows_its_rule() {
    let statement = statement();
    let section = statement.texts[&Language::En].section("3.1").unwrap();
    let expanded = expand(&statement, section, Language::En);
    let seen: Vec<_> = expanded
        .expansions
        .iter()
        .map(|e| {
            (
                e.template.as_str(),
                e.rule.as_str(),
                statement.rule_text(&e.place),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "{{ basis news }}",
                "activities.news.basis",
                "basis            = { consent = { en = \"news by email\", nb = \"nyheter på e-post\" } }"
            ),
            (
                "{{ withdraw news }}",
                "activities.news.withdraw",
                "withdraw         = [\"link\", \"email\", \"form\"]"
            ),
            (
                "{{ keep news.subscription }}",
                "activities.news.collections.subscription.keep",
                "keep  = \"1 year after last activity\""
            ),
        ]
    );
    for expansion in &expanded.expansions {
        assert!(expanded.markdown.get(expansion.span.clone()).is_some());
    }
    assert_eq!(
        expanded.marked(|_, text| text.to_owned()),
        expanded.markdown
    );
    let marked = expanded.marked(|expansion, _| format!("<{}>", expansion.rule));
    assert!(
        marked.contains(
            "The legal basis is <activities.news.basis>. You withdraw <activities.news.withdraw>."
        ),
        "{marked}"
    );
}

#[test]
fn a_template_that_says_nothing_is_an_error() {
    let rows = [
        (
            "{{ keeps news.subscription }}",
            "a template cannot say `keeps`",
            "did you mean `keep`?",
        ),
        (
            "{{ controler.name }}",
            "a template cannot say `controler.name`",
            "did you mean `controller.name`?",
        ),
        (
            "{{ updated news }}",
            "`updated` stands alone",
            "leave out the second word",
        ),
        (
            "{{ basis }}",
            "`basis` asks for a second word",
            "name an activity, or an activity and a state",
        ),
        (
            "{{ basis nws }}",
            "there is no activity `nws`",
            "did you mean `news`?",
        ),
        (
            "{{ basis jobs.offerd }}",
            "there is no basis for the state `offerd`",
            "did you mean `offered`?",
        ),
        (
            "{{ keep news.subscriptions }}",
            "there is no collection `news.subscriptions`",
            "did you mean `news.subscription`?",
        ),
        (
            "{{ interest news }}",
            "`news` does not rest on legitimate interest",
            "take the template out of the text",
        ),
        (
            "{{ link request_from }}",
            "there is no link `request_from`",
            "did you mean `request_form`?",
        ),
        (
            "{{ recipient mailr }}",
            "there is no recipient `mailr`",
            "did you mean `mailer`?",
        ),
        (
            "{{ }}",
            "this template is empty",
            "write a verb and what it is about: `{{ keep newsletters.subscription }}`",
        ),
    ];
    for (template, message, hint) in rows {
        let wrong = changed(&[("text/nb.md", "{{ controller.name }}", template)]).unwrap_err();
        let [wrong] = wrong.as_slice() else {
            panic!("{wrong:?}")
        };
        assert_eq!(wrong.message, message);
        assert_eq!(wrong.hint.as_deref(), Some(hint), "{template}");
        assert_eq!(
            (wrong.code, wrong.place.file.as_str()),
            ("template", "text/nb.md")
        );
        assert!(wrong.place.span.start >= 16, "{wrong:?}");
    }
}

#[test]
fn a_template_of_an_activity_of_another_section_is_an_error() {
    let rows = [
        ("en", "{{ basis news }}", "{{ basis jobs }}"),
        ("en", "{{ withdraw news }}", "{{ interest jobs }}"),
        (
            "nb",
            "{{ keep news.subscription }}",
            "{{ keep jobs.application }}",
        ),
        ("nb", "{{ basis news }}", "{{ data jobs }}"),
    ];
    for (language, old, new) in rows {
        let file = format!("text/{language}.md");
        let wrong = changed(&[(&file, old, new)]).unwrap_err();
        let [wrong] = wrong.as_slice() else {
            panic!("{new}: {wrong:?}")
        };
        assert_eq!(wrong.code, "template");
        assert_eq!(wrong.message, "section 3.1 does not tell of `jobs`");
        let hint = "name an activity of section 3.1: `news`";
        assert_eq!(wrong.hint.as_deref(), Some(hint));
        let [(place, label)] = wrong.related.as_slice() else {
            panic!("{wrong:?}")
        };
        assert_eq!(place.file, "activities/jobs.toml");
        assert_eq!(label, "it belongs to section 3.2");
    }
    let general = "{{ controller.name }} uses {{ data jobs }} and {{ data news }}.";
    with(&[("text/en.md", "{{ controller.name }} tells you.", general)]);
}

#[test]
fn what_the_statement_leaves_out_is_a_gap_that_readers_see() {
    for template in [
        "keep jobs.note",
        "transfer recruiter",
        "object jobs",
        "controller.representative",
    ] {
        assert_eq!(said(template, Language::En), "(not stated)", "{template}");
        assert_eq!(said(template, Language::Nb), "(ikke oppgitt)", "{template}");
    }
}

#[test]
fn a_heading_with_a_template_is_an_error() {
    let wrong = changed(&[("text/en.md", "1 About", "1 {{ updated }}")]).unwrap_err();
    assert_eq!(wrong[0].message, "a heading holds no templates");
}

#[test]
fn pages_are_rendered_from_the_published_reading() {
    let decided = with(&[]);
    let mut rules = decided.clone();
    rules.rules.header.controller.name = "Other AS".to_owned();
    let section = decided.texts[&Language::En].section("1").unwrap();
    assert_eq!(
        expand(&rules, section, Language::En),
        expand(&decided, section, Language::En)
    );
}

#[test]
fn i10_the_same_folder_gives_the_same_page() {
    let statement = statement();
    let archive = statement.folder.archive();
    let again = crate::statement::load(crate::statement::Folder::from_archive(&archive).unwrap());
    let again = again.unwrap();
    for language in Language::ALL {
        let page = render(&statement, language);
        assert_eq!(page, render(&again, language));
        let numbers: Vec<_> = page.iter().map(|s| (s.number.as_str(), s.depth)).collect();
        assert_eq!(numbers, [("1", 1), ("3.1", 2), ("3.2", 2), ("6", 1)]);
        assert!(page.iter().all(|s| !s.body.markdown.contains("{{")));
    }
}
