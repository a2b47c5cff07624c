//! A body that is compressed for who asks.

use std::io::Write as _;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};

/// A body that everyone may read, in gzip where the caller takes that. Never for an answer that holds a secret beside what
/// a caller can choose: its length would tell.
#[derive(Debug, Clone)]
pub struct Packed {
    body: Bytes,
    is_gzip: bool,
}

impl Packed {
    /// The body, compressed if these headers ask for it.
    #[must_use]
    pub fn asked(headers: &HeaderMap, body: Bytes) -> Self {
        let packed = takes_gzip(headers).then(|| gzip(&body)).flatten();
        Self { is_gzip: packed.is_some(), body: packed.unwrap_or(body) }
    }
}

impl IntoResponse for Packed {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if self.is_gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// RFC 9110, section 12.5.3: named without a weight of zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.split_once('=').map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && weight > 0.0
    })
}
