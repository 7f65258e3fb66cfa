//! The promise board: is the statement true right now?
//!
//! A proof is judged by what was measured in the data. Nothing counts as kept because something is
//! configured; what was not measured is unproven, and says what is missing.

use jiff::Timestamp;
use serde::Serialize;

use crate::language::Localized;
use crate::retention::Period;
use crate::statement::promise::{Machinery, Proof};
use crate::statistic::WAIT;

/// How long after its instant a record may still await the sweep, in seconds.
pub const SWEEP_LAG_SECONDS: i64 = 3_600;

/// How old a verification of the evidence may be, in seconds.
pub const EVIDENCE_AGE_SECONDS: i64 = 86_400;

/// Whether a promise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Measured, and true.
    Kept,
    /// Not measured, or not measurable yet.
    Unproven,
    /// Measured, and not true.
    Broken,
}

/// What was measured for a collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionFigures {
    /// Records held.
    pub records: u64,
    /// The moment that the oldest counts from: when it was collected, or, under a cap, the cap before
    /// the first due instant.
    pub oldest: Option<Timestamp>,
    /// Records past their instant that nothing exempts.
    pub overdue: u64,
    /// How long the most overdue one has waited, in seconds.
    pub worst_lag_seconds: i64,
    /// Records whose end no known fact determines.
    pub endless: u64,
    /// Records that are held, because processing is restricted or by a legal hold, or reduced to what
    /// a law asks for.
    pub exempt: u64,
    /// People in cells of its statistics, each a pseudonym still: what is left of records that had to be
    /// anonymised.
    pub gathering: u64,
    /// For how long the first of them has been there, in seconds.
    pub gathering_seconds: i64,
    /// Records still held although their person withdrew or objected.
    pub after_opt_out: u64,
    /// The longest that the rule allows; `None` where no period caps it.
    pub cap: Option<Period>,
    /// Whether due instants are being counted anew under a new version of the statement.
    pub recounting: bool,
    /// How many people withdrew or objected in its activity.
    pub opted_out: u64,
    /// What its rule promises and nothing carries out yet, in words.
    pub not_carried_out: Vec<String>,
}

/// What was measured for an activity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFigures {
    /// Records held.
    pub records: u64,
    /// Records that were opened; the next three figures are of these.
    pub opened: u64,
    /// Records with a field that the statement does not declare.
    pub undeclared: u64,
    /// Records whose person's standing gives no basis.
    pub without_basis: u64,
    /// People who consented and have not withdrawn.
    pub consented: u64,
    /// People who withdrew.
    pub withdrawn: u64,
    /// People who objected.
    pub objected: u64,
    /// People who opted out, by their ledger, about whom the decision was asked.
    pub asked: u64,
    /// People without consent in force for whom the answer was yes, of those asked about and those
    /// whose records were opened.
    pub yes_without_consent: u64,
    /// People with an objection in force for whom the answer was yes, of those asked about.
    pub yes_after_objection: u64,
    /// Recipients declared for the activity.
    pub recipients: u64,
}

/// A list of things of which some lack what is promised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many were looked at.
    pub all: u64,
    /// The names of those that lack it.
    pub lacking: Vec<String>,
    /// The names of those that had it until a day that has passed.
    pub expired: Vec<String>,
}

/// What the last verification of the evidence came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFigures {
    /// When.
    pub verified_at: Timestamp,
    /// How long ago that is, in seconds.
    pub age_seconds: i64,
    /// How many entries were verified.
    pub entries: u64,
    /// What was wrong, if anything.
    pub problem: Option<String>,
}

/// What was measured for a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// Of a collection.
    Collection(CollectionFigures),
    /// Of an activity.
    Activity(ActivityFigures),
    /// Of a list of things.
    Checked(Checked),
    /// Of the evidence.
    Evidence(EvidenceFigures),
    /// Nothing.
    Nothing,
}

/// A figure behind a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is; also the key of its title on the page.
    pub name: &'static str,
    /// Its value.
    pub value: FigureValue,
}

/// The value of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "is")]
pub enum FigureValue {
    /// A number of things.
    Count(u64),
    /// A moment.
    Instant(Timestamp),
    /// A span of time, in seconds.
    Seconds(i64),
    /// A period of the statement.
    Period(Period),
    /// Names.
    Names(Vec<String>),
}

