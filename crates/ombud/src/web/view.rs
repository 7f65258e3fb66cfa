//! What the pages show, as plain values: no markup, no law, no storage.
//!
//! Flows fill these structs and [`super::render`] turns them into HTML. Text that belongs to the
//! statement or to the rules (titles, sentences, reasons) arrives in the reader's language; dates,
//! numbers and the words of the frame are put into the reader's language by the renderer.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::markdown::Html;

/// Whether a promise is true of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Measured, and true.
    Kept,
    /// Measured, and not true.
    Broken,
    /// Not measured, or not measurable yet.
    Unproven,
}

impl Verdict {
    /// Every verdict, the one that asks for attention first.
    pub const ALL: [Self; 3] = [Self::Broken, Self::Unproven, Self::Kept];

    /// The word used in addresses and class names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Unproven => "unproven",
        }
    }

    /// The verdict called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// How many promises have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Promises that are kept.
    pub kept: usize,
    /// Promises that are broken.
    pub broken: usize,
    /// Promises that are unproven.
    pub unproven: usize,
}

impl Tally {
    /// Counts verdicts.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Kept => tally.kept += 1,
                Verdict::Broken => tally.broken += 1,
                Verdict::Unproven => tally.unproven += 1,
            }
        }
        tally
    }

    /// How many promises there are.
    pub fn total(&self) -> usize {
        self.kept + self.broken + self.unproven
    }

    /// The verdicts that some promise has.
    pub fn present(&self) -> Vec<Verdict> {
        Verdict::ALL
            .into_iter()
            .filter(|verdict| self.count(*verdict) > 0)
            .collect()
    }

    /// Whether the statement as a whole is true: broken if any promise is, kept only if all are.
    pub fn answer(&self) -> Verdict {
        if self.broken > 0 {
            Verdict::Broken
        } else if self.unproven > 0 || self.kept == 0 {
            Verdict::Unproven
        } else {
            Verdict::Kept
        }
    }

    /// How many promises have `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Kept => self.kept,
            Verdict::Broken => self.broken,
            Verdict::Unproven => self.unproven,
        }
    }
}

/// A public page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Page {
    /// `/`, the statement.
    Statement,
    /// `/board`, the promise board.
    Board,
    /// `/forecast`, what will be due.
    Forecast,
    /// `/cookies`, the cookie policy.
    Cookies,
    /// `/versions`, the history of the statement.
    Versions,
}

impl Page {
    /// Every page, in the order of the navigation.
    pub const ALL: [Self; 5] = [
        Self::Statement,
        Self::Board,
        Self::Forecast,
        Self::Cookies,
        Self::Versions,
    ];

    /// The path of the page.
    pub fn path(self) -> &'static str {
        match self {
            Self::Statement => "/",
            Self::Board => "/board",
            Self::Forecast => "/forecast",
            Self::Cookies => "/cookies",
            Self::Versions => "/versions",
        }
    }

    /// Whether a link leads anywhere: to another site, to a place on the page, or to a page that there
    /// is here.
    pub fn leads(link: &str) -> bool {
        let path = link.split(['?', '#']).next().unwrap_or_default();
        !path.starts_with('/') || Self::ALL.iter().any(|page| page.path() == path)
    }

    /// Whether it shows what was measured in the data, so that it has to wait until all of it is there.
    pub fn measures(self) -> bool {
        match self {
            Self::Board | Self::Forecast => true,
            Self::Statement | Self::Cookies | Self::Versions => false,
        }
    }

    /// The key of its name in the navigation.
    pub fn key(self) -> &'static str {
        match self {
            Self::Statement => "nav-statement",
            Self::Board => "nav-board",
            Self::Forecast => "nav-forecast",
            Self::Cookies => "nav-cookies",
            Self::Versions => "nav-versions",
        }
    }
}

/// What every page says about its publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteView {
    /// The controller's name.
    pub organisation: String,
    /// Its postal address.
    pub address: String,
    /// Its telephone number.
    pub phone: Option<String>,
    /// Its e-mail address for questions about privacy.
    pub email: Option<String>,
    /// The supervisory authority, with its web address.
    pub authority: Option<LinkView>,
    /// Where a privacy request is made, if there is such a page.
    pub request_form: Option<String>,
    /// Whether the people in the data are made up, and the publisher is not the one who runs this.
    pub demonstration: bool,
    /// The pages that are published here. The others answer "not found".
    pub pages: BTreeSet<Page>,
}

