//! The commitments of an entry, and the small tree by which a leaf binds them: one part can be shown without the others.

use std::array;

use aws_lc_rs::digest::{Context, SHA256};

use super::name::PartName;
use crate::{domain::digest::Digest, merkle::hash::node_hash};

/// `SHA-256("sluis-part-v2" 0x0A name 0x0A salt body)`; the body of an absent part is empty.
#[must_use]
pub fn commitment(name: PartName, salt: &[u8; 32], body: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    for bytes in [b"sluis-part-v2\n", name.as_str().as_bytes(), b"\n", salt, body] {
        context.update(bytes);
    }
    // INVARIANT: SHA-256 gives 32 bytes, so this never falls back.
    Digest::from_slice(context.finish().as_ref()).unwrap_or(Digest([0; 32]))
}

/// What stands at a free place of the tree.
const FREE: Digest = Digest([0; 32]);

/// How long the commitments are as bytes.
pub const COMMITMENTS_LENGTH: usize = 160;

/// The commitments to the parts of an entry, in the order of [`PartName::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitments(pub [Digest; 5]);

/// The way from a part's commitment to the root, from below: the hash beside it, the one beside those two, and the one
/// beside those four.
pub type PartPath = [Digest; 3];

impl Commitments {
    /// The commitment to a part.
    #[must_use]
    pub const fn of(&self, name: PartName) -> Digest {
        let Self([shared, sender, recipient, on_behalf, gateway]) = *self;
        match name {
            PartName::Shared => shared,
            PartName::Sender => sender,
            PartName::Recipient => recipient,
            PartName::OnBehalf => on_behalf,
            PartName::Gateway => gateway,
        }
    }

    /// Their root: what the leaf binds.
    #[must_use]
    pub fn root(&self) -> Digest {
        let [left, right] = self.halves();
        node_hash(&left, &right)
    }

    /// The way from a part to the root.
    #[must_use]
    pub fn path(&self, name: PartName) -> PartPath {
        let Self([shared, sender, recipient, on_behalf, _]) = *self;
        let [left, right] = self.halves();
        let [first, second] = [node_hash(&shared, &sender), node_hash(&recipient, &on_behalf)];
        match name {
            PartName::Shared => [sender, second, right],
            PartName::Sender => [shared, second, right],
            PartName::Recipient => [on_behalf, first, right],
            PartName::OnBehalf => [recipient, first, right],
            PartName::Gateway => [FREE, node_hash(&FREE, &FREE), left],
        }
    }

    fn halves(&self) -> [Digest; 2] {
        let Self([shared, sender, recipient, on_behalf, gateway]) = *self;
        let left = node_hash(&node_hash(&shared, &sender), &node_hash(&recipient, &on_behalf));
        let right = node_hash(&node_hash(&gateway, &FREE), &node_hash(&FREE, &FREE));
        [left, right]
    }

    /// As bytes, one after the other.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; COMMITMENTS_LENGTH] {
        let mut bytes = self.0.iter().flat_map(|commitment| commitment.0);
        array::from_fn(|_| bytes.next().unwrap_or_default())
    }

    /// From their bytes; `None` when there are not five.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let hashes: [[u8; 32]; 5] = hashes.try_into().ok()?;
        rest.is_empty().then(|| Self(hashes.map(Digest)))
    }
}

/// The root to which a part's commitment leads along its path.
#[must_use]
pub fn root_along(name: PartName, commitment: Digest, path: &PartPath) -> Digest {
    let (mut place, mut hash) = (name.place(), commitment);
    for beside in path {
        hash = if place % 2 == 0 { node_hash(&hash, beside) } else { node_hash(beside, &hash) };
        place /= 2;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five() -> Commitments {
        Commitments([1, 2, 3, 4, 5].map(|byte| Digest([byte; 32])))
    }

    #[test]
    fn a_commitment_has_the_bytes_of_the_format() {
        let joined = [b"sluis-part-v2\non-behalf\n".as_slice(), &[9; 32], b"{\"v\":2}"].concat();
        assert_eq!(commitment(PartName::OnBehalf, &[9; 32], b"{\"v\":2}"), Digest::of(&joined));
    }

    #[test]
    fn the_root_is_that_of_eight_places() {
        let mut row: Vec<Digest> = [1, 2, 3, 4, 5, 0, 0, 0].map(|byte| Digest([byte; 32])).into();
        while row.len() > 1 {
            row = row.chunks(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        assert_eq!(five().root(), row[0]);
    }

    #[test]
    fn every_part_leads_to_the_root_and_nothing_else_does() {
        let five = five();
        for name in PartName::ALL {
            let path = five.path(name);
            assert_eq!(root_along(name, five.of(name), &path), five.root(), "{name}");
            for other in PartName::ALL.into_iter().filter(|other| *other != name) {
                assert_ne!(root_along(other, five.of(name), &path), five.root(), "{name} as {other}");
            }
            for at in 0..3 {
                let mut path = path;
                path[at].0[0] ^= 1;
                assert_ne!(root_along(name, five.of(name), &path), five.root(), "{name} {at}");
            }
        }
    }

    #[test]
    fn the_bytes_are_read_back() {
        assert_eq!(Commitments::from_bytes(&five().to_bytes()), Some(five()));
        assert_eq!(Commitments::from_bytes(&[0; COMMITMENTS_LENGTH - 1]), None);
        assert_eq!(Commitments::from_bytes(&[0; COMMITMENTS_LENGTH + 32]), None);
    }
}
