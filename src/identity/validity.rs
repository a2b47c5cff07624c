//! From when and until when certificates hold, whoever they are of: for whoever must renew them in time.

use jiff::Timestamp;

use super::certificate::parse;

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
    let blocks = pem::parse_many(pem).unwrap_or_default();
    let certificates = blocks.iter().filter(|block| block.tag() == "CERTIFICATE");
    certificates.filter_map(|block| certificate_end(block.contents())).collect()
}
