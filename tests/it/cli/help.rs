//! What the program says of itself is in one language: help, pages, completions, and what is wrong with a command line.

use std::{collections::BTreeSet, fmt::Write as _};

use clap::{Command, CommandFactory as _, error::ErrorKind};
use insta::assert_snapshot;
use sluis::cli::{
    Cli, Language, commands,
    help::{
        asked,
        dress::Reader,
        parse,
        texts::{TEXTS, Texts},
    },
};

use super::program::Program;

/// Words that the library would say in English.
const FOREIGN: [&str; 18] = [
    "Usage",
    "OPTIONS]",
    "Options:",
    "Arguments:",
    "Commands:",
    "COMMAND",
    "[default",
    "[env",
    "[aliases",
    "ossible values",
    "Print help",
    "Print version",
    "Print this",
    "error:",
    "SYNOPSIS",
    "DESCRIPTION",
    "May also",
    ".SH NAME",
];

/// Every command with its path, but those that the library makes for `help`.
fn each<'a>(command: &'a Command, path: &str, found: &mut Vec<(String, &'a Command)>) {
    found.push((path.to_owned(), command));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        each(below, &format!("{path} {}", below.get_name()), found);
    }
}

fn built() -> Command {
    let mut tree = Cli::command();
    tree.build();
    tree
}

#[test]
fn every_english_text_has_a_dutch_one_and_no_dutch_text_describes_what_is_gone() {
    let texts = Texts::read().unwrap();
    let (tree, mut every) = (built(), Vec::new());
    each(&tree, "sluis", &mut every);
    let mut missing = Vec::new();
    let mut used = BTreeSet::new();
    for (path, command) in &every {
        match texts.commands.get(path) {
            None => missing.push(format!("[\"{path}\"]")),
            Some(said) if below(command) != said.after.is_some() => {
                missing.push(format!("[\"{path}\"] after: in one language only"));
            }
            Some(_) => {}
        }
        used.insert(format!("{path}: about"));
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if ["help", "version"].contains(&id) {
                continue;
            }
            match nearest(path, |above| {
                texts.commands.get(above)?.arguments.get(id).map(|_| above.to_owned())
            }) {
                Some(above) => _ = used.insert(format!("{above}: argument {id}")),
                None => missing.push(format!("[\"{path}\".arguments] {id}")),
            }
            if let Some(heading) = argument.get_help_heading() {
                used.insert(format!("heading {heading}"));
            }
            for name in argument.get_value_names().unwrap_or_default() {
                if argument.get_action().takes_values() {
                    used.insert(format!("name {name}"));
                }
            }
            for value in argument.get_possible_values().iter().filter(|value| value.get_help().is_some()) {
                let value = value.get_name();
                match nearest(path, |above| {
                    texts.commands.get(above)?.values.get(id)?.get(value).map(|_| above.to_owned())
                }) {
                    Some(above) => _ = used.insert(format!("{above}: value {id} {value}")),
                    None => missing.push(format!("[\"{path}\".values.{id}] {value}")),
                }
            }
        }
    }
    let said: BTreeSet<String> = said(&texts);
    let words = used.iter().filter(|used| !used.contains(": ") && !said.contains(*used));
    missing.extend(words.map(|word| format!("words.toml: {word}")));
    assert!(missing.is_empty(), "without a Dutch text in src/cli/help/nl:\n{}", missing.join("\n"));
    let stale: Vec<&String> = said.difference(&used).collect();
    assert!(stale.is_empty(), "Dutch texts of nothing: {stale:#?}");
}

/// Whether something stands below its help.
fn below(command: &Command) -> bool {
    command.get_after_long_help().or(command.get_after_help()).is_some()
}

fn nearest(path: &str, of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut path = Some(path);
    while let Some(at) = path {
        if let Some(found) = of(at) {
            return Some(found);
        }
        path = at.rsplit_once(' ').map(|(above, _)| above);
    }
    None
}

/// Everything that the tables say something of.
fn said(texts: &Texts) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for (path, text) in &texts.commands {
        said.insert(format!("{path}: about"));
        said.extend(text.arguments.keys().map(|id| format!("{path}: argument {id}")));
        for (id, values) in &text.values {
            said.extend(values.keys().map(|value| format!("{path}: value {id} {value}")));
        }
    }
    said.extend(texts.words.headings.keys().map(|heading| format!("heading {heading}")));
    said.extend(texts.words.names.keys().map(|name| format!("name {name}")));
    said
}

