use rustls::{
    ClientConnection, HandshakeKind, ServerConnection, SupportedProtocolVersion,
    crypto::{CryptoProvider, aws_lc_rs::kx_group},
    pki_types::ServerName,
};

use super::*;
use crate::{
    domain::{clock::SetClock, id::SystemEntropy},
    identity::{
        ClientCertificate,
        anchors::AnchorSource,
        authority::{Authority, Issued},
        revocations::ListSource,
    },
};

const OIN: &str = "00000099000000001000";

struct Net {
    root: Authority,
    own: OwnCertificate,
    clock: SetClock,
    prefixes: Vec<String>,
}

impl Net {
    fn new() -> Self {
        let now = "2026-09-01T12:00:00Z".parse().unwrap();
        let entropy = SystemEntropy::new();
        let root = Authority::root("test", now, &entropy).unwrap();
        let server = root.server(OIN.parse().unwrap(), "Sluis", &["localhost"], now, &entropy).unwrap();
        Self {
            own: own(&server),
            root,
            clock: SetClock::at(now),
            prefixes: vec!["00000001".to_owned(), "00000099".to_owned()],
        }
    }

    fn client(&self) -> Issued {
        issue(&self.root, &self.clock)
    }

    fn server(&self, revoked: &[&[u8]]) -> Arc<ServerConfig> {
        self.server_with(&self.root.revocation_list(revoked, 1, self.clock.now()).unwrap(), "")
    }

    fn server_with(&self, lists: &str, more_anchors: &str) -> Arc<ServerConfig> {
        let pem = format!("{}{more_anchors}", self.root.certificate_pem());
        let source = AnchorSource { name: "test", pem: pem.as_bytes(), prefixes: &self.prefixes };
        let anchors = TrustAnchors::read(&[source]).unwrap();
        let list = ListSource { name: "lists", bytes: Some(lists.as_bytes()) };
        let read = Revocations::read(&[list], &anchors, &Revocations::none(), self.clock.now());
        assert_eq!(read.faults, []);
        let revocations = read.revocations;
        server_config(&self.own, &anchors, &revocations, Arc::new(self.clock.clone())).unwrap()
    }

    fn connect(&self, server: &Arc<ServerConfig>, client: Option<&Issued>) -> Result<Line, rustls::Error> {
        handshake(server, &self.config(client))
    }

    fn config(&self, client: Option<&Issued>) -> Arc<ClientConfig> {
        let own = client.map(own);
        let authorities = self.root.certificate_pem().as_bytes();
        Arc::new(client_config(own.as_ref(), authorities, Arc::new(self.clock.clone())).unwrap())
    }
}

struct Line {
    server: ServerConnection,
    kind: HandshakeKind,
}

impl Line {
    fn certificate(&self) -> Option<ClientCertificate> {
        self.server.peer_certificates().map(|chain| ClientCertificate::read(&chain[0]).unwrap())
    }
}

fn own(issued: &Issued) -> OwnCertificate {
    OwnCertificate::from_pem(issued.chain_pem.as_bytes(), issued.key_pem.as_bytes()).unwrap()
}

fn issue(authority: &Authority, clock: &SetClock) -> Issued {
    authority.client(OIN.parse().unwrap(), "Duinwijk", "test", clock.now(), &SystemEntropy::new()).unwrap()
}

#[expect(clippy::unwrap_in_result, reason = "the wire is a vector: only the handshake itself may fail")]
/// Both ends in memory, until the handshake is over and the session tickets have arrived.
fn handshake(server: &Arc<ServerConfig>, client: &Arc<ClientConfig>) -> Result<Line, rustls::Error> {
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name)?;
    let mut server = ServerConnection::new(Arc::clone(server))?;
    for _ in 0..8 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).unwrap();
            server.process_new_packets()?;
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets()?;
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    let kind = server.handshake_kind().unwrap();
    Ok(Line { server, kind })
}

/// Party and gateway offer the same groups, the hybrid of X25519 and ML-KEM-768 first.
#[test]
fn what_is_recorded_today_cannot_be_read_by_a_quantum_computer() {
    use rustls::NamedGroup::{X25519, X25519MLKEM768, secp256r1, secp384r1};
    let names: Vec<_> = provider().kx_groups.iter().map(|group| group.name()).collect();
    assert_eq!(names, [X25519MLKEM768, X25519, secp256r1, secp384r1]);
    let net = Net::new();
    let server = net.server(&[]);
    let taken = |line: Line| line.server.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(taken(net.connect(&server, Some(&net.client())).unwrap()), X25519MLKEM768);
    for group in [kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1] {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(net.root.certificate_pem().as_bytes()).unwrap()).unwrap();
        let one = CryptoProvider { kx_groups: vec![group], ..provider() };
        let hands = Hands(Arc::new(net.clock.clone()));
        let client = ClientConfig::builder_with_details(Arc::new(one), Arc::new(hands))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        assert_eq!(taken(handshake(&server, &Arc::new(client)).unwrap()), group.name());
    }
}

