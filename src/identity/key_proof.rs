//! Whether an encryption key belongs to the party that publishes it.
//!
//! One of two proofs comes with a key. `x5c` in the JWK: a certificate of the same OIN, issued by a trusted authority, for
//! that very key. Or a **statement**: a compact JWS, signed by the key of the certificate that the party calls with, over
//! the key's thumbprint and the time. Without either, whoever gets hold of one account could put in a key of its own and
//! read what is meant for the party.
//!
//! A statement carries the signer's certificates in its header (`x5c`), so that senders can check it without the gateway's
//! word. The gateway itself looks at the certificate of the connection and at nothing that the statement brings along.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::{SignedDuration, Timestamp};
use josekit::{
    jwk::{Jwk, KeyPair, alg::rsa::RsaKeyPair},
    jws::{self, ES256, ES384, JwsHeader, JwsSigner, JwsVerifier, PS256},
};
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use x509_parser::{prelude::FromDer, public_key::PublicKey, x509::SubjectPublicKeyInfo};

use super::{
    ClientCertificate, Peer,
    anchors::TrustAnchors,
    certificate::{CertificateKey, canonical_serial, parse},
    chain::is_linked,
    revocations::Revocations,
    tls::{OwnCertificate, let_in},
};
use crate::{
    crypto::keys::{PublicNumbers, RecipientKey},
    domain::{json, party::PartyId},
};

/// `typ` of a statement, so that no other JWS of a party can pass for one.
pub const STATEMENT_TYP: &str = "sluis-key-proof+jwt";
/// A statement is made for one publication: an old one must not bring back a key that the party gave up.
pub const STATEMENT_LASTS: SignedDuration = SignedDuration::from_mins(10);
const LONGEST_STATEMENT: usize = 16 * 1024;
const LONGEST_CHAIN: usize = 6;

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The RFC 7638 thumbprint of the encryption key.
    pub thumbprint: String,
    /// The party, as `oin/role`. It may be left out: a certificate is registered to one party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// When it was made: seconds since 1970.
    pub iat: i64,
}

/// Why a key is not taken as the party's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Neither `x5c` nor a statement.
    #[error(
        "the key comes without proof: send `x5c`, or a statement signed by the calling certificate's key"
    )]
    Missing,
    /// `x5c` is not a list of one to six certificates in base64, leaf first.
    #[error("`x5c` is not a chain of certificates in base64, leaf first")]
    Chain,
    /// A certificate in `x5c` does not certify the one before it.
    #[error("a certificate in `x5c` does not certify the one before it")]
    Unlinked,
    /// The chain does not lead to an anchor that vouches for the OIN, or is expired or revoked.
    #[error("the certificate in `x5c` is not trusted, has expired or is revoked")]
    Untrusted,
    /// The certificate is another organisation's.
    #[error("the certificate in `x5c` is not of the calling party")]
    OtherOrganisation,
    /// The certificate is for another key.
    #[error("the certificate in `x5c` is for another key")]
    OtherKey,
    /// Not a compact JWS of the right type by the algorithm of the calling certificate.
    #[error(
        "the statement is not a JWS with `typ` sluis-key-proof+jwt by ES256, ES384 or PS256, as the certificate's key is"
    )]
    Statement,
    /// The signature is not by the key of the calling certificate.
    #[error("the statement is not signed by the calling certificate's key")]
    Signature,
    /// It is about another key or party.
    #[error("the statement is about another key or another party")]
    OtherStatement,
    /// It is older than ten minutes.
    #[error("the statement is not of the last ten minutes")]
    Stale,
    /// It is from more than ten minutes from now: the caller's clock is ahead.
    #[error("the statement is from the future")]
    Ahead,
}

