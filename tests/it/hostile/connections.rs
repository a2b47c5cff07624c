//! A certificate that stops to hold while its connection goes on: kept, resumed, and made anew.

use std::{sync::Arc, time::Duration};

use jiff::ToSpan as _;
use rustls::{ClientConfig, HandshakeKind, pki_types::ServerName};
use sluis::{
    cli::running::Running,
    domain::{
        clock::{Clock, SetClock},
        id::SystemEntropy,
    },
    exchange::trust::Trust,
    identity::{
        CertificateChain,
        anchors::{AnchorSource, TrustAnchors},
        revocations::{ListSource, Revocations},
        tls::{self, OwnCertificate},
    },
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::support::Scene;
use crate::{
    http::support::{Raw, Reply},
    support::{Actor, Gateway},
};

const INBOX: &str = "GET /v1/inbox HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A configuration that keeps its sessions, as a caller's program does.
fn sessions(gateway: &Gateway, own: &OwnCertificate) -> Arc<ClientConfig> {
    let clock: Arc<dyn Clock> = Arc::new(gateway.clock.clone());
    let authority = gateway.laid.authority.certificate_pem().as_bytes();
    let mut config = tls::client_config(Some(own), authority, clock).unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

async fn connect(running: &Running, config: &Arc<ClientConfig>) -> std::io::Result<Raw> {
    let stream = TcpStream::connect(running.data).await?;
    let name = ServerName::try_from("localhost").unwrap();
    Ok(Raw { stream: TlsConnector::from(Arc::clone(config)).connect(name, stream).await? })
}

fn kind(raw: &Raw) -> Option<HandshakeKind> {
    raw.stream.get_ref().1.handshake_kind()
}

/// Waits for what another task of the gateway does in its own time.
async fn until(what: &str, mut has_happened: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if has_happened().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within half a minute");
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, kind: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.json()["type"], format!("urn:sluis:problem:{kind}"), "{}", reply.body);
}

/// The trust of a gateway after its authority took these certificates back.
fn trust(gateway: &Gateway, list: &str) -> Trust {
    let pem = gateway.laid.authority.certificate_pem().as_bytes();
    let prefixes = ["00000099".to_owned()];
    let anchors = TrustAnchors::read(&[AnchorSource { name: "ca", pem, prefixes: &prefixes }]).unwrap();
    let source = ListSource { name: "crl", bytes: Some(list.as_bytes()) };
    let read = Revocations::read(&[source], &anchors, &Revocations::none(), gateway.clock.now());
    assert_eq!(read.faults, []);
    Trust { anchors, revocations: read.revocations }
}

fn revoked(gateway: &Gateway, actor: &Actor) -> String {
    let laid = gateway.laid.parties.iter().find(|laid| laid.party == actor.party).unwrap();
    let serials: [&[u8]; 1] = [&laid.certificate.serial];
    gateway.laid.authority.revocation_list(&serials, 2, gateway.clock.now()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_is_refused_on_a_kept_and_on_a_resumed_connection() {
    let scene = Scene::set().await;
    let gateway = &scene.gateway;
    let config = sessions(gateway, &scene.college.own);
    let mut kept = connect(&gateway.running, &config).await.unwrap();
    assert_eq!(kept.ask(INBOX).await.status, 200);

    // The lists are read again; the listener's own configuration, and with it its sessions, are still the old ones.
    let trust = trust(gateway, &revoked(gateway, &scene.college));
    gateway.running.exchange.believe(trust);
    assert_refused(&kept.ask(INBOX).await, 401, "certificate-not-valid");
    let mut resumed = connect(&gateway.running, &config).await.unwrap();
    assert_eq!(kind(&resumed), Some(HandshakeKind::Resumed), "else this proves nothing");
    assert_refused(&resumed.ask(INBOX).await, 401, "certificate-not-valid");
    assert_refused(&kept.ask(INBOX).await, 401, "certificate-not-valid");

    // Others are not hindered.
    let others = sessions(gateway, &scene.school.own);
    let mut other = connect(&gateway.running, &others).await.unwrap();
    assert_eq!(other.ask(INBOX).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_the_operator_lays_down_is_read_and_holds_everywhere() {
    let gateway = Gateway::start().await;
    let college = gateway.without_key(sluis::domain::party::Role::WerkEnInkomen);
    let mut config = gateway.laid.config.clone();
    config.tls.revocation.reload = Duration::from_millis(100);
    let clock: Arc<dyn Clock> = Arc::new(gateway.clock.clone());
    let running = Running::start(&config, clock, Arc::new(SystemEntropy::new())).await.unwrap();
    let client = sessions(&gateway, &college.own);
    let mut kept = connect(&running, &client).await.unwrap();
    assert_eq!(kept.ask(INBOX).await.status, 200);

    std::fs::write(config.tls.revocation.files.first().unwrap(), revoked(&gateway, &college)).unwrap();
    until("the lists are read", async || kept.ask(INBOX).await.status == 401).await;
    // The listener gets its new configuration after the lists: no session of the old one is resumed then, and the
    // handshake itself refuses. TLS 1.3 tells the caller so with the first byte that it reads.
    let inbox = format!("{}/v1/inbox", college.at(&running).base);
    until("the listener has its new configuration", async || {
        gateway.http(Some(&college.own)).get(&inbox).send().await.is_err()
    })
    .await;
    running.stop().await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_not_renewed_lets_nobody_in_and_says_whose_fault_it_is() {
    let scene = Scene::set().await;
    let gateway = &scene.gateway;
    let now = gateway.clock.now();
    // The list holds 397 days; this certificate is made later, so that it holds longer.
    gateway.pass(100.days());
    let later = scene.issue(scene.college.party, "later");
    let certificate = CertificateChain::from_pem(later.chain_pem.as_bytes()).unwrap();
    gateway.running.exchange.register_certificate_for(scene.college.party, &certificate).await.unwrap();
    let own = OwnCertificate::from_pem(later.chain_pem.as_bytes(), later.key_pem.as_bytes()).unwrap();
    let mut kept = connect(&gateway.running, &sessions(gateway, &own)).await.unwrap();
    assert_eq!(kept.ask(INBOX).await.status, 200);
    gateway.pass(298.days());
    assert!(gateway.clock.now() > now);
    assert_refused(&kept.ask(INBOX).await, 503, "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_expires_is_refused_on_the_connection_that_it_opened() {
    let scene = Scene::set().await;
    let gateway = &scene.gateway;
    // Made so long ago that an hour is left: less than a session lasts.
    let made = SetClock::at(gateway.clock.now());
    made.set(gateway.clock.now().checked_sub((397 * 24 - 1).hours()).unwrap());
    let authority = &gateway.laid.authority;
    let party = scene.college.party;
    let old = authority.client(party.oin, "Zaffier", "oud", made.now(), &SystemEntropy::new()).unwrap();
    let certificate = CertificateChain::from_pem(old.chain_pem.as_bytes()).unwrap();
    gateway.running.exchange.register_certificate_for(party, &certificate).await.unwrap();
    let own = OwnCertificate::from_pem(old.chain_pem.as_bytes(), old.key_pem.as_bytes()).unwrap();
    let config = sessions(gateway, &own);
    let mut kept = connect(&gateway.running, &config).await.unwrap();
    assert_eq!(kept.ask(INBOX).await.status, 200);

    gateway.pass(2.hours());
    assert_refused(&kept.ask(INBOX).await, 401, "certificate-not-valid");
    // A session that is resumed is no handshake: the certificate of then is judged now.
    let mut again = connect(&gateway.running, &config).await.unwrap();
    assert_eq!(kind(&again), Some(HandshakeKind::Resumed), "else this proves nothing");
    assert_refused(&again.ask(INBOX).await, 401, "certificate-not-valid");
    // Its successor works on.
    let others = sessions(gateway, &scene.college.own);
    assert_eq!(connect(&gateway.running, &others).await.unwrap().ask(INBOX).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_a_number_that_its_authority_does_not_vouch_for_is_no_way_in() {
    let scene = Scene::set().await;
    let gateway = &scene.gateway;
    let authority = &gateway.laid.authority;
    let now = gateway.clock.now();
    let foreign = authority
        .client("00000001002220647000".parse().unwrap(), "Een ander", "ander", now, &SystemEntropy::new())
        .unwrap();
    let own = OwnCertificate::from_pem(foreign.chain_pem.as_bytes(), foreign.key_pem.as_bytes()).unwrap();
    let sent = gateway.http(Some(&own)).get(format!("{}/checkpoint", gateway.url())).send().await;
    assert!(sent.is_err(), "not even the open routes: {sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emergency_brake_holds_on_a_kept_connection_and_for_what_waits() {
    use sluis::domain::party::Role;

    let scene = Scene::set().await;
    let gateway = &scene.gateway;
    let exchange = &gateway.running.exchange;
    scene.consent(Role::WerkEnInkomen).await;
    let packet = scene.packet(Role::WerkEnInkomen, "voor-de-noodrem-0001").await;
    let mut kept = connect(&gateway.running, &sessions(gateway, &scene.college.own)).await.unwrap();
    assert_eq!(kept.ask(INBOX).await.status, 200);

    exchange.block_party(scene.college.party, true, None).await.unwrap();
    assert_refused(&kept.ask(INBOX).await, 403, "blocked");
    let pull = format!(
        "GET /v1/packets/{packet}/payload HTTP/1.1\r\nHost: localhost\r\nSluis-Staff-Reference: m.1\r\n\
         Sluis-Staff-Function: decaan\r\n\r\n"
    );
    assert_refused(&kept.ask(&pull).await, 403, "blocked");
    // Nothing can be sent to it either, however it is named.
    for (at, to) in [
        serde_json::json!({ "municipality": "0361", "role": "werk-en-inkomen" }),
        serde_json::json!({ "oin": scene.college.party.oin, "role": "werk-en-inkomen" }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = scene.profile(Role::WerkEnInkomen);
        body["recipients"] = serde_json::json!([to]);
        let answer = scene.school.push("/v1/packets", &format!("na-de-noodrem-000{at}"), &body).await;
        answer.expect_problem(400, "unknown-recipient");
    }

    exchange.block_party(scene.college.party, false, None).await.unwrap();
    assert_eq!(kept.ask(INBOX).await.status, 200);
    // A sender that is blocked: what it sent waits with it.
    exchange.block_party(scene.school.party, true, None).await.unwrap();
    let held = scene.college.get(&format!("/v1/packets/{packet}/payload")).await;
    held.expect_problem(403, "sender-blocked");
    exchange.block_party(scene.school.party, false, None).await.unwrap();
    scene.college.pull(&packet).await;
}
