//! Lists: inbox, outbox, requests, notices, parties, datasets; and the state of one packet or request.

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::{
    gateway::{Call, CallError, Gateway},
    profile::ProfileChoice,
    session::Session,
    text::shown,
};
use crate::{
    cli::{Context, Exit, Failure},
    domain::id::PacketId,
};

/// How many items one call asks for.
const PAGE: u32 = 200;

/// The arguments of every list.
#[derive(Debug, Args)]
pub struct Range {
    /// Start after this log index.
    #[arg(long, value_name = "INDEX")]
    pub after: Option<u64>,

    /// At most so many; without it, all.
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<u32>,
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// The items.
    pub items: Vec<Value>,
    /// Where the next page starts, if there is one.
    #[serde(default)]
    pub next: Option<u64>,
}

/// A walk over a list, page by page.
#[derive(Debug)]
pub struct Pages<'a> {
    gateway: &'a Gateway,
    path: &'static str,
    after: Option<u64>,
    left: Option<u32>,
    ended: bool,
}

impl<'a> Pages<'a> {
    /// The pages of a list within a range.
    #[must_use]
    pub const fn of(gateway: &'a Gateway, path: &'static str, range: &Range) -> Self {
        Self { gateway, path, after: range.after, left: range.limit, ended: false }
    }

    /// The next page, or nothing at the end.
    ///
    /// # Errors
    /// As any call.
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>, Failure> {
        let size = self.left.map_or(PAGE, |left| left.min(PAGE));
        if self.ended || size == 0 {
            return Ok(None);
        }
        let mut call = Call::get(self.path).with("limit", &size);
        if let Some(after) = self.after {
            call = call.with("after", &after);
        }
        let page: Page = self.gateway.json(call).await?;
        let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        self.left = self.left.map(|left| left.saturating_sub(count));
        // A cursor that does not move would be asked for without end.
        self.ended = page.next.is_none() || page.next <= self.after;
        self.after = page.next;
        Ok(Some(page.items))
    }
}

/// Prints a list by log index: one JSON document per line, or one line of text per item.
///
/// # Errors
/// As any call, and when standard output cannot be written.
pub async fn list(
    path: &'static str,
    line: fn(&Value) -> String,
    range: &Range,
    choice: &ProfileChoice,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    let mut pages = Pages::of(&session.gateway, path, range);
    let mut count: usize = 0;
    while let Some(items) = pages.next().await? {
        for item in &items {
            at.out.show(item, || line(item))?;
        }
        count = count.saturating_add(items.len());
    }
    if count == 0 {
        at.out.say("Niets. / Nothing.")?;
    }
    Ok(Exit::Done)
}

/// Prints a list that has one page only, in the same way.
///
/// # Errors
/// As [`list`].
pub async fn whole(
    path: &str,
    line: fn(&Value) -> String,
    choice: &ProfileChoice,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let page: Page = Session::open(choice, at)?.gateway.json(Call::get(path)).await?;
    for item in &page.items {
        at.out.show(item, || line(item))?;
    }
    Ok(Exit::Done)
}

/// Prints the state of one packet, or of one request.
///
/// # Errors
/// As any call.
pub async fn status(id: PacketId, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    let answer = match session.gateway.call(Call::get(format!("/v1/packets/{id}"))).await {
        Err(CallError::Problem(problem)) if problem.status == 404 => {
            session.gateway.json(Call::get(format!("/v1/requests/{id}"))).await?
        }
        answer => serde_json::from_slice(&answer?.body)
            .map_err(|_| CallError::NotUnderstood("its JSON is of another form"))?,
    };
    let packet: Value = answer;
    at.out.show(&packet, || format!("{packet:#}"))?;
    Ok(Exit::Done)
}

/// What was sent to this party, as a line for people.
#[must_use]
pub fn received(item: &Value) -> String {
    line(item, &["logIndex", "id", "kind", "dataset", "sender", "state", "expires"])
}

/// What this party sent.
#[must_use]
pub fn sent(item: &Value) -> String {
    line(item, &["logIndex", "id", "dataset", "state", "expires"])
}

/// What this party asked, with the answer of each recipient.
#[must_use]
pub fn asked(item: &Value) -> String {
    let recipients = item.get("recipients").and_then(Value::as_array).into_iter().flatten();
    let answer = |recipient: &Value| match recipient.pointer("/answer/continues").and_then(Value::as_bool) {
        Some(true) => "  ja / yes",
        Some(false) => "  nee / no",
        None => "  nog geen antwoord / no answer yet",
    };
    let answers: String = recipients.map(answer).collect();
    format!("{}{answers}", sent(item))
}

/// A notice.
#[must_use]
pub fn notice(item: &Value) -> String {
    line(item, &["logIndex", "kind", "packet", "at"])
}

/// A party, as it is written in other commands, with its name and its municipalities.
#[must_use]
pub fn party(item: &Value) -> String {
    let places = item.get("municipalities").and_then(Value::as_array).into_iter().flatten();
    let places: Vec<String> = places.map(shown).collect();
    format!("{}  {}  {}", party_of(item).unwrap_or_default(), line(item, &["name"]), places.join(" "))
}

/// A dataset, with its title and its purposes.
#[must_use]
pub fn dataset(item: &Value) -> String {
    let purposes = item.get("purposes").and_then(Value::as_array).into_iter().flatten();
    let purposes: Vec<String> = purposes.map(shown).collect();
    let title = |language| item.pointer(&format!("/title/{language}")).map(shown).unwrap_or_default();
    format!(
        "{}\n    {}\n    {}\n    doel / purpose: {}",
        line(item, &["code", "kind"]),
        title("nl"),
        title("en"),
        purposes.join(", ")
    )
}

/// One line for people: the members that are there, a party as OIN and role.
fn line(item: &Value, members: &[&str]) -> String {
    let texts = members.iter().filter_map(|name| item.get(name));
    texts.map(|value| party_of(value).unwrap_or_else(|| shown(value))).collect::<Vec<_>>().join("  ")
}

fn party_of(value: &Value) -> Option<String> {
    Some(format!("{}/{}", shown(value.get("oin")?), shown(value.get("role")?)))
}
