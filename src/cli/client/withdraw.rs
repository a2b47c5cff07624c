//! `sluis client withdraw`: a declaration or a packet, taken back.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    done::told,
    gateway::{Call, CallError},
    names,
    profile::ProfileChoice,
    session::Session,
    words::member,
};
use crate::{
    cli::{
        Context, Exit, Failure, Language,
        language::{both, tell},
        moment,
        names::Names,
    },
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PacketId},
        json,
    },
};

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
        let names = if at.out.is_json() { Names::default() } else { names::of(&session).await };
        let language = at.out.language();
        at.out.show(&answer, || withdrawn(&answer, is_repeated, &names, language))?;
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
            "al opgehaald; de gateway geeft geen bericht: vertel het zelf",
            "collected already; the gateway tells nobody: tell it yourself",
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
