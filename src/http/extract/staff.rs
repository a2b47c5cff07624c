//! Who acts, in the calling party's own words.

use std::fmt;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use crate::domain::{pgn::hides_a_bsn, problem::Fault};

use super::{
    super::problem::{self, Problem},
    missing, single,
};

/// The header with the reference.
pub const REFERENCE: &str = "sluis-staff-reference";
/// The header with the function.
pub const FUNCTION: &str = "sluis-staff-function";

const MOST: usize = 64;

/// The party's own reference (or registered system name) and the function of who acts. An extractor: absent is a 400.
///
/// It is written into the party's own part of the entry, and nowhere else; it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Staff {
    /// The party's own reference of the person or system; never a BSN.
    pub reference: String,
    /// The function, such as `jongerenadviseur`.
    pub function: String,
}

impl Staff {
    /// Reads the two headers.
    ///
    /// # Errors
    /// Every fault: absent, given twice, not printable ASCII, longer than 64 characters, or hiding a BSN.
    pub fn of(headers: &HeaderMap) -> Result<Self, Vec<Fault>> {
        match (field(headers, REFERENCE), field(headers, FUNCTION)) {
            (Ok(reference), Ok(function)) => Ok(Self { reference, function }),
            (reference, function) => Err([reference.err(), function.err()].into_iter().flatten().collect()),
        }
    }
}

fn field(headers: &HeaderMap, name: &'static str) -> Result<String, Fault> {
    let text = single(headers, name)?.ok_or_else(|| missing(name))?;
    if text.len() > MOST {
        return Err(Fault::at(
            format!("header:{name}"),
            "too-long",
            "Deze header mag 64 tekens lang zijn.",
            "This header may be 64 characters long.",
        ));
    }
    if hides_a_bsn(text) {
        return Err(Fault::at(
            format!("header:{name}"),
            "hides-a-bsn",
            "Hier lijkt een burgerservicenummer te staan. Gebruik een eigen kenmerk van uw organisatie.",
            "This looks like a burgerservicenummer. Use a reference of your own organisation.",
        ));
    }
    Ok(text.to_owned())
}

impl fmt::Debug for Staff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Staff(redacted)")
    }
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.headers).map_err(|faults| problem::INVALID.code("staff-headers").with_faults(faults))
    }
}
