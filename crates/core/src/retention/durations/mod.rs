//! Periods in running text: "three years", "12-month", "halvannet år".
//!
//! The prose is compared with the rules it tells of, so every length of time in it must be
//! found, in digits and in words. Ages and rates ("18 years old", "twice a year") are none.

mod tongue;

use std::ops::Range;

use super::period::{Period, Unit};
use crate::language::Language;
use tongue::{Tongue, tongue};

/// Every length of time in a text, in order, with its place in bytes, end exclusive.
///
/// Of limits such as "5 to 20 years" both are found, each at its own place.
pub fn durations_in(text: &str, language: Language) -> Vec<(Range<usize>, Period)> {
    let scan = Scan {
        tongue: tongue(language),
        words: words(text),
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < scan.words.len() {
        match scan.durations(at) {
            Some((next, durations)) => {
                found.extend(durations);
                at = next;
            }
            None => at = at.saturating_add(1),
        }
    }
    found
}

/// A length of time and its place.
type Found = (Range<usize>, Period);

/// A word or number in lower case.
struct Word {
    text: String,
    span: Range<usize>,
    /// What stands before it.
    gap: Gap,
    /// Whether it stands in parentheses alone: "five (5) years".
    aside: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Gap {
    /// White space or nothing.
    Space,
    /// A hyphen or dash.
    Dash,
    /// Punctuation: what follows is another thing.
    Break,
}

fn gap(between: &str) -> Gap {
    let mut marks = between.chars().filter(|mark| !mark.is_whitespace());
    match (marks.next(), marks.next()) {
        (None, _) => Gap::Space,
        (Some('-' | '‐' | '‑' | '–' | '—'), None) => Gap::Dash,
        (Some(_), _) => Gap::Break,
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut last_end = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((start, first)) = letters.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start.saturating_add(first.len_utf8());
        let mut previous = first;
        while let Some(&(at, next)) = letters.peek() {
            let after = text.get(at..).and_then(|rest| rest.chars().nth(1));
            let digits = previous.is_ascii_digit() && after.is_some_and(|c| c.is_ascii_digit());
            let decimal = matches!(next, '.' | ',') && digits;
            // "3years" are two words.
            let number_ends = previous.is_numeric() && next.is_alphabetic();
            if !(next.is_alphanumeric() || decimal) || number_ends {
                break;
            }
            end = at.saturating_add(next.len_utf8());
            previous = next;
            letters.next();
        }
        let between = text.get(last_end..start).unwrap_or_default();
        let closed = text.get(end..).is_some_and(|rest| rest.starts_with(')'));
        words.push(Word {
            text: text.get(start..end).unwrap_or_default().to_lowercase(),
            span: start..end,
            gap: gap(between),
            aside: closed && between.trim() == "(",
        });
        last_end = end;
    }
    words
}

/// A number of halves, so that one and a half is three.
#[derive(Clone, Copy)]
struct Halves(u16);

impl Halves {
    fn whole(number: u16) -> Option<Halves> {
        number.checked_mul(2).map(Halves)
    }

    fn of(self, measure: Measure) -> Option<Period> {
        let (unit, halves) = (measure.unit, self.0.checked_mul(measure.times)?);
        Halves(halves).of_unit(unit)
    }

    fn of_unit(self, unit: Unit) -> Option<Period> {
        let whole = Period::of(self.0.checked_div(2)?, unit)?;
        if self.0.is_multiple_of(2) {
            return Some(whole);
        }
        let half = match unit {
            Unit::Year => Period::of(6, Unit::Month),
            Unit::Day => Period::of(12, Unit::Hour),
            Unit::Hour => Period::of(30, Unit::Minute),
            Unit::Month | Unit::Week | Unit::Minute => None,
        };
        whole.plus(half?)
    }
}

/// What a length is counted in: a unit, or so many of one.
#[derive(Clone, Copy)]
struct Measure {
    unit: Unit,
    times: u16,
}

struct Scan {
    tongue: &'static Tongue,
    words: Vec<Word>,
}

impl Scan {
    /// The word here, if it goes on from the one before; else nothing.
    fn word(&self, at: usize) -> &str {
        let word = self.words.get(at).filter(|word| word.gap != Gap::Break);
        word.map_or("", |word| word.text.as_str())
    }

    /// The word here, whatever stands before it.
    fn first(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    fn is(&self, at: usize, known: &[&str]) -> bool {
        known.contains(&self.word(at))
    }

    /// The word before, if this one goes on from it.
    fn before(&self, at: usize) -> &str {
        let goes_on = !self.word(at).is_empty();
        let before = at.checked_sub(1).filter(|_| goes_on);
        before.map_or("", |before| self.first(before))
    }

    fn span(&self, from: usize, to: usize) -> Range<usize> {
        let last = to.checked_sub(1).and_then(|last| self.words.get(last));
        let first = self.words.get(from);
        first.map_or(0, |word| word.span.start)..last.map_or(0, |word| word.span.end)
    }

    /// The lengths of time that begin at a word, and the word after them.
    fn durations(&self, at: usize) -> Option<(usize, Vec<Found>)> {
        if let Some((end, limit, least)) = self.limits(at) {
            let (next, mut found) = self.durations(limit)?;
            if !found.is_empty() {
                found.insert(0, (self.span(at, end), least));
            }
            return Some((next, found));
        }
        let (mut next, mut period) = self.part(at)?;
        while let Some((end, sum)) = self.more(next, period) {
            (next, period) = (end, sum);
        }
        let kept = !self.is_age_or_rate(at, next);
        let found = kept.then(|| (self.span(at, next), period));
        Some((next, found.into_iter().collect()))
    }

    /// What is added to a length: "and a half", "and 6 months". "3 years and 6 months" is one
    /// length, "3 months and 2 years" are two.
    fn more(&self, at: usize, period: Period) -> Option<(usize, Period)> {
        let (_, smallest) = period.parts().last()?;
        let and = self.word(at) == self.tongue.and;
        let next = at.saturating_add(usize::from(and));
        if and && self.half(next) {
            let half = Halves(1).of_unit(smallest)?;
            return Some((next.saturating_add(2), period.plus(half)?));
        }
        let (end, more) = self.part(next).filter(|_| !self.word(next).is_empty())?;
        let (_, largest) = more.parts().next()?;
        Some((end, period.plus(more).filter(|_| largest > smallest)?))
    }

    /// Whether "a half" comes next.
    fn half(&self, at: usize) -> bool {
        self.is(at, self.tongue.articles) && self.is(at.saturating_add(1), self.tongue.halves)
    }

    /// The first of two limits, where a number, "to" and a length come next: the word after it,
    /// that at which the other begins, and what it comes to.
    fn limits(&self, at: usize) -> Option<(usize, usize, Period)> {
        let (end, least) = self.number(at)?;
        let dash = self
            .words
            .get(end)
            .is_some_and(|word| word.gap == Gap::Dash);
        let to = self.is(end, self.tongue.to);
        let limit = end.saturating_add(usize::from(to));
        let (_, most) = self
            .part(limit)
            .filter(|_| to || dash && self.number(end).is_some())?;
        let (_, unit) = most.parts().next()?;
        Some((end, limit, least.of_unit(unit)?))
    }

    /// One number with its unit.
    fn part(&self, at: usize) -> Option<(usize, Period)> {
        let tongue = self.tongue;
        if let Some(joined) = self.joined(at) {
            return Some(joined);
        }
        let article = tongue.articles.contains(&self.first(at));
        let mut next = at.saturating_add(usize::from(article));
        let half = |at: usize| tongue.halves.contains(&self.first(at));
        let halves = if let Some((after, number)) = self.number(at) {
            next = after;
            number
        } else if half(next) {
            next = next.saturating_add(1);
            next = next.saturating_add(usize::from(self.is(next, tongue.articles)));
            Halves(1)
        } else if tongue.half_years.contains(&self.first(next)) {
            return Some((next.saturating_add(1), Period::of(6, Unit::Month)?));
        } else if article && !self.unit_ends(at) {
            Halves(2)
        } else {
            return None;
        };
        let aside = self.words.get(next).is_some_and(|word| word.aside);
        if aside && self.number(next).is_some() {
            next = next.saturating_add(1);
            return Some((
                next.saturating_add(1),
                halves.of(self.measure(self.first(next))?)?,
            ));
        }
        while self.is(next, tongue.fillers) {
            next = next.saturating_add(1);
        }
        let measure = self.measure(self.word(next))?;
        Some((next.saturating_add(1), halves.of(measure)?))
    }

    /// Whether the word before is a unit, so that an article here begins a rate.
    fn unit_ends(&self, at: usize) -> bool {
        let before = self.before(at);
        self.tongue.units.iter().any(|(word, _)| *word == before)
    }

    fn measure(&self, word: &str) -> Option<Measure> {
        let tongue = self.tongue;
        let many = tongue.many.iter().find(|(many, _, _)| *many == word);
        if let Some(&(_, times, unit)) = many {
            return Some(Measure { unit, times });
        }
        let whole = tongue.units.iter().find(|(unit, _)| *unit == word);
        let mut compounds = tongue.compounds.iter();
        let unit = whole.or_else(|| compounds.find(|(unit, _)| word.starts_with(unit)));
        unit.map(|&(_, unit)| Measure { unit, times: 1 })
    }

    fn unit(&self, at: usize) -> Option<Unit> {
        self.measure(self.word(at)).map(|measure| measure.unit)
    }

    /// A number joined with its unit in one word: "treårsperiode", "5y".
    fn joined(&self, at: usize) -> Option<(usize, Period)> {
        let word = self.first(at);
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = word
            .strip_suffix(unit)
            .and_then(|number| number.parse().ok());
        let whole = self.tongue.units.iter().find(|(known, _)| *known == unit);
        if let (Some(number), Some((_, unit))) = (number, whole) {
            return Some((at.saturating_add(1), Period::of(number, *unit)?));
        }
        let (rest, number) =
            self.tongue
                .ones
                .iter()
                .zip(0_u16..)
                .find_map(|(spellings, number)| {
                    let mut rests = spellings.iter().filter_map(|one| word.strip_prefix(one));
                    Some((rests.find(|rest| !rest.is_empty())?, number))
                })?;
        let compound = self
            .tongue
            .compounds
            .iter()
            .find(|(unit, _)| rest.starts_with(unit));
        let (_, unit) = compound?;
        Some((at.saturating_add(1), Period::of(number, *unit)?))
    }

    /// A number in digits or words, and the word after it.
    fn number(&self, at: usize) -> Option<(usize, Halves)> {
        let tongue = self.tongue;
        let word = self.first(at);
        let next = at.saturating_add(1);
        if tongue.one_and_a_half.contains(&word) {
            return Some((next, Halves(3)));
        }
        if let Some(halves) = digits(word) {
            return Some((next, halves));
        }
        let (next, number) = match self.tens(word) {
            Some((number, "")) => match self.one(self.word(next)).filter(|one| *one < 10) {
                Some(one) => (next.saturating_add(1), number.checked_add(one)?),
                None => (next, number),
            },
            Some((number, rest)) => (
                next,
                number.checked_add(self.one(rest).filter(|one| *one < 10)?)?,
            ),
            None => (next, self.one(word)?),
        };
        let half = self.word(next) == tongue.and && self.half(next.saturating_add(1));
        if half && self.unit(next.saturating_add(3)).is_some() {
            return Some((
                next.saturating_add(3),
                Halves(number.checked_mul(2)?.checked_add(1)?),
            ));
        }
        Some((next, Halves::whole(number)?))
    }

    fn one(&self, word: &str) -> Option<u16> {
        let found = self.tongue.ones.iter().zip(0_u16..);
        found
            .into_iter()
            .find(|(spellings, _)| spellings.contains(&word))
            .map(|(_, number)| number)
    }

    /// Tens and what is joined to them: "tjuefire".
    fn tens<'w>(&self, word: &'w str) -> Option<(u16, &'w str)> {
        self.tongue
            .tens
            .iter()
            .find_map(|(tens, number)| Some((*number, word.strip_prefix(tens)?)))
    }

    fn is_age_or_rate(&self, from: usize, to: usize) -> bool {
        let tongue = self.tongue;
        let before = self.before(from);
        let of_age = self.word(to) == "of" && self.word(to.saturating_add(1)) == "age";
        let age_of = before == "of" && from.checked_sub(2).is_some_and(|at| self.word(at) == "age");
        let rate = self.is(to, tongue.per) && self.rate_unit(to.saturating_add(1));
        let last = to.checked_sub(1).map_or("", |last| self.first(last));
        // "A quarter of our customers" is no time.
        let share = self.is(to, &["of", "av"]) && tongue.many.iter().any(|many| many.0 == last);
        let age = self.is(to, tongue.after) || of_age || age_of;
        let often = self.is(from, tongue.articles) && tongue.often.contains(&before);
        tongue.before.contains(&before) || often || age || rate || share
    }

    /// Whether a unit comes next, in its definite form where the language has one.
    fn rate_unit(&self, at: usize) -> bool {
        const DEFINITE: [&str; 7] = [
            "året",
            "kvartalet",
            "måneden",
            "uken",
            "uka",
            "døgnet",
            "timen",
        ];
        self.unit(at).is_some() || DEFINITE.contains(&self.word(at))
    }
}

/// `12`, `1.5`, `1,5`, `3½`, and thousands as in `1,500` and `1.500`.
fn digits(word: &str) -> Option<Halves> {
    if let Some((thousands, rest)) = word.split_once([',', '.'])
        && rest.len() == 3
    {
        let number = format!("{thousands}{rest}").parse().ok()?;
        return Halves::whole(number);
    }
    let (number, half) = match word.strip_suffix(['½']) {
        Some(number) => (number, 1),
        None => match word.strip_suffix(".5").or_else(|| word.strip_suffix(",5")) {
            Some(number) => (number, 1),
            None => (word, 0),
        },
    };
    let whole: u16 = if number.is_empty() {
        0
    } else {
        number.parse().ok()?
    };
    whole.checked_mul(2)?.checked_add(half).map(Halves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each line is a text and, after the bar, what is found in it.
    fn check(table: &str, language: Language) {
        for line in table.trim().lines() {
            let (text, expected) = line.split_once('|').unwrap();
            let found: Vec<String> = durations_in(text, language)
                .into_iter()
                .map(|(span, period)| format!("{} = {}", text.get(span).unwrap(), period.iso()))
                .collect();
            assert_eq!(found.join("; "), expected.trim(), "{text}");
        }
    }

    #[test]
    fn english() {
        let table = "
            deleted after three years.           | three years = P3Y
            no longer than 1 year after          | 1 year = P1Y
            at the latest 12 months after        | 12 months = P12M
            a 12-month period, a two-week break  | 12-month = P12M; two-week = P2W
            within 72 hours or a day             | 72 hours = PT72H; a day = P1D
            twenty-four hours                    | twenty-four hours = PT24H
            ninety days and thirty full days     | ninety days = P90D; thirty full days = P30D
            18 months and 7 days                 | 18 months and 7 days = P18M7D
            7 days and 18 months                 | 7 days = P7D; 18 months = P18M
            half a year, a half year             | half a year = P6M; a half year = P6M
            one and a half years                 | one and a half years = P1Y6M
            a year and a half                    | a year and a half = P1Y6M
            1.5 years and 3½ years               | 1.5 years = P1Y6M; 3½ years = P3Y6M
            5 to 20 years                        | 5 = P5Y; 20 years = P20Y
            5–20 years                           | 5 = P5Y; 20 years = P20Y
            two or three months                  | two = P2M; three months = P3M
            Three Years                          | Three Years = P3Y
            three\u{a0}years’ time               | three\u{a0}years = P3Y
            3years                               | 3years = P3Y
            after 3 months, 3 years for others   | 3 months = P3M; 3 years = P3Y
            you are 18 years old, 16 years of age, at the age of 13 years |
            once a year, twice a month, every 3 months |
            gone once twelve months have passed | twelve months = P12M
            open 24 hours a day                  |
            in section 3. Years later            |
            in 2026, this year, years ago, section 3.2, a yearly review |
            one to three people                  |
            for five (5) years, 5 (five) years   | five (5) years = P5Y; 5 (five) years = P5Y
            after 5 yrs, 6 mths, 2 wks or 8 hrs  | 5 yrs = P5Y; 6 mths = P6M; 2 wks = P2W; 8 hrs = PT8H
            after 1,500 days                     | 1,500 days = P1500D
            a decade, two decades                | a decade = P10Y; two decades = P20Y
            a fortnight or half a decade         | a fortnight = P2W; half a decade = P5Y
            within a quarter                     | a quarter = P3M
            a quarter of our customers, once a quarter, five (or so) |";
        check(table, Language::En);
    }

    #[test]
    fn bokmal() {
        let table = "
            slettes etter tre år.                | tre år = P3Y
            ett år, et år, to år                 | ett år = P1Y; et år = P1Y; to år = P2Y
            én måned, en uke                     | én måned = P1M; en uke = P1W
            72 timer og 30 døgn                  | 72 timer = PT72H; 30 døgn = P30D
            halvannet år, et halvt år            | halvannet år = P1Y6M; et halvt år = P6M
            halvt år, et halvår                  | halvt år = P6M; et halvår = P6M
            to og et halvt år                    | to og et halvt år = P2Y6M
            1,5 år                               | 1,5 år = P1Y6M
            tjuefire timer, nittifem dager       | tjuefire timer = PT24H; nittifem dager = P95D
            18 måneder og 7 dager                | 18 måneder og 7 dager = P18M7D
            5 til 20 år                          | 5 = P5Y; 20 år = P20Y
            3-årsperiode, 72-timersfrist         | 3-årsperiode = P3Y; 72-timersfrist = PT72H
            treårsperiode, toårig                | treårsperiode = P3Y; toårig = P2Y
            tre måneders frist                   | tre måneders = P3M
            hvis du har fylt 18 år eller er 16 år gammel |
            hvert år, en gang i året, 24 timer i døgnet, to ganger i uken |
            i år, neste år, år 2026, de tre første |
            fem (5) år                           | fem (5) år = P5Y
            1.500 dager, 6 mnd                   | 1.500 dager = P1500D; 6 mnd = P6M
            et kvartal, to kvartaler, et tiår    | et kvartal = P3M; to kvartaler = P6M; et tiår = P10Y
            et kvartal av kundene, en gang i kvartalet |";
        check(table, Language::Nb);
    }

    proptest! {
        #[test]
        fn what_a_rule_renders_is_found_again(period in crate::retention::sample::any_period()) {
            for language in Language::ALL {
                let text = format!("x {} y", period.text(language));
                let durations = durations_in(&text, language);
                // Commas separate lengths, so that sums of three units come in two pieces.
                let sum = durations.iter().try_fold(Period::default(), |sum, (_, part)| sum.plus(*part));
                prop_assert_eq!(sum, Some(period), "{}", text);
            }
        }

        #[test]
        fn any_text_has_an_answer(text in "\\PC*") {
            for language in Language::ALL {
                for (span, _) in durations_in(&text, language) {
                    prop_assert!(text.get(span).is_some());
                }
            }
        }
    }
}
