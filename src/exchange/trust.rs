//! Whom the gateway believes.

use crate::identity::{anchors::TrustAnchors, revocations::Revocations};

/// Whom the gateway believes, and whose certificates were taken back. Replaced as a whole on reload.
#[derive(Debug)]
pub struct Trust {
    /// The authorities, each with the OINs that it vouches for.
    pub anchors: TrustAnchors,
    /// Their lists.
    pub revocations: Revocations,
}

impl Trust {
    /// Believes nobody: for work on the store at which nobody calls.
    #[must_use]
    pub const fn nobody() -> Self {
        Self { anchors: TrustAnchors::none(), revocations: Revocations::none() }
    }
}
