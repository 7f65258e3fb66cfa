//! Reading the moments of a phrase: events, counts from them, and lists.

use super::names::{Event, RecordName, State};
use super::period::{Period, Unit};
use super::phrase::{Hedge, Length, Moment, Open, Stretch};
use super::problem::{Problem, nearest};
use super::read::{Kind, Reader, Token};
use super::slips::iso;

const EARLIER: [(&str, Pick); 4] = [
    ("earlier of", Pick::Earlier),
    ("earliest of", Pick::Earlier),
    ("shorter of", Pick::Earlier),
    ("shortest of", Pick::Earlier),
];
const LATER: [(&str, Pick); 4] = [
    ("later of", Pick::Later),
    ("latest of", Pick::Later),
    ("longer of", Pick::Later),
    ("longest of", Pick::Later),
];
const AFTER: [(&str, ()); 3] = [("after", ()), ("from", ()), ("since", ())];
const UP_TO: [(&str, ()); 2] = [("up to", ()), ("at most", ())];

/// The greatest age that a birthday may name.
const OLDEST: u16 = 150;

#[derive(Clone, Copy)]
enum Pick {
    Earlier,
    Later,
}

impl Reader<'_> {
    /// A moment as the end of keeping.
    pub(super) fn end(&mut self) -> Option<Moment> {
        const STARTS: [&str; 6] = [
            "until",
            "while",
            "earlier of",
            "later of",
            "according to",
            "indefinitely",
        ];
        if let Some(hedge) = self.eat_any(&Hedge::SPELLINGS) {
            return Some(Moment::Hedged(hedge, Box::new(self.end()?)));
        }
        if self.eat("until") {
            return self.anchor();
        }
        if self.cap_in_other_words() || self.period_in_other_words() {
            return None;
        }
        if self.sees_lasting() {
            return self.lasting();
        }
        let word = self.peek().map(|token| token.text).unwrap_or_default();
        let iso = iso(word).map(|period| period.to_string());
        let built_in = Event::new(word).is_some_and(|event| event.is_built_in());
        let near = nearest(word, STARTS).filter(|_| !built_in);
        if near.is_none() && self.sees_date_or_event() {
            let start = self.here().start;
            let anchor = self.anchor()?;
            let problem = Problem::new(self.since(start), "does not say how long")
                .expected("`until`, or a period and `after`");
            self.report(problem.hint(format!("write `until {anchor}`")));
            return None;
        }
        self.expected("how long, such as `1 year after collection`")
            .meant(iso.as_deref().or(near));
        None
    }

    /// A moment in a list.
    pub(super) fn member(&mut self) -> Option<Moment> {
        if let Some(hedge) = self.eat_any(&Hedge::SPELLINGS) {
            return Some(Moment::Hedged(hedge, Box::new(self.member()?)));
        }
        if self.cap_in_other_words() || self.period_in_other_words() {
            return None;
        }
        if !self.eat("until") && self.sees_lasting() {
            return self.lasting();
        }
        self.anchor()
    }

    /// Whether a moment comes next that says by itself how long.
    fn sees_lasting(&self) -> bool {
        let number = |ahead| {
            self.peek_at(ahead)
                .is_some_and(|token| token.kind == Kind::Number)
        };
        let unit = |token: &Token<'_>| Unit::read(token.text).is_some();
        self.sees_amount()
            || self.peek_at(1).is_some_and(unit)
            || (self.sees("last") && number(1))
            || ["while", "as long as", "according to"]
                .iter()
                .any(|words| self.sees(words))
            || Open::SPELLINGS.iter().any(|(words, _)| self.sees(words))
            || UP_TO.iter().any(|(words, ())| self.sees(words))
            || EARLIER
                .iter()
                .chain(&LATER)
                .any(|(words, _)| self.sees(words))
    }

    fn sees_date_or_event(&self) -> bool {
        self.peek().is_some_and(|token| match token.kind {
            Kind::Date => true,
            Kind::Word => {
                Event::new(token.text).is_some()
                    || ["end", "birthday", "last"].contains(&token.text)
            }
            Kind::Number
            | Kind::Quote
            | Kind::Open
            | Kind::Close
            | Kind::Comma
            | Kind::Semicolon
            | Kind::Stray => false,
        })
    }

    fn lasting(&mut self) -> Option<Moment> {
        if self.eat("while") {
            return Some(Moment::StateEnd(self.state()?));
        }
        if let Some(open) = self.eat_any(&Open::SPELLINGS) {
            return Some(Moment::Open(open));
        }
        if self.sees("as long as") {
            self.eat("as long as");
            self.expected("`necessary` or `required by law`").hint =
                Some("for as long as something holds, write `while` and a state".to_owned());
            return None;
        }
        if self.eat("according to") {
            return Some(Moment::Document(
                self.quote("the title of a document in quotes")?,
            ));
        }
        if self.eat("last") {
            let count = self.counted("last", u16::MAX)?;
            self.eat("records");
            return Some(Moment::Last(count));
        }
        if let Some(pick) = self.eat_any(&EARLIER).or_else(|| self.eat_any(&LATER)) {
            return self.list(pick);
        }
        let length = self.length()?;
        if self.eat_any(&AFTER).is_some() {
            return Some(Moment::After(length, Box::new(self.anchor()?)));
        }
        let word = self.peek().map(|token| token.text).unwrap_or_default();
        if let Some(near) = nearest(word, AFTER.map(|(word, ())| word)) {
            self.expected("`after` and an event").meant(Some(near));
            return None;
        }
        Some(Moment::For(length))
    }

    /// A moment that another is counted from, or that keeping goes on until.
    fn anchor(&mut self) -> Option<Moment> {
        if self.anchor_in_other_words() {
            return None;
        }
        if let Some(pick) = self.eat_any(&EARLIER).or_else(|| self.eat_any(&LATER)) {
            return self.list(pick);
        }
        if self.sees_amount() || UP_TO.iter().any(|(words, ())| self.sees(words)) {
            let length = self.length()?;
            if self.eat_any(&AFTER).is_none() {
                self.expected("`after` and an event");
                return None;
            }
            return Some(Moment::After(length, Box::new(self.anchor()?)));
        }
        if let Some(token) = self.take(Kind::Date) {
            return token.text.parse().ok().map(Moment::Date);
        }
        if self.eat("birthday") {
            return self.counted("birthday", OLDEST).map(Moment::Birthday);
        }
        if let Some(event) = self.built_in_event() {
            return Some(Moment::Event(event));
        }
        if self.eat("end of") {
            return self.end_of();
        }
        let ends = |token: &Token<'_>| token.text.eq_ignore_ascii_case("ends");
        if self.peek_at(1).is_some_and(ends) {
            let state = self.state()?;
            self.eat("ends");
            return Some(Moment::StateEnd(state));
        }
        self.declared_event().map(Moment::Event)
    }

    fn end_of(&mut self) -> Option<Moment> {
        if let Some(stretch) = self.eat_any(&Stretch::SPELLINGS) {
            self.expect("of")?;
            return Some(Moment::EndOf(stretch, Box::new(self.anchor()?)));
        }
        if let Some(problem) = self.misspelled_stretch() {
            self.report(problem);
            return None;
        }
        let name = self.peek().filter(|token| token.kind == Kind::Word);
        let Some(record) = name.and_then(|token| RecordName::new(token.text)) else {
            self.expected("a collection, or `calendar year of`, `financial year of`, `month of`");
            return None;
        };
        self.next();
        Some(Moment::RecordEnd(record))
    }

    fn list(&mut self, pick: Pick) -> Option<Moment> {
        let start = self.here().start;
        if self.take(Kind::Open).is_none() {
            self.expected("`(` and a list");
            return None;
        }
        let mut members = Vec::new();
        let mut whole = true;
        loop {
            if let Some(member) = self.member() {
                members.push(member);
            } else {
                whole = false;
                self.skip_to(&[Kind::Comma, Kind::Close, Kind::Semicolon]);
            }
            if self.take(Kind::Comma).is_some() {
                continue;
            }
            if self.take(Kind::Close).is_some() {
                break;
            }
            if whole {
                self.expected("`,` or `)`");
            }
            return None;
        }
        if whole && members.len() < 2 {
            let problem = Problem::new(self.since(start), "a list of one leaves no choice");
            self.report(problem.hint("add another moment, or write this one alone"));
            return None;
        }
        whole.then_some(match pick {
            Pick::Earlier => Moment::Earlier(members),
            Pick::Later => Moment::Later(members),
        })
    }

    fn length(&mut self) -> Option<Length> {
        if self.eat_any(&UP_TO).is_some() {
            return self.period().map(Length::UpTo);
        }
        let start = self.here().start;
        let to = self
            .peek_at(1)
            .is_some_and(|token| token.text.eq_ignore_ascii_case("to"));
        let (least, most) = if to {
            let amount = self.amount()?;
            self.eat("to");
            let most = self.period()?;
            let (_, unit) = most.parts().next()?;
            (Period::of(amount, unit)?, most)
        } else {
            let least = self.period()?;
            if !self.eat("to") {
                return Some(Length::Exactly(least));
            }
            (least, self.period()?)
        };
        if least.average_minutes() >= most.average_minutes() {
            let problem = Problem::new(self.since(start), "the limits leave nothing to decide");
            self.report(problem.hint("write the shorter period first"));
            return None;
        }
        Some(Length::Between(least, most))
    }

    /// A number from 1 to `most` that a word asks for.
    fn counted(&mut self, word: &str, most: u16) -> Option<u16> {
        let span = self.here();
        let count = self.amount()?;
        if (1..=most).contains(&count) {
            return Some(count);
        }
        self.report(Problem::new(
            span,
            format!("`{word} {count}` is out of reach"),
        ));
        None
    }

    fn built_in_event(&mut self) -> Option<Event> {
        let found = Event::BUILT_IN
            .iter()
            .find(|(_, spellings)| spellings.iter().any(|words| self.sees(words)))?;
        let (event, spellings) = found;
        spellings.iter().any(|words| self.eat(words));
        Some(event.clone())
    }

    /// An event that a collection declares: one word.
    fn declared_event(&mut self) -> Option<Event> {
        if let Some(problem) = self.misspelled_event() {
            self.report(problem);
            return None;
        }
        let word = self
            .peek()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| token.text);
        let Some(event) = word.and_then(Event::new) else {
            self.expected("an event").hint = word.and_then(as_name);
            return None;
        };
        self.next();
        Some(event)
    }

    /// So many words that come next, and where they end.
    fn words(&self, count: usize) -> Option<(String, usize)> {
        let tokens: Option<Vec<_>> = (0..count).map(|ahead| self.peek_at(ahead)).collect();
        let tokens = tokens?;
        let all_words = tokens.iter().all(|token| token.kind == Kind::Word);
        let text: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        let end = tokens.last()?.span.end;
        all_words.then(|| (text.join(" "), end))
    }

    /// What is wrong when the next words look like a stretch of the calendar: `finacial year of`.
    fn misspelled_stretch(&self) -> Option<Problem> {
        let start = self.here().start;
        [2, 1].into_iter().find_map(|count| {
            let (written, end) = self.words(count)?;
            let of = self.peek_at(count)?.text.eq_ignore_ascii_case("of");
            let same_length = Stretch::SPELLINGS.iter().map(|(words, _)| *words);
            let same_length = same_length.filter(|words| words.split(' ').count() == count);
            let some_year = written.split_once(' ').filter(|(_, last)| *last == "year");
            let near = nearest(&written, same_length).or(some_year.map(|_| "financial year"));
            let near = near.filter(|_| of)?;
            let message = format!("`{written}` is no stretch of the calendar");
            let mut problem = Problem::new(start..end, message);
            problem.meant(Some(near));
            Some(problem)
        })
    }

    /// What is wrong when the next words look like a built-in event or like a name in two words.
    fn misspelled_event(&self) -> Option<Problem> {
        let start = self.here().start;
        for count in [3, 2] {
            let Some((written, end)) = self.words(count) else {
                continue;
            };
            let events = Event::BUILT_IN
                .iter()
                .filter_map(|(_, spellings)| spellings.first());
            let same_length = events
                .copied()
                .filter(|words| words.split(' ').count() == count);
            if let Some(near) = nearest(&written, same_length) {
                let message = format!("`{written}` is not an event");
                let mut problem = Problem::new(start..end, message);
                problem.meant(Some(near));
                return Some(problem);
            }
        }
        let (written, end) = self.words(2)?;
        let name = as_one_name(&written)?;
        let problem = Problem::new(start..end, format!("`{written}` is not one name"));
        Some(problem.hint(format!(
            "write the event that the collection declares as `{name}`"
        )))
    }

    /// A state that a collection or activity declares: one word.
    pub(super) fn state(&mut self) -> Option<State> {
        let word = self
            .peek()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| token.text);
        let Some(state) = word.and_then(State::new) else {
            self.expected("a state").hint = word.and_then(as_name);
            return None;
        };
        self.next();
        Some(state)
    }

    pub(super) fn quote(&mut self, what: &str) -> Option<String> {
        let quote = self.peek().filter(|token| token.kind == Kind::Quote);
        let Some(text) = quote
            .map(|token| token.text.trim())
            .filter(|text| !text.is_empty())
        else {
            self.expected(what);
            return None;
        };
        let text = text.to_owned();
        self.next();
        Some(text)
    }
}

/// How to write this word as a name, if it only takes small letters and underscores.
fn as_name(word: &str) -> Option<String> {
    let name = word.to_lowercase().replace(['-', '.', ':'], "_");
    let name = Event::new(name).filter(|name| name.name() != word)?;
    Some(format!("write the name as `{}`", name.name()))
}

/// Two words as one name, if neither means anything in a phrase.
fn as_one_name(words: &str) -> Option<String> {
    let plain = words.split(' ').all(|word| Event::new(word).is_some());
    plain.then(|| words.replace(' ', "_"))
}

impl Moment {
    /// Whether a length in it has limits only.
    pub(super) fn leaves_choice(&self) -> bool {
        let open = |length: &Length| !matches!(length, Length::Exactly(_));
        let own = match self {
            Moment::After(length, _) | Moment::For(length) => open(length),
            Moment::Event(_)
            | Moment::StateEnd(_)
            | Moment::RecordEnd(_)
            | Moment::EndOf(..)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::Earlier(_)
            | Moment::Later(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_)
            | Moment::Hedged(..) => false,
        };
        own || self.members().iter().any(Moment::leaves_choice)
    }
}
