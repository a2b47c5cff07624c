//! The description of the interface as it is published.

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use sluis::{
    http::{openapi::Publisher, routes::description},
    policy::catalogue::Catalogue,
};

fn api() -> Value {
    let publisher = Publisher {
        name: "Beheer Sluis".to_owned(),
        email: "beheer@example.nl".to_owned(),
        url: "https://gateway.example.nl/over".to_owned(),
        security: "mailto:beheer@example.nl".to_owned(),
        base: Some("https://gateway.example.nl".to_owned()),
    };
    serde_json::to_value(description(&publisher, &Catalogue::embedded().unwrap())).unwrap()
}

/// Every operation: method and path, and what is said of it.
fn operations(api: &Value) -> Vec<(String, &Value)> {
    let paths = api["paths"].as_object().unwrap();
    let methods = ["get", "post", "put", "patch", "delete", "head"];
    let of_path = |(path, item)| {
        methods.iter().filter_map(move |method| Some((format!("{method} {path}"), Value::get(item, method)?)))
    };
    paths.iter().flat_map(of_path).collect()
}

/// Every value in a document with its pointer.
fn walk<'v>(value: &'v Value, pointer: &str, found: &mut Vec<(String, &'v Value)>) {
    found.push((pointer.to_owned(), value));
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{at}"), found);
            }
        }
        _ => {}
    }
}

fn everything(api: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    walk(api, "", &mut found);
    found
}

/// Callers read `docs/openapi.json` and linters lint it, so a change of the interface is a change of that file.
#[test]
fn the_description_in_docs_is_the_one_that_is_published() {
    let published = serde_json::to_string_pretty(&api()).unwrap() + "\n";
    let kept = fs::read_to_string("docs/openapi.json").unwrap_or_default();
    if published != kept {
        let new = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
        fs::write(&new, published).unwrap();
        panic!("the interface changed: look at it, then `cp {} docs/openapi.json`", new.display());
    }
}

#[test]
fn every_operation_has_a_name_a_summary_and_a_known_tag() {
    let api = api();
    let tags: BTreeSet<&str> =
        api["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut names = BTreeSet::new();
    for (route, operation) in operations(&api) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{route}: the name is taken");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.ends_with('.')), "{route}");
        assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{route}: an unknown tag");
        assert!(operation["responses"]["400"].is_object(), "{route}: input can be wrong");
        let good: Vec<_> = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .collect();
        assert!(!good.is_empty(), "{route}");
        for (_, response) in good {
            assert!(response["headers"]["API-Version"].is_object(), "{route}");
        }
    }
}

#[test]
fn names_are_in_camel_case_and_lead_somewhere() {
    let api = api();
    let is_camel = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let mut used = BTreeSet::new();
    for (pointer, value) in everything(&api) {
        if pointer.ends_with("/properties") && !pointer.ends_with("/properties/properties") {
            for name in value.as_object().unwrap().keys() {
                assert!(is_camel(name), "{pointer}: {name}");
            }
        }
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(api.pointer(target.trim_start_matches('#')).is_some(), "{pointer}: {target}");
            used.insert(target.rsplit('/').next().unwrap());
        }
    }
    for name in api["components"]["schemas"].as_object().unwrap().keys() {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}: in UpperCamelCase");
        // Two types of one name become one component: what only the other one leads to is then unused.
        assert!(used.contains(name.as_str()), "{name}: nothing leads to it");
    }
}

/// What a body takes is closed: a name that is not described is refused, and the description says so.
#[test]
fn bodies_that_are_taken_are_closed() {
    let api = api();
    for (route, operation) in operations(&api) {
        if route == "post /evaluation" {
            // AuthZEN asks to pass over what is not known.
            continue;
        }
        let Some(body) = operation.pointer("/requestBody/content/application~1json/schema/$ref") else {
            continue;
        };
        let schema = api.pointer(body.as_str().unwrap().trim_start_matches('#')).unwrap();
        assert_eq!(schema["additionalProperties"], false, "{route}");
    }
}

