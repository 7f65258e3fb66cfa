//! The statement made ready to act on: one rule an activity, one a collection.
//!
//! Built from the decided reading, once per version. What the law adds to every statement is added
//! here: data that rests on consent ends with its withdrawal, data for direct marketing or on a basis
//! that is weighed with an objection that counts, whatever period the statement names.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::anchor::Uses;
use crate::decision::{Facts, Gate, Rule, States};
use crate::hash::sha256;
use crate::retention::{self, Calendar, Case, Event, Keep, Moment, Then};
use crate::standing::{Position, Scope, Standing};
use crate::statement::model::{
    Activity, BasisName, Channel, Collection, DeviceAccess, Field, Hold, IdentityKind, OneOrMany,
    Own, RecipientKind, Role, SpecialCategories,
};
use crate::statement::{Statement, VersionId};

/// Every rule of one version of a statement.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// The version.
    pub version: VersionId,
    /// The calendar in which periods are counted.
    pub calendar: Calendar,
    /// The kinds of identity.
    pub identities: BTreeMap<String, IdentityKind>,
    /// The activities, by id.
    pub activities: BTreeMap<String, ActivityRule>,
    /// The collections, by `activity.collection`.
    pub collections: BTreeMap<String, CollectionRule>,
    /// The companies of the group that may receive any data.
    pub group: Vec<String>,
}

/// An activity made ready.
#[derive(Debug, Clone)]
pub struct ActivityRule {
    /// What decides.
    pub rule: Rule,
    /// What its consent covers.
    pub scope: Scope,
    /// The states of a person, in the order of their numbers in [`States`].
    pub states: Vec<String>,
    /// The recipients that are told of erasure, rectification and restriction (GDPR Article 19): those
    /// that it names, and those that its text mentions.
    pub recipients: Vec<String>,
    /// The full names of its collections.
    pub collections: Vec<String>,
}

impl ActivityRule {
    /// Where a person stands in the activity, by their choices here and for all activities at once.
    pub fn position(&self, own: &Standing, everywhere: &Standing) -> Position {
        if self.rule.marketing {
            own.in_marketing(everywhere, self.scope)
        } else {
            own.position(self.scope)
        }
    }

    /// The age in years from which consent is accepted, where one is declared.
    pub fn minimum_age(&self) -> Option<u8> {
        self.rule.gates.iter().find_map(|gate| match gate {
            Gate::Age(years) => Some(*years),
            Gate::MarketingConsent
            | Gate::CustomerOrMarketingConsent(_)
            | Gate::DeviceConsent
            | Gate::NoSpecialCondition
            | Gate::SpecialConsent => None,
        })
    }
}

/// A collection made ready.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, each with its own doc"
)]
pub struct CollectionRule {
    /// The activity's id.
    pub activity: String,
    /// Until when a record is kept, legal ends included; `None` where nothing limits it.
    pub keep: Option<Keep>,
    /// What happens then.
    pub then: Then,
    /// Duties to keep some fields longer.
    pub holds: Vec<Hold>,
    /// Whether something must stay that outlives a re-import.
    pub suppresses: bool,
    /// Whether it rests on consent: by its basis, or because only consent opens the way to it.
    pub by_consent: bool,
    /// Whether an objection can end it: direct marketing, or a basis that is weighed. Whether it does
    /// end what is held of a person is said by [`ends_by_objection`](Self::ends_by_objection).
    pub objectable: bool,
    /// Whether all records of a person hang on one clock, so that one row changes when the person is
    /// active.
    pub shared_clock: bool,
    /// The fields that go before their record does.
    pub field_keeps: BTreeMap<String, Keep>,
    /// What its clocks may be told of.
    pub uses: Uses,
    /// The collections whose periods count from the end of its records.
    pub followers: Vec<String>,
    /// The collection as declared.
    pub declared: Collection,
}

