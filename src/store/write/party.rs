//! Parties: who takes part, in which role, for which municipalities.

use super::{Applied, Effect, Once, sealed::Sealed};
use crate::{
    domain::party::PartyId,
    store::{
        model::{MunicipalityOf, PartyState},
        row::millis,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Party, Place, PlaceId, State},
        },
    },
};

/// Registers a party.
#[derive(Debug, Clone)]
pub struct RegisterParty {
    /// Who.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// For which municipalities it acts.
    pub municipalities: Vec<MunicipalityOf>,
}

impl Sealed for RegisterParty {}

impl Effect for RegisterParty {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<()>, WriteError> {
        if standing(state, &self.party).is_some() {
            return Err(Conflict::Taken.into());
        }
        let party =
            Party { name: self.name.clone(), state: PartyState::Active, registered: at.time, since: at.time };
        let mut changes = vec![Change::Party(self.party, party), Change::Member(self.party)];
        // Where it acted from the same instant before it was removed, that is over.
        let places = self.municipalities.iter().map(|one| place(self.party, one));
        let new = places.filter(|(id, _)| !state.places.has(id));
        changes.extend(new.map(|(id, place)| Change::Place(id, place)));
        Ok(Applied::done((), changes))
    }
}

/// The row of a municipality for which a party acts.
pub(super) fn place(party: PartyId, one: &MunicipalityOf) -> (PlaceId, Place) {
    let place = Place { ground: one.ground, decision: one.decision.clone(), until: one.until };
    ((party, one.municipality.clone(), millis(one.from)), place)
}

/// Replaces the name and the municipalities of a party.
#[derive(Debug, Clone)]
pub struct UpdateParty {
    /// Who.
    pub party: PartyId,
    /// Its name from now on.
    pub name: String,
    /// All municipalities for which it acts from now on.
    pub municipalities: Vec<MunicipalityOf>,
}

impl Sealed for UpdateParty {}

impl Effect for UpdateParty {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party)]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<()>, WriteError> {
        let party = standing(state, &self.party).ok_or(Conflict::NotFound)?;
        let party = Party { name: self.name.clone(), ..party.clone() };
        let mut changes = vec![Change::Party(self.party, party), Change::Member(self.party)];
        let former = state.places.iter().filter(|((of, ..), _)| *of == self.party);
        changes.extend(former.map(|(id, _)| Change::Unplace(id.clone())));
        let places = self.municipalities.iter().map(|one| place(self.party, one));
        changes.extend(places.map(|(id, place)| Change::Place(id, place)));
        Ok(Applied::done((), changes))
    }
}

/// Blocks a party, or lifts the block. While blocked it neither sends nor receives.
#[derive(Debug, Clone, Copy)]
pub struct BlockParty {
    /// Who.
    pub party: PartyId,
    /// Whether it is blocked from now on.
    pub blocked: bool,
}

impl Sealed for BlockParty {}

impl Effect for BlockParty {
    type Outcome = Once;

    /// An emergency brake asks nobody by which policies it was built.
    fn needs_policy(&self) -> bool {
        false
    }

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let wanted = if self.blocked { PartyState::Blocked } else { PartyState::Active };
        let party = standing(state, &self.party).ok_or(Conflict::NotFound)?;
        if party.state == wanted {
            return Ok(Once::already());
        }
        let party = Party { state: wanted, since: at.time, ..party.clone() };
        Ok(Once::now(vec![Change::Party(self.party, party), Change::Member(self.party)]))
    }
}

/// A party that was not removed.
fn standing<'s>(state: &'s State, party: &PartyId) -> Option<&'s Party> {
    state.parties.get(party).filter(|party| party.state != PartyState::Removed)
}

/// Refuses when the party is not registered, or takes no part now.
pub(super) fn require(state: &State, party: &PartyId) -> Result<(), WriteError> {
    match state.parties.get(party).map(|party| party.state) {
        Some(PartyState::Active) => Ok(()),
        Some(PartyState::Blocked | PartyState::Removed) => Err(Conflict::Blocked.into()),
        None => Err(Conflict::NotFound.into()),
    }
}