/// A verdict with the figures it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Whether it is kept.
    pub verdict: Verdict,
    /// The figures.
    pub figures: Vec<Figure>,
    /// Why, in one sentence.
    pub because: Localized,
}

/// Judges one proof.
///
/// # Source
///
/// GDPR Article 5(2), accountability; the figures are those of `Measured`.
pub fn judge(proof: &Proof, measured: &Measured) -> Judgement {
    if let Proof::Needs(machinery) = proof {
        return unproven(Vec::new(), missing(*machinery));
    }
    let judged = match measured {
        Measured::Collection(figures) => of_collection(proof, figures),
        Measured::Activity(figures) => of_activity(proof, figures),
        Measured::Checked(checked) => Some(of_list(proof, checked)),
        Measured::Evidence(figures) => Some(of_evidence(figures)),
        Measured::Nothing => None,
    };
    judged.unwrap_or_else(|| {
        unproven(
            Vec::new(),
            words("nothing measures it yet", "ingenting måler det ennå"),
        )
    })
}

fn of_collection(proof: &Proof, figures: &CollectionFigures) -> Option<Judgement> {
    if matches!(proof, Proof::Cap(_)) {
        return Some(cap(figures));
    }
    matches!(proof, Proof::ErasedOnWithdrawal(_)).then(|| erased(figures))
}

/// What must be zero, the figures to show, and what it means.
fn of_activity(proof: &Proof, figures: &ActivityFigures) -> Option<Judgement> {
    let people = figures.consented + figures.withdrawn + figures.objected;
    if figures.records == 0 && people == 0 && !matches!(proof, Proof::Recipients(_)) {
        return Some(nothing_held());
    }
    let of_records = matches!(proof, Proof::ClosedWorld(_) | Proof::Basis(_));
    if of_records && figures.records == 0 {
        return Some(nothing_held());
    }
    if matches!(proof, Proof::ClosedWorld(_)) {
        let mut shown = opened(figures);
        shown.push(count("undeclared", figures.undeclared));
        let kept = (
            "every record holds declared fields only",
            "alle oppføringer har bare oppgitte felter",
        );
        let broken = (
            "some records hold fields that are not declared",
            "noen oppføringer har felter som ikke er oppgitt",
        );
        Some(none_of(figures.undeclared, shown, [kept, broken]))
    } else if matches!(proof, Proof::Basis(_)) {
        let mut shown = opened(figures);
        shown.push(count("without_basis", figures.without_basis));
        let kept = (
            "every record rests on a basis in force",
            "alle oppføringer har et gjeldende grunnlag",
        );
        let broken = (
            "some records rest on no basis in force",
            "noen oppføringer mangler et gjeldende grunnlag",
        );
        Some(none_of(figures.without_basis, shown, [kept, broken]))
    } else if matches!(proof, Proof::Consent(_) | Proof::Objection(_)) {
        Some(of_choices(proof, figures))
    } else if matches!(proof, Proof::Recipients(_)) {
        Some(recipients(figures.recipients))
    } else {
        None
    }
}

/// How many records there are, and how many of them were opened where that is not all.
fn opened(figures: &ActivityFigures) -> Vec<Figure> {
    let mut shown = vec![count("records", figures.records)];
    if figures.opened < figures.records {
        shown.push(count("opened", figures.opened));
    }
    shown
}

/// Whether anyone gets a yes against their choice.
fn of_choices(proof: &Proof, figures: &ActivityFigures) -> Judgement {
    if matches!(proof, Proof::Consent(_)) {
        let wrong = figures.yes_without_consent;
        let people = [
            count("consented", figures.consented),
            count("withdrawn", figures.withdrawn),
        ];
        let answers = [
            count("asked", figures.asked),
            count("yes_without_consent", wrong),
        ];
        let shown = [people, answers].concat();
        if wrong == 0 && figures.asked == 0 && figures.opened == 0 {
            let why = words(
                "no one has withdrawn yet, and there is no record to ask about",
                "ingen har trukket samtykket ennå, og det finnes ingen oppføring å spørre om",
            );
            return unproven(shown, why);
        }
        let kept = (
            "no one without consent in force gets a yes",
            "ingen uten gyldig samtykke får ja",
        );
        let broken = (
            "someone without consent in force gets a yes",
            "noen uten gyldig samtykke får ja",
        );
        return none_of(wrong, shown, [kept, broken]);
    }
    let wrong = figures.yes_after_objection;
    let shown = [
        count("objected", figures.objected),
        count("asked", figures.asked),
        count("yes_after_objection", wrong),
    ];
    if wrong == 0 && figures.objected == 0 {
        let why = words("no one has objected yet", "ingen har protestert ennå");
        return unproven(shown.to_vec(), why);
    }
    let kept = (
        "no one who objected gets a yes",
        "ingen som har protestert, får ja",
    );
    let broken = (
        "someone who objected gets a yes",
        "noen som har protestert, får ja",
    );
    none_of(wrong, shown.to_vec(), [kept, broken])
}

