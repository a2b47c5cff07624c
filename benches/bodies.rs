//! What one party can cost the others. `cargo bench --bench bodies` prints the tables of bodies and of shares in
//! `docs/performance.md`: what a faulty body costs beside a right one of the same size, what becomes of one party's small
//! pushes while another sends nothing but large or faulty bodies, and while another spends its quota.
//!
//! Gateway and generators are processes of their own. Nothing is asserted.

#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

mod caller;
#[path = "load/generator.rs"]
mod generator;
mod served;

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use sluis::{
    cli::init::{InitOptions, LaidOut, lay_out},
    domain::{
        clock::{Clock, SystemClock},
        id::{Entropy, SystemEntropy},
        json::Wiped,
        party::Role,
        plaintext::Plaintext,
    },
    policy::{catalogue::Catalogue, dataset::Dataset},
};

use self::{
    caller::{Caller, catalogue, removal, shown},
    generator::{Calls, Measured, Order},
    served::{Served, lift_quotas},
};

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const CALLS: usize = 300;
const PUSHES: usize = 1_500;
/// Pushes within the sender's own quota.
const MANNERLY: usize = 500;
const REST: Duration = Duration::from_millis(20);

fn main() -> Fallible<()> {
    let arguments: Vec<String> = env::args().collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let after = |name: &str| arguments.iter().skip_while(move |argument| *argument != name).nth(1);
    if let Some(file) = after("--generate") {
        return generator::run(Path::new(file));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let only = after("--only").map_or("", String::as_str);
    runtime.block_on(async {
        if ["", "faults"].contains(&only) {
            faults().await?;
        }
        if ["", "shares"].contains(&only) {
            shares().await?;
        }
        if ["", "quotas"].contains(&only) {
            quotas().await?;
        }
        Ok(())
    })
}

/// A gateway in a folder of its own, with a school, a college and a Doorstroompunt.
struct Site {
    folder: tempfile::TempDir,
    laid: LaidOut,
    gateway: Served,
    catalogue: Arc<Catalogue>,
    pushed: std::cell::Cell<usize>,
    /// How many small pushes are measured, and how long their sender rests after each.
    pushes: (usize, Duration),
}

impl Site {
    async fn open(lifted: bool) -> Fallible<Self> {
        let folder = tempfile::tempdir()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
        let free = "127.0.0.1:0".parse()?;
        let options = InitOptions { data: free, ops: free, database: None };
        let laid =
            lay_out(&folder.path().join("gateway"), &options, &clock, &entropy).await.map_err(shown)?;
        if lifted {
            lift_quotas(&laid)?;
        }
        let gateway = Served::start(&laid)?;
        for role in [Role::ProSchool, Role::Doorstroompunt, Role::WerkEnInkomen] {
            Caller::of(gateway.address.port(), &laid, role).await?;
        }
        Ok(Self {
            folder,
            laid,
            gateway,
            catalogue: catalogue()?,
            pushed: std::cell::Cell::new(0),
            pushes: if lifted { (PUSHES, Duration::ZERO) } else { (MANNERLY, REST) },
        })
    }

    fn push(&self, count: usize) -> Fallible<Calls> {
        let first = self.pushed.replace(self.pushed.get() + count);
        Ok(Calls::Push { body: removal(&self.catalogue)?, first, count })
    }

    fn generate(&self, role: Role, calls: Calls, callers: usize, rest: Duration) -> Fallible<Child> {
        let party = self.laid.parties.iter().find(|party| party.party.role == role).ok_or("no such party")?;
        let order = Order {
            address: self.gateway.address,
            authority_pem: self.laid.authority.certificate_pem().to_owned(),
            chain_pem: party.certificate.chain_pem.clone(),
            key_pem: party.certificate.key_pem.to_string(),
            gateway: self.gateway.process(),
            callers,
            calls,
            rest,
        };
        let file = self.folder.path().join(format!("{role}.json"));
        fs::write(&file, serde_json::to_vec(&order)?)?;
        let generator = Command::new(env::current_exe()?)
            .arg("--generate")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        Ok(generator)
    }

    fn run(&self, role: Role, calls: Calls, callers: usize, rest: Duration) -> Fallible<Measured> {
        let done = self.generate(role, calls, callers, rest)?.wait_with_output()?;
        Ok(serde_json::from_slice(&done.stdout)?)
    }

    /// Pushes of the school, one after the other, while somebody else does something.
    fn beside(
        &self,
        name: &str,
        alone: Option<&Measured>,
        other: Option<(Calls, usize)>,
    ) -> Fallible<Measured> {
        let other = other
            .map(|(calls, callers)| self.generate(Role::WerkEnInkomen, calls, callers, Duration::ZERO))
            .transpose()?;
        if other.is_some() {
            std::thread::sleep(Duration::from_secs(2));
        }
        let (pushes, rest) = self.pushes;
        let measured = self.run(Role::ProSchool, self.push(pushes)?, 1, rest)?;
        if let Some(mut other) = other {
            drop(other.kill());
            other.wait()?;
        }
        let ratio = |of: fn(&Measured) -> Duration| {
            alone.map_or(1.0, |alone| of(&measured).as_secs_f64() / of(alone).as_secs_f64())
        };
        println!(
            "| {name} | {:.2} ms | {:.1} | {:.2} ms | {:.1} |",
            measured.median.as_secs_f64() * 1e3,
            ratio(|measured| measured.median),
            measured.p99.as_secs_f64() * 1e3,
            ratio(|measured| measured.p99),
        );
        Ok(measured)
    }
}

/// A submission that is decided upon and not stored.
fn checked(content: &Value) -> Value {
    json!({
        "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
        "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }],
        "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": content.pointer("/persoon/geboortedatum"), "verblijf": "0361",
                    "ingeschreven": true },
        "content": content,
    })
}

