//! Norwegian Bokmål.

use super::words::{Deed, Told, Words};
use crate::language::Language;
use crate::retention::names::Event;
use crate::retention::phrase::{Hedge, Key, Open, Stretch};
use crate::retention::then::WaitVerb;

pub(super) const WORDS: Words = Words {
    language: Language::Nb,
    and: "og",
    or: "eller",

    we: "vi {0} {1}",
    led: "{0} {1} vi {2}",
    led_by_condition: "{0}, {1} vi {2}",
    then_we: "deretter {0} vi {1}",
    and_then_we: "og deretter {0} vi {1}",

    keep: Deed {
        verb: "oppbevarer",
        object: "det",
        tail: "",
    },
    erase: Deed {
        verb: "sletter",
        object: "det",
        tail: "",
    },
    anonymise: Deed {
        verb: "anonymiserer",
        object: "det til {0}",
        tail: "",
    },
    erase_or_anonymise: Deed {
        verb: "sletter",
        object: "det eller anonymiserer det til {0}",
        tail: "",
    },
    wait,
    undo,
    unless_yes: "hvis du ikke sier ja",
    warn: "vi varsler deg {0} før",
    later: "{0} senere",
    another_later: "etter ytterligere {0}",
    in_all: "til sammen {0}",

    event,
    open,
    stretch,
    hedge,
    when: "når {0}",
    until: "til {0}",
    if_: "hvis {0}",
    unless: "med mindre {0}",
    if_not: "hvis det ikke er slik at {0}",
    at: "ved {0}",
    end_of_record: "utløpet av {0}",
    end_of_stretch: "utgangen av {0} {1}",
    of: "for {0}",
    of_moment: "som kommer {0}",
    while_: "så lenge {0}",
    end_of_state: "slutten av den tiden {0}",
    birthday: "{0}-årsdagen din",
    on_birthday: "på {0}-årsdagen din",
    months: [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ],
    date: "{0}. {1} {2}",
    at_end_of_date: "ved utgangen av {0}",
    until_end_of_date: "til og med {0}",
    after: "{0} etter {1}",
    after_length: "etter {0}",
    for_length: "i {0}",
    for_up_to: "i inntil {0}",
    for_at_least: "i minst {0}",
    at_latest: "senest {0}",
    at_most: "høyst {0}",
    to: "{0} til {1}",
    among_newest: "så lenge det er blant de {0} nyeste",
    no_longer_among_newest: "når det ikke lenger er blant de {0} nyeste",
    as_stated: "som angitt i {0}",
    document: "dokumentet «{0}»",

    first_comes: "{0}, avhengig av hva som kommer først",
    last_comes: "{0}, avhengig av hva som kommer sist",
    shortest: "{0}, avhengig av hva som er kortest",
    longest: "{0}, avhengig av hva som er lengst",
    no_later: "{0}, og {1}senest {2}",
    no_longer: "{0}, men {1}ikke lenger enn {2}",
    or_earlier: "{0}, eller tidligere {1}",

    unless_agreed: "med mindre vi har avtalt noe annet med deg",
    unless_law: "med mindre loven krever at vi oppbevarer det lenger",
    depending: "avhengig av {0}",
    key,
    paused: "fristen løper ikke så lenge {0}",
    held: "dette utsettes så lenge {0}",
    extendable: "vi kan oppbevare det inntil {0} lenger hvis vi begrunner det",
    reviewed: "med {0}s mellomrom vurderer vi om vi fortsatt trenger det",
    least: "vi oppbevarer det alltid {0}",
    least_by_law: "{0} krever at vi oppbevarer det {1}",
    at_least_until: "minst {0}",

    as_follows: "vi oppbevarer det slik: {0}",
    case: "{0}, {1}",
    otherwise: "ellers {0}",
    guard,
    basis,
};

fn wait(verb: WaitVerb) -> Deed {
    match verb {
        WaitVerb::Hide => Deed {
            verb: "skjuler",
            object: "det",
            tail: "",
        },
        WaitVerb::Suspend => Deed {
            verb: "sperrer",
            object: "det",
            tail: "",
        },
        WaitVerb::Archive => Deed {
            verb: "arkiverer",
            object: "det",
            tail: "",
        },
        WaitVerb::Restrict => Deed {
            verb: "begrenser",
            object: "bruken av det",
            tail: "",
        },
        WaitVerb::Pseudonymise => Deed {
            verb: "pseudonymiserer",
            object: "det",
            tail: "",
        },
        WaitVerb::Ask => Deed {
            verb: "spør",
            object: "deg",
            tail: "om vi kan beholde det",
        },
    }
}

