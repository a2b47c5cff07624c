//! Whether who registers a certificate holds its private key.
//!
//! A **statement** comes with the next certificate: a compact JWS, signed by the next certificate's key, over the
//! registration of the certificate that calls and the time. Whoever copies a certificate of the organisation from
//! somewhere cannot have it registered for a role of his own; and a statement that was made for one role is none for
//! another, since each registration is of one party.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ClientCertificate, Peer,
    key_proof::{ProofFault, is_of_now, said, sign},
    tls::OwnCertificate,
};
use crate::domain::digest::Digest;

/// `typ` of a statement, so that no other JWS of a party can pass for one.
pub const STATEMENT_TYP: &str = "sluis-certificate-proof+jwt";

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The registration of the certificate that calls: the digest of its issuer, subject and key.
    pub present: Digest,
    /// When it was made: seconds since 1970.
    pub iat: i64,
}

/// Checks that the key of the next certificate made the statement, for the caller of this very request.
///
/// # Errors
/// [`ProofFault`].
pub fn check(
    next: &ClientCertificate,
    statement: &str,
    peer: &Peer,
    now: Timestamp,
) -> Result<(), ProofFault> {
    let said: Statement = said(STATEMENT_TYP, statement, next)?;
    if said.present != peer.certificate().registration() {
        return Err(ProofFault::OtherStatement);
    }
    is_of_now(said.iat, now)
}

/// Signs a statement with the key of the next certificate. For clients.
///
/// # Errors
/// [`ProofFault::Statement`] when a certificate is not one that a gateway lets in, or the key cannot sign.
pub fn state(next: &OwnCertificate, present: &[u8], now: Timestamp) -> Result<String, ProofFault> {
    let present = ClientCertificate::read(present).map_err(|_| ProofFault::Statement)?.registration();
    sign(STATEMENT_TYP, &Statement { present, iat: now.as_second() }, next)
}
