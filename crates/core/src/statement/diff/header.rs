//! What is said once for all activities: who is responsible, who receives data, rights and cookies.

use super::{Differ, Grade, Kind, Said, Spot, both};
use crate::language::Localized;
use crate::law::transfers::in_eea;
use crate::retention::Period;
use crate::statement::model::{
    Controller, Cookie, CookieCategory, Header, Recipient, RecipientKind, TransferTool,
};
use crate::statement::{names, prose};

impl Differ<'_> {
    pub(super) fn header(&mut self) {
        let (old, new) = (&self.old.header, &self.new.header);
        let spot = Spot {
            at: "statement".to_owned(),
            section: None,
            title: new.title.clone(),
        };
        self.responsible(&spot, (old, new));
        self.rights(&spot.key("rights"), (old, new));
        self.recipients(&spot.key("recipients"), (old, new));
        self.cookies();
    }

    fn responsible(&mut self, spot: &Spot, (old, new): (&Header, &Header)) {
        let spot = Spot {
            section: new.section_of("controller").map(str::to_owned),
            ..spot.key("controller")
        };
        let values = |controller: &Controller| {
            let Controller {
                name,
                address,
                country,
                email,
                phone,
                ..
            } = controller.clone();
            let must = [
                ("name", Some(name)),
                ("address", Some(address)),
                ("country", Some(country)),
            ];
            let may = [
                ("email", email),
                ("phone", phone),
                ("representative", controller.representative.clone()),
                (
                    "data_protection_officer",
                    controller.data_protection_officer.clone(),
                ),
            ];
            must.into_iter().chain(may)
        };
        for ((key, before), (_, after)) in values(&old.controller).zip(values(&new.controller)) {
            let (en, nb) = titles(key);
            let spot = Spot {
                title: Localized::new(en, nb),
                ..spot.key(key)
            };
            let grade = match (&before, &after) {
                (Some(_), None) => Grade::Worse,
                (None, Some(_)) => Grade::Better,
                (Some(_), Some(_)) | (None, None) => Grade::Neutral,
            };
            self.change(
                &spot,
                Kind::Controller,
                grade,
                [before.map(Said::same), after.map(Said::same)],
            );
        }
    }

    fn rights(&mut self, spot: &Spot, (old, new): (&Header, &Header)) {
        let spot = &Spot {
            section: new.section_of("rights").map(str::to_owned),
            title: Localized::new("Your rights", "Rettighetene dine"),
            ..spot.clone()
        };
        let (before, after) = (&old.rights, &new.rights);
        self.set(
            (&spot.key("told"), Kind::Right, Grade::Better),
            &before.told,
            &after.told,
            |right| Said::same_in(&names::right(*right)),
        );
        self.set(
            (&spot.key("channels"), Kind::RightsChannel, Grade::Better),
            &before.channels,
            &after.channels,
            |channel| Said::same_in(&names::channel(*channel)),
        );
        let times = [
            ("answer_within", before.answer_within, after.answer_within),
            ("extension", before.extension, after.extension),
        ];
        for (key, before, after) in times {
            // No promise is worse than a long one: the law's own limit applies.
            let none = if key == "extension" { 0 } else { u64::MAX };
            let score = |period: Option<Period>| period.map_or(none, Period::average_minutes);
            self.scored(
                (&spot.key(key), Kind::AnswerTime),
                (before.map(period), score(before)),
                (after.map(period), score(after)),
            );
        }
    }

    fn recipients(&mut self, spot: &Spot, (old, new): (&Header, &Header)) {
        for (name, recipient) in &old.recipients {
            if !new.recipients.contains_key(name) {
                let gone = Some(Said::new(name, names::recipient_kind(recipient.kind)));
                let at = of_recipient(spot, name, recipient);
                self.change(&at, Kind::Recipient, Grade::Better, [gone, None]);
            }
        }
        for (name, after) in &new.recipients {
            let at = of_recipient(spot, name, after);
            match old.recipients.get(name) {
                None => {
                    let added = Some(Said::new(name, names::recipient_kind(after.kind)));
                    self.change(&at, Kind::Recipient, Grade::Worse, [None, added]);
                }
                Some(before) => self.recipient(&at, before, after),
            }
        }
    }

    fn recipient(&mut self, spot: &Spot, old: &Recipient, new: &Recipient) {
        let kind =
            |recipient: &Recipient| Some(Said::same_in(&names::recipient_kind(recipient.kind)));
        self.scored(
            (&spot.key("kind"), Kind::Recipient),
            (kind(old), own_ends(old.kind)),
            (kind(new), own_ends(new.kind)),
        );
        let tool = |recipient: &Recipient| {
            let tool = recipient.transfer?;
            let words = both(|language| prose::words::transfer(tool, language).to_owned());
            Some(Said::same_in(&words))
        };
        let leaves =
            |recipient: &Recipient| recipient.transfer.is_some_and(|t| t != TransferTool::Eea);
        self.scored(
            (&spot.key("transfer"), Kind::Transfer),
            (tool(old), leaves(old)),
            (tool(new), leaves(new)),
        );
        let abroad = |recipient: &Recipient| -> Vec<String> {
            let countries = recipient.countries.iter();
            countries
                .filter(|country| !in_eea(country))
                .cloned()
                .collect()
        };
        self.set(
            (&spot.key("countries"), Kind::Transfer, Grade::Worse),
            &abroad(old),
            &abroad(new),
            |country| Said::same(country.as_str()),
        );
    }

    fn cookies(&mut self) {
        let (old, new) = (&self.old.cookies.cookies, &self.new.cookies.cookies);
        let spot = |name: &str| Spot {
            at: format!("cookies.cookies.{name}"),
            section: None,
            title: Localized::new(
                format!("Cookie `{name}`"),
                format!("Informasjonskapselen `{name}`"),
            ),
        };
        for (name, cookie) in old {
            if !new.contains_key(name) {
                let gone = Some(Said::new(name, cookie.purpose.clone()));
                self.change(&spot(name), Kind::Cookie, Grade::Better, [gone, None]);
            }
        }
        for (name, after) in new {
            match old.get(name) {
                None => {
                    let added = Some(Said::new(name, after.purpose.clone()));
                    self.change(&spot(name), Kind::Cookie, Grade::Worse, [None, added]);
                }
                Some(before) => self.cookie(&spot(name), before, after),
            }
        }
    }

    fn cookie(&mut self, spot: &Spot, old: &Cookie, new: &Cookie) {
        let category =
            |cookie: &Cookie| Some(Said::same_in(&names::cookie_category(cookie.category)));
        self.scored(
            (&spot.key("category"), Kind::Cookie),
            (category(old), intrusive(old.category)),
            (category(new), intrusive(new.category)),
        );
        let stored = |cookie: &Cookie| {
            Some(match cookie.stored_for {
                Some(stored) => period(stored),
                None => Said::same_in(&Localized::new(
                    "until the browser closes",
                    "til nettleseren lukkes",
                )),
            })
        };
        let minutes = |cookie: &Cookie| cookie.stored_for.map_or(0, Period::average_minutes);
        self.scored(
            (&spot.key("stored_for"), Kind::Cookie),
            (stored(old), minutes(old)),
            (stored(new), minutes(new)),
        );
    }
}

