//! What is printed, where, and how a command ends.

use serde_json::json;
use sluis::cli::{Exit, Failure, Language, Output, language::Said, moment, table::Table};

#[test]
fn a_value_is_json_or_text_and_never_both() {
    let (mut out, stdout, stderr) = Output::kept();
    out.show(&json!({"a": 1}), || "één".to_owned()).unwrap();
    out.say(("twee", "two")).unwrap();
    out.set_json(true);
    out.show(&json!({"a": 1}), || "drie".to_owned()).unwrap();
    out.say(("vier", "four")).unwrap();
    assert_eq!(stdout.text(), "één\ntwee\n{\"a\":1}\n");
    assert_eq!(stderr.text(), "");
}

#[test]
fn a_shell_gets_identifiers_and_nothing_else() {
    let (mut out, stdout, stderr) = Output::kept();
    out.set_ids();
    out.show(&json!({"id": "01a2", "state": "given"}), || "voor mensen".to_owned()).unwrap();
    out.show(&json!({"state": "given"}), || "voor mensen".to_owned()).unwrap();
    out.say(("voor mensen", "for people")).unwrap();
    assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("01a2\n", ""));
}

#[test]
fn text_from_elsewhere_cannot_drive_the_terminal() {
    let (mut out, stdout, stderr) = Output::kept();
    out.say(Said::same("a\u{1b}]0;b\u{7}c\u{9b}2J\td\re")).unwrap();
    out.warn(Said::same("\u{1b}[1A"));
    assert_eq!(stdout.text(), "a\u{FFFD}]0;b\u{FFFD}c\u{FFFD}2J\td\u{FFFD}e\n");
    assert_eq!(stderr.text(), "sluis: \u{FFFD}[1A\n");
}

#[test]
fn a_failure_says_what_to_do_and_machines_get_it_too() {
    let failure = || {
        Failure::refused(("het is niet zo", "it is not so"))
            .because(std::io::Error::other("the cause"))
            .now(("doe dit", "do this"))
    };
    for (language, expected) in [
        (Language::Nl, "sluis: het is niet zo: the cause\n  wat nu: doe dit\n"),
        (Language::En, "sluis: it is not so: the cause\n  what to do: do this\n"),
    ] {
        let (mut out, stdout, stderr) = Output::kept();
        out.set_language(language);
        assert_eq!(out.end(Err(failure())), Exit::Refused);
        assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("", expected));
    }
    let (mut out, stdout, _) = Output::kept();
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
    let closed = Failure::internal(("kan niet schrijven", "cannot write"))
        .because(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
    assert_eq!((out.end(Err(closed)), stderr.text().as_str()), (Exit::Done, ""));
}

#[test]
fn people_are_spoken_to_in_one_language() {
    let locales = [("nl_NL.UTF-8", Language::Nl), ("en_GB.UTF-8", Language::En), ("C", Language::Nl)];
    for (locale, language) in locales {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
    let (mut out, stdout, stderr) = Output::kept();
    out.set_language(Language::En);
    out.say(Said::new("ja", "yes")).unwrap();
    out.warn(("pas op", "mind"));
    assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("yes\n", "sluis: mind\n"));
}

#[test]
fn columns_stand_under_each_other_and_an_empty_one_is_left_out() {
    let mut table = Table::new(["naam", "niets", "sinds"]);
    table.row(["Café\u{301} Zo".to_owned(), String::new(), "27-11-2026".to_owned()]);
    table.row(["漢字\u{1b}[2J".to_owned(), String::new(), "nu".to_owned()]);
    assert_eq!(
        table.text(false),
        "naam      sinds\nCafe\u{301} Zo   27-11-2026\n漢字\u{FFFD}[2J  nu".replace("Cafe", "Café")
    );
    assert!(table.text(true).starts_with("\u{1b}[1mnaam      sinds\u{1b}[0m\n"));
}

#[test]
fn an_instant_is_told_in_amsterdam_to_the_minute() {
    let winter = "2026-11-27T13:03:59.123Z".parse().unwrap();
    let summer = "2026-07-01T22:30:00Z".parse().unwrap();
    assert_eq!(moment::long(winter, Language::Nl), "27 november 2026 14:03");
    assert_eq!(moment::short(summer, Language::Nl), "02-07-2026 00:30");
    assert_eq!(moment::short(summer, Language::En), "2026-07-02 00:30");
    assert_eq!(moment::long_day("2007-03-03".parse().unwrap(), Language::En), "3 March 2007");
    assert_eq!(moment::short_of("2007-03-03", Language::Nl), "03-03-2007");
    assert_eq!(moment::short_of("geen dag", Language::Nl), "geen dag");
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
