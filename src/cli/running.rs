//! A gateway that answers: listeners over the use cases, and the upkeep beside them.

mod outlook;
mod readiness;
mod reload;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use rustls::ServerConfig;
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use self::{
    outlook::{Outlook, Seen},
    readiness::Watch,
    reload::Reloading,
};
use super::{
    Exit, Failure,
    compose::{Composed, read, unusable},
    guarded,
    language::both,
    operated,
};
use crate::{
    config::Config,
    domain::{clock::Clock, id::Entropy},
    exchange::Exchange,
    http::{
        edge::Edge,
        openapi::Publisher,
        ops::{self, Probes},
        routes,
        server::{Server, Stopped, TlsSlot},
        state::HttpState,
    },
    identity::tls::{self, OwnCertificate},
    store::Store,
    telemetry::{metrics::Sample, observed::Observed, reminder::Reminded},
};

/// How often is looked whose time has come.
const END_EVERY: Duration = Duration::from_mins(1);

/// A gateway that answers.
#[derive(Debug)]
pub struct Running {
    /// Where the data interface listens.
    pub data: SocketAddr,
    /// Where health and metrics are.
    pub ops: SocketAddr,
    /// The use cases.
    pub exchange: Arc<Exchange>,
    /// The log's public keys at the start, newest first.
    pub vkeys: Vec<String>,
    stop: CancellationToken,
    reloading: Arc<Reloading>,
    watch: Arc<Watch>,
    outlook: Arc<Outlook>,
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
        guarded::check(config)?;
        let composed = Composed::open(config, Arc::clone(&clock), Arc::clone(&entropy)).await?;
        let exchange = Arc::clone(&composed.exchange);
        check_policy(&composed).await?;
        exchange.note_start().await.map_err(|trouble| {
            if trouble.is_of_the_clock() {
                return operated::trouble(trouble);
            }
            Failure::new(
                Exit::Unavailable,
                ("kan niet in het logboek schrijven", "the log cannot be written"),
            )
            .because(trouble)
        })?;
        let watch = Arc::new(Watch::new(Arc::clone(&exchange), composed.store.clone(), Arc::clone(&clock)));
        let own = own_certificate(config)?;
        if own.is_phased_out() {
            tracing::warn!(
                error_code = "own-certificate-phased-out",
                "the gateway's own certificate rests on an RSA key below 3072 bits, which the NCSC phases out; ask for one with P-256"
            );
        }
        let tls: TlsSlot = Arc::new(ArcSwap::new(server_config(&own, &exchange, &clock, &watch)?));
        let data = bind("data", config.listen.data, Some(Arc::clone(&tls))).await?;
        let operations = bind("ops", config.listen.ops, None).await?;
        let (data_address, ops_address) = (data.address(), operations.address());

        let edge = Edge::new(config.limits.clone(), config.quota, entropy, None);
        let routes = routes::router(HttpState::new(Arc::clone(&exchange), publisher(config)), &edge);
        let stop = CancellationToken::new();
        let seen = Seen::new(ArcSwap::from_pointee(Observed::default()));
        let listeners = vec![
            tokio::spawn(data.serve(routes, config.limits.clone(), stop.clone())),
            tokio::spawn(operations.serve(
                ops::router(probes(&exchange, &composed.store, &watch, &seen), ops_names(config)),
                config.limits.clone(),
                stop.clone(),
            )),
        ];
        let outlook = Arc::new(Outlook {
            config: config.clone(),
            exchange: Arc::clone(&exchange),
            store: composed.store.clone(),
            watch: Arc::clone(&watch),
            clock: Arc::clone(&clock),
            seen,
            looking: Mutex::default(),
        });
        let reloading = Arc::new(Reloading {
            config: config.clone(),
            exchange: Arc::clone(&exchange),
            store: composed.store.clone(),
            clock,
            tls,
            own: ArcSwap::from_pointee(own),
            watch: Arc::clone(&watch),
            ring: Arc::clone(&composed.ring),
            outlook: Arc::clone(&outlook),
        });
        let upkeep = vec![
            tokio::spawn(stop.clone().run_until_cancelled_owned(Arc::clone(&outlook).keep_looking())),
            tokio::spawn(stop.clone().run_until_cancelled_owned(Arc::clone(&reloading).run())),
            tokio::spawn(stop.clone().run_until_cancelled_owned(end_what_is_due(Arc::clone(&exchange)))),
        ];
        let vkeys = composed.vkeys.clone();
        Ok(Self {
            data: data_address,
            ops: ops_address,
            exchange,
            vkeys,
            stop,
            reloading,
            watch,
            outlook,
            listeners,
            upkeep,
            composed,
        })
    }

    /// Reads certificates, lists, keys and the log filter again.
    pub async fn reload(&self) {
        self.reloading.all().await;
    }

    /// Looks what ends soon and what is missing, as the gateway does by itself every half minute, and says in the log what
    /// `reminded` does not hold yet.
    pub async fn look_around(&self, reminded: &mut Reminded) {
        self.outlook.look(reminded).await;
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
        drop(self.reloading);
        drop(self.watch);
        drop(self.outlook);
        self.composed.close().await;
        ended
    }
}

