//! Synthetic views for the tests of the pages.

use std::time::Duration;

use super::language::{Language, Reader};
use super::markdown::to_html;
use super::metrics::Gauges;
use super::pages::{Fault, Pages};
use super::render::Frame;
use super::view::*;
use jiff::civil::Date;

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn site() -> SiteView {
    SiteView {
        organisation: "Example AS".to_owned(),
        address: "Storgata 1, 0155 Oslo".to_owned(),
        phone: Some("+47 22 00 00 00".to_owned()),
        email: Some("privacy@example.com".to_owned()),
        authority: Some(LinkView {
            text: "Datatilsynet".to_owned(),
            href: "https://www.datatilsynet.no".to_owned(),
        }),
        request_form: None,
        demonstration: true,
        pages: Page::ALL.into_iter().collect(),
    }
}

pub(super) fn frame(language: Language, page: Page, address: &str) -> Frame {
    let reader = Reader {
        language,
        chosen: false,
        address: address.to_owned(),
    };
    Frame::new(site(), &reader, Some(page))
}

fn mark(number: &str, id: &str, title: &str) -> SectionMark {
    SectionMark {
        number: number.to_owned(),
        id: id.to_owned(),
        title: title.to_owned(),
    }
}

pub(super) fn rule() -> RuleView {
    RuleView {
        activity: "profiling".to_owned(),
        title: "Profiling".to_owned(),
        bases: vec![BasisView {
            name: "legitimate interest".to_owned(),
            article: "GDPR 6(1)(f)".to_owned(),
        }],
        keeps: vec![KeepView {
            collection: "profiling.profile".to_owned(),
            phrase: "1 year after last activity".to_owned(),
            meaning: "Kept until one year after the last registered activity.".to_owned(),
            then: "erase".to_owned(),
        }],
        recipients: vec!["Advertising networks".to_owned()],
        decisions: vec![DecisionView {
            why: "Activity means a visit while signed in.".to_owned(),
            owner: "Head of marketing".to_owned(),
            review_on: day("2027-03-01"),
        }],
    }
}

pub(super) fn statement() -> StatementView {
    let prose = "We keep it for [one year](rule:profiling).\n\n### A heading\n\n- a point";
    let section = |number: &str, id: &str, rules, promises| SectionView {
        number: number.to_owned(),
        id: id.to_owned(),
        title: "Profiling".to_owned(),
        html: to_html(prose, number.split('.').count() + 1),
        rules,
        promises,
    };
    let promise = |id: &str, verdict| PromiseMark {
        id: id.to_owned(),
        verdict,
    };
    StatementView {
        title: "Privacy statement".to_owned(),
        version: version("2026-03-18", true),
        tally: Some(Tally {
            kept: 28,
            broken: 2,
            unproven: 20,
        }),
        sections: vec![
            section("3", "activities", vec![], vec![]),
            section(
                "3.2",
                "profiling",
                vec![rule()],
                vec![
                    promise("P3.2.4", Verdict::Kept),
                    promise("P3.2.5", Verdict::Broken),
                ],
            ),
        ],
    }
}

pub(super) fn version(on: &str, current: bool) -> VersionView {
    let hash = "9f2c4e81d07ab3355e10".to_owned();
    VersionView {
        effective_on: day(on),
        hash,
        current,
    }
}

pub(super) fn promise(id: &str, verdict: Verdict) -> PromiseRow {
    PromiseRow {
        id: id.to_owned(),
        section: mark("3.2", "profiling", "Profiling"),
        says: "We delete your profile at the latest one year after your last activity".to_owned(),
        verdict,
        because: vec!["Measured over all records.".to_owned()],
        age: Some(AgeView {
            oldest_on: day("2025-09-27"),
            age_days: 422,
            cap_days: 365,
        }),
        figures: vec![
            FigureView {
                name: "overdue".to_owned(),
                value: FigureValue::Count(1_204),
                alarming: true,
            },
            FigureView {
                name: "worst_lag".to_owned(),
                value: FigureValue::Span(Duration::from_hours(1_370)),
                alarming: true,
            },
        ],
    }
}

pub(super) fn board() -> BoardView {
    let mut first = promise("P1.1", Verdict::Unproven);
    first.section = mark("1", "introduction", "Introduction");
    first.age = None;
    BoardView {
        measured_at: "2026-11-23T20:05:00+01:00[Europe/Oslo]".parse().unwrap(),
        promises: vec![
            first,
            promise("P3.2.4", Verdict::Kept),
            promise("P3.2.5", Verdict::Broken),
        ],
    }
}

fn changes() -> Vec<ChangeView> {
    vec![
        ChangeView {
            effect: Effect::Worse,
            section: Some("3.2".to_owned()),
            what: "Profiles: kept longer. Before: 6 months after last activity. Now: 1 year after \
                   last activity."
                .to_owned(),
        },
        ChangeView {
            effect: Effect::Better,
            section: Some("3.7".to_owned()),
            what: "Conversations: recipient gone: analytics provider.".to_owned(),
        },
        ChangeView {
            effect: Effect::Judge,
            section: None,
            what: "Privacy statement, recipients: new recipient: supplier of email.".to_owned(),
        },
    ]
}

