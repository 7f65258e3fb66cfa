//! The pages over the flows: what was loaded, measured or compared, as views in a reader's language.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use ombud_core::board as judged;
use ombud_core::language::Language;
use ombud_core::statement::model::{CookieCategory, OneOrMany};
use ombud_core::statement::{Statement, diff, prose};
use ombud_store::StoreError;
use tokio::runtime::Handle;

use super::markdown::section_html;
use super::metrics::Gauges;
use super::pages::{Fault, Filling, Pages};
use super::view::{
    AgeView, BasisView, BoardView, ChangeView, CookieGroup, CookieView, CookiesView, DecisionView,
    DiffView, Effect, FigureValue, FigureView, ForecastRow, ForecastView, KeepView, LinkView, Page,
    PromiseMark, PromiseRow, RuleView, SectionChange, SectionMark, SectionView, SiteView,
    StatementView, Tally, Verdict, VersionRow, VersionView, VersionsView, Which,
};
use crate::clock::Clock;
use crate::flow::board::{Board, Row};
use crate::flow::statement::Version;
use crate::flow::{FlowError, Ombud};

/// The flows behind the pages.
#[derive(Debug)]
pub struct Live {
    ombud: Ombud,
    clock: Clock,
    flows: Handle,
    filling: Arc<Filling>,
    demonstration: bool,
}

impl From<FlowError> for Fault {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::NotFound(_) => Self::Absent,
            FlowError::Store(StoreError::Behind) | FlowError::Filling => Self::Closed,
            FlowError::Store(_)
            | FlowError::Intake(_)
            | FlowError::NoBasis(_)
            | FlowError::NotShown(_)
            | FlowError::Restricted
            | FlowError::LegalHold
            | FlowError::Remaining(_)
            | FlowError::Act(_)
            | FlowError::NotWorded(_)
            | FlowError::UnknownIdentity(_)
            | FlowError::Identity { .. }
            | FlowError::SeveralPeople(_)
            | FlowError::NoSubject
            | FlowError::Taken(_)
            | FlowError::Statement(_)
            | FlowError::Evidence(_)
            | FlowError::Receipt(_) => Self::Failed(error.to_string()),
        }
    }
}

impl Live {
    /// Pages over these flows, whose data `filling` fills in. Made inside the runtime that the flows
    /// run on.
    pub fn new(ombud: Ombud, clock: Clock, filling: Arc<Filling>) -> Self {
        Self {
            ombud,
            clock,
            flows: Handle::current(),
            filling,
            demonstration: false,
        }
    }

    /// The same, with a word on every page that the people in it are made up.
    #[must_use]
    pub fn of_demonstration(self, demonstration: bool) -> Self {
        Self {
            demonstration,
            ..self
        }
    }

    /// Runs a flow; the callers are threads that may block.
    fn wait<T>(&self, flow: impl Future<Output = Result<T, FlowError>>) -> Result<T, Fault> {
        Ok(self.flows.block_on(flow)?)
    }

    fn day(&self, at: Timestamp) -> Date {
        self.ombud.book.calendar.zone.to_datetime(at).date()
    }

    /// The last instant of a day in the controller's zone.
    fn end_of(&self, day: Date) -> Option<Timestamp> {
        let midnight = day.tomorrow().ok()?.to_datetime(Time::midnight());
        let zone = &self.ombud.book.calendar.zone;
        let end = zone.to_ambiguous_timestamp(midnight).compatible().ok()?;
        end.checked_sub(SignedDuration::from_millis(1)).ok()
    }

    fn view_of(&self, statement: &Statement) -> VersionView {
        VersionView {
            effective_on: statement.published.header.effective,
            hash: statement.version.to_string(),
            current: statement.version == self.ombud.book.version,
        }
    }

    fn version(&self, which: &Which) -> Result<Statement, Fault> {
        match which {
            Which::On(day) => {
                let end = self.end_of(*day).ok_or(Fault::Absent)?;
                self.wait(self.ombud.statement_at(end))
            }
            Which::Hash(hash) => self.wait(self.ombud.statement_of(hash)),
        }
    }

