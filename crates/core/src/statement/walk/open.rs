//! Brackets and quotes that are never closed: all that stands behind one is read as part of it.

/// A mark that opens something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) written: &'static str,
    /// What closes it.
    pub(super) closes: &'static str,
}

const BRACKETS: [(&str, &str); 2] = [("[", "]"), ("{", "}")];
/// The longer ones first: three quotes go on over the end of a line.
const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];

/// The mark that is not closed before the next key, the next table or the end. A quote that stands in
/// no bracket ends with its line, and nothing follows from it.
pub(super) fn never_closed(text: &str) -> Option<Mark> {
    let mut open: Vec<Mark> = Vec::new();
    let mut last = "";
    let mut at = 0_usize;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let begins_line = text.get(..at).is_none_or(|before| before.ends_with('\n'));
        if let Some(mark) = open.last().filter(|_| begins_line)
            && goes_on(rest.lines().next().unwrap_or_default(), *mark, last)
        {
            return Some(*mark);
        }
        let mark = |written, closes| Mark {
            at,
            written,
            closes,
        };
        let starts = |mark: &&str| rest.starts_with(*mark);
        let mut length = rest.chars().next().map_or(1, char::len_utf8);
        if rest.starts_with('#') {
            length = rest.find('\n').unwrap_or(rest.len());
        } else if let Some(quote) = QUOTES.into_iter().find(starts) {
            let (end, closed) = quoted(rest, quote);
            if !closed && (!open.is_empty() || quote.len() > 1) {
                return Some(mark(quote, quote));
            }
            length = end;
            last = quote;
        } else if let Some((opens, closes)) = BRACKETS.into_iter().find(|(o, _)| starts(o)) {
            open.push(mark(opens, closes));
            last = opens;
        } else if BRACKETS.iter().any(|(_, closes)| starts(closes)) {
            open.pop();
            last = "]";
        } else if !rest.starts_with(char::is_whitespace) {
            last = if rest.starts_with(',') { "," } else { "" };
        }
        at = at.saturating_add(length);
    }
    open.pop()
}

/// Whether a line goes on with the file, and not with what a bracket opened.
fn goes_on(line: &str, inside: Mark, last: &str) -> bool {
    let line = line.trim_start();
    let named = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let table = line.starts_with('[') && named(line.trim_start_matches('['));
    let key = line.split_once('=').map(|(key, _)| key.trim_end());
    let bare = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let key = key.is_some_and(|key| named(key) && key.chars().all(bare));
    let entry = inside.written == "{" && [",", "{"].contains(&last);
    table || key && !entry
}

/// Where a text in quotes ends, and whether it is closed there.
fn quoted(rest: &str, quote: &str) -> (usize, bool) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(quote.len()) {
        let here = rest.get(at..).unwrap_or_default();
        if escaped {
            escaped = false;
        } else if c == '\\' && quote.starts_with('"') {
            escaped = true;
        } else if here.starts_with(quote) {
            return (at.saturating_add(quote.len()), true);
        } else if c == '\n' && quote.len() == 1 {
            return (at, false);
        }
    }
    (rest.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_that_is_never_closed_is_found() {
        let rows = [
            (
                "a = [1, 2]\nb = { c = \"]\" } # [\n[t]\nd = [\n  \"x\",\n]\n",
                None,
            ),
            ("a = [{ b = 1,\nc = 2 },\n { b = '[' }]\n", None),
            ("a = \"\"\"\nb = [\n\"\"\"\n", None),
            ("a = \"open\nb = 1\n", None),
            ("a = [\"x\"\nb = 1\n", Some(4)),
            ("a = [\"x\",\n\n[t]\nb = 1\n", Some(4)),
            ("a = [\n \"x\" # ]\n", Some(4)),
            ("a = { b = 1\nc = 2\n", Some(4)),
            ("a = [[1], [2\nb = 1\n", Some(10)),
            ("a = [\"x]\nb = 1\n", Some(5)),
            ("a = '''x\nb = 1\n", Some(4)),
            ("[t\nb = 1\n", Some(0)),
        ];
        for (text, at) in rows {
            assert_eq!(never_closed(text).map(|mark| mark.at), at, "{text:?}");
        }
    }
}
