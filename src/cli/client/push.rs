//! `sluis client push` and `ask`: one packet, many lines of JSON, or a sheet.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use clap::{ArgGroup, Args};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    batch::{Batch, Line, Tally},
    columns::Columns,
    faulty::FaultyFile,
    gateway::{Call, CallError},
    problem::Reason,
    profile::ProfileChoice,
    receipts,
    report::{Record, Report},
    rows,
    session::{Session, read_input, read_json},
    sheet::Sheet,
    template, text,
};
use crate::{
    cli::{Context, Exit, Failure, files},
    domain::{code::DatasetCode, id::Entropy},
};

/// The arguments of `sluis client push` and `sluis client ask`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("input").required(true).args(["file", "batch", "csv"]))]
pub struct Push {
    /// One packet as JSON; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Many packets: one JSON document on each line.
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,

    /// Many packets: a sheet after the template of `sluis client template`.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// The dataset of the sheet; without it, what the sheet's first row says in `header.dataset`.
    #[arg(long, requires = "csv")]
    pub dataset: Option<DatasetCode>,

    /// Only ask whether it would be accepted: nothing is stored or sent on.
    #[arg(long)]
    pub check: bool,

    /// The report of a batch; without it, beside the input as `<FILE>.report.ndjson`. Running the same command again
    /// goes on where the report stops.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub report: Option<PathBuf>,

    /// How many packets of a batch are on their way at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub parallel: u8,

    /// Go on although lines that an earlier run sent are now different or gone; they may arrive twice.
    #[arg(long, conflicts_with = "file")]
    pub changed: bool,

    /// The Idempotency-Key of a single packet; without it a random one, which is printed when the answer is lost.
    #[arg(long, value_name = "KEY", requires = "file")]
    pub idempotency_key: Option<String>,

    /// Keep the gateway's signed receipts of a single packet in this file, one line for each recipient.
    #[arg(long, value_name = "FILE", requires = "file")]
    pub receipt: Option<PathBuf>,
}

/// Whether packets or requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Handovers.
    Packets,
    /// Requests, which the recipient answers.
    Requests,
}

impl Route {
    /// The path of the interface.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Packets => "/v1/packets",
            Self::Requests => "/v1/requests",
        }
    }
}

/// The gateway's answer to a push.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Accepted {
    /// The packet's identifier.
    pub id: String,
    /// What was decided and sealed for each recipient, with its signed receipt.
    #[serde(default)]
    pub recipients: Value,
}

impl Accepted {
    /// The signed receipts, one for each recipient.
    pub fn receipts(&self) -> impl Iterator<Item = &str> {
        let recipients = self.recipients.as_array().into_iter().flatten();
        recipients.filter_map(|one| one.get("receipt")?.as_str())
    }
}

/// The gateway's answer to a check.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Verdicts {
    /// Whether it would be stored.
    pub allowed: bool,
    /// For each recipient.
    recipients: Vec<Verdict>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Verdict {
    recipient: Option<u32>,
    errors: Vec<Reason>,
}

impl Verdicts {
    /// Every condition that is not met, for whichever recipient.
    #[must_use]
    pub fn reasons(self) -> Vec<Reason> {
        let of = |Verdict { recipient, errors }| {
            errors.into_iter().map(move |reason| Reason { recipient, ..reason })
        };
        self.recipients.into_iter().flat_map(of).collect()
    }
}

/// A batch that ended, for `--json`.
#[derive(Serialize)]
struct Ended<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<&'a [Record]>,
}

impl Push {
    /// Sends what the arguments name.
    ///
    /// # Errors
    /// When the input cannot be read, or a single packet was not accepted.
    pub async fn run(self, route: Route, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        match (&self.file, &self.batch, &self.csv) {
            (Some(file), _, _) => self.one(file, route, &session, at).await,
            (_, Some(file), _) => {
                let lines = of_ndjson(&read_input(file)?);
                self.many(file, lines, None, route, &session, at).await
            }
            (_, _, Some(file)) => {
                let (lines, columns) = self.of_sheet(file, &session).await?;
                self.many(file, lines, Some(&columns), route, &session, at).await
            }
            _ => Err(Failure::usage("nothing to send").now("give a FILE, --batch FILE or --csv FILE")),
        }
    }

