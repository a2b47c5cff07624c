//! What HTTP itself asks of a head, and hyper leaves to others.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header, uri::Authority};

use crate::{
    domain::problem::Fault,
    http::problem::{self, Problem},
};

/// Refuses a head by which two readers could see two requests: without `Host` or with two (RFC 9112, section 3.2), or in
/// a transfer coding that is not understood here (section 6.1).
pub(super) fn check(version: Version, headers: &HeaderMap) -> Result<(), Problem> {
    let faults: Vec<Fault> = [host(version, headers), transfer(headers)].into_iter().flatten().collect();
    if faults.is_empty() { Ok(()) } else { Err(problem::INVALID.code("framing").with_faults(faults)) }
}

fn host(version: Version, headers: &HeaderMap) -> Option<Fault> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let is_name = |value: &HeaderValue| {
        let name = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        name.is_some_and(|name| !name.as_str().contains('@'))
    };
    let is_right = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_name(host),
        // HTTP/2 has `:authority` instead, HTTP/1.0 none.
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    (!is_right).then(|| {
        at(
            &header::HOST,
            "host",
            "Noem in de header Host één keer de naam van deze gateway.",
            "Name this gateway once in the Host header.",
        )
    })
}

fn transfer(headers: &HeaderMap) -> Option<Fault> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let is_chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    let is_right = match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(only), None) => is_chunked(only),
        (Some(_), Some(_)) => false,
    };
    (!is_right).then(|| {
        at(
            &header::TRANSFER_ENCODING,
            "transfer-coding",
            "Stuur het bericht met Content-Length, of met alleen chunked in Transfer-Encoding.",
            "Send the body with Content-Length, or with chunked alone in Transfer-Encoding.",
        )
    })
}

fn at(name: &HeaderName, code: &'static str, nl: &'static str, en: &'static str) -> Fault {
    Fault::at(format!("header:{name}"), code, nl, en)
}
