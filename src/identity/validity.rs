//! Until when certificates and revocation lists hold, whoever they are of: for whoever must renew them in time.

use jiff::Timestamp;
use x509_parser::{prelude::FromDer, revocation_list::CertificateRevocationList};

use super::certificate::parse;

/// The end of a certificate in DER (`notAfter`, RFC 5280, section 4.1.2.5); none where it cannot be read.
#[must_use]
pub fn certificate_end(der: &[u8]) -> Option<Timestamp> {
    let certificate = parse(der).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

/// The ends of all certificates of a PEM file.
#[must_use]
pub fn certificate_ends(pem: &[u8]) -> Vec<Timestamp> {
    blocks(pem, "CERTIFICATE").iter().filter_map(|der| certificate_end(der)).collect()
}

/// Since when and until when each revocation list of a file holds, PEM or DER (`thisUpdate` and `nextUpdate`, RFC 5280,
/// sections 5.1.2.4 and 5.1.2.5).
#[must_use]
pub fn lists(bytes: &[u8]) -> Vec<(Timestamp, Timestamp)> {
    let mut lists = blocks(bytes, "X509 CRL");
    if lists.is_empty() {
        lists.push(bytes.to_vec());
    }
    let life = |der: &Vec<u8>| {
        let (_, list) = CertificateRevocationList::from_der(der).ok()?;
        let at = |seconds| Timestamp::from_second(seconds).ok();
        at(list.last_update().timestamp()).zip(at(list.next_update()?.timestamp()))
    };
    lists.iter().filter_map(life).collect()
}

fn blocks(bytes: &[u8], tag: &str) -> Vec<Vec<u8>> {
    let blocks = pem::parse_many(bytes).unwrap_or_default();
    blocks.into_iter().filter(|block| block.tag() == tag).map(pem::Pem::into_contents).collect()
}
