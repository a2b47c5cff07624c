//! Who may call which route: every documented route by every kind of caller, in one table; and the table, the router,
//! the interface description and `docs/api-design.md` name the same routes.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use sluis::domain::{
    clock::Clock as _,
    party::{PartyId, Role},
};

use super::support::{Scene, lack_of_problem};
use crate::support::{Actor, Answer, declaration, left_school, submission};

/// The callers, as the columns of [`MATRIX`].
const CALLERS: [&str; 10] = [
    "no certificate",
    "unregistered",
    "pro-school",
    "vso-school",
    "mbo-school",
    "werk-en-inkomen",
    "doorstroompunt",
    "leerplicht",
    "verwerker",
    "blocked",
];

/// A route, and the status that each caller gets. 404 and 400 are answers to a caller who may call the route: the
/// identifiers do not exist, and the bodies that would change much are faulty.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    expected: [u16; 10],
}

const fn route(method: &'static str, path: &'static str, expected: [u16; 10]) -> Route {
    Route { method, path, expected }
}

/// The same for every role.
const fn all(method: &'static str, path: &'static str, roles: u16) -> Route {
    route(method, path, [401, 401, roles, roles, roles, roles, roles, roles, roles, 403])
}

/// The same for every role but the processor, which only receives.
const fn no_processor(method: &'static str, path: &'static str, roles: u16) -> Route {
    route(method, path, [401, 401, roles, roles, roles, roles, roles, roles, 403, 403])
}

/// Without a certificate too.
const fn open(path: &'static str) -> Route {
    route("GET", path, [200; 10])
}

pub(crate) const MATRIX: &[Route] = &[
    open("/v1/openapi.json"),
    open("/checkpoint"),
    open("/tile/{L}/{N…}"),
    open("/tile/entries/{N…}"),
    open("/proof/{index}"),
    open("/v1/checkpoint"),
    open("/v1/tile/{level}/{number}/{width}"),
    open("/v1/proof/{index}"),
    open("/.well-known/authzen-configuration"),
    all("GET", "/v1/datasets", 200),
    all("GET", "/v1/datasets/{code}", 200),
    all("GET", "/v1/parties", 200),
    all("GET", "/v1/parties/{oin}/{role}/keys", 200),
    all("POST", "/v1/keys", 400),
    all("POST", "/v1/keys/{thumbprint}/retirement", 404),
    all("POST", "/v1/keys/{thumbprint}/revocation", 404),
    all("POST", "/v1/certificates", 400),
    no_processor("POST", "/v1/declarations", 201),
    no_processor("GET", "/v1/declarations", 200),
    no_processor("POST", "/v1/declarations/searches", 200),
    no_processor("GET", "/v1/declarations/{id}", 404),
    all("POST", "/v1/declarations/{id}/withdrawal", 404),
    all("POST", "/v1/declarations/{id}/decision", 404),
    no_processor("POST", "/v1/packets", 400),
    no_processor("GET", "/v1/packets", 200),
    all("GET", "/v1/packets/{id}", 404),
    all("GET", "/v1/packets/{id}/payload", 404),
    all("GET", "/v1/packets/{id}/copy", 404),
    all("POST", "/v1/packets/{id}/acknowledgement", 404),
    no_processor("POST", "/v1/packets/{id}/withdrawal", 404),
    all("GET", "/v1/inbox", 200),
    all("POST", "/v1/inbox/searches", 200),
    all("GET", "/v1/notices", 200),
    route("POST", "/v1/requests", [401, 401, 400, 400, 400, 403, 400, 403, 403, 403]),
    no_processor("GET", "/v1/requests", 200),
    all("GET", "/v1/requests/{id}", 404),
    route("POST", "/v1/requests/{id}/answer", [401, 401, 403, 403, 403, 404, 403, 403, 403, 403]),
    no_processor("POST", "/v1/questions", 400),
    no_processor("GET", "/v1/questions", 200),
    all("GET", "/v1/questions/{id}", 404),
    route("POST", "/v1/questions/{id}/answer", [401, 401, 403, 403, 403, 404, 403, 403, 403, 403]),
    all("GET", "/v1/entries", 200),
    all("POST", "/v1/evaluation", 200),
    all("POST", "/access/v1/evaluation", 200),
];

