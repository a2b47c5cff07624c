//! A whole gateway for tests, and the parties that call it. Tests act through its real surfaces only: real TLS, real
//! database, the library's own composition.

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderMap, Method, StatusCode};
use jiff::{Timestamp, ToSpan as _};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sluis::{
    cli::{
        Failure,
        compose::Composed,
        init::{InitOptions, LaidOut, lay_out},
        running::Running,
    },
    crypto::{
        gateway_keys::GatewayKeys,
        keys::{KeyAlgorithm, PrivateKey},
        seal::open_packet,
    },
    domain::{
        clock::{Clock, SetClock, amsterdam_date},
        id::{Entropy, SystemEntropy},
        party::{PartyId, Role},
    },
    http::limits::quota::{Rate, Rates},
    identity::{
        authority::Issued,
        key_proof,
        tls::{self, OwnCertificate},
    },
    merkle::note::LogVerifier,
    policy::catalogue::Catalogue,
    store::{OpenOptions, Store},
    telemetry::{self, Format},
};
use tempfile::TempDir;

use crate::store::support::Place;

/// When every test begins, unless it says otherwise: after the law of 1-9-2026.
pub(crate) const BEGIN: &str = "2026-09-15T09:00:00Z";

/// Quotas that no test reaches unless it lowers one.
pub(crate) fn generous() -> Rates {
    let much = 1_000_000_000.try_into().unwrap();
    let rate = Rate { per_second: much, burst: much };
    Rates { caller: rate, party: rate, noted: rate, everyone: rate }
}

/// A running gateway in a folder of its own, with the region's parties.
pub(crate) struct Gateway {
    pub(crate) clock: SetClock,
    pub(crate) laid: LaidOut,
    pub(crate) running: Running,
    /// Gone when the gateway is dropped.
    folder: TempDir,
    place: Option<Place>,
}

impl Gateway {
    /// On SQLite, at [`BEGIN`].
    pub(crate) async fn start() -> Self {
        Self::start_at(BEGIN).await
    }

    /// On SQLite, at this instant.
    pub(crate) async fn start_at(instant: &str) -> Self {
        Self::start_on(instant, None).await
    }

    /// On PostgreSQL; none, and a line on the terminal, when there is no server to test on.
    pub(crate) async fn start_on_postgres() -> Option<Self> {
        let place = Place::postgres().await?;
        Some(Self::start_on(BEGIN, Some(place)).await)
    }

    /// On SQLite, with these quotas.
    pub(crate) async fn start_with_quotas(quota: Rates) -> Self {
        Self::start_by_quotas(BEGIN, None, quota).await
    }

    async fn start_on(instant: &str, place: Option<Place>) -> Self {
        Self::start_by_quotas(instant, place, generous()).await
    }

