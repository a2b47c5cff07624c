//! What all requests of one gateway share.

use std::sync::Arc;

use axum::http::HeaderValue;

use crate::{
    domain::id::Entropy,
    http::limits::{
        Limits,
        budget::ByteBudget,
        quota::{Quotas, Rates},
    },
};

/// What all requests of one gateway share at the edge.
#[derive(Debug)]
pub struct Edge {
    pub(super) limits: Limits,
    pub(super) quotas: Quotas,
    pub(super) budget: ByteBudget,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) origin: Option<HeaderValue>,
}

impl Edge {
    /// An edge with these limits. `origin` is the gateway's own origin (`https://…`), the only one that browsers may
    /// read answers from, apart from the open interface description.
    #[must_use]
    pub fn new(
        limits: Limits,
        rates: Rates,
        entropy: Arc<dyn Entropy>,
        origin: Option<HeaderValue>,
    ) -> Arc<Self> {
        let budget = ByteBudget::new(limits.bytes_in_flight);
        Arc::new(Self { limits, quotas: Quotas::new(rates), budget, entropy, origin })
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The quotas.
    #[must_use]
    pub const fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// The bytes that may be in memory.
    #[must_use]
    pub const fn budget(&self) -> &ByteBudget {
        &self.budget
    }
}
