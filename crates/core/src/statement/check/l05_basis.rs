//! Every purpose has one legal basis; where there are several, it is said which holds when.
//!
//! GDPR Article 13(1)(c): the person learns the basis of each purpose, because rights hang on it.
//! Four things leave it open: several bases without a split, words that put the basis in doubt
//! ("if needed"), a service that people ask for which rests on neither the contract nor a law, and an
//! agreement to keep data longer that rests on nothing.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::Keep;
use crate::statement::model::{Activity, Basis, BasisName, BasisTerms, OneOrMany, Role};

/// L05.
pub(super) static RULE: Rule = Rule {
    id: "L05",
    title: "one legal basis for each purpose and group of persons, or a stated split",
    severity: Severity::Error,
    article: "GDPR Article 13(1)(c)",
    effective: GDPR,
    kinds: &["unsplit", "doubt", "no_contract", "agreed"],
    find,
};

/// Purposes that carry out what the person asked or pays for.
const ASKED_FOR: [&str; 5] = [
    "dpv:CustomerOrderManagement",
    "dpv:DeliveryOfGoods",
    "dpv:FulfilmentOfContractualObligation",
    "dpv:PaymentManagement",
    "dpv:RequestedServiceProvision",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let mut found = |kind: &'static str, message: String, hint: &str| {
            let finding = subject.activity(&RULE, (id, activity), "basis", message);
            findings.push(finding.kind(kind).hint(hint));
        };
        if unsplit(activity) {
            let message =
                format!("`{id}` has several legal bases, and it is not said which holds when");
            found("unsplit", message, "give each but one a `when` or `covers`");
        }
        for doubt in doubts(activity) {
            let message = format!("`{doubt}` leaves open whether the basis of `{id}` applies");
            found(
                "doubt",
                message,
                "say for whom it applies, and what applies to the others",
            );
        }
        if let Some(purpose) = contract_like(activity) {
            let message =
                format!("`{id}` does what people ask for ({purpose}) and rests on no contract");
            let finding = subject.activity(&RULE, (id, activity), "basis", message);
            let finding = finding.severity(Severity::Warning);
            findings.push(
                finding
                    .kind("no_contract")
                    .hint("rest it on the contract, or on the law that asks for it"),
            );
        }
    }
    for record in subject
        .records()
        .filter(|record| agreed_on_nothing(*record))
    {
        let message = format!(
            "`{}` is kept longer if people agree, on no basis",
            record.full_name()
        );
        let finding = subject.record(&RULE, record, "keep", message);
        let finding = finding.severity(Severity::Warning);
        findings.push(
            finding
                .kind("agreed")
                .hint("add consent as a basis for the longer time, with `covers`"),
        );
    }
}

/// Whether an agreement with the person prolongs the period, and neither a consent nor a contract
/// covers what is kept then.
fn agreed_on_nothing(record: Record<'_>) -> bool {
    let keeps = record.collection.keep.iter().flat_map(OneOrMany::as_slice);
    let mut cases = keeps.flat_map(Keep::cases);
    let agreed = cases.any(|case| case.clauses.unless_agreed);
    let covers = |name: BasisName| name.is_consent() || name == BasisName::Contract;
    let mut names = record.activity.bases().map(|basis| basis.name);
    let covered = match record.collection.basis {
        Some(own) => covers(own) || names.any(BasisName::is_consent),
        None => names.any(covers),
    };
    agreed && !covered
}

fn terms(activity: &Activity) -> impl Iterator<Item = Option<&BasisTerms>> {
    activity.basis.as_slice().iter().map(|basis| match basis {
        Basis::Named(_) => None,
        Basis::Terms(terms) => Some(terms),
    })
}

/// Whether more than one basis is said to hold always and for everything.
fn unsplit(activity: &Activity) -> bool {
    let general = terms(activity)
        .filter(|terms| terms.is_none_or(|terms| terms.when.is_none() && terms.covers.is_none()));
    general.count() > 1
}

fn doubts(activity: &Activity) -> impl Iterator<Item = &str> {
    let doubts = terms(activity).filter_map(|terms| terms?.doubt.as_ref());
    doubts.map(|doubt| doubt.get(crate::language::Language::En))
}

/// The purpose that reads like a contract, where none of the bases is a contract or a law.
fn contract_like(activity: &Activity) -> Option<&str> {
    let fits =
        activity.rests_on(BasisName::Contract) || activity.rests_on(BasisName::LegalObligation);
    let controller = match activity.role {
        Role::Controller | Role::JointWith(_) => true,
        Role::ProcessorFor(_) => false,
    };
    let purposes = OneOrMany::as_slice(&activity.purpose).iter();
    let mut asked = purposes
        .map(String::as_str)
        .filter(|purpose| ASKED_FOR.contains(purpose));
    asked.next().filter(|_| controller && !fits)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    fn basis(basis: &str) -> Vec<String> {
        let states = "states = { party = { en = 'party' } }";
        let news = Fixture::new().activity("news", &format!("basis = {basis}\n{states}"));
        news.at("L05")
    }

    #[test]
    fn several_bases_need_a_split() {
        let interest = "{ legitimate_interest = { en = 'x' } }";
        let party = "{ contract = { en = 'y' }, when = 'party' }";
        let covers = "{ contract = { en = 'y' }, covers = { en = 'delivery' } }";
        for (list, want) in [
            ("'contract'".to_owned(), 0),
            (format!("['contract', {interest}]"), 1),
            (format!("[{interest}, {party}]"), 0),
            (format!("[{covers}, {interest}]"), 0),
            (format!("[{covers}, {interest}, 'consent']"), 1),
        ] {
            assert_eq!(basis(&list).len(), want, "{list}");
        }
    }

    #[test]
    fn words_of_doubt_are_found() {
        let doubtful = "{ consent = { en = 'x' }, doubt = { en = 'where needed' } }";
        assert_eq!(basis(doubtful), ["news"]);
    }

    #[test]
    fn what_people_ask_for_rests_on_the_contract() {
        let asked = |basis: &str| {
            let purpose = "purpose = ['dpv:ServiceRegistration', 'dpv:PaymentManagement']";
            let fixture = Fixture::new().activity("news", &format!("basis = {basis}\n{purpose}"));
            fixture.findings("L05")
        };
        let found = asked("{ legitimate_interest = { en = 'x' } }");
        assert_eq!(found[0].diagnostic.severity, Severity::Warning);
        assert_eq!(asked("'contract'"), []);
        assert_eq!(asked("{ legal_obligation = 'bokføringsloven § 13' }"), []);
    }

    #[test]
    fn an_agreement_to_keep_longer_needs_a_basis() {
        let agreed = "[collections.subscription]\nkeep = '1 year after collection, unless agreed'";
        let interest = "{ legitimate_interest = { en = 'x' } }";
        for (basis, want) in [
            (interest.to_owned(), 1),
            ("'contract'".to_owned(), 0),
            (
                format!("[{interest}, {{ consent = {{ en = 'y' }}, covers = {{ en = 'z' }} }}]"),
                0,
            ),
        ] {
            let fixture = Fixture::new().activity("news", &format!("basis = {basis}\n{agreed}"));
            assert_eq!(fixture.at("L05").len(), want, "{basis}");
        }
    }
}