/// Every route that takes a body.
pub(crate) const BODIES: [&str; 18] = [
    "/v1/keys",
    "/v1/keys/{thumbprint}/retirement",
    "/v1/keys/{thumbprint}/revocation",
    "/v1/certificates",
    "/v1/declarations",
    "/v1/declarations/searches",
    "/v1/declarations/{id}/withdrawal",
    "/v1/declarations/{id}/decision",
    "/v1/packets",
    "/v1/packets/{id}/acknowledgement",
    "/v1/packets/{id}/withdrawal",
    "/v1/inbox/searches",
    "/v1/requests",
    "/v1/requests/{id}/answer",
    "/v1/questions",
    "/v1/questions/{id}/answer",
    "/v1/evaluation",
    "/access/v1/evaluation",
];

/// The routes at the root, whose paths other standards fix. Those of the log and the evaluation stand below `/v1` too, where
/// the interface description has them.
const ROOT: [&str; 6] = [
    "GET /checkpoint",
    "GET /tile/{L}/{N…}",
    "GET /tile/entries/{N…}",
    "GET /proof/{index}",
    "GET /.well-known/authzen-configuration",
    "POST /access/v1/evaluation",
];

/// A path that can be called.
pub(crate) fn concrete(path: &str, absent: &str, school: PartyId) -> String {
    path.replace("{L}/{N…}", "0/000.p/1")
        .replace("{N…}", "000.p/1")
        .replace("{level}/{number}/{width}", "0/000.p/1")
        .replace("{index}", "0")
        .replace("{code}", "overgangsdocument")
        .replace("{oin}", school.oin.as_str())
        .replace("{role}", school.role.as_str())
        .replace("{thumbprint}", &"A".repeat(43))
        .replace("{id}", absent)
}

/// A body that is read by the route, and does little.
pub(crate) fn body(scene: &Scene, path: &str) -> Value {
    let now = scene.gateway.clock.now();
    let person = left_school("L-77", 18, now);
    match path {
        "/v1/keys" => json!({ "key": {} }),
        "/v1/certificates" => json!({ "certificate": "geen", "proof": "geen" }),
        "/v1/declarations" => {
            let mut wish =
                declaration("kennisgenomen", "uitstroomprofiel", &person, "persoon", Role::Leerplicht, now);
            wish.as_object_mut().unwrap().remove("towards");
            wish
        }
        "/v1/declarations/{id}/withdrawal" => json!({ "by": "persoon" }),
        "/v1/declarations/{id}/decision" => {
            json!({ "outcome": "ongegrond", "reason": "zwaarwegend-belang", "decidedOn": "2026-09-15" })
        }
        "/v1/packets" | "/v1/requests" | "/v1/questions" => {
            let mut body = submission(
                &scene.gateway,
                "uitstroomprofiel",
                "loopbaanbegeleiding",
                &person,
                Role::WerkEnInkomen,
            );
            body["dataset"] = json!("bestaat-niet");
            body
        }
        "/v1/inbox/searches" | "/v1/declarations/searches" => {
            json!({ "reference": { "kind": "own", "value": "Z-1" } })
        }
        "/v1/requests/{id}/answer" | "/v1/questions/{id}/answer" => json!({ "outcome": "ja" }),
        "/v1/evaluation" | "/access/v1/evaluation" => json!({
            "subject": { "type": "party", "id": "werk-en-inkomen" },
            "action": { "name": "receive" },
            "resource": { "type": "dataset", "id": "uitstroomprofiel" },
            "context": { "purpose": "loopbaanbegeleiding", "senderRole": "pro-school", "age": 18 },
        }),
        _ => json!({}),
    }
}

/// Calls a route of the table.
pub(crate) async fn call(scene: &Scene, route: &Route, caller: &Actor) -> Answer {
    let path = concrete(route.path, &scene.absent(), scene.school.party);
    let sent = (route.method == "POST").then(|| body(scene, route.path).to_string().into_bytes());
    let key = format!("matrix-{}-{:0>16}", caller.party.role, route.path.len());
    caller.call(route.method.parse::<Method>().unwrap(), &path, &[("idempotency-key", &key)], sent).await
}

