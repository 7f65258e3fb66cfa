//! What the law asks of a statement: lint rules, their findings, and the decisions that settle them.
//!
//! Rules read the published reading, gaps and all. A finding is *open* until a decision names its
//! rule, its place and its kind where the rule has several, and again from the day after that decision's review. The rules know nothing
//! of files, terminals or the day on which they are asked: the day is an argument.

mod finding;
mod judge;
mod l01_controller;
mod l02_representative;
mod l03_officer;
mod l04_purpose;
mod l05_basis;
mod l06_interest;
mod l07_recipients;
mod l08_transfers;
mod l09_period;
mod l10_hedge;
mod l11_anchor;
mod l12_one_cap;
mod l13_end;
mod l14_statutory;
mod l15_rights;
mod l16_withdrawal;
mod l17_ease;
mod l18_complaint;
mod l19_provision;
mod l20_decisions;
mod l21_source;
mod l22_closed_list;
mod l23_objection_shown;
mod l24_marketing_objection;
mod l25_marketing_ground;
mod l26_device_access;
mod l27_special_categories;
mod l28_consent_elements;
mod l29_role;
mod l30_joint_control;
mod l31_exclusively;
mod l32_uncovered;
mod l33_unused_rights;
mod l34_sharing;
mod l35_authority_requests;
mod l36_foreign_authority;
mod l37_new_purpose;
mod l38_changes;
mod l39_links;
mod l40_opt_out;
mod l41_anonymous;
mod l42_child_consent;
mod l43_answer_time;
mod l44_shared_data;
mod l45_carried_out;
mod l46_rendered;
mod reference;
mod sentence;
mod slogan;
mod subject;
#[cfg(test)]
mod testing;
mod twice;
mod words;

use jiff::civil::Date;

pub use finding::Finding;
pub use judge::{Counts, Judged, State, Summary, check, summary};
pub use reference::reference;
pub use subject::{Record, Subject};

use crate::diagnostic::Severity;

/// The day from which the GDPR applies (Article 99(2)). In Norway it is law since 20 July 2018.
const GDPR: Date = jiff::civil::date(2018, 5, 25);

/// A lint rule: what must hold, where the law says so, and from when.
#[derive(Debug)]
pub struct Rule {
    /// The stable id, for example `L09`.
    pub id: &'static str,
    /// What must hold, in one clause.
    pub title: &'static str,
    /// How much a finding weighs, unless the finding says otherwise.
    pub severity: Severity,
    /// The article or paragraph, for example `GDPR Article 13(2)(a)`.
    pub article: &'static str,
    /// The first day on which the duty applies.
    pub effective: Date,
    /// The stable names of the kinds of finding at one place, where there are several: a decision names
    /// those that it settles.
    pub kinds: &'static [&'static str],
    /// Adds a finding for every place where it does not hold.
    pub find: fn(&Subject<'_>, &mut Vec<Finding>),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// Every rule, in order of id.
pub static RULES: [&Rule; 46] = [
    &l01_controller::RULE,
    &l02_representative::RULE,
    &l03_officer::RULE,
    &l04_purpose::RULE,
    &l05_basis::RULE,
    &l06_interest::RULE,
    &l07_recipients::RULE,
    &l08_transfers::RULE,
    &l09_period::RULE,
    &l10_hedge::RULE,
    &l11_anchor::RULE,
    &l12_one_cap::RULE,
    &l13_end::RULE,
    &l14_statutory::RULE,
    &l15_rights::RULE,
    &l16_withdrawal::RULE,
    &l17_ease::RULE,
    &l18_complaint::RULE,
    &l19_provision::RULE,
    &l20_decisions::RULE,
    &l21_source::RULE,
    &l22_closed_list::RULE,
    &l23_objection_shown::RULE,
    &l24_marketing_objection::RULE,
    &l25_marketing_ground::RULE,
    &l26_device_access::RULE,
    &l27_special_categories::RULE,
    &l28_consent_elements::RULE,
    &l29_role::RULE,
    &l30_joint_control::RULE,
    &l31_exclusively::RULE,
    &l32_uncovered::RULE,
    &l33_unused_rights::RULE,
    &l34_sharing::RULE,
    &l35_authority_requests::RULE,
    &l36_foreign_authority::RULE,
    &l37_new_purpose::RULE,
    &l38_changes::RULE,
    &l39_links::RULE,
    &l40_opt_out::RULE,
    &l41_anonymous::RULE,
    &l42_child_consent::RULE,
    &l43_answer_time::RULE,
    &l44_shared_data::RULE,
    &l45_carried_out::RULE,
    &l46_rendered::RULE,
];

/// Every decision settles a finding. It has no place in [`RULES`]: it is asked when all other
/// findings are known.
pub static STALE: Rule = Rule {
    id: "L00",
    title: "every decision settles a finding",
    severity: Severity::Info,
    article: "GDPR Article 5(2)",
    effective: GDPR,
    kinds: &[],
    find: |_, _| {},
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_numbered_without_a_gap() {
        for (number, rule) in (1..).zip(RULES) {
            assert_eq!(rule.id, format!("L{number:02}"));
            assert!(
                rule.effective >= GDPR || rule.article.contains('§'),
                "{}",
                rule.id
            );
        }
    }
}