/// Evidence that was verified long ago, or never, proves nothing today.
fn of_evidence(figures: &EvidenceFigures) -> Judgement {
    let mut shown = vec![Figure {
        name: "verified",
        value: FigureValue::Instant(figures.verified_at),
    }];
    if let Some(problem) = &figures.problem {
        shown.push(Figure {
            name: "lacking",
            value: FigureValue::Names(vec![problem.clone()]),
        });
        return Judgement {
            verdict: Verdict::Broken,
            figures: shown,
            because: words(
                "the evidence was changed, cut or reordered",
                "loggen er endret, avkortet eller stokket om",
            ),
        };
    }
    shown.push(count("entries", figures.entries));
    if figures.age_seconds > EVIDENCE_AGE_SECONDS {
        let why = words(
            "the evidence was not verified within a day",
            "loggen er ikke kontrollert det siste døgnet",
        );
        return unproven(shown, why);
    }
    Judgement {
        verdict: Verdict::Kept,
        figures: shown,
        because: words(
            "every entry of the evidence is as it was signed",
            "hver linje i loggen er som da den ble signert",
        ),
    }
}

fn recipients(declared: u64) -> Judgement {
    let figures = vec![count("recipients", declared)];
    if declared == 0 {
        return unproven(
            figures,
            words("no recipient is declared", "ingen mottaker er oppgitt"),
        );
    }
    let because = words(
        "the recipients are declared; that no one else gets the data is not measured, as disclosures are \
         not recorded yet",
        "mottakerne er oppgitt; at ingen andre får opplysningene, blir ikke målt, for utleveringer blir \
         ikke registrert ennå",
    );
    unproven(figures, because)
}

fn of_list(proof: &Proof, checked: &Checked) -> Judgement {
    if matches!(proof, Proof::Agreements | Proof::Transfers) {
        return on_file(proof, checked);
    }
    if *proof == Proof::Sealed && checked.all == 0 {
        return nothing_held();
    }
    if *proof == Proof::Gaps && !checked.lacking.is_empty() {
        let why = words(
            "the text leaves gaps that no decision settles",
            "teksten har hull som ingen beslutning tetter",
        );
        return unproven(list(proof, checked), why);
    }
    let wrong = u64::try_from(checked.lacking.len()).unwrap_or(u64::MAX);
    let kept = (
        "checked, and nothing is missing",
        "kontrollert, og ingenting mangler",
    );
    let broken = (
        "checked, and something is missing",
        "kontrollert, og noe mangler",
    );
    none_of(wrong, list(proof, checked), [kept, broken])
}

/// The verdict of a promise: broken if any proof is, else unproven if any is. A promise without
/// proofs is unproven.
pub fn overall(judgements: &[Judgement]) -> Verdict {
    judgements
        .iter()
        .map(|judgement| judgement.verdict)
        .max()
        .unwrap_or(Verdict::Unproven)
}

/// Without data there is nothing that could prove or break a promise.
fn nothing_held() -> Judgement {
    let why = words(
        "there is no data yet to measure",
        "det finnes ingen data å måle ennå",
    );
    unproven(vec![count("records", 0)], why)
}

