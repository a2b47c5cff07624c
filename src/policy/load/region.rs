//! A region: its municipalities, who acts for their colleges, the desks that people know by name, and what the region
//! has decided. It gives nobody a right to data: every recipient that it resolves to is decided upon.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::finding::{Notes, said};
use crate::domain::{
    code::{DatasetCode, Municipality, Provision},
    digest::Digest,
    oin::Oin,
    party::{PartyId, Role},
};

/// A region, as a file in `policies/regions` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its name; its code is the name of its file.
    pub name: String,
    /// Its subregions.
    #[serde(default, rename = "subregion")]
    pub subregions: Vec<Subregion>,
    /// Its municipalities.
    #[serde(default, rename = "municipality")]
    pub municipalities: Vec<MunicipalityEntry>,
    /// Organisations that are not a municipality and act for colleges.
    #[serde(default, rename = "organisation")]
    pub organisations: Vec<Organisation>,
    /// Who acts for which colleges, where it is not the municipality itself.
    #[serde(default)]
    pub acting: Vec<Acting>,
    /// Local desks.
    #[serde(default, rename = "desk")]
    pub desks: Vec<Desk>,
    /// What the region has decided where the law leaves a question open.
    #[serde(default, rename = "decision")]
    pub decisions: Vec<RegionalDecision>,
}

/// A part of a region: one region of the Doorstroompunt (WEB 9.2.4:1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subregion {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The municipality that its colleges designated from their midst to coordinate the Doorstroompunt (WEB 9.2.4:2).
    pub contactgemeente: Municipality,
}

/// A municipality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MunicipalityEntry {
    /// Its CBS code.
    pub code: Municipality,
    /// Its name.
    pub name: String,
    /// The code of its subregion.
    pub subregion: String,
    /// Its OIN.
    pub oin: Oin,
}

/// An organisation that is not a municipality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its OIN.
    pub oin: Oin,
    /// Its name.
    pub name: String,
}

/// By what an organisation acts for a college.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActsBy {
    /// The power was passed to it: it is the controller.
    Delegation,
    /// It acts in the college's name.
    Mandate,
}

/// Who acts for which colleges in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acting {
    /// The municipalities of the colleges.
    pub municipalities: BTreeSet<Municipality>,
    /// The role.
    pub role: Role,
    /// The organisation.
    pub oin: Oin,
    /// By what it acts.
    pub by: ActsBy,
    /// The decision that gives it the power.
    pub decision: String,
    /// The day of that decision.
    pub decided_on: Date,
}

/// What people call a counter, and the roles it stands for in the subregions named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Its name.
    pub name: String,
    /// Where it goes by that name.
    pub subregions: BTreeSet<String>,
    /// What it stands for; several roles are several recipients.
    pub roles: BTreeSet<Role>,
}

/// A choice where the law leaves a question open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionalDecision {
    /// The letter of the question.
    pub question: String,
    /// The dataset that it is about.
    pub dataset: DatasetCode,
    /// `toestemming` or `publieke-taak`.
    pub choice: String,
    /// The provisions that are read so.
    pub provisions: Vec<Provision>,
    /// `default` or `decided`.
    pub status: String,
    /// Which controller decided: organisation and function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Date>,
    /// When the FG advised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fg_advice_on: Option<Date>,
    /// The digest of that advice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fg_advice_sha256: Option<Digest>,
}

impl Region {
    /// A municipality by its CBS code.
    #[must_use]
    pub fn municipality(&self, code: &Municipality) -> Option<&MunicipalityEntry> {
        self.municipalities.iter().find(|one| one.code == *code)
    }

    /// The party that is the college of this municipality in this role; `None` for a role that no college has.
    #[must_use]
    pub fn college(&self, municipality: &Municipality, role: Role) -> Option<PartyId> {
        if !matches!(role, Role::WerkEnInkomen | Role::Doorstroompunt | Role::Leerplicht) {
            return None;
        }
        let own = self.municipality(municipality)?;
        let acting =
            self.acting.iter().find(|one| one.role == role && one.municipalities.contains(municipality));
        Some(PartyId::new(acting.map_or(own.oin, |acting| acting.oin), role))
    }

    /// The municipality that coordinates the Doorstroompunt where this municipality lies.
    #[must_use]
    pub fn contactgemeente(&self, municipality: &Municipality) -> Option<&MunicipalityEntry> {
        let place = self.municipality(municipality)?;
        let subregion = self.subregions.iter().find(|one| one.code == place.subregion)?;
        self.municipality(&subregion.contactgemeente)
    }

