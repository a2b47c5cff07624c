//! Reads Cedar files: a permit is a basis, a forbid is a condition.

use std::collections::BTreeSet;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use super::{
    dataset::{AppliesTo, Basis, Citations, Condition, Whose},
    finding::{Notes, said},
    law::LawEntry,
    reads::Read,
    uses::Uses,
    wording::{PLACES, says_age, unknown_places},
};
use crate::domain::{
    code::{DatasetCode, Grondslag, Provision, Purpose},
    party::Role,
    problem::Bilingual,
};

/// In which file a rule stands: that says what it may be.
#[derive(Clone, Copy)]
pub(in crate::policy) enum Place<'a> {
    Dataset(&'a DatasetCode),
    Guards,
    Routes,
}

/// The mark of a basis that is bound to residence, and the bases of a guard that asks for it.
const RESIDENCE: &str = "woonplaats";

/// What a condition says to people.
const TEXTS: [&str; 6] = ["nl", "en", "regel", "regel_en", "nu", "nu_en"];

/// What rules may name.
pub(in crate::policy) struct Known<'a> {
    pub(in crate::policy) schema: &'a Schema,
    pub(in crate::policy) law: &'a dyn Fn(&Provision) -> Option<&'a LawEntry>,
    pub(in crate::policy) purpose: &'a dyn Fn(&Purpose) -> bool,
}

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
        allowed_annotations(policy, id, place, notes);
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

fn allowed_annotations(policy: &Policy, id: &str, place: Place<'_>, notes: &mut Notes<'_>) {
    let allowed: &[&str] = match (policy.effect(), place) {
        (Effect::Permit, Place::Dataset(_)) => &[
            "id",
            "grondslag",
            "verplicht",
            "optioneel",
            "optuit",
            "daarbij",
            "daarbij_en",
            "vraag",
            RESIDENCE,
        ],
        (Effect::Permit, Place::Routes) => &["id"],
        (Effect::Permit, Place::Guards) => {
            notes.add(
                said!("`{id}` is een permit", "`{id}` is a permit"),
                (
                    "Hier staan alleen verboden (forbid); een grondslag hoort bij een gegevensset.",
                    "Guards only forbid; a basis belongs to a dataset.",
                ),
            );
            &["id"]
        }
        (Effect::Forbid, Place::Dataset(_)) => &["id", "voor", "voorwaarde", "vraag"],
        (Effect::Forbid, Place::Guards) => {
            &["id", "voor", "grond", "tenzij", "paraat", "voorwaarde", "vraag"]
        }
        (Effect::Forbid, Place::Routes) => &["id", "voorwaarde", "vraag"],
    };
    let is_text = |key: &str| policy.effect() == Effect::Forbid && TEXTS.contains(&key);
    for (key, _) in policy.annotations() {
        if !allowed.contains(&key) && !is_text(key) {
            notes.add(
                said!(
                    "`{id}` heeft @{key}, en dat betekent daar niets",
                    "`{id}` has @{key}, which means nothing there"
                ),
                ("Haal het weg, of verbeter de naam.", "Remove it or correct the name."),
            );
        }
    }
    let prefix = match place {
        Place::Dataset(code) => code.as_str(),
        Place::Guards => "guards",
        Place::Routes => "routes",
    };
    if id.split_once('.').is_none_or(|(first, rest)| first != prefix || rest.is_empty()) {
        notes.add(
            said!("`{id}` is geen naam voor dit bestand", "`{id}` is not a name of this file"),
            said!("Noem het {prefix}.<naam>.", "Name it {prefix}.<name>."),
        );
    }
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

/// What a basis says beside it, in both languages or not at all.
fn note(policy: &Policy, notes: &mut Notes<'_>) -> Option<Bilingual> {
    match (policy.annotation("daarbij"), policy.annotation("daarbij_en")) {
        (Some(nl), Some(en)) => Some(Bilingual { nl: nl.to_owned().into(), en: en.to_owned().into() }),
        (None, None) => None,
        _ => {
            notes.add(
                said!(
                    "`{}` heeft een van @daarbij en @daarbij_en",
                    "`{}` has one of @daarbij and @daarbij_en",
                    policy.id()
                ),
                (
                    "Schrijf het in beide talen: het is wat mensen lezen.",
                    "Write it in both languages: it is what people read.",
                ),
            );
            None
        }
    }
}

/// The letters of open questions, such as `y` or `x, ad`.
fn question(policy: &Policy, notes: &mut Notes<'_>) -> Option<String> {
    let letters = policy.annotation("vraag")?;
    let is_letter = |one: &str| (1..=2).contains(&one.len()) && one.bytes().all(|c| c.is_ascii_lowercase());
    if !letters.split(',').map(str::trim).all(is_letter) {
        notes.add(
            said!("`{}` heeft @vraag(\"{letters}\")", "`{}` has @vraag(\"{letters}\")", policy.id()),
            (
                "Noem de letters van open vragen van law.toml, zoals \"y\" of \"x, ad\".",
                "Name the letters of open questions of law.toml, such as \"y\" or \"x, ad\".",
            ),
        );
    }
    Some(letters.to_owned())
}

/// By which provisions the recipient is the college of residence: those that `@woonplaats` names, or the basis' own. A basis
/// whose recipient is no college, or that says `geen`, is not bound to residence.
fn residence(
    policy: &Policy,
    uses: &Uses,
    own: &[Provision],
    known: &Known<'_>,
    notes: &mut Notes<'_>,
) -> Option<Vec<Provision>> {
    let is_college =
        |role: &Role| matches!(role, Role::WerkEnInkomen | Role::Doorstroompunt | Role::Leerplicht);
    match policy.annotation(RESIDENCE) {
        Some("geen") => None,
        Some(_) => Some(provisions(policy, RESIDENCE, known, notes)),
        None => uses.recipients.iter().any(is_college).then(|| own.to_vec()),
    }
}

/// One list for all bases, or `<basis or role of a sender, ...> = <provisions>; ...` with `*` for the rest.
fn citations(policy: &Policy, known: &Known<'_>, notes: &mut Notes<'_>) -> Citations {
    let text = policy.annotation("voorwaarde").unwrap_or_default();
    if !text.contains('=') {
        return Citations::of_all(provisions(policy, "voorwaarde", known, notes));
    }
    let mut lists = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (keys, cited) = part.split_once('=').unwrap_or((part, ""));
        let cited = cited_in(policy, cited, known, notes);
        for key in keys.split(',').map(str::trim) {
            let whose = match (key, key.parse::<Grondslag>(), key.parse::<Role>()) {
                ("*", ..) => Whose::Rest,
                (_, Ok(basis), _) => Whose::Basis(basis),
                (_, _, Ok(role)) => Whose::Sender(role),
                _ => {
                    notes.add(
                        said!(
                            "`{}` verwijst voor `{key}`, en dat is geen grondslag en geen rol",
                            "`{}` cites for `{key}`, which is no basis and no role",
                            policy.id()
                        ),
                        (
                            "Noem een grondslag, de rol van een verzender, of * voor de rest.",
                            "Name a basis, the role of a sender, or * for the rest.",
                        ),
                    );
                    continue;
                }
            };
            if cited.is_empty() || lists.iter().any(|(one, _)| *one == whose) {
                notes.add(
                    said!(
                        "`{}` noemt niets voor `{key}`, of twee keer",
                        "`{}` cites nothing for `{key}`, or twice",
                        policy.id()
                    ),
                    (
                        "Geef elk één lijst: <grondslag> = <bepaling>, <bepaling>; …",
                        "Give each one list: <basis> = <provision>, <provision>; …",
                    ),
                );
            }
            lists.push((whose, cited.clone()));
        }
    }
    Citations::new(lists)
}

