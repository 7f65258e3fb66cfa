//! Recipients of other activities, named as if they received this data.

use super::super::part::{find, lower};
use super::basis::literal;
use super::{Contradiction, Scope};
use crate::language::Language;
use crate::statement::model::Recipient;

/// Words by which a sentence tells that data is given to someone.
const fn sharing_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "share*",
            "sharing",
            "give",
            "gives",
            "pass*",
            "disclos*",
            "transfer*",
            "send",
            "sends",
            "sent",
            "hand*",
            "receive*",
            "provide*",
        ],
        Language::Nb => &[
            "del",
            "deler",
            "deles",
            "delt",
            "gir",
            "gis",
            "gitt",
            "utlever*",
            "overfør*",
            "sender",
            "sendes",
            "sendt",
            "mottar",
            "mottatt",
            "får",
        ],
    }
}

/// Recipients that only activities of other sections give data to.
pub(super) fn check(scope: &Scope<'_>) -> Vec<Contradiction> {
    let rules = &scope.statement.published;
    let mut found = Vec::new();
    let Some(id) = scope.part.activities.first() else {
        return found;
    };
    let here = |name: &str| {
        let own = scope.part.activities.iter();
        own.filter_map(|id| rules.activities.get(*id))
            .any(|activity| {
                let mut all = activity.recipients.iter().chain(&activity.mentions);
                all.any(|recipient| recipient == name)
            })
    };
    let elsewhere = |name: &str| {
        let all = rules.activities.values();
        all.flat_map(|activity| &activity.recipients)
            .any(|r| r == name)
    };
    for (name, recipient) in &rules.header.recipients {
        if here(name) || !elsewhere(name) {
            continue;
        }
        let title = lower(recipient.title.get(scope.language));
        for sentence in &scope.part.sentences {
            let Some(span) = find(&sentence.words, &title, 0) else {
                continue;
            };
            if sentence.has(sharing_words(scope.language)) {
                found.push(Contradiction {
                    says: format!("`{}` receives this data", literal(scope, sentence, &span)),
                    span: sentence.place(&span),
                    rule: scope
                        .statement
                        .rule_place(&format!("activities.{id}.recipients")),
                    rule_says: format!("`{id}` gives it to {}", named(scope, id)),
                    template: Some(format!("recipients {id}")),
                });
            }
        }
    }
    found
}

fn named(scope: &Scope<'_>, id: &str) -> String {
    let header = &scope.statement.published.header;
    let activity = scope.statement.published.activities.get(id);
    let names = activity
        .into_iter()
        .flat_map(|activity| &activity.recipients);
    let title = |recipient: &Recipient| recipient.title.get(scope.language).to_owned();
    let titles: Vec<String> = names
        .filter_map(|name| header.recipients.get(name).map(title))
        .collect();
    if titles.is_empty() {
        return "no one".to_owned();
    }
    super::super::words::and_list(&titles, scope.language)
}
