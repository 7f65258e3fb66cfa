//! Finds the templates in a text. Knows nothing of what they mean.

use std::ops::Range;

/// A template such as `{{ keep newsletters.subscription }}`, with bytes of the text it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::statement) struct Template {
    /// From `{{` to `}}`, both included.
    pub(in crate::statement) span: Range<usize>,
    /// What is asked for, and where it stands.
    pub(in crate::statement) verb: (String, Range<usize>),
    /// Of what, where the verb asks for it.
    pub(in crate::statement) target: Option<(String, Range<usize>)>,
}

/// Braces that hold no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::statement) struct Malformed {
    pub(in crate::statement) span: Range<usize>,
    pub(in crate::statement) message: &'static str,
    pub(in crate::statement) hint: &'static str,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// Everything between double braces, in order.
pub(in crate::statement) fn templates(text: &str) -> Vec<Result<Template, Malformed>> {
    let mut found = Vec::new();
    let mut from = 0_usize;
    while let Some(start) = find(text, OPEN, from) {
        let inner = start.saturating_add(OPEN.len());
        let line_end = find(text, "\n", inner).unwrap_or(text.len());
        let Some(close) = find(text, CLOSE, inner).filter(|close| *close < line_end) else {
            found.push(Err(Malformed {
                span: start..inner,
                message: "this template does not end on its line",
                hint: "close it with `}}`",
            }));
            from = inner;
            continue;
        };
        let end = close.saturating_add(CLOSE.len());
        found.push(template(text, start..end, inner..close));
        from = end;
    }
    found
}

fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what)?.checked_add(from)
}

fn template(text: &str, span: Range<usize>, inner: Range<usize>) -> Result<Template, Malformed> {
    let mut words = words(text, inner);
    let malformed = |message| Malformed {
        span: span.clone(),
        message,
        hint: "write a verb and what it is about: `{{ keep newsletters.subscription }}`",
    };
    let verb = words
        .next()
        .ok_or_else(|| malformed("this template is empty"))?;
    let target = words.next();
    if words.next().is_some() {
        return Err(malformed("this template has more than two words"));
    }
    Ok(Template { span, verb, target })
}

fn words(text: &str, within: Range<usize>) -> impl Iterator<Item = (String, Range<usize>)> {
    let inner = text.get(within.clone()).unwrap_or_default();
    let mut offset = within.start;
    inner.split(' ').filter_map(move |word| {
        let start = offset;
        let end = start.saturating_add(word.len());
        offset = end.saturating_add(1);
        (!word.is_empty()).then(|| (word.to_owned(), start..end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let at = |span: Range<usize>| text.get(span).unwrap();
        let show = |found: Result<Template, Malformed>| match found {
            Ok(template) => {
                assert_eq!(at(template.verb.1), template.verb.0);
                let target = template.target.map(|(target, span)| {
                    assert_eq!(at(span), target);
                    target
                });
                format!("{} = {} {target:?}", at(template.span), template.verb.0)
            }
            Err(wrong) => format!("{}: {}", at(wrong.span), wrong.message),
        };
        templates(text).into_iter().map(show).collect()
    }

    #[test]
    fn templates_are_found_with_their_words() {
        let rows: [(&str, &[&str]); 7] = [
            ("plain { text }", &[]),
            ("på {{ updated }}.", &["{{ updated }} = updated None"]),
            (
                "{{keep a.b}} and {{  data   a }}",
                &[
                    "{{keep a.b}} = keep Some(\"a.b\")",
                    "{{  data   a }} = data Some(\"a\")",
                ],
            ),
            ("{{ }}", &["{{ }}: this template is empty"]),
            (
                "{{ keep a b }}",
                &["{{ keep a b }}: this template has more than two words"],
            ),
            (
                "{{ keep a\n}} {{ updated }}",
                &[
                    "{{: this template does not end on its line",
                    "{{ updated }} = updated None",
                ],
            ),
            ("ends {{", &["{{: this template does not end on its line"]),
        ];
        for (text, want) in rows {
            assert_eq!(seen(text), want, "{text}");
        }
    }
}
