//! What happens to every request and every answer, whatever the route.
//!
//! [`Edge::surround`] takes the finished router. In: trace, size of the head, quota of the caller, total time. Out:
//! problems for what no route answers, headers of the house, the request line. A handler that panics is a 500.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::telemetry::{
    request::RequestLine,
    trace::{TRACEPARENT, TraceContext},
};

mod framing;
mod request_id;
mod rest;
pub(super) mod shared;

use rest::Rest;

pub use self::shared::Edge;

use super::{
    connection::{PeerAddress, PeerCertificates},
    headers,
    limits::quota::{Caller, QuotaStanding},
    openapi::API_VERSION,
    problem::{self, Answered, Problem},
    visit::Visit,
};

impl Edge {
    /// The router with everything that holds for all routes. Call it last: what is added later is outside.
    pub fn surround(self: &Arc<Self>, routes: Router) -> Router {
        routes
            .fallback(|| async { problem::NOT_FOUND.code("unknown-path") })
            .method_not_allowed_fallback(|| async { problem::METHOD_NOT_ALLOWED })
            .layer(from_fn_with_state(Arc::clone(self), attend))
    }

    /// Refuses a caller that asks too often, and a head that is too large or not in order.
    fn check(&self, request: &Request) -> Result<Option<QuotaStanding>, (Problem, Option<QuotaStanding>)> {
        let standing = match caller(request).map(|caller| self.quotas.caller(caller)).transpose() {
            Ok(standing) => standing,
            Err(spent) => return Err((spent.problem, Some(spent.standing))),
        };
        self.check_head(request).map(|()| standing).map_err(|problem| (problem, standing))
    }

    fn check_head(&self, request: &Request) -> Result<(), Problem> {
        let uri = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
        if uri > self.limits.uri_bytes {
            return Err(problem::URI_TOO_LONG);
        }
        let lines = request.headers();
        let bytes: usize = lines.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if lines.len() > self.limits.headers || bytes > self.limits.header_bytes {
            return Err(problem::HEADERS_TOO_LARGE);
        }
        framing::check(request)
    }

    /// Completes an answer: a problem gets the trace, whatever is not a problem yet becomes one, headers are added.
    fn finish(&self, visit: &Visit, answer: Response, standing: Option<QuotaStanding>) -> Response {
        let mut answer = as_problem(answer, visit);
        headers::secure(answer.headers_mut(), self.origin.as_ref());
        let lines = answer.headers_mut();
        lines.insert(API_VERSION_HEADER, HeaderValue::from_static(API_VERSION));
        if let Ok(value) = HeaderValue::from_str(&visit.trace().header()) {
            lines.insert(TRACEPARENT, value);
        }
        if let Some(standing) = visit.notes().standing.or(standing) {
            for (name, value) in [(RATE_LIMIT_POLICY, standing.policy()), (RATE_LIMIT, standing.left())] {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    lines.insert(name, value);
                }
            }
        }
        answer
    }
}

/// Below this path callers name their requests.
const NAMED_BY_CALLER: &str = "/access/";
const API_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

async fn attend(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let parents: Vec<&[u8]> =
        request.headers().get_all(TRACEPARENT).iter().map(HeaderValue::as_bytes).collect();
    let trace = TraceContext::of_request(parents, edge.entropy.as_ref());
    let visit = Visit::new(Arc::clone(&edge), trace);
    let method = method_name(request.method());
    let version = request.version();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let is_named = route.as_ref().is_some_and(|route| route.as_str().starts_with(NAMED_BY_CALLER));
    let name = if is_named { request_id::read(request.headers()) } else { Ok(None) };
    let (mut request, rest) = Rest::lend(request);

    let checked = edge.check(&request).and_then(|standing| match &name {
        Ok(_) => Ok(standing),
        Err(problem) => Err((problem.clone(), standing)),
    });
    let (answer, standing) = match checked {
        Err((problem, standing)) => (problem.render(None), standing),
        Ok(standing) => {
            request.extensions_mut().insert(visit.clone());
            (answer(edge.limits.request, next.run(request)).await, standing)
        }
    };
    let mut answer = edge.finish(&visit, answer, standing);
    if let Ok(Some(name)) = name {
        answer.headers_mut().insert(request_id::NAME, name);
    }
    if version < Version::HTTP_2 && !rest.reads_to_its_end(answer.status()).await {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let answered = answer.extensions().get::<Answered>().map(|answered| &answered.0);
    if let Some(cause) = answered.and_then(Problem::cause) {
        tracing::error!(
            trace_id = %visit.trace_id(),
            error_code = answered.map(Problem::error_code),
            cause,
            "a request failed at the gateway"
        );
    }
    let notes = visit.notes();
    let line = RequestLine {
        trace_id: visit.trace_id(),
        route: route.as_ref().map(MatchedPath::as_str),
        method,
        status: answer.status().as_u16(),
        error_code: answered.map(Problem::error_code),
        party: notes.party,
        dataset: notes.dataset.as_ref(),
        decision: notes.decision.as_ref(),
        log_index: notes.log_index,
        took: began.elapsed(),
    };
    line.write();
    drop(notes);
    answer
}

/// Runs the route within its time. A panic is our fault and must not take the connection's other requests along.
async fn answer(time: Duration, route: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(time, AssertUnwindSafe(route).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => problem::INTERNAL.code("panic").render(None),
        Err(_elapsed) => problem::UNAVAILABLE.code("request-timeout").render(None),
    }
}

/// Every 4xx and 5xx is a problem with the trace, those of the router included.
fn as_problem(answer: Response, visit: &Visit) -> Response {
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let (mut parts, _) = answer.into_parts();
    let problem =
        parts.extensions.remove::<Answered>().map_or_else(|| of_status(status), |answered| answered.0);
    let (rendered, body) = problem.render(Some(visit.trace_id())).into_parts();
    let mut headers: HeaderMap = rendered.headers;
    for name in [header::ALLOW, header::ACCESS_CONTROL_ALLOW_ORIGIN] {
        if let Some(value) = parts.headers.remove(&name) {
            headers.insert(name, value);
        }
    }
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = rendered.status;
    *answer.headers_mut() = headers;
    *answer.extensions_mut() = rendered.extensions;
    *answer.body_mut() = body;
    answer
}

fn of_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => problem::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => problem::METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => problem::TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem::MEDIA_TYPE_NOT_SUPPORTED,
        status if status.is_client_error() => problem::INVALID.code("not-a-problem"),
        _ => problem::INTERNAL.code("not-a-problem"),
    }
}

fn caller(request: &Request) -> Option<Caller> {
    let certificate = request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::digest);
    let address =
        || request.extensions().get::<PeerAddress>().map(|address| Caller::Address(address.prefix()));
    certificate.map(Caller::Certificate).or_else(address)
}

/// The method's name, from a closed list: the caller may invent others, and a label must not be the caller's.
fn method_name(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}
