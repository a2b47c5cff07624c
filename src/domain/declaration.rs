//! What the person wants: six kinds of declaration (wilsverklaring) that are never mixed.

mod towards;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::towards::Towards;

/// The kind of a declaration. English would call several of these consent; the law does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeclarationKind {
    /// Agreement with a school's request to a college (WVO 2020 2.31b:2, WEC 44a:2, WEB 9.2.13:2).
    Instemming,
    /// Consent (AVG 6(1)(a)); explicit where special data are concerned (AVG 9(2)(a)).
    Toestemming,
    /// Written no-objection, which frees Werk & Inkomen and UWV from secrecy (PW 65, SUWI 74).
    GeenBezwaar,
    /// The person or the parents have seen the packet.
    Kennisgenomen,
    /// Objection (AVG 21), only where the ground is a public task.
    Bezwaar,
    /// Restriction (AVG 18).
    Beperking,
}

impl DeclarationKind {
    /// All six.
    pub const ALL: [Self; 6] = [
        Self::Instemming,
        Self::Toestemming,
        Self::GeenBezwaar,
        Self::Kennisgenomen,
        Self::Bezwaar,
        Self::Beperking,
    ];

    /// The code, as policies and callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instemming => "instemming",
            Self::Toestemming => "toestemming",
            Self::GeenBezwaar => "geen-bezwaar",
            Self::Kennisgenomen => "kennisgenomen",
            Self::Bezwaar => "bezwaar",
            Self::Beperking => "beperking",
        }
    }

    /// Whether it is given towards one recipient: a transfer may rest on it, and nobody agrees to a transfer to everyone.
    #[must_use]
    pub const fn names_its_recipient(self) -> bool {
        matches!(self, Self::Instemming | Self::Toestemming | Self::GeenBezwaar)
    }

    /// Whether it is given for one purpose, as consent is (AVG 6(1)(a)).
    #[must_use]
    pub const fn names_its_purpose(self) -> bool {
        matches!(self, Self::Toestemming)
    }
}

/// What the controller decides upon an objection or a restriction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is right: what it stopped stays stopped.
    Gegrond,
    /// It is not: it ends.
    Ongegrond,
    /// A restriction is lifted: it ends.
    Opgeheven,
}

impl Verdict {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Gegrond, Self::Ongegrond, Self::Opgeheven];

    /// The code, as policies and callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gegrond => "gegrond",
            Self::Ongegrond => "ongegrond",
            Self::Opgeheven => "opgeheven",
        }
    }

    /// Whether the declaration ends by it.
    #[must_use]
    pub const fn ends(self) -> bool {
        !matches!(self, Self::Gegrond)
    }
}

/// In which capacity someone declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capacity {
    /// The young person.
    Persoon,
    /// A parent with authority (gezag) over the child.
    Ouder,
    /// A parent without that authority.
    OuderZonderGezag,
    /// The guardian.
    Voogd,
    /// Who cares for the child as their own, without authority over it.
    Verzorger,
    /// Who cares for the child as their own and has authority over it, with a parent or alone.
    VerzorgerMetGezag,
    /// The curator (BW 1:378).
    Curator,
    /// The mentor (BW 1:450).
    Mentor,
    /// The administrator of the person's goods (BW 1:431).
    Bewindvoerder,
}

impl Capacity {
    /// All nine.
    pub const ALL: [Self; 9] = [
        Self::Persoon,
        Self::Ouder,
        Self::OuderZonderGezag,
        Self::Voogd,
        Self::Verzorger,
        Self::VerzorgerMetGezag,
        Self::Curator,
        Self::Mentor,
        Self::Bewindvoerder,
    ];

    /// The code, as policies and callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Persoon => "persoon",
            Self::Ouder => "ouder",
            Self::OuderZonderGezag => "ouder-zonder-gezag",
            Self::Voogd => "voogd",
            Self::Verzorger => "verzorger",
            Self::VerzorgerMetGezag => "verzorger-met-gezag",
            Self::Curator => "curator",
            Self::Mentor => "mentor",
            Self::Bewindvoerder => "bewindvoerder",
        }
    }
}

/// On what a declaration rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A signed form.
    Formulier,
    /// The report of a conversation.
    Gespreksverslag,
    /// Said aloud; who recorded it, and when, is part of the declaration.
    Mondeling,
}

impl EvidenceKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Formulier, Self::Gespreksverslag, Self::Mondeling];

    /// The code, as policies and callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Formulier => "formulier",
            Self::Gespreksverslag => "gespreksverslag",
            Self::Mondeling => "mondeling",
        }
    }
}

/// The text names no such kind, capacity or evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of: {0}")]
pub struct UnknownWord(String);

macro_rules! by_word {
    ($($name:ident),*) => { $(
        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| {
                    UnknownWord(Self::ALL.map(Self::as_str).join(", "))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )* };
}

by_word!(DeclarationKind, Capacity, EvidenceKind, Verdict);