#[test]
fn no_word_of_the_library_is_left_in_dutch_and_none_of_ours_in_english() {
    let folder = tempfile::tempdir().unwrap();
    let pages = commands(Language::Nl, Reader::Page);
    sluis::cli::help::page::write(&pages, Language::Nl, folder.path()).unwrap();
    let (tree, mut every) = (commands(Language::Nl, Reader::Screen), Vec::new());
    each(&tree, "sluis", &mut every);
    let mut texts: Vec<(String, String)> = Vec::new();
    for (path, command) in every {
        for help in [command.clone().render_help(), command.clone().render_long_help()] {
            texts.push((path.clone(), TEXTS.on_screen(&help).to_string()));
        }
        let page = folder.path().join(format!("{}.1", path.replace(' ', "-")));
        texts.push((format!("page of {path}"), std::fs::read_to_string(page).unwrap()));
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = Program::new().run(&["completions", shell]).done().stdout;
        texts.push((shell.to_owned(), script));
    }
    assert!(texts.len() > 150, "{}", texts.len());
    let english = english_texts();
    for (path, text) in &texts {
        for word in FOREIGN {
            assert!(!text.contains(word), "{path}: {word} in\n{text}");
        }
        let plain = plain(text);
        for sentence in &english {
            assert!(!plain.contains(sentence.as_str()), "{path}: {sentence} in\n{text}");
        }
    }
}

/// What is long enough to be a sentence, as it stands in the code.
fn english_texts() -> BTreeSet<String> {
    let (tree, mut every) = (built(), Vec::new());
    each(&tree, "sluis", &mut every);
    let mut texts = BTreeSet::new();
    for (_, command) in every {
        texts.extend(command.get_about().map(|text| plain(&text.to_string())));
        for argument in command.get_arguments() {
            texts.extend(argument.get_help().map(|text| plain(&text.to_string())));
            for value in argument.get_possible_values() {
                texts.extend(value.get_help().map(|text| plain(&text.to_string())));
            }
        }
    }
    texts.retain(|text| text.split(' ').count() > 2);
    assert!(texts.len() > 100, "{}", texts.len());
    texts
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn english_is_what_stands_in_the_code() {
    let (tree, mut every) = (built(), Vec::new());
    each(&tree, "sluis", &mut every);
    for (path, command) in every {
        let mut arguments: Vec<std::ffi::OsString> = path.split(' ').map(Into::into).collect();
        arguments.extend(["--lang".into(), "en".into(), "--help".into()]);
        let shown = parse::<Cli>(&arguments, asked(&arguments).unwrap()).unwrap_err().shown;
        assert_eq!(shown.to_string(), command.clone().render_long_help().to_string(), "{path}");
    }
}

#[test]
fn every_value_of_another_form_is_told_what_it_must_be() {
    let (tree, mut every) = (built(), Vec::new());
    each(&tree, "sluis", &mut every);
    let mut used = BTreeSet::new();
    for (path, command) in every {
        for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            let mut arguments: Vec<String> = path.split(' ').map(str::to_owned).collect();
            match (argument.get_long(), argument.get_index()) {
                (Some(long), _) => arguments.push(format!("--{long}=?")),
                (_, place) => arguments.extend(vec!["?".to_owned(); place.unwrap()]),
            }
            let arguments: Vec<std::ffi::OsString> = arguments.into_iter().map(Into::into).collect();
            let Err(unparsed) = parse::<Cli>(&arguments, Language::Nl) else { continue };
            if unparsed.english.kind() == ErrorKind::ValueValidation {
                let shown = unparsed.shown.to_string();
                assert!(shown.contains("; nodig is "), "{path} {}: {shown}", argument.get_id());
                used.extend(
                    TEXTS.words.forms.iter().filter(|(_, form)| shown.contains(*form)).map(|(key, _)| key),
                );
            }
        }
    }
    let stale: Vec<_> = TEXTS.words.forms.keys().filter(|key| !used.contains(key)).collect();
    assert!(stale.is_empty(), "never told: {stale:?}");
}

/// Command lines that cannot be understood, each in another way.
const NONSENSE: [&[&str]; 18] = [
    &["client", "status"],
    &["client", "push"],
    &["client", "push", "--chek"],
    &["client", "push", "--zomaar"],
    &["client", "status", "0190163d-8694-739b-aea5-966c26f8ad91", "nog"],
    &["client", "pusj"],
    &["policies"],
    &["client", "keys", "generate", "--kind", "rsa-1024", "--out", "x"],
    &["client", "keys", "generate", "--kind"],
    &["client", "status", "x"],
    &["client", "template", "overgangsdocument", "--repeat", "99"],
    &["client", "push", "a.json", "--csv", "b.csv"],
    &["client", "template", "overgangsdocument", "--packet", "--set", "a=b"],
    &["client", "pull", "--out", "a", "--out", "b", "0190163d-8694-739b-aea5-966c26f8ad91"],
    &["client", "--json", "--ids", "profiles"],
    &["client", "withdraw", "--json"],
    &["entries"],
    &["client", "entries", "--person", "x"],
];

fn told(program: &Program, language: &str) -> String {
    let mut all = String::new();
    for nonsense in NONSENSE {
        let mut arguments = vec!["--lang", language];
        arguments.extend(nonsense);
        let ended = program.run(&arguments).with(2);
        write!(all, "$ sluis {}\n{}\n", nonsense.join(" "), ended.stderr).unwrap();
    }
    all
}

#[test]
fn what_is_wrong_is_told_in_dutch() {
    let told = told(&Program::new(), "nl");
    assert!(!told.contains("error"), "{told}");
    assert_snapshot!(told);
}

#[test]
fn what_is_wrong_is_told_in_english() {
    assert_snapshot!(told(&Program::new(), "en"));
}

