//! `sluis serve`: the gateway.

use clap::Args;

use super::ConfigFile;

/// The arguments of `sluis serve`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis serve --config /etc/sluis/sluis.toml")]
pub struct Serve {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
}
