//! `cases/seed/*.toml`: what a machine reads in the bundled statement, and what the lint rules find.
//!
//! The format is described in `cases/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use ombud_core::language::Language;
use ombud_core::retention::{EndAction, Keep};
use ombud_core::statement::check::{Judged, check};
use ombud_core::statement::model::{Activity, BasisName, Channel, Collection, OneOrMany, Role};
use ombud_core::statement::{LegalBasis, Statement};
use serde::{Deserialize, Serialize};

use crate::bundled::statement;

const FINDINGS: &str = include_str!("../../../../cases/seed/findings.toml");
const READING: &str = include_str!("../../../../cases/seed/reading.toml");

/// Section, rule and place of a finding.
type Row = (String, String, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Findings {
    expected: BTreeSet<Row>,
    beyond: BTreeSet<Row>,
    passes: Vec<(String, String)>,
    open: BTreeSet<Row>,
    unfound: Vec<Unfound>,
}

/// What a reader finds and no rule does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unfound {
    section: String,
    rule: String,
    says: String,
    reason: String,
}

fn golden() -> Findings {
    toml::from_str(FINDINGS).unwrap()
}

/// What is found on the day the statement takes effect.
fn found(statement: &Statement, counts: impl Fn(&Judged<'_>) -> bool) -> BTreeSet<Row> {
    let judged = check(statement, statement.published.header.effective).into_iter();
    judged
        .filter(|judged| counts(judged))
        .map(|judged| judged.finding)
        .map(|finding| (finding.section, finding.rule.id.to_owned(), finding.at))
        .collect()
}

fn lines<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let rows =
        rows.map(|(section, rule, at)| format!("\n  [\"{section}\", \"{rule}\", \"{at}\"],"));
    rows.collect::<Vec<String>>().concat()
}

fn assert_same(found: &BTreeSet<Row>, wanted: &BTreeSet<Row>) {
    let missing = lines(wanted.difference(found));
    let more = lines(found.difference(wanted));
    assert!(
        missing.is_empty() && more.is_empty(),
        "not found:{missing}\nfound as well:{more}"
    );
}

#[test]
fn the_rules_find_what_the_text_leaves_open_and_no_more() {
    let golden = golden();
    let wanted: BTreeSet<Row> = golden.expected.union(&golden.beyond).cloned().collect();
    assert_eq!(golden.expected.intersection(&golden.beyond).next(), None);
    assert_same(&found(&statement(), |_| true), &wanted);
}

#[test]
fn the_rules_find_nothing_where_the_text_is_right() {
    let found = found(&statement(), |_| true);
    for (rule, place) in golden().passes {
        let wrong = found
            .iter()
            .find(|(_, id, at)| *id == rule && (place == "*" || *at == place));
        assert_eq!(wrong, None, "{rule} at {place}");
    }
}

#[test]
fn decisions_settle_everything_but_what_is_left_open_on_purpose() {
    assert_same(
        &found(&statement(), |judged| judged.state.is_open()),
        &golden().open,
    );
}

#[test]
fn what_no_rule_finds_has_a_reason() {
    let statement = statement();
    let text = statement.texts.get(&Language::En).unwrap();
    for unfound in golden().unfound {
        assert!(
            text.section(&unfound.section).is_some(),
            "section {}",
            unfound.section
        );
        assert!(unfound.rule.starts_with('L'), "{}", unfound.rule);
        assert!(!unfound.says.is_empty() && !unfound.reason.is_empty());
    }
}

/// What a machine reads of a collection on one basis.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    section: String,
    basis: String,
    cap: String,
    anchor: String,
    end: String,
    exit: String,
}

#[test]
fn the_statement_reads_as_published() {
    let statement = statement();
    let mut read: BTreeMap<String, BTreeMap<String, Reading>> = BTreeMap::new();
    let published = statement.published.activities.iter();
    for (id, activity) in published.filter(|(_, activity)| activity.published) {
        for (name, collection) in &activity.collections {
            for basis in bases(activity, collection) {
                let name = match basis.when.filter(|_| collection.basis.is_none()) {
                    Some(state) => format!("{name} as {state}"),
                    None => name.clone(),
                };
                let reading = reading(&statement, activity, collection, &basis);
                read.entry(id.clone()).or_default().insert(name, reading);
            }
        }
    }
    let golden: BTreeMap<String, BTreeMap<String, Reading>> = toml::from_str(READING).unwrap();
    assert!(
        read == golden,
        "reads:\n{}",
        toml::to_string(&read).unwrap()
    );
}

/// The bases on which a collection is kept.
fn bases<'a>(activity: &'a Activity, collection: &Collection) -> Vec<LegalBasis<'a>> {
    let own = collection.basis;
    let all = activity.bases();
    all.filter(|basis| own.is_none_or(|own| own == basis.name))
        .collect()
}

fn reading(
    statement: &Statement,
    activity: &Activity,
    collection: &Collection,
    basis: &LegalBasis<'_>,
) -> Reading {
    let end = collection.then.as_ref().map(|then| match then.end {
        EndAction::Erase => "erase",
        EndAction::Anonymise(_) => "anonymise",
        EndAction::EraseOrAnonymise(_) => "erase or anonymise",
    });
    let keep = match &collection.keep {
        None => None,
        Some(OneOrMany::One(keep)) => Some(keep),
        Some(OneOrMany::Many(keeps)) => panic!("{} periods for one collection", keeps.len()),
    };
    Reading {
        section: activity.section.clone(),
        basis: basis_words(activity, basis.name),
        cap: keep.map_or_else(|| "none".to_owned(), cap),
        anchor: keep.map_or_else(|| "-".to_owned(), anchor),
        end: end.unwrap_or("unsaid").to_owned(),
        exit: exit(statement, activity, basis.name),
    }
}

fn basis_words(activity: &Activity, name: BasisName) -> String {
    let name = word(name);
    match &activity.role {
        Role::Controller | Role::JointWith(_) => name,
        Role::ProcessorFor(controller) => {
            format!("{name}, as processor for {}", controller.get(Language::En))
        }
    }
}

fn cap(keep: &Keep) -> String {
    let hedge = keep
        .hedge()
        .map_or_else(String::new, |hedge| format!("{hedge} "));
    keep.cap()
        .map_or_else(|| "none".to_owned(), |period| format!("{hedge}{period}"))
}

fn anchor(keep: &Keep) -> String {
    if keep.is_unanchored() {
        return "unsaid".to_owned();
    }
    let events: Vec<String> = keep.events().iter().map(ToString::to_string).collect();
    if events.is_empty() {
        "-".to_owned()
    } else {
        events.join(", ")
    }
}

/// How a person ends it.
fn exit(statement: &Statement, activity: &Activity, basis: BasisName) -> String {
    if let Role::ProcessorFor(controller) = &activity.role {
        return format!("ask {}", controller.get(Language::En));
    }
    let (act, channels) = match basis {
        BasisName::Consent | BasisName::ExplicitConsent => ("withdraw", &activity.withdraw),
        BasisName::LegitimateInterest | BasisName::PublicTask => ("object", &activity.object),
        BasisName::Contract | BasisName::LegalObligation | BasisName::VitalInterest => {
            return "-".to_owned();
        }
    };
    if channels.is_empty() {
        let rights = statement.published.header.section_of("rights").unwrap();
        return format!("{act} (section {rights})");
    }
    let channels: Vec<String> = channels
        .iter()
        .map(|channel: &Channel| word(*channel))
        .collect();
    format!("{act} by {}", channels.join(", "))
}

/// A value as statements write it.
fn word(value: impl Serialize) -> String {
    toml::Value::try_from(value)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}
