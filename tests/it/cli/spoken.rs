//! One language at a time: whatever a command says to people, it says in Dutch or in English, never in both.

use std::collections::BTreeSet;

use clap::CommandFactory as _;
use sluis::cli;

use super::{
    program::{Ended, Program},
    stub::{Stub, json},
};

const ZAFFIER: &str = "00000099000090010000/werk-en-inkomen";
const NOBODY: &str = "00000099000000009000/leerplicht";
const PROFILE: &str = "try/parties/praktijkschool/profile.toml";
const CERTIFICATE: &str = "try/parties/zaffier/certificate.pem";
const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

/// How every command fails, and its exit code. Behind `CAUSE` another library adds a cause, in English
/// only, or the maker of a policy file.
const FAILURES: &[(i32, &str)] = &[
    (2, "init --dev --dir try"),
    (2, "init --dir new --region nowhere --origin log.example/r --public-url https://sluis.example"),
    (2, "demo --dir try"),
    (78, "migrate --config none.toml"),
    (78, "database move --config none.toml --to none.toml"),
    (78, "serve --config none.toml"),
    (78, "serve --config open.toml"),
    (78, "serve --config faulty.toml"),
    (78, "log show --config newer.toml"),
    (2, "policy test --dataset none"),
    (2, "policy explain none.json"),
    (2, "policy explain list.json"),
    (2, "policy explain torn.json"),
    (2, "policy explain --example none"),
    (2, "policy matrix --dataset none"),
    (78, "CAUSE policy register --dir none"),
    (78, "policy activate --config none.toml"),
    (1, "party add 00000099000090010000/werk-en-inkomen --certificate CERTIFICATE --name Zaffier"),
    (1, "party add 00000099000000009000/betrokkene --certificate CERTIFICATE --name Toby"),
    (2, "party add ZAFFIER --certificate CERTIFICATE --name Zaffier --since 2026-01-01"),
    (1, "party add NOBODY --certificate CERTIFICATE --name Niemand"),
    (2, "party add NOBODY --certificate try/sluis.toml --name Niemand"),
    (78, "party add NOBODY --certificate none.pem --name Niemand"),
    (1, "party next ZAFFIER --certificate stranger/certificate.pem"),
    (
        1,
        "party revoke ZAFFIER --registration 0000000000000000000000000000000000000000000000000000000000000000",
    ),
    (1, "party remove NOBODY"),
    (2, "party remove ZAFFIER"),
    (1, "party block NOBODY"),
    (1, "party unblock NOBODY"),
    (1, "party municipality add ZAFFIER 0361"),
    (1, "party municipality end NOBODY 0361"),
    (78, "party list --config none.toml"),
    (2, "log verify --checkpoint try/sluis.toml"),
    (78, "log verify --config keyless.toml"),
    (78, "log show --config none.toml"),
    (1, "log proof 999999"),
    (2, "log export --out try"),
    (78, "keys show --config none.toml"),
    (78, "keys show --config keyless.toml"),
    (78, "keys rotate receipt --config keyless.toml"),
    (2, "backup --out try"),
    (2, "backup --out elsewhere --config postgres.toml"),
    (78, "client --profile-file none.toml inbox"),
    (2, "client --profile ../none inbox"),
    (78, "CAUSE client --profile-file try/sluis.toml parties"),
    (78, "client --profile-file http.toml outbox"),
    (69, "CAUSE client --profile-file PROFILE datasets"),
    (78, "client --profile-file http.toml asked"),
    (78, "client --profile-file http.toml notices"),
    (78, "client --profile-file http.toml status ID"),
    (78, "client --profile-file http.toml answer ID ja"),
    (78, "client --profile-file http.toml pull ID --out in"),
    (78, "client --profile-file http.toml ack ID"),
    (78, "client --profile-file http.toml withdraw packet ID"),
    (78, "client --profile-file http.toml withdraw declaration ID --by persoon"),
    (2, "client --profile-file PROFILE withdraw declaration ID"),
    (2, "client --profile-file PROFILE entries --since 2026-10-01 --until 2026-09-01"),
    (2, "client --profile-file PROFILE declarations --person torn.json"),
    (78, "client --profile-file http.toml decide ID --outcome gegrond --reason zwaarwegend-belang"),
    (78, "client --profile-file http.toml declarations"),
    (78, "client --profile-file http.toml entries"),
    (78, "client --profile-file http.toml entries --verify"),
    (78, "client --profile-file http.toml template overgangsdocument"),
    (78, "client --profile-file http.toml keys list ZAFFIER"),
    (78, "client --profile-file http.toml keys retire AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    (78, "client --profile-file http.toml keys revoke AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    (2, "client --profile-file PROFILE push none.json"),
    (2, "client --profile-file PROFILE push try"),
    (78, "client --profile-file torn.toml inbox"),
    (78, "client --profile-file list.json inbox"),
    (78, "serve --config torn.toml"),
    (78, "serve --config typed.toml"),
    (78, "migrate --config nodisk.toml"),
    (78, "log show --config nodisk.toml"),
    (78, "log show --config odd.toml"),
    (69, "CAUSE party list --config away.toml"),
    (2, "client --profile-file PROFILE push --batch empty.ndjson"),
    (2, "client --profile-file PROFILE push --csv untold.csv"),
    (2, "client --profile-file PROFILE push utf16.json"),
    (2, "client --profile-file PROFILE push torn.json"),
    (78, "client --profile-file PROFILE --staff-function  push list.json"),
    (2, "client --profile-file PROFILE ask torn.json"),
    (2, "client --profile-file PROFILE declare torn.json"),
    (2, "client --profile-file PROFILE search torn.json"),
    (2, "client --profile-file PROFILE keys generate --out try/sluis.toml"),
    (2, "client --profile-file PROFILE keys publish none.jwk"),
];

/// Commands that fail only where the disk does, and the one that prints what is wrong with policies, in their language.
const NEVER: [&str; 4] = ["completions", "man", "client profiles", "policy check"];

/// What an operator does, in an order in which it works.
const DONE: &[&str] = &[
    "party list",
    "party next ZAFFIER --certificate CERTIFICATE",
    "party block ZAFFIER",
    "party unblock ZAFFIER",
    "party municipality end ZAFFIER 0361",
    "party municipality add ZAFFIER 0361",
    "party revoke ZAFFIER --certificate CERTIFICATE",
    "party list",
    "party remove ZAFFIER --for-good",
    "keys show",
    "keys rotate receipt",
    "keys rotate log",
    "keys rotate pseudonym",
    "keys rotate at-rest",
    "backup --out OUT",
    "policy activate",
    "log verify",
    "log show",
];

fn words(line: &str) -> Vec<&str> {
    line.split(' ')
        .filter(|word| *word != "CAUSE")
        .map(|word| match word {
            "ZAFFIER" => ZAFFIER,
            "NOBODY" => NOBODY,
            "PROFILE" => PROFILE,
            "CERTIFICATE" => CERTIFICATE,
            "ID" => ID,
            word => word,
        })
        .collect()
}

/// The words that give a language away, out of what stands between backticks.
fn of_language(text: &str, language: &str) -> Vec<String> {
    let telling: &[&str] = if language == "nl" {
        &[
            "de", "het", "een", "niet", "niets", "kan", "geen", "geef", "kijk", "er", "maak", "zijn", "wat",
            "nu",
        ]
    } else {
        &[
            "the", "cannot", "with", "and", "are", "there", "give", "check", "not", "look", "nothing",
            "what", "to",
        ]
    };
    let outside: String = text.split('`').step_by(2).collect();
    let words = outside.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
    words.filter(|word| telling.contains(word)).map(str::to_owned).collect()
}

/// What of a text is not in this language.
fn of_both(line: &str, language: &str, text: &str) -> Option<String> {
    let other = of_language(text, if language == "nl" { "en" } else { "nl" });
    (!other.is_empty() || text.contains(" / "))
        .then(|| format!("{line} in {language} says {other:?}: {text}"))
}

/// Everything that makes the commands fail.
fn try_out() -> Program {
    let program = Program::with_try_out();
    program.run(&["init", "--dev", "--dir", "stranger-try"]).done();
    std::fs::rename(program.path("stranger-try/parties/zaffier"), program.path("stranger")).unwrap();
    let sample = program.read("try/sluis.toml");
    let with = |from: &str, to: &str| {
        let changed = sample.replace(from, to);
        assert_ne!(changed, sample, "{from}");
        changed.replace("\"tls/", "\"try/tls/")
    };
    for (name, text) in [
        ("open.toml", with("strict = false", "strict = true")),
        ("keyless.toml", with("dir = \"keys\"", "dir = \"nowhere\"")),
        ("elsewhere.toml", with("region = \"noord-holland-noord\"", "region = \"nowhere\"")),
        ("postgres.toml", with("sqlite:gateway.db", "postgres://nobody@localhost/none")),
        (
            "faulty.toml",
            with("strict = false", "strict = false\nonzin = 1")
                .replace("https://", "ftp://")
                .replace("oin_prefixes = [", "oin_prefixes = [\"12\", "),
        ),
        ("newer.toml", with("sqlite:gateway.db", "sqlite:elsewhere.db")),
        ("torn.toml", "strict = \n[listen".to_owned()),
        ("typed.toml", with("strict = false", "strict = \"ja\"")),
        ("nodisk.toml", with("sqlite:gateway.db", "sqlite:/nowhere/at/all/gateway.db")),
        ("odd.toml", with("sqlite:gateway.db", "mysql://localhost/none")),
        ("away.toml", with("sqlite:gateway.db", "postgres://nobody@127.0.0.1:1/none")),
        ("list.json", "[]".to_owned()),
        ("torn.json", "{".to_owned()),
        ("empty.ndjson", String::new()),
        ("untold.csv", "leerlingnummer;geboortedatum\nL-1;2009-01-01\n".to_owned()),
        ("http.toml", program.read(PROFILE).replace("https://", "http://")),
    ] {
        program.write(name, &text);
    }
    std::fs::write(program.path("utf16.json"), b"\xff\xfe{\0}\0").unwrap();
    program
}

#[test]
fn every_failure_is_told_in_the_language_of_the_reader() {
    let program = try_out();
    let mut faults = Vec::new();
    for (code, line) in FAILURES {
        let told = ["nl", "en"].map(|language| {
            let Ended { code: ended, stderr, .. } =
                program.run(&[&words(line)[..], &["--lang", language]].concat());
            if ended != *code {
                faults.push(format!("{line} ended with {ended}: {stderr}"));
            }
            let (first, rest) = stderr.split_once('\n').unwrap_or_default();
            // What another library says is English, and is left out where the reader asked for Dutch.
            let is_cause = |place: usize| place > 1 && line.starts_with("CAUSE") && language == "en";
            if language == "nl" && (stderr.contains("os error") || stderr.contains("error:")) {
                faults.push(format!("{line} says in another's words: {stderr}"));
            }
            let own = first.split(": ").enumerate().filter(|(place, _)| !is_cause(*place));
            let has_cause = line.starts_with("CAUSE");
            let rest: Vec<&str> =
                rest.lines().filter(|line| !(has_cause && line.starts_with("  - "))).collect();
            let first: Vec<&str> = own.map(|(_, part)| part).collect();
            let own = format!("{}\n{}", first.join(": "), rest.join("\n"));
            faults.extend(of_both(line, language, &own));
            own
        });
        let [nl, en] = &told;
        let is_told_alike = nl.lines().count() == en.lines().count()
            && nl.lines().next() != en.lines().next()
            && nl.contains("wat nu: ") == en.contains("what to do: ");
        if !is_told_alike {
            faults.push(format!("{line}: {told:#?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_command_is_left_out() {
    fn leaves(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
        for child in command.get_subcommands() {
            let path = format!("{path} {}", child.get_name());
            if child.has_subcommands() {
                leaves(child, &path, found);
            } else {
                found.insert(path);
            }
        }
    }
    let mut all = BTreeSet::new();
    leaves(&cli::Cli::command(), "", &mut all);
    for leaf in &all {
        let names: Vec<&str> = leaf.split_whitespace().collect();
        let is_tried = FAILURES.iter().any(|(_, line)| {
            let words = words(line);
            let mut tried = words.iter();
            words.first() == names.first() && names.iter().all(|name| tried.any(|word| word == name))
        });
        assert!(is_tried || NEVER.contains(&names.join(" ").as_str()), "nothing makes `sluis{leaf}` fail");
    }
}

#[test]
fn what_an_operator_is_told_is_in_one_language() {
    let mut faults = Vec::new();
    for language in ["nl", "en"] {
        let program = Program::with_try_out();
        for (number, line) in DONE.iter().enumerate() {
            let line = line.replace("OUT", &format!("backup-{number}"));
            let ended = program.run(&[&words(&line)[..], &["--lang", language]].concat()).done();
            faults.extend(of_both(&line, language, &ended.stdout));
            faults.extend(of_both(&line, language, &ended.stderr));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_told_in_one_language() {
    let stub = Stub::start(|_, _| json(200, &serde_json::json!([]))).await;
    for (language, text) in [
        ("nl", "het antwoord is niet te begrijpen: de JSON heeft een andere vorm"),
        ("en", "the answer is not understood: its JSON is of another form"),
    ] {
        let ended = stub.client(&["inbox", "--lang", language]).await;
        assert!(ended.stderr.contains(text), "{}", ended.stderr);
        assert_eq!(of_both("inbox", language, &ended.stderr), None);
    }
}

#[test]
fn a_profile_that_is_none_is_listed_in_the_language_of_the_reader() {
    let program = Program::new();
    std::fs::create_dir_all(program.path(".config/sluis/profiles")).unwrap();
    program.write(".config/sluis/profiles/odd.toml", "gateway = 1");
    for (language, text) in [("nl", "hoort een tekst te zijn"), ("en", "must be a text")] {
        let listed = program.run(&["client", "profiles", "--lang", language]).done().stdout;
        assert!(listed.contains(text), "{listed}");
    }
    let machine = program.run(&["client", "profiles", "--json"]).done().json();
    assert!(machine["error"].as_str().unwrap().contains("4 faults"), "{machine}");
    assert_eq!(machine["faults"].as_array().unwrap().len(), 4, "{machine}");
}
