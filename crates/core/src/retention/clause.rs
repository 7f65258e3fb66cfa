//! Reading the guards and clauses of a case.

use super::names::State;
use super::phrase::{Clauses, Condition, Guard, Key, Minimum};
use super::problem::{Problem, nearest};
use super::read::{Kind, Reader};

impl Reader<'_> {
    /// One clause, or the guard, added to what was read of the case.
    pub(super) fn clause(&mut self, guard: &mut Guard, clauses: &mut Clauses) -> Option<()> {
        let start = self.here().start;
        let twice = if self.eat("unless agreed") {
            std::mem::replace(&mut clauses.unless_agreed, true)
        } else if self.eat("unless law requires longer") {
            std::mem::replace(&mut clauses.unless_law, true)
        } else if self.eat("if") {
            self.guard(guard)?
        } else if self.eat("unless") {
            self.opposite(guard)?
        } else if self.eat("paused while") {
            !std::mem::replace(&mut clauses.paused_while, self.states()?).is_empty()
        } else if self.eat("held while") {
            !std::mem::replace(&mut clauses.held_while, self.states()?).is_empty()
        } else if self.eat("reviewed every") {
            let period = self.period()?;
            clauses.reviewed_every.replace(period).is_some()
        } else if self.eat("extendable by") {
            let period = self.period()?;
            clauses.extendable_by.replace(period).is_some()
        } else if self.eat("at least") {
            let minimum = self.minimum()?;
            clauses.at_least.replace(minimum).is_some()
        } else if self.eat("by") {
            let key = self.key()?;
            clauses.decided_by.replace(key).is_some()
        } else {
            self.unknown_clause();
            return None;
        };
        if twice {
            let problem = Problem::new(self.since(start), "the case already has such a clause");
            self.report(problem.hint("join them with `and` or `or`"));
        }
        Some(())
    }

    fn unknown_clause(&mut self) {
        const CLAUSES: [&str; 9] = [
            "if",
            "unless",
            "paused while",
            "held while",
            "extendable by",
            "reviewed every",
            "at least",
            "by",
            "otherwise",
        ];
        let word = self
            .peek()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| token.text);
        let otherwise = self.sees("otherwise");
        let joins = self.sees("or") || self.sees("and");
        let first_words = CLAUSES.iter().filter_map(|clause| clause.split(' ').next());
        let near = word.and_then(|word| nearest(word, first_words));
        let clause = CLAUSES
            .into_iter()
            .find(|clause| clause.split(' ').next() == near);
        let problem =
            self.expected("a clause such as `unless agreed` or `if category is log`, or the end");
        if otherwise {
            problem.hint = Some("separate cases with `;`".to_owned());
        } else if joins {
            problem.hint = Some(
                "of two ends write `earlier of (..., ...)` or `later of (..., ...)`".to_owned(),
            );
        } else {
            problem.meant(clause);
        }
    }

    /// The conditions after `if`; whether there were some before.
    fn guard(&mut self, guard: &mut Guard) -> Option<bool> {
        let twice = !guard.conditions.is_empty();
        loop {
            let condition = self.condition()?;
            guard.conditions.push(condition);
            if !self.eat("and") {
                return Some(twice);
            }
        }
    }

    /// The one condition after `unless`; whether there were some before.
    fn opposite(&mut self, guard: &mut Guard) -> Option<bool> {
        let start = self.here().start;
        let condition = match self.condition()? {
            Condition::Value { key, holds, values } => Condition::Value {
                key,
                holds: !holds,
                values,
            },
            Condition::State { state, holds } => Condition::State {
                state,
                holds: !holds,
            },
        };
        if self.eat("and") {
            let problem = Problem::new(self.since(start), "`unless` takes one condition");
            self.report(problem.hint("write `if not ... and not ...`"));
            return None;
        }
        guard.conditions.push(condition);
        Some(false)
    }

    fn condition(&mut self) -> Option<Condition> {
        let is = self
            .peek_at(1)
            .is_some_and(|token| token.text.eq_ignore_ascii_case("is"));
        if !is || self.eat("state is") {
            let holds = !self.eat("not");
            return Some(Condition::State {
                state: self.state()?,
                holds,
            });
        }
        let key = self.key()?;
        self.expect("is")?;
        let holds = !self.eat("not");
        let mut values = vec![self.value(key)?];
        while self.eat("or") {
            values.push(self.value(key)?);
        }
        Some(Condition::Value { key, holds, values })
    }

    fn key(&mut self) -> Option<Key> {
        if let Some(key) = self.eat_any(&Key::SPELLINGS) {
            return Some(key);
        }
        let word = self.peek().map(|token| token.text).unwrap_or_default();
        let near = nearest(
            word,
            Key::SPELLINGS
                .map(|(word, _)| word)
                .into_iter()
                .chain(["state"]),
        );
        self.expected("`category`, `basis`, `outcome`, `severity` or `copy`")
            .meant(near);
        None
    }

    fn value(&mut self, key: Key) -> Option<String> {
        let value = self.peek().filter(|token| match token.kind {
            Kind::Word => !super::names::is_reserved(token.text),
            Kind::Number | Kind::Quote => true,
            Kind::Date | Kind::Open | Kind::Close | Kind::Comma | Kind::Semicolon | Kind::Stray => {
                false
            }
        });
        let Some(token) = value.cloned() else {
            self.expected(&format!("a {key}"));
            return None;
        };
        if key == Key::Basis && !Key::BASES.contains(&token.text) {
            let message = format!("`{}` is not a lawful basis", token.text);
            let bases = Key::BASES.map(|basis| format!("`{basis}`")).join(", ");
            let mut problem = Problem::new(token.span, message).expected(format!("one of {bases}"));
            problem.meant(nearest(token.text, Key::BASES));
            self.report(problem);
            return None;
        }
        self.next();
        Some(token.text.to_owned())
    }

    fn states(&mut self) -> Option<Vec<State>> {
        let mut states = vec![self.state()?];
        while self.eat("or") {
            states.push(self.state()?);
        }
        Some(states)
    }

    fn minimum(&mut self) -> Option<Minimum> {
        let until = self.member()?;
        let law = if self.eat("under") {
            Some(self.quote("a law in quotes, such as \"bokføringsloven § 13\"")?)
        } else {
            None
        };
        Some(Minimum { until, law })
    }
}
