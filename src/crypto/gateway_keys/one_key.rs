//! One secret in one file.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use zeroize::Zeroizing;

use super::{kind::KeyKind, log_key::LogSecret};
use crate::{
    crypto::sign::ReceiptKey,
    domain::{digest::Digest, pem::unmarked_text},
};

/// What a secret key is asked to authenticate, so that it can be told from another.
const CHECKED: &[u8] = b"sluis-key-check";

/// One secret, of whichever kind.
pub(super) enum OneKey {
    Bytes(Zeroizing<[u8; 32]>),
    Receipt(ReceiptKey),
    Log(LogSecret),
}

impl OneKey {
    /// The secret in a file of this kind; none where that holds something else.
    pub(super) fn read(kind: KeyKind, content: &str) -> Option<Self> {
        let content = unmarked_text(content);
        Some(match kind {
            KeyKind::AtRest | KeyKind::Pseudonym => {
                let mut bytes = Zeroizing::new([0; 32]);
                hex::decode_to_slice(content.trim(), bytes.as_mut_slice()).ok()?;
                let [first, rest @ ..] = &*bytes;
                if rest.iter().all(|byte| byte == first) {
                    return None;
                }
                Self::Bytes(bytes)
            }
            KeyKind::Receipt => Self::Receipt(ReceiptKey::from_pem(content).ok()?),
            KeyKind::Log => Self::Log(content.trim().parse().ok()?),
        })
    }

    /// Names the secret whatever file, spelling or origin it comes in. It stays in memory.
    pub(super) fn fingerprint(&self) -> Digest {
        match self {
            Self::Bytes(bytes) => Digest::of(bytes.as_slice()),
            Self::Receipt(key) => Digest::of(key.kid().as_bytes()),
            Self::Log(key) => Digest::of(key.seed()),
        }
    }

    /// Tells the key from another, for the database.
    pub(super) fn print(&self) -> Digest {
        match self {
            Self::Bytes(bytes) => {
                let tag = hmac::sign(&hmac::Key::new(HMAC_SHA256, bytes.as_slice()), CHECKED);
                let mut print = [0; 32];
                for (slot, byte) in print.iter_mut().zip(tag.as_ref()) {
                    *slot = *byte;
                }
                Digest(print)
            }
            Self::Receipt(key) => Digest::of(key.kid().as_bytes()),
            Self::Log(key) => Digest::of(key.vkey().as_bytes()),
        }
    }
}
