//! Pseudonyms: how the gateway recognises a person's number without keeping it.

use std::collections::BTreeMap;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use zeroize::Zeroizing;

use crate::domain::digest::Digest;

/// A pseudonym under one version of the key. It never leaves the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudonym {
    /// The version of the key that made it.
    pub version: u32,
    /// The HMAC-SHA-256.
    pub value: Digest,
}

/// The pseudonym keys by version: the highest makes new pseudonyms, all recognise.
pub struct PseudonymKeys(BTreeMap<u32, Key>);

/// The ring of pseudonym keys is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ring of pseudonym keys is empty")]
pub struct NoPseudonymKey;

impl PseudonymKeys {
    /// A ring of 32-byte keys by version. The bytes are wiped.
    ///
    /// # Errors
    /// [`NoPseudonymKey`] when there is none.
    pub fn new(keys: impl IntoIterator<Item = (u32, Zeroizing<[u8; 32]>)>) -> Result<Self, NoPseudonymKey> {
        let ring: BTreeMap<_, _> =
            keys.into_iter().map(|(version, key)| (version, Key::new(HMAC_SHA256, key.as_slice()))).collect();
        if ring.is_empty() { Err(NoPseudonymKey) } else { Ok(Self(ring)) }
    }

    /// The pseudonym of a value of this kind within this scope under every key, newest first.
    ///
    /// Each field is preceded by its length, so that no two triples share their bytes. A pseudonym of a PGN must be
    /// scoped to the purpose (WVO 2020 8.17): never match one across purposes.
    #[must_use]
    pub fn all(&self, kind: &str, scope: &str, value: &str) -> Vec<Pseudonym> {
        let mut pseudonyms: Vec<Pseudonym> = Vec::new();
        for (version, key) in self.0.iter().rev() {
            let digest = hmac(key, [kind, scope, value]);
            pseudonyms.extend(digest.map(|value| Pseudonym { version: *version, value }));
        }
        wipe_stack();
        pseudonyms
    }
}

// Never inlined: what it leaves on the stack then lies where `wipe_stack` writes.
#[inline(never)]
fn hmac(key: &Key, parts: [&str; 3]) -> Option<Digest> {
    let mut context = Context::with_key(key);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    Digest::from_slice(context.sign().as_ref()).ok()
}

/// More than an HMAC takes of the stack, in a debug build too.
const USED: usize = 32 * 1024;

/// Overwrites what a function that has returned left below: the HMAC's context holds the last block as it came, and is
/// moved, so that wiping the context itself leaves copies.
#[expect(clippy::large_stack_arrays, reason = "the stack is what is wiped")]
#[inline(never)]
fn wipe_stack() {
    std::hint::black_box(&mut [0_u8; USED]);
}

impl std::fmt::Debug for PseudonymKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PseudonymKeys(versions {:?})", self.0.keys().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(versions: &[u32]) -> PseudonymKeys {
        PseudonymKeys::new(versions.iter().map(|v| (*v, Zeroizing::new([u8::try_from(*v).unwrap(); 32]))))
            .unwrap()
    }

    #[test]
    fn kind_scope_and_value_all_count() {
        let keys = keys(&[1]);
        let one = keys.all("own", "school", "123");
        assert_eq!(one, keys.all("own", "school", "123"));
        for other in [
            keys.all("pgn", "school", "123"),
            keys.all("own", "schoo", "l123"),
            keys.all("own", "school", "124"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn rotation_keeps_the_old_pseudonym_findable() {
        let before = keys(&[1]).all("own", "school", "123");
        let after = keys(&[1, 2]).all("own", "school", "123");
        assert_eq!(after.first().unwrap().version, 2);
        assert_eq!(after.last(), before.first());
    }
}
