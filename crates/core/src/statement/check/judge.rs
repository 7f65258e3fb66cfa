//! All findings of a statement, and whether a decision settles each of them on a given day.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Finding, RULES, STALE, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::statement::Statement;
use crate::statement::model::{Decision, OneOrMany};

/// A finding and what has become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged<'a> {
    /// What was found.
    pub finding: Finding,
    /// Whether it is settled.
    pub state: State<'a>,
}

/// Whether a finding is settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State<'a> {
    /// No decision names it.
    Open,
    /// This decision settles it.
    Decided(&'a Decision),
    /// This decision settled it until its review date, which has passed: it is open again.
    Expired(&'a Decision),
}

impl State<'_> {
    /// Whether someone must act: nothing settles the finding any more.
    pub fn is_open(self) -> bool {
        match self {
            Self::Open | Self::Expired(_) => true,
            Self::Decided(_) => false,
        }
    }
}

/// Every finding of every rule that applies on `today`, a civil date in the controller's zone, with
/// its state on that day. Ordered by section, rule and place.
///
/// A decision settles the findings of its rule at its places, of its kinds where the rule has
/// several, through its review date, inclusive. A finding of another kind is open. A decision that
/// settles nothing is itself a finding, so that stale decisions are seen.
pub fn check(statement: &Statement, today: Date) -> Vec<Judged<'_>> {
    let subject = Subject::new(statement, today);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.effective <= today) {
        (rule.find)(&subject, &mut findings);
    }
    let stale = stale(&subject, &findings);
    findings.extend(stale);
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup();
    let decisions = &statement.decisions.decisions;
    findings
        .into_iter()
        .map(|finding| Judged {
            state: state(&finding, decisions, today),
            finding,
        })
        .collect()
}

fn settles(decision: &Decision, finding: &Finding) -> bool {
    decision.at.as_slice().contains(&finding.at) && is_about(decision, finding)
}

/// Whether a decision is on the rule of a finding, and on its kind.
fn is_about(decision: &Decision, finding: &Finding) -> bool {
    let mut kinds = decision.kind.iter().flat_map(OneOrMany::as_slice);
    let kind = finding.kind.is_none_or(|kind| kinds.any(|own| own == kind));
    decision.rule == finding.rule.id && kind
}

fn state<'a>(finding: &Finding, decisions: &'a [Decision], today: Date) -> State<'a> {
    let settling = decisions.iter().filter(|d| settles(d, finding));
    match settling.max_by_key(|decision| decision.review) {
        None => State::Open,
        Some(decision) if today <= decision.review => State::Decided(decision),
        Some(decision) => State::Expired(decision),
    }
}

fn stale(subject: &Subject<'_>, findings: &[Finding]) -> Vec<Finding> {
    let decisions = subject.statement.decisions.decisions.iter().enumerate();
    let places = decisions.flat_map(|(number, decision)| {
        let places = decision.at.as_slice().iter().enumerate();
        places.map(move |(index, at)| (decision, at, (number, index)))
    });
    let idle = places.filter(|(decision, at, _)| {
        !findings
            .iter()
            .any(|finding| finding.at == **at && is_about(decision, finding))
    });
    idle.map(|(decision, at, index)| {
        let message = format!(
            "the decision on {} at `{at}` settles nothing",
            decision.rule
        );
        let place = subject.decision_place(index);
        let there = findings.iter().filter(|finding| finding.at == *at);
        let there = there.filter(|finding| finding.rule.id == decision.rule);
        let kinds: BTreeSet<&str> = there.filter_map(|finding| finding.kind).collect();
        let hint = if kinds.is_empty() {
            "take it out, or correct its rule or place".to_owned()
        } else {
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
            format!(
                "say in `kind` what it settles: {} is found",
                kinds.join(", ")
            )
        };
        let mut diagnostic = Diagnostic::error(place, STALE.id, message).hint(hint);
        diagnostic.severity = STALE.severity;
        Finding {
            rule: &STALE,
            at: format!("decision {} {at}", decision.rule),
            kind: None,
            section: String::new(),
            diagnostic,
        }
    })
    .collect()
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Findings that make the statement wrong or unlawful as it stands.
    pub errors: usize,
    /// Findings that the text should say better.
    pub warnings: usize,
    /// Findings that are good to know.
    pub infos: usize,
}

impl Counts {
    fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        };
        *count = count.saturating_add(1);
    }

    /// All together.
    pub fn total(self) -> usize {
        self.errors
            .saturating_add(self.warnings)
            .saturating_add(self.infos)
    }
}

