//! What the bundled statement promises once for all activities: contact, sharing, rights.
//!
//! Each test names the promises that it holds the text and the rules to.

use std::sync::LazyLock;

use jiff::civil::date;
use ombud_core::decision::Facts;
use ombud_core::effects::{ActRefusal, effects};
use ombud_core::language::Language;
use ombud_core::rulebook::Rulebook;
use ombud_core::standing::Act;
use ombud_core::statement::check::check;
use ombud_core::statement::model::{Activity, BasisName, Channel, RecipientKind, Right, Role};
use ombud_core::statement::promise::{Machinery, Proof};
use ombud_core::statement::register::register;
use ombud_core::statement::{Statement, prose};

static BUNDLED: LazyLock<Statement> = LazyLock::new(crate::bundled::statement);

/// A section as people read it.
fn told(number: &str, language: Language) -> String {
    let sections = prose::render(&BUNDLED, language);
    let section = sections.into_iter().find(|one| one.number == number);
    section.unwrap().body.markdown
}

/// Every one of the words stands in the section: in English, in Bokmål.
fn tells(number: &str, words: &[[&str; 2]]) {
    for [en, nb] in words {
        for (language, words) in [(Language::En, en), (Language::Nb, nb)] {
            let told = told(number, language);
            assert!(told.contains(words), "section {number}: `{words}`\n{told}");
        }
    }
}

fn activities() -> impl Iterator<Item = (&'static str, &'static Activity)> {
    let all = BUNDLED.published.activities.iter();
    all.map(|(id, activity)| (id.as_str(), activity))
}

fn proof(id: &str) -> &'static [Proof] {
    &BUNDLED.promises.promises.get(id).unwrap().proof
}

#[test]
fn p2_1_the_controller_is_named_with_address_and_telephone() {
    let controller = &BUNDLED.published.header.controller;
    assert_eq!(controller.name, "Visma Software AS");
    assert_eq!(controller.address, "Karenslyst allé 56, 0277 Oslo");
    assert_eq!(controller.phone.as_deref(), Some("+47 46 40 40 00"));
    let phone = "[+47 46 40 40 00](tel:+4746404000)";
    let details = [controller.name.as_str(), controller.address.as_str(), phone];
    tells("2", &details.map(|detail| [detail, detail]));
    assert!(proof("P2.1").contains(&Proof::Contact));
}

#[test]
fn p2_2_questions_go_by_email_or_by_the_form() {
    let rights = &BUNDLED.published.header.rights;
    assert_eq!(rights.channels, [Channel::Email, Channel::Form]);
    let email = "[kundesenteret@visma.no](mailto:kundesenteret@visma.no)";
    let form = [
        "[the privacy request form](/request)",
        "[skjemaet for personvernhenvendelser](/request)",
    ];
    tells("2", &[[email, email], form]);
}

#[test]
fn p2_3_complaints_are_confidential_and_not_called_proven() {
    tells(
        "2",
        &[
            ["in confidence", "fortrolig"],
            ["which ways there are to settle it", "hvilke muligheter"],
            ["in good time", "innen rimelig tid"],
        ],
    );
    assert_eq!(proof("P2.3"), [Proof::Needs(Machinery::Requests)]);
}

#[test]
fn p3_1_4_opting_out_of_marketing_leaves_service_messages() {
    let rulebook = Rulebook::new(&BUNDLED);
    let withdrawal = (Act::Withdraw, false);
    let found = effects(&rulebook, "newsletters", withdrawal, &Facts::default());
    assert_eq!(found.unwrap().denied, ["newsletters"]);
    let newsletters = &BUNDLED.published.activities["newsletters"];
    assert!(newsletters.service_messages.is_some());
    tells("3.1", &[["order confirmations", "ordrebekreftelser"]]);
}

#[test]
fn p3_8_4_the_employer_is_controller_and_gets_the_requests() {
    let handover = &BUNDLED.rules.activities["handover"];
    let Role::ProcessorFor(whom) = &handover.role else {
        panic!("{:?}", handover.role)
    };
    assert_eq!(whom.get(Language::En), "your employer");
    let rulebook = Rulebook::new(&BUNDLED);
    for act in [Act::Object, Act::Restrict] {
        let found = effects(&rulebook, "handover", (act, false), &Facts::default());
        assert_eq!(found, Err(ActRefusal::AnotherController));
    }
    let [_, processor] = register(&BUNDLED);
    let listed: Vec<&str> = processor.records.iter().map(|r| &*r.activity).collect();
    assert_eq!(listed, ["handover"]);
    let controller = [
        "the controller is your employer",
        "arbeidsgiveren din som er behandlingsansvarlig",
    ];
    tells("3.8", &[controller]);
}

