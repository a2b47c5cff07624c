use std::sync::Arc;

use super::*;
use crate::{
    crypto::keys::{KeyAlgorithm, PrivateKey},
    domain::{id::SystemEntropy, party::Role},
    identity::{
        Registration, RegistrationState,
        anchors::AnchorSource,
        authority::{Authority, Issued},
        revocations::ListSource,
    },
};
use rcgen::{
    CertificateParams, DnType, DnValue, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, RsaKeySize,
};

const OIN: &str = "00000099000000001000";

fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

struct Room {
    authority: Authority,
    anchors: TrustAnchors,
    issued: Issued,
    key: PrivateKey,
}

fn only(faults: Vec<ProofFault>) -> ProofFault {
    <[ProofFault; 1]>::try_from(faults).unwrap()[0]
}

impl Room {
    fn new() -> Self {
        let authority = Authority::root("test", now(), &SystemEntropy::new()).unwrap();
        let (pem, prefixes) = (authority.certificate_pem().as_bytes(), ["00000099".to_owned()]);
        let anchors = TrustAnchors::read(&[AnchorSource { name: "test", pem, prefixes: &prefixes }]).unwrap();
        let issued = issue(&authority, OIN);
        Self { authority, anchors, issued, key: PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap() }
    }

    fn lists(&self, revoked: &[&[u8]]) -> Revocations {
        let list = self.authority.revocation_list(revoked, 1, now()).unwrap();
        Revocations::read(
            &[ListSource { name: "list", bytes: Some(list.as_bytes()) }],
            &self.anchors,
            &Revocations::none(),
            now(),
        )
        .revocations
    }

    fn peer(&self, der: &[u8]) -> Peer {
        let certificate = ClientCertificate::read(der).unwrap();
        let registration = Registration {
            party: PartyId::new(certificate.oin(), Role::WerkEnInkomen),
            name: "Duinwijk".to_owned(),
            certificate: certificate.registration(),
            state: RegistrationState::Active,
        };
        Peer::admit(Arc::new(certificate), registration, &self.lists(&[]), now()).unwrap()
    }

    fn statement(&self, key: &PrivateKey, role: Role) -> String {
        let party = PartyId::new(OIN.parse().unwrap(), role);
        state(key.public(), Some(party), &own(&self.issued.chain_pem, &self.issued.key_pem), now()).unwrap()
    }

    fn check(&self, statement: Option<&str>, now: Timestamp) -> Result<Option<Timestamp>, ProofFault> {
        let peer = self.peer(&self.issued.der);
        check(Some(self.key.public()), &json!({}), statement, &peer, &self.anchors, &self.lists(&[]), now)
            .map_err(only)
    }

    fn check_chain(
        &self,
        key: &RecipientKey,
        x5c: &Value,
        revoked: &[&[u8]],
    ) -> Result<Option<Timestamp>, ProofFault> {
        let peer = self.peer(&self.issued.der);
        check(Some(key), &json!({"x5c": x5c}), None, &peer, &self.anchors, &self.lists(revoked), now())
            .map_err(only)
    }
}

fn own(chain: &str, key: &str) -> OwnCertificate {
    OwnCertificate::from_pem(chain.as_bytes(), key.as_bytes()).unwrap()
}

fn issue(authority: &Authority, oin: &str) -> Issued {
    authority.client(oin.parse().unwrap(), "Duinwijk", "test", now(), &SystemEntropy::new()).unwrap()
}

#[test]
fn a_statement_by_the_calling_certificate_is_proof() {
    let room = Room::new();
    let statement = room.statement(&room.key, Role::WerkEnInkomen);
    assert_eq!(room.check(Some(&statement), now()), Ok(None));
    assert_eq!(room.check(None, now()), Err(ProofFault::Missing));
    let own = own(&room.issued.chain_pem, &room.issued.key_pem);
    let unnamed = state(room.key.public(), None, &own, now()).unwrap();
    assert_eq!(room.check(Some(&unnamed), now()), Ok(None));
}

