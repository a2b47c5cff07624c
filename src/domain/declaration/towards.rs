//! Towards whom something is declared.

use crate::domain::{
    code::Municipality,
    oin::Oin,
    party::{PartyId, Role},
};

/// Towards whom a declaration holds, where it does not hold towards everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Towards {
    /// The college of a municipality in a role, whoever acts for it.
    College {
        /// Which municipality.
        municipality: Municipality,
        /// In which role.
        role: Role,
        /// Who acted for it when it was recorded; none where nobody did.
        through: Option<Oin>,
    },
    /// A party, whichever college it acts for.
    Party(PartyId),
}

impl Towards {
    /// From how it is kept; none where that names nobody.
    #[must_use]
    pub fn of(oin: Option<Oin>, role: Role, municipality: Option<Municipality>) -> Option<Self> {
        match (oin, municipality) {
            (through, Some(municipality)) => Some(Self::College { municipality, role, through }),
            (Some(oin), None) => Some(Self::Party(PartyId::new(oin, role))),
            (None, None) => None,
        }
    }

    /// In which role who is named takes part.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::College { role, .. } => *role,
            Self::Party(party) => party.role,
        }
    }

    /// The party behind it when it was recorded.
    #[must_use]
    pub fn party(&self) -> Option<PartyId> {
        match self {
            Self::College { role, through, .. } => through.map(|oin| PartyId::new(oin, *role)),
            Self::Party(party) => Some(*party),
        }
    }

    /// The municipality whose college is named.
    #[must_use]
    pub const fn municipality(&self) -> Option<&Municipality> {
        match self {
            Self::College { municipality, .. } => Some(municipality),
            Self::Party(_) => None,
        }
    }

    /// Whether both name the same recipient: a college is the same, whoever acted for it.
    #[must_use]
    pub fn names_the_same_as(&self, other: &Self) -> bool {
        let college = |one: &Self| one.municipality().cloned().map(|place| (place, one.role()));
        match (college(self), college(other)) {
            (None, None) => self == other,
            (one, other) => one == other,
        }
    }

    /// Whether this party is meant where something goes to it for this college: by its own number, or as who acts for the
    /// college.
    #[must_use]
    pub fn means(&self, party: &PartyId, college: Option<&Municipality>) -> bool {
        let named = self.municipality();
        self.party() == Some(*party) || (named.is_some() && named == college && self.role() == party.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn towards(oin: Option<&str>, municipality: Option<&str>) -> Towards {
        let oin = oin.map(|oin| oin.parse().unwrap());
        let municipality = municipality.map(|code| code.parse().unwrap());
        Towards::of(oin, Role::WerkEnInkomen, municipality).unwrap()
    }

    const ONE: &str = "00000099000000001000";
    const OTHER: &str = "00000099000000002000";

    #[test]
    fn a_college_is_the_same_whoever_acts_for_it() {
        let through_one = towards(Some(ONE), Some("0361"));
        for (other, same) in [
            (towards(Some(OTHER), Some("0361")), true),
            (towards(None, Some("0361")), true),
            (towards(Some(ONE), Some("0405")), false),
            (towards(Some(ONE), None), false),
        ] {
            assert_eq!(through_one.names_the_same_as(&other), same, "{other:?}");
            assert_eq!(other.names_the_same_as(&through_one), same, "{other:?}");
        }
        assert!(!towards(Some(ONE), None).names_the_same_as(&towards(Some(OTHER), None)));
    }

    #[test]
    fn who_is_meant_is_named_or_acts_for_the_college() {
        let party: PartyId = format!("{OTHER}/werk-en-inkomen").parse().unwrap();
        let alkmaar = "0361".parse().unwrap();
        assert!(towards(Some(ONE), Some("0361")).means(&party, Some(&alkmaar)));
        assert!(towards(None, Some("0361")).means(&party, Some(&alkmaar)));
        assert!(towards(Some(OTHER), None).means(&party, None));
        assert!(!towards(Some(ONE), None).means(&party, None));
        assert!(!towards(None, Some("0405")).means(&party, Some(&alkmaar)));
        let doorstroompunt = PartyId::new(party.oin, Role::Doorstroompunt);
        assert!(!towards(None, Some("0361")).means(&doorstroompunt, Some(&alkmaar)));
        assert_eq!(Towards::of(None, Role::WerkEnInkomen, None), None);
    }
}
