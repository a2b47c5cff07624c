//! Sends many packets, a few at a time, and goes on where an earlier run stopped.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use futures_util::{StreamExt, stream};
use indicatif::ProgressBar;

use super::{
    input::Line,
    plan::{Job, Plan},
    replies::{Accepted, CheckAnswer},
    report::{Record, Report, Status},
    tally::Tally,
};
use crate::{
    cli::{
        Failure, Language,
        client::{
            gateway::{Call, CallError, Gateway},
            problem::Reason,
            receipts::ReceiptKeys,
            route::Route,
            sheets::rows::Layout,
        },
        language::Said,
    },
    domain::{clock::Clock, json},
};

/// After so many lines in a row without an answer the batch stops.
const LOST_IN_A_ROW: u32 = 3;

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
    pub keys: ReceiptKeys,
    /// In which language who watches is told.
    pub language: Language,
    /// Send although lines that were accepted earlier are now gone or different.
    pub changed: bool,
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
        let Plan { jobs, settled, keys, earlier, changed } =
            Plan::of(lines, &report, self.route, &self.keys, self.changed, self.clock.now())?;
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
            Ok(answer) if check => match json::typed::<CheckAnswer>(&answer.body) {
                Ok(checked) if checked.allowed => (record(Status::Permitted), false),
                Ok(checked) => {
                    let mut reasons = checked.reasons();
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

fn not_understood(record: Record) -> Record {
    let en = "the gateway's answer is not understood";
    let said = Some(Said::new("het antwoord van de gateway is niet te begrijpen", en));
    Record { status: Status::Unknown, title: Some(en.to_owned()), said, ..record }
}
