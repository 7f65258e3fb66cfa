//! Legal bases, named in the text by word or by article.

use std::ops::Range;

use super::super::part::{Sentence, find};
use super::super::words;
use super::denial::denied;
use super::{Contradiction, Scope};
use crate::language::Language;
use crate::statement::model::BasisName;

/// A phrase that states a basis, and whether it can mean nothing else.
type Trigger = (&'static str, bool);

const fn triggers(language: Language) -> &'static [Trigger] {
    match language {
        Language::En => &[
            ("legal basis", true),
            ("lawful basis", true),
            ("legal ground*", true),
            ("lawful ground*", true),
            ("rest on", false),
            ("rests on", false),
            ("rely on", false),
            ("relies on", false),
            ("based on", false),
            ("base this on", false),
            ("base it on", false),
            ("base the processing on", false),
            ("base our processing on", false),
            ("on the basis of", false),
            ("basis is", false),
        ],
        Language::Nb => &[
            ("rettslige grunnlaget", true),
            ("rettslig grunnlag", true),
            ("behandlingsgrunnlag*", true),
            ("bygger på", false),
            ("bygger vi på", false),
            ("basert på", false),
            ("baserer dette på", false),
            ("baserer det på", false),
            ("baserer vi på", false),
            ("baserer behandlingen på", false),
            ("baserer oss på", false),
            ("støtter oss på", false),
            ("hviler på", false),
            ("på grunnlag av", false),
            ("grunnlaget er", false),
            ("hjemmel i", true),
            ("hjemlet i", true),
        ],
    }
}

/// What a basis is called, and whether that is clear without the words "legal basis".
type Name = (&'static str, BasisName, bool);

const fn names(language: Language) -> &'static [Name] {
    match language {
        Language::En => &[
            ("consent*", BasisName::Consent, true),
            ("explicit consent", BasisName::ExplicitConsent, true),
            ("legitimate interest*", BasisName::LegitimateInterest, true),
            ("legal obligation*", BasisName::LegalObligation, true),
            ("vital interest*", BasisName::VitalInterest, true),
            ("public interest*", BasisName::PublicTask, true),
            ("contract*", BasisName::Contract, false),
            ("agreement*", BasisName::Contract, false),
            ("contract with you", BasisName::Contract, true),
            ("agreement with you", BasisName::Contract, true),
        ],
        Language::Nb => &[
            ("samtykke*", BasisName::Consent, true),
            ("uttrykkelig samtykke", BasisName::ExplicitConsent, true),
            ("berettiget interesse*", BasisName::LegitimateInterest, true),
            (
                "berettigede interesse*",
                BasisName::LegitimateInterest,
                true,
            ),
            ("rettslig forpliktelse*", BasisName::LegalObligation, true),
            ("rettslige forpliktelse*", BasisName::LegalObligation, true),
            ("rettslig plikt*", BasisName::LegalObligation, true),
            ("vitale interesser", BasisName::VitalInterest, true),
            ("allmennhetens interesse", BasisName::PublicTask, true),
            ("avtale*", BasisName::Contract, false),
            ("kontrakt*", BasisName::Contract, false),
            ("avtale med deg", BasisName::Contract, true),
            ("avtalen med deg", BasisName::Contract, true),
            ("avtalen vår med deg", BasisName::Contract, true),
            ("kontrakt med deg", BasisName::Contract, true),
            ("kontrakten med deg", BasisName::Contract, true),
        ],
    }
}

/// Words that make what stands before them a basis: "consent is the legal basis".
const fn triggers_behind(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "is the legal basis",
            "is our legal basis",
            "is the lawful basis",
            "is our lawful basis",
            "is the legal ground",
            "is the lawful ground",
            "is the basis for",
            "is our basis for",
        ],
        Language::Nb => &[
            "er det rettslige grunnlaget",
            "er rettslig grunnlag",
            "er behandlingsgrunnlag*",
            "er vårt rettslige grunnlag",
            "er grunnlaget for",
            "er grunnlaget vårt for",
        ],
    }
}

