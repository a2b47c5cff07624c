//! What the program says of itself: `--help`, the completions, the manual pages, and why a command line cannot be
//! understood; in one language, like everything else.
//!
//! English stands in the code, beside what it describes; Dutch stands in `help/nl/*.toml`, by command and argument. A
//! test asks a Dutch text for everything that has an English one, and refuses one that describes nothing any more.
//!
//! | module | does |
//! |---|---|
//! | [`texts`] | the Dutch texts |
//! | [`dress`] | puts them on the tree of commands, for a screen, a shell or a page |
//! | `elsewhere` | where a command or an option that is not here does stand |
//! | [`fault`] | says in Dutch why a command line cannot be understood |
//! | [`page`] | one manual page |

pub mod dress;
mod elsewhere;
pub mod fault;
pub mod page;
pub mod texts;

use std::ffi::OsString;

use clap::{
    Arg, Parser, ValueEnum as _,
    builder::{Resettable, StyledStr},
};

use self::{dress::Reader, fault::Dutch, texts::TEXTS};
use super::Language;
use crate::config;

/// A command line that is no command: it asked for help, or cannot be understood.
#[derive(Debug)]
pub struct Unparsed {
    /// What people read.
    pub shown: StyledStr,
    /// What it is to machines, in English.
    pub english: clap::Error,
}

/// The language that the arguments ask for, before anything else is known of them; nothing where they ask for none.
#[must_use]
pub fn asked(arguments: &[OsString]) -> Option<Language> {
    let mut arguments = arguments.iter().map_while(|one| one.to_str().filter(|one| *one != "--"));
    let mut asked = None;
    while let Some(argument) = arguments.next() {
        let value = match argument.split_once('=') {
            Some(("--lang", value)) => Some(value),
            None if argument == "--lang" => arguments.next(),
            _ => None,
        };
        asked = value.and_then(|value| Language::from_str(value, false).ok()).or(asked);
    }
    asked
}

/// Parses a command line.
///
/// # Errors
/// [`Unparsed`] with the help that was asked for, or what is wrong, in this language.
pub fn parse<P: Parser>(arguments: &[OsString], language: Language) -> Result<P, Unparsed> {
    // The texts are put on the tree only when something of it is to be told.
    let mut tree = without_empty(P::command());
    let read = tree.try_get_matches_from_mut(arguments);
    let read = read.and_then(|found| P::from_arg_matches(&found).map_err(|error| error.format(&mut tree)));
    read.map_err(|mut english| {
        elsewhere::guide(&mut english, &P::command());
        let dutch = match language {
            Language::Nl => told_in_dutch::<P>(arguments),
            Language::En => None,
        };
        Unparsed { shown: dutch.unwrap_or_else(|| english.render()), english }
    })
}

/// The tree, for which a variable that is set to nothing is one that is not set.
fn without_empty(tree: clap::Command) -> clap::Command {
    let spoken = |arg: Arg| {
        if arg.get_env().is_some_and(config::is_set_to_nothing) { arg.env(Resettable::Reset) } else { arg }
    };
    tree.mut_args(spoken).mut_subcommands(without_empty)
}

fn told_in_dutch<P: Parser>(arguments: &[OsString]) -> Option<StyledStr> {
    let tree = without_empty(described(P::command(), Language::Nl, Reader::Screen));
    let mut refusal = tree.try_get_matches_from(arguments).err()?;
    elsewhere::guide(&mut refusal, &P::command());
    Some(TEXTS.on_screen(&refusal.apply::<Dutch>().render()))
}

/// A tree of commands as it is described to this reader, in this language.
#[must_use]
pub fn described(mut tree: clap::Command, language: Language, reader: Reader) -> clap::Command {
    if reader == Reader::Page {
        // `help` is for reading on a screen, and has no page of its own.
        tree = tree.disable_help_subcommand(true);
    }
    match language {
        Language::Nl => dress::dutch(tree, &TEXTS, reader),
        Language::En => {
            tree.build();
            tree
        }
    }
}