    /// The roles that a desk stands for in the subregion of this municipality. Empty when it is unknown there. Capitals do
    /// not matter, and a hyphen is as good as a space: `jongerenpunt-check-in`.
    #[must_use]
    pub fn desk(&self, name: &str, municipality: &Municipality) -> BTreeSet<Role> {
        let Some(place) = self.municipality(municipality) else { return BTreeSet::new() };
        self.desks
            .iter()
            .filter(|desk| same_name(&desk.name, name) && desk.subregions.contains(&place.subregion))
            .flat_map(|desk| desk.roles.iter().copied())
            .collect()
    }

    /// The municipalities for whose college this party acts.
    #[must_use]
    pub fn gemeenten_of(&self, party: PartyId) -> BTreeSet<Municipality> {
        let codes = self.municipalities.iter().map(|one| &one.code);
        codes.filter(|code| self.college(code, party.role) == Some(party)).cloned().collect()
    }

    pub(in crate::policy) fn check(&self, law: &dyn Fn(&Provision) -> bool, notes: &mut Notes<'_>) {
        let subregions: BTreeSet<&String> = self.subregions.iter().map(|one| &one.code).collect();
        let mut codes = BTreeSet::new();
        for one in &self.municipalities {
            if !codes.insert(&one.code) {
                notes.add(
                    said!("gemeente {} staat er twee keer", "municipality {} stands there twice", one.code),
                    ("Laat er een staan.", "Keep one."),
                );
            }
            if !subregions.contains(&one.subregion) {
                notes.add(
                    said!(
                        "gemeente {}: die subregio bestaat niet",
                        "municipality {}: unknown subregion",
                        one.code
                    ),
                    ("Verbeter het.", "Correct it."),
                );
            }
        }
        for subregion in &self.subregions {
            let contact = self.municipality(&subregion.contactgemeente);
            if contact.is_none_or(|place| place.subregion != subregion.code) {
                notes.add(
                    said!("de contactgemeente {} van `{}` is niet een van haar gemeenten", "the contactgemeente {} of `{}` is not one of its municipalities",
                        subregion.contactgemeente, subregion.code
                    ),
                    ("De colleges wijzen haar uit hun midden aan (WEB 9.2.4, lid 2): noem een van hen.", "The colleges designate it from their midst (WEB 9.2.4, paragraph 2): name one of them."),
                );
            }
        }
        let mut acted = BTreeSet::new();
        for acting in &self.acting {
            for code in &acting.municipalities {
                if !codes.contains(code) {
                    notes.add(
                        said!(
                            "[[acting]] noemt {code}, en die ligt niet in de regio",
                            "[[acting]] names {code}, which is not in the region"
                        ),
                        ("Verbeter het.", "Correct it."),
                    );
                }
                if !acted.insert((code, acting.role)) {
                    notes.add(
                        said!(
                            "twee organisaties werken voor {code} als {}",
                            "two organisations act for {code} as {}",
                            acting.role
                        ),
                        ("Laat er een staan.", "Keep one."),
                    );
                }
            }
        }
        for desk in &self.desks {
            if desk.roles.is_empty() || desk.subregions.iter().any(|code| !subregions.contains(code)) {
                notes.add(
                    said!(
                        "het loket `{}` noemt geen rol, of een subregio die niet bestaat",
                        "desk `{}` names no role, or an unknown subregion",
                        desk.name
                    ),
                    ("Verbeter het.", "Correct it."),
                );
            }
        }
        for decision in &self.decisions {
            for provision in decision.provisions.iter().filter(|id| !law(id)) {
                notes.add(
                    said!(
                        "een besluit noemt `{provision}`, en die staat niet in law.toml",
                        "a decision cites `{provision}`, which law.toml does not list"
                    ),
                    ("Verbeter het.", "Correct it."),
                );
            }
            let complete = decision.controller.is_some()
                && decision.decided_on.is_some()
                && decision.fg_advice_on.is_some()
                && decision.fg_advice_sha256.is_some();
            match decision.status.as_str() {
                "default" => {}
                "decided" if complete => {}
                "decided" => notes.add(
                    said!(
                        "het besluit over vraag {} is niet verantwoord",
                        "the decision on question {} is not accounted for",
                        decision.question
                    ),
                    (
                        "Noem controller, decided_on, fg_advice_on en fg_advice_sha256.",
                        "Name controller, decided_on, fg_advice_on and fg_advice_sha256.",
                    ),
                ),
                _ => notes.add(
                    (
                        "de status van een besluit is default of decided",
                        "the status of a decision is default or decided",
                    ),
                    ("Verbeter het.", "Correct it."),
                ),
            }
        }
    }
}

/// Whether two names of desks are the same to people.
fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.replace('-', " ").to_lowercase();
    plain(one) == plain(other)
}
