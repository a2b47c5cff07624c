//! What can be wrong, in words of the program: whatever serde or a type says of the value itself is dropped.

use std::{borrow::Cow, fmt};

use serde::de::{self, Unexpected};

use crate::{
    domain::{
        day::{ABSENT, LONG_AGO, no_such_day},
        problem::{Bilingual, Fault},
    },
    policy::days::long_ago,
};

use super::{form::form_of, place::Place};
use crate::http::json::distinct::TWICE;

/// What is wrong.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Another JSON type than expected.
    Type,
    /// The right JSON type, and not a value that the member can have.
    Value,
    /// A day that no calendar has.
    Absent,
    /// A day too long ago to be meant.
    LongAgo,
    /// A list in which something stands twice.
    Twice,
    /// Not one of these values.
    Choice(&'static [&'static str]),
    /// `null`: what is absent is left out.
    Null,
    /// A member that must be there is not.
    Missing(&'static str),
    /// A member that the object does not have; it has these.
    Unknown(&'static [&'static str]),
}

/// A fault, and where, once the reading knows.
#[derive(Debug)]
pub(super) struct Wrong {
    kind: Kind,
    /// Where the fault is told to be, and what cannot be read because of it.
    place: Option<(String, String)>,
}

impl Wrong {
    pub(super) const fn new(kind: Kind) -> Self {
        Self { kind, place: None }
    }

    /// Says where, unless that is known already.
    pub(super) fn at(mut self, place: &Place<'_>) -> Self {
        if self.place.is_none() {
            let here = place.pointer();
            let pointer = match self.kind {
                Kind::Missing(name) if !place.is_unnamed() => format!("{here}/{name}"),
                Kind::Missing(_)
                | Kind::Null
                | Kind::Type
                | Kind::Value
                | Kind::Absent
                | Kind::LongAgo
                | Kind::Twice
                | Kind::Choice(_)
                | Kind::Unknown(_) => here.clone(),
            };
            self.place = Some((pointer, here));
        }
        self
    }

    /// Where the fault is told to be, and what cannot be read because of it.
    pub(super) fn place(&self) -> (String, String) {
        self.place.clone().unwrap_or_default()
    }

    pub(super) fn into_fault(self) -> Fault {
        let at = self.place.as_ref().map(|(pointer, _)| pointer.as_str()).unwrap_or_default();
        match self.kind {
            Kind::Absent => return no_such_day(at),
            Kind::LongAgo => return long_ago(at),
            _ => {}
        }
        let known = |names: &[&str]| if names.is_empty() { "-".to_owned() } else { names.join(", ") };
        let form = self.place.as_ref().and_then(|(place, _)| form_of(place));
        let (code, nl, en): (_, Cow<'static, str>, Cow<'static, str>) = match self.kind {
            Kind::Type => (
                "wrong-type",
                "Hier staat een ander soort waarde dan er hoort, bijvoorbeeld tekst waar een getal hoort."
                    .into(),
                "Another type of value is expected here.".into(),
            ),
            Kind::Value if form.is_some() => {
                let (nl, en) = form.unwrap_or_default();
                ("invalid-value", format!("Verwacht: {nl}.").into(), format!("Expected: {en}.").into())
            }
            Kind::Value | Kind::Absent | Kind::LongAgo => (
                "invalid-value",
                "Deze waarde heeft niet de vorm die hier hoort.".into(),
                "This value does not have the form that is expected here.".into(),
            ),
            Kind::Twice => {
                ("not-unique", "Iets staat hier twee keer.".into(), "Something stands here twice.".into())
            }
            Kind::Choice(names) => (
                "unknown-value",
                format!("Deze waarde is hier niet bekend. Bekend zijn: {}.", known(names)).into(),
                format!("This value is not known here. Known are: {}.", known(names)).into(),
            ),
            Kind::Null => (
                "null",
                "Dit veld is leeg (null): laat het weg als er niets is.".into(),
                "No null is expected here: leave the member out where there is nothing.".into(),
            ),
            Kind::Missing(_) => ("missing", "Dit veld ontbreekt.".into(), "This member is missing.".into()),
            Kind::Unknown(names) => (
                "unknown-field",
                format!("Hier staat een veld dat niet bekend is. Bekend zijn: {}.", known(names)).into(),
                format!("This object has a member that is not known here. Known are: {}.", known(names))
                    .into(),
            ),
        };
        Fault { text: Bilingual { nl, en }, ..Fault::at(self.place.unwrap_or_default().0, code, "", "") }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not as described")
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(Kind::Value)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::new(Kind::Type)
    }

    fn invalid_value(found: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::new(match found {
            Unexpected::Other(ABSENT) => Kind::Absent,
            Unexpected::Other(LONG_AGO) => Kind::LongAgo,
            Unexpected::Other(TWICE) => Kind::Twice,
            _ => Kind::Value,
        })
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Kind::Choice(expected))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Kind::Unknown(expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::Missing(field))
    }
}
