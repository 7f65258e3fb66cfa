//! Views in words: the sentences of the frame that need more than a key.

use super::i18n::Text;
use super::view::{AgeView, DecisionView, Effect, FigureValue, Tally, Verdict};
use jiff::civil::Date;

impl Text {
    /// The word for a verdict.
    pub fn verdict(self, verdict: &Verdict) -> String {
        self.get(&format!("verdict-{}", verdict.name()))
    }

    /// How many promises have a verdict: `28 kept`.
    pub fn counted(self, verdict: &Verdict, tally: &Tally) -> String {
        self.number_in(
            &format!("verdict-{}-count", verdict.name()),
            "count",
            tally.count(*verdict),
        )
    }

    /// The word for what a change does to people.
    pub fn effect(self, effect: &Effect) -> String {
        self.get(&format!("effect-{}", effect.name()))
    }

    /// A section by its number.
    pub fn section(self, number: &str) -> String {
        self.with("section", &[("number", number)])
    }

    /// The name of the margin beside a section.
    pub fn section_rules(self, number: &str) -> String {
        self.with("rule-margin", &[("number", number)])
    }

    /// Who owns a decision, and when it is reviewed.
    pub fn owner_and_review(self, decision: &DecisionView) -> String {
        let review = self.day(&decision.review_on);
        self.with(
            "rule-owner",
            &[("owner", &decision.owner), ("review", &review)],
        )
    }

    /// Two days as a range.
    pub fn from_to(self, from: &Date, to: &Date) -> String {
        self.with(
            "diff-range",
            &[("from", &self.day(from)), ("to", &self.day(to))],
        )
    }

    /// The answer to "is our privacy statement true right now?".
    pub fn board_answer(self, tally: &Tally) -> String {
        match tally.answer() {
            Verdict::Broken => self.number_in("answer-broken", "count", tally.broken),
            Verdict::Kept => self.number_in("answer-kept", "count", tally.kept),
            Verdict::Unproven if tally.kept == 0 => self.get("answer-unknown"),
            Verdict::Unproven => self.number_in("answer-unproven", "count", tally.unproven),
        }
    }

    /// The age of the oldest record against its cap.
    pub fn age(self, age: &AgeView) -> String {
        let (days, cap) = (self.number(age.age_days), self.number(age.cap_days));
        let key = if age.is_over() {
            "age-over"
        } else {
            "age-within"
        };
        self.with(key, &[("age", &days), ("cap", &cap)])
    }

    /// A measured value.
    pub fn value(self, value: &FigureValue) -> String {
        match value {
            FigureValue::Count(count) => self.number(*count),
            FigureValue::Span(span) => self.span(*span),
            FigureValue::Day(day) => self.day(day),
            FigureValue::At(at) => self.moment(at),
            FigureValue::Words(words) => words.clone(),
        }
    }

    /// What the forecast comes to.
    pub fn forecast_lead(self, total: &u64, months: usize) -> String {
        let (total, months) = (self.number(*total), self.number(months));
        self.with("forecast-lead", &[("total", &total), ("months", &months)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    #[test]
    fn the_answer_is_never_better_than_the_board() {
        #[rustfmt::skip]
        let rows = [
            (3, 0, 0, "Yes. All 3 promises are kept."),
            (3, 0, 2, "Not all of it is proven. Of 2 promises we cannot say whether they are kept."),
            (3, 1, 2, "No. One promise is broken."),
            (0, 2, 0, "No. 2 promises are broken."),
            (0, 0, 4, "We do not know yet: nothing has been proven."),
            (0, 0, 0, "We do not know yet: nothing has been proven."),
        ];
        for (kept, broken, unproven, want) in rows {
            let tally = Tally {
                kept,
                broken,
                unproven,
            };
            assert_eq!(Text(Language::En).board_answer(&tally), want);
        }
    }

    #[test]
    fn age_in_words() {
        let age = |age_days| AgeView {
            oldest_on: "2024-01-31".parse().unwrap(),
            age_days,
            cap_days: 1_096,
        };
        let english = Text(Language::En);
        assert_eq!(
            english.age(&age(1_096)),
            "1,096 days old; at most 1,096 are allowed"
        );
        assert_eq!(
            english.age(&age(1_097)),
            "1,097 days old, although at most 1,096 are allowed"
        );
    }
}
