//! Sends many packets, a few at a time, and goes on where an earlier run stopped.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::Value;

use super::{
    gateway::{Call, CallError, Gateway},
    problem::Reason,
    push::{Accepted, Route, Verdicts},
    receipts::Keys,
    report::{Record, Report, Status},
    sheets::rows::Layout,
};
use crate::{
    cli::{Exit, Failure, Language, language::Said},
    domain::{clock::Clock, json, person::OwnReference},
};

/// After so many lines in a row without an answer the batch stops.
const LOST_IN_A_ROW: u32 = 3;

/// One line of the input: the body of a push, or what is wrong with it.
#[derive(Debug)]
pub struct Line {
    /// The line, counted from 1.
    pub number: u64,
    /// The body as it will be sent.
    pub body: Result<Bytes, Vec<Reason>>,
}

/// How to send a batch.
#[derive(Debug)]
pub struct Batch<'a> {
    /// To which gateway.
    pub gateway: &'a Gateway,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Packets or requests.
    pub route: Route,
    /// How many at a time, at least 1.
    pub parallel: usize,
    /// The columns of the input, when it is CSV: then reasons name them.
    pub layout: Option<&'a Layout>,
    /// What receipts are checked with.
    pub keys: Keys,
    /// In which language who watches is told.
    pub language: Language,
    /// Send although lines that were accepted earlier are now gone or different.
    pub changed: bool,
}

/// How a batch ended, counted.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Lines in the input.
    pub lines: usize,
    /// Acknowledged by the gateway, now or in an earlier run.
    pub accepted: usize,
    /// Of those, acknowledged in an earlier run.
    pub earlier: usize,
    /// Of those, with a receipt that does not hold.
    pub unproven: usize,
    /// Refused by the gateway.
    pub refused: usize,
    /// Not sent, because they are no push.
    pub invalid: usize,
    /// Not sent, because they are the same as an earlier line.
    pub duplicate: usize,
    /// For a check: lines that an earlier run sent, and that are now another packet or gone. A push asks for `--changed` then.
    pub changed: usize,
    /// Sent without an answer, or not sent because the run stopped.
    pub open: usize,
}

impl Tally {
    fn count(records: &[Record], lines: usize, earlier: usize) -> Self {
        let of = |wanted: &[Status]| records.iter().filter(|record| wanted.contains(&record.status)).count();
        let mut tally = Self {
            lines,
            accepted: of(&[Status::Accepted, Status::Permitted]),
            earlier,
            unproven: records.iter().filter(|record| !record.receipt_faults.is_empty()).count(),
            refused: of(&[Status::Refused]),
            invalid: of(&[Status::Invalid]),
            duplicate: of(&[Status::Duplicate]),
            changed: 0,
            open: 0,
        };
        let settled = [tally.accepted, tally.refused, tally.invalid, tally.duplicate].iter().sum();
        tally.open = lines.saturating_sub(settled);
        tally
    }

    /// How the program ends after this batch.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        if self.changed > 0 {
            // As the push will end that nobody told `--changed`.
            Exit::Usage
        } else if self.open > 0 {
            Exit::TryAgain
        } else if self.unproven > 0 {
            Exit::Unproven
        } else if self.refused == 0 && self.invalid == 0 {
            Exit::Done
        } else if self.accepted > 0 {
            Exit::Partial
        } else {
            Exit::Refused
        }
    }
}

/// What is to be done with the lines of the input.
struct Plan {
    jobs: Vec<Job>,
    settled: Vec<Record>,
    keys: BTreeSet<String>,
    earlier: usize,
    changed: usize,
}

/// A line that is to be sent.
struct Job {
    number: u64,
    key: Option<String>,
    body: Bytes,
}

