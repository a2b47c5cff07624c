//! One party never learns whether another party's packet exists.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sluis::{crypto::seal::open_packet, domain::party::Role};

use super::support::{Scene, essence};
use crate::support::{Actor, Answer, submission};

/// Every route that names a packet, request or declaration, and what to send there.
fn routes() -> Vec<(Method, &'static str, Option<Value>)> {
    vec![
        (Method::GET, "/v1/packets/{id}", None),
        (Method::GET, "/v1/packets/{id}/payload", None),
        (Method::GET, "/v1/packets/{id}/copy", None),
        (Method::POST, "/v1/packets/{id}/acknowledgement", Some(json!({}))),
        (Method::POST, "/v1/packets/{id}/acknowledgement", Some(json!({ "reference": "Z-1" }))),
        (Method::POST, "/v1/packets/{id}/withdrawal", Some(json!({}))),
        (Method::GET, "/v1/requests/{id}", None),
        (Method::POST, "/v1/requests/{id}/answer", Some(json!({ "outcome": "ja" }))),
        (Method::GET, "/v1/declarations/{id}", None),
        (Method::POST, "/v1/declarations/{id}/withdrawal", Some(json!({ "by": "persoon" }))),
        (
            Method::POST,
            "/v1/declarations/{id}/decision",
            Some(json!({ "outcome": "gegrond", "reason": "kanarie", "decidedOn": "2026-09-15" })),
        ),
    ]
}

