//! Puts the Dutch texts on the tree of commands.

use clap::{
    Arg, Command,
    builder::{PossibleValue, PossibleValuesParser},
};

use super::texts::Texts;

/// For whom the tree is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Who asks for help.
    Screen,
    /// A shell that completes words. A tree for it parses nothing.
    Shell,
    /// Who reads a manual page. A tree for it parses nothing.
    Page,
}

/// The tree of commands in Dutch. What has no Dutch text keeps its own.
#[must_use]
pub fn dutch(mut tree: Command, texts: &'static Texts, reader: Reader) -> Command {
    // What the library adds itself, such as `--help`, is there only after this.
    tree.build();
    let path = tree.get_name().to_owned();
    described(tree, &path, texts, reader)
}

fn described(mut command: Command, path: &str, texts: &'static Texts, reader: Reader) -> Command {
    let own = &texts.words.own;
    // Below `help` stand the same commands again, with nothing but what they do.
    let subject = path.replacen(" help", "", 1);
    let again = subject != path;
    if path.ends_with(" help") {
        command = command.about(own.about.as_str());
    } else if let Some(text) = texts.commands.get(&subject) {
        let (short, long) = paragraphs(&text.about);
        command = command.about(short);
        if let Some(long) = long.filter(|_| !again) {
            command = command.long_about(long);
        }
        if let Some(after) = text.after.as_ref().filter(|_| !again) {
            // It stands where the English one does: below both helps, or below the long one alone.
            command = match command.get_after_help() {
                Some(_) => command.after_help(after.as_str()),
                None => command.after_long_help(after.as_str()),
            };
        }
    }
    if command.has_subcommands() {
        let commands = if reader == Reader::Page { &own.commands_on_page } else { &own.commands };
        command =
            command.subcommand_value_name(own.command.as_str()).subcommand_help_heading(commands.as_str());
    }
    command.mut_args(|one| argument(one, &subject, texts, reader)).mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        described(below, &path, texts, reader)
    })
}

fn argument(mut argument: Arg, command: &str, texts: &'static Texts, reader: Reader) -> Arg {
    let words = &texts.words;
    let id = argument.get_id().to_string();
    match id.as_str() {
        "help" => return argument.help(words.own.help.as_str()).long_help(words.own.help.as_str()),
        "version" => return argument.help(words.own.version.as_str()),
        _ => {}
    }
    if let Some(heading) = argument.get_help_heading().and_then(|heading| words.headings.get(heading)) {
        argument = argument.help_heading(heading.as_str());
    }
    if let Some(names) = named(&argument, texts) {
        argument = argument.value_names(names);
    }
    let Some(text) = texts.argument(command, &id) else { return argument };
    let choices = choices(&argument, command, texts);
    match reader {
        Reader::Screen => on_screen(argument, text, &choices, texts),
        Reader::Shell | Reader::Page => {
            let (short, long) = paragraphs(text);
            argument = argument.help(short);
            if let Some(long) = long {
                argument = argument.long_help(long);
            }
            if choices.is_empty() {
                argument
            } else {
                argument.value_parser(PossibleValuesParser::new(choices))
            }
        }
    }
}

/// The library writes what holds without a value, and which values there are, in English: here it stands in the text.
fn on_screen(argument: Arg, text: &'static str, choices: &[PossibleValue], texts: &Texts) -> Arg {
    let own = &texts.words.own;
    let remark = |word: &str, what: String| format!("[{word}: {what}]");
    let mut remarks = Vec::new();
    if let Some(variable) = argument.get_env().filter(|_| !argument.is_hide_env_set()) {
        remarks.push(remark(&own.variable, variable.to_string_lossy().into_owned()));
    }
    if argument.get_action().takes_values() && !argument.is_hide_default_value_set() {
        let defaults: Vec<_> =
            argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() {
            remarks.push(remark(&own.default, defaults.join(" ")));
        }
    }
    let names: Vec<&str> = choices.iter().map(PossibleValue::get_name).collect();
    let choice = (!names.is_empty()).then(|| remark(&own.choices, names.join(", ")));
    let explained = choices.iter().any(|value| value.get_help().is_some());

    let (short, _) = paragraphs(text);
    let short = [short.to_owned()].into_iter().chain(remarks.clone()).chain(choice.clone());
    let mut long = vec![text.to_owned()];
    if explained {
        let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
        let lines = choices.iter().map(|value| {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            format!("- {:width$}  {help}", value.get_name())
        });
        let lines: Vec<String> = [format!("{}:", own.listed)].into_iter().chain(lines).collect();
        long.push(lines.join("\n"));
    }
    let rest: Vec<String> = remarks.into_iter().chain(choice.filter(|_| !explained)).collect();
    if !rest.is_empty() {
        long.push(rest.join("\n"));
    }
    argument
        .help(short.collect::<Vec<_>>().join(" "))
        .long_help(long.join("\n\n"))
        .hide_env(true)
        .hide_default_value(true)
        .hide_possible_values(true)
}

/// What the values to fill in are called in Dutch, when each has a name.
fn named(argument: &Arg, texts: &'static Texts) -> Option<Vec<&'static str>> {
    let names = argument.get_value_names().filter(|_| argument.get_action().takes_values())?;
    names.iter().map(|name| texts.words.names.get(name.as_str()).map(String::as_str)).collect()
}

/// The values to choose from, explained in Dutch.
fn choices(argument: &Arg, command: &str, texts: &'static Texts) -> Vec<PossibleValue> {
    let said = texts.values(command, argument.get_id().as_str());
    let values = argument.get_possible_values().into_iter().filter(|value| !value.is_hide_set());
    values
        .map(|value| match said.and_then(|said| said.get(value.get_name())) {
            Some(text) => value.help(text.as_str()),
            None => value,
        })
        .collect()
}

/// The first paragraph of a text, and the whole when there are more.
fn paragraphs(text: &'static str) -> (&'static str, Option<&'static str>) {
    match text.split_once("\n\n") {
        Some((first, _)) => (first, Some(text)),
        None => (text, None),
    }
}
