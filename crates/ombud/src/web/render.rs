//! Views to HTML: pure, one function a page.
//!
//! What a template cannot do plainly (grouping, geometry, the words around numbers) is prepared
//! here. Every value is escaped by the template engine; only [`super::markdown::Html`] is not.

use askama::{Result, Template};

use super::api::PROBLEMS;
use super::asset;
use super::chart::{Column, GROUND, columns};
use super::i18n::Text;
use super::language::{Language, Reader};
use super::markdown::{Html, to_html};
use super::redline::{Segment, paragraphs};
use super::view::{
    AgeView, BoardView, CookiesView, DiffView, ForecastRow, ForecastView, Page, PromiseRow,
    SectionMark, SiteView, StatementView, Tally, Verdict, VersionsView,
};

/// What every page is rendered in: its publisher, the reader's language, and where it stands.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The publisher.
    pub site: SiteView,
    /// The words of the reader's language.
    pub text: Text,
    nav: Vec<NavLink>,
    languages: Vec<LanguageLink>,
    style: &'static str,
    icon: &'static str,
}

#[derive(Debug, Clone)]
struct NavLink {
    path: &'static str,
    name: String,
    current: bool,
}

/// This page in one language.
#[derive(Debug, Clone)]
struct LanguageLink {
    tag: &'static str,
    own_name: &'static str,
    href: String,
    current: bool,
}

impl Frame {
    /// The frame of `page` for a reader.
    pub fn new(site: SiteView, reader: &Reader, page: Option<Page>) -> Self {
        let text = Text(reader.language);
        let nav = site.pages.iter().map(|known| NavLink {
            path: known.path(),
            name: text.get(known.key()),
            current: page == Some(*known),
        });
        let mark = if reader.address.contains('?') {
            '&'
        } else {
            '?'
        };
        let languages = Language::ALL.into_iter().map(|language| LanguageLink {
            tag: language.tag(),
            own_name: match language {
                Language::En => "English",
                Language::Nb => "Bokmål",
            },
            href: format!("{}{mark}lang={}", reader.address, language.tag()),
            current: language == reader.language,
        });
        Self {
            nav: nav.collect(),
            languages: languages.collect(),
            site,
            text,
            style: &asset::STYLE,
            icon: &asset::ICON,
        }
    }
}

/// A part of the bar that shows a tally, in percent of its width.
struct TallyBar {
    class: &'static str,
    start: String,
    width: String,
}

fn tally_bars(tally: &Tally) -> Vec<TallyBar> {
    let mut before = 0;
    let mut bars = vec![];
    for verdict in Verdict::ALL {
        let count = tally.count(verdict);
        if count > 0 {
            let start = percent(before, tally.total());
            let width = percent(count, tally.total());
            bars.push(TallyBar {
                class: verdict.name(),
                start,
                width,
            });
        }
        before += count;
    }
    bars
}

/// `part` of `whole` in percent, to a hundredth.
fn percent(part: usize, whole: usize) -> String {
    let hundredths = (part * 10_000).checked_div(whole).unwrap_or(0);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage<'a> {
    frame: &'a Frame,
    view: &'a StatementView,
    bars: Vec<TallyBar>,
}

/// The statement page.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn statement(frame: &Frame, view: &StatementView) -> Result<String> {
    let bars = view.tally.as_ref().map(tally_bars).unwrap_or_default();
    StatementPage { frame, view, bars }.render()
}

/// The promises of one section.
struct Group<'a> {
    section: &'a SectionMark,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    promise: &'a PromiseRow,
    age: Option<AgeBar<'a>>,
}

impl Row<'_> {
    fn is_measured(&self) -> bool {
        self.age.is_some() || !self.promise.figures.is_empty()
    }
}

/// The oldest record against its cap: the bar ends at the greater of both.
struct AgeBar<'a> {
    view: &'a AgeView,
    fill: String,
    cap: String,
}

impl<'a> AgeBar<'a> {
    fn new(view: &'a AgeView) -> Self {
        let (age, cap) = (view.age_days as usize, view.cap_days as usize);
        let end = age.max(cap);
        Self {
            view,
            fill: percent(age, end),
            cap: percent(cap, end),
        }
    }
}

fn groups(view: &BoardView, show: Option<Verdict>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = vec![];
    for promise in &view.promises {
        if show.is_some_and(|verdict| verdict != promise.verdict) {
            continue;
        }
        let row = Row {
            promise,
            age: promise.age.as_ref().map(AgeBar::new),
        };
        match groups
            .last_mut()
            .filter(|group| group.section == &promise.section)
        {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                section: &promise.section,
                rows: vec![row],
            }),
        }
    }
    groups
}

/// A link that shows the promises with one verdict, or all of them.
struct Filter {
    name: &'static str,
    href: String,
    count: String,
    word: String,
    current: bool,
}

