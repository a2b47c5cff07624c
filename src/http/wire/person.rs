//! The person as a caller describes one.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

use super::{reader::Reader, shape};
use crate::{
    domain::{
        age::BirthDate,
        assertion::{Assertions, HANDELINGSBEKWAAM, MAATREGEL, ONBEVOEGD_VOOR_DEZE},
        code::Municipality,
        party::Role,
        person::{
            Contradiction, InvalidReference, OwnReference, PersonFacts, PersonReference, Protection, no_pgn,
        },
        problem::{Bilingual, Fault},
    },
    policy::glossary::Glossary,
};

/// By what kind of number the person is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// The party's own number: a school's pupil number or a college's case number. Never a BSN or an onderwijsnummer.
    Own,
    /// The persoonsgebonden nummer, only in flows whose closed lists name it for sender and recipient.
    Pgn,
}

/// By what the caller calls the person.
#[derive(Serialize, Deserialize, ToSchema, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Which kind of number.
    #[zeroize(skip)]
    pub kind: ReferenceKind,
    /// The number: letters, digits and the characters . _ / - of an own number, which is compared in NFKC and small letters;
    /// nine digits that pass the 11-test of a persoonsgebonden nummer.
    #[schema(min_length = 1, max_length = 64, pattern = "^[^\\x00-,:-@\\[-^`{-\\x7f]+$", example = "L-2031")]
    pub value: String,
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reference(redacted)")
    }
}

impl Reference {
    /// The reference as a value; a fault does not repeat it. `pointer` is that of the reference.
    ///
    /// # Errors
    /// The fault.
    pub fn read(&self, pointer: &str) -> Result<PersonReference, Fault> {
        let pointer = format!("{pointer}/value");
        match self.kind {
            ReferenceKind::Own => own_reference(&self.value, &pointer).map(PersonReference::Own),
            ReferenceKind::Pgn => self.value.parse().map(PersonReference::Pgn).map_err(|_| no_pgn(pointer)),
        }
    }
}

/// A party's own number for a person; a fault does not repeat it.
///
/// # Errors
/// The fault.
pub fn own_reference(text: &str, pointer: &str) -> Result<OwnReference, Fault> {
    OwnReference::new(text).map_err(|invalid| match invalid {
        InvalidReference::Form => Fault::at(
            pointer,
            "invalid-reference",
            "Een eigen nummer heeft 1 tot en met 64 letters, cijfers en de tekens . _ / -",
            "An own number has 1 to 64 letters, digits and the characters . _ / -",
        ),
        InvalidReference::LooksLikePgn => Fault::at(
            pointer,
            "hides-a-bsn",
            "Hier lijkt een burgerservicenummer of onderwijsnummer te staan. Gebruik een eigen nummer van uw organisatie.",
            "This looks like a burgerservicenummer or onderwijsnummer. Use a number of your own organisation.",
        ),
    })
}

/// The person as the sender describes one: a reference, and the facts that decisions need. Which facts there are beside the
/// date of birth and the residence follows from the policies of this gateway.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// By what the sender calls the person.
    pub reference: Reference,
    /// The date of birth.
    #[schema(value_type = shape::BirthDate)]
    pub birth_date: BirthDate,
    /// The municipality where the person lives or stays: its college is the recipient in law.
    #[schema(value_type = shape::Municipality)]
    pub verblijf: Municipality,
    /// What [`take_asserted`] took out of the body before the person was read.
    #[serde(skip_deserializing)]
    #[schema(ignore)]
    pub asserted: Assertions,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(redacted)")
    }
}

/// The facts of who declares: by them, and by the age, it is judged whether that may be.
pub const OF_A_DECLARANT: [&str; 3] = [HANDELINGSBEKWAAM, MAATREGEL, ONBEVOEGD_VOOR_DEZE];

/// Takes what is asserted of the person out of a body, with every fault of it: a fact that is unknown, that is not as the
/// policies describe it, that must be said (by who asserts, where that is known) and is not, or that contradicts another. The rest of the person is a [`Person`].
pub fn take_asserted(body: &mut Value, glossary: &Glossary, by: Option<Role>) -> (Assertions, Vec<Fault>) {
    let Some(person) = person_in(body) else { return (Assertions::default(), Vec::new()) };
    let own = ["reference", "birthDate", "verblijf"];
    let mut faults: Vec<Fault> = unknown(person, glossary, &own, |_| true).into_iter().collect();
    faults.extend(glossary.missing(person, "/person", by));
    taken(person, glossary, faults)
}

/// Takes what is asserted of who declares out of a body, likewise: of the facts only those [`OF_A_DECLARANT`], and none must be
/// said. The rest of the person is a [`Declarant`].
pub fn take_of_declarant(body: &mut Value, glossary: &Glossary) -> (Assertions, Vec<Fault>) {
    let Some(person) = person_in(body) else { return (Assertions::default(), Vec::new()) };
    let is_of_declarant = |code: &str| OF_A_DECLARANT.contains(&code);
    let faults = unknown(person, glossary, &["reference", "birthDate"], is_of_declarant);
    taken(person, glossary, faults.into_iter().collect())
}

