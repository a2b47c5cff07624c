//! A young person as a sender describes one: a reference, and the facts that a decision needs.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::{age::BirthDate, code::Municipality, pgn::Pgn};

/// By what a party calls a person. A person has references, not one number.
#[derive(Clone, PartialEq, Eq)]
pub enum PersonReference {
    /// The persoonsgebonden nummer: only in flows whose closed lists name it for sender and recipient.
    Pgn(Pgn),
    /// The party's own number: a school's pupil number or a college's case number. It means nothing elsewhere.
    Own(OwnReference),
}

/// A party's own number for a person: 1 to 64 characters without control characters. Never a BSN.
#[derive(Clone, PartialEq, Eq, Zeroize)]
#[zeroize(drop)]
pub struct OwnReference(String);

/// The text is not an own reference. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Wrong form.
    #[error("not a reference: 1 to 64 letters, digits and . _ / -")]
    Form,
    /// It passes the 11-test of the BSN.
    #[error("the reference looks like a burgerservicenummer: use the party's own number")]
    LooksLikeBsn,
}

impl OwnReference {
    /// Checks the text and takes it over.
    ///
    /// # Errors
    /// [`InvalidReference`] when the form is wrong or when it could be a BSN.
    pub fn new(text: &str) -> Result<Self, InvalidReference> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '/' | '-');
        if text.is_empty() || text.chars().count() > 64 || !text.chars().all(allowed) {
            return Err(InvalidReference::Form);
        }
        if super::pgn::hides_a_bsn(text) {
            return Err(InvalidReference::LooksLikeBsn);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text. Every use of this function is a use of a person's number: keep them few.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OwnReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnReference(redacted)")
    }
}

impl PersonReference {
    /// The text of the reference, whichever kind it is, in memory that is wiped.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Pgn(pgn) => pgn.expose().to_owned(),
            Self::Own(own) => own.expose().to_owned(),
        })
    }

    /// Whether it is a persoonsgebonden nummer.
    #[must_use]
    pub const fn is_pgn(&self) -> bool {
        matches!(self, Self::Pgn(_))
    }
}

impl fmt::Debug for PersonReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pgn(_) => "PersonReference::Pgn(redacted)",
            Self::Own(_) => "PersonReference::Own(redacted)",
        })
    }
}

/// Towards what the school prepares the pupil (uitstroomprofiel, WEC 14a and the regions' routes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uitstroomprofiel {
    /// Work; praktijkleren counts as work.
    Arbeid,
    /// Further education.
    Onderwijs,
    /// Day care.
    Dagbesteding,
}

impl Uitstroomprofiel {
    /// The code, as policies write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arbeid => "arbeid",
            Self::Onderwijs => "onderwijs",
            Self::Dagbesteding => "dagbesteding",
        }
    }
}

/// Why a soft term is exceeded (WVO 2020 2.31a:6, WEC 44:7, WEB 9.2.12:7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reden {
    /// The legitimate interests of the person ask for it: enough for PrO and VSO.
    GerechtvaardigdBelang,
    /// Special circumstances: the only reason that the WEB knows.
    BijzondereOmstandigheden,
}

impl Reden {
    /// The code, as policies write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GerechtvaardigdBelang => "gerechtvaardigd-belang",
            Self::BijzondereOmstandigheden => "bijzondere-omstandigheden",
        }
    }
}

/// What the sender asserts about the person, and what a decision may need later, when nobody here can open the
/// content. Kept only under the at-rest key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, asserted apart")]
pub struct PersonFacts {
    /// The date of birth, perhaps incomplete.
    pub birth_date: BirthDate,
    /// The municipality where the person lives or stays: its college is the recipient in law.
    pub verblijf: Municipality,
    /// Whether the person may act at law: false under curatele (BW 1:378). Says nothing about age.
    #[serde(default = "yes")]
    pub handelingsbekwaam: bool,
    /// Whether curatele, bewind or mentorschap makes the person incompetent for this matter (UAVG 5).
    #[serde(default)]
    pub onbevoegd_voor_deze: bool,
    /// Towards what the school prepares the pupil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiel: Option<Uitstroomprofiel>,
    /// Whether the pupil is enrolled at the sender.
    pub ingeschreven: bool,
    /// The day on which the pupil left the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verlaten_op: Option<Date>,
    /// Whether the student has the diploma of the programme that was left.
    #[serde(default)]
    pub gediplomeerd: bool,
    /// The day of that diploma: the mbo's term of a year counts from it (WEB 9.2.12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gediplomeerd_op: Option<Date>,
    /// Whether the pupil is still leerplichtig or kwalificatieplichtig, if the school says so or says not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leerplichtig: Option<bool>,
    /// Whether the person has a startkwalificatie (WEB 1.1.1).
    #[serde(default)]
    pub startkwalificatie: bool,
    /// Why a soft term may be exceeded, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reden: Option<Reden>,
}

const fn yes() -> bool {
    true
}
