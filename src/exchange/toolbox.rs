//! What judging, sealing and signing need: policies, keys, randomness, the operator's choices. It reads nothing and writes
//! nothing.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{submission::KeptHeader, trouble::Trouble};
use crate::{
    crypto::{
        at_rest::{AtRest, Place},
        gateway_keys::ReceiptKeys,
        pseudonym::{Pseudonym, PseudonymKeys},
    },
    domain::{
        code::DatasetCode,
        digest::Digest,
        id::{Entropy, PersonId},
        party::PartyId,
        person::PersonReference,
    },
    policy::{catalogue::Catalogue, engine::Engine, region::Region},
    store::read::MessageRow,
};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

/// For how many days, where the policies do not list the dataset.
const UNLISTED: u32 = 30;

/// The gateway's own keys that use cases need, replaced as a whole.
#[derive(Debug)]
pub struct Keys {
    /// Seals what must be kept about a person.
    pub at_rest: Arc<AtRest>,
    /// Recognises a person's number without keeping it.
    pub pseudonyms: Arc<PseudonymKeys>,
    /// Signs receipts.
    pub receipts: Arc<ReceiptKeys>,
}

/// Choices of the operator that use cases need.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The region's file whose desks may be named as recipients.
    pub region: Option<String>,
    /// Who signs receipts: the origin of the log.
    pub issuer: String,
    /// The public keys of the log (C2SP `vkey`), newest first.
    pub vkeys: Vec<String>,
    /// How long a newly published key waits before packets are sealed to it.
    pub key_delay: SignedDuration,
    /// How long a packet waits at most.
    pub longest_wait: SignedDuration,
    /// For how long entries of the log say what happened.
    pub log_kept_for: SignedDuration,
}

/// Everything that an operation works with, beside the facts.
#[derive(Debug)]
pub(super) struct Toolbox {
    pub(super) engine: Engine,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) keys: ArcSwap<Keys>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) settings: Settings,
}

impl Toolbox {
    /// The file of the region in which this gateway stands.
    pub(super) fn region(&self) -> Option<&Region> {
        self.settings.region.as_deref().and_then(|region| self.catalogue.region(region))
    }

    pub(super) fn at_rest(&self) -> Arc<AtRest> {
        Arc::clone(&self.keys.load().at_rest)
    }

    pub(super) fn pseudonyms(&self) -> Arc<PseudonymKeys> {
        Arc::clone(&self.keys.load().pseudonyms)
    }

    pub(super) fn receipts(&self) -> Arc<ReceiptKeys> {
        Arc::clone(&self.keys.load().receipts)
    }

    /// The pseudonyms of a reference: an own number within the party, a PGN within the party and the purpose.
    pub(super) fn pseudonyms_of(
        &self,
        party: PartyId,
        reference: &PersonReference,
        purpose: &str,
    ) -> Vec<Pseudonym> {
        let value = reference.expose();
        match reference {
            PersonReference::Own(_) => self.pseudonyms().all("own", &party.to_string(), &value),
            PersonReference::Pgn(_) => self.pseudonyms().all("pgn", &format!("{party}\n{purpose}"), &value),
        }
    }

    /// The person that was found, or the identifier of a new one.
    pub(super) fn person(&self, found: Option<PersonId>, now: Timestamp) -> Result<PersonId, Trouble> {
        found.map_or_else(|| Ok(PersonId::new(now, self.entropy.as_ref())?), Ok)
    }

    /// The keyed digest of a submission, made only when an earlier one must be compared or this one is kept.
    pub(super) fn body_hmac(&self, party: PartyId, body: &[u8]) -> Result<Digest, Trouble> {
        self.idempotency_hmac("idempotency", party, body)
    }

    /// The keyed digest of the key that a caller chose: it may have made it from a name or a number.
    pub(super) fn key_hmac(&self, party: PartyId, key: &str) -> Result<String, Trouble> {
        Ok(self.idempotency_hmac("idempotency-key", party, key.as_bytes())?.to_string())
    }

    /// The keyed digest of a submission's key or body: idempotency keeps neither, nor a plain digest of them.
    fn idempotency_hmac(&self, kind: &str, party: PartyId, bytes: &[u8]) -> Result<Digest, Trouble> {
        // Both were read as text before.
        let text = std::str::from_utf8(bytes).map_err(|_| Trouble::Inconsistent("a body that is no text"))?;
        let all = self.pseudonyms().all(kind, &party.to_string(), text);
        // The oldest key: a repetition after a rotation must still be recognised.
        Ok(all.last().ok_or(Trouble::Crypto("no pseudonym key"))?.value)
    }

    /// What was kept with a packet for later decisions.
    pub(super) fn kept_header(&self, packet: &MessageRow) -> Result<KeptHeader, Trouble> {
        let place = Place { table: "message", row: &packet.id.to_string(), column: "header" };
        let header =
            packet.header.as_ref().ok_or(Trouble::Inconsistent("the header of what is forgotten"))?;
        let kept: Zeroizing<Vec<u8>> = self.at_rest().open(place, header)?;
        serde_json::from_slice(&kept).map_err(|_| Trouble::Inconsistent("the kept header of a packet"))
    }

    /// How long after its end what was kept for decisions about this dataset is forgotten.
    pub(super) fn kept_for(&self, dataset: &DatasetCode) -> SignedDuration {
        let days = self.catalogue.dataset(dataset).map_or(UNLISTED, |dataset| dataset.forget_days);
        SignedDuration::from_hours(i64::from(days).saturating_mul(24))
    }

    /// The digest that marks the policies of this gateway.
    pub(super) fn policy_digest(&self) -> Digest {
        self.catalogue.digest()
    }
}
