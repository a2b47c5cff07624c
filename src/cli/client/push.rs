//! `sluis client push` and `ask`: one packet, many lines of JSON, or a sheet.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use clap::{ArgGroup, Args};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    batch::{Batch, Line, Tally},
    gateway::{Call, CallError},
    input::{read_input, read_json, without_mark},
    names::Names,
    pending::Pending,
    problem::{COPY, Reason},
    profile::ProfileChoice,
    receipts::{self, Checked},
    report::{Record, Report},
    seen,
    session::Session,
    sheets::faulty::FaultyFile,
    sheets::rows::{self, Layout},
    sheets::sheet::{PassedOver, Setting, Sheet},
    template, text,
};
use crate::{
    cli::{Context, Exit, Failure, files, language::both},
    domain::{code::DatasetCode, json},
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

    /// The dataset of the sheet; without it, what the sheet says in `#dataset=` above the names, or its first row in the column
    /// `dataset`.
    #[arg(long, requires = "csv")]
    pub dataset: Option<DatasetCode>,

    /// A value that holds for every row of the sheet, such as `ontvanger.gemeente=0361`; it goes before what the sheet itself
    /// says. May be given more than once.
    #[arg(long, value_name = "NAME=VALUE", requires = "csv", value_parser = template::setting)]
    pub set: Vec<Setting>,

    /// Only ask whether it would be accepted: nothing is stored or sent on. That it was asked is in the log.
    #[arg(long)]
    pub check: bool,

    /// The report of a batch; without it, beside the input as `<FILE>.report.ndjson`. Running the same command again
    /// goes on where the report stops.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub report: Option<PathBuf>,

    /// How many packets of a batch are on their way at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub parallel: u8,

    /// Go on although what an earlier run sent is now different or gone; it may arrive twice.
    #[arg(long)]
    pub changed: bool,

    /// The Idempotency-Key of a single packet; without it a random one, which stays beside the file as `<FILE>.unanswered`
    /// until the answer was printed.
    #[arg(long, value_name = "KEY", requires = "file")]
    pub idempotency_key: Option<String>,

    /// Keep the gateway's signed receipts of a single packet in this file, one line for each recipient.
    #[arg(long, value_name = "FILE", requires = "file")]
    pub receipt: Option<PathBuf>,
}

/// What the user wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Hand over.
    Push,
    /// Ask, and be answered.
    Ask,
}

/// Where something goes, as the kind of its dataset says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Handovers.
    Packets,
    /// Requests, which the recipient answers.
    Requests,
    /// Questions, likewise.
    Questions,
}

impl Route {
    /// The path of the interface.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Packets => "/v1/packets",
            Self::Requests => "/v1/requests",
            Self::Questions => "/v1/questions",
        }
    }

    /// The route of a dataset of this kind; of one that this program does not know, that of the command.
    fn of(kind: &str, does: Does) -> Self {
        match (kind, does) {
            ("question", _) => Self::Questions,
            ("request", _) => Self::Requests,
            ("packet", _) | (_, Does::Push) => Self::Packets,
            (_, Does::Ask) => Self::Requests,
        }
    }

    const fn fits(self, does: Does) -> bool {
        matches!(does, Does::Push) == matches!(self, Self::Packets)
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
            errors.into_iter().map(move |reason| {
                // As a refused push tells it.
                let pointer = match recipient {
                    _ if !reason.pointer.is_empty() => reason.pointer,
                    Some(index) => format!("/recipients/{index}"),
                    None => COPY.to_owned(),
                };
                Reason { pointer, recipient, ..reason }
            })
        };
        self.recipients.into_iter().flat_map(of).collect()
    }
}

/// A batch that ended, for `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ended<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<&'a [Record]>,
    passed_over: &'a PassedOver,
}

/// What a batch sends.
struct Input {
    lines: Vec<Line>,
    layout: Option<Layout>,
    passed_over: PassedOver,
}

const PACKET_FORM: (&str, &str) = (
    "docs/api-design.md laat de vorm zien; gebruik voor veel pakketten --batch of --csv",
    "docs/api-design.md shows the form; for many packets use --batch or --csv",
);

