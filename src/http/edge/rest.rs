//! What a route left unread of a body.
//!
//! An answer that is written while the caller still sends gets lost: the connection is closed with bytes unread, and the
//! caller's machine then throws away what has arrived. So the rest of a small body is read first, and of a large one the
//! caller is told that the connection ends.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{StatusCode, header},
};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};

/// So much is read for nothing: eight times what a gateway takes unless it is told otherwise.
const MOST: u64 = 8 * 1024 * 1024;
/// For so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body that a route reads, and the edge after it.
#[derive(Debug, Clone)]
pub(super) struct Rest {
    body: Arc<Mutex<Body>>,
    /// The caller waits for a word before it sends: reading on would ask for the body.
    waits: bool,
}

impl Rest {
    /// Hands the body to the route, and keeps hold of what it leaves.
    pub(super) fn lend(request: Request) -> (Request, Self) {
        let waits = request.headers().contains_key(header::EXPECT);
        let (parts, body) = request.into_parts();
        let rest = Self { body: Arc::new(Mutex::new(body)), waits };
        (Request::from_parts(parts, Body::new(rest.clone())), rest)
    }

    /// Whether nothing is left of the body, after reading on for a little.
    pub(super) async fn reads_to_its_end(mut self, status: StatusCode) -> bool {
        if self.is_end_stream() {
            return true;
        }
        // Who was too slow already is not waited for again.
        let slow = [StatusCode::REQUEST_TIMEOUT, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
        if self.waits || slow || self.size_hint().lower() > MOST {
            return false;
        }
        tokio::time::timeout(PATIENCE, async {
            let mut left = MOST;
            while let Some(frame) = self.frame().await {
                let Ok(frame) = frame else { return false };
                let read = frame.data_ref().map_or(0, Bytes::len);
                let Some(less) = left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) else {
                    return false;
                };
                left = less;
            }
            true
        })
        .await
        .unwrap_or(false)
    }

    fn body(&self) -> MutexGuard<'_, Body> {
        // A body that a panicking route left half-read can still be read on.
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.body()).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}
