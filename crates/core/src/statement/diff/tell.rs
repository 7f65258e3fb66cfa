//! A change in one sentence.

use super::{Grade, Kind, Said, Spot};
use crate::language::{Language, Localized};
use crate::statement::prose;

/// What is said when something is new, gone, and changed.
type Phrases = [&'static str; 3];

/// The sentence that tells people of a change.
pub(super) fn sentence(
    spot: &Spot,
    (kind, grade): (Kind, Grade),
    before: Option<&Said>,
    after: Option<&Said>,
) -> Localized {
    super::both(|language| {
        let [new, gone, changed] = phrases(kind, grade, language);
        let value = |said: &Said| said.words.get(language).trim_end_matches('.').to_owned();
        let (phrase, values) = match (before, after) {
            (None, Some(after)) => (new, format!(": {}", value(after))),
            (Some(before), None) => (gone, format!(": {}", value(before))),
            (Some(before), Some(after)) => {
                let (was, is) = match language {
                    Language::En => ("Before", "Now"),
                    Language::Nb => ("Før", "Nå"),
                };
                let (before, after) = (value(before), value(after));
                (changed, format!(". {was}: {before}. {is}: {after}"))
            }
            (None, None) => (changed, String::new()),
        };
        format!("{}: {phrase}{values}.", capital(spot.title.get(language)))
    })
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// What is said of a kind of change in each language, and how that depends on its grade.
type Row = (Kind, Phrases, Phrases);

const ROWS: &[Row] = &[
    (
        Kind::Activity,
        ["new use of personal data", "no longer done", "changed"],
        [
            "ny bruk av personopplysninger",
            "gjøres ikke lenger",
            "endret",
        ],
    ),
    (
        Kind::Purpose,
        [
            "new purpose",
            "purpose no longer pursued",
            "purpose changed",
        ],
        [
            "nytt formål",
            "formålet gjelder ikke lenger",
            "formålet er endret",
        ],
    ),
    (
        Kind::Subjects,
        [
            "new group of people",
            "group of people no longer covered",
            "people changed",
        ],
        [
            "ny gruppe personer",
            "gruppen er ikke lenger omfattet",
            "hvem det gjelder, er endret",
        ],
    ),
    (
        Kind::Basis,
        ["new legal basis", "legal basis gone", "legal basis changed"],
        [
            "nytt rettslig grunnlag",
            "rettslig grunnlag er borte",
            "rettslig grunnlag er endret",
        ],
    ),
    (
        Kind::Role,
        ["new role", "role gone", "our role changed"],
        ["ny rolle", "rollen er borte", "rollen vår er endret"],
    ),
    (
        Kind::Collection,
        [
            "new kind of record",
            "record no longer kept",
            "record changed",
        ],
        [
            "ny type oppføring",
            "oppføringen lagres ikke lenger",
            "oppføringen er endret",
        ],
    ),
    (
        Kind::Data,
        [
            "new data collected",
            "data no longer collected",
            "data changed",
        ],
        [
            "nye opplysninger samles inn",
            "opplysninger samles ikke lenger inn",
            "opplysningene er endret",
        ],
    ),
    (
        Kind::Retention,
        ["new period", "period gone", "kept by another rule"],
        [
            "ny frist",
            "fristen er borte",
            "oppbevares etter en annen regel",
        ],
    ),
    (
        Kind::Ending,
        [
            "what happens in the end",
            "end no longer stated",
            "what happens in the end changed",
        ],
        [
            "det som skjer til slutt",
            "det står ikke lenger hva som skjer til slutt",
            "det som skjer til slutt, er endret",
        ],
    ),
    (
        Kind::Hold,
        [
            "kept longer by law",
            "no longer kept longer by law",
            "duty to keep changed",
        ],
        [
            "oppbevares lenger etter loven",
            "oppbevares ikke lenger etter loven",
            "plikten til å oppbevare er endret",
        ],
    ),
    (
        Kind::Recipient,
        ["new recipient", "recipient gone", "recipient changed"],
        ["ny mottaker", "mottakeren er borte", "mottakeren er endret"],
    ),
    (
        Kind::Transfer,
        [
            "data may leave the EEA",
            "data no longer leaves the EEA",
            "transfer out of the EEA changed",
        ],
        [
            "opplysninger kan forlate EØS",
            "opplysninger forlater ikke lenger EØS",
            "overføring ut av EØS er endret",
        ],
    ),
    (
        Kind::Right,
        ["new right", "right no longer told of", "right changed"],
        [
            "ny rettighet",
            "rettigheten nevnes ikke lenger",
            "rettigheten er endret",
        ],
    ),
    (
        Kind::RightsChannel,
        [
            "new way to use your rights",
            "way to use your rights gone",
            "way to use your rights changed",
        ],
        [
            "ny måte å bruke rettighetene på",
            "måten å bruke rettighetene på er borte",
            "måten å bruke rettighetene på er endret",
        ],
    ),
    (
        Kind::AnswerTime,
        [
            "time to answer promised",
            "time to answer no longer promised",
            "time to answer changed",
        ],
        [
            "svarfrist loves",
            "svarfrist loves ikke lenger",
            "svarfristen er endret",
        ],
    ),
    (
        Kind::Withdrawal,
        [
            "new way to withdraw consent",
            "way to withdraw consent gone",
            "withdrawal of consent changed",
        ],
        [
            "ny måte å trekke samtykket tilbake på",
            "måten å trekke samtykket tilbake på er borte",
            "tilbaketrekking av samtykke er endret",
        ],
    ),
    (
        Kind::Objection,
        [
            "new way to object",
            "way to object gone",
            "objection changed",
        ],
        [
            "ny måte å protestere på",
            "måten å protestere på er borte",
            "retten til å protestere er endret",
        ],
    ),
    (
        Kind::Messages,
        [
            "new channel for messages",
            "channel for messages gone",
            "messages changed",
        ],
        [
            "ny kanal for meldinger",
            "kanalen for meldinger er borte",
            "meldingene er endret",
        ],
    ),
    (
        Kind::Marketing,
        [
            "direct marketing",
            "direct marketing",
            "direct marketing changed",
        ],
        [
            "direkte markedsføring",
            "direkte markedsføring",
            "direkte markedsføring er endret",
        ],
    ),
    (
        Kind::Profiling,
        ["profiling", "profiling", "profiling changed"],
        ["profilering", "profilering", "profilering er endret"],
    ),
    (
        Kind::AutomatedDecision,
        [
            "decisions by machines alone",
            "no decisions by machines alone",
            "decisions by machines alone changed",
        ],
        [
            "avgjørelser tatt av maskiner alene",
            "ingen avgjørelser tatt av maskiner alene",
            "avgjørelser tatt av maskiner alene er endret",
        ],
    ),
    (
        Kind::Age,
        [
            "lowest age for consent",
            "no lowest age for consent",
            "lowest age for consent changed",
        ],
        [
            "laveste alder for samtykke",
            "ingen laveste alder for samtykke",
            "laveste alder for samtykke er endret",
        ],
    ),
    (
        Kind::SpecialCategories,
        [
            "sensitive data",
            "sensitive data no longer mentioned",
            "sensitive data: other words",
        ],
        [
            "sensitive opplysninger",
            "sensitive opplysninger nevnes ikke lenger",
            "sensitive opplysninger er omtalt annerledes",
        ],
    ),
    (
        Kind::Provision,
        [
            "whether you must give the data",
            "no longer stated whether you must give the data",
            "whether you must give the data changed",
        ],
        [
            "om du må gi opplysningene",
            "det står ikke lenger om du må gi opplysningene",
            "om du må gi opplysningene, er endret",
        ],
    ),
    (
        Kind::Source,
        ["new source", "source gone", "source changed"],
        ["ny kilde", "kilden er borte", "kilden er endret"],
    ),
    (
        Kind::Controller,
        ["added", "gone", "changed"],
        ["lagt til", "borte", "endret"],
    ),
    (
        Kind::Cookie,
        ["new cookie", "cookie gone", "cookie changed"],
        [
            "ny informasjonskapsel",
            "informasjonskapselen er borte",
            "informasjonskapselen er endret",
        ],
    ),
    (
        Kind::Promise,
        ["newly made", "no longer made", "in other words"],
        ["gis nå", "gis ikke lenger", "med andre ord"],
    ),
    (
        Kind::Proof,
        ["now measured", "no longer measured", "measured otherwise"],
        ["måles nå", "måles ikke lenger", "måles på en annen måte"],
    ),
    (
        Kind::Prose,
        ["text added", "text removed", "text changed"],
        ["tekst er lagt til", "tekst er fjernet", "teksten er endret"],
    ),
    (
        Kind::Wording,
        ["added", "removed", "changed"],
        ["lagt til", "fjernet", "endret"],
    ),
];

fn phrases(kind: Kind, grade: Grade, language: Language) -> Phrases {
    let row = ROWS.iter().find(|(known, ..)| *known == kind);
    let (en, nb) = row.map_or((["changed"; 3], ["endret"; 3]), |(_, en, nb)| (*en, *nb));
    let [new, gone, changed] = prose::words::pick(language, en, nb);
    let changed = match (kind == Kind::Retention, grade) {
        (true, Grade::Worse) => prose::words::pick(language, "kept longer", "oppbevares lenger"),
        (true, Grade::Better) => {
            prose::words::pick(language, "kept for a shorter time", "oppbevares kortere")
        }
        (true, Grade::Judge | Grade::Neutral) | (false, _) => changed,
    };
    [new, gone, changed]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_change_has_words() {
        for kind in Kind::ALL {
            assert_eq!(
                ROWS.iter().filter(|(known, ..)| *known == kind).count(),
                1,
                "{kind:?}"
            );
        }
        assert_eq!(ROWS.len(), Kind::ALL.len());
    }
}
