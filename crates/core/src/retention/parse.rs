//! Reading a `keep` phrase: its cases.
//!
//! Reading goes on after a problem at the next list member, clause or case, so that one reading
//! reports them all.

use std::str::FromStr;

use super::names::Event;
use super::phrase::{Case, Clauses, Guard, Keep};
use super::problem::{Problem, nearest};
use super::read::{Kind, Reader};

/// Reads a phrase such as `3 years after last activity`.
///
/// # Errors
///
/// Every problem of the phrase, in the order of the text.
pub fn parse(phrase: &str) -> Result<Keep, Vec<Problem>> {
    read(phrase).map_err(|mut problems| {
        if let (Some(whole), Some(first)) = (corrected(phrase, &problems), problems.first_mut()) {
            first.meant(Some(&whole));
        }
        problems
    })
}

fn read(phrase: &str) -> Result<Keep, Vec<Problem>> {
    let mut reader = Reader::new(phrase);
    let keep = reader.keep();
    reader.finish(keep)
}

/// The whole phrase as it most likely was meant, where that takes more than the problems found at
/// first say: behind a word that is not understood the next one may be misspelt, too.
fn corrected(phrase: &str, problems: &[Problem]) -> Option<String> {
    const SLIPS: usize = 8;
    let mut text = phrase.to_owned();
    let mut problems = problems.to_vec();
    for round in 0..SLIPS {
        for problem in problems.iter().rev() {
            let meant = problem.meant.as_ref()?;
            text.get(problem.span.clone())?;
            text.replace_range(problem.span.clone(), meant);
        }
        match read(&text) {
            Ok(keep) => {
                let spelt = with_built_in_events(&keep);
                let more = round > 0 || spelt != keep.to_string();
                return more.then_some(spelt);
            }
            Err(further) => problems = further,
        }
    }
    None
}

/// The phrase with events that look like built-in ones spelt so.
fn with_built_in_events(keep: &Keep) -> String {
    let mut spelt = keep.to_string();
    for event in keep.events().iter().filter(|event| !event.is_built_in()) {
        let near = nearest(event.name(), Event::spellings());
        spelt = near.map_or(spelt.clone(), |near| spelt.replace(event.name(), near));
    }
    spelt
}

impl FromStr for Keep {
    type Err = Vec<Problem>;

    fn from_str(phrase: &str) -> Result<Self, Self::Err> {
        parse(phrase)
    }
}

