//! Whether a rule that a literal would be held against was read otherwise than it is written.

use super::super::part::Part;
use crate::statement::Reading;
use crate::statement::at::At;
use crate::statement::mended::Mended;
use crate::statement::model::{Activity, Collection};

/// The rules of a part, some of which may be wrong themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) part: &'a Part<'a>,
    pub(super) reading: &'a Reading,
    pub(super) mended: &'a Mended,
}

impl Rules<'_> {
    /// Whether no one knows all periods that the part may speak of.
    pub(super) fn doubt_durations(self) -> bool {
        let activities = &self.reading.activities;
        let own = self.part.activities.iter();
        let own = own.filter_map(|id| activities.get_key_value(*id));
        let header = ["rights", "changes", "recipients"].map(header);
        own.flat_map(|(id, activity)| periods(id, activity))
            .chain(header)
            .chain([At::file("cookies.toml")])
            .any(|at| self.mended.touches(&at))
    }

    /// Whether no one knows the day of the last update, or until when something is kept.
    pub(super) fn doubt_dates(self) -> bool {
        self.mended.touches(&header("effective"))
            || !self.part.activities.is_empty() && self.doubt_durations()
    }

    /// Whether no one knows all bases that the part may speak of.
    pub(super) fn doubt_bases(self) -> bool {
        let own = self.part.activities.iter();
        own.map(|id| At::activity(id).key("basis"))
            .any(|at| self.mended.touches(&at))
    }

    /// Whether no one knows who receives what.
    pub(super) fn doubt_recipients(self) -> bool {
        let gives = |id: &String| ["recipients", "mentions"].map(|key| At::activity(id).key(key));
        let all = self.reading.activities.keys();
        all.flat_map(gives)
            .chain([header("recipients")])
            .any(|at| self.mended.touches(&at))
    }
}

fn header(key: &str) -> At {
    At::file("statement.toml").key(key)
}

/// Where an activity says how long something lasts.
fn periods(id: &str, activity: &Activity) -> Vec<At> {
    let top = At::activity(id);
    let mut places = vec![top.key("takes_effect_within"), top.key("minimum_age")];
    for (name, collection) in &activity.collections {
        places.extend(of_collection(&top.key("collections").key(name), collection));
    }
    places
}

fn of_collection(at: &At, collection: &Collection) -> Vec<At> {
    let keys = ["keep", "then", "hold", "leaves", "copies", "also_said"];
    let own = keys.iter().map(|key| at.key(key));
    let fields = collection.fields.keys();
    own.chain(fields.map(|field| at.key("fields").key(field).key("keep")))
        .collect()
}