    async fn one(
        &self,
        file: &Path,
        route: Route,
        session: &Session,
        at: &mut Context,
    ) -> Result<Exit, Failure> {
        let body = read_json(file)?;
        if self.check {
            let call = Call::post_bytes(route.path(), body).with("check", &true).repeatable();
            let answer: Value = session.gateway.json(call).await?;
            let verdicts: Verdicts = serde_json::from_value(answer.clone())
                .map_err(|_| CallError::NotUnderstood("its JSON is of another form"))?;
            let allowed = verdicts.allowed;
            let language = at.out.language();
            at.out.show(&answer, || text::of_verdicts(verdicts, language))?;
            return Ok(if allowed { Exit::Done } else { Exit::Refused });
        }
        let key = match &self.idempotency_key {
            Some(key) => key.clone(),
            None => random_key(&*at.entropy)?,
        };
        let answer = session.gateway.call(Call::post_bytes(route.path(), body).idempotent(&*key)).await;
        let answer = answer.map_err(|error| {
            let doubtful = matches!(error, CallError::Unanswered { doubtful: true, .. });
            let is_elsewhere = matches!(&error, CallError::Problem(problem) if problem.has("unknown-dataset"));
            let failure = Failure::from(error);
            if doubtful {
                failure.now(format!(
                    "run it again with --idempotency-key {key}: it cannot be sent twice under one key"
                ))
            } else if is_elsewhere {
                failure.now("a request goes with `sluis client ask`, a packet with `push`; `sluis client datasets` tells which is which")
            } else {
                failure
            }
        })?;
        let not_understood = |_| CallError::NotUnderstood("its JSON is of another form");
        let accepted: Accepted = serde_json::from_slice(&answer.body).map_err(not_understood)?;
        let document: Value = serde_json::from_slice(&answer.body).map_err(not_understood)?;
        if let Some(path) = &self.receipt {
            let receipts: Vec<_> = accepted.receipts().collect();
            files::replace_private(path, receipts.join("\n").as_bytes())?;
        }
        let language = at.out.language();
        at.out.show(&document, || text::of_accepted(&accepted, language))?;
        for receipt in accepted.receipts() {
            receipts::check(session, receipt, Some(&accepted.id)).report(&mut at.out)?;
        }
        Ok(Exit::Done)
    }

    async fn of_sheet(&self, file: &Path, session: &Session) -> Result<(Vec<Line>, Columns), Failure> {
        let faulty = |faults| FaultyFile::failure(file, faults);
        let sheet = Sheet::read(&read_input(file)?).map_err(faulty)?;
        let named = rows::dataset_of(&sheet).and_then(|code| code.parse().ok());
        let dataset = self.dataset.clone().or(named).ok_or_else(|| {
            Failure::usage("the sheet does not say its dataset")
                .now("fill the column `header.dataset`, or give --dataset")
        })?;
        let columns = template::Dataset::read(&dataset, session).await?.columns()?;
        let rows = rows::bodies(&sheet, &columns).map_err(faulty)?;
        let line = |row: rows::Row| Line {
            number: row.line,
            body: row.body.map(|body| Bytes::from(body.to_string())),
        };
        Ok((rows.into_iter().map(line).collect(), columns))
    }

    async fn many(
        &self,
        file: &Path,
        lines: Vec<Line>,
        columns: Option<&Columns>,
        route: Route,
        session: &Session,
        at: &mut Context,
    ) -> Result<Exit, Failure> {
        if lines.is_empty() {
            return Err(Failure::usage(format!("`{}` has no line to send", file.display())));
        }
        let path = self.report.clone().unwrap_or_else(|| files::beside(file, "report.ndjson"));
        let report = if self.check { None } else { Some(Report::open(&path, &*at.entropy)?) };
        let bar = at.out.progress(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        let batch = Batch {
            gateway: &session.gateway,
            clock: &*at.clock,
            route,
            parallel: usize::from(self.parallel),
            columns,
            changed: self.changed,
            language: at.out.language(),
        };
        let (records, tally) = batch.run(lines, report, &bar).await?;
        let ended = Ended {
            tally: &tally,
            report: (!self.check).then_some(&*path),
            records: self.check.then_some(&*records),
        };
        let language = at.out.language();
        at.out.show(&ended, || text::of_batch(&records, &tally, ended.report, language))?;
        Ok(tally.exit())
    }
}

/// The lines of NDJSON. What is no JSON is told by its place; everything else is the gateway's to judge.
#[must_use]
pub fn of_ndjson(bytes: &Bytes) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut number: u64 = 0;
    for line in bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).split(|byte| *byte == b'\n') {
        number = number.saturating_add(1);
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let body = match serde_json::from_slice::<serde::de::IgnoredAny>(line) {
            Ok(_) => Ok(bytes.slice_ref(line)),
            Err(error) => Err(vec![Reason::found(
                "not-json",
                format!("Geen JSON bij teken {}.", error.column()),
                format!("No JSON at character {}.", error.column()),
            )]),
        };
        lines.push(Line { number, body });
    }
    lines
}

/// A key by which a repetition is known, for one call.
///
/// # Errors
/// When the system gives no randomness.
pub(super) fn random_key(entropy: &dyn Entropy) -> Result<String, Failure> {
    let mut bytes = [0; 24];
    entropy.fill(&mut bytes).map_err(|error| Failure::internal("cannot make a key").because(error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