/// Checks the proof that comes with a key: the statement, the JWK's `x5c`, or both. What comes along must hold, also where
/// the other would be proof enough: a certificate of another key or organisation would mislead who reads the JWK
/// (RFC 7517, section 4.7).
///
/// Answers when the proof ends: `x5c` proves the key for as long as its certificate lasts; a statement has no end, since it
/// proves one publication.
///
/// Of a key that is wrong itself, what else is wrong is told without it.
///
/// `peer` must be the caller of this very request. The caller of this function must still see to it that the thumbprint
/// belongs to no other party.
///
/// # Errors
/// Every [`ProofFault`]: one of the statement, one of `x5c`.
pub fn check(
    key: Option<&RecipientKey>,
    jwk: &Value,
    statement: Option<&str>,
    peer: &Peer,
    anchors: &TrustAnchors,
    revocations: &Revocations,
    now: Timestamp,
) -> Result<Option<Timestamp>, Vec<ProofFault>> {
    let stated = statement.map(|statement| check_statement(key, statement, peer, now)).transpose();
    let x5c = jwk.get("x5c");
    let vouched = x5c.map(|x5c| check_chain(key, x5c, peer, anchors, revocations, now)).transpose();
    match (stated, vouched) {
        (Ok(None), Ok(None)) => Err(vec![ProofFault::Missing]),
        (Ok(_), Ok(end)) => Ok(end),
        (stated, vouched) => Err(stated.err().into_iter().chain(vouched.err()).collect()),
    }
}

fn check_chain(
    key: Option<&RecipientKey>,
    x5c: &Value,
    peer: &Peer,
    anchors: &TrustAnchors,
    revocations: &Revocations,
    now: Timestamp,
) -> Result<Timestamp, ProofFault> {
    let chain = chain(x5c).ok_or(ProofFault::Chain)?;
    let leaf = chain.first().ok_or(ProofFault::Chain)?;
    let is_linked = is_linked(&chain).map_err(|_| ProofFault::Chain)?;
    let certificate = let_in(&chain, anchors, revocations, now).map_err(|_| ProofFault::Untrusted)?;
    if certificate.oin() != peer.party().oin {
        return Err(ProofFault::OtherOrganisation);
    }
    if !is_linked {
        return Err(ProofFault::Unlinked);
    }
    let is_other = key.is_some_and(|key| !is_for(leaf, key.numbers()));
    if is_other { Err(ProofFault::OtherKey) } else { Ok(certificate.not_after()) }
}

fn chain(x5c: &Value) -> Option<Vec<CertificateDer<'static>>> {
    let list = x5c.as_array().filter(|list| (1..=LONGEST_CHAIN).contains(&list.len()))?;
    // RFC 7517, section 4.7: base64, not base64url.
    list.iter().map(|entry| STANDARD.decode(entry.as_str()?).ok().map(CertificateDer::from)).collect()
}

fn is_for(leaf: &CertificateDer<'_>, numbers: &PublicNumbers) -> bool {
    let Ok(certificate) = parse(leaf) else { return false };
    match (certificate.public_key().parsed(), numbers) {
        (Ok(PublicKey::RSA(rsa)), PublicNumbers::Rsa { n, e }) => {
            canonical_serial(rsa.modulus) == n && canonical_serial(rsa.exponent) == e
        }
        (Ok(PublicKey::EC(point)), PublicNumbers::P256 { x, y }) => {
            point.data() == [&[4], x.as_slice(), y.as_slice()].concat()
        }
        _ => false,
    }
}

fn check_statement(
    key: Option<&RecipientKey>,
    statement: &str,
    peer: &Peer,
    now: Timestamp,
) -> Result<(), ProofFault> {
    let said: Statement = said(STATEMENT_TYP, statement, peer.certificate())?;
    let is_other = key.is_some_and(|key| said.thumbprint != key.thumbprint());
    if is_other || said.party.is_some_and(|party| party != peer.party()) {
        return Err(ProofFault::OtherStatement);
    }
    is_of_now(said.iat, now)
}

/// What a statement of this type says, once it is known to be signed by the key of this certificate.
pub(super) fn said<T: DeserializeOwned>(
    typ: &str,
    statement: &str,
    certificate: &ClientCertificate,
) -> Result<T, ProofFault> {
    if statement.len() > LONGEST_STATEMENT || !has_header_of(statement, certificate.key(), typ) {
        return Err(ProofFault::Statement);
    }
    let verifier = verifier(certificate).ok_or(ProofFault::Statement)?;
    let (payload, _) =
        jws::deserialize_compact(statement, verifier.as_ref()).map_err(|_| ProofFault::Signature)?;
    json::typed(&payload).map_err(|_| ProofFault::Statement)
}

