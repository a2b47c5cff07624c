//! A gateway of a few lines behind real mutual TLS: it answers as a test tells it, and remembers what came.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType, IsCa,
    KeyIdMethod, KeyPair, RevokedCertParams,
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateRevocationListDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use sluis::{
    cli::{
        self, Context, Exit, Output,
        client::{
            gateway::{Gateway, Retry},
            profile::Profile,
        },
    },
    domain::{
        clock::{SetClock, SystemClock},
        id::SystemEntropy,
    },
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One request as the stub saw it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// How the stub answers: by the request and by how many came before it.
type Answer = dyn Fn(&Seen, usize) -> Response<Body> + Send + Sync;

/// The gateway, and the folder of the party that talks to it.
pub(super) struct Stub {
    pub(super) folder: TempDir,
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

/// What the gateway thinks of the party's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    Revoked,
    Expired,
    NotYetValid,
    OfAnotherAuthority,
    /// With the name of the authority that the gateway trusts, and another key.
    OfANamesake,
    /// The authority's list of revocations has lapsed.
    ListLapsed,
    /// Good; it is the gateway's own certificate that has ended.
    GatewayExpired,
    /// Good; it is the gateway's own certificate that stands on another name.
    GatewayOfAnotherName,
}

/// Which connections break off just after the handshake, without a word about the party's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    None,
    First,
    Every,
}

/// How a command ended and what it printed.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ended {
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON document: {self:?}"))
    }
}

impl Stub {
    pub(super) async fn start(
        answer: impl Fn(&Seen, usize) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(Standing::Good, answer).await
    }

    pub(super) async fn start_with(
        standing: Standing,
        answer: impl Fn(&Seen, usize) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        Self::start_cut(standing, Cut::None, answer).await
    }

    pub(super) async fn start_cut(
        standing: Standing,
        cut: Cut,
        answer: impl Fn(&Seen, usize) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tls, deaf) = certificates(&folder, standing);
        let acceptors = [tls, deaf].map(|tls| TlsAcceptor::from(Arc::new(tls)));
        let connections = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answer: Arc<Answer> = Arc::new(answer);
        let router = Router::new().fallback(handle).with_state((Arc::clone(&seen), answer));
        tokio::spawn(serve(listener, acceptors, cut, router, Arc::clone(&connections)));
        let stub = Self { folder, address, seen, connections };
        stub.write("profile.toml", &stub.profile_text());
        stub
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How often someone connected.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn profile_text(&self) -> String {
        format!(
            "gateway = \"https://localhost:{}\"\nca = \"ca.pem\"\ncertificate = \"party.pem\"\nkey = \"party.key\"\n\
             staff_reference = \"jv-12\"\nstaff_function = \"mentor\"\n",
            self.address.port()
        )
    }

    /// The gateway as the client sees it, with waits of a millisecond.
    pub(super) fn gateway(&self) -> Gateway {
        let profile = Profile::read(&self.path("profile.toml")).unwrap();
        let first = Duration::from_millis(1);
        let retry = Retry { attempts: 4, first, longest: first, patience: Duration::from_secs(2) };
        Gateway::of(&profile, Arc::new(SystemClock), Arc::new(SystemEntropy::new())).unwrap().retrying(retry)
    }

    /// Runs `sluis client` with the stub's profile.
    pub(super) async fn client(&self, arguments: &[&str]) -> Ended {
        let profile = self.path("profile.toml");
        let mut all = vec!["sluis", "client", "--profile-file", profile.to_str().unwrap()];
        all.extend(arguments);
        run(&all).await
    }
}

/// Runs a command in this process, at a fixed time.
pub(super) async fn run(arguments: &[&str]) -> Ended {
    let (out, stdout, stderr) = Output::kept();
    let clock = Arc::new(SetClock::at("2026-09-01T10:00:00Z".parse().unwrap()));
    let mut at = Context { out, clock, entropy: Arc::new(SystemEntropy::new()) };
    let exit = cli::run(arguments.iter().map(Into::into), &mut at).await;
    Ended { exit, stdout: stdout.text(), stderr: stderr.text() }
}

/// A JSON answer.
pub(super) fn json(status: u16, body: &serde_json::Value) -> Response<Body> {
    let kind = if status < 400 { "application/json" } else { "application/problem+json" };
    let answer = Response::builder().status(status).header("content-type", kind);
    answer.body(Body::from(body.to_string())).unwrap()
}

/// An answer without a body that a person would understand.
pub(super) fn bare(status: u16) -> Response<Body> {
    Response::builder().status(StatusCode::from_u16(status).unwrap()).body(Body::from("<html>")).unwrap()
}

