//! `sluis init`: the configuration and the keys of a new gateway, and with `--dev` a whole region to try it with.

mod cast;
mod configuration;
mod layout;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

pub use self::{
    configuration::InitOptions,
    layout::{LaidOut, LaidParty, lay_out, point_profile},
};
use super::{
    Context, Exit, Failure, Language, compose,
    faults::{found_in, listed},
    files,
    language::{both, tell},
};
use crate::{
    config::{Config, Environment, USUAL_FILE},
    crypto::{
        gateway_keys::GatewayKeys,
        keys::{KeyAlgorithm, PrivateKey},
    },
    domain::{clock::amsterdam_date, party::Role},
};

const REGION: &str = "noord-holland-noord";

/// The arguments of `sluis init`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis init --dev --dir try    a try-out: throw-away CA, database, a certificate and profile for each invented party
  sluis init --dir /etc/sluis --origin log.example.nl/noord-holland-noord --public-url https://gateway.example.nl
                                a commented configuration and fresh keys, for a gateway that serves real people")]
pub struct Init {
    /// Also make a throw-away certificate authority, a database and parties. Never for real data.
    #[arg(long)]
    pub dev: bool,

    /// The folder for the configuration and the keys; nothing in it is overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// The region: its file in policies/regions, without .toml.
    #[arg(long, value_name = "NAME", default_value = REGION, conflicts_with = "dev")]
    pub region: String,

    /// The access log's name for ever: a host and a path, without https://. The year is added to it, and its key bears it.
    #[arg(long, value_name = "NAME", required_unless_present = "dev", conflicts_with = "dev")]
    pub origin: Option<String>,

    /// How callers address the data interface.
    #[arg(long, value_name = "URL", required_unless_present = "dev", conflicts_with = "dev")]
    pub public_url: Option<String>,

    /// The port of the data interface on the loopback, with --dev; health and metrics get the next.
    #[arg(long, value_name = "PORT", default_value_t = 8443, requires = "dev")]
    pub port: u16,
}

impl Init {
    /// Makes the files.
    ///
    /// # Errors
    /// [`Failure`] when one exists already or cannot be written.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        if self.dev { self.try_out(at).await } else { self.gateway(at) }
    }

    /// The configuration and the keys of a gateway for real people.
    fn gateway(&self, at: &mut Context) -> Result<Exit, Failure> {
        let origin = self.origin.as_deref().unwrap_or_default();
        let url = self.public_url.as_deref().unwrap_or_default();
        let text = configuration::of_gateway(&self.region, origin, url)?;
        let config = Config::parse(&text, &self.dir, &Environment::default()).map_err(|faults| {
            Failure::usage(found_in(
                ("zo'n configuratie is niet te gebruiken", "such a configuration could not be used"),
                faults,
            ))
            .now((
                "verbeter de opties; `sluis init --help` legt ze uit",
                "correct the options; `sluis init --help` explains them",
            ))
        })?;
        let catalogue = compose::policies::catalogue(None)?;
        if catalogue.region(&self.region).is_none() {
            let known: Vec<&str> = catalogue.regions().map(|(name, _)| name).collect();
            return Err(Failure::usage(both!(
                "er is geen regio `{}`",
                "there is no region `{}`",
                self.region
            ))
            .now(both!(
                "kies uit {}, of bouw met een eigen bestand",
                "choose one of {}, or build with a file of its own",
                known.join(", ")
            )));
        }
        let file = self.dir.join(USUAL_FILE);
        files::prove_free(&file)?;
        files::prove_free(&config.keys.dir)?;
        files::private_folder(&self.dir)?;
        let origin = format!("{origin}/{}", amsterdam_date(at.clock.now()).year());
        let broken = |faults: Vec<_>| {
            Failure::configuration(listed(("kan de sleutels niet maken", "the keys cannot be made"), &faults))
        };
        GatewayKeys::generate(&config.keys.dir, &origin, at.entropy.as_ref()).map_err(broken)?;
        let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(broken)?;
        // Last, so that a folder with a configuration is a whole one.
        files::write_private(&file, text.as_bytes())?;
        let vkey = keys.log.signing().vkey();
        let document = json!({ "configuration": file, "keys": config.keys.dir, "logVkey": vkey, "receiptKey": keys.receipt.signing().public_jwk() });
        let language = at.out.language();
        at.out.show(&document, || begun(&file, &config.keys.dir, &vkey, language))?;
        Ok(Exit::Done)
    }

    /// A gateway to try, with parties.
    async fn try_out(&self, at: &mut Context) -> Result<Exit, Failure> {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let ops = if self.port == 0 { 0 } else { self.port.checked_add(1).unwrap_or(0) };
        let options = InitOptions { data: local(self.port), ops: local(ops), database: None };
        let laid = Box::pin(lay_out(&self.dir, &options, &at.clock, &at.entropy)).await?;
        for party in &laid.parties {
            give_key(party, &laid.parties_folder)?;
        }
        let party = |party: &LaidParty| {
            json!({ "name": party.name, "party": party.party.to_string(),
                "profile": laid.parties_folder.join(&party.name).join("profile.toml") })
        };
        let document = json!({
            "configuration": laid.config_path,
            "parties": laid.parties.iter().map(party).collect::<Vec<_>>(),
        });
        let language = at.out.language();
        at.out.show(&document, || tried(&laid, language))?;
        Ok(Exit::Done)
    }
}