impl Push {
    /// Sends what the arguments name.
    ///
    /// # Errors
    /// When the input cannot be read, or a single packet was not accepted.
    pub async fn run(self, does: Does, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let ended = match (&self.file, &self.batch, &self.csv) {
            (Some(file), _, _) => self.one(file, does, &session, at).await?,
            (_, Some(file), _) => {
                let (lines, empty) = of_ndjson(&read_input(file)?);
                let route =
                    route_of(lines.iter().filter_map(|line| line.body.as_ref().ok()), does, &session).await?;
                let passed_over = PassedOver { empty, ..PassedOver::default() };
                self.many(file, Input { lines, layout: None, passed_over }, route, &session, at).await?
            }
            (_, _, Some(file)) => {
                let (input, route) = self.of_sheet(file, does, &session).await?;
                self.many(file, input, route, &session, at).await?
            }
            _ => {
                return Err(Failure::usage(("er is niets om te sturen", "nothing to send")).now((
                    "geef een BESTAND, --batch BESTAND of --csv BESTAND",
                    "give a FILE, --batch FILE or --csv FILE",
                )));
            }
        };
        seen::compare(&session, at).await?;
        Ok(ended)
    }

    async fn one(
        &self,
        file: &Path,
        does: Does,
        session: &Session,
        at: &mut Context,
    ) -> Result<Exit, Failure> {
        let body = read_json(file, PACKET_FORM)?;
        let route = match does {
            Does::Push => Route::Packets,
            Does::Ask => route_of([&body], does, session).await?,
        };
        if self.check {
            let call = Call::post_bytes(route.path(), body).with("check", &true).repeatable();
            let answer: Value = session.gateway.json(call).await?;
            let verdicts: Verdicts =
                serde_json::from_value(answer.clone()).map_err(|_| CallError::OTHER_FORM)?;
            let allowed = verdicts.allowed;
            let language = at.out.language();
            at.out.show(&answer, || text::of_verdicts(verdicts, language))?;
            return Ok(if allowed { Exit::Done } else { Exit::Refused });
        }
        if let Some(path) = &self.receipt {
            files::prove_replaceable(path)?;
        }
        let pending = match &self.idempotency_key {
            Some(key) => Pending::under(key.clone()),
            None => Pending::begin(file, route.path(), &body, self.changed, &*at.entropy)?,
        };
        if pending.is_resumed() {
            at.out.note((
                "Een eerdere poging bleef zonder antwoord; dit is dezelfde.",
                "An earlier try had no answer; this is the same one.",
            ));
        }
        let call = Call::post_bytes(route.path(), body).idempotent(pending.key());
        let answer = match session.gateway.call(call).await {
            Ok(answer) => answer,
            Err(error) => return Err(unaccepted(error, &pending)),
        };
        let not_understood = |_| CallError::OTHER_FORM;
        let accepted: Accepted = json::typed(&answer.body).map_err(not_understood)?;
        let mut document: Value = json::typed(&answer.body).map_err(not_understood)?;
        if let Some(path) = &self.receipt {
            let receipts: Vec<_> = accepted.receipts().collect();
            files::replace_private(path, receipts.join("\n").as_bytes())?;
        }
        let keys = receipts::Keys::of(session)?;
        let checked: Vec<_> =
            accepted.receipts().map(|receipt| keys.check(receipt, Some(&accepted.id))).collect();
        let faults: Vec<_> = checked.iter().filter_map(Checked::fault).collect();
        if let Some(members) = document.as_object_mut() {
            members.insert("checked".to_owned(), checked.iter().map(Checked::depth).collect());
            if !faults.is_empty() {
                members.insert("receiptFaults".to_owned(), Value::Array(faults));
            }
        }
        let names = if at.out.is_json() { Names::default() } else { Names::of(session).await };
        let language = at.out.language();
        at.out.show(&document, || text::of_accepted(&accepted, &names, language))?;
        // From here on the same command is another packet.
        pending.end()?;
        for checked in &checked {
            checked.tell(&mut at.out);
        }
        Ok(if checked.iter().all(Checked::holds) { Exit::Done } else { Exit::Unproven })
    }

