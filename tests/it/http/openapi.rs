//! The description of the interface.

use axum::Router;
use serde_json::Value;
use sluis::http::openapi::{API_VERSION, BASE, Publisher, document, route};
use utoipa::OpenApi;

use super::support::Site;

/// A thing
///
/// As a route of the gateway would describe it.
#[utoipa::path(post, path = "/things", tag = "things", responses((status = 201, description = "Made.")))]
#[expect(dead_code, reason = "carries a description")]
const fn make() {}

#[derive(OpenApi)]
#[openapi(paths(make), tags((name = "things", description = "Things.")))]
struct Routes;

fn publisher() -> Publisher {
    Publisher {
        name: "Beheer Sluis".to_owned(),
        email: "beheer@example.nl".to_owned(),
        url: "https://gateway.example.nl/over".to_owned(),
        security: "mailto:beheer@example.nl".to_owned(),
        base: Some("https://gateway.example.nl".to_owned()),
    }
}

#[tokio::test]
async fn the_description_is_open_to_everyone_and_every_browser() {
    let api = document(&publisher(), Routes::openapi());
    let site = Site::start(Router::new().nest(BASE, route(&api))).await;
    let mut raw = site.raw_with(site.pki.client_config(false).into()).await.unwrap();
    let reply = raw.ask("GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.json()["openapi"], "3.1.0");
    assert_eq!(reply.header("api-version"), Some(API_VERSION));
    let reply = raw.ask("GET /v1/openapi.json?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(reply.status, 400);
}

#[test]
fn the_description_says_what_the_rules_ask_for() {
    let api = serde_json::to_value(document(&publisher(), Routes::openapi())).unwrap();
    assert_eq!(api["info"]["version"], API_VERSION);
    for member in ["name", "email", "url"] {
        assert!(api["info"]["contact"][member].is_string(), "{member}");
    }
    assert_eq!(api["servers"][0]["url"], "https://gateway.example.nl/v1", "the major version is in the URL");
    assert_eq!(api["components"]["securitySchemes"]["mutualTLS"]["type"], "mutualTLS");
    assert_eq!(api["security"][0]["mutualTLS"], serde_json::json!([]));
    let make = &api["paths"]["/things"]["post"];
    assert_eq!(make["summary"], "A thing");
    assert!(make["responses"]["201"]["headers"]["API-Version"].is_object());
    for status in ["400", "401", "403", "406", "414", "431", "500"] {
        assert_eq!(make["responses"][status]["$ref"], "#/components/responses/Problem", "{status}");
    }
    for status in ["429", "503"] {
        assert_eq!(make["responses"][status]["$ref"], "#/components/responses/Later", "{status}");
    }
    assert!(make["responses"].as_object().unwrap().keys().all(|status| !status.contains('X')));
    let later = &api["components"]["responses"]["Later"]["headers"];
    for header in ["API-Version", "RateLimit", "RateLimit-Policy", "Retry-After", "traceparent"] {
        assert!(later[header]["schema"].is_object(), "{header}");
        assert!(
            header == "Retry-After" || make["responses"]["201"]["headers"][header].is_object(),
            "{header}"
        );
    }
    assert_eq!(api["info"]["license"]["identifier"], "EUPL-1.2");
    let problem = &api["components"]["responses"]["Problem"]["content"]["application/problem+json"];
    assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem");
    let open = &api["paths"]["/openapi.json"]["get"]["security"];
    assert_eq!(open, &serde_json::json!([{}]), "an open route says so");
    let open = &api["paths"]["/openapi.json"]["get"]["responses"];
    assert!(open.get("401").is_none() && open.get("415").is_none(), "what cannot be is not said");
}

/// Every `$ref` leads somewhere.
#[test]
fn nothing_in_the_description_points_nowhere() {
    fn refs<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| match member {
                Value::String(target) if name == "$ref" => found.push(target),
                _ => refs(member, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }
    let api = serde_json::to_value(document(&publisher(), Routes::openapi())).unwrap();
    let mut found = Vec::new();
    refs(&api, &mut found);
    assert!(!found.is_empty());
    for target in found {
        assert!(api.pointer(target.trim_start_matches('#')).is_some(), "{target}");
    }
}
