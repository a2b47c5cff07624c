//! What HTTP itself asks of a head, and hyper leaves to others.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, Version, header, uri::Authority, uri::Scheme},
};

use crate::{
    domain::problem::Fault,
    http::problem::{self, Problem},
};

/// Refuses a head by which two readers could see two requests: without a name of this gateway or with two (RFC 9112, section
/// 3.2; RFC 9113, section 8.3.1), for another scheme than `https`, or in a transfer coding that is not understood here (RFC
/// 9112, section 6.1).
pub(super) fn check(request: &Request) -> Result<(), Problem> {
    let (uri, headers) = (request.uri(), request.headers());
    let faults = [host(request.version(), uri, headers), scheme(uri), transfer(headers)];
    let faults: Vec<Fault> = faults.into_iter().flatten().collect();
    if faults.is_empty() { Ok(()) } else { Err(problem::INVALID.code("framing").with_faults(faults)) }
}

fn host(version: Version, uri: &Uri, headers: &HeaderMap) -> Option<Fault> {
    // What HTTP/2 calls `:authority`, and HTTP/1.1 has in the absolute form only.
    let target = uri.authority();
    let mut hosts = headers.get_all(header::HOST).iter();
    let is_right = match (hosts.next(), hosts.next()) {
        (Some(host), None) => {
            named(host).is_some_and(|host| target.is_none_or(|target| same(target, &host)))
                // Without `:authority` the scheme is not known either: who speaks HTTP/2 itself has to send it.
                && (target.is_some() || version < Version::HTTP_2)
        }
        (None, _) if version >= Version::HTTP_2 => target.is_some_and(is_plain),
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    (!is_right).then(|| {
        at(
            &header::HOST,
            "host",
            "Noem één keer de naam van deze gateway: in Host, of bij HTTP/2 in :authority. Staan er twee, dan zijn ze gelijk.",
            "Name this gateway once, in Host or with HTTP/2 in :authority. Where there are two, they are the same.",
        )
    })
}

/// The name and port in a `Host`.
fn named(value: &HeaderValue) -> Option<Authority> {
    value.to_str().ok()?.parse().ok().filter(is_plain)
}

/// Without a user or password before it.
fn is_plain(authority: &Authority) -> bool {
    !authority.as_str().contains('@')
}

/// The port of `https` may be left out.
fn same(one: &Authority, other: &Authority) -> bool {
    const HTTPS: u16 = 443;
    let port = |authority: &Authority| authority.port_u16().unwrap_or(HTTPS);
    is_plain(one) && one.host().eq_ignore_ascii_case(other.host()) && port(one) == port(other)
}

fn scheme(uri: &Uri) -> Option<Fault> {
    uri.scheme().filter(|scheme| **scheme != Scheme::HTTPS).map(|_| {
        Fault::at(
            "",
            "scheme",
            "Vraag het adres met https: een ander schema antwoordt hier niet.",
            "Ask for the address with https: no other scheme is answered here.",
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
