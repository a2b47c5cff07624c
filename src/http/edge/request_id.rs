//! The caller's own name of a request (AuthZEN 1.0, section 10.1.3), which the answer bears again.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    domain::problem::Fault,
    http::problem::{self, Problem},
};

pub(super) const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// So many visible characters of ASCII. What comes back goes into other people's logs: no more of it, and nothing that moves
/// a cursor or ends a line.
const MOST: usize = 128;

/// The name, if the caller gave one.
///
/// # Errors
/// A 400 when there are two, or it is empty, too long or not of visible ASCII.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
    let mut names = headers.get_all(NAME).iter();
    match (names.next(), names.next()) {
        (None, _) => Ok(None),
        (Some(name), None) if is_name(name.as_bytes()) => Ok(Some(name.clone())),
        _ => Err(problem::INVALID.code("request-id").with_faults(vec![Fault::at(
            format!("header:{NAME}"),
            "request-id",
            "Geef het verzoek één naam van 1 tot 128 tekens: letters zonder accent, cijfers en leestekens, zonder spatie.",
            "Give the request one name of 1 to 128 visible characters of ASCII, without a space.",
        )])),
    }
}

fn is_name(name: &[u8]) -> bool {
    (1..=MOST).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic)
}
