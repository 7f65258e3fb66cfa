//! Every link of the text leads somewhere.
//!
//! GDPR Article 12(1)-(2): information is easily accessible and the use of rights made easy. A form that
//! is promised and cannot be opened is neither.

use super::words::links_to;
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::{Place, Severity};
use crate::statement::text::Section;

/// L39.
pub(super) static RULE: Rule = Rule {
    id: "L39",
    title: "every link leads somewhere",
    severity: Severity::Error,
    article: "GDPR Article 12(1)-(2)",
    effective: GDPR,
    kinds: &[
        "no_target",
        "unpublished",
        "no_anchor",
        "not_address",
        "no_page",
    ],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, link) in &subject.header().links {
        let (kind, message) = match &link.url {
            None => ("no_target", "the link has no target".to_owned()),
            Some(_) if !link.published => (
                "unpublished",
                "the published text gives the link no target".to_owned(),
            ),
            Some(url) => match wrong(subject, url) {
                Some(wrong) => wrong,
                None => continue,
            },
        };
        let mut finding = subject.link(&RULE, id, message);
        for place in uses(subject, id) {
            finding = finding.related(place, "used here");
        }
        findings.push(
            finding
                .kind(kind)
                .hint("give an address that begins with `https://`, or a page such as `/request`"),
        );
    }
    let anchors: Vec<&str> = subject
        .prose()
        .map(|(_, _, one)| one.anchor.as_str())
        .collect();
    for (_, file, section) in subject.prose() {
        for (target, start) in markdown_targets(section) {
            let (kind, message) = match target.strip_prefix('#') {
                Some(anchor) if anchors.contains(&anchor) => continue,
                Some(anchor) => {
                    let message = format!("no section has the anchor `{anchor}`");
                    ("no_anchor", message)
                }
                None if target.is_empty() => ("no_target", "the link has no target".to_owned()),
                None if target.starts_with("{{") => continue,
                None => match wrong(subject, target) {
                    Some(wrong) => wrong,
                    None => continue,
                },
            };
            let bytes = start..start.saturating_add(target.len());
            let finding = subject.words(&RULE, (file, section), bytes, message);
            findings.push(
                finding.kind(kind).hint("link to `https://…`, a page such as `/request`, or `#` and the anchor of a section"),
            );
        }
    }
}

/// The kind of finding and what is wrong with a target.
fn wrong(subject: &Subject<'_>, url: &str) -> Option<(&'static str, String)> {
    match url.strip_prefix('/') {
        _ if !is_target(url) => Some(("not_address", format!("`{url}` is not an address"))),
        Some(path) if !is_page(subject, path) => {
            Some(("no_page", format!("there is no page `{url}`")))
        }
        Some(_) | None => None,
    }
}

/// Whether a path, without its first slash, is one of the pages for people.
fn is_page(subject: &Subject<'_>, path: &str) -> bool {
    const PAGES: [&str; 8] = [
        "", "board", "choices", "cookies", "forecast", "my", "request", "versions",
    ];
    let page = path.split(['#', '?']).next().unwrap_or_default();
    match page.split_once('/') {
        None => PAGES.contains(&page),
        Some(("versions", version)) => !version.is_empty(),
        Some(("forms", collection)) => subject.reading.collection(collection).is_some(),
        Some(_) => false,
    }
}

fn is_target(url: &str) -> bool {
    let beginnings = ["https://", "http://", "mailto:", "tel:"];
    let path = url.starts_with('/') && !url.starts_with("//");
    let absolute = beginnings.iter().any(|beginning| {
        url.strip_prefix(beginning)
            .is_some_and(|rest| !rest.is_empty())
    });
    (path || absolute) && !url.contains(char::is_whitespace)
}

/// Where the prose leads through a link.
fn uses(subject: &Subject<'_>, id: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for (_, file, section) in subject.prose() {
        let start = section.body.start;
        for bytes in links_to(section, id) {
            places.push(Place {
                file: file.to_owned(),
                span: start.saturating_add(bytes.start)..start.saturating_add(bytes.end),
            });
        }
    }
    places
}

/// The targets of `[words](target)` in a section, each with its first byte.
fn markdown_targets(section: &Section) -> impl Iterator<Item = (&str, usize)> {
    let markdown = section.markdown.as_str();
    markdown.match_indices("](").filter_map(move |(at, _)| {
        let start = at.saturating_add(2);
        let (target, _) = markdown.get(start..)?.split_once(')')?;
        Some((target.trim(), start))
    })
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_declared_link_has_a_target() {
        #[rustfmt::skip]
        let rows = [
            ("url = '/request'", 0),
            ("url = 'https://example.com/form'", 0),
            ("url = 'mailto:privacy@example.com'", 0),
            ("url = ''", 1),
            ("url = 'todo'", 1),
            ("url = 'https://'", 1),
            ("url = '//example.com'", 1),
            ("url = '/a form'", 1),
            ("url = '/nopage'", 1),
            ("url = '/'", 0),
            ("url = '/forms/news.subscription'", 0),
            ("url = '/forms/news.nothing'", 1),
            ("published = false", 1),
        ];
        for (snippet, want) in rows {
            let fixture = Fixture::new().header(&format!("[links.form]\n{snippet}"));
            assert_eq!(fixture.at("L39").len(), want, "{snippet}");
        }
        let found = Fixture::new().without("links.form.url").findings("L39");
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].at.as_str(), found[0].section.as_str()),
            ("link form", "5")
        );
        assert_eq!(found[0].diagnostic.related.len(), 1);
    }

    #[test]
    fn a_link_in_the_prose_has_a_target() {
        #[rustfmt::skip]
        let rows = [
            ("See [the form](/request).", 0),
            ("See [x](/nopage).", 1),
            ("See [x](/requests).", 1),
            ("See [what we hold](/my), [the board](/board#kept) and [before](/versions/2026-03-18).", 0),
            ("See [rights](#rights).", 0),
            ("See [rights](#nowhere).", 1),
            ("See [the form]().", 1),
            ("See [the form](form.html).", 1),
            ("See [a](https://example.com) and [b](todo).", 1),
            ("An array [0] (of things).", 0),
        ];
        for (paragraph, want) in rows {
            assert_eq!(
                Fixture::new().says("3.2", paragraph).at("L39").len(),
                want,
                "{paragraph}"
            );
        }
        assert_eq!(
            Fixture::new().says("3.2", "[a](b)").at("L39"),
            ["section 3.2"]
        );
    }
}
