//! Where a listener finds its TLS configuration.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;

/// The TLS configuration that the next handshake uses. Storing another one takes effect at once for new connections;
/// those that are open keep theirs, which is why a peer's certificate is checked on each request.
pub type TlsSlot = Arc<ArcSwap<ServerConfig>>;