/// The example with every list and every text as long as it may be.
fn largest(dataset: &Dataset) -> Value {
    let mut content = dataset.example.clone();
    let fits = |content: &Value| dataset.validate(Plaintext::of(Wiped::new(content.clone()))).is_ok();
    let mut places = Vec::new();
    walk(&content, &mut String::new(), &mut places);
    for place in &places {
        let Some(before) = content.pointer(place).cloned() else { continue };
        let candidates: Vec<Value> = match &before {
            Value::String(_) => {
                [8000, 5000, 4000, 2000, 1000, 500, 200].map(|length| json!(text(length))).into()
            }
            Value::Array(items) => [100, 50, 40, 30, 20, 10, 5]
                .map(|count| Value::Array(items.iter().cycle().take(count).cloned().collect()))
                .into(),
            _ => Vec::new(),
        };
        for candidate in candidates {
            if let Some(value) = content.pointer_mut(place) {
                *value = candidate;
            }
            if fits(&content) {
                break;
            }
            if let Some(value) = content.pointer_mut(place) {
                *value = before.clone();
            }
        }
    }
    content
}

fn text(length: usize) -> String {
    "Hij werkt graag buiten en leert het best met iemand naast zich. ".chars().cycle().take(length).collect()
}

/// Texts first, so that what is repeated is long.
fn walk(value: &Value, at: &mut String, places: &mut Vec<String>) {
    let length = at.len();
    let below: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        _ => Vec::new(),
    };
    for (step, value) in below {
        at.push('/');
        at.push_str(&step);
        walk(value, at, places);
        at.truncate(length);
    }
    if value.is_string() || value.is_array() {
        places.push(at.clone());
    }
}

/// Bodies that are wrong, each of at least so many bytes.
fn faulty(right: &Value, bytes: usize) -> Vec<(&'static str, Vec<u8>)> {
    let with = |pointer: &str, value: Value| {
        let mut body = right.clone();
        if let Some(place) = body.pointer_mut(pointer) {
            *place = value;
        }
        serde_json::to_vec(&body).unwrap_or_default()
    };
    let fill = |item: &Value| {
        let one = item.to_string().len() + 1;
        Value::Array(vec![item.clone(); bytes.div_ceil(one)])
    };
    let unknown: serde_json::Map<String, Value> =
        (0..bytes / 20).map(|number| (format!("onbekend{number:06}"), json!(1))).collect();
    let nested = format!("{{\"content\":{}{}}}", "[".repeat(bytes / 2), "]".repeat(bytes / 2));
    let under_limit =
        format!("[{}]", vec![format!("{}{}", "[".repeat(28), "]".repeat(28)); bytes / 57].join(","));
    vec![
        (
            "32 faulty recipients",
            with("/recipients", Value::Array(vec![json!({ "municipality": "x", "role": 1 }); 32])),
        ),
        (
            "a list of faulty recipients",
            with("/recipients", fill(&json!({ "municipality": "x", "role": 1 }))),
        ),
        ("a list of faulty items", with("/content/stages", fill(&json!({ "werkgever": 1, "onbekend": 2 })))),
        ("10,000 empty items", with("/content/stages", Value::Array(vec![json!({}); 10_000]))),
        ("unknown members", with("/content", Value::Object(unknown.clone()))),
        ("unknown members of the person", with("/person", Value::Object(unknown))),
        ("nested too deeply", nested.into_bytes()),
        (
            "nested as deeply as allowed",
            with("/content/persoon", serde_json::from_str(&under_limit).unwrap_or_default()),
        ),
        ("a long text", with("/content/persoon/achternaam", json!(text(bytes)))),
        ("a long text of digits", with("/content/persoon/achternaam", json!("4 ".repeat(bytes / 2)))),
    ]
}