fn person_in(body: &mut Value) -> Option<&mut Map<String, Value>> {
    body.get_mut("person").and_then(Value::as_object_mut)
}

fn taken(
    person: &mut Map<String, Value>,
    glossary: &Glossary,
    mut faults: Vec<Fault>,
) -> (Assertions, Vec<Fault>) {
    let (asserted, wrong) = glossary.take(person, "/person");
    faults.extend(wrong);
    let contradiction = Protection::of(&asserted).check();
    faults.extend(contradiction.err().map(|wrong| contradicting(wrong, "/person")));
    (asserted, faults)
}

/// A fault for members that a person does not have, beside its own and those facts. They are taken out.
fn unknown(
    person: &mut Map<String, Value>,
    glossary: &Glossary,
    own: &[&str],
    is_known: impl Fn(&str) -> bool,
) -> Option<Fault> {
    let before = person.len();
    person.retain(|name, _| own.contains(&name.as_str()) || is_known(name) && glossary.fact(name).is_some());
    let known = || {
        let facts = glossary.facts().iter().map(|fact| fact.code.as_str()).filter(|code| is_known(code));
        own.iter().copied().chain(facts).collect::<Vec<_>>().join(", ")
    };
    (person.len() < before).then(|| Fault {
        text: Bilingual::of(
            format!("Hier staat een veld dat niet bekend is. Bekend zijn: {}.", known()),
            format!("This object has a member that is not known here. Known are: {}.", known()),
        ),
        ..Fault::at("/person", "unknown-field", "", "")
    })
}

impl Person {
    /// The reference and the facts; `pointer` is that of the person.
    pub fn read(self, pointer: &str, reader: &mut Reader) -> Option<(PersonReference, PersonFacts)> {
        let reference = reader.take(self.reference.read(&format!("{pointer}/reference")))?;
        let facts =
            PersonFacts { birth_date: self.birth_date, verblijf: self.verblijf, asserted: self.asserted };
        Some((reference, facts))
    }
}

/// The person of a declaration: who declares, and whether that may be, depends on the age and on what protects the person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declarant {
    /// By what the recorder calls the person.
    pub reference: Reference,
    /// The date of birth.
    #[schema(value_type = shape::BirthDate)]
    pub birth_date: BirthDate,
}

fn contradicting(wrong: Contradiction, pointer: &str) -> Fault {
    let (member, code, nl, en) = match wrong {
        Contradiction::AbleUnderCuratele => (
            "handelingsbekwaam",
            "able-under-curatele",
            "Wie onder curatele staat, is niet handelingsbekwaam. Laat handelingsbekwaam weg, of de curatele.",
            "Who is under curatele is not handelingsbekwaam. Leave out handelingsbekwaam, or the curatele.",
        ),
        Contradiction::IncompetentByNoMeasure => (
            "onbevoegdVoorDeze",
            "incompetent-by-no-measure",
            "Alleen curatele of mentorschap maakt iemand onbevoegd voor deze zaak; bewind gaat over geld en goed. Noem de maatregel (maatregel), of laat onbevoegdVoorDeze weg.",
            "Only curatele or mentorschap makes someone incompetent for this matter; bewind concerns property. Name the measure (maatregel), or leave out onbevoegdVoorDeze.",
        ),
    };
    Fault::at(format!("{pointer}/{member}"), code, nl, en)
}

impl fmt::Debug for Declarant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Declarant(redacted)")
    }
}

/// As the definitions of the datasets have it.
const LONGEST_NAME: usize = 200;

/// A name, wiped when dropped.
#[derive(Deserialize, ToSchema, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Given names: all of them or the first ones. Absent for who has one name.
    #[serde(default)]
    #[schema(max_length = 200, example = "Toby")]
    pub given: String,
    /// Family name, with its prefix or without. Absent for who has given names only.
    #[serde(default)]
    #[schema(max_length = 200, example = "de Vries")]
    pub family: String,
}

impl Name {
    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.given, &self.family].iter().all(|part| !part.chars().any(char::is_alphanumeric))
    }

    /// A name that is longer than any that can be sent.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let is_long = |part: &str| part.chars().count() > LONGEST_NAME;
        let parts = [("/name/given", &self.given), ("/name/family", &self.family)];
        let long = parts.into_iter().filter(|(_, part)| is_long(part));
        long.map(|(pointer, _)| {
            Fault::at(
                pointer,
                "too-long",
                "Een naam heeft ten hoogste 200 tekens.",
                "A name has at most 200 characters.",
            )
        })
        .collect()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(redacted)")
    }
}
