//! A listener on a real socket with real TLS, and callers that can be as rude as they like.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::Router;
use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use sluis::{
    domain::id::SystemEntropy,
    http::{
        edge::Edge,
        limits::{
            Limits,
            quota::{Rate, Rates},
        },
        server::{Server, Stopped, TlsSlot},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::sync::CancellationToken;

/// No test waits longer for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// An authority and what it issued.
pub(crate) struct Pki {
    root: CertificateDer<'static>,
    server: (CertificateDer<'static>, KeyPair),
    client: (CertificateDer<'static>, KeyPair),
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "Throw-away root");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let issue = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            params.distinguished_name.push(DnType::CommonName, name);
            let certificate = params.signed_by(&key, &authority).unwrap();
            (certificate.der().clone(), key)
        };
        Self {
            root: authority.der().clone(),
            server: issue("Throw-away gateway"),
            client: issue("Throw-away school"),
        }
    }

    pub(crate) fn client_leaf(&self) -> &CertificateDer<'static> {
        &self.client.0
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        roots
    }

    pub(crate) fn server_config(&self) -> ServerConfig {
        let provider = Arc::new(default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(self.roots()), Arc::clone(&provider))
                .allow_unauthenticated()
                .build()
                .unwrap();
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![self.server.0.clone()], private(&self.server.1))
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }

    pub(crate) fn client_config(&self, with_certificate: bool) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots());
        if with_certificate {
            builder.with_client_auth_cert(vec![self.client.0.clone()], private(&self.client.1)).unwrap()
        } else {
            builder.with_no_client_auth()
        }
    }
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

/// Limits that no test reaches unless it lowers one.
pub(crate) fn generous() -> (Limits, Rates) {
    let rate = Rate { per_second: 10_000.try_into().unwrap(), burst: 10_000.try_into().unwrap() };
    (Limits::default(), Rates { caller: rate, party: rate, noted: rate, everyone: rate })
}

/// A running listener.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) pki: Pki,
    pub(crate) tls: TlsSlot,
    pub(crate) edge: Arc<Edge>,
    pub(crate) stop: CancellationToken,
    pub(crate) stopped: JoinHandle<Stopped>,
}

impl Site {
    pub(crate) async fn start(routes: Router) -> Self {
        let (limits, rates) = generous();
        Self::start_with(routes, limits, rates).await
    }

    pub(crate) async fn start_limited(routes: Router, limit: impl FnOnce(&mut Limits)) -> Self {
        let (mut limits, rates) = generous();
        limit(&mut limits);
        Self::start_with(routes, limits, rates).await
    }

    pub(crate) async fn start_with(routes: Router, limits: Limits, rates: Rates) -> Self {
        let pki = Pki::new();
        let tls: TlsSlot = Arc::new(ArcSwap::from_pointee(pki.server_config()));
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let server = Server::bind("data", any, Some(Arc::clone(&tls))).await.unwrap();
        let address = server.address();
        let edge = Edge::new(limits.clone(), rates, Arc::new(SystemEntropy::new()), None);
        let stop = CancellationToken::new();
        let stopped = tokio::spawn(server.serve(edge.surround(routes), limits, stop.clone()));
        Self { address, pki, tls, edge, stop, stopped }
    }

    /// A well-behaved caller with a certificate that speaks HTTP/2.
    pub(crate) fn caller(&self) -> reqwest::Client {
        let mut config = self.pki.client_config(true);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .resolve("localhost", self.address)
            .build()
            .unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// A connection of HTTP/1.1 to write bytes on.
    pub(crate) async fn raw(&self) -> Raw {
        let mut config = self.pki.client_config(true);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        self.raw_with(Arc::new(config)).await.unwrap()
    }

    pub(crate) async fn raw_with(&self, config: Arc<ClientConfig>) -> std::io::Result<Raw> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        Ok(Raw { stream: TlsConnector::from(config).connect(name, stream).await? })
    }
}

/// A connection of HTTP/1.1 to write bytes on.
pub(crate) struct Raw {
    pub(crate) stream: TlsStream<TcpStream>,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Raw {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    pub(crate) async fn ask(&mut self, request: impl AsRef<[u8]>) -> Reply {
        self.send(request).await;
        self.reply().await
    }

    /// Reads one reply with a Content-Length.
    pub(crate) async fn reply(&mut self) -> Reply {
        timeout(PATIENCE, async {
            let mut bytes = Vec::new();
            let head = loop {
                if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    break end;
                }
                let byte = self.stream.read_u8().await.expect("the connection ended before a reply");
                bytes.push(byte);
            };
            let mut reply =
                Reply { head: String::from_utf8(bytes[..head].to_vec()).unwrap(), ..Reply::default() };
            reply.status = reply.head.split(' ').nth(1).unwrap().parse().unwrap();
            let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).await.unwrap();
            reply.body = String::from_utf8(body).unwrap();
            reply
        })
        .await
        .expect("no reply in time")
    }

    /// How long until the other side closes; panics when it does not.
    pub(crate) async fn closed(&mut self) -> Duration {
        let began = tokio::time::Instant::now();
        let mut rest = Vec::new();
        // An abrupt end is an end too.
        drop(timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("the connection stays open"));
        began.elapsed()
    }
}
