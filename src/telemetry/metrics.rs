//! The gateway's metrics. Only this file names them; `docs/logging.md` lists them.
//!
//! A label is never text of a caller: routes are patterns, datasets come from the catalogue, reasons from the program.

use std::{sync::OnceLock, time::Duration};

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "sluis_requests_total";
const REQUEST_SECONDS: &str = "sluis_request_seconds";
const DECISIONS: &str = "sluis_decisions_total";
const TLS_FAILURES: &str = "sluis_tls_failures_total";
const CONNECTIONS: &str = "sluis_connections";
const CONNECTIONS_REFUSED: &str = "sluis_connections_refused_total";
const CONNECTIONS_CUT: &str = "sluis_connections_cut_total";
const BYTES_IN_FLIGHT: &str = "sluis_body_bytes_in_flight";
const QUEUE_DEPTH: &str = "sluis_writer_queue_depth";
const CHECKPOINT_AGE: &str = "sluis_checkpoint_age_seconds";
const LOG_SIZE: &str = "sluis_log_entries";
const CLOCK_REFUSALS: &str = "sluis_clock_refusals_total";

/// From half a millisecond to half a minute.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts counting, once per process; later calls do nothing.
pub fn start() {
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        // Only an empty list of buckets is refused; without buckets the exporter makes summaries.
        let recorder =
            builder.set_buckets(&SECONDS).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let handle = recorder.handle();
        // Another recorder was there first: this one then stays empty, which is better than no gateway.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!(
                error_code = "metrics-twice",
                "another metrics recorder is installed; ours stays empty"
            );
        }
        describe();
        handle
    });
}

/// All metrics in Prometheus' text format; empty when [`start`] was not called.
#[must_use]
pub fn render() -> String {
    RECORDER.get().map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}

fn describe() {
    describe_counter!(REQUESTS, "Answered requests by route, method and class of status.");
    describe_histogram!(REQUEST_SECONDS, "Time from the request's head until the answer was ready.");
    describe_counter!(DECISIONS, "Permits and refusals by dataset and reason.");
    describe_counter!(TLS_FAILURES, "TLS handshakes that failed, by listener and reason.");
    describe_gauge!(CONNECTIONS, "Open connections by listener.");
    describe_counter!(
        CONNECTIONS_REFUSED,
        "Connections closed at once, by listener and the limit that was reached."
    );
    describe_counter!(CONNECTIONS_CUT, "Connections cut, by listener and what took too long.");
    describe_gauge!(BYTES_IN_FLIGHT, "Bytes of request bodies in memory.");
    describe_gauge!(QUEUE_DEPTH, "Writes that wait for the writer.");
    describe_gauge!(CHECKPOINT_AGE, "Seconds since the checkpoint was signed.");
    describe_counter!(CLOCK_REFUSALS, "Times that nothing was written because the clock was not right.");
    describe_gauge!(LOG_SIZE, "Entries in the access log.");
}

/// An answered request.
pub fn request(route: &str, method: &'static str, status: u16, took: Duration) {
    let class = match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    counter!(REQUESTS, "route" => route.to_owned(), "method" => method, "class" => class).increment(1);
    histogram!(REQUEST_SECONDS, "route" => route.to_owned()).record(took.as_secs_f64());
}

/// A decision. `dataset` and `reason` come from `policies/` or the program.
pub fn decision(dataset: &str, outcome: &'static str, reason: &str) {
    counter!(DECISIONS, "dataset" => dataset.to_owned(), "outcome" => outcome, "reason" => reason.to_owned())
        .increment(1);
}

/// A TLS handshake that failed.
pub fn tls_failure(listener: &'static str, reason: &'static str) {
    counter!(TLS_FAILURES, "listener" => listener, "reason" => reason).increment(1);
}

/// A connection that was opened (+1) or closed (-1).
pub fn connections(listener: &'static str, change: f64) {
    gauge!(CONNECTIONS, "listener" => listener).increment(change);
}

/// A connection that was closed at once because a limit was reached.
pub fn connection_refused(listener: &'static str, limit: &'static str) {
    counter!(CONNECTIONS_REFUSED, "listener" => listener, "limit" => limit).increment(1);
}

/// A connection that was cut because something on it took too long.
pub fn connection_cut(listener: &'static str, reason: &'static str) {
    counter!(CONNECTIONS_CUT, "listener" => listener, "reason" => reason).increment(1);
}

/// Bytes of request bodies in memory: reserved (positive) or given back (negative).
pub fn bytes_in_flight(change: f64) {
    gauge!(BYTES_IN_FLIGHT).increment(change);
}

/// What the ops listener samples when it is asked for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    /// Writes that wait for the writer.
    pub queue_depth: u32,
    /// Since the checkpoint was signed; absent before the first.
    pub checkpoint_age: Option<Duration>,
    /// Entries in the access log.
    pub log_entries: u64,
    /// How often nothing was written because the clock was not right.
    pub clock_refusals: u64,
}

impl Sample {
    /// Sets the gauges.
    pub fn record(&self) {
        gauge!(QUEUE_DEPTH).set(f64::from(self.queue_depth));
        if let Some(age) = self.checkpoint_age {
            gauge!(CHECKPOINT_AGE).set(age.as_secs_f64());
        }
        counter!(CLOCK_REFUSALS).absolute(self.clock_refusals);
        // Exact up to 2^53 entries.
        #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a gauge is a float")]
        gauge!(LOG_SIZE).set(self.log_entries as f64);
    }
}