impl Rulebook {
    /// The rules of a statement.
    pub fn new(statement: &Statement) -> Self {
        let reading = &statement.rules;
        let zone = TimeZone::get(&reading.header.zone).unwrap_or(TimeZone::UTC);
        let year_end = reading.header.financial_year_ends.split_once('-');
        let year_end = year_end.and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
        let calendar = Calendar::new(zone.clone());
        let calendar = match year_end {
            Some((month, day)) => calendar.with_financial_year_end(month, day),
            None => Some(calendar),
        };
        let activities = reading.activities.iter();
        let controller = &reading.header.controller.name;
        let activities: BTreeMap<String, ActivityRule> = activities
            .map(|(id, activity)| (id.clone(), activity_rule(id, activity, controller)))
            .collect();
        let collections = reading.collections().map(|(name, activity, collection)| {
            let id = name.split('.').next().unwrap_or_default().to_owned();
            let gates = activities.get(&id).map(|rule| rule.rule.gates.as_slice());
            let rule = collection_rule(id, activity, gates.unwrap_or_default(), collection);
            (name, rule)
        });
        let mut collections: BTreeMap<_, _> = collections.collect();
        let mut followers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, rule) in &collections {
            for followed in rule.uses.records.values() {
                let others = followers.entry(followed.clone()).or_default();
                others.push(name.clone());
            }
        }
        for (name, others) in followers {
            if let Some(rule) = collections.get_mut(&name) {
                rule.followers = others;
            }
        }
        let recipients = reading.header.recipients.iter();
        let group = recipients.filter(|(_, one)| one.kind == RecipientKind::Group);
        Self {
            version: statement.version.clone(),
            calendar: calendar.unwrap_or_else(|| Calendar::new(zone)),
            identities: reading.header.identities.clone(),
            activities,
            collections,
            group: group.map(|(name, _)| name.clone()).collect(),
        }
    }

    /// Whether the activity of a collection asks how old a person is.
    pub fn asks_age(&self, rule: &CollectionRule) -> bool {
        let activity = self.activities.get(&rule.activity);
        activity.is_some_and(|activity| activity.minimum_age().is_some())
    }

    /// How long something that Ombud itself keeps is kept; none where the statement does not say, and
    /// then it is kept.
    pub fn own(&self, own: Own) -> Option<&Keep> {
        let mut rules = self.collections.values();
        let rule = rules.find(|rule| rule.declared.own == Some(own));
        rule.and_then(|rule| rule.keep.as_ref())
    }

    /// The states of an activity that hold: those whose event is known.
    pub fn states<'a>(&self, activity: &str, known: impl IntoIterator<Item = &'a str>) -> States {
        let Some(rule) = self.activities.get(activity) else {
            return States::default();
        };
        known.into_iter().fold(States::default(), |states, name| {
            number(&rule.states, name).map_or(states, |number| states.with(number))
        })
    }
}

fn activity_rule(id: &str, activity: &Activity, controller: &str) -> ActivityRule {
    let states: Vec<String> = activity.states.keys().cloned().collect();
    let in_state = |name: &str| number(&states, name);
    let bases = activity
        .bases()
        .map(|basis| (basis.name, basis.when.and_then(in_state)));
    let rule = Rule {
        another_controller: matches!(activity.role, Role::ProcessorFor(_)),
        bases: bases.collect(),
        marketing: activity.marketing,
        gates: gates(activity, &states),
    };
    ActivityRule {
        rule,
        scope: scope(activity, controller),
        states,
        recipients: activity
            .recipients
            .iter()
            .chain(&activity.mentions)
            .cloned()
            .collect(),
        collections: activity
            .collections
            .keys()
            .map(|name| format!("{id}.{name}"))
            .collect(),
    }
}

/// The number of a state among those of an activity.
fn number(states: &[String], name: &str) -> Option<u8> {
    let position = states.iter().position(|state| state == name);
    position.and_then(|number| u8::try_from(number).ok())
}

fn gates(activity: &Activity, states: &[String]) -> Vec<Gate> {
    let electronic =
        |channel: &Channel| matches!(channel, Channel::Email | Channel::Sms | Channel::App);
    let marketing = activity.marketing && activity.messages.iter().any(electronic);
    let customers = activity.existing_customers.as_ref();
    let customers = customers.and_then(|customers| number(states, &customers.when));
    let consent = customers.map_or(Gate::MarketingConsent, Gate::CustomerOrMarketingConsent);
    let device = match activity.device_access {
        Some(DeviceAccess::Consent | DeviceAccess::Unsaid) => true,
        Some(DeviceAccess::StrictlyNecessary) | None => false,
    };
    let gates = [
        marketing.then_some(consent),
        device.then_some(Gate::DeviceConsent),
        special_gate(activity),
        activity.minimum_age.map(Gate::Age),
    ];
    gates.into_iter().flatten().collect()
}

