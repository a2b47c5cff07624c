//! The command line: the tree of commands, what they print and how they end.
//!
//! # To furnish a command
//! Each family of commands has its file with its arguments; a command is in the tree only when it does what it says.
//! To add `sluis demo`, of which [`demo::Demo`] holds the arguments:
//! 1. write `impl Demo { pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> }`;
//! 2. add `Demo(demo::Demo)` to [`Command`], with the line of help above it;
//! 3. add `Self::Demo(command) => command.run(at).await` to `Command::run`;
//! 4. say all of it in Dutch too, in `cli/help/nl`: a test names what is missing.
//!
//! # What every command keeps to
//! - `--ids`: the `id` of what is printed, one per line, and nothing else; a command treats it as `--json`.
//! - `--json`: one JSON document, or one per line for lists that stream, on standard output; nothing else there.
//! - Without it: text for people on standard output, in one language ([`Output::language`]): both are written down as a
//!   pair, see [`language`]. What a command says of itself is English in its own file and Dutch in [`help`]. Lists are a
//!   [`table::Table`], instants are told as [`moment`] says. Diagnostics and progress go to standard error.
//! - Everything is printed through [`Output`], which takes the teeth out of control characters.
//! - It ends with an [`Exit`]; what went wrong is a [`Failure`], which says what to do now.

pub mod backup;
mod causes;
pub mod client;
pub mod completions;
pub mod compose;
pub mod database;
pub mod day;
pub mod demo;
pub mod exit;
pub mod failure;
mod faults;
pub mod files;
mod guarded;
mod head_file;
pub mod help;
pub mod init;
pub mod keys;
pub mod language;
pub mod log;
pub mod man;
pub mod migrate;
pub mod moment;
mod notify;
mod operated;
pub mod output;
pub mod party;
pub mod policy;
pub mod running;
pub mod serve;
pub mod table;
mod trust;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Args, Parser, Subcommand};

pub use self::{exit::Exit, failure::Failure, language::Language, output::Output};
use crate::{
    config::{Config, Environment},
    domain::{
        clock::{Clock, SystemClock},
        id::{Entropy, SystemEntropy},
    },
};

/// The arguments of the program.
#[derive(Debug, Parser)]
#[command(
    name = "sluis",
    version,
    about = "A gateway that moves pupil data between schools, municipalities and the Doorstroompunt, lawfully or not at all",
    after_long_help = exit::HELP,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Print JSON for machines: one document, or one per line.
    #[arg(long, global = true, overrides_with = "json")]
    pub json: bool,

    /// Print nothing but identifiers, one per line: for shells, as in `ID=$(sluis client ask verzoek.json --ids)`.
    #[arg(long, global = true, conflicts_with = "json")]
    pub ids: bool,

    /// In which language people are spoken to; without it the locale's, and Dutch where that is neither.
    #[arg(long, global = true, value_name = "LANGUAGE", env = "SLUIS_LANG", hide_env_values = true)]
    pub lang: Option<Language>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands that are furnished.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Exchange with a gateway as a school, a municipality or a Doorstroompunt.
    Client(Box<client::Client>),
    /// Play the main job on this machine, with invented people.
    Demo(demo::Demo),
    /// Make the configuration and the keys of a gateway, or a whole try-out.
    Init(init::Init),
    /// Move the database from SQLite to PostgreSQL.
    Database(database::Database),
    /// Bring the database to the schema of this program.
    Migrate(migrate::Migrate),
    /// Run the gateway.
    Serve(serve::Serve),
    /// Check, test, explain and show the rules, for lawyers and operators.
    Policy(policy::Policy),
    /// Register parties and their certificates, list them, and block one at once.
    Party(party::Party),
    /// Verify, show, prove and export the access log.
    Log(log::Log),
    /// Show the gateway's public keys, and make new versions.
    Keys(keys::Keys),
    /// Copy everything that the gateway keeps.
    Backup(backup::Backup),
    /// Write the completion of commands and options for a shell.
    Completions(completions::Completions),
    /// Write the manual pages.
    Man(man::Man),
}

impl Command {
    async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        match self {
            Self::Client(command) => command.run(at).await,
            Self::Demo(command) => Box::pin(command.run(at)).await,
            Self::Init(command) => Box::pin(command.run(at)).await,
            Self::Database(command) => Box::pin(command.run(at)).await,
            Self::Migrate(command) => command.run(at).await,
            Self::Serve(command) => command.run(at).await,
            Self::Policy(command) => Box::pin(command.run(at)).await,
            Self::Party(command) => Box::pin(command.run(at)).await,
            Self::Log(command) => Box::pin(command.run(at)).await,
            Self::Keys(command) => Box::pin(command.run(at)).await,
            Self::Backup(command) => Box::pin(command.run(at)).await,
            Self::Completions(command) => command.run(at),
            Self::Man(command) => command.run(at),
        }
    }
}

/// Where the gateway's configuration stands; for every command that needs one.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The gateway's configuration.
    #[arg(long, global = true, value_name = "FILE", env = "SLUIS_CONFIG", default_value = "sluis.toml")]
    pub config: PathBuf,
}

impl ConfigFile {
    /// The configuration in this file, with what the environment says instead.
    ///
    /// # Errors
    /// [`Failure`] with everything that is wrong in it.
    pub fn read(&self) -> Result<Config, Failure> {
        let environment = Environment { config: Some(self.config.clone()), ..Environment::of_process() };
        Config::load(&environment).map_err(|error| {
            Failure::configuration((
                "de configuratie is niet te gebruiken",
                "the configuration cannot be used",
            ))
            .because(error)
            .now(("`sluis init` schrijft er een met uitleg", "`sluis init` writes a commented one"))
        })
    }
}

/// What a command works with: where it prints, what the time is, where randomness comes from.
#[derive(Debug)]
pub struct Context {
    /// Where everything is printed.
    pub out: Output,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// How long the end waits for what was begun and is not needed any more.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// The program: parses the arguments, runs the command, answers its exit code.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let out = Output::of_process();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::new()));
    let mut at = Context { out, clock, entropy };
    let exit = match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(run(arguments, &mut at));
            // A look-up that hangs in the system's resolver cannot be called off, and nobody waits for its answer.
            runtime.shutdown_timeout(LAST_WAIT);
            exit
        }
        Err(error) => at.out.end(Err(Failure::internal((
            "het programma kan niet beginnen",
            "cannot start the runtime",
        ))
        .because(error))),
    };
    exit.into()
}

/// Runs one command as the program would, with the given output, clock and randomness.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, at: &mut Context) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(language) = help::asked(&arguments) {
        at.out.set_language(language);
    }
    match help::parse(&arguments, at.out.language()) {
        Ok(cli) => {
            at.out.set_json(cli.json);
            if cli.ids {
                at.out.set_ids();
            }
            if let Some(language) = cli.lang {
                at.out.set_language(language);
            }
            let ended = Box::pin(cli.command.run(at)).await;
            at.out.end(ended)
        }
        Err(unparsed) => {
            // What cannot be parsed asks for JSON all the same.
            at.out.set_json(arguments.iter().any(|argument| argument == "--json"));
            at.out.usage(&unparsed)
        }
    }
}
