//! From when and until when certificates hold, whoever they are of: for whoever must renew them in time.

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use super::certificate::parse;
use crate::domain::pem::unmarked;

/// From when until when a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// `notBefore` (RFC 5280, section 4.1.2.5).
    pub begin: Timestamp,
    /// `notAfter`, likewise.
    pub end: Timestamp,
}

impl Span {
    /// Of a certificate in DER; none where it cannot be read.
    #[must_use]
    pub fn of(der: &[u8]) -> Option<Self> {
        Some(Self { begin: certificate_begin(der)?, end: certificate_end(der)? })
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.end <= now
    }

    /// Whether it is still to begin.
    #[must_use]
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        now < self.begin
    }
}

/// The end of a certificate in DER (`notAfter`, RFC 5280, section 4.1.2.5); none where it cannot be read.
#[must_use]
pub fn certificate_end(der: &[u8]) -> Option<Timestamp> {
    let certificate = parse(der).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

/// The begin of a certificate in DER (`notBefore`, likewise); none where it cannot be read.
#[must_use]
pub fn certificate_begin(der: &[u8]) -> Option<Timestamp> {
    let certificate = parse(der).ok()?;
    Timestamp::from_second(certificate.validity().not_before.timestamp()).ok()
}

/// The ends of all certificates of a PEM file.
#[must_use]
pub fn certificate_ends(pem: &[u8]) -> Vec<Timestamp> {
    let certificates = CertificateDer::pem_slice_iter(unmarked(pem)).filter_map(Result::ok);
    certificates.filter_map(|certificate| certificate_end(&certificate)).collect()
}
