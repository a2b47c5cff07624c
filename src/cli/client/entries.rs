//! `sluis client entries`: what the log says about this party, and whether it can be believed.

use clap::Args;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{
    lists::{Pages, Range},
    profile::ProfileChoice,
    session::Session,
    text::shown,
};
use crate::{
    accesslog::own::OwnEntry,
    cli::{Context, Exit, Failure},
    merkle::note::LogVerifier,
};

/// The arguments of `sluis client entries`.
#[derive(Debug, Args)]
pub struct Entries {
    /// Which entries.
    #[command(flatten)]
    pub range: Range,

    /// Compute every commitment and proof again, with the log's public key of the profile (`log_vkey`).
    #[arg(long)]
    pub verify: bool,
}

impl Entries {
    /// Lists the entries, and verifies them if asked. The exit code is 1 when one does not hold.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        let log = if self.verify { Some(needed(session.log()?)?) } else { None };
        let mut pages = Pages::of(&session.gateway, "/v1/entries", &self.range);
        let (mut count, mut wrong): (u64, u64) = (0, 0);
        while let Some(items) = pages.next().await? {
            for item in &items {
                let verdict = log.as_ref().map(|log| judged(item, log));
                wrong = wrong.saturating_add(u64::from(verdict.as_ref().is_some_and(Result::is_err)));
                count = count.saturating_add(1);
                show(item, verdict.as_ref(), at)?;
            }
        }
        if log.is_some() {
            at.out.say(&format!("{count} gecontroleerd / verified, {wrong} klopt niet / does not hold"))?;
        }
        if wrong > 0 {
            return Err(Failure::refused(format!("{wrong} of {count} entries do not hold"))
                .now("keep this output and tell the gateway's operator and your privacy officer"));
        }
        Ok(Exit::Done)
    }
}

fn needed(log: Option<LogVerifier>) -> Result<LogVerifier, Failure> {
    log.ok_or_else(|| {
        Failure::configuration("the profile has no `log_vkey` to verify with")
            .now("get the log's public key from the gateway's operator, not from the gateway, and add it to the profile")
    })
}

fn judged(item: &Value, log: &LogVerifier) -> Result<(), String> {
    let entry = OwnEntry::deserialize(item).map_err(|_| "it has not the form of an entry".to_owned())?;
    entry.verify(log).map(drop).map_err(|error| error.to_string())
}

fn show(item: &Value, verdict: Option<&Result<(), String>>, at: &mut Context) -> Result<(), Failure> {
    let index = item.get("index").map(shown).unwrap_or_default();
    let mut document = item.clone();
    if let (Some(verdict), Some(members)) = (verdict, document.as_object_mut()) {
        let verdict = match verdict {
            Ok(()) => json!({ "holds": true }),
            Err(why) => json!({ "holds": false, "why": why }),
        };
        members.insert("verified".to_owned(), verdict);
    }
    at.out.show(&document, || {
        let mut lines = vec![match verdict {
            None => index.clone(),
            Some(Ok(())) => format!("{index}  klopt / holds"),
            Some(Err(why)) => format!("{index}  KLOPT NIET / DOES NOT HOLD: {why}"),
        }];
        for part in item.get("parts").and_then(Value::as_array).into_iter().flatten() {
            let of = |name| part.get(name).map(shown).unwrap_or_default();
            lines.push(format!("  {}: {}", of("part"), of("body")));
        }
        lines.join("\n")
    })
}
