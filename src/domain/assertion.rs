//! What a sender asserts of a person, by the code of each fact. Which facts there are stands in `policies/facts.toml`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::day::Day;

/// Of which kind a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// A day on the calendar.
    Date,
    /// One of the fact's codes.
    Code,
    /// Any of the fact's codes.
    Set,
}

impl FactType {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Bool, Self::Date, Self::Code, Self::Set];

    /// The word for it in `policies/facts.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Code => "code",
            Self::Set => "set",
        }
    }
}

/// What is asserted of one fact. Codes begin with a letter, so that none of them reads as a day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Assertion {
    /// Of a bool.
    Flag(bool),
    /// Of a date.
    Day(Day),
    /// Of a code.
    Code(String),
    /// Of a set.
    Codes(BTreeSet<String>),
}

impl From<bool> for Assertion {
    fn from(is: bool) -> Self {
        Self::Flag(is)
    }
}

impl From<Date> for Assertion {
    fn from(day: Date) -> Self {
        Self::Day(Day(day))
    }
}

impl From<&str> for Assertion {
    fn from(code: &str) -> Self {
        Self::Code(code.to_owned())
    }
}

impl From<BTreeSet<String>> for Assertion {
    fn from(codes: BTreeSet<String>) -> Self {
        Self::Codes(codes)
    }
}

/// What is asserted of a person: a value for each fact that is said. What is said as its default already says it is left out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Assertions(BTreeMap<String, Assertion>);

impl Assertions {
    /// Notes what is asserted of the fact of this code.
    pub fn assert(&mut self, code: &str, value: impl Into<Assertion>) {
        self.0.insert(code.to_owned(), value.into());
    }

    /// The same, with this asserted too.
    #[must_use]
    pub fn with(mut self, code: &str, value: impl Into<Assertion>) -> Self {
        self.assert(code, value);
        self
    }

    /// What is said of a fact.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Assertion> {
        self.0.get(code)
    }

    /// What is said of a bool.
    #[must_use]
    pub fn flag(&self, code: &str) -> Option<bool> {
        match self.0.get(code) {
            Some(Assertion::Flag(is)) => Some(*is),
            Some(Assertion::Day(_) | Assertion::Code(_) | Assertion::Codes(_)) | None => None,
        }
    }

    /// Whether a bool is asserted to be so: not said is no.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.flag(code) == Some(true)
    }

    /// What is said of a date.
    #[must_use]
    pub fn day(&self, code: &str) -> Option<Date> {
        match self.0.get(code) {
            Some(Assertion::Day(Day(day))) => Some(*day),
            Some(Assertion::Flag(_) | Assertion::Code(_) | Assertion::Codes(_)) | None => None,
        }
    }

    /// The codes that are said of a code or a set.
    pub fn codes(&self, code: &str) -> impl Iterator<Item = &str> {
        let (one, several) = match self.0.get(code) {
            Some(Assertion::Code(one)) => (Some(one), None),
            Some(Assertion::Codes(several)) => (None, Some(several)),
            Some(Assertion::Flag(_) | Assertion::Day(_)) | None => (None, None),
        };
        one.into_iter().chain(several.into_iter().flatten()).map(String::as_str)
    }

    /// What is said, by code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Assertion)> {
        self.0.iter().map(|(code, value)| (code.as_str(), value))
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion(redacted)")
    }
}

impl fmt::Debug for Assertions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertions(redacted)")
    }
}

/// Whether the person may act at law (BW 1:378).
pub const HANDELINGSBEKWAAM: &str = "handelingsbekwaam";
/// Which measures protect the person.
pub const MAATREGEL: &str = "maatregel";
/// Whether a measure makes the person incompetent for this matter (UAVG 5:2).
pub const ONBEVOEGD_VOOR_DEZE: &str = "onbevoegdVoorDeze";
/// Towards what the school prepares the pupil.
pub const PROFIEL: &str = "profiel";
/// Whether the pupil is enrolled at the sender.
pub const INGESCHREVEN: &str = "ingeschreven";
/// The day of leaving.
pub const VERLATEN_OP: &str = "verlatenOp";
/// The day of the decision to remove the pupil.
pub const VERWIJDERD_OP: &str = "verwijderdOp";
/// The day on which the college of residence asked for the contactgemeente (WEC 47a:2).
pub const CONTACTGEMEENTE_GEVRAAGD_OP: &str = "contactgemeenteGevraagdOp";
/// Whether the student has the diploma.
pub const GEDIPLOMEERD: &str = "gediplomeerd";
/// The day of that diploma.
pub const GEDIPLOMEERD_OP: &str = "gediplomeerdOp";
/// Whether the pupil is leerplichtig or kwalificatieplichtig, as the school says.
pub const LEERPLICHTIG: &str = "leerplichtig";
/// Whether the pupil has been at school for twelve full school years (LPW 3:1:a).
pub const TWAALF_SCHOOLJAREN: &str = "twaalfSchooljaren";
/// Whether the person has a startkwalificatie (WEB 1.1.1).
pub const STARTKWALIFICATIE: &str = "startkwalificatie";

/// The facts that derivations read: with this type and, where it has any, these codes. The policies must define each so.
pub const READ: [(&str, FactType, &[&str]); 13] = [
    (HANDELINGSBEKWAAM, FactType::Bool, &[]),
    (MAATREGEL, FactType::Set, &["curatele", "mentorschap", "bewind"]),
    (ONBEVOEGD_VOOR_DEZE, FactType::Bool, &[]),
    (PROFIEL, FactType::Code, &["arbeid", "onderwijs", "dagbesteding"]),
    (INGESCHREVEN, FactType::Bool, &[]),
    (VERLATEN_OP, FactType::Date, &[]),
    (VERWIJDERD_OP, FactType::Date, &[]),
    (CONTACTGEMEENTE_GEVRAAGD_OP, FactType::Date, &[]),
    (GEDIPLOMEERD, FactType::Bool, &[]),
    (GEDIPLOMEERD_OP, FactType::Date, &[]),
    (LEERPLICHTIG, FactType::Bool, &[]),
    (TWAALF_SCHOOLJAREN, FactType::Bool, &[]),
    (STARTKWALIFICATIE, FactType::Bool, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_as_it_was_and_never_printed() {
        let said = Assertions::default()
            .with("a", true)
            .with("b", jiff::civil::date(2026, 7, 17))
            .with("c", "arbeid")
            .with("d", BTreeSet::from(["x-1".to_owned()]));
        let text = serde_json::to_string(&said).unwrap();
        assert_eq!(text, r#"{"a":true,"b":"2026-07-17","c":"arbeid","d":["x-1"]}"#);
        assert_eq!(serde_json::from_str::<Assertions>(&text).unwrap(), said);
        assert!(!format!("{said:?} {:?}", said.get("c")).contains("arbeid"));
        // A fact that another version of the policies has with another type says nothing.
        assert_eq!((said.flag("b"), said.day("a"), said.codes("a").count()), (None, None, 0));
    }
}
