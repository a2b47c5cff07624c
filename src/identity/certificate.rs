//! A client certificate, read strictly.

use std::fmt;

use aws_lc_rs::digest;
use jiff::Timestamp;
use x509_parser::{
    certificate::X509Certificate,
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
        OID_X509_ORGANIZATION_NAME, OID_X509_SERIALNUMBER, Oid,
    },
    prelude::FromDer,
    public_key::PublicKey,
    x509::{SubjectPublicKeyInfo, X509Name},
};

use crate::domain::{digest::Digest, oin::Oin};

/// NCSC 2025: RSA below 3072 bits is being phased out.
const SHORTEST_RSA_BITS: usize = 3072;
const LONGEST_ORGANISATION: usize = 200;
/// Longer than any certificate that an authority issues.
const LONGEST: usize = 64 * 1024;

/// The kind of key in a certificate; what signs by it is checked with the matching algorithm only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateKey {
    /// RSA of at least 3072 bits.
    Rsa,
    /// P-256.
    P256,
    /// P-384.
    P384,
}

/// Why a certificate is not taken. None of these repeats what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Not exactly one X.509 certificate in DER.
    #[error("not an X.509 certificate")]
    NotACertificate,
    /// Behind the organisation's own stand more than a verifier follows.
    #[error("a chain has at most six certificates")]
    TooMany,
    /// An authority's certificate is not a party's.
    #[error("the certificate is that of an authority, not of an organisation")]
    Authority,
    /// The subject has no serialNumber, several, or one that is no OIN.
    #[error("the certificate's subject must have exactly one serialNumber, and that must be an OIN")]
    Oin,
    /// The subject has no organisation, several, or one that is empty, too long or has control characters.
    #[error("the certificate's subject must have exactly one organization name, of at most 200 characters")]
    Organisation,
    /// Another kind of key, or a shorter one.
    #[error("the certificate's key must be RSA of at least 3072 bits, P-256 or P-384")]
    Key,
    /// The dates are outside the calendar, or in the wrong order.
    #[error("the certificate's validity cannot be read")]
    Validity,
}

/// A client certificate whose form is right. Whether it is to be trusted is decided by [`super::tls`] at the handshake and
/// by [`super::Peer`] on each request.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    oin: Oin,
    organisation: String,
    issuer: Vec<u8>,
    serial: Vec<u8>,
    key: CertificateKey,
    spki: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
    registration: Digest,
    is_for_clients: bool,
    may_sign: bool,
}

impl ClientCertificate {
    /// Reads a certificate in DER. It never panics, whatever the bytes are, and does not check any signature.
    ///
    /// # Errors
    /// [`CertificateFault`] when it is no certificate of an organisation with an OIN and a sound key.
    pub fn read(der: &[u8]) -> Result<Self, CertificateFault> {
        let certificate = parse(der)?;
        if certificate.is_ca() {
            return Err(CertificateFault::Authority);
        }
        let subject = certificate.subject();
        let oin = the_only(subject, &OID_X509_SERIALNUMBER)
            .and_then(|text| text.parse().ok())
            .ok_or(CertificateFault::Oin)?;
        let organisation = the_only(subject, &OID_X509_ORGANIZATION_NAME)
            .filter(|name| {
                !name.trim().is_empty()
                    && name.chars().count() <= LONGEST_ORGANISATION
                    && !name.chars().any(char::is_control)
            })
            .ok_or(CertificateFault::Organisation)?
            .to_owned();
        let (not_before, not_after) = validity(&certificate)?;
        let spki = certificate.public_key().raw;
        Ok(Self {
            oin,
            organisation,
            issuer: certificate.issuer().as_raw().to_vec(),
            serial: canonical_serial(certificate.raw_serial()).to_vec(),
            key: kind(certificate.public_key()).ok_or(CertificateFault::Key)?,
            registration: registration(certificate.issuer().as_raw(), subject.as_raw(), spki),
            spki: spki.to_vec(),
            not_before,
            not_after,
            is_for_clients: is_for_clients(&certificate),
            may_sign: may_sign(&certificate),
        })
    }

    /// The organisation's number, from subject.serialNumber (Digikoppeling PKI001).
    #[must_use]
    pub const fn oin(&self) -> Oin {
        self.oin
    }

    /// The organisation's name as the authority wrote it, from the subject's O.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// The issuer's distinguished name in DER.
    #[must_use]
    pub fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    /// The serial number, big-endian without leading zeros. It names the certificate within its issuer.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The serial number as lower-case hexadecimal text.
    #[must_use]
    pub fn serial_text(&self) -> String {
        hex::encode(&self.serial)
    }

