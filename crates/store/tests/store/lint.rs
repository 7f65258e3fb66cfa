//! Reads an SQL text and says which rules it breaks. What it does not know, it refuses: a new kind
//! of expression or join is let in here first.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever is not named is refused"
)]

use std::collections::BTreeSet;

use sqlparser::ast::{
    Assignment, BinaryOperator, Delete, Expr, FromTable, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, GroupByExpr, Ident, InTarget, Insert, JoinConstraint, JoinOperator,
    LimitClause, OnConflictAction, OnInsert, OrderByKind, Query, Select, SelectItem, SetExpr,
    Statement, TableFactor, TableObject, TableWithJoins, Update, Value, ValueWithSpan,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::schema::HOME;

/// What is wrong with a statement; nothing if it keeps the rules.
pub(crate) fn findings(sql: &str) -> BTreeSet<&'static str> {
    let Ok(statements) = Parser::parse_sql(&PostgreSqlDialect {}, sql) else {
        return BTreeSet::from(["does not parse"]);
    };
    let [statement] = statements.as_slice() else {
        return BTreeSet::from(["not one statement"]);
    };
    let mut reader = Reader::default();
    match statement {
        Statement::Query(query) => reader.query(query),
        Statement::Insert(insert) => reader.insert(insert),
        Statement::Update(update) => reader.update(update),
        Statement::Delete(delete) => reader.delete(delete),
        _ => reader.refuse(true, "R5: kind of statement"),
    }
    // `$1` to `$n` are all used, and the bucket is the same one throughout.
    let last = reader.numbers.last().copied().unwrap_or_default();
    reader.refuse(
        reader.numbers != (1..=last).collect(),
        "placeholders have gaps",
    );
    reader.refuse(reader.buckets.len() > 1, "R1: more than one bucket");
    reader.findings
}

#[derive(Default)]
struct Reader {
    findings: BTreeSet<&'static str>,
    /// The numbers of all `$n`.
    numbers: BTreeSet<usize>,
    /// The `$n` that a bucket is compared with.
    buckets: BTreeSet<String>,
}

impl Reader {
    fn refuse(&mut self, wrong: bool, finding: &'static str) {
        if wrong {
            self.findings.insert(finding);
        }
    }

