//! Invented parties around Alkmaar, for a try-out, the demo and the tests.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    cli::Failure,
    domain::{
        clock::amsterdam_midnight,
        code::Municipality,
        party::{PartyId, Role},
    },
    policy::region::{ActsBy, Region},
    store::write::{Ground, MunicipalityOf},
};

/// A party of the try-out.
#[derive(Debug)]
pub(super) struct Part {
    /// The name of its folder.
    pub(super) name: &'static str,
    /// The name of the organisation.
    pub(super) organisation: &'static str,
    pub(super) party: PartyId,
    pub(super) municipalities: Vec<MunicipalityOf>,
}

const PLACE: &str = "0361";
const SCHOOLS: [(&str, &str, &str, Role); 3] = [
    ("praktijkschool", "Praktijkschool De Sluis", "00000099000020000000", Role::ProSchool),
    ("vso-school", "VSO De Schutkolk", "00000099000030000000", Role::VsoSchool),
    ("mbo-school", "MBO Noorderkanaal", "00000099000040000000", Role::MboSchool),
];
const COLLEGES: [(&str, &str, Role); 3] = [
    ("zaffier", "Zaffier", Role::WerkEnInkomen),
    ("doorstroompunt", "Gemeente Alkmaar, Doorstroompunt", Role::Doorstroompunt),
    ("leerplicht", "Gemeente Alkmaar, Leerplicht", Role::Leerplicht),
];

/// Three schools, and who acts for the college of Alkmaar in each of its roles, as the region's file says.
pub(super) fn parts(region: &Region, now: Timestamp) -> Result<Vec<Part>, Failure> {
    let missing = || {
        Failure::internal((
            "de regio mist een partij van de proefopstelling",
            "the region lacks a party of the try-out",
        ))
    };
    let mut parts = Vec::new();
    for (name, organisation, oin, role) in SCHOOLS {
        let oin = oin.parse().map_err(|_| missing())?;
        parts.push(Part { name, organisation, party: PartyId::new(oin, role), municipalities: Vec::new() });
    }
    let place: Municipality = PLACE.parse().map_err(|_| missing())?;
    for (name, organisation, role) in COLLEGES {
        let party = region.college(&place, role).ok_or_else(missing)?;
        parts.push(Part { name, organisation, party, municipalities: places(region, party, now) });
    }
    Ok(parts)
}

/// For which municipalities a party acts, and by what right.
fn places(region: &Region, party: PartyId, now: Timestamp) -> Vec<MunicipalityOf> {
    let own = region.municipalities.iter().filter(|place| place.oin == party.oin);
    let mut found: Vec<MunicipalityOf> = own
        .map(|place| MunicipalityOf {
            municipality: place.code.clone(),
            ground: Ground::Own,
            decision: None,
            from: now,
            until: None,
        })
        .collect();
    let known: BTreeSet<Municipality> = found.iter().map(|one| one.municipality.clone()).collect();
    for acting in region.acting.iter().filter(|acting| acting.oin == party.oin && acting.role == party.role) {
        for municipality in acting.municipalities.difference(&known) {
            found.push(MunicipalityOf {
                municipality: municipality.clone(),
                ground: match acting.by {
                    ActsBy::Delegation => Ground::Delegatie,
                    ActsBy::Mandate => Ground::Mandaat,
                },
                decision: Some(acting.decision.clone()),
                from: amsterdam_midnight(acting.decided_on),
                until: None,
            });
        }
    }
    found
}
