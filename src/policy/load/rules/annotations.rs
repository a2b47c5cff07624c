//! What stands beside a rule: which annotations it may have, and what those say that cite nothing.

use std::{collections::BTreeSet, str::FromStr};

use cedar_policy::{Effect, Policy};

use super::known::{Place, RESIDENCE};
use crate::{
    domain::problem::Bilingual,
    policy::load::finding::{Notes, said},
};

/// What a condition says to people.
const TEXTS: [&str; 6] = ["nl", "en", "regel", "regel_en", "nu", "nu_en"];

/// Says which annotations mean nothing there, and whether the name fits the file.
pub(super) fn check(policy: &Policy, id: &str, place: Place<'_>, notes: &mut Notes<'_>) {
    let allowed: &[&str] = match (policy.effect(), place) {
        (Effect::Permit, Place::Dataset(_)) => &[
            "id",
            "grondslag",
            "verplicht",
            "optioneel",
            "optuit",
            "daarbij",
            "daarbij_en",
            "vraag",
            RESIDENCE,
        ],
        (Effect::Permit, Place::Routes) => &["id"],
        (Effect::Permit, Place::Guards) => {
            notes.add(
                said!("`{id}` is een permit", "`{id}` is a permit"),
                (
                    "Hier staan alleen verboden (forbid); een grondslag hoort bij een gegevensset.",
                    "Guards only forbid; a basis belongs to a dataset.",
                ),
            );
            &["id"]
        }
        (Effect::Forbid, Place::Dataset(_)) => &["id", "voor", "voorwaarde", "vraag"],
        (Effect::Forbid, Place::Guards) => {
            &["id", "voor", "grond", "tenzij", "paraat", "voorwaarde", "vraag"]
        }
        (Effect::Forbid, Place::Routes) => &["id", "voorwaarde", "vraag"],
    };
    let is_text = |key: &str| policy.effect() == Effect::Forbid && TEXTS.contains(&key);
    for (key, _) in policy.annotations() {
        if !allowed.contains(&key) && !is_text(key) {
            notes.add(
                said!(
                    "`{id}` heeft @{key}, en dat betekent daar niets",
                    "`{id}` has @{key}, which means nothing there"
                ),
                ("Haal het weg, of verbeter de naam.", "Remove it or correct the name."),
            );
        }
    }
    let prefix = match place {
        Place::Dataset(code) => code.as_str(),
        Place::Guards => "guards",
        Place::Routes => "routes",
    };
    if id.split_once('.').is_none_or(|(first, rest)| first != prefix || rest.is_empty()) {
        notes.add(
            said!("`{id}` is geen naam voor dit bestand", "`{id}` is not a name of this file"),
            said!("Noem het {prefix}.<naam>.", "Name it {prefix}.<name>."),
        );
    }
}

/// What a basis says beside it, in both languages or not at all.
pub(super) fn note(policy: &Policy, notes: &mut Notes<'_>) -> Option<Bilingual> {
    match (policy.annotation("daarbij"), policy.annotation("daarbij_en")) {
        (Some(nl), Some(en)) => Some(Bilingual { nl: nl.to_owned().into(), en: en.to_owned().into() }),
        (None, None) => None,
        _ => {
            notes.add(
                said!(
                    "`{}` heeft een van @daarbij en @daarbij_en",
                    "`{}` has one of @daarbij and @daarbij_en",
                    policy.id()
                ),
                (
                    "Schrijf het in beide talen: het is wat mensen lezen.",
                    "Write it in both languages: it is what people read.",
                ),
            );
            None
        }
    }
}

/// The letters of open questions, such as `y` or `x, ad`.
pub(super) fn question(policy: &Policy, notes: &mut Notes<'_>) -> Option<String> {
    let letters = policy.annotation("vraag")?;
    let is_letter = |one: &str| (1..=2).contains(&one.len()) && one.bytes().all(|c| c.is_ascii_lowercase());
    if !letters.split(',').map(str::trim).all(is_letter) {
        notes.add(
            said!("`{}` heeft @vraag(\"{letters}\")", "`{}` has @vraag(\"{letters}\")", policy.id()),
            (
                "Noem de letters van open vragen van law.toml, zoals \"y\" of \"x, ad\".",
                "Name the letters of open questions of law.toml, such as \"y\" or \"x, ad\".",
            ),
        );
    }
    Some(letters.to_owned())
}

/// The codes of a list, each once.
pub(super) fn list<T: FromStr + Ord>(policy: &Policy, key: &str, notes: &mut Notes<'_>) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    let text = policy.annotation(key).unwrap_or_default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse() {
            Ok(code) => {
                if !found.insert(code) {
                    notes.add(
                        said!(
                            "`{}` noemt `{part}` twee keer in @{key}",
                            "`{}` names `{part}` twice in @{key}",
                            policy.id()
                        ),
                        ("Noem het een keer.", "Name it once."),
                    );
                }
            }
            Err(_) => {
                notes.add(
                    said!(
                        "`{}`: `{part}` in @{key} is geen code",
                        "`{}`: `{part}` in @{key} is not a code",
                        policy.id()
                    ),
                    ("Verbeter het.", "Correct it."),
                );
            }
        }
    }
    found
}
