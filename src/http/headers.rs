//! The headers that every answer carries.
//!
//! Source: NL GOV API Design Rules 2.2.0, /core/transport/security-headers; OWASP REST Security.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

const HOUSE: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Adds the security headers that the route did not set itself. `origin` is the only origin that a browser may read
/// answers from.
pub fn secure(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    for (name, value) in HOUSE {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Some(origin) = origin {
        headers.entry(header::ACCESS_CONTROL_ALLOW_ORIGIN).or_insert_with(|| origin.clone());
    }
    // An answer without a body has no type of its own; the rule asks for one on every answer.
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
}