#[test]
fn p4_1_the_group_is_a_recipient_and_told() {
    let recipients = BUNDLED.published.header.recipients.values();
    let group = recipients.filter(|one| one.kind == RecipientKind::Group);
    let group: Vec<_> = group.collect();
    let [group] = group.as_slice() else {
        panic!("{group:?}")
    };
    assert_eq!(group.section.as_deref(), Some("4.1"));
    for words in [&group.title, group.purpose.as_ref().unwrap()] {
        tells("4.1", &[Language::ALL.map(|language| words.get(language))]);
    }
}

/// A right that section 5 tells of, and that exactly these activities bring.
fn has_right(right: Right, words: &[[&str; 2]], brings: impl Fn(&Activity) -> bool) {
    assert!(BUNDLED.published.header.rights.told.contains(&right));
    tells("5", words);
    for (id, activity) in activities() {
        let brought = activity.rights_brought().contains(&right);
        assert_eq!(brought, brings(activity), "{id}");
    }
}

#[test]
fn p5_2_rectification_is_told_and_brought_by_all() {
    let own = ["do it yourself", "gjøre det selv"];
    let words = [["**Rectification.**", "**Retting.**"], own];
    has_right(Right::Rectification, &words, |_| true);
}

#[test]
fn p5_3_deletion_is_told_and_brought_by_all() {
    let words = [["**Deletion.**", "**Sletting.**"]];
    has_right(Right::Erasure, &words, |_| true);
}

#[test]
fn p5_4_restriction_is_told_and_brought_by_all_and_restricts() {
    let words = [["**Restriction.**", "**Begrensning.**"]];
    has_right(Right::Restriction, &words, |_| true);
    let rulebook = Rulebook::new(&BUNDLED);
    let ours = activities().filter(|(_, one)| !matches!(one.role, Role::ProcessorFor(_)));
    for (id, _) in ours {
        let found = effects(&rulebook, id, (Act::Restrict, false), &Facts::default());
        assert_eq!(found.unwrap().restricted, [id]);
    }
}

#[test]
fn p5_5_portability_is_told_and_brought_by_consent_and_contract() {
    let words = [
        ["**Portability.**", "**Dataportabilitet.**"],
        ["to someone else", "til noen andre"],
        ["in a structured form", "i en strukturert form"],
        ["machines can read", "maskiner kan lese"],
    ];
    has_right(Right::Portability, &words, |activity| {
        activity.rests_on_consent() || activity.rests_on(BasisName::Contract)
    });
}

#[test]
fn p5_8_a_refusal_says_which_exception_applies() {
    tells("5", &[["in detail which one", "i detalj hvilket"]]);
    let rulebook = Rulebook::new(&BUNDLED);
    let rows = [
        (
            ("user-tests", Act::Object),
            ("no right to object", "GDPR Article 21(1)"),
        ),
        (
            ("support", Act::Withdraw),
            ("does not rest on consent", "GDPR Article 7(3)"),
        ),
        (
            ("handover", Act::Restrict),
            ("another is controller", "GDPR Article 28(3)(e)"),
        ),
    ];
    for ((activity, act), (why, article)) in rows {
        let found = effects(&rulebook, activity, (act, false), &Facts::default());
        let refusal = found.unwrap_err();
        assert!(refusal.to_string().contains(why), "{refusal}");
        assert_eq!(refusal.article(), article);
    }
}

#[test]
fn i9_a_decision_is_open_again_the_day_after_its_review() {
    let decisions = BUNDLED.decisions.decisions.iter();
    let first = decisions.map(|one| one.review).min();
    assert_eq!(first, Some(date(2026, 12, 18)));
    let open = |day| {
        let found = check(&BUNDLED, day).into_iter();
        found.filter(|one| one.state.is_open()).count()
    };
    assert!(open(date(2026, 12, 19)) > open(date(2026, 12, 18)));
}
