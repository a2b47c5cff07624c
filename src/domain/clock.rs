//! Time as an argument. Nothing in Sluis asks the machine for the time except [`SystemClock`].

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rustix::time::{ClockId, clock_gettime};

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant, by hands that somebody may have set wrong.
    fn now(&self) -> Timestamp;

    /// How long it is since an instant that stays the same while the program runs, by what nobody sets. Time in which the
    /// machine slept counts.
    fn elapsed(&self) -> Duration;

    /// Whether the clocks of other machines should show the same.
    fn is_true_time(&self) -> bool;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        let read = clock_gettime(STEADY);
        let (seconds, rest) = (u64::try_from(read.tv_sec), u32::try_from(read.tv_nsec));
        Duration::new(seconds.unwrap_or_default(), rest.unwrap_or_default())
    }

    fn is_true_time(&self) -> bool {
        true
    }
}

/// Runs on while the machine sleeps, so that a clock that was set right after it has not jumped.
#[cfg(target_os = "linux")]
const STEADY: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const STEADY: ClockId = ClockId::Monotonic;

/// A clock that stands still until it is set: for tests, rehearsals and `policy explain --at`.
#[derive(Debug, Clone)]
pub struct SetClock(Arc<Hands>);

#[derive(Debug, Default)]
struct Hands {
    /// Milliseconds since 1970.
    now: AtomicI64,
    /// Milliseconds that have passed.
    passed: AtomicU64,
    is_true_time: AtomicBool,
}

impl SetClock {
    /// A clock that shows this instant, to the millisecond.
    #[must_use]
    pub fn at(instant: Timestamp) -> Self {
        let hands = Hands::default();
        hands.now.store(instant.as_millisecond(), Ordering::SeqCst);
        Self(Arc::new(hands))
    }

    /// Time passes until this instant. To one that is past, only the hands go back: time does not.
    pub fn set(&self, instant: Timestamp) {
        let later = instant.as_millisecond().saturating_sub(self.0.now.load(Ordering::SeqCst));
        self.0.passed.fetch_add(u64::try_from(later).unwrap_or_default(), Ordering::SeqCst);
        self.jump(instant);
    }

    /// Sets the hands wrong or right, forwards or back, while no time passes.
    pub fn jump(&self, instant: Timestamp) {
        self.0.now.store(instant.as_millisecond(), Ordering::SeqCst);
    }

    /// Says that it shows what the clocks of other machines should show.
    pub fn show_true_time(&self) {
        self.0.is_true_time.store(true, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        from_millis(self.0.now.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.passed.load(Ordering::SeqCst))
    }

    fn is_true_time(&self) -> bool {
        self.0.is_true_time.load(Ordering::SeqCst)
    }
}

/// The instant of a number of milliseconds since 1970, held to the range of the calendar.
#[must_use]
pub fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The date on the calendar in Amsterdam, where a birthday begins at midnight.
#[must_use]
pub fn amsterdam_date(instant: Timestamp) -> Date {
    instant.to_zoned(amsterdam()).date()
}

/// The first instant of a date in Amsterdam.
#[must_use]
pub fn amsterdam_midnight(date: Date) -> Timestamp {
    date.to_zoned(amsterdam()).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

/// The time zone of Amsterdam.
#[must_use]
pub fn amsterdam() -> TimeZone {
    TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC)
}
