//! The retention rule that a part of the text speaks of, with every period and day that it gives.

use jiff::civil::Date;

use super::Scope;
use crate::retention::{Keep, Length, Moment, Period, Unit};
use crate::statement::model::{Activity, Collection, Leaves, OneOrMany};

/// A rule with its periods and days.
pub(super) struct Rule {
    pub(super) path: String,
    pub(super) says: String,
    pub(super) template: Option<String>,
    pub(super) periods: Vec<Period>,
    pub(super) days: Vec<Date>,
}

impl Rule {
    pub(super) fn allows(&self, period: Period) -> bool {
        self.periods.iter().any(|known| known.same_length(period))
    }
}

/// That of the first collection that a part renders, else that of the first collection of its
/// activities. All periods of its activities agree with it, and those of their recipients.
pub(super) fn kept(scope: &Scope<'_>) -> Option<Rule> {
    let reading = &scope.statement.published;
    let mut names = scope.part.kept.clone();
    for id in &scope.part.activities {
        let collections = &reading.activities.get(*id)?.collections;
        names.extend(collections.keys().map(|key| format!("{id}.{key}")));
    }
    let keep_of = |name: &String| {
        let (_, collection) = reading.collection(name)?;
        Some((name.clone(), collection.keep.as_ref()?))
    };
    let (name, keep) = names.iter().find_map(keep_of)?;
    let (id, key) = name.split_once('.')?;
    let phrases: Vec<String> = keep.as_slice().iter().map(Keep::to_string).collect();
    let activities = scope.part.activities.iter();
    let activities: Vec<&Activity> = activities
        .filter_map(|id| reading.activities.get(*id))
        .collect();
    let keeps = all(scope);
    let own = activities.iter().flat_map(|one| of_activity(one));
    Some(Rule {
        path: format!("activities.{id}.collections.{key}.keep"),
        says: format!("`{}`", phrases.join("; ")),
        template: Some(format!("keep {name}")),
        periods: own
            .chain(keeps.iter().flat_map(|keep| of_keep(keep)))
            .collect(),
        days: keeps.iter().flat_map(|keep| days(keep)).collect(),
    })
}

/// Every phrase by which the activities of a part keep something, or their recipients.
pub(super) fn all<'a>(scope: &Scope<'a>) -> Vec<&'a Keep> {
    let activities = &scope.statement.published.activities;
    let own = scope.part.activities.iter();
    own.filter_map(|id| activities.get(*id))
        .flat_map(|one| keeps(scope, one))
        .collect()
}

/// Every phrase by which an activity keeps something, or a recipient of its.
fn keeps<'a>(scope: &Scope<'a>, activity: &'a Activity) -> Vec<&'a Keep> {
    let recipients = &scope.statement.published.header.recipients;
    let named = activity.recipients.iter().chain(&activity.mentions);
    let theirs = named.filter_map(|name| recipients.get(name)?.keep.as_ref());
    let own = activity.collections.values().flat_map(keeps_of);
    own.chain(theirs).collect()
}

fn keeps_of(collection: &Collection) -> Vec<&Keep> {
    let mut keeps: Vec<&Keep> = Vec::new();
    keeps.extend(collection.keep.iter().flat_map(OneOrMany::as_slice));
    keeps.extend(collection.also_said.iter().map(|said| &said.keep));
    let holds = collection.hold.iter().flat_map(OneOrMany::as_slice);
    keeps.extend(holds.map(|hold| &hold.keep));
    keeps.extend(collection.copies.values());
    let fields = collection.fields.values();
    keeps.extend(fields.filter_map(|field| field.keep.as_ref()));
    let leaves = collection.leaves.iter().flat_map(OneOrMany::as_slice);
    keeps.extend(leaves.filter_map(|leaves| match leaves {
        Leaves::ConsentProof(keep) | Leaves::Hash(keep) => Some(keep),
        Leaves::Suppression => None,
    }));
    keeps
}

/// The periods of an activity that are no phrases of keeping.
fn of_activity(activity: &Activity) -> Vec<Period> {
    let mut periods: Vec<Period> = activity.takes_effect_within.into_iter().collect();
    let age = activity.minimum_age.map(u16::from);
    periods.extend(age.and_then(|age| Period::of(age, Unit::Year)));
    let then = activity.collections.values();
    for then in then.filter_map(|collection| collection.then.as_ref()) {
        periods.extend(then.warn);
        periods.extend(then.waits.iter().map(|wait| wait.period));
    }
    periods
}

fn of_keep(keep: &Keep) -> Vec<Period> {
    let mut periods: Vec<Period> = keep.moments().into_iter().flat_map(of_moment).collect();
    periods.extend(keep.cases().filter_map(|case| case.clauses.extendable_by));
    periods
}

fn of_moment(moment: &Moment) -> Vec<Period> {
    match moment {
        Moment::After(length, _) | Moment::For(length) => match length {
            Length::Exactly(period) | Length::UpTo(period) => vec![*period],
            Length::Between(least, most) => vec![*least, *most],
        },
        Moment::Birthday(age) => Period::of(*age, Unit::Year).into_iter().collect(),
        Moment::Event(_)
        | Moment::StateEnd(_)
        | Moment::RecordEnd(_)
        | Moment::EndOf(..)
        | Moment::Date(_)
        | Moment::Earlier(_)
        | Moment::Later(_)
        | Moment::Last(_)
        | Moment::Open(_)
        | Moment::Document(_)
        | Moment::Hedged(..) => Vec::new(),
    }
}

fn days(keep: &Keep) -> Vec<Date> {
    let moments = keep.moments().into_iter();
    moments
        .filter_map(|moment| {
            if let Moment::Date(day) = moment {
                Some(*day)
            } else {
                None
            }
        })
        .collect()
}
