//! The certificate of a party.

use jiff::Timestamp;

use crate::domain::{digest::Digest, party::PartyId};

/// A registered certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// The digest of issuer, subject and key.
    pub registration: Digest,
    /// For whom it speaks.
    pub party: PartyId,
    /// Its serial number.
    pub serial: String,
    /// The certificate and those of the authorities above it as they were registered: each in base64, a blank between them.
    pub chain: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// Whether its registration was revoked.
    pub revoked: bool,
    /// When.
    pub revoked_at: Option<Timestamp>,
    /// Whether its party is blocked.
    pub blocked: bool,
}
