//! What ends soon or is missing: looked at now and then, shown as metrics, and said in the log in time.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::readiness::Watch;
use crate::{
    cli::files,
    config::Config,
    domain::{clock::Clock, code::Municipality, party::PartyId},
    exchange::Exchange,
    http::ops::Readiness,
    identity::validity,
    store::{
        Store, StoreError,
        db::Backend,
        read::{Chore, Ends},
    },
    telemetry::{
        observed::{Expiry, Observed},
        reminder::Reminded,
    },
};

/// What the end of a revocation list is called.
const LIST: &str = "revocation-list";

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(30);

/// What was last looked at; replaced as a whole.
pub(super) type Seen = Arc<ArcSwap<Observed>>;

/// What is looked at.
#[derive(Debug)]
pub(super) struct Outlook {
    pub(super) config: Config,
    pub(super) exchange: Arc<Exchange>,
    pub(super) store: Store,
    pub(super) watch: Arc<Watch>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) seen: Seen,
    /// One looks at a time: what was read last is what is shown.
    pub(super) looking: Mutex<()>,
}

impl Outlook {
    /// Looks around until it is stopped.
    pub(super) async fn keep_looking(self: Arc<Self>) {
        let mut reminded = Reminded::default();
        loop {
            self.look(&mut reminded).await;
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Looks once, and says what was not said yet.
    pub(super) async fn look(&self, reminded: &mut Reminded) {
        let (observed, now) = self.observe().await;
        reminded.say(&observed, now);
    }

    /// Looks once, and shows what was seen.
    pub(super) async fn observe(&self) -> (Arc<Observed>, Timestamp) {
        let _one = self.looking.lock().await;
        // Judged here too, so that it is said also where nobody asks.
        let not_ready = match self.watch.judge().await {
            Readiness::Ready => None,
            Readiness::NotReady(reason) => Some(reason),
        };
        let policy = self.exchange.policy_digest().to_string();
        let mut observed = Observed { not_ready, policy, ..Observed::default() };
        observed.expiries = of_certificates(&self.config, self.watch.own_end());
        of_lists(&self.exchange, &mut observed);
        let now = self.clock.now();
        if let Err(error) = of_store(&self.store, now, &mut observed).await {
            tracing::warn!(
                error_code = error.kind().as_str(),
                "what ends soon was not looked up in the database"
            );
        }
        let observed = Arc::new(observed);
        self.seen.store(Arc::clone(&observed));
        (observed, now)
    }
}

/// The own certificate in use, whatever its file holds now, and the authorities.
fn of_certificates(config: &Config, own_end: Option<Timestamp>) -> Vec<Expiry> {
    let expiry = |kind, path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        move |(since, at)| Expiry { kind, name: name.clone(), since, at }
    };
    let read = |path: &Path| files::read(path).unwrap_or_default();
    let own = own_end.map(|end| (None, end)).map(expiry("server-certificate", &config.tls.certificate));
    let authority = |path: &Path| {
        let end = validity::certificate_ends(&read(path)).into_iter().min();
        end.map(|end| (None, end)).map(expiry("authority", path))
    };
    let mut found: Vec<_> = own.into_iter().collect();
    found.extend(config.tls.trust.iter().filter_map(|anchor| authority(&anchor.file)));
    found
}

/// Of the lists in use, whatever the files hold now. Of an authority that has several, each for some of its certificates,
/// the first to lapse counts, and the oldest.
fn of_lists(exchange: &Exchange, observed: &mut Observed) {
    let mut lists: BTreeMap<String, (Timestamp, Timestamp)> = BTreeMap::new();
    for list in exchange.trust().revocations.standing() {
        let first = lists.entry(list.authority).or_insert((list.next_update, list.this_update));
        *first = (first.0.min(list.next_update), first.1.min(list.this_update));
    }
    for (name, (at, made)) in lists {
        observed.lists_made.push((name.clone(), made));
        observed.expiries.push(Expiry { kind: LIST, name, since: Some(made), at });
    }
}

async fn of_store(store: &Store, now: Timestamp, observed: &mut Observed) -> Result<(), StoreError> {
    let ends = store.ends(now).await?;
    observed.database_bytes = Some(store.size().await?);
    observed.log_begun = store.log_begun().await?;
    observed.last_backup = match store.backend() {
        Backend::Sqlite => Some(store.chore(Chore::Backup).await?.unwrap_or(Timestamp::UNIX_EPOCH)),
        // Its own tools copy it, and tell nobody here.
        Backend::Postgres => None,
    };
    observed.last_verify = Some(store.chore(Chore::LogVerify).await?.unwrap_or(Timestamp::UNIX_EPOCH));
    observed.without_key = ends.without_key.iter().map(ToString::to_string).collect();
    observed.expiries.extend(of_parties(&ends));
    observed.lapsing = ends.lapsing;
    Ok(())
}

fn of_parties(ends: &Ends) -> impl Iterator<Item = Expiry> {
    let of_party = |kind: &'static str| {
        move |(party, at): &(PartyId, Timestamp)| Expiry {
            kind,
            name: party.to_string(),
            since: None,
            at: *at,
        }
    };
    let mandate = |(party, place, at): &(PartyId, Municipality, Timestamp)| Expiry {
        kind: "mandate",
        name: format!("{party} {place}"),
        since: None,
        at: *at,
    };
    let certificates = ends.certificates.iter().map(of_party("party-certificate"));
    certificates.chain(ends.keys.iter().map(of_party("party-key"))).chain(ends.mandates.iter().map(mandate))
}
