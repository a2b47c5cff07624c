//! What health and metrics ask of a running gateway.

use std::{sync::Arc, time::Duration};

use super::{outlook::Seen, readiness::Watch};
use crate::{
    exchange::Exchange,
    http::ops::Probes,
    store::Store,
    telemetry::{metrics::Sample, observed::Observed},
};

pub(super) fn of(exchange: &Arc<Exchange>, store: &Store, watch: &Arc<Watch>, seen: &Seen) -> Probes {
    let (exchange, store) = (Arc::clone(exchange), store.clone());
    let (for_ready, for_sample, seen) = (Arc::clone(watch), Arc::clone(watch), Arc::clone(seen));
    Probes::new(
        move || {
            let watch = Arc::clone(&for_ready);
            async move { watch.judge().await }
        },
        move || {
            let (exchange, store) = (Arc::clone(&exchange), store.clone());
            let observed = Observed {
                asked: exchange.now(),
                not_ready: for_sample.last(),
                ..Observed::clone(&seen.load())
            };
            async move {
                // The head in the database is that of all gateways; it is signed in the transaction that appends, so its
                // last time is that of its checkpoint.
                let head = store.head().await.ok();
                let age = head.as_ref().map(|head| exchange.now().duration_since(head.last_time));
                let sample = Sample {
                    queue_depth: u32::try_from(exchange.waiting()).unwrap_or(u32::MAX),
                    checkpoint_age: age.and_then(|age| Duration::try_from(age).ok()),
                    clock_refusals: exchange.refused_by_clock(),
                    log_entries: head.map_or(0, |head| head.size),
                };
                (sample, Arc::new(observed))
            }
        },
    )
}
