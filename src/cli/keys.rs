//! `sluis keys`: the gateway's own keys.

mod show;

use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    ConfigFile, Context, Exit, Failure, compose::Composed, faults::listed, language::tell, operated,
};
use crate::crypto::gateway_keys::{GatewayKeys, KeyKind};

/// The arguments of `sluis keys`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A new version stands beside the former ones, which must stay: they open and verify what was made with them. Bring the new
file to every gateway of the same database before the first reads it, on SIGHUP or at its start. That a key is rotated is an entry in the log, which
comes first: without the database no key is made.

Examples:
  sluis keys show --config /etc/sluis/sluis.toml
  sluis keys rotate pseudonym --config /etc/sluis/sluis.toml")]
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
    /// Show every public key in the forms that profiles take, and which versions there are.
    Show,
    /// Make a new version of a key; older versions stay for what was made with them.
    Rotate {
        /// Which key.
        #[arg(value_enum, value_name = "KIND")]
        key: GatewayKey,
    },
}

/// The keys of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GatewayKey {
    /// Encrypts what is kept about a person.
    AtRest,
    /// Turns references of persons into pseudonyms.
    Pseudonym,
    /// Signs receipts.
    Receipt,
    /// Signs the log's checkpoints.
    Log,
}

impl GatewayKey {
    const fn kind(self) -> KeyKind {
        match self {
            Self::AtRest => KeyKind::AtRest,
            Self::Pseudonym => KeyKind::Pseudonym,
            Self::Receipt => KeyKind::Receipt,
            Self::Log => KeyKind::Log,
        }
    }

    /// What is left to do once it is in use.
    const fn afterwards(self) -> [&'static str; 2] {
        match self {
            Self::AtRest | Self::Pseudonym => [
                "Nieuwe gegevens komen onder de nieuwe versie; wat er al is blijft onder de vorige leesbaar.",
                "New data come under the new version; what is there already stays readable under the former.",
            ],
            Self::Receipt => [
                "Geef de partijen de nieuwe publieke sleutel (`receipt_key` in hun profiel); bewaar de vorige voor oude ontvangstbewijzen.",
                "Give the parties the new public key (`receipt_key` in their profiles); keep the former for old receipts.",
            ],
            Self::Log => [
                "Geef iedereen die het log controleert de nieuwe vkey (`log_vkey`); de kop draagt hem vanaf de eerstvolgende regel.",
                "Give everyone who checks the log the new vkey (`log_vkey`); the head bears it from the next entry on.",
            ],
        }
    }
}

impl Keys {
    /// Runs it.
    ///
    /// # Errors
    /// When the configuration or the folder of keys is not in order, the log cannot be written, or the new key cannot.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let config = self.config.read()?;
        let Action::Rotate { key } = self.action else { return show::show(&config, at) };
        let refused = |faults: Vec<_>| {
            Failure::configuration(listed(
                ("er is geen nieuwe versie van de sleutel gemaakt", "the key was not rotated"),
                &faults,
            ))
            .now((
                "er is niets veranderd: breng eerst de map met sleutels in orde",
                "nothing was changed: correct the folder of keys first",
            ))
        };
        GatewayKeys::load(&config.keys.dir, config.strict).map_err(refused)?;
        let composed =
            Composed::for_operator(&config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
        let recorded = composed.exchange.record_key_rotation(key.kind()).await;
        composed.close().await;
        recorded.map_err(operated::trouble)?;
        let version =
            GatewayKeys::rotate(&config.keys.dir, key.kind(), at.entropy.as_ref()).map_err(refused)?;
        let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(refused)?;
        let file = config.keys.dir.join(key.kind().file_name(version));
        let public = match key {
            GatewayKey::AtRest | GatewayKey::Pseudonym => None,
            GatewayKey::Receipt => Some(keys.receipt.signing().public_jwk().to_string()),
            GatewayKey::Log => Some(keys.log.signing().vkey()),
        };
        let document =
            json!({ "key": key.kind().as_str(), "version": version, "file": file, "public": public });
        let language = at.out.language();
        at.out.show(&document, || {
            let [nl, en] = key.afterwards();
            let afterwards = language.pick(nl, en);
            let public = public.as_ref().map(|text| format!("\n  {text}")).unwrap_or_default();
            tell!(
                language,
                "Nieuwe versie {version}: {file}{public}\n\
                 Zet dit bestand bij elke gateway op deze database, maak een back-up, en laat ze het lezen (SIGHUP of herstart).\n{afterwards}",
                "New version {version}: {file}{public}\n\
                 Bring this file to every gateway on this database, make a backup, and let them read it (SIGHUP or restart).\n{afterwards}",
                file = file.display()
            )
        })?;
        Ok(Exit::Done)
    }
}
