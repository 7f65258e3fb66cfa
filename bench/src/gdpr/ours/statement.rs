//! The statement of an organisation with twenty-five purposes.

use std::fmt::Write as _;

use ombud_core::statement::{Folder, Statement, load};

use crate::Failed;
use crate::gdpr::record::Field;

const HEADER: &str = r#"
title     = { en = "Privacy statement" }
languages = ["en"]
effective = "2026-09-01"
zone      = "UTC"

[controller]
name    = "Example AS"
address = "Storgata 1, 0155 Oslo"
country = "NO"
email   = "privacy@example.com"

[identities]
login   = { title = { en = "login" }, normalise = "exact" }
purpose = { title = { en = "purpose of the organisation" }, normalise = "exact" }

[rights]
told     = ["access", "rectification", "erasure", "restriction", "portability", "objection", "complaint"]
channels = ["email"]
"#;

/// Terms and records lie in one collection, so that one clock ends both.
const ACTIVITY: &str = r#"
section  = "NUMBER"
title    = { en = "Purpose NAME" }
why      = { en = "to serve purpose NAME" }
purpose  = "dpv:RequestedServiceProvision"
subjects = "dpv:Customer"
basis    = { legitimate_interest = { en = "to serve purpose NAME" } }
sources  = ["subject"]

[collections.record]
title = { en = "record" }
keep  = "until ended"
then  = "erase"

[collections.record.events]
ended = { en = "the end of its period" }

[collections.record.fields]
key  = { title = { en = "number" }, category = "pd:Transactional", type = "integer", optional = true }
data = { title = { en = "data" }, category = "pd:Transactional", optional = true }
made = { title = { en = "when its terms were made" }, category = "pd:Transactional", type = "integer", optional = true }
rev  = { title = { en = "which changes of the purpose they hold" }, category = "pd:Transactional", type = "integer", optional = true }
"#;

/// What the organisation keeps about itself: how the terms of its purposes have changed.
const ADMINISTRATION: &str = r#"
section  = "26"
title    = { en = "Administration" }
why      = { en = "to know which terms hold" }
purpose  = "dpv:RequestedServiceProvision"
subjects = "dpv:Customer"
basis    = { legitimate_interest = { en = "to know which terms hold" } }
sources  = ["subject"]

[collections.terms]
title = { en = "terms of a purpose" }
keep  = "as long as necessary"

[collections.terms.fields]
rev   = { title = { en = "how many changes there were" }, category = "pd:Transactional", type = "integer" }
rules = { title = { en = "the changes that hold" }, category = "pd:Transactional" }
users = { title = { en = "who was given records of others" }, category = "pd:Transactional" }
"#;

/// The collection in which the terms of the purposes lie.
pub(super) const TERMS: &str = "administration.terms";

/// The collection of a purpose.
pub(super) fn collection(purpose: u16) -> String {
    format!("{}.record", Field::Purpose.text(purpose))
}

/// The purpose of a collection; none for that of the organisation itself.
pub(super) fn purpose(collection: &str) -> Option<u16> {
    Field::Purpose.parse(collection.strip_suffix(".record")?)
}

/// The statement, read and made ready.
pub(super) fn statement() -> Result<Statement, Failed> {
    let mut prose = String::new();
    let mut files = vec![
        ("statement.toml".to_owned(), HEADER.to_owned()),
        (
            "activities/administration.toml".to_owned(),
            ADMINISTRATION.to_owned(),
        ),
    ];
    for purpose in 0..Field::Purpose.values() {
        let name = Field::Purpose.text(purpose);
        let number = (purpose + 1).to_string();
        let mut text = ACTIVITY.replace("NUMBER", &number).replace("NAME", &name);
        for field in Field::ALL.into_iter().skip(1) {
            let column = field.column();
            writeln!(
                text,
                "{column} = {{ title = {{ en = \"{column}\" }}, category = \"pd:Transactional\", optional = true }}"
            )?;
        }
        writeln!(
            prose,
            "# {number} Purpose {name} {{#{name}}}\n\n{{{{ keep {name}.record }}}}\n"
        )?;
        files.push((format!("activities/{name}.toml"), text));
    }
    prose.push_str("# 26 Administration {#administration}\n\n{{ keep administration.terms }}\n");
    files.push(("text/en.md".to_owned(), prose));
    load(Folder::new(files)).map_err(|errors| format!("{errors:#?}").into())
}
