//! Certificates, revocation lists, and proofs that a key is a party's.

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::{CertificateRevocationListDer, pem::PemObject as _};
use sluis::{
    crypto::keys::RecipientKey,
    domain::{digest::Digest, oin::Oin},
    identity::{
        ClientCertificate,
        anchors::{AnchorFault, AnchorSource, TrustAnchors},
        key_proof,
        revocations::{ListFault, ListSource, Revocations},
        tls,
    },
};
use x509_parser::{prelude::FromDer as _, revocation_list::CertificateRevocationList};

use super::{
    assert_silent, compact,
    fixed::{ANCHORS, LISTS, OWN, PEER, clock, now, sign},
    text,
};

/// One certificate in DER.
pub(super) fn certificate(bytes: &[u8]) -> bool {
    let Ok(read) = ClientCertificate::read(bytes) else { return false };
    assert!(read.oin().as_str().parse::<Oin>().is_ok());
    let name = read.organisation();
    assert!(!name.trim().is_empty() && name.chars().count() <= 200 && !name.chars().any(char::is_control));
    assert!(read.serial().first() != Some(&0) && read.serial_text() == hex::encode(read.serial()));
    assert!(read.not_before() < read.not_after());
    assert_eq!(read.spki_digest(), Digest::of(read.spki()));
    for part in [read.spki(), read.issuer()] {
        assert!(bytes.windows(part.len()).any(|window| window == part), "a part that is not in the bytes");
    }
    assert!(ClientCertificate::read(&[bytes, &[0]].concat()).is_err(), "more than one certificate is taken");
    let is_own = read.registration() == PEER.certificate().registration();
    assert_eq!(
        is_own,
        (read.issuer(), read.spki()) == (PEER.certificate().issuer(), PEER.certificate().spki())
            && same_subject(bytes)
    );
    true
}

/// Whether the subject is byte for byte that of the party's own certificate.
fn same_subject(bytes: &[u8]) -> bool {
    let subject = |der: &[u8]| {
        let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(der).unwrap();
        certificate.subject().as_raw().to_vec()
    };
    subject(bytes) == subject(OWN.leaf())
}

/// The certificates of an authority.
pub(super) fn anchor(bytes: &[u8]) -> bool {
    let prefixes = ["00000099".to_owned()];
    let anchors = match TrustAnchors::read(&[AnchorSource { name: "fuzz", pem: bytes, prefixes: &prefixes }])
    {
        Ok(anchors) => anchors,
        Err(faults) => {
            assert!(!faults.is_empty() && !faults.contains(&AnchorFault::None), "{faults:?}");
            return false;
        }
    };
    // What is trusted here must not stop the listener, which hands it to rustls: with the one list there is, or none.
    let source = ListSource { name: "fixed", bytes: Some(include_bytes!("../fixed/authority.crl")) };
    let lists = Revocations::read(&[source], &anchors, &Revocations::none(), now()).revocations;
    tls::server_config(&OWN, &anchors, &lists, clock()).expect("rustls refuses the authority");
    true
}

/// A list in DER or PEM, and the same bytes signed by the authority.
pub(super) fn revocation_list(bytes: &[u8]) -> bool {
    list(bytes) | signed(bytes).is_some_and(|bytes| list(&bytes))
}

fn list(bytes: &[u8]) -> bool {
    let source = ListSource { name: "fuzz", bytes: Some(bytes) };
    let read = Revocations::read(&[source], &ANCHORS, &Revocations::none(), now());
    let lists = read.revocations;
    if lists.next_update().is_none() {
        assert!(!read.faults.is_empty() && !read.faults.contains(&ListFault::None), "{:?}", read.faults);
        return false;
    }
    assert_eq!(lists.holds(now()), lists.next_update().is_some_and(|next| next > now()));
    // A text may hold several lists; what one holds is compared below.
    if bytes.windows(11).filter(|window| *window == b"-----BEGIN ").count() > 1 {
        return true;
    }
    // The one to compare with wants its frame to the letter; where it does not read, there is nothing to compare.
    let der = if bytes.first() == Some(&0x30) {
        Some(bytes.to_vec())
    } else {
        CertificateRevocationListDer::from_pem_slice(bytes).ok().map(|list| list.to_vec())
    };
    let Some(der) = der else { return true };
    let (_, plain) = CertificateRevocationList::from_der(&der).unwrap();
    for revoked in plain.iter_revoked_certificates() {
        assert!(
            lists.is_revoked(plain.issuer().as_raw(), revoked.raw_serial()),
            "a revoked serial is not found"
        );
    }
    // What is taken here must not stop the listener, which hands it to rustls.
    tls::server_config(&OWN, &ANCHORS, &lists, clock()).expect("rustls refuses the list");
    true
}

/// The list of which these bytes are the first part, signed.
fn signed(bytes: &[u8]) -> Option<Vec<u8>> {
    /// ecdsa-with-SHA256.
    const ALGORITHM: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let block = CertificateRevocationListDer::from_pem_slice(bytes).ok();
    let whole = block.as_deref().unwrap_or(bytes);
    // SEQUENCE of a length in two bytes, as the seeds have; the list that is signed comes first in it.
    let tbs = whole.get(4..)?;
    let [0x30, 0x81 | 0x82, ..] = tbs else { return None };
    let (start, length) = match tbs {
        [_, 0x81, one, ..] => (3, usize::from(*one)),
        [_, 0x82, one, two, ..] => (4, usize::from(*one) << 8 | usize::from(*two)),
        _ => return None,
    };
    let tbs = tbs.get(..start + length)?;
    let signature = [&[0][..], &sign(tbs)].concat();
    let body = [tbs, &ALGORITHM, &[3, u8::try_from(signature.len()).ok()?], &signature].concat();
    Some([&[0x30, 0x82], u16::try_from(body.len()).ok()?.to_be_bytes().as_slice(), &body].concat())
}

/// A JWK; or a statement about the key of the seeds, in which case the first line is the JWK.
pub(super) fn key_proof(bytes: &[u8]) -> bool {
    let Some((jwk, statement)) = text(bytes).map(|text| text.split_once('\n').unwrap_or((text, ""))) else {
        return false;
    };
    let Ok(jwk) = sluis::http::json::parse_strict(jwk.as_bytes()) else { return false };
    let Ok(key) = RecipientKey::from_jwk(&jwk) else { return false };
    let statement = Some(compact(statement)).filter(|statement| !statement.is_empty());
    let statement = statement.as_deref();
    let check = |at: Timestamp| key_proof::check(Some(&key), &jwk, statement, &PEER, &ANCHORS, &LISTS, at);
    let proven = check(now());
    assert_silent(&proven);
    if proven.is_err() {
        return false;
    }
    if let Some(statement) = statement {
        assert_eq!(statement, include_str!("../corpus/key_proof/ok-statement").split_once('\n').unwrap().1);
        assert!(check(now() + SignedDuration::from_mins(11)).is_err(), "a stale statement is taken");
    } else {
        assert!(
            check(now() + SignedDuration::from_hours(24 * 4000)).is_err(),
            "an expired certificate is taken"
        );
    }
    true
}
