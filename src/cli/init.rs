//! `sluis init`: the configuration and the keys of a new gateway.

use std::path::PathBuf;

use clap::Args;

/// The arguments of `sluis init`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis init --dir /etc/sluis   a commented configuration and fresh keys
  sluis init --dev --dir try    also a throw-away CA with a certificate for each party of the region")]
pub struct Init {
    /// Also make a throw-away certificate authority. Never for real data.
    #[arg(long)]
    pub dev: bool,

    /// The folder for the configuration and the keys; nothing in it is overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}
