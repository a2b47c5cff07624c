//! What travels: the bodies that several routes share, as they stand in the OpenAPI document, and how they become values
//! of the domain.
//!
//! The published schema is what is enforced: a body is validated against it before it is read, so that every fault is
//! named at once. What a schema cannot say (an 11-test, a date on the calendar) is judged here, all at once too.

use std::{collections::BTreeSet, str::FromStr};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        party::{PartyId, Role},
        person::{OwnReference, PersonFacts, PersonReference, Reden, Uitstroomprofiel},
        pgn::Pgn,
        problem::Fault,
    },
    exchange::submission::Address,
};

/// Collects faults while a body becomes values.
#[derive(Debug, Default)]
pub struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    /// The value that a text stands for, or a fault at the pointer.
    pub fn code<T: FromStr>(
        &mut self,
        pointer: &str,
        text: &str,
        nl: &'static str,
        en: &'static str,
    ) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.faults.push(Fault::at(pointer, "invalid", nl, en));
        }
        value
    }

    /// Notes a fault.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The value, if nothing was wrong.
    ///
    /// # Errors
    /// Every fault that was noted.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(self.faults),
        }
    }
}

/// A party: an OIN in a role.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Organisatie-identificatienummer, 20 positions.
    #[schema(pattern = "^[0-9A-Z]{20}$", example = "00000099000000001000")]
    pub oin: String,
    /// The registered role.
    #[schema(value_type = RoleWord)]
    pub role: String,
}

impl From<PartyId> for Party {
    fn from(party: PartyId) -> Self {
        Self { oin: party.oin.to_string(), role: party.role.to_string() }
    }
}

/// A role, as registered.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of domain::party::Role, for the OpenAPI document")]
pub enum RoleWord {
    ProSchool,
    VsoSchool,
    MboSchool,
    WerkEnInkomen,
    Doorstroompunt,
    Leerplicht,
    Verwerker,
    Betrokkene,
}

/// For whom: a municipality and a role (the college of residence), an OIN and a role, or a desk of the region and a
/// municipality.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// CBS code of the municipality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9]{4}$", example = "0361")]
    pub municipality: Option<String>,
    /// OIN of the party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Z]{20}$")]
    pub oin: Option<String>,
    /// Role of the party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleWord>,
    /// A local desk of the region's file, such as `jongerenpunt-check-in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9-]{1,64}$")]
    pub desk: Option<String>,
}

const RECIPIENT_NL: &str =
    "Noem de ontvanger met municipality en role, met oin en role, of met desk en municipality.";
const RECIPIENT_EN: &str =
    "name the recipient by municipality and role, by oin and role, or by desk and municipality";

impl Recipient {
    /// How the sender named the recipient.
    pub fn read(&self, pointer: &str, reader: &mut Reader) -> Option<Address> {
        let role = self.role.map(Role::from);
        match (&self.municipality, &self.oin, role, &self.desk) {
            (Some(place), None, Some(role), None) => {
                let place =
                    reader.code(&format!("{pointer}/municipality"), place, RECIPIENT_NL, RECIPIENT_EN)?;
                Some(Address::College(place, role))
            }
            (None, Some(oin), Some(role), None) => {
                let oin = reader.code(
                    &format!("{pointer}/oin"),
                    oin,
                    "Dit is geen OIN: 20 posities met een bekend voorvoegsel.",
                    "not an OIN: 20 positions with a known prefix",
                )?;
                Some(Address::Party(oin, role))
            }
            (Some(place), None, None, Some(desk)) => {
                let place =
                    reader.code(&format!("{pointer}/municipality"), place, RECIPIENT_NL, RECIPIENT_EN)?;
                Some(Address::Desk(desk.clone(), place))
            }
            _ => {
                reader.fault(Fault::at(pointer, "invalid-recipient", RECIPIENT_NL, RECIPIENT_EN));
                None
            }
        }
    }
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::ProSchool => Self::ProSchool,
            RoleWord::VsoSchool => Self::VsoSchool,
            RoleWord::MboSchool => Self::MboSchool,
            RoleWord::WerkEnInkomen => Self::WerkEnInkomen,
            RoleWord::Doorstroompunt => Self::Doorstroompunt,
            RoleWord::Leerplicht => Self::Leerplicht,
            RoleWord::Verwerker => Self::Verwerker,
            RoleWord::Betrokkene => Self::Betrokkene,
        }
    }
}

/// By what kind of number the person is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// The party's own number.
    Own,
    /// The persoonsgebonden nummer, only in flows whose closed lists name it.
    Pgn,
}

/// By what the caller calls the person.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Which kind.
    pub kind: ReferenceKind,
    /// The number.
    #[schema(min_length = 1, max_length = 64)]
    pub value: String,
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reference(redacted)")
    }
}

