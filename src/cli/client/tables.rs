//! Lists as tables for people.

mod cells;
pub mod declarations;
pub mod messages;
pub mod notices;
pub mod register;

use serde_json::Value;

use super::{names, session::Session};
use crate::cli::{Context, Failure, Language, names::Names, table::Table};

/// How a list becomes a table.
pub type Shape = fn(&[Value], &Names, Language) -> Table;

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
    let names = names::of(session).await;
    let table = shape(items, &names, at.out.language());
    at.out.table(&table)
}