#[test]
fn a_statement_about_anything_else_is_not() {
    let room = Room::new();
    let other_key = room.statement(&PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap(), Role::WerkEnInkomen);
    assert_eq!(room.check(Some(&other_key), now()), Err(ProofFault::OtherStatement));
    let other_role = room.statement(&room.key, Role::Doorstroompunt);
    assert_eq!(room.check(Some(&other_role), now()), Err(ProofFault::OtherStatement));
    let statement = room.statement(&room.key, Role::WerkEnInkomen);
    for (minutes, fault) in [(-11, ProofFault::Ahead), (11, ProofFault::Stale)] {
        let then = now() + SignedDuration::from_mins(minutes);
        assert_eq!(room.check(Some(&statement), then), Err(fault), "{minutes}");
    }
}

#[test]
fn a_statement_signed_or_typed_otherwise_is_refused() {
    let room = Room::new();
    let stranger = Room { key: PrivateKey::from_pem(&room.key.to_pem().unwrap()).unwrap(), ..Room::new() };
    let statement = stranger.statement(&room.key, Role::WerkEnInkomen);
    assert_eq!(room.check(Some(&statement), now()), Err(ProofFault::Signature));
    let own = room.statement(&room.key, Role::WerkEnInkomen);
    let rest = own.split_once('.').unwrap().1;
    for head in [
        json!({"alg": "none", "typ": STATEMENT_TYP}),
        json!({"alg": "HS256", "typ": STATEMENT_TYP}),
        json!({"alg": "PS256", "typ": STATEMENT_TYP}),
        json!({"alg": "ES256", "typ": "sluis-receipt+jwt"}),
        json!({"alg": "ES256", "typ": STATEMENT_TYP, "crit": []}),
    ] {
        let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(head.to_string()));
        assert_eq!(room.check(Some(&forged), now()), Err(ProofFault::Statement), "{head}");
    }
    for wrong in ["", "..", "a.b", "a.b.c.d"] {
        assert_eq!(room.check(Some(wrong), now()), Err(ProofFault::Statement), "{wrong}");
    }
}

#[test]
fn a_certificate_for_the_key_is_proof() {
    let room = Room::new();
    let encryption = issue(&room.authority, OIN);
    let key = PrivateKey::from_pem(&encryption.key_pem).unwrap();
    let x5c = |issued: &Issued| json!([STANDARD.encode(&issued.der)]);
    assert_eq!(
        room.check_chain(key.public(), &x5c(&encryption), &[]),
        Ok(Some(ClientCertificate::read(&encryption.der).unwrap().not_after()))
    );
    assert_eq!(room.check_chain(room.key.public(), &x5c(&encryption), &[]), Err(ProofFault::OtherKey));
    assert_eq!(
        room.check_chain(key.public(), &x5c(&encryption), &[&encryption.serial]),
        Err(ProofFault::Untrusted)
    );
    let elsewhere = issue(&room.authority, "00000099000000002000");
    let other = PrivateKey::from_pem(&elsewhere.key_pem).unwrap();
    assert_eq!(room.check_chain(other.public(), &x5c(&elsewhere), &[]), Err(ProofFault::OtherOrganisation));
    let stranger = issue(&Authority::root("other", now(), &SystemEntropy::new()).unwrap(), OIN);
    let foreign = PrivateKey::from_pem(&stranger.key_pem).unwrap();
    assert_eq!(room.check_chain(foreign.public(), &x5c(&stranger), &[]), Err(ProofFault::Untrusted));
    for wrong in [json!([]), json!("x"), json!([1]), json!(["-_"]), json!(vec!["AAAA"; 7])] {
        assert_eq!(room.check_chain(key.public(), &wrong, &[]), Err(ProofFault::Chain), "{wrong}");
    }
}

