//! What the program derives, and what it reads for that: the file must name both as they are.

use std::collections::BTreeSet;

use super::{
    AssertedFact, DerivedFact,
    DerivedType::{self, Bool, Code, Loopbaan, Number, Set},
    notes::Notes,
    reads::Moment::{self, Indiening, Person, Verwijdering},
};
use crate::{domain::assertion::READ, policy::load::finding::said};

/// What the program derives, and of which moment.
const DERIVED: [(&str, DerivedType, &[Moment]); 12] = [
    ("ageAtLeast", Number, &[Person, Indiening, Verwijdering]),
    ("ageAtMost", Number, &[Person, Indiening, Verwijdering]),
    ("verblijf", Code, &[Person]),
    ("curatele", Bool, &[Person]),
    ("onbevoegdVoorDeze", Bool, &[Person]),
    ("bevoegdheidOpgegeven", Bool, &[Person]),
    ("loopbaan", Loopbaan, &[Person, Indiening]),
    ("verwijderd", Bool, &[Person]),
    ("contactgemeenteGevraagd", Bool, &[Person]),
    ("leerplichtig", Bool, &[Person, Verwijdering]),
    ("zekerLeerplichtig", Bool, &[Person, Verwijdering]),
    ("leerplichtigOm", Set, &[Verwijdering]),
];

/// What derivations read is defined, with the type and the codes that they expect.
pub(super) fn read_facts_as_they_are(facts: &[AssertedFact], notes: &mut Notes<'_>) {
    for (code, kind, values) in READ {
        let found = facts.iter().find(|fact| fact.code == code);
        let same = |fact: &&AssertedFact| {
            fact.kind == kind && fact.values.iter().all(|value| values.contains(&value.as_str()))
        };
        if found.as_ref().is_some_and(same) {
            continue;
        }
        let codes = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
        let kind = kind.as_str();
        notes.add(
            found.map(|fact| fact.line),
            said!(
                "afgeleide feiten lezen `{code}` als {kind}{codes}, en zo staat het er niet",
                "derived facts read `{code}` as {kind}{codes}, and it does not stand there so"
            ),
            (
                "Zet het feit terug zoals het was; een ander feit krijgt een eigen naam.",
                "Put the fact back as it was; another fact gets a name of its own.",
            ),
        );
    }
}

/// The derived facts are those that the program derives.
pub(super) fn are_all_there(derived: &[DerivedFact], notes: &mut Notes<'_>) {
    let is_same = |one: &DerivedFact| {
        let same_moments = |at: &[Moment]| {
            let set = |at: &[Moment]| at.iter().copied().collect::<BTreeSet<_>>();
            set(at) == set(&one.at) && at.len() == one.at.len()
        };
        DERIVED.iter().any(|(code, kind, at)| one.code == *code && one.kind == *kind && same_moments(at))
    };
    let mut seen = BTreeSet::new();
    for one in derived {
        if !is_same(one) || !seen.insert(one.code.as_str()) {
            notes.add(
                Some(one.line),
                said!(
                    "het programma leidt `{}` niet zo af, of het staat er twee keer",
                    "the program does not derive `{}` so, or it stands there twice",
                    one.code
                ),
                (
                    "Een afgeleid feit wordt in het programma geschreven. Wat de verzender zelf zegt, hoort onder [[fact]].",
                    "A derived fact is written in the program. What the sender says belongs under [[fact]].",
                ),
            );
        }
    }
    for (code, ..) in DERIVED.iter().filter(|(code, ..)| !derived.iter().any(|one| one.code == *code)) {
        notes.add(
            None,
            said!("het afgeleide feit `{code}` ontbreekt", "the derived fact `{code}` is missing"),
            ("Zet het terug.", "Put it back."),
        );
    }
}