fn padded(mut body: Vec<u8>, bytes: usize) -> Vec<u8> {
    body.resize(body.len().max(bytes), b' ');
    body
}

async fn faults() -> Fallible<()> {
    let site = Site::open(true).await?;
    let dataset = site.catalogue.dataset(&"overgangsdocument".parse()?).ok_or("no such dataset")?;
    println!("| body | bytes | CPU gateway | to a right one |\n|---|---|---|---|");
    for content in [dataset.example.clone(), largest(dataset)] {
        let right = checked(&content);
        let bytes = serde_json::to_vec(&right)?;
        let size = bytes.len();
        let cost = |body: Vec<u8>, status: Option<u16>| -> Fallible<(usize, f64)> {
            let size = body.len();
            let calls = Calls::Post {
                path: "/v1/packets?check=true".to_owned(),
                body: String::from_utf8(body)?,
                count: CALLS,
                status,
            };
            let measured = site.run(Role::ProSchool, calls, 4, Duration::ZERO)?;
            Ok((size, measured.gateway.as_secs_f64() * 1e6 / f64::from(measured.calls)))
        };
        let (_, usual) = cost(bytes, Some(200))?;
        println!("| right | {size} | {usual:.0} µs | 1 |");
        for (name, body) in faulty(&right, size.saturating_sub(1000).max(1000)) {
            let (size, faulty) = cost(padded(body, size), Some(400))?;
            println!("| {name} | {size} | {faulty:.0} µs | {:.2} |", faulty / usual);
        }
    }
    Ok(())
}

async fn shares() -> Fallible<()> {
    let site = Site::open(true).await?;
    let dataset = site.catalogue.dataset(&"overgangsdocument".parse()?).ok_or("no such dataset")?;
    println!(
        "\n| one party's pushes beside another that sends | median | to alone | p99 | to alone |\n|---|---|---|---|---|"
    );
    site.run(Role::ProSchool, site.push(500)?, 4, Duration::ZERO)?;
    let alone = site.beside("nothing", None, None)?;
    let right = checked(&largest(dataset));
    let post = |body: Vec<u8>| -> Fallible<(Calls, usize)> {
        let body = String::from_utf8(body)?;
        Ok((
            Calls::Post { path: "/v1/packets?check=true".to_owned(), body, count: 1_000_000, status: None },
            16,
        ))
    };
    let large = padded(serde_json::to_vec(&right)?, 1_000_000);
    site.beside("16 large right bodies at a time", Some(&alone), Some(post(large)?))?;
    for (name, body) in faulty(&right, 1_000_000) {
        if body.len() > 500_000 {
            let name = format!("16 at a time: {name}");
            site.beside(&name, Some(&alone), Some(post(body)?))?;
        }
    }
    let Served { start, .. } = &site.gateway;
    println!(
        "\nstarted in {:.0} ms; resident {} KiB at most",
        start.as_secs_f64() * 1e3,
        site.gateway.resident("VmHWM:")?
    );
    Ok(())
}

async fn quotas() -> Fallible<()> {
    let site = Site::open(false).await?;
    println!(
        "\n| one party's pushes beside another that spends its quota on | median | to alone | p99 | to alone |\n|---|---|---|---|---|"
    );
    // What lies there when others look: entries, copies, notices.
    let absent = "/v1/packets/01990000-0000-7000-8000-000000000000".to_owned();
    let get = |path: String| (Calls::Seek { path, body: None, count: 1_000_000 }, 16);
    let post = |path: &str, body: &Value| {
        (Calls::Seek { path: path.to_owned(), body: Some(body.to_string()), count: 1_000_000 }, 16)
    };
    let alone = site.beside("nothing", None, None)?;
    let dataset = site.catalogue.dataset(&"overgangsdocument".parse()?).ok_or("no such dataset")?;
    let check = checked(&dataset.example);
    let search = json!({ "reference": { "kind": "own", "value": "L-2031" } });
    let question = json!({
        "subject": { "type": "party", "id": "werk-en-inkomen" }, "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "verzoek-voortzetting" },
        "context": { "purpose": "voortzetting-ondersteuning", "senderRole": "pro-school", "verblijf": "0361", "age": 17 }
    });
    for (name, other) in [
        ("packets that do not exist", get(absent)),
        ("`entries?limit=500`", get("/v1/entries?limit=500".to_owned())),
        ("`inbox?limit=500`", get("/v1/inbox?limit=500".to_owned())),
        ("searches", post("/v1/inbox/searches", &search)),
        ("`?check=true`", post("/v1/packets?check=true", &check)),
        ("evaluations", post("/v1/evaluation", &question)),
    ] {
        site.beside(name, Some(&alone), Some(other))?;
    }
    Ok(())
}
