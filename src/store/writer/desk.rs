//! The writer's desk.

use std::{collections::BTreeMap, sync::Arc};

use super::{clock::GuardedClock, health::Health, known::Known, settings::Settings};
use crate::{domain::party::PartyId, store::Store};

/// What the writer keeps between batches.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) settings: Settings,
    /// The log after the last commit that this gateway knows of.
    pub(super) log: Known,
    /// Which of its entries each reader was given last, at that commit.
    pub(super) numbers: BTreeMap<PartyId, u64>,
    /// Likewise, at some commit that this gateway knows of: a reader has no less.
    pub(super) least: BTreeMap<PartyId, u64>,
    /// What became of the last write, for whoever asks whether this gateway can write.
    pub(super) health: Arc<Health>,
    /// The clock by which is written.
    pub(super) clock: Arc<GuardedClock>,
}
