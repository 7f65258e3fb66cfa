//! What a `keep` phrase says, as a value: one meaning, one value. Knows neither words nor dates.

use serde::{Deserialize, Serialize};

use super::names::{Event, RecordName, State};
use super::period::Period;

/// How long a record is kept: the first case whose guard holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    first: Case,
    others: Vec<Case>,
}

impl Keep {
    /// One rule for every record.
    pub fn always(moment: Moment) -> Keep {
        Keep {
            first: Case::new(moment),
            others: Vec::new(),
        }
    }

    /// A list of cases; `None` when it is empty or a case follows one that always applies.
    pub fn of_cases(cases: Vec<Case>) -> Option<Keep> {
        let guarded = cases
            .split_last()
            .is_some_and(|(_, before)| before.iter().all(|case| !case.guard.conditions.is_empty()));
        let mut cases = cases.into_iter();
        let first = cases.next().filter(|_| guarded)?;
        Some(Keep {
            first,
            others: cases.collect(),
        })
    }

    /// The cases, in the order in which they are tried.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Whether there is one rule for every record.
    pub fn is_single(&self) -> bool {
        self.others.is_empty() && self.first.guard.conditions.is_empty()
    }
}

/// One case of a phrase: until when, for which records, and what may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// For which records; empty for all that no case before it took.
    pub guard: Guard,
    /// Until when.
    pub until: Moment,
    /// What may change that.
    pub clauses: Clauses,
}

impl Case {
    /// A case without guard and clauses.
    pub fn new(until: Moment) -> Case {
        Case {
            guard: Guard::default(),
            until,
            clauses: Clauses::default(),
        }
    }
}

/// An end of keeping, or a point that another is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `withdrawal`, `application_deadline`: when it happens.
    Event(Event),
    /// `while subscribed`, and in a count `subscribed ends`: when the state ends.
    StateEnd(State),
    /// `end of block`: when another record of the person ends.
    RecordEnd(RecordName),
    /// `end of calendar year of collection`: the last day of the stretch that holds the moment.
    EndOf(Stretch, Box<Moment>),
    /// `birthday 18`: the day on which the person reaches this age in years.
    Birthday(u16),
    /// `2027-12-31`: this day, as the last one.
    Date(jiff::civil::Date),
    /// `3 years after last activity`: that long after the moment.
    After(Length, Box<Moment>),
    /// `3 years`: after what is unsaid. Counted from the collection, the earliest that a reader
    /// may understand, and reported by lint L11.
    For(Length),
    /// `earlier of (...)`: the first of these.
    Earlier(Vec<Moment>),
    /// `later of (...)`: the last of these.
    Later(Vec<Moment>),
    /// `last 500`: until that many newer records of the kind exist.
    Last(u16),
    /// `as long as necessary`, ...: no end is named.
    Open(Open),
    /// `according to "cookie policy"`: another document says.
    Document(String),
    /// `usually ...`: weakened by a word that promises nothing, reported by lint L10.
    Hedged(Hedge, Box<Moment>),
}

/// How much time, or between what limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// `3 years`.
    Exactly(Period),
    /// `up to 15 years`: the longest; a person or a rule outside chooses less for a record.
    UpTo(Period),
    /// `5 years to 20 years`: chosen for a record within these limits.
    Between(Period, Period),
}

impl Length {
    /// The longest that it allows.
    pub const fn longest(self) -> Period {
        match self {
            Length::Exactly(period) | Length::UpTo(period) | Length::Between(_, period) => period,
        }
    }
}

/// A stretch of the calendar whose last day counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The day itself.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// January to March, and so on.
    Quarter,
    /// January to December.
    CalendarYear,
    /// The controller's financial year.
    FinancialYear,
}

impl Stretch {
    pub(super) const SPELLINGS: [(&'static str, Stretch); 8] = [
        ("day", Stretch::Day),
        ("week", Stretch::Week),
        ("month", Stretch::Month),
        ("quarter", Stretch::Quarter),
        ("calendar year", Stretch::CalendarYear),
        ("financial year", Stretch::FinancialYear),
        ("fiscal year", Stretch::FinancialYear),
        ("year", Stretch::CalendarYear),
    ];
}

/// No end named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// `as long as necessary`.
    Necessary,
    /// `as long as required by law`.
    RequiredByLaw,
    /// `indefinitely`.
    Indefinitely,
}