/// Whether a statement of this instant may still be used.
pub(super) fn is_of_now(iat: i64, now: Timestamp) -> Result<(), ProofFault> {
    let age = now.as_second().saturating_sub(iat);
    let lasts = STATEMENT_LASTS.as_secs();
    match age {
        _ if age > lasts => Err(ProofFault::Stale),
        _ if age < lasts.saturating_neg() => Err(ProofFault::Ahead),
        _ => Ok(()),
    }
}

fn has_header_of(statement: &str, key: CertificateKey, typ: &str) -> bool {
    let mut parts = statement.split('.');
    let (Some(head), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let header = URL_SAFE_NO_PAD.decode(head).ok();
    let header: Option<Value> = header.and_then(|bytes| json::read(&bytes).ok());
    header.is_some_and(|header| {
        let text = |name| header.get(name).and_then(Value::as_str);
        text("alg") == Some(algorithm(key))
            && text("typ") == Some(typ)
            && header.get("crit").is_none()
            && header.get("b64").is_none()
    })
}

const fn algorithm(key: CertificateKey) -> &'static str {
    match key {
        CertificateKey::Rsa => "PS256",
        CertificateKey::P256 => "ES256",
        CertificateKey::P384 => "ES384",
    }
}

fn verifier(certificate: &ClientCertificate) -> Option<Box<dyn JwsVerifier>> {
    let spki = certificate.spki();
    Some(match certificate.key() {
        CertificateKey::Rsa => Box::new(PS256.verifier_from_jwk(&rsa_jwk(spki)?).ok()?),
        CertificateKey::P256 => Box::new(ES256.verifier_from_der(spki).ok()?),
        CertificateKey::P384 => Box::new(ES384.verifier_from_der(spki).ok()?),
    })
}

/// josekit takes a key in DER for PS256 only if it says `id-RSASSA-PSS`; certificates say `rsaEncryption`.
fn rsa_jwk(spki: &[u8]) -> Option<Jwk> {
    let (_, spki) = SubjectPublicKeyInfo::from_der(spki).ok()?;
    let PublicKey::RSA(rsa) = spki.parsed().ok()? else { return None };
    let b64 = |number| Some(json!(URL_SAFE_NO_PAD.encode(canonical_serial(number))));
    let mut jwk = Jwk::new("RSA");
    jwk.set_parameter("n", b64(rsa.modulus)).ok()?;
    jwk.set_parameter("e", b64(rsa.exponent)).ok()?;
    Some(jwk)
}

fn signer(key: CertificateKey, private_der: &[u8]) -> Option<Box<dyn JwsSigner>> {
    Some(match key {
        CertificateKey::Rsa => {
            let pair = RsaKeyPair::from_der(private_der).ok()?;
            Box::new(PS256.signer_from_jwk(&pair.to_jwk_private_key()).ok()?)
        }
        CertificateKey::P256 => Box::new(ES256.signer_from_der(private_der).ok()?),
        CertificateKey::P384 => Box::new(ES384.signer_from_der(private_der).ok()?),
    })
}

/// Signs a statement with the key of a party's certificate. For clients.
///
/// # Errors
/// [`ProofFault::Statement`] when the certificate is not one that a gateway lets in, or its key cannot sign.
pub fn state(
    key: &RecipientKey,
    party: Option<PartyId>,
    own: &OwnCertificate,
    now: Timestamp,
) -> Result<String, ProofFault> {
    let said = Statement { thumbprint: key.thumbprint().to_owned(), party, iat: now.as_second() };
    sign(STATEMENT_TYP, &said, own)
}

/// A statement of this type, signed by the key of a certificate.
pub(super) fn sign<T: Serialize>(typ: &str, said: &T, own: &OwnCertificate) -> Result<String, ProofFault> {
    let certificate = ClientCertificate::read(own.leaf()).map_err(|_| ProofFault::Statement)?;
    let signer = signer(certificate.key(), own.key_der()).ok_or(ProofFault::Statement)?;
    let payload = serde_json::to_vec(said).map_err(|_| ProofFault::Statement)?;
    let chain: Vec<_> = own.chain().map(|certificate| STANDARD.encode(certificate)).collect();
    let mut header = JwsHeader::new();
    header.set_token_type(typ);
    header.set_claim("x5c", Some(json!(chain))).map_err(|_| ProofFault::Statement)?;
    jws::serialize_compact(&payload, &header, signer.as_ref()).map_err(|_| ProofFault::Statement)
}

#[cfg(test)]
mod tests;
