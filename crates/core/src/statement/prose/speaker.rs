//! What each template says: the rule behind it, in the reader's language.

use super::lookup::{Needs, Silent, missing, target};
use super::template::Template;
use super::{keep, words};
use crate::diagnostic::did_you_mean;
use crate::language::Language;
use crate::statement::at::At;
use crate::statement::model::{Activity, BasisName, Channel, Field, Recipient};
use crate::statement::{LegalBasis, Statement, Terms};

/// Every verb, as it is written.
const VERBS: [&str; 31] = [
    "answer",
    "authority.address",
    "authority.name",
    "authority.url",
    "basis",
    "changes",
    "controller.address",
    "controller.country",
    "controller.data_protection_officer",
    "controller.email",
    "controller.joint_arrangement",
    "controller.name",
    "controller.phone",
    "controller.representative",
    "data",
    "disclosure",
    "effect",
    "interest",
    "keep",
    "kept_by",
    "leaves",
    "link",
    "object",
    "objection",
    "recipient",
    "recipients",
    "role",
    "service_messages",
    "transfer",
    "updated",
    "withdraw",
];

/// What stands in place of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// Markdown in the reader's language.
    pub(super) markdown: String,
    /// The key path of the rule that it renders, as `decisions.toml` writes it.
    pub(super) rule: String,
}

/// Speaks of the published reading of a statement in one language.
pub(super) struct Speaker<'a> {
    pub(super) statement: &'a Statement,
    pub(super) language: Language,
}

pub(super) type Answer = Result<Said, Silent>;

impl<'a> Speaker<'a> {
    /// What a template says.
    pub(super) fn say(&self, template: &Template) -> Answer {
        let verb = template.verb.0.as_str();
        if let Some(key) = verb.strip_prefix("controller.") {
            return bare(template, || self.controller(template, key));
        }
        if let Some(key) = verb.strip_prefix("authority.") {
            return bare(template, || self.authority(template, key));
        }
        match verb {
            "updated" => bare(template, || Ok(self.updated())),
            "answer" => bare(template, || Ok(self.answer())),
            "changes" => bare(template, || Ok(self.changes())),
            "disclosure" => bare(template, || Ok(self.disclosure())),
            "link" => self.link(template),
            "keep" => self.keep(template),
            "basis" => self.basis(template),
            "interest" => self.interest(template),
            "data" => self.data(template),
            "recipients" => self.recipients(template),
            "recipient" => self.recipient(template),
            "transfer" => self.transfer(template),
            "kept_by" => self.kept_by(template),
            "leaves" => self.leaves(template),
            "role" => self.role(template),
            "objection" => self.objection(template),
            "effect" => self.effect(template),
            "service_messages" => self.service_messages(template),
            "withdraw" => self.channels(template, "withdraw", |activity| &activity.withdraw),
            "object" => self.channels(template, "object", |activity| &activity.object),
            _ => Err(unknown_verb(template)),
        }
    }

    fn controller(&self, template: &Template, key: &str) -> Answer {
        let controller = &self.statement.published.header.controller;
        let plain = |text: &str| words::escaped(text);
        let markdown = match key {
            "name" => Some(plain(&controller.name)),
            "address" => Some(plain(&controller.address)),
            "country" => Some(plain(&controller.country)),
            "email" => controller.email.as_deref().map(mail),
            "phone" => controller.phone.as_deref().map(phone),
            "representative" => controller.representative.as_deref().map(plain),
            "data_protection_officer" => controller.data_protection_officer.as_deref().map(plain),
            "joint_arrangement" => controller
                .joint_arrangement
                .as_ref()
                .map(|words| plain(words.get(self.language))),
            _ => return Err(unknown_verb(template)),
        };
        Ok(self.said(markdown, format!("statement.controller.{key}")))
    }

    fn authority(&self, template: &Template, key: &str) -> Answer {
        let authority = self.statement.published.header.authority.as_ref();
        let markdown = match key {
            "name" => authority.map(|a| words::escaped(&a.name)),
            "url" => authority.map(|a| words::link(&a.url, &a.url)),
            "address" => authority
                .and_then(|a| a.address.as_deref())
                .map(words::escaped),
            _ => return Err(unknown_verb(template)),
        };
        Ok(self.said(markdown, format!("statement.authority.{key}")))
    }

    /// The answer; a gap that readers can see where the statement leaves it out. The lints name it.
    pub(super) fn said(&self, markdown: Option<String>, rule: String) -> Said {
        let gap = || words::pick(self.language, "(not stated)", "(ikke oppgitt)").to_owned();
        let markdown = markdown.unwrap_or_else(gap);
        Said { markdown, rule }
    }

    fn updated(&self) -> Said {
        Said {
            markdown: words::date(self.statement.published.header.effective, self.language),
            rule: "statement.effective".to_owned(),
        }
    }

