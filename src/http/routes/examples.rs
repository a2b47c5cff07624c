//! The bodies that the description shows for what is handed in: the datasets' own examples, so that what is shown is what
//! the policies in use take.

use serde_json::{Value, json};
use utoipa::openapi::{self, RefOr};

use crate::{
    domain::{code::DatasetCode, party::Role},
    policy::{
        catalogue::Catalogue,
        dataset::{Dataset, DatasetKind},
    },
};

/// What is shown of a dataset, about who was born then.
type Example = fn(&Dataset, &Value) -> Value;

/// Shows a packet, a request and a question. Policies without these datasets show none.
pub(super) fn show(api: &mut openapi::OpenApi, catalogue: &Catalogue) {
    let shown: [(_, _, Example); 2] =
        [("/packets", "uitstroomprofiel", packet), ("/requests", "verzoek-voortzetting", request)];
    for (path, code, example) in shown {
        let dataset = code.parse().ok().and_then(|code: DatasetCode| catalogue.dataset(&code));
        let example = dataset.and_then(|dataset| Some(example(dataset, birth_date(dataset)?)));
        show_one(api, path, example.as_ref());
    }
    let asked = catalogue.datasets().find(|dataset| dataset.kind == DatasetKind::Question);
    show_one(api, "/questions", asked.and_then(question).as_ref());
    let outcome = asked.and_then(|dataset| Some(json!({ "outcome": dataset.outcomes.first()?.code })));
    if outcome.is_some() {
        show_one(api, "/questions/{id}/answer", outcome.as_ref());
    }
}

fn show_one(api: &mut openapi::OpenApi, path: &str, example: Option<&Value>) {
    let operation = api.paths.paths.get_mut(path).and_then(|item| item.post.as_mut());
    let body = operation.and_then(|operation| operation.request_body.as_mut());
    let Some(RefOr::T(body)) = body else { return };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content {
            content.example = example.cloned();
        }
    }
}

/// A profile for two, of whom each gets its own part.
fn packet(dataset: &Dataset, birth_date: &Value) -> Value {
    json!({
        "dataset": dataset.code,
        "purpose": "loopbaanbegeleiding",
        "recipients": [
            { "municipality": "0361", "role": "werk-en-inkomen" },
            { "municipality": "0361", "role": "doorstroompunt" },
        ],
        "person": {
            "reference": { "kind": "own", "value": "L-2044" },
            "birthDate": birth_date, "verblijf": "0361", "profiel": "arbeid", "ingeschreven": true,
        },
        "content": dataset.example,
    })
}

fn request(dataset: &Dataset, birth_date: &Value) -> Value {
    let mut content = dataset.example.clone();
    // It may be absent; and below `paths` the government's ruleset takes `postcode` for an operation.
    if let Some(person) = content.get_mut("persoon").and_then(Value::as_object_mut) {
        person.remove("adres");
    }
    json!({
        "dataset": dataset.code,
        "purpose": "voortzetting-ondersteuning",
        "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }],
        "person": {
            "reference": { "kind": "own", "value": "L-2031" },
            "birthDate": birth_date, "verblijf": "0361", "profiel": "arbeid", "ingeschreven": true,
        },
        "content": content,
    })
}

/// A question on its first basis, to who may be asked by that.
fn question(dataset: &Dataset) -> Option<Value> {
    let basis = dataset.bases.values().next()?;
    let role = *basis.recipients.iter().find(|role| **role != Role::Betrokkene)?;
    let recipient = if matches!(role, Role::WerkEnInkomen | Role::Doorstroompunt | Role::Leerplicht) {
        json!({ "municipality": "0361", "role": role })
    } else {
        json!({ "oin": "00000099000000001000", "role": role })
    };
    let born = birth_date(dataset).cloned().unwrap_or_else(|| json!("2007-11-03"));
    let mut person = json!({
        "reference": { "kind": "own", "value": "Z-2026-104" }, "birthDate": born, "verblijf": "0361",
    });
    // What only a school may assert, a school says.
    if basis.senders.iter().any(|role| matches!(role, Role::ProSchool | Role::VsoSchool | Role::MboSchool)) {
        person.as_object_mut()?.insert("ingeschreven".to_owned(), json!(false));
    }
    Some(json!({
        "dataset": dataset.code,
        "purpose": basis.purposes.first()?,
        "recipients": [recipient],
        "person": person,
        "content": dataset.example,
    }))
}

/// That of the header and that of the content must be the same.
fn birth_date(dataset: &Dataset) -> Option<&Value> {
    dataset.example.pointer(dataset.search.as_ref()?.birth_date.as_deref()?)
}
