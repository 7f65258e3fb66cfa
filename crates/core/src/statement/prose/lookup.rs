//! Finds what a template names, or says what it could have meant.

use std::ops::Range;

use super::speaker::Speaker;
use super::template::Template;
use crate::diagnostic::did_you_mean;
use crate::statement::at::At;
use crate::statement::mended::Mended;
use crate::statement::model::{Activity, Collection};

/// Why a template says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Silent {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) needs: Needs,
}

/// Where that which a template does not find would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nowhere: the template itself is wrong.
    Nothing,
    /// The names in a table.
    Names(At),
    /// All that a rule says.
    Whole(At),
}

impl Silent {
    /// Whether it may be written, and was not read.
    pub(super) fn is_in_doubt(&self, mended: &Mended) -> bool {
        match &self.needs {
            Needs::Nothing => false,
            Needs::Names(table) => mended.covers(table),
            Needs::Whole(rule) => mended.touches(rule),
        }
    }
}

impl<'a> Speaker<'a> {
    pub(super) fn activity<'t>(
        &self,
        name: &'t str,
        span: &Range<usize>,
    ) -> Result<(&'t str, &'a Activity), Silent> {
        let activities = &self.statement.published.activities;
        let found = activities.get(name).map(|activity| (name, activity));
        let known = activities.keys().map(String::as_str);
        found.ok_or_else(|| missing((name, span), "activity", known, Needs::Nothing))
    }

    pub(super) fn activity_state<'t>(
        &self,
        name: &'t str,
        span: &Range<usize>,
    ) -> Result<(&'t str, &'a Activity, Option<&'t str>), Silent> {
        let Some((id, state)) = name.split_once('.') else {
            let (id, activity) = self.activity(name, span)?;
            return Ok((id, activity, None));
        };
        let (id, activity) = self.activity(id, span)?;
        let known: Vec<&str> = activity.bases().filter_map(|basis| basis.when).collect();
        if known.contains(&state) {
            return Ok((id, activity, Some(state)));
        }
        let rule = At::activity(id).key("basis");
        Err(missing(
            (state, span),
            "basis for the state",
            known,
            Needs::Whole(rule),
        ))
    }

    pub(super) fn collection<'t>(
        &self,
        name: &'t str,
        span: &Range<usize>,
    ) -> Result<(&'t str, &'a Activity, (&'t str, &'a Collection)), Silent> {
        let reading = &self.statement.published;
        if let Some((id, key)) = name.split_once('.')
            && let Some((activity, collection)) = reading.collection(name)
        {
            return Ok((id, activity, (key, collection)));
        }
        let known: Vec<String> = reading.collections().map(|(name, _, _)| name).collect();
        let known = known.iter().map(String::as_str);
        let id = name.split('.').next().unwrap_or_default();
        let table = At::activity(id).key("collections");
        Err(missing(
            (name, span),
            "collection",
            known,
            Needs::Names(table),
        ))
    }
}

/// The template's second word, or an error that says what it could be.
pub(super) fn target<'t>(
    template: &'t Template,
    wanted: &str,
) -> Result<(&'t str, &'t Range<usize>), Silent> {
    match &template.target {
        Some((name, span)) => Ok((name, span)),
        None => Err(Silent {
            span: template.verb.1.clone(),
            message: format!("`{}` asks for a second word", template.verb.0),
            hint: Some(format!("name {wanted}")),
            needs: Needs::Nothing,
        }),
    }
}

/// The error for a name that is not there.
pub(super) fn missing<'k>(
    (name, span): (&str, &Range<usize>),
    what: &str,
    known: impl IntoIterator<Item = &'k str>,
    needs: Needs,
) -> Silent {
    let known: Vec<&str> = known.into_iter().collect();
    let hint = match did_you_mean(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.is_empty() => None,
        None => Some(format!("there is: {}", known.join(", "))),
    };
    Silent {
        span: span.clone(),
        message: format!("there is no {what} `{name}`"),
        hint,
        needs,
    }
}
