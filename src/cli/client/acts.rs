//! Acts that are one call: acknowledge, declare, withdraw, answer, search.
//!
//! What is about a person comes from a file or from standard input: arguments can be seen by others on the machine and
//! stay behind in the shell's history.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    gateway::{Call, CallError},
    input::read_json,
    listed, lists,
    names::Names,
    pending::Pending,
    profile::ProfileChoice,
    push::{Route, unaccepted},
    session::Session,
    text::member,
};
use crate::{
    cli::{
        Context, Exit, Failure, Language,
        language::{Said, both, tell},
        moment,
    },
    domain::{
        code::OutcomeCode,
        declaration::Capacity,
        id::{DeclarationId, PacketId},
        json,
    },
};

const DECLARATION: &str = r#"`template DATASET --declaration KIND` writes one of today. A declaration, such as instemming of an adult with a request to the college of Alkmaar:
  {
    "kind": "instemming",
    "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03" },
    "dataset": "verzoek-voortzetting",
    "towards": { "municipality": "0361", "role": "werk-en-inkomen" },
    "givenBy": "persoon",
    "givenAt": "2026-05-20",
    "evidence": { "kind": "formulier", "recordedOn": "2026-05-20" }
  }

kind: instemming, toestemming, geen-bezwaar, kennisgenomen, bezwaar, beperking. The first three name one recipient in `towards`, for each recipient another declaration; a toestemming names its `purpose` too. docs/api-design.md has every member."#;

const SEARCH: &str = r#"Whom to search for: by name, by a persoonsgebonden nummer, or by the reference that you gave with `ack`:
  { "name": { "given": "Toby", "family": "Voorbeeld" }, "birthDate": "2007-11-03", "purpose": "voortzetting-ondersteuning" }
  { "reference": { "kind": "pgn", "value": "999990019" }, "purpose": "voortzetting-ondersteuning" }
  { "reference": { "kind": "own", "value": "Z-2026-104" } }

`purpose` is the purpose for which it was sent; `sluis client datasets` names them. What was sent for another is not found. That
you searched, and for whom, is an entry in the log.

Examples:
  sluis client search wie.json
  sluis client search - < wie.json"#;

/// `sluis client ack`.
#[derive(Debug, Args)]
pub struct Acknowledge {
    /// The packet.
    pub id: PacketId,

    /// Your own case number for the person, by which you find the packet later; never a BSN.
    #[arg(long, value_name = "REFERENCE")]
    pub reference: Option<String>,
}

/// `sluis client declare`.
#[derive(Debug, Args)]
#[command(after_long_help = DECLARATION)]
pub struct Declare {
    /// The declaration as JSON; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The Idempotency-Key; without it a random one, which is kept beside the file until the answer was printed.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,

    /// Record it although an earlier try of another content had no answer.
    #[arg(long)]
    pub changed: bool,
}

/// `sluis client withdraw`.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// What to withdraw.
    #[command(subcommand)]
    pub what: Withdrawn,
}

/// What can be withdrawn.
#[derive(Debug, Subcommand)]
pub enum Withdrawn {
    /// A declaration: what rests on it and was not collected stops at once; who collected it is told.
    Declaration {
        /// The declaration.
        id: DeclarationId,
        /// Who withdraws it: must be given, since the log says so.
        #[arg(long, value_name = "CAPACITY", value_parser = clap::value_parser!(Capacity))]
        by: Option<Capacity>,
    },
    /// A packet that this party sent: who did not collect it yet never will; who did is told.
    Packet {
        /// The packet.
        id: PacketId,
    },
}

/// `sluis client answer`.
#[derive(Debug, Args)]
pub struct AnswerAsked {
    /// The request or question.
    pub id: PacketId,

    /// What to answer, such as `ja`: a code that the dataset lists. Another is refused, with those that there are.
    #[arg(value_name = "OUTCOME")]
    pub outcome: OutcomeCode,
}

/// `sluis client search`.
#[derive(Debug, Args)]
#[command(after_long_help = SEARCH)]
pub struct Search {
    /// Whom to search for, as JSON: a `reference`, or `name` with `birthDate` and `purpose`; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

impl Acknowledge {
    /// Tells the gateway that the packet arrived.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        let body = self.reference.map_or_else(|| json!({}), |reference| json!({ "reference": reference }));
        let call = Call::post(format!("/v1/packets/{}/acknowledgement", self.id), &body)?.repeatable();
        done(call, &session, at, |answer, language| {
            told(language.pick("Ontvangst bevestigd", "Acknowledged"), answer)
        })
        .await
    }
}

