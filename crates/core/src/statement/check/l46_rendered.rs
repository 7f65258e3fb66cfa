//! L46: the text of every language tells each period and basis.

use std::collections::BTreeSet;

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::language::Language;
use crate::statement::model::{Activity, Role};
use crate::statement::prose::template::templates;

/// L46.
pub(super) static RULE: Rule = Rule {
    id: "L46",
    title: "every period and legal basis is told in the text of every language",
    severity: Severity::Error,
    article: "GDPR Articles 12(1), 13(1)(c), 13(2)(a)",
    effective: GDPR,
    kinds: &["en", "nb"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for language in &subject.header().languages {
        let rendered = Rendered::of(subject, *language);
        for record in subject.records().filter(|one| !rendered.period(*one)) {
            let name = record.full_name();
            let message =
                format!("the text in `{language}` does not tell how long `{name}` is kept");
            let hint = format!("write `{{{{ keep {name} }}}}` in its section");
            let finding = subject.record(&RULE, record, "keep", message);
            findings.push(finding.kind(language.tag()).hint(hint));
        }
        for (id, activity) in subject.activities() {
            if let Some(target) = rendered.untold_basis(id, activity) {
                let message = format!("the text in `{language}` does not tell the basis of `{id}`");
                let finding = subject.activity(&RULE, (id, activity), "basis", message);
                let hint = format!("write `{{{{ basis {target} }}}}` in its section");
                findings.push(finding.kind(language.tag()).hint(hint));
            }
        }
    }
}

/// What the templates of a language render: verb and second word.
struct Rendered(BTreeSet<(String, String)>);

impl Rendered {
    fn of(subject: &Subject<'_>, language: Language) -> Self {
        let prose = subject.prose().filter(|(written, ..)| *written == language);
        let all = prose.flat_map(|(_, _, section)| templates(&section.markdown));
        let named = all.flatten().filter_map(|template| {
            let (target, _) = template.target?;
            Some((template.verb.0, target))
        });
        Self(named.collect())
    }

    fn has(&self, verb: &str, target: &str) -> bool {
        self.0.contains(&(verb.to_owned(), target.to_owned()))
    }

    /// Whether the period of a collection is told, by itself or with that of another collection of
    /// the activity that is kept by the same phrase.
    fn period(&self, record: Record<'_>) -> bool {
        let own = &record.collection.keep;
        let alike = record.activity.collections.iter();
        let mut alike = alike.filter(|(_, other)| other.keep == *own);
        own.is_none() || alike.any(|(name, _)| self.has("keep", &format!("{}.{name}", record.id)))
    }

    /// What the template of a basis that is not told would name. A processor has no basis of its own
    /// to tell.
    fn untold_basis(&self, id: &str, activity: &Activity) -> Option<String> {
        if matches!(activity.role, Role::ProcessorFor(_)) {
            return None;
        }
        // Without a state, the bases that hold always are told, and all where none does.
        let always = activity.bases().any(|basis| basis.when.is_none());
        let targets = activity.bases().map(|basis| match basis.when {
            Some(state) if always || !self.has("basis", id) => format!("{id}.{state}"),
            Some(_) | None => id.to_owned(),
        });
        let mut untold = targets.filter(|target| !self.has("basis", target));
        untold.next()
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_period_that_no_section_renders_is_found() {
        let silent = || Fixture::new().replacing("{{ keep news.subscription }}", "");
        let found = silent().findings("L46");
        let [finding] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(finding.at, "news.subscription");
        assert_eq!(
            finding.diagnostic.message,
            "the text in `en` does not tell how long `news.subscription` is kept"
        );
        let more = "[collections.second]
            title = { en = 'second' }
            keep = 'earlier of (withdrawal, 2 years after collection)'
            fields.words = { category = 'pd:Communication', type = 'free_text' }";
        assert_eq!(Fixture::new().activity("news", more).at("L46"), [""; 0]);
        let another = format!(
            "{more}\n[collections.third]\ntitle = {{ en = 'third' }}\nkeep = '3 days after collection'\nfields.words = {{ category = 'pd:Communication' }}"
        );
        let fixture = Fixture::new().activity("news", &another);
        assert_eq!(fixture.at("L46"), ["news.third"]);
    }

    #[test]
    fn a_basis_that_no_section_renders_is_found() {
        let silent = Fixture::new().replacing("{{ basis news }}", "consent");
        assert_eq!(silent.at("L46"), ["news"]);
        let processor = silent.activity("news", "role = { processor_for = { en = 'a shop' } }");
        assert_eq!(processor.at("L46"), [""; 0]);
    }

    #[test]
    fn each_basis_of_a_state_is_told() {
        let split = "states = { member = { en = 'a member' }, guest = { en = 'a guest' } }
            basis = [{ contract = { en = 'the membership' }, when = 'member' },
                     { consent = { en = 'news by email' }, when = 'guest' }]";
        let fixture = Fixture::new().activity("news", split);
        assert_eq!(fixture.at("L46"), [""; 0]);
        let one = fixture
            .clone()
            .replacing("{{ basis news }}", "{{ basis news.member }}");
        assert_eq!(one.at("L46"), ["news"]);
        let both = "{{ basis news.member }} or {{ basis news.guest }}";
        assert_eq!(
            fixture.replacing("{{ basis news }}", both).at("L46"),
            [""; 0]
        );
    }
}
