//! What a gateway costs at rest, under load, and with a large log. `cargo bench --bench large` prints the figures that
//! `docs/performance.md` names; a number behind `--` says how large, 100 000 without it. The gateway is the program itself, in a
//! process of its own on SQLite, so that its memory is its own. Nothing is asserted.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod caller;
mod served;

use std::{
    fs,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use sluis::{
    accesslog::{
        entry::{self, EntryDraft, Event, Outcome, Part},
        verify::{Check, verify},
    },
    cli::init::{InitOptions, LaidOut, lay_out},
    crypto::{at_rest::AtRest, gateway_keys::GatewayKeys},
    domain::{
        clock::{Clock, SystemClock},
        id::{Entropy, SystemEntropy},
        party::Role,
    },
    merkle::note::LogVerifier,
    store::{
        OpenOptions, Store,
        write::{Record, Write},
        writer::{Writer, settings::Settings},
    },
};

use self::{
    caller::{Caller, catalogue, removal, shown},
    served::{Served, lift_quotas},
};

/// With how many entries the large log is compared.
const SMALL: u64 = 10_000;
const ENTRIES: u64 = 100_000;
/// Entries of one write; the writer puts up to 256 writes in one transaction.
const TOGETHER: u64 = 64;
/// Pushes one after the other, for the latency, and callers at the same time, for the memory.
const PUSHES: usize = 300;
const CALLERS: usize = 32;

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Fallible<()> {
    // `cargo test --benches` runs this too, with an argument of its own: building it is enough then.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let entries = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ENTRIES);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(entries))
}

async fn measure(entries: u64) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
    let free = "127.0.0.1:0".parse()?;
    let options = InitOptions { data: free, ops: free, database: None };
    let laid = lay_out(&folder.path().join("gateway"), &options, &clock, &entropy).await.map_err(shown)?;
    lift_quotas(&laid)?;
    let body = removal(catalogue()?.as_ref())?;

    fill(&laid, SMALL).await?;
    let small = one_run(&laid, &body, "small").await?;
    let began = Instant::now();
    let filled = fill(&laid, entries).await?;
    println!("{filled} entries appended in {:.1} s", began.elapsed().as_secs_f64());
    let large = one_run(&laid, &body, "large").await?;
    for (name, run) in [(SMALL, &small), (entries, &large)] {
        println!(
            "with {name} entries: start {:.0} ms, push {:.2} ms (median of {PUSHES}), resident {} KiB idle, {} KiB at most \
             with {CALLERS} callers",
            run.start.as_secs_f64() * 1e3,
            run.push.as_secs_f64() * 1e3,
            run.idle,
            run.most,
        );
    }
    println!("push latency, large to small: {:.2}", large.push.as_secs_f64() / small.push.as_secs_f64());
    check(&laid, false).await?;
    check(&laid, true).await?;
    let bytes = fs::metadata(folder.path().join("gateway/gateway.db"))?.len();
    println!("database: {} MiB", bytes >> 20);
    Ok(())
}

/// Appends until the log has so many entries, by the gateway's own writer; answers how many were appended.
async fn fill(laid: &LaidOut, wanted: u64) -> Fallible<u64> {
    let keys = keys(laid)?;
    let store = open(laid).await?;
    let settings = Settings::new(
        catalogue()?.digest(),
        Arc::new(keys.log.signing().to_note_key()?),
        Arc::<AtRest>::clone(&keys.at_rest),
        Arc::new(SystemClock),
    );
    let (writer, task) = Writer::start(store.clone(), settings).await?;
    let at_rest = keys.at_rest;
    let missing = wanted.saturating_sub(store.head().await?.size);
    let mut waiting = tokio::task::JoinSet::new();
    let mut left = missing;
    while left > 0 {
        let now = left.min(TOGETHER);
        left -= now;
        if waiting.len() >= 256
            && let Some(done) = waiting.join_next().await
        {
            done??;
        }
        let (writer, at_rest) = (writer.clone(), Arc::clone(&at_rest));
        waiting.spawn(async move {
            let draft =
                EntryDraft { shared: Part::of(Event::Search, Outcome::Recorded), ..EntryDraft::default() };
            let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
            let entries: Result<Vec<_>, _> = (0..now)
                .map(|_| entry::prepare(draft.clone(), Arc::clone(&at_rest), Arc::clone(&entropy)))
                .collect();
            drop(writer.submit(Write::new(Record, entries?)).await?);
            Fallible::Ok(())
        });
    }
    while let Some(done) = waiting.join_next().await {
        done??;
    }
    drop(writer);
    task.await?;
    store.close().await;
    Ok(missing)
}

/// What one life of a gateway cost.
struct Run {
    start: Duration,
    push: Duration,
    idle: u64,
    most: u64,
}

async fn one_run(laid: &LaidOut, body: &Value, name: &str) -> Fallible<Run> {
    let gateway = Served::start(laid)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = gateway.resident("VmRSS:")?;
    let school = Caller::of(gateway.address.port(), laid, Role::ProSchool).await?;
    // The recipient's key, to which is sealed.
    Caller::of(gateway.address.port(), laid, Role::Doorstroompunt).await?;
    let mut times = Vec::with_capacity(PUSHES);
    for number in 0..PUSHES {
        let began = Instant::now();
        school.push(&format!("measurement-{name}-{number:08}"), body).await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let push = times.get(PUSHES / 2).copied().unwrap_or_default();
    at_once(|number| school.push(&format!("load-of-{name}-{number:08}"), body)).await?;
    Ok(Run { start: gateway.start, push, idle, most: gateway.resident("VmHWM:")? })
}

impl Caller {
    fn push(&self, key: &str, body: &Value) -> impl Future<Output = Fallible<()>> + Send + use<> {
        self.post("/v1/packets", key, body)
    }
}

async fn at_once<F, Fut>(call: F) -> Fallible<()>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Fallible<()>> + Send + 'static,
{
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..PUSHES * 4 {
        if waiting.len() >= CALLERS
            && let Some(done) = waiting.join_next().await
        {
            done??;
        }
        waiting.spawn(call(number));
    }
    while let Some(done) = waiting.join_next().await {
        done??;
    }
    Ok(())
}

/// Verifies the whole log, with or without opening every body.
async fn check(laid: &LaidOut, bodies: bool) -> Fallible<()> {
    let keys = keys(laid)?;
    let store = open(laid).await?;
    let log = LogVerifier::from_vkey(&keys.log.signing().vkey())?;
    let view = store.log().await?;
    let check = Check { bodies: bodies.then_some(&keys.at_rest), ..Check::with(&log) };
    let began = Instant::now();
    let report = verify(&view, &check).await?;
    let took = began.elapsed();
    store.close().await;
    if !report.is_sound() {
        return Err(format!("{report:?}").into());
    }
    let what = if bodies { "leaves and bodies" } else { "leaves and tiles" };
    let size = view.head().size;
    println!("{what} of {size} entries verified in {:.1} s", took.as_secs_f64());
    Ok(())
}

fn keys(laid: &LaidOut) -> Fallible<GatewayKeys> {
    GatewayKeys::load(&laid.config.keys.dir, laid.config.strict).map_err(|_| "no keys".into())
}

async fn open(laid: &LaidOut) -> Fallible<Store> {
    Ok(Store::open(&laid.config.database.connect_url()?, &OpenOptions::default()).await?)
}
