//! A gateway that answers: listeners over the use cases, and the upkeep beside them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::{ArcSwap, ArcSwapOption};
use rustls::ServerConfig;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    Exit, Failure,
    compose::{Composed, read, trust, unusable},
};
use crate::{
    config::Config,
    domain::{clock::Clock, id::Entropy},
    exchange::Exchange,
    http::{
        edge::Edge,
        openapi::Publisher,
        ops::{self, Probes, Readiness},
        routes,
        server::{Server, Stopped, TlsSlot},
        state::HttpState,
    },
    identity::tls::{self, OwnCertificate},
    store::{Store, read::Head},
    telemetry::metrics::Sample,
};

/// How often packets whose term has passed are ended.
const EXPIRE_EVERY: Duration = Duration::from_mins(1);
/// How often the head of the log is looked at for the gauges.
const OBSERVE_EVERY: Duration = Duration::from_secs(5);

/// A gateway that answers.
#[derive(Debug)]
pub struct Running {
    /// Where the data interface listens.
    pub data: SocketAddr,
    /// Where health and metrics are.
    pub ops: SocketAddr,
    /// The use cases.
    pub exchange: Arc<Exchange>,
    /// The log's public keys, newest first.
    pub vkeys: Vec<String>,
    stop: CancellationToken,
    listeners: Vec<JoinHandle<Stopped>>,
    upkeep: Vec<JoinHandle<Option<()>>>,
    composed: Composed,
}

impl Running {
    /// Starts a gateway: opens the store, binds the listeners, answers.
    ///
    /// # Errors
    /// [`Failure`], before anything was answered.
    pub async fn start(
        config: &Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        let composed = Composed::open(config, Arc::clone(&clock), Arc::clone(&entropy)).await?;
        let exchange = Arc::clone(&composed.exchange);
        check_policy(&composed).await?;
        exchange.note_start().await.map_err(|trouble| {
            Failure::new(Exit::Unavailable, "the log cannot be written").because(trouble)
        })?;
        let tls: TlsSlot = Arc::new(ArcSwap::new(server_config(config, &exchange, &clock)?));
        let data = bind("data", config.listen.data, Some(Arc::clone(&tls))).await?;
        let operations = bind("ops", config.listen.ops, None).await?;
        let (data_address, ops_address) = (data.address(), operations.address());

        let edge = Edge::new(config.limits.clone(), config.quota, entropy, None);
        let routes = routes::router(HttpState::new(Arc::clone(&exchange), publisher(config)), &edge);
        let stop = CancellationToken::new();
        let seen = Seen::default();
        let listeners = vec![
            tokio::spawn(data.serve(routes, config.limits.clone(), stop.clone())),
            tokio::spawn(operations.serve(
                ops::router(probes(&exchange, Arc::clone(&seen))),
                config.limits.clone(),
                stop.clone(),
            )),
        ];
        let reloading = reload(config.clone(), Arc::clone(&exchange), clock, tls);
        let upkeep = vec![
            tokio::spawn(stop.clone().run_until_cancelled_owned(observe(composed.store.clone(), seen))),
            tokio::spawn(stop.clone().run_until_cancelled_owned(reloading)),
            tokio::spawn(stop.clone().run_until_cancelled_owned(expire(Arc::clone(&exchange)))),
        ];
        let vkeys = composed.vkeys.clone();
        Ok(Self { data: data_address, ops: ops_address, exchange, vkeys, stop, listeners, upkeep, composed })
    }

    /// A token that stops the gateway when it is cancelled.
    #[must_use]
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Stops: takes nothing new, finishes what was accepted, and waits until it is written.
    pub async fn stop(self) -> Stopped {
        self.stop.cancel();
        let mut ended = Stopped::Clean;
        for listener in self.listeners {
            match listener.await {
                Ok(Stopped::Clean) => {}
                Ok(cut @ Stopped::Cut(_)) => ended = cut,
                Err(_) => tracing::error!(error_code = "listener", "a listener ended by a panic"),
            }
        }
        for task in self.upkeep {
            drop(task.await);
        }
        drop(self.exchange);
        self.composed.close().await;
        ended
    }
}