    /// The board as it was measured last, for a page that is whole without it; it is measured anew in
    /// the background where that is due.
    fn board_meanwhile(&self) -> Option<Arc<Board>> {
        if self.filling().is_some() || self.ombud.store.is_behind() {
            return None;
        }
        let (ombud, now) = (self.ombud.clone(), self.clock.now());
        self.flows.spawn(async move {
            if let Err(error) = ombud.board_lately(now).await {
                tracing::error!(%error, "the board could not be measured");
            }
        });
        self.ombud.board_last()
    }

    fn row(
        &self,
        version: &Version,
        previous: Option<&Version>,
        last: bool,
        language: Language,
    ) -> Result<VersionRow, Fault> {
        let of = |version: &Version| self.wait(self.ombud.statement_of(version.id.as_str()));
        let statement = of(version)?;
        let previous = previous.map(of).transpose()?;
        let changes = previous
            .as_ref()
            .map(|previous| changes(previous, &statement, language));
        let planned = version.in_force_at > self.clock.now();
        let view = self.view_of(&statement);
        Ok(VersionRow {
            version: VersionView {
                current: view.current && last,
                ..view
            },
            in_force_on: self.day(version.in_force_at),
            planned,
            previous: previous.map(|previous| self.view_of(&previous)),
            changes: changes.unwrap_or_default(),
        })
    }
}

impl Pages for Live {
    fn site(&self) -> SiteView {
        let header = &self.ombud.statement.published.header;
        let link = |name: &str| header.links.get(name).and_then(|link| link.url.clone());
        let cookies = !self.ombud.statement.published.cookies.cookies.is_empty();
        let shown = |page: &Page| *page != Page::Cookies || cookies;
        SiteView {
            organisation: header.controller.name.clone(),
            address: header.controller.address.clone(),
            phone: header.controller.phone.clone(),
            email: header.controller.email.clone(),
            authority: header.authority.as_ref().map(|authority| LinkView {
                text: authority.name.clone(),
                href: authority.url.clone(),
            }),
            request_form: link("request_form").filter(|url| Page::leads(url)),
            demonstration: self.demonstration,
            pages: Page::ALL.into_iter().filter(shown).collect::<BTreeSet<_>>(),
        }
    }

    fn statement(&self, language: Language, which: Option<&Which>) -> Result<StatementView, Fault> {
        let past = which.map(|which| self.version(which)).transpose()?;
        let statement = past.as_ref().unwrap_or(&self.ombud.statement);
        let version = self.view_of(statement);
        let board = if version.current {
            self.board_meanwhile()
        } else {
            None
        };
        let sections = prose::render(statement, language)
            .into_iter()
            .map(|section| SectionView {
                html: section_html(&section.body, section.depth.saturating_add(1)),
                rules: rules(statement, &section.number, language),
                promises: board
                    .iter()
                    .flat_map(|board| marks(board, &section.number))
                    .collect(),
                id: section.anchor,
                title: section.title,
                number: section.number,
            });
        Ok(StatementView {
            title: statement.published.header.title.get(language).to_owned(),
            tally: board.as_deref().map(tally),
            sections: sections.collect(),
            version,
        })
    }

    fn board(&self, language: Language) -> Result<BoardView, Fault> {
        let board = self.wait(self.ombud.board_lately(self.clock.now()))?;
        let zone = &self.ombud.book.calendar.zone;
        let rows = board.promises.iter().map(|row| self.promise(row, language));
        Ok(BoardView {
            promises: rows.collect(),
            measured_at: board.measured_at.to_zoned_datetime(zone.clone()),
        })
    }

    fn versions(&self, language: Language) -> Result<VersionsView, Fault> {
        let versions = self.wait(self.ombud.versions())?;
        let mut rows = Vec::new();
        let mut previous = None;
        let now = self.clock.now();
        let last = versions
            .iter()
            .rposition(|version| version.in_force_at <= now);
        for (number, version) in versions.iter().enumerate() {
            rows.push(self.row(version, previous, last == Some(number), language)?);
            previous = Some(version);
        }
        rows.reverse();
        Ok(VersionsView { versions: rows })
    }

    fn diff(&self, language: Language, before: &Which, after: &Which) -> Result<DiffView, Fault> {
        let old = self.version(before)?;
        let new = self.version(after)?;
        Ok(DiffView {
            before: self.view_of(&old),
            after: self.view_of(&new),
            changes: changes(&old, &new, language),
            sections: redlines(&old, &new, language),
        })
    }

