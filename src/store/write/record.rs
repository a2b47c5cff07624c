//! Entries without another effect: a refusal, a search, an export, a decision that was asked for.

use super::{Applied, Effect, sealed::Sealed};
use crate::store::writer::{error::WriteError, look::Look, moment::Moment, state::State};

/// Appends entries and changes nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Record;

impl Sealed for Record {}

impl Effect for Record {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        Vec::new()
    }

    fn judge(&self, _: &Moment, _: &State) -> Result<Applied<()>, WriteError> {
        Ok(Applied::done((), Vec::new()))
    }
}
