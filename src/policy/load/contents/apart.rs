//! Values that cannot stand together, or not in their field: an address that is unknown and has a street. The schema marks them.

use serde_json::Value;

use super::MAX_FAULTS;
use crate::{
    domain::problem::{Bilingual, Fault},
    policy::load::schema::Shape,
};

/// A member of an object that leaves no room for another: `"x-alone": "onbekend"`.
const ALONE: &str = "x-alone";
/// Members that are of another country than this one, of this one only, and of an address that the lines abroad say again:
/// `"x-abroad": { "country": …, "here": […], "only_here": […], "not_beside_lines": […], "lines": […] }`.
const ABROAD: &str = "x-abroad";
/// The words with which a text cannot begin, as small letters without blanks and marks: `"x-never": { "begin": […], "nl": …,
/// "en": … }`.
const NEVER: &str = "x-never";

impl Shape {
    /// Adds a fault for everything that contradicts what stands beside it, or its own field.
    pub(super) fn contradictions(
        &self,
        node: &Value,
        value: &Value,
        at: &mut String,
        faults: &mut Vec<Fault>,
    ) {
        if faults.len() >= MAX_FAULTS {
            return;
        }
        let resolved = self.resolve(node);
        if let Some(members) = value.as_object() {
            if let Some(alone) = resolved.get(ALONE).and_then(Value::as_str)
                && members.contains_key(alone)
                && members.len() > 1
            {
                faults.push(contradiction(
                    at,
                    format!("Hier staat {alone} naast andere velden. Laat {alone} weg, of al het andere."),
                    format!(
                        "Here stands {alone} beside other fields. Leave out {alone}, or everything else."
                    ),
                ));
            }
            if let Some(abroad) = resolved.get(ABROAD) {
                faults.extend(not_abroad(abroad, value, at).or_else(|| not_here(abroad, value, at)));
            }
        }
        if let (Some(never), Some(text)) = (resolved.get(NEVER), value.as_str()) {
            let begins = strings(never, "begin").any(|word| begins_with(text, word));
            let told =
                |language: &str| never.get(language).and_then(Value::as_str).unwrap_or_default().to_owned();
            if begins {
                faults.push(contradiction(at, told("nl"), told("en")));
            }
        }
        Self::below(resolved, value, at, &mut |node, value, at| self.contradictions(node, value, at, faults));
    }
}

/// An address that says to be of this country, and has the lines of one abroad.
fn not_abroad(abroad: &Value, value: &Value, at: &str) -> Option<Fault> {
    let country = abroad.get("country")?.as_str()?;
    let said = value.get(country)?.as_str()?.trim().to_lowercase();
    let line = strings(abroad, "lines").find(|line| value.get(line).is_some())?;
    strings(abroad, "here").any(|here| here == said).then(|| {
        contradiction(
            &format!("{at}/{country}"),
            format!("Dit adres is in Nederland, en {line} is voor een adres in het buitenland. Vul straat, huisnummer en postcode in."),
            format!("This address is in the Netherlands, and {line} is for an address abroad. Fill in straat, huisnummer and postcode."),
        )
    })
}

/// An address in another country, and what only an address in this country has.
fn not_here(abroad: &Value, value: &Value, at: &str) -> Option<Fault> {
    let country = abroad.get("country")?.as_str()?;
    let said = value.get(country)?.as_str()?.trim().to_lowercase();
    let is_there = |name: &&str| value.get(*name).is_some();
    let has_lines = strings(abroad, "lines").any(|line| is_there(&line));
    let again = strings(abroad, "not_beside_lines").filter(|_| has_lines);
    let own = strings(abroad, "only_here").chain(again).find(is_there)?;
    (!strings(abroad, "here").any(|here| here == said)).then(|| {
        contradiction(
            &format!("{at}/{country}"),
            format!("Dit adres is in een ander land, en {own} is voor een adres in Nederland. Laat {country} weg, of zet het adres in regel1 tot regel3."),
            format!("This address is in another country, and {own} is for an address in the Netherlands. Leave out {country}, or put the address in regel1 to regel3."),
        )
    })
}

