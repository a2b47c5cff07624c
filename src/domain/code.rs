//! Codes that policies and callers use: dataset, purpose, category, basis, provision, municipality.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The text does not have the form that such a code has. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct InvalidCode(&'static str);

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $form:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidCode;

            fn from_str(text: &str) -> Result<Self, InvalidCode> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(InvalidCode($form)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidCode;

            fn try_from(text: String) -> Result<Self, InvalidCode> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

fn is_kebab(text: &str) -> bool {
    let words = text.len() <= 64 && text.split('-').all(|word| !word.is_empty());
    words
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

fn is_basis(text: &str) -> bool {
    text.split_once('.').is_some_and(|(dataset, name)| is_kebab(dataset) && is_kebab(name))
}

fn is_provision(text: &str) -> bool {
    let mut parts = text.split(':');
    let act = parts.next().is_some_and(is_kebab);
    let rest = parts.clone().count() >= 1
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'));
    act && rest && text.len() <= 64
}

fn is_reason(text: &str) -> bool {
    is_kebab(text) && !super::pgn::hides_a_pgn(text)
}

fn is_municipality(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

code! {
    /// A dataset, such as `overgangsdocument`; it is the name of its folder in `policies/datasets`.
    DatasetCode, "a dataset code: lower-case words joined by hyphens", is_kebab
}
code! {
    /// What the data will be used for, such as `voortzetting-ondersteuning`; listed in `policies/purposes.toml`.
    Purpose, "a purpose code: lower-case words joined by hyphens", is_kebab
}
code! {
    /// A category of fields within a dataset, such as `stages`.
    Category, "a category code: lower-case words joined by hyphens", is_kebab
}
code! {
    /// A legal basis as the policies name it, such as `overgangsdocument.pro`; it cites its articles.
    Grondslag, "a basis: a dataset code, a dot and a name", is_basis
}
code! {
    /// A provision of an act, such as `wvo2020:2.31b:3`: act, article and paragraph, as `policies/law.toml` lists it.
    Provision, "a provision: act, article and paragraph with colons between", is_provision
}
impl Provision {
    /// The act, such as `wvo2020`.
    #[must_use]
    pub fn act(&self) -> &str {
        self.as_str().split(':').next().unwrap_or_default()
    }
}

code! {
    /// Why a controller decided so, such as `zwaarwegend-belang`: its own word, which is no place for a person's number.
    ReasonCode, "a reason: lower-case words joined by hyphens, without a number of a person", is_reason
}
code! {
    /// What an answer says, such as `ja`: the dataset of what is answered lists its own.
    OutcomeCode, "an outcome: lower-case words joined by hyphens", is_kebab
}
code! {
    /// A municipality by its CBS code of four digits, such as `0361` for Alkmaar.
    Municipality, "a municipality: the CBS code of four digits", is_municipality
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_one_form() {
        assert!("overgangsdocument".parse::<DatasetCode>().is_ok());
        assert!("overgangsdocument.pro".parse::<Grondslag>().is_ok());
        assert!("wvo2020:2.31b:3".parse::<Provision>().is_ok());
        assert_eq!("wec:47a".parse::<Provision>().unwrap().act(), "wec");
        assert!("0361".parse::<Municipality>().is_ok());
        for wrong in ["", "-", "A", "a--b", "a_b", "é", "a-"] {
            assert!(wrong.parse::<DatasetCode>().is_err(), "{wrong}");
        }
        for wrong in ["", "wvo2020", "wvo2020:", ":1", "wvo2020:2.31b 3"] {
            assert!(wrong.parse::<Provision>().is_err(), "{wrong}");
        }
    }
}
