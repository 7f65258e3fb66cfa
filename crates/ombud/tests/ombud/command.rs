//! Exit codes: 0 done, 1 no, 2 wrong input, 3 could not be carried out.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Parser as _;
use ombud::cli::{Cli, Output};
use ombud_store::{Config, Store};

use crate::harness::World;

pub(crate) fn run(world: &World, data: &Path, arguments: &[&str]) -> (ExitCode, String, String) {
    let data = data.to_str().unwrap();
    let all = ["ombud", "--data", data]
        .into_iter()
        .chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(all).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = world.wait(cli.run(world.clock(), &mut Output::new(&mut out, &mut err, false)));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (code, text(out), text(err))
}

/// A folder of data: the first command that writes puts it under the bundled statement.
pub(crate) fn begun(world: &World) -> PathBuf {
    let data = world.directory.path().join("commands");
    let keys = data.with_file_name("commands-keys");
    drop(Store::open(&Config::sqlite(&data, keys)).unwrap());
    data
}

/// Exit codes cannot be compared, only shown.
fn same(code: ExitCode, want: u8) {
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(want)));
}

#[test]
fn p3_1_1_may_answers_by_exit_code() {
    let world = World::sqlite();
    let data = begun(&world);
    let (code, out, _) = run(
        &world,
        &data,
        &["may", "email:anna@example.com", "newsletters"],
    );
    same(code, 1);
    assert!(out.starts_with("no: "), "{out}");
    let consent = [
        "ledger",
        "add",
        "email:anna@example.com",
        "newsletters",
        "consent",
        "--language",
        "nb",
        "--channel",
        "form",
    ];
    same(run(&world, &data, &consent).0, 0);
    let (code, out, _) = run(
        &world,
        &data,
        &["may", "email:anna@example.com", "newsletters"],
    );
    same(code, 0);
    assert!(out.starts_with("yes"), "{out}");
    let (code, _, err) = run(&world, &data, &["may", "shoe:41", "newsletters"]);
    same(code, 2);
    assert!(err.contains("`shoe`"), "{err}");
}

#[test]
fn a_misspelt_activity_is_pointed_out() {
    let world = World::sqlite();
    let data = begun(&world);
    let may = ["may", "email:anna@example.com", "newsletter"];
    let (code, out, err) = run(&world, &data, &may);
    same(code, 1);
    assert!(
        out.starts_with("no: the statement declares no such activity"),
        "{out}"
    );
    assert_eq!(err, "  hint: did you mean `newsletters`?\n");
    let (code, out, err) = run(&world, &data, &["audience", "newsleter"]);
    same(code, 2);
    assert!(
        out.is_empty() && err.contains("did you mean `newsletters`?"),
        "{err}"
    );
}

#[test]
fn i1_an_act_that_lies_in_the_future_is_not_recorded() {
    let world = World::sqlite();
    let data = begun(&world);
    let who = "email:anna@example.com";
    let consent = [
        "ledger",
        "add",
        who,
        "newsletters",
        "consent",
        "--language",
        "nb",
        "--channel",
        "form",
        "--at",
        "2030-01-01T00:00:00Z",
    ];
    let (code, _, err) = run(&world, &data, &consent);
    same(code, 1);
    assert!(err.contains("the act lies in the future"), "{err}");
    same(run(&world, &data, &["may", who, "newsletters"]).0, 1);
}

#[test]
fn p1_1_a_statement_with_errors_is_wrong_input() {
    let world = World::sqlite();
    let folder = world.directory.path().join("broken");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("statement.toml"), "titel = 1\n").unwrap();
    let folder = folder.to_str().unwrap();
    let data = begun(&world);
    let (code, _, err) = run(&world, &data, &["--statement", folder, "check"]);
    same(code, 2);
    assert!(err.contains("statement.toml"), "{err}");
    same(run(&world, &data, &["--statement", folder, "board"]).0, 2);
}

#[test]
fn p1_1_a_file_that_is_no_text_is_named_with_its_place() {
    let world = World::sqlite();
    let folder = world.directory.path().join("latin");
    std::fs::create_dir_all(folder.join("text")).unwrap();
    std::fs::write(folder.join("text/nb.md"), b"# 1 Om\n\nVi f\xe5r det.\n").unwrap();
    let data = world.directory.path().join("commands");
    let arguments = ["--statement", folder.to_str().unwrap(), "check"];
    let (code, _, err) = run(&world, &data, &arguments);
    same(code, 2);
    assert!(err.contains("text/nb.md:3:5: this is not UTF-8"), "{err}");
}

