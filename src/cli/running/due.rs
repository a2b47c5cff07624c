//! What happens because its time has come.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::exchange::Exchange;

/// How often is looked whose time has come.
const END_EVERY: Duration = Duration::from_mins(1);

/// Does it, round after round, until the gateway stops.
pub(super) async fn end_what_is_due(exchange: Arc<Exchange>) {
    // What ended while no gateway ran is told by the first round.
    let mut told_until = Timestamp::UNIX_EPOCH;
    loop {
        tokio::time::sleep(END_EVERY).await;
        let now = exchange.now();
        match exchange.tell_undelivered(told_until, now).await {
            Ok(_) => told_until = now,
            Err(error) => {
                tracing::warn!(error_code = "tell_undelivered", cause = %error, "not every sender was told yet");
            }
        }
        if let Err(error) = exchange.do_what_is_due().await {
            tracing::warn!(error_code = "terms", cause = %error, "not all was done whose time has come");
        }
    }
}