impl Reader<'_> {
    fn keep(&mut self) -> Option<Keep> {
        let mut cases = Vec::new();
        loop {
            let start = self.here().start;
            let otherwise = self.eat("otherwise");
            let case = self.case();
            let span = self.since(start);
            let more = self.take(Kind::Semicolon).is_some();
            if let Some(case) = case {
                let always = case.guard.conditions.is_empty();
                if always && more {
                    let problem = Problem::new(span, "no case after this one can ever apply");
                    self.report(problem.hint("say with `if` when it applies, or put it last"));
                } else if otherwise && !always {
                    let problem = Problem::new(span, "`otherwise` has a condition of its own");
                    self.report(problem.hint("leave out `otherwise` or `if`"));
                }
                cases.push(case);
            }
            if !more {
                return Keep::of_cases(cases);
            }
        }
    }

    fn case(&mut self) -> Option<Case> {
        let start = self.here().start;
        let until = self.end();
        if until.is_none() {
            self.skip_to(&[Kind::Comma, Kind::Semicolon]);
        }
        let span = self.since(start);
        let mut guard = Guard::default();
        let mut clauses = Clauses::default();
        loop {
            let comma = self.take(Kind::Comma).is_some();
            if !comma
                && self
                    .peek()
                    .is_none_or(|token| token.kind == Kind::Semicolon)
            {
                break;
            }
            if self.clause(&mut guard, &mut clauses).is_none() {
                self.skip_to(&[Kind::Comma, Kind::Semicolon]);
            }
        }
        let until = until?;
        if let Some(key) = clauses.decided_by.filter(|_| !until.leaves_choice()) {
            let problem = Problem::new(span, format!("leaves nothing for `by {key}` to decide"));
            self.report(problem.hint("give limits, such as `5 to 20 years after collection`"));
        }
        Some(Case {
            guard,
            until,
            clauses,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::sample::any_keep;
    use proptest::prelude::*;

    const PROBLEMS: &[(&str, &str)] = &[
        (
            "",
            ": the phrase ends too early, expected how long, such as `1 year after collection`",
        ),
        (
            "3 years afer collection",
            "afer: unexpected `afer`, expected `after` and an event (hint: did you mean `after`?)",
        ),
        (
            "3 yers after collection",
            "yers: unexpected `yers`, expected a unit from `years` to `minutes` (hint: did you \
                 mean `years`?)",
        ),
        (
            "three years after collection",
            "three: unexpected `three`, expected a number (hint: write it in digits: `3`)",
        ),
        (
            "3 years after last activty",
            "last activty: `last activty` is not an event (hint: did you mean `last activity`?)",
        ),
        (
            "3 years after application deadline",
            "application deadline: `application deadline` is not one name (hint: write the event \
                 that the collection declares as `application_deadline`)",
        ),
        (
            "3 years after Application-Deadline",
            "Application-Deadline: unexpected `Application-Deadline`, expected an event (hint: \
                 write the name as `application_deadline`)",
        ),
        (
            "3 years after",
            ": the phrase ends too early, expected an event",
        ),
        (
            "withdrawal",
            "withdrawal: does not say how long, expected `until`, or a period and `after` (hint: \
                 write `until withdrawal`)",
        ),
        (
            "untill withdrawl",
            "untill: unexpected `untill`, expected how long, such as `1 year after collection` \
                 (hint: did you mean `until withdrawal`?)",
        ),
        (
            "3 yers afer collection",
            "yers: unexpected `yers`, expected a unit from `years` to `minutes` (hint: did you \
                 mean `3 years after collection`?)",
        ),
        (
            "5 years after end of finacial year of issued",
            "finacial year: `finacial year` is no stretch of the calendar (hint: did you mean \
                 `financial year`?)",
        ),
        (
            "end of month of collection",
            "end of month of collection: does not say how long, expected `until`, or a period and \
                 `after` (hint: write `until end of month of collection`)",
        ),
        (
            "until end of month",
            ": the phrase ends too early, expected `of`",
        ),
        (
            "as long as useful",
            "useful: unexpected `useful`, expected `necessary` or `required by law` (hint: for as \
                 long as something holds, write `while` and a state)",
        ),
        (
            "according to cookie policy",
            "cookie: unexpected `cookie`, expected the title of a document in quotes",
        ),
        (
            "earlier of (withdrawal)",
            "(withdrawal): a list of one leaves no choice (hint: add another moment, or write this \
                 one alone)",
        ),
        (
            "earlier of (withdrawal, 1 year after collection",
            ": the phrase ends too early, expected `,` or `)`",
        ),
        (
            "20 to 5 years after collection",
            "20 to 5 years: the limits leave nothing to decide (hint: write the shorter period \
                 first)",
        ),
        (
            "3 years after collection, by severity",
            "3 years after collection: leaves nothing for `by severity` to decide (hint: give \
                 limits, such as `5 to 20 years after collection`)",
        ),
        (
            "1 year after collection if categry is log",
            "categry: unexpected `categry`, expected `category`, `basis`, `outcome`, `severity` or \
                 `copy` (hint: did you mean `category`?)",
        ),
        (
            "1 year after collection if basis is legitimate_interests",
            "legitimate_interests: `legitimate_interests` is not a lawful basis, expected one of \
                 `consent`, `explicit_consent`, `contract`, `legal_obligation`, `vital_interest`, \
                 `public_task`, `legitimate_interest` (hint: did you mean `legitimate_interest`?)",
        ),
        (
            "1 year after collection; 2 years after collection if log",
            "1 year after collection: no case after this one can ever apply (hint: say with `if` \
                 when it applies, or put it last)",
        ),
        (
            "1 year after collection if log; otherwise 2 years after collection if chat",
            "otherwise 2 years after collection if chat: `otherwise` has a condition of its own \
                 (hint: leave out `otherwise` or `if`)",
        ),
        (
            "1 year after collection if log otherwise 2 years after collection",
            "otherwise: unexpected `otherwise`, expected a clause such as `unless agreed` or `if \
                 category is log`, or the end (hint: separate cases with `;`)",
        ),
        (
            "1 year after collection, unless agreed, unless agreed",
            "unless agreed: the case already has such a clause (hint: join them with `and` or `or`)",
        ),
        (
            "1 year after collection, unles agreed",
            "unles: unexpected `unles`, expected a clause such as `unless agreed` or `if category \
                 is log`, or the end (hint: did you mean `unless`?)",
        ),
        (
            "max 3 years after collection",
            "max: `max` is no word of phrases, expected `up to`, which is a limit (hint: did you mean `up to`?)",
        ),
        (
            "no longer than 3 years after collection",
            "no longer than: `no longer than` is no word of phrases, expected `up to`, which is a limit (hint: did you mean `up to`?)",
        ),
        (
            "earlier of (withdrawal, max 3 years after collection)",
            "max: `max` is no word of phrases, expected `up to`, which is a limit (hint: did you mean `up to`?)",
        ),
        (
            "for 3 years after collection",
            "for: a period has no `for` before it (hint: leave out `for`)",
        ),
        (
            "half a year after collection",
            "half a year: `half a year` is not a number of units (hint: did you mean `6 months`?)",
        ),
        (
            "a year after collection",
            "a: unexpected `a`, expected a number (hint: write it in digits: `1`)",
        ),
        (
            "3 years after collection or last activity",
            "or: unexpected `or`, expected a clause such as `unless agreed` or `if category is log`, \
                 or the end (hint: of two ends write `earlier of (..., ...)` or `later of (..., ...)`)",
        ),
        (
            "3 years after end of tax year of issued",
            "tax year: `tax year` is no stretch of the calendar (hint: did you mean `financial \
                 year`?)",
        ),
        (
            "until the 18th birthday",
            "the 18th birthday: a birthday has its number behind it (hint: did you mean `birthday \
                 18`?)",
        ),
        (
            "1 year after 18 birthday",
            "18 birthday: a birthday has its number behind it (hint: did you mean `birthday 18`?)",
        ),
        (
            "until the deadline",
            "the: phrases have no articles (hint: leave out `the`)",
        ),
        (
            "P3Y after last activity",
            "P3Y: unexpected `P3Y`, expected how long, such as `1 year after collection` (hint: did \
                 you mean `3 years`?)",
        ),
        ("until birthday 200", "200: `birthday 200` is out of reach"),
        (
            "until 2027-02-29",
            "2027-02-29: unexpected `2027-02-29`, expected a number (hint: no calendar has such a day)",
        ),
    ];

    /// Each problem as `place: message, expected ... (hint: ...)`.
    fn problems(phrase: &str) -> Vec<String> {
        let problems = parse(phrase).err().unwrap_or_default();
        problems
            .iter()
            .map(|problem| format!("{}: {problem}", phrase.get(problem.span.clone()).unwrap()))
            .collect()
    }

    #[test]
    fn every_problem_says_what_was_expected_and_what_to_write() {
        for (phrase, expected) in PROBLEMS {
            assert_eq!(problems(phrase), [*expected], "{phrase}");
        }
    }

    #[test]
    fn one_reading_reports_every_problem() {
        let phrase = "earlier of (3 yers after collection, 0 days after consent), unles agreed, \
                      by severty; 3 weaks if basis is consnt";
        let found: Vec<Option<&str>> = parse(phrase)
            .unwrap_err()
            .into_iter()
            .map(|problem| phrase.get(problem.span))
            .collect();
        let expected = ["yers", "0 days", "unles", "severty", "weaks", "consnt"];
        assert_eq!(found, expected.map(Some));
    }

    #[test]
    fn case_and_space_do_not_matter_and_the_canonical_spelling_is_one() {
        let table = [
            (
                "  3  YEARS After   Last Activity ",
                "3 years after last activity",
            ),
            ("3 years from last_activity", "3 years after last activity"),
            ("until 3 years since consent", "3 years after consent"),
            ("at most 5 years after answer", "up to 5 years after answer"),
            (
                "5 years to 20 years after answer",
                "5 to 20 years after answer",
            ),
            (
                "1 year to 2 years and 6 months",
                "1 year to 2 years and 6 months",
            ),
            ("last 3 records", "last 3"),
            ("permanently", "indefinitely"),
            ("as long as needed", "as long as necessary"),
            (
                "until end of year of collection",
                "until end of calendar year of collection",
            ),
            ("1 day unless subscribed", "1 day if not subscribed"),
            ("1 day, if state is subscribed", "1 day if subscribed"),
            (
                "1 day if copy is 'a b' or \"c\"",
                "1 day if copy is \"a b\" or c",
            ),
            (
                "1 day if a; 2 days if b; 3 days",
                "1 day if a; 2 days if b; otherwise 3 days",
            ),
            (
                "1 day, at least 2 hours under 'x', held while a or b, unless agreed if c",
                "1 day if c, unless agreed, held while a or b, at least 2 hours under \"x\"",
            ),
            ("according to \"a 'b'\"", "according to \"a 'b'\""),
            ("according to 'a \"b\"'", "according to 'a \"b\"'"),
        ];
        for (written, canonical) in table {
            let keep = parse(written).unwrap_or_else(|problems| panic!("{written}: {problems:?}"));
            assert_eq!(keep.to_string(), canonical);
        }
    }

    proptest! {
        #[test]
        fn the_canonical_spelling_reads_back(keep in any_keep()) {
            let canonical = keep.to_string();
            let read = parse(&canonical);
            prop_assert_eq!(read.as_ref(), Ok(&keep), "{}", canonical);
            prop_assert_eq!(read.unwrap().to_string(), canonical);
        }

        #[test]
        fn no_text_makes_it_fail(text in "\\PC*", words in proptest::collection::vec("[a-z0-9,;()\"' ]{1,9}", 0..12)) {
            for phrase in [text, words.concat()] {
                for problem in parse(&phrase).err().unwrap_or_default() {
                    prop_assert!(phrase.get(problem.span.clone()).is_some(), "{:?}", problem);
                }
            }
        }
    }
}
