//! The head of a request: the query and the headers.

use std::collections::BTreeSet;

use axum::{
    extract::FromRequestParts as _,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Uri},
};
use futures_util::FutureExt as _;
use sluis::{
    accesslog,
    domain::{
        code::DatasetCode,
        id::{Entropy, NoEntropy},
        pgn::hides_a_pgn,
    },
    http::extract::{
        accept,
        idempotency::IdempotencyKey,
        query::{Paging, Query},
        staff::Staff,
    },
    telemetry::trace::{TRACEPARENT, TraceContext},
};

use super::{assert_silent, text};

/// What stands behind the question mark.
pub(super) fn query(bytes: &[u8]) -> bool {
    let Some(uri) = text(bytes).and_then(|text| format!("/v1/packets?{text}").parse::<Uri>().ok()) else {
        return false;
    };
    let known = ["after", "limit", "check", "dataset"];
    let mut query = Query::of(&uri, &known);
    let paging = Paging::read(&mut query);
    let check = query.flag("check");
    let dataset = query.value::<DatasetCode>("dataset");
    assert!(
        (1..=500).contains(&paging.limit) && paging.after.is_none_or(|after| i64::try_from(after).is_ok())
    );
    if let Err(problem) = query.finish() {
        assert_silent(&problem);
        return false;
    }
    let given = uri.query().unwrap_or_default();
    if !given.contains('%') {
        let pairs: Vec<_> = given.split('&').filter(|pair| !pair.is_empty()).collect();
        let names: BTreeSet<_> = pairs.iter().map(|pair| pair.split('=').next().unwrap()).collect();
        assert_eq!(names.len(), pairs.len(), "a parameter twice in {given}");
        let read = [
            ("after", paging.after.map(|after| after.to_string())),
            ("limit", names.contains("limit").then(|| paging.limit.to_string())),
            ("check", check.map(|check| check.to_string())),
            ("dataset", dataset.map(|dataset| dataset.to_string())),
        ];
        let read: BTreeSet<_> =
            read.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        assert_eq!(read, pairs.iter().map(|pair| (*pair).to_owned()).collect(), "read {given} otherwise");
    }
    true
}

/// Lines of `name: value`; whether they name who acts and a key for repeating.
pub(super) fn headers(bytes: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(line.len()));
        let value = value.strip_prefix(b": ").unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    if headers.contains_key("accept") {
        let mut more = headers.clone();
        more.append("accept", HeaderValue::from_static("text/plain;q=0"));
        let preferred = |headers, media: &[&'static str]| accept::preferred(headers, media);
        let both = ["application/jose", "application/jose+json"];
        let liked = preferred(&headers, &both);
        assert_eq!(liked, preferred(&more, &both), "another type changes what is taken");
        let taken = both.into_iter().find(|one| preferred(&headers, &[one]).is_some());
        assert_eq!(liked.is_some(), taken.is_some(), "taken alone and not with another name beside it");
    }
    let staff = Staff::of(&headers);
    if let Ok(staff) = &staff {
        for text in [&staff.reference, &staff.function] {
            assert!((1..=64).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            assert!(!hides_a_pgn(text));
        }
        assert!(
            accesslog::entry::Staff::new(&staff.reference, &staff.function).is_ok(),
            "the log refuses it"
        );
    }
    assert_silent(&staff);
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.headers = headers;
    let key = IdempotencyKey::from_request_parts(&mut parts, &()).now_or_never().unwrap();
    assert_silent(&key);
    if let Ok(key) = &key {
        assert!((16..=64).contains(&key.as_str().len()) && key.as_str().is_ascii());
    }
    staff.is_ok() && key.is_ok()
}

/// Randomness that is none.
#[derive(Debug)]
struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

/// A trace is continued when its header is right to the letter; what goes out is right in any case.
pub(super) fn traceparent(bytes: &[u8]) -> bool {
    let fresh = TraceContext::of_request([], &Sevens);
    let read = TraceContext::of_request([bytes], &Sevens);
    let header = read.header();
    let again = TraceContext::of_request([header.as_bytes()], &Sevens);
    assert_eq!(again.trace_id(), read.trace_id(), "{TRACEPARENT} {header} is not read back");
    // A header that names the fresh trace itself cannot be told from one that was not taken.
    let continued = read.trace_id() != fresh.trace_id();
    let named = text(bytes).and_then(|text| text.get(3..35)) == Some(&read.trace_id().to_string());
    assert!(named || !continued);
    if continued && bytes.starts_with(b"00") {
        assert_eq!(bytes.len(), 55);
    }
    continued
}
