//! What a call costs the gateway, seen from outside. `cargo bench --bench load` prints the table of calls in
//! `docs/performance.md`: calls a second, their latency, and the CPU of the gateway and of the load generator per call.
//!
//! Three processes: this one, the gateway (the program itself) and the generator, which keeps its mutual TLS connections
//! and makes its requests beforehand. `--filled 100000` behind `--` says how many packets lie there first. With
//! `TEST_POSTGRES_URL` everything is measured on PostgreSQL too. Nothing is asserted.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod caller;
#[path = "load/generator.rs"]
mod generator;
mod served;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use sluis::{
    cli::init::{InitOptions, LaidOut, LaidParty, lay_out},
    domain::{
        clock::{Clock, SystemClock},
        id::{Entropy, SystemEntropy},
        party::Role,
    },
};
use sqlx::{Any, migrate::MigrateDatabase as _};

use self::{
    caller::{Caller, catalogue, removal, shown},
    generator::{Calls, Measured, Order},
    served::{Served, lift_quotas},
};

/// Packets that lie there before anything is measured.
const FILLED: usize = 2_000;
/// How many call at the same time, each on a connection of its own.
const CALLERS: [usize; 3] = [1, 32, 64];
const CALLS: usize = 4_000;
/// For a caller alone, who waits for each answer.
const CALLS_ALONE: usize = 1_000;

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = env::args().collect();
    // `cargo test --benches` runs this too, with an argument of its own: building it is enough then.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let after = |name: &str| arguments.iter().skip_while(move |argument| *argument != name).nth(1);
    if let Some(file) = after("--generate") {
        return generator::run(Path::new(file));
    }
    let filled = after("--filled").map_or(Ok(FILLED), |number| number.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("| database | call | callers | per second | median | p99 | CPU gateway | CPU generator |");
    println!("|---|---|---|---|---|---|---|---|");
    runtime.block_on(measure("SQLite", None, filled))?;
    if let Some(server) = env::var_os("TEST_POSTGRES_URL") {
        let server = server.into_string().map_err(|_| "TEST_POSTGRES_URL is no text")?;
        let (server, _) = server.rsplit_once('/').ok_or("no server in TEST_POSTGRES_URL")?;
        let url = format!("{server}/sluis_load_{}", std::process::id());
        sqlx::any::install_default_drivers();
        runtime.block_on(async {
            Any::create_database(&url).await?;
            let measured = measure("PostgreSQL", Some(url.clone()), filled).await;
            Any::force_drop_database(&url).await?;
            measured
        })?;
    }
    Ok(())
}

async fn measure(database: &str, url: Option<String>, filled: usize) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
    let free = "127.0.0.1:0".parse()?;
    let options = InitOptions { data: free, ops: free, database: url };
    let laid = lay_out(&folder.path().join("gateway"), &options, &clock, &entropy).await.map_err(shown)?;
    lift_quotas(&laid)?;
    let gateway = Served::start(&laid)?;
    Caller::of(gateway.address.port(), &laid, Role::ProSchool).await?;
    let doorstroompunt = Caller::of(gateway.address.port(), &laid, Role::Doorstroompunt).await?;

    let bench = Bench { folder: folder.path(), laid: &laid, gateway: &gateway, database };
    let body = removal(catalogue()?.as_ref())?;
    let mut pushed = 0;
    let mut push = |count: usize| {
        pushed += count;
        Calls::Push { body: body.clone(), first: pushed - count, count }
    };
    bench.run(Role::ProSchool, push(filled), 64)?;
    for callers in CALLERS {
        let count = 5 * if callers == 1 { CALLS_ALONE } else { CALLS };
        let get = Calls::Get { paths: vec!["/checkpoint".to_owned(); count] };
        bench.row("GET /checkpoint", callers, &bench.run(Role::ProSchool, get, callers)?);
    }
    for callers in CALLERS {
        let count = if callers == 1 { CALLS_ALONE } else { CALLS };
        bench.row("push", callers, &bench.run(Role::ProSchool, push(count), callers)?);
    }
    let mut waiting = doorstroompunt.inbox(CALLS_ALONE + CALLS * (CALLERS.len() - 1)).await?;
    for callers in CALLERS {
        let count = if callers == 1 { CALLS_ALONE } else { CALLS };
        let ids = waiting.split_off(waiting.len().saturating_sub(count));
        let paths = ids.iter().map(|id| format!("/v1/packets/{id}/payload")).collect();
        bench.row("pull", callers, &bench.run(Role::Doorstroompunt, Calls::Get { paths }, callers)?);
    }
    println!(
        "\n{database}: {pushed} packets; resident {} KiB at most; started in {:.0} ms\n",
        gateway.resident("VmHWM:")?,
        gateway.start.as_secs_f64() * 1e3
    );
    Ok(())
}

struct Bench<'a> {
    folder: &'a Path,
    laid: &'a LaidOut,
    gateway: &'a Served,
    database: &'a str,
}

/// What calls cost on both sides.
struct Cost {
    measured: Measured,
    gateway: Duration,
}

impl Bench<'_> {
    fn party(&self, role: Role) -> Fallible<&LaidParty> {
        self.laid.parties.iter().find(|party| party.party.role == role).ok_or_else(|| "no such party".into())
    }

    /// Lets the generator make these calls, and waits for its last answer.
    fn run(&self, role: Role, calls: Calls, callers: usize) -> Fallible<Cost> {
        let party = self.party(role)?;
        let order = Order {
            address: self.gateway.address,
            authority_pem: self.laid.authority.certificate_pem().to_owned(),
            chain_pem: party.certificate.chain_pem.clone(),
            key_pem: party.certificate.key_pem.to_string(),
            gateway: self.gateway.process(),
            callers,
            calls,
            rest: Duration::ZERO,
        };
        let file = self.folder.join("order.json");
        fs::write(&file, serde_json::to_vec(&order)?)?;
        let done = Command::new(env::current_exe()?)
            .arg("--generate")
            .arg(&file)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        if !done.status.success() {
            return Err(format!("the generator ended with {}", done.status).into());
        }
        let measured: Measured = serde_json::from_slice(&done.stdout)?;
        Ok(Cost { gateway: measured.gateway, measured })
    }

    fn row(&self, call: &str, callers: usize, cost: &Cost) {
        let calls = cost.measured.calls;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(calls);
        println!(
            "| {} | {call} | {callers} | {:.0} | {:.2} ms | {:.2} ms | {:.0} µs | {:.0} µs |",
            self.database,
            f64::from(calls) / cost.measured.took.as_secs_f64(),
            cost.measured.median.as_secs_f64() * 1e3,
            cost.measured.p99.as_secs_f64() * 1e3,
            each(cost.gateway),
            each(cost.measured.generator),
        );
    }
}

impl Caller {
    /// The ids of so many packets that wait, oldest first.
    async fn inbox(&self, count: usize) -> Fallible<Vec<String>> {
        let mut ids = Vec::with_capacity(count);
        let mut after = String::new();
        while ids.len() < count {
            let request = Self::staff(self.http.get(format!("{}/v1/inbox?limit=500{after}", self.base)));
            let answer: Value = request.send().await?.error_for_status()?.json().await?;
            let items = answer.get("items").and_then(Value::as_array).ok_or("no items")?;
            let Some(last) = items.last().and_then(|item| item.get("logIndex")) else { break };
            after = format!("&after={last}");
            ids.extend(items.iter().filter_map(|item| item.get("id")?.as_str().map(str::to_owned)));
        }
        ids.truncate(count);
        Ok(ids)
    }
}