    fn link(&self, template: &Template) -> Answer {
        let links = &self.statement.published.header.links;
        let (name, span) = target(template, "a link of statement.toml")?;
        let Some(link) = links.get(name) else {
            let known = links.keys().map(String::as_str);
            let table = Needs::Names(At::file("statement.toml").key("links"));
            return Err(missing((name, span), "link", known, table));
        };
        let title = link.title.get(self.language);
        let markdown = match &link.url {
            Some(url) => words::link(title, url),
            None => words::escaped(title),
        };
        Ok(self.said(Some(markdown), format!("statement.links.{name}")))
    }

    fn keep(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "a collection such as `newsletters.subscription`")?;
        let (id, activity, (key, collection)) = self.collection(name, span)?;
        let rule = format!("activities.{id}.collections.{key}.keep");
        let markdown = keep::sentence(
            &self.statement.published,
            (activity, collection),
            keep::linked,
            self.language,
        );
        Ok(self.said(markdown, rule))
    }

    fn basis(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity, or an activity and a state")?;
        let (id, activity, state) = self.activity_state(name, span)?;
        let bases = chosen(activity, state);
        let spoken: Vec<String> = bases
            .iter()
            .map(|basis| self.basis_words(activity, basis, state.is_none()))
            .collect();
        let spoken = words::and_list(&spoken, self.language);
        Ok(self.said(Some(spoken), format!("activities.{id}.basis")))
    }

    fn basis_words(&self, activity: &Activity, basis: &LegalBasis<'_>, with_when: bool) -> String {
        let markdown = words::escaped(&words::basis(basis, self.language));
        let when = basis.when.filter(|_| with_when);
        let Some(state) = when.and_then(|state| activity.states.get(state)) else {
            return markdown;
        };
        let as_one = words::pick(self.language, "as", "som");
        format!(
            "{markdown} {as_one} {}",
            words::escaped(state.get(self.language))
        )
    }

    fn interest(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity, state) = self.activity_state(name, span)?;
        if !activity.rests_on(BasisName::LegitimateInterest) {
            return Err(Silent {
                span: span.clone(),
                message: format!("`{id}` does not rest on legitimate interest"),
                hint: Some("take the template out of the text".to_owned()),
                needs: Needs::Whole(At::activity(id).key("basis")),
            });
        }
        let interests: Vec<String> = chosen(activity, state)
            .into_iter()
            .filter(|basis| basis.name == BasisName::LegitimateInterest)
            .filter_map(|basis| match basis.terms? {
                Terms::Words(words) => Some(words::escaped(words.get(self.language))),
                Terms::Law(_) => None,
            })
            .collect();
        let spoken = words::and_list(&interests, self.language);
        let spoken = Some(spoken).filter(|spoken| !spoken.is_empty());
        Ok(self.said(spoken, format!("activities.{id}.basis")))
    }

    fn data(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity or a collection")?;
        let (id, collections, rule) = if name.contains('.') {
            let (id, _, (key, collection)) = self.collection(name, span)?;
            let rule = format!("activities.{id}.collections.{key}.fields");
            (id, vec![(key, collection)], rule)
        } else {
            let (id, activity) = self.activity(name, span)?;
            let collections = ordered(self.statement, id, &["collections"], &activity.collections);
            (id, collections, format!("activities.{id}.collections"))
        };
        let mut spoken: Vec<String> = Vec::new();
        for (key, collection) in collections {
            let keys = ["collections", key, "fields"];
            for (name, field) in ordered(self.statement, id, &keys, &collection.fields) {
                let title = words::escaped(&field_title(name, field, self.language));
                if !spoken.contains(&title) {
                    spoken.push(title);
                }
            }
        }
        let spoken = words::and_list(&spoken, self.language);
        let spoken = Some(spoken).filter(|spoken| !spoken.is_empty());
        Ok(self.said(spoken, rule))
    }

    fn recipients(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity) = self.activity(name, span)?;
        let all = &self.statement.published.header.recipients;
        let titles: Vec<String> = activity
            .recipients
            .iter()
            .filter_map(|name| all.get(name))
            .map(|recipient| words::escaped(recipient.title.get(self.language)))
            .collect();
        let spoken = if titles.is_empty() {
            words::pick(self.language, "no one", "ingen").to_owned()
        } else {
            words::and_list(&titles, self.language)
        };
        Ok(self.said(Some(spoken), format!("activities.{id}.recipients")))
    }

    fn recipient(&self, template: &Template) -> Answer {
        let (name, recipient) = self.named_recipient(template)?;
        let title = words::escaped(recipient.title.get(self.language));
        Ok(self.said(Some(title), format!("statement.recipients.{name}.title")))
    }

    fn transfer(&self, template: &Template) -> Answer {
        let (name, recipient) = self.named_recipient(template)?;
        let tool = recipient.transfer;
        let spoken = tool.map(|tool| words::transfer(tool, self.language).to_owned());
        Ok(self.said(spoken, format!("statement.recipients.{name}.transfer")))
    }

    pub(super) fn named_recipient<'t>(
        &self,
        template: &'t Template,
    ) -> Result<(&'t str, &'a Recipient), Silent> {
        let recipients = &self.statement.published.header.recipients;
        let (name, span) = target(template, "a recipient of statement.toml")?;
        let found = recipients.get(name).map(|recipient| (name, recipient));
        let known = recipients.keys().map(String::as_str);
        let table = Needs::Names(At::file("statement.toml").key("recipients"));
        found.ok_or_else(|| missing((name, span), "recipient", known, table))
    }

    fn channels(
        &self,
        template: &Template,
        key: &str,
        of: impl Fn(&'a Activity) -> &'a Vec<Channel>,
    ) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity) = self.activity(name, span)?;
        let channels: Vec<String> = of(activity).iter().map(|c| self.channel(*c)).collect();
        let spoken = words::or_list(&channels, self.language);
        let spoken = Some(spoken).filter(|spoken| !spoken.is_empty());
        Ok(self.said(spoken, format!("activities.{id}.{key}")))
    }

    fn channel(&self, channel: Channel) -> String {
        let header = &self.statement.published.header;
        let plain = words::by_channel(channel, self.language);
        let (address, before) = match channel {
            Channel::Email => {
                let to = words::pick(self.language, "to", "til");
                (
                    header.controller.email.as_deref().map(mail),
                    format!("{plain} {to}"),
                )
            }
            Channel::Phone => {
                let to = words::pick(self.language, "on", "på");
                let by = words::pick(self.language, "by telephone", "telefonisk");
                (
                    header.controller.phone.as_deref().map(phone),
                    format!("{by} {to}"),
                )
            }
            Channel::Form => {
                let with = words::pick(self.language, "with", "med");
                (self.linked("request_form"), with.to_owned())
            }
            Channel::CookieSettings => {
                let inside = words::pick(self.language, "in the", "i");
                (self.linked("cookie_settings"), inside.to_owned())
            }
            Channel::Post => {
                let to = words::pick(self.language, "by letter to", "i brev til");
                (
                    Some(words::escaped(&header.controller.address)),
                    to.to_owned(),
                )
            }
            Channel::Link
            | Channel::Product
            | Channel::Sms
            | Channel::App
            | Channel::Web
            | Channel::SocialMedia
            | Channel::Employer => (None, String::new()),
        };
        address.map_or_else(|| plain.to_owned(), |address| format!("{before} {address}"))
    }

    fn linked(&self, name: &str) -> Option<String> {
        let link = self.statement.published.header.links.get(name)?;
        let title = words::inside_sentence(link.title.get(self.language));
        Some(match &link.url {
            Some(url) => words::link(&title, url),
            None => words::escaped(&title),
        })
    }
}