fn provisions(policy: &Policy, key: &str, known: &Known<'_>, notes: &mut Notes<'_>) -> Vec<Provision> {
    let text = policy.annotation(key).unwrap_or_default();
    if text.trim().is_empty() {
        notes.add(
            said!("`{}` heeft geen @{key}", "`{}` has no @{key}", policy.id()),
            ("Noem de bepalingen waar zij op rust.", "Name the provisions it rests on."),
        );
    }
    cited_in(policy, text, known, notes)
}

fn provisions_if_any(policy: &Policy, key: &str, known: &Known<'_>, notes: &mut Notes<'_>) -> Vec<Provision> {
    policy.annotation(key).map(|text| cited_in(policy, text, known, notes)).unwrap_or_default()
}

fn cited_in(policy: &Policy, text: &str, known: &Known<'_>, notes: &mut Notes<'_>) -> Vec<Provision> {
    let mut found = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse::<Provision>() {
            Ok(provision) if (known.law)(&provision).is_some() => found.push(provision),
            _ => notes.add(
                said!(
                    "`{}` noemt `{part}`, en die staat niet in law.toml",
                    "`{}` cites `{part}`, which law.toml does not list",
                    policy.id()
                ),
                (
                    "Zet de bepaling in law.toml, of verbeter de verwijzing.",
                    "Add the provision to law.toml, or correct the citation.",
                ),
            ),
        }
    }
    found
}

fn list<T: std::str::FromStr + Ord>(policy: &Policy, key: &str, notes: &mut Notes<'_>) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    let text = policy.annotation(key).unwrap_or_default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse() {
            Ok(code) => {
                if !found.insert(code) {
                    notes.add(
                        said!(
                            "`{}` noemt `{part}` twee keer in @{key}",
                            "`{}` names `{part}` twice in @{key}",
                            policy.id()
                        ),
                        ("Noem het een keer.", "Name it once."),
                    );
                }
            }
            Err(_) => {
                notes.add(
                    said!(
                        "`{}`: `{part}` in @{key} is geen code",
                        "`{}`: `{part}` in @{key} is not a code",
                        policy.id()
                    ),
                    ("Verbeter het.", "Correct it."),
                );
            }
        }
    }
    found
}
