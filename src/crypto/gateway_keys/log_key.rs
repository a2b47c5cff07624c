//! The key that signs checkpoints, in the text form of `signed_note` (Go's sumdb): `PRIVATE+KEY+<name>+<id>+<base64>`.

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use signed_note::{is_key_name_valid, key_id};
use zeroize::Zeroizing;

use crate::merkle::note;

/// The type byte of Ed25519 in a signed note.
const ED25519: u8 = 1;

/// The text is not the private key of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the private key of a log: PRIVATE+KEY+<origin>+<id>+<base64>, with an origin without white space or plus sign"
)]
pub struct InvalidLogKey;

/// The Ed25519 key of a log, under the log's origin.
pub struct LogSecret {
    origin: String,
    seed: Zeroizing<[u8; 32]>,
    public: Vec<u8>,
}

impl LogSecret {
    /// The key that grows from a seed.
    ///
    /// # Errors
    /// [`InvalidLogKey`] when the origin cannot be a key's name.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self, InvalidLogKey> {
        if !is_key_name_valid(origin) || origin.chars().any(char::is_control) {
            return Err(InvalidLogKey);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| InvalidLogKey)?;
        let public = [&[ED25519], pair.public_key().as_ref()].concat();
        Ok(Self { origin: origin.to_owned(), seed: Zeroizing::new(*seed), public })
    }

    /// The log's origin, which is the key's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The verifier key in C2SP's form: `<origin>+<id>+<base64>`.
    #[must_use]
    pub fn vkey(&self) -> String {
        format!("{}+{:08x}+{}", self.origin, self.id(), STANDARD.encode(&self.public))
    }

    /// The private key as text, which `signed_note` takes.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&[ED25519], self.seed.as_slice()].concat());
        let key = Zeroizing::new(STANDARD.encode(&*bytes));
        Zeroizing::new(format!("PRIVATE+KEY+{}+{:08x}+{}", self.origin, self.id(), *key))
    }

    /// The key for `merkle::note`, which signs with it.
    ///
    /// # Errors
    /// [`InvalidLogKey`] when the origin is not one that a checkpoint may have.
    pub fn to_note_key(&self) -> Result<note::LogKey, InvalidLogKey> {
        let origin = self.origin.parse().map_err(|_| InvalidLogKey)?;
        note::LogKey::from_seed(origin, &self.seed).map_err(|_| InvalidLogKey)
    }

    pub(super) fn seed(&self) -> &[u8] {
        self.seed.as_slice()
    }

    fn id(&self) -> u32 {
        key_id(&self.origin, &self.public)
    }
}

impl FromStr for LogSecret {
    type Err = InvalidLogKey;

    fn from_str(text: &str) -> Result<Self, InvalidLogKey> {
        let rest = text.strip_prefix("PRIVATE+KEY+").ok_or(InvalidLogKey)?;
        let mut parts = rest.splitn(3, '+');
        let (Some(origin), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(InvalidLogKey);
        };
        let bytes = Zeroizing::new(STANDARD.decode(key).map_err(|_| InvalidLogKey)?);
        let [ED25519, seed @ ..] = bytes.as_slice() else { return Err(InvalidLogKey) };
        let key = Self::new(origin, seed.try_into().map_err(|_| InvalidLogKey)?)?;
        // The id in the text must be that of the key, and nothing may follow.
        if *key.expose() == text { Ok(key) } else { Err(InvalidLogKey) }
    }
}

impl fmt::Debug for LogSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogSecret({})", self.vkey())
    }
}