    async fn of_sheet(&self, file: &Path, does: Does, session: &Session) -> Result<(Input, Route), Failure> {
        let faulty = |faults| FaultyFile::failure(file, faults);
        let sheet = Sheet::read(&read_input(file)?).map_err(faulty)?;
        let named = rows::dataset_of(&sheet, &self.set).and_then(|code| code.parse().ok());
        let dataset = self.dataset.clone().or(named).ok_or_else(|| {
            Failure::usage(("het blad noemt zijn dataset niet", "the sheet does not say its dataset")).now((
                "zet boven de namen `#dataset=CODE`, vul de kolom `dataset`, of geef --dataset",
                "write it above the names as `#dataset=CODE`, fill the column `dataset`, or give --dataset",
            ))
        })?;
        let mut set = self.set.clone();
        let is_dataset = |name: &String| rows::is_dataset(name);
        if self.dataset.is_some() && !sheet.names.iter().any(is_dataset) {
            set.push(Setting { line: None, name: "dataset".to_owned(), value: dataset.to_string() });
        }
        let found = template::Dataset::read(&dataset, session).await?;
        let route = Route::of(found.kind(), does);
        if !route.fits(does) {
            return Err(of_the_other_route(&dataset, route));
        }
        let layout = Layout::of(&sheet, found.columns()?, &set).map_err(faulty)?;
        let line = |row: rows::Row| Line {
            number: row.line,
            body: row.body.map(|body| Bytes::from(body.to_string())),
        };
        let lines = rows::bodies(&sheet, &layout).into_iter().map(line).collect();
        Ok((Input { lines, layout: Some(layout), passed_over: sheet.passed_over }, route))
    }