/// The answer of a verb that takes no second word.
fn bare(template: &Template, say: impl FnOnce() -> Answer) -> Answer {
    match &template.target {
        None => say(),
        Some((_, span)) => Err(Silent {
            span: span.clone(),
            message: format!("`{}` stands alone", template.verb.0),
            hint: Some("leave out the second word".to_owned()),
            needs: Needs::Nothing,
        }),
    }
}

fn unknown_verb(template: &Template) -> Silent {
    let (verb, span) = &template.verb;
    let hint = match did_you_mean(verb, VERBS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("a template begins with one of: {}", VERBS.join(", ")),
    };
    Silent {
        span: span.clone(),
        message: format!("a template cannot say `{verb}`"),
        hint: Some(hint),
        needs: Needs::Nothing,
    }
}

/// The bases that apply in a state; without one those that apply always, and when there are none
/// of those, all.
fn chosen<'a>(activity: &'a Activity, state: Option<&str>) -> Vec<LegalBasis<'a>> {
    let of = |when: Option<&str>| activity.bases().filter(|b| b.when == when).collect();
    let chosen: Vec<LegalBasis<'a>> = of(state);
    if chosen.is_empty() {
        activity.bases().collect()
    } else {
        chosen
    }
}

/// The entries of a table of an activity's file in the order in which they are written there.
fn ordered<'a, T>(
    statement: &Statement,
    id: &str,
    keys: &[&str],
    table: &'a std::collections::BTreeMap<String, T>,
) -> Vec<(&'a str, &'a T)> {
    let file = format!("activities/{id}.toml");
    let written = statement.folder.keys(&file, keys);
    let mut entries: Vec<(&str, &T)> = table.iter().map(|(k, v)| (k.as_str(), v)).collect();
    let at = |name: &str| written.iter().position(|key| key == name);
    entries.sort_by_key(|(name, _)| at(name).unwrap_or(usize::MAX));
    entries
}

/// What people call a field: its title, else that of its category, else its name.
pub(in crate::statement) fn field_title(name: &str, field: &Field, language: Language) -> String {
    if let Some(title) = &field.title {
        return title.get(language).to_owned();
    }
    match crate::dpv::term(&field.category) {
        Some(term) => term.title(language).to_owned(),
        None => name.replace('_', " "),
    }
}

fn mail(address: &str) -> String {
    words::link(address, &format!("mailto:{address}"))
}

fn phone(number: &str) -> String {
    let digits = number.chars().filter(|c| c.is_ascii_digit() || *c == '+');
    words::link(number, &format!("tel:{}", digits.collect::<String>()))
}
