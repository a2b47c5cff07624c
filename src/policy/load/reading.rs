//! Reads the files of `policies/` into a catalogue, and notes everything that does not hang together.

mod dataset;
mod fits;
mod law;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, LazyLock, OnceLock},
};

use cedar_policy::{Effect, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::fits::{asked_and_answered, guards_name_what_exists};
use super::{
    catalogue::{Catalogue, Routes},
    dataset::{Condition, Dataset},
    definitions::Definitions,
    finding::{Finding, Notes, said},
    glossary::{Glossary, GlossaryFile, Reads},
    law::LawEntry,
    region::Region,
    rules::{self, Known, Place},
    source::Files,
    whatif::WhatIf,
};
use crate::domain::{code::Provision, json, problem::Bilingual};

/// The files that stand beside the folders.
const TOP: [&str; 7] = [
    "law.toml",
    "purposes.toml",
    "facts.toml",
    "schema.cedarschema",
    "guards.cedar",
    "routes.cedar",
    "route-cases.toml",
];
/// The files of a dataset.
const FOLDER: [&str; 5] = ["dataset.toml", "schema.json", "policy.cedar", "example.json", "cases.toml"];

impl Catalogue {
    /// Reads a folder.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once. Cases are not played here: `policy::show::check` does that.
    pub fn load(folder: &Path) -> Result<Self, Vec<Finding>> {
        Self::build(&Files::read(folder)?)
    }

    /// The policies that are part of the program: read once, and the same from then on.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once.
    pub fn embedded() -> Result<Arc<Self>, Vec<Finding>> {
        static READ: LazyLock<Result<Arc<Catalogue>, Vec<Finding>>> =
            LazyLock::new(|| Catalogue::build(&Files::embedded()).map(Arc::new));
        READ.clone()
    }

    pub(in crate::policy) fn build(files: &Files) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let catalogue = Reading { files, findings: &mut findings }.catalogue();
        findings = findings.into_iter().map(|finding| finding.placed(files)).collect();
        findings.sort();
        findings.dedup();
        match catalogue {
            Some(catalogue) if findings.is_empty() => Ok(catalogue),
            _ => Err(findings),
        }
    }
}

/// A reading of the files: what it finds goes into one list.
struct Reading<'a> {
    files: &'a Files,
    findings: &'a mut Vec<Finding>,
}

