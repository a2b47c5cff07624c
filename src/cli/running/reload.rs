//! Reading again what may change while the gateway runs: certificates, lists, and on request keys and the log filter.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{
    outlook::Outlook,
    readiness::Watch,
    tls::{own_certificate_again, server_config},
};
use crate::{
    cli::{
        Failure,
        compose::{
            ring::Ring,
            trust::{self, Parts},
        },
        guarded::{self, Files},
    },
    config::{Config, Environment, Telemetry},
    domain::clock::Clock,
    exchange::Exchange,
    http::server::TlsSlot,
    identity::tls::OwnCertificate,
    store::Store,
    telemetry,
};

/// What is read again, and where it goes.
#[derive(Debug)]
pub(super) struct Reloading {
    pub(super) config: Config,
    pub(super) exchange: Arc<Exchange>,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tls: TlsSlot,
    /// The own certificate as it was last read.
    pub(super) own: ArcSwap<OwnCertificate>,
    pub(super) watch: Arc<Watch>,
    /// The gateway's own keys.
    pub(super) ring: Arc<Ring>,
    /// Where it is shown until when what was read holds.
    pub(super) outlook: Arc<Outlook>,
}

impl Reloading {
    /// Reads certificates and lists again at each interval.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.config.tls.revocation.reload).await;
            drop(self.certificates().await);
        }
    }

    /// Reads everything again that can be taken over while the gateway runs, and says what cannot.
    pub(super) async fn all(&self) {
        let mut parts = self.certificates().await;
        parts.note("keys", self.keys().await);
        parts.note("log filter", self.filter());
        self.say_what_waits_for_a_restart();
        guarded::tell_again(&self.config);
        let (taken, kept) = (parts.taken.join(", "), parts.kept.join(", "));
        if kept.is_empty() {
            tracing::info!(taken, "everything was read again");
        } else {
            tracing::warn!(
                error_code = "reload",
                taken,
                kept,
                "read again in part: what is taken counts from now, what is kept stays as it was"
            );
        }
    }

    /// Lists, anchors and the own certificate, each by itself; keeps what it has where a file is wrong.
    async fn certificates(&self) -> Parts {
        let Self { config, exchange, store, clock, watch, own, .. } = self;
        let before = exchange.trust();
        let (trust, mut parts) = trust::again(config, &before, store, clock.as_ref()).await;
        exchange.believe(trust);
        let read = guarded::check_again(config, &Files::own_certificate(config))
            .and_then(|()| own_certificate_again(config, &own.load(), clock.as_ref()))
            .and_then(|read| {
                server_config(config, &read, exchange, clock, watch).map(|renewed| (read, renewed))
            });
        parts.note("own certificate", read.is_ok());
        let renewed = match read {
            Ok((read, renewed)) => {
                own.store(Arc::new(read));
                Ok(renewed)
            }
            Err(failure) => {
                not_taken(&failure);
                server_config(config, &own.load(), exchange, clock, watch)
            }
        };
        match renewed {
            Ok(renewed) => self.tls.store(renewed),
            Err(failure) => not_taken(&failure),
        }
        self.outlook.observe().await;
        parts
    }

    /// The gateway's own keys: new versions beside those that are in use. Whether they could be read.
    async fn keys(&self) -> bool {
        let turned = match guarded::check_again(&self.config, &Files::keys(&self.config)) {
            Ok(()) => self.ring.turn(&self.config, &self.store, &self.exchange).await,
            Err(failure) => Err(failure),
        };
        match &turned {
            Ok(true) => tracing::info!("new versions of the gateway's own keys are in use"),
            Ok(false) => {}
            Err(failure) => {
                tracing::error!(error_code = "reload", cause = %failure, "the gateway's own keys were not read again");
            }
        }
        turned.is_ok()
    }

    /// Whether the filter is in force.
    fn filter(&self) -> bool {
        let filter = guarded::check_again(&self.config, &Files::configuration(&self.config))
            .and_then(|()| self.read_again())
            .map(|config| config.telemetry.filter);
        let taken = filter.and_then(|filter| {
            telemetry::set_filter(&filter).map_err(|error| {
                Failure::configuration((
                    "het filter van het technische logboek is niet veranderd",
                    "the log filter was not changed",
                ))
                .because(error)
            })
        });
        if let Err(failure) = &taken {
            tracing::error!(error_code = "reload", cause = %failure, "the log filter was not read again");
        }
        taken.is_ok()
    }

    fn say_what_waits_for_a_restart(&self) {
        if let Ok(read) = self.read_again() {
            let filter = self.config.telemetry.filter.clone();
            let telemetry = Telemetry { filter, ..read.telemetry };
            if (Config { telemetry, ..read }) != self.config {
                tracing::warn!(
                    error_code = "restart_needed",
                    what = "configuration",
                    "the configuration has changed in more than `telemetry.filter`: it takes a restart to take that over"
                );
            }
        }
    }

    fn read_again(&self) -> Result<Config, Failure> {
        if self.config.file.is_none() {
            return Ok(self.config.clone());
        }
        let environment = Environment { config: self.config.file.clone(), ..Environment::of_process() };
        Config::load(&environment).map_err(|error| {
            Failure::configuration((
                "de configuratie is niet te gebruiken",
                "the configuration cannot be used",
            ))
            .because(error)
        })
    }
}

fn not_taken(failure: &Failure) {
    tracing::error!(error_code = "reload", cause = %failure, "the own certificate was not read again");
}