/// A text has a form or a length, so that who generates one, or a column for one, knows what there can be.
#[test]
fn every_text_has_a_bound() {
    let api = api();
    let unbound: Vec<_> = everything(&api)
        .into_iter()
        .filter(|(_, value)| value["type"] == "string")
        .filter(|(_, value)| {
            !["pattern", "maxLength", "format", "enum", "const"]
                .iter()
                .any(|bound| value.get(bound).is_some())
        })
        .map(|(pointer, _)| pointer)
        .collect();
    assert!(unbound.is_empty(), "{unbound:#?}");
}

/// A number has a largest, and a page a most, so that who reads one knows which type it needs. What every path has beside its
/// operations is told once.
#[test]
fn every_number_and_every_page_has_a_bound() {
    let api = api();
    let is_integer = |value: &Value| {
        value["type"] == "integer"
            || value["type"].as_array().is_some_and(|kinds| kinds.contains(&Value::from("integer")))
    };
    let (mut unbound, mut pages) = (Vec::new(), 0);
    for (pointer, value) in everything(&api) {
        let is_parameter = pointer.contains("/parameters/");
        if is_integer(value) && !is_parameter && value.get("maximum").is_none() && value.get("enum").is_none()
        {
            unbound.push(pointer.clone());
        }
        if value.pointer("/properties/next").is_some() {
            assert_eq!(value["properties"]["items"]["maxItems"], 500, "{pointer}");
            pages += 1;
        }
    }
    assert!(unbound.is_empty(), "{unbound:#?}");
    assert!(pages >= 8, "{pages}");
    for (route, operation) in operations(&api) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (media, content) in response["content"].as_object().into_iter().flatten() {
                assert!(content["schema"].is_object(), "{route} {status} {media}");
                let is_bytes = content["schema"]["format"] == "binary";
                assert_eq!(is_bytes, media == "application/octet-stream", "{route} {status} {media}");
            }
        }
    }
    let told = api["info"]["description"].as_str().unwrap();
    assert!(told.contains("405") && told.contains("`Allow`"), "{told}");
}

/// The body of an example is one that the schema takes.
#[test]
fn example_bodies_are_what_their_schemas_say() {
    let api = api();
    let mut seen = 0;
    for (route, operation) in operations(&api) {
        let Some(body) = operation.pointer("/requestBody/content/application~1json") else { continue };
        let Some(example) = body.get("example") else { continue };
        let mut schema = body["schema"].clone();
        schema["components"] = api["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let faults: Vec<_> = validator.iter_errors(example).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{route}: {faults:?}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}

/// The government's ruleset takes every member below `paths` whose name holds one of these for an operation.
#[test]
fn nothing_but_an_operation_is_called_like_one() {
    let api = api();
    let methods = ["post", "put", "patch"];
    let names = everything(&api).into_iter().filter(|(pointer, _)| pointer.starts_with("/paths/"));
    for (pointer, _) in names {
        let name = pointer.rsplit('/').next().unwrap();
        let is_like = methods.iter().any(|method| name.contains(method));
        assert!(!is_like || (methods.contains(&name) && pointer.split('/').count() == 4), "{pointer}");
    }
}

/// Generated clients call what stands below the first server, whatever a path says of servers of its own.
#[test]
fn every_path_stands_below_the_one_server() {
    let api = api();
    assert_eq!(api["servers"].as_array().unwrap().len(), 1);
    assert!(
        everything(&api).iter().all(|(pointer, _)| pointer == "/servers" || !pointer.ends_with("/servers"))
    );
}

#[test]
fn examples_are_what_their_schemas_say() {
    let api = api();
    let mut seen = 0;
    for (pointer, value) in everything(&api) {
        for example in value.get("examples").and_then(Value::as_array).into_iter().flatten() {
            let validator = jsonschema::options().should_validate_formats(true).build(value).unwrap();
            assert!(validator.is_valid(example), "{pointer}: {example}");
            seen += 1;
        }
    }
    assert!(seen > 10, "the examples were found");
}
