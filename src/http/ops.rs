//! The operator's own listener: plain HTTP on the loopback. Nothing of a person, nothing that changes anything.

use std::{fmt, future::Future, net::IpAddr, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, Version, header, uri::Authority},
    middleware::{Next, from_fn_with_state},
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

type Answering<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the ops listener asks the composition root.
#[derive(Clone)]
pub struct Probes {
    ready: Arc<dyn Fn() -> Answering<Readiness> + Send + Sync>,
    sample: Arc<dyn Fn() -> Answering<(Sample, Arc<Observed>)> + Send + Sync>,
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

/// Under which names the listener is asked. A page elsewhere can give its own name the address of the loopback (DNS
/// rebinding) and have a browser on this machine ask; it cannot make the browser send another name than its own.
#[derive(Debug, Clone)]
pub struct Names {
    address: IpAddr,
    names: Vec<String>,
}

impl Names {
    /// The address that is listened on, and the names that the configuration gives beside it.
    #[must_use]
    pub const fn new(address: IpAddr, names: Vec<String>) -> Self {
        Self { address, names }
    }

    /// Whether this is `localhost`, an address of the loopback, the address that is listened on (any, where that is any), or
    /// a name of the configuration. The port does not matter.
    fn hold(&self, authority: &Authority) -> bool {
        let host = authority.host();
        if authority.as_str().contains('@') {
            return false;
        }
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            let address = address.to_canonical();
            return address.is_loopback() || self.address.is_unspecified() || address == self.address;
        }
        let is = |name: &str| name.eq_ignore_ascii_case(host);
        is("localhost") || self.names.iter().any(|name| is(name))
    }
}

/// `/healthz` (the process answers), `/readyz` (it can work), `/metrics` (Prometheus). Asked under another name: 421.
pub fn router(probes: Probes, names: Names) -> Router {
    Router::new()
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n".to_owned()) }))
        .route("/readyz", get(ready))
        .route("/metrics", get(show))
        .with_state(probes)
        .layer(from_fn_with_state(Arc::new(names), named))
}

async fn named(State(names): State<Arc<Names>>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()).map(Some),
        // No browser speaks HTTP/1.0, and the checks of balancers do, without a name.
        (None, _) => (request.version() < Version::HTTP_11).then_some(None),
        (Some(_), Some(_)) => None,
    };
    let Some(host) = host else {
        return plain(StatusCode::BAD_REQUEST, "name this listener once in the Host header\n".to_owned());
    };
    if host.iter().chain(request.uri().authority()).all(|name| names.hold(name)) {
        return next.run(request).await;
    }
    plain(
        StatusCode::MISDIRECTED_REQUEST,
        "not answered under this name: ask localhost, or add the name to listen.ops_names\n".to_owned(),
    )
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
