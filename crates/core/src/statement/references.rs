//! Names that one part of a statement uses and another must declare.

use super::at::At;
use super::check::{RULES, Rule};
use super::mended::Mended;
use super::model::{Activity, Basis, Collection, Field, FieldKind, Leaves, OneOrMany};
use super::promise::Proof;
use super::{Reading, Statement};
use crate::anchor::Uses;
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::dpv;
use crate::retention::{Event, Keep, RecordName, Then};

/// Reports every name that is used and not declared, in what is published and in what was decided.
pub(super) fn check(statement: &Statement, mended: &Mended, diagnostics: &mut Vec<Diagnostic>) {
    for (reading, decided) in [(&statement.rules, true), (&statement.published, false)] {
        let mut checker = Checker {
            statement,
            reading,
            decided,
            mended,
            diagnostics: &mut *diagnostics,
        };
        checker.header();
        for (id, activity) in &reading.activities {
            checker.activity(id, activity);
        }
        if !decided {
            checker.promises();
            checker.decisions();
        }
    }
}

struct Checker<'a> {
    statement: &'a Statement,
    reading: &'a Reading,
    /// Whether the reading is the one with the decisions: then only what they set is reported.
    decided: bool,
    mended: &'a Mended,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// The names of a kind, and where they are declared.
struct Known<'a> {
    what: &'static str,
    names: Vec<&'a str>,
    /// Names that need no declaration.
    built_in: Vec<&'a str>,
    table: At,
}

impl<'a> Known<'a> {
    fn of(what: &'static str, table: At, names: impl IntoIterator<Item = &'a String>) -> Known<'a> {
        Known {
            what,
            names: names.into_iter().map(String::as_str).collect(),
            built_in: Vec::new(),
            table,
        }
    }

    fn hint(&self, name: &str) -> String {
        let all = self.names.iter().chain(&self.built_in).copied();
        if let Some(near) = did_you_mean(name, all) {
            return format!("did you mean `{near}`?");
        }
        let declare = match self.table.keys.as_slice() {
            [] => format!("add it to {}", self.table.file),
            keys => format!("add it under `[{}]` in {}", keys.join("."), self.table.file),
        };
        match self.names.as_slice() {
            [] => declare,
            names => format!("{declare}, or use one of {}", listed(names)),
        }
    }
}

/// Names in backticks; of many only the first few.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let few = names.iter().take(SHOWN);
    let mut listed: Vec<String> = few.map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        listed.push("…".to_owned());
    }
    listed.join(", ")
}

