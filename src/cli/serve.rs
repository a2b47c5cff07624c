//! `sluis serve`: the gateway.

use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    ConfigFile, Context, Exit, Failure,
    language::{both, tell},
    notify,
    running::Running,
};
use crate::{config::Config, http::server::Stopped, telemetry};

/// SIGXFSZ, the same number on every Linux but MIPS, and on macOS.
const FILE_TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// The arguments of `sluis serve`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis serve --config /etc/sluis/sluis.toml

It stops on SIGTERM or SIGINT: nothing new is taken, what was accepted is finished. On SIGHUP it reads certificates,
authorities, revocation lists, its own keys and the log filter again; anything else of the configuration takes a restart.")]
pub struct Serve {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
}

impl Serve {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// [`Failure`] when the gateway cannot start.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let config = self.config.read()?;
        start_telemetry(&config)?;
        let failed = |error| {
            Failure::internal(("kan niet naar signalen luisteren", "cannot listen for signals"))
                .because(error)
        };
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut hangup = signal(SignalKind::hangup()).map_err(failed)?;
        // With a handler a write beyond the limit of a file fails, and nobody is killed; what fails is told by the write.
        let _too_large = signal(FILE_TOO_LARGE).map_err(failed)?;
        let (clock, entropy) = (Arc::clone(&at.clock), Arc::clone(&at.entropy));
        // A task of its own: also where the start waits without giving way, for a file or a name, a signal is heard.
        let mut start = tokio::spawn(async move { Running::start(&config, clock, entropy).await });
        let started = tokio::select! {
            biased;
            _ = terminate.recv() => None,
            _ = interrupt.recv() => None,
            started = &mut start => Some(started),
        };
        let Some(started) = started else {
            // What was begun ends with the program: nothing is accepted before the start is over.
            start.abort();
            notify::stopping();
            tracing::info!("stopping before the start was over");
            return Ok(Exit::Done);
        };
        let running = started.map_err(|error| {
            Failure::internal(("het starten is afgebroken", "the start broke off")).because(error)
        })??;
        tracing::info!(data = %running.data, ops = %running.ops, "ready");
        say_where(&running, at)?;
        notify::ready();
        let mut pulse = notify::pulse();
        loop {
            let tick = async {
                match &mut pulse {
                    Some(pulse) => {
                        pulse.tick().await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => {
                    notify::reloading();
                    running.reload().await;
                    notify::ready();
                }
                () = tick => notify::alive(),
            }
        }
        notify::stopping();
        tracing::info!("stopping");
        match running.stop().await {
            Stopped::Clean => Ok(Exit::Done),
            Stopped::Cut(left) => {
                at.out.warn(both!(
                    "{left} verbindingen waren bij het eind van de wachttijd nog open en zijn verbroken",
                    "{left} connections were still open at the deadline and were cut"
                ));
                Ok(Exit::Done)
            }
        }
    }
}

/// On which addresses the gateway answers, and with which keys the log is signed.
fn say_where(running: &Running, at: &mut Context) -> Result<(), Failure> {
    let (data, ops) = (running.data.to_string(), running.ops.to_string());
    let document = serde_json::json!({ "data": data, "ops": ops, "logKeys": running.vkeys });
    let language = at.out.language();
    at.out.show(&document, || {
        tell!(
            language,
            "sluis antwoordt op {data} (data) en {ops} (ops)",
            "sluis answers on {data} (data) and {ops} (ops)"
        )
    })
}

fn start_telemetry(config: &Config) -> Result<(), Failure> {
    telemetry::start(config.telemetry.format, &config.telemetry.filter).map_err(|error| {
        Failure::configuration(("het technische logboek kan niet beginnen", "logging cannot start"))
            .because(error)
    })?;
    telemetry::metrics::start();
    Ok(())
}
