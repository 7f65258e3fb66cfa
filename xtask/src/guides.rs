//! The guides do what they say: their files are written, their commands run.
//!
//! A code block whose language is followed by a path, as in "toml shop/statement.toml", is a file.
//! A line of an `sh` block that begins with `ombud` is run. Each page starts in a folder with data under
//! the bundled statement, as a server makes it; a server that a page starts is there already.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::command::{ombud, program, root, unset};
use crate::say;

const GUIDES: &str = "docs/book/guides";

const BUNDLED: &str = "statements/visma-software";

/// One thing a page does.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    File { path: String, text: String },
    Command(String),
}

/// Follows every guide from top to bottom.
///
/// # Errors
///
/// Names the page and the command that the program did not understand or could not carry out. A
/// "no" (exit code 1) is an answer.
pub(crate) fn run() -> Result<()> {
    let ombud = ombud()?;
    let mut pages: Vec<_> = fs::read_dir(root().join(GUIDES))?.flatten().collect();
    pages.sort_by_key(fs::DirEntry::file_name);
    for page in pages {
        let name = page.file_name().to_string_lossy().into_owned();
        let folder = ombud.with_file_name("examples").join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let bundled = root().join(BUNDLED).to_string_lossy().into_owned();
        call(
            &ombud,
            &["statement", "adopt", "--statement", &bundled],
            &folder,
        )?;
        for step in steps(&fs::read_to_string(page.path())?) {
            follow(&step, &folder, &ombud).with_context(|| format!("{GUIDES}/{name}"))?;
        }
    }
    Ok(())
}

fn follow(step: &Step, folder: &Path, ombud: &Path) -> Result<()> {
    match step {
        Step::File { path, text } => {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, text)?;
        }
        Step::Command(line) => {
            say::line(&format!("$ {line}"));
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            call(ombud, &words, folder)?;
        }
    }
    Ok(())
}

/// Runs the program in a folder.
fn call(ombud: &Path, words: &[&str], folder: &Path) -> Result<()> {
    let status = unset(program(ombud, words)).current_dir(folder).status()?;
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("`ombud {}` failed ({status})", words.join(" "));
    }
    Ok(())
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut block: Option<(String, String)> = None;
    for event in Parser::new(page) {
        if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = &event {
            block = Some((info.to_string(), String::new()));
        } else if let (Some((_, text)), Event::Text(part)) = (&mut block, &event) {
            text.push_str(part);
        } else if event == Event::End(TagEnd::CodeBlock)
            && let Some((info, text)) = block.take()
        {
            if let Some((_, path)) = info.split_once(' ') {
                steps.push(Step::File {
                    path: path.to_owned(),
                    text,
                });
            } else if info == "sh" {
                let commands = text.lines().filter(|line| line.starts_with("ombud "));
                steps.extend(commands.map(|line| Step::Command(line.to_owned())));
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_in_order() {
        let page = "Words.\n\n```toml shop/a.toml\nx = 1\n```\n\n```sh\nombud check\ncargo test\n```\n\n\
                    ```text\nombud not run\n```\n\n```sh\ncargo run --release -- serve --demo\nombud board\n```\n";
        let command = |line: &str| Step::Command(line.to_owned());
        let file = Step::File {
            path: "shop/a.toml".to_owned(),
            text: "x = 1\n".to_owned(),
        };
        assert_eq!(
            steps(page),
            [file, command("ombud check"), command("ombud board")]
        );
    }
}
