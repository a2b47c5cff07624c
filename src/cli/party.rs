//! `sluis party`: who may take part.
//!
//! Works on the store, also while gateways run: they judge every request and every write by what is committed.

mod act;
mod add;
mod by;
mod certificate;
mod list;
mod municipality;
mod registering;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::add::Add;
use super::{ConfigFile, Context, Exit, Failure};
use crate::domain::{digest::Digest, party::PartyId};

/// The arguments of `sluis party`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A party is an OIN and a role, such as 00000099000000001000/werk-en-inkomen. It works while gateways run, from the next
request on.

Examples:
  sluis party add 00000099000000001000/werk-en-inkomen --certificate zaffier.pem --name Zaffier \\
      --municipality 0361 --municipality 0373 --by delegation --decision 'Besluit 2025-001' --since 2025-12-01
  sluis party next 00000099000000001000/werk-en-inkomen --certificate zaffier-2027.pem
  sluis party revoke 00000099000000001000/werk-en-inkomen --certificate zaffier.pem
  sluis party block 00000099000000001000/werk-en-inkomen --cause laptop-stolen
  sluis party unblock 00000099000000001000/werk-en-inkomen
  sluis party remove 00000099000000001000/werk-en-inkomen --for-good
  sluis party municipality end 00000099000000001000/werk-en-inkomen 0373 --on 2027-01-01
  sluis party list --json")]
pub struct Party {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// What to do.
    #[command(subcommand)]
    pub command: PartyCommand,
}

/// What can be done with a party.
#[derive(Debug, Subcommand)]
pub enum PartyCommand {
    /// Register a party with its first certificate.
    Add(Box<Add>),
    /// Register a party's next certificate, beside the present one.
    Next {
        /// The party.
        party: PartyId,
        /// The next certificate (PEM).
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
    },
    /// Take back the registration of a certificate. It is never taken again.
    Revoke {
        /// The party.
        party: PartyId,
        /// The certificate (PEM).
        #[arg(long, value_name = "FILE", required_unless_present = "registration")]
        certificate: Option<PathBuf>,
        /// Its registration as `sluis party list` shows it, where the file is not at hand.
        #[arg(long, value_name = "DIGEST", conflicts_with = "certificate")]
        registration: Option<Digest>,
    },
    /// Take a party out for good, once nothing waits for it or from it. Its certificates and keys are never taken again.
    Remove {
        /// The party.
        party: PartyId,
        /// That is what is meant; without it the program says what would be gone, and changes nothing.
        #[arg(long)]
        for_good: bool,
    },
    /// Stop a party at once: the emergency brake. It neither sends nor receives until it is unblocked.
    Block {
        /// The party.
        party: PartyId,
        /// Why, as a code for the log, such as laptop-stolen.
        #[arg(long, value_name = "CODE", value_parser = code)]
        cause: Option<String>,
    },
    /// Let a blocked party in again.
    Unblock {
        /// The party.
        party: PartyId,
    },
    /// Begin or end that a party acts for a college.
    #[command(subcommand)]
    Municipality(municipality::Change),
    /// List parties with their municipalities and certificates.
    List,
}

impl Party {
    /// Runs it.
    ///
    /// # Errors
    /// When the store or a certificate cannot be read, or it may not be done.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let config = self.config.read()?;
        match self.command {
            PartyCommand::Add(add) => add::add(&config, *add, at).await,
            PartyCommand::Next { party, certificate } => act::next(&config, party, &certificate, at).await,
            PartyCommand::Revoke { party, certificate, registration } => {
                act::revoke(&config, party, certificate.as_deref(), registration, at).await
            }
            PartyCommand::Block { party, cause } => {
                act::block(&config, party, true, cause.as_deref(), at).await
            }
            PartyCommand::Remove { party, for_good } => act::remove(&config, party, for_good, at).await,
            PartyCommand::Unblock { party } => act::block(&config, party, false, None, at).await,
            PartyCommand::Municipality(change) => change.run(&config, at).await,
            PartyCommand::List => list::list(&config, at).await,
        }
    }
}

/// A code is no place for a sentence about a person.
fn code(text: &str) -> Result<String, String> {
    let is_code = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_code = is_code && !crate::domain::pgn::hides_a_pgn(text);
    if is_code {
        Ok(text.to_owned())
    } else {
        Err("a code has lower-case letters, digits and hyphens".to_owned())
    }
}
