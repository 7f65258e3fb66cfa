//! Names that one part of a statement uses and another must declare.

use std::collections::BTreeSet;

use super::Statement;
use super::model::{Activity, Basis, Collection, OneOrMany};
use super::promise::Proof;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::language::Localized;
use crate::retention::Keep;

/// Reports every name that is used and not declared.
pub(super) fn check(statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let mut checker = Checker {
        statement,
        diagnostics,
    };
    checker.header();
    for (id, activity) in &statement.published.activities {
        checker.activity(id, activity);
    }
    checker.promises();
    checker.decisions();
}

struct Checker<'a> {
    statement: &'a Statement,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// A name that must be one of those declared.
struct Name<'a> {
    name: &'a str,
    what: &'static str,
}

impl Checker<'_> {
    fn report(&mut self, file: &str, keys: &[&str], message: String, hint: Option<String>) {
        let place = self.statement.folder.place(file, keys.iter().copied());
        let error = Diagnostic::error(place, "reference", message);
        self.diagnostics.push(error.maybe_hint(hint));
    }

    fn declared<'n>(
        &mut self,
        (file, keys): (&str, &[&str]),
        name: &Name<'_>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: BTreeSet<&str> = known.into_iter().collect();
        if known.contains(name.name) {
            return;
        }
        let near = did_you_mean(name.name, known.iter().copied());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("no {} is declared here", name.what),
            None => {
                let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                format!("declared here: {}", all.join(", "))
            }
        };
        let message = format!("there is no {} `{}`", name.what, name.name);
        self.report(file, keys, message, Some(hint));
    }

    fn section(&mut self, file: &str, keys: &[&str], number: &str) {
        let statement = self.statement;
        let Some(text) = statement.texts.values().next() else {
            return;
        };
        let known: Vec<&str> = text.sections.iter().map(|s| s.number.as_str()).collect();
        self.declared(
            (file, keys),
            &Name {
                name: number,
                what: "section",
            },
            known,
        );
    }

    fn words(&mut self, file: &str, keys: &[&str], words: &Localized) {
        for language in &self.statement.published.header.languages {
            if !words.0.contains_key(language) {
                let message = format!("the text in `{language}` is missing");
                self.report(
                    file,
                    keys,
                    message,
                    Some(format!("add `{language} = \"…\"`")),
                );
            }
        }
    }

    fn header(&mut self) {
        let file = "statement.toml";
        let header = &self.statement.published.header;
        self.words(file, &["title"], &header.title);
        for (id, recipient) in &header.recipients {
            self.words(file, &["recipients", id], &recipient.title);
            for basis in recipient.basis.iter().flat_map(OneOrMany::as_slice) {
                self.one_basis(file, &["recipients", id, "basis"], basis);
            }
        }
        for (id, identity) in &header.identities {
            self.words(file, &["identities", id], &identity.title);
        }
        for (id, link) in &header.links {
            self.words(file, &["links", id], &link.title);
        }
        let end = header.financial_year_ends.split_once('-');
        let end = end.and_then(|(m, d)| Some((m.parse::<i8>().ok()?, d.parse::<i8>().ok()?)));
        let valid =
            end.is_some_and(|(month, day)| jiff::civil::Date::new(2023, month, day).is_ok());
        if !valid {
            let message = format!("`{}` is not a month and day", header.financial_year_ends);
            let hint = "write the last day of the financial year as `12-31`";
            self.report(
                file,
                &["financial_year_ends"],
                message,
                Some(hint.to_owned()),
            );
        }
    }

    fn one_basis(&mut self, file: &str, keys: &[&str], basis: &Basis) {
        if basis.legal().is_none() {
            let message = "a legal basis has exactly one name".to_owned();
            let hint = "give one of consent, explicit_consent, contract, legal_obligation, \
                        vital_interest, public_task or legitimate_interest";
            self.report(file, keys, message, Some(hint.to_owned()));
        }
    }

    fn activity(&mut self, id: &str, activity: &Activity) {
        let file = &format!("activities/{id}.toml");
        let header = &self.statement.published.header;
        self.section(file, &["section"], &activity.section);
        self.words(file, &["title"], &activity.title);
        self.words(file, &["why"], &activity.why);
        for (key, names) in [
            ("recipients", &activity.recipients),
            ("mentions", &activity.mentions),
        ] {
            for name in names {
                let known = header.recipients.keys().map(String::as_str);
                self.declared(
                    (file, &[key]),
                    &Name {
                        name,
                        what: "recipient",
                    },
                    known,
                );
            }
        }
        for basis in activity.basis.as_slice() {
            self.one_basis(file, &["basis"], basis);
            if let Some(state) = basis
                .legal()
                .and_then(|basis| basis.when.map(str::to_owned))
            {
                let known = activity.states.keys().map(String::as_str);
                self.declared(
                    (file, &["basis"]),
                    &Name {
                        name: &state,
                        what: "state",
                    },
                    known,
                );
            }
        }
        for (name, words) in &activity.states {
            self.words(file, &["states", name], words);
        }
        if activity.states.len() > 8 {
            let message = "an activity has at most eight states".to_owned();
            self.report(
                file,
                &["states"],
                message,
                Some("split the activity".to_owned()),
            );
        }
        for (name, collection) in &activity.collections {
            self.collection(file, name, (activity, collection));
        }
    }

    fn collection(
        &mut self,
        file: &str,
        name: &str,
        (activity, collection): (&Activity, &Collection),
    ) {
        let at = |key| ["collections", name, key];
        self.words(file, &["collections", name], &collection.title);
        for (event, words) in &collection.events {
            self.words(file, &["collections", name, "events", event], words);
        }
        for keep in collection.keep.iter().flat_map(OneOrMany::as_slice) {
            self.keep(file, &at("keep"), keep, (activity, collection));
        }
        for hold in collection.hold.iter().flat_map(OneOrMany::as_slice) {
            self.keep(file, &at("hold"), &hold.keep, (activity, collection));
            for field in &hold.fields {
                self.field(file, &at("hold"), field, collection);
            }
        }
        for statistic in collection.statistics.values() {
            for field in &statistic.by {
                self.field(file, &at("statistics"), field, collection);
            }
        }
        if let Some(statistic) = collection.then.as_ref().and_then(|then| then.statistic()) {
            let known = collection.statistics.keys().map(String::as_str);
            let name = Name {
                name: statistic.name(),
                what: "statistic",
            };
            self.declared((file, &at("then")), &name, known);
        }
        if let Some(basis) = collection.basis.filter(|basis| !activity.rests_on(*basis)) {
            let message = format!("the activity does not rest on {}", basis.article());
            self.report(file, &at("basis"), message, None);
        }
        for (field, declared) in &collection.fields {
            let keys = ["collections", name, "fields", field];
            if let Some(identity) = &declared.identity {
                let known = self.statement.published.header.identities.keys();
                let known: Vec<&str> = known.map(String::as_str).collect();
                self.declared(
                    (file, &keys),
                    &Name {
                        name: identity,
                        what: "identity",
                    },
                    known,
                );
            }
            if let Some(keep) = &declared.keep {
                self.keep(file, &keys, keep, (activity, collection));
            }
        }
    }

    fn field(&mut self, file: &str, keys: &[&str], name: &str, collection: &Collection) {
        let known = collection.fields.keys().map(String::as_str);
        self.declared(
            (file, keys),
            &Name {
                name,
                what: "field",
            },
            known,
        );
    }

    fn keep(
        &mut self,
        file: &str,
        keys: &[&str],
        keep: &Keep,
        (activity, collection): (&Activity, &Collection),
    ) {
        for event in keep.events().iter().filter(|event| !event.is_built_in()) {
            let known = collection.events.keys().chain(activity.states.keys());
            let known: Vec<&str> = known.map(String::as_str).collect();
            self.declared(
                (file, keys),
                &Name {
                    name: event.name(),
                    what: "event",
                },
                known,
            );
        }
        for state in keep.states() {
            let known = collection.states.keys().chain(activity.states.keys());
            let known: Vec<&str> = known.map(String::as_str).collect();
            self.declared(
                (file, keys),
                &Name {
                    name: state.name(),
                    what: "state",
                },
                known,
            );
        }
        for other in keep.records() {
            let all = self.statement.published.collections();
            let mut known: Vec<String> = all.map(|(name, _, _)| name).collect();
            known.extend(activity.collections.keys().cloned());
            let known = known.iter().map(String::as_str);
            self.declared(
                (file, keys),
                &Name {
                    name: other.name(),
                    what: "collection",
                },
                known,
            );
        }
    }

    fn promises(&mut self) {
        let file = "promises.toml";
        for (id, promise) in &self.statement.promises.promises {
            self.section(file, &["promises", id, "section"], &promise.section);
            self.words(file, &["promises", id, "says"], &promise.says);
            for proof in &promise.proof {
                self.proof(file, &["promises", id, "proof"], proof);
            }
        }
    }

    fn proof(&mut self, file: &str, keys: &[&str], proof: &Proof) {
        let Some(target) = proof.target() else { return };
        let reading = &self.statement.published;
        if matches!(proof, Proof::Cap(_) | Proof::ErasedOnWithdrawal(_)) {
            let known: Vec<String> = reading.collections().map(|(name, _, _)| name).collect();
            let known = known.iter().map(String::as_str);
            self.declared(
                (file, keys),
                &Name {
                    name: target,
                    what: "collection",
                },
                known,
            );
        } else {
            let known = reading.activities.keys().map(String::as_str);
            self.declared(
                (file, keys),
                &Name {
                    name: target,
                    what: "activity",
                },
                known,
            );
        }
    }

    fn decisions(&mut self) {
        for decision in &self.statement.decisions.decisions {
            if decision.review <= decision.on {
                let message = format!(
                    "the decision on {} is reviewed before it is made",
                    decision.rule
                );
                self.report("decisions.toml", &["decisions"], message, None);
            }
        }
    }
}
