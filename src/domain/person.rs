//! A young person as a sender describes one: a reference, and the facts that a decision needs.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use zeroize::{Zeroize, Zeroizing};

use super::{
    age::{AgeRange, BirthDate},
    assertion::{Assertions, HANDELINGSBEKWAAM, MAATREGEL, ONBEVOEGD_VOOR_DEZE},
    code::Municipality,
    pgn::Pgn,
    problem::Fault,
};

/// By what a party calls a person. A person has references, not one number.
#[derive(Clone, PartialEq, Eq)]
pub enum PersonReference {
    /// The persoonsgebonden nummer: only in flows whose closed lists name it for sender and recipient.
    Pgn(Pgn),
    /// The party's own number: a school's pupil number or a college's case number. It means nothing elsewhere.
    Own(OwnReference),
}

/// A party's own number for a person: 1 to 64 letters, digits and marks. Never a BSN or an onderwijsnummer.
///
/// It is kept and compared in one form: NFKC, in small letters. `L-2031`, `l-2031` and a full-width `Ｌ-2031` are one
/// person, so that an objection under one stops what is sent under another. Marks do count: `20-31` is not `2031`.
#[derive(Clone, PartialEq, Eq, Zeroize)]
#[zeroize(drop)]
pub struct OwnReference(String);

const LONGEST: usize = 64;

/// The text is not an own reference. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Wrong form.
    #[error("not a reference: 1 to 64 letters, digits and . _ / -")]
    Form,
    /// It looks like a BSN or an onderwijsnummer.
    #[error("the reference looks like a burgerservicenummer or onderwijsnummer: use the party's own number")]
    LooksLikePgn,
}

impl OwnReference {
    /// Checks the text and takes it over.
    ///
    /// # Errors
    /// [`InvalidReference`] when the form is wrong or when it could be a BSN or an onderwijsnummer.
    pub fn new(text: &str) -> Result<Self, InvalidReference> {
        let mut one: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        let allowed = |c: char| {
            c.is_alphabetic()
                || is_combining_mark(c)
                || c.is_ascii_digit()
                || matches!(c, '.' | '_' | '/' | '-')
        };
        let wrong = if super::pgn::hides_a_pgn(text) {
            Some(InvalidReference::LooksLikePgn)
        } else if one.is_empty()
            || text.chars().count() > LONGEST
            || one.chars().count() > LONGEST
            || !one.chars().all(allowed)
            || one.starts_with(is_combining_mark)
        {
            Some(InvalidReference::Form)
        } else {
            None
        };
        match wrong {
            None => Ok(Self(one)),
            Some(wrong) => {
                one.zeroize();
                Err(wrong)
            }
        }
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

/// A measure that protects an adult (BW 1:378, 1:431, 1:450).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maatregel {
    /// Curatele: the curator acts for the person in every matter that is carried here.
    Curatele,
    /// Mentorschap: the mentor acts where care and guidance are concerned, as far as the person is incompetent for it.
    Mentorschap,
    /// Bewind: it concerns property, so that nobody acts for the person here.
    Bewind,
}

impl Maatregel {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Curatele, Self::Mentorschap, Self::Bewind];

    /// The code, as policies and callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Curatele => "curatele",
            Self::Mentorschap => "mentorschap",
            Self::Bewind => "bewind",
        }
    }
}

/// Which measures protect a person, and how far they reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Protection {
    /// Whether the person may act at law. Of a minor it says nothing: see [`Protection::is_under_curatele`].
    pub handelingsbekwaam: bool,
    /// The measures that stand.
    pub maatregel: BTreeSet<Maatregel>,
    /// Whether a measure makes the person incompetent for this very matter (UAVG 5:2), if that is said.
    pub onbevoegd_voor_deze: Option<bool>,
}

/// What is asserted of someone's protection contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Able to act at law, and under curatele.
    #[error("under curatele the person is not handelingsbekwaam")]
    AbleUnderCuratele,
    /// Incompetent for this matter by no measure that reaches it.
    #[error("only curatele or mentorschap makes a person incompetent for this matter: name the measure")]
    IncompetentByNoMeasure,
}

