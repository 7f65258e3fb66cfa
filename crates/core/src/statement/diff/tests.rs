use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::retention::{Keep, parse};
use crate::statement::model::{self, OneOrMany};
use crate::statement::testing::{changed_with, statement, with};
use crate::statement::{names, schema};

const NEWS: &str = "activities/news.toml";
const JOBS: &str = "activities/jobs.toml";
const HEADER: &str = "statement.toml";

/// A change of the small statement (file, old words, new words), the place and kind of the change
/// that it must give, and its grade.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Kind,
    Grade,
);

const ROWS: &[Row] = &[
    (
        NEWS,
        "keep  = \"1 year after last activity\"",
        "keep  = \"2 years after last activity\"",
        "activities.news.collections.subscription.keep",
        Kind::Retention,
        Grade::Worse,
    ),
    (
        NEWS,
        "keep  = \"1 year after last activity\"\n",
        "",
        "activities.news.collections.subscription.keep",
        Kind::Retention,
        Grade::Worse,
    ),
    (
        NEWS,
        "then  = \"erase\"\n",
        "",
        "activities.news.collections.subscription.then",
        Kind::Ending,
        Grade::Worse,
    ),
    (
        NEWS,
        "then  = \"erase\"",
        "then  = \"archive for 1 year, then erase\"",
        "activities.news.collections.subscription.then",
        Kind::Ending,
        Grade::Worse,
    ),
    (
        NEWS,
        "purpose  = \"dpv:DirectMarketing\"",
        "purpose  = [\"dpv:DirectMarketing\", \"dpv:Personalisation\"]",
        "activities.news.purpose",
        Kind::Purpose,
        Grade::Worse,
    ),
    (
        NEWS,
        "subjects = \"dpv:Subscriber\"",
        "subjects = [\"dpv:Subscriber\", \"dpv:Visitor\"]",
        "activities.news.subjects",
        Kind::Subjects,
        Grade::Worse,
    ),
    (
        NEWS,
        "recipients       = [\"mailer\"]",
        "recipients       = [\"mailer\", \"recruiter\"]",
        "activities.news.recipients",
        Kind::Recipient,
        Grade::Worse,
    ),
    (
        NEWS,
        "{ consent = { en = \"news by email\", nb = \"nyheter på e-post\" } }",
        "\"contract\"",
        "activities.news.basis",
        Kind::Basis,
        Grade::Worse,
    ),
    (
        NEWS,
        "name  = { title = { en = \"name\", nb = \"navn\" }, category = \"pd:Name\", optional = true }",
        "",
        "activities.news.collections.subscription.fields.name",
        Kind::Data,
        Grade::Better,
    ),
    (
        NEWS,
        "category = \"pd:Name\", optional = true",
        "category = \"pd:Name\"",
        "activities.news.collections.subscription.fields.name.optional",
        Kind::Data,
        Grade::Worse,
    ),
    (
        NEWS,
        "withdraw         = [\"link\", \"email\", \"form\"]",
        "withdraw         = [\"email\", \"form\"]",
        "activities.news.withdraw",
        Kind::Withdrawal,
        Grade::Worse,
    ),
    (
        NEWS,
        "object           = [\"cookie_settings\"]",
        "object           = [\"cookie_settings\", \"email\"]",
        "activities.news.object",
        Kind::Objection,
        Grade::Better,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nprofiling = true",
        "activities.news.profiling",
        Kind::Profiling,
        Grade::Worse,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nautomated_decisions = { logic = { en = \"a score\", nb = \"en poengsum\" } }",
        "activities.news.automated_decisions",
        Kind::AutomatedDecision,
        Grade::Worse,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nminimum_age = 16",
        "activities.news.minimum_age",
        Kind::Age,
        Grade::Better,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nmessages = [\"sms\"]",
        "activities.news.messages",
        Kind::Messages,
        Grade::Worse,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nsources = [\"derived\"]",
        "activities.news.sources",
        Kind::Source,
        Grade::Worse,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nprovision = { voluntary = true, consequence = { en = \"none\", nb = \"ingen\" } }",
        "activities.news.provision",
        Kind::Provision,
        Grade::Better,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nspecial_categories = { condition = \"9(2)(a)\" }",
        "activities.news.special_categories",
        Kind::SpecialCategories,
        Grade::Worse,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\ntakes_effect_within = \"2 days\"",
        "activities.news.takes_effect_within",
        Kind::Withdrawal,
        Grade::Worse,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nexclusively = true",
        "activities.news.exclusively",
        Kind::Purpose,
        Grade::Better,
    ),
    (
        NEWS,
        "marketing        = true",
        "marketing        = true\nrole = { processor_for = { en = \"a club\", nb = \"en klubb\" } }",
        "activities.news.role",
        Kind::Role,
        Grade::Judge,
    ),
    (
        NEWS,
        "en = \"to send news\"",
        "en = \"to send news, and to sell data\"",
        "activities.news.why.en",
        Kind::Wording,
        Grade::Judge,
    ),
    (
        JOBS,
        "en = \"to find the right candidate\"",
        "en = \"to find the right candidate and to sell data\"",
        "activities.jobs.basis",
        Kind::Wording,
        Grade::Judge,
    ),
    (
        HEADER,
        "\"Europe/Oslo\"",
        "\"America/New_York\"",
        "statement.zone",
        Kind::Wording,
        Grade::Judge,
    ),
    (
        HEADER,
        "normalise = \"email\"",
        "normalise = \"email\", hint = true",
        "statement.identities.email.hint",
        Kind::Wording,
        Grade::Judge,
    ),
    (
        JOBS,
        "\n[collections.note]\ntitle = { en = \"note\", nb = \"notat\" }\n\n[collections.note.fields]\nemail = { title = { en = \"email address\", nb = \"e-postadresse\" }, category = \"pd:EmailAddress\", identity = \"email\" }\n",
        "",
        "activities.jobs.collections.note",
        Kind::Collection,
        Grade::Better,
    ),
    (
        JOBS,
        "title = { en = \"note\", nb = \"notat\" }",
        "title = { en = \"note\", nb = \"notat\" }\nhold = { law = \"a law\", only_for = \"tax\", fields = [\"email\"], keep = \"5 years after collection\" }",
        "activities.jobs.collections.note.hold",
        Kind::Hold,
        Grade::Worse,
    ),
    (
        HEADER,
        "\"access\", \"erasure\"",
        "\"access\"",
        "statement.rights.told",
        Kind::Right,
        Grade::Worse,
    ),
    (
        HEADER,
        "channels = [\"email\", \"form\"]",
        "channels = [\"email\"]",
        "statement.rights.channels",
        Kind::RightsChannel,
        Grade::Worse,
    ),
    (
        HEADER,
        "channels = [\"email\", \"form\"]",
        "answer_within = \"1 month\"\nchannels = [\"email\", \"form\"]",
        "statement.rights.answer_within",
        Kind::AnswerTime,
        Grade::Better,
    ),
    (
        HEADER,
        "kind  = \"partner\"",
        "kind  = \"partner\"\ntransfer = \"adequacy\"",
        "statement.recipients.recruiter.transfer",
        Kind::Transfer,
        Grade::Worse,
    ),
    (
        HEADER,
        "kind     = \"processor\"",
        "kind     = \"processor\"\ncountries = [\"NO\", \"US\"]",
        "statement.recipients.mailer.countries",
        Kind::Transfer,
        Grade::Worse,
    ),
    (
        HEADER,
        "kind     = \"processor\"",
        "kind     = \"partner\"",
        "statement.recipients.mailer.kind",
        Kind::Recipient,
        Grade::Worse,
    ),
    (
        HEADER,
        "phone   = \"+47 00 00 00 00\"\n",
        "",
        "statement.controller.phone",
        Kind::Controller,
        Grade::Worse,
    ),
    (
        HEADER,
        "\"Example AS\"",
        "\"Other AS\"",
        "statement.controller.name",
        Kind::Controller,
        Grade::Neutral,
    ),
    (
        HEADER,
        "2026-03-18",
        "2026-06-01",
        "statement.effective",
        Kind::Wording,
        Grade::Neutral,
    ),
    (
        "text/en.md",
        "tells you.",
        "tells you all.",
        "text/en.md",
        Kind::Prose,
        Grade::Judge,
    ),
    (
        "text/nb.md",
        "## 3.2 Jobb",
        "## 3.2 Jobber",
        "text/nb.md",
        Kind::Prose,
        Grade::Judge,
    ),
    (
        "text/en.md",
        "{{ controller.name }} tells you.",
        "{{ controller.name }}\ntells you.",
        "text/en.md",
        Kind::Prose,
        Grade::Neutral,
    ),
];

fn seen(changes: &[Change]) -> Vec<(&str, Kind, Grade)> {
    changes
        .iter()
        .map(|c| (c.at.as_str(), c.kind, c.grade))
        .collect()
}

#[test]
fn every_kind_of_change_is_graded_and_the_way_back_is_the_reverse() {
    let before = statement();
    for (file, old, new, at, kind, grade) in ROWS {
        let after = with(&[(file, old, new)]);
        assert_eq!(
            seen(&diff(&before, &after)),
            [(*at, *kind, *grade)],
            "{new}"
        );
        let back = [(*at, *kind, grade.reversed())];
        assert_eq!(seen(&diff(&after, &before)), back, "{new} undone");
    }
}

#[test]
fn marketing_is_worse_and_so_is_the_loss_of_the_absolute_objection() {
    let purpose = (NEWS, "dpv:DirectMarketing", "dpv:Marketing");
    let marked = with(&[purpose]);
    let unmarked = with(&[purpose, (NEWS, "marketing        = true\n", "")]);
    let grade = |old: &Statement, new: &Statement| {
        let changes = diff(old, new).into_iter();
        let mut marketing = changes.filter(|change| change.kind == Kind::Marketing);
        marketing.next().map(|change| change.grade)
    };
    assert_eq!(grade(&unmarked, &marked), Some(Grade::Worse));
    assert_eq!(grade(&marked, &unmarked), Some(Grade::Worse));
    let given_up = grade(&statement(), &unmarked);
    assert_eq!(given_up, Some(Grade::Better), "the purpose goes with it");
}

#[test]
fn nothing_changed_is_no_change() {
    assert_eq!(diff(&statement(), &statement()), []);
}

#[test]
fn a_change_is_told_in_both_languages() {
    let before = statement();
    let told = |file, old, new| {
        let changes = diff(&before, &with(&[(file, old, new)]));
        let told = &changes[0].told;
        [Language::En, Language::Nb].map(|language| told.get(language).to_owned())
    };
    assert_eq!(
        told(
            NEWS,
            "keep  = \"1 year after last activity\"",
            "keep  = \"2 years after last activity\""
        ),
        [
            "Subscription (Newsletters): kept longer. Before: We delete it 1 year after your last \
             activity. Now: We delete it 2 years after your last activity.",
            "Abonnement (Nyhetsbrev): oppbevares lenger. Før: Vi sletter det 1 år etter din siste \
             aktivitet. Nå: Vi sletter det 2 år etter din siste aktivitet.",
        ]
    );
    assert_eq!(
        told(NEWS, "[\"mailer\"]", "[\"mailer\", \"recruiter\"]"),
        [
            "Newsletters: new recipient: recruitment agencies.",
            "Nyhetsbrev: ny mottaker: rekrutteringsbyråer.",
        ]
    );
    assert_eq!(
        told("text/en.md", "tells you.", "tells you.\n\nAnd more."),
        [
            "1 About: text changed, paragraphs new: 1, gone: 0.",
            "1 About: teksten er endret, nye avsnitt: 1, borte: 0.",
        ]
    );
    let hint = "normalise = \"email\", hint = true";
    assert_eq!(
        told(HEADER, "normalise = \"email\"", hint),
        [
            "Email address, only hints at who is meant: added: yes.",
            "E-postadresse, antyder bare hvem som menes: lagt til: ja.",
        ]
    );
}

/// The small statement with a promise that is proven so.
fn promising(id: &str, says: &str, proof: &str) -> Statement {
    let promise = format!(
        "[promises.\"{id}\"]\nsection = \"3.1\"\nsays = {{ en = \"{says}\", nb = \"{says}\" }}\nproof = {proof}\n"
    );
    changed_with(&[("promises.toml", &promise)], &[]).unwrap()
}

#[test]
fn a_promise_that_is_dropped_weakened_or_reworded_is_a_change() {
    const ERASED: &str = "[\"erased-on-withdrawal news.subscription\"]";
    const BOTH: &str = "[\"erased-on-withdrawal news.subscription\", \"consent news\"]";
    const NEEDS: &str = "[\"needs forms\"]";
    let before = promising("P1", "We delete it", ERASED);
    let rows = [
        (
            promising("P1", "We delete it", NEEDS),
            "proof",
            Grade::Worse,
        ),
        (promising("P1", "We delete it", "[]"), "proof", Grade::Worse),
        (
            promising("P1", "We delete it", BOTH),
            "proof",
            Grade::Better,
        ),
        (
            promising("P1", "We delete it", "[\"consent news\"]"),
            "proof",
            Grade::Judge,
        ),
        (
            promising("P1", "We may delete it", ERASED),
            "says",
            Grade::Judge,
        ),
    ];
    for (after, key, grade) in rows {
        let at = format!("promises.P1.{key}");
        let kind = if key == "says" {
            Kind::Promise
        } else {
            Kind::Proof
        };
        assert_eq!(seen(&diff(&before, &after)), [(&*at, kind, grade)]);
        let back = [(&*at, kind, grade.reversed())];
        assert_eq!(seen(&diff(&after, &before)), back);
    }
    let other = promising("P2", "We keep it", ERASED);
    let dropped = diff(&before, &other);
    assert_eq!(
        seen(&dropped),
        [
            ("promises.P1", Kind::Promise, Grade::Worse),
            ("promises.P2", Kind::Promise, Grade::Better),
        ]
    );
    let told = dropped[0].told.get(Language::En);
    assert_eq!(told, "Promise P1: no longer made: We delete it.");
    let weaker = diff(&before, &promising("P1", "We delete it", NEEDS));
    let told = weaker[0].told.get(Language::Nb);
    assert_eq!(
        told,
        "Løfte P1: måles på en annen måte. Før: sletting når samtykket trekkes tilbake \
         (abonnement). Nå: det finnes ingen offentlige skjemaer ennå."
    );
}

#[test]
fn every_key_that_nothing_grades_has_words() {
    const GRADED: &[&str] = &[
        "country",
        "email",
        "phone",
        "representative",
        "data_protection_officer",
        "kind",
        "transfer",
        "told",
        "answer_within",
        "extension",
        "subjects",
        "exclusively",
        "role",
        "marketing",
        "profiling",
        "automated_decisions",
        "messages",
        "withdraw",
        "object",
        "takes_effect_within",
        "provision",
        "special_categories",
        "minimum_age",
        "kept_inside",
        "then",
        "hold",
        "optional",
        "stored_for",
        // Below what is graded.
        "voluntary",
        "consequence",
        "processor_for",
        "joint_with",
        "logic",
        "other",
        "from",
        "public",
        "excluded",
        "condition",
        "reminder",
        "law",
        "only_for",
    ];
    let schemas = [
        schema::<model::Header>(),
        schema::<model::Activity>(),
        schema::<model::Cookies>(),
    ];
    for schema in schemas {
        let inner = schema["$defs"]
            .as_object()
            .into_iter()
            .flat_map(|d| d.values());
        for table in inner.chain([&schema]) {
            let keys = table["properties"].as_object().into_iter().flatten();
            for (key, _) in keys.filter(|(key, _)| !GRADED.contains(&key.as_str())) {
                assert!(names::key(key).is_some(), "`{key}` has no words");
            }
        }
    }
}

#[test]
fn p6_1_what_is_worse_or_touches_the_core_is_significant() {
    let significant = |row: &&Row| {
        let (file, old, new, ..) = row;
        diff(&SMALL, &with(&[(file, old, new)]))
            .iter()
            .any(Change::is_significant)
    };
    for row in ROWS {
        let (.., kind, grade) = row;
        let core = *kind == Kind::Controller;
        let told = [Grade::Worse, Grade::Judge].contains(grade);
        let want = told || core && *grade == Grade::Neutral;
        assert_eq!(significant(&row), want, "{row:?}");
    }
}

#[test]
fn a_decision_that_keeps_longer_shows_though_the_text_stays() {
    let before = statement();
    let mut after = before.clone();
    let collection = after.rules.activities.get_mut("news").unwrap();
    let collection = collection.collections.get_mut("subscription").unwrap();
    collection.keep = Some(OneOrMany::One(
        parse("3 years after last activity").unwrap(),
    ));
    let changes = diff(&before, &after);
    assert_eq!(
        seen(&changes),
        [(
            "activities.news.collections.subscription.keep",
            Kind::Retention,
            Grade::Worse
        )]
    );
    assert!(changes[0].decided);
}

#[test]
fn a_new_activity_and_a_new_recipient_are_worse() {
    let mut after = statement();
    let jobs = after.published.activities["jobs"].clone();
    after.published.activities.insert("more".to_owned(), jobs);
    let mailer = after.published.header.recipients["mailer"].clone();
    after
        .published
        .header
        .recipients
        .insert("printer".to_owned(), mailer);
    after.rules = after.published.clone();
    assert_eq!(
        seen(&diff(&statement(), &after)),
        [
            ("activities.more", Kind::Activity, Grade::Worse),
            (
                "statement.recipients.printer",
                Kind::Recipient,
                Grade::Worse
            ),
        ]
    );
}

#[test]
fn hunks_show_what_is_gone_and_new() {
    let hunks = Hunk::between("a\n\nb\nc\n", "a\nc\n\nd");
    let marked: Vec<String> = hunks.iter().map(Hunk::marked).collect();
    assert_eq!(marked, [" a", "-b", " c", "+d"]);
}

/// Read once: reading is what takes time.
static SMALL: LazyLock<Statement> = LazyLock::new(statement);

/// Rules from the shorter to the longer.
const LONGER: &[&str] = &[
    "until collection",
    "earlier of (objection, 30 days after collection)",
    "30 days after collection",
    "usually 30 days after collection",
    "3 months",
    "1 year after collection",
    "1 year after last_correspondence",
    "earlier of (objection, 1 year after last activity)",
    "1 year after last activity",
    "1 year after last activity, unless agreed",
    "1 year after last activity, extendable by 1 year",
    "5 years after last activity",
    "until withdrawal",
    "as long as necessary",
    "indefinitely",
];

#[test]
fn rules_are_ordered_by_how_long_they_keep() {
    let reach = |phrase: &str| {
        let keep: Keep = parse(phrase).unwrap();
        super::retention::reach(Some(&OneOrMany::One(keep)))
    };
    for pair in LONGER.windows(2) {
        assert!(reach(pair[0]) < reach(pair[1]), "{pair:?}");
    }
    assert!(super::retention::reach(None) > reach("99 years after collection"));
}

proptest! {
    #[test]
    fn worse_one_way_is_better_the_other_way(a in 0..LONGER.len(), b in 0..LONGER.len()) {
        let keeping = |at: usize| {
            let mut statement = SMALL.clone();
            let collection = statement.published.activities.get_mut("news").unwrap();
            let collection = collection.collections.get_mut("subscription").unwrap();
            collection.keep = Some(OneOrMany::One(parse(LONGER[at]).unwrap()));
            statement.rules = statement.published.clone();
            statement
        };
        let (one, other) = (keeping(a), keeping(b));
        let there = diff(&one, &other);
        let back = diff(&other, &one);
        prop_assert_eq!(there.is_empty(), a == b);
        prop_assert_eq!(there.len(), back.len());
        for (there, back) in there.iter().zip(&back) {
            prop_assert_eq!(there.grade, back.grade.reversed());
            prop_assert_eq!(&there.before, &back.after);
        }
        let grade = there.first().map(|change| change.grade);
        prop_assert_eq!(grade == Some(Grade::Worse), b > a);
    }
}
