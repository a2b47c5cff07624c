//! Reads the folder of a dataset.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::Effect;

use super::{Reading, fits::hang_together};
use crate::{
    domain::{code::Category, problem::Bilingual},
    policy::load::{
        dataset::{CategoryInfo, Dataset, DatasetFile, OutcomeInfo},
        definitions::Definitions,
        finding::{Finding, Notes, said},
        own_act,
        rules::{self, Known, Place},
        schema::Shape,
    },
};

impl Reading<'_> {
    pub(super) fn dataset(
        &mut self,
        folder: &str,
        known: &Known<'_>,
        definitions: &Definitions,
    ) -> Option<Dataset> {
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
}
