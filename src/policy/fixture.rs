//! Policies, facts and engines for the tests of this room.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use crate::{
    domain::{
        code::{Category, Grondslag},
        id::PacketId,
    },
    policy::{
        decide::{
            engine::Engine,
            permit::{Decision, Permit, Refusal},
        },
        load::{catalogue::Catalogue, dataset::Dataset, facts::Facts, source::Files, whatif::WhatIf},
    },
};

pub(super) fn embedded() -> Files {
    Files::embedded()
}

/// The policies with one text replaced wherever it stands in one file.
pub(super) fn edit(file: &str, from: &str, to: &str) -> Files {
    let files = embedded();
    let text = files.text(file, &mut Vec::new()).unwrap().to_owned();
    assert!(text.contains(from), "{file} does not hold `{from}`");
    files.with(file, &text.replace(from, to))
}

pub(super) fn engine_of(files: &Files) -> Engine {
    let catalogue = Catalogue::build(files).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    Engine::new(Arc::new(catalogue)).unwrap()
}

/// The policies of the program, read once for all tests.
pub(super) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine_of(&embedded()))
}

/// An overgangsdocument that a `pro-school` may send, with the facts given instead.
pub(super) fn facts(instead: &serde_json::Value) -> Facts {
    let mut all = serde_json::json!({
        "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
        "senderRole": "pro-school", "recipientRole": "werk-en-inkomen", "recipientGemeenten": ["0361"],
        "verblijf": "0361", "birthDate": "2007-11-03", "verlatenOp": "2026-07-17",
        "replies": ["verzoek-voortzetting:ja"], "earlierWishes": ["instemming:persoon"], "at": "2026-11-02T11:00:00Z",
    });
    for (name, value) in instead.as_object().unwrap() {
        all[name] = value.clone();
    }
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let question = WhatIf::read(all, engine().catalogue().glossary()).unwrap();
    let mut facts = question.facts(jiff::Timestamp::UNIX_EPOCH).unwrap();
    facts.subject = Some(packet());
    facts
}

pub(super) fn packet() -> PacketId {
    "01996b3f-0000-7000-8000-000000000001".parse().unwrap()
}

pub(super) fn permit(engine: &Engine, facts: &Facts) -> Permit {
    engine.decide(facts).into_result().unwrap()
}

/// The facts of every case of a dataset.
pub(super) fn all_facts(engine: &Engine, dataset: &Dataset) -> Vec<Facts> {
    let text = engine.catalogue().cases.get(dataset.code.as_str()).unwrap();
    let file: toml::Table = toml::from_str(text).unwrap();
    let cases = file["case"].as_array().unwrap().iter().map(|case| {
        let mut facts = file["base"].as_table().unwrap().clone();
        facts.insert("dataset".to_owned(), dataset.code.as_str().into());
        facts.extend(case.as_table().unwrap().clone());
        facts.retain(|name, _| !["name", "name_en", "expect", "because", "basis"].contains(&name));
        let facts = serde_json::to_value(facts).unwrap();
        let question = WhatIf::read(facts, engine.catalogue().glossary()).unwrap();
        let mut facts = question.facts("2026-11-02T11:00:00Z".parse().unwrap()).unwrap();
        facts.subject = Some(packet());
        facts
    });
    cases.collect()
}

/// For each basis of a dataset the permit of a case that is permitted on it.
pub(super) fn permits(engine: &Engine, dataset: &Dataset) -> BTreeMap<Grondslag, Permit> {
    let cases = all_facts(engine, dataset);
    let permits = cases.iter().filter_map(|facts| engine.decide(facts).into_result().ok());
    permits.map(|permit| (permit.basis().clone(), permit)).collect()
}

pub(super) fn refusal(engine: &Engine, facts: &Facts) -> Refusal {
    match engine.decide(facts) {
        Decision::Refusal(refusal) => refusal,
        Decision::Permit(permit) => panic!("{permit:?}"),
    }
}

pub(super) fn categories(codes: &[&str]) -> BTreeSet<Category> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}
