//! `sluis log`: the access log, verified, shown, proven and exported.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ConfigFile;

/// The arguments of `sluis log`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis log verify                            the gateway's own store
  sluis log verify --folder log --vkey FILE   a copy, with nothing but the log's public key
  sluis log show --after 1200 --limit 50
  sluis log proof 1234 > proof-1234.tlog-proof
  sluis log export --out log")]
pub struct Log {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// What to do with the log.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Rebuild the tree and say what is wrong where; exit code 1 if anything is.
    Verify {
        /// A copied `log/` folder instead of the store.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        /// The file with the log's public key, from a source other than the copy itself.
        #[arg(long, value_name = "FILE", requires = "folder")]
        vkey: Option<PathBuf>,
    },
    /// Show entries, as far as the operator may read them.
    Show {
        /// Start after this index.
        #[arg(long, value_name = "INDEX")]
        after: Option<u64>,
        /// At most so many.
        #[arg(long, value_name = "NUMBER", default_value_t = 100)]
        limit: u32,
    },
    /// Print the proof that an entry is in the log.
    Proof {
        /// The index of the entry.
        index: u64,
    },
    /// Write a copy of the log that can be verified without a gateway.
    Export {
        /// The folder, which must be new or empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}
