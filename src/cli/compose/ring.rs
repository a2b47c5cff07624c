//! The keys that a running gateway works with, and how they are replaced.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{
    keys,
    signs::{Signs, note_key},
};
use crate::{
    cli::{Failure, language::both},
    config::Config,
    crypto::gateway_keys::KeyPrints,
    exchange::{Exchange, Keys},
    store::Store,
};

/// The keys that a gateway works with, where they can be replaced.
#[derive(Debug)]
pub(in crate::cli) struct Ring {
    signs: Arc<Signs>,
    prints: ArcSwap<KeyPrints>,
}

impl Ring {
    pub(super) fn new(signs: Arc<Signs>, prints: KeyPrints) -> Self {
        Self { signs, prints: ArcSwap::from_pointee(prints) }
    }

    /// Reads the folder of keys again and works with what is new in it; answers whether anything was. Every version that is
    /// in use must still be there, and the database must know every new one.
    ///
    /// # Errors
    /// [`Failure`]; then everything stays as it was.
    pub(in crate::cli) async fn turn(
        &self,
        config: &Config,
        store: &Store,
        exchange: &Exchange,
    ) -> Result<bool, Failure> {
        let keys = keys::known_to(config, store).await?;
        let missing = keys.prints.missing_of(&self.prints.load());
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Failure::configuration(both!(
                "sleutels die in gebruik zijn, zijn weg of veranderd: {missing}",
                "keys that are in use are gone or changed: {missing}"
            )));
        }
        if keys.prints == **self.prints.load() {
            return Ok(false);
        }
        let note_key = note_key(&keys)?;
        if !self.signs.signs_for(&note_key) {
            return Err(Failure::configuration((
                "de sleutel van het logboek hoort bij een ander logboek",
                "the log key is of another log",
            )));
        }
        self.signs.turn(&keys)?;
        exchange.take_keys(Keys {
            at_rest: keys.at_rest,
            pseudonyms: Arc::new(keys.pseudonym),
            receipts: Arc::new(keys.receipt),
        });
        self.prints.store(Arc::new(keys.prints));
        Ok(true)
    }
}
