//! Whether the gateway can do its work: a write would be done now, and a caller could come in.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use crate::{
    domain::clock::Clock,
    exchange::{Exchange, trust::Trust},
    http::ops::Readiness,
    identity::{
        chain::line_is_let_in,
        tls::{Door, OwnCertificate},
        validity::{Span, certificate_end},
    },
    store::{Store, StoreError, StoreErrorKind, register::Register},
};

/// How long a reading is waited for; as long as whoever writes waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// No list holds any more, so that nobody's certificate can be judged.
const LISTS_EXPIRED: &str = "crl_expired";
/// The gateway's own certificate has ended: no caller accepts it.
const OWN_CERTIFICATE_EXPIRED: &str = "server_certificate_expired";
/// It is still to begin: likewise.
const OWN_CERTIFICATE_EARLY: &str = "server_certificate_not_yet_valid";
/// Nobody is registered, or everybody is blocked or has a certificate that the listener would not let in now.
const NO_CALLER: &str = "no_caller";

/// Judges readiness, and says once when it is lost and when it is back.
#[derive(Debug)]
pub(super) struct Watch {
    exchange: Arc<Exchange>,
    store: Store,
    clock: Arc<dyn Clock>,
    own: ArcSwapOption<Own>,
    last: Mutex<Option<&'static str>>,
    came_in: Mutex<Option<CameIn>>,
}

/// How long the certificate that callers see holds.
#[derive(Debug)]
struct Own {
    span: Span,
    /// The first end of it and those of the authorities behind it.
    first_end: Timestamp,
}

/// That somebody would be let in, until something changes that may keep everybody out.
#[derive(Debug)]
struct CameIn {
    register: i64,
    trust: Arc<Trust>,
    until: Timestamp,
}

/// How long that holds without being asked again: what a revocation list says ends by the clock.
const HOLDS: SignedDuration = SignedDuration::from_secs(60);

impl Watch {
    pub(super) fn new(exchange: Arc<Exchange>, store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            exchange,
            store,
            clock,
            own: ArcSwapOption::empty(),
            last: Mutex::default(),
            came_in: Mutex::default(),
        }
    }

    /// The certificate that callers see from now on.
    pub(super) fn serves_with(&self, own: &OwnCertificate) {
        let ends = own.chain().filter_map(certificate_end);
        let of =
            Span::of(own.leaf()).map(|span| Own { span, first_end: ends.fold(span.end, Timestamp::min) });
        self.own.store(of.map(Arc::new));
    }

    /// When the first certificate of those that callers see ends.
    pub(super) fn own_end(&self) -> Option<Timestamp> {
        self.own.load().as_ref().map(|own| own.first_end)
    }

    /// Whether the gateway can do its work now.
    pub(super) async fn judge(&self) -> Readiness {
        let own = self.own.load().as_ref().map(|own| own.span);
        let at_the_door = nobody_comes_in(own, &self.exchange.trust(), self.clock.now());
        let reason = match at_the_door {
            Some(reason) => Some(reason),
            None => match self.not_written().await {
                Some(reason) => Some(reason),
                None => self.nobody_registered().await,
            },
        };
        self.note(reason);
        reason.map_or(Readiness::Ready, Readiness::NotReady)
    }

    /// Why a write would not be done now.
    async fn not_written(&self) -> Option<&'static str> {
        // At once, since a database that does not answer lets both wait.
        match tokio::join!(self.exchange.ready(), in_time(self.store.check_tables())) {
            // Says more than that a write failed for want of them.
            (_, Err(code)) if code == StoreErrorKind::Schema.as_str() => Some(code),
            (Err(trouble), _) => Some(trouble.error_code()),
            (Ok(()), tables) => tables.err(),
        }
    }

    /// Why no registered certificate would be let in now.
    async fn nobody_registered(&self) -> Option<&'static str> {
        match in_time(self.store.register()).await {
            Ok(register) => (!self.has_caller(&register)).then_some(NO_CALLER),
            Err(code) => Some(code),
        }
    }

    /// Whether a registered certificate would be let in now, by what the authorities and their lists say of it.
    fn has_caller(&self, register: &Register) -> bool {
        let (now, trust) = (self.clock.now(), self.exchange.trust());
        let mut came_in = self.came_in.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |known: &CameIn| {
            known.register == register.number() && Arc::ptr_eq(&known.trust, &trust) && now < known.until
        };
        if came_in.as_ref().is_some_and(holds) {
            return true;
        }
        let certificates = register
            .parties()
            .filter(|row| !row.blocked)
            .flat_map(|row| register.certificates(&row.party))
            .filter(|one| !one.revoked);
        let door = Door::new(&trust.anchors, &trust.revocations);
        let ends = certificates
            .filter(|one| line_is_let_in(&one.chain, &door, now).is_ok())
            .map(|one| one.not_after)
            .next();
        *came_in = ends.map(|end| CameIn {
            register: register.number(),
            trust,
            until: now.checked_add(HOLDS).unwrap_or(now).min(end),
        });
        came_in.is_some()
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

/// What a reading came to, or why not; a server that hangs is not waited for.
async fn in_time<T>(reading: impl Future<Output = Result<T, StoreError>>) -> Result<T, &'static str> {
    match timeout(PATIENCE, reading).await {
        Ok(read) => read.map_err(|error| error.kind().as_str()),
        Err(_elapsed) => Err(StoreErrorKind::Unavailable.as_str()),
    }
}

fn nobody_comes_in(own: Option<Span>, trust: &Trust, now: Timestamp) -> Option<&'static str> {
    if own.is_some_and(|own| own.is_over(now)) {
        return Some(OWN_CERTIFICATE_EXPIRED);
    }
    if own.is_some_and(|own| own.is_ahead(now)) {
        return Some(OWN_CERTIFICATE_EARLY);
    }
    let last = trust.revocations.ends().max();
    last.is_some_and(|end| end <= now).then_some(LISTS_EXPIRED)
}