    fn cookies(&self, language: Language) -> Result<CookiesView, Fault> {
        let statement = &self.ombud.statement;
        let cookies = &statement.published.cookies.cookies;
        if cookies.is_empty() {
            return Err(Fault::Absent);
        }
        let categories = [
            CookieCategory::Necessary,
            CookieCategory::Preferences,
            CookieCategory::Statistics,
            CookieCategory::Marketing,
        ];
        let groups = categories.into_iter().map(|category| {
            let of_category = cookies
                .iter()
                .filter(|(_, cookie)| cookie.category == category);
            let (id, title, purpose) = words(category, language);
            CookieGroup {
                id: id.to_owned(),
                title: title.to_owned(),
                purpose: purpose.to_owned(),
                essential: category == CookieCategory::Necessary,
                cookies: of_category
                    .map(|(name, cookie)| CookieView {
                        name: name.clone(),
                        purpose: cookie.purpose.get(language).to_owned(),
                        keep: cookie.stored_for.map_or_else(
                            || session(language).to_owned(),
                            |period| period.text(language),
                        ),
                        recipient: cookie.recipient.get(language).to_owned(),
                    })
                    .collect(),
            }
        });
        Ok(CookiesView {
            updated_on: statement.published.header.effective,
            groups: groups.filter(|group| !group.cookies.is_empty()).collect(),
        })
    }

    fn forecast(&self, language: Language) -> Result<ForecastView, Fault> {
        let now = self.clock.now();
        let forecast = self.wait(self.ombud.forecast_lately(now, 12))?;
        let activities = forecast.activities.iter().filter_map(|row| {
            let activity = self
                .ombud
                .statement
                .published
                .activities
                .get(&row.activity)?;
            Some(ForecastRow {
                section: self.section(&activity.section, language),
                title: activity.title.get(language).to_owned(),
                overdue: row.overdue,
                due: row.counts.clone(),
            })
        });
        Ok(ForecastView {
            as_of: self.day(now),
            months: forecast.months.clone(),
            activities: activities.collect(),
        })
    }

    fn filling(&self) -> Option<u64> {
        self.filling.percent()
    }

    fn gauges(&self) -> Gauges {
        Gauges {
            now: self.clock.now(),
            writing: self.ombud.store.writing(),
            promises: self
                .board_meanwhile()
                .map(|board| (board.measured_at, tally(&board))),
        }
    }

    fn ready(&self) -> Result<(), String> {
        if self.ombud.store.is_behind() {
            return Err(StoreError::Behind.to_string());
        }
        if let Some(percent) = self.filling() {
            return Err(format!("the data is filled in: {percent} %"));
        }
        self.wait(self.ombud.versions())
            .map(drop)
            .map_err(|fault| fault.to_string())
    }
}

impl Live {
    fn section(&self, number: &str, language: Language) -> SectionMark {
        let text = self.ombud.statement.texts.get(&language);
        let section = text.and_then(|text| text.section(number));
        SectionMark {
            number: number.to_owned(),
            id: section
                .map(|section| section.anchor.clone())
                .unwrap_or_default(),
            title: section
                .map(|section| section.title.clone())
                .unwrap_or_default(),
        }
    }

    fn promise(&self, row: &Row, language: Language) -> PromiseRow {
        // What decides comes first; the same words stand once.
        let mut proofs: Vec<_> = row.proofs.iter().collect();
        proofs.sort_by_key(|proven| std::cmp::Reverse(proven.judgement.verdict));
        let mut because: Vec<String> = Vec::new();
        for proven in proofs {
            let why = proven.judgement.because.get(language).to_owned();
            if !because.contains(&why) {
                because.push(why);
            }
        }
        let figures = row
            .proofs
            .iter()
            .flat_map(|proven| &proven.judgement.figures);
        let broken = row.verdict == judged::Verdict::Broken;
        let mut shown: Vec<FigureView> = Vec::new();
        for figure in figures.clone() {
            let view = self.figure(figure, broken, language);
            if !shown.contains(&view) && !matches!(figure.name, "oldest" | "cap") {
                shown.push(view);
            }
        }
        PromiseRow {
            id: row.id.clone(),
            section: self.section(&row.section, language),
            says: row.says.get(language).to_owned(),
            verdict: verdict(row.verdict),
            because,
            age: self.age(&figures.collect::<Vec<_>>()),
            figures: shown,
        }
    }