impl Declare {
    /// Records what the person, or who acts for the person, wants.
    ///
    /// # Errors
    /// As any call. Under its key it cannot be recorded twice.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let body = read_json(&self.file, DECLARE_FORM)?;
        let path = "/v1/declarations";
        let pending = match self.idempotency_key {
            Some(key) => Pending::under(key),
            None => Pending::begin(&self.file, path, &body, self.changed, &*at.entropy)?,
        };
        let call = Call::post_bytes(path, body).idempotent(pending.key());
        let answer = match session.gateway.call(call).await {
            Ok(answer) => answer,
            Err(error) => return Err(unaccepted(error, &pending)),
        };
        let answer: Value = json::typed(&answer.body).map_err(|_| CallError::OTHER_FORM)?;
        let language = at.out.language();
        at.out.show(&answer, || {
            let id = member(&answer, "/id");
            let recorded = told(language.pick("Vastgelegd", "Recorded"), &answer);
            let back = tell!(
                language,
                "Intrekken: sluis client withdraw declaration {id} --by WIE",
                "To withdraw: sluis client withdraw declaration {id} --by WHO"
            );
            let note = noted(language, &answer);
            format!("{recorded}\n{note}{back}")
        })?;
        pending.end()?;
        Ok(Exit::Done)
    }
}

impl Withdraw {
    /// Withdraws it.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        if matches!(self.what, Withdrawn::Declaration { by: None, .. }) {
            return Err(by_nobody());
        }
        let session = Session::open_as_staff(choice, at)?;
        let call = match self.what {
            Withdrawn::Declaration { id, by } => {
                Call::post(format!("/v1/declarations/{id}/withdrawal"), &json!({ "by": by }))?
            }
            Withdrawn::Packet { id } => Call::post(format!("/v1/packets/{id}/withdrawal"), &json!({}))?,
        };
        // What is withdrawn stays withdrawn, however often it is said.
        let answer = session.gateway.call(call.repeatable()).await?;
        let is_repeated = answer.is_repeated;
        let answer: Value = json::typed(&answer.body).map_err(|_| CallError::OTHER_FORM)?;
        let names = if at.out.is_json() { Names::default() } else { Names::of(&session).await };
        let language = at.out.language();
        at.out.show(&answer, || withdrawn(&answer, is_repeated, &names, language))?;
        Ok(Exit::Done)
    }
}

impl AnswerAsked {
    /// Answers it.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let Self { id, outcome } = self;
        let session = Session::open_as_staff(choice, at)?;
        let route = match session.gateway.call(Call::get(format!("/v1/packets/{id}"))).await {
            // What is not there for this party is refused as an answer to it is.
            Err(CallError::Problem(problem)) if problem.status == 404 => Route::Requests,
            asked => {
                let asked: Value = json::typed(&asked?.body).map_err(|_| CallError::OTHER_FORM)?;
                if member(&asked, "/kind") == "question" { Route::Questions } else { Route::Requests }
            }
        };
        let call = Call::post(format!("{}/{id}/answer", route.path()), &json!({ "outcome": outcome }))?;
        // The same answer, however often it is given, is one; another is refused.
        done(call.repeatable(), &session, at, |answer, language| {
            told(&tell!(language, "Beantwoord met {outcome}", "Answered with {outcome}"), answer)
        })
        .await
    }
}

impl Search {
    /// Searches this party's own inbox. Every search is an entry in the log.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let (found, purpose) =
            lists::search("/v1/inbox/searches", (&self.file, SEARCH_FORM), &session).await?;
        if found.is_empty() {
            at.out.say(match purpose {
                None => Said::new("Niets gevonden.", "Nothing found."),
                Some(purpose) => both!(
                    "Niets gevonden voor het doel {purpose}. Wat voor een ander doel is gestuurd, vindt u onder dat doel.",
                    "Nothing found for the purpose {purpose}. What was sent for another is found under that one."
                ),
            })?;
            at.out.say((
                "Een naam wordt alleen heel gevonden: de eerste voornaam en de hele achternaam, zonder voorletters.",
                "A name is found only when it is whole: the first given name and all of the surname, without initials.",
            ))?;
            return Ok(Exit::Refused);
        }
        lists::print(&found, at)?;
        lists::tabled(&found, listed::received, &session, at).await?;
        Ok(Exit::Done)
    }
}

/// The capacities stand in the message: who forgets `--by` did not know them.
fn by_nobody() -> Failure {
    let choices = Capacity::ALL.map(Capacity::as_str).join(", ");
    Failure::usage((
        "er is niet gezegd wie de verklaring intrekt",
        "it is not said who withdraws the declaration",
    ))
    .now(both!("geef --by met een van: {choices}", "give --by with one of: {choices}"))
}

const SEARCH_FORM: (&str, &str) = (
    "`sluis client search --help` laat zien wat erin moet staan",
    "`sluis client search --help` shows what it must hold",
);
const DECLARE_FORM: (&str, &str) = (
    "`sluis client declare --help` laat zien wat erin moet staan",
    "`sluis client declare --help` shows what it must hold",
);

