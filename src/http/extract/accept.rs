//! Whether the caller takes the answer's media type: asked before anything is done.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};

use super::super::problem;

/// The media type under which the answer goes: put into the request by [`answering_one_of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen(pub &'static str);

/// Which of these media types the `Accept` header likes best (RFC 9110, 12.5.1): the first of those that it likes alike.
/// None, if it takes none of them. Without the header everything is taken.
#[must_use]
pub fn preferred(headers: &HeaderMap, media: &[&'static str]) -> Option<&'static str> {
    let mut best = (0, None);
    for one in media {
        let weight = weight(headers, one);
        if weight > best.0 {
            best = (weight, Some(*one));
        }
    }
    best.1
}

/// How well the `Accept` header likes this media type, in thousandths; 0 is not at all.
fn weight(headers: &HeaderMap, media: &str) -> u16 {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return FULL;
    }
    let (kind, _) = media.split_once('/').unwrap_or((media, ""));
    let mut best = (0_u8, 0_u16);
    for range in values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let exactness = match name.split_once('/') {
            _ if name == media => 3,
            Some((wanted, "*")) if wanted == kind => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let own = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(FULL, |(_, value)| thousandths(value.trim()));
        // The most exact range decides: `*/*, application/json;q=0` takes everything but JSON.
        if exactness >= best.0 {
            best = (exactness, own);
        }
    }
    best.1
}

const FULL: u16 = 1000;

/// A weight such as `0.25`. What is none counts as full: the caller named the type.
fn thousandths(weight: &str) -> u16 {
    let Some(fraction) = weight.strip_prefix('0') else { return FULL };
    let digits = fraction.strip_prefix('.').unwrap_or(fraction);
    format!("{digits:0<3.3}").parse().unwrap_or(FULL)
}

/// The routes, each answering this media type when all is well: a caller that does not take it gets a 406 and nothing
/// is done. Problems are `application/problem+json` whatever is accepted.
pub fn answering<S: Clone + Send + Sync + 'static>(media: &'static str, routes: Router<S>) -> Router<S> {
    answering_one_of([media], routes)
}

/// As [`answering`], for answers that have several names. [`Chosen`] says which of them the caller wants.
pub fn answering_one_of<S: Clone + Send + Sync + 'static, const N: usize>(
    media: [&'static str; N],
    routes: Router<S>,
) -> Router<S> {
    routes.route_layer(from_fn_with_state(media, check::<N>))
}

async fn check<const N: usize>(
    State(media): State<[&'static str; N]>,
    mut request: Request,
    next: Next,
) -> Response {
    match preferred(request.headers(), &media) {
        Some(media) => {
            request.extensions_mut().insert(Chosen(media));
            next.run(request).await
        }
        None => problem::NOT_ACCEPTABLE.into_response(),
    }
}
