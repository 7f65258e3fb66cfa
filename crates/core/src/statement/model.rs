//! The types of a statement folder, as its author writes them.
//!
//! They are the one source of the language: the checker walks every TOML file against the JSON
//! Schema derived from them, and editors complete from the same schema. What a phrase means is
//! decided in [`crate::retention`]; what the law says of a reading, in [`super::check`].

mod collection;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use collection::{
    AlsoSaid, Collection, Field, FieldKind, Hold, Leaves, Own, Statistic, TimeUnit,
};

use crate::language::{Language, Localized};
use crate::retention::{Keep, Period};

/// `statement.toml`: who is responsible, and everything that is said once for all activities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "statement.toml")]
pub struct Header {
    /// The title of the statement.
    pub title: Localized,
    /// The languages in which the prose is written, the authoritative one first.
    pub languages: Vec<Language>,
    /// The day from which this version applies, in the controller's zone. It is shown as the date of
    /// the last update (P6.1).
    #[schemars(with = "String", extend("format" = "date"))]
    pub effective: Date,
    /// The IANA time zone in which days begin and end, for example `Europe/Oslo`.
    #[schemars(extend("format" = "ombud-zone"))]
    pub zone: String,
    /// The last day of the financial year as month and day, for example `12-31`. Bookkeeping periods
    /// count from it.
    #[serde(default = "calendar_year_end")]
    #[schemars(regex(pattern = r"^\d\d-\d\d$"))]
    pub financial_year_ends: String,
    /// The controller: who decides why and how personal data is processed (GDPR Article 4(7)).
    pub controller: Controller,
    /// The supervisory authority to which people can complain (GDPR Article 77).
    pub authority: Option<Authority>,
    /// The kinds of identity by which a person is known, for example `email`.
    pub identities: BTreeMap<String, IdentityKind>,
    /// Who receives personal data, or the categories of them (GDPR Article 13(1)(e)).
    #[serde(default)]
    pub recipients: BTreeMap<String, Recipient>,
    /// Addresses that the prose links to, by name: `{{ link request_form }}`.
    #[serde(default)]
    pub links: BTreeMap<String, Link>,
    /// Which rights people are told of, and how they use them.
    pub rights: Rights,
    /// How changes of the statement are told (P6.1).
    pub changes: Option<Changes>,
    /// How orders and requests of authorities are met (P4.2.4).
    pub authority_requests: Option<AuthorityRequests>,
}

impl Header {
    /// The section that tells of a key of `statement.toml`, as far as the statement says.
    pub fn section_of(&self, key: &str) -> Option<&str> {
        let section = match key.split('.').next()? {
            "controller" => &self.controller.section,
            "authority" => &self.authority.as_ref()?.section,
            "rights" => &self.rights.section,
            "changes" => &self.changes.as_ref()?.section,
            "authority_requests" => &self.authority_requests.as_ref()?.section,
            _ => &None,
        };
        section.as_deref()
    }
}

fn calendar_year_end() -> String {
    "12-31".to_owned()
}

/// The controller's name and contact (GDPR Article 13(1)(a)-(b)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// The registered name.
    pub name: String,
    /// The postal address.
    pub address: String,
    /// The country as an ISO 3166-1 code, for example `NO`.
    #[schemars(extend("format" = "ombud-country"))]
    pub country: String,
    /// The e-mail address for questions about privacy.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The representative in the EEA, needed when the controller is established outside it
    /// (GDPR Article 27).
    pub representative: Option<String>,
    /// How to reach the data protection officer, or `none` where there is none (GDPR Article 37).
    pub data_protection_officer: Option<String>,
    /// Companies that decide jointly with the controller, and where the essence of their
    /// arrangement can be read (GDPR Article 26(2)).
    pub joint_arrangement: Option<Localized>,
    /// The section of the text that names the controller.
    pub section: Option<String>,
}

/// The supervisory authority (GDPR Article 77).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its name, for example `Datatilsynet`.
    pub name: String,
    /// Its web address.
    pub url: String,
    /// Its postal address.
    pub address: Option<String>,
    /// Whether the published text names it. `false` records a fact the text leaves out.
    #[serde(default = "yes")]
    pub published: bool,
    /// The section of the text that tells of the right to complain.
    pub section: Option<String>,
}

fn yes() -> bool {
    true
}

