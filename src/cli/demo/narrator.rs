//! Telling what happens, and holding it against what should.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::Value;

use crate::{
    cli::{
        Context, Failure, Language,
        client::{
            gateway::{Call, CallError, GatewayAnswer},
            problem::{Problem, Reason},
        },
        language::both,
    },
    domain::json,
};

use super::setup::Actor;

/// What a step should come to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected {
    /// A success.
    Done,
    /// This status, and among the reasons this code; an empty code asks for none.
    Refused(u16, &'static str),
}

/// One step, as `story.json` keeps it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    #[serde(rename = "step")]
    number: usize,
    actor: String,
    nl: &'static str,
    en: &'static str,
    request: String,
    status: u16,
    reasons: Vec<Reason>,
    log_index: Option<u64>,
    as_told: bool,
}

/// The story so far.
#[derive(Debug)]
pub(super) struct Narrator {
    folder: PathBuf,
    steps: Vec<Step>,
}

/// What a step of the story is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Narrated {
    pub(super) nl: &'static str,
    pub(super) en: &'static str,
    pub(super) expected: Expected,
}

impl Narrator {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), steps: Vec::new() }
    }

    /// Makes the call as the actor and tells how it went.
    pub(super) async fn step(
        &mut self,
        at: &mut Context,
        actor: &Actor,
        told: Narrated,
        request: &str,
        call: Call,
    ) -> Result<Option<GatewayAnswer>, Failure> {
        let (status, problem, answer, cause) = match actor.gateway.call(call).await {
            Ok(answer) => (answer.status, None, Some(answer), None),
            Err(CallError::Problem(problem)) => (problem.status, Some(problem), None, None),
            Err(CallError::Unanswered { what, problem: Some(problem), .. }) => {
                (problem.status, Some(problem), None, Some(what.text(Language::En).to_owned()))
            }
            Err(error) => (0, None, None, Some(Failure::from(error).to_string())),
        };
        let log_index = match (&answer, &problem) {
            (Some(answer), _) => log_index(answer),
            (None, Some(problem)) if cause.is_none() => self.entry_of(actor, problem).await,
            (None, _) => None,
        };
        let noted = self.note(at, &actor.name, told, request, status, problem.as_deref(), log_index);
        match cause {
            Some(cause) => noted.map_err(|failure| failure.because(cause))?,
            None => noted?,
        }
        Ok(answer)
    }

    /// Where the log tells of a refusal: a problem does not say, so the actor looks for its trace among its own entries.
    async fn entry_of(&self, actor: &Actor, problem: &Problem) -> Option<u64> {
        let trace = problem.trace_id.as_deref()?;
        let mut call = Call::get("/v1/entries").with("limit", &500);
        if let Some(known) = self.steps.iter().filter_map(|step| step.log_index).max() {
            call = call.with("after", &known);
        }
        let answer = actor.gateway.call(call).await.ok()?;
        let entries: Value = json::typed(&answer.body).ok()?;
        let mut items = entries.get("items")?.as_array()?.iter();
        items.find(|item| bears(item, trace))?.get("index")?.as_u64()
    }

    /// The same, for a step whose answer is JSON.
    pub(super) async fn json(
        &mut self,
        at: &mut Context,
        actor: &Actor,
        told: Narrated,
        request: &str,
        call: Call,
    ) -> Result<Value, Failure> {
        let answer = self.step(at, actor, told, request, call).await?;
        let Some(answer) = answer else { return Ok(Value::Null) };
        json::typed(&answer.body).map_err(|_| {
            Failure::internal(("het antwoord van de gateway is geen JSON", "the gateway's answer is no JSON"))
        })
    }

    /// Notes a step that was not a call, such as opening or verifying.
    pub(super) fn saw(
        &mut self,
        at: &mut Context,
        actor: &str,
        told: Narrated,
        what: &str,
        as_told: bool,
    ) -> Result<(), Failure> {
        let status = if as_told { 200 } else { 0 };
        self.note(at, actor, told, what, status, None, None)
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a step")]
    fn note(
        &mut self,
        at: &mut Context,
        actor: &str,
        told: Narrated,
        request: &str,
        status: u16,
        problem: Option<&Problem>,
        log_index: Option<u64>,
    ) -> Result<(), Failure> {
        let reasons = problem.map(|problem| problem.errors.clone()).unwrap_or_default();
        let as_told = match told.expected {
            Expected::Done => (200..300).contains(&status),
            Expected::Refused(expected, code) => {
                status == expected && (code.is_empty() || reasons.iter().any(|reason| reason.code == code))
            }
        };
        let step = Step {
            number: self.steps.len().saturating_add(1),
            actor: actor.to_owned(),
            nl: told.nl,
            en: told.en,
            request: request.to_owned(),
            status,
            reasons,
            log_index,
            as_told,
        };
        let language = at.out.language();
        at.out.show(&step, || step.words(language))?;
        let (number, nl, en) = (step.number, step.nl, step.en);
        self.steps.push(step);
        if as_told {
            return Ok(());
        }
        Err(Failure::refused(both!(
            "stap {number} ging anders dan verteld: {nl}",
            "step {number} went otherwise than told: {en}"
        ))
        .now((
            "story.json in de map van de demo heeft het antwoord; dit hoort niet te gebeuren, dus meld het alstublieft",
            "story.json in the demo's folder has the answer; this should not happen, so please report it",
        )))
    }

    /// Leaves `story.json`.
    pub(super) fn keep(&self) -> Result<(), Failure> {
        let path = self.folder.join("story.json");
        let text = serde_json::to_vec_pretty(&self.steps).map_err(|error| {
            Failure::internal(("kan geen JSON maken van het verhaal", "cannot make JSON of the story"))
                .because(error)
        })?;
        fs::write(&path, text).map_err(|error| Failure::unwritable(&path, error))
    }
}

impl Step {
    fn words(&self, language: Language) -> String {
        let sign = match (self.as_told, self.status) {
            (false, _) => "!!",
            (true, 200..300) => language.pick("ja", "yes"),
            (true, _) => language.pick("nee", "no"),
        };
        let mut text = format!(
            "\n{:>2}. {}\n    {}\n    {} → {}{}",
            self.number,
            self.actor,
            language.pick(self.nl, self.en),
            self.request,
            if self.status == 0 {
                language.pick("mislukt", "failed").to_owned()
            } else {
                self.status.to_string()
            },
            self.log_index.map(|index| format!(" (log {index})")).unwrap_or_default(),
        );
        for reason in &self.reasons {
            for line in reason.lines(language) {
                text.push_str("\n      ");
                text.push_str(&line);
            }
        }
        format!("{text}\n    [{sign}]")
    }
}

/// Whether one of the parts of an entry has this trace.
fn bears(entry: &Value, trace: &str) -> bool {
    let parts = entry.get("parts").and_then(Value::as_array);
    let mut bodies = parts.into_iter().flatten().filter_map(|part| part.get("body")?.as_str());
    bodies.any(|body| {
        json::typed(body.as_bytes())
            .is_ok_and(|part: Value| part.get("traceId").is_some_and(|id| id == trace))
    })
}

fn log_index(answer: &GatewayAnswer) -> Option<u64> {
    let header = answer.headers.get("sluis-log-index").and_then(|value| value.to_str().ok()?.parse().ok());
    header.or_else(|| {
        let body: Value = json::typed(&answer.body).ok()?;
        let own = body.get("logIndex").and_then(Value::as_u64);
        own.or_else(|| body.pointer("/recipients/0/logIndex").and_then(Value::as_u64))
    })
}
