//! `sluis init`: the configuration and the keys of a new gateway, and with `--dev` a whole try-out.
//!
//! [`lay_out`] is what the demo and tests begin with; [`Init::run`] is the command around it.

mod configuration;
mod dev;
mod lay_out;
mod parties;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde_json::json;

use super::{Context, Exit, Failure, files};
use crate::{
    config::Config,
    domain::{
        code::Municipality,
        party::{PartyId, Role},
    },
};

pub use lay_out::lay_out;

/// The region whose example parties a try-out has.
const REGION: &str = "noord-holland-noord";

/// The arguments of `sluis init`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis init --dev --dir try    a try-out: throw-away CA, database, a folder for each party of the region's example
  sluis init --dir /etc/sluis --origin log.example.nl/noord-holland-noord --public-url https://gateway.example.nl
                                a commented configuration and fresh keys, for a gateway that serves real people")]
pub struct Init {
    /// Also make a throw-away certificate authority, a database, and certificates for invented parties. Never for real
    /// data.
    #[arg(long)]
    pub dev: bool,

    /// The folder for the configuration and the keys; nothing in it is overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// The region: its file in policies/regions, without .toml.
    #[arg(long, value_name = "NAME", default_value = REGION)]
    pub region: String,

    /// The access log's name for ever, a host and a path; the year is added to it. The log's key bears it.
    #[arg(long, value_name = "HOST/PATH", required_unless_present = "dev")]
    pub origin: Option<String>,

    /// How callers address the data interface.
    #[arg(long, value_name = "URL", required_unless_present = "dev", conflicts_with = "dev")]
    pub public_url: Option<String>,

    /// The port of the data interface on the loopback, with --dev; health and metrics get the one above it.
    #[arg(long, value_name = "PORT", default_value_t = 8443, requires = "dev")]
    pub port: u16,
}

/// What to lay out.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// The region: the name of its file in the policies.
    pub region: String,
    /// The log's name without its year.
    pub origin: String,
    /// Where the data interface listens. Port 0 takes a free one when the gateway starts.
    pub data: SocketAddr,
    /// Where health and metrics listen. Port 0 likewise.
    pub ops: SocketAddr,
    /// How callers address the data interface. With port 0 nobody knows yet: see [`LaidOut::reached_at`].
    pub public_url: String,
    /// A try-out beside the gateway, where one is wanted.
    pub dev: Option<DevOptions>,
}

/// What a try-out holds.
#[derive(Debug, Clone)]
pub struct DevOptions {
    /// The gateway's own folder within the whole; empty for the folder itself.
    pub gateway: PathBuf,
    /// The municipalities whose colleges take part, each by whoever acts for it; empty for the whole region.
    pub municipalities: Vec<Municipality>,
}

impl InitOptions {
    /// A try-out on the loopback with the whole region, all in one folder.
    #[must_use]
    pub fn dev(port: u16) -> Self {
        let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let ops = if port == 0 { 0 } else { port.checked_add(1).unwrap_or(0) };
        Self {
            region: REGION.to_owned(),
            origin: format!("sluis.localhost/{REGION}"),
            data: address(port),
            ops: address(ops),
            public_url: if port == 0 {
                "https://localhost".to_owned()
            } else {
                format!("https://localhost:{port}")
            },
            dev: Some(DevOptions { gateway: PathBuf::new(), municipalities: Vec::new() }),
        }
    }
}

/// What was laid out.
#[derive(Debug)]
pub struct LaidOut {
    /// The gateway's configuration file.
    pub config_file: PathBuf,
    /// What it says.
    pub config: Config,
    /// The public key of the log (C2SP `vkey`).
    pub vkey: String,
    /// The parties of a try-out, in the order of their names; empty without one.
    pub parties: Vec<LaidParty>,
    /// The throw-away authority's folder, in a try-out: certificate and key.
    pub authority: Option<PathBuf>,
}

/// A party of a try-out, registered at the gateway with its certificate.
#[derive(Debug, Clone)]
pub struct LaidParty {
    /// The name of its folder, such as `zaffier-werk-en-inkomen`.
    pub name: String,
    /// The name of the organisation.
    pub organisation: String,
    /// Who it is.
    pub party: PartyId,
    /// For whose colleges it acts; empty for schools.
    pub municipalities: Vec<Municipality>,
    /// Its folder, with `certificate.pem`, `key.pem`, `encryption.jwk` (private) and `encryption.jwk.pub`, `ca.pem`,
    /// `receipt.jwk` and `profile.toml`.
    pub folder: PathBuf,
    /// Its profile for `sluis client`.
    pub profile: PathBuf,
}

impl LaidOut {
    /// The party whose folder has this name.
    #[must_use]
    pub fn party(&self, name: &str) -> Option<&LaidParty> {
        self.parties.iter().find(|party| party.name == name)
    }