    async fn start_by_quotas(instant: &str, place: Option<Place>, quota: Rates) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = SetClock::at(instant.parse().unwrap());
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
        let free = "127.0.0.1:0".parse().unwrap();
        let options =
            InitOptions { data: free, ops: free, database: place.as_ref().map(|place| place.url.clone()) };
        let mut laid = lay_out(&folder.path().join("gateway"), &options, &shared, &entropy).await.unwrap();
        laid.config.quota = quota;
        let running = Running::start(&laid.config, shared, entropy).await.unwrap();
        Self { clock, laid, running, folder, place }
    }

    /// Another gateway on the same database, keys and policies, as a second machine would be.
    pub(crate) async fn second(&self) -> Running {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        Running::start(&self.laid.config, clock, Arc::new(SystemEntropy::new())).await.unwrap()
    }

    /// Likewise, on a machine with a clock of its own.
    pub(crate) async fn start_by(&self, clock: SetClock) -> Result<Running, Failure> {
        Running::start(&self.laid.config, Arc::new(clock), Arc::new(SystemEntropy::new())).await
    }

    /// A gateway on the same database that decides by policies of its own, which become the active ones: those of the
    /// program, with this text put in the place of that in one file.
    pub(crate) async fn with_policies(&self, file: &str, from: &str, to: &str) -> Running {
        self.with_edits(&[(file, from, to)]).await
    }

    /// The folder of those policies.
    pub(crate) fn policies(&self) -> std::path::PathBuf {
        self.folder.path().join("policies")
    }

    /// The same with several edits: file, text, and what stands in its place.
    pub(crate) async fn with_edits(&self, edits: &[(&str, &str, &str)]) -> Running {
        let folder = self.policies();
        copy(Path::new("policies"), &folder);
        for (file, from, to) in edits {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            assert!(text.contains(from), "{file} does not have {from}");
            std::fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
        }
        let mut config = self.laid.config.clone();
        config.policies.dir = Some(folder);
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
        let composed =
            Composed::for_operator(&config, Arc::clone(&clock), Arc::clone(&entropy)).await.unwrap();
        composed.exchange.activate_policy().await.unwrap();
        composed.close().await;
        Running::start(&config, clock, entropy).await.unwrap()
    }

    /// Stops and starts again, as a machine does; the address is another.
    pub(crate) async fn restart(self) -> Self {
        let Self { clock, laid, running, folder, place } = self;
        running.stop().await;
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let running = Running::start(&laid.config, shared, Arc::new(SystemEntropy::new())).await.unwrap();
        Self { clock, laid, running, folder, place }
    }

    /// Stops and removes everything.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
        if let Some(place) = self.place {
            place.remove().await;
        }
    }

    /// Time passes; back, only the hands of the clock go.
    pub(crate) fn pass(&self, span: jiff::Span) {
        self.clock
            .set(self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).checked_add(span).unwrap().timestamp());
    }

    /// The log's public key.
    pub(crate) fn log(&self) -> LogVerifier {
        LogVerifier::from_vkey(self.running.vkeys.first().unwrap()).unwrap()
    }

    /// The gateway's database, as someone with its address and its keys sees it.
    pub(crate) async fn store(&self) -> Store {
        let url = self.laid.config.database.connect_url().unwrap();
        let store = Store::open(&url, &OpenOptions { readers: 2, ..OpenOptions::default() }).await.unwrap();
        store.seals_with(self.keys().at_rest);
        store
    }

    /// The gateway's own keys, as someone with its folder reads them.
    pub(crate) fn keys(&self) -> GatewayKeys {
        GatewayKeys::load(&self.laid.config.keys.dir, self.laid.config.strict).unwrap()
    }

    /// The address of a gateway's data interface.
    pub(crate) fn url(&self) -> String {
        url_of(&self.running)
    }

    /// A party of the region with a published key; its certificate is the registered one.
    pub(crate) async fn party(&self, role: Role) -> Actor {
        let actor = self.without_key(role);
        actor.publish().await.expect_status(StatusCode::CREATED);
        actor
    }

    /// A party of the region that has published no key.
    pub(crate) fn without_key(&self, role: Role) -> Actor {
        let laid = self.laid.parties.iter().find(|party| party.party.role == role).unwrap();
        self.actor(laid.party, &laid.certificate)
    }

    /// A caller with this certificate.
    pub(crate) fn actor(&self, party: PartyId, certificate: &Issued) -> Actor {
        let own = OwnCertificate::from_pem(certificate.chain_pem.as_bytes(), certificate.key_pem.as_bytes())
            .unwrap();
        Actor {
            party,
            http: self.http(Some(&own)),
            base: self.url(),
            own: Arc::new(own),
            key: Arc::new(PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap()),
            staff: Some(("medewerker-1".to_owned(), "trajectbegeleider".to_owned())),
            clock: self.clock.clone(),
        }
    }

    /// An HTTP client that trusts the gateway, with or without a certificate of its own.
    pub(crate) fn http(&self, own: Option<&OwnCertificate>) -> reqwest::Client {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let config =
            tls::client_config(own, self.laid.authority.certificate_pem().as_bytes(), clock).unwrap();
        reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap()
    }

    /// A caller without a certificate.
    pub(crate) async fn visit(&self, path: &str) -> Answer {
        Answer::of(self.http(None).get(format!("{}{path}", self.url())).send().await.unwrap()).await
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Plays a story on every database there is: on SQLite, and on PostgreSQL where there is a server.
pub(crate) async fn on_each_backend(story: impl AsyncFn(&Gateway)) {
    for gateway in [Some(Box::pin(Gateway::start()).await), Box::pin(Gateway::start_on_postgres()).await] {
        let Some(gateway) = gateway else { continue };
        story(&gateway).await;
        gateway.stop().await;
    }
}

/// The address of a gateway's data interface.
pub(crate) fn url_of(running: &Running) -> String {
    format!("https://localhost:{}", running.data.port())
}

/// A party that calls the gateway.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) party: PartyId,
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) key: Arc<PrivateKey>,
    pub(crate) own: Arc<OwnCertificate>,
    /// Reference and function; none sends no staff headers.
    pub(crate) staff: Option<(String, String)>,
    pub(crate) clock: SetClock,
}