#[test]
fn a_short_rsa_key_of_the_gateway_itself_is_seen() {
    use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
    let made = |size| {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size).unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        OwnCertificate::from_pem(own.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    };
    assert!(made(RsaKeySize::_2048).is_phased_out());
    assert!(!made(RsaKeySize::_3072).is_phased_out());
    assert!(!Net::new().own.is_phased_out());
}

/// Each reason is told apart, before the certificate ever calls.
#[test]
fn who_would_not_be_let_in_hears_why() {
    let net = Net::new();
    let (now, entropy) = (net.clock.now(), SystemEntropy::new());
    let pem = net.root.certificate_pem().as_bytes();
    let anchors =
        |prefixes: &[String]| TrustAnchors::read(&[AnchorSource { name: "test", pem, prefixes }]).unwrap();
    let trusted = anchors(&net.prefixes);
    let client = net.client();
    let lists = |revoked: &[&[u8]]| {
        let list = net.root.revocation_list(revoked, 1, now).unwrap();
        let source = ListSource { name: "list", bytes: Some(list.as_bytes()) };
        Revocations::read(&[source], &trusted, &Revocations::none(), now).revocations
    };
    let fresh = lists(&[]);
    let ask = |der: &[u8], anchors: &TrustAnchors, lists: &Revocations, at: &str| {
        let_in(&[CertificateDer::from(der)], anchors, lists, at.parse().unwrap()).err()
    };
    let today = "2026-09-01T12:00:00Z";
    assert_eq!(ask(&client.der, &trusted, &fresh, today), None);
    assert_eq!(ask(&client.der, &trusted, &fresh, "2026-08-01T12:00:00Z"), Some(NotLetIn::Early));
    assert_eq!(ask(&client.der, &trusted, &fresh, "2027-11-01T12:00:00Z"), Some(NotLetIn::Expired));
    assert_eq!(ask(&client.der, &trusted, &lists(&[&client.serial]), today), Some(NotLetIn::Revoked));
    assert_eq!(ask(&client.der, &trusted, &Revocations::none(), today), Some(NotLetIn::RevocationUnknown));
    let elsewhere = anchors(&["00000001".to_owned()]);
    assert_eq!(ask(&client.der, &elsewhere, &fresh, today), Some(NotLetIn::Prefix));
    let stranger = Authority::root("other", now, &entropy).unwrap();
    assert_eq!(ask(&issue(&stranger, &net.clock).der, &trusted, &fresh, today), Some(NotLetIn::Authority));
    assert_eq!(
        ask(b"no", &trusted, &fresh, today),
        Some(NotLetIn::Form(crate::identity::CertificateFault::NotACertificate))
    );
    let server = net.root.server_only(OIN.parse().unwrap(), "Duinwijk", now, &entropy).unwrap();
    assert_eq!(ask(&server.der, &trusted, &fresh, today), Some(NotLetIn::Usage));
    let anything = net.root.without_usage(OIN.parse().unwrap(), "Duinwijk", now, &entropy).unwrap();
    assert_eq!(ask(&anything.der, &trusted, &fresh, today), Some(NotLetIn::Usage));
    for other in [&server, &anything] {
        assert!(net.connect(&net.server(&[]), Some(other)).is_err(), "nor at the door");
    }
    assert!(NotLetIn::Early.may_pass() && !NotLetIn::Usage.may_pass());
}

fn only(version: &'static SupportedProtocolVersion, net: &Net, client: &Issued) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(net.root.certificate_pem().as_bytes()).unwrap()).unwrap();
    let own = own(client);
    let mut config = ClientConfig::builder_with_details(
        Arc::new(provider()),
        Arc::new(Hands(Arc::new(net.clock.clone()))),
    )
    .with_protocol_versions(&[version])
    .unwrap()
    .with_root_certificates(roots)
    .with_client_auth_cert(own.chain, own.key)
    .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}

#[test]
fn a_client_is_known_by_its_certificate_and_none_is_needed() {
    let net = Net::new();
    let server = net.server(&[]);
    let line = net.connect(&server, Some(&net.client())).unwrap();
    assert_eq!(line.certificate().unwrap().oin().as_str(), OIN);
    assert_eq!(line.server.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    assert_eq!(line.server.alpn_protocol(), Some(b"h2".as_slice()));
    assert!(net.connect(&server, None).unwrap().certificate().is_none());
}

#[test]
fn tls_1_2_stands_with_the_suites_of_the_list() {
    let net = Net::new();
    let line = handshake(&net.server(&[]), &only(&TLS12, &net, &net.client())).unwrap();
    assert_eq!(line.server.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_2));
    let suite = line.server.negotiated_cipher_suite().unwrap().suite();
    assert_eq!(suite, rustls::CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384);
    assert!(line.certificate().is_some());
}

