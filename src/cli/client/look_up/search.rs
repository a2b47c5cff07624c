//! `sluis client search`: a person in this party's own inbox.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{
    Context, Exit, Failure,
    client::{
        paged,
        profile::ProfileChoice,
        session::Session,
        tables::{self, messages},
    },
    language::{Said, both},
};

const SEARCH: &str = r#"Whom to search for: by name, by a persoonsgebonden nummer, or by the reference that you gave with `ack`:
  { "name": { "given": "Toby", "family": "Voorbeeld" }, "birthDate": "2007-11-03", "purpose": "voortzetting-ondersteuning" }
  { "reference": { "kind": "pgn", "value": "999990019" }, "purpose": "voortzetting-ondersteuning" }
  { "reference": { "kind": "own", "value": "Z-2026-104" } }

`purpose` is the purpose for which it was sent; `sluis client datasets` names them. What was sent for another is not found. That
you searched, and for whom, is an entry in the log.

Examples:
  sluis client search wie.json
  sluis client search - < wie.json"#;

/// `sluis client search`.
#[derive(Debug, Args)]
#[command(after_long_help = SEARCH)]
pub struct Search {
    /// Whom to search for, as JSON: a `reference`, or `name` with `birthDate` and `purpose`; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

impl Search {
    /// Searches this party's own inbox. Every search is an entry in the log.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let (found, asked) = paged::search("/v1/inbox/searches", (&self.file, SEARCH_FORM), &session).await?;
        if found.is_empty() {
            at.out.say(match &asked.purpose {
                None => Said::new("Niets gevonden.", "Nothing found."),
                Some(purpose) => both!(
                    "Niets gevonden voor het doel {purpose}. Wat voor een ander doel is gestuurd, vindt u onder dat doel.",
                    "Nothing found for the purpose {purpose}. What was sent for another is found under that one."
                ),
            })?;
            at.out.say(match asked.number() {
                None => (
                    "Een naam wordt alleen heel gevonden: de eerste voornaam en de hele achternaam, zonder voorletters.",
                    "A name is found only when it is whole: the first given name and all of the surname, without initials.",
                ),
                Some("pgn") => (
                    "Op dit nummer vindt u alleen wat met dat nummer is gestuurd. Zoek anders op naam en geboortedatum.",
                    "By this number you find only what was sent with it. Search by name and date of birth otherwise.",
                ),
                Some(_) => (
                    "Op een eigen nummer vindt u alleen wat u zelf onder dat nummer bevestigde: sluis client ack KENMERK --reference NUMMER.",
                    "By a number of your own you find only what you acknowledged under it: sluis client ack ID --reference NUMBER.",
                ),
            })?;
            return Ok(Exit::Refused);
        }
        tables::print(&found, at)?;
        tables::tabled(&found, messages::received, &session, at).await?;
        Ok(Exit::Done)
    }
}

const SEARCH_FORM: (&str, &str) = (
    "`sluis client search --help` laat zien wat erin moet staan",
    "`sluis client search --help` shows what it must hold",
);
