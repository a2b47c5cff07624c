//! From how a sender names a recipient to the party that it is today.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{caller::Caller, submission::Address, toolbox::Toolbox};
use crate::{
    domain::{
        code::Municipality,
        party::{PartyId, Role},
        problem::Fault,
    },
    store::register::Register,
};

/// A party that a packet is for, and which of the sender's addresses led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Index in the sender's list; none for the person's copy.
    pub(super) at: Option<usize>,
    /// The party.
    pub(super) party: PartyId,
    /// The municipality whose college was named; none where a party was named and acts for several, or for none.
    pub(super) municipality: Option<Municipality>,
}

impl Toolbox {
    /// The parties behind the addresses (each with its index in the sender's list), or every fault at once. A desk may stand for several roles: as many recipients.
    pub(super) fn resolve(
        &self,
        caller: &Caller,
        addresses: &[(usize, &Address)],
        now: Timestamp,
    ) -> Result<Vec<Resolved>, Vec<Fault>> {
        let mut found: Vec<Resolved> = Vec::new();
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for &(at, address) in addresses {
            let pointer = format!("/recipients/{at}");
            let parties = self.parties_behind(caller.register(), address, now);
            if parties.is_empty() {
                faults.push(Fault::at(
                    pointer,
                    "unknown-recipient",
                    "Deze ontvanger is niet aangesloten. `GET /v1/parties` noemt wie dat wel is.",
                    "This recipient is not connected; `GET /v1/parties` lists who is.",
                ));
                continue;
            }
            for (party, municipality) in parties {
                if party == caller.party() {
                    faults.push(Fault::at(
                        pointer.as_str(),
                        "recipient-is-sender",
                        "De ontvanger is de afzender zelf.",
                        "The recipient is the sender.",
                    ));
                } else if !seen.insert(party) {
                    faults.push(Fault::at(
                        pointer.as_str(),
                        "recipient-twice",
                        "Deze ontvanger staat er twee keer.",
                        "This recipient is named twice.",
                    ));
                } else {
                    found.push(Resolved { at: Some(at), party, municipality });
                }
            }
        }
        if faults.is_empty() { Ok(found) } else { Err(faults) }
    }

    fn parties_behind(
        &self,
        register: &Register,
        address: &Address,
        now: Timestamp,
    ) -> Vec<(PartyId, Option<Municipality>)> {
        if let Address::Party(oin, role) = address {
            let party = PartyId::new(*oin, *role);
            let found = register.party(&party).filter(|found| !found.blocked);
            let Some(found) = found.filter(|_| *role != Role::Betrokkene) else { return Vec::new() };
            let mut acts_for = found.municipalities_at(now).into_iter();
            let only = acts_for.next().filter(|_| acts_for.next().is_none());
            return vec![(party, only)];
        }
        let mut parties = Vec::new();
        for (municipality, role) in self.colleges_behind(address) {
            let acting = register.acting_for(&municipality, role, now);
            parties.extend(acting.into_iter().map(|party| (party, Some(municipality.clone()))));
        }
        parties
    }

    /// The colleges that an address names; none where it names a party.
    pub(super) fn colleges_behind(&self, address: &Address) -> Vec<(Municipality, Role)> {
        match address {
            Address::Party(..) => Vec::new(),
            Address::College(municipality, role) => vec![(municipality.clone(), *role)],
            Address::Desk(desk, municipality) => {
                let roles = self.region().map(|region| region.desk(desk, municipality)).unwrap_or_default();
                roles.into_iter().map(|role| (municipality.clone(), role)).collect()
            }
        }
    }
}
