//! What an operator is reminded of in the log: each thing once at its day, and again only when it is another thing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::observed::{Expiry, Observed};
use crate::store::read::Lapsing;

/// At how many days before an end, and how many days after a chore was due, something is said of it.
const SAID_AT: [i64; 4] = [30, 14, 7, 1];
/// How long after the last one a daily chore is overdue: a day, and two hours for it to run.
const DUE_AFTER: SignedDuration = SignedDuration::from_hours(26);

/// What was said already.
#[derive(Debug, Default)]
pub struct Reminded {
    ends: BTreeMap<(&'static str, String), (Timestamp, i64)>,
    without_key: BTreeSet<String>,
    lapsing: BTreeMap<u8, Lapsing>,
    chores: BTreeMap<&'static str, (Timestamp, i64)>,
}

impl Reminded {
    /// Says what was not said yet, as lines of level WARN. `now` is the gateway's clock at which it was observed.
    pub fn say(&mut self, observed: &Observed, now: Timestamp) {
        for one in &observed.expiries {
            self.say_end(one, now);
        }
        self.say_without_key(&observed.without_key);
        for lapsing in &observed.lapsing {
            self.say_lapsing(*lapsing);
        }
        for (code, last) in [("backup_due", observed.last_backup), ("log_verify_due", observed.last_verify)] {
            // Before the log began there was nothing to copy or to verify.
            let begun = observed.log_begun.unwrap_or(now);
            if let Some(last) = last {
                self.say_due(code, last, last.max(begun), now);
            }
        }
    }

    fn say_end(&mut self, one: &Expiry, now: Timestamp) {
        let days = whole_days(now, one.at);
        let Some(mark) = mark_before(one, days) else { return };
        let before = self.ends.insert((one.kind, one.name.clone()), (one.at, mark));
        if before == Some((one.at, mark)) {
            return;
        }
        if days < 0 {
            tracing::warn!(error_code = "expired", kind = one.kind, name = one.name, at = %one.at, "has ended: renew it");
        } else {
            tracing::warn!(error_code = "expires_soon", kind = one.kind, name = one.name, at = %one.at, days, "ends soon: renew it");
        }
    }

    fn say_without_key(&mut self, parties: &[String]) {
        let now: BTreeSet<String> = parties.iter().cloned().collect();
        for party in now.difference(&self.without_key) {
            tracing::warn!(
                error_code = "party_without_key",
                name = party,
                "no packet can be sealed to this party: it has no active key"
            );
        }
        self.without_key = now;
    }

    fn say_lapsing(&mut self, now: Lapsing) {
        let before = self.lapsing.insert(now.days, now);
        // Whatever comes nearer to its end lapses after all that was that near before.
        let is_another = before.is_none_or(|before| now.copies > before.copies || now.last > before.last);
        if now.copies > 0 && is_another {
            tracing::warn!(
                error_code = "packets_lapsing",
                days = now.days,
                copies = now.copies,
                "copies that nobody has collected lapse soon"
            );
        }
    }

    fn say_due(&mut self, code: &'static str, last: Timestamp, since: Timestamp, now: Timestamp) {
        if now.duration_since(since) < DUE_AFTER {
            return;
        }
        let days = whole_days(since, now);
        let mark = SAID_AT.into_iter().filter(|mark| days >= *mark).max().unwrap_or_default();
        if self.chores.insert(code, (last, mark)) == Some((last, mark)) {
            return;
        }
        if last == Timestamp::UNIX_EPOCH {
            tracing::warn!(error_code = code, "was never done with this database");
        } else {
            tracing::warn!(error_code = code, last = %last, days, "was not done since");
        }
    }
}

/// Whole days from one instant to another; negative when it has passed.
fn whole_days(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().div_euclid(24 * 60 * 60)
}

/// The mark that was passed last on the way to an end: it is said once at each. What does not live long is not said to
/// end soon from its first day on: of its marks those count that lie in the second half of its life, and the last.
fn mark_before(one: &Expiry, days: i64) -> Option<i64> {
    if days < 0 {
        return Some(-1);
    }
    let life = one.since.map_or(i64::MAX, |since| whole_days(since, one.at));
    let marks = SAID_AT.into_iter().filter(|mark| *mark == 1 || *mark <= life / 2);
    marks.filter(|mark| days < *mark).min()
}
