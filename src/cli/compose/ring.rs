//! The keys that a running gateway works with, and how they are replaced.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;

use super::keys;
use crate::{
    accesslog::entry::{OpenError, OpenedPart, SealedBody},
    cli::{Failure, language::both},
    config::Config,
    crypto::{
        at_rest::AtRest,
        gateway_keys::{GatewayKeys, KeyPrints},
    },
    exchange::{Exchange, Keys},
    merkle::{
        checkpoint::Checkpoint,
        note::{LogKey, LogVerifier},
    },
    store::{
        Store,
        register::SealsRows,
        writer::{SigningFailed, SignsCheckpoint},
    },
};

/// Signs heads with the key that was read last.
#[derive(Debug)]
pub(super) struct Signs {
    newest: ArcSwap<LogKey>,
    /// Of all versions: another gateway may still sign with an older one, or with a newer one already.
    known: ArcSwap<Vec<LogVerifier>>,
    folder: PathBuf,
    at_rest: ArcSwap<AtRest>,
}

impl Signs {
    pub(super) fn with(keys: &GatewayKeys, folder: &Path) -> Result<Self, Failure> {
        Ok(Self {
            folder: folder.to_owned(),
            newest: ArcSwap::from_pointee(note_key(keys)?),
            known: ArcSwap::from_pointee(verifiers(keys)?),
            at_rest: ArcSwap::new(Arc::clone(&keys.at_rest)),
        })
    }

    fn turn(&self, keys: &GatewayKeys) -> Result<(), Failure> {
        let (newest, known) = (note_key(keys)?, verifiers(keys)?);
        self.known.store(Arc::new(known));
        self.at_rest.store(Arc::clone(&keys.at_rest));
        self.newest.store(Arc::new(newest));
        Ok(())
    }
}

impl SignsCheckpoint for Signs {
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed> {
        SignsCheckpoint::sign(self.newest.load().as_ref(), checkpoint)
    }

    fn open(&self, note: &str) -> Option<Checkpoint> {
        let known = self.known.load().iter().find_map(|log| log.open(note).ok());
        known.or_else(|| {
            // One of two gateways is always the first to sign with a new version.
            let keys = GatewayKeys::load(&self.folder, false).ok()?;
            let later = verifiers(&keys).ok()?;
            let opened = later.iter().find_map(|log| log.open(note).ok())?;
            self.known.store(Arc::new(later));
            Some(opened)
        })
    }
}

impl SealsRows for Signs {
    fn seal(&self, bytes: &[u8]) -> Vec<u8> {
        self.at_rest.load().digest(bytes)
    }

    fn is_sealed(&self, bytes: &[u8], seal: &[u8]) -> bool {
        self.at_rest.load().has_digested(bytes, seal)
    }

    fn open(&self, body: &SealedBody) -> Result<OpenedPart, OpenError> {
        SealsRows::open(self.at_rest.load().as_ref(), body)
    }
}

fn note_key(keys: &GatewayKeys) -> Result<LogKey, Failure> {
    keys.log.signing().to_note_key().map_err(|_| {
        Failure::configuration(("de sleutel van het logboek kan niet tekenen", "the log key cannot sign"))
    })
}

pub(in crate::cli) fn verifiers(keys: &GatewayKeys) -> Result<Vec<LogVerifier>, Failure> {
    keys.log.vkeys().iter().map(|vkey| LogVerifier::from_vkey(vkey)).collect::<Result<_, _>>().map_err(|_| {
        Failure::configuration((
            "de sleutel van het logboek is niet te gebruiken",
            "the log key cannot be used",
        ))
    })
}

/// The keys that a gateway works with, where they can be replaced.
#[derive(Debug)]
pub(in crate::cli) struct Ring {
    signs: Arc<Signs>,
    prints: ArcSwap<KeyPrints>,
}

impl Ring {
    pub(super) fn new(signs: Arc<Signs>, prints: KeyPrints) -> Self {
        Self { signs, prints: ArcSwap::from_pointee(prints) }
    }

    /// Reads the folder of keys again and works with what is new in it; answers whether anything was. Every version that is
    /// in use must still be there, and the database must know every new one.
    ///
    /// # Errors
    /// [`Failure`]; then everything stays as it was.
    pub(in crate::cli) async fn turn(
        &self,
        config: &Config,
        store: &Store,
        exchange: &Exchange,
    ) -> Result<bool, Failure> {
        let keys = keys::known_to(config, store).await?;
        let missing = keys.prints.missing_of(&self.prints.load());
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Failure::configuration(both!(
                "sleutels die in gebruik zijn, zijn weg of veranderd: {missing}",
                "keys that are in use are gone or changed: {missing}"
            )));
        }
        if keys.prints == **self.prints.load() {
            return Ok(false);
        }
        let note_key = note_key(&keys)?;
        if note_key.origin() != self.signs.newest.load().origin() {
            return Err(Failure::configuration((
                "de sleutel van het logboek hoort bij een ander logboek",
                "the log key is of another log",
            )));
        }
        self.signs.turn(&keys)?;
        exchange.take_keys(Keys {
            at_rest: keys.at_rest,
            pseudonyms: Arc::new(keys.pseudonym),
            receipts: Arc::new(keys.receipt),
        });
        self.prints.store(Arc::new(keys.prints));
        Ok(true)
    }
}
