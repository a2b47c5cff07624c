//! Who exchanges: a party as it is shown, and a recipient as a sender names one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape;
use crate::{
    domain::{
        code::Municipality,
        oin::Oin,
        party::{PartyId, Role},
        problem::Fault,
    },
    exchange::submission::Address,
};

/// A party: an organisation in a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The organisation.
    #[schema(value_type = shape::Oin)]
    pub oin: Oin,
    /// The capacity it acts in.
    #[schema(value_type = shape::Role)]
    pub role: Role,
}

impl From<PartyId> for Party {
    fn from(party: PartyId) -> Self {
        Self { oin: party.oin, role: party.role }
    }
}

/// Towards whom a declaration holds: the college of a municipality and who acted for it when it was recorded, or a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Towards {
    /// The organisation; absent where nobody acted for the college when the declaration was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Oin, required = false)]
    pub oin: Option<Oin>,
    /// The capacity it acts in.
    #[schema(value_type = shape::Role)]
    pub role: Role,
    /// The municipality whose college was named; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Municipality, required = false)]
    pub municipality: Option<Municipality>,
}

/// For whom: `municipality` and `role` (the party that acts for the college of that municipality today), `oin` and
/// `role`, or `desk` and `municipality` (a local desk of the region's file, which may stand for several roles).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The municipality whose college it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Municipality, required = false)]
    pub municipality: Option<Municipality>,
    /// The party's OIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Oin, required = false)]
    pub oin: Option<Oin>,
    /// The party's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Role, required = false)]
    pub role: Option<Role>,
    /// A local desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, example = "jongerenpunt-check-in")]
    pub desk: Option<String>,
}

impl Recipient {
    /// How the sender names the recipient; a fault at the pointer unless it is one of the three ways.
    ///
    /// # Errors
    /// The fault.
    pub fn read(self, pointer: &str) -> Result<Address, Fault> {
        match self {
            Self { municipality: Some(place), role: Some(role), oin: None, desk: None } => {
                Ok(Address::College(place, role))
            }
            Self { oin: Some(oin), role: Some(role), municipality: None, desk: None } => {
                Ok(Address::Party(oin, role))
            }
            Self { desk: Some(desk), municipality: Some(place), oin: None, role: None } => {
                Ok(Address::Desk(desk, place))
            }
            _ => Err(Fault::at(
                pointer,
                "invalid-recipient",
                "Noem de ontvanger met een gemeente en een rol (municipality, role), met een OIN en een rol (oin, role), of met een loket en een gemeente (desk, municipality).",
                "Name the recipient by a municipality and a role (municipality, role), by an OIN and a role (oin, role), or by a desk and a municipality (desk, municipality).",
            )),
        }
    }
}
