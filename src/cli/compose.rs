//! The composition root: puts the use cases together from a configuration, for `serve` and for commands that work on the
//! gateway's own store.

pub(super) mod keys;
pub(super) mod policies;
pub(super) mod ring;
pub(super) mod signs;
pub(super) mod store;
pub(super) mod trust;

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::task::JoinHandle;

use self::{
    policies::{catalogue, check_region},
    ring::Ring,
    signs::{Signs, verifiers},
    store::unusable,
};
use super::{Failure, head_file::HeadFile};
use crate::{
    config::Config,
    domain::{clock::Clock, id::Entropy},
    exchange::{Exchange, Foundation, Keys, Settings, trust::Trust},
    policy::engine::Engine,
    store::{
        SealsRows, Store,
        writer::{self, SignsCheckpoint, Writer},
    },
};

/// How long a newly published key waits, so that who had the key before can see it.
const KEY_DELAY: SignedDuration = SignedDuration::from_hours(24);
/// How long a packet waits for its recipient at most.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The use cases over an open database, for `serve` and for commands that work on the gateway's own store.
#[derive(Debug)]
pub struct Composed {
    /// The use cases.
    pub exchange: Arc<Exchange>,
    /// The log's public keys (C2SP `vkey`), newest first.
    pub vkeys: Vec<String>,
    /// The public key of new receipts.
    pub(super) receipt_key: serde_json::Value,
    /// What commands look up in the store itself.
    pub(super) store: Store,
    /// The gateway's own keys, as far as they are not the exchange's.
    pub(super) ring: Arc<Ring>,
    writer: JoinHandle<()>,
}

impl Composed {
    /// Opens everything that the use cases stand on. Migrates nothing.
    ///
    /// # Errors
    /// [`Failure`] says what is wrong with which file, and what to do.
    pub async fn open(
        config: &Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        let composed = Self::with(config, Arc::clone(&clock), entropy).await?;
        match trust::read(config, &composed.store, clock.as_ref()).await {
            Ok(trust) => {
                composed.exchange.believe(trust);
                Ok(composed)
            }
            Err(failure) => {
                composed.close().await;
                Err(failure)
            }
        }
    }

    /// Likewise, for an operator at the store, where nobody calls: certificates and revocation lists are not read, so that
    /// the emergency brake also works on the day that a list has expired.
    ///
    /// # Errors
    /// As [`Composed::open`].
    pub async fn for_operator(
        config: &Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        Self::with(config, clock, entropy).await
    }

    async fn with(
        config: &Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        let catalogue = catalogue(config.policies.dir.as_deref())?;
        check_region(config, &catalogue)?;
        let engine = Engine::new(Arc::clone(&catalogue)).map_err(|fault| {
            Failure::configuration((
                "met deze regels kan de gateway niet beslissen",
                "the policies cannot decide",
            ))
            .because(fault)
        })?;
        let store = store::open(config).await?;
        let keys = keys::before_the_log(config, &store).await?;
        let signer = keys.log.signing();
        if !signer.origin().starts_with(&config.log.origin) {
            return Err(Failure::configuration((
                "de sleutel van het logboek hoort bij een ander logboek dan `log.origin`",
                "the log key is of another log than `log.origin`",
            ))
            .now((
                "een logboek houdt altijd zijn naam: zet `log.origin` of de sleutel terug",
                "a log keeps its name for ever: restore `log.origin`, or the key",
            )));
        }
        let head = HeadFile::at(config.log.head_file());
        head.compare(&store, &verifiers(&keys)?).await?;
        store
            .begin_log(signer.origin(), catalogue.digest(), &keys.prints, clock.now())
            .await
            .map_err(|error| unusable(("kan het logboek niet beginnen", "the log cannot be begun"), error))?;
        // Another gateway may have begun it with its keys.
        let keys = keys::known_to(config, &store).await?;
        let signs = Arc::new(Signs::with(&keys, &config.keys.dir)?);
        let signer_of_heads: Arc<dyn SignsCheckpoint> = Arc::<Signs>::clone(&signs);
        let seals: Arc<dyn SealsRows> = Arc::<Signs>::clone(&signs);
        let settings = writer::settings::Settings::new(catalogue.digest(), signer_of_heads, seals, clock);
        let settings = writer::settings::Settings { head: Arc::new(head), ..settings };
        let (writer, task) = Writer::start(store.clone(), settings).await.map_err(|error| {
            unusable(("kan niet in het logboek schrijven", "the log cannot be written"), error)
        })?;
        let vkeys = keys.log.vkeys();
        let receipt_key = keys.receipt.signing().public_jwk().clone();
        let issuer = signer.origin().to_owned();
        let exchange = Exchange::on(Foundation {
            store: store.clone(),
            writer,
            engine,
            catalogue,
            keys: Keys {
                at_rest: keys.at_rest,
                pseudonyms: Arc::new(keys.pseudonym),
                receipts: Arc::new(keys.receipt),
            },
            trust: Trust::nobody(),
            entropy,
            settings: Settings {
                region: Some(config.region.clone()),
                issuer,
                vkeys: vkeys.clone(),
                key_delay: if config.strict { KEY_DELAY } else { SignedDuration::ZERO },
                longest_wait: LONGEST_WAIT,
                log_kept_for: SignedDuration::from_hours(24 * i64::from(config.log.keep_days)),
            },
        });
        let ring = Arc::new(Ring::new(signs, keys.prints));
        Ok(Self { exchange: Arc::new(exchange), store, vkeys, receipt_key, ring, writer: task })
    }

    /// Waits until everything that was handed to the writer is written. Nobody else may hold the exchange any more.
    pub async fn close(self) {
        let Self { exchange, store, writer, .. } = self;
        drop(exchange);
        if writer.await.is_err() {
            tracing::error!(error_code = "writer", "the writer ended by a panic");
        }
        store.close().await;
    }
}