/// Whether the first word of a text is this one, whatever blanks and marks stand within it: `P.O. Box 12`, no `Postbuslaan`.
fn begins_with(text: &str, word: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    let is_there = word.chars().all(|one| letters.find(|letter| letter.is_alphanumeric()) == Some(one));
    is_there && !letters.next().is_some_and(char::is_alphabetic)
}

fn strings<'a>(node: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    node.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn contradiction(at: &str, nl: String, en: String) -> Fault {
    Fault { text: Bilingual { nl: nl.into(), en: en.into() }, ..Fault::at(at, "contradiction", "", "") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{domain::plaintext::Plaintext, policy::fixture::engine};

    fn faults(address: &Value) -> Vec<(String, String)> {
        let engine = engine();
        let dataset = engine.catalogue().dataset(&"overgangsdocument".parse().unwrap()).unwrap();
        let mut content = dataset.example.clone();
        content["persoon"]["adres"] = address.clone();
        let judged = dataset.validate(Plaintext::read(content.to_string().as_bytes()).unwrap());
        let faults = judged.err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
    }

    #[test]
    fn an_address_that_contradicts_itself_is_refused() {
        for (address, place) in [
            (json!({ "onbekend": true, "straat": "Kadelaan", "land": "België" }), ""),
            (json!({ "onbekend": true, "woonplaats": "Alkmaar" }), ""),
            (json!({ "land": "Nederland", "regel1": "Kadelaan 3" }), "/land"),
            (json!({ "land": " NL ", "regel1": "Kadelaan 3" }), "/land"),
            (json!({ "straat": "Postbus", "huisnummer": "12", "woonplaats": "Alkmaar" }), "/straat"),
            (json!({ "straat": "postbus 12", "woonplaats": "Alkmaar" }), "/straat"),
            (json!({ "straat": "Antwoordnummer", "huisnummer": "12" }), "/straat"),
            (json!({ "straat": "Post bus 12", "woonplaats": "Alkmaar" }), "/straat"),
            (json!({ "straat": "P.O. Box 12", "woonplaats": "Alkmaar" }), "/straat"),
            (json!({ "straat": "PO box", "huisnummer": "12" }), "/straat"),
            (json!({ "straat": "postbus12", "woonplaats": "Alkmaar" }), "/straat"),
            (json!({ "locatiebeschrijving": "Postbus 12, Alkmaar" }), "/locatiebeschrijving"),
            (json!({ "land": "Koninkrijk der Nederlanden", "regel1": "Kadelaan 3" }), "/land"),
            (json!({ "land": "Duitsland", "postcode": "1811 AB" }), "/land"),
            (
                json!({ "land": "België", "regel1": "Kaai 3", "straat": "Kadelaan", "huisnummer": "3" }),
                "/land",
            ),
            (json!({ "land": "België", "regel1": "Kaai", "huisnummer": "3" }), "/land"),
        ] {
            let at = format!("/content/persoon/adres{place}");
            assert_eq!(faults(&address), [(at, "contradiction".to_owned())], "{address}");
        }
        for address in [
            json!({ "onbekend": true }),
            json!({ "land": "België", "regel1": "Kaai 3" }),
            // In many countries there is no post but to a box.
            json!({ "land": "Kenia", "regel1": "P.O. Box 30552", "regel2": "Nairobi 00100" }),
            json!({ "straat": "Kadelaan", "huisnummer": "3", "land": "Nederland" }),
            json!({ "straat": "Oude Postbaan", "huisnummer": "3" }),
            json!({ "straat": "Postbuslaan", "huisnummer": "3" }),
            json!({ "straat": "Antwoordnummerstraat", "huisnummer": "3" }),
            json!({ "straat": "Post Busserlaan", "huisnummer": "3" }),
            json!({ "straat": "Kadelaan", "postcode": "1811 AB", "land": "Het Koninkrijk der Nederlanden" }),
            json!({ "straat": "Kaai", "huisnummer": "3", "woonplaats": "Gent", "land": "België" }),
            json!({ "locatiebeschrijving": "Ligplaats bij de postbus" }),
        ] {
            assert_eq!(faults(&address), [], "{address}");
        }
    }
}
