//! Where something stands in a statement folder, by name and not by byte.

use super::model::OneOrMany;

/// A file and the keys that lead to a value in it; without keys the whole file. A number leads into
/// a list, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// The file's path inside the folder.
    pub(super) file: String,
    /// The keys, the outermost first.
    pub(super) keys: Vec<String>,
}

impl At {
    /// The whole of a file.
    pub(super) fn file(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            keys: Vec::new(),
        }
    }

    /// The file of an activity.
    pub(super) fn activity(id: &str) -> Self {
        Self::file(&format!("activities/{id}.toml"))
    }

    /// What a key path of a decision leads to, for example
    /// `activities.webinars.collections.registration.keep` or `statement.effective`.
    pub(super) fn path(path: &str) -> Self {
        let mut keys = path.split('.');
        let mut at = match keys.next() {
            Some("activities") => Self::activity(keys.next().unwrap_or_default()),
            Some("cookies") => Self::file("cookies.toml"),
            Some(_) | None => Self::file("statement.toml"),
        };
        at.keys.extend(keys.map(str::to_owned));
        at
    }

    /// What stands there under a key.
    #[must_use]
    pub(super) fn key(&self, key: &str) -> Self {
        let mut at = self.clone();
        at.keys.push(key.to_owned());
        at
    }

    /// What stands there in a list.
    #[must_use]
    pub(super) fn item(&self, index: usize) -> Self {
        self.key(&index.to_string())
    }

    /// What stands there: one value, or a list of them, each with its place.
    pub(super) fn each<'a, T>(
        &self,
        values: impl Into<Option<&'a OneOrMany<T>>>,
    ) -> Vec<(Self, &'a T)>
    where
        T: 'a,
    {
        let values = values.into();
        let list = values.is_some_and(|values| matches!(values, OneOrMany::Many(_)));
        let all = values.map(OneOrMany::as_slice).unwrap_or_default();
        let numbered = all.iter().enumerate();
        let place = |index| if list { self.item(index) } else { self.clone() };
        numbered
            .map(|(index, value)| (place(index), value))
            .collect()
    }

    /// Whether it is at `other` or below it.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        self.file == other.file && self.keys.starts_with(&other.keys)
    }
}