    async fn many(
        &self,
        file: &Path,
        input: Input,
        route: Route,
        session: &Session,
        at: &mut Context,
    ) -> Result<Exit, Failure> {
        let Input { lines, layout, passed_over } = input;
        if lines.is_empty() {
            return Err(Failure::usage(both!(
                "`{}` heeft geen regel om te sturen",
                "`{}` has no line to send",
                file.display()
            )));
        }
        let path = self.report.clone().unwrap_or_else(|| files::beside(file, "report.ndjson"));
        let report =
            if self.check { Report::look(&path, &*at.entropy)? } else { Report::open(&path, &*at.entropy)? };
        let bar = at.out.progress(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        let batch = Batch {
            gateway: &session.gateway,
            clock: &*at.clock,
            route,
            parallel: usize::from(self.parallel),
            layout: layout.as_ref(),
            keys: receipts::Keys::of(session)?,
            changed: self.changed,
            language: at.out.language(),
        };
        let (records, tally) = batch.run(lines, report, &bar).await?;
        let ended = Ended {
            tally: &tally,
            report: (!self.check).then_some(&*path),
            records: self.check.then_some(&*records),
            passed_over: &passed_over,
        };
        let language = at.out.language();
        at.out.show(&ended, || {
            let mut text = text::of_batch(&records, &tally, ended.report, language);
            if let Some(passed_over) = passed_over.text(language) {
                text = format!("{text}\n{passed_over}");
            }
            text
        })?;
        if !self.check && records.iter().any(Record::is_unchecked) {
            at.out.warn((
                "de ontvangstbewijzen zijn niet gecontroleerd: het profiel heeft geen `log_vkey` en geen `receipt_key`",
                "the receipts were not checked: the profile has no `log_vkey` and no `receipt_key`",
            ));
        }
        Ok(tally.exit())
    }
}

/// The failure of a single push, after which the same command is the same push where it may have been accepted.
pub(super) fn unaccepted(error: CallError, pending: &Pending) -> Failure {
    let doubtful = match &error {
        CallError::Unanswered { doubtful, .. } => *doubtful,
        CallError::Problem(problem) => problem.status >= 500,
        CallError::NotTrusted(_) => false,
        CallError::NotUnderstood(_) => true,
    };
    let is_elsewhere = matches!(&error, CallError::Problem(problem) if problem.has("unknown-dataset"));
    let failure = Failure::from(error);
    if doubtful {
        return failure.now(pending.advice());
    }
    // Nothing was done under this key. That its file cannot be removed changes nothing: the next try is the same one.
    drop(pending.end());
    if is_elsewhere {
        failure.now((
            "een verzoek of een vraag gaat met `sluis client ask`, een pakket met `push`; `sluis client datasets` zegt wat wat is",
            "a request or a question goes with `sluis client ask`, a packet with `push`; `sluis client datasets` tells which is which",
        ))
    } else {
        failure
    }
}

/// Where what names these datasets goes. What goes another way than the user said is refused, once and not for each of them.
/// What the gateway does not tell of its datasets now, it tells of what is sent.
async fn route_of(
    bodies: impl IntoIterator<Item = &Bytes>,
    does: Does,
    session: &Session,
) -> Result<Route, Failure> {
    #[derive(Deserialize)]
    struct Named {
        dataset: DatasetCode,
    }
    #[derive(Deserialize)]
    struct Known {
        code: DatasetCode,
        kind: String,
    }
    #[derive(Deserialize)]
    struct Catalogue {
        items: Vec<Known>,
    }
    let named = bodies.into_iter().filter_map(|body| json::typed::<Named>(body).ok());
    let named: BTreeSet<DatasetCode> = named.map(|named| named.dataset).collect();
    let usual = Route::of("", does);
    if named.is_empty() {
        return Ok(usual);
    }
    let Ok(answer) = session.gateway.call(Call::get("/v1/datasets".to_owned())).await else {
        return Ok(usual);
    };
    let Ok(Catalogue { items }) = json::typed(&answer.body) else { return Ok(usual) };
    let mut found = None;
    for known in items.iter().filter(|known| named.contains(&known.code)) {
        let route = Route::of(&known.kind, does);
        if !route.fits(does) {
            return Err(of_the_other_route(&known.code, route));
        }
        if found.is_some_and(|other| other != route) {
            return Err(Failure::usage((
                "het bestand heeft verzoeken en vragen; er is niets verstuurd",
                "the file has requests and questions; nothing was sent",
            ))
            .now(("stuur ze elk uit een eigen bestand", "send each from a file of its own")));
        }
        found = Some(route);
    }
    Ok(found.unwrap_or(usual))
}

/// A sheet of requests that is pushed, or the other way round: one cause, and not one for every row.
fn of_the_other_route(dataset: &DatasetCode, route: Route) -> Failure {
    let (nl, en) = match route {
        Route::Packets => ("pakket", "packet"),
        Route::Requests => ("verzoek", "request"),
        Route::Questions => ("vraag", "question"),
    };
    let (right, wrong) = if route == Route::Packets { ("push", "ask") } else { ("ask", "push") };
    Failure::usage(both!(
        "`{dataset}` is een {nl}, en een {nl} gaat met `{right}`; er is niets verstuurd",
        "`{dataset}` is a {en}, and a {en} goes with `{right}`; nothing was sent"
    ))
    .now(both!(
        "geef dezelfde opdracht met `{right}` in plaats van `{wrong}`",
        "run the same command with `{right}` instead of `{wrong}`"
    ))
}

/// The lines of NDJSON, and the numbers of the empty ones. What is no JSON is told by its place; everything else is the
/// gateway's to judge.
#[must_use]
pub fn of_ndjson(bytes: &Bytes) -> (Vec<Line>, Vec<u64>) {
    let (mut lines, mut empty) = (Vec::new(), Vec::new());
    let mut number: u64 = 0;
    for line in without_mark(bytes).split(|byte| *byte == b'\n') {
        number = number.saturating_add(1);
        let line = line.trim_ascii();
        if line.is_empty() {
            empty.push(number);
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
    // What ends the last line begins no other.
    if bytes.ends_with(b"\n") || bytes.is_empty() {
        empty.pop();
    }
    (lines, empty)
}
