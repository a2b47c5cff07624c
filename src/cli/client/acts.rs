//! Acts that are one call: acknowledge, declare, withdraw, answer, search.
//!
//! What is about a person comes from a file or from standard input: arguments can be seen by others on the machine and
//! stay behind in the shell's history.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};

use super::{
    gateway::Call,
    lists::Page,
    profile::ProfileChoice,
    session::{Session, read_json},
    text::shown,
};
use crate::{
    cli::{Context, Exit, Failure},
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PacketId},
    },
};

const DECLARATION: &str = r#"A declaration, such as instemming of an adult with a request to the college of Alkmaar:
  {
    "kind": "instemming",
    "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03" },
    "dataset": "verzoek-voortzetting",
    "towards": { "municipality": "0361", "role": "werk-en-inkomen" },
    "givenBy": "persoon",
    "givenAt": "2026-05-20",
    "evidence": { "kind": "formulier", "recordedOn": "2026-05-20" }
  }

kind: instemming, toestemming, geen-bezwaar, kennisgenomen, bezwaar, beperking. The first three name one recipient in
`towards`, for each recipient another declaration; a toestemming names its `purpose` too. docs/api-design.md has every member."#;

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
        /// Who withdraws it.
        #[arg(long, value_name = "CAPACITY", default_value = "persoon", value_parser = clap::value_parser!(Capacity))]
        by: Capacity,
    },
    /// A packet that this party sent: who did not collect it yet never will; who did is told.
    Packet {
        /// The packet.
        id: PacketId,
    },
}

/// `sluis client answer`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("verdict").required(true).args(["yes", "no"]))]
pub struct AnswerRequest {
    /// The request.
    pub id: PacketId,

    /// The college continues the support.
    #[arg(long)]
    pub yes: bool,

    /// The college does not continue it.
    #[arg(long)]
    pub no: bool,
}

/// `sluis client search`.
#[derive(Debug, Args)]
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
        done(call, &session, at, |answer| told("Ontvangst bevestigd / acknowledged", answer)).await
    }
}

impl Declare {
    /// Records what the person, or who acts for the person, wants.
    ///
    /// # Errors
    /// As any call. It is not repeated when it may have been recorded.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let call = Call::post_bytes("/v1/declarations", read_json(&self.file)?);
        done(call, &session, at, |answer| told("Vastgelegd / recorded", answer)).await
    }
}

impl Withdraw {
    /// Withdraws it.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let call = match self.what {
            Withdrawn::Declaration { id, by } => {
                Call::post(format!("/v1/declarations/{id}/withdrawal"), &json!({ "by": by }))?
            }
            Withdrawn::Packet { id } => Call::post(format!("/v1/packets/{id}/withdrawal"), &json!({}))?,
        };
        // What is withdrawn stays withdrawn, however often it is said.
        done(call.repeatable(), &session, at, withdrawn).await
    }
}

impl AnswerRequest {
    /// Answers the request.
    ///
    /// # Errors
    /// As any call. It is not repeated when it may have been recorded.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let call = Call::post(format!("/v1/requests/{}/answer", self.id), &json!({ "continues": self.yes }))?;
        let text = if self.yes {
            "Beantwoord met ja / answered with yes"
        } else {
            "Beantwoord met nee / answered with no"
        };
        done(call, &session, at, |answer| told(text, answer)).await
    }
}

impl Search {
    /// Searches this party's own inbox. Every search is an entry in the log.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let call = Call::post_bytes("/v1/inbox/searches", read_json(&self.file)?).repeatable();
        let page: Page = session.gateway.json(call).await?;
        for item in &page.items {
            at.out.show(item, || {
                let of = |name| item.get(name).map(shown).unwrap_or_default();
                format!("{}  {}  {}", of("id"), of("dataset"), of("state"))
            })?;
        }
        if page.items.is_empty() {
            at.out.say("Niets gevonden. / Nothing found.")?;
            return Ok(Exit::Refused);
        }
        Ok(Exit::Done)
    }
}

pub(super) async fn done(
    call: Call,
    session: &Session,
    at: &mut Context,
    text: impl FnOnce(&Value) -> String,
) -> Result<Exit, Failure> {
    let answer: Value = session.gateway.json(call).await?;
    at.out.show(&answer, || text(&answer))?;
    Ok(Exit::Done)
}

pub(super) fn told(text: &str, answer: &Value) -> String {
    let of = |name: &str| answer.get(name).map(shown).unwrap_or_default();
    format!("{text}: {}  log {}", of("id"), of("logIndex"))
}

/// A withdrawal: who can no longer collect what, and who had collected it and is told.
fn withdrawn(answer: &Value) -> String {
    let mut lines = vec![told("Ingetrokken / withdrawn", answer)];
    for (name, text) in [
        ("stopped", "tegengehouden voor / stopped for"),
        ("told", "al opgehaald, krijgt bericht / collected already, is told"),
        (
            "toTell",
            "kopie van de jongere: vertel het zelf aan de jongere / the young person's copy: tell the young person yourself",
        ),
    ] {
        for copy in answer.get(name).and_then(Value::as_array).into_iter().flatten() {
            let of = |pointer| copy.pointer(pointer).map(shown).unwrap_or_default();
            lines.push(format!("  {}  {text}: {}/{}", of("/packet"), of("/party/oin"), of("/party/role")));
        }
    }
    lines.join("\n")
}
