//! Words of a phrase, and a reader over them that reports what it does not understand.
//!
//! Shared by all phrases (`keep`, `then`, `leaves`, periods); knows the spelling of words and
//! numbers, not their meaning.

use std::ops::Range;

use super::problem::Problem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Date,
    Quote,
    Open,
    Close,
    Comma,
    Semicolon,
    /// A character or number that no phrase uses.
    Stray,
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// What is written; for a quote what stands between its marks.
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

/// Splits a phrase into tokens. Never fails: what it cannot place is [`Kind::Stray`].
pub(super) fn tokens(phrase: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = phrase.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let kind = match first {
            _ if first.is_whitespace() => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            ',' => Kind::Comma,
            ';' => Kind::Semicolon,
            '"' | '\'' => Kind::Quote,
            _ if first.is_ascii_digit() => Kind::Number,
            _ if first.is_alphabetic() => Kind::Word,
            _ => Kind::Stray,
        };
        let mut end = start.saturating_add(first.len_utf8());
        let mut closed = kind != Kind::Quote;
        while let Some(&(at, next)) = rest.peek() {
            let goes_on = match kind {
                Kind::Quote => !closed,
                Kind::Number => next.is_ascii_digit() || matches!(next, '-' | '.'),
                Kind::Word => next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | ':'),
                Kind::Date
                | Kind::Open
                | Kind::Close
                | Kind::Comma
                | Kind::Semicolon
                | Kind::Stray => false,
            };
            if !goes_on {
                break;
            }
            closed = closed || next == first;
            end = at.saturating_add(next.len_utf8());
            rest.next();
        }
        tokens.push(token(phrase, kind, start..end, closed));
    }
    tokens
}

fn token(phrase: &str, kind: Kind, span: Range<usize>, closed: bool) -> Token<'_> {
    let whole = phrase.get(span.clone()).unwrap_or_default();
    let inside = span.start.saturating_add(1)..span.end.saturating_sub(1);
    let digits = whole.bytes().all(|byte| byte.is_ascii_digit());
    let (kind, text) = match kind {
        Kind::Quote if closed => (kind, phrase.get(inside)),
        Kind::Quote => (Kind::Stray, None),
        Kind::Number if !digits => {
            let date = whole.parse::<jiff::civil::Date>().is_ok();
            (if date { Kind::Date } else { Kind::Stray }, None)
        }
        Kind::Number
        | Kind::Word
        | Kind::Date
        | Kind::Open
        | Kind::Close
        | Kind::Comma
        | Kind::Semicolon
        | Kind::Stray => (kind, None),
    };
    Token {
        kind,
        text: text.unwrap_or(whole),
        span,
    }
}

/// Whether a text reads back as one word or number.
pub(super) fn is_plain(text: &str) -> bool {
    match tokens(text).as_slice() {
        [token] => matches!(token.kind, Kind::Word | Kind::Number) && token.text == text,
        _ => false,
    }
}

/// Walks over the tokens of one phrase and collects its problems.
pub(super) struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    end: usize,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(phrase: &'a str) -> Self {
        Reader {
            tokens: tokens(phrase),
            at: 0,
            end: phrase.trim_end().len(),
            problems: Vec::new(),
        }
    }

    /// Hands over what was read, or every problem found, in the order of the text. Anything
    /// left unread is a problem too.
    pub(super) fn finish<T>(mut self, read: Option<T>) -> Result<T, Vec<Problem>> {
        if self.problems.is_empty() && self.peek().is_some() {
            self.expected("the end of the phrase");
        }
        self.problems
            .sort_by_key(|problem| (problem.span.start, problem.span.end));
        match read {
            Some(value) if self.problems.is_empty() => Ok(value),
            Some(_) | None => Err(self.problems),
        }
    }

    pub(super) fn peek(&self) -> Option<&Token<'a>> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&Token<'a>> {
        self.tokens.get(self.at.saturating_add(ahead))
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.at).cloned()?;
        self.at = self.at.saturating_add(1);
        Some(token)
    }

    /// The next token if it is of this kind.
    pub(super) fn take(&mut self, kind: Kind) -> Option<Token<'a>> {
        if self.peek()?.kind == kind {
            self.next()
        } else {
            None
        }
    }

    /// Whether these words come next, whatever their case.
    pub(super) fn sees(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| {
            self.peek_at(ahead).is_some_and(|token| {
                token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word)
            })
        })
    }

    /// Steps over these words if they come next.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let seen = self.sees(words);
        if seen {
            self.at = self.at.saturating_add(words.split(' ').count());
        }
        seen
    }

    /// The first of these spellings that comes next, stepped over.
    pub(super) fn eat_any<T: Copy>(&mut self, spellings: &[(&str, T)]) -> Option<T> {
        spellings
            .iter()
            .find(|(words, _)| self.eat(words))
            .map(|(_, meaning)| *meaning)
    }

    /// The place of the next token, or the end of the phrase.
    pub(super) fn here(&self) -> Range<usize> {
        self.peek()
            .map_or(self.end..self.end, |token| token.span.clone())
    }

    /// From `start` to the end of the last token read.
    pub(super) fn since(&self, start: usize) -> Range<usize> {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        start..last.map_or(start, |token| token.span.end).max(start)
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Reports that `what` was expected here; the caller may fill in the hint.
    pub(super) fn expected(&mut self, what: &str) -> &mut Problem {
        let message = match self.peek() {
            Some(token) => format!("unexpected `{}`", token.text),
            None => "the phrase ends too early".to_owned(),
        };
        let problem = Problem::new(self.here(), message).expected(what);
        self.problems.push_mut(problem)
    }

    /// Steps over these words, or reports that they are missing.
    pub(super) fn expect(&mut self, words: &str) -> Option<()> {
        if self.eat(words) {
            return Some(());
        }
        self.expected(&format!("`{words}`"));
        None
    }

    /// Steps to the next token of one of these kinds, or to a guard, outside parentheses opened
    /// on the way, so that reading can go on after a problem.
    pub(super) fn skip_to(&mut self, kinds: &[Kind]) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            let guard = ["if", "unless"].iter().any(|word| self.sees(word));
            if depth == 0 && (guard || kinds.contains(&token.kind)) {
                return;
            }
            match token.kind {
                Kind::Open => depth = depth.saturating_add(1),
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Word
                | Kind::Number
                | Kind::Date
                | Kind::Quote
                | Kind::Comma
                | Kind::Semicolon
                | Kind::Stray => {}
            }
            self.at = self.at.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_splits_into_words_numbers_and_marks() {
        let phrase = "3years (last_activity), 'bokføringsloven § 13'; 2027-02-29 1.5 pd:Name §";
        let found: Vec<_> = tokens(phrase)
            .into_iter()
            .map(|token| (token.kind, token.text))
            .collect();
        assert_eq!(
            found,
            [
                (Kind::Number, "3"),
                (Kind::Word, "years"),
                (Kind::Open, "("),
                (Kind::Word, "last_activity"),
                (Kind::Close, ")"),
                (Kind::Comma, ","),
                (Kind::Quote, "bokføringsloven § 13"),
                (Kind::Semicolon, ";"),
                (Kind::Stray, "2027-02-29"),
                (Kind::Stray, "1.5"),
                (Kind::Word, "pd:Name"),
                (Kind::Stray, "§"),
            ]
        );
    }

    #[test]
    fn an_open_quote_is_one_stray_token() {
        let found = tokens("according to 'the rest");
        assert_eq!(
            found.last().map(|token| (token.kind, token.span.clone())),
            { Some((Kind::Stray, 13..22)) }
        );
    }
}