    fn query(&mut self, query: &Query) {
        self.refuse(query.with.is_some(), "R5: WITH");
        self.refuse(!query.locks.is_empty(), "R5: row locks");
        match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Values(values) => {
                for row in &values.rows {
                    self.expressions(&row.content);
                }
            }
            _ => self.refuse(true, "R5: kind of query"),
        }
        match query.order_by.as_ref().map(|order| &order.kind) {
            None => {}
            Some(OrderByKind::Expressions(by)) => {
                for by in by {
                    self.expression(&by.expr);
                }
            }
            Some(OrderByKind::All(_)) => self.refuse(true, "R5: ORDER BY ALL"),
        }
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset {
                limit: Some(limit),
                offset: None,
                ..
            }) => {
                self.expression(limit);
            }
            Some(_) => self.refuse(true, "R5: kind of LIMIT"),
        }
    }

    fn select(&mut self, select: &Select) {
        self.refuse(select.distinct.is_some(), "R5: DISTINCT");
        self.refuse(select.into.is_some(), "R5: SELECT INTO");
        self.items(&select.projection);
        self.scope(&select.from, select.selection.as_ref());
        match &select.group_by {
            GroupByExpr::Expressions(by, modifiers) if modifiers.is_empty() => {
                self.expressions(by);
            }
            _ => self.refuse(true, "R5: kind of GROUP BY"),
        }
        if let Some(having) = &select.having {
            self.expression(having);
        }
    }

    fn items(&mut self, items: &[SelectItem]) {
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expression) => self.expression(expression),
                _ => self.refuse(true, "columns are named, one by one"),
            }
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(table) = &insert.table else {
            return self.refuse(true, "R5: kind of statement");
        };
        self.refuse(insert.or.is_some() || insert.replace_into, "R5: INSERT OR");
        match &insert.on {
            None => {}
            Some(OnInsert::OnConflict(conflict)) => match &conflict.action {
                OnConflictAction::DoNothing => {}
                OnConflictAction::DoUpdate(update) => {
                    self.assignments(&update.assignments);
                    if let Some(guard) = &update.selection {
                        self.expression(guard);
                    }
                }
            },
            Some(_) => self.refuse(true, "R5: kind of conflict"),
        }
        if let Some(items) = &insert.returning {
            self.items(items);
        }
        let Some(SetExpr::Values(values)) = insert.source.as_ref().map(|query| query.body.as_ref())
        else {
            return self.refuse(true, "R5: INSERT without VALUES");
        };
        let place = insert
            .columns
            .iter()
            .position(|column| column.to_string() == "bucket");
        for row in &values.rows {
            self.expressions(&row.content);
            if !HOME.contains(&table.to_string().as_str()) {
                let bucket = place
                    .and_then(|place| row.content.get(place))
                    .and_then(placeholder);
                self.refuse(bucket.is_none(), "R1: INSERT without bucket");
                self.buckets.extend(bucket);
            }
        }
    }

    fn update(&mut self, update: &Update) {
        self.refuse(update.from.is_some(), "R5: UPDATE FROM");
        self.refuse(
            update.limit.is_some() || !update.order_by.is_empty(),
            "R5: LIMIT",
        );
        self.assignments(&update.assignments);
        self.scope(
            std::slice::from_ref(&update.table),
            update.selection.as_ref(),
        );
        if let Some(items) = &update.returning {
            self.items(items);
        }
    }

    fn delete(&mut self, delete: &Delete) {
        self.refuse(delete.using.is_some(), "R5: DELETE USING");
        self.refuse(
            delete.limit.is_some() || !delete.order_by.is_empty(),
            "R5: LIMIT",
        );
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        self.scope(from, delete.selection.as_ref());
        if let Some(items) = &delete.returning {
            self.items(items);
        }
    }

    fn assignments(&mut self, assignments: &[Assignment]) {
        for Assignment { target, value } in assignments {
            self.refuse(target.to_string() == "bucket", "R2: bucket is updated");
            self.expression(value);
        }
    }

    /// R1: every per-subject table of a scope is tied to `bucket = $n`, itself or through another.
    fn scope(&mut self, from: &[TableWithJoins], selection: Option<&Expr>) {
        let mut tables = Vec::new();
        let mut terms = Vec::new();
        if let Some(expression) = selection {
            self.expression(expression);
            conjuncts(expression, &mut terms);
        }
        for table in from {
            self.table(&table.relation, &mut tables);
            for join in &table.joins {
                self.table(&join.relation, &mut tables);
                match &join.join_operator {
                    JoinOperator::Join(JoinConstraint::On(on))
                    | JoinOperator::Left(JoinConstraint::On(on)) => {
                        self.expression(on);
                        conjuncts(on, &mut terms);
                    }
                    _ => self.refuse(true, "R5: kind of join"),
                }
            }
        }
        tables.retain(|table| !HOME.contains(&table.as_str()));
        let only = tables.first().filter(|_| tables.len() == 1);
        let mut tied = BTreeSet::new();
        for (table, bucket) in terms.iter().filter_map(|term| pin(term, only)) {
            self.buckets.insert(bucket);
            tied.insert(table);
        }
        for _ in &tables {
            for [one, other] in terms.iter().filter_map(tie) {
                if tied.contains(&one) || tied.contains(&other) {
                    tied.extend([one, other]);
                }
            }
        }
        self.refuse(
            !tables.iter().all(|table| tied.contains(table)),
            "R1: no bucket = $n",
        );
    }

    fn table(&mut self, factor: &TableFactor, tables: &mut Vec<String>) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => {
                self.refuse(name.0.len() > 1, "names a schema");
                let called = alias.as_ref().map(|alias| alias.name.to_string());
                tables.push(called.unwrap_or_else(|| name.to_string()));
            }
            _ => self.refuse(true, "R5: kind of table"),
        }
    }

    fn expressions(&mut self, expressions: &[Expr]) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Identifier(name) => self.name(name),
            Expr::CompoundIdentifier(names) => {
                for name in names {
                    self.name(name);
                }
            }
            Expr::Value(value) => self.value(&value.value),
            Expr::Nested(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                self.expression(inner);
            }
            Expr::UnaryOp { expr, .. } => self.expression(expr),
            Expr::Tuple(parts) => self.expressions(parts),
            Expr::BinaryOp { left, op, right } => {
                self.refuse(*op == BinaryOperator::Divide, "R5: division");
                self.expression(left);
                self.expression(right);
            }
            Expr::In { expr, target, .. } => {
                self.expression(expr);
                match target {
                    InTarget::List(list) => self.expressions(list),
                    InTarget::Subquery(query) => self.query(query),
                    _ => self.refuse(true, "R5: kind of IN"),
                }
            }
            Expr::Case {
                operand: None,
                conditions,
                else_result,
                ..
            } => {
                for when in conditions {
                    self.expression(&when.condition);
                    self.expression(&when.result);
                }
                if let Some(result) = &else_result {
                    self.expression(result);
                }
            }
            Expr::Function(function) => self.function(function),
            _ => self.refuse(true, "R5: kind of expression"),
        }
    }

    fn function(&mut self, function: &Function) {
        let name = function.name.to_string().to_lowercase();
        let known = ["count", "min", "max"].contains(&name.as_str());
        self.refuse(!known || function.over.is_some(), "R4: function");
        let FunctionArguments::List(list) = &function.args else {
            return self.refuse(true, "R4: function");
        };
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => {
                    self.expression(expression);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {}
                _ => self.refuse(true, "R4: function"),
            }
        }
    }

    fn name(&mut self, name: &Ident) {
        let hidden = [
            "ctid", "xmin", "xmax", "oid", "rowid", "_rowid_", "tableoid",
        ];
        self.refuse(
            hidden.contains(&name.value.to_lowercase().as_str()),
            "R5: hidden column",
        );
        self.refuse(name.quote_style.is_some(), "quoted name");
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Number(..) | Value::SingleQuotedString(_) => {}
            Value::Placeholder(name) => match name.strip_prefix('$').map(str::parse) {
                Some(Ok(number)) => drop(self.numbers.insert(number)),
                _ => self.refuse(true, "placeholder is not $n"),
            },
            _ => self.refuse(true, "kind of value"),
        }
    }
}

