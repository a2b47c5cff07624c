//! A party: whether it takes part, and for which municipalities.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::Timestamp;

use super::words::words;
use crate::domain::{code::Municipality, party::PartyId};

words! {
    /// Whether a party takes part.
    PartyState {
        /// It sends and receives.
        Active = "active",
        /// It neither sends nor receives for the time being.
        Blocked = "blocked",
        /// It was taken out.
        Removed = "removed",
    }
}

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

/// A registered party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRow {
    /// Who.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// Whether it neither sends nor receives.
    pub blocked: bool,
    /// Since when it takes part.
    pub registered: Timestamp,
    /// Since when it is blocked, or is not.
    pub since: Timestamp,
    /// For which municipalities it acts, acted and will act.
    pub municipalities: Vec<MunicipalityOf>,
}

impl PartyRow {
    /// For which municipalities it acts at this instant.
    #[must_use]
    pub fn municipalities_at(&self, at: Timestamp) -> BTreeSet<Municipality> {
        let in_force = |one: &&MunicipalityOf| one.from <= at && one.until.is_none_or(|until| at < until);
        self.municipalities.iter().filter(in_force).map(|one| one.municipality.clone()).collect()
    }

    /// For which of them it acts in the name of the college, by mandate.
    #[must_use]
    pub fn mandated_at(&self, at: Timestamp) -> BTreeSet<Municipality> {
        let in_force = |one: &&MunicipalityOf| one.from <= at && one.until.is_none_or(|until| at < until);
        let mandated =
            self.municipalities.iter().filter(in_force).filter(|one| one.ground == Ground::Mandaat);
        mandated.map(|one| one.municipality.clone()).collect()
    }

    /// When it last stopped to act for this municipality, or for any.
    #[must_use]
    pub fn last_end(&self, municipality: Option<&Municipality>, at: Timestamp) -> Option<Timestamp> {
        let of = |one: &&MunicipalityOf| municipality.is_none_or(|named| *named == one.municipality);
        self.municipalities.iter().filter(of).filter_map(|one| one.until).filter(|until| *until <= at).max()
    }

    /// The first instant after this one at which a municipality begins or ends: until then the facts are these.
    #[must_use]
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        let instants = self.municipalities.iter().flat_map(|one| [Some(one.from), one.until]).flatten();
        instants.filter(|instant| *instant > after).min()
    }
}
