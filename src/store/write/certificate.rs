//! Certificates: which one speaks for which party.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Applied, Effect, Once, party::require, sealed::Sealed};
use crate::{
    domain::{digest::Digest, party::PartyId},
    store::writer::{
        error::{Conflict, WriteError},
        look::Look,
        moment::Moment,
        state::{Certificate, CertificateContent, Change, State},
    },
};

/// Registers a certificate for a party, or the one that its authority gave in its place for the same key and name. Once
/// registered it never speaks for another.
#[derive(Debug, Clone)]
pub struct RegisterCertificate {
    /// The digest of issuer, subject and key.
    pub registration: Digest,
    /// For whom it speaks.
    pub party: PartyId,
    /// Its serial number, as text.
    pub serial: String,
    /// The certificate and those above it, in the line that the register keeps ([`CertificateRow::chain`]).
    ///
    /// [`CertificateRow::chain`]: crate::store::read::CertificateRow::chain
    pub chain: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

impl Sealed for RegisterCertificate {}

impl Effect for RegisterCertificate {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party), Look::Certificate(self.registration)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        require(state, &self.party)?;
        match state.certificates.get(&self.registration) {
            Some(known) if known.party == self.party && known.is_active => {
                // Its authority may have renewed it, for the same key under the same name.
                let renewed = known.serial != self.serial;
                Ok(if renewed { Once::now(self.changes(at)) } else { Once::already() })
            }
            Some(_) => Err(Conflict::Taken.into()),
            None => Ok(Once::now(self.changes(at))),
        }
    }
}

impl RegisterCertificate {
    pub(super) fn changes(&self, at: &Moment) -> Vec<Change> {
        let content = CertificateContent {
            chain: self.chain.clone(),
            not_before: self.not_before,
            not_after: self.not_after,
            registered: at.time,
        };
        let certificate = Certificate {
            party: self.party,
            is_active: true,
            serial: self.serial.clone(),
            revoked: None,
            content: Some(Arc::new(content)),
        };
        vec![Change::Certificate(self.registration, certificate), Change::Member(self.party)]
    }
}

/// Revokes the registration of a certificate, whatever its issuer says of it.
#[derive(Debug, Clone, Copy)]
pub struct RevokeCertificate {
    /// The digest of issuer, subject and key.
    pub registration: Digest,
}

impl Sealed for RevokeCertificate {}

impl Effect for RevokeCertificate {
    type Outcome = Once;

    /// What stops a party must work whatever policies the operator's program has.
    fn needs_policy(&self) -> bool {
        false
    }

    fn looks(&self) -> Vec<Look> {
        vec![Look::Certificate(self.registration)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let known = state.certificates.get(&self.registration).ok_or(Conflict::NotFound)?;
        if !known.is_active {
            return Ok(Once::already());
        }
        let revoked = Certificate { is_active: false, revoked: Some(at.time), ..known.clone() };
        Ok(Once::now(vec![Change::Certificate(self.registration, revoked), Change::Member(known.party)]))
    }
}
