//! What a party gets of an entry, and how it checks it without trusting the gateway.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use super::entry::{
    Commitments, InvalidPart, Leaf, OpenedPart, Part, PartName, PartPath, commitment, parse_leaf, root_along,
};
use crate::{
    domain::digest::Digest,
    merkle::{
        checkpoint::Checkpoint,
        hash::leaf_hash,
        note::LogVerifier,
        tlog_proof::{TlogProof, Unproven},
    },
};

/// One part with what its commitment is computed from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// Which part.
    pub part: PartName,
    /// The salt: 32 bytes in base64.
    pub salt: String,
    /// The canonical JSON, as text: its UTF-8 bytes are what the log committed to. Empty where the part is absent.
    pub body: String,
    /// The three hashes by which its commitment leads to the root in the leaf, from below, in base64.
    pub path: [String; 3],
}

impl fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosed({})", self.part)
    }
}

impl Disclosed {
    /// What a reader of an opened part is given.
    #[must_use]
    pub fn of(opened: &OpenedPart, commitments: &Commitments) -> Self {
        Self {
            part: opened.name(),
            salt: BASE64_STANDARD.encode(opened.salt()),
            // INVARIANT: canonical JSON is UTF-8; if it were not, the commitment would not verify.
            body: String::from_utf8_lossy(opened.body()).into_owned(),
            path: commitments.path(opened.name()).map(|hash| BASE64_STANDARD.encode(hash.0)),
        }
    }

    /// The root that salt, body and path lead to; `None` where they have another form.
    fn root(&self) -> Option<Digest> {
        let hash = |text: &String| BASE64_STANDARD.decode(text).ok().and_then(|hash| hash.try_into().ok());
        let commitment = commitment(self.part, &hash(&self.salt)?, self.body.as_bytes());
        let [a, b, c] = &self.path;
        let path: PartPath = [Digest(hash(a)?), Digest(hash(b)?), Digest(hash(c)?)];
        Some(root_along(self.part, commitment, &path))
    }
}

/// An entry as a party gets it: its parts, the leaf, and the proof that the leaf stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnEntry {
    /// The index in the log.
    pub index: u64,
    /// The 54 bytes of the leaf in base64.
    pub leaf: String,
    /// The parts that this party may read, as far as they were not erased.
    pub parts: Vec<Disclosed>,
    /// The text of the `tlog-proof`.
    pub proof: String,
}

/// What an entry is proven to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEntry {
    /// Time and root of the commitments.
    pub leaf: Leaf,
    /// The state of the log that it is proven in.
    pub checkpoint: Checkpoint,
    /// What the parts say; `None` where the log committed to an absent part.
    pub parts: Vec<(PartName, Option<Part>)>,
}

impl ProvenEntry {
    /// Which of its reader's entries this is, as the reader's own part says it; `None` where that part was erased.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.parts.iter().find_map(|(_, part)| part.as_ref()?.number)
    }
}