impl Batch<'_> {
    /// Sends what the report does not know as acknowledged, and answers the records of all lines with their count.
    /// With a report that is only looked into it only asks whether each line would be accepted, and nothing is kept.
    ///
    /// It stops early, with lines left open, when the gateway gives no answer three times in a row, when it does not
    /// know this party, or when the user interrupts; what is on its way is waited for, until
    /// the user interrupts again.
    ///
    /// # Errors
    /// When lines that were or may have been accepted earlier are missing from the input, or when the report cannot be
    /// written.
    pub async fn run(
        &self,
        lines: Vec<Line>,
        mut report: Report,
        bar: &ProgressBar,
    ) -> Result<(Vec<Record>, Tally), Failure> {
        let total = lines.len();
        let Plan { jobs, settled, keys, earlier, changed } = self.plan(lines, &report)?;
        if self.changed {
            report.supersede(&keys)?;
        }
        for record in settled {
            report.note(record)?;
            bar.inc(1);
        }
        let check = report.is_check();
        let report = Mutex::new(report);
        self.send_all(jobs, &report, bar, check).await?;
        bar.finish_and_clear();
        let mut records = report.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        records.sort_by_key(|record| record.line);
        let tally = Tally { changed, ..Tally::count(&records, total, earlier) };
        Ok((records, tally))
    }

    /// Which lines are to be sent, and the records of those that are not.
    fn plan(&self, lines: Vec<Line>, report: &Report) -> Result<Plan, Failure> {
        let numbers: BTreeSet<u64> = lines.iter().map(|line| line.number).collect();
        let (mut jobs, mut settled, mut keys, mut earlier) =
            (Vec::new(), Vec::new(), BTreeSet::new(), 0_usize);
        let mut alike = BTreeSet::new();
        let now = self.clock.now();
        for Line { number, body } in lines {
            let body = match body {
                Ok(body) => body,
                Err(reasons) => {
                    settled.push(Record { reasons, ..Record::new(number, Status::Invalid, now, None) });
                    continue;
                }
            };
            let key = report.key(self.route.path(), &body);
            let known = report.earlier(&key).filter(|record| record.status == Status::Accepted);
            let is_again = !keys.insert(key.clone());
            let is_like_one = !alike.insert(report.key(self.route.path(), &in_one_form(&body)));
            if is_again || is_like_one && known.is_none() {
                settled.push(Record::new(number, Status::Duplicate, now, None));
            } else if let Some(known) = known {
                settled
                    .push(Record { line: number, superseded: false, ..known.clone() }.proven_by(&self.keys));
                earlier = earlier.saturating_add(1);
            } else {
                jobs.push(Job { number, key: (!report.is_check()).then_some(key), body });
            }
        }
        let (changed, gone): (Vec<u64>, Vec<u64>) =
            report.missing(&keys).into_iter().partition(|line| numbers.contains(line));
        let missing = changed.len().saturating_add(gone.len());
        // A check sends nothing twice: it says what the push will ask for.
        if missing > 0 && !self.changed && !report.is_check() {
            return Err(otherwise_than_sent(&changed, &gone));
        }
        let changed = if self.changed { 0 } else { missing };
        Ok(Plan { jobs, settled, keys, earlier, changed })
    }

    async fn send_all(
        &self,
        jobs: Vec<Job>,
        report: &Mutex<Report>,
        bar: &ProgressBar,
        check: bool,
    ) -> Result<(), Failure> {
        let note = |record| report.lock().unwrap_or_else(PoisonError::into_inner).note(record);
        let stopped = AtomicBool::new(false);
        let mut outcomes = stream::iter(jobs)
            .map(|job| async {
                if stopped.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                note(Record::new(job.number, Status::Sending, self.clock.now(), job.key.clone()))?;
                Ok::<_, Failure>(Some(self.send(job, check).await))
            })
            .buffer_unordered(self.parallel.max(1));
        let mut interrupted = Box::pin(tokio::signal::ctrl_c());
        let mut lost: u32 = 0;
        loop {
            let outcome = tokio::select! {
                outcome = outcomes.next() => outcome,
                _ = &mut interrupted => {
                    interrupted.set(tokio::signal::ctrl_c());
                    // The second time the user will not wait: what is on its way stays `sending` in the report.
                    if stopped.swap(true, Ordering::Relaxed) {
                        return Ok(());
                    }
                    bar.set_message(self.language.pick(
                        "stopt; nog eens Ctrl-C: wacht niet",
                        "stopping; Ctrl-C again: do not wait",
                    ));
                    continue;
                }
            };
            let Some(outcome) = outcome else { return Ok(()) };
            let Some((record, is_stranger)) = outcome? else { continue };
            lost = if record.status == Status::Unknown { lost.saturating_add(1) } else { 0 };
            note(record)?;
            bar.inc(1);
            if lost >= LOST_IN_A_ROW || is_stranger {
                stopped.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Sends one line. Answers also whether the gateway does not know this party, so that the rest is in vain.
    async fn send(&self, job: Job, check: bool) -> (Record, bool) {
        let path = self.route.path();
        let call = Call::post_bytes(path, job.body);
        let call = match &job.key {
            Some(key) if !check => call.idempotent(&**key),
            _ => call.with("check", &true).repeatable(),
        };
        let answer = self.gateway.call(call).await;
        let record = |status| Record::new(job.number, status, self.clock.now(), job.key.clone());
        match answer {
            Ok(answer) if check => match json::typed::<Verdicts>(&answer.body) {
                Ok(verdicts) if verdicts.allowed => (record(Status::Permitted), false),
                Ok(verdicts) => {
                    let mut reasons = verdicts.reasons();
                    self.name_columns(&mut reasons);
                    (Record { reasons, ..record(Status::Refused) }, false)
                }
                Err(_) => (not_understood(record(Status::Unknown)), false),
            },
            Ok(answer) => {
                let acknowledged = Self::acknowledged(&answer.body, record(Status::Accepted));
                (acknowledged.proven_by(&self.keys), false)
            }
            Err(CallError::Problem(mut problem)) if problem.status < 500 => {
                self.name_columns(&mut problem.errors);
                let (http, said) = (Some(problem.status), Some(problem.title()));
                let (title, reasons) = (Some(problem.title), problem.errors);
                let refused = Record { http, title, reasons, said, ..record(Status::Refused) };
                (refused, problem.status == 401)
            }
            Err(error) => {
                let is_stranger = matches!(error, CallError::NotTrusted(_));
                let failure = Failure::from(error);
                let (title, said) = (Some(failure.to_string()), Some(failure.said()));
                (Record { title, said, ..record(Status::Unknown) }, is_stranger)
            }
        }
    }

    fn name_columns(&self, reasons: &mut Vec<Reason>) {
        if let Some(layout) = self.layout {
            layout.name_all(reasons);
        }
    }

    /// The record of a push that the gateway answered with success. An answer without an identifier is no
    /// acknowledgement: the line is sent again in the next run.
    fn acknowledged(body: &[u8], record: Record) -> Record {
        let Ok(Accepted { id, recipients }) = json::typed(body) else {
            return not_understood(record);
        };
        Record { id: Some(id), recipients: Some(recipients), ..record }
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

fn not_understood(record: Record) -> Record {
    let en = "the gateway's answer is not understood";
    let said = Some(Said::new("het antwoord van de gateway is niet te begrijpen", en));
    Record { status: Status::Unknown, title: Some(en.to_owned()), said, ..record }
}
