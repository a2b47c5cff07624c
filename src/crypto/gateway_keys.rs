//! The gateway's own keys: files in one folder that only their owner can read.
//!
//! | file | content |
//! |---|---|
//! | `at-rest.v1.key` | 32 bytes in hexadecimal: encrypts what is kept about a person |
//! | `pseudonym.v1.key` | 32 bytes in hexadecimal: makes pseudonyms |
//! | `receipt.v1.pem` | P-256 private key (PKCS#8): signs receipts |
//! | `log.v1.key` | `PRIVATE+KEY+<origin>+<id>+<base64>` (signed-note): signs checkpoints |
//!
//! A new version stands beside the old ones: the highest is used, the others still open and verify. Until the database knows it,
//! its name ends in `.new`. `keys.example/` shows every file with throw-away content.

mod example;
mod fault;
mod files;
pub(super) mod in_vain;
mod kind;
mod log_key;
mod one_key;
mod prints;
mod rotation;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use self::in_vain::{InVain, Looked};
use super::{at_rest::AtRest, pseudonym::PseudonymKeys, sign::ReceiptKey};
use crate::domain::{digest::Digest, id::Entropy};

pub use fault::KeyFileFault;
pub use kind::{KeyKind, UnknownKind};
pub use log_key::{InvalidLogKey, LogSecret};
use one_key::OneKey;
pub use prints::{Departure, KeyPrints};
pub use rotation::MadeKey;

/// The receipt keys by version: the highest signs, the public halves of all are published.
#[derive(Debug)]
pub struct ReceiptKeys {
    newest: ReceiptKey,
    older: Vec<ReceiptKey>,
}

impl ReceiptKeys {
    /// The key that signs.
    #[must_use]
    pub const fn signing(&self) -> &ReceiptKey {
        &self.newest
    }

    /// All of them, newest first.
    pub fn all(&self) -> impl Iterator<Item = &ReceiptKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The public halves as a JWK set (RFC 7517, section 5), newest first.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys: Vec<_> =
            std::iter::once(&self.newest).chain(&self.older).map(ReceiptKey::public_jwk).collect();
        json!({ "keys": keys })
    }
}

/// The log keys by version: the highest signs, the verifier keys of all are published. One origin.
#[derive(Debug)]
pub struct LogKeys {
    newest: LogSecret,
    older: Vec<LogSecret>,
}

impl LogKeys {
    /// The key that signs.
    #[must_use]
    pub const fn signing(&self) -> &LogSecret {
        &self.newest
    }

    /// The verifier keys (C2SP `vkey`), newest first.
    #[must_use]
    pub fn vkeys(&self) -> Vec<String> {
        std::iter::once(&self.newest).chain(&self.older).map(LogSecret::vkey).collect()
    }
}

/// The gateway's keys, read and checked.
pub struct GatewayKeys {
    /// Encrypts what is kept about a person.
    pub at_rest: Arc<AtRest>,
    /// Makes pseudonyms.
    pub pseudonym: PseudonymKeys,
    /// Signs receipts.
    pub receipt: ReceiptKeys,
    /// Signs checkpoints.
    pub log: LogKeys,
    /// Which they are.
    pub prints: KeyPrints,
}

impl fmt::Debug for GatewayKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GatewayKeys({:?}, {:?}, redacted)", self.at_rest, self.pseudonym)
    }
}

impl GatewayKeys {
    /// Makes version 1 of all keys in the folder, which is made where it is missing. `origin` is the log's (`log-format.md`).
    /// The receipt key takes OpenSSL's randomness.
    ///
    /// # Errors
    /// Every fault; nothing is written when any key is there already.
    pub fn generate(folder: &Path, origin: &str, entropy: &dyn Entropy) -> Result<(), Vec<KeyFileFault>> {
        files::make_folder(folder).map_err(|fault| vec![fault])?;
        let (found, mut faults) = files::list(folder);
        faults
            .extend(found.values().flat_map(BTreeMap::values).map(|path| KeyFileFault::Exists(path.clone())));
        if !faults.is_empty() {
            return Err(faults);
        }
        for kind in KeyKind::ALL {
            let content = new_content(kind, origin, entropy).map_err(|fault| vec![fault])?;
            files::write(&folder.join(kind.file_name(1)), &content).map_err(|fault| vec![fault])?;
        }
        Ok(())
    }

