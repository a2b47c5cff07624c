//! What the gateway costs, beside what its bare primitives cost in the same run. `cargo bench --bench measure` prints the
//! table of `docs/performance.md`. Nothing here is asserted: machines differ, and ratios within one run tell more.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cedar_policy::{Authorizer, Context, Entities, PolicySet, Request};
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;
use sluis::{
    accesslog::entry::{self, EntryDraft, Event, Outcome, Part},
    cli::init::{InitOptions, LaidOut, lay_out},
    crypto::{
        at_rest::AtRest,
        gateway_keys::GatewayKeys,
        keys::{KeyAlgorithm, PrivateKey},
        seal::seal,
    },
    domain::{
        clock::{Clock, SystemClock, amsterdam_date},
        id::{Entropy, PacketId, SystemEntropy},
        json::Wiped,
        plaintext::Plaintext,
    },
    policy::{
        catalogue::Catalogue, engine::Engine, facts::Facts, minimise::minimise, permit::Permit,
        whatif::WhatIf,
    },
    store::{
        OpenOptions, Store,
        write::{Record, Write},
        writer::{Writer, settings::Settings},
    },
};

const APPENDS: usize = 20_000;
const ROUNDS: u32 = 3_000;

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Fallible<()> {
    // `cargo test --benches` runs this too, with an argument of its own: building it is enough then.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut table = Table::default();
    deciding(&mut table)?;
    sealing(&mut table)?;
    runtime.block_on(appending(&mut table))?;
    table.print();
    Ok(())
}

fn catalogue() -> Fallible<Arc<Catalogue>> {
    Catalogue::embedded().map_err(|findings| format!("{findings:?}").into())
}

fn question(catalogue: &Catalogue, now: Timestamp) -> Fallible<Facts> {
    let left = amsterdam_date(now).saturating_sub(4.months()).to_string();
    let question = WhatIf::read(
        json!({
            "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
            "senderRole": "pro-school", "recipientRole": "werk-en-inkomen", "recipientGemeenten": ["0361"],
            "age": 18, "verblijf": "0361", "profiel": "arbeid", "verlatenOp": left,
            "replies": ["verzoek-voortzetting:ja"], "earlierWishes": ["instemming:persoon"],
            "categories": ["persoon", "school", "traject", "stages", "vaardigheden"],
        }),
        catalogue.glossary(),
    )?;
    Ok(question.facts(now)?)
}

fn permit(engine: &Engine, facts: &Facts) -> Fallible<Permit> {
    engine.decide(facts).into_result().map_err(|refusal| format!("refused: {refusal:?}").into())
}

fn deciding(table: &mut Table) -> Fallible<()> {
    let engine = Engine::new(catalogue()?)?;
    let facts = question(engine.catalogue(), SystemClock.now())?;
    drop(permit(&engine, &facts)?);
    let decided = each(ROUNDS, || drop(std::hint::black_box(engine.decide(&facts))));

    let policies: PolicySet = "permit (principal, action, resource);".parse()?;
    let uid = |text: &str| text.parse();
    let request =
        Request::new(uid(r#"A::"a""#)?, uid(r#"B::"b""#)?, uid(r#"C::"c""#)?, Context::empty(), None)?;
    let authorizer = Authorizer::new();
    let bare = each(ROUNDS, || {
        std::hint::black_box(authorizer.is_authorized(&request, &policies, &Entities::empty()));
    });
    table.row("decide, whole catalogue, request built", decided, "Cedar: one policy, request ready", bare);
    Ok(())
}

fn sealing(table: &mut Table) -> Fallible<()> {
    let catalogue = Arc::new(catalogue()?);
    let engine = Engine::new(Arc::clone(&catalogue))?;
    let now = SystemClock.now();
    let dataset = catalogue.dataset(&"overgangsdocument".parse()?).ok_or("no such dataset")?;
    let contents = dataset
        .validate(Plaintext::of(Wiped::new(dataset.example.clone())))
        .map_err(|faults| format!("{faults:?}"))?;
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw)?;
    let mut sealed_length = 0;
    let sealed = each(ROUNDS / 3, || {
        let Ok(mut facts) = question(engine.catalogue(), now) else { return };
        facts.subject = PacketId::new(now, &SystemEntropy::new()).ok();
        facts.categories.clone_from(contents.categories());
        if let Ok(permit) = permit(&engine, &facts)
            && let Ok(minimised) = minimise(&permit, &contents, dataset, &std::collections::BTreeSet::new())
            && let Ok(sealed) = seal(minimised, key.public())
        {
            sealed_length = sealed.jwe().len();
        }
    });
    if sealed_length == 0 {
        return Err("nothing was sealed".into());
    }
    let public: josekit::jwk::Jwk = serde_json::from_value(key.public().to_jwk())?;
    let encrypter = josekit::jwe::ECDH_ES_A256KW.encrypter_from_jwk(&public)?;
    let mut header = josekit::jwe::JweHeader::new();
    header.set_content_encryption("A256GCM");
    let bytes = vec![b' '; sealed_length * 3 / 4];
    let bare = each(ROUNDS / 3, || {
        drop(std::hint::black_box(josekit::jwe::serialize_compact(&bytes, &header, &encrypter)));
    });
    table.row("decide, project, seal one example", sealed, "josekit: the same bytes", bare);
    Ok(())
}

async fn appending(table: &mut Table) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
    let free = "127.0.0.1:0".parse()?;
    let options = InitOptions { data: free, ops: free, database: None };
    let laid = lay_out(&folder.path().join("gateway"), &options, &clock, &entropy)
        .await
        .map_err(|failure| failure.to_string())?;
    let appended = appends(&laid).await?;
    let committed = commits(folder.path()).await?;
    table.row("append an entry, 256 at a time waiting", appended, "SQLite: one row, committed", committed);
    Ok(())
}