fn filters(text: Text, tally: &Tally, show: Option<Verdict>) -> Vec<Filter> {
    let all = Filter {
        name: "all",
        href: "/board".to_owned(),
        count: text.number(tally.total()),
        word: text.get("show-all"),
        current: show.is_none(),
    };
    let one = |verdict: Verdict| Filter {
        name: verdict.name(),
        href: format!("/board?show={}", verdict.name()),
        count: text.number(tally.count(verdict)),
        word: text.verdict(&verdict),
        current: show == Some(verdict),
    };
    std::iter::once(all)
        .chain(Verdict::ALL.into_iter().map(one))
        .collect()
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    frame: &'a Frame,
    view: &'a BoardView,
    tally: Tally,
    answer: Verdict,
    bars: Vec<TallyBar>,
    groups: Vec<Group<'a>>,
    filters: Vec<Filter>,
}

/// The promise board, with all promises or those with one verdict.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn board(frame: &Frame, view: &BoardView, show: Option<Verdict>) -> Result<String> {
    let tally = view.tally();
    let answer = tally.answer();
    let (bars, groups) = (tally_bars(&tally), groups(view, show));
    let filters = filters(frame.text, &tally, show);
    BoardPage {
        frame,
        view,
        tally,
        answer,
        bars,
        groups,
        filters,
    }
    .render()
}

#[derive(Template)]
#[template(path = "versions.html")]
struct VersionsPage<'a> {
    frame: &'a Frame,
    view: &'a VersionsView,
}

/// The history of the statement.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn versions(frame: &Frame, view: &VersionsView) -> Result<String> {
    VersionsPage { frame, view }.render()
}

/// The prose of one section with what was added and removed.
struct Redline<'a> {
    number: &'a str,
    title: &'a str,
    paragraphs: Vec<Vec<Segment>>,
}

#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage<'a> {
    frame: &'a Frame,
    view: &'a DiffView,
    redlines: Vec<Redline<'a>>,
}

/// Two versions compared.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn diff(frame: &Frame, view: &DiffView) -> Result<String> {
    let redlines = view.sections.iter().map(|section| Redline {
        number: &section.number,
        title: &section.title,
        paragraphs: paragraphs(&section.before, &section.after),
    });
    DiffPage {
        frame,
        view,
        redlines: redlines.collect(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "cookies.html")]
struct CookiesPage<'a> {
    frame: &'a Frame,
    view: &'a CookiesView,
}

/// The cookie policy.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn cookies(frame: &Frame, view: &CookiesView) -> Result<String> {
    CookiesPage { frame, view }.render()
}

struct ForecastLine<'a> {
    view: &'a ForecastRow,
    total: u64,
}

#[derive(Template)]
#[template(path = "forecast.html")]
struct ForecastPage<'a> {
    frame: &'a Frame,
    view: &'a ForecastView,
    total: u64,
    summary: String,
    ground: u64,
    columns: Vec<Column>,
    rows: Vec<ForecastLine<'a>>,
}

/// The forecast: a chart over all activities and a table of each.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn forecast(frame: &Frame, view: &ForecastView) -> Result<String> {
    let columns = columns(frame.text, view);
    let rows: Vec<ForecastLine<'_>> = view
        .activities
        .iter()
        .map(|row| ForecastLine {
            view: row,
            total: row.overdue + row.due.iter().sum::<u64>(),
        })
        .collect();
    let total = rows.iter().map(|row| row.total).sum();
    let named: Vec<String> = columns
        .iter()
        .map(|column| format!("{}: {}", column.long_name, column.value))
        .collect();
    let summary = named.join("; ");
    ForecastPage {
        frame,
        view,
        total,
        summary,
        ground: GROUND,
        columns,
        rows,
    }
    .render()
}

#[derive(Template)]
#[template(path = "filling.html")]
struct FillingPage<'a> {
    frame: &'a Frame,
    percent: u64,
}

/// What stands in for a page that measures, while the data is filled in.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn filling(frame: &Frame, percent: u64) -> Result<String> {
    FillingPage { frame, percent }.render()
}

/// A kind of problem: its page, and what it is called.
struct ProblemLink {
    address: String,
    title: String,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage<'a> {
    frame: &'a Frame,
    problems: Vec<ProblemLink>,
}

/// All kinds of problems, by the names that they have in the API.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn problems<'n>(frame: &Frame, names: impl IntoIterator<Item = &'n str>) -> Result<String> {
    let link = |name: &str| ProblemLink {
        address: format!("{PROBLEMS}/{name}"),
        title: frame.text.problem(name, "title"),
    };
    let problems = names.into_iter().map(link).collect();
    ProblemsPage { frame, problems }.render()
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: &'a Frame,
    title: String,
    words: Html,
    address: String,
    all: &'static str,
}

/// What a kind of problem means, and what to do.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn problem(frame: &Frame, name: &str) -> Result<String> {
    ProblemPage {
        frame,
        title: frame.text.problem(name, "title"),
        words: to_html(&frame.text.problem(name, "text"), 1),
        address: format!("{PROBLEMS}/{name}"),
        all: PROBLEMS,
    }
    .render()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    title: String,
    words: String,
}

/// The page for an error of `kind`: `absent`, `refused`, `unready` or `failed`.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn error(frame: &Frame, kind: &str) -> Result<String> {
    let title = frame.text.get(&format!("error-{kind}-title"));
    let words = frame.text.get(&format!("error-{kind}-text"));
    ErrorPage {
        frame,
        title,
        words,
    }
    .render()
}
