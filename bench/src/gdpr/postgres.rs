//! PostgreSQL as a baseline: a server over the loopback, in a schema of its own.

use std::collections::HashMap;
use std::io::Write as _;

use postgres::types::{ToSql, Type};
use postgres::{Client, NoTls, Row, Statement};

use super::record::push_number;
use super::sql::{Database, Param};
use crate::Failed;

/// A schema on a server; dropped in the end.
pub struct Postgres {
    client: Client,
    prepared: HashMap<String, Statement>,
    schema: String,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Postgres({})", self.schema)
    }
}

impl Postgres {
    /// Makes one on the server of this address.
    pub fn create(address: &str) -> Result<Self, Failed> {
        let mut client = Client::connect(address, NoTls)?;
        let schema = format!("gdprbench_{}", std::process::id());
        client.batch_execute(&format!(
            "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema};
            SET search_path TO {schema}; SET synchronous_commit TO on"
        ))?;
        Ok(Self {
            client,
            prepared: HashMap::new(),
            schema,
        })
    }

    fn statement(&mut self, text: &str) -> Result<Statement, Failed> {
        if let Some(statement) = self.prepared.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text)?;
        self.prepared.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let text = format!("DROP SCHEMA {} CASCADE", self.schema);
        // The server may be gone; what is left is found by its name.
        let _ = self.client.batch_execute(&text).is_ok();
    }
}

fn bound(params: &[Param]) -> Vec<&(dyn ToSql + Sync)> {
    let mut bound: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(params.len());
    for param in params {
        match param {
            Param::Text(text) => bound.push(text),
            Param::Number(number) => bound.push(number),
        }
    }
    bound
}

fn write(row: &Row, out: &mut Vec<u8>) -> Result<(), Failed> {
    for (number, column) in row.columns().iter().enumerate() {
        if number > 0 {
            out.push(b'\t');
        }
        if *column.type_() == Type::INT8 {
            let number: i64 = row.try_get(number)?;
            push_number(out, usize::try_from(number)?);
        } else {
            let text: &str = row.try_get(number)?;
            out.extend_from_slice(text.as_bytes());
        }
    }
    out.push(b'\n');
    Ok(())
}

impl Database for Postgres {
    const NAME: &'static str = "PostgreSQL, 9 indices";

    fn script(&mut self, text: &str) -> Result<(), Failed> {
        Ok(self.client.batch_execute(text)?)
    }

    fn fill(&mut self, rows: &mut dyn Iterator<Item = Vec<Param>>) -> Result<(), Failed> {
        let mut copy = self.client.copy_in("COPY personal FROM STDIN")?;
        for row in rows {
            for (number, param) in row.iter().enumerate() {
                if number > 0 {
                    copy.write_all(b"\t")?;
                }
                match param {
                    Param::Text(text) => copy.write_all(text.as_bytes())?,
                    Param::Number(number) => write!(copy, "{number}")?,
                }
            }
            copy.write_all(b"\n")?;
        }
        copy.finish()?;
        Ok(())
    }

    fn rows(&mut self, text: &str, params: &[Param], out: &mut Vec<u8>) -> Result<(), Failed> {
        let statement = self.statement(text)?;
        for row in self.client.query(&statement, &bound(params))? {
            write(&row, out)?;
        }
        Ok(())
    }

    fn execute(&mut self, text: &str, params: &[Param]) -> Result<usize, Failed> {
        let statement = self.statement(text)?;
        let changed = self.client.execute(&statement, &bound(params))?;
        Ok(usize::try_from(changed)?)
    }

    /// One statement, so that it is one trip to the server.
    fn delete(&mut self, filter: &str, param: Param, log: [Param; 4]) -> Result<usize, Failed> {
        let text = format!(
            "WITH gone AS (DELETE FROM personal WHERE {filter} RETURNING 1), logged AS (
                INSERT INTO audit (seq, at, act, what)
                SELECT $2::bigint, $3::bigint, $4::text, $5::text WHERE EXISTS (SELECT 1 FROM gone))
            SELECT COUNT(*) FROM gone"
        );
        let statement = self.statement(&text)?;
        let params: Vec<Param> = [param].into_iter().chain(log).collect();
        let row = self.client.query_one(&statement, &bound(&params))?;
        let deleted: i64 = row.try_get(0)?;
        Ok(usize::try_from(deleted)?)
    }

    fn bytes(&mut self) -> Result<u64, Failed> {
        let text = "SELECT pg_total_relation_size('personal') + pg_total_relation_size('audit')";
        let bytes: i64 = self.client.query_one(text, &[])?.try_get(0)?;
        Ok(u64::try_from(bytes)?)
    }
}
