//! Lists of the gateway, read page by page.

use std::path::Path;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::{
    gateway::{Call, Gateway},
    input::read_json,
    session::Session,
};
use crate::{cli::Failure, domain::json};

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

/// What is found about the person in a file, and by what was searched. The search is an entry in the log.
///
/// # Errors
/// When the file cannot be read, and as any call.
pub async fn search(
    path: &'static str,
    (person, form): (&Path, (&'static str, &'static str)),
    session: &Session,
) -> Result<(Vec<Value>, Asked), Failure> {
    let body = read_json(person, form)?;
    let asked = json::typed(&body).unwrap_or_default();
    let found = follow(&session.gateway, || Call::post_bytes(path, body.clone()).repeatable()).await?;
    Ok((found, asked))
}

/// What of a search is repeated: the purpose and the kind of number, and nothing about the person.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// For which purpose was searched.
    pub purpose: Option<String>,
    reference: Option<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    kind: String,
}

impl Asked {
    /// By which kind of number was searched; none by name.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.reference.as_ref().map(|reference| &*reference.kind)
    }
}
