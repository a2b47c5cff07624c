//! A database per test, a writer on it, and short ways to make what is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use sluis::{
    accesslog::{
        entry::{EntryDraft, Event, Outcome, Own, Part, PartName, PreparedEntry, prepare},
        verify::{Check, Finding, Report, verify},
    },
    crypto::{
        at_rest::AtRest,
        gateway_keys::{KeyKind, KeyPrints},
        keys::PrivateKey,
        pseudonym::Pseudonym,
        seal::{Sealed, seal},
    },
    domain::{
        age::AgeRange,
        clock::SetClock,
        declaration::{Capacity, DeclarationKind, EvidenceKind, Towards},
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId, SystemEntropy},
        party::PartyId,
        plaintext::Plaintext,
    },
    merkle::{
        checkpoint::Checkpoint, hash::leaf_hash, note::LogKey, note::LogVerifier, proof::verify_inclusion,
    },
    policy::{
        catalogue::Catalogue,
        contents::Contents,
        dataset::Dataset,
        engine::Engine,
        facts::{AsOf, EarlierFacts, Facts, PartyFacts},
        minimise::minimise,
        permit::Permit,
    },
    store::{
        Committed, OpenOptions, Store, StoreError,
        read::{MessageRow, Said},
        register::Register,
        snapshot::{Needs, Snapshot},
        subject,
        write::{
            Acknowledge, Answer, Declare, Deliver, Delivery, Effect, Evidenced, IdempotencyKey, Made,
            MessageKind, NewCopy, NewMessage, NewPerson, PublishKey, Push, Record, RegisterParty, Write,
        },
        writer::{Done, Settings, WriteError, Writer, fault::FaultPoint},
    },
};
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Row as _, migrate::MigrateDatabase as _};
use zeroize::Zeroizing;

use crate::support::left_out;

pub(crate) const ORIGIN: &str = "sluis.example/test/2026";
pub(crate) const START: &str = "2026-09-01T08:00:00Z";

/// A place where a test may make a database, which is gone afterwards.
pub(crate) struct Place {
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
    postgres: bool,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("gateway.db").display());
        Self { url, _folder: Some(folder), postgres: false }
    }

    /// None, and a line on the terminal, when there is no server to test on.
    pub(crate) async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let Some(server) = std::env::var_os("TEST_POSTGRES_URL") else {
            left_out("everything on PostgreSQL: TEST_POSTGRES_URL names no server; `.ci/run` starts one");
            return None;
        };
        let server = server.into_string().unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let url = format!("{server}/sluis_test_{}_{number}", std::process::id());
        sqlx::any::install_default_drivers();
        Any::create_database(&url).await.unwrap();
        Some(Self { url, _folder: None, postgres: true })
    }

    pub(crate) async fn all() -> Vec<Self> {
        let mut places = vec![Self::sqlite()];
        places.extend(Self::postgres().await);
        places
    }

    /// Whether it is a server, with a clock of its own.
    pub(crate) const fn is_server(&self) -> bool {
        self.postgres
    }

    /// A migrated database with a log that was begun.
    pub(crate) async fn begun(&self) -> Store {
        Store::migrate(&self.url).await.unwrap();
        let store = self.open().await;
        store.begin_log(ORIGIN, policy(), &prints("own"), START.parse().unwrap()).await.unwrap();
        store
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url, &OpenOptions::default()).await.unwrap()
    }

    pub(crate) async fn remove(self) {
        if self.postgres {
            // With sessions that were left because the server did not answer them.
            Any::force_drop_database(&self.url).await.unwrap();
        }
    }
}

/// Runs the same test on every database there is.
pub(crate) async fn on_each<F, R>(test: F)
where
    F: Fn(Rig) -> R,
    R: Future<Output = ()>,
{
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::at(&place, store.clone(), None).await;
        test(rig).await;
        store.close().await;
        place.remove().await;
    }
}

