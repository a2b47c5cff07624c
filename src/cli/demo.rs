//! `sluis demo`: the main job in one command.

use std::path::PathBuf;

use clap::Args;

/// The arguments of `sluis demo`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis demo                        play the story, then stay up
  sluis demo --exit --json          play it for a machine, one step per line, then stop
  sluis demo --dir /srv/rehearsal   keep what it leaves in this folder")]
pub struct Demo {
    /// The folder in which to leave everything; it must be new or empty. Without it: a new folder under the system's
    /// folder for temporary files.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// Stop after the story; the exit code is 0 only if every step went as told.
    #[arg(long)]
    pub exit: bool,
}
