//! The Dutch texts: by command and argument, and the words that belong to none.

use std::{collections::BTreeMap, sync::LazyLock};

use clap::builder::StyledStr;
use serde::Deserialize;

/// The Dutch texts of this program.
// They are part of the program, and a test reads them: texts that cannot be read would be English ones.
pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::read().unwrap_or_default());

/// A table of texts, by name.
pub type Wording = BTreeMap<String, String>;

/// What is said of every command, and the words of help itself.
#[derive(Debug, Default)]
pub struct Texts {
    /// By the whole command, such as `sluis client push`.
    pub commands: BTreeMap<String, Described>,
    /// What belongs to no command.
    pub words: Words,
}

/// What is said of one command.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// What it does. Its first paragraph stands in lists, the whole above its own help.
    pub about: String,
    /// What stands below its help: explanation and examples.
    pub after: Option<String>,
    /// Its arguments by their id, and those that commands below it share.
    #[serde(default)]
    pub arguments: Wording,
    /// The values to choose from, by argument and value.
    #[serde(default)]
    pub values: BTreeMap<String, Wording>,
}

/// The words that belong to no command.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Of what every command has.
    pub own: Own,
    /// The library's words on a screen, and what stands there instead.
    pub screen: Wording,
    /// The library's words on a manual page, and what stands there instead.
    pub page: Wording,
    /// Headings of groups of options.
    pub headings: Wording,
    /// What a value to fill in is called.
    pub names: Wording,
    /// What a value must be, by its option or its Dutch name.
    pub forms: Wording,
}

/// What is said of what every command has.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// Of `--help`.
    pub help: String,
    /// Of `--version`.
    pub version: String,
    /// Of the command `help`.
    pub about: String,
    /// What a command to fill in is called.
    pub command: String,
    /// Above a list of commands.
    pub commands: String,
    /// The same on a manual page.
    pub commands_on_page: String,
    /// Before values to choose from.
    pub choices: String,
    /// Above a list of values to choose from.
    pub listed: String,
    /// Before the value that holds when none is given.
    pub default: String,
    /// Before the variable of the environment that may give the value.
    pub variable: String,
}

impl Texts {
    /// The texts as they are built in.
    ///
    /// # Errors
    /// When a file of them is not in the form of this module.
    pub fn read() -> Result<Self, toml::de::Error> {
        let mut commands: BTreeMap<String, Described> = BTreeMap::new();
        for file in
            [include_str!("nl/client.toml"), include_str!("nl/gateway.toml"), include_str!("nl/policy.toml")]
        {
            commands.append(&mut toml::from_str(file)?);
        }
        Ok(Self { commands, words: toml::from_str(include_str!("nl/words.toml"))? })
    }

    /// What is said of an argument of a command: by the command itself, or by the nearest one above it.
    #[must_use]
    pub fn argument(&self, command: &str, id: &str) -> Option<&str> {
        self.nearest(command, |described| described.arguments.get(id)).map(String::as_str)
    }

    /// What is said of the values of an argument, likewise.
    #[must_use]
    pub fn values(&self, command: &str, id: &str) -> Option<&Wording> {
        self.nearest(command, |described| described.values.get(id))
    }

    /// A text for the screen, in which the library's own words are Dutch.
    #[must_use]
    pub fn on_screen(&self, styled: &StyledStr) -> StyledStr {
        StyledStr::from(worded(&styled.ansi().to_string(), &self.words.screen))
    }

    fn nearest<'a, T>(&'a self, command: &str, of: impl Fn(&'a Described) -> Option<&'a T>) -> Option<&'a T> {
        let mut path = Some(command);
        while let Some(command) = path {
            if let Some(found) = self.commands.get(command).and_then(&of) {
                return Some(found);
            }
            path = command.rsplit_once(' ').map(|(above, _)| above);
        }
        None
    }
}

/// A text in which each of these words is another.
#[must_use]
pub fn worded(text: &str, words: &Wording) -> String {
    words.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
