//! Entries of the access log.

use sluis::accesslog::{
    entry::{self, Part, parse_leaf},
    own::OwnEntry,
};

use super::{assert_silent, fixed::LOG};

/// One part: taken in its canonical form only.
pub(super) fn part(bytes: &[u8]) -> bool {
    let Ok(read) = Part::from_json(bytes) else { return false };
    assert_eq!(read.to_json().unwrap(), bytes);
    // A code, which may be printed, and never a sentence about someone.
    assert!(read.cause.is_none_or(|cause| !cause.contains(char::is_whitespace)));
    true
}

/// The bytes of a leaf.
pub(super) fn leaf(bytes: &[u8]) -> bool {
    let Ok(read) = parse_leaf(bytes) else { return false };
    assert_eq!(entry::leaf(read.time, &read.root), bytes);
    true
}

/// An entry as a party gets it.
pub(super) fn own_entry(bytes: &[u8]) -> bool {
    let Ok(entry) = serde_json::from_slice::<OwnEntry>(bytes) else { return false };
    assert_silent(&entry.parts);
    let Ok(proven) = entry.verify(&LOG) else { return false };
    let genuine: OwnEntry = serde_json::from_slice(include_bytes!("../corpus/own_entry/ok-entry")).unwrap();
    assert_eq!((&entry.leaf, entry.index), (&genuine.leaf, genuine.index), "proves another leaf");
    // A party may show some of its parts; it cannot show others.
    assert_eq!(entry.parts.len(), proven.parts.len());
    assert!(entry.parts.iter().all(|part| genuine.parts.contains(part)), "proves another part");
    true
}
