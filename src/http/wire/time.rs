//! Instants, in one notation.
//!
//! Source: NL GOV API Design Rules 2.2.0 /core/date-time; RFC 3339 with `T` and `Z` in upper case, never `-00:00`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::day::{Day, NoDay};

/// An instant: read with any offset, written in UTC to the millisecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).map(Self).map_err(|wrong| wrong.found("an instant as 2026-12-01T00:00:00Z"))
    }
}

fn read(text: &str) -> Result<Timestamp, NoDay> {
    if !is_rfc_3339(text) {
        return Err(NoDay::Form);
    }
    let (day, _) = text.split_once('T').ok_or(NoDay::Form)?;
    day.parse::<Day>()?;
    text.parse().map_err(|_| NoDay::Form)
}

/// Whether every position holds what it must; the parser judges the numbers.
fn is_rfc_3339(text: &str) -> bool {
    let Some((day, time)) = text.split_once('T') else { return false };
    let (clock, offset) = match time.strip_suffix('Z') {
        Some(clock) => (clock, None),
        None => match time.rfind(['+', '-']).and_then(|at| time.split_at_checked(at)) {
            Some((clock, offset)) => (clock, Some(offset)),
            None => return false,
        },
    };
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let is_fraction = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_offset = offset.is_none_or(|offset| offset != "-00:00" && has_form(offset, "+00:00"));
    has_form(day, "0000-00-00") && has_form(seconds, "00:00:00") && is_fraction && is_offset
}

/// Whether a text has digits where the form has `0`, a sign where it has `+`, and otherwise the same characters.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            b'+' => matches!(byte, b'+' | b'-'),
            _ => byte == wanted,
        })
}
