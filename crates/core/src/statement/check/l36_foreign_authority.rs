//! An authority outside the EEA gets data only under an agreement, or Article 6 and Chapter V.
//!
//! GDPR Article 48: a judgment or decision of a third country is enforceable only if based on an
//! international agreement in force. Without one, a disclosure needs a basis of Article 6 and a ground
//! of Chapter V; an order alone, however valid at home, is neither.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;

/// L36.
pub(super) static RULE: Rule = Rule {
    id: "L36",
    title: "authorities outside the EEA need an agreement, or Article 6 and Chapter V",
    severity: Severity::Error,
    article: "GDPR Article 48",
    effective: GDPR,
    kinds: &[],
    find,
};

/// Words that name such an agreement or ground, in small letters.
const GROUNDS: [&str; 15] = [
    "international agreement",
    "treaty",
    "mutual legal assistance",
    "chapter v",
    "article 45",
    "article 46",
    "article 48",
    "article 49",
    "internasjonal avtale",
    "traktat",
    "gjensidig",
    "kapittel v",
    "artikkel 46",
    "artikkel 48",
    "artikkel 49",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let requests = subject.header().authority_requests.as_ref();
    let Some(stated) = requests.and_then(|requests| requests.outside_eea.as_ref()) else {
        return;
    };
    let named = |text: &String| {
        let text = text.to_lowercase();
        GROUNDS.iter().any(|ground| text.contains(ground))
    };
    if !stated.0.values().any(named) {
        let message =
            "an order of an authority outside the EEA is followed without a ground of Chapter V";
        let finding = subject.header_key(&RULE, "authority_requests.outside_eea", message);
        findings.push(finding.hint(
            "name the international agreement (Article 48), or Article 6 together with a ground of Chapter V",
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn an_order_alone_is_no_ground() {
        #[rustfmt::skip]
        let rows = [
            ("on a valid court order", 1),
            ("on an order or a document of the same weight", 1),
            ("under a Treaty on legal assistance", 0),
            ("on a basis in Article 6 and a ground in Chapter V", 0),
            ("only as Article 48 allows", 0),
        ];
        for (stated, want) in rows {
            let header = format!(
                "[authority_requests]\nonly_on = {{ en = 'an order' }}\noutside_eea = {{ en = '{stated}' }}"
            );
            assert_eq!(
                Fixture::new().header(&header).at("L36").len(),
                want,
                "{stated}"
            );
        }
    }

    #[test]
    fn a_text_silent_about_foreign_authorities_has_no_finding() {
        let silent = Fixture::new().header("[authority_requests]\nonly_on = { en = 'an order' }");
        assert_eq!(silent.at("L36"), [""; 0]);
    }
}
