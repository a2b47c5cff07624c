//! What a log publishes.

use sluis::{
    domain::digest::Digest,
    merkle::{
        bundle,
        checkpoint::Checkpoint,
        frontier::Frontier,
        hash::leaf_hash,
        note::{LogVerifier, read_unchecked},
        tile::{self, TilePath},
        tlog_proof::TlogProof,
    },
};

use super::{fixed::LOG, text};

/// The text of a checkpoint. There may be more lines than Sluis writes.
pub(super) fn checkpoint(bytes: &[u8]) -> bool {
    let Ok(read) = Checkpoint::from_text(bytes) else { return false };
    let written = read.to_text();
    assert!(bytes.starts_with(written.as_bytes()), "{written:?} is not what was read");
    assert_eq!(Checkpoint::from_text(written.as_bytes()).as_ref(), Ok(&read));
    true
}

/// A signed checkpoint.
pub(super) fn note(bytes: &[u8]) -> bool {
    let Some(note) = text(bytes) else { return false };
    let unchecked = read_unchecked(note);
    let Ok(opened) = LOG.open(note) else { return false };
    assert_eq!(unchecked.as_ref(), Ok(&opened));
    let genuine = read_unchecked(include_str!("../corpus/note/ok-note"));
    assert_eq!(genuine, Ok(opened), "the log did not sign this");
    true
}

/// The text of a log's key.
pub(super) fn vkey(bytes: &[u8]) -> bool {
    let Some(verifier) = text(bytes).and_then(|text| LogVerifier::from_vkey(text).ok()) else { return false };
    let again = LogVerifier::from_vkey(verifier.vkey()).unwrap();
    assert_eq!((again.vkey(), again.origin()), (verifier.vkey(), verifier.origin()));
    assert!(verifier.vkey().starts_with(&format!("{}+", verifier.origin())));
    true
}

/// A proof that stands alone.
pub(super) fn tlog_proof(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let proof: TlogProof = match text.parse() {
        Ok(proof) => proof,
        Err(wrong) => {
            assert!((1..=text.split('\n').count()).contains(&wrong.line), "{wrong}");
            return false;
        }
    };
    assert_eq!(proof.to_string(), text, "a proof has two texts");
    for leaf in [Digest([0; 32]), leaf_hash(b"sluis")] {
        let proven = proof.verify(&leaf, &LOG);
        assert!(proven.is_err() || (leaf == leaf_hash(b"sluis") && proof.index == 0), "proves {leaf:?}");
    }
    true
}

/// The path of a tile.
pub(super) fn tile_path(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let Ok(path) = text.parse::<TilePath>() else { return false };
    assert_eq!(path.to_string(), text, "a tile has two paths");
    let (TilePath::Hashes(id) | TilePath::Entries(id)) = path;
    assert!(id.level() <= 63 && (1..=256).contains(&id.width()));
    true
}

/// A bundle of leaves.
pub(super) fn bundle(bytes: &[u8]) -> bool {
    let hashes = tile::hashes(bytes);
    assert_eq!(hashes.map(|hashes| hashes.len() * 32), bytes.len().is_multiple_of(32).then_some(bytes.len()));
    let Ok(leaves) = bundle::decode(bytes) else { return false };
    assert_eq!(bundle::encode(leaves).unwrap(), bytes);
    true
}

/// The right edge of a tree, as it is kept.
pub(super) fn frontier(bytes: &[u8]) -> bool {
    let Ok(mut frontier) = Frontier::from_bytes(bytes) else { return false };
    assert_eq!(frontier.to_bytes(), bytes);
    let (size, root) = (frontier.size(), frontier.root());
    frontier.append(leaf_hash(b"sluis"));
    assert_eq!(frontier.size(), size + 1);
    assert_ne!(frontier.root(), root);
    assert!(Frontier::from_bytes(&frontier.to_bytes()).is_ok() || frontier.size() > 1 << 62);
    true
}
