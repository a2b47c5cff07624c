//! Whether what was read fits together: names exist, and what is asked can be answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag},
        problem::Bilingual,
    },
    policy::load::{
        dataset::{AppliesTo, Basis, CategoryInfo, Condition, Dataset, Whose},
        finding::{Finding, Notes, said},
        own_act,
        reply::Standing,
    },
};

/// What a dataset rests on or answers is a dataset that asks, and who asks says what can be answered.
pub(super) fn asked_and_answered(datasets: &BTreeMap<DatasetCode, Dataset>, findings: &mut Vec<Finding>) {
    for dataset in datasets.values() {
        let file = format!("datasets/{}/dataset.toml", dataset.code);
        let mut notes = Notes { file: &file, all: findings };
        for (member, asking) in [("rests_on", &dataset.rests_on), ("answers", &dataset.answers)] {
            let Some(asking) = asking else { continue };
            if datasets.get(asking).is_none_or(|one| !one.kind.asks()) {
                notes.add(
                    said!(
                        "`{asking}` is geen gegevensset van verzoeken of vragen",
                        "`{asking}` is no dataset of requests or questions"
                    ),
                    Bilingual::of(
                        format!("Verbeter {member}, of haal het weg."),
                        format!("Correct {member}, or remove it."),
                    ),
                );
            }
        }
        outcomes_fit(dataset, &mut notes);
    }
}

pub(super) fn guards_name_what_exists(
    guards: &BTreeMap<String, Condition>,
    datasets: &BTreeMap<DatasetCode, Dataset>,
    findings: &mut Vec<Finding>,
) {
    let mut notes = Notes { file: "guards.cedar", all: findings };
    let bases: BTreeSet<&Grondslag> = datasets.values().flat_map(|dataset| dataset.bases.keys()).collect();
    for guard in guards.values() {
        match &guard.applies {
            AppliesTo::Bases(named) => {
                for basis in named.iter().filter(|basis| !bases.contains(basis)) {
                    notes.add(
                        said!(
                            "`{}` is een voorwaarde van `{basis}`, en die bestaat niet",
                            "`{}` is a condition of `{basis}`, which does not exist",
                            guard.id
                        ),
                        ("Verbeter de naam in @voor.", "Correct the name in @voor."),
                    );
                }
            }
            AppliesTo::Ground(ground) if !is_ground(ground) => {
                notes.add(
                    said!("`{}`: @grond is geen grond", "`{}`: @grond is not a ground", guard.id),
                    ("Schrijf er een als 6(1)(e).", "Write one such as 6(1)(e)."),
                );
            }
            AppliesTo::Ground(_) | AppliesTo::Residence | AppliesTo::Every => {}
        }
        let all = datasets.values().flat_map(|dataset| dataset.bases.values());
        check_citations(guard, all.clone(), &mut notes);
        own_act::check_condition(guard, all, &mut notes);
        for literal in guard.policy.entity_literals() {
            let name = literal.id().unescaped();
            let dataset = literal.type_name().basename() == "Dataset";
            if dataset && !name.parse().is_ok_and(|code: DatasetCode| datasets.contains_key(&code)) {
                notes.add(
                    said!(
                        "`{}` noemt de gegevensset `{name}`, en die bestaat niet",
                        "`{}` names the dataset `{name}`, which does not exist",
                        guard.id
                    ),
                    ("Verbeter het.", "Correct it."),
                );
            }
        }
    }
}

/// Who asks says what can be answered, each once, in words of its own; who does not ask says nothing of it.
pub(super) fn outcomes_fit(dataset: &Dataset, notes: &mut Notes<'_>) {
    let asks = dataset.kind.asks();
    if asks == dataset.outcomes.is_empty() {
        notes.add(
            if asks {
                ("er staat niet wat er geantwoord kan worden", "it does not say what can be answered")
            } else {
                (
                    "een [[outcome]] hoort bij een verzoek of een vraag",
                    "an [[outcome]] belongs to a request or a question",
                )
            },
            if asks {
                ("Schrijf een [[outcome]] voor elk antwoord.", "Write an [[outcome]] for each answer.")
            } else {
                ("Haal het weg, of verbeter kind.", "Remove it, or correct kind.")
            },
        );
    }
    if asks && dataset.answers.is_some() {
        notes.add(
            ("wie vraagt, antwoordt niet ook", "who asks does not answer as well"),
            ("Haal answers weg, of verbeter kind.", "Remove answers, or correct kind."),
        );
    }
    let mut seen = BTreeSet::new();
    for outcome in &dataset.outcomes {
        let code = &outcome.code;
        if Standing::RESERVED.contains(&code.as_str()) || !seen.insert(code) {
            notes.add(
                said!(
                    "het antwoord `{code}` staat er twee keer, of is een woord dat al iets anders betekent",
                    "the outcome `{code}` stands there twice, or is a word that means something else already"
                ),
                ("Kies een ander woord.", "Choose another word."),
            );
        }
    }
}