/// Words that only suppose what a clause says.
const fn conditions(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["where", "when", "if", "unless", "whether", "whenever"],
        Language::Nb => &["der", "når", "hvis", "dersom", "om", "hvor", "med mindre"],
    }
}

/// "We do this with your consent": that it is done, and what makes consent its basis.
struct Done {
    verbs: &'static [&'static str],
    only: &'static [&'static str],
    consented: &'static [&'static str],
    /// What follows where the consent is to something else.
    to: &'static str,
}

const fn done(language: Language) -> Done {
    match language {
        Language::En => Done {
            verbs: &["do this", "do so", "do it", "this is done", "this happens"],
            only: &["", "only "],
            consented: &[
                "with your consent",
                "if you consent",
                "if you have consented",
                "when you have consented",
                "once you have consented",
                "after you have consented",
                "if you have given your consent",
                "because you consent",
                "because you consented",
                "because you have consented",
                "because you have given your consent",
            ],
            to: " to ",
        },
        Language::Nb => Done {
            verbs: &[
                "gjør dette",
                "gjør det",
                "gjør vi",
                "dette skjer",
                "det skjer",
                "dette gjøres",
            ],
            only: &["", "bare ", "kun "],
            consented: &[
                "med ditt samtykke",
                "med samtykket ditt",
                "med samtykke fra deg",
                "hvis du samtykker",
                "hvis du har samtykket",
                "dersom du har samtykket",
                "når du har samtykket",
                "etter at du har samtykket",
                "hvis du har gitt samtykke",
                "fordi du samtykker",
                "fordi du har samtykket",
                "fordi du har gitt samtykke",
            ],
            to: " til ",
        },
    }
}

/// Words that the name of a basis follows at once, or behind an article, and how it may be told:
/// "necessary to fulfil our contract with you", "on the basis of contract".
struct Ground {
    words: &'static [&'static str],
    articles: &'static [&'static str],
}

const fn grounds(language: Language) -> [Ground; 2] {
    match language {
        Language::En => [
            Ground {
                words: &[
                    "necessary to fulfil",
                    "necessary to fulfill",
                    "necessary to perform",
                    "necessary to carry out",
                    "necessary to comply with",
                    "necessary for compliance with",
                    "necessary for the performance of",
                    "necessary for the purposes of",
                ],
                articles: &["a ", "an ", "the ", "our ", "your ", ""],
            },
            Ground {
                words: &["on the basis of"],
                articles: &[""],
            },
        ],
        Language::Nb => [
            Ground {
                words: &[
                    "nødvendig for å oppfylle",
                    "nødvendig for å gjennomføre",
                    "nødvendig for å ivareta",
                    "nødvendig for oppfyllelsen av",
                ],
                articles: &["en ", "den ", "vår ", "våre ", ""],
            },
            Ground {
                words: &["på grunnlag av"],
                articles: &[""],
            },
        ],
    }
}

/// How far behind its trigger a basis may stand.
const REACH: usize = 60;

/// Bases that the activities of the part do not rest on. Sections that describe no activity speak
/// of bases in general.
pub(super) fn check(scope: &Scope<'_>) -> Vec<Contradiction> {
    let rules = &scope.statement.published.activities;
    let activities = scope.part.activities.iter();
    let activities: Vec<_> = activities
        .filter_map(|id| rules.get_key_value(*id))
        .collect();
    let mut found = Vec::new();
    let Some((id, first)) = activities.first() else {
        return found;
    };
    let rests = |name: BasisName| {
        let same = |other: BasisName| words::letter(other) == words::letter(name);
        let held = name == BasisName::LegalObligation
            && activities
                .iter()
                .flat_map(|(_, activity)| activity.collections.values())
                .any(|collection| collection.hold.is_some());
        held || activities
            .iter()
            .any(|(_, activity)| activity.bases().any(|basis| same(basis.name)))
    };
    let spoken: Vec<String> = first
        .bases()
        .map(|basis| words::basis(&basis, scope.language))
        .collect();
    for sentence in &scope.part.sentences {
        for (span, name) in stated(sentence, scope.language) {
            if rests(name) {
                continue;
            }
            found.push(Contradiction {
                says: format!("`{}`", literal(scope, sentence, &span)),
                span: sentence.place(&span),
                rule: scope
                    .statement
                    .rule_place(&format!("activities.{id}.basis")),
                rule_says: words::and_list(&spoken, scope.language),
                template: Some(format!("basis {id}")),
            });
        }
    }
    found
}

