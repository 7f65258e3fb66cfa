//! The words that a language lends to a sentence. A language is added by filling one such table.

use crate::language::Language;
use crate::retention::names::Event;
use crate::retention::phrase::{Hedge, Key, Open, Stretch};
use crate::retention::then::WaitVerb;

/// What is done: the verb, what follows it, and what ends the clause.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deed {
    pub(super) verb: &'static str,
    pub(super) object: &'static str,
    pub(super) tail: &'static str,
}

/// How a built-in event is told: after it ("after *you withdrew your consent*"), in the year of
/// it, and as a clause in the present ("when *you withdraw your consent*"). What is known for the
/// last of its kind only afterwards has no such clause: "at *your last activity*".
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) after: &'static str,
    pub(super) of: &'static str,
    pub(super) present: Option<&'static str>,
}

/// The words of one language. `{0}` and `{1}` stand for what is filled in, in that order.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) and: &'static str,
    pub(super) or: &'static str,

    // Who does it: {0} the verb, {1} the rest.
    pub(super) we: &'static str,
    /// After a word that leads the sentence: {0} the word, {1} the verb, {2} the rest.
    pub(super) led: &'static str,
    /// The same after a condition.
    pub(super) led_by_condition: &'static str,
    /// A new sentence that goes on: {0} the verb, {1} the rest.
    pub(super) then_we: &'static str,
    /// The same sentence goes on.
    pub(super) and_then_we: &'static str,

    pub(super) keep: Deed,
    pub(super) erase: Deed,
    /// {0} the statistic.
    pub(super) anonymise: Deed,
    pub(super) erase_or_anonymise: Deed,
    pub(super) wait: fn(WaitVerb) -> Deed,
    /// What the person may do while a wait lasts that can be undone.
    pub(super) undo: fn(WaitVerb) -> &'static str,
    pub(super) unless_yes: &'static str,
    pub(super) warn: &'static str,
    /// {0} a period.
    pub(super) later: &'static str,
    pub(super) another_later: &'static str,
    pub(super) in_all: &'static str,

    // Moments.
    pub(super) event: fn(&Event) -> Option<Told>,
    pub(super) open: fn(Open) -> (&'static str, &'static str),
    pub(super) stretch: fn(Stretch) -> &'static str,
    pub(super) hedge: fn(Hedge) -> &'static str,
    /// {0} a clause in the present.
    pub(super) when: &'static str,
    pub(super) until: &'static str,
    pub(super) if_: &'static str,
    pub(super) unless: &'static str,
    pub(super) if_not: &'static str,
    /// {0} a noun.
    pub(super) at: &'static str,
    /// {0} a record.
    pub(super) end_of_record: &'static str,
    /// {0} the stretch, {1} of what.
    pub(super) end_of_stretch: &'static str,
    /// Of a named event: {0} its title.
    pub(super) of: &'static str,
    /// Of a moment that is not an event: {0} the moment.
    pub(super) of_moment: &'static str,
    /// {0} the clause of a state.
    pub(super) while_: &'static str,
    pub(super) end_of_state: &'static str,
    /// {0} the age.
    pub(super) birthday: &'static str,
    pub(super) on_birthday: &'static str,
    pub(super) months: [&'static str; 12],
    /// {0} the day, {1} the month, {2} the year.
    pub(super) date: &'static str,
    pub(super) at_end_of_date: &'static str,
    pub(super) until_end_of_date: &'static str,
    /// {0} a length, {1} from when.
    pub(super) after: &'static str,
    /// {0} a length.
    pub(super) after_length: &'static str,
    pub(super) for_length: &'static str,
    pub(super) for_up_to: &'static str,
    pub(super) for_at_least: &'static str,
    pub(super) at_latest: &'static str,
    pub(super) at_most: &'static str,
    /// {0} and {1} the limits.
    pub(super) to: &'static str,
    /// {0} a number.
    pub(super) among_newest: &'static str,
    pub(super) no_longer_among_newest: &'static str,
    /// {0} the title of a document.
    pub(super) as_stated: &'static str,
    pub(super) document: &'static str,

    // Lists.
    /// {0} what is listed.
    pub(super) first_comes: &'static str,
    pub(super) last_comes: &'static str,
    pub(super) shortest: &'static str,
    pub(super) longest: &'static str,
    /// {0} the moments, {1} a hedge with a space or nothing, {2} the limit.
    pub(super) no_later: &'static str,
    /// The same for keeping.
    pub(super) no_longer: &'static str,
    /// {0} the limit, {1} the moments.
    pub(super) or_earlier: &'static str,

    // Clauses.
    pub(super) unless_agreed: &'static str,
    pub(super) unless_law: &'static str,
    /// {0} what decides.
    pub(super) depending: &'static str,
    pub(super) key: fn(Key) -> &'static str,
    /// {0} clauses of states.
    pub(super) paused: &'static str,
    pub(super) held: &'static str,
    /// {0} a period.
    pub(super) extendable: &'static str,
    /// {0} a period.
    pub(super) reviewed: &'static str,
    /// {0} for how long.
    pub(super) least: &'static str,
    /// {0} the law, {1} for how long.
    pub(super) least_by_law: &'static str,
    /// {0} until when.
    pub(super) at_least_until: &'static str,

    // Cases.
    /// {0} the cases.
    pub(super) as_follows: &'static str,
    /// {0} for which, {1} how long.
    pub(super) case: &'static str,
    /// {0} how long.
    pub(super) otherwise: &'static str,
    /// A guard on a value, and its opposite: {0} the value.
    pub(super) guard: fn(Key) -> (&'static str, &'static str),
    pub(super) basis: fn(&str) -> Option<&'static str>,
}
