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
    let id = "01a21f7e-2a44-70aa-a7f6-c80db255495a";
    out.show(&json!({"id": id, "state": "given"}), || "voor mensen".to_owned()).unwrap();
    out.show(&json!({"state": "given"}), || "voor mensen".to_owned()).unwrap();
    out.say(("voor mensen", "for people")).unwrap();
    assert_eq!((stdout.text(), stderr.text().as_str()), (format!("{id}\n"), ""));
}

/// A shell takes each line for a word of a command.
#[test]
fn what_is_no_identifier_is_named_and_not_printed_as_one() {
    for (id, shown) in [
        (json!("01a2"), "01a2"),
        (json!("--help"), "--help"),
        (
            json!("01a21f7e-2a44-70aa-a7f6-c80db255495a\nrm -rf x"),
            r"01a21f7e-2a44-70aa-a7f6-c80db255495a\nrm -rf x",
        ),
        (json!("01A21F7E-2A44-70AA-A7F6-C80DB255495A"), "01A21F7E-2A44-70AA-A7F6-C80DB255495A"),
        (json!("\u{1b}[2J\u{202e}x\u{9b}"), r"\u{1b}[2J\u{202e}x\u{9b}"),
        (json!(5), "5"),
        (json!(null), "null"),
    ] {
        let (mut out, stdout, stderr) = Output::kept();
        out.set_ids();
        let ended = out.show(&json!({ "id": id }), String::new).map(|()| Exit::Done);
        assert_eq!(out.end(ended), Exit::Unavailable);
        assert_eq!(stdout.text(), "");
        assert!(stderr.text().contains(&format!("`{shown}`")), "{}", stderr.text());
    }
}

#[test]
fn text_from_elsewhere_cannot_drive_the_terminal() {
    let (mut out, stdout, stderr) = Output::kept();
    out.say(Said::same("a\u{1b}]0;b\u{7}c\u{9b}2J\td\re")).unwrap();
    out.warn(Said::same("\u{1b}[1A"));
    assert_eq!(stdout.text(), "a\u{FFFD}]0;b\u{FFFD}c\u{FFFD}2J\td\u{FFFD}e\n");
    assert_eq!(stderr.text(), "sluis: \u{FFFD}[1A\n");
}

const STEERING: &str = "\u{0}\u{7}\u{1b}\u{7f}\u{85}\u{9b}\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\
    \u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{e0001}";

#[test]
fn what_steers_a_terminal_is_printed_nowhere_and_json_means_the_same() {
    let said = |form: fn(&mut Output)| {
        let (mut out, stdout, stderr) = Output::kept();
        form(&mut out);
        out.show(&json!({ "name": STEERING }), || format!("{STEERING}a")).unwrap();
        out.missed("01a2", &Failure::refused(Said::same(STEERING))).unwrap();
        out.note(Said::same(STEERING));
        out.end(Err(Failure::refused(Said::same(STEERING))));
        (stdout.text(), stderr.text())
    };
    let mut table = Table::new(["naam"]);
    table.row([STEERING.to_owned()]);
    let (people, people_err) = said(|_| {});
    let (machine, machine_err) = said(|out| out.set_json(true));
    for printed in [&people, &people_err, &machine, &machine_err, &table.text(false)] {
        let found = printed.chars().find(|letter| STEERING.contains(*letter));
        assert_eq!(found, None, "{}", printed.escape_debug());
    }
    let first: serde_json::Value = serde_json::from_str(machine.lines().next().unwrap()).unwrap();
    assert_eq!(first, json!({ "name": STEERING }), "no value is another");
}

#[test]
fn a_failure_says_what_to_do_and_machines_get_it_too() {
    let failure = || {
        Failure::refused(("het is niet zo", "it is not so"))
            .because(std::io::Error::other("the cause"))
            .now(("doe dit", "do this"))
    };
    for (language, expected) in [
        // What a library says has no Dutch, and the reader is told where it stands.
        (
            Language::Nl,
            "sluis: het is niet zo (wat er precies misging, staat er in het Engels met --lang en)\n  wat nu: doe dit\n",
        ),
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
