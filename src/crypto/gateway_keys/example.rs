//! The keys that everybody can read in `keys.example/`, so that a gateway in strict mode refuses them.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{kind::KeyKind, one_key::OneKey};
use crate::domain::digest::Digest;

pub(super) const FILES: [(KeyKind, &str); 4] = [
    (KeyKind::AtRest, include_str!("../../../keys.example/at-rest.v1.key")),
    (KeyKind::Pseudonym, include_str!("../../../keys.example/pseudonym.v1.key")),
    (KeyKind::Receipt, include_str!("../../../keys.example/receipt.v1.pem")),
    (KeyKind::Log, include_str!("../../../keys.example/log.v1.key")),
];

static SECRETS: LazyLock<BTreeSet<Digest>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|(kind, content)| OneKey::read(*kind, content))
        .map(|key| key.fingerprint())
        .collect()
});

/// Whether a secret is one of the examples', whatever file it stands in.
pub(super) fn holds(secret: &Digest) -> bool {
    SECRETS.contains(secret)
}