/// A kind of identity and how its values are made comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityKind {
    /// What people call it.
    pub title: Localized,
    /// The rule that makes two spellings of one value equal.
    pub normalise: Normalise,
    /// True for a kind that several people may share, such as a device or an address of a network: it
    /// is remembered with a person, but it never tells who is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hint: bool,
}

/// How a value of an identity is normalised before it is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// White space trimmed, domain lower-cased; the local part stays as written.
    Email,
    /// Digits only, with a leading `+` and country code.
    Phone,
    /// White space trimmed, nothing else.
    Exact,
    /// White space trimmed and lower-cased.
    Lowercase,
    /// The canonical spelling of an IP address.
    Ip,
}

/// A recipient or category of recipients (GDPR Articles 4(9), 13(1)(e)-(f)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// What the text calls it.
    pub title: Localized,
    /// What it is to the controller.
    pub kind: RecipientKind,
    /// The purpose of sharing.
    pub purpose: Option<Localized>,
    /// The legal basis of sharing (not needed for a processor, which acts for the controller).
    pub basis: Option<OneOrMany<Basis>>,
    /// The countries where it processes, as ISO 3166-1 codes. Empty means: the text does not say.
    #[serde(default)]
    pub countries: Vec<String>,
    /// What makes a transfer out of the EEA lawful (GDPR Chapter V).
    pub transfer: Option<TransferTool>,
    /// Where a copy of the safeguard can be had (GDPR Article 13(1)(f)).
    pub safeguard_copy: Option<Localized>,
    /// The agreement with it: for a processor the contract of GDPR Article 28(3).
    pub agreement: Option<Agreement>,
    /// How long it keeps the data by its own clock, where that differs.
    pub keep: Option<Keep>,
    /// The companies in it that the text names.
    #[serde(default)]
    pub named: Vec<String>,
    /// Whether the text denies responsibility for what is shared with it (lint L29).
    #[serde(default)]
    pub responsibility_denied: bool,
    /// The section of the text that tells of sharing with it.
    pub section: Option<String>,
}

/// What a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecipientKind {
    /// Acts on the controller's instructions (GDPR Article 28).
    Processor,
    /// A company of the same group.
    Group,
    /// A business partner that decides for itself.
    Partner,
    /// Decides together with the controller (GDPR Article 26).
    JointController,
    /// A public authority.
    Authority,
    /// Anyone: what is posted is public.
    Public,
    /// The controller on whose behalf the company processes.
    Controller,
}

/// What makes a transfer to a third country lawful (GDPR Articles 44-49).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferTool {
    /// No transfer: the data stays in the EEA.
    Eea,
    /// An adequacy decision (Article 45).
    Adequacy,
    /// Standard contractual clauses, Decision 2021/914 (Article 46(2)(c)).
    StandardClauses,
    /// Binding corporate rules (Article 47).
    CorporateRules,
    /// A derogation for a specific situation (Article 49).
    Derogation,
}

/// An agreement with a recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Where it is filed.
    pub reference: String,
    /// The last day on which it is in force, when it ends.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<Date>,
}

/// An address the prose links to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The words that carry the link.
    pub title: Localized,
    /// Where it leads: an absolute address or a path of this site. Left out where there is no target
    /// (lint L39).
    pub url: Option<String>,
    /// Whether the published text gives the target. `false` records one that the text leaves out
    /// (lint L39).
    #[serde(default = "yes")]
    pub published: bool,
}

/// Rights and how they are used (GDPR Articles 12-22, P5.1-P5.9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// The rights the text tells of.
    pub told: Vec<Right>,
    /// Where requests are received.
    pub channels: Vec<Channel>,
    /// How soon an answer is promised. The legal limit of one month applies in any case.
    pub answer_within: Option<Period>,
    /// By how much the answer may be extended (GDPR Article 12(3)).
    pub extension: Option<Period>,
    /// How a person's identity is checked, as told to people.
    pub identity_check: Option<Localized>,
    /// Whether the right to object is presented clearly and separately (GDPR Article 21(4)).
    #[serde(default)]
    pub objection_shown_separately: bool,
    /// Whether the limits of each right are told, not only that there may be some.
    #[serde(default)]
    pub limits_told: bool,
    /// Whether people are told before their data is used for a new purpose (GDPR Article 13(3)).
    #[serde(default)]
    pub told_before_new_purpose: bool,
    /// The section of the text that tells of rights.
    pub section: Option<String>,
}

