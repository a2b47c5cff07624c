//! The use cases: what a caller can want of the gateway, one file and one error enum each.
//!
//! Each that changes or moves anything is an operation, and all take one path: `perform`.

pub mod acknowledge;
pub mod admission;
pub mod answer;
mod authorise;
pub mod caller;
pub mod certificates;
pub mod decide;
pub mod declare;
pub mod directory;
pub mod ended;
mod entry;
pub mod evaluate;
mod facts;
pub mod heavy;
pub mod keys;
pub mod lists;
pub mod log;
pub mod meter;
mod not_found;
pub mod operate;
pub mod own_entries;
mod perform;
mod plain;
pub mod pull;
pub mod push;
mod receipts;
mod recipients;
pub mod review;
pub mod search;
pub mod submission;
mod terms;
mod toolbox;
pub mod trouble;
pub mod trust;
pub mod withdraw;

#[cfg(test)]
mod tests;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64},
};

use arc_swap::ArcSwap;
use jiff::Timestamp;

pub use self::toolbox::{Keys, Settings};
use self::{
    heavy::Heavy,
    meter::{Meter, Work},
    perform::pen::Pen,
    toolbox::Toolbox,
    trust::Trust,
};
use crate::{
    domain::{digest::Digest, id::Entropy, party::PartyId},
    policy::{catalogue::Catalogue, engine::Engine},
    store::{
        Store,
        writer::{Writer, clock::GuardedClock},
    },
};

/// The use cases. What they stand on is theirs alone: an edge has the use cases and no way around them.
///
/// ```compile_fail
/// fn reach(exchange: &sluis::exchange::Exchange) {
///     let _ = &exchange.store;
/// }
/// ```
/// The twin that differs by that line:
/// ```
/// fn reach(exchange: &sluis::exchange::Exchange) {
///     let _ = exchange.ready();
/// }
/// ```
#[derive(Debug)]
pub struct Exchange {
    store: Store,
    pen: Pen,
    tools: Toolbox,
    trust: ArcSwap<Trust>,
    clock: Arc<GuardedClock>,
    heavy: Heavy,
    meter: Meter,
    /// Below this index no entry says anything any more that is to be erased, as far as this gateway knows.
    erased_to: AtomicU64,
    /// Whether files of the database may still hold what was forgotten.
    has_traces: AtomicBool,
}

/// What the use cases stand on. Laid once, by the composition root.
#[derive(Debug)]
pub struct Foundation {
    /// Reads.
    pub store: Store,
    /// The one way to change anything.
    pub writer: Writer,
    /// Decides.
    pub engine: Engine,
    /// Datasets, bases, conditions, law.
    pub catalogue: Arc<Catalogue>,
    /// The gateway's own keys at first.
    pub keys: Keys,
    /// Whom the gateway believes at first.
    pub trust: Trust,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Choices of the operator.
    pub settings: Settings,
}

impl Exchange {
    /// The use cases on what was laid.
    #[must_use]
    pub fn on(foundation: Foundation) -> Self {
        let Foundation { store, writer, engine, catalogue, keys, trust, entropy, settings } = foundation;
        let pen = Pen::of(writer);
        let clock = Arc::clone(pen.clock());
        let keys = ArcSwap::from_pointee(keys);
        let tools = Toolbox { engine, catalogue, keys, entropy, settings };
        Self {
            store,
            pen,
            tools,
            trust: ArcSwap::from_pointee(trust),
            clock,
            heavy: Heavy::new(),
            meter: Meter::default(),
            erased_to: AtomicU64::new(0),
            // What a former gateway forgot may not have been wiped.
            has_traces: AtomicBool::new(true),
        }
    }

    /// Datasets, bases, conditions, law: what this gateway decides by.
    #[must_use]
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.tools.catalogue
    }

    /// The digest that marks the policies of this gateway.
    #[must_use]
    pub fn policy_digest(&self) -> Digest {
        self.tools.policy_digest()
    }

    /// Works with these keys from now on. Every version that was in use must be among them.
    pub fn take_keys(&self, keys: Keys) {
        self.tools.keys.store(Arc::new(keys));
    }

    /// Where heavy work is done.
    #[must_use]
    pub const fn heavy(&self) -> &Heavy {
        &self.heavy
    }

    /// What the earlier calls of a party cost beyond the calls themselves. Whoever asks lets it pay.
    #[must_use]
    pub fn owed(&self, party: PartyId) -> Work {
        self.meter.take(party)
    }

    /// What this gateway takes for now: never before the last entry of the log that it knows of.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How often nothing was written because the clock could not be believed.
    #[must_use]
    pub fn refused_by_clock(&self) -> u64 {
        self.clock.refused()
    }

    /// How many writes wait for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.pen.waiting()
    }
}
