//! What policies read as sets of words: how it stands with what was asked, and what the person wants. A new dataset, question
//! or answer brings words, and no new fact.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::{
    code::{DatasetCode, OutcomeCode},
    declaration::{Capacity, DeclarationKind},
};

/// The text is not such a word. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct InvalidWord(&'static str);

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $form:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The word, as policies write it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidWord;

            fn from_str(text: &str) -> Result<Self, InvalidWord> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(InvalidWord($form)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidWord;

            fn try_from(text: String) -> Result<Self, InvalidWord> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// How it stands with what was asked and not answered otherwise: words that no dataset lists as an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not answered, and it may still be.
    Open,
    /// It carries nothing any more: it was withdrawn, what it rested on was taken back, or nobody answered in time.
    Ended,
}

impl Standing {
    /// The words of both.
    pub const RESERVED: [&'static str; 2] = [Self::Open.as_str(), Self::Ended.as_str()];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ended => "beeindigd",
        }
    }
}

const NONE: &str = "geen";
const UNKNOWN: &str = "onbekend";

word! {
    /// How it stands with what a message rests on or answers: `<dataset>:<outcome>`, `<dataset>:open`, `<dataset>:beeindigd`,
    /// `geen` or `onbekend`.
    Reply, "a reply: `<dataset>:<outcome>`, `<dataset>:open`, `<dataset>:beeindigd`, `geen` or `onbekend`",
    |text| [NONE, UNKNOWN].contains(&text) || split(text).is_some()
}

impl Reply {
    /// The message names nothing that it rests on or answers.
    #[must_use]
    pub fn none() -> Self {
        Self(NONE.to_owned())
    }

    /// What it names was not asked by this sender about this person and of this recipient; or does not ask.
    #[must_use]
    pub fn unknown() -> Self {
        Self(UNKNOWN.to_owned())
    }

    /// It was answered so.
    #[must_use]
    pub fn of(dataset: &DatasetCode, outcome: &OutcomeCode) -> Self {
        Self(format!("{dataset}:{outcome}"))
    }

    /// It was not.
    #[must_use]
    pub fn standing(dataset: &DatasetCode, standing: Standing) -> Self {
        Self(format!("{dataset}:{}", standing.as_str()))
    }

    /// Whether there is something that was asked.
    #[must_use]
    pub fn exists(&self) -> bool {
        split(&self.0).is_some()
    }

    /// The dataset that asked, and the outcome or the reserved word.
    #[must_use]
    pub fn parts(&self) -> Option<(DatasetCode, OutcomeCode)> {
        split(&self.0)
    }
}

fn split(text: &str) -> Option<(DatasetCode, OutcomeCode)> {
    let (dataset, outcome) = text.split_once(':')?;
    Some((dataset.parse().ok()?, outcome.parse().ok()?))
}

/// The toestemming that was given explicitly, for special categories of data (GDPR 9): a word beside that of the kind.
pub(in crate::policy) const EXPLICIT: &str = "uitdrukkelijk";

word! {
    /// What someone declared and stands: `<kind>:<capacity>`, such as `instemming:persoon`. A toestemming that was given
    /// explicitly is `uitdrukkelijk:<capacity>` too.
    Wish, "a wish: `<kind of declaration>:<capacity>`, or `uitdrukkelijk:<capacity>`",
    |text| {
        let parts = text.split_once(':');
        parts.is_some_and(|(kind, by)| {
            (kind == EXPLICIT || kind.parse::<DeclarationKind>().is_ok()) && by.parse::<Capacity>().is_ok()
        })
    }
}

impl Wish {
    /// A declaration of this kind by who declared in this capacity.
    #[must_use]
    pub fn of(kind: DeclarationKind, by: Capacity) -> Self {
        Self(format!("{kind}:{by}"))
    }

    /// A toestemming that was given explicitly.
    #[must_use]
    pub fn explicit(by: Capacity) -> Self {
        Self(format!("{EXPLICIT}:{by}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_a_decision_can_meet_are_words() {
        for right in
            ["geen", "onbekend", "verzoek-voortzetting:ja", "verzoek-voortzetting:open", "vraag:beeindigd"]
        {
            assert_eq!(right.parse::<Reply>().unwrap().as_str(), right);
        }
        for wrong in ["", "ja", "open", ":ja", "verzoek:", "Verzoek:ja", "verzoek:ja:nee", "geen:"] {
            assert!(wrong.parse::<Reply>().is_err(), "{wrong}");
        }
        for right in ["instemming:persoon", "geen-bezwaar:ouder", "uitdrukkelijk:curator"] {
            assert_eq!(right.parse::<Wish>().unwrap().as_str(), right);
        }
        for wrong in ["", "instemming", "instemming:", "instemming:buur", "uitdrukkelijke:persoon"] {
            assert!(wrong.parse::<Wish>().is_err(), "{wrong}");
        }
        assert_eq!(Standing::RESERVED, ["open", "beeindigd"]);
        assert!(Reply::of(&"vraag".parse().unwrap(), &"ja".parse().unwrap()).exists());
        assert!(!Reply::none().exists() && !Reply::unknown().exists());
    }
}
