//! `sluis backup`: a copy of everything that the gateway keeps.

use std::path::PathBuf;

use clap::Args;

use super::ConfigFile;

/// The arguments of `sluis backup`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis backup --out /backup/sluis-2026-09-01")]
pub struct Backup {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// The folder, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
