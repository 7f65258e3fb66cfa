//! Two texts as one, with what was added and what was removed.

/// A run of words that both texts share, or that only one of them has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// In both.
    Same(String),
    /// Only in the later one.
    Added(String),
    /// Only in the earlier one.
    Removed(String),
}

/// The greatest number of word pairs that are compared; longer texts are shown as replaced.
const MOST_PAIRS: usize = 4_000_000;

/// Compares two texts paragraph by paragraph: equal paragraphs anchor the comparison, and what lies
/// between them is compared word by word.
pub fn paragraphs(before: &str, after: &str) -> Vec<Vec<Segment>> {
    let split = |text: &str| -> Vec<String> {
        text.split("\n\n")
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (before, after) = (split(before), split(after));
    let mut out = vec![];
    let (mut removed, mut added) = (vec![], vec![]);
    for segment in align(&before, &after) {
        match segment {
            Step::Removed(text) => removed.push(text),
            Step::Added(text) => added.push(text),
            Step::Same(text) => {
                flush(&mut out, &mut removed, &mut added);
                out.push(vec![Segment::Same(text.clone())]);
            }
        }
    }
    flush(&mut out, &mut removed, &mut added);
    out
}

/// Pairs paragraphs that stand at the same place in both texts.
fn flush(out: &mut Vec<Vec<Segment>>, removed: &mut Vec<&String>, added: &mut Vec<&String>) {
    let mut removed = removed.drain(..);
    let mut added = added.drain(..);
    loop {
        match (removed.next(), added.next()) {
            (Some(old), Some(new)) => out.push(words(old, new)),
            (Some(old), None) => out.push(vec![Segment::Removed(old.clone())]),
            (None, Some(new)) => out.push(vec![Segment::Added(new.clone())]),
            (None, None) => return,
        }
    }
}

/// Splits a paragraph into words, each with the white space after it, and single signs.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = vec![];
    let mut last = None;
    for sign in text.chars() {
        let goes_on = match last {
            Some(before) if sign.is_alphanumeric() => char::is_alphanumeric(before),
            Some(_) => sign.is_whitespace(),
            None => false,
        };
        match tokens.last_mut().filter(|_| goes_on) {
            Some(token) => token.push(sign),
            None => tokens.push(sign.into()),
        }
        last = Some(sign);
    }
    tokens
}

/// Compares two paragraphs word by word.
fn words(before: &str, after: &str) -> Vec<Segment> {
    let mut out: Vec<Segment> = vec![];
    for step in align(&tokens(before), &tokens(after)) {
        match (step, out.last_mut()) {
            (Step::Same(word), Some(Segment::Same(run)))
            | (Step::Added(word), Some(Segment::Added(run)))
            | (Step::Removed(word), Some(Segment::Removed(run))) => run.push_str(word),
            (Step::Same(word), _) => out.push(Segment::Same(word.clone())),
            (Step::Added(word), _) => out.push(Segment::Added(word.clone())),
            (Step::Removed(word), _) => out.push(Segment::Removed(word.clone())),
        }
    }
    out
}

enum Step<'a> {
    Same(&'a String),
    Added(&'a String),
    Removed(&'a String),
}

/// The longest common subsequence of two lists, with what lies between; removals come before
/// additions.
fn align<'a>(before: &'a [String], after: &'a [String]) -> Vec<Step<'a>> {
    if before.len().saturating_mul(after.len()) > MOST_PAIRS {
        return before
            .iter()
            .map(Step::Removed)
            .chain(after.iter().map(Step::Added))
            .collect();
    }
    // longest[i][j]: the length of the common subsequence of before[i..] and after[j..].
    let mut longest = vec![vec![0_u32; after.len() + 1]];
    for old in before.iter().rev() {
        let below = longest.last().cloned().unwrap_or_default();
        let mut row = vec![0_u32; after.len() + 1];
        let mut right = 0;
        for (at, new) in after.iter().enumerate().rev() {
            let get = |at: usize| below.get(at).copied().unwrap_or(0);
            right = if old == new {
                get(at + 1) + 1
            } else {
                get(at).max(right)
            };
            if let Some(cell) = row.get_mut(at) {
                *cell = right;
            }
        }
        longest.push(row);
    }
    longest.reverse();
    let length = |i: usize, j: usize| {
        longest
            .get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0)
    };
    let (mut i, mut j, mut steps) = (0, 0, vec![]);
    loop {
        match (before.get(i), after.get(j)) {
            (Some(old), Some(new)) if old == new => {
                steps.push(Step::Same(new));
                (i, j) = (i + 1, j + 1);
            }
            (Some(old), Some(_)) if length(i + 1, j) >= length(i, j + 1) => {
                steps.push(Step::Removed(old));
                i += 1;
            }
            (_, Some(new)) => {
                steps.push(Step::Added(new));
                j += 1;
            }
            (Some(old), None) => {
                steps.push(Step::Removed(old));
                i += 1;
            }
            (None, None) => return steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(before: &str, after: &str) -> String {
        let mut out = String::new();
        for paragraph in paragraphs(before, after) {
            for segment in paragraph {
                match segment {
                    Segment::Same(words) => out.push_str(&words),
                    Segment::Added(words) => out.extend(["+", &words, "+"]),
                    Segment::Removed(words) => out.extend(["-", &words, "-"]),
                }
            }
            out.push('|');
        }
        out
    }

    #[test]
    fn redline_table() {
        #[rustfmt::skip]
        let rows = [
            ("nothing at all",    "",              "",              ""),
            ("the same",          "a b",           "a b",           "a b|"),
            ("a word replaced",   "kept 3 years.", "kept 1 year.",  "kept -3 years-+1 year+.|"),
            ("a word added",      "a c",           "a b c",         "a +b +c|"),
            ("signs stand alone", "to you.",       "to you, too.",  "to you+, too+.|"),
            ("a new text",        "",              "a b",           "+a b+|"),
            ("a text gone",       "a b",           "",              "-a b-|"),
            ("a paragraph added", "a\n\nc",        "a\n\nb\n\nc",   "a|+b+|c|"),
            ("a paragraph gone",  "a\n\nb\n\nc",   "a\n\nc",        "a|-b-|c|"),
        ];
        for (shows, before, after, want) in rows {
            assert_eq!(marked(before, after), want, "{shows}");
        }
    }

    #[test]
    fn texts_beyond_the_limit_are_replaced_whole() {
        let long = "x ".repeat(3_000);
        let other = "y ".repeat(3_000);
        assert_eq!(words(&long, &other).len(), 2);
    }
}
