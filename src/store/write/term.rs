//! What happens next to what lasts for a time: one row for each, written by what makes it and by what ends it.

use jiff::{SignedDuration, Timestamp};

use crate::store::{
    model::Stage,
    writer::{
        error::{Conflict, WriteError},
        moment::Moment,
        state::{Change, State, Term},
    },
};

/// How long a packet whose term has passed is kept, though nobody is given it any more. A clock that was ahead may be put right
/// in that time; one that is ahead cannot make it pass, since it must pass on the machine too.
pub const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// How long before its end the parties of a message are warned; of a message that lasts less than twice as long, half-way.
pub const WARNING: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What happens first to a message: its parties are warned.
pub(super) fn begun(
    subject: String,
    (from, until): (Timestamp, Timestamp),
    kept_for: SignedDuration,
) -> Change {
    let half = until.duration_since(from) / 2;
    let due = until.saturating_sub(WARNING.min(half)).unwrap_or(from);
    Change::Term(subject, Term { stage: Stage::Warn, due: Some(due), kept_for })
}

/// When a message that ends then is ended here.
pub(super) fn end_of(expires: Timestamp) -> Timestamp {
    expires.saturating_add(GRACE).unwrap_or(Timestamp::MAX)
}

/// It ends at this instant, or nobody knows when: it is forgotten so long after.
pub(super) fn ends(subject: String, at: Option<Timestamp>, kept_for: SignedDuration) -> Change {
    let due = at.map(|at| at.saturating_add(kept_for).unwrap_or(Timestamp::MAX));
    Change::Term(subject, Term { stage: Stage::Forget, due, kept_for })
}

/// It ended now, whatever was to happen to it.
pub(super) fn ended(subject: String, at: &Moment, state: &State) -> Option<Change> {
    let kept_for = state.terms.get(&subject)?.kept_for;
    Some(ends(subject, Some(at.time), kept_for))
}

/// Whether this is what happens next to it, and its time has come; none when it happened before.
///
/// Not by a clock that was not right for an hour: nobody erases anything by setting a clock ahead.
pub(super) fn is_due<'s>(
    subject: &str,
    stage: Stage,
    at: &Moment,
    state: &'s State,
) -> Result<Option<&'s Term>, WriteError> {
    let term = state.terms.get(&subject.to_owned()).filter(|term| term.stage == stage);
    let Some(term) = term else { return Ok(None) };
    if at.steady < GRACE || term.due.is_none_or(|due| due > at.time) {
        return Err(Conflict::NotExpired.into());
    }
    Ok(Some(term))
}
