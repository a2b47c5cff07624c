//! A gateway as its operator runs it: the program itself, in a process of its own.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use jiff::Timestamp;
use rustix::process::Signal;
use rustls::{ClientConfig, pki_types::ServerName};
use serde_json::{Value, json};
use sluis::{
    accesslog::{
        folder::{Folder, FolderWriter},
        verify::{Check, verify},
    },
    cli::init::{InitOptions, LaidOut, lay_out},
    crypto::{
        gateway_keys::GatewayKeys,
        keys::{KeyAlgorithm, PrivateKey},
    },
    domain::{
        clock::{Clock, SetClock, SystemClock},
        id::{Entropy, SystemEntropy},
        party::Role,
    },
    identity::tls::{self, OwnCertificate},
    merkle::{
        bundle,
        note::LogVerifier,
        tile::{FULL, TilePath},
    },
    policy::catalogue::Catalogue,
    store::{OpenOptions, Store},
};
use sqlx::AnyPool;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    store::support::Place,
    support::{Actor, Answer, content_of, removed_from_school, signal},
};

/// No test waits longer for anything.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Quotas that no test reaches unless it lowers one.
pub(crate) const GENEROUS: &str = "\n[quota]\n\
     caller = { per_second = 10000, burst = 10000 }\n\
     party = { per_second = 10000, burst = 10000 }\n\
     noted = { per_second = 100000000, burst = 100000000 }\n\
     everyone = { per_second = 10000, burst = 10000 }\n";

/// The configuration with these sections instead of its own of that name.
fn with(text: &str, more: &str) -> String {
    let mut all: toml::Table = text.parse().unwrap();
    for (section, members) in more.parse::<toml::Table>().unwrap() {
        all.insert(section, members);
    }
    all.to_string()
}

/// A laid-out gateway that does not run yet.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    pub(crate) laid: LaidOut,
    pub(crate) now: Timestamp,
    place: Option<Place>,
    starts: AtomicU32,
}

impl Site {
    /// On SQLite, or where `place` says, with the sections of `more` in the configuration.
    pub(crate) async fn new(place: Option<Place>, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemClock.now();
        let clock: Arc<dyn Clock> = Arc::new(SetClock::at(now));
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
        let free = "127.0.0.1:0".parse().unwrap();
        let database = place.as_ref().map(|place| place.url.clone());
        let options = InitOptions { data: free, ops: free, database };
        let laid = lay_out(&folder.path().join("gateway"), &options, &clock, &entropy).await.unwrap();
        let text = fs::read_to_string(&laid.config_path).unwrap();
        fs::write(&laid.config_path, with(&text, more)).unwrap();
        Self { folder, laid, now, place, starts: AtomicU32::new(0) }
    }

    /// The configuration of another gateway on the same database, with these sections instead.
    pub(crate) fn beside(&self, name: &str, more: &str) -> PathBuf {
        let path = self.laid.config_path.with_file_name(name);
        fs::write(&path, with(&fs::read_to_string(&self.laid.config_path).unwrap(), more)).unwrap();
        path
    }

    /// Starts it, with log lines at this level, and waits until it says where it listens.
    pub(crate) async fn start(&self, filter: &str) -> Process {
        self.start_with(&self.laid.config_path, filter).await
    }

    /// Starts a gateway with another configuration.
    pub(crate) async fn start_with(&self, config: &Path, filter: &str) -> Process {
        self.start_by(serve(config), filter).await
    }

    /// Starts it where no file grows beyond so many blocks of 1024 bytes.
    pub(crate) async fn start_with_small_files(&self, blocks: u32, filter: &str) -> Process {
        let mut command = Command::new("bash");
        let limited = format!("ulimit -f {blocks}; exec \"$0\" serve --json --config \"$1\"");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_sluis")]).arg(&self.laid.config_path);
        command.kill_on_drop(true).stdin(Stdio::null());
        self.start_by(command, filter).await
    }

    /// Starts it by this command.
    pub(crate) async fn start_by(&self, mut command: Command, filter: &str) -> Process {
        command.env("SLUIS_LOG", filter);
        self.start_quietly(command).await
    }

