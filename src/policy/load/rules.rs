//! Reads Cedar files: a permit is a basis, a forbid is a condition.

mod annotations;
mod citing;
mod known;

use std::collections::BTreeSet;

use cedar_policy::{Policy, PolicyId, PolicySet, ValidationMode, Validator};

pub(in crate::policy) use self::known::{Known, Place};
use self::{
    annotations::{list, note, question},
    citing::{citations, provisions, provisions_if_any, residence},
    known::RESIDENCE,
};
use super::{
    dataset::{AppliesTo, Basis, Citations, Condition},
    finding::{Notes, said},
    reads::Read,
    uses::Uses,
    wording::{PLACES, says_age, unknown_places},
};
use crate::domain::{
    code::{DatasetCode, Grondslag},
    party::Role,
    problem::Bilingual,
};

/// The policies of a file, each under its `@id`, checked against the vocabulary in strict mode.
pub(in crate::policy) fn read(
    text: &str,
    place: Place<'_>,
    known: &Known<'_>,
    notes: &mut Notes<'_>,
) -> Vec<Policy> {
    let parsed: PolicySet = match text.parse() {
        Ok(parsed) => parsed,
        Err(error) => {
            notes.add(
                said!("dit is geen Cedar: {error:?}", "not Cedar: {error:?}"),
                ("Verbeter de tekst.", "Correct the syntax."),
            );
            return Vec::new();
        }
    };
    if parsed.num_of_templates() > 0 {
        notes.add(
            ("een regel heeft een open plaats (slot)", "a policy has a slot"),
            ("Schrijf elke regel uit.", "Write out every policy."),
        );
    }
    let mut seen = BTreeSet::new();
    let mut rules = Vec::new();
    for policy in parsed.policies() {
        let Some(id) = policy.annotation("id").filter(|id| !id.is_empty()) else {
            notes.add(
                said!("`{}` heeft geen @id", "`{}` has no @id", policy.id()),
                ("Geef elke regel een naam met @id(\"…\").", "Name every policy with @id(\"…\")."),
            );
            continue;
        };
        if !seen.insert(id.to_owned()) {
            notes.add(
                said!("twee regels heten `{id}`", "two policies are named `{id}`"),
                ("Geef elk een eigen @id.", "Give each its own @id."),
            );
            continue;
        }
        annotations::check(policy, id, place, notes);
        literals(policy, id, place, known, notes);
        rules.push(policy.new_id(PolicyId::new(id)));
    }
    let checked = PolicySet::from_policies(rules.iter().cloned());
    if let Ok(checked) = checked {
        let verdict = Validator::new(known.schema.clone()).validate(&checked, ValidationMode::Strict);
        for error in verdict.validation_errors() {
            notes.add(
                said!("Cedar zegt: {error}", "{error}"),
                (
                    "Gebruik de namen en soorten van schema.cedarschema.",
                    "Use the names and types of schema.cedarschema.",
                ),
            );
        }
        for warning in verdict.validation_warnings() {
            notes.add(
                said!("Cedar zegt: {warning}", "{warning}"),
                ("Haal weg wat nooit verschil maakt.", "Remove what can never matter."),
            );
        }
    }
    rules.sort_by(|a, b| a.id().cmp(b.id()));
    rules
}

/// The permits of a dataset as bases.
pub(in crate::policy) fn basis(policy: &Policy, known: &Known<'_>, notes: &mut Notes<'_>) -> Option<Basis> {
    let Ok(id) = policy.id().to_string().parse::<Grondslag>() else {
        notes.add(
            said!("`{}` is niet de naam van een grondslag", "`{}` is not the name of a basis", policy.id()),
            ("Noem haar <gegevensset>.<naam>.", "Name it <dataset>.<name>."),
        );
        return None;
    };
    let provisions = provisions(policy, "grondslag", known, notes);
    let entries: Vec<_> = provisions.iter().filter_map(|id| (known.law)(id)).collect();
    let first = entries.first()?;
    let ground = first.gdpr.clone();
    if ground.is_none() {
        notes.add(
            said!(
                "`{id}` rust op `{}`, en daarvoor noemt law.toml geen grond van de AVG",
                "`{id}` rests on `{}`, for which law.toml names no ground of the GDPR",
                first.id
            ),
            (
                "Noem eerst de bepaling die de grond geeft, of zet haar gdpr in law.toml.",
                "Name first the provision that gives the ground, or add its gdpr to law.toml.",
            ),
        );
    }
    let uses = Uses::of(policy);
    let residence = residence(policy, &uses, &provisions, known, notes);
    let basis = Basis {
        ground,
        required: list(policy, "verplicht", notes),
        optional: list(policy, "optioneel", notes),
        opt_out: list(policy, "optuit", notes),
        recipients: uses.recipients,
        senders: uses.senders,
        purposes: uses.purposes,
        residence,
        note: note(policy, notes),
        question: question(policy, notes),
        in_force_from: entries.iter().map(|entry| entry.in_force_from).max()?,
        in_force_until: entries.iter().filter_map(|entry| entry.in_force_until).min(),
        reads: Read::by(policy),
        policy: policy.clone(),
        provisions,
        id,
    };
    if basis.required.is_empty() {
        notes.add(
            said!("`{}` verplicht geen categorie", "`{}` requires no category", basis.id),
            ("Schrijf @verplicht(\"…\").", "Write @verplicht(\"…\")."),
        );
    }
    let named = basis.required.len().saturating_add(basis.optional.len()).saturating_add(basis.opt_out.len());
    if named != basis.allowed().len() {
        notes.add(
            said!("`{}` noemt een categorie twee keer", "`{}` names a category twice", basis.id),
            ("Noem elke in één lijst.", "Name each in one list."),
        );
    }
    for (nl, en, missing) in [
        ("de rol van de ontvanger", "the role of the recipient", basis.recipients.is_empty()),
        ("de rol van de verzender", "the role of the sender", basis.senders.is_empty()),
        ("het doel", "the purpose", basis.purposes.is_empty()),
    ] {
        if missing {
            let what = Bilingual::of(
                format!("`{}` noemt {nl} niet", basis.id),
                format!("`{}` does not name {en}", basis.id),
            );
            notes.add(what, ("Een grondslag noemt ze alle drie.", "A basis names all three."));
        }
    }
    Some(basis)
}

