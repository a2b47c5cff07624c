//! `sluis log`: the access log, verified, shown, proven and exported.

mod copy;
mod finding;
mod show;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::verify::Verify;
use super::{ConfigFile, Context, Exit, Failure};

/// The arguments of `sluis log`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis log verify                            the gateway's own store, bodies included
  sluis log verify --folder log --vkey KEY    a copy, with nothing but the log's public key
  sluis log verify --checkpoint kept.txt      also against a checkpoint that you kept
  sluis log show --last 20
  sluis log show --after 1200 --limit 50 --json
  sluis log proof 1234 > proof-1234.tlog-proof
  sluis log export --out log --proof 1234")]
pub struct Log {
    /// The configuration; not needed for a copy.
    #[command(flatten)]
    pub config: ConfigFile,

    /// What to do with the log.
    #[command(subcommand)]
    pub command: LogCommand,
}

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Rebuild the tree and say what is wrong where; exit code 1 if anything is. Appends nothing.
    Verify(Verify),
    /// Show entries, as far as the operator may read them. That they were read is an entry.
    Show {
        /// Start after this index.
        #[arg(long, value_name = "INDEX", conflicts_with = "last")]
        after: Option<u64>,
        /// At most so many.
        #[arg(long, value_name = "NUMBER", default_value_t = 100)]
        limit: u32,
        /// The last so many instead.
        #[arg(long, value_name = "NUMBER", conflicts_with = "limit")]
        last: Option<u32>,
    },
    /// Print the proof that an entry is in the log.
    Proof {
        /// The index of the entry.
        index: u64,
    },
    /// Write a copy of the log that can be verified without a gateway: commitments and times, no bodies. That it was made
    /// is an entry.
    Export {
        /// The folder, which must be new or empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Also write the proof of this entry; may be given more than once.
        #[arg(long, value_name = "INDEX")]
        proof: Vec<u64>,
    },
}

impl Log {
    /// Runs it.
    ///
    /// # Errors
    /// When the log cannot be read. What is wrong with it is printed, and ends with [`Exit::Refused`].
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        match self.command {
            LogCommand::Verify(how) => verify::verify(&self.config, &how, at).await,
            LogCommand::Show { after, limit, last } => {
                show::show(&self.config.read().map_err(verify::outside)?, after, limit, last, at).await
            }
            LogCommand::Proof { index } => {
                show::proof(&self.config.read().map_err(verify::outside)?, index, at).await
            }
            LogCommand::Export { out, proof } => copy::export(&self.config.read()?, &out, &proof, at).await,
        }
    }
}