/// How many findings are open, decided, and open again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Named by no decision.
    pub open: Counts,
    /// Settled by a decision.
    pub decided: Counts,
    /// Settled once, by a decision whose review date has passed.
    pub expired: Counts,
}

/// Counts findings by state and weight.
pub fn summary(judged: &[Judged<'_>]) -> Summary {
    let mut summary = Summary::default();
    for Judged { finding, state } in judged {
        let counts = match state {
            State::Open => &mut summary.open,
            State::Decided(_) => &mut summary.decided,
            State::Expired(_) => &mut summary.expired,
        };
        counts.add(finding.diagnostic.severity);
    }
    summary
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::statement::check::testing::Fixture;

    const DECISION: &str = "
        [[decisions]]
        rule = 'L01'
        kind = 'no_contact'
        at = ['section 2', 'news']
        decided = { en = 'people write to us' }
        why = { en = 'we have no telephone' }
        by = 'data protection officer'
        on = 2026-01-01
        review = 2026-06-30
    ";

    fn spoilt() -> Fixture {
        Fixture::new().without("controller.email")
    }

    #[test]
    fn a_finding_of_another_kind_at_the_same_place_is_open() {
        let spoilt = spoilt().header("controller.address = ' '");
        let states = |decisions: &str| {
            let statement = spoilt.clone().decisions(decisions).load().unwrap();
            let judged = check(&statement, date(2026, 6, 30)).into_iter();
            let found = judged.filter(|judged| judged.finding.rule.id == "L01");
            found
                .map(|judged| (judged.finding.kind.unwrap(), judged.state.is_open()))
                .collect::<Vec<_>>()
        };
        let (address, contact) = ("no_address", "no_contact");
        assert_eq!(states(DECISION), [(contact, false), (address, true)]);
        let both = DECISION.replace("'no_contact'", "['no_address', 'no_contact']");
        assert_eq!(states(&both), [(contact, false), (address, false)]);
        let neither = DECISION.replace("kind = 'no_contact'", "");
        assert_eq!(states(&neither), [(contact, true), (address, true)]);
    }

    #[test]
    fn a_decision_without_its_kind_settles_nothing_and_is_told_which_there_are() {
        let neither = DECISION.replace("kind = 'no_contact'", "");
        let found = spoilt().decisions(&neither).findings("L00");
        let hints = found.iter().map(|one| one.diagnostic.hint.as_deref());
        let hints: Vec<_> = hints.collect();
        let want = "say in `kind` what it settles: `no_contact` is found";
        assert!(hints.contains(&Some(want)), "{hints:?}");
    }

    #[test]
    fn a_decision_settles_through_its_review_date() {
        let statement = spoilt().decisions(DECISION).load().unwrap();
        let state = |today| {
            let judged = check(&statement, today);
            let found = judged.iter().find(|j| j.finding.rule.id == "L01").unwrap();
            found.state
        };
        assert!(matches!(state(date(2026, 6, 30)), State::Decided(d) if d.by.starts_with("data")));
        assert!(matches!(state(date(2026, 7, 1)), State::Expired(_)));
        let undecided = spoilt().load().unwrap();
        assert_eq!(check(&undecided, date(2026, 6, 30))[0].state, State::Open);
    }

    #[test]
    fn a_decision_that_settles_nothing_is_seen() {
        let found = spoilt().decisions(DECISION).findings("L00");
        assert_eq!(found.len(), 1);
        let diagnostic = &found[0].diagnostic;
        assert_eq!(
            diagnostic.message,
            "the decision on L01 at `news` settles nothing"
        );
        assert_eq!(DECISION.get(diagnostic.place.span.clone()), Some("'news'"));
    }

    #[test]
    fn before_a_duty_applies_nothing_is_found() {
        let statement = spoilt().load().unwrap();
        assert_eq!(check(&statement, date(2018, 5, 24)), []);
        assert_eq!(check(&statement, date(2018, 5, 25)).len(), 1);
    }

    #[test]
    fn a_summary_counts_by_state_and_weight() {
        let statement = spoilt().decisions(DECISION).load().unwrap();
        let on = |day| summary(&check(&statement, day));
        assert_eq!((on(date(2026, 6, 30)).decided.errors), 1);
        assert_eq!((on(date(2026, 7, 1)).expired.errors), 1);
        let open = on(date(2026, 7, 1)).open;
        assert_eq!((open.infos, open.total()), (1, 1));
    }
}
