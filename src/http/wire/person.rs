//! The person as a caller describes one.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

use super::{Day, Reader, shape};
use crate::domain::{
    age::BirthDate,
    code::Municipality,
    person::{InvalidReference, OwnReference, PersonFacts, PersonReference, Reden, Uitstroomprofiel},
    problem::Fault,
};

/// By what kind of number the person is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// The party's own number: a school's pupil number or a college's case number. Never a BSN.
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
    /// The number.
    #[schema(min_length = 1, max_length = 64, example = "L-2031")]
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
            ReferenceKind::Pgn => self.value.parse().map(PersonReference::Pgn).map_err(|_| {
                Fault::at(
                    pointer,
                    "invalid-pgn",
                    "Dit is geen burgerservicenummer of onderwijsnummer: negen cijfers die aan de elfproef voldoen.",
                    "This is no burgerservicenummer or onderwijsnummer: nine digits that pass the 11-test.",
                )
            }),
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
        InvalidReference::LooksLikeBsn => Fault::at(
            pointer,
            "hides-a-bsn",
            "Hier lijkt een burgerservicenummer te staan. Gebruik een eigen nummer van uw organisatie.",
            "This looks like a burgerservicenummer. Use a number of your own organisation.",
        ),
    })
}

/// The person as the sender describes one: a reference, and the facts that decisions need.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, asserted apart")]
pub struct Person {
    /// By what the sender calls the person.
    pub reference: Reference,
    /// The date of birth.
    #[schema(value_type = shape::BirthDate)]
    pub birth_date: BirthDate,
    /// The municipality where the person lives or stays: its college is the recipient in law.
    #[schema(value_type = shape::Municipality)]
    pub verblijf: Municipality,
    /// Whether the person may act at law: false under curatele. Says nothing about age.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub handelingsbekwaam: bool,
    /// Whether curatele, bewind or mentorschap makes the person incompetent for this matter.
    #[serde(default)]
    pub onbevoegd_voor_deze: bool,
    /// Towards what the school prepares the pupil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Profiel, required = false)]
    pub profiel: Option<Uitstroomprofiel>,
    /// Whether the pupil is enrolled at the sender.
    pub ingeschreven: bool,
    /// The day on which the pupil left the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Date, required = false)]
    pub verlaten_op: Option<Day>,
    /// Whether the student has the diploma of the programme that was left.
    #[serde(default)]
    pub gediplomeerd: bool,
    /// The day of that diploma: the mbo's term of a year counts from it. Absent says that it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Date, required = false)]
    pub gediplomeerd_op: Option<Day>,
    /// Whether the pupil is still leerplichtig or kwalificatieplichtig. Absent counts as yes for who may be under 18.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub leerplichtig: Option<bool>,
    /// Whether the person has a startkwalificatie.
    #[serde(default)]
    pub startkwalificatie: bool,
    /// Why a soft term may be exceeded, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Reden, required = false)]
    pub reden: Option<Reden>,
}

const fn yes() -> bool {
    true
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(redacted)")
    }
}

impl Person {
    /// The reference and the facts; `pointer` is that of the person.
    pub fn read(self, pointer: &str, reader: &mut Reader) -> Option<(PersonReference, PersonFacts)> {
        let reference = reader.take(self.reference.read(&format!("{pointer}/reference")))?;
        let facts = PersonFacts {
            birth_date: self.birth_date,
            verblijf: self.verblijf,
            handelingsbekwaam: self.handelingsbekwaam,
            onbevoegd_voor_deze: self.onbevoegd_voor_deze,
            profiel: self.profiel,
            ingeschreven: self.ingeschreven,
            verlaten_op: self.verlaten_op.map(|day| day.0),
            gediplomeerd: self.gediplomeerd,
            gediplomeerd_op: self.gediplomeerd_op.map(|day| day.0),
            leerplichtig: self.leerplichtig,
            startkwalificatie: self.startkwalificatie,
            reden: self.reden,
        };
        Some((reference, facts))
    }
}

/// The person of a declaration: who declares, and whether that may be, depends on the age.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declarant {
    /// By what the recorder calls the person.
    pub reference: Reference,
    /// The date of birth.
    #[schema(value_type = shape::BirthDate)]
    pub birth_date: BirthDate,
    /// Whether the person may act at law: false under curatele. Says nothing about age.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub handelingsbekwaam: bool,
    /// Whether curatele, bewind or mentorschap makes the person incompetent for this matter.
    #[serde(default)]
    pub onbevoegd_voor_deze: bool,
}

impl Declarant {
    /// Whether another declares for the person: under curatele always (UAVG 5), under bewind or mentorschap where they
    /// reach this matter.
    #[must_use]
    pub const fn is_represented(&self) -> bool {
        !self.handelingsbekwaam || self.onbevoegd_voor_deze
    }
}

impl fmt::Debug for Declarant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Declarant(redacted)")
    }
}

/// A name, wiped when dropped.
#[derive(Deserialize, ToSchema, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Given names, as the sender writes them.
    #[schema(min_length = 1, max_length = 200, example = "Toby")]
    pub given: String,
    /// Family name, with its prefix or without.
    #[schema(min_length = 1, max_length = 200, example = "de Vries")]
    pub family: String,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(redacted)")
    }
}