/// A link out of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// What is read.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

/// One version of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionView {
    /// The first day on which it applies.
    pub effective_on: Date,
    /// The hash of its content, in hexadecimal.
    pub hash: String,
    /// Whether it is the one in force now.
    pub current: bool,
}

/// How many digits of a hash tell versions apart.
const SHORT: usize = 10;

impl VersionView {
    /// The first digits of the hash, enough to tell versions apart.
    pub fn short_hash(&self) -> String {
        self.hash.chars().take(SHORT).collect()
    }
}

/// The statement page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementView {
    /// The title of the statement.
    pub title: String,
    /// The version shown.
    pub version: VersionView,
    /// What the board says of it now; `None` for a version that is no longer in force, and where
    /// the board is not published.
    pub tally: Option<Tally>,
    /// The sections, in reading order.
    pub sections: Vec<SectionView>,
}

/// One numbered section of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionView {
    /// Its number, for example `3.1`. The dots say how deep it lies.
    pub number: String,
    /// Its anchor, for example `newsletters`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its prose: [`to_html`](super::markdown::to_html) below a heading of level `depth() + 1`.
    pub html: Html,
    /// The rules behind its sentences, one an activity.
    pub rules: Vec<RuleView>,
    /// The promises it makes, with what the board says of each; empty where the board is not
    /// published.
    pub promises: Vec<PromiseMark>,
}

impl SectionView {
    /// How deep the section lies: 1 for `3`, 2 for `3.1`.
    pub fn depth(&self) -> usize {
        1 + self.number.matches('.').count()
    }

    /// The counts of its promises.
    pub fn tally(&self) -> Tally {
        Tally::of(self.promises.iter().map(|promise| promise.verdict))
    }
}

/// A promise by its id, with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseMark {
    /// The id, for example `P3.1.1`.
    pub id: String,
    /// What the board says of it.
    pub verdict: Verdict,
}

/// The machine's reading of an activity, beside the sentences it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleView {
    /// The activity's id, for example `newsletters`.
    pub activity: String,
    /// The activity's title.
    pub title: String,
    /// The legal bases.
    pub bases: Vec<BasisView>,
    /// How long each collection is kept.
    pub keeps: Vec<KeepView>,
    /// Who receives the data.
    pub recipients: Vec<String>,
    /// What the organisation decided where the published text leaves a gap.
    pub decisions: Vec<DecisionView>,
}

/// A legal basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisView {
    /// Its name, for example "consent".
    pub name: String,
    /// Its article, for example "GDPR 6(1)(a)".
    pub article: String,
}

/// The retention rule of one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepView {
    /// The collection's id, for example `newsletters.subscription`.
    pub collection: String,
    /// The phrase in its one canonical spelling, for example `1 year after last activity`.
    pub phrase: String,
    /// What the phrase says, as a sentence.
    pub meaning: String,
    /// What happens then, in canonical spelling, for example `erase`.
    pub then: String,
}

/// A decision that settles a gap of the published text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionView {
    /// What was decided and why.
    pub why: String,
    /// The role that owns it.
    pub owner: String,
    /// When it is reviewed again.
    pub review_on: Date,
}

/// The promise board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardView {
    /// When the data was measured, in the controller's zone.
    pub measured_at: ZonedDateTime,
    /// Every promise, in the order of the statement.
    pub promises: Vec<PromiseRow>,
}

impl BoardView {
    /// The counts over all promises.
    pub fn tally(&self) -> Tally {
        Tally::of(self.promises.iter().map(|promise| promise.verdict))
    }
}

/// One promise on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseRow {
    /// The id, for example `P3.2.5`.
    pub id: String,
    /// The section that makes it.
    pub section: SectionMark,
    /// The promise as a sentence.
    pub says: String,
    /// Whether it is true.
    pub verdict: Verdict,
    /// Why the verdict is what it is: what each proof came to.
    pub because: Vec<String>,
    /// The oldest record against its cap, where the promise has one.
    pub age: Option<AgeView>,
    /// The other figures, measured from the data.
    pub figures: Vec<FigureView>,
}

/// A section by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionMark {
    /// Its number, for example `3.2`.
    pub number: String,
    /// Its anchor on the statement page.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// The oldest record that was found, against the age that the promise allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeView {
    /// The day from which the oldest record counts.
    pub oldest_on: Date,
    /// Its age in whole days.
    pub age_days: u32,
    /// The greatest age that the promise allows, in days.
    pub cap_days: u32,
}