impl Reference {
    /// The reference as a value, or a fault that does not repeat it.
    pub fn read(&self, pointer: &str, reader: &mut Reader) -> Option<PersonReference> {
        let pointer = format!("{pointer}/value");
        match self.kind {
            ReferenceKind::Own => match OwnReference::new(&self.value) {
                Ok(own) => Some(PersonReference::Own(own)),
                Err(_) => {
                    reader.fault(Fault::at(
                        pointer,
                        "invalid-reference",
                        "Gebruik een eigen nummer van 1 tot 64 letters, cijfers en . _ / - dat geen BSN kan zijn.",
                        "use an own number of 1 to 64 letters, digits and . _ / - that cannot be a BSN",
                    ));
                    None
                }
            },
            ReferenceKind::Pgn => reader
                .code::<Pgn>(
                    &pointer,
                    &self.value,
                    "Dit is geen BSN of onderwijsnummer: negen cijfers die aan de elfproef voldoen.",
                    "not a BSN or onderwijsnummer: nine digits that pass the 11-test",
                )
                .map(PersonReference::Pgn),
        }
    }
}

/// The person as the sender describes one: a reference, and the facts that decisions need.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// By what the sender calls the person.
    pub reference: Reference,
    /// Date of birth; 00 for an unknown day or month, 0000-00-00 if wholly unknown.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    pub birth_date: String,
    /// CBS code of the municipality where the person lives or stays.
    #[schema(pattern = "^[0-9]{4}$")]
    pub verblijf: String,
    /// False under curatele.
    #[serde(default = "yes")]
    pub handelingsbekwaam: bool,
    /// True where curatele, bewind or mentorschap makes the person incompetent for this matter.
    #[serde(default)]
    pub onbevoegd_voor_deze: bool,
    /// Towards what the school prepares the pupil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProfielWord>)]
    pub profiel: Option<Uitstroomprofiel>,
    /// Whether the pupil is enrolled at the sender.
    pub ingeschreven: bool,
    /// The day on which the pupil left the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    pub verlaten_op: Option<String>,
    /// Whether the student has the diploma of the programme that was left.
    #[serde(default)]
    pub gediplomeerd: bool,
    /// Whether the person has a startkwalificatie.
    #[serde(default)]
    pub startkwalificatie: bool,
    /// Why a soft term may be exceeded, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RedenWord>)]
    pub reden: Option<Reden>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(redacted)")
    }
}

/// Towards what the school prepares the pupil.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of domain::person, for the OpenAPI document")]
pub enum ProfielWord {
    Arbeid,
    Onderwijs,
    Dagbesteding,
}

/// Why a soft term is exceeded.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of domain::person, for the OpenAPI document")]
pub enum RedenWord {
    GerechtvaardigdBelang,
    BijzondereOmstandigheden,
}

const fn yes() -> bool {
    true
}

impl Person {
    /// The reference and the facts.
    pub fn read(&self, pointer: &str, reader: &mut Reader) -> Option<(PersonReference, PersonFacts)> {
        let reference = self.reference.read(&format!("{pointer}/reference"), reader);
        let birth_date = read_birth_date(&format!("{pointer}/birthDate"), &self.birth_date, reader);
        let verblijf = reader.code(
            &format!("{pointer}/verblijf"),
            &self.verblijf,
            "Dit is geen gemeentecode: vier cijfers (CBS).",
            "not a municipality: the CBS code of four digits",
        );
        let verlaten_op = match &self.verlaten_op {
            Some(text) => Some(read_date(&format!("{pointer}/verlatenOp"), text, reader)?),
            None => None,
        };
        Some((
            reference?,
            PersonFacts {
                birth_date: birth_date?,
                verblijf: verblijf?,
                handelingsbekwaam: self.handelingsbekwaam,
                onbevoegd_voor_deze: self.onbevoegd_voor_deze,
                profiel: self.profiel,
                ingeschreven: self.ingeschreven,
                verlaten_op,
                gediplomeerd: self.gediplomeerd,
                startkwalificatie: self.startkwalificatie,
                reden: self.reden,
            },
        ))
    }
}

/// A date of birth, or a fault that does not repeat it.
pub fn read_birth_date(
    pointer: &str,
    text: &str,
    reader: &mut Reader,
) -> Option<crate::domain::age::BirthDate> {
    reader.code(
        pointer,
        text,
        "Dit is geen geboortedatum: JJJJ-MM-DD op de kalender, met 00 voor een onbekende dag of maand.",
        "not a date of birth: YYYY-MM-DD on the calendar, with 00 for an unknown day or month",
    )
}

/// A date on the calendar, or a fault.
pub fn read_date(pointer: &str, text: &str, reader: &mut Reader) -> Option<Date> {
    reader.code(
        pointer,
        text,
        "Dit is geen datum op de kalender: JJJJ-MM-DD.",
        "not a date on the calendar: YYYY-MM-DD",
    )
}

/// An instant with an offset, or a fault.
pub fn read_instant(pointer: &str, text: &str, reader: &mut Reader) -> Option<Timestamp> {
    reader.code(
        pointer,
        text,
        "Dit is geen tijdstip: 2026-12-01T00:00:00Z, met tijdzone.",
        "not an instant: 2026-12-01T00:00:00Z, with an offset",
    )
}

/// An instant as answers write it: UTC, to the millisecond.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The words of a set.
#[must_use]
pub fn words<T: ToString>(set: &BTreeSet<T>) -> Vec<String> {
    set.iter().map(ToString::to_string).collect()
}
