//! One connection: handshake, HTTP, and its end.

use std::{convert::Infallible, future::poll_fn, io, pin::pin, task::Poll, time::Duration};

use axum::{Router, body::Body};
use hyper::{
    Request, Response,
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, sleep_until, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::telemetry::metrics;

use super::{
    super::{
        connection::{PeerAddress, PeerCertificates},
        limits::Limits,
    },
    pulse::{Beating, Noted, Pulse, Verdict},
    tls::TlsSlot,
};

/// After a goodbye, the time to finish it before the connection is cut.
const GOODBYE: Duration = Duration::from_secs(5);

/// The same for a connection that is flooded: for one frame.
const FAREWELL: Duration = Duration::from_millis(500);

/// The limits of the edge answer with a problem; these, of the protocol itself, only keep memory bounded, so they are
/// wider.
const HARD_HEADERS: usize = 256;
const HARD_HEAD_BYTES: usize = 64 * 1024;

/// Attends to the connections of one listener.
pub(super) struct Attendant {
    name: &'static str,
    tls: Option<TlsSlot>,
    routes: Router,
    limits: Limits,
    stop: CancellationToken,
    cut: CancellationToken,
}

/// What all requests of one connection share.
#[derive(Clone)]
struct Line {
    address: PeerAddress,
    certificates: PeerCertificates,
    pulse: Pulse,
}

impl Attendant {
    pub(super) const fn new(
        name: &'static str,
        tls: Option<TlsSlot>,
        routes: Router,
        limits: Limits,
        stop: CancellationToken,
        cut: CancellationToken,
    ) -> Self {
        Self { name, tls, routes, limits, stop, cut }
    }

    /// From the accepted socket to its end.
    pub(super) async fn attend(&self, stream: TcpStream, address: PeerAddress) {
        metrics::connections(self.name, 1.0);
        let served = tokio::select! {
            biased;
            () = self.cut.cancelled() => Ok(()),
            served = self.serve(stream, address) => served,
        };
        if let Err(reason) = served {
            metrics::connection_cut(self.name, reason);
        }
        metrics::connections(self.name, -1.0);
    }

    async fn serve(&self, stream: TcpStream, address: PeerAddress) -> Result<(), &'static str> {
        // Without it small answers wait for the peer's acknowledgement; failing to set it is only slower.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(listener = self.name, cause = %error, "no TCP_NODELAY");
        }
        let Some(tls) = &self.tls else {
            let line =
                Line { address, certificates: PeerCertificates::new(Vec::new()), pulse: Pulse::new(true) };
            return self.http1(stream, line).await;
        };
        let handshake = TlsAcceptor::from(tls.load_full()).accept(stream);
        let stream = match timeout(self.limits.handshake, handshake).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                self.failed(reason(&error));
                return Ok(());
            }
            Err(_) => {
                self.failed("timeout");
                return Ok(());
            }
        };
        let (_, session) = stream.get_ref();
        let is_h2 = session.alpn_protocol() == Some(b"h2");
        let chain = session.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
        let line = Line { address, certificates: PeerCertificates::new(chain), pulse: Pulse::new(!is_h2) };
        // A large future: boxed, so that the many connections that are still in their handshake stay small.
        if is_h2 {
            Box::pin(self.http2(stream, line)).await
        } else {
            Box::pin(self.http1(stream, line)).await
        }
    }

    fn failed(&self, reason: &'static str) {
        metrics::tls_failure(self.name, reason);
        tracing::debug!(listener = self.name, reason, "a TLS handshake failed");
    }

    async fn http1<S>(&self, stream: S, line: Line) -> Result<(), &'static str>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let pulse = line.pulse.clone();
        let io = TokioIo::new(Noted::new(stream, pulse.clone()));
        let service = service_fn(|request| answer(self.routes.clone(), line.clone(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // `Pulse` keeps the time of heads: hyper's own would count the rest between two requests as well.
            .header_read_timeout(None)
            .max_headers(HARD_HEADERS)
            .max_buf_size(HARD_HEAD_BYTES)
            .serve_connection(io, service);
        self.watch(connection, &pulse).await
    }

    async fn http2(&self, stream: TlsStream<TcpStream>, line: Line) -> Result<(), &'static str> {
        let pulse = line.pulse.clone();
        let io = TokioIo::new(Noted::new(stream, pulse.clone()));
        let service = service_fn(|request| answer(self.routes.clone(), line.clone(), request));
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.limits.streams_per_connection)
            .max_header_list_size(u32::try_from(HARD_HEAD_BYTES).unwrap_or(u32::MAX))
            .max_send_buf_size(HARD_HEAD_BYTES)
            // What one connection may have sent before it is read: bounds memory per connection.
            .initial_stream_window_size(64 * 1024)
            .initial_connection_window_size(1024 * 1024)
            // Rapid reset (CVE-2023-44487): the connection ends instead of the queue growing. Of resets of its own the library
            // bears what it bears unasked: a body that is still on its way when its call has been answered is one of them, and
            // whoever is refused often on one connection would lose an answer.
            .max_pending_accept_reset_streams(20)
            .keep_alive_interval(self.limits.idle / 2)
            .keep_alive_timeout(self.limits.head)
            .serve_connection(io, service);
        self.watch(connection, &pulse).await
    }

    /// Drives a connection until it ends, idles for too long, takes too long or is told to stop.
    async fn watch<C: GracefulConnection>(&self, connection: C, pulse: &Pulse) -> Result<(), &'static str> {
        let mut connection = pin!(connection);
        let mut alarm = pin!(sleep_until(Instant::now()));
        let mut stopping = pin!(self.stop.cancelled());
        let mut leaving = None;
        poll_fn(|cx| {
            // An error of the connection is the peer's going away: nothing to tell anyone.
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            if leaving.is_none() && stopping.as_mut().poll(cx).is_ready() {
                connection.as_mut().graceful_shutdown();
                // The listener keeps the deadline of a stop.
                leaving = Some(None);
                cx.waker().wake_by_ref();
            }
            loop {
                let now = Instant::now();
                let verdict = pulse.verdict(&self.limits, now);
                if leaving.flatten().is_some_and(|deadline| now >= deadline) {
                    let reason = if verdict == Verdict::Flooded { "control-frames" } else { "goodbye" };
                    return Poll::Ready(Err(reason));
                }
                let patience = if verdict == Verdict::Flooded { FAREWELL } else { GOODBYE };
                let until = match (verdict, leaving) {
                    (Verdict::Cut(reason), _) => return Poll::Ready(Err(reason)),
                    (Verdict::Leave | Verdict::Flooded, None) => {
                        connection.as_mut().graceful_shutdown();
                        leaving = Some(Some(now + patience));
                        cx.waker().wake_by_ref();
                        now + patience
                    }
                    (Verdict::Leave | Verdict::Flooded, Some(deadline)) => deadline.unwrap_or(now + patience),
                    (Verdict::Until(until), deadline) => {
                        deadline.flatten().map_or(until, |deadline| deadline.min(until))
                    }
                };
                alarm.as_mut().reset(until);
                if alarm.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

async fn answer(
    routes: Router,
    line: Line,
    request: Request<Incoming>,
) -> Result<Response<Beating>, Infallible> {
    let beat = line.pulse.begin();
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(line.address);
    request.extensions_mut().insert(line.certificates);
    let answer = routes.oneshot(request).await?;
    Ok(answer.map(|body| Beating::new(body, beat)))
}

/// Why a handshake failed, from a closed list.
fn reason(error: &io::Error) -> &'static str {
    use rustls::{CertificateError as Certificate, Error};
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return "connection";
    };
    match error {
        Error::NoCertificatesPresented => "no-certificate",
        Error::InvalidCertificate(wrong) => match wrong {
            Certificate::Expired | Certificate::ExpiredContext { .. } => "certificate-expired",
            Certificate::Revoked => "certificate-revoked",
            Certificate::UnknownIssuer => "certificate-unknown-issuer",
            Certificate::ExpiredRevocationList | Certificate::ExpiredRevocationListContext { .. } => {
                "crl-expired"
            }
            Certificate::UnknownRevocationStatus => "crl-missing",
            Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => "certificate-usage",
            _ => "certificate-invalid",
        },
        Error::PeerIncompatible(_) => "incompatible",
        Error::AlertReceived(_) => "alert",
        _ => "protocol",
    }
}
