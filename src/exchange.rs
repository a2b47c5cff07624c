//! The use cases: what a caller can want of the gateway, one file and one error enum each.
//!
//! Every use case follows one shape: read the facts, decide, prepare the entry, hand one write to the writer, and answer
//! only from what the writer has committed.

pub mod account;
pub mod acknowledge;
pub mod admission;
pub mod answer;
pub mod caller;
mod certificates;
pub mod decide;
pub mod declare;
pub mod directory;
pub mod ended;
pub mod evaluate;
mod facts;
pub mod keys;
mod ledger;
pub mod lists;
pub mod log;
pub mod operate;
pub mod pull;
pub mod push;
mod receipts;
mod recipients;
pub mod review;
mod route;
pub mod search;
mod strangers;
pub mod submission;
pub mod trouble;
pub mod withdraw;

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};

use self::admission::Trust;

use crate::{
    crypto::{at_rest::AtRest, gateway_keys::ReceiptKeys, pseudonym::PseudonymKeys},
    domain::{clock::Clock, id::Entropy},
    policy::{catalogue::Catalogue, engine::Engine},
    store::{Store, writer::Writer},
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
    writer: Writer,
    engine: Engine,
    catalogue: Arc<Catalogue>,
    keys: ArcSwap<Keys>,
    trust: ArcSwap<Trust>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: Settings,
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
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Choices of the operator.
    pub settings: Settings,
}

/// The gateway's own keys that use cases need, replaced as a whole.
#[derive(Debug)]
pub struct Keys {
    /// Seals what must be kept about a person.
    pub at_rest: Arc<AtRest>,
    /// Recognises a person's number without keeping it.
    pub pseudonyms: Arc<PseudonymKeys>,
    /// Signs receipts.
    pub receipts: Arc<ReceiptKeys>,
}

/// Choices of the operator that use cases need.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The region's file whose desks may be named as recipients.
    pub region: Option<String>,
    /// Who signs receipts: the origin of the log.
    pub issuer: String,
    /// The public keys of the log (C2SP `vkey`), newest first.
    pub vkeys: Vec<String>,
    /// How long a newly published key waits before packets are sealed to it.
    pub key_delay: SignedDuration,
    /// How long a packet waits at most.
    pub longest_wait: SignedDuration,
}

impl Exchange {
    /// The use cases on what was laid.
    #[must_use]
    pub fn on(foundation: Foundation) -> Self {
        let Foundation { store, writer, engine, catalogue, keys, trust, clock, entropy, settings } =
            foundation;
        let keys = ArcSwap::from_pointee(keys);
        let trust = ArcSwap::from_pointee(trust);
        Self { store, writer, engine, catalogue, keys, trust, clock, entropy, settings }
    }

    /// Datasets, bases, conditions, law: what this gateway decides by.
    #[must_use]
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Works with these keys from now on. Every version that was in use must be among them.
    pub fn take_keys(&self, keys: Keys) {
        self.keys.store(Arc::new(keys));
    }

    fn at_rest(&self) -> Arc<AtRest> {
        Arc::clone(&self.keys.load().at_rest)
    }

    fn pseudonyms(&self) -> Arc<PseudonymKeys> {
        Arc::clone(&self.keys.load().pseudonyms)
    }

    fn receipts(&self) -> Arc<ReceiptKeys> {
        Arc::clone(&self.keys.load().receipts)
    }

    /// What this gateway takes for now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many writes wait for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }
}