#[test]
fn a_machine_is_told_in_english_whoever_sits_at_the_terminal() {
    let program = Program::new();
    let arguments = ["--json", "client", "status"];
    let (dutch, english) =
        (program.run(&arguments).with(2), program.run(&["--lang", "en", "--json", "client", "status"]));
    assert_eq!(dutch.json(), english.with(2).json());
    assert_eq!(dutch.json()["error"]["message"], "the following required arguments were not provided: <ID>");
    assert!(dutch.stderr.contains("dit ontbreekt nog"), "{dutch:?}");
}

#[test]
fn help_reads_like_this_in_dutch() {
    let program = Program::new();
    for (name, arguments) in [
        ("sluis", &["--help"][..]),
        ("sluis_client", &["help", "client"]),
        ("sluis_client_keys_generate", &["client", "keys", "generate", "--help"]),
        ("sluis_client_push_short", &["client", "push", "-h"]),
        ("sluis_policy_explain", &["policy", "explain", "--help"]),
    ] {
        assert_snapshot!(name, program.run(arguments).done().stdout);
    }
}

#[test]
fn the_language_is_known_before_anything_is_parsed() {
    let program = Program::new();
    let help = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = program.command(arguments);
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (text.contains("Gebruik:"), text.contains("Usage:"))
    };
    let (dutch, english) = ((true, false), (false, true));
    for (arguments, environment, expected) in [
        (&["--help"][..], &[][..], dutch),
        (&["--help"], &[("LANG", "en_GB.UTF-8")], english),
        (&["--help"], &[("LANG", "en_GB.UTF-8"), ("SLUIS_LANG", "nl")], dutch),
        (&["--help"], &[("SLUIS_LANG", "en")], english),
        // Set to nothing is not set, whichever it is.
        (&["--help"], &[("SLUIS_LANG", "")], dutch),
        (&["--help"], &[("SLUIS_LANG", ""), ("LANG", "en_GB.UTF-8")], english),
        (&["--help", "--lang", "nl"], &[("SLUIS_LANG", "en")], dutch),
        (&["--lang", "nl", "--help"], &[("SLUIS_LANG", "en")], dutch),
        (&["client", "--lang=en", "push", "-h"], &[], english),
        (&["client", "push", "--lang", "en", "--zomaar"], &[], english),
        (&["--lang", "fr", "client", "status"], &[], dutch),
        (&["client", "status", "--", "--lang", "en"], &[], dutch),
    ] {
        assert_eq!(help(arguments, environment), expected, "{arguments:?} {environment:?}");
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let program = Program::new();
    let run = |arguments: &[&str], variable: &str, value: Option<&str>| {
        let mut command = program.command(arguments);
        command.env_remove(variable).envs(value.map(|value| (variable, value)));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let matrix = ["policy", "matrix", "--dataset", "uitstroomprofiel"];
    assert_eq!(run(&matrix, "SLUIS_LANG", Some("")), (Some(0), String::new()));
    for (arguments, variable) in [
        (&["party", "list"][..], "SLUIS_CONFIG"),
        (&["client", "inbox"], "SLUIS_PROFILE"),
        (&["client", "inbox"], "SLUIS_PROFILE_FILE"),
        (&["client", "inbox"], "SLUIS_STAFF_REFERENCE"),
        (&["client", "inbox"], "SLUIS_STAFF_FUNCTION"),
    ] {
        let without = run(arguments, variable, None);
        assert_eq!(run(arguments, variable, Some("")), without, "{variable}");
        assert_eq!(without.0, Some(78), "{variable}");
    }
}

#[test]
fn pages_and_completions_are_in_the_language_of_the_program() {
    let program = Program::new();
    program.run(&["man", "--dir", "nl"]).done();
    program.run(&["--lang", "en", "man", "--dir", "en"]).done();
    let (dutch, english) =
        (program.read("nl/sluis-client-decide.1"), program.read("en/sluis-client-decide.1"));
    assert!(dutch.contains(".SH OVERZICHT") && dutch.contains("wilsverklaring"), "{dutch}");
    assert!(english.contains(".SH SYNOPSIS") && !english.contains("wilsverklaring"), "{english}");
    // A reader's machine hyphenates by the rules of English.
    let (head, _) = dutch.split_once(".SH").unwrap();
    assert!(head.ends_with(".nh\n") && !english.contains(".nh\n"), "{dutch}");
    let kinds = program.read("nl/sluis-keys-rotate.1");
    assert!(kinds.contains("Keuze uit:") && kinds.contains("Tekent ontvangstbewijzen"), "{kinds}");
    let (dutch, english) = (
        program.run(&["completions", "zsh"]).done().stdout,
        program.run(&["--lang", "en", "completions", "zsh"]).done().stdout,
    );
    assert!(dutch.contains("Verstuur een pakket") && dutch.contains("Tekent ontvangstbewijzen"));
    assert!(english.contains("Send a packet") && !english.contains("Verstuur"));
    assert_eq!(dutch.matches("--csv").count(), english.matches("--csv").count());
}
