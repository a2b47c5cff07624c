//! The tree of commands holds together, also the parts that are not yet in it.

use clap::{Args, Command, CommandFactory, Parser as _};
use sluis::cli;

use super::program::Program;

#[test]
fn the_tree_and_every_family_are_well_formed() {
    cli::Cli::command().debug_assert();
    let family = || Command::new("family");
    for tree in [
        cli::demo::Demo::augment_args(family()),
        cli::init::Init::augment_args(family()),
        cli::migrate::Migrate::augment_args(family()),
        cli::serve::Serve::augment_args(family()),
        cli::policy::Policy::augment_args(family()),
        cli::log::Log::augment_args(family()),
        cli::party::Party::augment_args(family()),
        cli::keys::Keys::augment_args(family()),
        cli::backup::Backup::augment_args(family()),
        cli::completions::Completions::augment_args(family()),
        cli::man::Man::augment_args(family()),
    ] {
        tree.debug_assert();
    }
}

#[test]
fn shells_and_manual_pages_know_every_command() {
    let program = Program::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = program.run(&["completions", shell]).done().stdout;
        assert!(script.contains("entries"), "{shell}");
    }
    program.run(&["man", "--dir", "man"]).done();
    for page in ["sluis.1", "sluis-policy-explain.1"] {
        assert!(program.read(&format!("man/{page}")).contains(".TH"), "{page}");
    }
    let help = program.run(&["help", "client", "push"]).done();
    assert!(help.stdout.contains("--csv"), "{}", help.stdout);
}

/// The words of an example: up to a redirection, a pipe or an explanation, with quotes taken off.
fn words(line: &str) -> Vec<String> {
    let command = line.split("   ").next().unwrap();
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in command.chars().chain([' ']) {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            letter => word.push(letter),
        }
    }
    let end = words.iter().position(|word| ["<", ">", "|", "#"].contains(&word.as_str()));
    words.truncate(end.unwrap_or(words.len()));
    for word in &mut words {
        match word.as_str() {
            "ID" | "$REQUEST" | "$PACKET" | "$DECLARATION" => {
                "0190163d-8694-739b-aea5-966c26f8ad91".clone_into(word);
            }
            "THUMBPRINT" => *word = "A".repeat(43),
            _ => {}
        }
    }
    words
}

/// Every line of a text that is a command of this program, whole.
fn commands(text: &str) -> Vec<String> {
    let mut parts = text.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    let joined = parts.fold(first, |joined, part| format!("{} {}", joined.trim_end(), part.trim_start()));
    // What a shell keeps in a variable is a command too.
    let bare = |line: &str| match line.trim().split_once("=$(") {
        Some((_, command)) => command.trim_end_matches(')').to_owned(),
        None => line.trim().to_owned(),
    };
    joined.lines().map(bare).filter(|line| line.starts_with("sluis ")).collect()
}

#[track_caller]
fn is_understood(line: &str) {
    if let Err(error) = cli::Cli::try_parse_from(words(line)) {
        panic!("{line}\n{error}");
    }
}

#[test]
fn every_example_of_the_help_is_understood() {
    fn walk(command: &Command, seen: &mut usize) {
        let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        for line in commands(&help) {
            is_understood(&line);
            *seen += 1;
        }
        for child in command.get_subcommands() {
            walk(child, seen);
        }
    }
    let mut seen = 0;
    walk(&cli::Cli::command(), &mut seen);
    assert!(seen > 40, "the examples were found: {seen}");
}

#[test]
fn every_command_in_the_documents_is_understood() {
    for document in [
        include_str!("../../../docs/operator/guide.md"),
        include_str!("../../../docs/client.md"),
        include_str!("../../../README.md"),
    ] {
        let document = document.replace("cargo run --release -- ", "sluis ");
        let blocks = document.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let lines: Vec<String> = blocks.flat_map(commands).collect();
        assert!(lines.len() >= 3);
        for line in &lines {
            is_understood(line);
        }
    }
}
