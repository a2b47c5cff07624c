//! One entry: when it was written, whether it holds, and as a line.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::{
    accesslog::{
        entry::parse_leaf,
        own::{OwnEntry, ProvenEntry},
    },
    cli::{
        Language, causes,
        client::words::member,
        language::{Said, tell},
        printable::one_line,
        sentence::{Teller, Told},
    },
    domain::clock::from_millis,
    merkle::{checkpoint::Checkpoint, note::LogVerifier},
};

/// When it was written, as the leaf says.
pub(super) fn time_of(item: &Value) -> Option<Timestamp> {
    let leaf = BASE64_STANDARD.decode(item.get("leaf")?.as_str()?).ok()?;
    let leaf = parse_leaf(&leaf).ok()?;
    i64::try_from(leaf.time).ok().map(from_millis)
}

/// What the entry is proven to say, or what does not hold.
pub(super) fn judged(item: &Value, log: &LogVerifier) -> Result<ProvenEntry, Said> {
    let entry = OwnEntry::deserialize(item)
        .map_err(|_| Said::new("het heeft niet de vorm van een regel", "it has not the form of an entry"))?;
    entry.verify(log).map_err(|error| {
        let nl = causes::in_dutch(&error).unwrap_or_else(|| causes::ELSEWHERE.to_owned());
        Said::new(nl, error.to_string())
    })
}

/// The entry for machines, with whether it holds.
pub(super) fn judged_document(item: &Value, verdict: Option<&Result<Checkpoint, Said>>) -> Value {
    let mut document = item.clone();
    if let (Some(verdict), Some(members)) = (verdict, document.as_object_mut()) {
        let verdict = match verdict {
            Ok(checkpoint) => json!({ "holds": true, "size": checkpoint.size, "root": checkpoint.root }),
            Err(why) => json!({ "holds": false, "why": why.text(Language::En) }),
        };
        members.insert("verified".to_owned(), verdict);
    }
    document
}

/// One sentence, its index, and whether it holds.
pub(super) fn line(
    item: &Value,
    verdict: Option<&Result<Checkpoint, Said>>,
    teller: Option<&Teller<'_>>,
    language: Language,
) -> String {
    let index = member(item, "/index");
    let sentence = teller.map(|teller| teller.sentence(time_of(item), &Told::of(item))).unwrap_or_default();
    let verdict = match verdict {
        None => String::new(),
        Some(Ok(_)) => language.pick(" · klopt", " · holds").to_owned(),
        Some(Err(why)) => {
            let why = why.text(language);
            tell!(language, " · KLOPT NIET: {why}", " · DOES NOT HOLD: {why}")
        }
    };
    one_line(&format!("{sentence} · log {index}{verdict}"))
}