/// The first version of each key of a gateway, as a database knows them.
pub(crate) fn prints(whose: &str) -> KeyPrints {
    let print = |kind: KeyKind| Digest::of(format!("{whose} {}", kind.as_str()).as_bytes());
    KeyKind::ALL.into_iter().map(|kind| (kind, 1, print(kind))).collect()
}

pub(crate) fn log_key() -> LogKey {
    LogKey::from_seed(ORIGIN.parse().unwrap(), &[9; 32]).unwrap()
}

/// The checkpoint of this log as somebody signs it who has another key.
pub(crate) fn signed_by_another(size: u64, root: Digest) -> String {
    let key = LogKey::from_seed(ORIGIN.parse().unwrap(), &[8; 32]).unwrap();
    key.sign(&Checkpoint { origin: key.origin().clone(), size, root }).unwrap()
}

/// A gateway without its edges.
#[derive(Clone)]
pub(crate) struct Rig {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) clock: SetClock,
    url: String,
}

impl Rig {
    pub(crate) async fn on(store: Store) -> Self {
        Self::with(store, None).await
    }

    /// One that can change the database past its writer too.
    pub(crate) async fn at(place: &Place, store: Store, faults: Option<Arc<dyn FaultPoint>>) -> Self {
        Self { url: place.url.clone(), ..Self::with(store, faults).await }
    }

    /// Who takes part now.
    pub(crate) async fn registered(&self) -> Arc<Register> {
        self.store.register().await.unwrap()
    }

    pub(crate) async fn with(store: Store, faults: Option<Arc<dyn FaultPoint>>) -> Self {
        let clock = SetClock::at(START.parse().unwrap());
        let mut settings = Settings::new(policy(), Arc::new(log_key()), at_rest(), Arc::new(clock.clone()));
        if let Some(faults) = faults {
            settings.faults = faults;
        }
        let (writer, _) = Writer::start(store.clone(), settings).await.unwrap();
        Self { store, writer, clock, url: String::new() }
    }

    /// Another gateway on the same database.
    pub(crate) fn with_writer(&self, writer: Writer, clock: SetClock) -> Self {
        Self { writer, clock, ..self.clone() }
    }

    /// Whether a gateway starts on this database.
    pub(crate) async fn started(store: Store) -> Result<(), StoreError> {
        let clock = SetClock::at(START.parse().unwrap());
        let settings = Settings::new(policy(), Arc::new(log_key()), at_rest(), Arc::new(clock));
        Writer::start(store, settings).await.map(drop)
    }

    pub(crate) fn now(&self) -> Timestamp {
        use sluis::domain::clock::Clock as _;
        self.clock.now()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.set(self.now() + SignedDuration::from_secs(seconds));
    }

    pub(crate) async fn write<E: Effect>(
        &self,
        effect: E,
        entries: usize,
    ) -> Result<Committed<Done<E::Outcome>>, WriteError> {
        self.writer.submit(Write::new(effect, (0..entries).map(|_| entry(&[])).collect())).await
    }

    pub(crate) async fn done<E: Effect>(&self, effect: E) -> Done<E::Outcome> {
        self.write(effect, 1).await.unwrap().into_inner()
    }

    pub(crate) async fn register(&self, party: PartyId) {
        let register = RegisterParty { party, name: "Voorbeeld".to_owned(), municipalities: Vec::new() };
        self.done(register).await;
    }

    pub(crate) async fn publish(&self, party: PartyId, thumbprint: &str) {
        self.done(key(party, thumbprint)).await;
    }

    pub(crate) async fn push(&self, push: Push) -> MessageRow {
        let (id, entries) = (push.packet.id, push.recipients.len());
        self.write(push, entries).await.unwrap().into_inner();
        self.store.message(id).await.unwrap().unwrap()
    }

    /// The facts as they are now.
    pub(crate) async fn facts(&self, needs: Needs) -> Snapshot {
        self.store.snapshot(needs).await.unwrap()
    }