/// A right of the person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// A copy of one's data (Article 15).
    Access,
    /// Correction (Article 16).
    Rectification,
    /// Deletion (Article 17).
    Erasure,
    /// Restriction of processing (Article 18).
    Restriction,
    /// Data in a machine-readable format, to oneself or another (Article 20).
    Portability,
    /// Objection on grounds of one's situation (Article 21(1)).
    Objection,
    /// Objection to direct marketing (Article 21(2)-(3)).
    ObjectionToMarketing,
    /// Objection to processing in the public interest (Article 21(1) with 6(1)(e)).
    ObjectionToPublicTask,
    /// Withdrawal of consent (Article 7(3)).
    Withdrawal,
    /// Not to be subject to a decision based solely on automated processing (Article 22).
    HumanDecision,
    /// Complaint to a supervisory authority (Article 77).
    Complaint,
}

/// How the statement changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Where people are told of a significant change.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// How long before it applies they are told.
    pub notice: Option<Period>,
    /// Whether the text asks people to look for changes themselves (lint L38).
    #[serde(default)]
    pub asks_to_review: bool,
    /// Whether earlier versions can be read.
    #[serde(default)]
    pub history_published: bool,
    /// The section of the text that tells of changes.
    pub section: Option<String>,
}

/// How requests of authorities for data are met (P4.2.4, GDPR Articles 6(1)(c), 48).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityRequests {
    /// The documents on which data is given out, for example a court order.
    pub only_on: Localized,
    /// The legal basis of an ordered disclosure.
    pub basis: Option<Basis>,
    /// Who approves, as a role.
    pub approved_by: Option<String>,
    /// Whether and when the person is told.
    pub person_told: Option<Localized>,
    /// How long before the disclosure the person is told, where the law allows it.
    pub notice_before: Option<Period>,
    /// The ground on which an authority outside the EEA gets data (GDPR Article 48).
    pub outside_eea: Option<Localized>,
    /// The section of the text that tells of such requests.
    pub section: Option<String>,
}

/// `activities/<id>.toml`: one processing activity (GDPR Articles 4(2), 13, 30).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "activities/*.toml")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the text by itself"
)]
pub struct Activity {
    /// The section of the text that describes it.
    pub section: String,
    /// Whether the published text tells of it. `false` declares one that the text leaves out
    /// (lint L32).
    #[serde(default = "yes")]
    pub published: bool,
    /// What the text calls it.
    pub title: Localized,
    /// The purpose in plain words.
    pub why: Localized,
    /// The purposes as DPV terms, for example `dpv:DirectMarketing`.
    pub purpose: OneOrMany<String>,
    /// Whether the text says that the data is used for this purpose only.
    #[serde(default)]
    pub exclusively: bool,
    /// Whose data it is, as DPV terms, for example `dpv:Customer`.
    pub subjects: OneOrMany<String>,
    /// In what role the company acts. Controller when left out.
    #[serde(default)]
    pub role: Role,
    /// The legal basis, or several, each with the case in which it applies. An empty list for a
    /// processor, whose basis is the controller's (lint L29).
    pub basis: OneOrMany<Basis>,
    /// Whether this is direct marketing: then an objection is absolute (GDPR Article 21(3)).
    #[serde(default)]
    pub marketing: bool,
    /// Whether people are sorted by what they do (GDPR Article 4(4)).
    #[serde(default)]
    pub profiling: bool,
    /// What is said of decisions made by machines alone (GDPR Article 22).
    pub automated_decisions: Option<AutomatedDecisions>,
    /// The electronic channels on which people are approached.
    #[serde(default)]
    pub messages: Vec<Channel>,
    /// What still goes out after an opt-out, for example order confirmations.
    pub service_messages: Option<Localized>,
    /// The exception for existing customers (markedsføringsloven § 15), where it is relied on.
    pub existing_customers: Option<ExistingCustomers>,
    /// What makes storing or reading on a person's device lawful (ekomloven § 3-15).
    pub device_access: Option<DeviceAccess>,
    /// Where consent is given.
    #[serde(default)]
    pub consent_given_by: Vec<Channel>,
    /// Where consent can be withdrawn (GDPR Article 7(3)).
    #[serde(default)]
    pub withdraw: Vec<Channel>,
    /// Where one can object (GDPR Article 21).
    #[serde(default)]
    pub object: Vec<Channel>,
    /// How long an opt-out may take to reach every channel. At once when left out.
    pub takes_effect_within: Option<Period>,
    /// Whether the consent text says that consent is an unambiguous act.
    #[serde(default)]
    pub unambiguous: bool,
    /// Whether giving the data is voluntary, and what follows from not giving it.
    pub provision: Option<Provision>,
    /// Where the data comes from.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What makes processing of special categories lawful, or keeps them out (GDPR Article 9).
    pub special_categories: Option<SpecialCategories>,
    /// The lowest age at which consent is accepted (GDPR Article 8; personopplysningsloven § 5).
    pub minimum_age: Option<u8>,
    /// Who receives the data: names from `[recipients]`.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// Whether the text says that no one outside the company receives the data, not even a processor.
    #[serde(default)]
    pub kept_inside: bool,
    /// Recipients that the text mentions without naming them as recipients.
    #[serde(default)]
    pub mentions: Vec<String>,
    /// The words by which the text leaves the list of data open, for example `such as`.
    #[serde(default)]
    pub open_list: Vec<String>,
    /// States of a person in this activity, for example `shortlisted`: name and title.
    #[serde(default)]
    pub states: BTreeMap<String, Localized>,
    /// Persons or data the text mentions and no collection covers.
    #[serde(default)]
    pub uncovered: Vec<Localized>,
    /// Whether the company is likely to hold the same data as a processor for its customers.
    #[serde(default)]
    pub held_for_customers: bool,
    /// The kinds of record it keeps.
    #[serde(default)]
    pub collections: BTreeMap<String, Collection>,
}

