//! What an application may do: read or write, in the activities that its key is bound to.
//!
//! A key for newsletters cannot read applications (GDPR Article 32(1)(b), confidentiality; Article
//! 25(2), not accessible by default).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decision::{Reason, Use};

/// The name that stands for all activities.
pub const EVERY_ACTIVITY: &str = "*";

/// What is done with personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Learn something: a decision, a standing, a record.
    Read,
    /// Change something: a choice, an event, a record.
    Write,
}

/// The activities that a right reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(BTreeSet<String>);

impl Reach {
    /// These activities; [`EVERY_ACTIVITY`] among them stands for all.
    pub fn new(activities: impl IntoIterator<Item = String>) -> Self {
        Self(activities.into_iter().collect())
    }

    /// Reads what [`Display`](fmt::Display) wrote: names with a space between them.
    pub fn parse(text: &str) -> Self {
        Self::new(text.split_whitespace().map(str::to_owned))
    }

    /// Whether it reaches an activity, declared or not.
    pub fn covers(&self, activity: &str) -> bool {
        self.0.contains(activity) || self.0.contains(EVERY_ACTIVITY)
    }

    /// The names in it, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether it reaches nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(" "))
    }
}

/// What a key may do. Writing does not imply reading: a form that stores applications need not see
/// them again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// What it may read.
    pub read: Reach,
    /// What it may write.
    pub write: Reach,
}

impl Access {
    /// Whether it has a right in an activity.
    pub fn allows(&self, right: Right, activity: &str) -> bool {
        match right {
            Right::Read => self.read.covers(activity),
            Right::Write => self.write.covers(activity),
        }
    }
}

/// What keeps a record from being seen like any other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Whether processing is restricted.
    pub restricted: bool,
    /// Whether its time has passed: it waits for its erasure, or only what a law asks for is left.
    pub past_its_time: bool,
    /// Why the activity may not use the person's data for this, if so.
    pub denied: Option<Reason>,
    /// The only purposes that what is left may be used for.
    pub only_for: &'a [String],
}

/// What a record is to be seen for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// The use.
    #[serde(rename = "use")]
    pub use_for: Use,
    /// The purpose that a law keeps it for, for example `bookkeeping`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<String>,
}

/// Whether a record may be seen.
///
/// A person's own request and legal claims reach whatever is there.
///
/// # Errors
///
/// The reason why not.
///
/// # Source
///
/// GDPR Articles 5(1)(b), 5(1)(e), 15, 17(3)(b), 17(3)(e), 18(2).
pub fn may_see(kept: Kept<'_>, sight: &Sight) -> Result<(), Reason> {
    if kept.restricted && sight.use_for == Use::Ordinary {
        return Err(Reason::Restricted);
    }
    let whatever_is_there = [Use::OwnRequest, Use::LegalClaims].contains(&sight.use_for);
    let held_for = |purpose| kept.only_for.contains(purpose);
    if whatever_is_there || sight.only_for.as_ref().is_some_and(held_for) {
        return Ok(());
    }
    if kept.past_its_time {
        return Err(Reason::RetentionPassed);
    }
    kept.denied.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p5_4_what_is_restricted_or_past_its_time_is_seen_for_few_reasons() {
        let purposes = ["bookkeeping".to_owned()];
        let live = Kept::default();
        let restricted = Kept {
            restricted: true,
            ..live
        };
        let held = Kept {
            past_its_time: true,
            only_for: &purposes,
            ..live
        };
        let withdrawn = Kept {
            denied: Some(Reason::ConsentWithdrawn),
            ..held
        };
        let both = Kept {
            restricted: true,
            ..held
        };
        let (no, passed) = (Err(Reason::Restricted), Err(Reason::RetentionPassed));
        for (kept, use_for, only_for, want) in [
            (live, Use::Ordinary, None, Ok(())),
            (restricted, Use::Ordinary, None, no),
            (restricted, Use::Agreed, None, Ok(())),
            (restricted, Use::OwnRequest, None, Ok(())),
            (held, Use::Ordinary, None, passed),
            (withdrawn, Use::Ordinary, None, passed),
            (
                Kept {
                    past_its_time: false,
                    ..withdrawn
                },
                Use::Ordinary,
                None,
                Err(Reason::ConsentWithdrawn),
            ),
            (withdrawn, Use::OwnRequest, None, Ok(())),
            (withdrawn, Use::Ordinary, Some("bookkeeping"), Ok(())),
            (held, Use::Ordinary, Some("marketing"), passed),
            (held, Use::Ordinary, Some("bookkeeping"), Ok(())),
            (held, Use::PublicInterest, None, passed),
            (held, Use::LegalClaims, None, Ok(())),
            (both, Use::Ordinary, Some("bookkeeping"), no),
            (both, Use::Agreed, None, passed),
            (both, Use::OwnRequest, None, Ok(())),
        ] {
            let only_for = only_for.map(str::to_owned);
            let found = may_see(kept, &Sight { use_for, only_for });
            assert_eq!(found, want, "{kept:?} {use_for:?}");
        }
    }

    #[test]
    fn a_key_reaches_its_activities_and_rights_alone() {
        let access = Access {
            read: Reach::parse("newsletters  support"),
            write: Reach::parse("newsletters"),
        };
        for (right, activity, allowed) in [
            (Right::Read, "newsletters", true),
            (Right::Read, "support", true),
            (Right::Write, "support", false),
            (Right::Write, "newsletters", true),
            (Right::Read, "recruitment", false),
            (Right::Read, "newsletter", false),
            (Right::Read, "", false),
            (Right::Read, EVERY_ACTIVITY, false),
        ] {
            assert_eq!(
                access.allows(right, activity),
                allowed,
                "{right:?} {activity}"
            );
        }
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        assert!(!Access::default().allows(Right::Read, "newsletters"));
        assert!(Reach::parse(" ").is_empty());
    }

    #[test]
    fn the_star_reaches_what_is_declared_later_too() {
        assert!(Reach::parse("*").covers("anything"));
    }

    #[test]
    fn a_reach_reads_back_as_it_was_written() {
        let reach = Reach::new(["support".to_owned(), "newsletters".to_owned()]);
        assert_eq!(reach.to_string(), "newsletters support");
        assert_eq!(Reach::parse(&reach.to_string()), reach);
    }
}
