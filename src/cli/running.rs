//! A gateway that answers: listeners over the use cases, and the upkeep beside them.

mod due;
mod outlook;
mod probes;
mod readiness;
mod reload;
mod tls;

use std::{net::SocketAddr, sync::Arc};

use arc_swap::ArcSwap;
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use self::{
    outlook::{Outlook, Seen},
    readiness::Watch,
    reload::Reloading,
};
use super::{
    Exit, Failure,
    compose::{Composed, store::unusable},
    guarded,
    language::both,
    operated,
};
use crate::{
    config::Config,
    domain::{clock::Clock, id::Entropy},
    exchange::{Exchange, trouble::Trouble},
    http::{
        edge::Edge,
        openapi::Publisher,
        ops::{self},
        routes,
        server::{Server, Stopped, TlsSlot},
        state::HttpState,
    },
    telemetry::{observed::Observed, reminder::Reminded},
};

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
        exchange.note_start().await.map_err(not_begun)?;
        let watch = Arc::new(Watch::new(Arc::clone(&exchange), composed.store.clone(), Arc::clone(&clock)));
        let own = tls::own_certificate_at_start(config)?;
        let tls: TlsSlot =
            Arc::new(ArcSwap::new(tls::server_config(config, &own, &exchange, &clock, &watch)?));
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
                ops::router(probes::of(&exchange, &composed.store, &watch, &seen), ops_names(config)),
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
            tokio::spawn(stop.clone().run_until_cancelled_owned(due::end_what_is_due(Arc::clone(&exchange)))),
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

/// Why the start cannot be written in the log.
fn not_begun(trouble: Trouble) -> Failure {
    if trouble.is_of_the_clock() {
        return operated::trouble(trouble);
    }
    Failure::new(Exit::Unavailable, ("kan niet in het logboek schrijven", "the log cannot be written"))
        .because(trouble)
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
