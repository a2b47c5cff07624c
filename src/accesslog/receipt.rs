//! The claims of a receipt: what the gateway signs for a party about an entry that is committed.
//!
//! Signing is done by `crypto`, with the receipt key, over this struct; who calls it does so only after the entry's
//! transaction is known to be committed. For a release the event says *released*: the gateway cannot know *received*.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    entry::{Event, LEAF_LENGTH, Leaf},
    own::{NotProven, check_leaf},
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    merkle::{checkpoint::Checkpoint, note::LogVerifier, tlog_proof::TlogProof},
};

/// The `typ` in the protected header of a receipt.
pub const TYP: &str = "sluis-receipt+jwt";

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The gateway: its public base URL or name.
    pub iss: String,
    /// When it was issued: seconds since 1970 (RFC 7519 `NumericDate`).
    pub iat: i64,
    /// For whom.
    pub party: PartyId,
    /// About which packet, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packet: Option<PacketId>,
    /// What happened.
    pub event: ReceiptEvent,
    /// The index of the entry.
    pub index: u64,
    /// The size of the log when the facts of the decision were read, where one was made: it saw every entry below this index.
    #[serde(default, rename = "asOf", skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u64>,
    /// The 54 bytes of the leaf in base64.
    pub leaf: String,
    /// The text of the `tlog-proof`.
    pub proof: String,
}

/// What a receipt attests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiptEvent {
    /// The gateway let a packet go to the recipient. Not that it arrived.
    Released,
    /// What the entry's event says happened.
    #[serde(untagged)]
    Entry(Event),
}

impl From<Event> for ReceiptEvent {
    /// A pull becomes *released*; everything else keeps its word.
    fn from(event: Event) -> Self {
        if event == Event::Pull { Self::Released } else { Self::Entry(event) }
    }
}

/// What a receipt is about, before it is put together.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// For whom.
    pub party: PartyId,
    /// Which packet.
    pub packet: Option<PacketId>,
    /// What happened.
    pub event: Event,
    /// As of which entry it was decided.
    pub as_of: Option<u64>,
    /// The leaf of the entry.
    pub leaf: &'a [u8; LEAF_LENGTH],
    /// The proof over a committed checkpoint; it has the index.
    pub proof: &'a TlogProof,
}

impl Claims {
    /// The claims of a receipt that is issued now.
    #[must_use]
    pub fn new(iss: &str, now: Timestamp, about: &About<'_>) -> Self {
        Self {
            iss: iss.to_owned(),
            iat: now.as_second(),
            party: about.party,
            packet: about.packet,
            event: about.event.into(),
            index: about.proof.index,
            as_of: about.as_of,
            leaf: BASE64_STANDARD.encode(about.leaf),
            proof: about.proof.to_string(),
        }
    }

    /// Checks leaf and proof against the log's public key. The receipt's own signature is checked by who opens the JWS.
    ///
    /// # Errors
    /// [`NotProven`] says what does not hold.
    pub fn verify(&self, log: &LogVerifier) -> Result<(Leaf, Checkpoint), NotProven> {
        check_leaf(&self.leaf, self.index, &self.proof, log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accesslog::entry::leaf,
        domain::digest::Digest,
        merkle::{hash::leaf_hash, note::LogKey},
    };

    fn claims(event: Event) -> (Claims, LogVerifier) {
        let leaf = leaf(7, &Digest([1; 32]));
        let key = LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: key.origin().clone(), size: 1, root: leaf_hash(&leaf) };
        let checkpoint = key.sign(&checkpoint).unwrap();
        let about = About {
            party: "00000099000000001000/werk-en-inkomen".parse().unwrap(),
            packet: Some("0197b3a0-0000-7000-8000-000000000001".parse().unwrap()),
            event,
            as_of: Some(0),
            leaf: &leaf,
            proof: &TlogProof { extra: None, index: 0, hashes: Vec::new(), checkpoint },
        };
        let claims =
            Claims::new("https://sluis.example", Timestamp::from_second(1_780_000_000).unwrap(), &about);
        (claims, LogVerifier::from_vkey(&key.vkey()).unwrap())
    }

    #[test]
    fn a_receipt_proves_its_leaf() {
        let (claims, log) = claims(Event::Push);
        let (leaf, checkpoint) = claims.verify(&log).unwrap();
        assert_eq!((leaf.time, checkpoint.size), (7, 1));
        let other = Claims { index: 1, ..claims.clone() };
        assert_eq!(other.verify(&log), Err(NotProven::OtherIndex));
        let other = Claims { leaf: String::new(), ..claims };
        assert_eq!(other.verify(&log), Err(NotProven::Leaf));
    }

    #[test]
    fn a_pull_is_attested_as_released() {
        for (event, word) in
            [(Event::Push, "push"), (Event::Pull, "released"), (Event::BodyRead, "body-read")]
        {
            let (claims, _) = claims(event);
            let json = serde_json::to_value(&claims).unwrap();
            assert_eq!(json["event"], word);
            assert_eq!(json["iat"], 1_780_000_000);
            assert_eq!(serde_json::from_value::<Claims>(json).unwrap(), claims);
        }
    }
}
