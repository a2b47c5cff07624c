//! Where a weakness may be reported (RFC 9116). Open to everyone, and about no person.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    exchange::Exchange,
    http::{
        extract::{accept::answering, query::NoQuery},
        openapi::Publisher,
        state::HttpState,
    },
};

/// RFC 9116 asks for an end, so that nobody writes to an address of long ago: a gateway that answers vouches for a month.
const VALID: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The one path that RFC 9116 knows.
pub(super) fn routes() -> Router<HttpState> {
    answering("text/plain", Router::new().route("/.well-known/security.txt", get(security_txt)))
}

async fn security_txt(
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    State(publisher): State<Arc<Publisher>>,
) -> Response {
    let text = written(&publisher, exchange.now());
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn written(publisher: &Publisher, now: Timestamp) -> String {
    let mut text = String::new();
    let mut field = |name: &str, value: &str| {
        // Writing to a text cannot fail.
        writeln!(text, "{name}: {value}").ok();
    };
    field("Contact", &publisher.security);
    let expires = now.saturating_add(VALID).unwrap_or(now);
    field("Expires", &expires.strftime("%Y-%m-%dT00:00:00Z").to_string());
    field("Preferred-Languages", "nl, en");
    if let Some(base) = &publisher.base {
        field("Canonical", &format!("{base}/.well-known/security.txt"));
    }
    text
}
