//! The operator's own listener: plain HTTP on the loopback. Nothing of a person, nothing that changes anything.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::telemetry::metrics::{self, Sample};

/// Whether the gateway can do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// It can append to the log and release.
    Ready,
    /// It cannot; a stable code says why, such as `log-not-writable`.
    NotReady(&'static str),
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the ops listener asks the composition root.
#[derive(Clone)]
pub struct Probes {
    ready: Arc<dyn Fn() -> Answer<Readiness> + Send + Sync>,
    sample: Arc<dyn Fn() -> Sample + Send + Sync>,
}

impl Probes {
    /// `ready` tells whether the gateway can append; it must answer within a second or so. `sample` gives the gauges at
    /// the moment that metrics are asked for.
    pub fn new<F>(
        ready: impl Fn() -> F + Send + Sync + 'static,
        sample: impl Fn() -> Sample + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Readiness> + Send + 'static,
    {
        Self { ready: Arc::new(move || Box::pin(ready())), sample: Arc::new(sample) }
    }
}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probes").finish_non_exhaustive()
    }
}

/// `/healthz` (the process answers), `/readyz` (it can work), `/metrics` (Prometheus).
pub fn router(probes: Probes) -> Router {
    Router::new()
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n".to_owned()) }))
        .route("/readyz", get(ready))
        .route("/metrics", get(show))
        .with_state(probes)
}

async fn ready(State(probes): State<Probes>) -> Response {
    match (probes.ready)().await {
        Readiness::Ready => plain(StatusCode::OK, "ready\n".to_owned()),
        Readiness::NotReady(code) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {code}\n")),
    }
}

async fn show(State(probes): State<Probes>) -> Response {
    (probes.sample)().record();
    plain(StatusCode::OK, metrics::render())
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, text).into_response()
}
