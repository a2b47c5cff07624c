//! A single push that has no answer yet.
//!
//! Until the answer was printed, `<FILE>.unanswered` stands beside the file with the key that it was sent under: the same
//! command after a crash is the same push, and not a second one. It holds nothing of the file but an HMAC under a random
//! secret.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::gateway::CallError;
use crate::{
    cli::{
        Failure, files,
        language::{Said, both},
    },
    domain::{id::Entropy, json},
};

/// How many bytes of the HMAC become the key: 24, which are 32 characters.
const KEY_BYTES: usize = 24;

/// The key of a push, until its answer was printed.
#[derive(Debug)]
pub struct Pending {
    key: String,
    /// None when nothing is kept: the user has the key, or the input is standard input.
    kept: Option<PathBuf>,
    resumed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Unanswered {
    /// 32 random bytes, in hexadecimal.
    secret: String,
    /// The key: an HMAC of the route and the body under the secret.
    key: String,
}

impl Pending {
    /// A push under a key of the user's own.
    #[must_use]
    pub const fn under(key: String) -> Self {
        Self { key, kept: None, resumed: false }
    }

    /// The key for this body: that of an earlier try without an answer, or a new one, which is on the disk before anything is
    /// sent. Standard input cannot be read again, so nothing is kept for it.
    ///
    /// # Errors
    /// When the key cannot be written beside the file; and, unless `changed` says so, when an earlier try of another content
    /// had no answer.
    pub fn begin(
        file: &Path,
        route: &str,
        body: &[u8],
        changed: bool,
        entropy: &dyn Entropy,
    ) -> Result<Self, Failure> {
        let mut secret = [0; 32];
        entropy.fill(&mut secret).map_err(|error| {
            Failure::internal(("kan geen sleutel maken", "cannot make a key")).because(error)
        })?;
        let key = key_of(&secret, route, body);
        if file == Path::new("-") {
            return Ok(Self::under(key));
        }
        let path = files::beside(file, "unanswered");
        if let Some((secret, earlier)) = read(&path, route)? {
            if key_of(&secret, route, body) == earlier {
                return Ok(Self { key: earlier, kept: Some(path), resumed: true });
            }
            if !changed {
                return Err(Failure::usage(both!(
                    "`{}` is eerder gestuurd, kreeg geen antwoord, en is nu anders; er is niets gestuurd", "`{}` was sent before, had no answer, and is different now; nothing was sent",
                    file.display()
                ))
                .now(both!(
                    "zet het bestand terug zoals het was en geef dezelfde opdracht nog eens; of kijk in `sluis client {list}` of het is \
                     aangenomen, en geef dan --changed, dat `{path}` vergeet", "put back the file as it was and run the same command again; or look in `sluis client {list}` whether it was \
                     accepted, and then add --changed, which forgets `{path}`",
                    list = list_of(route),
                    path = path.display()
                )));
            }
        }
        let kept = Unanswered { secret: hex::encode(secret), key: key.clone() };
        let bytes = serde_json::to_vec(&kept).map_err(|error| {
            Failure::internal(("kan geen JSON maken van een sleutel", "cannot make JSON of a key"))
                .because(error)
        })?;
        files::replace_private(&path, &bytes).map_err(|failure| {
            failure.now((
                "zet het bestand in een map waarin u mag schrijven, of geef --idempotency-key",
                "copy the file to a folder in which you may write, or give --idempotency-key",
            ))
        })?;
        Ok(Self { key, kept: Some(path), resumed: false })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether an earlier try under this key had no answer.
    #[must_use]
    pub const fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// What to do when there is no answer.
    #[must_use]
    pub fn advice(&self) -> Said {
        if self.kept.is_some() {
            return Said::new(
                "misschien is het aangenomen: geef dezelfde opdracht nog eens, dan wordt het niet twee keer verstuurd",
                "it may have been accepted: run the same command again, it cannot be sent twice",
            );
        }
        both!(
            "geef dezelfde opdracht nog eens met --idempotency-key {}: onder een sleutel wordt niets twee keer verstuurd",
            "run the same command again with --idempotency-key {}: it cannot be sent twice under one key",
            self.key
        )
    }

    /// The answer was printed: the next push of this file is another one.
    ///
    /// # Errors
    /// When what was kept cannot be removed.
    pub fn end(&self) -> Result<(), Failure> {
        let Some(path) = &self.kept else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::unwritable(path, error)),
            _ => Ok(()),
        }
    }
}

/// The secret and the key of an earlier try, if one is left.
fn read(path: &Path, route: &str) -> Result<Option<(Vec<u8>, String)>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::unreadable(path, error)),
    };
    let kept = json::typed::<Unanswered>(&bytes).ok();
    let kept = kept.and_then(|kept| Some((hex::decode(kept.secret).ok()?, kept.key)));
    kept.map(Some).ok_or_else(|| {
        let list = list_of(route);
        Failure::usage(both!("`{}` is beschadigd", "`{}` is damaged", path.display())).now(both!(
            "kijk in `sluis client {list}` of het is aangenomen, en gooi dan dit bestand weg",
            "look in `sluis client {list}` whether it was accepted, then remove this file"
        ))
    })
}

/// On which list what was sent on this route stands.
fn list_of(route: &str) -> &'static str {
    match route {
        "/v1/declarations" => "declarations",
        "/v1/requests" => "asked",
        _ => "outbox",
    }
}

fn key_of(secret: &[u8], route: &str, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(b"sluis-push-v1\n");
    context.update(route.as_bytes());
    context.update(b"\n");
    context.update(body);
    let tag = context.sign();
    URL_SAFE_NO_PAD.encode(tag.as_ref().get(..KEY_BYTES).unwrap_or_default())
}

/// The failure of a single push, after which the same command is the same push where it may have been accepted.
pub(super) fn unaccepted(error: CallError, pending: &Pending) -> Failure {
    let doubtful = match &error {
        CallError::Unanswered { doubtful, .. } => *doubtful,
        CallError::Problem(problem) => problem.status >= 500,
        CallError::NotTrusted(_) => false,
        CallError::TooLarge(_) | CallError::NotUnderstood(_) => true,
    };
    let failure = Failure::from(error);
    if doubtful {
        return failure.now(pending.advice());
    }
    // Nothing was done under this key. That its file cannot be removed changes nothing: the next try is the same one.
    drop(pending.end());
    failure
}
