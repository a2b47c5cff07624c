//! Who acts, in the calling party's own words.

use std::{borrow::Cow, fmt};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use percent_encoding::percent_decode_str;

use crate::domain::{
    pgn::hides_a_pgn,
    problem::Fault,
    text::{Lines, NoData, no_data},
};

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
    /// The party's own reference of the person or system; never a BSN or an onderwijsnummer.
    pub reference: String,
    /// The function, such as `jongerenadviseur`.
    pub function: String,
}

impl Staff {
    /// Reads the two headers.
    ///
    /// # Errors
    /// Every fault: absent, given twice, not printable ASCII (or RFC 8187), without a letter or digit, longer than 64 characters, or hiding a number of a person.
    pub fn of(headers: &HeaderMap) -> Result<Self, Vec<Fault>> {
        match (field(headers, REFERENCE), field(headers, FUNCTION)) {
            (Ok(reference), Ok(function)) => Ok(Self { reference, function }),
            (reference, function) => Err([reference.err(), function.err()].into_iter().flatten().collect()),
        }
    }
}

fn field(headers: &HeaderMap, name: &'static str) -> Result<String, Fault> {
    let text = single(headers, name)?.ok_or_else(|| missing(name))?;
    let Some(text) = decoded(text) else {
        return Err(Fault::at(
            format!("header:{name}"),
            "not-an-ext-value",
            "Een letter met een accent of een vreemde letter moet hier zo worden geschreven: UTF-8'' en dan de tekst met procenttekens (RFC 8187), zoals UTF-8''co%C3%B6rdinator.",
            "Write letters outside ASCII as in RFC 8187: UTF-8'' and then the text, percent-encoded.",
        ));
    };
    match no_data(&text, Lines::One) {
        Some(NoData::Blank) => {
            return Err(Fault::at(
                format!("header:{name}"),
                "blank",
                "Hier staat geen letter en geen cijfer. Schrijf een eigen kenmerk of een functie, zoals `jv-1` of `mentor`.",
                "There is no letter and no digit here. Write a reference of your own or a function, such as `jv-1` or `mentor`.",
            ));
        }
        Some(NoData::Control) => {
            return Err(Fault::at(
                format!("header:{name}"),
                "control-character",
                "Hier staat een onzichtbaar teken of een teken dat de leesrichting omkeert. Typ de tekst opnieuw.",
                "There is an invisible character here, or one that turns the direction of reading. Type the text again.",
            ));
        }
        _ => {}
    }
    if text.chars().count() > MOST {
        return Err(Fault::at(
            format!("header:{name}"),
            "too-long",
            "Dit mag 64 tekens lang zijn.",
            "This header may be 64 characters long.",
        ));
    }
    if hides_a_pgn(&text) {
        return Err(Fault::at(
            format!("header:{name}"),
            "hides-a-bsn",
            "Hier lijkt een burgerservicenummer of onderwijsnummer te staan. Gebruik een eigen kenmerk van uw organisatie.",
            "This looks like a burgerservicenummer or onderwijsnummer. Use a reference of your own organisation.",
        ));
    }
    Ok(text.into_owned())
}

/// The text itself; of an ext-value (RFC 8187), such as `UTF-8''stageco%C3%B6rdinator`, what it stands for.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let is_utf8 = text.get(..CHARSET.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(CHARSET));
    if !is_utf8 {
        return Some(Cow::Borrowed(text));
    }
    let (_, value) = text.get(CHARSET.len()..)?.split_once('\'')?;
    let is_attr_char = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let mut plain = value.split('%');
    let is_written_so = plain.next()?.bytes().all(is_attr_char)
        && plain.all(|part| {
            let digits = part.get(..2).is_some_and(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
            digits && part.bytes().skip(2).all(is_attr_char)
        });
    let text = percent_decode_str(value).decode_utf8().ok().filter(|_| is_written_so)?;
    (text.trim() == text).then(|| Cow::Owned(text.into_owned()))
}

const CHARSET: &str = "UTF-8'";

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
