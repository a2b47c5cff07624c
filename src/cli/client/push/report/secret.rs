//! The secret of a batch, under which its lines have their Idempotency-Keys.

use std::{
    fs::{File, TryLockError},
    io::{Read, Write},
    path::Path,
};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    cli::{Exit, Failure, files, language::both},
    domain::id::Entropy,
};

/// How many bytes of the HMAC become the key: 24, which are 32 characters.
const KEY_BYTES: usize = 24;

/// The secret of a batch: whoever has it can tell which bodies were sent.
#[derive(Debug)]
pub(super) struct Secret(hmac::Key);

impl Secret {
    /// A new one, which is kept nowhere.
    pub(super) fn new(entropy: &dyn Entropy) -> Result<Self, Failure> {
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &random(entropy)?)))
    }

    /// The one in this file, which must be there.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| no_key(path, error))?;
        Self::of(path, &text)
    }

    /// Opens the file with the key of the batch, makes it when it is new, and takes the lock on it.
    pub(super) fn open(
        path: &Path,
        report: &Path,
        must_exist: bool,
        entropy: &dyn Entropy,
    ) -> Result<(File, Self), Failure> {
        let mut options = files::private_options();
        options.read(true).write(true).create(!must_exist);
        let mut file = options.open(path).map_err(|error| {
            // A report that begins here has no key yet that could be lost.
            if must_exist { no_key(path, error) } else { Failure::unwritable(report, error) }
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new(
                    Exit::TryAgain,
                    (
                        "dezelfde opdracht is al bezig met dit verslag",
                        "another run is working on this report",
                    ),
                )
                .now((
                    "wacht tot dat klaar is, of noem met --report een ander verslag",
                    "wait for it to end, or name another report with --report",
                )));
            }
            Err(TryLockError::Error(error)) => return Err(Failure::unwritable(path, error)),
        }
        files::check_private(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| Failure::unreadable(path, error))?;
        if text.is_empty() && !must_exist {
            text = hex::encode(random(entropy)?);
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            written.map_err(|error| Failure::unwritable(path, error))?;
        }
        Ok((file, Self::of(path, &text)?))
    }

    /// The Idempotency-Key of a body on a route.
    pub(super) fn key(&self, route: &str, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"sluis-batch-v1\n");
        context.update(route.as_bytes());
        context.update(b"\n");
        context.update(body);
        let tag = context.sign();
        URL_SAFE_NO_PAD.encode(tag.as_ref().get(..KEY_BYTES).unwrap_or_default())
    }

    fn of(path: &Path, text: &str) -> Result<Self, Failure> {
        let secret = hex::decode(text.trim()).ok().filter(|secret| secret.len() == 32).ok_or_else(|| {
            Failure::configuration(both!(
                "`{}` is geen sleutel van een reeks",
                "`{}` is no key of a batch",
                path.display()
            ))
            .now(("zet het bestand terug zoals het was", "put back the file as it was"))
        })?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }
}

fn random(entropy: &dyn Entropy) -> Result<[u8; 32], Failure> {
    let mut secret = [0; 32];
    entropy.fill(&mut secret).map_err(|error| {
        Failure::internal(("kan geen sleutel maken voor deze reeks", "cannot make a key for the batch"))
            .because(error)
    })?;
    Ok(secret)
}

fn no_key(path: &Path, error: std::io::Error) -> Failure {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Failure::unreadable(path, error).ending(Exit::Configuration);
    }
    Failure::configuration(both!(
        "kan de sleutel van de reeks niet openen, `{}`",
        "cannot open the key of the batch, `{}`",
        path.display()
    ))
    .because(error)
    .now((
        "hij hoort bij het verslag: zonder hem zijn de gestuurde regels niet te herkennen; zet hem terug",
        "it belongs to the report: without it the lines that were sent cannot be recognised; put it back",
    ))
}
