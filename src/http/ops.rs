//! The operator's own listener: plain HTTP on the loopback. Nothing of a person, nothing that changes anything.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::telemetry::{
    metrics::{self, Sample},
    observed::Observed,
};

/// Whether the gateway can do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// A write would be done now, and a caller could come in.
    Ready,
    /// It cannot; a stable code says why, such as `database_full`.
    NotReady(&'static str),
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the ops listener asks the composition root.
#[derive(Clone)]
pub struct Probes {
    ready: Arc<dyn Fn() -> Answer<Readiness> + Send + Sync>,
    sample: Arc<dyn Fn() -> Answer<(Sample, Arc<Observed>)> + Send + Sync>,
}

impl Probes {
    /// `ready` tells whether the gateway can do its work; it must answer within seconds. `sample` gives the gauges at the
    /// moment that metrics are asked for, and what was last looked at.
    pub fn new<F, S>(
        ready: impl Fn() -> F + Send + Sync + 'static,
        sample: impl Fn() -> S + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Readiness> + Send + 'static,
        S: Future<Output = (Sample, Arc<Observed>)> + Send + 'static,
    {
        Self { ready: Arc::new(move || Box::pin(ready())), sample: Arc::new(move || Box::pin(sample())) }
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
    let (sample, observed) = (probes.sample)().await;
    sample.record();
    plain(StatusCode::OK, metrics::render() + &observed.render())
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, text).into_response()
}
