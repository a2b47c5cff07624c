//! Connections: who is at the other end, who takes too long, and how the listener stops.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    routing::get,
};
use sluis::http::{
    connection::PeerCertificates,
    server::{Server, Stopped},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    time::sleep,
};

use super::support::{PATIENCE, Pki, Site};

async fn who(Extension(peer): Extension<PeerCertificates>) -> String {
    peer.digest().map_or_else(|| "nobody".to_owned(), |digest| digest.to_string())
}

fn routes() -> Router {
    Router::new().route("/who", get(who))
}

/// Waits until the one place that there is for a connection is free again, which the gateway alone can free.
async fn until_it_hangs_up(site: &Site) {
    let config = Arc::new(site.pki.client_config(true));
    let freed = async {
        while site.raw_with(Arc::clone(&config)).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE * 3, freed).await.expect("the connection stays open");
}

const WHO: &str = "GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn the_certificate_is_known_on_a_resumed_session_too() {
    let site = Site::start(routes()).await;
    let digest = sluis::domain::digest::Digest::of(site.pki.client_leaf()).to_string();
    let mut config = site.pki.client_config(true);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let config = Arc::new(config);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let mut raw = site.raw_with(Arc::clone(&config)).await.unwrap();
        assert_eq!(raw.ask(WHO).await.body, digest);
        kinds.push(raw.stream.get_ref().1.handshake_kind());
    }
    assert_eq!(
        kinds,
        [Some(rustls::HandshakeKind::Full), Some(rustls::HandshakeKind::Resumed)],
        "the second connection must resume, or this proves nothing"
    );
}

#[tokio::test]
async fn without_a_certificate_the_connection_is_taken_and_belongs_to_nobody() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw_with(Arc::new(site.pki.client_config(false))).await.unwrap();
    assert_eq!(raw.ask(WHO).await.body, "nobody");
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_by_tls() {
    let site = Site::start(routes()).await;
    let theirs = Pki::new();
    // Trusts our gateway, shows a certificate of a stranger.
    site.tls.store(Arc::new(theirs.server_config()));
    let ours = site.pki.server_config();
    let mut config = theirs.client_config(true);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    assert!(site.raw_with(Arc::new(config.clone())).await.is_ok(), "a stored configuration holds at once");
    site.tls.store(Arc::new(ours));
    assert!(site.raw_with(Arc::new(config)).await.is_err());
}

