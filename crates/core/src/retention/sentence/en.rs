//! English.

use super::words::{Deed, Told, Words};
use crate::language::Language;
use crate::retention::names::Event;
use crate::retention::phrase::{Hedge, Key, Open, Stretch};
use crate::retention::then::WaitVerb;

pub(super) const WORDS: Words = Words {
    language: Language::En,
    and: "and",
    or: "or",

    we: "we {0} {1}",
    led: "{0}, we {1} {2}",
    led_by_condition: "{0}, we {1} {2}",
    then_we: "then we {0} {1}",
    and_then_we: "and then {0} {1}",

    keep: Deed {
        verb: "keep",
        object: "it",
        tail: "",
    },
    erase: Deed {
        verb: "delete",
        object: "it",
        tail: "",
    },
    anonymise: Deed {
        verb: "anonymise",
        object: "it for {0}",
        tail: "",
    },
    erase_or_anonymise: Deed {
        verb: "delete",
        object: "it or anonymise it for {0}",
        tail: "",
    },
    wait,
    undo,
    unless_yes: "unless you say yes",
    warn: "we warn you {0} before",
    later: "{0} later",
    another_later: "after another {0}",
    in_all: "{0} in all",

    event,
    open,
    stretch,
    hedge,
    when: "when {0}",
    until: "until {0}",
    if_: "if {0}",
    unless: "unless {0}",
    if_not: "if it is not the case that {0}",
    at: "at {0}",
    end_of_record: "the end of {0}",
    end_of_stretch: "the end of the {0} {1}",
    of: "of {0}",
    of_moment: "that comes {0}",
    while_: "for as long as {0}",
    end_of_state: "the end of the time when {0}",
    birthday: "your {0} birthday",
    on_birthday: "on your {0} birthday",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    date: "{0} {1} {2}",
    at_end_of_date: "at the end of {0}",
    until_end_of_date: "until the end of {0}",
    after: "{0} after {1}",
    after_length: "after {0}",
    for_length: "for {0}",
    for_up_to: "for up to {0}",
    for_at_least: "for at least {0}",
    at_latest: "no later than {0}",
    at_most: "at most {0}",
    to: "{0} to {1}",
    among_newest: "for as long as it is among the {0} newest",
    no_longer_among_newest: "when it is no longer among the {0} newest",
    as_stated: "as stated in {0}",
    document: "our document “{0}”",

    first_comes: "{0}, whichever comes first",
    last_comes: "{0}, whichever comes later",
    shortest: "{0}, whichever is shorter",
    longest: "{0}, whichever is longer",
    no_later: "{0}, and {1}no later than {2}",
    no_longer: "{0}, but {1}no longer than {2}",
    or_earlier: "{0}, or earlier {1}",

    unless_agreed: "unless we have agreed otherwise with you",
    unless_law: "unless the law requires us to keep it longer",
    depending: "depending on {0}",
    key,
    paused: "the time does not run while {0}",
    held: "this is put off for as long as {0}",
    extendable: "we may keep it up to {0} longer if we record why",
    reviewed: "at intervals of {0} we review whether we still need it",
    least: "we always keep it {0}",
    least_by_law: "{0} requires us to keep it {1}",
    at_least_until: "at least {0}",

    as_follows: "we keep it as follows: {0}",
    case: "{0}, {1}",
    otherwise: "otherwise {0}",
    guard,
    basis,
};

fn wait(verb: WaitVerb) -> Deed {
    match verb {
        WaitVerb::Hide => Deed {
            verb: "hide",
            object: "it",
            tail: "",
        },
        WaitVerb::Suspend => Deed {
            verb: "suspend",
            object: "it",
            tail: "",
        },
        WaitVerb::Archive => Deed {
            verb: "archive",
            object: "it",
            tail: "",
        },
        WaitVerb::Restrict => Deed {
            verb: "restrict",
            object: "its use",
            tail: "",
        },
        WaitVerb::Pseudonymise => Deed {
            verb: "pseudonymise",
            object: "it",
            tail: "",
        },
        WaitVerb::Ask => Deed {
            verb: "ask",
            object: "you",
            tail: "whether we may keep it",
        },
    }
}