impl Reading<'_> {
    fn catalogue(mut self) -> Option<Catalogue> {
        self.unknown_files();
        let law = self.law();
        let purposes = self.purposes();
        let glossary = self.glossary(&law)?;
        let schema = self.vocabulary(&glossary)?;
        let known =
            Known { schema: &schema, law: &|id| law.get(id), purpose: &|code| purposes.contains_key(code) };
        let guards = self.conditions("guards.cedar", Place::Guards, &known);
        let routes = self.routes(&known);
        let definitions = self.definitions();
        let mut datasets = BTreeMap::new();
        let mut cases = BTreeMap::new();
        for folder in self.folders() {
            if let Some(dataset) = self.dataset(&folder, &known, &definitions) {
                cases.insert(folder.clone(), self.text(&format!("datasets/{folder}/cases.toml"))?.to_owned());
                datasets.insert(dataset.code.clone(), dataset);
            }
        }
        if datasets.is_empty() {
            self.findings.push(Finding::new(
                "datasets",
                ("er is geen gegevensset", "there is no dataset"),
                ("Schrijf een map voor elke gegevensset.", "Write one folder per dataset."),
            ));
        }
        guards_name_what_exists(&guards, &datasets, self.findings);
        asked_and_answered(&datasets, self.findings);
        cases.insert(String::new(), self.text("route-cases.toml")?.to_owned());
        let regions = self.regions(&law);
        let own = |dataset: &Dataset| {
            let bases = dataset.bases.values().map(|basis| basis.policy.clone());
            bases.chain(dataset.conditions.values().map(|one| one.policy.clone())).collect::<Vec<_>>()
        };
        let policies: Vec<_> =
            datasets.values().flat_map(own).chain(guards.values().map(|one| one.policy.clone())).collect();
        let glossary = glossary.read_by(Reads::of(policies.iter()));
        Some(Catalogue {
            digest: self.files.digest(),
            law,
            purposes,
            glossary,
            datasets,
            guards,
            regions,
            routes,
            cases,
            needs: OnceLock::new(),
        })
    }

    fn text(&mut self, name: &str) -> Option<&str> {
        self.files.text(name, self.findings)
    }

    fn toml<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let text = self.files.text(name, self.findings)?;
        toml::from_str(text)
            .map_err(|error| {
                let line = error
                    .span()
                    .map_or(0, |span| text.get(..span.start).unwrap_or("").matches('\n').count())
                    .saturating_add(1);
                let what = said!("regel {line}: {}", "line {line}: {}", error.message());
                self.findings.push(Finding::new(name, what, ("Verbeter het bestand.", "Correct the file.")));
            })
            .ok()
    }

    fn json(&mut self, name: &str) -> Option<Value> {
        let text = self.files.text(name, self.findings)?;
        json::read(text.as_bytes())
            .map_err(|fault| {
                let what = Bilingual::of(
                    format!("geen strikte JSON: {}", fault.text.nl),
                    format!("not strict JSON: {}", fault.text.en),
                );
                self.findings.push(Finding::new(name, what, ("Verbeter het bestand.", "Correct the file.")));
            })
            .ok()
    }

    fn folders(&self) -> BTreeSet<String> {
        let folder = |name: &str| {
            let (folder, _) = name.strip_prefix("datasets/")?.split_once('/')?;
            Some(folder.to_owned())
        };
        self.files.names().filter_map(folder).collect()
    }

    fn unknown_files(&mut self) {
        for name in self.files.names() {
            let parts: Vec<&str> = name.split('/').collect();
            let known = match parts.as_slice() {
                [top] => TOP.contains(top),
                ["datasets", _, file] => FOLDER.contains(file),
                ["definitions", file] => is_json(file),
                ["regions", file] => Path::new(file).extension().is_some_and(|extension| extension == "toml"),
                _ => false,
            };
            if !known {
                self.findings.push(Finding::new(
                    name,
                    ("dit bestand is hier niet bekend", "an unknown file"),
                    ("Haal het weg, of verbeter de naam.", "Remove it, or correct its name."),
                ));
            }
        }
    }

    fn glossary(&mut self, law: &BTreeMap<Provision, LawEntry>) -> Option<Glossary> {
        let file = self.toml::<GlossaryFile>("facts.toml")?;
        let text = self.files.text("facts.toml", self.findings)?;
        Some(file.read(text, &|id| law.contains_key(id), &WhatIf::own_names(), self.findings))
    }

    /// The schema of the file, with the types that the facts make.
    fn vocabulary(&mut self, glossary: &Glossary) -> Option<Schema> {
        let name = "schema.cedarschema";
        let text = self.files.text(name, self.findings)?;
        match Schema::from_cedarschema_str(&format!("{text}{}", glossary.types())) {
            Ok((schema, _)) => Some(schema),
            Err(error) => {
                let what = said!("geen schema van Cedar: {error:?}", "not a Cedar schema: {error:?}");
                self.findings.push(Finding::new(name, what, ("Verbeter het bestand.", "Correct the file.")));
                None
            }
        }
    }

    fn conditions(&mut self, name: &str, place: Place<'_>, known: &Known<'_>) -> BTreeMap<String, Condition> {
        let Some(text) = self.files.text(name, self.findings) else { return BTreeMap::new() };
        let mut notes = Notes { file: name, all: self.findings };
        rules::read(text, place, known, &mut notes)
            .iter()
            .filter(|policy| policy.effect() == Effect::Forbid)
            .filter_map(|policy| rules::condition(policy, place, known, &mut notes))
            .map(|condition| (condition.id.clone(), condition))
            .collect()
    }

    fn routes(&mut self, known: &Known<'_>) -> Routes {
        let conditions = self.conditions("routes.cedar", Place::Routes, known);
        let mut unheard = Vec::new();
        let mut notes = Notes { file: "routes.cedar", all: &mut unheard };
        let text = self.files.text("routes.cedar", self.findings).unwrap_or_default();
        let mut permits = rules::read(text, Place::Routes, known, &mut notes);
        permits.retain(|policy| policy.effect() == Effect::Permit);
        Routes { permits, conditions }
    }

    fn definitions(&mut self) -> Definitions {
        let names: Vec<String> = self
            .files
            .names()
            .filter(|name| name.strip_prefix("definitions/").is_some_and(is_json))
            .map(str::to_owned)
            .collect();
        let mut definitions = Definitions::default();
        for file in names {
            if let Some(read) = self.json(&file) {
                definitions.add(read, &mut Notes { file: &file, all: self.findings });
            }
        }
        definitions
    }

    fn regions(&mut self, law: &BTreeMap<Provision, LawEntry>) -> BTreeMap<String, Region> {
        let names: Vec<String> =
            self.files.names().filter(|name| name.starts_with("regions/")).map(str::to_owned).collect();
        let mut regions = BTreeMap::new();
        for file in names {
            let name = file.trim_start_matches("regions/").trim_end_matches(".toml").to_owned();
            if let Some(region) = self.toml::<Region>(&file) {
                let mut notes = Notes { file: &file, all: self.findings };
                region.check(&|id| law.contains_key(id), &mut notes);
                regions.insert(name, region);
            }
        }
        regions
    }
}

fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "json")
}
