use super::*;
use crate::{
    domain::id::SystemEntropy,
    identity::{
        anchors::{AnchorFault, AnchorSource},
        authority::Authority,
    },
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-09-01T12:00:00Z")
}

fn authority() -> Authority {
    Authority::root("test", now(), &SystemEntropy::new()).unwrap()
}

fn anchors(authority: &Authority) -> TrustAnchors {
    let prefixes = ["00000099".to_owned()];
    let pem = authority.certificate_pem().as_bytes();
    TrustAnchors::read(&[AnchorSource { name: "test", pem, prefixes: &prefixes }]).unwrap()
}

fn read(lists: &[&str], authority: &Authority, now: Timestamp) -> Result<Revocations, Vec<ListFault>> {
    let sources: Vec<_> =
        lists.iter().map(|list| ListSource { name: "list", bytes: list.as_bytes() }).collect();
    Revocations::read(&sources, &anchors(authority), now)
}

fn certificate(authority: &Authority) -> ClientCertificate {
    let oin = "00000099000000001000".parse().unwrap();
    let issued = authority.client(oin, "Duinwijk", "test", now(), &SystemEntropy::new()).unwrap();
    ClientCertificate::read(&issued.der).unwrap()
}

#[test]
fn a_certificate_is_judged_by_its_own_authoritys_list() {
    let authority = authority();
    let (good, bad) = (certificate(&authority), certificate(&authority));
    let list = authority.revocation_list(&[bad.serial()], 1, now()).unwrap();
    let revocations = read(&[&list], &authority, now()).unwrap();
    assert_eq!(revocations.check(&good, now()), Ok(()));
    assert_eq!(revocations.check(&bad, now()), Err(IdentityFault::Revoked));
    assert!(
        revocations.is_revoked(bad.issuer(), &[&[0], bad.serial()].concat()),
        "a leading zero is no escape"
    );
    assert!(!revocations.is_revoked(good.issuer(), good.serial()));
    let elsewhere = certificate(&Authority::root("other", now(), &SystemEntropy::new()).unwrap());
    assert_eq!(revocations.check(&elsewhere, now()), Err(IdentityFault::RevocationUnknown));
}

#[test]
fn an_expired_list_judges_nobody() {
    let authority = authority();
    let list = authority.revocation_list(&[], 1, now()).unwrap();
    let revocations = read(&[&list], &authority, now()).unwrap();
    let lapse = revocations.next_update().unwrap();
    assert_eq!(revocations.check(&certificate(&authority), lapse), Err(IdentityFault::RevocationUnknown));
    assert_eq!(read(&[&list], &authority, lapse).unwrap_err(), [ListFault::Expired("list".to_owned())]);
    let newer = authority.revocation_list(&[], 2, lapse).unwrap();
    assert!(
        read(&[&list, &newer], &authority, lapse).is_ok(),
        "an old list beside its successor does no harm"
    );
}

#[test]
fn the_newer_of_two_lists_counts() {
    let authority = authority();
    let bad = certificate(&authority);
    let old = authority.revocation_list(&[], 1, now()).unwrap();
    let new = authority.revocation_list(&[bad.serial()], 2, at("2026-09-02T12:00:00Z")).unwrap();
    for lists in [[&*old, &*new], [&*new, &*old]] {
        let revocations = read(&lists, &authority, now()).unwrap();
        assert_eq!(revocations.check(&bad, now()), Err(IdentityFault::Revoked));
    }
}

#[test]
fn lists_that_nobody_trusted_signed_are_refused() {
    let (authority, other) = (authority(), authority());
    let list = other.revocation_list(&[], 1, now()).unwrap();
    assert_eq!(read(&[&list], &authority, now()).unwrap_err(), [ListFault::Signature("list".to_owned())]);
    assert_eq!(read(&[], &authority, now()).unwrap_err(), [ListFault::None]);
    let both = read(&["nonsense", &list], &authority, now()).unwrap_err();
    assert_eq!(both.len(), 2, "all faults at once: {both:?}");
    let mut der = pem::parse(authority.revocation_list(&[], 1, now()).unwrap()).unwrap().into_contents();
    // The header of the outer sequence and everything that is signed; behind it the algorithm is said a second time.
    let signed = CertificateRevocationList::from_der(&der).unwrap().1.tbs_cert_list.as_ref().len();
    for at in 0..signed + 3 {
        der[at] ^= 1;
        let source = ListSource { name: "list", bytes: &der };
        let changed = Revocations::read(&[source], &anchors(&authority), now());
        assert!(changed.is_err(), "byte {at}");
        der[at] ^= 1;
    }
}

#[test]
fn anchors_are_authorities_with_known_prefixes() {
    let authority = authority();
    let issued = authority
        .client("00000099000000001000".parse().unwrap(), "Duinwijk", "test", now(), &SystemEntropy::new())
        .unwrap();
    let (good, unknown) = (["00000099".to_owned()], ["00000098".to_owned()]);
    let source = |pem, prefixes| AnchorSource { name: "a", pem, prefixes };
    let fault = |source| TrustAnchors::read(&[source]).unwrap_err();
    let name = || "a".to_owned();
    assert_eq!(TrustAnchors::read(&[]).unwrap_err(), [AnchorFault::None]);
    assert_eq!(fault(source(b"nothing", &good)), [AnchorFault::Unreadable(name())]);
    assert_eq!(
        fault(source(b"nothing", &[])),
        [AnchorFault::Unreadable(name()), AnchorFault::Prefixes(name())],
        "all faults at once"
    );
    let leaf = pem::encode(&pem::Pem::new("CERTIFICATE", issued.der));
    assert_eq!(fault(source(leaf.as_bytes(), &good)), [AnchorFault::NotAnAuthority(name())]);
    let pem = authority.certificate_pem().as_bytes();
    assert_eq!(fault(source(pem, &unknown)), [AnchorFault::Prefixes(name())]);
}

#[test]
fn without_any_list_no_certificate_may_be_used() {
    let authority = authority();
    let oin = "00000099000000001000".parse().unwrap();
    let issued = authority.client(oin, "Zaffier", "test", now(), &SystemEntropy::new()).unwrap();
    let certificate = ClientCertificate::read(&issued.der).unwrap();
    assert_eq!(Revocations::none().check(&certificate, now()), Err(IdentityFault::RevocationUnknown));
}
