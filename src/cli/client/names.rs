//! What organisations are called, asked once for a command.

use super::{paged, session::Session};
use crate::cli::names::Names;

/// Asks the gateway. Without an answer there are no names, and parties are shown by their numbers.
pub async fn of(session: &Session) -> Names {
    Names::of(&paged::every(&session.gateway, "/v1/parties").await.unwrap_or_default())
}