/// An entry does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// The leaf is not base64 of 54 bytes of a leaf.
    #[error("the leaf is not one of this log's format")]
    Leaf,
    /// The proof is not a `tlog-proof`.
    #[error(transparent)]
    Form(#[from] crate::merkle::tlog_proof::InvalidProof),
    /// The proof is for another index than the entry claims.
    #[error("the proof is for another index than the entry names")]
    OtherIndex,
    /// Signature or path are wrong.
    #[error(transparent)]
    Proof(#[from] Unproven),
    /// A part is not what the leaf commits to.
    #[error("the part `{0}` is not the one that the log committed to")]
    OtherPart(PartName),
    /// A part is what the leaf commits to, but not in the format of version 2.
    #[error("the part `{0}` is not of version 2 of the format")]
    Part(PartName),
}

/// The leaf in base64 and its proof: what an entry and a receipt have in common.
pub(super) fn check_leaf(
    leaf: &str,
    index: u64,
    proof: &str,
    log: &LogVerifier,
) -> Result<(Leaf, Checkpoint), NotProven> {
    let bytes = BASE64_STANDARD.decode(leaf).map_err(|_| NotProven::Leaf)?;
    let parsed = parse_leaf(&bytes).map_err(|_| NotProven::Leaf)?;
    let proof: TlogProof = proof.parse()?;
    if proof.index != index {
        return Err(NotProven::OtherIndex);
    }
    let checkpoint = proof.verify(&leaf_hash(&bytes), log)?;
    Ok((parsed, checkpoint))
}

impl OwnEntry {
    /// Puts together what a party gets.
    #[must_use]
    pub fn new(
        index: u64,
        leaf: &[u8],
        (commitments, parts): (&Commitments, &[OpenedPart]),
        proof: &TlogProof,
    ) -> Self {
        Self {
            index,
            leaf: BASE64_STANDARD.encode(leaf),
            parts: parts.iter().map(|part| Disclosed::of(part, commitments)).collect(),
            proof: proof.to_string(),
        }
    }

    /// Checks everything: the log's signature, the path to the root, and each part against the leaf.
    ///
    /// # Errors
    /// [`NotProven`] names the first thing that does not hold.
    pub fn verify(&self, log: &LogVerifier) -> Result<ProvenEntry, NotProven> {
        let (leaf, checkpoint) = check_leaf(&self.leaf, self.index, &self.proof, log)?;
        let mut parts = Vec::with_capacity(self.parts.len());
        for shown in &self.parts {
            let name = shown.part;
            if shown.root() != Some(leaf.root) {
                return Err(NotProven::OtherPart(name));
            }
            let absent = shown.body.is_empty();
            let part = (!absent).then(|| Part::from_json(shown.body.as_bytes())).transpose();
            parts.push((name, part.map_err(|InvalidPart| NotProven::Part(name))?));
        }
        Ok(ProvenEntry { leaf, checkpoint, parts })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use zeroize::Zeroizing;

    use super::*;
    use crate::{
        accesslog::entry::{EntryDraft, Event, Outcome, Own, leaf, open_part, prepare},
        crypto::at_rest::AtRest,
        domain::id::SystemEntropy,
        merkle::{note::LogKey, tlog_proof::TlogProof},
    };

    fn entry_and_log() -> (OwnEntry, LogVerifier) {
        let ring = Arc::new(AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap());
        let school = "00000099000000002000/pro-school".parse().unwrap();
        let part = Part { cause: Some("for-sender".to_owned()), ..Part::default() };
        let draft = EntryDraft {
            shared: Part::of(Event::Push, Outcome::Permitted),
            sender: Some(Own { party: school, part, staff: None }),
            ..EntryDraft::default()
        };
        let prepared = prepare(draft, Arc::clone(&ring), Arc::new(SystemEntropy::new())).unwrap();
        let entry = prepared.numbered(|_| 3).unwrap();
        let leaf = leaf(7, &entry.commitments.root());
        let key = LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: key.origin().clone(), size: 1, root: leaf_hash(&leaf) };
        let checkpoint = key.sign(&checkpoint).unwrap();
        let proof = TlogProof { extra: None, index: 0, hashes: Vec::new(), checkpoint };
        let opened = entry.bodies.map(|b| open_part(b.part, &b.commitment, &b.sealed, &ring).unwrap());
        (
            OwnEntry::new(0, &leaf, (&entry.commitments, &opened), &proof),
            LogVerifier::from_vkey(&key.vkey()).unwrap(),
        )
    }

    #[test]
    fn a_party_checks_its_entry_alone() {
        let (entry, log) = entry_and_log();
        let json = serde_json::to_string(&entry).unwrap();
        let entry: OwnEntry = serde_json::from_str(&json).unwrap();
        let proven = entry.verify(&log).unwrap();
        assert_eq!((proven.leaf.time, proven.checkpoint.size), (7, 1));
        assert_eq!(proven.number(), Some(3));
        let [shared, sender, recipient, on_behalf, gateway] = proven.parts.try_into().unwrap();
        assert_eq!(shared.1.and_then(|part| part.event), Some(Event::Push));
        assert_eq!(sender.1.and_then(|part| part.cause).as_deref(), Some("for-sender"));
        assert_eq!(recipient, (PartName::Recipient, None));
        assert_eq!((on_behalf, gateway), ((PartName::OnBehalf, None), (PartName::Gateway, None)));
    }

    #[test]
    fn one_part_is_shown_without_the_others() {
        let (entry, log) = entry_and_log();
        for part in &entry.parts {
            let alone = OwnEntry { parts: vec![part.clone()], ..entry.clone() };
            assert_eq!(alone.verify(&log).unwrap().parts.len(), 1, "{part:?}");
        }
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let (entry, log) = entry_and_log();
        let changed = |change: fn(&mut OwnEntry)| {
            let mut entry = entry.clone();
            change(&mut entry);
            entry.verify(&log).unwrap_err()
        };
        let shared = NotProven::OtherPart(PartName::Shared);
        assert_eq!(changed(|e| e.parts[0].body = e.parts[0].body.replace("permitted", "refused")), shared);
        assert_eq!(changed(|e| e.parts[0].salt = e.parts[1].salt.clone()), shared);
        assert_eq!(changed(|e| e.parts[0].salt.clear()), shared);
        assert_eq!(changed(|e| e.parts[1].part = PartName::Shared), shared);
        assert_eq!(changed(|e| e.parts[0].path.swap(0, 1)), shared);
        assert_eq!(changed(|e| e.parts[0].path[2].clear()), shared);
        assert_eq!(changed(|e| e.index = 1), NotProven::OtherIndex);
        assert_eq!(changed(|e| e.leaf.clear()), NotProven::Leaf);
        let other = |e: &mut OwnEntry| {
            e.leaf = BASE64_STANDARD.encode(leaf(8, &crate::merkle::hash::EMPTY_ROOT));
        };
        assert!(matches!(changed(other), NotProven::Proof(Unproven::Proof(_))));
        assert!(matches!(changed(|e| e.proof.clear()), NotProven::Form(_)));
        let resigned = |e: &mut OwnEntry| e.proof = e.proof.replace("\n1\n", "\n2\n");
        assert!(matches!(changed(resigned), NotProven::Proof(Unproven::Checkpoint(_))));
    }
}
