//! The tree of commands holds together, also the parts that are not yet in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

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
            "ID" | "KENMERK" | "$REQUEST" | "$PACKET" | "$DECLARATION" => {
                "0190163d-8694-739b-aea5-966c26f8ad91".clone_into(word);
            }
            "THUMBPRINT" | "VINGERAFDRUK" => *word = "A".repeat(43),
            "SLEUTEL" => "KEY".clone_into(word),
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

/// Every file below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = found.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| self::files(folder, extension));
    files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|one| one == extension))
        .chain(below)
        .collect()
}

fn documents() -> Vec<(PathBuf, String)> {
    let root = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "keys.example/README.md"].map(PathBuf::from);
    let all = files(Path::new("docs"), "md").into_iter().chain(root.into_iter().filter(|file| file.exists()));
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap().replace("cargo run --release -- ", "sluis ");
        (file, text)
    };
    all.map(read).collect()
}

#[test]
fn the_examples_are_the_same_commands_in_both_languages() {
    fn walk(english: &Command, dutch: &Command) {
        let of = |command: &Command| {
            let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            commands(&help).iter().map(|line| words(line)).collect::<Vec<_>>()
        };
        assert_eq!(of(english), of(dutch), "{}", english.get_name());
        for child in english.get_subcommands() {
            walk(child, dutch.find_subcommand(child.get_name()).unwrap());
        }
    }
    let tree = |language| cli::commands(language, cli::help::dress::Reader::Screen);
    walk(&tree(cli::Language::En), &tree(cli::Language::Nl));
}

/// How to have the program is said once; after that it is called by its name.
#[test]
fn the_program_is_called_by_its_name() {
    let mut built = BTreeMap::new();
    let places = files(Path::new("docs"), "md").into_iter().chain([PathBuf::from("README.md")]);
    for file in places {
        let text = fs::read_to_string(&file).unwrap();
        built.insert(file, text.matches("cargo run").count());
    }
    let readme = built.remove(Path::new("README.md")).unwrap();
    assert_eq!(readme, 1, "the demo, before there is a program");
    let elsewhere: Vec<_> = built.into_iter().filter(|(_, count)| *count > 0).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    let text = fs::read_to_string("README.md").unwrap();
    for way in ["cargo install --locked --path .", "cargo deb --no-build", "--file packaging/Containerfile"] {
        assert!(text.contains(way), "{way}");
    }
    for file in ["docs/client.md", "docs/operator/guide.md"] {
        assert!(fs::read_to_string(file).unwrap().contains("README.md#the-program"), "{file}");
    }
}

#[test]
fn every_command_in_the_documents_is_understood() {
    let mut seen = BTreeMap::new();
    for (file, document) in documents() {
        let blocks = document.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        for line in blocks.flat_map(commands) {
            is_understood(&line);
            *seen.entry(file.clone()).or_insert(0) += 1;
        }
    }
    for (file, least) in [("docs/operator/guide.md", 25), ("docs/client.md", 30), ("README.md", 3)] {
        assert!(seen[Path::new(file)] >= least, "{file}: the commands were found: {seen:?}");
    }
    for (file, before) in
        [("packaging/systemd/sluis.service", "ExecStart=/usr/bin/"), ("packaging/Containerfile", "")]
    {
        let text = fs::read_to_string(file).unwrap();
        let packed = text.replace("[\"/usr/bin/sluis\"]\nCMD [", "\nsluis ").replace(['"', ',', ']'], "");
        let line = packed
            .lines()
            .find_map(|line| line.strip_prefix(before).filter(|line| line.starts_with("sluis ")));
        is_understood(line.unwrap_or_else(|| panic!("{file} starts nothing: {packed}")));
    }
}

/// What is wrong with a command that is named in passing: as far as it goes, its words and options must be there.
fn is_named_wrongly(named: &str) -> Option<String> {
    let mut tree = cli::Cli::command();
    tree.build();
    let mut command = &tree;
    let mut words = named.split_whitespace().skip(1).peekable();
    while let Some(word) = words.next() {
        if let Some(option) = word.strip_prefix("--") {
            let name = option.split(['=', '|']).next().unwrap_or(option);
            let of_tree = tree.get_arguments().chain(command.get_arguments());
            let Some(known) = of_tree.into_iter().find(|one| one.get_long() == Some(name)) else {
                return Some(format!("no option --{name}"));
            };
            if known.get_action().takes_values() {
                words.next();
            }
        } else if command.has_subcommands() {
            let Some(found) = command.find_subcommand(word) else {
                let is_word = word.chars().all(|one| one.is_ascii_lowercase() || one == '-');
                return is_word.then(|| format!("no command {word}"));
            };
            command = found;
        }
    }
    None
}

#[test]
fn what_is_named_in_passing_exists() {
    let sources = files(Path::new("src"), "rs").into_iter().map(|file| {
        // A text that goes on in the next line.
        let text = fs::read_to_string(&file).unwrap().replace("\\\n", "");
        (file, text)
    });
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (file, text) in documents().into_iter().chain(sources) {
        for named in text.split('`').filter(|part| part.starts_with("sluis ") && !part.contains('\n')) {
            seen += 1;
            wrong.extend(is_named_wrongly(named).map(|why| format!("{}: `{named}`: {why}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 60, "the commands were found: {seen}");
}
