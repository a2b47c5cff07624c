//! Which versions of which keys there are, and which secret each is, without the secrets.

use std::collections::BTreeMap;

use super::kind::KeyKind;
use crate::domain::digest::Digest;

/// The print of each key: of a public key the digest of its name, of a secret one an HMAC under it, so that who reads a print
/// can try no guess that an HMAC under the secret would not cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPrints(BTreeMap<(KeyKind, u32), Digest>);

/// A key that a folder and its database do not agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// The database knows the version and the folder lacks it.
    Missing(KeyKind, u32),
    /// The folder holds another secret than the database knows.
    Other(KeyKind, u32),
    /// The folder holds a version that the database does not know.
    Unknown(KeyKind, u32),
}

impl KeyPrints {
    /// The print of one key.
    #[must_use]
    pub fn get(&self, kind: KeyKind, version: u32) -> Option<Digest> {
        self.0.get(&(kind, version)).copied()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (KeyKind, u32, Digest)> {
        self.0.iter().map(|((kind, version), print)| (*kind, *version, *print))
    }

    /// The files of those that are not here, or hold another secret.
    #[must_use]
    pub fn missing_of(&self, before: &Self) -> Vec<String> {
        let gone = before.iter().filter(|(kind, version, print)| self.get(*kind, *version) != Some(*print));
        gone.map(|(kind, version, _)| kind.file_name(version)).collect()
    }

    /// Where these, of a folder, depart from those that the database knows.
    #[must_use]
    pub fn departures(&self, known: &Self) -> Vec<Departure> {
        let lost = known.iter().filter_map(|(kind, version, print)| match self.get(kind, version) {
            None => Some(Departure::Missing(kind, version)),
            Some(own) if own != print => Some(Departure::Other(kind, version)),
            Some(_) => None,
        });
        let unknown = self.iter().filter(|(kind, version, _)| known.get(*kind, *version).is_none());
        lost.chain(unknown.map(|(kind, version, _)| Departure::Unknown(kind, version))).collect()
    }
}

impl FromIterator<(KeyKind, u32, Digest)> for KeyPrints {
    fn from_iter<I: IntoIterator<Item = (KeyKind, u32, Digest)>>(keys: I) -> Self {
        Self(keys.into_iter().map(|(kind, version, print)| ((kind, version), print)).collect())
    }
}
