//! The load generator: HTTP/1.1 over mutual TLS connections that it keeps, each with one call at a time.

use std::{
    fs, io,
    net::SocketAddr,
    path::Path,
    process,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sluis::{
    domain::clock::SystemClock,
    identity::tls::{self, OwnCertificate},
};
use tokio::{net::TcpStream, task::LocalSet};
use tokio_rustls::TlsConnector;

use crate::Fallible;

/// What the generator is to do, as the bench hands it over in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) address: SocketAddr,
    pub(crate) authority_pem: String,
    pub(crate) chain_pem: String,
    pub(crate) key_pem: String,
    /// The gateway's process, whose CPU is measured.
    pub(crate) gateway: u32,
    pub(crate) callers: usize,
    pub(crate) calls: Calls,
    /// How long each caller rests after a call; that is no part of what a call took.
    pub(crate) rest: Duration,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Calls {
    Get {
        paths: Vec<String>,
    },
    /// A body again and again, each about another person and with an Idempotency-Key of its own.
    Push {
        body: Value,
        first: usize,
        count: usize,
    },
    /// The same body again and again; a status other than this is an error.
    Post {
        path: String,
        body: String,
        count: usize,
        status: Option<u16>,
    },
    /// The same call again and again, whatever is answered: who is told to wait waits a little.
    Seek {
        path: String,
        body: Option<String>,
        count: usize,
    },
}

impl Calls {
    /// Whether an answer of this status is what was asked for.
    fn takes(&self, status: u16) -> bool {
        match self {
            Self::Get { .. } | Self::Push { .. } => (200..300).contains(&status),
            Self::Post { status: Some(wanted), .. } => status == *wanted,
            Self::Post { status: None, .. } | Self::Seek { .. } => true,
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Get { paths } => paths.len(),
            Self::Push { count, .. } | Self::Post { count, .. } | Self::Seek { count, .. } => *count,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) calls: u32,
    pub(crate) took: Duration,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
    /// The time of the CPU.
    pub(crate) gateway: Duration,
    pub(crate) generator: Duration,
}

/// How long a call that was told to wait does.
const WAIT: Duration = Duration::from_millis(100);

type Prepared = Vec<Request<Full<Bytes>>>;

/// Reads an [`Order`], follows it and prints what was [`Measured`].
pub(crate) fn run(file: &Path) -> Fallible<()> {
    let order: Order = serde_json::from_slice(&fs::read(file)?)?;
    let requests = prepare(&order.calls)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = runtime.block_on(LocalSet::new().run_until(follow(order, requests)))?;
    serde_json::to_writer(io::stdout(), &measured)?;
    Ok(())
}

fn prepare(calls: &Calls) -> Fallible<Prepared> {
    let request = |method, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("sluis-staff-reference", "meting-1")
            .header("sluis-staff-function", "meting")
    };
    match calls {
        Calls::Get { paths } => {
            paths.iter().map(|path| Ok(request(Method::GET, path).body(Full::default())?)).collect()
        }
        Calls::Push { body, first, count } => (*first..first + count)
            .map(|number| {
                let mut body = body.clone();
                for place in ["/person/reference/value", "/content/nummer/persoonsgebondenNummer"] {
                    *body.pointer_mut(place).ok_or("no number")? = json!(onderwijsnummer(number));
                }
                Ok(request(Method::POST, "/v1/packets")
                    .header("content-type", "application/json")
                    .header("idempotency-key", format!("measurement-{number:08}"))
                    .body(Full::from(serde_json::to_vec(&body)?))?)
            })
            .collect(),
        // One request stands for all of them.
        Calls::Post { path, body, .. } => Ok(vec![
            request(Method::POST, path)
                .header("content-type", "application/json")
                .body(Full::from(body.clone().into_bytes()))?,
        ]),
        Calls::Seek { path, body, .. } => {
            let method = if body.is_some() { Method::POST } else { Method::GET };
            let body = body.clone().unwrap_or_default().into_bytes();
            Ok(vec![request(method, path).header("content-type", "application/json").body(Full::from(body))?])
        }
    }
}

/// Nine digits that are no burgerservicenummer: the weighted sum leaves 5 of 11.
fn onderwijsnummer(number: usize) -> String {
    let even = 10_000_000 + 2 * number;
    // An eighth digit of one more weighs two more, so that one of both has a ninth.
    let whole = [even, even + 1].map(|head| {
        let head = head.to_string();
        let weighed =
            head.bytes().zip((2..=9).rev()).map(|(digit, weight)| usize::from(digit - b'0') * weight);
        let last = (weighed.sum::<usize>() + 6) % 11;
        (last < 10).then(|| format!("{head}{last}"))
    });
    whole.into_iter().flatten().next().unwrap_or_default()
}

async fn follow(order: Order, requests: Prepared) -> Fallible<Measured> {
    let own = OwnCertificate::from_pem(order.chain_pem.as_bytes(), order.key_pem.as_bytes())?;
    let mut config = tls::client_config(Some(&own), order.authority_pem.as_bytes(), Arc::new(SystemClock))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    let mut senders = Vec::new();
    for _ in 0..order.callers {
        let stream = TcpStream::connect(order.address).await?;
        stream.set_nodelay(true)?;
        let stream = connector.connect(ServerName::try_from("localhost")?, stream).await?;
        let (sender, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await?;
        tokio::task::spawn_local(connection);
        senders.push(sender);
    }
    let (count, rest) = (order.calls.count(), order.rest);
    let requests: Arc<Vec<_>> = Arc::new(requests);
    let calls = Arc::new(order.calls);
    let next = Arc::new(AtomicUsize::new(0));
    let before = (cpu(order.gateway)?, cpu(process::id())?);
    let began = Instant::now();
    let callers: Vec<_> = senders
        .into_iter()
        .map(|mut sender| {
            let (requests, next, calls) = (Arc::clone(&requests), Arc::clone(&next), Arc::clone(&calls));
            tokio::task::spawn_local(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(number % requests.len()).filter(|_| number < count)
                    else {
                        break;
                    };
                    let began = Instant::now();
                    let answer = sender.send_request(request.clone()).await?;
                    let status = answer.status();
                    let body = answer.into_body().collect().await?.to_bytes();
                    if status == StatusCode::TOO_MANY_REQUESTS {
                        tokio::time::sleep(WAIT).await;
                    }
                    if !calls.takes(status.as_u16()) {
                        return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
                    }
                    times.push(began.elapsed());
                    if !rest.is_zero() {
                        tokio::time::sleep(rest).await;
                    }
                }
                Fallible::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::with_capacity(count);
    for caller in callers {
        times.extend(caller.await??);
    }
    let took = began.elapsed();
    let after = (cpu(order.gateway)?, cpu(process::id())?);
    times.sort_unstable();
    let at = |part: usize| times.get(count * part / 100).copied().unwrap_or_default();
    Ok(Measured {
        calls: u32::try_from(count)?,
        took,
        median: at(50),
        p99: at(99),
        gateway: after.0.saturating_sub(before.0),
        generator: after.1.saturating_sub(before.1),
    })
}

/// What a process has used of the CPU so far, in user and system time: `/proc/<pid>/stat`, fields 14 and 15, in hundredths
/// of a second.
fn cpu(process: u32) -> Fallible<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name, which may hold anything.
    let (_, fields) = stat.rsplit_once(')').ok_or("not on Linux")?;
    let ticks: Vec<u64> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
}