/// A value or a list of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    // The list comes first, because serde would read an empty one as a value with nothing in it.
    /// A list.
    Many(Vec<T>),
    /// One value.
    One(T),
}

impl<T> OneOrMany<T> {
    /// All values in order.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// The role in which the company acts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It decides why and how.
    #[default]
    Controller,
    /// It acts for another, who decides: say who. Rights requests go there.
    ProcessorFor(Localized),
    /// It decides together with others: say with whom.
    JointWith(Localized),
}

/// A legal basis: its name, or its name with terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(
    clippy::large_enum_variant,
    reason = "a statement holds a few dozen of them"
)]
pub enum Basis {
    /// The name alone, for example `"consent"`.
    Named(BasisName),
    /// The name with its terms, for example `{ legitimate_interest = { en = "…" }, when = "…" }`.
    Terms(BasisTerms),
}

/// The six legal bases of GDPR Article 6(1), and explicit consent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BasisName {
    /// Article 6(1)(a).
    Consent,
    /// Article 6(1)(a) given explicitly, as Articles 9(2)(a), 22 and 49 ask for.
    ExplicitConsent,
    /// Article 6(1)(b).
    Contract,
    /// Article 6(1)(c).
    LegalObligation,
    /// Article 6(1)(d).
    VitalInterest,
    /// Article 6(1)(e).
    PublicTask,
    /// Article 6(1)(f).
    LegitimateInterest,
}

/// A legal basis with its terms: exactly one of the seven names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BasisTerms {
    /// Consent: what one consents to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Localized>,
    /// Explicit consent: what one consents to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit_consent: Option<Localized>,
    /// Contract: with whom, or which steps before one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<Localized>,
    /// Legal obligation: the law and its paragraph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_obligation: Option<String>,
    /// Vital interest: whose and which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vital_interest: Option<Localized>,
    /// Public task: the law that gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_task: Option<String>,
    /// Legitimate interest: the interest itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legitimate_interest: Option<Localized>,
    /// The state of the person in which this basis applies; always when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What this basis is relied on for, where a section names several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Localized>,
    /// Words that leave open whether the basis applies, for example `if needed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Localized>,
}

/// What is said of automated decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutomatedDecisions {
    /// None with legal or similarly significant effect.
    None,
    /// There are: the logic and the effects, in plain words.
    Logic(Localized),
}

/// A way to reach the company or be reached by it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Email,
    /// A link in a message.
    Link,
    /// A form on the web.
    Form,
    /// A place in the product or account.
    Product,
    /// Text message.
    Sms,
    /// Push message or message in an app.
    App,
    /// Telephone.
    Phone,
    /// Letter.
    Post,
    /// Cookie settings.
    CookieSettings,
    /// A web page.
    Web,
    /// Social media.
    SocialMedia,
    /// Through the employer or another controller.
    Employer,
}

/// Existing customers, who get marketing of similar goods or services of the company without having
/// consented (markedsføringsloven § 15).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingCustomers {
    /// Who they are: what they bought, and what is similar to it.
    pub who: Localized,
    /// The state of a person who is one: it holds for those whose address was got in a sale and who
    /// could decline then. Everyone else must consent.
    pub when: String,
}

