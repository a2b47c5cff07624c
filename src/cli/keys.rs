//! `sluis keys`: the gateway's own keys.

use clap::{Args, Subcommand, ValueEnum};

use super::ConfigFile;

/// The arguments of `sluis keys`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis keys rotate pseudonym")]
pub struct Keys {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with the gateway's keys.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make a new version of a key; older versions stay for what was made with them.
    Rotate {
        /// Which key.
        #[arg(value_enum)]
        key: GatewayKey,
    },
}

/// The keys of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GatewayKey {
    /// Encrypts what is kept.
    AtRest,
    /// Turns references of persons into pseudonyms.
    Pseudonym,
    /// Signs receipts.
    Receipt,
}
