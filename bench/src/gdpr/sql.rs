//! The baselines: one flat table with an index on every field, and a table of what was deleted.

use super::engine::{Engine, LOGS, Response};
use super::mix::{By, Kind, LOADED_AT, Op};
use super::record::{Field, Meta, data};
use crate::Failed;

/// A value that is bound to a statement.
#[derive(Clone, Debug)]
pub enum Param {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
}

/// A database that speaks SQL. Statements bind `$1` to `$n`, in the order in which they first appear.
pub trait Database {
    /// What reports call it.
    const NAME: &'static str;

    /// Runs many statements, without values.
    fn script(&mut self, text: &str) -> Result<(), Failed>;

    /// Stores records, quickly: `table` is filled before it has indices.
    fn fill(&mut self, rows: &mut dyn Iterator<Item = Vec<Param>>) -> Result<(), Failed>;

    /// Writes all rows that a statement returns, columns apart by tabs. The third column of ten and
    /// more is a number.
    fn rows(&mut self, text: &str, params: &[Param], out: &mut Vec<u8>) -> Result<(), Failed>;

    /// Runs one statement durably, and returns how many rows it changed.
    fn execute(&mut self, text: &str, params: &[Param]) -> Result<usize, Failed>;

    /// Deletes rows and logs it, in one transaction: entry, instant, act and what was asked.
    fn delete(&mut self, filter: &str, param: Param, log: [Param; 4]) -> Result<usize, Failed>;

    /// The bytes that the table, its indices and the log take on disk.
    fn bytes(&mut self) -> Result<u64, Failed>;
}

/// The tables. `ends` is when a record's period is over, in milliseconds.
const TABLES: &str = "
    CREATE TABLE personal (key TEXT NOT NULL PRIMARY KEY, pur TEXT NOT NULL, ttl BIGINT NOT NULL,
        usr TEXT NOT NULL, obj TEXT NOT NULL, dec TEXT NOT NULL, acl TEXT NOT NULL, shr TEXT NOT NULL,
        src TEXT NOT NULL, cat TEXT NOT NULL, data TEXT NOT NULL, created BIGINT NOT NULL,
        ends BIGINT NOT NULL);
    CREATE TABLE audit (seq BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, act TEXT NOT NULL,
        what TEXT NOT NULL);";

/// The insert of a whole row.
pub(super) const INSERT: &str = "INSERT INTO personal (key, pur, ttl, usr, obj, dec, acl, shr, src, cat, \
    data, created, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

const META: &str = "key, pur, ttl, usr, obj, dec, acl, shr, src, cat";

/// A baseline over a database.
#[derive(Debug)]
pub struct Baseline<D> {
    /// The database.
    pub database: D,
    entries: i64,
}

impl<D: Database> Baseline<D> {
    /// Makes the tables.
    pub fn new(mut database: D) -> Result<Self, Failed> {
        database.script(TABLES)?;
        Ok(Self {
            database,
            entries: 0,
        })
    }

    fn read(&mut self, columns: &str, op: &Op, by: By) -> Result<Response, Failed> {
        let (filter, param) = filter(op, by);
        let mut out = Vec::new();
        let text = format!("SELECT {columns} FROM personal WHERE {filter}");
        self.database.rows(&text, &[param], &mut out)?;
        Ok(Response::Rows(out))
    }

    fn update(&mut self, op: &Op, by: By) -> Result<Response, Failed> {
        let value = Meta::of(op.key).get(op.target);
        let (filter, param) = filter(op, by);
        // The parameter of the filter comes second here.
        let filter = filter.replace("$1", "$2");
        let column = op.target.column();
        let (value, more) = if op.target == Field::Ttl {
            let seconds = i64::from(super::record::seconds(value));
            (
                Param::Number(seconds),
                ", ends = created + CAST($1 AS BIGINT) * 1000",
            )
        } else {
            (Param::Text(op.target.text(value)), "")
        };
        let text = format!("UPDATE personal SET {column} = $1{more} WHERE {filter}");
        let changed = self.database.execute(&text, &[value, param])?;
        Ok(Response::Done(Some(changed)))
    }

    fn update_all(&mut self, op: &Op) -> Result<Response, Failed> {
        let text = "UPDATE personal SET pur = $1, ttl = $2, usr = $3, obj = $4, dec = $5, acl = $6, \
            shr = $7, src = $8, cat = $9, data = $10, ends = created + CAST($2 AS BIGINT) * 1000 WHERE key = $11";
        let mut params = row(op.key, op.at);
        let key = params.remove(0);
        params.truncate(10);
        params.push(key);
        let changed = self.database.execute(text, &params)?;
        Ok(Response::Done(Some(changed)))
    }

