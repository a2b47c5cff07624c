//! The invented young people of the story, and what the school writes about them: the datasets' own examples, with dates
//! that fit today.

use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::{Value, json};

use crate::{cli::Failure, domain::clock::amsterdam_date, policy::catalogue::Catalogue};

/// Dates that make the story lawful on any day on which it is played.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    today: Date,
}

impl Days {
    pub(super) fn of(now: Timestamp) -> Self {
        Self { today: amsterdam_date(now) }
    }

    pub(super) const fn today(self) -> Date {
        self.today
    }

    /// When Toby left school.
    pub(super) fn left(self) -> Date {
        self.today.saturating_sub(4.months())
    }

    fn toby_born(self) -> Date {
        self.today.saturating_sub(18.years().months(7))
    }

    fn noor_born(self) -> Date {
        self.today.saturating_sub(17.years().months(2))
    }
}

/// Toby, who has left praktijkonderwijs for work; the school's own number for him is L-2031.
pub(super) fn toby(days: Days) -> Value {
    json!({
        "reference": { "kind": "own", "value": "L-2031" },
        "birthDate": days.toby_born().to_string(),
        "verblijf": "0361",
        "profiel": "arbeid",
        "ingeschreven": false,
        "verlatenOp": days.left().to_string(),
    })
}

/// Noor, who is in her last year.
pub(super) fn noor(days: Days) -> Value {
    json!({
        "reference": { "kind": "own", "value": "L-2044" },
        "birthDate": days.noor_born().to_string(),
        "verblijf": "0361",
        "profiel": "arbeid",
        "ingeschreven": true,
    })
}

/// A declaration about someone, towards Werk & Inkomen of Alkmaar.
pub(super) fn declaration(kind: &str, dataset: &str, purpose: &str, person: &Value, days: Days) -> Value {
    json!({
        "kind": kind,
        "purpose": purpose,
        "person": { "reference": person["reference"], "birthDate": person["birthDate"] },
        "dataset": dataset,
        "towards": { "municipality": "0361", "role": "werk-en-inkomen" },
        "givenBy": "persoon",
        "givenAt": days.today().to_string(),
        "explicit": kind == "toestemming",
        "evidence": { "kind": "formulier", "recordedOn": days.today().to_string() },
    })
}

/// What the school writes, after the dataset's own example.
pub(super) fn content(
    catalogue: &Catalogue,
    dataset: &str,
    person: &Value,
    days: Days,
) -> Result<Value, Failure> {
    let missing = || {
        Failure::internal((
            "de ingebouwde regels missen een dataset van het verhaal",
            "the built-in policies lack a dataset of the story",
        ))
    };
    let code = dataset.parse().map_err(|_| missing())?;
    let mut content = catalogue.dataset(&code).ok_or_else(missing)?.example.clone();
    set(&mut content, "/persoon/geboortedatum", person["birthDate"].clone());
    set(
        &mut content,
        "/persoon/voornamen",
        json!(if person["ingeschreven"] == json!(true) { "Noor" } else { "Toby" }),
    );
    set(&mut content, "/traject/uitstroomdatum", json!(days.left().to_string()));
    Ok(content)
}

fn set(content: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = content.pointer_mut(pointer) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pgn::Pgn;

    /// Every text in a value, with the name of its member.
    fn texts<'a>(name: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a str)>) {
        match value {
            Value::String(text) => found.push((name, text)),
            Value::Array(items) => items.iter().for_each(|item| texts(name, item, found)),
            Value::Object(members) => members.iter().for_each(|(name, member)| texts(name, member, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Toby and Noor live where their municipality is, and no number of theirs is anybody's.
    #[test]
    fn the_people_of_the_story_live_where_their_municipality_is() {
        let catalogue = Catalogue::embedded().unwrap();
        let days = Days::of("2026-11-02T12:00:00Z".parse().unwrap());
        let (_, region) = catalogue.regions().next().unwrap();
        for person in [toby(days), noor(days)] {
            let code = person["verblijf"].as_str().unwrap().parse().unwrap();
            let home = region.municipality(&code).unwrap();
            for dataset in ["verzoek-voortzetting", "overgangsdocument", "uitstroomprofiel"] {
                let content = content(&catalogue, dataset, &person, days).unwrap();
                let mut found = Vec::new();
                texts("", &person, &mut found);
                texts("", &content, &mut found);
                let places = found.iter().filter(|(name, _)| *name == "woonplaats");
                assert!(places.clone().count() > 0, "{dataset}");
                assert!(places.clone().all(|(_, place)| *place == home.name), "{dataset}");
                let mut postcodes = found.iter().filter(|(name, _)| *name == "postcode");
                assert!(postcodes.all(|(_, postcode)| postcode.starts_with("18")), "{dataset}");
                for (name, text) in found {
                    assert!(text.parse::<Pgn>().is_err() || text.starts_with("9999"), "{dataset}: {name}");
                }
            }
        }
    }
}