#[test]
fn p3_6_2_what_was_decided_is_shown_beside_what_the_text_says() {
    let world = World::sqlite();
    let data = world.directory.path().join("commands");
    let (code, out, _) = run(&world, &data, &["statement", "show"]);
    same(code, 0);
    let line = |name: &str| {
        let mut lines = out.lines().map(str::trim_start);
        lines
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    let billing = line("billing: ");
    assert!(billing.contains("3 years"), "{billing}");
    assert!(
        billing.contains("[decided; the text says: as long as necessary"),
        "{billing}"
    );
    let offer = line("offer: ");
    assert!(offer.contains("6 months"), "{offer}");
    assert!(
        offer.contains("[decided; the text says: no period"),
        "{offer}"
    );
    assert!(!line("subscription: ").contains("decided"));
}

#[test]
fn i10_what_is_not_there_to_be_shown_is_wrong_input() {
    let world = World::sqlite();
    let data = begun(&world);
    let commands: [&[&str]; 4] = [
        &["statement", "diff", "deadbeef"],
        &["statement", "render", "--on", "2020-01-01"],
        &["statement", "show", "--on", "2020-01-01"],
        &["audience", "newsletters", "--column", "mail"],
    ];
    for command in commands {
        let (code, out, err) = run(&world, &data, command);
        same(code, 2);
        assert!(out.is_empty(), "{out}");
        assert!(err.starts_with("error: "), "{err}");
    }
}

#[test]
fn p1_1_decided_findings_are_suppressed_and_not_left_out() {
    let world = World::sqlite();
    let data = world.directory.path().join("commands");
    let day = ["--on", "2026-03-18"];
    let check = |format: &str| {
        let arguments = ["check", "--format", format];
        let (_, out, _) = run(&world, &data, &[&arguments[..], &day].concat());
        serde_json::from_str::<serde_json::Value>(&out).unwrap()
    };
    let (plain, sarif) = (check("json"), check("sarif"));
    let findings = plain["findings"].as_array().unwrap();
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let l36 = rules.iter().find(|rule| rule["id"] == "L36").unwrap();
    assert_eq!(l36["defaultConfiguration"]["level"], "error");
    assert_eq!(l36["properties"]["article"], "GDPR Article 48");
    assert_eq!(l36["properties"]["effective"], "2018-05-25");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());
    for (finding, result) in findings.iter().zip(results) {
        let suppressed = &result["suppressions"][0];
        let decided = finding["state"] == "decided";
        assert_eq!(suppressed["status"] == "accepted", decided, "{result}");
        assert_eq!(suppressed["justification"].is_string(), decided, "{result}");
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert!(run["originalUriBaseIds"][file["uriBaseId"].as_str().unwrap()].is_object());
    }
}

#[test]
fn i2_what_is_due_later_is_not_erased_today() {
    let world = World::sqlite();
    let data = begun(&world);
    // Nor may what is done today be told as done earlier.
    for at in ["2030-01-01T00:00:00Z", "2020-01-01"] {
        let refused = Cli::try_parse_from(["ombud", "sweep", "--at", at]).unwrap_err();
        assert!(refused.to_string().contains("--dry-run"), "{refused}");
        assert_eq!(refused.exit_code(), 2);
    }
    for at in ["2030-01-01T00:00:00Z", "2030-01-01"] {
        same(run(&world, &data, &["sweep", "--dry-run", "--at", at]).0, 0);
    }
}

#[test]
fn a_list_is_one_value_a_line_for_programs() {
    let world = World::sqlite();
    let data = begun(&world);
    for name in ["one", "two"] {
        same(
            run(
                &world,
                &data,
                &["key", "add", name, "--read", "newsletters"],
            )
            .0,
            0,
        );
    }
    let add = ["record", "add", "support.inquiry", "email:anna@example.com"];
    let fields = r#"{"email":"anna@example.com","message":"hello"}"#;
    for _ in 0..2 {
        same(run(&world, &data, &[&add[..], &[fields]].concat()).0, 0);
    }
    for activity in ["support", "profiling"] {
        let choice = [
            "ledger",
            "add",
            "email:anna@example.com",
            activity,
            "object",
        ];
        same(run(&world, &data, &choice).0, 0);
    }
    let lists: [&[&str]; 4] = [
        &["ledger", "show", "email:anna@example.com"],
        &["key", "list"],
        &["record", "list", "email:anna@example.com"],
        &["evidence", "show"],
    ];
    for list in lists {
        let (_, out, _) = run(&world, &data, &[&["--json"], list].concat());
        assert!(out.lines().count() >= 2, "{list:?}: {out}");
        for line in out.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(value.is_object(), "{list:?}: {line}");
        }
    }
}