    fn age(&self, figures: &[&judged::Figure]) -> Option<AgeView> {
        let oldest = figures
            .iter()
            .find_map(|figure| match (&figure.value, figure.name) {
                (judged::FigureValue::Instant(at), "oldest") => Some(self.day(*at)),
                _ => None,
            })?;
        let cap = figures.iter().find_map(|figure| match figure.value {
            judged::FigureValue::Period(period) => Some(period),
            judged::FigureValue::Instant(_)
            | judged::FigureValue::Count(_)
            | judged::FigureValue::Seconds(_)
            | judged::FigureValue::Names(_) => None,
        })?;
        let days = |from: Date, to: Date| u32::try_from((to - from).get_days()).ok();
        let last = oldest.checked_add(cap.to_span()).ok()?;
        Some(AgeView {
            oldest_on: oldest,
            age_days: days(oldest, self.day(self.clock.now()))?,
            cap_days: days(oldest, last)?,
        })
    }

    fn figure(&self, figure: &judged::Figure, broken: bool, language: Language) -> FigureView {
        let zone = &self.ombud.book.calendar.zone;
        let (value, wrong) = match &figure.value {
            judged::FigureValue::Count(count) => (FigureValue::Count(*count), *count > 0),
            judged::FigureValue::Instant(at) => {
                (FigureValue::At(at.to_zoned_datetime(zone.clone())), false)
            }
            judged::FigureValue::Seconds(seconds) => {
                let span = Duration::from_secs(u64::try_from(*seconds).unwrap_or_default());
                (FigureValue::Span(span), true)
            }
            judged::FigureValue::Period(period) => {
                (FigureValue::Words(period.text(language)), false)
            }
            judged::FigureValue::Names(names) => (FigureValue::Words(names.join(", ")), true),
        };
        let neutral = [
            "records",
            "consented",
            "withdrawn",
            "objected",
            "versions",
            "gaps",
            "sections",
            "details",
            "opened",
            "processors",
            "entries",
            "exempt",
            "recipients",
        ];
        let alarming = broken && wrong && !neutral.contains(&figure.name);
        FigureView {
            name: figure.name.to_owned(),
            value,
            alarming,
        }
    }
}

fn verdict(verdict: judged::Verdict) -> Verdict {
    match verdict {
        judged::Verdict::Kept => Verdict::Kept,
        judged::Verdict::Broken => Verdict::Broken,
        judged::Verdict::Unproven => Verdict::Unproven,
    }
}

fn tally(board: &Board) -> Tally {
    Tally {
        kept: board.kept,
        broken: board.broken,
        unproven: board.unproven,
    }
}

fn marks<'a>(board: &'a Board, section: &'a str) -> impl Iterator<Item = PromiseMark> + 'a {
    let of_section = board
        .promises
        .iter()
        .filter(move |row| row.section == section);
    of_section.map(|row| PromiseMark {
        id: row.id.clone(),
        verdict: verdict(row.verdict),
    })
}

/// The rules behind a section, one an activity that it describes.
fn rules(statement: &Statement, section: &str, language: Language) -> Vec<RuleView> {
    let published = &statement.published;
    let titles = |names: &[String]| {
        let known = names
            .iter()
            .filter_map(|name| published.header.recipients.get(name));
        known
            .map(|recipient| recipient.title.get(language).to_owned())
            .collect()
    };
    let rule = |(id, activity): (&str, &ombud_core::statement::model::Activity)| RuleView {
        activity: id.to_owned(),
        title: activity.title.get(language).to_owned(),
        bases: activity
            .bases()
            .map(|basis| BasisView {
                name: prose::words::basis_words(&basis, language),
                article: prose::words::article(basis.name, language),
            })
            .collect(),
        keeps: activity
            .collections
            .iter()
            .map(|(name, collection)| {
                let name = format!("{id}.{name}");
                let keeps = collection.keep.iter().flat_map(OneOrMany::as_slice);
                let phrases: Vec<String> = keeps.map(ToString::to_string).collect();
                KeepView {
                    phrase: phrases.join("; "),
                    meaning: prose::keeping(statement, &name, language).unwrap_or_default(),
                    then: collection
                        .then
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    collection: name,
                }
            })
            .collect(),
        recipients: titles(&activity.recipients),
        decisions: decisions(statement, id, language),
    };
    published.in_section(section).map(rule).collect()
}

