//! The bundled statement for tests of rules, with some of its words replaced.

use std::path::Path;

use crate::rulebook::Rulebook;
use crate::statement::{Folder, load};

/// The rules of the bundled statement after changes: file, old words, new words.
pub(crate) fn rules(changes: &[(&str, &str, &str)]) -> Rulebook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../statements/visma-software");
    let mut files = Vec::new();
    for folder in ["", "activities", "text"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            let name = name.replace('\\', "/");
            let mut text = std::fs::read_to_string(&path).unwrap();
            for (_, old, new) in changes.iter().filter(|(file, ..)| *file == name) {
                assert!(text.contains(old), "`{old}` does not stand in {name}");
                text = text.replace(old, new);
            }
            files.push((name, text));
        }
    }
    Rulebook::new(&load(Folder::new(files)).unwrap())
}