impl AgeView {
    /// Whether the oldest record is older than the promise allows.
    pub fn is_over(&self) -> bool {
        self.age_days > self.cap_days
    }
}

/// A figure with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureView {
    /// What was measured, by the name that the API uses for it, for example `overdue`. The words
    /// are the text `figure-<name>`; a name without a text is shown as it is.
    pub name: String,
    /// The value.
    pub value: FigureValue,
    /// Whether this figure is what breaks the promise.
    pub alarming: bool,
}

/// A measured value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureValue {
    /// A number of things.
    Count(u64),
    /// A time span, for example the worst lag.
    Span(Duration),
    /// A day.
    Day(Date),
    /// An instant, in the controller's zone.
    At(ZonedDateTime),
    /// Words, in the reader's language.
    Words(String),
}

/// What a change does to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// They are worse off: kept longer, a new purpose, a new recipient.
    Worse,
    /// They are better off.
    Better,
    /// A machine cannot tell, a person must judge.
    Judge,
    /// Neither.
    Same,
}

impl Effect {
    /// The word used in class names and text keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Judge => "judge",
            Self::Same => "same",
        }
    }
}

/// One change between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeView {
    /// What it does to people.
    pub effect: Effect,
    /// The section that changed, for example `3.2`; none where the change is of no section.
    pub section: Option<String>,
    /// What changed, as a sentence, with what was said before and what is said now.
    pub what: String,
}

/// The history of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionsView {
    /// The versions, the newest first.
    pub versions: Vec<VersionRow>,
}

/// One version with what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// The version.
    pub version: VersionView,
    /// The first day on which it is in force here: not before the day on which it was stored.
    pub in_force_on: Date,
    /// Whether that is still to come.
    pub planned: bool,
    /// The version before it, if there is one.
    pub previous: Option<VersionView>,
    /// What it changed against the version before it, the gravest change first.
    pub changes: Vec<ChangeView>,
}

/// Which version of the statement is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one in force at the end of a day.
    On(Date),
    /// The one whose hash begins so.
    Hash(String),
}

impl Which {
    /// As it stands in an address: a day, or the first ten digits of a hash or more.
    pub fn parse(text: &str) -> Option<Self> {
        let hash = text.len() >= SHORT && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let day = || text.parse().ok().map(Self::On);
        if hash {
            Some(Self::Hash(text.to_owned()))
        } else {
            day()
        }
    }
}

/// Two versions compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffView {
    /// The earlier version.
    pub before: VersionView,
    /// The later version.
    pub after: VersionView,
    /// What changed, the gravest change first.
    pub changes: Vec<ChangeView>,
    /// The sections whose prose differs, in reading order.
    pub sections: Vec<SectionChange>,
}

/// The prose of one section in two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionChange {
    /// The section's number.
    pub number: String,
    /// The section's title.
    pub title: String,
    /// Its text before; empty when the section is new.
    pub before: String,
    /// Its text after; empty when the section is gone.
    pub after: String,
}

/// The cookie policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookiesView {
    /// From which day the list applies.
    pub updated_on: Date,
    /// The cookies by category, the essential ones first.
    pub groups: Vec<CookieGroup>,
}

/// The cookies of one category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieGroup {
    /// The category's anchor.
    pub id: String,
    /// The category's title.
    pub title: String,
    /// What cookies of this category are for.
    pub purpose: String,
    /// Whether the site needs them, so that no choice is asked for.
    pub essential: bool,
    /// The cookies.
    pub cookies: Vec<CookieView>,
}

/// One cookie (P3.2.2: storage time, recipient and purpose of each).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieView {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// How long it is stored, as words.
    pub keep: String,
    /// Who receives its data.
    pub recipient: String,
}

/// What will be due, month by month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastView {
    /// The day on which the forecast was made, in the controller's zone.
    pub as_of: Date,
    /// The months, each by its first day.
    pub months: Vec<Date>,
    /// The activities. Each row has one count a month.
    pub activities: Vec<ForecastRow>,
}

/// What will be due in one activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastRow {
    /// The section that describes the activity.
    pub section: SectionMark,
    /// The activity's title.
    pub title: String,
    /// Records that are due already.
    pub overdue: u64,
    /// Records that become due, one count a month.
    pub due: Vec<u64>,
}
