//! The one line that each request leaves in the log.

use std::time::Duration;

use crate::domain::{code::DatasetCode, party::PartyId};

use super::{metrics, trace::TraceId};

/// What was decided, for the request line and the metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionNote {
    /// Whether it was a permit.
    pub permitted: bool,
    /// The basis of the permit, or the stable code of the first reason of the refusal. From `policies/` or the
    /// program, never from the caller: it becomes a metric's label.
    pub reason: String,
}

/// Everything that may be known about a request afterwards. `docs/logging.md` says when each field is absent.
///
/// There is no field for an address, a body, a reference, a pseudonym or the path as it was called.
#[derive(Debug)]
pub struct RequestLine<'a> {
    /// The trace, the caller's where it sent one.
    pub trace_id: TraceId,
    /// The route's pattern, such as `/v1/packets/{id}`; absent for an unknown path.
    pub route: Option<&'a str>,
    /// The method: one of the standard ones, or `OTHER`.
    pub method: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// The stable code of the problem, where the answer is one.
    pub error_code: Option<&'static str>,
    /// The calling party, once its certificate is known to belong to one.
    pub party: Option<PartyId>,
    /// The dataset, once it is known to be in the catalogue.
    pub dataset: Option<&'a DatasetCode>,
    /// The decision, where one was made.
    pub decision: Option<&'a DecisionNote>,
    /// The index of the entry in the access log, where one was written.
    pub log_index: Option<u64>,
    /// From the last byte of the head until the answer was ready.
    pub took: Duration,
}

impl RequestLine<'_> {
    /// Writes the line and counts the request.
    pub fn write(&self) {
        let route = self.route.unwrap_or("-");
        let decision = self
            .decision
            .map(|note| (if note.permitted { "permit" } else { "refusal" }, note.reason.as_str()));
        // Absent fields are left out of the line: tracing skips a `None`.
        tracing::info!(
            target: "sluis::request",
            trace_id = %self.trace_id,
            route,
            method = self.method,
            status = self.status,
            error_code = self.error_code,
            peer_oin = self.party.map(|party| tracing::field::display(party.oin)),
            peer_role = self.party.map(|party| party.role.as_str()),
            dataset = self.dataset.map(DatasetCode::as_str),
            decision = decision.map(|(outcome, _)| outcome),
            reason = decision.map(|(_, reason)| reason),
            log_index = self.log_index,
            ms = millis(self.took),
            "request answered"
        );
        metrics::request(route, self.method, self.status, self.took);
        if let Some((outcome, reason)) = decision {
            metrics::decision(self.dataset.map_or("-", DatasetCode::as_str), outcome, reason);
        }
    }
}

/// Milliseconds with three decimals.
fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
