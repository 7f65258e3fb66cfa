use super::Verdict::{Broken, Kept, Unproven};
use super::*;

fn judged(figures: CollectionFigures) -> Verdict {
    judge(
        &Proof::Cap("a.b".to_owned()),
        &Measured::Collection(figures),
    )
    .verdict
}

#[test]
fn i2_a_cap_is_broken_once_the_lag_is_over_and_not_before() {
    let late = |worst_lag_seconds| CollectionFigures {
        records: 2,
        overdue: 1,
        worst_lag_seconds,
        ..CollectionFigures::default()
    };
    assert_eq!(judged(late(SWEEP_LAG_SECONDS)), Verdict::Kept);
    assert_eq!(judged(late(SWEEP_LAG_SECONDS + 1)), Verdict::Broken);
    let endless = CollectionFigures {
        records: 1,
        endless: 1,
        ..CollectionFigures::default()
    };
    assert_eq!(judged(endless), Verdict::Unproven);
}

#[test]
fn p3_10_3_a_pseudonym_in_a_statistic_breaks_the_cap_once_its_wait_is_over() {
    let gathering = |gathering_seconds| CollectionFigures {
        gathering: 2,
        gathering_seconds,
        ..CollectionFigures::default()
    };
    let wait = WAIT.as_secs() + SWEEP_LAG_SECONDS;
    assert_eq!(judged(gathering(wait)), Verdict::Kept);
    assert_eq!(judged(gathering(wait + 1)), Verdict::Broken);
    assert_eq!(judged(CollectionFigures::default()), Verdict::Unproven);
}

#[test]
fn p3_1_1_one_yes_without_consent_breaks_the_promise() {
    let proof = Proof::Consent("newsletters".to_owned());
    for (yes, want) in [(0, Verdict::Kept), (1, Verdict::Broken)] {
        let figures = ActivityFigures {
            consented: 1,
            withdrawn: 1,
            asked: 1,
            yes_without_consent: yes,
            ..Default::default()
        };
        assert_eq!(judge(&proof, &Measured::Activity(figures)).verdict, want);
    }
}

#[test]
fn p3_2_4_the_right_to_object_is_proven_by_those_who_objected() {
    let proof = Proof::Objection("profiling".to_owned());
    let rows = [
        (0, 0, Verdict::Unproven),
        (1, 0, Verdict::Kept),
        (1, 1, Verdict::Broken),
        (0, 1, Verdict::Broken),
    ];
    for (objected, yes_after_objection, want) in rows {
        let figures = ActivityFigures {
            records: 1,
            asked: 3,
            objected,
            yes_after_objection,
            ..Default::default()
        };
        assert_eq!(judge(&proof, &Measured::Activity(figures)).verdict, want);
    }
}

#[test]
fn what_nothing_measures_is_unproven() {
    for proof in [
        Proof::Published,
        Proof::Cap("a.b".to_owned()),
        Proof::Sealed,
    ] {
        assert_eq!(judge(&proof, &Measured::Nothing).verdict, Verdict::Unproven);
    }
    let needs = judge(&Proof::Needs(Machinery::Requests), &Measured::Nothing);
    assert_eq!(needs.verdict, Verdict::Unproven);
    assert_eq!(overall(&[]), Verdict::Unproven);
}

#[test]
fn what_was_asked_of_nobody_proves_nothing() {
    let consents = ActivityFigures {
        consented: 1,
        ..Default::default()
    };
    let news = || "news".to_owned();
    for proof in [
        Proof::Consent(news()),
        Proof::Basis(news()),
        Proof::ClosedWorld(news()),
    ] {
        let of = |figures| judge(&proof, &Measured::Activity(figures)).verdict;
        assert_eq!(of(consents.clone()), Unproven, "{proof}");
        let held = ActivityFigures {
            records: 1,
            opened: 1,
            ..consents.clone()
        };
        assert_eq!(of(held), Kept, "{proof}");
    }
    for (all, want) in [(0, Unproven), (1, Kept)] {
        let opened = Measured::Checked(Checked {
            all,
            ..Checked::default()
        });
        assert_eq!(judge(&Proof::Sealed, &opened).verdict, want);
    }
}

#[test]
fn p4_2_1_what_is_declared_proves_that_it_is_declared() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let list = |all, lacking: &[&str]| {
        Measured::Checked(Checked {
            all,
            lacking: names(lacking),
            expired: Vec::new(),
        })
    };
    for proof in [Proof::Agreements, Proof::Transfers] {
        let rows = [
            (list(2, &[]), Kept, "not read here"),
            (list(2, &["mailer"]), Unproven, "on file"),
            (list(0, &[]), Unproven, "on file"),
        ];
        for (measured, verdict, words) in rows {
            let judged = judge(&proof, &measured);
            assert_eq!(judged.verdict, verdict, "{proof}");
            let why = judged.because.get(crate::language::Language::En);
            assert!(why.contains(words), "{proof}: {why}");
        }
    }
    let expired = Measured::Checked(Checked {
        all: 2,
        lacking: names(&["mailer"]),
        expired: names(&["host"]),
    });
    assert_eq!(judge(&Proof::Agreements, &expired).verdict, Broken);
    let recipients = ActivityFigures {
        recipients: 2,
        ..ActivityFigures::default()
    };
    let proof = Proof::Recipients("news".to_owned());
    assert_eq!(
        judge(&proof, &Measured::Activity(recipients)).verdict,
        Unproven
    );
}

#[test]
fn the_worst_proof_decides() {
    let of = |verdict| Judgement {
        verdict,
        figures: vec![],
        because: words("x", "y"),
    };
    assert_eq!(overall(&[of(Kept), of(Unproven), of(Broken)]), Broken);
    assert_eq!(overall(&[of(Kept), of(Unproven)]), Unproven);
    assert_eq!(overall(&[of(Kept)]), Kept);
}
