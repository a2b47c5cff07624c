//! The clock by which is decided and written, and whether it can be believed.
//!
//! Whoever sets a machine's clock wrong would otherwise end packets that nobody could collect yet, release what had ended,
//! and date entries in a future from which the log cannot come back.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::clock::{Clock, from_millis},
    store::row::millis,
};

/// How far the clocks of two gateways, or of one before and after it was set, may be apart.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// The longest silence of the log before a start that is made up for: an hour beyond it erases no more than any other.
const LONGEST_SILENCE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Why nothing is written by this clock now, with how many seconds it is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// The log has an entry of later.
    #[error("the clock stands {0} seconds before the last entry of the log")]
    Behind(i64),
    /// It went on by more than the time that passed.
    #[error("the clock went {0} seconds further than the time that passed")]
    Ahead(i64),
    /// The server of the database has another time.
    #[error("the clock is {0} seconds apart from that of the database's server")]
    Apart(i64),
}

/// A gateway's clock, never before the last entry of the log that the gateway knows of: what was refused because it had
/// ended is not released by a gateway whose clock is a little behind.
#[derive(Debug)]
pub struct GuardedClock {
    clock: Arc<dyn Clock>,
    /// The time of the last known entry, in milliseconds since 1970.
    last: AtomicI64,
    believed: Mutex<Reading>,
    refused: AtomicU64,
}

/// What the clock showed when it was last believed, and what had passed then.
#[derive(Debug)]
struct Reading {
    now: Timestamp,
    elapsed: Duration,
    /// What had passed when it was first believed, or last was not.
    since: Duration,
    /// How long the log had been silent at the start, by this clock; known at the first judgement. A clock that is ahead looks like
    /// a silence: no server says which it is, so that as much time must pass here before it counts as right.
    silence: Option<SignedDuration>,
}

impl Reading {
    fn steady(&self, elapsed: Duration) -> SignedDuration {
        let silence = self.silence.unwrap_or_default();
        signed(elapsed.saturating_sub(self.since)).saturating_sub(silence)
    }
}

/// What a clock says that is believed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Believed {
    /// The one instant of all that is decided and written under the lock of the head: never before the last entry.
    pub(super) time: Timestamp,
    /// For how long it was believed without a break, by the time that passed beyond the silence before the start.
    pub(super) steady: SignedDuration,
}

impl GuardedClock {
    pub(super) fn on(clock: Arc<dyn Clock>) -> Self {
        let (elapsed, now) = (clock.elapsed(), clock.now());
        let believed = Mutex::new(Reading { now, elapsed, since: elapsed, silence: None });
        Self { clock, last: AtomicI64::new(i64::MIN), believed, refused: AtomicU64::new(0) }
    }

    /// The present instant. A clock that is too far behind to write by is shown as it is: nothing comes of what is decided
    /// by it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let (now, last) = (self.clock.now(), from_millis(self.last.load(Ordering::Relaxed)));
        if last.duration_since(now) > TOLERANCE { now } else { now.max(last) }
    }

    /// An entry of the log has this time.
    pub fn hear(&self, entry: Timestamp) {
        self.last.fetch_max(millis(entry), Ordering::Relaxed);
    }

    /// How often nothing was written because of the clock.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// For how long it was believed without a break, by the time that passed beyond the silence of the log before the start.
    #[must_use]
    pub fn steady(&self) -> SignedDuration {
        let believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        believed.steady(self.clock.elapsed())
    }

    /// Judges it under the lock of the head, by the time of the last entry and that of the database's server, where it has a
    /// clock of its own.
    pub(super) fn judge(&self, last: Timestamp, server: Option<Timestamp>) -> Result<Believed, ClockFault> {
        // In this order a pause between the readings never looks like a jump ahead.
        let before = self.clock.elapsed();
        let now = self.clock.now();
        let after = self.clock.elapsed();
        self.hear(last);
        let mut believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        let explained = believed.now.saturating_add(signed(after.saturating_sub(believed.elapsed)));
        let explained = explained.unwrap_or(Timestamp::MAX);
        let server = server.filter(|_| self.clock.is_true_time());
        if believed.silence.is_none() {
            let silence = believed.now.duration_since(last).clamp(SignedDuration::ZERO, LONGEST_SILENCE);
            believed.silence = Some(if server.is_some() { SignedDuration::ZERO } else { silence });
        }
        if let Some(fault) = fault(now, last, explained, server) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            believed.since = after;
            return Err(fault);
        }
        (believed.now, believed.elapsed) = (now, before);
        Ok(Believed { time: now.max(last), steady: believed.steady(before) })
    }
}

fn signed(span: Duration) -> SignedDuration {
    SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX)
}

fn fault(
    now: Timestamp,
    last: Timestamp,
    explained: Timestamp,
    server: Option<Timestamp>,
) -> Option<ClockFault> {
    let behind = last.duration_since(now);
    let ahead = now.duration_since(explained);
    let apart = server.map(|server| now.duration_since(server).abs()).unwrap_or_default();
    if behind > TOLERANCE {
        Some(ClockFault::Behind(behind.as_secs()))
    } else if ahead > TOLERANCE {
        Some(ClockFault::Ahead(ahead.as_secs()))
    } else if apart > TOLERANCE {
        Some(ClockFault::Apart(apart.as_secs()))
    } else {
        None
    }
}
