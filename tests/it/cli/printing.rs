//! What is printed, where, and how a command ends.

use serde_json::json;
use sluis::cli::{Exit, Failure, Output};

#[test]
fn a_value_is_json_or_text_and_never_both() {
    let (mut out, stdout, stderr) = Output::kept();
    out.show(&json!({"a": 1}), || "één".to_owned()).unwrap();
    out.say("twee").unwrap();
    out.set_json(true);
    out.show(&json!({"a": 1}), || "drie".to_owned()).unwrap();
    out.say("vier").unwrap();
    assert_eq!(stdout.text(), "één\ntwee\n{\"a\":1}\n");
    assert_eq!(stderr.text(), "");
}

#[test]
fn text_from_elsewhere_cannot_drive_the_terminal() {
    let (mut out, stdout, stderr) = Output::kept();
    out.say("a\u{1b}]0;b\u{7}c\u{9b}2J\td\re").unwrap();
    out.warn("\u{1b}[1A");
    assert_eq!(stdout.text(), "a\u{FFFD}]0;b\u{FFFD}c\u{FFFD}2J\td\u{FFFD}e\n");
    assert_eq!(stderr.text(), "sluis: \u{FFFD}[1A\n");
}

#[test]
fn a_failure_says_what_to_do_and_machines_get_it_too() {
    let failure =
        || Failure::refused("it is not so").because(std::io::Error::other("the cause")).now("do this");
    let (mut out, stdout, stderr) = Output::kept();
    assert_eq!(out.end(Err(failure())), Exit::Refused);
    assert_eq!(
        (stdout.text().as_str(), stderr.text().as_str()),
        ("", "sluis: it is not so: the cause\n  what to do: do this\n")
    );
    out.set_json(true);
    out.end(Err(failure()));
    let document: serde_json::Value = serde_json::from_str(&stdout.text()).unwrap();
    assert_eq!(
        document,
        json!({"error": {"exit": 1, "message": "it is not so: the cause", "now": "do this"}})
    );
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let (mut out, _, stderr) = Output::kept();
    let closed =
        Failure::internal("cannot write").because(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
    assert_eq!((out.end(Err(closed)), stderr.text().as_str()), (Exit::Done, ""));
}

#[test]
fn every_exit_code_is_in_the_help() {
    for exit in [
        Exit::Done,
        Exit::Refused,
        Exit::Usage,
        Exit::Partial,
        Exit::Unproven,
        Exit::Unavailable,
        Exit::Internal,
        Exit::TryAgain,
        Exit::Configuration,
    ] {
        let line = format!("{:>4}  ", exit.code());
        assert!(sluis::cli::exit::HELP.lines().any(|one| one.starts_with(&line)), "{exit:?}");
    }
}

#[test]
fn the_documents_say_what_the_program_does() {
    let document = include_str!("../../../docs/client.md");
    let profile = document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("profile.toml");
    std::fs::write(&file, profile).unwrap();
    let profile = sluis::cli::client::profile::Profile::read(&file).unwrap();
    assert_eq!(profile.encryption_keys, [folder.path().join("enc-2026.jwk")], "paths start at the profile");
    for document in [document, include_str!("../../../docs/operator/guide.md")] {
        for line in sluis::cli::exit::HELP.lines().skip(1) {
            let (code, meaning) = line.trim().split_once("  ").unwrap();
            assert!(document.contains(&format!("| {code} | {meaning} |")), "{line}");
        }
    }
}
