//! Parties: who takes part, in which role, for which municipalities.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use sqlx::query;

use super::{Applied, Effect, Once, sealed::Sealed};
use crate::{
    domain::{code::Municipality, party::PartyId},
    store::{
        row::{Columns, millis},
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// By what right a party acts for a municipality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// It is that municipality's own organ.
    Own,
    /// By delegation (Awb 10:13): the power is its own.
    Delegatie,
    /// By mandate (Awb 10:1): in the college's name.
    Mandaat,
}

impl Ground {
    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Delegatie => "delegatie",
            Self::Mandaat => "mandaat",
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ground: own, delegatie or mandaat")]
pub struct InvalidGround;

impl FromStr for Ground {
    type Err = InvalidGround;

    fn from_str(text: &str) -> Result<Self, InvalidGround> {
        let all = [Self::Own, Self::Delegatie, Self::Mandaat];
        all.into_iter().find(|ground| ground.as_str() == text).ok_or(InvalidGround)
    }
}

/// One municipality for which a party acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MunicipalityOf {
    /// Which.
    pub municipality: Municipality,
    /// By what right.
    pub ground: Ground,
    /// The decision by which, where it is not the party's own.
    pub decision: Option<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

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

const INSERT: &str = "INSERT INTO party (oin, role, name, state, registered) VALUES ($1, $2, $3, 'active', $4) \
     ON CONFLICT (oin, role) DO UPDATE SET name = $3, state = 'active', registered = $4 \
     WHERE party.state = 'removed'";
const RENAME: &str = "UPDATE party SET name = $1 WHERE oin = $2 AND role = $3";
const CLEAR: &str = "DELETE FROM party_municipality WHERE oin = $1 AND role = $2";
const INSERT_MUNICIPALITY: &str = "INSERT INTO party_municipality \
     (oin, role, municipality, ground, decision, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5, $6, $7) \
     ON CONFLICT (oin, role, municipality, valid_from) DO NOTHING";

impl Sealed for RegisterParty {}

impl Effect for RegisterParty {
    type Outcome = ();

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        let insert = query(INSERT)
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(self.name.clone())
            .bind(millis(tx.time));
        if tx.run(insert).await? == 0 {
            return Err(Conflict::Taken.into());
        }
        insert_municipalities(tx, self.party, &self.municipalities).await?;
        tx.raise_party(&self.party).await?;
        Ok(Applied::done(()))
    }
}

pub(super) async fn insert_municipalities(
    tx: &mut Tx<'_>,
    party: PartyId,
    all: &[MunicipalityOf],
) -> Result<(), Halt> {
    for one in all {
        let insert = query(INSERT_MUNICIPALITY)
            .bind(party.oin.to_string())
            .bind(party.role.to_string())
            .bind(one.municipality.to_string())
            .bind(one.ground.as_str())
            .bind(one.decision.clone())
            .bind(millis(one.from))
            .bind(one.until.map(millis));
        tx.run(insert).await?;
    }
    Ok(())
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

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        let (oin, role) = (self.party.oin.to_string(), self.party.role.to_string());
        if tx.run(query(RENAME).bind(self.name.clone()).bind(oin.clone()).bind(role.clone())).await? == 0 {
            return Err(Conflict::NotFound.into());
        }
        tx.run(query(CLEAR).bind(oin).bind(role)).await?;
        insert_municipalities(tx, self.party, &self.municipalities).await?;
        tx.raise_party(&self.party).await?;
        Ok(Applied::done(()))
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

const STATE: &str = "SELECT state FROM party WHERE oin = $1 AND role = $2";
const SET_STATE: &str = "UPDATE party SET state = $1 WHERE oin = $2 AND role = $3";

impl Sealed for BlockParty {}

impl Effect for BlockParty {
    type Outcome = Once;

    /// An emergency brake asks nobody by which policies it was built.
    fn needs_policy(&self) -> bool {
        false
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        let (oin, role) = (self.party.oin.to_string(), self.party.role.to_string());
        let wanted = if self.blocked { "blocked" } else { "active" };
        let row =
            tx.find(query(STATE).bind(oin.clone()).bind(role.clone())).await?.ok_or(Conflict::NotFound)?;
        if Columns(&row).text("state")? == wanted {
            return Ok(Once::Already.applied());
        }
        tx.run(query(SET_STATE).bind(wanted).bind(oin).bind(role)).await?;
        tx.raise_party(&self.party).await?;
        Ok(Once::Now.applied())
    }
}

/// Refuses when the party is not registered, or blocked.
pub(super) async fn require(tx: &mut Tx<'_>, party: PartyId) -> Result<(), Halt> {
    let state = query(STATE).bind(party.oin.to_string()).bind(party.role.to_string());
    let row = tx.find(state).await?.ok_or(Conflict::NotFound)?;
    if Columns(&row).text("state")? == "active" { Ok(()) } else { Err(Conflict::Blocked.into()) }
}
