//! `cases/retention/*.toml`: phrases with their canonical spelling, instants and sentences.
//!
//! The format is described in `cases/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ombud_core::decision;
use ombud_core::effects::{Effects, Task, effects};
use ombud_core::language::Language;
use ombud_core::retention::{
    Anchors, Awaited, Calendar, Due, EndAction, Event, Hold, Interval, Keep, Key, Period,
    RecordName, State, Step, Then, Titles, WaitVerb, due, sentence, stages,
};
use ombud_core::rulebook::Rulebook;
use ombud_core::standing::Act;
use ombud_core::statement::prose::expand;
use ombud_core::statement::{Folder, Statement, load};
use serde::Deserialize;
use toml::{Table, Value};

/// The constructs of the language; each needs a case.
const ALL: std::ops::RangeInclusive<u32> = 1..=56;

/// A whole statement that a case of another kind is laid over.
const HEADER: &str = include_str!("../../src/statement/check/testing/statement.toml");
const ACTIVITY: &str = include_str!("../../src/statement/check/testing/activity.toml");
const TEXT: &str = include_str!("../../src/statement/check/testing/en.md");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    construct: u32,
    /// What wording this stands for.
    says: String,
    #[serde(default)]
    kind: Kind,
    keep: Option<String>,
    canonical: Option<String>,
    then: Option<String>,
    en: Option<String>,
    nb: Option<String>,
    #[serde(default)]
    titles: Titles,
    #[serde(default = "oslo")]
    zone: String,
    financial_year_end: Option<String>,
    #[serde(default)]
    instants: Vec<Instant>,
    /// The part of a statement, for what is no phrase.
    toml: Option<String>,
    /// The template that tells what the part says; `en` and `nb` are what it renders.
    template: Option<String>,
    /// What follows from each act of a person.
    #[serde(default)]
    effects: BTreeMap<String, String>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Phrase,
    /// Keys of an activity file.
    Activity,
    /// Keys of `statement.toml`.
    Statement,
}

