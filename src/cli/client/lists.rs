//! Lists: inbox, outbox, requests, notices, parties, datasets; and the state of one packet or request.

use std::path::Path;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::{
    gateway::{Call, Gateway},
    input::read_json,
    listed::{self, Shape},
    names::Names,
    profile::ProfileChoice,
    session::Session,
};
use crate::{
    cli::{Context, Exit, Failure},
    domain::{id::PacketId, json},
};

/// How many items one call asks for.
const PAGE: u32 = 200;

/// The arguments of every list.
#[derive(Debug, Args)]
pub struct Range {
    /// Start after this log index.
    #[arg(long, value_name = "INDEX")]
    pub after: Option<u64>,

    /// At most so many, the oldest first; without it, all.
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

/// Prints a list by log index, or several as one: one JSON document per line, or a table for people.
///
/// # Errors
/// As any call, and when standard output cannot be written.
pub async fn list(
    paths: &[&'static str],
    shape: Shape,
    range: &Range,
    choice: &ProfileChoice,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    let mut all = Vec::new();
    for path in paths {
        let mut pages = Pages::of(&session.gateway, path, range);
        while let Some(items) = pages.next().await? {
            if at.out.is_json() && paths.len() == 1 {
                print(&items, at)?;
            } else {
                // Columns can stand under each other only when all of them are known, and lists as one only when all is read.
                all.extend(items);
            }
        }
    }
    if paths.len() > 1 {
        all.sort_by_key(|item| item.get("logIndex").and_then(Value::as_u64));
        let most = range.limit.and_then(|limit| usize::try_from(limit).ok());
        all.truncate(most.unwrap_or(usize::MAX));
        print(&all, at)?;
    }
    tabled(&all, shape, &session, at).await?;
    Ok(Exit::Done)
}

/// All items of a list, page by page.
///
/// # Errors
/// As any call.
pub async fn every(gateway: &Gateway, path: &str) -> Result<Vec<Value>, Failure> {
    follow(gateway, || Call::get(path.to_owned())).await
}

/// All items that the same call gives, page by page.
async fn follow(gateway: &Gateway, call: impl Fn() -> Call + Send) -> Result<Vec<Value>, Failure> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let mut call = call();
        if let Some(after) = &after {
            call = call.with("after", after);
        }
        let page: Page = gateway.json(call).await?;
        found.extend(page.items);
        // A cursor that does not move would be asked for without end.
        if page.next.is_none() || page.next <= after {
            return Ok(found);
        }
        after = page.next;
    }
}

/// Prints a list that people do not page through, in the same way.
///
/// # Errors
/// As [`list`].
pub async fn whole(
    path: &str,
    shape: Shape,
    choice: &ProfileChoice,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    let items = every(&session.gateway, path).await?;
    print(&items, at)?;
    tabled(&items, shape, &session, at).await?;
    Ok(Exit::Done)
}

/// Prints items that were found as JSON, one per line; to people nothing yet.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(items: &[Value], at: &mut Context) -> Result<(), Failure> {
    if at.out.is_json() {
        for item in items {
            at.out.show(item, String::new)?;
        }
    }
    Ok(())
}

/// Prints items to people as a table, with the names of the organisations; as JSON nothing more.
///
/// # Errors
/// When standard output cannot be written.
pub async fn tabled(
    items: &[Value],
    shape: Shape,
    session: &Session,
    at: &mut Context,
) -> Result<(), Failure> {
    if at.out.is_json() {
        return Ok(());
    }
    if items.is_empty() {
        return at.out.say(("Niets.", "Nothing."));
    }
    let names = Names::of(session).await;
    let table = shape(items, &names, at.out.language());
    at.out.table(&table)
}

/// What is found about the person in a file, and for which purpose was searched. The search is an entry in the log.
///
/// # Errors
/// When the file cannot be read, and as any call.
pub async fn search(
    path: &'static str,
    (person, form): (&Path, (&'static str, &'static str)),
    session: &Session,
) -> Result<(Vec<Value>, Option<String>), Failure> {
    let body = read_json(person, form)?;
    let purpose = json::typed::<Asked>(&body).ok().and_then(|asked| asked.purpose);
    let found = follow(&session.gateway, || Call::post_bytes(path, body.clone()).repeatable()).await?;
    Ok((found, purpose))
}

/// What of a search is repeated: the purpose, and nothing about the person.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    purpose: Option<String>,
}

/// Prints the state of one packet, request or question.
///
/// # Errors
/// As any call.
pub async fn status(id: PacketId, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    // Of a request or question too: asked for in vain, either would be a refusal in the log of both parties.
    let packet: Value = session.gateway.json(Call::get(format!("/v1/packets/{id}"))).await?;
    let packets = [packet];
    print(&packets, at)?;
    let asks = packets.iter().any(|packet| packet.get("kind").is_some_and(|kind| kind != "packet"));
    tabled(&packets, if asks { listed::asked } else { listed::sent }, &session, at).await?;
    Ok(Exit::Done)
}
