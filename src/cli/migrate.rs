//! `sluis migrate`: brings the database to the schema of this program.

use clap::Args;

use super::ConfigFile;

/// The arguments of `sluis migrate`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis migrate --config /etc/sluis/sluis.toml")]
pub struct Migrate {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
}