/// The decisions that settle gaps of an activity or one of its collections.
fn decisions(statement: &Statement, id: &str, language: Language) -> Vec<DecisionView> {
    let concerns = |at: &String| at == id || at.split('.').next() == Some(id);
    let all = statement.decisions.decisions.iter();
    all.filter(|decision| decision.at.as_slice().iter().any(concerns))
        .map(|decision| DecisionView {
            why: format!(
                "{} {}",
                decision.decided.get(language),
                decision.why.get(language)
            ),
            owner: decision.by.clone(),
            review_on: decision.review,
        })
        .collect()
}

fn changes(old: &Statement, new: &Statement, language: Language) -> Vec<ChangeView> {
    let view = |change: diff::Change| ChangeView {
        effect: match change.grade {
            diff::Grade::Worse => Effect::Worse,
            diff::Grade::Better => Effect::Better,
            diff::Grade::Judge => Effect::Judge,
            diff::Grade::Neutral => Effect::Same,
        },
        what: change.told.get(language).to_owned(),
        section: change.section,
    };
    let text = format!("text/{language}.md");
    // The prose in other languages is for their readers.
    let read = |change: &diff::Change| change.kind != diff::Kind::Prose || change.at == text;
    let changes = diff::diff(old, new).into_iter();
    changes.filter(read).map(view).collect()
}

/// The sections whose rendered prose differs.
fn redlines(old: &Statement, new: &Statement, language: Language) -> Vec<SectionChange> {
    let before = prose::render(old, language);
    let after = prose::render(new, language);
    let mut numbers: Vec<(&str, &str)> = Vec::new();
    for section in after.iter().chain(&before) {
        if !numbers.iter().any(|(number, _)| *number == section.number) {
            numbers.push((&section.number, &section.title));
        }
    }
    let text = |sections: &[prose::RenderedSection], number: &str| {
        let found = sections.iter().find(|section| section.number == number);
        found
            .map(|section| section.body.markdown.clone())
            .unwrap_or_default()
    };
    let compared = numbers.into_iter().map(|(number, title)| SectionChange {
        number: number.to_owned(),
        title: title.to_owned(),
        before: text(&before, number),
        after: text(&after, number),
    });
    compared
        .filter(|section| section.before != section.after)
        .collect()
}

fn session(language: Language) -> &'static str {
    match language {
        Language::En => "until you close the browser",
        Language::Nb => "til du lukker nettleseren",
    }
}

fn words(
    category: CookieCategory,
    language: Language,
) -> (&'static str, &'static str, &'static str) {
    match (category, language) {
        (CookieCategory::Necessary, Language::En) => (
            "necessary",
            "Necessary",
            "The site does not work without them, so no consent is asked for.",
        ),
        (CookieCategory::Necessary, Language::Nb) => (
            "necessary",
            "Nødvendige",
            "Nettstedet virker ikke uten dem, så det blir ikke bedt om samtykke.",
        ),
        (CookieCategory::Preferences, Language::En) => (
            "preferences",
            "Preferences",
            "They remember what you have chosen.",
        ),
        (CookieCategory::Preferences, Language::Nb) => {
            ("preferences", "Valg", "De husker hva du har valgt.")
        }
        (CookieCategory::Statistics, Language::En) => (
            "statistics",
            "Statistics",
            "They count how the site is used.",
        ),
        (CookieCategory::Statistics, Language::Nb) => (
            "statistics",
            "Statistikk",
            "De teller hvordan nettstedet blir brukt.",
        ),
        (CookieCategory::Marketing, Language::En) => (
            "marketing",
            "Marketing",
            "They are used to show you marketing that suits you.",
        ),
        (CookieCategory::Marketing, Language::Nb) => (
            "marketing",
            "Markedsføring",
            "De brukes til å vise deg markedsføring som passer deg.",
        ),
    }
}