/// What the gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Actor {
    /// The same party at another gateway.
    pub(crate) fn at(&self, running: &Running) -> Self {
        Self { base: url_of(running), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, &[], Some(body.to_string().into_bytes())).await
    }

    /// A push or request under a key.
    pub(crate) async fn push(&self, path: &str, key: &str, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        self.call(Method::POST, path, &[("idempotency-key", key)], Some(body)).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some((reference, function)) = &self.staff {
            request =
                request.header("sluis-staff-reference", reference).header("sluis-staff-function", function);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// Publishes the actor's key with a statement by its certificate.
    pub(crate) async fn publish(&self) -> Answer {
        let public = self.key.public();
        let proof = key_proof::state(public, Some(self.party), &self.own, self.clock.now()).unwrap();
        self.post("/v1/keys", &json!({ "key": public.to_jwk(), "proof": proof })).await
    }

    /// Pulls a packet and opens it with the actor's key.
    pub(crate) async fn pull(&self, id: &str) -> Value {
        let answer = self.get(&format!("/v1/packets/{id}/payload")).await;
        answer.expect_status(StatusCode::OK);
        self.open(id, &answer)
    }

    /// Opens the payload of an answer.
    pub(crate) fn open(&self, id: &str, answer: &Answer) -> Value {
        let jwe = std::str::from_utf8(&answer.body).unwrap();
        let (_, content) = open_packet(jwe.trim(), &self.key, id.parse().unwrap()).unwrap();
        serde_json::from_slice(content.expose()).unwrap()
    }
}

/// Says once, on the terminal and not in what a passing test keeps to itself, what this run leaves out. The name of the test goes into
/// the file that `SLUIS_LEFT_OUT` names: CI runs it again where nothing is lacking.
pub(crate) fn left_out(what: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if let Some(file) = std::env::var_os("SLUIS_LEFT_OUT") {
        let thread = std::thread::current();
        let name = thread.name().filter(|name| name.contains("::"));
        let mut file = std::fs::OpenOptions::new().append(true).open(file).unwrap();
        writeln!(file, "{}", name.expect("a test says itself what it leaves out")).unwrap();
    }
    if SAID.lock().unwrap().insert(what.to_owned()) {
        writeln!(std::io::stderr(), "\nleft out: {what}").unwrap();
    }
}

/// What is logged where this is the subscriber's writer.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// A subscriber that writes here, as the program's own does to standard error.
    pub(crate) fn subscriber(
        &self,
        format: Format,
        filter: &str,
    ) -> impl tracing::Subscriber + Send + Sync + use<> {
        let writer = self.clone();
        telemetry::subscriber(format, filter, move || writer.clone()).unwrap()
    }

    /// What was logged since this was asked last.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Sends a signal without a program to do it: a bare machine has no `kill`.
pub(crate) fn signal(process: u32, signal: Signal) -> bool {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    process.is_some_and(|process| kill_process(process, signal).is_ok())
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub(crate) fn expect_status(&self, status: StatusCode) -> &Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// A refusal or fault with this status, and among its codes this one.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(self.codes().iter().any(|one| one == code), "{code} is not in {:?}", self.codes());
        self
    }

    /// The codes of the problem's errors.
    pub(crate) fn codes(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    /// A member of the JSON body that is text.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")).as_str().unwrap().to_owned()
    }
}

/// Where the people of the tests live: the municipality, a place in it and a postcode of that place.
pub(crate) const HOMES: [(&str, &str, &str); 6] = [
    ("0361", "Alkmaar", "1811 AB"),
    ("0373", "Bergen", "1861 AB"),
    ("0400", "Den Helder", "1781 AB"),
    ("0405", "Hoorn", "1621 AB"),
    ("0441", "Schagen", "1741 AB"),
    ("0448", "Den Burg", "1791 AB"),
];