/// Bases and conditions name what exists, and every basis and condition matters.
pub(super) fn hang_together(
    bases: &BTreeMap<Grondslag, Basis>,
    conditions: &BTreeMap<String, Condition>,
    categories: &BTreeMap<Category, CategoryInfo>,
    notes: &mut Notes<'_>,
) {
    if bases.is_empty() {
        notes.add(
            ("de gegevensset heeft geen grondslag", "the dataset has no basis"),
            ("Schrijf een permit, of haal de gegevensset weg.", "Write a permit, or remove the dataset."),
        );
    }
    for basis in bases.values() {
        for category in basis.allowed().iter().filter(|category| !categories.contains_key(*category)) {
            notes.add(
                said!(
                    "`{}` noemt de categorie `{category}`, en die staat niet in dataset.toml",
                    "`{}` names the category `{category}`, which dataset.toml does not list",
                    basis.id
                ),
                (
                    "Zet de categorie in dataset.toml, of verbeter de naam.",
                    "Add the category to dataset.toml, or correct the name.",
                ),
            );
        }
    }
    own_act::check_bases(bases.values(), notes);
    for condition in conditions.values() {
        let AppliesTo::Bases(named) = &condition.applies else { continue };
        if named.is_empty() {
            notes.add(
                said!("`{}` is een voorwaarde van niets", "`{}` is a condition of nothing", condition.id),
                ("Noem de grondslagen in @voor.", "Name its bases in @voor."),
            );
        }
        check_citations(condition, bases.values(), notes);
        own_act::check_condition(condition, bases.values(), notes);
        for basis in named.iter().filter(|basis| !bases.contains_key(*basis)) {
            notes.add(
                said!(
                    "`{}` is een voorwaarde van `{basis}`, en die bestaat niet",
                    "`{}` is a condition of `{basis}`, which does not exist",
                    condition.id
                ),
                ("Verbeter de naam in @voor.", "Correct the name in @voor."),
            );
        }
    }
}

/// Every list is of a basis that the condition is of, and every basis of the condition has a list.
pub(super) fn check_citations<'a>(
    condition: &Condition,
    bases: impl Iterator<Item = &'a Basis>,
    notes: &mut Notes<'_>,
) {
    let bases: Vec<&Basis> = bases.filter(|basis| condition.is_of(basis)).collect();
    for whose in condition.citations.whose() {
        let name = match whose {
            Whose::Basis(id) if !bases.iter().any(|basis| basis.id == *id) => id.to_string(),
            Whose::Sender(role) if !bases.iter().any(|basis| basis.senders.contains(role)) => {
                role.to_string()
            }
            Whose::Basis(_) | Whose::Sender(_) | Whose::Rest => continue,
        };
        notes.add(
            said!(
                "`{}` verwijst voor `{name}`, en is daar geen voorwaarde van",
                "`{}` cites for `{name}`, of which it is no condition",
                condition.id
            ),
            (
                "Verbeter de naam in @voorwaarde, of zet haar in @voor.",
                "Correct the name in @voorwaarde, or add it to @voor.",
            ),
        );
    }
    for basis in bases.iter().filter(|basis| condition.provisions_of(basis, None).is_empty()) {
        notes.add(
            said!("`{}` noemt niets voor `{}`", "`{}` cites nothing for `{}`", condition.id, basis.id),
            (
                "Noem de bepalingen voor die grondslag in @voorwaarde.",
                "Name the provisions for that basis in @voorwaarde.",
            ),
        );
    }
}

pub(super) fn is_ground(text: &str) -> bool {
    let letter = |rest: &str, last: char| {
        let mut chars = rest.chars();
        chars.next().is_some_and(|c| ('a'..=last).contains(&c)) && chars.as_str() == ")"
    };
    text.strip_prefix("6(1)(").is_some_and(|rest| letter(rest, 'f'))
        || text.strip_prefix("9(2)(").is_some_and(|rest| letter(rest, 'j'))
}
