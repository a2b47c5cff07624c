//! What may leave, and its mint.

use super::copy::Copy;
use crate::{
    domain::{
        code::{DatasetCode, Grondslag},
        digest::Digest,
    },
    store::{Committed, write::Delivery, writer::job::Done},
};

/// A sealed body that may leave: its entry is committed.
///
/// ```compile_fail
/// fn pose(released: sluis::exchange::pull::Released) -> sluis::exchange::pull::Released {
///     sluis::exchange::pull::Released { jwe: "another".to_owned(), ..released }
/// }
/// ```
/// The twin that differs by that line:
/// ```
/// fn pose(released: sluis::exchange::pull::Released) -> sluis::exchange::pull::Released {
///     released
/// }
/// ```
#[must_use = "its entry says that it was released"]
#[derive(Debug)]
pub struct Released {
    jwe: String,
    sha256: Digest,
    dataset: DatasetCode,
    basis: Grondslag,
    index: u64,
    receipt: String,
}

impl Released {
    /// The mint: it takes what only the writer makes, after commit.
    pub(super) fn mint(delivery: Committed<Done<Delivery>>, copy: &Copy, receipt: String) -> Self {
        let Delivery { jwe, sha256, index, .. } = delivery.into_inner().outcome;
        Self {
            jwe,
            sha256,
            dataset: copy.packet.dataset.clone(),
            basis: copy.row.basis.clone(),
            index,
            receipt,
        }
    }

    /// The compact JWE.
    #[must_use]
    pub fn into_jwe(self) -> String {
        self.jwe
    }

    /// The SHA-256 of the JWE.
    #[must_use]
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }

    /// Of which dataset.
    #[must_use]
    pub const fn dataset(&self) -> &DatasetCode {
        &self.dataset
    }

    /// On which basis.
    #[must_use]
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }

    /// The index of the entry.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The receipt (JWS).
    #[must_use]
    pub fn receipt(&self) -> &str {
        &self.receipt
    }
}
