//! The part of a URI after the question mark, read strictly: a parameter that is not known is a mistake of the caller,
//! and a filter that is silently ignored shows more than was asked for.

use std::{collections::BTreeMap, ops::RangeInclusive};

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};

use crate::{domain::problem::Fault, exchange::lists::Window};

use super::super::problem::{self, Problem};

/// The parameters of one request. Read what is known, then [`finish`](Query::finish), which gives all faults at once.
#[derive(Debug)]
pub struct Query {
    given: BTreeMap<&'static str, String>,
    faults: Vec<Fault>,
}

impl Query {
    /// Reads the parameters; `known` are all that the route has, in camelCase.
    #[must_use]
    pub fn of(uri: &Uri, known: &[&'static str]) -> Self {
        let mut query = Self { given: BTreeMap::new(), faults: Vec::new() };
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name);
            let Some(known) = known.iter().find(|known| Some(**known) == name.as_deref()) else {
                query.fault(
                    "",
                    "unknown-parameter",
                    "In het adres (URL) staat een parameter die hier niet bekend is.",
                    "The URL has a parameter that is not known here.",
                );
                continue;
            };
            match decode(value).map(|value| query.given.insert(known, value)) {
                Some(None) => {}
                Some(Some(_)) => query.fault(
                    known,
                    "parameter-twice",
                    "Deze parameter staat twee keer in het adres (URL), en hoort er één keer in.",
                    "This parameter may occur once.",
                ),
                None => query.invalid(known),
            }
        }
        query
    }

    /// A whole number within a range.
    pub fn number(&mut self, name: &'static str, range: &RangeInclusive<u64>) -> Option<u64> {
        self.parsed(name, |text| {
            // No sign, no leading zeros: one text per number.
            text.parse().ok().filter(|number: &u64| range.contains(number) && number.to_string() == text)
        })
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.parsed(name, |text| text.parse().ok())
    }

    /// A value of a type that reads itself from text, such as a code.
    pub fn value<T: std::str::FromStr>(&mut self, name: &'static str) -> Option<T> {
        self.parsed(name, |text| text.parse().ok())
    }

    /// # Errors
    /// 400 with every fault that was met.
    pub fn finish(self) -> Result<(), Problem> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(problem::INVALID.code("query").with_faults(self.faults))
        }
    }

    fn parsed<T>(&mut self, name: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let parsed = parse(self.given.get(name)?);
        if parsed.is_none() {
            self.invalid(name);
        }
        parsed
    }

    fn invalid(&mut self, name: &'static str) {
        self.fault(
            name,
            "invalid-value",
            "De waarde van deze parameter in het adres (URL) heeft niet de vorm of grootte die hier hoort.",
            "This parameter does not have the form or size that is expected here.",
        );
    }

    fn fault(&mut self, name: &'static str, code: &'static str, nl: &'static str, en: &'static str) {
        let fault = Fault::at(format!("query:{name}"), code, nl, en);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

/// Percent-decodes (RFC 3986); `None` when it is not valid UTF-8 or not valid at all.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let pair = [bytes.next()?, bytes.next()?];
            let mut one = [0];
            hex::decode_to_slice(pair, &mut one).ok()?;
            u8::from_be_bytes(one)
        } else {
            byte
        });
    }
    String::from_utf8(decoded).ok()
}

/// The largest integer that every reader of JSON has exactly (RFC 7493, section 2.2). An entry of the log that had a
/// larger index could not be named in JSON.
pub const EXACT: u64 = (1 << 53) - 1;

/// `?after=<log index>&limit=<1..500>` of a list. An extractor for lists that have no other parameters; others read
/// [`Paging::PARAMETERS`] and [`Paging::read`] into their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Only items with a larger log index; absent from the beginning.
    pub after: Option<u64>,
    /// How many items at most.
    pub limit: u16,
}

impl Paging {
    /// The names of the parameters.
    pub const PARAMETERS: [&'static str; 2] = ["after", "limit"];
    /// How many items without the parameter.
    pub const USUAL: u16 = 100;
    /// How many items at most, whatever is asked.
    pub const MOST: u16 = 500;

    /// Reads the two from a query that knows them.
    pub fn read(query: &mut Query) -> Self {
        // An index is at most 2^63 - 1: the databases count in signed numbers.
        let after = query.number("after", &(0..=EXACT));
        let limit =
            query.number("limit", &(1..=u64::from(Self::MOST))).and_then(|limit| u16::try_from(limit).ok());
        Self { after, limit: limit.unwrap_or(Self::USUAL) }
    }
}

impl From<Paging> for Window {
    fn from(paging: Paging) -> Self {
        Self { after: paging.after, limit: paging.limit.into() }
    }
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri, &Self::PARAMETERS);
        let paging = Self::read(&mut query);
        query.finish().map(|()| paging)
    }
}

/// For routes without parameters: any parameter is a 400.
#[derive(Debug, Clone, Copy)]
pub struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::of(&parts.uri, &[]).finish().map(|()| Self)
    }
}

/// `?check=true` of a push or request: decide and tell, store nothing. An extractor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckOnly(pub bool);

impl<S: Sync> FromRequestParts<S> for CheckOnly {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri, &["check"]);
        let check = query.flag("check").unwrap_or(false);
        query.finish().map(|()| Self(check))
    }
}