impl Open {
    pub(super) const SPELLINGS: [(&'static str, Open); 5] = [
        ("as long as necessary", Open::Necessary),
        ("as long as needed", Open::Necessary),
        ("as long as required by law", Open::RequiredByLaw),
        ("indefinitely", Open::Indefinitely),
        ("permanently", Open::Indefinitely),
    ];
}

/// A word that weakens a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hedge {
    /// `usually`.
    Usually,
    /// `typically`.
    Typically,
    /// `generally`.
    Generally,
    /// `in general`.
    InGeneral,
    /// `normally`.
    Normally,
    /// `mostly`.
    Mostly,
    /// `in most cases`.
    InMostCases,
    /// `as a rule`.
    AsARule,
    /// `about`.
    About,
}

impl Hedge {
    pub(super) const SPELLINGS: [(&'static str, Hedge); 12] = [
        ("usually", Hedge::Usually),
        ("typically", Hedge::Typically),
        ("generally", Hedge::Generally),
        ("in general", Hedge::InGeneral),
        ("normally", Hedge::Normally),
        ("mostly", Hedge::Mostly),
        ("in most cases", Hedge::InMostCases),
        ("as a rule", Hedge::AsARule),
        ("about", Hedge::About),
        ("approximately", Hedge::About),
        ("around", Hedge::About),
        ("roughly", Hedge::About),
    ];
}

/// For which records: every condition holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// The conditions, in the order written.
    pub conditions: Vec<Condition>,
}

/// One condition of a guard.
///
/// A condition on something that is not known does not hold, and its opposite does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `category is log or trace`, or with `holds` false `category is not log`.
    Value {
        /// What is asked about.
        key: Key,
        /// Whether it is one of the values, or none of them.
        holds: bool,
        /// The values, at least one.
        values: Vec<String>,
    },
    /// `subscribed`, or `not subscribed`: whether the person or record is in the state.
    State {
        /// The state.
        state: State,
        /// Whether it holds, or does not.
        holds: bool,
    },
}

/// What a guard may ask about a record, and what may decide a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The category of the data, such as `log` or `pd:EmailAddress`.
    Category,
    /// The lawful basis on which this record is processed.
    Basis,
    /// What came of the matter, such as `hired`.
    Outcome,
    /// How grave it is.
    Severity,
    /// Which copy: a device, a server, a backup, a processor.
    Copy,
}

impl Key {
    pub(super) const SPELLINGS: [(&'static str, Key); 5] = [
        ("category", Key::Category),
        ("basis", Key::Basis),
        ("outcome", Key::Outcome),
        ("severity", Key::Severity),
        ("copy", Key::Copy),
    ];

    /// Its name in phrases, fields and facts.
    pub fn name(self) -> &'static str {
        let mut spellings = Key::SPELLINGS.into_iter();
        let own = spellings.find(|(_, key)| *key == self);
        own.map_or("", |(name, _)| name)
    }

    /// The key of this name.
    pub fn of(name: &str) -> Option<Key> {
        let mut spellings = Key::SPELLINGS.into_iter();
        let own = spellings.find(|(known, _)| *known == name);
        own.map(|(_, key)| key)
    }

    /// The bases that a guard may name.
    ///
    /// # Source
    ///
    /// GDPR Art. 6(1)(a)–(f).
    pub const BASES: [&'static str; 7] = [
        "consent",
        "explicit_consent",
        "contract",
        "legal_obligation",
        "vital_interest",
        "public_task",
        "legitimate_interest",
    ];
}

/// What may change the end of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clauses {
    /// `by severity`: what decides a length that has limits only.
    pub decided_by: Option<Key>,
    /// `unless agreed`: an agreement with the person replaces the end.
    pub unless_agreed: bool,
    /// `unless law requires longer`: tells of legal holds, which apply in any case.
    pub unless_law: bool,
    /// `reviewed every 12 months`: how often the need for it is looked at again.
    pub reviewed_every: Option<Period>,
    /// `paused while subscribed`: the time does not run in any of these states.
    pub paused_while: Vec<State>,
    /// `held while disputed`: nothing is deleted in any of these states.
    pub held_while: Vec<State>,
    /// `extendable by 1 year`: a named person may add at most this, giving a reason.
    pub extendable_by: Option<Period>,
    /// `at least 5 years after issued under "bokføringsloven § 13"`: never less than this.
    pub at_least: Option<Minimum>,
}

/// A least time of keeping that overrides a shorter one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// Not before this.
    pub until: Moment,
    /// The law that asks for it, if one is named.
    pub law: Option<String>,
}
