//! What organisations and municipalities are called, so that people see names and not numbers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Language, printable::one_line};
use crate::{domain::party::PartyId, policy::Catalogue};

/// The names of the parties, by OIN and role, and of the municipalities that a region of this program knows, by code.
#[derive(Debug, Default)]
pub struct Names {
    parties: BTreeMap<String, String>,
    places: BTreeMap<String, String>,
}

impl Names {
    /// The names in a list of parties, and those of the municipalities.
    #[must_use]
    pub fn of(parties: &[Value]) -> Self {
        let places = Catalogue::embedded().map(|rules| places_of(&rules)).unwrap_or_default();
        Self { places, ..Self::from_items(parties) }
    }

    /// A municipality as people know it, such as `Alkmaar (0361)`; its code where no region names it.
    #[must_use]
    pub fn place(&self, code: &str) -> String {
        self.places.get(code).map_or_else(|| code.to_owned(), |name| format!("{name} ({code})"))
    }

    fn from_items(items: &[Value]) -> Self {
        let named = items.iter().filter_map(|item| Some((number(item)?, member(item, "/name"))));
        let parties = named.filter(|(_, name)| !name.is_empty()).collect();
        Self { parties, places: BTreeMap::new() }
    }

    /// These names and those that items give of parties themselves: the member with the party, and the one with its name.
    #[must_use]
    pub fn beside(&self, items: &[Value], members: &[(&str, &str)]) -> Self {
        let mut parties = self.parties.clone();
        for (item, (party, name)) in
            items.iter().flat_map(|item| members.iter().map(move |names| (item, names)))
        {
            let name = member(item, name);
            if let Some(number) = item.pointer(party).and_then(number).filter(|_| !name.is_empty()) {
                parties.entry(number).or_insert(name);
            }
        }
        Self { parties, places: self.places.clone() }
    }

    /// A party in a document: its name and role, its number too where that is not enough to know it by.
    #[must_use]
    pub fn party(&self, value: &Value, language: Language) -> String {
        let role = member(value, "/role");
        if role == "betrokkene" {
            return language.pick("de jongere", "the young person").to_owned();
        }
        // A college for which nobody acted has no number.
        let Some(number) = number(value) else { return role };
        let Some(name) = self.parties.get(&number) else { return number };
        let ending = format!("/{role}");
        let namesakes =
            self.parties.iter().filter(|(other, same)| *same == name && other.ends_with(&ending)).count();
        if namesakes > 1 { format!("{name} ({number})") } else { format!("{name} ({role})") }
    }

    /// A party likewise, from its identifier.
    #[must_use]
    pub fn id(&self, party: PartyId, language: Language) -> String {
        let value = serde_json::json!({ "oin": party.oin.to_string(), "role": party.role.to_string() });
        self.party(&value, language)
    }
}

/// A text in a document as people read it; nothing where there is none.
fn member(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).and_then(Value::as_str).map(one_line).unwrap_or_default()
}

fn places_of(rules: &Catalogue) -> BTreeMap<String, String> {
    let all = rules.regions().flat_map(|(_, region)| &region.municipalities);
    all.map(|one| (one.code.to_string(), one.name.clone())).collect()
}

/// A party as commands write it: an OIN, a slash and a role.
#[must_use]
pub fn number(value: &Value) -> Option<String> {
    Some(one_line(&format!("{}/{}", value.get("oin")?.as_str()?, value.get("role")?.as_str()?)))
}