/// What the gateway says beside a declaration that it recorded: the text, the articles, what to do.
fn noted(language: Language, answer: &Value) -> String {
    let code = language.pick("nl", "en");
    let of = |pointer: String| member(answer, &pointer);
    let text = of(format!("/note/{code}"));
    if text.is_empty() {
        return String::new();
    }
    let cited = answer.pointer("/note/citations").and_then(Value::as_array);
    let cited: Vec<_> = cited.into_iter().flatten().filter_map(Value::as_str).collect();
    let now = of(format!("/note/now/{code}"));
    format!("{} {text} ({})\n  {now}\n", language.pick("Let op:", "Note:"), cited.join(", "))
}

pub(super) async fn done(
    call: Call,
    session: &Session,
    at: &mut Context,
    text: impl FnOnce(&Value, Language) -> String,
) -> Result<Exit, Failure> {
    let answer: Value = session.gateway.json(call).await?;
    let language = at.out.language();
    at.out.show(&answer, || text(&answer, language))?;
    Ok(Exit::Done)
}

pub(super) fn told(text: &str, answer: &Value) -> String {
    let of = |pointer| member(answer, pointer);
    let log = of("/logIndex");
    let log = if log.is_empty() { log } else { format!("  log {log}") };
    format!("{text}: {}{log}", of("/id"))
}

/// A withdrawal: who can no longer collect what, and who had collected it; or that nothing was recorded now. The gateway tells
/// parties; the young person, who had a copy through the sender, hears it from the sender alone.
fn withdrawn(answer: &Value, is_repeated: bool, names: &Names, language: Language) -> String {
    let mut lines = if answer.get("logIndex").is_none() {
        vec![earlier(answer, is_repeated, language)]
    } else {
        vec![told(language.pick("Ingetrokken", "Withdrawn"), answer)]
    };
    for (list, nl, en) in [
        ("/stopped", "tegengehouden", "stopped"),
        ("/told", "al opgehaald, krijgt bericht", "collected already, is told"),
        (
            "/toTell",
            "het afschrift is al opgehaald; de gateway geeft geen bericht: vertel het zelf",
            "the copy was collected already; the gateway tells nobody: tell it yourself",
        ),
    ] {
        for copy in answer.pointer(list).and_then(Value::as_array).into_iter().flatten() {
            let packet = member(copy, "/packet");
            let party = copy.pointer("/party").map(|party| names.party(party, language)).unwrap_or_default();
            let what = language.pick(nl, en);
            lines.push(format!("  {packet}  {party}: {what}"));
        }
    }
    let standing: Vec<&Value> =
        answer.get("stillStanding").and_then(Value::as_array).into_iter().flatten().collect();
    if lines.len() == 1 && answer.get("logIndex").is_some() {
        lines.push(language.pick("  er is niets gestopt", "  nothing was stopped").to_owned());
    }
    for one in standing {
        let (id, by) = (member(one, "/id"), member(one, "/givenBy"));
        let since = moment::zoned_of(&member(one, "/givenAt"), language);
        lines.push(tell!(
            language,
            "Let op: hiernaast geldt nog dezelfde verklaring, van {since} door {by}: {id}. Zolang die geldt, mag er nog worden \
             gestuurd. Intrekken: sluis client withdraw declaration {id} --by WIE",
            "Mind: the same declaration still stands beside it, of {since} by {by}: {id}. While it does, more may be sent. To \
             withdraw: sluis client withdraw declaration {id} --by WHO"
        ));
    }
    lines.join("\n")
}

/// What was withdrawn before stays as it was recorded then. That may have been by this very command, whose first attempt had no
/// answer: only the time tells.
fn earlier(answer: &Value, is_repeated: bool, language: Language) -> String {
    let id = member(answer, "/id");
    let when = moment::zoned_of(&member(answer, "/withdrawnAt"), language);
    let by = member(answer, "/withdrawnBy");
    let by = if by.is_empty() { by } else { tell!(language, " door {by}", " by {by}") };
    if is_repeated {
        return tell!(
            language,
            "Ingetrokken, op {when}{by}: {id}. Een eerste poging bleef zonder antwoord: is het tijdstip van zojuist, dan was het die; \
             anders was het al eerder ingetrokken. Wie het al had opgehaald, krijgt bericht; wie dat is, staat in `sluis client entries`.",
            "Withdrawn, on {when}{by}: {id}. A first attempt had no answer: if the time is of just now, it was that; else it had been \
             withdrawn before. Who had collected it is told; who that is stands in `sluis client entries`."
        );
    }
    tell!(
        language,
        "Was al ingetrokken, op {when}{by}: {id}. Er is nu niets vastgelegd.",
        "Was withdrawn already, on {when}{by}: {id}. Nothing was recorded now."
    )
}