/// The words as they stand in the text.
pub(super) fn literal<'a>(scope: &Scope<'a>, sentence: &Sentence, span: &Range<usize>) -> &'a str {
    let place = sentence.place(span);
    scope.section.markdown.get(place).unwrap_or_default()
}

/// The bases that a sentence states and does not deny.
fn stated(sentence: &Sentence, language: Language) -> Vec<(Range<usize>, BasisName)> {
    let mut found = articles(&sentence.words);
    found.retain(|(span, _)| !denied(sentence, span, language));
    for (trigger, certain) in triggers(language) {
        let Some(trigger) = find(&sentence.words, trigger, 0) else {
            continue;
        };
        let until = sentence.words.len().min(trigger.end.saturating_add(REACH));
        let near = names(language)
            .iter()
            .filter(|(_, _, clear)| *certain || *clear)
            .filter_map(|(name, basis, _)| {
                let span = find(&sentence.words, name, trigger.end)?;
                let between = sentence.words.get(trigger.end..span.start)?;
                let between = between.strip_prefix(':').unwrap_or(between);
                let open = !between.contains(['\u{1}', ';', ':', '(']);
                let says = span.start < until && open && !denied(sentence, &span, language);
                says.then_some((span, *basis))
            })
            .min_by_key(|(span, _)| span.start);
        if let Some(near) = near.filter(|near| !found.contains(near)) {
            found.push(near);
        }
    }
    let others = [
        named_first(sentence, language),
        done_with_consent(sentence, language),
        necessary(sentence, language),
    ];
    for other in others.into_iter().flatten() {
        if !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

/// A basis that stands before the words that make it one.
fn named_first(sentence: &Sentence, language: Language) -> Option<(Range<usize>, BasisName)> {
    let triggers = triggers_behind(language).iter();
    let trigger = triggers
        .filter_map(|trigger| find(&sentence.words, trigger, 0))
        .min_by_key(|trigger| trigger.start)?;
    let clause = sentence.clause(&trigger).start;
    let before = sentence.words.get(clause..trigger.start)?;
    let supposed = conditions(language).iter();
    if supposed
        .into_iter()
        .any(|word| find(before, word, 0).is_some())
    {
        return None;
    }
    let names = names(language).iter().filter_map(|(name, basis, _)| {
        let span = find(&sentence.words, name, clause)?;
        let says = span.end <= trigger.start && !denied(sentence, &span, language);
        says.then_some((span, *basis))
    });
    names.max_by_key(|(span, _)| span.start)
}

/// A basis right behind the words that need one.
fn necessary(sentence: &Sentence, language: Language) -> Option<(Range<usize>, BasisName)> {
    let grounds = grounds(language).into_iter();
    let mut places = grounds.flat_map(|Ground { words, articles }| {
        let places = words
            .iter()
            .filter_map(|words| find(&sentence.words, words, 0));
        places.map(move |place| (place, articles))
    });
    places.find_map(|(place, articles)| {
        let start = sentence.clause(&place).start;
        let before = sentence.words.get(start..place.start)?;
        let mut supposed = conditions(language).iter();
        let supposed = supposed.any(|word| find(before, word, 0).is_some());
        let rest = sentence.words.get(place.end..)?.strip_prefix(' ')?;
        let article = articles
            .iter()
            .find(|article| rest.starts_with(**article))?;
        let from = place.end.saturating_add(1).saturating_add(article.len());
        let named = names(language).iter().filter_map(|(name, basis, _)| {
            let span = find(&sentence.words, name, from)?;
            (span.start == from).then_some((span, *basis))
        });
        let named = named.max_by_key(|(span, _)| span.end)?;
        (!supposed && !denied(sentence, &named.0, language)).then_some(named)
    })
}

/// Consent that something is done with, or only after.
fn done_with_consent(sentence: &Sentence, language: Language) -> Option<(Range<usize>, BasisName)> {
    let Done {
        verbs,
        only,
        consented,
        to,
    } = done(language);
    let ways = verbs.iter().flat_map(move |verb| {
        let only = only.iter();
        only.flat_map(move |only| consented.iter().map(move |how| (verb, only, how)))
    });
    let mut spans = ways.filter_map(|(verb, only, how)| {
        let whole = find(&sentence.words, &format!("{verb} {only}{how}"), 0)?;
        let span = whole.end.saturating_sub(how.len())..whole.end;
        let to_this = !sentence.words.get(span.end..)?.starts_with(to);
        (to_this && !denied(sentence, &whole, language)).then_some(span)
    });
    spans.next().map(|span| (span, BasisName::Consent))
}

/// Bases named by article: `Article 6(1)(f)`, `artikkel 6 nr. 1 bokstav f`, `GDPR 6.1.f`.
fn articles(text: &str) -> Vec<(Range<usize>, BasisName)> {
    let mut found = Vec::new();
    for word in [
        "article",
        "art",
        "artikkel",
        "gdpr",
        "personvernforordningen",
    ] {
        let mut from = 0;
        while let Some(span) = find(text, word, from) {
            from = span.end;
            let rest = text.get(span.end..).unwrap_or_default();
            if let Some((length, name)) = article(rest) {
                found.push((span.start..span.end.saturating_add(length), name));
            }
        }
    }
    found
}

/// Reads `6(1)(f)`, `6(1), point (f)`, `6.1.f` or `6 nr. 1 bokstav f`; gives the length and the
/// basis.
fn article(rest: &str) -> Option<(usize, BasisName)> {
    const PARAGRAPHS: [&str; 10] = [
        "(1)",
        ".1",
        "nr. 1",
        "nr 1",
        "no. 1",
        "paragraph 1",
        "første ledd",
        "1. ledd",
        "første avsnitt",
        ", paragraph 1",
    ];
    let six = rest.trim_start_matches(['.', ' ', '\u{a0}', '\n']);
    let paragraph = six.strip_prefix('6')?.trim_start();
    let (words, numbered) = PARAGRAPHS
        .iter()
        .find_map(|words| Some((words, paragraph.strip_prefix(words)?)))?;
    let letter = point(numbered, words.starts_with(char::is_alphanumeric))?;
    let mut chars = letter.chars();
    let name = by_letter(chars.next()?)?;
    let end = chars.as_str();
    if end.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let end = end.strip_prefix(')').unwrap_or(end);
    Some((rest.len().saturating_sub(end.len()), name))
}

/// What begins with the letter of a point: behind a word, a parenthesis or a full stop, or at once.
/// A letter that stands alone, as in `nr. 1 f`, is one behind words only: `6(1) a` goes on otherwise.
fn point(text: &str, behind_words: bool) -> Option<&str> {
    const WORDS: [&str; 5] = ["bokstav", "letter", "point", "litra", "lit."];
    let near = text.trim_start_matches([' ', '\u{a0}', '\n']);
    let after_comma = near.trim_start_matches([',', ' ']);
    if let Some(named) = WORDS.iter().find_map(|word| after_comma.strip_prefix(word)) {
        return Some(named.trim_start_matches([' ', '(', '\u{a0}']));
    }
    let marked = near.strip_prefix('(').or_else(|| text.strip_prefix('.'));
    marked.or_else(|| (behind_words || near.len() == text.len()).then_some(near))
}

fn by_letter(letter: char) -> Option<BasisName> {
    let all = [
        BasisName::Consent,
        BasisName::Contract,
        BasisName::LegalObligation,
        BasisName::VitalInterest,
        BasisName::PublicTask,
        BasisName::LegitimateInterest,
    ];
    all.into_iter().find(|name| words::letter(*name) == letter)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{JOBB, JOBS};
    use crate::diagnostic::Diagnostic;
    use crate::statement::testing::changed;

    /// The recruitment rests on legitimate interest alone.
    fn of_interest(language: &str, words: &str) -> Vec<Diagnostic> {
        let file = format!("text/{language}.md");
        let old = if language == "en" { JOBS } else { JOBB };
        let contract = "  { contract = { en = \"steps before an agreement\", nb = \"tiltak før en avtale\" }, when = \"offered\" },\n";
        let activity = ("activities/jobs.toml", contract, "");
        changed(&[activity, (&file, old, words)])
            .err()
            .unwrap_or_default()
    }

    /// What states a basis: language, words, the literal.
    const STATED: &[(&str, &str, &str)] = &[
        ("en", "Consent is the legal basis.", "Consent"),
        (
            "en",
            "This rests on a contract with you.",
            "contract with you",
        ),
        ("en", "We base this on your consent.", "consent"),
        ("en", "We do this with your consent.", "with your consent"),
        (
            "en",
            "We only do this if you have consented.",
            "if you have consented",
        ),
        ("en", "Our legal basis: consent.", "consent"),
        ("en", "Your consent is the basis for this.", "consent"),
        (
            "en",
            "We do this because you have consented.",
            "because you have consented",
        ),
        (
            "en",
            "This is necessary to fulfil our contract with you.",
            "contract with you",
        ),
        (
            "en",
            "It is necessary for compliance with a legal obligation.",
            "legal obligation",
        ),
        ("en", "We log this on the basis of contract.", "contract"),
        ("nb", "Rettslig grunnlag: samtykke.", "samtykke"),
        ("nb", "Grunnlaget er samtykket ditt.", "samtykke"),
        ("nb", "Vi har hjemmel i samtykket ditt.", "samtykke"),
        (
            "nb",
            "Dette er nødvendig for å oppfylle avtalen med deg.",
            "avtalen med deg",
        ),
        ("nb", "Samtykke er det rettslige grunnlaget.", "Samtykke"),
        ("nb", "Dette bygger på en avtale med deg.", "avtale med deg"),
        ("nb", "Vi baserer dette på samtykket ditt.", "samtykke"),
        (
            "nb",
            "Vi gjør dette med ditt samtykke.",
            "med ditt samtykke",
        ),
        (
            "nb",
            "Dette gjør vi bare hvis du har samtykket.",
            "hvis du har samtykket",
        ),
    ];

    /// What states another basis than the rule's, denies one, supposes one or says it of something else.
    const UNSTATED: &[(&str, &str)] = &[
        ("en", "Legitimate interest is the legal basis."),
        ("en", "Consent is not the legal basis."),
        (
            "en",
            "Where consent is the legal basis, you can withdraw it.",
        ),
        ("en", "This does not rest on a contract with you."),
        (
            "en",
            "We do not do this with your consent, but with our interest.",
        ),
        ("en", "We do this without your consent."),
        ("en", "We do this if you have consented to cookies."),
        ("en", "You get news if you have consented."),
        ("en", "Our legal basis: legitimate interest."),
        ("en", "Your consent is not the basis for this."),
        ("en", "We never do this because you have consented."),
        (
            "en",
            "We ask for more where it is necessary to fulfil a contract.",
        ),
        ("en", "The price is set on the basis of your contract."),
        ("en", "It is necessary to fulfil your order."),
        ("nb", "Grunnlaget er en berettiget interesse."),
        ("nb", "Det er nødvendig for å oppfylle ønsket ditt."),
        ("nb", "Samtykke er ikke det rettslige grunnlaget."),
        ("nb", "Vi gjør dette uten samtykke fra deg."),
        (
            "nb",
            "Der samtykke er det rettslige grunnlaget, kan du trekke det.",
        ),
    ];

    #[test]
    fn a_basis_is_stated_in_many_ways() {
        for (language, words, literal) in STATED {
            let found = of_interest(language, words);
            let [wrong] = found.as_slice() else {
                panic!("{words}: {found:?}")
            };
            let says = format!("the text says `{literal}`, the rule says ");
            assert!(wrong.message.starts_with(&says), "{}", wrong.message);
        }
        for (language, words) in UNSTATED {
            let found = of_interest(language, words);
            assert!(found.is_empty(), "{words}: {found:?}");
        }
    }
}