    /// Reads all keys. `strict` refuses the content of `keys.example/`; only rehearsals may do without.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn load(folder: &Path, strict: bool) -> Result<Self, Vec<KeyFileFault>> {
        let (found, mut faults) = files::list(folder);
        let mut read = Read::default();
        for kind in KeyKind::ALL {
            let versions = found.get(&kind).cloned().unwrap_or_default();
            if versions.is_empty() {
                faults.push(KeyFileFault::Missing(kind.file_name(1)));
            }
            for (version, path) in versions {
                match files::read(&path) {
                    Ok(content) => read.take(kind, version, path, &content, strict, &mut faults),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        if faults.is_empty() { read.finish(folder) } else { Err(faults) }
    }

    /// Which versions of a kind the folder holds, newest first.
    #[must_use]
    pub fn versions(folder: &Path, kind: KeyKind) -> Vec<u32> {
        let (found, _) = files::list(folder);
        found.get(&kind).into_iter().flat_map(BTreeMap::keys).copied().rev().collect()
    }
}

fn new_content(
    kind: KeyKind,
    origin: &str,
    entropy: &dyn Entropy,
) -> Result<Zeroizing<String>, KeyFileFault> {
    let mut secret = Zeroizing::new([0; 32]);
    entropy.fill(secret.as_mut_slice())?;
    let text = match kind {
        KeyKind::AtRest | KeyKind::Pseudonym => Zeroizing::new(hex::encode(*secret)),
        KeyKind::Receipt => ReceiptKey::generate_pem().map_err(|_| KeyFileFault::NotMade)?,
        KeyKind::Log => LogSecret::new(origin, &secret).map_err(|_| KeyFileFault::Origin)?.expose(),
    };
    Ok(Zeroizing::new(format!("{}\n", text.trim_end())))
}

#[derive(Default)]
struct Read {
    at_rest: Vec<(u32, Zeroizing<[u8; 32]>)>,
    pseudonym: Vec<(u32, Zeroizing<[u8; 32]>)>,
    receipt: Vec<ReceiptKey>,
    log: Vec<LogSecret>,
    secrets: BTreeMap<Digest, PathBuf>,
    prints: Vec<(KeyKind, u32, Digest)>,
}

impl Read {
    /// Takes one file; versions come in rising order.
    fn take(
        &mut self,
        kind: KeyKind,
        version: u32,
        path: PathBuf,
        content: &str,
        strict: bool,
        faults: &mut Vec<KeyFileFault>,
    ) {
        let Some(key) = OneKey::read(kind, content) else {
            faults.push(KeyFileFault::Malformed { path, expected: kind.content() });
            return;
        };
        let secret = key.fingerprint();
        if strict && example::holds(&secret) {
            faults.push(KeyFileFault::Example(path.clone()));
        }
        self.prints.push((kind, version, key.print()));
        if let Some(other) = self.secrets.insert(secret, path.clone()) {
            faults.push(KeyFileFault::Twice(other, path));
        }
        match (key, kind) {
            (OneKey::Bytes(bytes), KeyKind::AtRest) => self.at_rest.push((version, bytes)),
            (OneKey::Bytes(bytes), _) => self.pseudonym.push((version, bytes)),
            (OneKey::Receipt(key), _) => self.receipt.push(key),
            (OneKey::Log(key), _) => self.log.push(key),
        }
    }

    fn finish(mut self, folder: &Path) -> Result<GatewayKeys, Vec<KeyFileFault>> {
        let missing = |kind: KeyKind| vec![KeyFileFault::Missing(kind.file_name(1))];
        let at_rest = AtRest::new(self.at_rest).map_err(|_| missing(KeyKind::AtRest))?;
        let (later, in_vain) = (folder.to_owned(), InVain::default());
        let read = move |version| {
            let read = || {
                let content = files::read(&later.join(KeyKind::AtRest.file_name(version))).ok()?;
                match OneKey::read(KeyKind::AtRest, &content)? {
                    OneKey::Bytes(bytes) => Some(bytes),
                    OneKey::Receipt(_) | OneKey::Log(_) => None,
                }
            };
            match in_vain.look(&later, Instant::now(), read) {
                Looked::Found(bytes) => Some(bytes),
                Looked::InVain | Looked::Not => None,
            }
        };
        let at_rest = Arc::new(at_rest.reading_later(Box::new(read)));
        let pseudonym = PseudonymKeys::new(self.pseudonym).map_err(|_| missing(KeyKind::Pseudonym))?;
        let newest = self.receipt.pop().ok_or_else(|| missing(KeyKind::Receipt))?;
        self.receipt.reverse();
        let receipt = ReceiptKeys { newest, older: self.receipt };
        let newest = self.log.pop().ok_or_else(|| missing(KeyKind::Log))?;
        if self.log.iter().any(|key| key.origin() != newest.origin()) {
            return Err(vec![KeyFileFault::Origins]);
        }
        self.log.reverse();
        let log = LogKeys { newest, older: self.log };
        Ok(GatewayKeys { at_rest, pseudonym, receipt, log, prints: self.prints.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests;