/// Another policy than the active one does not start: two gateways never decide by two policies.
async fn check_policy(composed: &Composed) -> Result<(), Failure> {
    let head = composed.store.head().await;
    let head =
        head.map_err(|error| unusable(("het logboek is niet te lezen", "the log cannot be read"), error))?;
    if head.policy == composed.exchange.policy_digest() {
        return Ok(());
    }
    Err(Failure::configuration(("de database beslist met andere regels dan deze gateway heeft", "the database decides by other policies than this gateway has")).now(
        ("`sluis policy activate` laat alle poorten met de regels van deze gateway beslissen; de andere moeten dan opnieuw starten", "to make this gateway's policies the active ones for all, run `sluis policy activate`; others must then restart"),
    ))
}

/// # Errors
/// When it cannot be read, or rests on a key that the NCSC phases out and the mode is strict.
fn own_certificate(config: &Config) -> Result<OwnCertificate, Failure> {
    let own = OwnCertificate::from_pem(&read(&config.tls.certificate)?, &read(&config.tls.key)?).map_err(
        |error| {
            Failure::configuration((
                "het eigen certificaat van de gateway is niet te gebruiken",
                "the gateway's own certificate cannot be used",
            ))
            .because(error)
        },
    )?;
    if config.strict && own.is_phased_out() {
        return Err(Failure::configuration(
            ("het eigen certificaat van de gateway heeft een RSA-sleutel van minder dan 3072 bits, en die raadt het NCSC af", "the gateway's own certificate rests on an RSA key below 3072 bits, which the NCSC phases out"),
        )
        .now(("vraag uw CA om een met P-256, of met RSA van ten minste 3072 bits", "ask your authority for one with P-256, or with RSA of at least 3072 bits")));
    }
    Ok(own)
}

fn server_config(
    own: &OwnCertificate,
    exchange: &Exchange,
    clock: &Arc<dyn Clock>,
    watch: &Watch,
) -> Result<Arc<ServerConfig>, Failure> {
    let trust = exchange.trust();
    let made =
        tls::server_config(own, &trust.anchors, &trust.revocations, Arc::clone(clock)).map_err(|error| {
            Failure::configuration(("TLS is niet in te stellen", "TLS cannot be set up")).because(error)
        })?;
    watch.serves_with(own);
    Ok(made)
}

fn ops_names(config: &Config) -> ops::Names {
    ops::Names::new(config.listen.ops.ip(), config.listen.ops_names.clone())
}

async fn bind(name: &'static str, address: SocketAddr, tls: Option<TlsSlot>) -> Result<Server, Failure> {
    Server::bind(name, address, tls).await.map_err(|error| {
        Failure::configuration(both!(
            "kan niet luisteren op {address} ({name})",
            "cannot listen on {address} ({name})"
        ))
        .because(error)
        .now((
            "gebruikt een ander programma die poort? poort 0 neemt een vrije",
            "is another program there? port 0 takes a free one",
        ))
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

fn probes(exchange: &Arc<Exchange>, store: &Store, watch: &Arc<Watch>, seen: &Seen) -> Probes {
    let (exchange, store) = (Arc::clone(exchange), store.clone());
    let (for_ready, for_sample, seen) = (Arc::clone(watch), Arc::clone(watch), Arc::clone(seen));
    Probes::new(
        move || {
            let watch = Arc::clone(&for_ready);
            async move { watch.judge().await }
        },
        move || {
            let (exchange, store) = (Arc::clone(&exchange), store.clone());
            let observed = Observed {
                asked: exchange.now(),
                not_ready: for_sample.last(),
                ..Observed::clone(&seen.load())
            };
            async move {
                // The head in the database is that of all gateways; it is signed in the transaction that appends, so its
                // last time is that of its checkpoint.
                let head = store.head().await.ok();
                let age = head.as_ref().map(|head| exchange.now().duration_since(head.last_time));
                let sample = Sample {
                    queue_depth: u32::try_from(exchange.waiting()).unwrap_or(u32::MAX),
                    checkpoint_age: age.and_then(|age| Duration::try_from(age).ok()),
                    clock_refusals: exchange.refused_by_clock(),
                    log_entries: head.map_or(0, |head| head.size),
                };
                (sample, Arc::new(observed))
            }
        },
    )
}

async fn end_what_is_due(exchange: Arc<Exchange>) {
    // What ended while no gateway ran is told by the first round.
    let mut told_until = Timestamp::UNIX_EPOCH;
    loop {
        tokio::time::sleep(END_EVERY).await;
        let now = exchange.now();
        match exchange.tell_undelivered(told_until, now).await {
            Ok(_) => told_until = now,
            Err(error) => {
                tracing::warn!(error_code = "tell_undelivered", cause = %error, "not every sender was told yet");
            }
        }
        if let Err(error) = exchange.do_what_is_due().await {
            tracing::warn!(error_code = "terms", cause = %error, "not all was done whose time has come");
        }
    }
}
