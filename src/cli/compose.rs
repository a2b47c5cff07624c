//! The composition root: puts the use cases together from a configuration, for `serve` and for commands that work on the
//! gateway's own store.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use jiff::SignedDuration;
use tokio::task::JoinHandle;

use super::{
    Exit, Failure,
    faults::{found_in_files, listed},
    files,
    head_file::HeadFile,
    keys::known,
    language::both,
    trust,
};
use crate::{
    accesslog::entry::{OpenError, OpenedPart, SealedBody},
    config::Config,
    crypto::{
        at_rest::AtRest,
        gateway_keys::{GatewayKeys, KeyPrints},
    },
    domain::{clock::Clock, id::Entropy},
    exchange::{Exchange, Foundation, Keys, Settings, admission::Trust},
    merkle::{
        checkpoint::Checkpoint,
        note::{LogKey, LogVerifier},
    },
    policy::{catalogue::Catalogue, engine::Engine, finding::Finding},
    store::{
        OpenOptions, Store, StoreError, StoreErrorKind,
        register::SealsRows,
        writer::{self, SigningFailed, SignsCheckpoint, Writer},
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

/// Signs heads with the key that was read last.
#[derive(Debug)]
struct Signs {
    newest: ArcSwap<LogKey>,
    /// Of all versions: another gateway may still sign with an older one, or with a newer one already.
    known: ArcSwap<Vec<LogVerifier>>,
    folder: PathBuf,
    at_rest: ArcSwap<AtRest>,
}

impl Signs {
    fn with(keys: &GatewayKeys, folder: &Path) -> Result<Self, Failure> {
        Ok(Self {
            folder: folder.to_owned(),
            newest: ArcSwap::from_pointee(note_key(keys)?),
            known: ArcSwap::from_pointee(verifiers(keys)?),
            at_rest: ArcSwap::new(Arc::clone(&keys.at_rest)),
        })
    }

    fn turn(&self, keys: &GatewayKeys) -> Result<(), Failure> {
        let (newest, known) = (note_key(keys)?, verifiers(keys)?);
        self.known.store(Arc::new(known));
        self.at_rest.store(Arc::clone(&keys.at_rest));
        self.newest.store(Arc::new(newest));
        Ok(())
    }
}

impl SignsCheckpoint for Signs {
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed> {
        SignsCheckpoint::sign(self.newest.load().as_ref(), checkpoint)
    }

    fn open(&self, note: &str) -> Option<Checkpoint> {
        let known = self.known.load().iter().find_map(|log| log.open(note).ok());
        known.or_else(|| {
            // One of two gateways is always the first to sign with a new version.
            let keys = GatewayKeys::load(&self.folder, false).ok()?;
            let later = verifiers(&keys).ok()?;
            let opened = later.iter().find_map(|log| log.open(note).ok())?;
            self.known.store(Arc::new(later));
            Some(opened)
        })
    }
}

impl SealsRows for Signs {
    fn seal(&self, bytes: &[u8]) -> Vec<u8> {
        self.at_rest.load().digest(bytes)
    }

    fn is_sealed(&self, bytes: &[u8], seal: &[u8]) -> bool {
        self.at_rest.load().has_digested(bytes, seal)
    }

    fn open(&self, body: &SealedBody) -> Result<OpenedPart, OpenError> {
        SealsRows::open(self.at_rest.load().as_ref(), body)
    }
}

fn note_key(keys: &GatewayKeys) -> Result<LogKey, Failure> {
    keys.log.signing().to_note_key().map_err(|_| {
        Failure::configuration(("de sleutel van het logboek kan niet tekenen", "the log key cannot sign"))
    })
}

pub(super) fn verifiers(keys: &GatewayKeys) -> Result<Vec<LogVerifier>, Failure> {
    keys.log.vkeys().iter().map(|vkey| LogVerifier::from_vkey(vkey)).collect::<Result<_, _>>().map_err(|_| {
        Failure::configuration((
            "de sleutel van het logboek is niet te gebruiken",
            "the log key cannot be used",
        ))
    })
}

/// The keys that a gateway works with, where they can be replaced.
#[derive(Debug)]
pub(super) struct Ring {
    signs: Arc<Signs>,
    prints: ArcSwap<KeyPrints>,
}

impl Ring {
    /// Reads the folder of keys again and works with what is new in it; answers whether anything was. Every version that is
    /// in use must still be there, and the database must know every new one.
    ///
    /// # Errors
    /// [`Failure`]; then everything stays as it was.
    pub(super) async fn turn(
        &self,
        config: &Config,
        store: &Store,
        exchange: &Exchange,
    ) -> Result<bool, Failure> {
        let keys = known::keys_of(config, store).await?;
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
        if note_key.origin() != self.signs.newest.load().origin() {
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

pub(super) fn load_keys(config: &Config) -> Result<GatewayKeys, Failure> {
    GatewayKeys::load(&config.keys.dir, config.strict).map_err(|faults| {
        Failure::configuration(listed(
            ("de sleutels van de gateway zijn niet te gebruiken", "the gateway's keys cannot be used"),
            &faults,
        ))
        .now((
            "zet ze terug uit de laatste back-up, of noem de map in `keys.dir`; `sluis init` maakt nieuwe, voor een nieuw logboek",
            "put them back from the last backup, or give the folder in `keys.dir`; `sluis init` makes new ones, for a new log",
        ))
    })
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
        let catalogue = Arc::new(catalogue(config.policies.dir.as_deref())?);
        check_region(config, &catalogue)?;
        let engine = Engine::new(Arc::clone(&catalogue)).map_err(|fault| {
            Failure::configuration((
                "met deze regels kan de gateway niet beslissen",
                "the policies cannot decide",
            ))
            .because(fault)
        })?;
        // What is wrong with the folder itself is said first.
        drop(load_keys(config)?);
        let store = open_store(config).await?;
        let keys = known::keys_before_the_log(config, &store).await?;
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
        let keys = known::keys_of(config, &store).await?;
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
        let ring = Arc::new(Ring { signs, prints: ArcSwap::from_pointee(keys.prints) });
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

/// The policies of the folder, or those that are built in.
///
/// # Errors
/// Every finding.
pub fn catalogue(folder: Option<&Path>) -> Result<Catalogue, Failure> {
    folder.map_or_else(Catalogue::embedded, Catalogue::load).map_err(|findings: Vec<Finding>| {
        Failure::configuration(found_in_files(
            ("de regels zijn niet in orde", "the policies are not in order"),
            &findings,
        ))
        .now(("`sluis policy check` zegt meer", "`sluis policy check` says more"))
    })
}

/// The database of the configuration, opened. Migrates nothing.
pub(super) async fn open_store(config: &Config) -> Result<Store, Failure> {
    let url = config.database.connect_url().map_err(|error| {
        Failure::configuration((
            "het bestand met het wachtwoord van de database is niet te lezen",
            "the database's password file cannot be read",
        ))
        .because(error)
    })?;
    let opened = Store::open(&url, &OpenOptions::default()).await;
    opened
        .map_err(|error| unusable(("de database is niet te gebruiken", "the database cannot be used"), error))
}

/// Likewise, to read who takes part, which no one is believed to do without the gateway's keys.
pub(super) async fn open_register(config: &Config) -> Result<Store, Failure> {
    let store = open_store(config).await?;
    let keys = known::keys_of(config, &store).await?;
    store.seals_with(keys.at_rest);
    Ok(store)
}

/// Why a command cannot begin on the database: it is not there now, or it is not what the configuration says.
pub(super) fn unusable(what: (&'static str, &'static str), error: StoreError) -> Failure {
    let (exit, now) = match error.kind() {
        StoreErrorKind::Unavailable => (
            Exit::Unavailable,
            (
                "draait de server, en is hij hier te bereiken? start dan opnieuw",
                "does the server run, and can it be reached from here? then start again",
            ),
        ),
        StoreErrorKind::Full | StoreErrorKind::Io => (
            Exit::Unavailable,
            (
                "maak ruimte op de schijf van de database, en start dan opnieuw",
                "make room on the disk of the database, then start again",
            ),
        ),
        StoreErrorKind::ReadOnly => (
            Exit::Configuration,
            (
                "laat deze gebruiker in de database schrijven: in het bestand, de map of de server",
                "let this user write in the database: its file, its folder or its server",
            ),
        ),
        StoreErrorKind::Moved => (
            Exit::TryAgain,
            (
                "zet het bestand terug waar het stond, en geef dan hetzelfde commando nog eens",
                "put the file back where it was, then run the same command again",
            ),
        ),
        StoreErrorKind::Inconsistent => (
            Exit::Unavailable,
            (
                "iemand anders schreef erin: `sluis log verify` zegt wat er waar mis is",
                "someone else wrote in it: `sluis log verify` says what is wrong where",
            ),
        ),
        StoreErrorKind::Schema => (
            Exit::Configuration,
            ("`sluis migrate` brengt een database bij", "`sluis migrate` brings a database up to date"),
        ),
        StoreErrorKind::Settings | StoreErrorKind::Left => (
            Exit::Configuration,
            (
                "kijk naar `[database]` en `[log]` in de configuratie",
                "look at `[database]` and `[log]` in the configuration",
            ),
        ),
    };
    Failure::new(exit, what).because(error).now(now)
}

/// The region of the configuration must be one of the policies', or no desk would be found.
fn check_region(config: &Config, catalogue: &Catalogue) -> Result<(), Failure> {
    if catalogue.region(&config.region).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = catalogue.regions().map(|(name, _)| name).collect();
    Err(Failure::configuration(both!(
        "de regels kennen geen regio `{}`",
        "the policies have no region `{}`",
        config.region
    ))
    .now(both!(
        "noem er een van deze in `region`: {}",
        "give one of these in `region`: {}",
        known.join(", ")
    )))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read(path).map_err(|error| {
        Failure::configuration(both!("kan `{}` niet lezen", "cannot read `{}`", path.display()))
            .because(error)
    })
}