    /// Starts it with the log lines that its configuration asks for.
    pub(crate) async fn start_quietly(&self, mut command: Command) -> Process {
        let number = self.starts.fetch_add(1, Ordering::SeqCst);
        let log = self.folder.path().join(format!("stderr-{number}"));
        command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        timeout(PATIENCE, stdout.read_line(&mut line)).await.expect("it does not start").unwrap();
        let said: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("it said `{line}` and {}", fs::read_to_string(&log).unwrap()));
        let address = |name: &str| said[name].as_str().unwrap().parse::<SocketAddr>().unwrap();
        let vkey = said["logKeys"][0].as_str().unwrap();
        Process {
            data: address("data"),
            ops: address("ops"),
            log: LogVerifier::from_vkey(vkey).unwrap(),
            stderr: log,
            child,
        }
    }

    /// Serves, expecting that it does not start: the exit code and what it said.
    pub(crate) async fn fail_to_start(&self) -> (Option<i32>, String) {
        self.fail_to_start_with(&self.laid.config_path).await
    }

    /// Likewise, with another configuration.
    pub(crate) async fn fail_to_start_with(&self, config: &Path) -> (Option<i32>, String) {
        let output = timeout(PATIENCE, serve(config).output()).await.expect("it started").unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    /// A party of the region at a running gateway, with a key that it has not published.
    pub(crate) fn actor(&self, role: Role, process: &Process) -> Actor {
        let laid = self.laid.parties.iter().find(|party| party.party.role == role).unwrap();
        let own = OwnCertificate::from_pem(
            laid.certificate.chain_pem.as_bytes(),
            laid.certificate.key_pem.as_bytes(),
        )
        .unwrap();
        Actor {
            party: laid.party,
            http: self.http(Some(&own)),
            base: process.url(),
            own: Arc::new(own),
            key: Arc::new(PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap()),
            staff: Some(("medewerker-1".to_owned(), "trajectbegeleider".to_owned())),
            clock: SetClock::at(SystemClock.now()),
        }
    }

    /// As [`Site::actor`], with its key published.
    pub(crate) async fn party(&self, role: Role, process: &Process) -> Actor {
        let actor = self.actor(role, process);
        actor.publish().await.expect_status(StatusCode::CREATED);
        actor
    }

    /// The same party on a connection of its own, at this process.
    pub(crate) fn again(&self, actor: &Actor, process: &Process) -> Actor {
        Actor { base: process.url(), http: self.http(Some(&actor.own)), ..actor.clone() }
    }

    fn http(&self, own: Option<&OwnCertificate>) -> reqwest::Client {
        reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls(own))
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .unwrap()
    }

    fn tls(&self, own: Option<&OwnCertificate>) -> ClientConfig {
        let clock: Arc<dyn Clock> = Arc::new(SetClock::at(SystemClock.now()));
        tls::client_config(own, self.laid.authority.certificate_pem().as_bytes(), clock).unwrap()
    }

    /// A connection of HTTP/1.1 on which a party writes bytes as it likes.
    pub(crate) async fn raw(&self, actor: &Actor, process: &Process) -> TlsStream<TcpStream> {
        let mut config = self.tls(Some(&actor.own));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(process.data).await.unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    /// The database's address.
    pub(crate) fn database(&self) -> String {
        self.laid.config.database.connect_url().unwrap().to_string()
    }

    /// Does something to the database that no gateway would.
    pub(crate) async fn meddle(&self, statements: &[&'static str]) {
        sqlx::any::install_default_drivers();
        let pool = AnyPool::connect(&self.database()).await.unwrap();
        for statement in statements {
            sqlx::query(*statement).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }

    /// Verifies the log of a gateway that does not run, bodies included, over the store's own view; answers its size.
    pub(crate) async fn verify_store(&self, log: &LogVerifier) -> u64 {
        let store = Store::open(&self.database(), &OpenOptions::default()).await.unwrap();
        let keys = GatewayKeys::load(&self.laid.config.keys.dir, false).unwrap();
        let view = store.log().await.unwrap();
        let check = Check { bodies: Some(keys.at_rest.as_ref()), ..Check::with(log) };
        let report = verify(&view, &check).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        let size = view.head().size;
        store.close().await;
        size
    }

    /// Verifies the log of a running gateway as anyone can, by its open routes; answers its size.
    pub(crate) async fn verify_open(&self, process: &Process) -> u64 {
        let http = self.http(None);
        let get = async |path: String| {
            let answer =
                Answer::of(http.get(format!("{}/{path}", process.url())).send().await.unwrap()).await;
            answer.expect_status(StatusCode::OK);
            answer.body
        };
        let checkpoint = String::from_utf8(get("checkpoint".to_owned()).await).unwrap();
        let size = process.log.open(&checkpoint).unwrap().size;
        let folder = tempfile::tempdir().unwrap();
        let mut writer = FolderWriter::create(&folder.path().join("log")).unwrap();
        for (n, first) in (0..size).step_by(usize::from(FULL)).enumerate() {
            let width = u16::try_from((size - first).min(u64::from(FULL))).unwrap();
            let path = TilePath::entries(u64::try_from(n).unwrap(), width).unwrap();
            for leaf in bundle::decode(&get(path.to_string()).await).unwrap() {
                writer.append(leaf).unwrap();
            }
        }
        let copied: Folder = writer.finish(&checkpoint, process.log.vkey(), &[size - 1]).unwrap();
        let report = verify(&copied, &Check::with(&process.log)).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        size
    }

    /// Removes everything.
    pub(crate) async fn remove(self) {
        if let Some(place) = self.place {
            place.remove().await;
        }
    }
}

/// The command that serves a gateway with this configuration.
pub(crate) fn serve(config: &Path) -> Command {
    let mut command = sluis();
    command.args(["serve", "--json", "--config"]).arg(config);
    command
}

/// The program, to be killed with the test that started it.
pub(crate) fn sluis() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluis"));
    command.kill_on_drop(true).stdin(Stdio::null());
    for name in ["SLUIS_CONFIG", "SLUIS_LOG", "SLUIS_LISTEN_DATA", "SLUIS_LISTEN_OPS", "SLUIS_DATABASE_URL"] {
        command.env_remove(name);
    }
    command
}

/// A gateway that runs.
pub(crate) struct Process {
    pub(crate) data: SocketAddr,
    pub(crate) ops: SocketAddr,
    pub(crate) log: LogVerifier,
    pub(crate) stderr: PathBuf,
    child: Child,
}

impl Process {
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.data.port())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// `kill -9`.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, as `systemctl stop` does.
    pub(crate) fn terminate(&self) {
        self.told(Signal::TERM);
    }

    /// Sends it a signal.
    pub(crate) fn told(&self, what: Signal) {
        assert!(signal(self.id(), what));
    }

    /// Waits until this is in what it logged.
    pub(crate) async fn logs(&self, text: &str) {
        let waiting = async {
            while !self.logged().contains(text) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it is not said: {}", self.logged()));
    }

    /// What it logged so far.
    pub(crate) fn logged(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    /// Waits until the operator's listener answers so.
    pub(crate) async fn answers_ops(&self, path: &str, status: u16, text: &str) {
        let waiting = async {
            loop {
                let (found, body) = self.ask_ops(path).await;
                if found == status && body.contains(text) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it does not come: {}", self.logged()));
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("it does not stop").unwrap()
    }

    /// Stops it and expects that it ends well.
    pub(crate) async fn stop(self) {
        self.terminate();
        assert_eq!(self.ended().await.code(), Some(0));
    }

    /// Asks the operator's listener.
    pub(crate) async fn ask_ops(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.ops).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("no answer in time").unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.to_ascii_lowercase().contains("content-length"), "the body is in one piece");
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

/// Writes bytes on a connection of one's own.
pub(crate) async fn send(stream: &mut TlsStream<TcpStream>, bytes: impl AsRef<[u8]>) {
    stream.write_all(bytes.as_ref()).await.unwrap();
    stream.flush().await.unwrap();
}

/// Reads until the other side closes.
pub(crate) async fn rest(stream: &mut TlsStream<TcpStream>) -> String {
    let mut bytes = Vec::new();
    // An abrupt end is an end too.
    drop(timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the connection stays open"));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The head of a push of HTTP/1.1 that ends its connection.
pub(crate) fn head(path: &str, key: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nidempotency-key: {key}\r\n\
         sluis-staff-reference: medewerker-1\r\nsluis-staff-function: trajectbegeleider\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// A report of removal about someone of nineteen: it needs no declaration.
pub(crate) fn removal(reference: &str, now: Timestamp) -> Value {
    let person = removed_from_school(reference, 19, now);
    json!({
        "dataset": "verwijderingsmelding",
        "purpose": "doorstroompunt-taak",
        "recipients": [{ "municipality": "0361", "role": "doorstroompunt" }],
        "content": example("verwijderingsmelding", &person),
        "person": person,
    })
}

/// A dataset's own example, about this person and without a number.
pub(crate) fn example(dataset: &str, person: &Value) -> Value {
    content_of(&Catalogue::embedded().unwrap(), dataset, person)
}
