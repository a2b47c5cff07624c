use super::*;
use crate::{
    domain::{id::SystemEntropy, party::Role},
    identity::{
        anchors::{AnchorSource, TrustAnchors},
        authority::Authority,
        revocations::ListSource,
    },
};

fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

struct Room {
    authority: Authority,
    anchors: TrustAnchors,
    certificate: Arc<ClientCertificate>,
}

impl Room {
    fn new() -> Self {
        let entropy = SystemEntropy::new();
        let authority = Authority::root("test", now(), &entropy).unwrap();
        let oin = "00000099000000001000".parse().unwrap();
        let issued = authority.client(oin, "Duinwijk", "test", now(), &entropy).unwrap();
        let (pem, prefixes) = (authority.certificate_pem().as_bytes(), ["00000099".to_owned()]);
        let anchors = TrustAnchors::read(&[AnchorSource { name: "test", pem, prefixes: &prefixes }]).unwrap();
        Self { anchors, certificate: Arc::new(ClientCertificate::read(&issued.der).unwrap()), authority }
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

    fn registration(&self) -> Registration {
        Registration {
            party: PartyId::new(self.certificate.oin(), Role::WerkEnInkomen),
            name: "Duinwijk".to_owned(),
            certificate: self.certificate.registration(),
            state: RegistrationState::Active,
        }
    }

    fn admit(&self, registration: Registration, now: Timestamp) -> Result<Peer, IdentityFault> {
        Peer::admit(Arc::clone(&self.certificate), registration, &self.lists(&[]), now)
    }
}

#[test]
fn a_registered_certificate_makes_a_peer() {
    let room = Room::new();
    let peer = room.admit(room.registration(), now()).unwrap();
    assert_eq!(peer.party().to_string(), "00000099000000001000/werk-en-inkomen");
    assert_eq!(peer.name(), "Duinwijk");
    assert_eq!(peer.certificate().oin(), peer.party().oin);
}

#[test]
fn each_check_refuses_alone() {
    let room = Room::new();
    let refused = |registration, now| room.admit(registration, now).unwrap_err();
    let other = Registration { certificate: Digest::of(b"other"), ..room.registration() };
    assert_eq!(refused(other, now()), IdentityFault::NotRegistered);
    let oin = "00000099000000002000".parse().unwrap();
    let stranger = Registration { party: PartyId::new(oin, Role::WerkEnInkomen), ..room.registration() };
    assert_eq!(refused(stranger, now()), IdentityFault::NotRegistered);
    for state in [RegistrationState::Blocked, RegistrationState::Retired] {
        assert_eq!(refused(Registration { state, ..room.registration() }, now()), IdentityFault::Blocked);
    }
    let (first, last) = (room.certificate.not_before(), room.certificate.not_after());
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(refused(room.registration(), first - second), IdentityFault::NotYetValid);
    assert!(room.admit(room.registration(), first).is_ok());
    assert_eq!(refused(room.registration(), last + second), IdentityFault::Expired);
}

#[test]
fn a_revocation_stops_a_peer_that_was_admitted() {
    let room = Room::new();
    let peer = room.admit(room.registration(), now()).unwrap();
    let lists = room.lists(&[room.certificate.serial()]);
    assert_eq!(peer.check(&lists, now()), Err(IdentityFault::Revoked));
}
