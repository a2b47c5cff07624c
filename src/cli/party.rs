//! `sluis party`: who may take part.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ConfigFile;
use crate::domain::{code::Municipality, party::PartyId};

/// The arguments of `sluis party`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A party is an OIN and a role, such as 00000099000000001000/werk-en-inkomen.

Examples:
  sluis party add 00000099000000001000/werk-en-inkomen --certificate zaffier.pem --name Zaffier --municipality 0361
  sluis party next 00000099000000001000/werk-en-inkomen --certificate zaffier-2027.pem
  sluis party revoke 00000099000000001000/werk-en-inkomen --certificate zaffier.pem
  sluis party block 00000099000000001000/werk-en-inkomen --reason 'laptop stolen'")]
pub struct Party {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with a party.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Register a party with its first certificate.
    Add {
        /// The party.
        party: PartyId,
        /// Its certificate (PEM).
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
        /// Its name.
        #[arg(long)]
        name: String,
        /// A municipality that it acts for; may be given more than once.
        #[arg(long, value_name = "CODE")]
        municipality: Vec<Municipality>,
    },
    /// Register a party's next certificate, beside the present one.
    Next {
        /// The party.
        party: PartyId,
        /// The next certificate (PEM).
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
    },
    /// Take back the registration of a certificate.
    Revoke {
        /// The party.
        party: PartyId,
        /// The certificate (PEM).
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
    },
    /// Stop a party at once: the emergency brake.
    Block {
        /// The party.
        party: PartyId,
        /// Why, for the log; no personal data.
        #[arg(long)]
        reason: String,
    },
}
