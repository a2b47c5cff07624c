//! What handlers stand on. Made once, by the composition root.

use std::sync::Arc;

use axum::extract::FromRef;

use super::openapi::Publisher;
use crate::exchange::Exchange;

/// The state of the router. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpState {
    /// The use cases.
    pub exchange: Arc<Exchange>,
    /// Whom the interface description and `security.txt` name.
    pub publisher: Arc<Publisher>,
}

impl HttpState {
    /// The state of a router over these use cases.
    #[must_use]
    pub fn new(exchange: Arc<Exchange>, publisher: Publisher) -> Self {
        Self { exchange, publisher: Arc::new(publisher) }
    }
}

impl FromRef<HttpState> for Arc<Exchange> {
    fn from_ref(state: &HttpState) -> Self {
        Self::clone(&state.exchange)
    }
}

impl FromRef<HttpState> for Arc<Publisher> {
    fn from_ref(state: &HttpState) -> Self {
        Self::clone(&state.publisher)
    }
}
