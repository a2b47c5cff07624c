use rustls::pki_types::pem::PemObject as _;
use x509_parser::{prelude::FromDer as _, revocation_list::CertificateRevocationList};

use super::*;
use crate::{
    domain::id::SystemEntropy,
    identity::{
        anchors::{AnchorFault, AnchorSource},
        authority::{Authority, certificate_pem},
    },
};

fn der(list: &str) -> Vec<u8> {
    CertificateRevocationListDer::from_pem_slice(list.as_bytes()).unwrap().to_vec()
}

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
    let ListsRead { revocations, faults } = read_after(&Revocations::none(), lists, &anchors(authority), now);
    if faults.is_empty() { Ok(revocations) } else { Err(faults) }
}

fn read_after(before: &Revocations, lists: &[&str], anchors: &TrustAnchors, now: Timestamp) -> ListsRead {
    let sources: Vec<_> =
        lists.iter().map(|list| ListSource { name: "list", bytes: Some(list.as_bytes()) }).collect();
    Revocations::read(&sources, anchors, before, now)
}

fn two_anchors(one: &Authority, other: &Authority) -> TrustAnchors {
    let prefixes = ["00000099".to_owned()];
    let source = |authority| AnchorSource {
        name: "test",
        pem: Authority::certificate_pem(authority).as_bytes(),
        prefixes: &prefixes,
    };
    TrustAnchors::read(&[source(one), source(other)]).unwrap()
}

/// The list of this authority, as a fault names it.
fn of(authority: &Authority) -> Named {
    let anchors = anchors(authority);
    let certificate = &anchors.iter().next().unwrap().certificates[0];
    Named::of("list", parse(certificate).unwrap().subject())
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
    assert_eq!(read(&[&list], &authority, lapse).unwrap_err(), [ListFault::Expired(of(&authority))]);
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
    let new = authority.revocation_list(&[bad.serial()], 2, at("2026-09-01T12:05:00Z")).unwrap();
    for lists in [[&*old, &*new], [&*new, &*old]] {
        let revocations = read(&lists, &authority, now()).unwrap();
        assert_eq!(revocations.check(&bad, now()), Err(IdentityFault::Revoked));
    }
}

