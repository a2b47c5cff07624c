//! Who exchanges: an organisation in a role.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::oin::Oin;

/// The capacity in which an organisation takes part. One college has several; each is another party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A school for praktijkonderwijs (WVO 2020).
    ProSchool,
    /// A school for voortgezet speciaal onderwijs (WEC).
    VsoSchool,
    /// An institution for middelbaar beroepsonderwijs, entree included (WEB).
    MboSchool,
    /// The college of burgemeester en wethouders for Werk & Inkomen (Participatiewet 7, 7a).
    WerkEnInkomen,
    /// The college for the Doorstroompunt, formerly RMC (WEB 9.2.1 to 9.2.11).
    Doorstroompunt,
    /// The college, or the organ of the pooled service, for the Leerplichtwet 1969.
    Leerplicht,
    /// An organisation that acts for a college under a registered mandate and has no say of its own.
    Verwerker,
    /// The person whom it is about: never a party on the line, only the one for whom a copy is made.
    Betrokkene,
}

impl Role {
    /// Every role, in the order of the law's journey.
    pub const ALL: [Self; 8] = [
        Self::ProSchool,
        Self::VsoSchool,
        Self::MboSchool,
        Self::WerkEnInkomen,
        Self::Doorstroompunt,
        Self::Leerplicht,
        Self::Verwerker,
        Self::Betrokkene,
    ];

    /// The code of the role, as policies and URLs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProSchool => "pro-school",
            Self::VsoSchool => "vso-school",
            Self::MboSchool => "mbo-school",
            Self::WerkEnInkomen => "werk-en-inkomen",
            Self::Doorstroompunt => "doorstroompunt",
            Self::Leerplicht => "leerplicht",
            Self::Verwerker => "verwerker",
            Self::Betrokkene => "betrokkene",
        }
    }

    /// Whether the role is that of a school.
    #[must_use]
    pub const fn is_school(self) -> bool {
        matches!(self, Self::ProSchool | Self::VsoSchool | Self::MboSchool)
    }
}

/// The text is not a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a role: pro-school, vso-school, mbo-school, werk-en-inkomen, doorstroompunt, leerplicht, verwerker or betrokkene"
)]
pub struct InvalidRole;

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(InvalidRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An organisation in one role. Keys, inbox, quota, references and log view belong to this pair, never to the OIN alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartyId {
    /// The organisation.
    pub oin: Oin,
    /// The capacity it acts in.
    pub role: Role,
}

impl PartyId {
    /// The organisation in this role.
    #[must_use]
    pub const fn new(oin: Oin, role: Role) -> Self {
        Self { oin, role }
    }
}

/// The text is not a party: an OIN, a slash and a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a party: an OIN of 20 positions, a slash and a role, such as 00000099000000001000/werk-en-inkomen; the roles are pro-school, vso-school, \
     mbo-school, werk-en-inkomen, doorstroompunt, leerplicht, verwerker and betrokkene"
)]
pub struct InvalidParty;

impl FromStr for PartyId {
    type Err = InvalidParty;

    fn from_str(text: &str) -> Result<Self, InvalidParty> {
        let (oin, role) = text.split_once('/').ok_or(InvalidParty)?;
        Ok(Self {
            oin: oin.parse().map_err(|_| InvalidParty)?,
            role: role.parse().map_err(|_| InvalidParty)?,
        })
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.oin, self.role)
    }
}

impl fmt::Debug for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartyId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_an_oin_and_a_role() {
        let text = "00000099000000001000/werk-en-inkomen";
        let party: PartyId = text.parse().unwrap();
        assert_eq!(party.to_string(), text);
        assert!("00000099000000001000".parse::<PartyId>().is_err());
    }

    #[test]
    fn the_code_of_a_role_is_its_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }
}
