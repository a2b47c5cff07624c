//! For which college a party acts: begun and ended one at a time.

use jiff::Timestamp;

use super::{
    Applied, Effect, MunicipalityOf,
    party::{place, require},
    sealed::Sealed,
};
use crate::{
    domain::{code::Municipality, party::PartyId},
    store::writer::{
        error::{Conflict, WriteError},
        look::Look,
        moment::Moment,
        state::{Change, Place, PlaceId, State},
    },
};

/// A party acts for one college more.
#[derive(Debug, Clone)]
pub struct AddMunicipality {
    /// Who.
    pub party: PartyId,
    /// For which college, by what right, from when.
    pub place: MunicipalityOf,
}

impl Sealed for AddMunicipality {}

impl Effect for AddMunicipality {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party)]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<()>, WriteError> {
        require(state, &self.party)?;
        let (id, own) = place(self.party, &self.place);
        let mut known = places(state, self.party, &self.place.municipality);
        if known.any(|(other, place)| *other == id || place.until.is_none_or(|until| until > self.place.from))
        {
            return Err(Conflict::Taken.into());
        }
        Ok(Applied::done((), vec![Change::Place(id, own), Change::Member(self.party)]))
    }
}

fn places<'s>(
    state: &'s State,
    party: PartyId,
    municipality: &Municipality,
) -> impl Iterator<Item = (&'s PlaceId, &'s Place)> {
    state.places.iter().filter(move |((of, at, _), _)| *of == party && at == municipality)
}

/// A party no longer acts for a college.
#[derive(Debug, Clone)]
pub struct EndMunicipality {
    /// Who.
    pub party: PartyId,
    /// For which college.
    pub municipality: Municipality,
    /// The first instant at which it does not.
    pub from: Timestamp,
}

impl Sealed for EndMunicipality {}

impl Effect for EndMunicipality {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party)]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<()>, WriteError> {
        let known = places(state, self.party, &self.municipality);
        let acting = known.filter(|(_, place)| place.until.is_none_or(|until| until > self.from));
        let ended = |(id, place): (&PlaceId, &Place)| {
            Change::Place(id.clone(), Place { until: Some(self.from), ..place.clone() })
        };
        let mut changes: Vec<Change> = acting.map(ended).collect();
        if changes.is_empty() {
            return Err(Conflict::NotFound.into());
        }
        changes.push(Change::Member(self.party));
        Ok(Applied::done((), changes))
    }
}