/// Makes the key that a party's profile names, and the public half to publish.
pub(super) fn give_key(party: &LaidParty, parties: &Path) -> Result<(), Failure> {
    let key = PrivateKey::generate(usual_algorithm(party.party.role)).map_err(|error| {
        Failure::internal(("een sleutel is niet te maken", "an encryption key cannot be made")).because(error)
    })?;
    let file = parties.join(&party.name).join("encryption.jwk");
    files::write_private(&file, key.to_jwk().to_string().as_bytes())?;
    let public = key.public().to_jwk().to_string();
    files::write_private(&files::beside(&file, "pub"), public.as_bytes())
}

/// What a party of a try-out is sealed to: colleges by the form that the NL GOV encryption module prescribes, the others by
/// elliptic keys, so that both are seen.
pub(super) const fn usual_algorithm(role: Role) -> KeyAlgorithm {
    match role {
        Role::WerkEnInkomen => KeyAlgorithm::RsaOaep,
        _ => KeyAlgorithm::EcdhEs,
    }
}

/// What to do next with a gateway for real people.
fn begun(config: &Path, keys: &Path, vkey: &str, language: Language) -> String {
    tell!(
        language,
        "Configuratie: {config}\n\
         Sleutels: {keys}\n\
         Publieke sleutel van het log, voor wie het controleert:\n  {vkey}\n\
          Die van de ontvangstbewijzen: sluis keys show --config {config}\n\n\
         Nu:\n\
         1. Bewaar een kopie van de sleutels op een veilige plaats: wat ermee versleuteld is, is zonder die sleutels weg.\n\
         2. Zet certificaat, sleutel, vertrouwde CA's en CRL's neer zoals {config} ze noemt, en lees de rest ervan na.\n\
         3. sluis migrate --config {config}\n\
         4. sluis party add --help\n\
         5. sluis serve --config {config}",
        "Configuration: {config}\n\
         Keys: {keys}\n\
         The log's public key, for who checks it:\n  {vkey}\n\
          That of the receipts: sluis keys show --config {config}\n\n\
         Next:\n\
         1. Keep a copy of the keys in a safe place: without them, what they encrypted is gone.\n\
         2. Put certificate, key, trusted CAs and CRLs where {config} names them, and read through the rest of it.\n\
         3. sluis migrate --config {config}\n\
         4. sluis party add --help\n\
         5. sluis serve --config {config}",
        config = config.display(),
        keys = keys.display(),
    )
}

/// What to do next with a try-out.
fn tried(laid: &LaidOut, language: Language) -> String {
    let width = laid.parties.iter().map(|party| party.name.len()).max().unwrap_or_default();
    let receiver = laid.parties.iter().find(|one| one.party.role == Role::WerkEnInkomen);
    let folder = receiver.map(|one| laid.parties_folder.join(&one.name)).unwrap_or_default();
    let folder = folder.display();
    let config = laid.config_path.display();
    let mut lines = vec![
        language
            .pick(
                "Een proefopstelling met verzonnen partijen: nooit voor echte gegevens.",
                "A try-out with invented parties: never for real data.",
            )
            .to_owned(),
        String::new(),
        tell!(language, "Configuratie: {config}", "Configuration: {config}"),
        tell!(language, "Partijen, in {}:", "Parties, in {}:", laid.parties_folder.display()),
    ];
    lines.extend(laid.parties.iter().map(|one| format!("  {:width$}  {}", one.name, one.party)));
    lines.extend([
        String::new(),
        language.pick("Nu:", "Next:").to_owned(),
        format!("  sluis serve --config {config}"),
        language.pick("en in een ander venster:", "and in another window:").to_owned(),
        format!("  sluis client --profile-file {folder}/profile.toml keys publish {folder}/encryption.jwk"),
        format!("  sluis client --profile-file {folder}/profile.toml inbox"),
        format!("  sluis log verify --config {config}"),
        String::new(),
        language
            .pick(
                "docs/client.md speelt een overdracht van begin tot eind.",
                "docs/client.md plays a handover from begin to end.",
            )
            .to_owned(),
    ]);
    lines.join("\n")
}
