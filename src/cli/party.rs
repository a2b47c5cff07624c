//! `sluis party`: who may take part.
//!
//! Works on the store, also while gateways run: they judge every request and every write by what is committed.

mod act;
mod list;
mod municipality;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::{ConfigFile, Context, Exit, Failure};
use crate::{
    domain::{code::Municipality, digest::Digest, party::PartyId},
    store::write::Ground,
};

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
  sluis party remove 00000099000000001000/werk-en-inkomen
  sluis party municipality end 00000099000000001000/werk-en-inkomen 0373 --on 2027-01-01
  sluis party list --json")]
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

impl By {
    const fn ground(self) -> Ground {
        match self {
            Self::Own => Ground::Own,
            Self::Delegation => Ground::Delegatie,
            Self::Mandate => Ground::Mandaat,
        }
    }
}

/// The arguments of `sluis party add`.
#[derive(Debug, Args)]
pub struct Add {
    /// The party.
    pub party: PartyId,
    /// Its certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub certificate: PathBuf,
    /// Its name.
    #[arg(long)]
    pub name: String,
    /// A municipality for whose college it acts; may be given more than once.
    #[arg(long, value_name = "CODE")]
    pub municipality: Vec<Municipality>,
    /// By what it acts for them.
    #[arg(long, value_enum, default_value_t = By::Own, requires = "municipality")]
    pub by: By,
    /// The decision by which, as the municipalities' records name it.
    #[arg(long, required_if_eq_any([("by", "delegation"), ("by", "mandate")]))]
    pub decision: Option<String>,
    /// The first day on which it acts for them; without it, today.
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day::day)]
    pub since: Option<Date>,
}

/// By what an organisation acts for a college.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// It is that municipality's own organ.
    Own,
    /// The power was passed to it (Awb 10:13): it is the controller.
    Delegation,
    /// It acts in the college's name (Awb 10:1).
    Mandate,
}

impl Party {
    /// Runs it.
    ///
    /// # Errors
    /// When the store or a certificate cannot be read, or it may not be done.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let config = self.config.read()?;
        match self.action {
            Action::Add(add) => act::add(&config, *add, at).await,
            Action::Next { party, certificate } => act::next(&config, party, &certificate, at).await,
            Action::Revoke { party, certificate, registration } => {
                act::revoke(&config, party, certificate.as_deref(), registration, at).await
            }
            Action::Block { party, cause } => act::block(&config, party, true, cause.as_deref(), at).await,
            Action::Remove { party } => act::remove(&config, party, at).await,
            Action::Unblock { party } => act::block(&config, party, false, None, at).await,
            Action::Municipality(change) => change.run(&config, at).await,
            Action::List => list::list(&config, at).await,
        }
    }
}

/// A code is no place for a sentence about a person.
fn code(text: &str) -> Result<String, String> {
    let is_code = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_code = is_code && !crate::domain::pgn::hides_a_bsn(text);
    if is_code {
        Ok(text.to_owned())
    } else {
        Err("a code has lower-case letters, digits and hyphens".to_owned())
    }
}
