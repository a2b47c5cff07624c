//! Whether a connection still does something: which requests it has, since when it waits, since when it sends a head.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use super::{super::limits::Limits, frames::Frames};

/// The state of one connection.
#[derive(Debug, Clone)]
pub(super) struct Pulse(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    next: u64,
    /// When each request that is being answered began.
    requests: BTreeMap<u64, Instant>,
    /// Since when there is none.
    idle_since: Instant,
    /// Since when a head is arriving. HTTP/1.1 only: in HTTP/2 bytes arrive without a request too.
    head_since: Option<Instant>,
    watches_heads: bool,
    /// HTTP/2 only.
    frames: Option<Frames>,
    flooded: bool,
}

/// What is to be done with a connection, and when to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing before this instant.
    Until(Instant),
    /// It has waited long enough: say goodbye.
    Leave,
    /// It is flooded with frames that carry nothing: say goodbye, and read no more.
    Flooded,
    /// Something took too long: cut it.
    Cut(&'static str),
}

impl Pulse {
    pub(super) fn new(watches_heads: bool) -> Self {
        Self(Arc::new(Mutex::new(State {
            next: 0,
            requests: BTreeMap::new(),
            idle_since: Instant::now(),
            head_since: None,
            watches_heads,
            frames: (!watches_heads).then(|| Frames::new(Instant::now())),
            flooded: false,
        })))
    }

    /// A request has begun; it ends when the guard is dropped.
    pub(super) fn begin(&self) -> Beat {
        let mut state = self.state();
        let number = state.next;
        state.next = number.wrapping_add(1);
        state.requests.insert(number, Instant::now());
        state.head_since = None;
        drop(state);
        Beat { pulse: self.clone(), number }
    }

    pub(super) fn verdict(&self, limits: &Limits, now: Instant) -> Verdict {
        let state = self.state();
        if state.flooded {
            return Verdict::Flooded;
        }
        // A request beyond its time has been answered 503 by the edge; the rest of the time is for taking the answer.
        if let Some(began) = state.requests.values().min() {
            let end = *began + limits.request + limits.answer;
            return if now >= end { Verdict::Cut("answer") } else { Verdict::Until(end) };
        }
        if let Some(since) = state.head_since {
            let end = since + limits.head;
            return if now >= end { Verdict::Cut("head") } else { Verdict::Until(end) };
        }
        let end = state.idle_since + limits.idle;
        if now >= end { Verdict::Leave } else { Verdict::Until(end) }
    }

    fn is_flooded(&self) -> bool {
        self.state().flooded
    }

    fn read_something(&self, bytes: &[u8]) {
        let mut state = self.state();
        if let Some(frames) = &mut state.frames {
            let flooded = frames.is_flood(bytes, Instant::now());
            state.flooded |= flooded;
        }
        if state.watches_heads && state.requests.is_empty() && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being answered.
#[derive(Debug)]
pub(super) struct Beat {
    pulse: Pulse,
    number: u64,
}

impl Drop for Beat {
    fn drop(&mut self) {
        let mut state = self.pulse.state();
        state.requests.remove(&self.number);
        state.idle_since = Instant::now();
    }
}

/// An answer's body; the request ends when the connection has taken it.
#[derive(Debug)]
pub(super) struct Beating {
    body: Body,
    _beat: Beat,
}

impl Beating {
    pub(super) const fn new(body: Body, beat: Beat) -> Self {
        Self { body, _beat: beat }
    }
}

impl hyper::body::Body for Beating {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that notes when something arrives.
#[derive(Debug)]
pub(super) struct Noted<S> {
    stream: S,
    pulse: Pulse,
}

impl<S> Noted<S> {
    pub(super) const fn new(stream: S, pulse: Pulse) -> Self {
        Self { stream, pulse }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Noted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.pulse.is_flooded() {
            // The watch over the connection ends it: nothing need wake this.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Some(read) = buffer.filled().get(before..).filter(|read| !read.is_empty()) {
            self.pulse.read_something(read);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