/// What closes the way to data of special categories, by what is said of them and by the fields that
/// are declared: a field that is one needs a condition even where nothing is said, or where they are
/// said to be kept out.
///
/// # Source
///
/// GDPR Article 9(1)-(2).
fn special_gate(activity: &Activity) -> Option<Gate> {
    match &activity.special_categories {
        Some(SpecialCategories::Excluded(_)) | None => {
            let mut fields = activity
                .collections
                .values()
                .flat_map(|one| one.fields.values());
            fields
                .any(Field::is_special)
                .then_some(Gate::NoSpecialCondition)
        }
        Some(said) => match said.condition() {
            None => Some(Gate::NoSpecialCondition),
            Some('a') => Some(Gate::SpecialConsent),
            Some(_) => None,
        },
    }
}

/// A fingerprint of what consent to an activity covers: controller, purposes, data and recipients.
///
/// # Source
///
/// GDPR Articles 4(11), 7; recital 42.
fn scope(activity: &Activity, controller: &str) -> Scope {
    let fields = activity
        .collections
        .values()
        .flat_map(|collection| collection.fields.values());
    let mut parts: Vec<String> = fields
        .map(|field| format!("data {}", field.category))
        .collect();
    parts.extend(
        activity
            .purpose
            .as_slice()
            .iter()
            .map(|purpose| format!("purpose {purpose}")),
    );
    parts.extend(
        activity
            .recipients
            .iter()
            .map(|recipient| format!("recipient {recipient}")),
    );
    parts.push(format!("controller {controller}"));
    parts.sort();
    parts.dedup();
    let hash = sha256(parts.join("\n").as_bytes());
    let first = hash.first_chunk::<8>().copied().unwrap_or_default();
    Scope(i64::from_be_bytes(first))
}

fn collection_rule(
    id: String,
    activity: &Activity,
    gates: &[Gate],
    collection: &Collection,
) -> CollectionRule {
    let by_consent = by_consent(activity, gates, collection);
    let mut ends = Vec::new();
    if by_consent || activity.rests_on(BasisName::Consent) && activity.marketing {
        ends.push(Event::WITHDRAWAL);
    }
    let objectable = activity.marketing
        || match collection.basis {
            Some(basis) => basis.is_weighed(),
            None => activity.bases().any(|basis| basis.name.is_weighed()),
        };
    if objectable {
        // The event is told when the objection counts: at once for marketing, else when upheld.
        ends.push(Event::OBJECTION);
    }
    let keep = with_ends(collection.keep.as_ref().and_then(all_cases), &ends);
    let then = collection.then.clone().unwrap_or_else(Then::erase);
    let holds = collection.hold.iter().flat_map(OneOrMany::as_slice);
    let fields = collection.fields.iter();
    let fields = fields.filter_map(|(name, field)| Some((name.clone(), field.keep.clone()?)));
    let field_keeps: BTreeMap<String, Keep> = fields.collect();
    let keeps = keep.iter().chain(field_keeps.values());
    let keeps = keeps.chain(holds.map(|hold| &hold.keep));
    let uses = Uses::of(&id, keeps, &then);
    let mut own = keep.iter().chain(field_keeps.values()).map(Keep::scope);
    let of_subject = keep.is_some()
        && own.all(|scope| scope == retention::Scope::Subject)
        && !uses.is_of_record();
    let leaves = collection.leaves.iter().flat_map(OneOrMany::as_slice);
    CollectionRule {
        activity: id,
        keep,
        then,
        holds: collection
            .hold
            .iter()
            .flat_map(OneOrMany::as_slice)
            .cloned()
            .collect(),
        suppresses: leaves
            .into_iter()
            .any(|leaves| matches!(leaves, crate::statement::model::Leaves::Suppression)),
        by_consent,
        objectable,
        shared_clock: of_subject && collection.hold.is_none(),
        field_keeps,
        uses,
        followers: Vec::new(),
        declared: collection.clone(),
    }
}