    /// The kind of key.
    #[must_use]
    pub const fn key(&self) -> CertificateKey {
        self.key
    }

    /// The public key as `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The SHA-256 of [`ClientCertificate::spki`].
    #[must_use]
    pub fn spki_digest(&self) -> Digest {
        Digest::of(&self.spki)
    }

    /// The first instant at which it holds.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second in which it holds.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether its extended key usage names `clientAuth` (RFC 5280, section 4.2.1.12). One without that extension may be used
    /// for anything by the RFC; `PKIoverheid` always writes it, so that what has none was not made for this.
    #[must_use]
    pub const fn is_for_clients(&self) -> bool {
        self.is_for_clients
    }

    /// Whether its key may sign, as it does in each handshake and statement: `digitalSignature` where it has a key usage (RFC
    /// 5280, section 4.2.1.3).
    #[must_use]
    pub const fn may_sign(&self) -> bool {
        self.may_sign
    }

    /// What a party registers: SHA-256 over issuer, subject and public key, each in DER and preceded by its length in
    /// eight bytes, big-endian. A renewal with the same key and names keeps it; any other certificate has another.
    #[must_use]
    pub const fn registration(&self) -> Digest {
        self.registration
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({}, serial {})", self.oin, self.serial_text())
    }
}

pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateFault> {
    if der.len() > LONGEST {
        return Err(CertificateFault::NotACertificate);
    }
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CertificateFault::NotACertificate),
    }
}

/// Big-endian without leading zeros: DER puts one before a high first bit, and some tools print without it.
pub(super) fn canonical_serial(mut serial: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = serial {
        serial = rest;
    }
    serial
}

/// The value of an attribute that stands in the name exactly once: two serial numbers would be two organisations.
fn the_only<'a>(name: &'a X509Name<'_>, oid: &Oid<'_>) -> Option<&'a str> {
    let mut values = name.iter_attributes().filter(|attribute| attribute.attr_type() == oid);
    match (values.next(), values.next()) {
        (Some(only), None) => only.as_str().ok(),
        _ => None,
    }
}

pub(super) fn kind(key: &SubjectPublicKeyInfo<'_>) -> Option<CertificateKey> {
    let algorithm = &key.algorithm.algorithm;
    if *algorithm == OID_PKCS1_RSAENCRYPTION {
        match key.parsed() {
            Ok(PublicKey::RSA(rsa)) if bits(rsa.modulus) >= SHORTEST_RSA_BITS => Some(CertificateKey::Rsa),
            _ => None,
        }
    } else if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
        match () {
            () if curve == OID_EC_P256 => Some(CertificateKey::P256),
            () if curve == OID_NIST_EC_P384 => Some(CertificateKey::P384),
            () => None,
        }
    } else {
        None
    }
}

/// RSA below 3072 bits.
pub(super) fn is_short_rsa(key: &SubjectPublicKeyInfo<'_>) -> bool {
    key.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION && kind(key).is_none()
}

fn bits(modulus: &[u8]) -> usize {
    let modulus = canonical_serial(modulus);
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    modulus.len().saturating_mul(8).saturating_sub(usize::try_from(leading).unwrap_or(8))
}

/// One without a key usage may do anything.
pub(super) fn may_sign(certificate: &X509Certificate<'_>) -> bool {
    certificate.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.digital_signature()))
}

fn is_for_clients(certificate: &X509Certificate<'_>) -> bool {
    certificate.extended_key_usage().ok().flatten().is_some_and(|usage| usage.value.client_auth)
}

fn validity(certificate: &X509Certificate<'_>) -> Result<(Timestamp, Timestamp), CertificateFault> {
    let instant = |seconds| Timestamp::from_second(seconds).map_err(|_| CertificateFault::Validity);
    let not_before = instant(certificate.validity().not_before.timestamp())?;
    let not_after = instant(certificate.validity().not_after.timestamp())?;
    if not_before < not_after { Ok((not_before, not_after)) } else { Err(CertificateFault::Validity) }
}

fn registration(issuer: &[u8], subject: &[u8], spki: &[u8]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [issuer, subject, spki] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut bytes = [0; 32];
    for (slot, byte) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *slot = *byte;
    }
    Digest(bytes)
}

#[cfg(test)]
mod tests;