/// RFC 7517, section 4.7: who reads the JWK takes the second certificate for that of who issued the first.
#[test]
fn each_certificate_of_a_chain_certifies_the_one_before() {
    let room = Room::new();
    let encryption = issue(&room.authority, OIN);
    let key = PrivateKey::from_pem(&encryption.key_pem).unwrap();
    let elsewhere = issue(&room.authority, "00000099000000002000");
    let above = |authority: &Authority| own(authority.certificate_pem(), authority.key_pem()).leaf().to_vec();
    let root = above(&room.authority);
    let namesake = above(&Authority::root("test", now(), &SystemEntropy::new()).unwrap());
    let stranger = above(&Authority::root("other", now(), &SystemEntropy::new()).unwrap());
    let check = |chain: &[&[u8]]| {
        let x5c: Vec<_> = chain.iter().map(|der| STANDARD.encode(der)).collect();
        room.check_chain(key.public(), &json!(x5c), &[])
    };
    let end = Ok(Some(ClientCertificate::read(&encryption.der).unwrap().not_after()));
    assert_eq!(check(&[&encryption.der, &root]), end);
    for other in [&elsewhere.der, &encryption.der, &namesake, &stranger] {
        assert_eq!(check(&[&encryption.der, other]), Err(ProofFault::Unlinked));
        assert_eq!(check(&[&encryption.der, &root, other]), Err(ProofFault::Unlinked));
    }
    for none in [&b"junk"[..], b"", &[root.as_slice(), b"0"].concat()] {
        assert_eq!(check(&[&encryption.der, none]), Err(ProofFault::Chain));
        assert_eq!(check(&[&encryption.der, &root, none]), Err(ProofFault::Chain));
    }
}

#[test]
fn a_certificate_beside_a_statement_must_hold_as_well() {
    let room = Room::new();
    let encryption = issue(&room.authority, OIN);
    let key = PrivateKey::from_pem(&encryption.key_pem).unwrap();
    let elsewhere = issue(&room.authority, "00000099000000002000");
    let stranger = issue(&Authority::root("other", now(), &SystemEntropy::new()).unwrap(), OIN);
    let check = |x5c: Value| {
        let statement = room.statement(&key, Role::WerkEnInkomen);
        let jwk = json!({"x5c": x5c});
        let peer = room.peer(&room.issued.der);
        check(Some(key.public()), &jwk, Some(&statement), &peer, &room.anchors, &room.lists(&[]), now())
            .map_err(only)
    };
    let x5c = |issued: &Issued| json!([STANDARD.encode(&issued.der)]);
    let not_after = ClientCertificate::read(&encryption.der).unwrap().not_after();
    assert_eq!(check(x5c(&encryption)), Ok(Some(not_after)), "who sends a certificate along is bound by it");
    assert_eq!(check(x5c(&room.issued)), Err(ProofFault::OtherKey));
    assert_eq!(check(x5c(&elsewhere)), Err(ProofFault::OtherOrganisation));
    assert_eq!(check(x5c(&stranger)), Err(ProofFault::Untrusted));
    for wrong in [Value::Null, json!([]), json!("x"), json!(["AAAA"]), json!(["-_"])] {
        let fault = check(wrong.clone()).unwrap_err();
        assert!(matches!(fault, ProofFault::Chain | ProofFault::Untrusted), "{wrong}: {fault}");
    }
}

#[test]
fn rsa_and_p384_certificates_state_as_well() {
    let room = Room::new();
    for pair in [
        KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072).unwrap(),
        KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(),
    ] {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CustomDnType(vec![2, 5, 4, 5]), DnValue::Utf8String(OIN.to_owned()));
        params.distinguished_name.push(DnType::OrganizationName, "Duinwijk");
        let signed = params.self_signed(&pair).unwrap();
        let certificate = ClientCertificate::read(signed.der()).unwrap();
        let own = own(&signed.pem(), &pair.serialize_pem());
        let statement = state(room.key.public(), None, &own, now()).unwrap();
        let verifier = verifier(&certificate).unwrap();
        assert!(has_header_of(&statement, certificate.key(), STATEMENT_TYP), "{:?}", certificate.key());
        assert!(jws::deserialize_compact(&statement, verifier.as_ref()).is_ok(), "{:?}", certificate.key());
    }
}
