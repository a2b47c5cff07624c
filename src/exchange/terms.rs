//! What happens because its time has come: messages whose parties are warned, that end, that are forgotten, with what is kept of
//! declarations and persons. One worker does all of it, from one table, on the path of every operation.

mod ending;
mod forgetting;
mod log;
mod step;
mod warning;

use std::sync::atomic::Ordering;

use futures_util::future::join_all;

use self::{
    ending::End,
    forgetting::{OfDeclaration, OfMessage, OfPerson},
    step::{AT_ONCE, Timed},
    warning::Warning,
};
use super::{Exchange, entry::Clock, plain::PlainError, trouble::Trouble};
use crate::store::{
    read::{Due, Lasting, Stage},
    write::GRACE,
};

impl Exchange {
    /// Does all whose time has come, and answers how much was done. Nothing in the first hour of a gateway, or after its clock was
    /// wrong: whoever sets a clock ahead ends and erases nothing.
    ///
    /// # Errors
    /// [`Trouble`], after all that could be done was.
    pub async fn do_what_is_due(&self) -> Result<usize, Trouble> {
        if self.clock.steady() < GRACE {
            return Ok(0);
        }
        let mut all = 0;
        loop {
            // What was done now may make something due, such as a person of whom nothing is kept any more.
            let done = self.round().await?;
            all += done;
            if done == 0 {
                break;
            }
        }
        all += self.erase_old_bodies().await?;
        if all > 0 || self.has_traces.load(Ordering::Relaxed) {
            self.has_traces.store(true, Ordering::Relaxed);
            let is_wiped = self.store.wipe_traces().await?;
            self.has_traces.store(!is_wiped, Ordering::Relaxed);
        }
        Ok(all)
    }

    /// Once through all that is due; what cannot be done keeps nothing else waiting.
    async fn round(&self) -> Result<usize, Trouble> {
        let now = self.clock.now();
        let (mut done, mut trouble, mut after) = (0, None, None);
        loop {
            let due = self.store.due(now, after.as_ref(), AT_ONCE).await?;
            let Some(last) = due.last() else { break };
            after = Some(last.place.clone());
            for one in join_all(due.iter().map(|one| self.advance(one))).await {
                match one {
                    Ok(did) => done += usize::from(did),
                    // Another gateway was first, or something rests on it again: next time.
                    Err(PlainError::Conflict(_)) => {}
                    Err(PlainError::Trouble(why)) => trouble = Some(why),
                }
            }
        }
        trouble.map_or(Ok(done), Err)
    }

    /// Whether anything was done.
    async fn advance(&self, due: &Due) -> Result<bool, PlainError> {
        match (due.what, due.stage) {
            (Lasting::Message(message), Stage::Warn) => {
                self.perform(&Clock, &Timed(Warning { message })).await
            }
            (Lasting::Message(message), Stage::End) => self.perform(&Clock, &Timed(End { message })).await,
            (Lasting::Message(message), Stage::Forget) => {
                self.perform(&Clock, &Timed(OfMessage { message })).await
            }
            (Lasting::Declaration(declaration), Stage::Forget) => {
                self.perform(&Clock, &Timed(OfDeclaration { declaration })).await
            }
            (Lasting::Person(person, scope), Stage::Forget) => {
                self.perform(&Clock, &Timed(OfPerson { person, scope })).await
            }
            (Lasting::Declaration(_) | Lasting::Person(..), _) => {
                Err(Trouble::Inconsistent("the stage of a term").into())
            }
        }
    }
}