    /// What this party made under this key.
    pub(crate) async fn made_under(&self, party: PartyId, key: &str) -> Option<(Digest, Made)> {
        let made_under = Some((party, key.to_owned()));
        self.facts(Needs { made_under, ..Needs::default() }).await.made()
    }

    /// What a decision that is made now about these subjects rests on.
    pub(crate) async fn as_of(&self, subjects: &[String]) -> AsOf {
        self.facts(Needs::default()).await.as_of(subjects.iter().cloned().collect())
    }

    /// Whether the writer refuses what rests on facts that were read then.
    pub(crate) async fn is_stale(&self, as_of: AsOf) -> bool {
        let write = Write::new(Record, vec![entry(&[])]).resting_on(as_of);
        matches!(self.writer.submit(write).await, Err(WriteError::StaleFacts))
    }

    /// A permit as the engine would give it now.
    pub(crate) async fn permit(&self, packet: PacketId, party: PartyId, subjects: &[String]) -> Permit {
        permit(self.now(), packet, party, self.as_of(subjects).await)
    }

    pub(crate) async fn deliver(&self, packet: &MessageRow, party: PartyId) -> Result<Delivery, WriteError> {
        let subjects = [subject::person(packet.person), subject::message(packet.id)];
        let permit = self.permit(packet.id, party, &subjects).await;
        self.write(Deliver { permit }, 1).await.map(|done| done.into_inner().outcome)
    }

    pub(crate) async fn acknowledge(&self, packet: PacketId, party: PartyId) -> Result<(), WriteError> {
        self.write(Acknowledge { packet, party, person: None }, 1).await.map(drop)
    }

