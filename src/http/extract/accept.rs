//! Whether the caller takes the answer's media type: asked before anything is done.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};

use super::super::problem;

/// Whether the `Accept` header takes this media type (RFC 9110, 12.5.1). Without the header everything is taken.
#[must_use]
pub fn takes(headers: &HeaderMap, media: &str) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    let (kind, _) = media.split_once('/').unwrap_or((media, ""));
    let mut best = (0_u8, false);
    for range in values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let exactness = match name.split_once('/') {
            _ if name == media => 3,
            Some((wanted, "*")) if wanted == kind => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let refused = parts
            .filter_map(|parameter| parameter.split_once('='))
            .any(|(name, value)| name.trim().eq_ignore_ascii_case("q") && is_zero(value.trim()));
        // The most exact range decides: `*/*, application/json;q=0` takes everything but JSON.
        if exactness >= best.0 {
            best = (exactness, !refused);
        }
    }
    best.1
}

fn is_zero(weight: &str) -> bool {
    weight.starts_with('0') && weight.bytes().all(|byte| byte == b'0' || byte == b'.')
}

/// The routes, each answering this media type when all is well: a caller that does not take it gets a 406 and nothing
/// is done. Problems are `application/problem+json` whatever is accepted.
pub fn answering<S: Clone + Send + Sync + 'static>(media: &'static str, routes: Router<S>) -> Router<S> {
    routes.route_layer(from_fn_with_state(media, check))
}

async fn check(State(media): State<&'static str>, request: Request, next: Next) -> Response {
    if takes(request.headers(), media) {
        next.run(request).await
    } else {
        problem::NOT_ACCEPTABLE.into_response()
    }
}
