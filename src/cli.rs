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
mod config_file;
mod context;
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
pub mod names;
mod notify;
mod operated;
pub mod output;
pub mod party;
pub mod policy;
pub mod printable;
pub mod program;
pub mod running;
pub mod sentence;
pub mod serve;
pub mod table;

pub use self::{
    config_file::ConfigFile,
    context::Context,
    exit::Exit,
    failure::Failure,
    language::Language,
    output::Output,
    program::{Cli, Command, commands, main, run},
};