/// Whether a collection rests on consent: by its basis, or because only consent opens the way to it.
///
/// # Source
///
/// GDPR Articles 6(1)(a), 9(2)(a), 17(1)(b); markedsføringsloven § 15; ekomloven § 3-15.
fn by_consent(activity: &Activity, gates: &[Gate], collection: &Collection) -> bool {
    let reveals = |one: &Collection| one.fields.values().any(Field::may_reveal_special);
    let explicit = gates.contains(&Gate::SpecialConsent);
    if explicit && (reveals(collection) || !activity.collections.values().any(reveals)) {
        return true;
    }
    let opens = |gate: &Gate| gate.asks_consent() && *gate != Gate::SpecialConsent;
    collection.basis.map_or_else(
        || activity.bases().all(|basis| basis.name.is_consent()) || gates.iter().any(opens),
        BasisName::is_consent,
    )
}

impl CollectionRule {
    /// Whether nothing is done with a record before its end: no warning and no shorter period of a
    /// field, so that a clock's next instant is that of the end or of a wait after it.
    pub fn ends_at_once(&self) -> bool {
        self.then.warn.is_none() && self.field_keeps.is_empty()
    }

    /// Whether a name is that of a state rather than of an event.
    pub fn is_state(&self, book: &Rulebook, name: &str) -> bool {
        let activity = book.activities.get(&self.activity);
        self.declared.states.contains_key(name)
            || activity.is_some_and(|activity| activity.states.iter().any(|state| state == name))
    }

    /// Whether an objection that counts ends what is held of a person of whom this is known in the
    /// activity: not what another basis carries, unless it is direct marketing.
    ///
    /// # Source
    ///
    /// GDPR Articles 17(1)(c), 21(1), 21(3).
    pub fn ends_by_objection(&self, activity: &Rule, facts: &Facts) -> bool {
        let basis = self.declared.basis;
        self.objectable && (activity.marketing || !activity.carries_despite_objection(basis, facts))
    }

    /// Whether its clocks depend on one another: on the ends of others' records, or on newer ones.
    pub fn is_linked(&self) -> bool {
        self.uses.last || !self.uses.records.is_empty() || !self.followers.is_empty()
    }

    /// Whether the end counts from this event.
    pub fn counts_from(&self, event: &Event) -> bool {
        self.keep
            .as_ref()
            .is_some_and(|keep| keep.events().contains(event))
    }
}

/// The phrases of a list as one phrase with all their cases.
fn all_cases(keeps: &OneOrMany<Keep>) -> Option<Keep> {
    let cases = keeps
        .as_slice()
        .iter()
        .flat_map(|keep| keep.cases().cloned());
    Keep::of_cases(cases.collect())
}

/// The phrase with the ends that the law adds: whichever comes first.
fn with_ends(keep: Option<Keep>, ends: &[Event]) -> Option<Keep> {
    let ends = ends.iter().cloned().map(Moment::Event);
    let Some(keep) = keep else {
        let ends: Vec<Moment> = ends.collect();
        return (!ends.is_empty()).then(|| Keep::always(earliest(ends)));
    };
    let cases = keep.cases().map(|case| Case {
        until: earliest(
            std::iter::once(case.until.clone())
                .chain(ends.clone())
                .collect(),
        ),
        ..case.clone()
    });
    Keep::of_cases(cases.collect())
}

