//! The tree of commands, and the program that runs one.

use std::{ffi::OsString, process::ExitCode, sync::Arc, time::Duration};

use clap::{CommandFactory as _, Parser, Subcommand};

use super::{
    Context, Exit, Failure, Language, Output, backup, client, completions, database, demo, exit,
    help::{self, dress::Reader},
    init, keys, log, man, migrate, party, policy, serve,
};
use crate::domain::{clock::SystemClock, id::SystemEntropy};

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
            Self::Completions(command) => command.run(commands(at.out.language(), Reader::Shell), at),
            Self::Man(command) => command.run(&commands(at.out.language(), Reader::Page), at),
        }
    }
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
    match help::parse::<Cli>(&arguments, at.out.language()) {
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

/// The tree of commands as it is described to this reader, in this language.
#[must_use]
pub fn commands(language: Language, reader: Reader) -> clap::Command {
    help::described(Cli::command(), language, reader)
}
