//! What the gateway must keep about a person, it keeps under the at-rest key.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac::{self, HMAC_SHA256},
};
use zeroize::Zeroizing;

use crate::domain::id::{Entropy, NoEntropy};

/// Where a sealed value stands. It is bound into the ciphertext, so that a value cannot be moved to another place.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's key.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    fn bound(&self, version: u32) -> Vec<u8> {
        let mut bytes = version.to_be_bytes().to_vec();
        for part in [self.table, self.row, self.column] {
            bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

/// A value could not be sealed or opened. It does not say which of the two keys, places or bytes was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AtRestError {
    /// No randomness for the nonce.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The bytes were not sealed by a key of this ring at this place.
    #[error("the stored value cannot be opened with the at-rest keys that this gateway has")]
    Unopenable,
    /// The ring has no key to seal with.
    #[error("the ring of at-rest keys is empty")]
    NoKey,
}

/// The at-rest keys by version: the highest seals, all open. AES-256-GCM with random nonces.
pub struct AtRest {
    ring: BTreeMap<u32, Versioned>,
    /// Versions that another gateway uses already: they open here, and seal nothing.
    later: RwLock<BTreeMap<u32, Arc<Versioned>>>,
    reads: Option<ReadsVersion>,
}

/// Reads a version of the key that came after the ring was made; none where there is none.
pub type ReadsVersion = Box<dyn Fn(u32) -> Option<Zeroizing<[u8; 32]>> + Send + Sync>;

/// How far ahead of the ring a version is looked for: who writes in the database makes no gateway read files without end.
const AHEAD: u32 = 4;

/// One version: what seals, and what makes keyed digests, derived from it.
struct Versioned {
    seals: LessSafeKey,
    digests: hmac::Key,
}

impl Versioned {
    fn of(key: &Zeroizing<[u8; 32]>) -> Option<Self> {
        let seals = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_slice()).ok()?);
        let derived = hmac::sign(&hmac::Key::new(HMAC_SHA256, key.as_slice()), b"sluis-at-rest-digests");
        Some(Self { seals, digests: hmac::Key::new(HMAC_SHA256, derived.as_ref()) })
    }
}

impl AtRest {
    /// A ring of 32-byte keys by version. The bytes are wiped.
    ///
    /// # Errors
    /// [`AtRestError::NoKey`] when there is none.
    pub fn new(keys: impl IntoIterator<Item = (u32, Zeroizing<[u8; 32]>)>) -> Result<Self, AtRestError> {
        let ring: BTreeMap<_, _> =
            keys.into_iter().filter_map(|(version, key)| Some((version, Versioned::of(&key)?))).collect();
        if ring.is_empty() {
            return Err(AtRestError::NoKey);
        }
        Ok(Self { ring, later: RwLock::default(), reads: None })
    }

    /// Likewise, and opens what another gateway sealed under a version that came since: between two gateways there is always one
    /// that takes up a new version first.
    #[must_use]
    pub fn reading_later(self, reads: ReadsVersion) -> Self {
        Self { reads: Some(reads), ..self }
    }

    /// Of what was sealed or digested: the version of the key, where that is newer than all that this ring has and so little that it may
    /// be on its way.
    #[must_use]
    pub fn lacks(&self, sealed: &[u8]) -> Option<u32> {
        let version = u32::from_be_bytes(*sealed.first_chunk::<4>()?);
        let newest = self.ring.last_key_value().map(|(newest, _)| *newest)?;
        let is_read = self.later.read().unwrap_or_else(PoisonError::into_inner).contains_key(&version);
        (version > newest && version <= newest.saturating_add(AHEAD) && !is_read).then_some(version)
    }

    /// Does this with a version of the key; nothing where it is nowhere.
    fn with<T>(&self, version: u32, does: impl FnOnce(&Versioned) -> T) -> Option<T> {
        if let Some(key) = self.ring.get(&version) {
            return Some(does(key));
        }
        let newest = self.ring.last_key_value().map(|(newest, _)| *newest)?;
        if version <= newest || version > newest.saturating_add(AHEAD) {
            return None;
        }
        let known = self.later.read().unwrap_or_else(PoisonError::into_inner).get(&version).cloned();
        let key = if let Some(key) = known {
            key
        } else {
            let key = Arc::new(Versioned::of(&self.reads.as_ref()?(version)?)?);
            let mut later = self.later.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(later.entry(version).or_insert(key))
        };
        Some(does(&key))
    }