    /// Changes the database past the writer.
    pub(crate) async fn run(&self, statement: &'static str) {
        let pool = AnyPool::connect(&self.url).await.unwrap();
        sqlx::query(statement).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Likewise, whatever refers to what.
    pub(crate) async fn run_unbound(&self, statement: &str) {
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        let free = if self.url.starts_with("sqlite") {
            "PRAGMA foreign_keys = OFF"
        } else {
            "SET session_replication_role = replica"
        };
        for text in [free, statement] {
            sqlx::query(sqlx::AssertSqlSafe(text.to_owned())).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    /// Which of its entries a reader's entries are, as the database has it.
    pub(crate) async fn numbers(&self, reader: PartyId) -> Vec<i64> {
        const NUMBERS: &str = "SELECT number FROM entry_reader WHERE oin = $1 AND role = $2 ORDER BY idx";
        let pool = AnyPool::connect(&self.url).await.unwrap();
        let query = sqlx::query_scalar(NUMBERS).bind(reader.oin.to_string()).bind(reader.role.to_string());
        let numbers = query.fetch_all(&pool).await.unwrap();
        pool.close().await;
        numbers
    }

    /// The number and the seal of the register.
    pub(crate) async fn register_seal(&self) -> (i64, Vec<u8>) {
        let pool = AnyPool::connect(&self.url).await.unwrap();
        let query = sqlx::query_as("SELECT register, register_seal FROM log_head WHERE id = 1");
        let seal = query.fetch_one(&pool).await.unwrap();
        pool.close().await;
        seal
    }

    /// Puts both back past the writer.
    pub(crate) async fn put_register_seal(&self, number: i64, seal: &[u8]) {
        let pool = AnyPool::connect(&self.url).await.unwrap();
        let query = sqlx::query("UPDATE log_head SET register = $1, register_seal = $2 WHERE id = 1");
        query.bind(number).bind(seal.to_vec()).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// The checkpoints that are kept, by size.
    pub(crate) async fn checkpoints(&self) -> Vec<(u64, String)> {
        let pool = AnyPool::connect(&self.url).await.unwrap();
        let query = sqlx::query_as("SELECT size, note FROM checkpoint ORDER BY size");
        let kept: Vec<(i64, String)> = query.fetch_all(&pool).await.unwrap();
        pool.close().await;
        kept.into_iter().map(|(size, note)| (size.unsigned_abs(), note)).collect()
    }

    /// How many bodies the database holds, whatever their state.
    pub(crate) async fn bodies(&self) -> i64 {
        const BODIES: &str = "SELECT COUNT(*) FROM copy WHERE jwe IS NOT NULL";
        let pool = AnyPool::connect(&self.url).await.unwrap();
        let bodies = sqlx::query(BODIES).fetch_one(&pool).await.unwrap().get(0);
        pool.close().await;
        bodies
    }

    /// What a check of the log finds, its bodies and the rows that it names among it.
    pub(crate) async fn report(&self) -> Report {
        let (verifier, at_rest) = (verifier(), at_rest());
        let check = Check { bodies: Some(at_rest.as_ref()), ..Check::with(&verifier) };
        verify(&self.store.log().await.unwrap(), &check).await.unwrap()
    }

    /// The rows that departed from the log, each with what is wrong.
    pub(crate) async fn departed(&self) -> Vec<(String, &'static str)> {
        let found = self.report().await.findings.into_iter();
        let rows = found.filter_map(|finding| match finding {
            Finding::Row { row, fault, .. } => Some((row, fault)),
            _ => None,
        });
        rows.collect()
    }

    /// Rebuilds the tree from the leaves and compares it with all that is stored; answers its size.
    pub(crate) async fn verify_log(&self) -> u64 {
        let head = self.store.head().await.unwrap();
        let checkpoint = verifier().open(&head.checkpoint).unwrap();
        let leaves = self.store.leaves(0, u64::MAX).await.unwrap();
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        assert_eq!(checkpoint.size, head.size, "the checkpoint covers the head");
        assert_eq!(u64::try_from(leaves.len()).unwrap(), head.size, "size = leaves");
        assert_eq!(self.store.leaf_hashes(0, u64::MAX).await.unwrap(), hashes);
        let mut frontier = sluis::merkle::frontier::Frontier::new();
        for hash in &hashes {
            frontier.append(*hash);
        }
        assert_eq!(checkpoint.root, frontier.root(), "root = recomputed root");
        let report = self.report().await;
        // What is erased here is erased without the entry that would say so.
        let is_wrong = |finding: &&Finding| !matches!(finding, Finding::NoBody { .. });
        assert!(report.findings.iter().find(is_wrong).is_none() && report.more == 0, "{report:?}");
        for index in [0, head.size / 2, head.size.saturating_sub(1)] {
            if let Some(evidence) = self.store.evidence(index).await.unwrap() {
                let (proof, leaf) = (evidence.proof().unwrap(), leaf_hash(&evidence.leaf));
                verify_inclusion(&proof, index, evidence.size, &checkpoint.root, &leaf).unwrap();
            }
        }
        head.size
    }
}

pub(crate) fn verifier() -> LogVerifier {
    LogVerifier::from_vkey(&log_key().vkey()).unwrap()
}

pub(crate) fn party(number: u64, role: &str) -> PartyId {
    format!("00000099{number:012}/{role}").parse().unwrap()
}

pub(crate) fn school() -> PartyId {
    party(1, "pro-school")
}

pub(crate) fn college() -> PartyId {
    party(2, "werk-en-inkomen")
}

pub(crate) fn other_college() -> PartyId {
    party(3, "werk-en-inkomen")
}

pub(crate) fn unique() -> Digest {
    use sluis::domain::id::Entropy as _;
    let mut bytes = [0; 32];
    SystemEntropy::new().fill(&mut bytes).unwrap();
    Digest(bytes)
}

/// An answer of this party, with an outcome and nothing more.
pub(crate) fn answer(reply_to: PacketId, person: &NewPerson, party: PartyId, outcome: &str) -> Answer {
    Answer {
        id: packet_id(),
        reply_to,
        dataset: "verzoek-voortzetting".parse().unwrap(),
        dataset_version: 1,
        purpose: "voortzetting-ondersteuning".parse().unwrap(),
        person: person.id,
        party,
        outcome: outcome.parse().unwrap(),
    }
}

pub(crate) fn packet_id() -> PacketId {
    PacketId::new(START.parse().unwrap(), &SystemEntropy::new()).unwrap()
}

pub(crate) fn declaration_id() -> DeclarationId {
    DeclarationId::new(START.parse().unwrap(), &SystemEntropy::new()).unwrap()
}

pub(crate) fn person_id() -> PersonId {
    PersonId::new(START.parse().unwrap(), &SystemEntropy::new()).unwrap()
}

/// An entry that these parties may read.
pub(crate) fn entry(readers: &[(PartyId, PartName)]) -> PreparedEntry {
    let own = |name: PartName| {
        let reader = readers.iter().find(|(_, part)| *part == name);
        reader.map(|(party, _)| Own { party: *party, part: Part::default(), staff: None })
    };
    let draft = EntryDraft {
        shared: Part::of(Event::Export, Outcome::Recorded),
        sender: own(PartName::Sender),
        recipient: own(PartName::Recipient),
        on_behalf: own(PartName::OnBehalf),
        gateway: None,
    };
    prepare(draft, at_rest(), Arc::new(SystemEntropy::new())).unwrap()
}

pub(crate) fn at_rest() -> Arc<AtRest> {
    Arc::new(AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap())
}

pub(crate) fn person() -> NewPerson {
    NewPerson {
        id: person_id(),
        scope: school(),
        pseudonyms: vec![Pseudonym { version: 1, value: unique() }],
    }
}

pub(crate) fn key(party: PartyId, thumbprint: &str) -> PublishKey {
    PublishKey {
        thumbprint: thumbprint.to_owned(),
        party,
        kid: "2026".to_owned(),
        jwk: "{}".to_owned(),
        valid_from: START.parse().unwrap(),
        valid_until: None,
        active: true,
    }
}

/// The real policies, and the engine that decides by them: there is no other way to a permit.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Catalogue::embedded().unwrap()).unwrap());

/// The policy by which the tests decide.
pub(crate) fn policy() -> Digest {
    ENGINE.catalogue().digest()
}

fn dataset() -> &'static Dataset {
    ENGINE.catalogue().dataset(&"overgangsdocument".parse().unwrap()).unwrap()
}

fn contents() -> Contents {
    let example = serde_json::to_vec(&dataset().example).unwrap();
    dataset().validate(Plaintext::read(&example).unwrap()).unwrap()
}

/// The engine's permit for a school's overgangsdocument about a pupil of eighteen who agreed in person.
pub(crate) fn permit(now: Timestamp, packet: PacketId, party: PartyId, as_of: AsOf) -> Permit {
    permit_for(school(), now, packet, party, as_of)
}

/// The same for what this school sent: a school of another kind has a basis of its own.
pub(crate) fn permit_for(
    sender: PartyId,
    now: Timestamp,
    packet: PacketId,
    party: PartyId,
    as_of: AsOf,
) -> Permit {
    let facts = Facts {
        tells_age: false,
        municipality: None,
        dataset: dataset().code.clone(),
        purpose: "voortzetting-ondersteuning".parse().unwrap(),
        named_basis: None,
        sender: PartyFacts { party: sender, gemeenten: BTreeSet::new() },
        recipient: PartyFacts { party, gemeenten: ["0361".parse().unwrap()].into() },
        person: serde_json::from_str(PUPIL).unwrap(),
        is_pgn: false,
        categories: contents().categories().clone(),
        submitted: now,
        now,
        earlier: EarlierFacts {
            replies: ["verzoek-voortzetting:ja".parse().unwrap()].into(),
            municipality: None,
            indiening: AgeRange { at_least: 18, at_most: 18 },
            curatele: false,
            wishes: ["instemming:persoon".parse().unwrap()].into(),
        },
        wishes: BTreeSet::new(),
        bezwaar: false,
        bezwaar_gegrond: false,
        beperking_gegrond: false,
        beperking: false,
        subject: Some(packet),
        as_of,
        valid_until: None,
    };
    ENGINE.decide(&facts).into_result().unwrap()
}

const PUPIL: &str = r#"{"birthDate": "2008-03-01", "verblijf": "0361", "ingeschreven": false,
    "verlatenOp": "2026-07-17", "profiel": "arbeid"}"#;

/// The body that goes with a permit, with a category left out on request.
pub(crate) fn sealed(permit: &Permit, omit: &[&str]) -> Sealed {
    let omit = omit.iter().map(|code| code.parse().unwrap()).collect();
    let minimised = minimise(permit, &contents(), dataset(), &omit).unwrap();
    seal(minimised, private_key(permit.party()).public()).unwrap()
}

/// The key of a party: the same throughout a run.
pub(crate) fn private_key(party: PartyId) -> Arc<PrivateKey> {
    static KEYS: Mutex<BTreeMap<PartyId, Arc<PrivateKey>>> = Mutex::new(BTreeMap::new());
    let mut keys = KEYS.lock().unwrap();
    Arc::clone(keys.entry(party).or_insert_with(|| Arc::new(PrivateKey::generate_x25519().unwrap())))
}

pub(crate) fn thumbprint(party: PartyId) -> String {
    private_key(party).public().thumbprint().to_owned()
}

pub(crate) fn recipient(now: Timestamp, packet: PacketId, party: PartyId) -> NewCopy {
    let permit = permit(now, packet, party, AsOf::default());
    let sealed = sealed(&permit, &[]);
    NewCopy { municipality: None, permit, sealed, declarations: Vec::new(), search: Vec::new() }
}

pub(crate) fn push(now: Timestamp, person: &NewPerson, recipients: &[PartyId]) -> Push {
    push_as(packet_id(), now, person, recipients)
}

pub(crate) fn push_as(id: PacketId, now: Timestamp, person: &NewPerson, recipients: &[PartyId]) -> Push {
    Push {
        packet: NewMessage {
            id,
            kind: MessageKind::Packet,
            dataset: "overgangsdocument".parse().unwrap(),
            dataset_version: 1,
            purpose: "voortzetting-ondersteuning".parse().unwrap(),
            sender: school(),
            expires: now + SignedDuration::from_hours(24),
            kept_for: SignedDuration::from_hours(24),
            header: vec![0xff, 0, 1],
            rests_on: None,
            reply: None,
        },
        person: person.clone(),
        recipients: recipients.iter().map(|party| recipient(now, id, *party)).collect(),
        idempotency: None,
    }
}

pub(crate) fn idempotency(key: &str, body: u8) -> IdempotencyKey {
    IdempotencyKey { key: key.to_owned(), body: Digest([body; 32]) }
}

/// A declaration of another kind.
pub(crate) fn declares(kind: DeclarationKind, now: Timestamp, person: &NewPerson) -> Declare {
    let mut declaration = declare(now, person);
    declaration.said.kind = kind;
    declaration
}

pub(crate) fn declare(now: Timestamp, person: &NewPerson) -> Declare {
    Declare {
        id: declaration_id(),
        person: person.clone(),
        said: Said {
            kind: DeclarationKind::Instemming,
            dataset: "overgangsdocument".parse().unwrap(),
            purpose: None,
            towards: Some(Towards::Party(college())),
            given_by: Capacity::Ouder,
            given_at: now,
            until: None,
            explicit: false,
        },
        kept_for: SignedDuration::from_hours(24),
        evidence: Evidenced {
            kind: EvidenceKind::Formulier,
            digest: None,
            recorded_on: "2026-09-01".parse().unwrap(),
        },
        facts: None,
        recorder: school(),
        idempotency: None,
    }
}
