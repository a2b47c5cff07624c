//! How often a caller, a party and all together may ask.
//!
//! A *caller* is a certificate, or an address where there is none: it is known before anything is looked up. A *party*
//! is what the certificate is registered as. All together is what the machine can bear. They are asked in that order,
//! so that a caller beyond its own quota takes nothing from the others.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock, QuantaInstant},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed, keyed::DashMapStateStore},
};
use serde::Deserialize;

use crate::{
    domain::{digest::Digest, party::PartyId},
    exchange::meter::Work,
};

use super::super::problem::{self, Problem};

/// One quota: so many units (requests, or bytes) per second in the long run, so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Units per second in the long run.
    pub per_second: NonZeroU32,
    /// Units at once after a rest.
    pub burst: NonZeroU32,
}

impl Rate {
    const fn of(per_second: u32, burst: u32) -> Self {
        let one = NonZeroU32::MIN;
        Self {
            per_second: match NonZeroU32::new(per_second) {
                Some(n) => n,
                None => one,
            },
            burst: match NonZeroU32::new(burst) {
                Some(n) => n,
                None => one,
            },
        }
    }

    fn quota(self) -> Quota {
        Quota::per_second(self.per_second).allow_burst(self.burst)
    }

    /// Seconds in which a spent quota is whole again, rounded up.
    const fn window(self) -> u32 {
        self.burst.get().div_ceil(self.per_second.get())
    }
}

/// The section `[quota]` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Of one certificate, or of one address without a certificate.
    pub caller: Rate,
    /// Of one party: an OIN in a role. In calls: what a call costs beyond a small one is counted as so many more.
    pub party: Rate,
    /// Bytes by which the log may grow for one party by what changes nothing: refusals, looks at what does not exist,
    /// questions, searches, keys.
    pub noted: Rate,
    /// Of all together.
    pub everyone: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            caller: Rate::of(400, 800),
            party: Rate::of(200, 400),
            // At most 98 MB a day, and 1,200 refusals at once.
            noted: Rate::of(1_100, 3_000_000),
            everyone: Rate::of(4000, 8000),
        }
    }
}

/// Who asks, before anything is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The SHA-256 of the client certificate.
    Certificate(Digest),
    /// The address, without a certificate; of IPv6 the /64. Never logged.
    Address(IpAddr),
}

/// How a quota stands after a request, for the headers `RateLimit-Policy` and `RateLimit`.
///
/// Source: draft-ietf-httpapi-ratelimit-headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaStanding {
    name: &'static str,
    rate: Rate,
    remaining: u32,
}

impl QuotaStanding {
    /// The value of `RateLimit-Policy`: `q` requests in `w` seconds.
    #[must_use]
    pub fn policy(&self) -> String {
        format!("\"{}\";q={};w={}", self.name, self.rate.burst, self.rate.window())
    }

    /// The value of `RateLimit`: `r` requests are left; in `t` seconds the quota is whole again.
    #[must_use]
    pub fn left(&self) -> String {
        let missing = self.rate.burst.get().saturating_sub(self.remaining);
        let seconds = missing.div_ceil(self.rate.per_second.get());
        format!("\"{}\";r={};t={seconds}", self.name, self.remaining)
    }
}

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;
type Single = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// All quotas of one gateway.
#[derive(Debug)]
pub struct Quotas {
    rates: Rates,
    callers: Keyed<Caller>,
    parties: Keyed<PartyId>,
    noted: Keyed<PartyId>,
    everyone: Single,
    /// What is not paid yet.
    debts: Mutex<BTreeMap<PartyId, Work>>,
    clock: DefaultClock,
    asked: AtomicU32,
}

/// Work is counted in thousandths of a call.
const MILLI: u64 = 1000;

/// What was paid of so many units, as far as they fit.
struct Paid {
    /// What is still owed.
    left: u64,
    /// Until when the rest has to wait; none when all is paid.
    wait: Option<NotUntil<QuantaInstant>>,
    /// What the quota has left.
    remaining: u32,
}

/// Pays so many units, in parts that the quota can hold at once.
fn pay(quota: &Keyed<PartyId>, party: PartyId, rate: Rate, units: u64) -> Paid {
    let mut paid = Paid { left: units, wait: None, remaining: 0 };
    while paid.left > 0 {
        let part = u32::try_from(paid.left).unwrap_or(u32::MAX).min(rate.burst.get());
        let Some(part) = NonZeroU32::new(part) else { break };
        match quota.check_key_n(&party, part) {
            Ok(Ok(state)) => {
                paid.left = paid.left.saturating_sub(u64::from(part.get()));
                paid.remaining = state.remaining_burst_capacity();
            }
            Ok(Err(wait)) => {
                paid.wait = Some(wait);
                break;
            }
            // A part never exceeds what the quota can hold.
            Err(_) => break,
        }
    }
    paid
}

