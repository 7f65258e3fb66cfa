//! The table of all rules, for the reference.

use super::RULES;
use crate::diagnostic::Severity;

const HEAD: &str = "\
| Rule | Weight | Must hold | Article | Applies from | Kinds of finding |
|---|---|---|---|---|---|
";

/// Every rule as a row of a Markdown table, in order of id.
///
/// The weight is that of most findings of the rule; some findings of a rule weigh less or more. Where
/// a rule finds several kinds of things at a place, a decision names those that it settles.
pub fn reference() -> String {
    let rows = RULES.iter().map(|rule| {
        let weight = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let cells =
            [rule.id, weight, rule.title, rule.article].map(|cell| cell.replace('|', "\\|"));
        let kinds: Vec<String> = rule.kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let kinds = kinds.join(", ");
        format!("| {} | {} | {kinds} |\n", cells.join(" | "), rule.effective)
    });
    std::iter::once(HEAD.to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_are_there_in_order() {
        let reference = reference();
        let rows = reference.lines().skip(2);
        let ids: Vec<&str> = rows.filter_map(|row| row.get(2..5)).collect();
        let want: Vec<String> = (1..=46).map(|number| format!("L{number:02}")).collect();
        assert_eq!(ids, want);
    }

    #[test]
    fn a_row_says_what_when_and_where() {
        let row = "| L36 | error | authorities outside the EEA need an agreement, or Article 6 and \
                   Chapter V | GDPR Article 48 | 2018-05-25 |  |\n";
        assert!(reference().contains(row));
    }

    #[test]
    fn every_row_has_six_cells() {
        for row in reference().lines() {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
        }
    }
}
