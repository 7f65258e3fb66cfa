//! `ombud key add|list|renew|revoke`.

use clap::Subcommand;
use ombud_core::access::{Access, EVERY_ACTIVITY, Reach};
use serde_json::json;

use super::{Outcome, Output, undeclared};
use crate::clock::Clock;
use crate::config::{InputError, Settings};
use crate::flow::Ombud;
use crate::flow::key::{Key, Token};

/// Make, list and revoke the keys of applications.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key and print it: it is not kept, so this is the only time
    Add {
        /// What the application is called, for example `shop`
        name: String,
        /// An activity that it may read; `*` for all
        #[arg(long = "read", value_name = "ACTIVITY", value_delimiter = ',')]
        read: Vec<String>,
        /// An activity that it may write; `*` for all
        #[arg(long = "write", value_name = "ACTIVITY", value_delimiter = ',')]
        write: Vec<String>,
    },
    /// List the keys, revoked ones too
    List,
    /// Put a new key in the place of one that works, and print it
    Renew {
        /// The name of the key
        name: String,
    },
    /// Refuse a key from now on; servers notice within a second
    Revoke {
        /// The name of the key
        name: String,
    },
}

impl Command {
    pub(super) async fn run(
        self,
        settings: &Settings,
        clock: &Clock,
        out: &mut Output<'_>,
    ) -> anyhow::Result<Outcome> {
        let ombud = match self {
            Self::List => settings.reading(clock).await?,
            Self::Add { .. } | Self::Renew { .. } | Self::Revoke { .. } => {
                settings.writing(clock).await?
            }
        };
        let now = clock.now();
        match self {
            Self::Add { name, read, write } => {
                let access = access(&ombud, &name, read, write)?;
                match ombud.add_key(&name, &access, now).await? {
                    Some(token) => tell(&name, &token, out)?,
                    None => {
                        return Err(InputError(format!(
                            "the name `{name}` was used before; choose another, or `ombud key renew {name}`"
                        ))
                        .into());
                    }
                }
                Ok(Outcome::Done)
            }
            Self::List => {
                for key in ombud.keys().await? {
                    show(&key, out)?;
                }
                Ok(Outcome::Done)
            }
            Self::Renew { name } => match ombud.renew_key(&name, now).await? {
                Some(token) => {
                    tell(&name, &token, out)?;
                    Ok(Outcome::Done)
                }
                None => Ok(absent(&name, out)),
            },
            Self::Revoke { name } => {
                if ombud.revoke_key(&name, now).await? {
                    out.line(format!("`{name}` is refused from now on"))?;
                    Ok(Outcome::Done)
                } else {
                    Ok(absent(&name, out))
                }
            }
        }
    }
}

fn absent(name: &str, out: &mut Output<'_>) -> Outcome {
    out.complain(&format!(
        "no key called `{name}` works; `ombud key list` shows all\n"
    ));
    Outcome::No
}

/// Input that makes no key: a name that is none, no right at all, an activity that is not declared.
fn access(
    ombud: &Ombud,
    name: &str,
    read: Vec<String>,
    write: Vec<String>,
) -> Result<Access, InputError> {
    let letters = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(letters) {
        let text = "a name has 1 to 64 letters, digits, `-`, `_` or `.`";
        return Err(InputError(text.to_owned()));
    }
    for activity in read.iter().chain(&write) {
        if activity != EVERY_ACTIVITY && !ombud.book.activities.contains_key(activity) {
            return Err(undeclared(ombud, activity));
        }
    }
    let access = Access {
        read: Reach::new(read),
        write: Reach::new(write),
    };
    if access == Access::default() {
        let text = "this key could do nothing; give it `--read` or `--write`";
        return Err(InputError(text.to_owned()));
    }
    Ok(access)
}

fn tell(name: &str, token: &Token, out: &mut Output<'_>) -> std::io::Result<()> {
    if out.json {
        return out.value(&json!({ "name": name, "key": token.secret() }));
    }
    out.line(token.secret())?;
    out.complain("keep it now: it is not stored here and cannot be shown again\n");
    Ok(())
}

fn show(key: &Key, out: &mut Output<'_>) -> std::io::Result<()> {
    let Key {
        name,
        access: Access { read, write },
        made_at,
        revoked_at,
    } = key;
    if out.json {
        return out.row(&json!({
            "name": name,
            "read": read.names().collect::<Vec<_>>(),
            "write": write.names().collect::<Vec<_>>(),
            "made_at": made_at,
            "revoked_at": revoked_at,
        }));
    }
    let state = revoked_at.map_or_else(
        || format!("since {made_at}"),
        |at| format!("revoked at {at}"),
    );
    out.line(format!("{name}  read: {read}  write: {write}  {state}"))
}
