//! What a gateway keeps in memory: who takes part, and by which entry rows changed last.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;

use super::Register;
use crate::store::{error::StoreError, memory::Memory, seal::SealsRows};

/// The register in memory.
#[derive(Debug)]
pub(in crate::store) struct Kept {
    pub(super) register: ArcSwapOption<Register>,
    /// Judges whether it may be believed; set before anything is decided.
    pub(super) seals: OnceLock<Arc<dyn SealsRows>>,
    /// One reads it anew; the others wait for that.
    pub(super) loading: Mutex<()>,
    /// Which entry wrote which row last.
    pub(in crate::store) memory: Memory,
}

impl Kept {
    /// Nothing yet; so many rows at most.
    pub(in crate::store) fn remembering(rows: usize) -> Self {
        let (register, seals, loading) = (ArcSwapOption::default(), OnceLock::new(), Mutex::default());
        Self { register, seals, loading, memory: Memory::holding(rows) }
    }

    /// By whom rows are sealed.
    pub(in crate::store) fn seals(&self) -> Result<&dyn SealsRows, StoreError> {
        let seals = self.seals.get().map(AsRef::as_ref);
        seals.ok_or_else(|| StoreError::unavailable("nobody can say who takes part"))
    }
}