    fn delete(&mut self, op: &Op, by: By) -> Result<Response, Failed> {
        let (filter, param) = match by {
            By::Field(Field::Ttl) => ("ends <= $1".to_owned(), Param::Number(op.at)),
            By::Key | By::Field(_) => filter(op, by),
        };
        self.entries += 1;
        let what = match &param {
            Param::Text(text) => text.clone(),
            Param::Number(number) => number.to_string(),
        };
        let log = [
            Param::Number(self.entries),
            Param::Number(op.at),
            Param::Text("delete".to_owned()),
            Param::Text(what),
        ];
        let deleted = self.database.delete(&filter, param, log)?;
        Ok(Response::Done(Some(deleted)))
    }

    fn count(&mut self, text: &str, params: &[Param]) -> Result<usize, Failed> {
        let mut out = Vec::new();
        self.database.rows(text, params, &mut out)?;
        let rows = out.split(|byte| *byte == b'\n');
        Ok(rows.filter(|row| !row.is_empty()).count())
    }

    /// The same read by subject, without the help of an index.
    pub fn scan(&mut self, user: u16) -> Result<Vec<u8>, Failed> {
        let mut out = Vec::new();
        let text = format!("SELECT {META} FROM personal WHERE usr || '' = $1");
        let user = Param::Text(Field::User.text(user));
        self.database.rows(&text, &[user], &mut out)?;
        Ok(out)
    }
}

fn filter(op: &Op, by: By) -> (String, Param) {
    match by {
        By::Key => ("key = $1".to_owned(), key(op.key)),
        By::Field(field) => {
            let text = field.text(Meta::of(op.key).get(field));
            (format!("{} = $1", field.column()), Param::Text(text))
        }
    }
}

fn key(number: usize) -> Param {
    Param::Text(format!("key{number}"))
}

/// A record as a row of the table.
fn row(number: usize, created: i64) -> Vec<Param> {
    let meta = Meta::of(number);
    let mut params = vec![key(number)];
    for field in Field::ALL {
        let value = meta.get(field);
        params.push(if field == Field::Ttl {
            Param::Number(i64::from(super::record::seconds(value)))
        } else {
            Param::Text(field.text(value))
        });
    }
    params.push(Param::Text(data(number)));
    params.push(Param::Number(created));
    params.push(Param::Number(meta.ends(created)));
    params
}

impl<D: Database> Engine for Baseline<D> {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn load(&mut self, records: usize) -> Result<(), Failed> {
        self.database
            .fill(&mut (0..records).map(|number| row(number, LOADED_AT)))?;
        for field in Field::ALL {
            let column = if field == Field::Ttl {
                "ends"
            } else {
                field.column()
            };
            let text = format!("CREATE INDEX personal_{column} ON personal ({column})");
            self.database.script(&text)?;
        }
        self.database.script("ANALYZE")
    }

    fn run(&mut self, op: &Op) -> Result<Response, Failed> {
        match op.kind {
            Kind::Create => {
                let created = self.database.execute(INSERT, &row(op.key, op.at))?;
                Ok(Response::Done(Some(created)))
            }
            Kind::ReadData(by) => self.read(&format!("{META}, data"), op, by),
            Kind::ReadMeta(by) => self.read(META, op, by),
            Kind::UpdateData => {
                let text = "UPDATE personal SET data = $1 WHERE key = $2";
                let params = [Param::Text(data(op.key)), key(op.key)];
                let changed = self.database.execute(text, &params)?;
                Ok(Response::Done(Some(changed)))
            }
            Kind::UpdateAll => self.update_all(op),
            Kind::UpdateMeta(by) => self.update(op, by),
            Kind::Delete(by) => self.delete(op, by),
            Kind::Logs => {
                let text =
                    format!("SELECT what, act, at FROM audit ORDER BY seq DESC LIMIT {LOGS}");
                Ok(Response::Logs(self.count(&text, &[])?))
            }
            Kind::Features => Ok(Response::Features(vec![
                "indexed metadata",
                "audit of deletions",
            ])),
            Kind::VerifyDeletion => {
                let text = "SELECT key FROM personal WHERE key = $1";
                Ok(Response::Gone(self.count(text, &[key(op.key)])? == 0))
            }
        }
    }

    fn logs_everything(&self) -> bool {
        false
    }

    fn dump(&mut self) -> Result<Vec<u8>, Failed> {
        let mut out = Vec::new();
        let text = format!("SELECT {META}, data FROM personal");
        self.database.rows(&text, &[], &mut out)?;
        Ok(out)
    }

    fn bytes(&mut self) -> Result<u64, Failed> {
        self.database.bytes()
    }
}