fn undo(verb: WaitVerb) -> &'static str {
    match verb {
        WaitVerb::Hide => "while it is hidden, you can have it back",
        WaitVerb::Suspend => "while it is suspended, you can have it back",
        WaitVerb::Archive => "while it is archived, you can have it back",
        WaitVerb::Restrict => "while its use is restricted, you can have it back",
        WaitVerb::Pseudonymise => "while it is pseudonymised, you can have it back",
        WaitVerb::Ask => "while we wait for your answer, you can have it back",
    }
}

fn event(event: &Event) -> Option<Told> {
    let told = |after, of, present| {
        Some(Told {
            after,
            of,
            present: Some(present),
        })
    };
    let last = |after, of| {
        Some(Told {
            after,
            of,
            present: None,
        })
    };
    match event.name() {
        "collection" => told(
            "we collected it",
            "in which we collected it",
            "we collect it",
        ),
        "last_activity" => last("your last activity", "of your last activity"),
        "last_correspondence" => last(
            "our last correspondence with you",
            "of our last correspondence with you",
        ),
        "end_of_contract" => told(
            "your contract ends",
            "in which your contract ends",
            "your contract ends",
        ),
        "consent" => told(
            "you gave your consent",
            "in which you gave your consent",
            "you give your consent",
        ),
        "withdrawal" => told(
            "you withdraw your consent",
            "in which you withdraw your consent",
            "you withdraw your consent",
        ),
        "objection" => told("you object", "in which you object", "you object"),
        "answer" => told(
            "we have answered your request",
            "in which we answer your request",
            "we have answered your request",
        ),
        "loss_of_contact" => told(
            "we lose contact with you",
            "in which we lose contact with you",
            "we lose contact with you",
        ),
        "erasure" => told("we delete it", "in which we delete it", "we delete it"),
        "overtaken" => told(
            "newer ones came",
            "in which newer ones came",
            "newer ones come",
        ),
        _ => None,
    }
}

/// How long, and when that is over.
fn open(open: Open) -> (&'static str, &'static str) {
    match open {
        Open::Necessary => ("for as long as necessary", "when it is no longer necessary"),
        Open::RequiredByLaw => (
            "for as long as the law requires",
            "when the law no longer requires us to keep it",
        ),
        Open::Indefinitely => ("indefinitely", "never"),
    }
}

fn stretch(stretch: Stretch) -> &'static str {
    match stretch {
        Stretch::Day => "day",
        Stretch::Week => "week",
        Stretch::Month => "month",
        Stretch::Quarter => "quarter",
        Stretch::CalendarYear => "calendar year",
        Stretch::FinancialYear => "financial year",
    }
}

fn hedge(hedge: Hedge) -> &'static str {
    match hedge {
        Hedge::Usually => "usually",
        Hedge::Typically => "typically",
        Hedge::Generally => "generally",
        Hedge::InGeneral => "in general",
        Hedge::Normally => "normally",
        Hedge::Mostly => "mostly",
        Hedge::InMostCases => "in most cases",
        Hedge::AsARule => "as a rule",
        Hedge::About => "about",
    }
}

fn key(key: Key) -> &'static str {
    match key {
        Key::Category => "the category",
        Key::Basis => "the lawful basis",
        Key::Outcome => "the outcome",
        Key::Severity => "the severity",
        Key::Copy => "the copy",
    }
}

fn guard(key: Key) -> (&'static str, &'static str) {
    match key {
        Key::Category => ("for {0}", "for anything other than {0}"),
        Key::Basis => (
            "where the lawful basis is {0}",
            "where the lawful basis is not {0}",
        ),
        Key::Outcome => ("if the outcome is {0}", "if the outcome is not {0}"),
        Key::Severity => ("if the severity is {0}", "if the severity is not {0}"),
        Key::Copy => ("for the copy {0}", "for copies other than the one {0}"),
    }
}

fn basis(name: &str) -> Option<&'static str> {
    match name {
        "consent" => Some("your consent"),
        "explicit_consent" => Some("your explicit consent"),
        "contract" => Some("a contract with you"),
        "legal_obligation" => Some("a legal obligation"),
        "vital_interest" => Some("a vital interest"),
        "public_task" => Some("a public task"),
        "legitimate_interest" => Some("a legitimate interest"),
        _ => None,
    }
}