    /// Rewrites the parties' profiles for the address at which the gateway is reached: for one that took a free port.
    ///
    /// # Errors
    /// When a profile cannot be replaced.
    pub fn reached_at(&self, url: &str) -> Result<(), Failure> {
        for party in &self.parties {
            files::replace_private(&party.profile, parties::profile(url, &self.vkey).as_bytes())?;
        }
        Ok(())
    }
}

impl Init {
    /// Runs it.
    ///
    /// # Errors
    /// When something stands in the way, or cannot be written.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let mut options = if self.dev { InitOptions::dev(self.port) } else { self.options() };
        if self.dev {
            options.origin = self.origin.unwrap_or_else(|| format!("sluis.localhost/{}", self.region));
            options.region = self.region;
        }
        let laid = lay_out(&self.dir, &options, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
        let party = |party: &LaidParty| {
            json!({ "name": party.name, "organisation": party.organisation, "party": party.party.to_string(),
                "municipalities": party.municipalities, "profile": party.profile })
        };
        let document = json!({
            "config": laid.config_file, "keys": laid.config.keys.dir, "logVkey": laid.vkey,
            "parties": laid.parties.iter().map(party).collect::<Vec<_>>(),
        });
        at.out.show(&document, || if self.dev { tried(&laid) } else { begun(&laid) })?;
        Ok(Exit::Done)
    }

    fn options(&self) -> InitOptions {
        InitOptions {
            region: self.region.clone(),
            origin: self.origin.clone().unwrap_or_default(),
            data: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443)),
            ops: SocketAddr::from((Ipv4Addr::LOCALHOST, 9100)),
            public_url: self.public_url.clone().unwrap_or_default(),
            dev: None,
        }
    }
}

/// What to do next with a gateway for real people.
fn begun(laid: &LaidOut) -> String {
    format!(
        "Configuratie / configuration: {config}\n\
         Sleutels / keys: {keys}\n\
         Publieke sleutel van het log / the log's public key, for everyone who checks it:\n  {vkey}\n\n\
         Nu / next:\n\
         1. Bewaar een kopie van de sleutels op een veilige plaats: wat ermee versleuteld is, is zonder hen weg.\n   \
            Keep a copy of the keys in a safe place: without them, what they encrypted is gone.\n\
         2. Zet certificaat, sleutel, vertrouwde CA's en CRL's neer zoals {config} ze noemt, en lees de rest ervan na.\n   \
            Put certificate, key, trusted CAs and CRLs where {config} names them, and read through the rest of it.\n\
         3. sluis migrate --config {config}\n\
         4. sluis party add --help\n\
         5. sluis serve --config {config}",
        config = laid.config_file.display(),
        keys = laid.config.keys.dir.display(),
        vkey = laid.vkey,
    )
}

/// What to do next with a try-out.
fn tried(laid: &LaidOut) -> String {
    let place = laid.parties.iter().flat_map(|one| &one.municipalities).min();
    let near = |one: &&LaidParty| {
        one.municipalities.is_empty() || place.is_some_and(|place| one.municipalities.contains(place))
    };
    let shown: Vec<&LaidParty> = laid.parties.iter().filter(near).collect();
    let width = shown.iter().map(|party| party.name.len()).max().unwrap_or_default();
    let receiver = shown.iter().find(|one| one.party.role == Role::WerkEnInkomen);
    let folder = receiver.map(|one| one.folder.display().to_string()).unwrap_or_default();
    let config = laid.config_file.display();
    let mut lines = vec![
        "Een proefopstelling met verzonnen partijen: nooit voor echte gegevens.".to_owned(),
        "A try-out with invented parties: never for real data.".to_owned(),
        String::new(),
        format!("Configuratie / configuration: {config}"),
        "Partijen / parties:".to_owned(),
    ];
    lines.extend(shown.iter().map(|one| format!("  {:width$}  {}", one.name, one.party)));
    lines.push(format!("  en / and {} andere / more", laid.parties.len().saturating_sub(shown.len())));
    lines.extend([
        String::new(),
        "Nu / next:".to_owned(),
        format!("  sluis serve --config {config}"),
        "en in een ander venster / and in another window:".to_owned(),
        format!("  sluis client --profile-file {folder}/profile.toml keys publish {folder}/encryption.jwk"),
        format!("  sluis client --profile-file {folder}/profile.toml inbox"),
        format!("  sluis log verify --config {config}"),
    ]);
    lines.join("\n")
}

/// Refuses when something stands where something new is to come.
fn free(path: &Path) -> Result<(), Failure> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::unwritable(path, error)),
        Ok(_) => Err(Failure::usage(format!("`{}` exists already", path.display()))
            .now("nothing is overwritten: choose another folder with --dir, or move the old one away")),
    }
}