/// How many entries a refusal leaves: one where a party may not, or names what is not there for it; none where nobody is
/// known to have called, or the request could not be read. Of what is done, other tests tell.
fn entries_of(path: &str, status: u16) -> Option<u64> {
    match status {
        403 => Some(1),
        404 => Some(u64::from(path.contains("{id}"))),
        400 | 401 => Some(0),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_may_what_its_role_may_and_no_more() {
    let scene = Scene::set().await;
    let blocked = scene.newcomer("00000099000050000000", Role::WerkEnInkomen).await;
    scene.gateway.running.exchange.block_party(blocked.party, true, None).await.unwrap();
    let stranger = PartyId::new("00000099000070000000".parse().unwrap(), Role::WerkEnInkomen);
    let stranger = scene.gateway.actor(stranger, &scene.issue(stranger, "niet aangesloten"));
    let nobody = Actor { http: scene.gateway.http(None), ..scene.school.clone() };
    let callers = [
        nobody,
        stranger,
        scene.school.clone(),
        scene.gateway.without_key(Role::VsoSchool),
        scene.mbo.clone(),
        scene.college.clone(),
        scene.doorstroompunt.clone(),
        scene.leerplicht.clone(),
        scene.newcomer("00000099000060000000", Role::Verwerker).await,
        blocked,
    ];
    let mut wrong = Vec::new();
    for route in MATRIX {
        for ((caller, name), expected) in callers.iter().zip(CALLERS).zip(route.expected) {
            let before = scene.size().await;
            let answer = call(&scene, route, caller).await;
            let (method, path, status) = (route.method, route.path, answer.status.as_u16());
            let entries = scene.size().await - before;
            if entries_of(path, status).is_some_and(|number| number != entries) {
                wrong.push(format!("{method} {path} by {name}: {status} with {entries} entries"));
            }
            if status != expected {
                let told = String::from_utf8_lossy(&answer.body);
                wrong.push(format!("{method} {path} by {name}: {status} instead of {expected}: {told}"));
            } else if status >= 400
                && let Some(lack) = lack_of_problem(&answer)
            {
                wrong.push(format!("{method} {path} by {name}: {lack}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differ(a: &BTreeSet<String>, b: &BTreeSet<String>) -> Vec<String> {
    a.symmetric_difference(b).cloned().collect()
}

fn table() -> BTreeSet<String> {
    MATRIX.iter().map(|route| format!("{} {}", route.method, route.path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_and_the_interface_description_name_the_same_routes() {
    let scene = Scene::set().await;
    let api = scene.gateway.visit("/v1/openapi.json").await.json();
    let base = |url: &Value| {
        let url = url.as_str().unwrap().to_owned();
        url.split_once("://")
            .and_then(|(_, rest)| rest.split_once('/').map(|(_, path)| format!("/{path}")))
            .unwrap()
    };
    let mut described: BTreeSet<String> = ROOT.iter().map(ToString::to_string).collect();
    for (path, item) in api["paths"].as_object().unwrap() {
        let servers = item.get("servers").unwrap_or(&api["servers"]);
        for (method, _) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "servers") {
            described.insert(format!("{} {}{path}", method.to_uppercase(), base(&servers[0]["url"])));
        }
    }
    // As the partial one; there is none in a young log.
    assert!(described.remove("GET /v1/tile/{level}/{number}"));
    assert_eq!(differ(&described, &table()), Vec::<String>::new());

    let posts: BTreeSet<String> =
        MATRIX.iter().filter(|route| route.method == "POST").map(|route| route.path.to_owned()).collect();
    let bodies = BODIES.iter().map(ToString::to_string).collect();
    assert_eq!(differ(&posts, &bodies), Vec::<String>::new(), "every route with a body is attacked");
}

#[test]
fn the_table_and_the_page_about_the_interface_name_the_same_routes() {
    let page = include_str!("../../../docs/api-design.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let words = rows.filter_map(|line| line.split('|').nth(1)).flat_map(|cell| cell.split('`'));
    let named: BTreeSet<String> = words
        .filter(|word| word.starts_with("GET /") || word.starts_with("POST /"))
        .map(str::to_owned)
        .collect();
    assert_eq!(differ(&named, &table()), Vec::<String>::new());
}
