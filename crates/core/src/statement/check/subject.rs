//! What a rule looks at, and the ways to name a place in it.

use jiff::civil::Date;

use super::words::links_to;
use super::{Finding, Rule};
use crate::diagnostic::{Diagnostic, Place};
use crate::language::Language;
use crate::statement::model::{Activity, Collection, Header, Recipient};
use crate::statement::text::Section;
use crate::statement::{Reading, Statement};

/// A statement as its rules read it: what the published text says.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The whole statement.
    pub statement: &'a Statement,
    /// Its published reading.
    pub reading: &'a Reading,
    /// The day on which it is asked, a civil date in the controller's zone.
    pub today: Date,
}

/// A collection of an activity that the text publishes.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The id of the activity.
    pub id: &'a str,
    /// The activity.
    pub activity: &'a Activity,
    /// The name of the collection in it.
    pub name: &'a str,
    /// The collection.
    pub collection: &'a Collection,
}

impl Record<'_> {
    /// Its full name, for example `webinars.registration`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.id, self.name)
    }
}

impl<'a> Subject<'a> {
    /// The published reading of a statement, asked on a day.
    pub fn new(statement: &'a Statement, today: Date) -> Self {
        Self {
            statement,
            reading: &statement.published,
            today,
        }
    }

    /// `statement.toml`.
    pub fn header(&self) -> &'a Header {
        &self.reading.header
    }

    /// The activities that the text tells of, with their ids.
    pub fn activities(&self) -> impl Iterator<Item = (&'a str, &'a Activity)> + use<'a> {
        let all = self.reading.activities.iter();
        all.map(|(id, activity)| (id.as_str(), activity))
            .filter(|(_, activity)| activity.published)
    }

    /// The collections of these activities.
    pub fn records(&self) -> impl Iterator<Item = Record<'a>> + use<'a> {
        self.activities().flat_map(|(id, activity)| {
            activity
                .collections
                .iter()
                .map(move |(name, collection)| Record {
                    id,
                    activity,
                    name,
                    collection,
                })
        })
    }

    /// The recipients that the text tells of, with their ids: those with a section, and those of its
    /// activities.
    pub fn recipients(&self) -> impl Iterator<Item = (&'a str, &'a Recipient)> + use<'a> {
        let subject = *self;
        let all = self.reading.header.recipients.iter();
        all.map(|(id, recipient)| (id.as_str(), recipient))
            .filter(move |(id, recipient)| subject.section_of_recipient(id, recipient).is_some())
    }

    fn section_of_recipient(&self, id: &str, recipient: &'a Recipient) -> Option<&'a str> {
        let own = recipient.section.as_deref();
        let receives = |activity: &Activity| {
            let mut names = activity.recipients.iter().chain(&activity.mentions);
            names.any(|name| name == id)
        };
        let mut activities = self.activities();
        own.or_else(|| {
            let found = activities.find(|(_, activity)| receives(activity));
            found.map(|(_, activity)| activity.section.as_str())
        })
    }

    /// Every section of the prose in every language, the authoritative one first, with its file.
    pub fn prose(&self) -> impl Iterator<Item = (Language, &'a str, &'a Section)> + use<'a> {
        let statement = self.statement;
        let languages = statement.published.header.languages.iter();
        languages
            .filter_map(|language| Some((*language, statement.texts.get(language)?)))
            .flat_map(|(language, text)| {
                let sections = text.sections.iter();
                sections.map(move |section| (language, text.file.as_str(), section))
            })
    }

    /// A finding at a key of an activity.
    pub fn activity(
        &self,
        rule: &'static Rule,
        (id, activity): (&str, &Activity),
        key: &str,
        message: impl Into<String>,
    ) -> Finding {
        let file = format!("activities/{id}.toml");
        let place = self.statement.folder.place(&file, key.split('.'));
        finding(rule, id.to_owned(), &activity.section, (place, message))
    }

    /// A finding at a key of a collection.
    pub fn record(
        &self,
        rule: &'static Rule,
        record: Record<'_>,
        key: &str,
        message: impl Into<String>,
    ) -> Finding {
        let file = format!("activities/{}.toml", record.id);
        let keys = ["collections", record.name].into_iter();
        let place = self
            .statement
            .folder
            .place(&file, keys.chain(key.split('.')));
        let section = &record.activity.section;
        finding(rule, record.full_name(), section, (place, message))
    }

    /// A finding at a key of a recipient.
    pub fn recipient(
        &self,
        rule: &'static Rule,
        (id, recipient): (&str, &'a Recipient),
        key: &str,
        message: impl Into<String>,
    ) -> Finding {
        let keys = ["recipients", id].into_iter().chain(key.split('.'));
        let place = self.statement.folder.place("statement.toml", keys);
        let section = self.section_of_recipient(id, recipient).unwrap_or_default();
        finding(rule, format!("recipient {id}"), section, (place, message))
    }

    /// A finding at a key of `statement.toml`, with dots between its parts. Its place is the section
    /// that tells of the table, or `statement` where the statement does not say which.
    pub fn header_key(
        &self,
        rule: &'static Rule,
        key: &str,
        message: impl Into<String>,
    ) -> Finding {
        let folder = &self.statement.folder;
        let place = folder.place("statement.toml", key.split('.'));
        let section = self.header().section_of(key).unwrap_or_default();
        let at = if section.is_empty() {
            "statement".to_owned()
        } else {
            format!("section {section}")
        };
        finding(rule, at, section, (place, message))
    }

    /// A finding at a link that the prose leads through, said by the first section that uses it.
    pub fn link(&self, rule: &'static Rule, id: &str, message: impl Into<String>) -> Finding {
        let keys = ["links", id, "url"];
        let place = self.statement.folder.place("statement.toml", keys);
        let used = self
            .prose()
            .find(|(_, _, section)| !links_to(section, id).is_empty());
        let section = used.map_or("", |(_, _, section)| section.number.as_str());
        finding(rule, format!("link {id}"), section, (place, message))
    }

    /// A finding at a cookie.
    pub fn cookie(&self, rule: &'static Rule, name: &str, message: impl Into<String>) -> Finding {
        let keys = ["cookies", name];
        let place = self.statement.folder.place("cookies.toml", keys);
        finding(rule, format!("cookie {name}"), "", (place, message))
    }

    /// Where the decisions name a place for a rule.
    pub(super) fn decision_place(&self, (decision, at): (usize, usize)) -> Place {
        let keys = ["decisions", &decision.to_string(), "at", &at.to_string()];
        self.statement.folder.place("decisions.toml", keys)
    }

    /// A finding at words of the prose: the bytes of the section's Markdown.
    pub fn words(
        &self,
        rule: &'static Rule,
        (file, section): (&str, &Section),
        bytes: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Finding {
        let start = section.body.start;
        let place = Place {
            file: file.to_owned(),
            span: start.saturating_add(bytes.start)..start.saturating_add(bytes.end),
        };
        let at = format!("section {}", section.number);
        finding(rule, at, &section.number, (place, message))
    }
}

fn finding(
    rule: &'static Rule,
    at: String,
    section: &str,
    (place, message): (Place, impl Into<String>),
) -> Finding {
    let mut diagnostic = Diagnostic::error(place, rule.id, message);
    diagnostic.severity = rule.severity;
    Finding {
        rule,
        at,
        kind: None,
        section: section.to_owned(),
        diagnostic,
    }
}