pub(super) fn versions() -> VersionsView {
    VersionsView {
        versions: vec![
            VersionRow {
                version: version("2026-03-18", true),
                in_force_on: day("2026-03-18"),
                planned: false,
                previous: Some(version("2025-01-02", false)),
                changes: changes(),
            },
            VersionRow {
                version: version("2025-01-02", false),
                in_force_on: day("2025-01-02"),
                planned: false,
                previous: None,
                changes: vec![],
            },
        ],
    }
}

pub(super) fn diff() -> DiffView {
    DiffView {
        before: version("2025-01-02", false),
        after: version("2026-03-18", true),
        changes: changes(),
        sections: vec![SectionChange {
            number: "3.2".to_owned(),
            title: "Profiling".to_owned(),
            before: "We profile you to show you what may interest you.\n\nWe delete your profile \
                     six months after your last activity."
                .to_owned(),
            after: "We profile you to show you what may interest you, on our own pages and in \
                    social media.\n\nWe delete your profile one year after your last activity.\n\n\
                    You can object at any time."
                .to_owned(),
        }],
    }
}

pub(super) fn cookies() -> CookiesView {
    let cookie = |name: &str, purpose: &str, keep: &str| CookieView {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        keep: keep.to_owned(),
        recipient: "Example AS".to_owned(),
    };
    CookiesView {
        updated_on: day("2026-03-18"),
        groups: vec![
            CookieGroup {
                id: "necessary".to_owned(),
                title: "Necessary".to_owned(),
                purpose: "Without these the site does not work.".to_owned(),
                essential: true,
                cookies: vec![
                    cookie("session", "keeps you signed in", "the visit"),
                    cookie(
                        "form_guard",
                        "makes sure that a form was sent by you",
                        "the visit",
                    ),
                ],
            },
            CookieGroup {
                id: "statistics".to_owned(),
                title: "Statistics".to_owned(),
                purpose: "These tell us how the site is used.".to_owned(),
                essential: false,
                cookies: vec![cookie(
                    "visit_count",
                    "tells a new visitor from one who returns",
                    "1 year",
                )],
            },
        ],
    }
}

pub(super) fn forecast() -> ForecastView {
    let months: Vec<Date> = (0..12)
        .map(|month| day("2026-12-01") + jiff::Span::new().months(month))
        .collect();
    let row = |number: &str, title: &str, overdue: u64, due: [u64; 12]| ForecastRow {
        section: mark(number, "profiling", title),
        title: title.to_owned(),
        overdue,
        due: due.to_vec(),
    };
    #[rustfmt::skip]
    let activities = vec![
        row("3.1", "Marketing newsletters", 0, [0; 12]),
        row("3.2", "Profiling", 14, [31, 28, 44, 39, 52, 47, 40, 61, 55, 43, 38, 50]),
        row("3.3", "Recruitment", 0, [12, 0, 0, 30, 8, 0, 0, 0, 65, 20, 4, 0]),
        row("3.4", "Security", 3, [110, 98, 120, 105, 99, 87, 130, 140, 121, 109, 101, 96]),
        row("3.7", "Better services", 0, [240, 1_180, 410, 220, 198, 260, 204, 190, 240, 230, 210, 199]),
    ];
    ForecastView {
        as_of: day("2026-11-23"),
        months,
        activities,
    }
}

/// Pages that answer with the views above.
pub(super) struct Samples;

impl Pages for Samples {
    fn site(&self) -> SiteView {
        let mut site = site();
        site.pages.remove(&Page::Forecast);
        site
    }

    fn statement(&self, _: Language, which: Option<&Which>) -> Result<StatementView, Fault> {
        if which == Some(&Which::On(day("2020-01-01"))) {
            Err(Fault::Absent)
        } else {
            Ok(statement())
        }
    }

    fn board(&self, _: Language) -> Result<BoardView, Fault> {
        Ok(board())
    }

    fn versions(&self, _: Language) -> Result<VersionsView, Fault> {
        Ok(versions())
    }

    fn diff(&self, _: Language, _: &Which, _: &Which) -> Result<DiffView, Fault> {
        Ok(diff())
    }

    fn cookies(&self, _: Language) -> Result<CookiesView, Fault> {
        Err(Fault::Failed("the disk is on fire".to_owned()))
    }

    fn forecast(&self, _: Language) -> Result<ForecastView, Fault> {
        Ok(forecast())
    }

    fn filling(&self) -> Option<u64> {
        None
    }

    fn gauges(&self) -> Gauges {
        Gauges {
            now: jiff::Timestamp::UNIX_EPOCH,
            writing: 3,
            promises: Some((jiff::Timestamp::UNIX_EPOCH, board().tally())),
        }
    }

    fn ready(&self) -> Result<(), String> {
        Err("the erasure journal has not been replayed".to_owned())
    }
}