fn oslo() -> String {
    "Europe/Oslo".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Instant {
    /// In a part of a statement: where its phrase stands, or periods that are added up.
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    anchors: Facts,
    due: String,
    #[serde(default)]
    stages: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Facts {
    #[serde(default)]
    states: BTreeMap<String, Vec<Vec<String>>>,
    #[serde(default)]
    records: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    holds: Vec<HoldFact>,
    born_on: Option<Date>,
    agreed_until: Option<String>,
    extended_by: Option<Period>,
    chosen: Option<Period>,
    #[serde(flatten)]
    events: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldFact {
    reason: String,
    until: Option<String>,
}

/// Reads times as case files write them.
struct Times {
    calendar: Calendar,
}

impl Times {
    fn of(case: &Case) -> Result<Times, String> {
        let zone = TimeZone::get(&case.zone).map_err(|error| error.to_string())?;
        let calendar = match &case.financial_year_end {
            None => Calendar::new(zone),
            Some(end) => end
                .split_once('-')
                .and_then(|(month, day)| month.parse().ok().zip(day.parse().ok()))
                .and_then(|(month, day)| Calendar::new(zone).with_financial_year_end(month, day))
                .ok_or_else(|| format!("`{end}` is not the last day of a year"))?,
        };
        Ok(Times { calendar })
    }

    /// An instant, or a date with this wall clock time.
    fn at(&self, text: &str, hour: i8) -> Result<Timestamp, String> {
        let error = |error: jiff::Error| format!("`{text}`: {error}");
        match text.parse::<Date>() {
            Ok(date) if !text.contains('T') => {
                let zoned = date
                    .at(hour, 0, 0, 0)
                    .to_zoned_datetime(self.calendar.zone.clone());
                Ok(zoned.map_err(error)?.timestamp())
            }
            Ok(_) | Err(_) => text.parse().map_err(error),
        }
    }

    /// When something happened: a date stands for its noon.
    fn happened(&self, text: &str) -> Result<Timestamp, String> {
        self.at(text, 12)
    }

    /// The midnight that begins a date.
    fn begin(&self, text: &str) -> Result<Timestamp, String> {
        self.at(text, 0)
    }

    /// The midnight that ends a date.
    fn end(&self, text: &str) -> Result<Timestamp, String> {
        match text.parse::<Date>() {
            Ok(date) if !text.contains('T') => self.begin(&date.tomorrow().unwrap().to_string()),
            Ok(_) | Err(_) => self.begin(text),
        }
    }

    fn anchors(&self, facts: &Facts) -> Result<Anchors, String> {
        let mut anchors = Anchors {
            born_on: facts.born_on,
            extended_by: facts.extended_by,
            chosen: facts.chosen,
            ..Anchors::default()
        };
        for (name, at) in &facts.events {
            let event = Event::new(name).ok_or_else(|| format!("`{name}` is not an event"))?;
            anchors.events.insert(event, self.happened(at)?);
        }
        for (name, intervals) in &facts.states {
            let state = State::new(name).ok_or_else(|| format!("`{name}` is not a state"))?;
            let intervals = intervals.iter().map(|interval| match interval.as_slice() {
                [from] => Ok(Interval {
                    from: self.begin(from)?,
                    until: None,
                }),
                [from, until] => Ok(Interval {
                    from: self.begin(from)?,
                    until: Some(self.end(until)?),
                }),
                _ => Err(format!("`{name}` needs one or two times")),
            });
            anchors
                .states
                .insert(state, intervals.collect::<Result<_, _>>()?);
        }
        for (name, end) in &facts.records {
            let record = RecordName::new(name).ok_or_else(|| format!("`{name}` is no record"))?;
            anchors.records.insert(record, self.end(end)?);
        }
        for (name, value) in &facts.values {
            let key = key(name).ok_or_else(|| format!("`{name}` is not a key"))?;
            anchors.values.insert(key, value.clone());
        }
        if let Some(until) = &facts.agreed_until {
            anchors.agreed_until = Some(self.end(until)?);
        }
        for hold in &facts.holds {
            let until = hold
                .until
                .as_ref()
                .map(|until| self.end(until))
                .transpose()?;
            anchors.holds.push(Hold {
                reason: hold.reason.clone(),
                until,
            });
        }
        Ok(anchors)
    }

    /// The answer as case files write it: the last day kept, or an instant.
    fn tell(&self, instant: Timestamp) -> String {
        let local = instant.to_zoned_datetime(self.calendar.zone.clone());
        if local.start_of_day().unwrap() == local {
            local.date().yesterday().unwrap().to_string()
        } else {
            local.strftime("%Y-%m-%dT%H:%M%:z").to_string()
        }
    }

    fn tell_due(&self, due: &Due) -> String {
        match due {
            Due::At(instant) => self.tell(*instant),
            Due::Waiting(on) => {
                let on: Vec<String> = on.iter().map(awaited).collect();
                format!("waits for {}", on.join(", "))
            }
            Due::Never(_) => "never".to_owned(),
        }
    }
}

fn key(name: &str) -> Option<Key> {
    [
        Key::Category,
        Key::Basis,
        Key::Outcome,
        Key::Severity,
        Key::Copy,
    ]
    .into_iter()
    .find(|key| key.to_string() == name)
}

fn awaited(awaited: &Awaited) -> String {
    match awaited {
        Awaited::Event(event) => event.name().to_owned(),
        Awaited::State(state) => state.name().to_owned(),
        Awaited::Record(record) => format!("end of {record}"),
        Awaited::Birth => "birth".to_owned(),
        Awaited::Value(key) => key.to_string(),
        Awaited::Hold(reason) => format!("hold {reason}"),
    }
}

fn step(step: Step<'_>) -> &'static str {
    match step {
        Step::Warn => "warn",
        Step::Wait(WaitVerb::Hide) => "hide",
        Step::Wait(WaitVerb::Suspend) => "suspend",
        Step::Wait(WaitVerb::Archive) => "archive",
        Step::Wait(WaitVerb::Restrict) => "restrict",
        Step::Wait(WaitVerb::Pseudonymise) => "pseudonymise",
        Step::Wait(WaitVerb::Ask) => "ask",
        Step::End(EndAction::Erase) => "erase",
        Step::End(EndAction::Anonymise(_)) => "anonymise",
        Step::End(EndAction::EraseOrAnonymise(_)) => "erase or anonymise",
    }
}

/// Everything in which a case and the code differ.
struct Check<'a> {
    file: &'a str,
    wrong: Vec<String>,
}

impl Check<'_> {
    fn same(&mut self, what: &str, expected: Option<&str>, found: &str) {
        match expected {
            Some(expected) if expected == found => {}
            Some(expected) => self.wrong.push(format!(
                "{}: {what}\n    expected: {expected}\n    found:    {found}",
                self.file
            )),
            None => self
                .wrong
                .push(format!("{}: add {what} = {found:?}", self.file)),
        }
    }

    fn fail(&mut self, message: &str) {
        self.wrong.push(format!("{}: {message}", self.file));
    }

    fn phrase<T: std::str::FromStr<Err = Vec<ombud_core::retention::Problem>>>(
        &mut self,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(phrase) => Some(phrase),
            Err(problems) => {
                for problem in problems {
                    self.fail(&format!("`{text}` at {:?}: {problem}", problem.span));
                }
                None
            }
        }
    }

    fn case(&mut self, case: &Case) {
        if case.says.is_empty() || !ALL.contains(&case.construct) {
            self.fail("`says` is empty, or there is no such construct");
        }
        match case.kind {
            Kind::Phrase => self.phrase_case(case),
            Kind::Activity => self.part(case, ACTIVITY, "activities/news.toml"),
            Kind::Statement => self.part(case, HEADER, "statement.toml"),
        }
    }

    fn phrase_case(&mut self, case: &Case) {
        let Some(text) = &case.keep else {
            return self.fail("add `keep`");
        };
        let Some(keep) = self.phrase::<Keep>(text) else {
            return;
        };
        let canonical = keep.to_string();
        self.same("canonical", case.canonical.as_deref(), &canonical);
        if canonical.parse::<Keep>().as_ref() != Ok(&keep) {
            self.fail(&format!("`{canonical}` does not read back"));
        }
        let then = case
            .then
            .as_ref()
            .and_then(|then| self.phrase::<Then>(then));
        if let (Some(written), Some(then)) = (&case.then, &then) {
            self.same("then", Some(written), &then.to_string());
        }
        for (language, expected) in [(Language::En, &case.en), (Language::Nb, &case.nb)] {
            let found = sentence(&keep, then.as_ref(), &case.titles, language);
            self.same(language.tag(), expected.as_deref(), &found);
        }
        for name in names(&keep, then.as_ref()) {
            if !case.titles.contains_key(&name) {
                self.fail(&format!("add {name} under [titles]"));
            }
        }
        if case.instants.is_empty() {
            self.fail("add at least one [[instants]]");
        }
        for (at, instant) in case.instants.iter().enumerate() {
            if let Err(message) = self.instant(case, (&keep, then.as_ref()), instant) {
                self.fail(&format!("instants[{at}]: {message}"));
            }
        }
    }

    fn instant(
        &mut self,
        case: &Case,
        (keep, then): (&Keep, Option<&Then>),
        expected: &Instant,
    ) -> Result<(), String> {
        let times = Times::of(case)?;
        let anchors = times.anchors(&expected.anchors)?;
        let due = due(keep, &anchors, &times.calendar);
        self.same("due", Some(&expected.due), &times.tell_due(&due));
        if let (Due::At(at), Some(then), false) = (due, then, expected.stages.is_empty()) {
            let stages = stages(then, at, &times.calendar).ok_or("beyond the calendar")?;
            let found: Vec<String> = stages
                .iter()
                .map(|stage| format!("{} {}", step(stage.step), times.tell(stage.at)))
                .collect();
            self.same(
                "stages",
                Some(&expected.stages.join(", ")),
                &found.join(", "),
            );
        }
        Ok(())
    }

    /// A part of a statement, laid over a whole one, loads without errors; then it is told, asked
    /// what follows from acts, and counted with.
    fn part(&mut self, case: &Case, base: &str, file: &str) {
        let Some(text) = &case.toml else {
            return self.fail("add `toml`");
        };
        let part = match text.parse::<Table>() {
            Ok(part) => part,
            Err(error) => return self.fail(&error.to_string()),
        };
        let mut whole: Table = base.parse().unwrap();
        lay_over(&mut whole, part);
        let mut files = BTreeMap::from([
            ("statement.toml".to_owned(), HEADER.to_owned()),
            ("activities/news.toml".to_owned(), ACTIVITY.to_owned()),
            ("text/en.md".to_owned(), TEXT.to_owned()),
        ]);
        files.insert(file.to_owned(), whole.to_string());
        let statement = match load(Folder::new(files)) {
            Ok(statement) => statement,
            Err(errors) => return self.fail(&format!("{errors:?}")),
        };
        self.told(case, &statement);
        self.follows(case, &statement);
        for (at, instant) in case.instants.iter().enumerate() {
            let keep = phrase_of(&statement, case, &instant.of);
            let found = keep.and_then(|keep| self.instant(case, (&keep, None), instant));
            if let Err(message) = found {
                self.fail(&format!("instants[{at}]: {message}"));
            }
        }
    }

    /// Its template as people read it.
    fn told(&mut self, case: &Case, statement: &Statement) {
        let Some(template) = &case.template else {
            return self.fail("add `template`");
        };
        let text = statement.texts.get(&Language::En).unwrap();
        let mut section = text.sections.first().unwrap().clone();
        section.markdown = format!("{{{{ {template} }}}}");
        for (language, expected) in [(Language::En, &case.en), (Language::Nb, &case.nb)] {
            let found = expand(statement, &section, language).markdown;
            self.same(language.tag(), expected.as_deref(), &found);
        }
    }

    /// What each act that the case names obliges to, for someone of whom nothing else is known.
    fn follows(&mut self, case: &Case, statement: &Statement) {
        let rules = Rulebook::new(statement);
        for (act, expected) in &case.effects {
            let Some(act) = Act::ALL.into_iter().find(|known| known.name() == act) else {
                self.fail(&format!("there is no act `{act}`"));
                continue;
            };
            let found = match effects(&rules, "news", (act, false), &decision::Facts::default()) {
                Ok(effects) => tell_effects(&effects),
                Err(refusal) => format!("refused: {refusal}"),
            };
            self.same(act.name(), Some(expected), &found);
        }
    }
}

/// The phrase at a place in the part that a case is about, or the sum of the periods at several.
fn phrase_of(statement: &Statement, case: &Case, places: &[String]) -> Result<Keep, String> {
    let document = match case.kind {
        Kind::Statement => serde_json::to_value(&statement.published.header),
        Kind::Activity | Kind::Phrase => {
            serde_json::to_value(statement.published.activities.get("news"))
        }
    };
    let document = document.map_err(|error| error.to_string())?;
    let text = |place: &String| {
        let found = document.pointer(place).and_then(|value| value.as_str());
        found
            .map(str::to_owned)
            .ok_or(format!("nothing at {place}"))
    };
    let phrases: Vec<String> = places.iter().map(text).collect::<Result<_, _>>()?;
    let phrase = match phrases.as_slice() {
        [phrase] => phrase.clone(),
        periods => {
            let periods = periods.iter().map(|period| period.parse::<Period>());
            let periods: Vec<Period> = periods
                .collect::<Result<_, _>>()
                .map_err(|e| format!("{e:?}"))?;
            let sum = periods
                .into_iter()
                .try_fold(Period::default(), Period::plus);
            sum.ok_or("beyond the calendar")?.to_string()
        }
    };
    phrase.parse().map_err(|problems| format!("{problems:?}"))
}

/// Every effect by name, those that are not there left out.
fn tell_effects(effects: &Effects) -> String {
    let listed = [
        ("denied", &effects.denied),
        ("erased", &effects.erased),
        ("suppressed", &effects.suppressed),
        ("restricted", &effects.restricted),
        ("notified", &effects.notified),
    ];
    let named = listed.into_iter().filter(|(_, names)| !names.is_empty());
    let mut told: Vec<String> = named
        .map(|(effect, names)| format!("{effect} {}", names.join(", ")))
        .collect();
    told.extend(effects.everywhere.then(|| "everywhere".to_owned()));
    told.extend(effects.decides.map(|task| match task {
        Task::AssessObjection => "a person weighs it".to_owned(),
        Task::CheckRestriction => "a person checks it".to_owned(),
    }));
    told.join("; ")
}

/// Tables are merged; everything else, and a basis, is replaced.
fn lay_over(base: &mut Table, part: Table) {
    for (key, value) in part {
        match (base.get_mut(&key).filter(|_| key != "basis"), value) {
            (Some(Value::Table(base)), Value::Table(part)) => lay_over(base, part),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// What a reader would need titles for.
fn names(keep: &Keep, then: Option<&Then>) -> BTreeSet<String> {
    let events = keep
        .events()
        .into_iter()
        .filter(|event| !event.is_built_in());
    events
        .map(|event| event.name().to_owned())
        .chain(keep.states().iter().map(|state| state.name().to_owned()))
        .chain(keep.records().iter().map(|record| record.name().to_owned()))
        .chain(
            then.and_then(Then::statistic)
                .map(|statistic| statistic.name().to_owned()),
        )
        .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/retention")
}

#[test]
fn every_case_holds() {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut covered = BTreeSet::new();
    for path in &files {
        let file = path.file_name().unwrap().to_string_lossy();
        let text = fs::read_to_string(path).unwrap();
        let mut check = Check {
            file: &file,
            wrong: Vec::new(),
        };
        match toml::from_str::<Case>(&text) {
            Ok(case) => {
                if !file.starts_with(&format!("{:02}-", case.construct)) {
                    check.fail(&format!("begin the file name with {:02}-", case.construct));
                }
                covered.insert(case.construct);
                check.case(&case);
            }
            Err(error) => check.fail(&error.to_string()),
        }
        wrong.append(&mut check.wrong);
    }
    wrong.extend(
        ALL.filter(|construct| !covered.contains(construct))
            .map(|construct| format!("construct {construct} has no case file")),
    );
    assert!(
        wrong.is_empty(),
        "{} cases differ\n\n{}\n",
        wrong.len(),
        wrong.join("\n")
    );
}
