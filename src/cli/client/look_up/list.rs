//! A list of the gateway, as JSON or as a table.

use serde_json::Value;

use crate::cli::{
    Context, Exit, Failure,
    client::{
        paged::{Pages, Range, every},
        profile::ProfileChoice,
        session::Session,
        tables::{Shape, print, tabled},
    },
};

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
