//! Reading a request's body within its size, its time and the gateway's budget of bytes.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;
use tokio::time::timeout;
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    limits::budget::ByteBudget,
    problem::{self, Problem},
    visit::Visit,
};

/// What is asked of the allocator before any byte has arrived, whatever the caller announces.
const FIRST_CAPACITY: usize = 16 * 1024;

/// Reads the whole body. It is wiped when dropped; its bytes stay in the budget until the request is answered.
///
/// # Errors
/// 413 when it is larger than the limit (before reading, where the length is announced), 408 when it takes too long,
/// 415 when it is compressed, 503 when the bytes of all bodies reach their limit, 400 when it breaks off.
pub async fn read(visit: &Visit, headers: &HeaderMap, body: Body) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let limits = visit.edge().limits();
    if headers.get_all(header::CONTENT_ENCODING).iter().any(|value| value != "identity") {
        return Err(problem::MEDIA_TYPE_NOT_SUPPORTED.code("content-encoding"));
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced: Option<usize> = announced.and_then(|length| length.parse().ok());
    if announced.is_some_and(|length| length > limits.body_bytes) {
        return Err(problem::TOO_LARGE);
    }
    timeout(limits.body, collect(visit, announced, body)).await.map_err(|_| problem::BODY_TIMEOUT)?
}

async fn collect(
    visit: &Visit,
    announced: Option<usize>,
    mut body: Body,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let limit = visit.edge().limits().body_bytes;
    let mut reserved = ByteBudget::reserve();
    let mut bytes = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(0).min(FIRST_CAPACITY)));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| problem::INVALID.code("body-broken-off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len().saturating_add(data.len()) > limit {
            return Err(problem::TOO_LARGE);
        }
        visit
            .edge()
            .budget()
            .raise(&mut reserved, data.len())
            .map_err(|_| problem::UNAVAILABLE.code("bytes-in-flight"))?;
        bytes.extend_from_slice(&data);
        wipe(data);
    }
    visit.hold(reserved);
    Ok(bytes)
}

/// Wipes a chunk that nobody else holds; what is shared with the connection's buffer is wiped by the allocator of the
/// binary when it is freed.
fn wipe(data: Bytes) {
    if let Ok(mut chunk) = data.try_into_mut() {
        chunk.as_mut().zeroize();
    }
}