fn undo(verb: WaitVerb) -> &'static str {
    match verb {
        WaitVerb::Hide => "så lenge det er skjult, kan du få det tilbake",
        WaitVerb::Suspend => "så lenge det er sperret, kan du få det tilbake",
        WaitVerb::Archive => "så lenge det er arkivert, kan du få det tilbake",
        WaitVerb::Restrict => "så lenge bruken av det er begrenset, kan du få det tilbake",
        WaitVerb::Pseudonymise => "så lenge det er pseudonymisert, kan du få det tilbake",
        WaitVerb::Ask => "så lenge vi venter på svaret ditt, kan du få det tilbake",
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
            "at vi samlet det inn",
            "da vi samlet det inn",
            "vi samler det inn",
        ),
        "last_activity" => last("din siste aktivitet", "for din siste aktivitet"),
        "last_correspondence" => last(
            "vår siste korrespondanse med deg",
            "for vår siste korrespondanse med deg",
        ),
        "end_of_contract" => told(
            "at avtalen din er avsluttet",
            "da avtalen din avsluttes",
            "avtalen din avsluttes",
        ),
        "consent" => told("at du ga samtykke", "da du ga samtykke", "du gir samtykke"),
        "withdrawal" => told(
            "at du har trukket samtykket tilbake",
            "da du trekker samtykket tilbake",
            "du trekker samtykket tilbake",
        ),
        "objection" => told(
            "at du har protestert",
            "da du protesterer",
            "du protesterer",
        ),
        "answer" => told(
            "at vi har svart på henvendelsen din",
            "da vi svarer på henvendelsen din",
            "vi har svart på henvendelsen din",
        ),
        "loss_of_contact" => told(
            "at vi har mistet kontakten med deg",
            "da vi mister kontakten med deg",
            "vi mister kontakten med deg",
        ),
        "erasure" => told(
            "at vi har slettet det",
            "da vi sletter det",
            "vi sletter det",
        ),
        "overtaken" => told("at det kom nyere", "da det kom nyere", "det kommer nyere"),
        _ => None,
    }
}

/// How long, and when that is over.
fn open(open: Open) -> (&'static str, &'static str) {
    match open {
        Open::Necessary => (
            "så lenge det er nødvendig",
            "når det ikke lenger er nødvendig",
        ),
        Open::RequiredByLaw => (
            "så lenge loven krever det",
            "når loven ikke lenger krever at vi oppbevarer det",
        ),
        Open::Indefinitely => ("på ubestemt tid", "aldri"),
    }
}

fn stretch(stretch: Stretch) -> &'static str {
    match stretch {
        Stretch::Day => "dagen",
        Stretch::Week => "uken",
        Stretch::Month => "måneden",
        Stretch::Quarter => "kvartalet",
        Stretch::CalendarYear => "kalenderåret",
        Stretch::FinancialYear => "regnskapsåret",
    }
}

fn hedge(hedge: Hedge) -> &'static str {
    match hedge {
        Hedge::Usually => "vanligvis",
        Hedge::Typically => "typisk",
        Hedge::Generally | Hedge::InGeneral => "generelt",
        Hedge::Normally => "normalt",
        Hedge::Mostly => "stort sett",
        Hedge::InMostCases => "i de fleste tilfeller",
        Hedge::AsARule => "som regel",
        Hedge::About => "omtrent",
    }
}

fn key(key: Key) -> &'static str {
    match key {
        Key::Category => "kategorien",
        Key::Basis => "behandlingsgrunnlaget",
        Key::Outcome => "utfallet",
        Key::Severity => "alvorlighetsgraden",
        Key::Copy => "kopien",
    }
}

fn guard(key: Key) -> (&'static str, &'static str) {
    match key {
        Key::Category => ("for {0}", "for alt annet enn {0}"),
        Key::Basis => (
            "der behandlingsgrunnlaget er {0}",
            "der behandlingsgrunnlaget ikke er {0}",
        ),
        Key::Outcome => ("hvis utfallet er {0}", "hvis utfallet ikke er {0}"),
        Key::Severity => (
            "hvis alvorlighetsgraden er {0}",
            "hvis alvorlighetsgraden ikke er {0}",
        ),
        Key::Copy => ("for kopien {0}", "for andre kopier enn den {0}"),
    }
}

fn basis(name: &str) -> Option<&'static str> {
    match name {
        "consent" => Some("samtykket ditt"),
        "explicit_consent" => Some("ditt uttrykkelige samtykke"),
        "contract" => Some("en avtale med deg"),
        "legal_obligation" => Some("en rettslig forpliktelse"),
        "vital_interest" => Some("en vital interesse"),
        "public_task" => Some("en oppgave i allmennhetens interesse"),
        "legitimate_interest" => Some("en berettiget interesse"),
        _ => None,
    }
}
