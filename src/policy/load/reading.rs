//! Reads the files of `policies/` into a catalogue, and notes everything that does not hang together.

mod fits;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, LazyLock, OnceLock},
};

use cedar_policy::{Effect, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    catalogue::{Catalogue, Routes},
    dataset::{CategoryInfo, Condition, Dataset, DatasetFile, OutcomeInfo},
    definitions::Definitions,
    finding::{Finding, Notes, said},
    glossary::{Glossary, GlossaryFile, Reads},
    law::{self, LawEntry, LawFile, PurposeEntry, PurposesFile},
    own_act,
    region::Region,
    rules::{self, Known, Place},
    schema::Shape,
    source::Files,
    whatif::WhatIf,
};
use crate::domain::{
    code::{Category, Provision, Purpose},
    json,
    problem::Bilingual,
};

use fits::{asked_and_answered, guards_name_what_exists, hang_together, is_ground};

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

    fn law(&mut self) -> BTreeMap<Provision, LawEntry> {
        let file = self.toml::<LawFile>("law.toml");
        let mut notes = Notes { file: "law.toml", all: self.findings };
        let mut law = BTreeMap::new();
        for entry in file.map(|file| file.provision).unwrap_or_default() {
            let id = entry.id.clone();
            if entry.reading == law::Reading::Ours && entry.question.as_ref().is_none_or(String::is_empty) {
                notes.add(
                    said!("`{id}` is onze lezing, zonder vraag", "`{id}` is our reading without a question"),
                    ("Schrijf de open vraag op.", "Write the open question."),
                );
            }
            if entry.in_force_until.is_some_and(|until| until <= entry.in_force_from) {
                notes.add(
                    said!("`{id}` houdt op voor het begint", "`{id}` ends before it begins"),
                    ("Verbeter in_force_until.", "Correct in_force_until."),
                );
            }
            if entry.gdpr.as_ref().is_some_and(|ground| !is_ground(ground)) {
                notes.add(
                    said!("`{id}`: gdpr is geen grond", "`{id}`: gdpr is not a ground"),
                    (
                        "Schrijf 6(1)(a) tot en met 6(1)(f), of 9(2)(a) tot en met (j).",
                        "Write 6(1)(a) to 6(1)(f), or 9(2)(a) to (j).",
                    ),
                );
            }
            if law.insert(id.clone(), entry).is_some() {
                notes.add(
                    said!("`{id}` staat er twee keer", "`{id}` stands there twice"),
                    ("Laat er een staan.", "Keep one entry."),
                );
            }
        }
        law
    }

    fn purposes(&mut self) -> BTreeMap<Purpose, PurposeEntry> {
        let file = self.toml::<PurposesFile>("purposes.toml");
        let mut notes = Notes { file: "purposes.toml", all: self.findings };
        let mut purposes = BTreeMap::new();
        for entry in file.map(|file| file.purpose).unwrap_or_default() {
            let code = entry.code.clone();
            if purposes.insert(code.clone(), entry).is_some() {
                notes.add(
                    said!("`{code}` staat er twee keer", "`{code}` stands there twice"),
                    ("Laat er een staan.", "Keep one entry."),
                );
            }
        }
        purposes
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

    fn dataset(&mut self, folder: &str, known: &Known<'_>, definitions: &Definitions) -> Option<Dataset> {
        let path = |file: &str| format!("datasets/{folder}/{file}");
        let about_file = path("dataset.toml");
        let about = self.toml::<DatasetFile>(&about_file);
        let schema = self.json(&path("schema.json"));
        let example = self.json(&path("example.json"));
        let schema_file = path("schema.json");
        let shape = schema.and_then(|schema| {
            let mut notes = Notes { file: &schema_file, all: self.findings };
            Shape::inspect(definitions.inline(&schema, &mut notes), &mut notes)
        });
        let about = about?;
        let mut notes = Notes { file: &about_file, all: self.findings };
        if about.code.as_str() != folder {
            notes.add(
                ("de code is niet de naam van de map", "the code is not the name of the folder"),
                ("Maak ze gelijk.", "Make them the same."),
            );
        }
        let mut categories = BTreeMap::new();
        for category in about.category {
            let title = Bilingual { nl: category.nl.into(), en: category.en.into() };
            let info = CategoryInfo { title, sensitivity: category.sensitivity };
            if categories.insert(category.code.clone(), info).is_some() {
                notes.add(
                    said!(
                        "de categorie `{}` staat er twee keer",
                        "the category `{}` stands there twice",
                        category.code
                    ),
                    ("Laat er een staan.", "Keep one."),
                );
            }
        }
        let outcomes = about.outcome.into_iter().map(|outcome| OutcomeInfo {
            code: outcome.code,
            title: Bilingual { nl: outcome.nl.into(), en: outcome.en.into() },
            carries: outcome.carries,
        });
        for provision in about.elsewhere.iter().flat_map(|one| &one.provisions) {
            if (known.law)(provision).is_none() {
                notes.add(
                    said!(
                        "`{provision}` wordt genoemd, en staat niet in law.toml",
                        "`{provision}` is cited, which law.toml does not list"
                    ),
                    (
                        "Zet de bepaling in law.toml, of verbeter de verwijzing.",
                        "Add the provision to law.toml, or correct the citation.",
                    ),
                );
            }
        }
        let rules_file = path("policy.cedar");
        let text = self.files.text(&rules_file, self.findings).unwrap_or_default();
        let mut notes = Notes { file: &rules_file, all: self.findings };
        let place = Place::Dataset(&about.code);
        let (mut bases, mut conditions) = (BTreeMap::new(), BTreeMap::new());
        for policy in rules::read(text, place, known, &mut notes) {
            match policy.effect() {
                Effect::Permit => {
                    let read = rules::basis(&policy, known, &mut notes);
                    bases.extend(read.map(|basis| (basis.id.clone(), basis)));
                }
                Effect::Forbid => {
                    let condition = rules::condition(&policy, place, known, &mut notes);
                    conditions.extend(condition.map(|condition| (condition.id.clone(), condition)));
                }
            }
        }
        hang_together(&bases, &conditions, &categories, &mut notes);
        let dataset = Dataset {
            version: about.version,
            kind: about.kind,
            outcomes: outcomes.collect(),
            rests_on: about.rests_on,
            answers: about.answers,
            title: Bilingual { nl: about.title_nl.into(), en: about.title_en.into() },
            retention_days: about.retention_days,
            retention_source: Bilingual {
                nl: about.retention_source_nl.into(),
                en: about.retention_source_en.into(),
            },
            forget_days: about.forget_days,
            search: about.search,
            elsewhere: about.elsewhere,
            code: about.code,
            example: example?,
            shape: shape?,
            categories,
            bases,
            conditions,
        };
        self.content(&dataset, &path);
        Some(dataset)
    }

    /// Categories and fields cover each other; the example is valid; the search finds its members.
    fn content(&mut self, dataset: &Dataset, path: &dyn Fn(&str) -> String) {
        let schema_file = path("schema.json");
        let mut notes = Notes { file: &schema_file, all: self.findings };
        for (member, category) in &dataset.shape.members {
            if !dataset.categories.contains_key(category) {
                notes.add(
                    said!(
                        "`{member}` hoort bij `{category}`, en die staat niet in dataset.toml",
                        "`{member}` belongs to `{category}`, which dataset.toml does not list"
                    ),
                    (
                        "Zet de categorie in dataset.toml, of verbeter de \"x-category\".",
                        "Add the category to dataset.toml, or correct the \"x-category\".",
                    ),
                );
            }
        }
        let used: BTreeSet<&Category> = dataset.shape.members.values().collect();
        for category in dataset.categories.keys().filter(|category| !used.contains(category)) {
            notes.add(
                said!(
                    "geen veld hoort bij de categorie `{category}`",
                    "no field belongs to the category `{category}`"
                ),
                ("Voeg de velden toe, of haal haar weg.", "Add its fields, or remove it."),
            );
        }
        let about_file = path("dataset.toml");
        let mut notes = Notes { file: &about_file, all: self.findings };
        own_act::check_elsewhere(dataset, &mut notes);
        if let Some(search) = &dataset.search {
            for pointer in [
                Some(&search.given),
                Some(&search.family),
                search.prefix.as_ref(),
                search.birth_date.as_ref(),
            ]
            .into_iter()
            .flatten()
            {
                if !dataset.shape.knows(pointer) {
                    notes.add(
                        said!("het schema heeft geen `{pointer}`", "the schema has no `{pointer}`"),
                        ("Verbeter het pad onder [search].", "Correct the pointer under [search]."),
                    );
                }
            }
        }
        let example_file = path("example.json");
        for fault in dataset.faults_of(&dataset.example) {
            self.findings.push(Finding::new(
                &example_file,
                Bilingual::of(
                    format!("{}: {}", fault.pointer, fault.text.nl),
                    format!("{}: {}", fault.pointer, fault.text.en),
                ),
                ("Verbeter het voorbeeld, of het schema.", "Correct the example, or the schema."),
            ));
        }
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
