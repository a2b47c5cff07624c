//! `cases.toml` as it is written: what must come out of which facts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use toml::{Table, Value};

use crate::{
    domain::{code::Grondslag, problem::Bilingual},
    policy::{
        decide::engine::Engine,
        load::{
            finding::{Finding, said},
            whatif::WhatIf,
        },
    },
};

/// When a case plays that names no instant: midday on 2 November 2026.
const WHEN: &str = "2026-11-02T11:00:00Z";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    base: Table,
    #[serde(default)]
    case: Vec<Table>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Expect {
    Permit,
    Refuse,
}

/// What a case says must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) name: String,
    pub(super) name_en: Option<String>,
    pub(super) expect: Expect,
    pub(super) basis: Option<Grondslag>,
    #[serde(default)]
    pub(super) because: BTreeSet<String>,
}

const EXPECTED: [&str; 5] = ["name", "name_en", "expect", "basis", "because"];

pub(super) fn cases<T>(
    file: &str,
    text: &str,
    read_facts: impl Fn(Table) -> Result<T, String>,
) -> Result<Vec<(Expected, T)>, Vec<Finding>> {
    let wrong = |what: Bilingual| Finding::new(file, what, ("Verbeter het bestand.", "Correct the file."));
    let parsed: File = toml::from_str(text)
        .map_err(|error| vec![wrong(said!("geen TOML zoals het hoort: {}", "{}", error.message()))])?;
    let mut findings = Vec::new();
    let mut read = Vec::new();
    let mut names = BTreeSet::new();
    for mut case in parsed.case {
        let mut expected = Table::new();
        for key in EXPECTED {
            expected.extend(case.remove(key).map(|value| (key.to_owned(), value)));
        }
        let mut facts = parsed.base.clone();
        facts.extend(case);
        let name = expected.get("name").and_then(Value::as_str).unwrap_or("without a name").to_owned();
        if !names.insert(name.clone()) {
            findings.push(wrong(said!("twee gevallen heten `{name}`", "two cases are named `{name}`")));
        }
        let expected = expected.try_into::<Expected>().map_err(|error| error.message().to_owned());
        match (expected, read_facts(facts)) {
            (Ok(expected), Ok(facts)) => read.push((expected, facts)),
            (Err(error), _) | (_, Err(error)) => {
                findings.push(wrong(said!("geval `{name}`: {error}", "case `{name}`: {error}")));
            }
        }
    }
    if findings.is_empty() { Ok(read) } else { Err(findings) }
}

/// The question that the facts of a case put.
pub(super) fn question(facts: Table, engine: &Engine) -> Result<WhatIf, String> {
    let facts = serde_json::to_value(facts).map_err(|error| error.to_string())?;
    WhatIf::read(facts, engine.catalogue().glossary())
}

pub(super) fn moment() -> Timestamp {
    WHEN.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}
