//! What the edge knows about one request while it is being answered.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::FromRequestParts,
    http::{Extensions, request::Parts},
};

use crate::{
    domain::{code::DatasetCode, party::PartyId},
    exchange::{heavy::Turn, meter::Work},
    telemetry::{
        request::DecisionNote,
        trace::{TraceContext, TraceId},
    },
};

use super::{
    edge::shared::Edge,
    limits::{budget::Reserved, quota::QuotaStanding},
    problem::{self, Problem},
};

/// One request at the edge. An extractor: `visit: Visit` in any handler or extractor behind [`Edge::surround`].
///
/// Handlers tell it what the request line should say; it must never be told anything of a person or free text of the
/// caller. Cheap to clone.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    edge: Arc<Edge>,
    trace: TraceContext,
    notes: Mutex<Notes>,
}

/// What handlers told.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) party: Option<PartyId>,
    pub(crate) dataset: Option<DatasetCode>,
    pub(crate) decision: Option<DecisionNote>,
    pub(crate) log_index: Option<u64>,
    pub(crate) standing: Option<QuotaStanding>,
    held: Vec<Reserved>,
    turn: Option<Turn>,
}

impl Visit {
    pub(crate) fn new(edge: Arc<Edge>, trace: TraceContext) -> Self {
        Self(Arc::new(Inner { edge, trace, notes: Mutex::default() }))
    }

    /// The visit of a request, from its extensions.
    ///
    /// # Errors
    /// [`problem::INTERNAL`] when the router is not surrounded by an [`Edge`].
    pub fn of(extensions: &Extensions) -> Result<Self, Problem> {
        extensions.get::<Self>().cloned().ok_or(problem::INTERNAL.code("no-edge"))
    }

    /// The name of the trace, for what is logged in between.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.0.trace.trace_id()
    }

    /// Notes who calls and counts the request, with what its earlier ones cost, against the quota of that party and of all together. The extractor of the
    /// peer calls it once, as soon as the certificate is known to belong to a party.
    ///
    /// # Errors
    /// 429 or 503 with `Retry-After`.
    pub fn admit(&self, party: PartyId, owed: Work) -> Result<(), Problem> {
        self.notes().party = Some(party);
        match self.0.edge.quotas().party(party, owed) {
            Ok(standing) => {
                self.notes().standing = Some(standing);
                Ok(())
            }
            Err(spent) => {
                self.notes().standing = Some(spent.standing);
                Err(spent.problem)
            }
        }
    }

    /// Notes the dataset. Only one that the catalogue knows: a code of the caller could be anything.
    pub fn dataset(&self, code: &DatasetCode) {
        self.notes().dataset = Some(code.clone());
    }

    /// Notes a permit, with its basis.
    pub fn permitted(&self, basis: impl Into<String>) {
        self.notes().decision = Some(DecisionNote { permitted: true, reason: basis.into() });
    }

    /// Notes a refusal, with the stable code of its first reason.
    pub fn refused(&self, reason: impl Into<String>) {
        self.notes().decision = Some(DecisionNote { permitted: false, reason: reason.into() });
    }

    /// Notes the index of the entry that the request left in the access log.
    pub fn log_index(&self, index: u64) {
        self.notes().log_index = Some(index);
    }

    /// Keeps bytes of the budget until the request is answered.
    pub(crate) fn hold(&self, reserved: Reserved) {
        self.notes().held.push(reserved);
    }

    /// Keeps the turn of a heavy body until the request is answered.
    pub(crate) fn take_up(&self, turn: Turn) {
        self.notes().turn = Some(turn);
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.0.edge
    }

    pub(crate) fn trace(&self) -> &TraceContext {
        &self.0.trace
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        // Notes are plain values: one half-written by a panicking handler is still a value.
        self.0.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit").field("trace_id", &self.trace_id()).finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.extensions)
    }
}
