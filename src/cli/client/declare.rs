//! `sluis client declare`: what a person, or who acts for the person, wants; and what becomes of it.
//!
//! What is about a person comes from a file or from standard input: arguments can be seen by others on the machine and
//! stay behind in the shell's history.

pub mod decide;
pub mod list;

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::{
    done::told,
    gateway::{Call, CallError},
    input::read_json,
    pending::{Pending, unaccepted},
    profile::ProfileChoice,
    session::Session,
    words::member,
};
use crate::{
    cli::{
        Context, Exit, Failure,
        language::{Language, tell},
    },
    domain::json,
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
            let notes = noted(language, &answer);
            format!("{recorded}\n{notes}{back}")
        })?;
        pending.end()?;
        Ok(Exit::Done)
    }
}

/// What the gateway says beside a declaration that it recorded: the text, the articles, what to do.
fn noted(language: Language, answer: &Value) -> String {
    let code = language.pick("nl", "en");
    let text_of = |note: &Value| {
        let cited = note.pointer("/citations").and_then(Value::as_array);
        let cited: Vec<_> = cited.into_iter().flatten().filter_map(Value::as_str).collect();
        let cited = if cited.is_empty() { String::new() } else { format!(" ({})", cited.join(", ")) };
        let (text, now) = (member(note, &format!("/{code}")), member(note, &format!("/now/{code}")));
        format!("{} {text}{cited}\n  {now}\n", language.pick("Let op:", "Note:"))
    };
    let notes = answer.pointer("/notes").and_then(Value::as_array);
    notes.into_iter().flatten().map(text_of).collect()
}

const DECLARE_FORM: (&str, &str) = (
    "`sluis client declare --help` laat zien wat erin moet staan",
    "`sluis client declare --help` shows what it must hold",
);