/// A forbid as a condition.
pub(in crate::policy) fn condition(
    policy: &Policy,
    place: Place<'_>,
    known: &Known<'_>,
    notes: &mut Notes<'_>,
) -> Option<Condition> {
    let id = policy.id().to_string();
    let by_residence = policy.annotation("voor") == Some(RESIDENCE) && matches!(place, Place::Guards);
    let citations = if by_residence { Citations::default() } else { citations(policy, known, notes) };
    let mut word = |key: &str, needed: bool| {
        let text = policy.annotation(key).filter(|text| !text.is_empty()).map(str::to_owned);
        if needed && text.is_none() {
            notes.add(
                said!("`{id}` heeft geen @{key}", "`{id}` has no @{key}"),
                ("Schrijf het: dit is wat mensen lezen.", "Write it: it is what people read."),
            );
        }
        for unknown in text.as_deref().map(unknown_places).unwrap_or_default() {
            let known = PLACES.map(|name| format!("{{{name}}}")).join(", ");
            notes.add(
                said!("`{id}` heeft {{{unknown}}} in @{key}", "`{id}` has {{{unknown}}} in @{key}"),
                said!("De plaatsen die bestaan zijn {known}.", "The places that exist are {known}."),
            );
        }
        text
    };
    let (nl, en) = (word("nl", true), word("en", true));
    let (now_nl, now_en) = (word("nu", true), word("nu_en", true));
    let says = |text: &Option<String>| text.as_deref().is_some_and(says_age);
    let is_personal = says(&nl) || says(&en);
    let aged = [("nu", says(&now_nl)), ("nu_en", says(&now_en))];
    let (rule_nl, rule_en) = (word("regel", is_personal), word("regel_en", is_personal));
    let voor = word("voor", !matches!(place, Place::Routes)).unwrap_or_default();
    let applies = match (place, voor.as_str(), policy.annotation("grond")) {
        (Place::Routes, ..) | (Place::Guards, "*", None) => AppliesTo::Every,
        (Place::Guards, "*", Some(ground)) => AppliesTo::Ground(ground.to_owned()),
        (Place::Guards, RESIDENCE, None) => AppliesTo::Residence,
        _ => AppliesTo::Bases(list(policy, "voor", notes)),
    };
    for (key, _) in aged.into_iter().filter(|(_, says)| *says) {
        notes.add(
            said!("`{id}` noemt een leeftijd in @{key}", "`{id}` says an age in @{key}"),
            (
                "Noem de leeftijd in @nl en @en: wie haar niet mag horen, leest dan @regel.",
                "Say the age in @nl and @en: who may not hear it reads @regel then.",
            ),
        );
    }
    Some(Condition {
        id,
        applies,
        except: provisions_if_any(policy, "tenzij", known, notes).into_iter().collect(),
        citations,
        text: Bilingual { nl: nl?.into(), en: en?.into() },
        rule: rule_nl.zip(rule_en).map(|(nl, en)| Bilingual { nl: nl.into(), en: en.into() }),
        now: Some(Bilingual { nl: now_nl?.into(), en: now_en?.into() }),
        standby: policy.annotation("paraat").map(str::to_owned),
        question: question(policy, notes),
        reads: Read::by(policy),
        policy: policy.clone(),
    })
}

fn literals(policy: &Policy, id: &str, place: Place<'_>, known: &Known<'_>, notes: &mut Notes<'_>) {
    for literal in policy.entity_literals() {
        let name = literal.id().unescaped();
        let fine = match literal.type_name().to_string().as_str() {
            "Role" => name.parse::<Role>().is_ok(),
            "Purpose" => name.parse().is_ok_and(|purpose| (known.purpose)(&purpose)),
            "Dataset" => match place {
                Place::Dataset(code) => code.as_str() == name,
                Place::Guards | Place::Routes => name.parse::<DatasetCode>().is_ok(),
            },
            "Action" => match place {
                Place::Dataset(_) | Place::Guards => name == "receive",
                Place::Routes => name != "receive",
            },
            _ => false,
        };
        if !fine {
            notes.add(
                said!("`{id}` noemt {literal}, en dat is hier niet bekend", "`{id}` names {literal}, which is unknown here"),
                ("Gebruik een rol, een doel van purposes.toml, deze gegevensset, en de acties van schema.cedarschema.", "Use a role, a purpose of purposes.toml, this dataset, and the actions of schema.cedarschema."),
            );
        }
    }
}
