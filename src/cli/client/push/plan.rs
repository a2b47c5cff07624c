//! What is to be done with the lines of the input, by what an earlier run did.

use std::{borrow::Cow, collections::BTreeSet};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    input::Line,
    report::{Record, Report, Status},
};
use crate::{
    cli::{
        Failure,
        client::{receipts::ReceiptKeys, route::Route},
    },
    domain::{json, person::OwnReference},
};

/// What is to be done with the lines of the input.
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    pub(super) settled: Vec<Record>,
    pub(super) keys: BTreeSet<String>,
    pub(super) earlier: usize,
    pub(super) changed: usize,
}

/// A line that is to be sent.
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) key: Option<String>,
    pub(super) body: Bytes,
}

impl Plan {
    /// Which lines are to be sent, and the records of those that are not.
    ///
    /// # Errors
    /// When lines that were or may have been accepted earlier are missing from the input, and the user did not say that they are known.
    pub(super) fn of(
        lines: Vec<Line>,
        report: &Report,
        route: Route,
        receipt_keys: &ReceiptKeys,
        are_known: bool,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let numbers: BTreeSet<u64> = lines.iter().map(|line| line.number).collect();
        let (mut jobs, mut settled, mut keys, mut earlier) =
            (Vec::new(), Vec::new(), BTreeSet::new(), 0_usize);
        let mut alike = BTreeSet::new();
        for Line { number, body } in lines {
            let body = match body {
                Ok(body) => body,
                Err(reasons) => {
                    settled.push(Record { reasons, ..Record::new(number, Status::Invalid, now, None) });
                    continue;
                }
            };
            let key = report.key(route.path(), &body);
            let known = report.earlier(&key).filter(|record| record.status == Status::Accepted);
            let is_again = !keys.insert(key.clone());
            let is_like_one = !alike.insert(report.key(route.path(), &in_one_form(&body)));
            if is_again || is_like_one && known.is_none() {
                settled.push(Record::new(number, Status::Duplicate, now, None));
            } else if let Some(known) = known {
                settled.push(
                    Record { line: number, superseded: false, ..known.clone() }.proven_by(receipt_keys),
                );
                earlier = earlier.saturating_add(1);
            } else {
                jobs.push(Job { number, key: (!report.is_check()).then_some(key), body });
            }
        }
        let (changed, gone): (Vec<u64>, Vec<u64>) =
            report.missing(&keys).into_iter().partition(|line| numbers.contains(line));
        let missing = changed.len().saturating_add(gone.len());
        // A check sends nothing twice: it says what the push will ask for.
        if missing > 0 && !are_known && !report.is_check() {
            return Err(otherwise_than_sent(&changed, &gone));
        }
        let changed = if are_known { 0 } else { missing };
        Ok(Self { jobs, settled, keys, earlier, changed })
    }
}

/// The body with the own reference in the form in which a gateway compares it: two spellings of one number are one person. What
/// is no such body stays as it is, and the gateway judges it.
fn in_one_form(body: &[u8]) -> Cow<'_, [u8]> {
    let compared = || {
        let mut body: Value = json::read(body).ok()?;
        let reference = body.pointer_mut("/person/reference")?;
        let is_own = reference.get("kind").is_some_and(|kind| kind == "own");
        let value = reference.get_mut("value").filter(|_| is_own)?;
        let one = OwnReference::new(value.as_str()?).ok()?;
        *value = Value::from(one.expose());
        serde_json::to_vec(&body).ok()
    };
    compared().map_or(Cow::Borrowed(body), Cow::Owned)
}

/// The failure of a push whose input is not what an earlier run sent.
fn otherwise_than_sent(changed: &[u64], gone: &[u64]) -> Failure {
    let listed = |lines: &[u64]| {
        let shown: Vec<String> = lines.iter().take(10).map(ToString::to_string).collect();
        format!("{}{}", shown.join(", "), if lines.len() > 10 { ", …" } else { "" })
    };
    let (mut nl, mut en) = (Vec::new(), Vec::new());
    if !changed.is_empty() {
        let lines = listed(changed);
        nl.push(format!("wat een eerdere keer is verstuurd, is nu een ander pakket (regels {lines})"));
        en.push(format!("what an earlier run sent is now another packet (lines {lines})"));
    }
    if !gone.is_empty() {
        let lines = listed(gone);
        nl.push(format!(
            "wat een eerdere keer is verstuurd, staat niet meer in het bestand (regels {lines})"
        ));
        en.push(format!("what an earlier run sent is no longer in the file (lines {lines})"));
    }
    Failure::usage((format!("er is niets verstuurd: {}", nl.join("; ")), format!("nothing was sent: {}", en.join("; ")))).now((
        "zet terug wat anders is: de regel zelf, een waarde boven de kolomnamen of een --set; zet verbeteringen in een eigen \
         bestand; of geef --changed, als het niet erg is dat ze twee keer aankomen",
        "put back what differs: the line itself, a value above the names or a --set; put corrections in a file of their own; \
         or, knowing that they may arrive twice, add --changed",
    ))
}