fn of_recipient(spot: &Spot, name: &str, recipient: &Recipient) -> Spot {
    Spot {
        section: recipient.section.clone(),
        title: recipient.title.clone(),
        ..spot.key(name)
    }
}

fn period(period: Period) -> Said {
    Said::new(period.to_string(), both(|language| period.text(language)))
}

/// How much a recipient uses data for ends of its own.
const fn own_ends(kind: RecipientKind) -> u8 {
    match kind {
        RecipientKind::Processor => 0,
        RecipientKind::Group => 1,
        RecipientKind::JointController | RecipientKind::Controller => 2,
        RecipientKind::Partner | RecipientKind::Authority => 3,
        RecipientKind::Public => 4,
    }
}

const fn intrusive(category: CookieCategory) -> u8 {
    match category {
        CookieCategory::Necessary => 0,
        CookieCategory::Preferences => 1,
        CookieCategory::Statistics => 2,
        CookieCategory::Marketing => 3,
    }
}

fn titles(key: &str) -> (&'static str, &'static str) {
    match key {
        "name" => (
            "the company that is responsible",
            "selskapet som er ansvarlig",
        ),
        "address" => ("the company's address", "adressen til selskapet"),
        "country" => ("the company's country", "landet selskapet holder til i"),
        "email" => (
            "the email address for privacy",
            "e-postadressen for personvern",
        ),
        "phone" => ("the telephone number", "telefonnummeret"),
        "representative" => ("the representative in the EEA", "representanten i EØS"),
        _ => ("the data protection officer", "personvernombudet"),
    }
}
