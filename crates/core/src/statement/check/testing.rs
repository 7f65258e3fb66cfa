//! A statement with nothing to find, and ways to spoil it: what the tests of the rules share.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use toml::{Table, Value};

use super::{Finding, check};
use crate::diagnostic::Diagnostic;
use crate::statement::{Folder, Statement, load};

/// The day on which tests ask, unless they say otherwise.
pub(super) const TODAY: Date = date(2026, 6, 15);

const HEADER: &str = include_str!("testing/statement.toml");
const ACTIVITY: &str = include_str!("testing/activity.toml");
const TEXT: &str = include_str!("testing/en.md");

/// A statement folder in the making. [`Fixture::new`] has one activity, `news`, and no findings.
#[derive(Debug, Clone)]
pub(super) struct Fixture {
    header: Table,
    activities: BTreeMap<String, Table>,
    text: String,
    decisions: String,
    cookies: String,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self {
            header: HEADER.parse().unwrap(),
            activities: BTreeMap::from([("news".to_owned(), ACTIVITY.parse().unwrap())]),
            text: TEXT.to_owned(),
            decisions: String::new(),
            cookies: String::new(),
        }
    }

    /// Lays a snippet over `statement.toml`: tables are merged, everything else is replaced.
    pub(super) fn header(mut self, snippet: &str) -> Self {
        overlay(&mut self.header, snippet.parse().unwrap());
        self
    }

    /// Lays a snippet over an activity; one that does not exist yet begins as a copy of `news`.
    pub(super) fn activity(mut self, id: &str, snippet: &str) -> Self {
        let activity = self.activities.entry(id.to_owned());
        let activity = activity.or_insert_with(|| ACTIVITY.parse().unwrap());
        overlay(activity, snippet.parse().unwrap());
        self
    }

    /// Lays a snippet over the collection `news.subscription`.
    pub(super) fn collection(self, snippet: &str) -> Self {
        self.activity("news", &format!("[collections.subscription]\n{snippet}"))
    }

    /// Takes a key out of `statement.toml`.
    pub(super) fn without(mut self, key: &str) -> Self {
        remove(&mut self.header, key);
        self
    }

    /// Takes a key out of the activity `news`.
    pub(super) fn news_without(mut self, key: &str) -> Self {
        remove(self.activities.get_mut("news").unwrap(), key);
        self
    }

    /// Adds a paragraph to a section of the prose.
    pub(super) fn says(mut self, section: &str, paragraph: &str) -> Self {
        let heading = self.text.find(&format!("# {section} ")).unwrap();
        let (before, after) = self.text.split_at(heading);
        let line = before.len() + after.find('\n').unwrap() + 1;
        self.text.insert_str(line, &format!("\n{paragraph}\n"));
        self
    }

    /// Puts other words into the prose.
    pub(super) fn replacing(mut self, words: &str, others: &str) -> Self {
        assert!(self.text.contains(words), "the text does not say `{words}`");
        self.text = self.text.replace(words, others);
        self
    }

    /// Adds decisions, as `decisions.toml` has them.
    pub(super) fn decisions(mut self, snippet: &str) -> Self {
        self.decisions.push_str(snippet);
        self
    }

    /// Adds cookies, as `cookies.toml` has them.
    pub(super) fn cookies(mut self, snippet: &str) -> Self {
        self.cookies.push_str(snippet);
        self
    }

    pub(super) fn load(&self) -> Result<Statement, Vec<Diagnostic>> {
        let mut files = vec![
            ("statement.toml".to_owned(), self.header.to_string()),
            ("text/en.md".to_owned(), self.text.clone()),
            ("decisions.toml".to_owned(), self.decisions.clone()),
            ("cookies.toml".to_owned(), self.cookies.clone()),
        ];
        let activities = self.activities.iter();
        files.extend(
            activities
                .map(|(id, activity)| (format!("activities/{id}.toml"), activity.to_string())),
        );
        load(Folder::new(files))
    }

    /// What a rule finds.
    pub(super) fn findings(&self, rule: &str) -> Vec<Finding> {
        let statement = self.load().unwrap();
        let judged = check(&statement, TODAY).into_iter();
        judged
            .map(|judged| judged.finding)
            .inspect(assert_kind)
            .filter(|finding| finding.rule.id == rule)
            .collect()
    }

    /// The places at which a rule finds something.
    pub(super) fn at(&self, rule: &str) -> Vec<String> {
        let findings = self.findings(rule).into_iter();
        findings.map(|finding| finding.at).collect()
    }
}

/// A finding has a kind of its rule where the rule has kinds.
fn assert_kind(finding: &Finding) {
    let kinds = finding.rule.kinds;
    let known = finding
        .kind
        .map_or(kinds.is_empty(), |kind| kinds.contains(&kind));
    assert!(known, "{finding:?}");
}

fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        // A basis is one of several shapes: half of two would be none.
        let base_value = base.get_mut(&key).filter(|_| key != "basis");
        match (base_value, value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn remove(table: &mut Table, key: &str) {
    match key.split_once('.') {
        Some((first, rest)) => remove(table[first].as_table_mut().unwrap(), rest),
        None => assert!(table.remove(key).is_some(), "there is no `{key}`"),
    }
}

#[test]
fn the_statement_to_begin_with_has_no_findings() {
    let statement = Fixture::new().load().unwrap();
    let found = check(&statement, TODAY).into_iter();
    let found: Vec<_> = found
        .map(|judged| judged.finding.diagnostic.message)
        .collect();
    assert_eq!(found, [""; 0]);
}
