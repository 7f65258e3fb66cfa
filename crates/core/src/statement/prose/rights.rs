//! What templates say of roles, choices, answers and what is left: rules that are no period of a
//! collection, each as sentences.

use super::keep;
use super::lookup::{Needs, Silent, target};
use super::speaker::{Answer, Said, Speaker};
use super::template::Template;
use super::words;
use crate::language::{Language, Localized};
use crate::retention::{self, Period, Titles};
use crate::statement::at::At;
use crate::statement::model::{BasisName, Leaves, OneOrMany, Role};

impl Speaker<'_> {
    /// Who is controller, and where rights are used.
    pub(super) fn role(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity) = self.activity(name, span)?;
        let company = &self.statement.published.header.controller.name;
        let plain = |words: &str| words::escaped(words);
        let spoken = match (&activity.role, self.language) {
            (Role::Controller, Language::En) => format!("The controller is {}.", plain(company)),
            (Role::Controller, Language::Nb) => {
                format!("Behandlingsansvarlig er {}.", plain(company))
            }
            (Role::ProcessorFor(whom), Language::En) => {
                let whom = plain(whom.get(self.language));
                format!(
                    "The controller is {whom}. We handle the data on behalf of {whom}, as \
                     instructed. To use your rights, turn to {whom}."
                )
            }
            (Role::ProcessorFor(whom), Language::Nb) => {
                let whom = plain(whom.get(self.language));
                format!(
                    "Behandlingsansvarlig er {whom}. Vi behandler opplysningene på vegne av {whom}, \
                     etter instruks. Vil du bruke rettighetene dine, henvender du deg til {whom}."
                )
            }
            (Role::JointWith(whom), language) => {
                let whom = plain(whom.get(language));
                words::pick(
                    language,
                    format!("We are joint controllers with {whom} (GDPR Article 26)."),
                    format!("Vi er felles behandlingsansvarlige med {whom} (GDPR artikkel 26)."),
                )
            }
        };
        Ok(self.said(Some(spoken), format!("activities.{id}.role")))
    }

    /// What an objection does: to marketing it is absolute (Article 21(3)), else it is weighed, and
    /// the use rests meanwhile (Articles 18(1)(d), 21(1)).
    pub(super) fn objection(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity) = self.activity(name, span)?;
        let weighed = [BasisName::LegitimateInterest, BasisName::PublicTask];
        let spoken = if activity.marketing {
            words::pick(
                self.language,
                "When you object, we stop at once, and you need not say why (GDPR Article 21(3)).",
                "Når du protesterer, slutter vi med en gang, og du trenger ikke å si hvorfor (GDPR \
                 artikkel 21 nr. 3).",
            )
        } else if weighed.iter().any(|basis| activity.rests_on(*basis)) {
            words::pick(
                self.language,
                "When you object, we do not use the data while we weigh your reasons. We go on only \
                 if compelling grounds override your interests (GDPR Article 21(1)).",
                "Når du protesterer, bruker vi ikke opplysningene mens vi vurderer grunnene dine. Vi \
                 fortsetter bare hvis tvingende grunner går foran interessene dine (GDPR artikkel 21 \
                 nr. 1).",
            )
        } else {
            return Err(Silent {
                span: span.clone(),
                message: format!("the basis of `{id}` gives no right to object"),
                hint: Some("take the template out of the text".to_owned()),
                needs: Needs::Whole(At::activity(id).key("basis")),
            });
        };
        Ok(self.said(Some(spoken.to_owned()), format!("activities.{id}.basis")))
    }

    /// How soon an opt-out has reached every channel.
    pub(super) fn effect(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity) = self.activity(name, span)?;
        let within = activity.takes_effect_within;
        let within = within.map(|within| within.text(self.language));
        let spoken = match (within, self.language) {
            (None, Language::En) => "An opt-out takes effect at once.".to_owned(),
            (None, Language::Nb) => "En avmelding virker med en gang.".to_owned(),
            (Some(within), Language::En) => {
                format!("An opt-out reaches every channel within {within}.")
            }
            (Some(within), Language::Nb) => {
                format!("En avmelding når alle kanaler innen {within}.")
            }
        };
        let rule = format!("activities.{id}.takes_effect_within");
        Ok(self.said(Some(spoken), rule))
    }

    /// What still goes out after an opt-out.
    pub(super) fn service_messages(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "an activity")?;
        let (id, activity) = self.activity(name, span)?;
        let spoken = activity.service_messages.as_ref().map(|messages| {
            let messages = words::escaped(messages.get(self.language));
            words::pick(
                self.language,
                format!("After an opt-out we still send you {messages}."),
                format!("Etter en avmelding sender vi deg fortsatt {messages}."),
            )
        });
        Ok(self.said(spoken, format!("activities.{id}.service_messages")))
    }

    /// What stays of a record after it is erased.
    pub(super) fn leaves(&self, template: &Template) -> Answer {
        let (name, span) = target(template, "a collection such as `newsletters.subscription`")?;
        let (id, activity, (key, collection)) = self.collection(name, span)?;
        let reading = &self.statement.published;
        let of = (activity, collection);
        let left = |left: &Leaves| {
            let (what, keep) = match left {
                Leaves::Suppression => (
                    words::pick(
                        self.language,
                        "a keyed hash of who you are, so that your opt-out holds",
                        "et nøklet sammendrag av hvem du er, slik at avmeldingen din gjelder",
                    ),
                    None,
                ),
                Leaves::ConsentProof(keep) => (
                    words::pick(
                        self.language,
                        "the proof of your consent",
                        "beviset for samtykket ditt",
                    ),
                    Some(keep),
                ),
                Leaves::Hash(keep) => (
                    words::pick(self.language, "a hash", "et sammendrag"),
                    Some(keep),
                ),
            };
            match keep {
                None => what.to_owned(),
                Some(keep) => format!(
                    "{what}, {}",
                    keep::how_long(reading, of, keep, self.language)
                ),
            }
        };
        let all = collection.leaves.iter().flat_map(OneOrMany::as_slice);
        let all: Vec<String> = all.map(left).collect();
        let spoken = (!all.is_empty()).then(|| {
            let opening = words::pick(
                self.language,
                "When it is deleted, this is left:",
                "Når det slettes, blir dette igjen:",
            );
            format!("{opening} {}.", all.join("; "))
        });
        let rule = format!("activities.{id}.collections.{key}.leaves");
        Ok(self.said(spoken, rule))
    }

    /// How long a recipient keeps the data by its own clock.
    pub(super) fn kept_by(&self, template: &Template) -> Answer {
        let (name, recipient) = self.named_recipient(template)?;
        let spoken = recipient.keep.as_ref().map(|keep| {
            let title = words::escaped(recipient.title.get(self.language));
            let long = retention::how_long(keep, &Titles::new(), self.language);
            words::pick(
                self.language,
                format!("With {title}, it is kept {long}."),
                format!("Hos {title} oppbevares det {long}."),
            )
        });
        Ok(self.said(spoken, format!("statement.recipients.{name}.keep")))
    }

    /// How soon requests are answered, and by how much that may be extended (Article 12(3)).
    pub(super) fn answer(&self) -> Said {
        let rights = &self.statement.published.header.rights;
        let text = |period: Period| period.text(self.language);
        let spoken = rights.answer_within.map(text).map(|within| {
            words::pick(
                self.language,
                format!("We answer within {within}."),
                format!("Vi svarer innen {within}."),
            )
        });
        let longer = rights.extension.map(text).map(|longer| {
            words::pick(
                self.language,
                format!(
                    " Where requests are complex or many, we may take {longer} more; we then tell \
                     you so, and why, within one month."
                ),
                format!(
                    " Er forespørsler sammensatte eller mange, kan vi bruke {longer} til; da sier vi \
                     fra om det, og hvorfor, innen én måned."
                ),
            )
        });
        let spoken = spoken.map(|spoken| spoken + &longer.unwrap_or_default());
        self.said(spoken, "statement.rights.answer_within".to_owned())
    }

    /// How people are told of changes, and how long before.
    pub(super) fn changes(&self) -> Said {
        let changes = self.statement.published.header.changes.as_ref();
        let spoken = changes
            .filter(|changes| !changes.channels.is_empty() || changes.notice.is_some())
            .map(|changes| {
                let channels = changes.channels.iter();
                let channels =
                    channels.map(|one| words::by_channel(*one, self.language).to_owned());
                let channels = words::and_list(&channels.collect::<Vec<_>>(), self.language);
                let told = words::pick(
                    self.language,
                    "We tell you of important changes",
                    "Vi sier fra om viktige endringer",
                );
                let told = [told, channels.as_str()].join(" ");
                let before = changes.notice.map(|notice| notice.text(self.language));
                let before = before.map(|before| {
                    words::pick(
                        self.language,
                        format!(", at least {before} before they apply"),
                        format!(", minst {before} før de gjelder"),
                    )
                });
                format!("{}{}.", told.trim_end(), before.unwrap_or_default())
            });
        self.said(spoken, "statement.changes.notice".to_owned())
    }

    /// On what authorities get data, and when the person is told.
    pub(super) fn disclosure(&self) -> Said {
        let requests = self.statement.published.header.authority_requests.as_ref();
        let spoken = requests.map(|requests| {
            let plain = |words: &Localized| words::escaped(words.get(self.language));
            let only_on = plain(&requests.only_on);
            let mut spoken = words::pick(
                self.language,
                format!("We hand data over to public authorities only on {only_on}."),
                format!("Vi gir opplysninger til offentlige myndigheter bare etter {only_on}."),
            );
            if let Some(told) = requests.person_told.as_ref().map(plain) {
                spoken += &words::pick(
                    self.language,
                    format!(" We tell you {told}."),
                    format!(" Vi sier fra til deg {told}."),
                );
            }
            if let Some(before) = requests
                .notice_before
                .map(|before| before.text(self.language))
            {
                spoken += &words::pick(
                    self.language,
                    format!(" Where the law allows it, you hear of it at least {before} before."),
                    format!(" Der loven tillater det, hører du om det minst {before} før."),
                );
            }
            spoken
        });
        self.said(spoken, "statement.authority_requests.only_on".to_owned())
    }
}
