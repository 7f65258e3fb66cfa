//! The statement that comes with the program: Visma Software AS.

use ombud_core::statement::Folder;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../statements/visma-software/", $path)))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "activities/assistant.toml",
    "activities/customers.toml",
    "activities/feedback.toml",
    "activities/handover.toml",
    "activities/improvement.toml",
    "activities/newsletters.toml",
    "activities/profiling.toml",
    "activities/recruitment.toml",
    "activities/rights-requests.toml",
    "activities/security.toml",
    "activities/support.toml",
    "activities/user-tests.toml",
    "activities/webinars.toml",
    "activities/website-chat.toml",
    "cookies.toml",
    "decisions.toml",
    "promises.toml",
    "statement.toml",
    "text/en.md",
    "text/nb.md",
];

/// The bundled statement's files.
pub fn folder() -> Folder {
    Folder::new(
        FILES
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_is_the_folder() {
        let root = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../statements/visma-software"
        );
        assert_eq!(
            crate::flow::statement::read_folder(root.as_ref()).unwrap(),
            folder()
        );
    }
}
