//! What keeps a slow or greedy caller from starving the others.
//!
//! | what | where it is kept | answer |
//! |---|---|---|
//! | connections, in all and per address | [`server`](super::server) | closed before the handshake |
//! | TLS handshake, request head, idle and total time | [`server`](super::server) | closed |
//! | headers, length of the URI | [`edge`](super::edge) | 431, 414 |
//! | requests per caller, party and gateway | [`quota`] | 429, 503 |
//! | size and duration of a body | [`body`](super::body) | 413, 408 |
//! | bytes of all bodies in memory | [`budget`] | 503 |
//! | large bodies that wait to be read | [`heavy`](crate::exchange::heavy) | 429, 503 |
//! | time of a request | [`edge`](super::edge) | 503 |

pub mod budget;
pub mod quota;

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, de};

use crate::domain::problem::Bilingual;

/// Sizes and times. The section `[limits]` of the configuration; each has a default that suits two cores and 200 MiB.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Open connections of one listener.
    pub connections: usize,
    /// Open connections of one address (IPv6: one /64) on one listener.
    pub connections_per_address: usize,
    /// For the TLS handshake.
    #[serde(rename = "handshake_seconds", deserialize_with = "seconds")]
    pub handshake: Duration,
    /// For the head of one HTTP/1.1 request, from its first byte.
    #[serde(rename = "head_seconds", deserialize_with = "seconds")]
    pub head: Duration,
    /// For the body of one request.
    #[serde(rename = "body_seconds", deserialize_with = "seconds")]
    pub body: Duration,
    /// For one request from head to answer.
    #[serde(rename = "request_seconds", deserialize_with = "seconds")]
    pub request: Duration,
    /// For the caller to take the answer, on top of `request`.
    #[serde(rename = "answer_seconds", deserialize_with = "seconds")]
    pub answer: Duration,
    /// For a connection without a request.
    #[serde(rename = "idle_seconds", deserialize_with = "seconds")]
    pub idle: Duration,
    /// For what was accepted to finish when the gateway stops.
    #[serde(rename = "stop_seconds", deserialize_with = "seconds")]
    pub stop: Duration,
    /// Requests at the same time on one HTTP/2 connection.
    pub streams_per_connection: u32,
    /// Header lines of one request.
    pub headers: usize,
    /// Bytes of all header names and values of one request.
    pub header_bytes: usize,
    /// Bytes of path and query.
    pub uri_bytes: usize,
    /// Bytes of one body.
    pub body_bytes: usize,
    /// Bytes of all bodies in memory at the same time.
    pub bytes_in_flight: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 256,
            handshake: Duration::from_secs(5),
            head: Duration::from_secs(10),
            body: Duration::from_secs(20),
            request: Duration::from_secs(30),
            answer: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            stop: Duration::from_secs(20),
            streams_per_connection: 64,
            headers: 64,
            header_bytes: 16 * 1024,
            uri_bytes: 2 * 1024,
            body_bytes: 1024 * 1024,
            bytes_in_flight: 64 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// What is wrong with the limits, in words; empty when they can be kept.
    #[must_use]
    pub fn faults(&self) -> Vec<Bilingual> {
        let counts = [
            ("connections", self.connections),
            ("connections_per_address", self.connections_per_address),
            ("headers", self.headers),
            ("header_bytes", self.header_bytes),
            ("uri_bytes", self.uri_bytes),
            ("body_bytes", self.body_bytes),
            ("streams_per_connection", usize::try_from(self.streams_per_connection).unwrap_or(usize::MAX)),
        ];
        let times = [
            ("handshake_seconds", self.handshake),
            ("head_seconds", self.head),
            ("body_seconds", self.body),
            ("request_seconds", self.request),
            ("answer_seconds", self.answer),
            ("idle_seconds", self.idle),
        ];
        let mut faults: Vec<Bilingual> = counts
            .iter()
            .filter(|(_, count)| *count == 0)
            .map(|(name, _)| (*name).to_owned())
            .chain(times.iter().filter(|(_, time)| time.is_zero()).map(|(name, _)| (*name).to_owned()))
            .map(|name| {
                Bilingual::of(
                    format!("limits.{name} is 0, dus niets zou een antwoord krijgen; laat het weg voor de gewone waarde"),
                    format!("limits.{name} is 0, so nothing would be answered; leave it out for the default"),
                )
            })
            .collect();
        if self.bytes_in_flight < self.body_bytes {
            faults.push(Bilingual::new(
                "limits.bytes_in_flight is minder dan limits.body_bytes, dus het grootste bericht zou nooit worden aangenomen; maak de eerste groter of de tweede kleiner",
                "limits.bytes_in_flight is less than limits.body_bytes, so the largest body would never be taken; raise the first or lower the second",
            ));
        }
        faults
    }
}

/// Seconds, whole or with decimals.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Seconds;
    impl de::Visitor<'_> for Seconds {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number of seconds, at most a day")
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<Duration, E> {
            let seconds = u64::try_from(value).ok().filter(|seconds| *seconds <= 86_400);
            seconds.map(Duration::from_secs).ok_or_else(|| E::custom("not between 0 and 86400"))
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<Duration, E> {
            self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
        }

        fn visit_f64<E: de::Error>(self, value: f64) -> Result<Duration, E> {
            let seconds = Duration::try_from_secs_f64(value).ok().filter(|time| time.as_secs() <= 86_400);
            seconds.ok_or_else(|| E::custom("not between 0 and 86400"))
        }
    }
    deserializer.deserialize_any(Seconds)
}
