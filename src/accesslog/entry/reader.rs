//! By what a party finds an entry.

use std::collections::BTreeMap;

use super::{name::PartName, part::Part};
use crate::domain::{digest::Digest, party::PartyId};

/// The row by which a party finds an entry, and by what it may filter. All but the staff follows from the parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReaderRow {
    /// The party's OIN.
    pub oin: String,
    /// The party's role.
    pub role: String,
    /// Which of its entries this is, counted from 1.
    pub number: u64,
    /// Its own parts, with a comma between.
    pub parts: String,
    /// What happened, how it ended, with which dataset, for which purpose, and in which packet; in this order.
    pub facets: [Option<String>; 5],
    /// The person, as its scope names one.
    pub person: Option<String>,
    /// [`super::Own::staff`].
    pub staff: Option<Digest>,
}

impl ReaderRow {
    /// The rows that follow from what an entry says, in the order of the parties.
    #[must_use]
    pub fn of(shared: &Part, own: &[(PartName, Part)]) -> Vec<Self> {
        let mut rows: BTreeMap<PartyId, Self> = BTreeMap::new();
        for (name, part) in own {
            let (Some(party), Some(number)) = (part.reader, part.number) else { continue };
            let row = rows.entry(party).or_insert_with(|| Self {
                oin: party.oin.to_string(),
                role: party.role.to_string(),
                number,
                facets: facets(shared),
                ..Self::default()
            });
            if !row.parts.is_empty() {
                row.parts.push(',');
            }
            row.parts.push_str(name.as_str());
            row.person = row.person.take().or_else(|| part.person.map(|person| person.to_string()));
        }
        rows.into_values().collect()
    }
}

fn facets(shared: &Part) -> [Option<String>; 5] {
    [
        shared.event.map(|event| event.as_str().to_owned()),
        shared.outcome.map(|outcome| outcome.as_str().to_owned()),
        shared.dataset.as_ref().map(ToString::to_string),
        shared.purpose.as_ref().map(ToString::to_string),
        shared.packet.map(|packet| packet.to_string()),
    ]
}
