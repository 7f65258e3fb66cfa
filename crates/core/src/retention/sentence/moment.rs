//! Moments in running text: when something is done, how long something is kept, and what is
//! counted from.

use super::super::names::Event;
use super::super::period::{Period, Unit};
use super::super::phrase::{Hedge, Length, Moment};
use super::{Speaker, fill};
use crate::language::Language;

impl Moment {
    /// Whether it is told as a time of keeping ("for as long as you subscribe") rather than as a
    /// point ("when you withdraw your consent").
    pub(super) fn prefers_keeping(&self) -> bool {
        match self {
            Moment::StateEnd(_) | Moment::Open(_) | Moment::Document(_) | Moment::Last(_) => true,
            Moment::Hedged(..) | Moment::Earlier(_) | Moment::Later(_) => {
                self.members().iter().any(Moment::prefers_keeping)
            }
            Moment::Event(_)
            | Moment::RecordEnd(_)
            | Moment::EndOf(..)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::After(..)
            | Moment::For(_) => false,
        }
    }

    /// Whether it is a length of time, and so can limit another moment.
    fn is_limit(&self) -> bool {
        matches!(self.unhedged().1, Moment::After(..) | Moment::For(_))
    }

    fn is_list(&self) -> bool {
        matches!(self.unhedged().1, Moment::Earlier(_) | Moment::Later(_))
    }

    /// The hedge, if any, and the moment itself.
    pub(super) fn unhedged(&self) -> (Option<Hedge>, &Moment) {
        if let Moment::Hedged(hedge, moment) = self {
            (Some(*hedge), moment)
        } else {
            (None, self)
        }
    }
}