/// A quota is spent: the problem to answer with and how the quota stands.
#[derive(Debug, Clone)]
pub struct Spent {
    /// 429, or 503 where it is not the caller's own quota; with `Retry-After`.
    pub problem: Problem,
    /// How the quota stands.
    pub standing: QuotaStanding,
}

impl Quotas {
    /// Fresh quotas.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            callers: RateLimiter::dashmap(rates.caller.quota()).with_middleware(),
            parties: RateLimiter::dashmap(rates.party.quota()).with_middleware(),
            noted: RateLimiter::dashmap(rates.noted.quota()).with_middleware(),
            everyone: RateLimiter::direct(rates.everyone.quota()).with_middleware(),
            debts: Mutex::default(),
            clock: DefaultClock::default(),
            asked: AtomicU32::new(0),
        }
    }

    /// Counts a request of a caller that is not yet known as a party.
    ///
    /// # Errors
    /// [`Spent`] when the caller's quota is.
    pub fn caller(&self, caller: Caller) -> Result<QuotaStanding, Box<Spent>> {
        self.tidy();
        match self.callers.check_key(&caller) {
            Ok(state) => Ok(self.standing("caller", self.rates.caller, state.remaining_burst_capacity())),
            Err(until) => {
                Err(self.spent("caller", self.rates.caller, until.wait_time_from(self.clock.now())))
            }
        }
    }

    /// Counts a call of a party with what its earlier calls cost beyond themselves, and then a call of everyone. Nothing is
    /// let in before what is owed is paid.
    ///
    /// # Errors
    /// [`Spent`] when the party's quota is, or what it may have noted (429), or that of all together (503).
    pub fn party(&self, party: PartyId, work: Work) -> Result<QuotaStanding, Box<Spent>> {
        let mut debts = self.debts.lock().unwrap_or_else(PoisonError::into_inner);
        let debt = debts.entry(party).or_default();
        *debt = debt.and(work);
        let rate = self.rates.noted;
        if debt.noted > 0 {
            let paid = pay(&self.noted, party, rate, debt.noted);
            debt.noted = paid.left;
            if let Some(wait) = paid.wait {
                return Err(self.spent("noted", rate, self.wait_for(&wait, paid.left, rate)));
            }
        }
        let rate = self.rates.party;
        let whole = (debt.milli_calls / MILLI).saturating_add(1);
        let paid = pay(&self.parties, party, rate, whole);
        // The call itself is paid last, and only when it is let in.
        let part = debt.milli_calls % MILLI;
        debt.milli_calls = match paid.wait {
            Some(_) => paid.left.saturating_sub(1).saturating_mul(MILLI).saturating_add(part),
            None => part,
        };
        if let Some(wait) = paid.wait {
            return Err(self.spent("party", rate, self.wait_for(&wait, paid.left, rate)));
        }
        if *debt == Work::default() {
            debts.remove(&party);
        }
        drop(debts);
        self.everyone()?;
        Ok(self.standing("party", rate, paid.remaining))
    }

    /// How long it takes until the quota has so much: governor's answer, and what is more than the quota holds at once.
    fn wait_for(&self, wait: &NotUntil<QuantaInstant>, left: u64, rate: Rate) -> Duration {
        let more = left.saturating_sub(u64::from(rate.burst.get()));
        let more = Duration::from_secs(more / u64::from(rate.per_second.get()));
        wait.wait_time_from(self.clock.now()).saturating_add(more)
    }

    /// Counts a request of everyone: for routes without a party.
    ///
    /// # Errors
    /// [`Spent`] with a 503 when all together ask more than the gateway bears.
    pub fn everyone(&self) -> Result<(), Box<Spent>> {
        match self.everyone.check() {
            Ok(_) => Ok(()),
            Err(until) => {
                let mut spent =
                    self.spent("everyone", self.rates.everyone, until.wait_time_from(self.clock.now()));
                let seconds = whole_seconds(until.wait_time_from(self.clock.now()));
                spent.problem = problem::UNAVAILABLE.retry_after(seconds).code("everyone-quota");
                Err(spent)
            }
        }
    }

    #[expect(clippy::unused_self, reason = "reads better beside `spent`")]
    const fn standing(&self, name: &'static str, rate: Rate, remaining: u32) -> QuotaStanding {
        QuotaStanding { name, rate, remaining }
    }

    fn spent(&self, name: &'static str, rate: Rate, wait: Duration) -> Box<Spent> {
        let problem = problem::TOO_MANY_REQUESTS.retry_after(whole_seconds(wait));
        Box::new(Spent { problem, standing: self.standing(name, rate, 0) })
    }

    /// Forgets who has not asked for a while, so that memory does not grow with every address that ever called.
    fn tidy(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % 4096 == 4095 {
            self.callers.retain_recent();
            self.parties.retain_recent();
            self.noted.retain_recent();
        }
    }
}

fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs())
        .unwrap_or(u32::MAX)
        .saturating_add(u32::from(wait.subsec_nanos() > 0))
        .max(1)
}