type Term<'e> = (&'e Expr, &'e Expr);

/// The equations among the terms that must all hold.
fn conjuncts<'e>(expression: &'e Expr, terms: &mut Vec<Term<'e>>) {
    match expression {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            conjuncts(left, terms);
            conjuncts(right, terms);
        }
        Expr::Nested(inner) => conjuncts(inner, terms),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => terms.push((left, right)),
        _ => {}
    }
}

/// `table.bucket = $n`: the table and the `$n`.
fn pin((left, right): &Term<'_>, only: Option<&String>) -> Option<(String, String)> {
    let table = match left {
        Expr::Identifier(name) if name.value == "bucket" => only.cloned(),
        other => of_bucket(other),
    };
    Some((table?, placeholder(right)?))
}

/// `one.bucket = other.bucket`: both tables.
fn tie((left, right): &Term<'_>) -> Option<[String; 2]> {
    Some([of_bucket(left)?, of_bucket(right)?])
}

fn of_bucket(expression: &Expr) -> Option<String> {
    let Expr::CompoundIdentifier(names) = expression else {
        return None;
    };
    match names.as_slice() {
        [table, column] if column.value == "bucket" => Some(table.value.clone()),
        _ => None,
    }
}

fn placeholder(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Value(ValueWithSpan {
            value: Value::Placeholder(name),
            ..
        }) => Some(name.clone()),
        _ => None,
    }
}