async fn ask(actor: &Actor, method: &Method, path: &str, id: &str, body: Option<&Value>) -> Answer {
    let body = body.map(|body| body.to_string().into_bytes());
    actor.call(method.clone(), &path.replace("{id}", id), &[], body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_looks_like_what_is_not_there() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let declaration = scene.consent(Role::Doorstroompunt).await;
        let waiting = scene.packet(Role::Doorstroompunt, "sleutel-van-kanarie-1").await;
        let ended = scene.packet(Role::Doorstroompunt, "sleutel-van-kanarie-2").await;
        scene
            .school
            .post(&format!("/v1/packets/{ended}/withdrawal"), &json!({}))
            .await
            .expect_status(StatusCode::OK);
        let request = scene.request().await;
        let processor = scene.newcomer("00000099000060000000", Role::Verwerker).await;
        let vso = scene.gateway.without_key(Role::VsoSchool);
        let other_college = scene.newcomer("00000099000080000000", Role::WerkEnInkomen).await;

        let mut wrong = Vec::new();
        for stranger in [&scene.leerplicht, &scene.mbo, &vso, &other_college, &processor] {
            for (method, path, body) in routes() {
                for id in [&waiting, &ended, &request, &declaration] {
                    let absent = scene.absent();
                    let start = scene.size().await;
                    let theirs = ask(stranger, &method, path, id, body.as_ref()).await;
                    let middle = scene.size().await;
                    let nobodys = ask(stranger, &method, path, &absent, body.as_ref()).await;
                    let end = scene.size().await;
                    let role = stranger.party.role;
                    if essence(&theirs) != essence(&nobodys) || !theirs.status.is_client_error() {
                        wrong.push(format!(
                            "{role} {method} {path}: {:?} {:?}",
                            essence(&theirs),
                            essence(&nobodys)
                        ));
                    }
                    if middle - start != end - middle {
                        wrong.push(format!(
                            "{role} {method} {path}: {} and {} entries",
                            middle - start,
                            end - middle
                        ));
                    }
                    // Whom the role keeps from the route altogether is told so, whatever the identifier.
                    if theirs.status == StatusCode::NOT_FOUND && middle - start != 1 {
                        wrong.push(format!("{role} {path}: {} entries for an attempt", middle - start));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

/// The parts of the log that a stranger may read about its own attempts are alike too.
#[tokio::test(flavor = "multi_thread")]
async fn the_strangers_own_account_does_not_tell_either() {
    Scene::on_each(async |scene| {
        scene.consent(Role::Doorstroompunt).await;
        let packet = scene.packet(Role::Doorstroompunt, "sleutel-van-kanarie-1").await;
        let absent = scene.absent();
        let mut told = Vec::new();
        for (id, (method, path, body)) in
            routes().into_iter().flat_map(|route| [(&packet, route.clone()), (&absent, route)])
        {
            let size = scene.size().await;
            let answer = ask(&scene.leerplicht, &method, path, id, body.as_ref()).await;
            if answer.status == StatusCode::FORBIDDEN {
                // Leerplicht answers no requests, whosever.
                assert!(path.ends_with("/answer"), "{path}");
                continue;
            }
            answer.expect_status(StatusCode::NOT_FOUND);
            let page = scene.leerplicht.get(&format!("/v1/entries?after={}", size - 1)).await.json();
            let items = page["items"].as_array().unwrap();
            assert_eq!(items.len(), 1, "{page}");
            let leaf = STANDARD.decode(items[0]["leaf"].as_str().unwrap()).unwrap();
            assert_eq!(leaf.len(), 54);
            let parts: Vec<_> = items[0]["parts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|part| {
                    let mut body: Value =
                        serde_json::from_str(part["body"].as_str().unwrap()).unwrap_or(Value::Null);
                    if let Some(members) = body.as_object_mut() {
                        for name in ["packet", "declaration"] {
                            assert!(members.get(name).is_none_or(|named| named == id.as_str()));
                            members.remove(name);
                        }
                        members.remove("traceId");
                        // It goes up by one with each of its own entries, whatever they are about.
                        members.remove("number");
                    }
                    (part["part"].clone(), body)
                })
                .collect();
            told.push(parts);
        }
        for (at, pair) in told.chunks(2).enumerate() {
            assert_eq!(pair[0], pair[1], "{at}");
            assert!(format!("{pair:?}").contains("not-found"), "{pair:?}");
        }
        assert!(!format!("{told:?}").contains("person"), "{told:?}");
    })
    .await;
}

/// A sender that means to collect its own packet is told so: it knows of that packet already. Nobody else is, nor is the
/// sender by the identifier of another's packet or of none.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_sender_hears_that_a_packet_is_its_own() {
    Scene::on_each(async |scene| {
        scene.consent(Role::Doorstroompunt).await;
        let packet = scene.packet(Role::Doorstroompunt, "sleutel-van-kanarie-1").await;
        let pull = async |actor: &Actor, id: &str| actor.get(&format!("/v1/packets/{id}/payload")).await;
        pull(&scene.school, &packet).await.expect_problem(404, "own-packet");
        let absent = scene.absent();
        for actor in [&scene.leerplicht, &scene.mbo, &scene.college] {
            let answer = pull(actor, &packet).await;
            answer.expect_problem(404, "not-found");
            assert_eq!(essence(&answer), essence(&pull(actor, &absent).await));
        }
        assert_eq!(
            pull(&scene.school, &absent).await.expect_problem(404, "not-found").codes(),
            ["not-found"]
        );
    })
    .await;
}

/// A request of another school, named as the ground of an own packet, counts as one that does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn anothers_request_is_no_ground_and_no_news() {
    let scene = Scene::set().await;
    let request = scene.request().await;
    let yes = json!({ "outcome": "ja" });
    scene.college.post(&format!("/v1/requests/{request}/answer"), &yes).await.expect_status(StatusCode::OK);
    let mut answers = Vec::new();
    for (at, id) in [request.as_str(), &scene.absent()].into_iter().enumerate() {
        let mut body = submission(
            &scene.gateway,
            "overgangsdocument",
            "voortzetting-ondersteuning",
            &scene.canary(),
            Role::WerkEnInkomen,
        );
        body["request"] = json!(id);
        let answer = scene.mbo.push("/v1/packets", &format!("andermans-verzoek-{at}"), &body).await;
        answer.expect_problem(403, "overgangsdocument.verzoek-onbekend");
        answers.push(essence(&answer));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_role_of_a_municipality_cannot_open_what_was_sent_to_another() {
    let scene = Scene::set().await;
    assert_eq!(scene.doorstroompunt.party.oin, scene.leerplicht.party.oin, "the same municipality");
    scene.consent(Role::Doorstroompunt).await;
    let packet = scene.packet(Role::Doorstroompunt, "sleutel-van-kanarie-1").await;

    let other = &scene.leerplicht;
    for path in ["", "/payload", "/copy"] {
        other.get(&format!("/v1/packets/{packet}{path}")).await.expect_status(StatusCode::NOT_FOUND);
    }
    assert_eq!(other.get("/v1/inbox").await.json()["items"], json!([]));
    let wanted = json!({
        "name": { "given": "Kanarienaam", "family": "Kanariefamilie" },
        "birthDate": "2008-03-15",
        "purpose": "loopbaanbegeleiding",
    });
    assert_eq!(other.post("/v1/inbox/searches", &wanted).await.json()["items"], json!([]));
    let found = scene.doorstroompunt.post("/v1/inbox/searches", &wanted).await.json();
    assert_eq!(found["items"][0]["id"], json!(packet));

    // Even with the bytes in hand.
    let answer = scene.doorstroompunt.get(&format!("/v1/packets/{packet}/payload")).await;
    let jwe = std::str::from_utf8(&answer.body).unwrap();
    assert!(open_packet(jwe, &other.key, packet.parse().unwrap()).is_err());
    assert!(open_packet(jwe, &scene.doorstroompunt.key, packet.parse().unwrap()).is_ok());
    // And what it says of one role's packet it does not say to the other.
    let entries = other.get("/v1/entries?limit=500").await;
    assert!(!String::from_utf8_lossy(&entries.body).contains("Kanarie"));
}