/// Another policy than the active one does not start: two gateways never decide by two policies.
async fn check_policy(composed: &Composed) -> Result<(), Failure> {
    let head = composed.store.head().await;
    let head = head.map_err(|error| unusable("the log cannot be read", error))?;
    if head.policy == composed.exchange.policy_digest() {
        return Ok(());
    }
    Err(Failure::configuration("the database decides by other policies than this gateway has").now(
        "to make this gateway's policies the active ones for all, run `sluis policy activate`; others must then restart",
    ))
}

fn server_config(
    config: &Config,
    exchange: &Exchange,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<ServerConfig>, Failure> {
    let own = OwnCertificate::from_pem(&read(&config.tls.certificate)?, &read(&config.tls.key)?).map_err(
        |error| Failure::configuration("the gateway's own certificate cannot be used").because(error),
    )?;
    let trust = exchange.trust();
    tls::server_config(&own, &trust.anchors, &trust.revocations, Arc::clone(clock))
        .map_err(|error| Failure::configuration("TLS cannot be set up").because(error))
}

async fn bind(name: &'static str, address: SocketAddr, tls: Option<TlsSlot>) -> Result<Server, Failure> {
    Server::bind(name, address, tls).await.map_err(|error| {
        Failure::configuration(format!("cannot listen on {address} ({name})"))
            .because(error)
            .now("is another program there? port 0 takes a free one")
    })
}

fn publisher(config: &Config) -> Publisher {
    Publisher {
        name: config.publisher.name.clone(),
        email: config.publisher.email.clone(),
        url: config.publisher.url.clone(),
        security: config
            .publisher
            .security
            .clone()
            .unwrap_or_else(|| format!("mailto:{}", config.publisher.email)),
        base: Some(config.listen.public_url.clone()),
    }
}

fn probes(exchange: &Arc<Exchange>, seen: Seen) -> Probes {
    let for_ready = Arc::clone(exchange);
    let for_sample = Arc::clone(exchange);
    Probes::new(
        move || {
            let exchange = Arc::clone(&for_ready);
            async move {
                match exchange.ready().await {
                    Ok(()) => Readiness::Ready,
                    Err(_) => Readiness::NotReady("log-not-writable"),
                }
            }
        },
        move || {
            let seen = seen.load();
            let age = |head: &Head| Duration::try_from(for_sample.now().duration_since(head.last_time));
            Sample {
                queue_depth: u32::try_from(for_sample.waiting()).unwrap_or(u32::MAX),
                checkpoint_age: seen.as_deref().and_then(|head| age(head).ok()),
                log_entries: seen.as_deref().map_or(0, |head| head.size),
            }
        },
    )
}

/// The head of the log as it was last looked at, for the gauges.
type Seen = Arc<ArcSwapOption<Head>>;

/// Looks at the head of the log now and then. It is signed in the transaction that appends, so its last time is that of
/// its checkpoint.
async fn observe(store: Store, seen: Seen) {
    loop {
        if let Ok(head) = store.head().await {
            seen.store(Some(Arc::new(head)));
        }
        tokio::time::sleep(OBSERVE_EVERY).await;
    }
}

/// Reads lists, anchors and the own certificate again; keeps what it has where a file is wrong.
async fn reload(config: Config, exchange: Arc<Exchange>, clock: Arc<dyn Clock>, tls: TlsSlot) {
    loop {
        tokio::time::sleep(config.tls.revocation.reload).await;
        let renewed = trust(&config, clock.as_ref()).and_then(|trust| {
            exchange.believe(trust);
            server_config(&config, &exchange, &clock)
        });
        match renewed {
            Ok(renewed) => tls.store(renewed),
            Err(failure) => {
                tracing::error!(error_code = "reload", cause = %failure, "certificates and lists were not read again");
            }
        }
    }
}

async fn expire(exchange: Arc<Exchange>) {
    loop {
        tokio::time::sleep(EXPIRE_EVERY).await;
        if let Err(error) = exchange.expire_due(exchange.now(), 100).await {
            tracing::warn!(error_code = "expire", cause = %error, "packets whose term has passed were not ended");
        }
    }
}