/// Through a writer like the gateway's own.
async fn appends(laid: &LaidOut) -> Fallible<Duration> {
    let keys = GatewayKeys::load(&laid.config.keys.dir, laid.config.strict).map_err(|_| "no keys")?;
    let store = Store::open(&laid.config.database.connect_url()?, &OpenOptions::default()).await?;
    let policy = catalogue()?.digest();
    let at_rest = keys.at_rest;
    let signer = Arc::new(keys.log.signing().to_note_key()?);
    let settings = Settings::new(policy, signer, Arc::<AtRest>::clone(&at_rest), Arc::new(SystemClock));
    let (writer, task) = Writer::start(store.clone(), settings).await?;
    let began = Instant::now();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..256 {
        let (writer, at_rest) = (writer.clone(), Arc::clone(&at_rest));
        waiting.spawn(async move {
            for _ in 0..APPENDS / 256 {
                let draft = EntryDraft {
                    shared: Part::of(Event::Search, Outcome::Recorded),
                    ..EntryDraft::default()
                };
                let entry =
                    entry::prepare(draft.clone(), Arc::clone(&at_rest), Arc::new(SystemEntropy::new()))?;
                drop(writer.submit(Write::new(Record, vec![entry])).await?);
            }
            Fallible::Ok(())
        });
    }
    while let Some(done) = waiting.join_next().await {
        done??;
    }
    let took = began.elapsed();
    drop(writer);
    task.await?;
    store.close().await;
    Ok(per(took, APPENDS / 256 * 256))
}

/// What the disk itself costs: one row in one durable transaction.
async fn commits(folder: &std::path::Path) -> Fallible<Duration> {
    use sqlx::{Connection as _, Executor as _, SqliteConnection};
    let url = format!("sqlite:{}?mode=rwc", folder.join("bare.db").display());
    let mut connection = SqliteConnection::connect(&url).await?;
    for text in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE leaf (leaf BLOB)"] {
        connection.execute(text).await?;
    }
    let began = Instant::now();
    let rows = 1_000;
    for _ in 0..rows {
        sqlx::query("INSERT INTO leaf VALUES ($1)").bind(vec![7_u8; 54]).execute(&mut connection).await?;
    }
    Ok(per(began.elapsed(), rows))
}

/// The mean time of one round.
fn each(rounds: u32, mut round: impl FnMut()) -> Duration {
    let began = Instant::now();
    for _ in 0..rounds {
        round();
    }
    began.elapsed() / rounds
}

fn per(time: Duration, count: usize) -> Duration {
    time / u32::try_from(count).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Table(Vec<(&'static str, Duration, &'static str, Duration)>);

impl Table {
    fn row(&mut self, what: &'static str, cost: Duration, beside: &'static str, bare: Duration) {
        self.0.push((what, cost, beside, bare));
    }

    fn print(&self) {
        println!("| what | each | per second | beside | each | ratio |\n|---|---|---|---|---|---|");
        for (what, cost, beside, bare) in &self.0 {
            let (cost_s, bare_s) = (cost.as_secs_f64(), bare.as_secs_f64());
            println!(
                "| {what} | {:.1} µs | {:.0} | {beside} | {:.1} µs | {:.1} |",
                cost_s * 1e6,
                1.0 / cost_s,
                bare_s * 1e6,
                cost_s / bare_s
            );
        }
    }
}
