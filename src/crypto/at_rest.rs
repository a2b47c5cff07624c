//! What the gateway must keep about a person, it keeps under the at-rest key.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
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
pub struct AtRest(BTreeMap<u32, LessSafeKey>);

impl AtRest {
    /// A ring of 32-byte keys by version. The bytes are wiped.
    ///
    /// # Errors
    /// [`AtRestError::NoKey`] when there is none.
    pub fn new(keys: impl IntoIterator<Item = (u32, Zeroizing<[u8; 32]>)>) -> Result<Self, AtRestError> {
        let ring: BTreeMap<_, _> = keys
            .into_iter()
            .filter_map(|(version, key)| {
                Some((version, LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_slice()).ok()?)))
            })
            .collect();
        if ring.is_empty() { Err(AtRestError::NoKey) } else { Ok(Self(ring)) }
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
        let (version, key) = self.0.last_key_value().ok_or(AtRestError::NoKey)?;
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce)?;
        let mut bytes = value.to_vec();
        key.seal_in_place_append_tag(
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
        let key = self.0.get(&version).ok_or(AtRestError::Unopenable)?;
        let mut bytes = Zeroizing::new(body.to_vec());
        let length = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place.bound(version)), &mut bytes)
            .map_err(|_| AtRestError::Unopenable)?
            .len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

impl std::fmt::Debug for AtRest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AtRest(versions {:?})", self.0.keys().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SystemEntropy;

    const HERE: Place<'static> = Place { table: "packet", row: "1", column: "header" };

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
