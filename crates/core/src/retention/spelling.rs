//! The canonical spelling of a `keep` phrase: `parse(display(keep)) == keep`.

use std::fmt;

use super::names::{State, is_reserved};
use super::period::{Period, Unit};
use super::phrase::{
    Clauses, Condition, Guard, Hedge, Keep, Key, Length, Minimum, Moment, Open, Stretch,
};

/// The canonical spelling in a table of spellings: the first that means this.
fn spelling<T: PartialEq + Copy>(table: &[(&'static str, T)], meaning: T) -> &'static str {
    table
        .iter()
        .find(|(_, known)| *known == meaning)
        .map_or("", |(words, _)| words)
}

macro_rules! display_spelling {
    ($($type:ident),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(spelling(&$type::SPELLINGS, *self))
            }
        }
    )*};
}
display_spelling!(Stretch, Open, Hedge, Key);

/// A text in the marks that it does not contain.
fn quoted(text: &str) -> String {
    if text.contains('"') {
        format!("'{text}'")
    } else {
        format!("\"{text}\"")
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, case) in self.cases().enumerate() {
            let always = case.guard.conditions.is_empty();
            f.write_str(match (at, always) {
                (0, _) => "",
                (_, true) => "; otherwise ",
                (_, false) => "; ",
            })?;
            case.until.write_end(f)?;
            write!(f, "{}{}", case.guard, case.clauses)?;
        }
        Ok(())
    }
}

impl Moment {
    /// As the end of keeping, where a bare moment needs `until`.
    fn write_end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Event(_)
            | Moment::RecordEnd(_)
            | Moment::EndOf(..)
            | Moment::Birthday(_)
            | Moment::Date(_) => write!(f, "until {self}"),
            Moment::Hedged(hedge, moment) => {
                write!(f, "{hedge} ")?;
                moment.write_end(f)
            }
            Moment::StateEnd(_)
            | Moment::After(..)
            | Moment::For(_)
            | Moment::Earlier(_)
            | Moment::Later(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_) => write!(f, "{self}"),
        }
    }

    /// As what another moment is counted from.
    fn write_anchor(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::StateEnd(state) => write!(f, "{state} ends"),
            Moment::Event(_)
            | Moment::RecordEnd(_)
            | Moment::EndOf(..)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::After(..)
            | Moment::For(_)
            | Moment::Earlier(_)
            | Moment::Later(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_)
            | Moment::Hedged(..) => write!(f, "{self}"),
        }
    }
}

impl fmt::Display for Moment {
    /// As a member of a list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Event(event) => write!(f, "{event}"),
            Moment::StateEnd(state) => write!(f, "while {state}"),
            Moment::RecordEnd(record) => write!(f, "end of {record}"),
            Moment::EndOf(stretch, moment) => {
                write!(f, "end of {stretch} of ")?;
                moment.write_anchor(f)
            }
            Moment::Birthday(age) => write!(f, "birthday {age}"),
            Moment::Date(date) => write!(f, "{date}"),
            Moment::After(length, moment) => {
                write!(f, "{length} after ")?;
                moment.write_anchor(f)
            }
            Moment::For(length) => write!(f, "{length}"),
            Moment::Earlier(moments) => write_list(f, "earlier", moments),
            Moment::Later(moments) => write_list(f, "later", moments),
            Moment::Last(count) => write!(f, "last {count}"),
            Moment::Open(open) => write!(f, "{open}"),
            Moment::Document(title) => write!(f, "according to {}", quoted(title)),
            Moment::Hedged(hedge, moment) => write!(f, "{hedge} {moment}"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, which: &str, moments: &[Moment]) -> fmt::Result {
    let members: Vec<String> = moments.iter().map(Moment::to_string).collect();
    write!(f, "{which} of ({})", members.join(", "))
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Exactly(period) => write!(f, "{period}"),
            Length::UpTo(period) => write!(f, "up to {period}"),
            Length::Between(least, most) => match (sole_unit(*least), sole_unit(*most)) {
                (Some((amount, unit)), Some((_, same))) if unit == same => {
                    write!(f, "{amount} to {most}")
                }
                (Some(_) | None, Some(_) | None) => write!(f, "{least} to {most}"),
            },
        }
    }
}

fn sole_unit(period: Period) -> Option<(u16, Unit)> {
    let mut parts = period.parts();
    parts.next().filter(|_| parts.next().is_none())
}

impl fmt::Display for Guard {
    /// With a leading ` if `; nothing when it has no condition.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, condition) in self.conditions.iter().enumerate() {
            f.write_str(if at == 0 { " if " } else { " and " })?;
            match condition {
                Condition::Value { key, holds, values } => {
                    let not = if *holds { "" } else { "not " };
                    let values: Vec<String> = values.iter().map(|value| spelled(value)).collect();
                    write!(f, "{key} is {not}{}", values.join(" or "))?;
                }
                Condition::State { state, holds } => {
                    write!(f, "{}{state}", if *holds { "" } else { "not " })?;
                }
            }
        }
        Ok(())
    }
}

/// A value as a bare word where that reads back, else in quotes.
fn spelled(value: &str) -> String {
    if super::read::is_plain(value) && !is_reserved(value) {
        value.to_owned()
    } else {
        quoted(value)
    }
}

impl fmt::Display for Clauses {
    /// With a leading comma each, in a fixed order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |states: &[State]| {
            states
                .iter()
                .map(State::name)
                .collect::<Vec<_>>()
                .join(" or ")
        };
        if let Some(key) = self.decided_by {
            write!(f, ", by {key}")?;
        }
        if self.unless_agreed {
            f.write_str(", unless agreed")?;
        }
        if self.unless_law {
            f.write_str(", unless law requires longer")?;
        }
        if !self.paused_while.is_empty() {
            write!(f, ", paused while {}", list(&self.paused_while))?;
        }
        if !self.held_while.is_empty() {
            write!(f, ", held while {}", list(&self.held_while))?;
        }
        if let Some(period) = self.reviewed_every {
            write!(f, ", reviewed every {period}")?;
        }
        if let Some(period) = self.extendable_by {
            write!(f, ", extendable by {period}")?;
        }
        if let Some(Minimum { until, law }) = &self.at_least {
            write!(f, ", at least {until}")?;
            if let Some(law) = law {
                write!(f, " under {}", quoted(law))?;
            }
        }
        Ok(())
    }
}
