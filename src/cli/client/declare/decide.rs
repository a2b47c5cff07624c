//! `sluis client decide`: the controller's decision upon an objection or a restriction.

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::{
    cli::{
        Context, Exit, Failure,
        client::{
            done::{done, told},
            gateway::Call,
            profile::ProfileChoice,
            session::Session,
        },
        day::day,
    },
    domain::{clock::amsterdam_date, code::ReasonCode, declaration::Verdict, id::DeclarationId},
};

/// `sluis client decide`.
#[derive(Debug, Args)]
#[command(after_help = "\
Until the controller decides, what rests on a public task is suspended. gegrond: it stays stopped; ongegrond, or opgeheven
for a restriction: it ends. What rests on consent stops at an objection too: then withdraw the consent. A decision stands; a restriction that was gegrond may be lifted later.")]
pub struct Decide {
    /// The declaration.
    pub id: DeclarationId,

    /// gegrond, ongegrond, or for a restriction opgeheven.
    #[arg(long, value_name = "OUTCOME", value_parser = clap::value_parser!(Verdict))]
    pub outcome: Verdict,

    /// Why, as a code of your own, such as zwaarwegend-belang; nothing about the person.
    #[arg(long, value_name = "CODE", value_parser = clap::value_parser!(ReasonCode))]
    pub reason: ReasonCode,

    /// On which day it was decided; without it, today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<Date>,
}

impl Decide {
    /// Records the decision.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let on = self.on.unwrap_or_else(|| amsterdam_date(at.clock.now()));
        let session = Session::open_as_staff(choice, at)?;
        let body = json!({
            "outcome": self.outcome,
            "reason": self.reason,
            "decidedOn": on.to_string(),
        });
        // The same decision, however often it is said, is one.
        let call = Call::post(format!("/v1/declarations/{}/decision", self.id), &body)?.repeatable();
        done(call, &session, at, |answer, language| told(language.pick("Beslist", "Decided"), answer)).await
    }
}
