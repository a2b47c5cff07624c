//! From how a recorder names a recipient to whom a declaration is towards. What a person says towards a college stands towards
//! that college also while nobody acts for it.

use jiff::Timestamp;

use crate::{
    domain::{
        code::Municipality,
        declaration::Towards,
        party::Role,
        problem::{Bilingual, Fault},
    },
    exchange::{caller::Caller, recipients::Resolved, submission::Address, toolbox::Toolbox},
    store::register::Register,
};

impl Toolbox {
    pub(super) fn towards(
        &self,
        caller: &Caller,
        address: &Address,
        now: Timestamp,
    ) -> Result<Towards, Vec<Fault>> {
        let register = caller.register();
        let colleges = self.colleges_behind(address);
        if colleges
            .iter()
            .all(|(municipality, role)| register.acting_for(municipality, *role, now).is_empty())
        {
            match colleges.as_slice() {
                [(municipality, role)] if self.is_college(register, municipality, *role) => {
                    let (municipality, role) = (municipality.clone(), *role);
                    return Ok(Towards::College { municipality, role, through: None });
                }
                [_, _, ..] => return Err(vec![several()]),
                [_] | [] => {}
            }
        }
        let found =
            self.resolve(caller, &[(0, address)], now).map_err(|faults| by_college(faults, address))?;
        let [Resolved { party, municipality, .. }] =
            <[Resolved; 1]>::try_from(found).map_err(|_| vec![several()])?;
        match municipality {
            Some(municipality) => {
                Ok(Towards::College { municipality, role: party.role, through: Some(party.oin) })
            }
            // Under a mandate a declaration is towards one college: who acts for several does not say which.
            None if register.party(&party).is_some_and(|party| !party.mandated_at(now).is_empty()) => {
                Err(vec![unnamed_college()])
            }
            None => Ok(Towards::Party(party)),
        }
    }

    /// Whether there is such a college: the region's file has it, or somebody acted for it once or is to act for it.
    fn is_college(&self, register: &Register, municipality: &Municipality, role: Role) -> bool {
        self.region().is_some_and(|region| region.college(municipality, role).is_some())
            || register.knows_college(municipality, role)
    }
}

/// That nobody acted for the college when it was recorded, so that nothing went to it either.
pub(super) fn nobody_acts(towards: &Towards) -> Option<Fault> {
    matches!(towards, Towards::College { through: None, .. }).then(|| Fault {
        now: Some(Bilingual::new(
            "U hoeft niets te doen. `GET /v1/parties` laat zien wie voor welk college werkt.",
            "There is nothing that you must do. `GET /v1/parties` shows who acts for which college.",
        )),
        ..Fault::at(
            "/towards",
            "nobody-acts",
            "Niemand werkt nu voor dit college. De verklaring is vastgelegd en geldt voor wie straks voor het college werkt.",
            "Nobody acts for this college now. The declaration is recorded, and holds towards whoever comes to act for the college.",
        )
    })
}

/// Of who is not connected by that number, the college may still be named.
fn by_college(mut faults: Vec<Fault>, address: &Address) -> Vec<Fault> {
    for fault in faults.iter_mut().filter(|_| matches!(address, Address::Party(..))) {
        fault.now = Some(Bilingual::new(
            "Noem het college met een gemeente en een rol (municipality, role): daarvoor geldt de verklaring ook als nu niemand ervoor werkt.",
            "Name the college by a municipality and a role (municipality, role): towards that it holds also while nobody acts for it.",
        ));
    }
    faults
}

fn unnamed_college() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Noem de ontvanger met een gemeente en een rol (municipality, role).",
            "Name the recipient by a municipality and a role (municipality, role).",
        )),
        ..Fault::at(
            "/towards",
            "college-not-named",
            "Deze organisatie werkt in mandaat voor meer dan één gemeente. De verklaring geldt voor één gemeente.",
            "This organisation acts by mandate for more than one municipality. The declaration is for one of them.",
        )
    }
}

fn several() -> Fault {
    Fault::at(
        "/towards",
        "several-recipients",
        "Dit loket staat voor meer dan één ontvanger. Noem er één, met gemeente en rol.",
        "This desk stands for more than one recipient: name one, by municipality and role.",
    )
}