fn cap(figures: &CollectionFigures) -> Judgement {
    if figures.records == 0 && figures.gathering == 0 {
        return nothing_held();
    }
    let mut shown = held(figures);
    if figures.overdue > 0 && figures.worst_lag_seconds > SWEEP_LAG_SECONDS {
        let why = words(
            "records are kept past their time",
            "oppføringer er beholdt over tiden",
        );
        return Judgement {
            verdict: Verdict::Broken,
            figures: shown,
            because: why,
        };
    }
    if figures.gathering_seconds > WAIT.as_secs() + SWEEP_LAG_SECONDS {
        let why = words(
            "in statistics, people are kept under a pseudonym for longer than 31 days past their time",
            "i statistikk er personer beholdt under et pseudonym i mer enn 31 dager over tiden",
        );
        return Judgement {
            verdict: Verdict::Broken,
            figures: shown,
            because: why,
        };
    }
    if figures.recounting {
        let why = words(
            "the times of records are being counted anew under a new version of the statement",
            "fristene for oppføringer regnes på nytt etter en ny versjon av erklæringen",
        );
        return unproven(shown, why);
    }
    if !figures.not_carried_out.is_empty() {
        shown.push(Figure {
            name: "lacking",
            value: FigureValue::Names(figures.not_carried_out.clone()),
        });
        let why = words(
            "nothing carries out a part of the rule",
            "ingenting utfører en del av regelen",
        );
        return unproven(shown, why);
    }
    if figures.endless > 0 {
        return unproven(
            shown,
            words(
                "records have no known end",
                "oppføringer har ingen kjent slutt",
            ),
        );
    }
    Judgement {
        verdict: Verdict::Kept,
        figures: shown,
        because: within_cap(figures),
    }
}

fn within_cap(figures: &CollectionFigures) -> Localized {
    if figures.gathering > 0 {
        words(
            "no record is older than allowed; in statistics, people are counted under a pseudonym for 31 \
             days at most, until enough others are there",
            "ingen oppføring er eldre enn tillatt; i statistikk telles personer under et pseudonym i \
             høyst 31 dager, til mange nok andre er der",
        )
    } else {
        words(
            "no record is older than allowed",
            "ingen oppføring er eldre enn tillatt",
        )
    }
}

/// What is held under a cap, and what of it is past its time.
fn held(figures: &CollectionFigures) -> Vec<Figure> {
    let mut shown = vec![count("records", figures.records)];
    let mut show = |name, value| shown.push(Figure { name, value });
    if let Some(oldest) = figures.oldest {
        show("oldest", FigureValue::Instant(oldest));
    }
    if let Some(cap) = figures.cap {
        show("cap", FigureValue::Period(cap));
    }
    show("overdue", FigureValue::Count(figures.overdue));
    if figures.overdue > 0 {
        show("worst_lag", FigureValue::Seconds(figures.worst_lag_seconds));
    }
    if figures.exempt > 0 {
        show("exempt", FigureValue::Count(figures.exempt));
    }
    if figures.endless > 0 {
        show("endless", FigureValue::Count(figures.endless));
    }
    if figures.gathering > 0 {
        show("gathering", FigureValue::Count(figures.gathering));
        show(
            "gathering_for",
            FigureValue::Seconds(figures.gathering_seconds),
        );
    }
    shown
}

fn erased(figures: &CollectionFigures) -> Judgement {
    if figures.records == 0 && figures.opted_out == 0 {
        return nothing_held();
    }
    none_of(
        figures.after_opt_out,
        vec![
            count("records", figures.records),
            count("after_opt_out", figures.after_opt_out),
        ],
        [
            (
                "nothing is left of those who opted out",
                "ingenting er igjen etter dem som har meldt seg av",
            ),
            (
                "records of people who opted out are left",
                "det er igjen oppføringer etter noen som har meldt seg av",
            ),
        ],
    )
}

/// What is declared proves that it is on file, and no more: the words say what was looked at.
fn on_file(proof: &Proof, checked: &Checked) -> Judgement {
    let agreements = *proof == Proof::Agreements;
    if !checked.expired.is_empty() {
        return Judgement {
            verdict: Verdict::Broken,
            figures: list(proof, checked),
            because: words(
                "with some processors the agreement on file has run out",
                "med noen databehandlere er den oppgitte avtalen utløpt",
            ),
        };
    }
    if checked.lacking.is_empty() && checked.all > 0 {
        let why = if agreements {
            words(
                "an agreement in force is on file for every processor; the agreements themselves are not \
                 read here",
                "det er oppgitt en gjeldende avtale med hver databehandler; selve avtalene blir ikke lest \
                 her",
            )
        } else {
            words(
                "a ground for the transfer is on file for every recipient that may be outside the EEA; \
                 the safeguards themselves are not read here",
                "det er oppgitt et overføringsgrunnlag for hver mottaker som kan være utenfor EØS; selve \
                 garantiene blir ikke lest her",
            )
        };
        return Judgement {
            verdict: Verdict::Kept,
            figures: list(proof, checked),
            because: why,
        };
    }
    let why = if agreements {
        words(
            "for some processors no agreement in force is on file",
            "for noen databehandlere er det ikke oppgitt noen gjeldende avtale",
        )
    } else {
        words(
            "for some recipients no ground for a transfer is on file",
            "for noen mottakere er det ikke oppgitt noe overføringsgrunnlag",
        )
    };
    unproven(list(proof, checked), why)
}