impl Protection {
    /// What is asserted of it. Whether the person may act at law is, when not said, whether no curatele is named.
    #[must_use]
    pub fn of(asserted: &Assertions) -> Self {
        let is_named = |one: &Maatregel| asserted.codes(MAATREGEL).any(|code| code == one.as_str());
        let maatregel: BTreeSet<Maatregel> = Maatregel::ALL.into_iter().filter(is_named).collect();
        let able = !maatregel.contains(&Maatregel::Curatele);
        Self {
            handelingsbekwaam: asserted.flag(HANDELINGSBEKWAAM).unwrap_or(able),
            onbevoegd_voor_deze: asserted.flag(ONBEVOEGD_VOOR_DEZE),
            maatregel,
        }
    }

    /// Someone of whom no measure is known.
    #[must_use]
    pub const fn none() -> Self {
        Self { handelingsbekwaam: true, maatregel: BTreeSet::new(), onbevoegd_voor_deze: None }
    }

    /// What contradicts itself: bewind alone makes nobody incompetent for guidance data, as it concerns property.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub fn check(&self) -> Result<(), Contradiction> {
        let reaches = [Maatregel::Curatele, Maatregel::Mentorschap];
        let measured = !self.handelingsbekwaam || reaches.iter().any(|one| self.maatregel.contains(one));
        if self.onbevoegd_voor_deze == Some(true) && !measured {
            return Err(Contradiction::IncompetentByNoMeasure);
        }
        if self.handelingsbekwaam && self.maatregel.contains(&Maatregel::Curatele) {
            return Err(Contradiction::AbleUnderCuratele);
        }
        Ok(())
    }

    /// Whether a measure makes someone of this age incompetent for this very matter. Not said under mentorschap, it is yes: a
    /// mentor is there for guidance, for which the person is incompetent then unless the law or a treaty says otherwise (BW
    /// 1:453:1). Never of a minor: a measure that was ordered before works from 18 (BW 1:381:1, 1:451:5). Who may be 18 by an
    /// incomplete date of birth may be incompetent.
    #[must_use]
    pub fn is_onbevoegd_voor_deze(&self, age: AgeRange) -> bool {
        let said =
            self.onbevoegd_voor_deze.unwrap_or_else(|| self.maatregel.contains(&Maatregel::Mentorschap));
        said && may_be_of_age(age)
    }

    /// Whether a curator acts for someone of this age. Only curatele ends the ability to act at law, and it works from 18, also
    /// where it was ordered before (BW 1:378:2, 1:381:1). Who may be 18 by an incomplete date of birth may be under it.
    #[must_use]
    pub fn is_under_curatele(&self, age: AgeRange) -> bool {
        let said = self.maatregel.contains(&Maatregel::Curatele) || !self.handelingsbekwaam;
        said && may_be_of_age(age)
    }
}

const fn may_be_of_age(age: AgeRange) -> bool {
    age.at_most >= 18
}

/// What the sender asserts about the person, and what a decision may need later, when nobody here can open the
/// content. Kept only under the at-rest key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonFacts {
    /// The date of birth, perhaps incomplete.
    pub birth_date: BirthDate,
    /// The municipality where the person lives or stays: its college is the recipient in law.
    pub verblijf: Municipality,
    /// The facts of `policies/facts.toml` that are asserted.
    #[serde(flatten)]
    pub asserted: Assertions,
}

impl PersonFacts {
    /// The measures that protect the person.
    #[must_use]
    pub fn protection(&self) -> Protection {
        Protection::of(&self.asserted)
    }
}

