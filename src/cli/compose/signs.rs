//! What signs the log and seals rows: the gateway's own keys, as they were read last.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use arc_swap::ArcSwap;

use crate::{
    accesslog::entry::{OpenError, OpenedPart, SealedBody},
    cli::Failure,
    crypto::{
        at_rest::AtRest,
        gateway_keys::{GatewayKeys, KeyKind},
        log_verifiers::LogVerifiers,
    },
    merkle::{
        checkpoint::Checkpoint,
        note::{LogKey, LogVerifier, read_unchecked},
    },
    store::{
        SealsRows,
        writer::{SigningFailed, SignsCheckpoint},
    },
};

/// Signs heads with the key that was read last.
#[derive(Debug)]
pub(super) struct Signs {
    newest: ArcSwap<LogKey>,
    /// Of all versions: another gateway may still sign with an older one, or with a newer one already.
    known: LogVerifiers,
    at_rest: ArcSwap<AtRest>,
    /// The newest version of the at-rest key that was said to be missing.
    missed: AtomicU32,
}

impl Signs {
    pub(super) fn with(keys: &GatewayKeys, folder: &Path) -> Result<Self, Failure> {
        Ok(Self {
            newest: ArcSwap::from_pointee(note_key(keys)?),
            known: LogVerifiers::of(verifiers(keys)?, folder),
            at_rest: ArcSwap::new(Arc::clone(&keys.at_rest)),
            missed: AtomicU32::new(0),
        })
    }

    pub(super) fn turn(&self, keys: &GatewayKeys) -> Result<(), Failure> {
        let (newest, known) = (note_key(keys)?, verifiers(keys)?);
        self.known.turn(known);
        self.at_rest.store(Arc::clone(&keys.at_rest));
        self.newest.store(Arc::new(newest));
        Ok(())
    }

    /// The origin of the log that it signs.
    pub(super) fn signs_for(&self, key: &LogKey) -> bool {
        key.origin() == self.newest.load().origin()
    }

    /// Says once of each version that it is missing here.
    fn miss(&self, sealed: &[u8]) {
        let Some(version) = self.at_rest.load().lacks(sealed) else { return };
        if self.missed.fetch_max(version, Ordering::Relaxed) < version {
            tracing::error!(
                error_code = "key_missing",
                name = KeyKind::AtRest.file_name(version),
                "rows are sealed under a version of a key that this gateway does not have: bring the file from where it was rotated"
            );
        }
    }
}

impl SignsCheckpoint for Signs {
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed> {
        SignsCheckpoint::sign(self.newest.load().as_ref(), checkpoint)
    }

    fn open(&self, note: &str) -> Option<Checkpoint> {
        let opened = self.known.open(note, Instant::now());
        if opened.as_ref().is_err_and(|unsigned| unsigned.looked) {
            let newest = self.newest.load();
            let is_of_this_log =
                read_unchecked(note).is_ok_and(|checkpoint| checkpoint.origin == *newest.origin());
            if is_of_this_log {
                tracing::error!(
                    error_code = "key_missing",
                    name = "log.v<number>.key",
                    "the head of the log is signed with a key that this gateway does not have, or is forged: where the key was rotated \
                     on another machine, bring the file from there"
                );
            }
        }
        opened.ok()
    }
}

impl SealsRows for Signs {
    fn seal(&self, bytes: &[u8]) -> Vec<u8> {
        self.at_rest.load().digest(bytes)
    }

    fn is_sealed(&self, bytes: &[u8], seal: &[u8]) -> bool {
        let holds = self.at_rest.load().has_digested(bytes, seal);
        if !holds {
            self.miss(seal);
        }
        holds
    }

    fn open(&self, body: &SealedBody) -> Result<OpenedPart, OpenError> {
        SealsRows::open(self.at_rest.load().as_ref(), body)
    }
}

pub(super) fn note_key(keys: &GatewayKeys) -> Result<LogKey, Failure> {
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