/// What makes access to a person's device lawful (ekomloven § 3-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceAccess {
    /// The person's consent.
    Consent,
    /// It is strictly necessary for the service asked for.
    StrictlyNecessary,
    /// The text claims a basis of Article 6 and no consent (lint L26).
    Unsaid,
}

/// Whether people must give the data (GDPR Article 13(2)(e)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Whether it is voluntary.
    pub voluntary: bool,
    /// What follows from not giving it.
    pub consequence: Localized,
}

/// Where data comes from (GDPR Articles 13, 14(2)(f)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The person gives it.
    Subject,
    /// It is observed as the person uses something.
    Observed,
    /// The company derives it.
    Derived,
    /// Another gives it.
    Other(OtherSource),
    /// It does not come from the person and the text does not say from whom (lint L21).
    Unsaid,
}

/// A source other than the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherSource {
    /// Who gives it.
    pub from: Localized,
    /// Whether it is publicly accessible.
    pub public: bool,
}

/// Special categories of personal data (GDPR Article 9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpecialCategories {
    /// None, and how they are kept out.
    Excluded(Localized),
    /// The condition of Article 9(2), for example `9(2)(a)`.
    Condition(#[schemars(description = "The condition of Article 9(2).")] String),
    /// They may come in, and the text only asks people not to share them (lint L27).
    Reminder(Localized),
}

impl SpecialCategories {
    /// The letter of the condition of Article 9(2) that is named, `a` to `j`; none where it is not.
    pub fn condition(&self) -> Option<char> {
        let Self::Condition(text) = self else {
            return None;
        };
        let rest = text.trim().strip_prefix("9(2)(")?;
        let mut letter = rest.split_once(')')?.0.chars();
        let only = letter.next().filter(|_| letter.next().is_none());
        only.filter(|letter| ('a'..='j').contains(letter))
    }
}

/// `cookies.toml`: every cookie, by name (P3.2.2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "cookies.toml")]
pub struct Cookies {
    /// The cookies, by name.
    pub cookies: BTreeMap<String, Cookie>,
}

/// A cookie or similar technology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// What it is for.
    pub purpose: Localized,
    /// Its category.
    pub category: CookieCategory,
    /// Who receives what it holds.
    pub recipient: Localized,
    /// How long it stays on the device; for the session when left out.
    pub stored_for: Option<Period>,
}

/// The category of a cookie.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CookieCategory {
    /// Strictly necessary for the service asked for: no consent needed.
    Necessary,
    /// Remembers choices.
    Preferences,
    /// Counts use.
    Statistics,
    /// Marketing and profiling.
    Marketing,
}

/// `promises.toml`: what the statement promises, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "promises.toml")]
pub struct Promises {
    /// The promises, by id, for example `P3.1.1`.
    pub promises: BTreeMap<String, Promise>,
}

/// One promise and what proves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The section that makes it.
    pub section: String,
    /// The promise in one sentence.
    pub says: Localized,
    /// What measures whether it is kept.
    pub proof: Vec<super::promise::Proof>,
}

/// `decisions.toml`: what the organisation decided where the text leaves a gap.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "decisions.toml")]
pub struct Decisions {
    /// The decisions, in any order.
    pub decisions: Vec<Decision>,
}

/// One decision: it settles the findings of one lint rule at some places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The lint rule whose finding it settles, for example `L09`.
    pub rule: String,
    /// Which kinds of finding of the rule it settles, as `ombud check` names them: `no_ground`. Needed
    /// where the rule has several; findings of another kind stay open.
    pub kind: Option<OneOrMany<String>>,
    /// The places it settles, as `ombud check` names them: `webinars.registration`, `section 4.1`.
    pub at: OneOrMany<String>,
    /// What was decided, in one sentence.
    pub decided: Localized,
    /// Why.
    pub why: Localized,
    /// Who decided, as a role.
    pub by: String,
    /// When it was decided.
    #[schemars(with = "String", extend("format" = "date"))]
    pub on: Date,
    /// The day on which it is reviewed; from the day after, the gap counts as open again.
    #[schemars(with = "String", extend("format" = "date"))]
    pub review: Date,
    /// Values for the engine by key path, for example
    /// `"activities.webinars.collections.registration.keep" = "3 years after course_end"`.
    /// The published text stays as it is.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
}