/// Someone of this many years and half, who lives in Alkmaar and left school four months ago.
pub(crate) fn left_school(reference: &str, years: i64, now: Timestamp) -> Value {
    let today = amsterdam_date(now);
    json!({
        "reference": { "kind": "own", "value": reference },
        "birthDate": today.saturating_sub(years.years().months(6)).to_string(),
        "verblijf": "0361",
        "profiel": "arbeid",
        "ingeschreven": false,
        "verlatenOp": today.saturating_sub(4.months()).to_string(),
    })
}

/// The same, whom the school decided to remove today, and who left with that.
pub(crate) fn removed_from_school(reference: &str, years: i64, now: Timestamp) -> Value {
    let mut person = left_school(reference, years, now);
    let today = json!(amsterdam_date(now).to_string());
    person["verlatenOp"] = today.clone();
    person["verwijderdOp"] = today;
    person
}

/// A declaration about someone, given by this capacity, towards a college of Alkmaar in this role; consent is for guidance.
pub(crate) fn declaration(
    kind: &str,
    dataset: &str,
    person: &Value,
    by: &str,
    towards: Role,
    now: Timestamp,
) -> Value {
    let today = amsterdam_date(now).to_string();
    let mut wish = json!({
        "kind": kind,
        "person": { "reference": person["reference"], "birthDate": person["birthDate"] },
        "dataset": dataset,
        "towards": { "municipality": "0361", "role": towards.as_str() },
        "givenBy": by,
        "givenAt": today,
        "explicit": kind == "toestemming",
        "evidence": { "kind": "formulier", "recordedOn": today },
    });
    if kind == "toestemming" {
        wish["purpose"] = json!("loopbaanbegeleiding");
    }
    wish
}

/// A dataset's own example, about this person.
pub(crate) fn content(gateway: &Gateway, dataset: &str, person: &Value) -> Value {
    content_of(gateway.running.exchange.catalogue(), dataset, person)
}

/// [`content`], where no gateway is at hand.
pub(crate) fn content_of(catalogue: &Catalogue, dataset: &str, person: &Value) -> Value {
    let mut content = catalogue.dataset(&dataset.parse().unwrap()).unwrap().example.clone();
    // What is said of the person again says the same, and the kind of school is whose school it is.
    for (pointer, fact) in [
        ("/persoon/geboortedatum", "birthDate"),
        ("/traject/uitstroomdatum", "verlatenOp"),
        ("/traject/profiel", "profiel"),
        ("/profiel/profiel", "profiel"),
        ("/verwijdering/datum", "verwijderdOp"),
    ] {
        if let (Some(place), false) = (content.pointer_mut(pointer), person[fact].is_null()) {
            *place = person[fact].clone();
        }
    }
    if let Some(duty) = content.get_mut("leerplicht") {
        *duty = json!({ "leerplichtig": person["leerplichtig"] == true });
    }
    content["school"].as_object_mut().unwrap().remove("soort");
    let home = HOMES.iter().find(|(code, ..)| person["verblijf"] == *code);
    let (_, place, postcode) = home.unwrap_or_else(|| panic!("nobody lives in {}", person["verblijf"]));
    move_to(&mut content, place, postcode);
    content
}

/// Puts every address in a content in this place.
fn move_to(content: &mut Value, place: &str, postcode: &str) {
    for (name, member) in content.as_object_mut().into_iter().flatten() {
        match name.as_str() {
            "woonplaats" => *member = json!(place),
            "postcode" => *member = json!(postcode),
            _ => move_to(member, place, postcode),
        }
    }
}

/// The body of a push to a college of Alkmaar in this role.
pub(crate) fn submission(gateway: &Gateway, dataset: &str, purpose: &str, person: &Value, to: Role) -> Value {
    json!({
        "dataset": dataset,
        "purpose": purpose,
        "recipients": [{ "municipality": "0361", "role": to.as_str() }],
        "person": person,
        "content": content(gateway, dataset, person),
    })
}