#[test]
fn a_revoked_expired_or_foreign_certificate_ends_the_handshake() {
    let net = Net::new();
    let client = net.client();
    let refused = |server: &Arc<ServerConfig>, client: &Issued| match net.connect(server, Some(client)) {
        Err(rustls::Error::InvalidCertificate(error)) => format!("{error:?}"),
        Err(other) => format!("{other:?}"),
        Ok(_) => "let in".to_owned(),
    };
    assert_eq!(refused(&net.server(&[&client.serial]), &client), "Revoked");
    let stranger = Authority::root("other", net.clock.now(), &SystemEntropy::new()).unwrap();
    assert_eq!(refused(&net.server(&[]), &issue(&stranger, &net.clock)), "UnknownIssuer");
    let server = net.server(&[]);
    net.clock.set("2027-11-01T00:00:00Z".parse().unwrap());
    assert!(refused(&server, &client).contains("Expired"), "{}", refused(&server, &client));
}

#[test]
fn an_expired_list_ends_the_handshake() {
    let net = Net::new();
    let server = net.server(&[]);
    net.clock.set("2027-10-05T00:00:00Z".parse().unwrap());
    let client = net.client();
    // The server's own certificate has lapsed as well; the client looks the other way, to hear about the list.
    let mut config = (*net.config(Some(&client))).clone();
    config.time_provider = Arc::new(Hands(Arc::new(SetClock::at("2026-09-01T12:00:00Z".parse().unwrap()))));
    let refused = handshake(&server, &Arc::new(config)).err().unwrap();
    assert!(format!("{refused:?}").contains("ExpiredRevocationList"), "{refused:?}");
}

#[test]
fn an_anchor_vouches_for_its_own_prefixes_only() {
    let mut net = Net::new();
    net.prefixes = vec!["00000001".to_owned()];
    let refused = net.connect(&net.server(&[]), Some(&net.client())).err().unwrap();
    assert_eq!(refused, rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer));
}

#[test]
fn an_intermediate_needs_a_list_of_its_own() {
    let net = Net::new();
    let (now, entropy) = (net.clock.now(), SystemEntropy::new());
    let middle = net.root.intermediate("middle", now, &entropy).unwrap();
    let client = issue(&middle, &net.clock);
    let of_root = net.root.revocation_list(&[], 1, now).unwrap();
    let refused = net.connect(&net.server_with(&of_root, ""), Some(&client)).err().unwrap();
    assert!(format!("{refused:?}").contains("UnknownRevocationStatus"), "{refused:?}");
    let lists = format!("{of_root}{}", middle.revocation_list(&[], 1, now).unwrap());
    let server = net.server_with(&lists, middle.certificate_pem());
    assert!(net.connect(&server, Some(&client)).unwrap().certificate().is_some());
}

#[test]
fn a_resumed_session_shows_the_certificate_and_dies_with_its_configuration() {
    let net = Net::new();
    let client = net.client();
    for version in [&TLS13, &TLS12] {
        let (server, config) = (net.server(&[]), only(version, &net, &client));
        assert_eq!(handshake(&server, &config).unwrap().kind, HandshakeKind::Full);
        let resumed = handshake(&server, &config).unwrap();
        assert_eq!(resumed.kind, HandshakeKind::Resumed, "{version:?}");
        let certificate = resumed.certificate().expect("the certificate of the first handshake");
        assert_eq!(certificate.serial(), client.serial);
        // rustls did not check it again: that is Peer::admit's task. A new configuration does.
        let reloaded = net.server(&[&client.serial]);
        assert!(handshake(&reloaded, &config).is_err(), "{version:?}: a revoked certificate was resumed");
    }
}

#[test]
fn a_key_that_is_not_the_certificates_is_refused() {
    let net = Net::new();
    let (one, two) = (net.client(), net.client());
    let mixed = OwnCertificate::from_pem(one.chain_pem.as_bytes(), two.key_pem.as_bytes()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(net.clock.clone());
    assert!(matches!(browser_config(&mixed, Arc::clone(&clock)), Err(TlsError::Refused(_))));
    assert!(matches!(client_config(None, b"", clock), Err(TlsError::NoAuthority)));
    assert!(matches!(OwnCertificate::from_pem(b"", b""), Err(TlsError::Certificate)));
    assert!(matches!(OwnCertificate::from_pem(one.chain_pem.as_bytes(), b""), Err(TlsError::Key)));
    assert!(format!("{:?}", net.own).contains("redacted"));
}
