//! A listener: accepts connections, speaks TLS and HTTP on them, and stops without breaking off what it accepted.
//!
//! HTTP/2 or HTTP/1.1 follows from ALPN alone, never from sniffing the first bytes, which could be kept waiting for.

mod connection;
mod frames;
mod pulse;
mod slots;
mod tls;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::telemetry::metrics;

pub use self::tls::TlsSlot;
use self::{connection::Attendant, slots::Slots};
use super::{connection::PeerAddress, limits::Limits};

/// A bound listener.
#[derive(Debug)]
pub struct Server {
    name: &'static str,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsSlot>,
}

/// How a listener stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Everything that was accepted was answered.
    Clean,
    /// So many connections were still open at the deadline and were cut.
    Cut(usize),
}

impl Server {
    /// Binds. Port 0 takes a free one; [`address`](Self::address) tells which. `name` labels the metrics; `tls` absent
    /// is plain HTTP/1.1, for the loopback only.
    ///
    /// The configuration of `tls` must offer `h2` and `http/1.1` by ALPN, in that order, for HTTP/2 to be spoken.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn bind(name: &'static str, address: SocketAddr, tls: Option<TlsSlot>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { name, listener, address, tls })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is cancelled. Then: no new connections, those that are open finish the requests that they
    /// have, and what is not done after `limits.stop` is cut.
    pub async fn serve(self, routes: Router, limits: Limits, stop: CancellationToken) -> Stopped {
        let patience = limits.stop;
        let slots = Slots::new(limits.connections, limits.connections_per_address);
        let cut = CancellationToken::new();
        let attendant =
            Arc::new(Attendant::new(self.name, self.tls, routes, limits, stop.clone(), cut.clone()));
        let tracker = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let address = PeerAddress::new(peer.ip());
                    match slots.take(address) {
                        Ok(slot) => {
                            let attendant = Arc::clone(&attendant);
                            tracker.spawn(async move {
                                attendant.attend(stream, address).await;
                                drop(slot);
                            });
                        }
                        Err(limit) => refuse(stream, self.name, limit),
                    }
                }
                Err(error) => rest(self.name, &error).await,
            }
        }
        drop(self.listener);
        tracker.close();
        if timeout(patience, tracker.wait()).await.is_ok() {
            return Stopped::Clean;
        }
        let left = tracker.len();
        cut.cancel();
        tracker.wait().await;
        Stopped::Cut(left)
    }
}

/// Closes at once, with a reset rather than a wait for the peer: the peer is one of too many.
fn refuse(stream: TcpStream, listener: &'static str, limit: &'static str) {
    metrics::connection_refused(listener, limit);
    drop(stream);
}

/// A peer that went away before it was accepted is nothing; a lack of file descriptors passes, so wait a little.
async fn rest(listener: &'static str, error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(listener, error_code = "accept", cause = %error, "connections cannot be accepted");
        sleep(Duration::from_millis(200)).await;
    }
}