    /// Seals a value for its place: version (4 bytes, big-endian), nonce (12), ciphertext with tag.
    ///
    /// # Errors
    /// [`AtRestError::NoEntropy`] without randomness for the nonce.
    pub fn seal(
        &self,
        place: Place<'_>,
        value: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, AtRestError> {
        let (version, key) = self.ring.last_key_value().ok_or(AtRestError::NoKey)?;
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce)?;
        let mut bytes = value.to_vec();
        key.seals
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.bound(*version)),
                &mut bytes,
            )
            .map_err(|_| AtRestError::Unopenable)?;
        Ok([version.to_be_bytes().as_slice(), nonce.as_slice(), bytes.as_slice()].concat())
    }

    /// Opens a value that was sealed for this place.
    ///
    /// # Errors
    /// [`AtRestError::Unopenable`] when the bytes, the place or the key are not those of the sealing.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, AtRestError> {
        let (version, rest) = sealed.split_first_chunk::<4>().ok_or(AtRestError::Unopenable)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(AtRestError::Unopenable)?;
        let version = u32::from_be_bytes(*version);
        let mut bytes = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let open = |key: &Versioned| {
            let opened = key.seals.open_in_place(nonce, Aad::from(place.bound(version)), &mut bytes);
            opened.map(|opened| opened.len()).ok()
        };
        let length = self.with(version, open).flatten().ok_or(AtRestError::Unopenable)?;
        bytes.truncate(length);
        Ok(bytes)
    }

    /// A keyed digest of bytes that stay in the clear: version (4 bytes, big-endian), HMAC-SHA-256 (32). The bytes must say what
    /// they are, so that a digest of one thing is none of another. Empty without a key.
    #[must_use]
    pub fn digest(&self, bytes: &[u8]) -> Vec<u8> {
        let newest = self.ring.last_key_value();
        newest.map_or_else(Vec::new, |(version, key)| {
            [version.to_be_bytes().as_slice(), hmac::sign(&key.digests, bytes).as_ref()].concat()
        })
    }

    /// Whether one of the keys made this digest of these bytes.
    #[must_use]
    pub fn has_digested(&self, bytes: &[u8], digest: &[u8]) -> bool {
        let Some((version, tag)) = digest.split_first_chunk::<4>() else { return false };
        let verify = |key: &Versioned| hmac::verify(&key.digests, bytes, tag).is_ok();
        self.with(u32::from_be_bytes(*version), verify).unwrap_or_default()
    }
}

impl std::fmt::Debug for AtRest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AtRest(versions {:?})", self.ring.keys().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SystemEntropy;

    const HERE: Place<'static> = Place { table: "message", row: "1", column: "header" };

    fn ring(versions: &[u32]) -> AtRest {
        AtRest::new(versions.iter().map(|v| (*v, Zeroizing::new([u8::try_from(*v).unwrap(); 32])))).unwrap()
    }

    #[test]
    fn a_value_opens_at_its_place_only() {
        let sealed = ring(&[1]).seal(HERE, b"17-5-2008", &SystemEntropy::new()).unwrap();
        assert_eq!(ring(&[1]).open(HERE, &sealed).unwrap().as_slice(), b"17-5-2008");
        for elsewhere in
            [Place { row: "2", ..HERE }, Place { table: "p", ..HERE }, Place { column: "h", ..HERE }]
        {
            assert_eq!(ring(&[1]).open(elsewhere, &sealed), Err(AtRestError::Unopenable));
        }
        let shifted = Place { table: "packet1", row: "", column: "header" };
        assert_eq!(ring(&[1]).open(shifted, &sealed), Err(AtRestError::Unopenable), "lengths are bound");
    }

    #[test]
    fn an_older_key_still_opens() {
        let sealed = ring(&[1]).seal(HERE, b"x", &SystemEntropy::new()).unwrap();
        assert!(ring(&[1, 2]).open(HERE, &sealed).is_ok());
        assert_eq!(ring(&[2]).open(HERE, &sealed), Err(AtRestError::Unopenable));
    }

    #[test]
    fn a_version_that_came_since_opens_and_seals_nothing() {
        let later = ring(&[1, 2]);
        let (sealed, digest) =
            (later.seal(HERE, b"x", &SystemEntropy::new()).unwrap(), later.digest(b"rows"));
        let behind =
            ring(&[1]).reading_later(Box::new(|version| (version == 2).then(|| Zeroizing::new([2; 32]))));
        assert_eq!(behind.open(HERE, &sealed).unwrap().as_slice(), b"x");
        assert!(behind.has_digested(b"rows", &digest) && !behind.has_digested(b"row", &digest));
        assert!(ring(&[1]).has_digested(b"rows", &behind.digest(b"rows")), "what it makes is under its own");
        let far = AtRest::new([(9, Zeroizing::new([9; 32]))]).unwrap().digest(b"rows");
        let any = ring(&[1]).reading_later(Box::new(|_| Some(Zeroizing::new([9; 32]))));
        assert!(!any.has_digested(b"rows", &far), "too far ahead");
        assert_eq!(
            (behind.lacks(&digest), ring(&[1]).lacks(&digest)),
            (None, Some(2)),
            "read, and not there"
        );
        assert_eq!(
            (ring(&[1]).lacks(&far), ring(&[2]).lacks(&digest), ring(&[3]).lacks(&digest)),
            (None, None, None)
        );
    }

    #[test]
    fn a_digest_is_of_these_bytes_and_by_a_key_that_is_here() {
        let digest = ring(&[1]).digest(b"rows");
        assert!(ring(&[1]).has_digested(b"rows", &digest) && ring(&[1, 2]).has_digested(b"rows", &digest));
        assert!(!ring(&[1]).has_digested(b"row", &digest) && !ring(&[2]).has_digested(b"rows", &digest));
        for at in 0..digest.len() {
            let mut changed = digest.clone();
            changed[at] ^= 1;
            assert!(
                !ring(&[1, 2]).has_digested(b"rows", &changed)
                    && !ring(&[1]).has_digested(b"rows", &digest[..at])
            );
        }
    }

    #[test]
    fn every_cut_and_flipped_bit_is_noticed() {
        let sealed = ring(&[1]).seal(HERE, b"value", &SystemEntropy::new()).unwrap();
        for at in 0..sealed.len() {
            assert!(ring(&[1]).open(HERE, &sealed[..at]).is_err());
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(ring(&[1]).open(HERE, &changed).is_err());
        }
    }
}