#[test]
fn lists_that_nobody_trusted_signed_are_refused() {
    let (authority, other) = (authority(), authority());
    let list = other.revocation_list(&[], 1, now()).unwrap();
    assert_eq!(read(&[&list], &authority, now()).unwrap_err(), [ListFault::Signature(of(&authority))]);
    assert_eq!(read(&[], &authority, now()).unwrap_err(), [ListFault::None]);
    let both = read(&["nonsense", &list], &authority, now()).unwrap_err();
    assert_eq!(both.len(), 2, "all faults at once: {both:?}");
    let mut der = der(&authority.revocation_list(&[], 1, now()).unwrap());
    // The header of the outer sequence and everything that is signed; behind it the algorithm is said a second time.
    let signed = CertificateRevocationList::from_der(&der).unwrap().1.tbs_cert_list.as_ref().len();
    for at in 0..signed + 3 {
        der[at] ^= 1;
        let source = ListSource { name: "list", bytes: Some(&der) };
        let changed = Revocations::read(&[source], &anchors(&authority), &Revocations::none(), now());
        assert!(!changed.faults.is_empty(), "byte {at}");
        assert!(changed.revocations.standing().next().is_none(), "byte {at}");
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
    let leaf = certificate_pem(&issued.der);
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

#[test]
fn every_list_of_a_file_counts_whatever_stands_around_it() {
    let (one, other) = (authority(), Authority::root("other", now(), &SystemEntropy::new()).unwrap());
    let anchors = two_anchors(&one, &other);
    let (bad, foreign) = (certificate(&one), certificate(&other));
    let old = one.revocation_list(&[], 1, now()).unwrap();
    let new = one.revocation_list(&[bad.serial()], 2, at("2026-09-01T12:05:00Z")).unwrap();
    let others = other.revocation_list(&[foreign.serial()], 1, now()).unwrap();
    let crlf = others.replace('\n', "\r\n");
    for file in [
        format!("{old}{new}{others}"),
        format!("{new}{old}{others}"),
        format!("\n\nIssuer: Één\nnext: soon\n{old}\n# the second\n\n{new}subject=x\n{crlf}\ntrailing"),
        format!("\u{feff}{others}{old}{new}"),
    ] {
        let read = read_after(&Revocations::none(), &[&file], &anchors, now());
        assert_eq!(read.faults, []);
        assert_eq!(read.revocations.check(&bad, now()), Err(IdentityFault::Revoked));
        assert_eq!(read.revocations.check(&foreign, now()), Err(IdentityFault::Revoked));
        assert_eq!(read.revocations.check(&certificate(&other), now()), Ok(()));
    }
}

#[test]
fn a_part_that_cannot_be_read_is_told_and_takes_no_other_along() {
    let (one, other) = (authority(), Authority::root("other", now(), &SystemEntropy::new()).unwrap());
    let anchors = two_anchors(&one, &other);
    let bad = certificate(&one);
    let list = one.revocation_list(&[bad.serial()], 1, now()).unwrap();
    let others = other.revocation_list(&[], 1, now()).unwrap();
    let (head, _) = others.split_at(others.len() / 2);
    let garbled = others.replacen("MI", "!!", 1);
    let other_block = certificate_pem(&[1, 2, 3]);
    for part in [head, garbled.as_str(), other_block.as_str()] {
        for file in [format!("{part}\n{list}"), format!("{list}{part}")] {
            let read = read_after(&Revocations::none(), &[&file], &anchors, now());
            assert_eq!(read.faults, [ListFault::Unreadable("list".to_owned())], "{file}");
            assert_eq!(read.revocations.check(&bad, now()), Err(IdentityFault::Revoked));
            let unknown = read.revocations.check(&certificate(&other), now());
            assert_eq!(unknown, Err(IdentityFault::RevocationUnknown));
        }
    }
}

#[test]
fn a_list_that_lapsed_or_is_missing_hurts_its_own_authority_only() {
    let (one, other) = (authority(), Authority::root("other", now(), &SystemEntropy::new()).unwrap());
    let anchors = two_anchors(&one, &other);
    let (bad, foreign) = (certificate(&one), certificate(&other));
    let lapsing = other.revocation_list(&[], 1, now()).unwrap();
    let first = one.revocation_list(&[], 1, now()).unwrap();
    let before = read_after(&Revocations::none(), &[&first, &lapsing], &anchors, now()).revocations;
    let later = before.next_update().unwrap();
    let fresh = one.revocation_list(&[bad.serial()], 2, later).unwrap();
    for sources in [
        [Some(fresh.as_bytes()), Some(lapsing.as_bytes())],
        [Some(fresh.as_bytes()), None],
        [Some(fresh.as_bytes()), Some(b"rubbish".as_slice())],
    ] {
        let sources = sources.map(|bytes| ListSource { name: "list", bytes });
        let read = Revocations::read(&sources, &anchors, &before, later);
        assert!(!read.faults.is_empty());
        assert!(read.revocations.holds(later));
        assert_eq!(read.revocations.check(&bad, later), Err(IdentityFault::Revoked));
        assert_eq!(read.revocations.check(&certificate(&one), later), Ok(()));
        assert_eq!(read.revocations.check(&foreign, later), Err(IdentityFault::RevocationUnknown));
    }
}

#[test]
fn an_older_list_does_not_undo_a_revocation() {
    let authority = authority();
    let bad = certificate(&authority);
    let tomorrow = at("2026-09-02T12:00:00Z");
    let new = authority.revocation_list(&[bad.serial()], 2, tomorrow).unwrap();
    let used = read(&[&new], &authority, tomorrow).unwrap();
    let by_number = authority.revocation_list(&[], 1, at("2026-09-02T12:05:00Z")).unwrap();
    let by_date = authority.revocation_list(&[], 2, now()).unwrap();
    for older in [&by_number, &by_date] {
        let read = read_after(&used, &[older], &anchors(&authority), tomorrow);
        assert_eq!(read.faults, [ListFault::Older(of(&authority))]);
        assert_eq!(read.revocations.check(&bad, tomorrow), Err(IdentityFault::Revoked));
    }
    // A higher number is newer, also where the one before was dated later than it was made.
    for day in ["2026-09-02T12:00:00Z", "2026-09-01T12:00:00Z"] {
        let newer = authority.revocation_list(&[], 3, at(day)).unwrap();
        let read = read_after(&used, &[&newer], &anchors(&authority), tomorrow);
        assert_eq!((read.faults, read.revocations.check(&bad, tomorrow)), (vec![], Ok(())));
    }
}

#[test]
fn a_list_from_the_future_is_not_taken() {
    let authority = authority();
    let bad = certificate(&authority);
    let used = read(&[&authority.revocation_list(&[bad.serial()], 10, now()).unwrap()], &authority, now());
    let early = authority.revocation_list(&[], 11, at("2026-09-01T14:00:00Z")).unwrap();
    let read = read_after(&used.unwrap(), &[&early], &anchors(&authority), now());
    assert_eq!(read.faults, [ListFault::Early(of(&authority))]);
    assert_eq!(read.revocations.check(&bad, now()), Err(IdentityFault::Revoked));
    // A clock that is a little apart is no future.
    let soon = authority.revocation_list(&[], 11, at("2026-09-01T12:05:00Z")).unwrap();
    assert_eq!(read_after(&read.revocations, &[&soon], &anchors(&authority), now()).faults, []);
}

#[test]
fn a_list_stays_as_long_as_its_authority_is_trusted() {
    let (one, other) = (authority(), Authority::root("other", now(), &SystemEntropy::new()).unwrap());
    let list = other.revocation_list(&[], 1, now()).unwrap();
    let used = read_after(&Revocations::none(), &[&list], &two_anchors(&one, &other), now()).revocations;
    let own = one.revocation_list(&[], 1, now()).unwrap();
    let kept = read_after(&used, &[&own], &two_anchors(&one, &other), now()).revocations;
    assert_eq!(kept.standing().count(), 2);
    let left = read_after(&used, &[&own], &anchors(&one), now()).revocations;
    assert_eq!(left.standing().map(|list| list.this_update).collect::<Vec<_>>(), [now()]);
    assert!(left.standing().all(|list| list.authority.contains("test") && list.next_update > now()));
}

/// What was kept counts for as long as its authority is trusted, and nothing that a database could have been given besides.
#[test]
fn what_was_kept_is_checked_again() {
    let (one, other) = (authority(), authority());
    let list =
        |authority: &Authority, number| der(&authority.revocation_list(&[&[7]], number, now()).unwrap());
    let (first, second, foreign) = (list(&one, 1), list(&one, 2), list(&other, 9));
    let mut changed = list(&one, 3);
    *changed.last_mut().unwrap() ^= 1;
    let all = [&second, &first, &foreign, &changed].map(Vec::as_slice);
    let kept = Revocations::kept(all, &anchors(&one));
    let keeps: Vec<_> = kept.to_keep(&anchors(&one)).collect();
    assert_eq!(keeps.iter().map(|kept| &kept.der).collect::<Vec<_>>(), [&second]);
    assert_eq!(keeps.iter().map(|kept| (kept.number.len(), kept.number.last())).next(), Some((20, Some(&2))));
    assert_eq!(kept.to_keep(&anchors(&other)).count(), 0);
    // Of the same name with another key: an authority of its own.
    let others = Revocations::kept(all, &anchors(&other));
    let scope = others.to_keep(&anchors(&other)).map(|kept| kept.scope).next().unwrap();
    assert!(keeps.iter().all(|kept| kept.scope != scope));
}
