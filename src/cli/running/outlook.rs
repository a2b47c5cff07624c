//! What ends soon: looked at now and then, shown as metrics, and said in the log in time.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::readiness::Watch;
use crate::{
    config::Config,
    domain::clock::Clock,
    exchange::Exchange,
    http::ops::Readiness,
    identity::validity,
    store::{
        Store, StoreError,
        read::{Chore, Ends},
    },
    telemetry::observed::{Expiry, Observed},
};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(30);
/// At how many days before its end something is said of it.
const SAID_AT: [i64; 4] = [30, 14, 7, 1];
/// Lists of revoked certificates live for days only.
const LIST: &str = "revocation-list";

/// What was last looked at; replaced as a whole.
pub(super) type Seen = Arc<ArcSwap<Observed>>;

/// Looks around until it is stopped.
pub(super) async fn look_around(
    config: Config,
    exchange: Arc<Exchange>,
    store: Store,
    watch: Arc<Watch>,
    clock: Arc<dyn Clock>,
    seen: Seen,
) {
    let mut said = Said::default();
    loop {
        // Judged here too, so that it is said also where nobody asks.
        let not_ready = match watch.judge().await {
            Readiness::Ready => None,
            Readiness::NotReady(reason) => Some(reason),
        };
        let policy = exchange.policy_digest().to_string();
        let mut observed = Observed { not_ready, policy, ..Observed::default() };
        observed.expiries = of_files(&config);
        of_lists(&exchange, &mut observed);
        match of_store(&store, clock.now(), &mut observed).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(
                    error_code = error.kind().as_str(),
                    "what ends soon was not looked up in the database"
                );
            }
        }
        said.say(&observed.expiries, clock.now());
        seen.store(Arc::new(observed));
        tokio::time::sleep(EVERY).await;
    }
}

fn of_files(config: &Config) -> Vec<Expiry> {
    let expiry = |kind, path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        move |at| Expiry { kind, name: name.clone(), at }
    };
    let read = |path: &Path| std::fs::read(path).unwrap_or_default();
    let own = validity::certificate_ends(&read(&config.tls.certificate)).into_iter().min();
    let mut found: Vec<_> =
        own.map(expiry("server-certificate", &config.tls.certificate)).into_iter().collect();
    for anchor in &config.tls.trust {
        let ends = validity::certificate_ends(&read(&anchor.file));
        found.extend(ends.into_iter().min().map(expiry("authority", &anchor.file)));
    }
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
        observed.expiries.push(Expiry { kind: LIST, name, at });
    }
}

async fn of_store(store: &Store, now: Timestamp, observed: &mut Observed) -> Result<(), StoreError> {
    let ends = store.ends(now).await?;
    observed.database_bytes = Some(store.size().await?);
    observed.last_backup = store.chore(Chore::Backup).await?;
    observed.last_verify = store.chore(Chore::LogVerify).await?;
    observed.without_key = ends.without_key.iter().map(ToString::to_string).collect();
    observed.lapsing = vec![(1, ends.lapsing_in_a_day), (7, ends.lapsing_in_a_week)];
    observed.expiries.extend(of_parties(&ends));
    Ok(())
}

fn of_parties(ends: &Ends) -> impl Iterator<Item = Expiry> {
    let of_party = |kind: &'static str| {
        move |(party, at): &(crate::domain::party::PartyId, Timestamp)| Expiry {
            kind,
            name: party.to_string(),
            at: *at,
        }
    };
    let mandate = |(party, place, at): &(
        crate::domain::party::PartyId,
        crate::domain::code::Municipality,
        Timestamp,
    )| { Expiry { kind: "mandate", name: format!("{party} {place}"), at: *at } };
    let certificates = ends.certificates.iter().map(of_party("party-certificate"));
    certificates.chain(ends.keys.iter().map(of_party("party-key"))).chain(ends.mandates.iter().map(mandate))
}

/// What was said already of which end.
#[derive(Debug, Default)]
struct Said(BTreeMap<(&'static str, String), (Timestamp, i64)>);

impl Said {
    fn say(&mut self, all: &[Expiry], now: Timestamp) {
        for one in all {
            let days = whole_days(now, one.at);
            let Some(mark) = mark(one.kind, days) else { continue };
            let before = self.0.insert((one.kind, one.name.clone()), (one.at, mark));
            if before == Some((one.at, mark)) {
                continue;
            }
            if days < 0 {
                tracing::warn!(error_code = "expired", kind = one.kind, name = one.name, at = %one.at, "has ended: renew it");
            } else {
                tracing::warn!(error_code = "expires_soon", kind = one.kind, name = one.name, at = %one.at, days, "ends soon: renew it");
            }
        }
    }
}

/// Whole days until an end; negative when it has passed.
fn whole_days(now: Timestamp, end: Timestamp) -> i64 {
    end.duration_since(now).as_secs().div_euclid(24 * 60 * 60)
}

/// The mark that was passed last on the way to an end: it is said once at each.
fn mark(kind: &str, days: i64) -> Option<i64> {
    if days < 0 {
        return Some(-1);
    }
    let marks = SAID_AT.iter().copied().filter(|mark| kind != LIST || *mark <= 1);
    marks.filter(|mark| days < *mark).min()
}
