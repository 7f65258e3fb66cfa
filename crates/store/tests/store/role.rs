//! What the roles of a server may do with the evidence (R11).

use ombud_store::StoreError;

use crate::harness::{Fresh, at, bucket};

/// What nobody may do.
const FORBIDDEN: [&str; 5] = [
    "UPDATE evidence SET fact = 'other'",
    "DELETE FROM evidence WHERE seq = 1",
    "TRUNCATE evidence",
    "UPDATE log_leaf SET place = 0",
    "DELETE FROM log_leaf",
];

/// Roles of the server, gone when dropped.
struct Roles<'d> {
    db: &'d Fresh,
    owner: String,
    app: String,
}

impl<'d> Roles<'d> {
    fn new(db: &'d Fresh) -> Self {
        let (owner, app) = (
            format!("{}_owner", db.schema()),
            format!("{}_app", db.schema()),
        );
        for role in [&owner, &app] {
            db.tamper(&format!("CREATE ROLE {role}"));
        }
        Self { db, owner, app }
    }
}

impl Drop for Roles<'_> {
    fn drop(&mut self) {
        for role in [&self.owner, &self.app] {
            self.db
                .tamper(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"));
        }
    }
}

/// The role lacks the right.
fn refused(client: &mut postgres::Client, sql: &str) {
    let error = client.batch_execute(sql).err();
    let code = error.as_ref().and_then(postgres::Error::code);
    assert_eq!(
        code,
        Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE),
        "{sql}"
    );
}

/// Appends an entry, which every role must be able to.
fn appends(store: &ombud_store::Store) -> u64 {
    let append = |tx: &mut ombud_store::Tx<'_>| {
        let fact = ombud_core::evidence::Fact::Restored {
            size: 0,
            root: ombud_core::evidence::Hash::ZERO,
        };
        Ok::<_, StoreError>(tx.append_evidence(at(1), fact)?.place)
    };
    store.write("append", bucket(1), append).wait().unwrap()
}

#[test]
fn r11_the_owner_of_the_tables_changes_no_evidence() {
    let Some(db) = Fresh::postgres() else { return };
    let roles = Roles::new(&db);
    let (schema, owner) = (db.schema(), &roles.owner);
    // Its tables are made anew, by a role that is no superuser.
    db.tamper(&format!(
        "DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema} AUTHORIZATION {owner}"
    ));
    std::fs::remove_dir_all(&db.config.keys_dir).unwrap();
    let (store, mut client) = db.as_role(owner);
    let store = store.unwrap();
    assert_eq!((appends(&store), appends(&store)), (1, 2));
    for sql in FORBIDDEN {
        refused(&mut client, sql);
    }
    let chain = store.read("chain", bucket(1), |tx| tx.chain_head());
    assert_eq!(chain.wait().unwrap().unwrap().0, 2, "nothing was changed");
}

#[test]
fn r11_a_role_of_its_own_cannot_take_the_right_either() {
    let Some(db) = Fresh::postgres() else { return };
    let roles = Roles::new(&db);
    let (schema, app) = (db.schema(), &roles.app);
    // As in the guide on running a server.
    db.tamper(&format!(
        "GRANT USAGE ON SCHEMA {schema} TO {app};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {app};
         REVOKE UPDATE, DELETE ON evidence, log_leaf FROM {app};"
    ));
    let (store, mut client) = db.as_role(app);
    let store = store.unwrap();
    assert_eq!((appends(&store), appends(&store)), (1, 2));
    for sql in FORBIDDEN {
        refused(&mut client, sql);
    }
    // A right that is not one's own to give is given to nobody; the server only warns.
    client
        .batch_execute(&format!("GRANT UPDATE ON evidence TO {app}"))
        .unwrap();
    let [first, ..] = FORBIDDEN;
    refused(&mut client, first);
}