impl Checker<'_> {
    fn report(&mut self, at: &At, message: String, hint: String) {
        if self.mended.covers(at) {
            return;
        }
        let Some(place) = self.place(at) else { return };
        let error = Diagnostic::error(place, "reference", message);
        self.diagnostics.push(error.hint(hint));
    }

    fn declared(&mut self, at: &At, name: &str, known: &Known<'_>) {
        let found = known.names.contains(&name) || known.built_in.contains(&name);
        if found || self.mended.covers(&known.table) || self.mended.covers(at) {
            return;
        }
        let Some(place) = self.place(at) else { return };
        let message = format!("there is no {} `{name}`", known.what);
        let error = Diagnostic::error(self.narrowed(place, name), "reference", message);
        self.diagnostics.push(error.hint(known.hint(name)));
    }

    /// Where it is written: in the decisions, where one sets it.
    fn place(&self, at: &At) -> Option<Place> {
        let written = if self.decided {
            let decisions = self.statement.decisions.decisions.iter().enumerate();
            let mut set = decisions.flat_map(|(number, decision)| {
                let paths = decision.set.keys();
                paths.map(move |path| (number, path))
            });
            let (number, path) = set.find(|(_, path)| at.is_in(&At::path(path)))?;
            let decisions = At::file("decisions.toml").key("decisions");
            &decisions.item(number).key("set").key(path)
        } else {
            at
        };
        let keys = written.keys.iter().map(String::as_str);
        Some(self.statement.folder.place(&written.file, keys))
    }

    /// The name inside a longer value, such as a phrase.
    fn narrowed(&self, place: Place, name: &str) -> Place {
        let text = self.statement.folder.text(&place.file).unwrap_or_default();
        let value = text.get(place.span.clone()).unwrap_or_default();
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let is_whole = |at: &usize| {
            let end = at.saturating_add(name.len());
            let before = value.get(..*at).unwrap_or_default();
            let after = value.get(end..).unwrap_or_default();
            !before.ends_with(part) && !after.starts_with(part)
        };
        let mut found = value.match_indices(name).map(|(at, _)| at);
        match found.find(is_whole) {
            Some(at) if value.trim_matches(['"', '\'']) != name => {
                let start = place.span.start.saturating_add(at);
                let span = start..start.saturating_add(name.len());
                Place { span, ..place }
            }
            Some(_) | None => place,
        }
    }

    fn section(&mut self, at: &At, number: &str) {
        let Some(text) = self.statement.texts.values().next() else {
            return;
        };
        let sections = text.sections.iter().map(|section| &section.number);
        let known = Known::of("section", At::file(&text.file), sections);
        self.declared(at, number, &known);
    }

    fn header(&mut self) {
        let header = &self.reading.header;
        let top = At::file("statement.toml");
        for (id, recipient) in &header.recipients {
            let at = top.key("recipients").key(id);
            self.bases(&at.key("basis"), recipient.basis.as_ref());
            if let Some(section) = &recipient.section {
                self.section(&at.key("section"), section);
            }
        }
        let tables = [
            "controller",
            "authority",
            "rights",
            "changes",
            "authority_requests",
        ];
        for table in tables {
            if let Some(section) = header.section_of(table) {
                self.section(&top.key(table).key("section"), section);
            }
        }
        let end = header.financial_year_ends.split_once('-');
        let end = end.and_then(|(m, d)| Some((m.parse::<i8>().ok()?, d.parse::<i8>().ok()?)));
        let valid =
            end.is_some_and(|(month, day)| jiff::civil::Date::new(2023, month, day).is_ok());
        if !valid {
            let message = format!("`{}` is not a month and day", header.financial_year_ends);
            let hint = "write the last day of the financial year as `12-31`";
            self.report(&top.key("financial_year_ends"), message, hint.to_owned());
        }
    }

    /// Each legal basis has exactly one name.
    fn bases(&mut self, at: &At, bases: Option<&OneOrMany<Basis>>) {
        for (at, basis) in at.each(bases) {
            if basis.legal().is_none() && !self.mended.touches(&at) {
                let message = "a legal basis has exactly one name".to_owned();
                let hint = "give one of consent, explicit_consent, contract, legal_obligation, \
                            vital_interest, public_task or legitimate_interest";
                self.report(&at, message, hint.to_owned());
            }
        }
    }

    fn activity(&mut self, id: &str, activity: &Activity) {
        let at = At::activity(id);
        self.section(&at.key("section"), &activity.section);
        let recipients = self.reading.header.recipients.keys();
        let table = At::file("statement.toml").key("recipients");
        let recipients = Known::of("recipient", table, recipients);
        for (key, names) in [
            ("recipients", &activity.recipients),
            ("mentions", &activity.mentions),
        ] {
            for (index, name) in names.iter().enumerate() {
                self.declared(&at.key(key).item(index), name, &recipients);
            }
        }
        self.purposes(&at, activity);
        self.bases(&at.key("basis"), Some(&activity.basis));
        let states = Known::of("state", at.key("states"), activity.states.keys());
        for (at, basis) in at.key("basis").each(&activity.basis) {
            if let Some(state) = basis.legal().and_then(|basis| basis.when) {
                self.declared(&at.key("when"), state, &states);
            }
        }
        if let Some(customers) = &activity.existing_customers {
            let at = at.key("existing_customers").key("when");
            self.declared(&at, &customers.when, &states);
        }
        if activity.states.len() > 8 {
            let message = "an activity has at most eight states".to_owned();
            self.report(&at.key("states"), message, "split the activity".to_owned());
        }
        for (name, collection) in &activity.collections {
            let kept = Kept {
                id,
                activity,
                collection,
                at: at.key("collections").key(name),
            };
            self.collection(&kept);
            self.phrases(&kept);
        }
    }

    /// Without `marketing` an objection to direct marketing would be weighed (GDPR Article 21(2)-(3)).
    fn purposes(&mut self, at: &At, activity: &Activity) {
        let marked = activity.marketing || self.mended.covers(&at.key("marketing"));
        let mut purposes = at.key("purpose").each(&activity.purpose).into_iter();
        let marketing = purposes.find(|(_, purpose)| dpv::is_direct_marketing(purpose));
        if let Some((at, purpose)) = marketing.filter(|_| !marked) {
            let message =
                format!("`{purpose}` is direct marketing, and the activity is not marked so");
            let hint = "add `marketing = true`: an objection then ends it, with no weighing (GDPR \
                        Article 21(3))";
            self.report(&at, message, hint.to_owned());
        }
    }

    fn collection(&mut self, kept: &Kept<'_>) {
        let (collection, at) = (kept.collection, &kept.at);
        let fields = Known::of("field", at.key("fields"), collection.fields.keys());
        for (at, hold) in at.key("hold").each(collection.hold.as_ref()) {
            for (index, field) in hold.fields.iter().enumerate() {
                self.declared(&at.key("fields").item(index), field, &fields);
            }
        }
        for (name, statistic) in &collection.statistics {
            let at = at.key("statistics").key(name).key("by");
            for (index, name) in statistic.by.iter().enumerate() {
                self.declared(&at.item(index), name, &fields);
                if let Some(why) = collection.fields.get(name).and_then(tells_apart) {
                    let message = format!("a statistic cannot count by `{name}`, which {why}");
                    let hint = "count by what many people share, or erase (GDPR recital 26)";
                    self.report(&at.item(index), message, hint.to_owned());
                }
            }
        }
        if let Some(statistic) = collection.then.as_ref().and_then(|then| then.statistic()) {
            let known = collection.statistics.keys();
            let known = Known::of("statistic", at.key("statistics"), known);
            self.declared(&at.key("then"), statistic.name(), &known);
        }
        if let Some(same) = &collection.same_as {
            self.record(&at.key("same_as"), same, Vec::new());
        }
        for (index, said) in collection.also_said.iter().enumerate() {
            self.section(
                &at.key("also_said").item(index).key("section"),
                &said.section,
            );
        }
        let identities = self.reading.header.identities.keys();
        let table = At::file("statement.toml").key("identities");
        let identities = Known::of("identity", table, identities);
        for (field, declared) in &collection.fields {
            if let Some(identity) = &declared.identity {
                let at = at.key("fields").key(field).key("identity");
                self.declared(&at, identity, &identities);
            }
        }
        self.rests(kept);
        self.warns(kept);
    }

    /// A warning comes before the end, and not before the end is known.
    fn warns(&mut self, kept: &Kept<'_>) {
        let (collection, at) = (kept.collection, &kept.at);
        let Some(warn) = collection.then.as_ref().and_then(|then| then.warn) else {
            return;
        };
        let keeps = collection.keep.iter().flat_map(OneOrMany::as_slice);
        let mut short = keeps.filter_map(|keep| keep.known_later_than(warn));
        if let Some(short) = short
            .next()
            .filter(|_| !self.mended.touches(&at.key("keep")))
        {
            let message = format!("nobody can be warned {warn} before the end of {short}");
            let hint = format!("warn less than {short} before, or keep it longer than {warn}");
            self.report(&at.key("then"), message, hint);
        }
    }

    /// The basis that covers a collection is one of the activity's.
    fn rests(&mut self, kept: &Kept<'_>) {
        let rests = |basis: &_| kept.activity.rests_on(*basis);
        let Some(basis) = kept.collection.basis.filter(|basis| !rests(basis)) else {
            return;
        };
        if self.mended.touches(&At::activity(kept.id).key("basis")) {
            return;
        }
        let message = format!("the activity does not rest on {}", basis.article());
        let articles = kept.activity.bases().map(|basis| basis.name.article());
        let hint = match articles.collect::<Vec<_>>().as_slice() {
            [] => "the activity has no legal basis of its own".to_owned(),
            articles => format!("it rests on {}", articles.join(" and ")),
        };
        self.report(&kept.at.key("basis"), message, hint);
    }

    /// Every phrase of a collection.
    fn phrases(&mut self, kept: &Kept<'_>) {
        let (collection, at) = (kept.collection, &kept.at);
        for (at, keep) in at.key("keep").each(collection.keep.as_ref()) {
            self.phrase(&at, keep, kept);
        }
        for (at, hold) in at.key("hold").each(collection.hold.as_ref()) {
            self.phrase(&at.key("keep"), &hold.keep, kept);
        }
        for (index, said) in collection.also_said.iter().enumerate() {
            self.phrase(
                &at.key("also_said").item(index).key("keep"),
                &said.keep,
                kept,
            );
        }
        for (copy, keep) in &collection.copies {
            self.phrase(&at.key("copies").key(copy), keep, kept);
        }
        for (at, left) in at.key("leaves").each(collection.leaves.as_ref()) {
            match left {
                Leaves::Suppression => {}
                Leaves::ConsentProof(keep) => self.phrase(&at.key("consent_proof"), keep, kept),
                Leaves::Hash(keep) => self.phrase(&at.key("hash"), keep, kept),
            }
        }
        for (field, declared) in &collection.fields {
            if let Some(keep) = &declared.keep {
                self.phrase(&at.key("fields").key(field).key("keep"), keep, kept);
            }
        }
    }

    /// The names in one phrase.
    fn phrase(&mut self, at: &At, keep: &Keep, kept: &Kept<'_>) {
        let (activity, collection) = (kept.activity, kept.collection);
        let own = collection.events.keys().chain(activity.states.keys());
        let mut events = Known::of("event", kept.at.key("events"), own);
        events.built_in = Event::spellings().collect();
        for event in keep.events().iter().filter(|event| !event.is_built_in()) {
            self.declared(at, event.name(), &events);
        }
        let own = collection.states.keys().chain(activity.states.keys());
        let mut states = Known::of("state", kept.at.key("states"), own);
        // No state has this name: it is only what `unless agred` most likely means.
        states.built_in = vec!["agreed"];
        for state in keep.states() {
            self.declared(at, state.name(), &states);
        }
        self.taken(kept, keep);
        for other in keep.records() {
            if self.circular(kept, other) {
                let message = format!("`end of {other}` is never known before its own end");
                let hint = "count from an event, such as `after collection`";
                self.report(at, message, hint.to_owned());
            }
            let own = activity.collections.keys().map(String::as_str);
            self.record(at, other.name(), own.collect());
        }
    }

    /// What a phrase calls by a name of its own, no event or state can be called.
    fn taken(&mut self, kept: &Kept<'_>, keep: &Keep) {
        let erase = Then::erase();
        let then = kept.collection.then.as_ref().unwrap_or(&erase);
        let uses = Uses::of(kept.id, std::iter::once(keep), then);
        for (key, names) in [
            ("events", &kept.collection.events),
            ("states", &kept.collection.states),
        ] {
            for name in names.keys().filter(|name| uses.takes(name)) {
                let message = format!("`{name}` has a meaning of its own beside `{keep}`");
                let at = kept.at.key(key).key(name);
                self.report(&at, message, "give it another name".to_owned());
            }
        }
    }

    /// Whether the end of another record counts, by itself or by others, from the end of this one.
    fn circular(&self, kept: &Kept<'_>, other: &RecordName) -> bool {
        let own = kept
            .at
            .keys
            .last()
            .map(|name| format!("{}.{name}", kept.id));
        let (mut open, mut seen) = (vec![other.within(kept.id)], Vec::new());
        while let Some(name) = open.pop() {
            if Some(&name) == own.as_ref() {
                return true;
            }
            if seen.contains(&name) {
                continue;
            }
            let mut all = self.reading.collections();
            if let Some((_, _, collection)) = all.find(|(known, ..)| *known == name) {
                let id = name.split('.').next().unwrap_or_default();
                let keeps = collection.keep.iter().flat_map(OneOrMany::as_slice);
                for record in keeps.flat_map(Keep::records) {
                    open.push(record.within(id));
                }
            }
            seen.push(name);
        }
        false
    }

    /// A collection by its full name, or one of the activity at hand by its own.
    fn record(&mut self, at: &At, name: &str, own: Vec<&str>) {
        let all: Vec<String> = self.reading.collections().map(|(name, ..)| name).collect();
        let file = match name.split_once('.') {
            Some((id, _)) => At::activity(id),
            None => At::file(&at.file),
        };
        let mut known = Known::of("collection", file.key("collections"), &all);
        known.built_in = own;
        self.declared(at, name, &known);
    }

    fn promises(&mut self) {
        for (id, promise) in &self.statement.promises.promises {
            let at = At::file("promises.toml").key("promises").key(id);
            self.section(&at.key("section"), &promise.section);
            for (index, proof) in promise.proof.iter().enumerate() {
                self.proof(&at.key("proof").item(index), proof);
            }
        }
    }

    fn proof(&mut self, at: &At, proof: &Proof) {
        let Some(target) = proof.target() else { return };
        if matches!(proof, Proof::Cap(_) | Proof::ErasedOnWithdrawal(_)) {
            self.record(at, target, Vec::new());
        } else {
            let known = self.reading.activities.keys();
            let known = Known::of("activity", At::activity(target), known);
            self.declared(at, target, &known);
        }
    }

    fn decisions(&mut self) {
        let decisions = At::file("decisions.toml").key("decisions");
        for (index, decision) in self.statement.decisions.decisions.iter().enumerate() {
            let at = decisions.item(index);
            let rule = RULES.iter().find(|rule| rule.id == decision.rule);
            if let Some(rule) = rule {
                self.kinds(&at.key("kind"), rule, decision.kind.as_ref());
            } else {
                let near = did_you_mean(&decision.rule, RULES.iter().map(|rule| rule.id));
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        "`ombud check` names the rule of each finding, such as `L09`".to_owned()
                    }
                };
                let message = format!("there is no rule `{}`", decision.rule);
                self.report(&at.key("rule"), message, hint);
            }
            if decision.review <= decision.on {
                let message = format!(
                    "the decision on {} is reviewed before it is made",
                    decision.rule
                );
                let hint = format!("write a day after {}", decision.on);
                self.report(&at.key("review"), message, hint);
            }
        }
    }

    /// The kinds of finding that a decision names.
    fn kinds(&mut self, at: &At, rule: &Rule, named: Option<&OneOrMany<String>>) {
        for (at, kind) in at.each(named) {
            if rule.kinds.contains(&kind.as_str()) {
                continue;
            }
            let message = format!("{} finds nothing of the kind `{kind}`", rule.id);
            let hint = match did_you_mean(kind, rule.kinds.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if rule.kinds.is_empty() => {
                    "take it out: all its findings are alike".to_owned()
                }
                None => format!("there is: {}", rule.kinds.join(", ")),
            };
            self.report(&at, message, hint);
        }
    }
}

/// A collection, its activity, and where it stands.
struct Kept<'a> {
    id: &'a str,
    activity: &'a Activity,
    collection: &'a Collection,
    at: At,
}
/// Why the values of a field tell people apart, where they do: its cells would not be anonymous.
///
/// # Source
///
/// GDPR recital 26.
fn tells_apart(field: &Field) -> Option<&'static str> {
    if field.identity.is_some() || dpv::identifies(&field.category) {
        return Some("identifies people");
    }
    match field.kind {
        FieldKind::FreeText | FieldKind::File => Some("may hold anything"),
        FieldKind::Date | FieldKind::Instant => Some("is too fine a time; use `per`"),
        FieldKind::Text
        | FieldKind::Integer
        | FieldKind::Number
        | FieldKind::Boolean
        | FieldKind::List => None,
    }
}