#[tokio::test]
async fn http2_is_spoken_when_the_caller_offers_it() {
    let site = Site::start(routes()).await;
    let answer = site.caller().get(site.url("/who")).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_head_that_dribbles_in_is_cut() {
    let site = Site::start_limited(routes(), |limits| limits.head = Duration::from_millis(300)).await;
    let mut raw = site.raw().await;
    let began = tokio::time::Instant::now();
    for byte in b"GET /who HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
        if raw.stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
        if began.elapsed() > Duration::from_millis(600) {
            break;
        }
    }
    raw.closed().await;
    assert!(began.elapsed() < Duration::from_secs(2), "cut after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_kept_connection_may_rest_longer_than_a_head_may_take() {
    let site = Site::start_limited(routes(), |limits| limits.head = Duration::from_millis(200)).await;
    let mut raw = site.raw().await;
    assert_eq!(raw.ask(WHO).await.status, 200);
    sleep(Duration::from_millis(600)).await;
    assert_eq!(raw.ask(WHO).await.status, 200);
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_both_versions_of_http() {
    let site = Site::start_limited(routes(), |limits| limits.idle = Duration::from_millis(300)).await;
    let mut raw = site.raw().await;
    assert_eq!(raw.ask(WHO).await.status, 200);
    let took = raw.closed().await;
    assert!(took > Duration::from_millis(200) && took < Duration::from_secs(2), "{took:?}");

    let mut config = site.pki.client_config(true);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let mut raw = site.raw_with(Arc::new(config)).await.unwrap();
    raw.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    // A preface and no request. The peer does not even answer the goodbye, so it is cut five seconds later.
    let took = raw.closed().await;
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_cut() {
    let site = Site::start_limited(routes(), |limits| limits.handshake = Duration::from_millis(200)).await;
    let stream = TcpStream::connect(site.address).await.unwrap();
    let mut byte = [0];
    let closed = tokio::time::timeout(PATIENCE, async {
        loop {
            stream.readable().await.unwrap();
            match stream.try_read(&mut byte) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                _ => break,
            }
        }
    });
    closed.await.expect("the connection stays open");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_does_not_hold_the_connection() {
    const BIG: usize = 64 * 1024 * 1024;
    let routes = Router::new().route("/big", get(|| async { Body::from(Bytes::from(vec![b'x'; BIG])) }));
    let site = Site::start_limited(routes, |limits| {
        limits.request = Duration::from_millis(100);
        limits.answer = Duration::from_millis(300);
        limits.idle = Duration::from_millis(300);
        limits.connections = 1;
    })
    .await;
    let mut raw = site.raw().await;
    raw.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    // Reads nothing until then.
    until_it_hangs_up(&site).await;
    let mut rest = Vec::new();
    drop(raw.stream.read_to_end(&mut rest).await);
    assert!(rest.len() < BIG, "the answer came after all: {} bytes", rest.len());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_in_both_versions_of_http() {
    let endless = || {
        let chunk = Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 16 * 1024]));
        Body::from_stream(futures_util::stream::repeat_with(move || {
            chunk.as_ref().map(Bytes::clone).map_err(|_| std::io::Error::other("never"))
        }))
    };
    let routes = Router::new().route("/endless", get(move || async move { endless() }));
    let site = Site::start_limited(routes, |limits| {
        limits.request = Duration::from_millis(100);
        limits.answer = Duration::from_millis(300);
    })
    .await;
    let answer = site.caller().get(site.url("/endless")).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    let mut answer = answer;
    let all = async { while let Ok(Some(_)) = answer.chunk().await {} };
    tokio::time::timeout(PATIENCE, all).await.expect("it goes on");
    assert!(answer.chunk().await.is_err(), "an answer that was cut is not whole");
    let mut raw = site.raw().await;
    raw.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut piece = vec![0; 64 * 1024];
    let all = async { while raw.stream.read(&mut piece).await.is_ok_and(|read| read > 0) {} };
    tokio::time::timeout(PATIENCE, all).await.expect("it goes on");
}

#[tokio::test]
async fn connections_are_limited_per_address() {
    let site = Site::start_limited(routes(), |limits| limits.connections_per_address = 2).await;
    let mut first = site.raw().await;
    let second = site.raw().await;
    let config = Arc::new(site.pki.client_config(true));
    assert!(site.raw_with(Arc::clone(&config)).await.is_err(), "the third is one too many");
    drop(second);
    until_it_hangs_up(&site).await;
    assert_eq!(first.ask(WHO).await.status, 200, "the first was never disturbed");
}

#[tokio::test]
async fn connections_are_limited_in_all() {
    let site = Site::start_limited(routes(), |limits| limits.connections = 1).await;
    let mut first = site.raw().await;
    assert!(site.raw_with(Arc::new(site.pki.client_config(true))).await.is_err());
    assert_eq!(first.ask(WHO).await.status, 200);
}

#[tokio::test]
async fn what_was_accepted_is_finished_when_the_listener_stops() {
    let (begun, ends) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, end) = (Arc::clone(&begun), Arc::clone(&ends));
    let slow = async move || {
        begins.notify_one();
        end.notified().await;
        "done"
    };
    let site = Site::start(routes().route("/slow", get(slow))).await;
    let mut raw = site.raw().await;
    let idle = site.raw().await;
    raw.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    begun.notified().await;
    site.stop.cancel();
    // Nothing new is accepted any more, and then the answer comes.
    while TcpStream::connect(site.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    ends.notify_one();
    let reply = raw.reply().await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "done"));
    assert_eq!(site.stopped.await.unwrap(), Stopped::Clean);
    drop(idle);
}

#[tokio::test]
async fn what_is_not_done_at_the_deadline_is_cut() {
    let begun = Arc::new(Notify::new());
    let begins = Arc::clone(&begun);
    let never = move || {
        begins.notify_one();
        std::future::pending::<()>()
    };
    let routes = Router::new().route("/never", get(never));
    let site = Site::start_limited(routes, |limits| limits.stop = Duration::from_millis(200)).await;
    let mut raw = site.raw().await;
    raw.send("GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    begun.notified().await;
    site.stop.cancel();
    assert_eq!(site.stopped.await.unwrap(), Stopped::Cut(1));
    raw.closed().await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error_and_not_a_panic() {
    let site = Site::start(routes()).await;
    assert!(Server::bind("data", site.address, None).await.is_err());
}
