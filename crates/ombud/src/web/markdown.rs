//! Turns the prose of a section into HTML that is safe by construction.
//!
//! Raw HTML in the prose is shown as text, links lead only to places that a link may lead to, and
//! headings are moved below the heading of their section. [`Html`] can be made in no other way, so
//! a page cannot show markup that came from anywhere else.

use std::fmt;

use askama::filters::HtmlSafe;
use ombud_core::statement::prose::{Expanded, Expansion};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::view::Page;

/// The address scheme by which prose points at the rule that wrote a phrase: a link to
/// `rule:newsletters` leads to the rule of that activity on the same page.
pub const RULE_SCHEME: &str = "rule:";

/// HTML made from Markdown by [`to_html`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Renders the prose of a section, with every phrase that an activity's rule has written leading to
/// that rule.
pub fn section_html(body: &Expanded, outer: usize) -> Html {
    let marked = body.marked(|expansion, text| match ruled_by(expansion, text) {
        Some(activity) => format!("[{text}]({RULE_SCHEME}{activity})"),
        None => text.to_owned(),
    });
    to_html(&marked, outer)
}

/// The activity whose rule wrote `text`, unless that is a block or holds links of its own.
fn ruled_by<'a>(expansion: &'a Expansion, text: &str) -> Option<&'a str> {
    let activity = expansion
        .rule
        .strip_prefix("activities.")?
        .split('.')
        .next()?;
    let plain = !text.is_empty() && !text.contains(['[', ']', '\n', '<']);
    plain.then_some(activity)
}

/// Renders `markdown` below a heading of level `outer` (1 to 6).
///
/// The shallowest heading in the text becomes level `outer + 1`.
pub fn to_html(markdown: &str, outer: usize) -> Html {
    let options = Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_TABLES;
    let shallowest = Parser::new_ext(markdown, options)
        .filter_map(|event| {
            if let Event::Start(Tag::Heading { level, .. }) = event {
                return Some(level as usize);
            }
            None
        })
        .min()
        .unwrap_or(1);
    let moved = |level: HeadingLevel| {
        let level = (level as usize + outer + 1).saturating_sub(shallowest);
        HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6)
    };
    let mut unled = false;
    let events = Parser::new_ext(markdown, options)
        .map(|event| without_dead_ends(event, &mut unled))
        .map(|event| safe(event, &moved));
    let mut out = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut out, events);
    Html(out)
}

/// A link to a page that is not served here is only its words: links do not nest, so one flag tells
/// that its end is still to come.
fn without_dead_ends<'a>(event: Event<'a>, unled: &mut bool) -> Event<'a> {
    if let Event::Start(Tag::Link { dest_url, .. }) = &event
        && !dest_url.starts_with("//")
        && !Page::leads(dest_url)
    {
        *unled = true;
        return Event::Text("".into());
    }
    if event == Event::End(TagEnd::Link) && std::mem::take(unled) {
        return Event::Text("".into());
    }
    event
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not changed here is escaped by the HTML writer"
)]
fn safe<'a>(event: Event<'a>, moved: &impl Fn(HeadingLevel) -> HeadingLevel) -> Event<'a> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: destination(dest_url),
            title,
            id,
        }),
        // An image would be fetched from somewhere: its description is what is shown.
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Emphasis),
        Event::Start(Tag::Heading {
            level,
            id,
            classes: _,
            attrs: _,
        }) => Event::Start(Tag::Heading {
            level: moved(level),
            id,
            classes: vec![],
            attrs: vec![],
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(moved(level))),
        other => other,
    }
}

/// Where a link may lead: a place on this site, the web, a mailbox or a telephone.
fn destination(url: CowStr<'_>) -> CowStr<'_> {
    if let Some(rule) = url.strip_prefix(RULE_SCHEME) {
        return format!("#rule-{rule}").into();
    }
    let allowed = ["https://", "http://", "mailto:", "tel:", "/", "#"];
    let known = allowed.iter().any(|start| url.starts_with(start));
    if known && !url.starts_with("//") {
        url
    } else {
        "#".into()
    }
}

#[cfg(test)]
mod tests {
    use ombud_core::diagnostic::Place;

    use super::*;

    #[test]
    fn markup_and_links_table() {
        #[rustfmt::skip]
        let rows = [
            ("raw inline html is text", "a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"),
            ("raw block html is text", "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ("script links lead nowhere", "[x](javascript:alert)", "<p><a href=\"#\">x</a></p>\n"),
            ("neither do other hosts without a scheme", "[x](//evil.example)", "<p><a href=\"#\">x</a></p>\n"),
            ("a page of ours", "[x](/cookies#c)", "<p><a href=\"/cookies#c\">x</a></p>\n"),
            ("what is no page is words", "a [*x* y](/request) [z](/)", "<p>a <em>x</em> y <a href=\"/\">z</a></p>\n"),
            ("a mailbox", "[x](mailto:a@example.com)", "<p><a href=\"mailto:a@example.com\">x</a></p>\n"),
            ("a rule", "[one year](rule:profiling)", "<p><a href=\"#rule-profiling\">one year</a></p>\n"),
            ("an image is its description", "![alt](https://example.com/x.png)", "<p><em>alt</em></p>\n"),
            ("a heading goes below its section", "# A {#a}\n## B", "<h4 id=\"a\">A</h4>\n<h5>B</h5>\n"),
            ("classes are dropped", "# A {.x onclick=y}", "<h4>A</h4>\n"),
        ];
        for (shows, markdown, want) in rows {
            assert_eq!(to_html(markdown, 3).to_string(), want, "{shows}");
        }
    }

    #[test]
    fn phrases_lead_to_the_rule_that_wrote_them() {
        let markdown = "We keep it for one year. See [the list](/cookies). Oslo".to_owned();
        let expansion = |text: &str, rule: &str| {
            let start = markdown.find(text).unwrap();
            Expansion {
                span: start..start + text.len(),
                template: String::new(),
                rule: rule.to_owned(),
                place: Place {
                    file: String::new(),
                    span: 0..0,
                },
            }
        };
        let expansions = vec![
            expansion("one year", "activities.profiling.collections.profile.keep"),
            expansion("[the list](/cookies)", "activities.profiling.withdraw"),
            expansion("Oslo", "statement.controller.address"),
        ];
        let html = section_html(
            &Expanded {
                markdown: markdown.clone(),
                expansions,
            },
            3,
        );
        let want = "<p>We keep it for <a href=\"#rule-profiling\">one year</a>. \
                    See <a href=\"/cookies\">the list</a>. Oslo</p>\n";
        assert_eq!(html.to_string(), want);
    }

    #[test]
    fn the_deepest_heading_is_six() {
        assert_eq!(
            to_html("# A\n###### B", 5).to_string(),
            "<h6>A</h6>\n<h6>B</h6>\n"
        );
    }
}
