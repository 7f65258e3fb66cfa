//! Writes pages to `target/preview`, to be looked at while their design is worked on:
//! `cargo test -p ombud preview -- --ignored`.
//!
//! The prose and the promises are those of the bundled statement; verdicts, figures and what rules
//! write are stand-ins.

use std::fs;
use std::path::{Path, PathBuf};

use super::language::Language;
use super::markdown::{Html, to_html};
use super::render;
use super::sample::{self, frame};
use super::view::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join("statements/visma-software").join(path)).unwrap()
}

/// The prose with a stand-in for everything that a rule writes.
fn filled(markdown: &str, outer: usize) -> Html {
    let mut out = String::new();
    for part in markdown.split("}}") {
        let (prose, rule) = part.split_once("{{ ").unwrap_or((part, ""));
        out.push_str(prose);
        let (word, name) = rule.trim().split_once(' ').unwrap_or((rule.trim(), ""));
        let activity = name.split('.').next().unwrap_or_default();
        let written = match word {
            "" => continue,
            "keep" => "We delete it at the latest three years after your last registered activity.",
            "basis" => "legitimate interest, GDPR 6(1)(f)",
            "data" => "name and email address",
            _ => "by email or with this form",
        };
        out.extend(["[", written, "](rule:", activity, ")"]);
    }
    to_html(&out, outer)
}

fn board(language: Language) -> BoardView {
    let promises: toml::Table = toml::from_str(&read("promises.toml")).unwrap();
    let titles: Vec<(String, String, String)> = sections(language)
        .into_iter()
        .map(|(number, id, title, _)| (number, id, title))
        .collect();
    let mut view = sample::board();
    view.promises.clear();
    for (at, (id, promise)) in promises["promises"].as_table().unwrap().iter().enumerate() {
        let number = promise["section"].as_str().unwrap();
        let (number, anchor, title) = titles.iter().find(|title| title.0 == number).unwrap();
        let verdict = match at % 9 {
            1 | 4 | 5 => Verdict::Unproven,
            8 => Verdict::Broken,
            _ => Verdict::Kept,
        };
        let mut row = sample::promise(id, verdict);
        row.section = SectionMark {
            number: number.clone(),
            id: anchor.clone(),
            title: title.clone(),
        };
        row.says = promise["says"][language.tag()].as_str().unwrap().to_owned();
        match verdict {
            Verdict::Broken => {}
            Verdict::Unproven => {
                row.because =
                    vec!["What measures it is not built yet: requests, forms.".to_owned()];
                (row.age, row.figures) = (None, vec![]);
            }
            Verdict::Kept => {
                row.age = row.age.filter(|_| at % 2 == 0);
                if let Some(age) = &mut row.age {
                    (age.age_days, age.cap_days) = (u32::try_from(at).unwrap() * 19, 1_096);
                }
                row.figures = vec![FigureView {
                    name: "records".to_owned(),
                    value: FigureValue::Count(12_034),
                    alarming: false,
                }];
            }
        }
        view.promises.push(row);
    }
    view.promises.sort_by_key(|row| {
        titles
            .iter()
            .position(|title| title.0 == row.section.number)
    });
    view
}

/// Number, anchor, title and prose of each section.
fn sections(language: Language) -> Vec<(String, String, String, String)> {
    let mut sections: Vec<(String, String, String, String)> = vec![];
    for line in read(&format!("text/{}.md", language.tag())).lines() {
        let head = line.trim_start_matches('#');
        if head.len() < line.len() && !line.starts_with("###") {
            let (title, id) = head.trim().trim_end_matches('}').split_once(" {#").unwrap();
            let (number, title) = title.split_once(' ').unwrap();
            sections.push((
                number.to_owned(),
                id.to_owned(),
                title.to_owned(),
                String::new(),
            ));
        } else if let Some(section) = sections.last_mut() {
            section.3.push_str(line);
            section.3.push('\n');
        }
    }
    sections
}

fn statement(language: Language) -> StatementView {
    let mut view = sample::statement();
    let board = board(language);
    view.tally = Some(board.tally());
    view.sections = sections(language)
        .into_iter()
        .map(|(number, id, title, prose)| {
            let marks = board
                .promises
                .iter()
                .filter(|row| row.section.number == number);
            let promises = marks
                .map(|row| PromiseMark {
                    id: row.id.clone(),
                    verdict: row.verdict,
                })
                .collect();
            let activities: &[&str] = match number.as_str() {
                "3.7" => &["improvement", "website-chat", "assistant"],
                part if part.starts_with("3.") => &[&id],
                _ => &[],
            };
            let rule = |activity: &&str| RuleView {
                activity: (*activity).to_owned(),
                title: (*activity).to_owned(),
                ..sample::rule()
            };
            SectionView {
                html: filled(&prose, number.split('.').count() + 1),
                rules: activities.iter().map(rule).collect(),
                number,
                id: id.clone(),
                title,
                promises,
            }
        })
        .collect();
    view
}

#[test]
#[ignore = "writes files to look at; tests nothing"]
fn preview() {
    let folder = root().join("target/preview");
    fs::create_dir_all(folder.join("static")).unwrap();
    for language in Language::ALL {
        let tag = language.tag();
        let write = |name: &str, page, html: &dyn Fn(&render::Frame) -> askama::Result<String>| {
            let frame = frame(language, page, page.path());
            fs::write(
                folder.join(format!("{name}-{tag}.html")),
                html(&frame).unwrap(),
            )
            .unwrap();
        };
        write("statement", Page::Statement, &|frame| {
            render::statement(frame, &statement(language))
        });
        write("board", Page::Board, &|frame| {
            render::board(frame, &board(language), None)
        });
        write("board-broken", Page::Board, &|frame| {
            render::board(frame, &board(language), Some(Verdict::Broken))
        });
        write("versions", Page::Versions, &|frame| {
            render::versions(frame, &sample::versions())
        });
        write("diff", Page::Versions, &|frame| {
            render::diff(frame, &sample::diff())
        });
        write("cookies", Page::Cookies, &|frame| {
            render::cookies(frame, &sample::cookies())
        });
        write("forecast", Page::Forecast, &|frame| {
            render::forecast(frame, &sample::forecast())
        });
        write("error", Page::Statement, &|frame| {
            render::error(frame, "absent")
        });
    }
}