fn earliest(mut moments: Vec<Moment>) -> Moment {
    moments.dedup();
    match (moments.len(), moments.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            moments.extend(last);
            Moment::Earlier(moments)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rules;

    const FILE: &str = "activities/newsletters.toml";

    fn keep(book: &Rulebook, name: &str) -> String {
        let keep = book.collections[name].keep.as_ref();
        keep.map_or_else(|| "nothing".to_owned(), ToString::to_string)
    }

    #[test]
    fn p3_1_3_the_law_adds_its_ends_to_every_period() {
        let book = rules(&[]);
        let table = [
            (
                "newsletters.subscription",
                "earlier of (withdrawal, objection)",
            ),
            (
                "user-tests.test",
                "earlier of (2 years after collection, withdrawal)",
            ),
            (
                "support.inquiry",
                "earlier of (3 years after last correspondence, objection)",
            ),
            ("recruitment.offer", "6 months after offer_closed"),
        ];
        for (name, want) in table {
            assert_eq!(keep(&book, name), want, "{name}");
        }
    }

    #[test]
    fn p3_2_5_one_clock_serves_all_records_only_where_all_events_are_the_persons() {
        let book = rules(&[]);
        let table = [
            ("newsletters.subscription", true),
            ("profiling.profile", true),
            ("security.log", true),
            ("customers.account", true),
            ("customers.invoice", false),
            ("support.inquiry", false),
            ("recruitment.application", false),
            ("website-chat.conversation", false),
        ];
        for (name, want) in table {
            assert_eq!(book.collections[name].shared_clock, want, "{name}");
        }
    }

    #[test]
    fn p3_1_1_consent_covers_purposes_data_and_recipients() {
        let scope = |changes: &[(&str, &str, &str)]| rules(changes).activities["newsletters"].scope;
        let today = scope(&[]);
        let purpose = "purpose  = \"dpv:DirectMarketing\"";
        let wider = "purpose  = [\"dpv:DirectMarketing\", \"dpv:PersonalisedAdvertising\"]";
        assert_ne!(scope(&[(FILE, purpose, wider)]), today);
        assert_ne!(scope(&[(FILE, "pd:EmailAddress", "pd:Contact")]), today);
        let words = "to send marketing by email to people who want it";
        assert_eq!(scope(&[(FILE, words, "to send marketing by email")]), today);
    }

    #[test]
    fn special_categories_need_a_condition_wherever_they_are_declared() {
        let contact = "customer_contact = {";
        let health =
            "health = { category = \"pd:HealthRecord\", optional = true }\ncustomer_contact = {";
        let gates = |file: &str, old: &str, new: &str| {
            let book = rules(&[(file, old, new)]);
            book.activities["customers"].rule.gates.clone()
        };
        let file = "activities/customers.toml";
        assert_eq!(gates(file, contact, contact), []);
        assert_eq!(gates(file, contact, health), [Gate::NoSpecialCondition]);
        for (condition, want) in [
            ("9(2)(a)", vec![Gate::SpecialConsent]),
            ("9(2)(a), in writing", vec![Gate::SpecialConsent]),
            ("9(2)(h)", vec![]),
            ("6(1)(f)", vec![Gate::NoSpecialCondition]),
        ] {
            let open = "open_list = [\"such as\"]";
            let said = format!("{open}\nspecial_categories = {{ condition = \"{condition}\" }}");
            assert_eq!(gates(file, open, &said), want, "{condition}");
        }
    }

    #[test]
    fn p3_1_3_what_rested_on_explicit_consent_ends_with_it() {
        let open = "open_list = [\"such as\"]";
        let said = format!("{open}\nspecial_categories = {{ condition = \"9(2)(a)\" }}");
        let contact = "customer_contact = {";
        let health =
            "health = { category = \"pd:HealthRecord\", optional = true }\ncustomer_contact = {";
        let file = "activities/customers.toml";
        let book = rules(&[(file, open, &said), (file, contact, health)]);
        let by_consent = |name: &str| book.collections[name].by_consent;
        assert!(by_consent("customers.account"));
        assert!(!by_consent("customers.invoice"), "no such data is in it");
        assert!(keep(&book, "customers.account").contains("withdrawal"));
    }

    #[test]
    fn the_exception_for_customers_holds_in_their_state() {
        let open = "sources          = [\"subject\"]";
        let customers = format!(
            "{open}\nexisting_customers = {{ who = {{ en = \"buyers\", nb = \"kjøpere\" }}, when = \"customer\" }}\n\n[states]\ncustomer = {{ en = \"a customer\", nb = \"en kunde\" }}"
        );
        let book = rules(&[(FILE, open, &customers)]);
        let gates = &book.activities["newsletters"].rule.gates;
        assert_eq!(*gates, [Gate::CustomerOrMarketingConsent(0)]);
    }

    #[test]
    fn p3_5_1_states_are_known_by_name() {
        let book = rules(&[]);
        let none = book.states("customers", []);
        assert_eq!(none, book.states("customers", ["offered"]));
        assert_ne!(none, book.states("customers", ["party"]));
        assert_eq!(
            book.states("customers", ["party"])
                .and(book.states("customers", ["contact_person"])),
            book.states("customers", ["contact_person", "party"]),
        );
    }
}