impl Speaker<'_> {
    /// When something is done: "1 year after your last activity", "when you object".
    pub(super) fn when(self, moment: &Moment) -> String {
        let words = self.words;
        match moment {
            Moment::Event(event) => match self.present(event) {
                Some(clause) => fill(words.when, &[clause]),
                None => fill(words.at, &[&self.anchor(moment)]),
            },
            Moment::StateEnd(_) | Moment::RecordEnd(_) | Moment::EndOf(..) => {
                fill(words.at, &[&self.anchor(moment)])
            }
            Moment::Birthday(age) => fill(words.on_birthday, &[&self.age(*age)]),
            Moment::Date(date) => fill(words.at_end_of_date, &[&self.date(*date)]),
            Moment::After(length, anchor) => {
                fill(words.after, &[&self.by(*length), &self.anchor(anchor)])
            }
            Moment::For(Length::UpTo(period)) => {
                let most = fill(words.at_most, &[&self.period(*period)]);
                fill(words.after_length, &[&most])
            }
            Moment::For(length) => fill(words.after_length, &[&self.length(*length)]),
            Moment::Earlier(members) => self.earlier(members),
            Moment::Later(members) => fill(words.last_comes, &[&self.list(members, Self::when)]),
            Moment::Last(count) => fill(words.no_longer_among_newest, &[&count.to_string()]),
            Moment::Open(open) => (words.open)(*open).1.to_owned(),
            Moment::Document(title) => fill(words.as_stated, &[&self.document(title)]),
            Moment::Hedged(hedge, moment) => {
                format!("{} {}", (words.hedge)(*hedge), self.when(moment))
            }
        }
    }

    /// How long something is kept: "for 1 year after your last activity", "until you object".
    pub(super) fn lasting(self, moment: &Moment) -> String {
        let words = self.words;
        match moment {
            Moment::Event(event) => match self.present(event) {
                Some(clause) => fill(words.until, &[clause]),
                None => fill(words.until, &[&self.anchor(moment)]),
            },
            Moment::RecordEnd(_) | Moment::EndOf(..) | Moment::Birthday(_) => {
                fill(words.until, &[&self.anchor(moment)])
            }
            Moment::Date(date) => fill(words.until_end_of_date, &[&self.date(*date)]),
            Moment::StateEnd(state) => fill(words.while_, &[&self.title(state.name())]),
            Moment::After(length, anchor) => fill(
                words.after,
                &[&self.for_length(*length), &self.anchor(anchor)],
            ),
            Moment::For(length) => self.for_length(*length),
            Moment::Earlier(members) => match members.split_last() {
                Some((limit, before))
                    if limit.is_limit() && !before.iter().any(Moment::is_limit) =>
                {
                    let before = self.list(before, Self::lasting);
                    let (hedge, limit) = self.limit(limit);
                    fill(words.no_longer, &[&before, &hedge, &limit])
                }
                Some(_) | None => fill(words.shortest, &[&self.list(members, Self::lasting)]),
            },
            Moment::Later(members) => fill(words.longest, &[&self.list(members, Self::lasting)]),
            Moment::Last(count) => fill(words.among_newest, &[&count.to_string()]),
            Moment::Open(open) => (words.open)(*open).0.to_owned(),
            Moment::Document(title) => fill(words.as_stated, &[&self.document(title)]),
            Moment::Hedged(hedge, moment) => {
                format!("{} {}", (words.hedge)(*hedge), self.lasting(moment))
            }
        }
    }

    /// For how long at least: "for at least 5 years after the end of the financial year ...".
    pub(super) fn at_least(self, moment: &Moment) -> String {
        let words = self.words;
        match moment {
            Moment::After(length, anchor) => {
                let least = fill(words.for_at_least, &[&self.length(*length)]);
                fill(words.after, &[&least, &self.anchor(anchor)])
            }
            Moment::For(length) => fill(words.for_at_least, &[&self.length(*length)]),
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
            | Moment::Hedged(..) => fill(words.at_least_until, &[&self.lasting(moment)]),
        }
    }

    /// What is counted from: "your last activity", "the end of the month in which ...".
    fn anchor(self, moment: &Moment) -> String {
        let words = self.words;
        match moment {
            Moment::Event(event) => match (words.event)(event) {
                Some(told) => told.after.to_owned(),
                None => self.title(event.name()),
            },
            Moment::StateEnd(state) => fill(words.end_of_state, &[&self.title(state.name())]),
            Moment::RecordEnd(record) => fill(words.end_of_record, &[&self.title(record.name())]),
            Moment::EndOf(stretch, inner) => fill(
                words.end_of_stretch,
                &[(words.stretch)(*stretch), &self.of(inner)],
            ),
            Moment::Birthday(age) => fill(words.birthday, &[&self.age(*age)]),
            Moment::Date(date) => self.date(*date),
            Moment::Earlier(members) => {
                fill(words.first_comes, &[&self.list(members, Self::anchor)])
            }
            Moment::Later(members) => fill(words.last_comes, &[&self.list(members, Self::anchor)]),
            Moment::After(..)
            | Moment::For(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_)
            | Moment::Hedged(..) => self.when(moment),
        }
    }

    /// The moment that a stretch of the calendar holds: "in which we collected it".
    fn of(self, moment: &Moment) -> String {
        let words = self.words;
        match moment {
            Moment::Event(event) => match (words.event)(event) {
                Some(told) => told.of.to_owned(),
                None => fill(words.of, &[&self.title(event.name())]),
            },
            Moment::StateEnd(_)
            | Moment::RecordEnd(_)
            | Moment::EndOf(..)
            | Moment::Birthday(_)
            | Moment::Date(_) => fill(words.of, &[&self.anchor(moment)]),
            Moment::After(..)
            | Moment::For(_)
            | Moment::Earlier(_)
            | Moment::Later(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_)
            | Moment::Hedged(..) => fill(words.of_moment, &[&self.when(moment)]),
        }
    }

    /// When the first of several moments comes, the usual shapes told as people tell them.
    fn earlier(self, members: &[Moment]) -> String {
        let words = self.words;
        let point = |moment: &Moment| !moment.is_limit() && !moment.is_list();
        let weaker = |moment: &Moment| point(moment) || matches!(moment, Moment::Hedged(..));
        match (members.split_first(), members.split_last()) {
            (_, Some((limit, before))) if limit.is_limit() && before.iter().all(weaker) => {
                let (hedge, limit) = self.limit(limit);
                fill(
                    words.no_later,
                    &[&self.list(before, Self::when), &hedge, &limit],
                )
            }
            (Some((limit, after)), _) if limit.is_limit() && after.iter().all(point) => fill(
                words.or_earlier,
                &[&self.when(limit), &self.list(after, Self::in_case)],
            ),
            (Some(_) | None, Some(_) | None) => {
                fill(words.first_comes, &[&self.list(members, Self::when)])
            }
        }
    }

    /// In case something happens: "if you object".
    fn in_case(self, moment: &Moment) -> String {
        let event = if let Moment::Event(event) = moment {
            Some(event)
        } else {
            None
        };
        match event.and_then(|event| self.present(event)) {
            Some(clause) => fill(self.words.if_, &[clause]),
            None => self.when(moment),
        }
    }

    /// A built-in event as a clause in the present.
    fn present(self, event: &Event) -> Option<&'static str> {
        (self.words.event)(event)?.present
    }

    /// The hedge of a limit with a space, or nothing, and the limit itself.
    fn limit(self, moment: &Moment) -> (String, String) {
        let (hedge, moment) = moment.unhedged();
        let hedge = hedge.map(|hedge| format!("{} ", (self.words.hedge)(hedge)));
        let limit = match moment {
            Moment::After(length, anchor) => fill(
                self.words.after,
                &[&self.length(*length), &self.anchor(anchor)],
            ),
            Moment::For(length) => self.length(*length),
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
            | Moment::Hedged(..) => self.when(moment),
        };
        (hedge.unwrap_or_default(), limit)
    }

    /// Members of a list, lists among them in parentheses.
    fn list(self, members: &[Moment], tell: fn(Self, &Moment) -> String) -> String {
        let told: Vec<String> = members
            .iter()
            .map(|member| {
                let told = tell(self, member);
                if member.is_list() {
                    format!("({told})")
                } else {
                    told
                }
            })
            .collect();
        self.either(&told)
    }

    fn period(self, period: Period) -> String {
        period.text(self.words.language)
    }

    /// A length as such, the longest where it only has limits.
    fn length(self, length: Length) -> String {
        match length {
            Length::Exactly(period) | Length::UpTo(period) => self.period(period),
            Length::Between(least, most) => match (sole(least), sole(most)) {
                (Some((amount, unit)), Some((_, same))) if unit == same => {
                    fill(self.words.to, &[&amount.to_string(), &self.period(most)])
                }
                (Some(_) | None, Some(_) | None) => {
                    fill(self.words.to, &[&self.period(least), &self.period(most)])
                }
            },
        }
    }

    /// A length by which something is done.
    fn by(self, length: Length) -> String {
        match length {
            Length::UpTo(period) => fill(self.words.at_latest, &[&self.period(period)]),
            Length::Exactly(_) | Length::Between(..) => self.length(length),
        }
    }

    /// A length for which something is kept.
    fn for_length(self, length: Length) -> String {
        match length {
            Length::UpTo(period) => fill(self.words.for_up_to, &[&self.period(period)]),
            Length::Exactly(_) | Length::Between(..) => {
                fill(self.words.for_length, &[&self.length(length)])
            }
        }
    }

    fn age(self, age: u16) -> String {
        let ending = match (self.words.language, age % 10, age % 100) {
            (Language::Nb, ..) => "",
            (Language::En, _, 11..=13) => "th",
            (Language::En, 1, _) => "st",
            (Language::En, 2, _) => "nd",
            (Language::En, 3, _) => "rd",
            (Language::En, ..) => "th",
        };
        format!("{age}{ending}")
    }

    fn date(self, date: jiff::civil::Date) -> String {
        let months = usize::try_from(date.month()).ok();
        let month = months.and_then(|month| self.words.months.get(month.saturating_sub(1)));
        let (day, year) = (date.day().to_string(), date.year().to_string());
        fill(self.words.date, &[&day, month.unwrap_or(&""), &year])
    }

    fn document(self, title: &str) -> String {
        self.title_or(title, &fill(self.words.document, &[title]))
    }
}

fn sole(period: Period) -> Option<(u16, Unit)> {
    let mut parts = period.parts();
    parts.next().filter(|_| parts.next().is_none())
}
