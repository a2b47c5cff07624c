//! The gauges that are looked at now and then: what ends, what is missing, what was done when.
//!
//! Their series come and go with what they are about, so each rendering starts anew. A label is a party, a college, an
//! authority, or the name of a file of the configuration: never a person, a packet or a reference.

use jiff::Timestamp;
use metrics::{describe_gauge, gauge, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::store::read::Lapsing;

const READY: &str = "sluis_ready";
const NOT_READY: &str = "sluis_not_ready";
const EXPIRES: &str = "sluis_expires_timestamp_seconds";
const EXPIRES_IN: &str = "sluis_expires_days";
const LIST_MADE: &str = "sluis_revocation_list_timestamp_seconds";
const WITHOUT_KEY: &str = "sluis_party_without_active_key";
const LAPSING: &str = "sluis_packets_lapsing";
const DATABASE_BYTES: &str = "sluis_database_bytes";
const LAST_BACKUP: &str = "sluis_last_backup_timestamp_seconds";
const LAST_VERIFY: &str = "sluis_last_log_verify_timestamp_seconds";
const BUILD: &str = "sluis_build_info";

/// Something that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// What it is: `server-certificate`, `authority`, `revocation-list`, `party-certificate`, `party-key` or `mandate`.
    pub kind: &'static str,
    /// Which: a party, a party and a municipality, an authority, or the name of a file.
    pub name: String,
    /// Since when it holds, of what is renewed often.
    pub since: Option<Timestamp>,
    /// When it ends.
    pub at: Timestamp,
}

/// What was last looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// When it is asked for, by the gateway's clock: the days until an end are counted from then.
    pub asked: Timestamp,
    /// Why the gateway is not ready, where it is not.
    pub not_ready: Option<&'static str>,
    /// What ends.
    pub expiries: Vec<Expiry>,
    /// When each authority made its list in use.
    pub lists_made: Vec<(String, Timestamp)>,
    /// The parties that no packet can be sealed to.
    pub without_key: Vec<String>,
    /// The uncollected copies that lapse soon.
    pub lapsing: Vec<Lapsing>,
    /// The size of the database.
    pub database_bytes: Option<u64>,
    /// The time of the log's first entry.
    pub log_begun: Option<Timestamp>,
    /// The last backup by the gateway's own command, 1970 where there was none; absent where other tools make it.
    pub last_backup: Option<Timestamp>,
    /// The last verification of the log that found nothing, 1970 where there was none.
    pub last_verify: Option<Timestamp>,
    /// The digest of the policies that this gateway decides by.
    pub policy: String,
}

impl Observed {
    /// In Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        with_local_recorder(&recorder, || {
            describe();
            self.record();
        });
        handle.render()
    }

    fn record(&self) {
        gauge!(READY).set(if self.not_ready.is_none() { 1.0 } else { 0.0 });
        if let Some(reason) = self.not_ready {
            gauge!(NOT_READY, "reason" => reason).set(1.0);
        }
        for one in &self.expiries {
            gauge!(EXPIRES, "kind" => one.kind, "name" => one.name.clone()).set(seconds(one.at));
            gauge!(EXPIRES_IN, "kind" => one.kind, "name" => one.name.clone()).set(days(self.asked, one.at));
        }
        for (authority, at) in &self.lists_made {
            gauge!(LIST_MADE, "authority" => authority.clone()).set(seconds(*at));
        }
        for party in &self.without_key {
            gauge!(WITHOUT_KEY, "party" => party.clone()).set(1.0);
        }
        for lapsing in &self.lapsing {
            gauge!(LAPSING, "days" => lapsing.days.to_string()).set(number(lapsing.copies));
        }
        if let Some(bytes) = self.database_bytes {
            gauge!(DATABASE_BYTES).set(number(bytes));
        }
        if let Some(at) = self.last_backup {
            gauge!(LAST_BACKUP).set(seconds(at));
        }
        if let Some(at) = self.last_verify {
            gauge!(LAST_VERIFY).set(seconds(at));
        }
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION"), "policy" => self.policy.clone()).set(1.0);
    }
}

fn describe() {
    describe_gauge!(READY, "1 when a write would be done and a caller could come in.");
    describe_gauge!(NOT_READY, "1 for the reason why the gateway is not ready.");
    describe_gauge!(EXPIRES, "When something ends, in seconds since 1970.");
    describe_gauge!(EXPIRES_IN, "Days until something ends, with a fraction; negative once it has ended.");
    describe_gauge!(LIST_MADE, "When an authority made its revocation list in use, in seconds since 1970.");
    describe_gauge!(WITHOUT_KEY, "1 for a party that no packet can be sealed to.");
    describe_gauge!(LAPSING, "Uncollected copies that lapse within so many days.");
    describe_gauge!(DATABASE_BYTES, "Bytes that the database takes.");
    describe_gauge!(
        LAST_BACKUP,
        "When `sluis backup` last copied the database, in seconds since 1970; 0: never."
    );
    describe_gauge!(
        LAST_VERIFY,
        "When `sluis log verify` last found nothing wrong, in seconds since 1970; 0: never."
    );
    describe_gauge!(BUILD, "The program's version and the digest of its policies.");
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a gauge is a float")]
fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

fn days(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / (24.0 * 60.0 * 60.0)
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a gauge is a float")]
fn number(count: u64) -> f64 {
    count as f64
}
