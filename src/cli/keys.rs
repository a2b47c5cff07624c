//! `sluis keys`: the gateway's own keys.

mod show;

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    ConfigFile, Context, Exit, Failure, compose::Composed, faults::listed, language::tell, operated,
};
use crate::{
    crypto::gateway_keys::{GatewayKeys, KeyFileFault, KeyKind, MadeKey},
    exchange::{operate::OperateError, trouble::Trouble},
    store::writer::error::WriteError,
};

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
    pub command: KeysCommand,
}

/// What can be done with the gateway's keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
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
        let KeysCommand::Rotate { key } = self.command else { return show::show(&config, at).await };
        let refused = |faults: Vec<KeyFileFault>| {
            let is_full = faults.iter().any(|fault| fault.full_folder().is_some());
            let refused = Failure::configuration(listed(
                ("er is geen nieuwe versie van de sleutel gemaakt", "the key was not rotated"),
                &faults,
            ));
            if is_full {
                return refused.ending(Exit::TryAgain).now((
                    "maak ruimte op die schijf, en geef dan dezelfde opdracht nog eens; er is niets veranderd",
                    "make room on that disk, then run the same command again; nothing was changed",
                ));
            }
            refused.now((
                "er is niets veranderd: breng eerst de map met sleutels in orde; wat er ontbreekt, komt uit de back-up",
                "nothing was changed: correct the folder of keys first; what is missing comes from the backup",
            ))
        };
        GatewayKeys::load(&config.keys.dir, config.strict).map_err(refused)?;
        let composed =
            Composed::for_operator(&config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
        let made = GatewayKeys::make(&config.keys.dir, key.kind(), at.entropy.as_ref());
        let (version, file) = match made.map_err(refused) {
            Ok(made) => {
                let recorded = record(&composed, &made).await;
                composed.close().await;
                let version = made.version();
                (version, settle(made, recorded)?)
            }
            Err(failure) => {
                composed.close().await;
                return Err(failure);
            }
        };
        let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(refused)?;
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

async fn record(composed: &Composed, made: &MadeKey) -> Result<(), OperateError> {
    composed.exchange.record_key_rotation(made.kind(), made.version(), made.print()).await
}

/// Puts in place what was recorded, and takes away what surely was not; answers where the key is.
fn settle(made: MadeKey, recorded: Result<(), OperateError>) -> Result<PathBuf, Failure> {
    let not_in_place = |fault| {
        Failure::configuration(listed(
            (
                "de rotatie is vastgelegd, maar de nieuwe versie staat nog niet op haar plaats",
                "the rotation is recorded, but the new version is not in place yet",
            ),
            &[fault],
        ))
        .now((
            "de eerstvolgende start of SIGHUP zet haar op haar plaats: kijk of er in de map geschreven mag worden",
            "the next start or SIGHUP puts it in place: check whether the folder may be written in",
        ))
    };
    match recorded {
        Ok(()) => made.put_in_place().map_err(not_in_place),
        // It may be in the database: only the next start knows.
        Err(OperateError::Trouble(trouble @ Trouble::Write(WriteError::Unknown(_)))) => {
            Err(operated::trouble(trouble))
        }
        Err(error) => {
            if let Err(fault) = made.take_away() {
                tracing::warn!(error_code = "key_not_taken_away", cause = %fault, "a key that was not recorded stands in the folder");
            }
            Err(match error {
                OperateError::Taken => Failure::new(
                    Exit::TryAgain,
                    (
                        "op een andere machine is deze sleutel intussen ook geroteerd",
                        "this key was rotated on another machine meanwhile",
                    ),
                )
                .now((
                    "breng die versie naar deze map voordat hier iets start of roteert",
                    "bring that version to this folder before anything starts or rotates here",
                )),
                other => operated::failure(other),
            })
        }
    }
}
