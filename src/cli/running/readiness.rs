//! Whether the gateway can do its work: a write would be done now, and a caller could come in.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;

use crate::{
    domain::clock::Clock,
    exchange::{Exchange, admission::Trust},
    http::ops::Readiness,
    identity::{tls::OwnCertificate, validity},
};

/// No list holds any more, so that nobody's certificate can be judged.
const LISTS_EXPIRED: &str = "crl_expired";
/// The gateway's own certificate has ended: no caller accepts it.
const OWN_CERTIFICATE_EXPIRED: &str = "server_certificate_expired";

/// Judges readiness, and says once when it is lost and when it is back.
#[derive(Debug)]
pub(super) struct Watch {
    exchange: Arc<Exchange>,
    clock: Arc<dyn Clock>,
    own_end: ArcSwapOption<Timestamp>,
    last: Mutex<Option<&'static str>>,
}

impl Watch {
    pub(super) fn new(exchange: Arc<Exchange>, clock: Arc<dyn Clock>) -> Self {
        Self { exchange, clock, own_end: ArcSwapOption::empty(), last: Mutex::default() }
    }

    /// The certificate that callers see from now on.
    pub(super) fn serves_with(&self, own: &OwnCertificate) {
        self.own_end.store(validity::certificate_end(own.leaf()).map(Arc::new));
    }

    /// Whether the gateway can do its work now.
    pub(super) async fn judge(&self) -> Readiness {
        let at_the_door =
            nobody_comes_in(self.own_end.load().as_deref(), &self.exchange.trust(), self.clock.now());
        let reason = match at_the_door {
            Some(reason) => Some(reason),
            None => self.exchange.ready().await.err().map(|trouble| trouble.error_code()),
        };
        self.note(reason);
        reason.map_or(Readiness::Ready, Readiness::NotReady)
    }

    /// Why it was not ready when it was last judged.
    pub(super) fn last(&self) -> Option<&'static str> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, reason: Option<&'static str>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match (*last, reason) {
            (before, Some(now)) if before != Some(now) => {
                tracing::error!(error_code = now, "the gateway is not ready");
            }
            (Some(before), None) => tracing::info!(after = before, "the gateway is ready again"),
            _ => {}
        }
        *last = reason;
    }
}

fn nobody_comes_in(own_end: Option<&Timestamp>, trust: &Trust, now: Timestamp) -> Option<&'static str> {
    if own_end.is_some_and(|end| *end <= now) {
        return Some(OWN_CERTIFICATE_EXPIRED);
    }
    let last = trust.revocations.ends().max();
    last.is_some_and(|end| end <= now).then_some(LISTS_EXPIRED)
}
