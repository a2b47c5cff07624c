//! For which college a party acts: begun and ended one at a time.

use jiff::Timestamp;
use sqlx::query;

use super::{
    Applied, Effect, MunicipalityOf,
    party::{insert_municipalities, require},
    sealed::Sealed,
};
use crate::{
    domain::{code::Municipality, party::PartyId},
    store::{
        row::millis,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
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

const ACTS: &str = "SELECT municipality FROM party_municipality WHERE oin = $1 AND role = $2 AND municipality = $3 \
     AND (valid_until IS NULL OR valid_until > $4 OR valid_from = $4)";

impl Sealed for AddMunicipality {}

impl Effect for AddMunicipality {
    type Outcome = ();

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        require(tx, self.party).await?;
        let acts = query(ACTS)
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(self.place.municipality.to_string())
            .bind(millis(self.place.from));
        if tx.find(acts).await?.is_some() {
            return Err(Conflict::Taken.into());
        }
        insert_municipalities(tx, self.party, std::slice::from_ref(&self.place)).await?;
        tx.raise_party(&self.party).await?;
        Ok(Applied::done(()))
    }
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

const END: &str = "UPDATE party_municipality SET valid_until = $1 WHERE oin = $2 AND role = $3 AND municipality = $4 \
     AND (valid_until IS NULL OR valid_until > $1)";

impl Sealed for EndMunicipality {}

impl Effect for EndMunicipality {
    type Outcome = ();

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        let end = query(END)
            .bind(millis(self.from))
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(self.municipality.to_string());
        if tx.run(end).await? == 0 {
            return Err(Conflict::NotFound.into());
        }
        tx.raise_party(&self.party).await?;
        Ok(Applied::done(()))
    }
}