type Shared = (Arc<Mutex<Vec<Seen>>>, Arc<Answer>);

async fn handle(
    State((all, answer)): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let seen = Seen { method, path, query, headers, body };
    let before = {
        let mut all = all.lock().unwrap();
        all.push(seen.clone());
        all.len() - 1
    };
    answer(&seen, before)
}

async fn serve(
    listener: TcpListener,
    [acceptor, deaf]: [TlsAcceptor; 2],
    cut: Cut,
    router: Router,
    connections: Arc<AtomicUsize>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let before = connections.fetch_add(1, Ordering::SeqCst);
        if cut == Cut::Every || cut == Cut::First && before == 0 {
            let deaf = deaf.clone();
            tokio::spawn(async move { drop(deaf.accept(stream).await) });
            continue;
        }
        let (acceptor, router) = (acceptor.clone(), router.clone());
        tokio::spawn(async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                let service = TowerToHyperService::new(router);
                let server = auto::Builder::new(TokioExecutor::new());
                drop(server.serve_connection(TokioIo::new(stream), service).await);
            }
        });
    }
}

/// Writes `ca.pem`, `party.pem` and `party.key` into the folder; answers what the server needs, and a server that asks for no
/// certificate.
fn certificates(folder: &TempDir, standing: Standing) -> (ServerConfig, ServerConfig) {
    let write = |name: &str, text: &str| {
        sluis::cli::files::write_private(&folder.path().join(name), text.as_bytes()).unwrap();
    };
    let ca = authority("throw-away CA");
    write("ca.pem", &ca.pem());
    write("other-ca.pem", &authority("another CA").pem());

    let party_key = KeyPair::generate().unwrap();
    let mut party = CertificateParams::default();
    party.distinguished_name.push(DnType::CommonName, "party");
    party.distinguished_name.push(DnType::OrganizationName, "party");
    // subject.serialNumber holds the OIN (PKIoverheid).
    party.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 5]), "00000099000000009000");
    party.serial_number = Some(SERIAL.into());
    if standing == Standing::Expired {
        party.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    if standing == Standing::NotYetValid {
        party.not_before = rcgen::date_time_ymd(2090, 3, 1);
    }
    write("party.pem", &party.signed_by(&party_key, &ca).unwrap().pem());
    write("party.key", &party_key.serialize_pem());

    let server_key = KeyPair::generate().unwrap();
    let name = if standing == Standing::GatewayOfAnotherName { "sluis.example" } else { "localhost" };
    let mut server = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if standing == Standing::GatewayExpired {
        server.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let server = server.signed_by(&server_key, &ca).unwrap();
    let server_key = PrivateKeyDer::from_pem_slice(server_key.serialize_pem().as_bytes()).unwrap();

    let mut roots = RootCertStore::empty();
    let trusted = match standing {
        Standing::OfAnotherAuthority => &authority("a third CA"),
        Standing::OfANamesake => &authority("throw-away CA"),
        Standing::Good
        | Standing::Revoked
        | Standing::Expired
        | Standing::NotYetValid
        | Standing::ListLapsed
        | Standing::GatewayExpired
        | Standing::GatewayOfAnotherName => &ca,
    };
    roots.add(trusted.der().clone()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let clients = match standing {
        Standing::Revoked => clients.with_crls([revocations(&ca, 2099)]),
        Standing::ListLapsed => clients.with_crls([revocations(&ca, 2026)]).enforce_revocation_expiration(),
        Standing::Good
        | Standing::GatewayExpired
        | Standing::GatewayOfAnotherName
        | Standing::Expired
        | Standing::NotYetValid
        | Standing::OfAnotherAuthority
        | Standing::OfANamesake => clients,
    };
    let clients = clients.build().unwrap();
    let builder = || {
        let provider = Arc::clone(&provider);
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap()
    };
    let own = || (vec![server.der().clone()], server_key.clone_key());
    let (chain, key) = own();
    let mut tls = builder().with_client_cert_verifier(clients).with_single_cert(chain, key).unwrap();
    let (chain, key) = own();
    let mut deaf = builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    for tls in [&mut tls, &mut deaf] {
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    (tls, deaf)
}

/// The party's serial number.
const SERIAL: u64 = 7;

/// A list on which the party's certificate stands, made on the first day of 2026 and until February of this year.
fn revocations(ca: &CertifiedIssuer<'static, KeyPair>, end: i32) -> CertificateRevocationListDer<'static> {
    let revoked = RevokedCertParams {
        serial_number: SERIAL.into(),
        revocation_time: rcgen::date_time_ymd(2026, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2026, 1, 1),
        next_update: rcgen::date_time_ymd(end, 2, 1),
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(ca).unwrap().into()
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}
