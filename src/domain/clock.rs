//! Time as an argument. Nothing in Sluis asks the machine for the time except [`SystemClock`].

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is set: for tests, rehearsals and `policy explain --at`.
#[derive(Debug, Clone)]
pub struct SetClock(Arc<AtomicI64>);

impl SetClock {
    /// A clock that shows this instant, to the millisecond.
    #[must_use]
    pub fn at(instant: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(instant.as_millisecond())))
    }

    /// Moves the hands, forwards or back.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        from_millis(self.0.load(Ordering::SeqCst))
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