/// Forgetting an option must not put the data of one organisation under the statement of another.
#[test]
fn i10_without_a_folder_a_command_is_under_the_stored_version() {
    let world = World::sqlite();
    let folder = world.directory.path().join("own");
    for (path, text) in ombud::bundled::folder().files() {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let own = folder.join("statement.toml");
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, format!("{text}\n# Another one.\n")).unwrap();
    let data = world.directory.path().join("commands");
    let history = |arguments: &[&str]| {
        let (code, out, err) = run(&world, &data, arguments);
        assert!(err.is_empty(), "{arguments:?}: {err}");
        same(code, 0);
        out
    };
    let adopted = history(&[
        "--statement",
        folder.to_str().unwrap(),
        "statement",
        "adopt",
    ]);
    let commands: [&[&str]; 8] = [
        &[
            "ledger",
            "add",
            "email:anna@example.com",
            "newsletters",
            "consent",
            "--language",
            "nb",
            "--channel",
            "form",
        ],
        &["key", "add", "mailer", "--read", "newsletters"],
        &["key", "list"],
        &["sweep"],
        &["board"],
        &["evidence", "verify"],
        &["evidence", "show"],
        &["may", "email:anna@example.com", "newsletters"],
    ];
    for command in commands {
        run(&world, &data, command);
        assert_eq!(history(&["statement", "history"]), adopted, "{command:?}");
    }
    let hash = adopted
        .split_whitespace()
        .find(|word| word.len() > 9)
        .unwrap();
    let (_, shown, _) = run(
        &world,
        &data,
        &["--json", "may", "email:anna@example.com", "newsletters"],
    );
    assert!(
        shown.contains(hash.trim_matches('`')),
        "{hash} decides: {shown}"
    );
    same(run(&world, &data, &["statement", "adopt"]).0, 2);
}

#[test]
fn i3_a_store_that_cannot_be_opened_is_said_so() {
    let world = World::sqlite();
    let file = world.directory.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let (code, _, err) = run(&world, &file, &["board"]);
    same(code, 3);
    assert!(err.starts_with("error: "), "{err}");
}

#[test]
fn i7_a_folder_without_data_is_refused_and_nothing_is_made() {
    let world = World::sqlite();
    let data = world.directory.path().join("mistyped");
    let who = "email:anna@example.com";
    let record = "00000000-0000-7000-8000-000000000000";
    let commands: [&[&str]; 20] = [
        &["record", "add", "support.inquiry", who, "{}"],
        &["record", "erase", record],
        &["ledger", "add", who, "support", "object"],
        &["anchor", "set", "last_activity", "--record", record],
        &["key", "add", "mailer", "--read", "newsletters"],
        &["key", "revoke", "mailer"],
        &["sweep"],
        &["evidence", "renew"],
        &["board"],
        &["may", who, "newsletters"],
        &["audience", "newsletters"],
        &["record", "list", who],
        &["ledger", "show", who],
        &["key", "list"],
        &["sweep", "--dry-run"],
        &["forecast"],
        &["notices"],
        &["statistics"],
        &["evidence", "verify"],
        &["statement", "history"],
    ];
    for command in commands {
        let (code, out, err) = run(&world, &data, command);
        same(code, 3);
        assert!(
            out.is_empty() && err.contains("mistyped"),
            "{command:?}: {out}{err}"
        );
    }
    assert!(!data.exists(), "nothing was made");
    assert!(!data.with_file_name("mistyped-keys").exists());
}

#[test]
fn i7_an_empty_log_is_not_called_intact() {
    let world = World::sqlite();
    let data = world.directory.path().join("empty");
    let keys = data.with_file_name("empty-keys");
    drop(Store::open(&Config::sqlite(&data, keys)).unwrap());
    let (code, out, _) = run(&world, &data, &["evidence", "verify"]);
    same(code, 1);
    assert!(!out.contains("intact"), "{out}");
    let (_, out, _) = run(&world, &data, &["--json", "evidence", "verify"]);
    assert!(out.contains("\"intact\": false"), "{out}");
}

/// Runs the program itself, for what it reads from standard input.
fn filter(data: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ombud"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let done = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn p3_1_1_a_line_that_cannot_be_read_is_no_no() {
    let world = World::sqlite();
    let data = begun(&world);
    let who = "email:anna@example.com";
    let mut consent = vec!["ledger", "add", who, "newsletters", "consent"];
    consent.extend(["--language", "nb", "--channel", "form"]);
    same(run(&world, &data, &consent).0, 0);
    let good = "anna@example.com\nemail:anna@example.com\nemail:bo@example.com\n";
    let kept = "anna@example.com\nemail:anna@example.com\n";
    let filtered = filter(&data, &["audience", "newsletters"], good);
    let told = "1 left out\n".to_owned();
    assert_eq!(filtered, (Some(0), kept.to_owned(), told));
    let bad = format!("nonsense\n{good}ip:nowhere\n");
    let filtered = filter(&data, &["audience", "newsletters"], &bad);
    let told = "1 left out\n2 lines name nobody: 1, 5\n".to_owned();
    assert_eq!(filtered, (Some(2), kept.to_owned(), told));
    let spaced = format!("\n{good}  \r\nnonsense\n\n");
    let filtered = filter(&data, &["audience", "newsletters"], &spaced);
    let told = "1 left out\n1 line names nobody: 6\n".to_owned();
    assert_eq!(
        filtered,
        (Some(2), kept.to_owned(), told),
        "a blank line is no line"
    );
    let table = "who,name\nnonsense,N\nanna@example.com,Anna\n";
    let columns = ["audience", "newsletters", "--column", "who"];
    let kept = "who,name\nanna@example.com,Anna\n".to_owned();
    let told = "0 left out\n1 line names nobody: 2\n".to_owned();
    assert_eq!(filter(&data, &columns, table), (Some(2), kept, told));
}
