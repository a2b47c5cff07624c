//! Entries without another effect: a refusal, a search, an export, a decision that was asked for.

use super::{Applied, Effect, sealed::Sealed};
use crate::store::writer::{error::Halt, tx::Tx};

/// Appends entries and changes nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Record;

impl Sealed for Record {}

impl Effect for Record {
    type Outcome = ();

    async fn apply(&self, _: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        Ok(Applied::done(()))
    }
}