/// The fault of a place where a persoonsgebonden nummer belongs and something else stands; it does not repeat what.
#[must_use]
pub fn no_pgn(pointer: impl Into<String>) -> Fault {
    Fault::at(
        pointer,
        "invalid-pgn",
        "Dit is geen burgerservicenummer of onderwijsnummer: negen cijfers die aan de elfproef voldoen.",
        "This is no burgerservicenummer or onderwijsnummer: nine digits that pass the 11-test.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(able: bool, maatregel: &[Maatregel], onbevoegd_voor_deze: bool) -> Protection {
        let maatregel = maatregel.iter().copied().collect();
        Protection { handelingsbekwaam: able, maatregel, onbevoegd_voor_deze: Some(onbevoegd_voor_deze) }
    }

    #[test]
    fn under_mentorschap_what_is_not_said_of_this_matter_is_incompetence() {
        let silent = |maatregel: &[Maatregel]| Protection {
            maatregel: maatregel.iter().copied().collect(),
            ..Protection::none()
        };
        let adult = aged(18, 18);
        assert!(silent(&[Maatregel::Mentorschap]).is_onbevoegd_voor_deze(adult));
        assert!(!silent(&[Maatregel::Bewind]).is_onbevoegd_voor_deze(adult));
        assert!(!Protection::none().is_onbevoegd_voor_deze(adult));
        assert!(!protection(true, &[Maatregel::Mentorschap], false).is_onbevoegd_voor_deze(adult));
        assert!(protection(true, &[Maatregel::Mentorschap], true).is_onbevoegd_voor_deze(adult));
        assert_eq!(silent(&[Maatregel::Mentorschap]).check(), Ok(()));
    }

    #[test]
    fn a_measure_and_what_it_takes_away_agree() {
        use Maatregel::{Bewind, Curatele, Mentorschap};
        for fine in [
            protection(true, &[], false),
            protection(true, &[Bewind], false),
            protection(true, &[Mentorschap], true),
            protection(true, &[Mentorschap, Bewind], true),
            protection(false, &[], true),
            protection(false, &[Curatele], false),
        ] {
            assert_eq!(fine.check(), Ok(()), "{fine:?}");
        }
        for alone in [protection(true, &[], true), protection(true, &[Bewind], true)] {
            assert_eq!(alone.check(), Err(Contradiction::IncompetentByNoMeasure), "{alone:?}");
        }
        assert_eq!(protection(true, &[Curatele], false).check(), Err(Contradiction::AbleUnderCuratele));
    }

    fn aged(at_least: u16, at_most: u16) -> AgeRange {
        AgeRange { at_least, at_most }
    }

    #[test]
    fn a_measure_works_from_18_and_minority_is_none() {
        let unable = protection(false, &[], false);
        let ward = protection(false, &[Maatregel::Curatele], false);
        for under_curatele in [&unable, &ward] {
            for age in [0, 12, 16, 17] {
                assert!(!under_curatele.is_under_curatele(aged(age, age)), "{age}");
            }
            assert!(under_curatele.is_under_curatele(aged(18, 18)));
            // Who may be an adult may be under curatele.
            assert!(under_curatele.is_under_curatele(aged(17, 18)));
        }
        assert!(!protection(true, &[Maatregel::Bewind], false).is_under_curatele(aged(30, 30)));
        let mentored = protection(true, &[Maatregel::Mentorschap], true);
        assert!(!mentored.is_onbevoegd_voor_deze(aged(17, 17)));
        assert!(mentored.is_onbevoegd_voor_deze(aged(17, 18)));
    }

    #[test]
    fn an_own_reference_has_one_form() {
        let form = |text: &str| OwnReference::new(text).unwrap().expose().to_owned();
        for same in ["l-2031", "Ｌ-2031", "L-２０３１", "𝐋-2031"] {
            assert_eq!(form(same), form("L-2031"), "{same}");
        }
        assert_eq!(form("E\u{301}cole-7"), form("école-7"));
        for other in ["L2031", "L_2031", "L-20310", "Łl-2031"] {
            assert_ne!(form(other), form("L-2031"), "{other}");
        }
    }

    #[test]
    fn an_own_reference_cannot_hide_a_bsn() {
        assert!(OwnReference::new("L-2031").is_ok());
        assert!(OwnReference::new("école-7").is_ok());
        assert_eq!(OwnReference::new("999990019"), Err(InvalidReference::LooksLikePgn));
        // The same number in full-width and in Arabic-Indic digits.
        for disguised in ["９９９９９００１９", "٩٩٩٩٩٠٠١٩"] {
            assert_eq!(OwnReference::new(disguised), Err(InvalidReference::LooksLikePgn));
        }
        for wrong in ["", "a b", "a\u{0}", &"x".repeat(65)] {
            assert_eq!(OwnReference::new(wrong), Err(InvalidReference::Form));
        }
    }
}
