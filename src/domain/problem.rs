//! What is wrong with something that a caller sent, in words that help and without a person's data.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::code::Provision;

/// One text in the two languages of the gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bilingual {
    /// Plain Dutch, level B1.
    pub nl: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Bilingual {
    /// A text that is known when the program is built.
    #[must_use]
    pub const fn new(nl: &'static str, en: &'static str) -> Self {
        Self { nl: Cow::Borrowed(nl), en: Cow::Borrowed(en) }
    }

    /// A text that is known when the program runs.
    #[must_use]
    pub fn of(nl: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { nl: nl.into(), en: en.into() }
    }
}

impl From<(&'static str, &'static str)> for Bilingual {
    fn from((nl, en): (&'static str, &'static str)) -> Self {
        Self::new(nl, en)
    }
}

/// One thing that is wrong, or one condition that is not met.
///
/// Neither the pointer nor the texts may hold anything that the caller sent: the pointer comes from the schema and
/// from array indexes, the texts from the program or from `policies/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901) into the request's body, or `header:<Name>`, or empty for the whole.
    pub pointer: String,
    /// What: a stable code, such as `unknown-field` or the id of a condition.
    pub code: Cow<'static, str>,
    /// Under which provisions, where it is the law that says no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provisions: Vec<Provision>,
    /// The same provisions as one writes them in Dutch, such as `art. 2.31b lid 2 WVO 2020`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<String>,
    /// In words.
    #[serde(flatten)]
    pub text: Bilingual,
    /// What can be done now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Bilingual>,
}

impl Fault {
    /// A fault at a place in the request that no provision is needed for.
    #[must_use]
    pub fn at(pointer: impl Into<String>, code: &'static str, nl: &'static str, en: &'static str) -> Self {
        Self {
            pointer: pointer.into(),
            code: Cow::Borrowed(code),
            provisions: Vec::new(),
            citations: Vec::new(),
            text: Bilingual::new(nl, en),
            now: None,
        }
    }
}