fn none_of(wrong: u64, figures: Vec<Figure>, [kept, broken]: [(&str, &str); 2]) -> Judgement {
    let (verdict, (en, nb)) = if wrong == 0 {
        (Verdict::Kept, kept)
    } else {
        (Verdict::Broken, broken)
    };
    Judgement {
        verdict,
        figures,
        because: words(en, nb),
    }
}

/// What is counted where a list is checked.
const LISTED: [(Proof, &str); 7] = [
    (Proof::Versions, "versions"),
    (Proof::Gaps, "gaps"),
    (Proof::Published, "sections"),
    (Proof::Contact, "details"),
    (Proof::Sealed, "opened"),
    (Proof::Agreements, "processors"),
    (Proof::Transfers, "recipients"),
];

fn list(proof: &Proof, checked: &Checked) -> Vec<Figure> {
    let listed = LISTED.iter().find(|(listed, _)| listed == proof);
    let name = listed.map_or("things", |(_, name)| name);
    let mut figures = vec![count(name, checked.all)];
    for (name, names) in [("lacking", &checked.lacking), ("expired", &checked.expired)] {
        if !names.is_empty() {
            figures.push(Figure {
                name,
                value: FigureValue::Names(names.clone()),
            });
        }
    }
    figures
}

fn count(name: &'static str, value: u64) -> Figure {
    Figure {
        name,
        value: FigureValue::Count(value),
    }
}

fn unproven(figures: Vec<Figure>, because: Localized) -> Judgement {
    Judgement {
        verdict: Verdict::Unproven,
        figures,
        because,
    }
}

fn words(en: &str, nb: &str) -> Localized {
    Localized::new(en, nb)
}

fn missing(machinery: Machinery) -> Localized {
    let (en, nb) = match machinery {
        Machinery::Requests => (
            "people's requests cannot be handled here yet",
            "henvendelser kan ikke behandles her ennå",
        ),
        Machinery::Cookies => (
            "there are no cookie settings yet",
            "det finnes ingen innstillinger for informasjonskapsler ennå",
        ),
        Machinery::Forms => (
            "there are no public forms yet",
            "det finnes ingen offentlige skjemaer ennå",
        ),
        Machinery::Disclosures => (
            "disclosures are not recorded yet",
            "utleveringer blir ikke registrert ennå",
        ),
        Machinery::Communities => (
            "user communities are not connected yet",
            "brukerforum er ikke koblet til ennå",
        ),
        Machinery::Reminders => (
            "reminders in the chat are not measured yet",
            "påminnelser i chatten blir ikke målt ennå",
        ),
        Machinery::ProcessorRouting => (
            "requests are not passed on to the controller yet",
            "henvendelser blir ikke sendt videre til den behandlingsansvarlige ennå",
        ),
        Machinery::Notices => (
            "notices of changes are not sent from here yet",
            "varsler om endringer sendes ikke herfra ennå",
        ),
        Machinery::ServiceMessages => (
            "service messages are not sent from here yet",
            "tjenestemeldinger sendes ikke herfra ennå",
        ),
        Machinery::SelfService => (
            "account pages are not connected yet",
            "kontosider er ikke koblet til ennå",
        ),
        Machinery::Surveys => (
            "surveys are not sent from here yet",
            "undersøkelser sendes ikke herfra ennå",
        ),
        Machinery::GroupSharing => (
            "sharing in the group is not recorded yet",
            "deling i konsernet blir ikke registrert ennå",
        ),
        Machinery::AutomatedDecisions => (
            "decisions made by machines are not recorded yet",
            "avgjørelser tatt av maskiner blir ikke registrert ennå",
        ),
    };
    words(en, nb)
}

#[cfg(test)]
mod tests;
