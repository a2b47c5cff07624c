//! Lists by log index: inbox, outbox, notices; and one packet's state.

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::{
    gateway::{Call, Gateway},
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

/// Prints a list: one JSON document per line, or one line of text per item.
///
/// # Errors
/// As any call, and when standard output cannot be written.
pub async fn list(
    path: &'static str,
    members: &[&str],
    range: &Range,
    choice: &ProfileChoice,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    let mut pages = Pages::of(&session.gateway, path, range);
    let mut count: usize = 0;
    while let Some(items) = pages.next().await? {
        for item in &items {
            at.out.show(item, || line(item, members))?;
        }
        count = count.saturating_add(items.len());
    }
    if count == 0 {
        at.out.say("Niets. / Nothing.")?;
    }
    Ok(Exit::Done)
}

/// Prints the state of one packet.
///
/// # Errors
/// As any call.
pub async fn status(id: PacketId, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    let packet: Value = session.gateway.json(Call::get(format!("/v1/packets/{id}"))).await?;
    at.out.show(&packet, || format!("{packet:#}"))?;
    Ok(Exit::Done)
}

/// One line for people: the members that are there, a party as OIN and role.
fn line(item: &Value, members: &[&str]) -> String {
    let texts = members.iter().filter_map(|name| item.get(name)).map(|value| {
        match (value.get("oin"), value.get("role")) {
            (Some(oin), Some(role)) => format!("{}/{}", shown(oin), shown(role)),
            _ => shown(value),
        }
    });
    texts.collect::<Vec<_>>().join("  ")
}
