//! Receipts: what the gateway signs for a party about an entry that is committed.

use super::{toolbox::Toolbox, trouble::Trouble};
use jiff::Timestamp;

use crate::{
    accesslog::{
        entry::Event,
        receipt::{About, Claims},
    },
    domain::{id::PacketId, party::PartyId},
    merkle::tlog_proof::TlogProof,
    store::writer::evidence::Evidence,
};

/// For whom a receipt is, and about what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Receipt {
    pub(super) party: PartyId,
    pub(super) packet: Option<PacketId>,
    pub(super) event: Event,
    /// As of which entry it was decided.
    pub(super) as_of: Option<u64>,
}

impl Toolbox {
    /// The receipt over the committed head that the evidence names.
    pub(super) fn receipt(
        &self,
        about: Receipt,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Result<String, Trouble> {
        let proof = tlog_proof(evidence)?;
        let about = About {
            party: about.party,
            packet: about.packet,
            event: about.event,
            as_of: about.as_of,
            leaf: &evidence.leaf,
            proof: &proof,
        };
        let claims = Claims::new(&self.settings.issuer, now, &about);
        self.receipts().signing().sign(&claims).map_err(|_| Trouble::Crypto("receipt"))
    }
}

/// The C2SP proof of an entry.
pub(super) fn tlog_proof(evidence: &Evidence) -> Result<TlogProof, Trouble> {
    let hashes = evidence.proof().map_err(|_| Trouble::Inconsistent("the stored tiles make no tree"))?;
    Ok(TlogProof { extra: None, index: evidence.index, hashes, checkpoint: evidence.checkpoint.to_string() })
}
