//! What the log and the answers say is what happened: no reason that was none, no refusal that nobody met, nothing called
//! done that was not.

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::{
    accesslog::entry::{CategoryFault, Event, Outcome, Part, PartName},
    domain::{clock::Clock as _, party::Role},
};

use super::{
    evidence::own_entries,
    steps::{
        CONTINUING, GUIDANCE, agree, ask, asked_and_answered, born, but, collect, declare, hand_over,
        request_for, send, withdraw,
    },
};
use crate::support::{Actor, Gateway, content, declaration, submission};

/// The last entry of a party: its shared part, and its own.
async fn last(gateway: &Gateway, actor: &Actor) -> (Part, Part) {
    let parts = own_entries(gateway, actor).await.pop().unwrap().parts;
    let find = |is_shared: bool| {
        let found =
            parts.iter().find(|(name, part)| part.is_some() && (*name == PartName::Shared) == is_shared);
        found.and_then(|(_, part)| part.clone()).unwrap_or_default()
    };
    (find(true), find(false))
}

/// A packet that was refused for its content names the part that stood in the way, and none of the conditions that held.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_the_content_names_the_part_and_its_article() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::VsoSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let stays = json!({ "ingeschreven": true, "verlatenOp": null });
    let zoe = but(&born(&gateway, "V-7", "2009-04-20"), &stays);
    let to = Role::WerkEnInkomen;
    let now = gateway.clock.now();
    declare(&school, &declaration("toestemming", "uitstroomprofiel", &zoe, "persoon", to, now)).await;
    // The part that only Leerplicht may have.
    let mut body = submission(&gateway, "uitstroomprofiel", GUIDANCE, &zoe, to);
    let leerplicht = content(&gateway, "uitstroomprofiel", &zoe)["leerplicht"].clone();
    assert!(leerplicht.is_object());
    body["content"]["leerplicht"] = leerplicht;
    let forbidden =
        CategoryFault { category: "leerplicht".parse().unwrap(), code: "forbidden-category".to_owned() };
    for (path, event) in [("/v1/packets", Event::Push), ("/v1/packets?check=true", Event::Evaluated)] {
        send(&school, path, &body).await.expect_problem(400, "forbidden-category");
        let (shared, own) = last(&gateway, &school).await;
        assert_eq!((shared.event, shared.outcome), (Some(event), Some(Outcome::Refused)), "{path}");
        assert_eq!(shared.cause.as_deref(), Some("content-not-allowed"));
        assert_eq!((own.conditions, own.faults), (Vec::new(), vec![forbidden.clone()]), "{path}");
        assert!(!own.provisions.is_empty(), "{path}");
    }
    body["content"].as_object_mut().unwrap().remove("leerplicht");
    send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED);
    let (shared, own) = last(&gateway, &school).await;
    assert_eq!((shared.outcome, own.conditions.is_empty()), (Some(Outcome::Permitted), false));
    gateway.stop().await;
}

/// A packet for who has no key is refused for that, and not for what held.
#[tokio::test(flavor = "multi_thread")]
async fn what_held_is_never_a_reason_for_a_refusal() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.without_key(Role::WerkEnInkomen);
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    ask(&gateway, &school, &toby).await.expect_problem(409, "recipient-has-no-key");
    let (shared, own) = last(&gateway, &school).await;
    assert_eq!(shared.cause.as_deref(), Some("recipient-has-no-key"));
    assert_eq!((own.conditions, own.faults), (Vec::new(), Vec::new()));
    // Who only asks hears it too.
    let would = school.post("/v1/requests?check=true", &request_for(&gateway, &toby)).await;
    let would = would.expect_status(StatusCode::OK).json();
    let one = &would["recipients"][0];
    assert_eq!((&would["allowed"], &one["allowed"]), (&json!(false), &json!(false)), "{would}");
    assert_eq!(one["errors"][0]["code"], "recipient-has-no-key");
    assert!(one["basis"].is_string());
    gateway.stop().await;
}

/// Who asks how its own request stands, asks once: that is no refusal in anybody's log.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_read_where_packets_are() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let stranger = gateway.party(Role::Doorstroompunt).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let packet = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    let count =
        async || (own_entries(&gateway, &school).await.len(), own_entries(&gateway, &college).await.len());
    let before = count().await;
    for actor in [&school, &college] {
        let read = actor.get(&format!("/v1/packets/{request}")).await.expect_status(StatusCode::OK).json();
        assert_eq!(read["kind"], "request");
        assert_eq!(read["recipients"][0]["answer"]["outcome"], "ja");
    }
    assert_eq!(count().await, before);

    // A packet is no request, and the entry does not say that it is not its recipient's.
    college.get(&format!("/v1/requests/{packet}")).await.expect_status(StatusCode::NOT_FOUND);
    let (_, own) = last(&gateway, &school).await;
    assert_eq!(own.cause.as_deref(), Some("another-kind"));
    stranger.get(&format!("/v1/packets/{request}")).await.expect_status(StatusCode::NOT_FOUND);
    let (_, own) = last(&gateway, &school).await;
    assert_eq!(own.cause.as_deref(), Some("neither-sender-nor-recipient"));
    gateway.stop().await;
}

/// Who takes back one of two declarations that say the same, hears that the other still stands; and who withdrew it first.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_says_what_still_stands_and_who_did_it_first() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2008-10-01");
    let mut given = Vec::new();
    for _ in 0..2 {
        given.push(agree(&gateway, &school, &toby, "ouder").await);
    }
    // Another wish, and one towards another, are not the same.
    let now = gateway.clock.now();
    let other =
        declaration("kennisgenomen", "verzoek-voortzetting", &toby, "ouder", Role::WerkEnInkomen, now);
    school.post("/v1/declarations", &other).await;

    gateway.pass(30.days());
    let first = withdraw(&school, &given[0], "ouder").await.expect_status(StatusCode::OK).json();
    assert_eq!((&first["withdrawnBy"], &first["stopped"]), (&json!("ouder"), &json!([])));
    let standing =
        json!([{ "id": given[1], "givenBy": "ouder", "givenAt": first["stillStanding"][0]["givenAt"] }]);
    assert_eq!(first["stillStanding"], standing);
    assert!(first["logIndex"].is_u64());

    // Nothing is recorded the second time, whoever it is said to be.
    let before = own_entries(&gateway, &school).await.len();
    let again = withdraw(&school, &given[0], "persoon").await.expect_status(StatusCode::OK).json();
    assert_eq!((&again["withdrawnBy"], &again["logIndex"]), (&json!("ouder"), &Value::Null));
    assert_eq!(own_entries(&gateway, &school).await.len(), before);
    let read = school.get(&format!("/v1/declarations/{}", given[0])).await.json();
    assert_eq!(read["withdrawnBy"], "ouder");

    let last = withdraw(&school, &given[1], "ouder").await.expect_status(StatusCode::OK).json();
    assert_eq!(last.get("stillStanding"), None);
    gateway.stop().await;
}

/// A purpose that does not exist finds nothing because it is wrong, not because nothing is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_for_a_purpose_that_does_not_exist_is_no_search() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = json!({ "given": "Toby", "family": "Voorbeeld" });
    let mut query = json!({ "name": toby, "birthDate": "2007-11-03", "purpose": "voortzeting" });
    college.post("/v1/inbox/searches", &query).await.expect_problem(400, "unknown-purpose");
    query["purpose"] = json!(CONTINUING);
    college.post("/v1/inbox/searches", &query).await.expect_status(StatusCode::OK);
    let whose = json!({ "reference": { "kind": "pgn", "value": "999990019" }, "purpose": "voortzeting" });
    school.post("/v1/declarations/searches", &whose).await.expect_problem(400, "unknown-purpose");
    gateway.stop().await;
}

/// A reference that comes after the acknowledgement was not kept, and nobody is told that it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_comes_too_late_is_refused() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let mut packets = Vec::new();
    for _ in 0..2 {
        let packet = hand_over(&gateway, &school, &toby, &request).await.text("/id");
        collect(&college, &packet).await.expect_status(StatusCode::OK);
        packets.push(format!("/v1/packets/{packet}/acknowledgement"));
    }
    let referred = json!({ "reference": "Z-2026-117" });
    college.post(&packets[0], &json!({})).await.expect_status(StatusCode::OK);
    college.post(&packets[0], &referred).await.expect_problem(409, "already-acknowledged");
    assert_eq!(last(&gateway, &college).await.0.cause.as_deref(), Some("already-acknowledged"));
    // The same once more is the same answer, with or without it.
    let first = college.post(&packets[1], &referred).await.expect_status(StatusCode::OK).json();
    for body in [&referred, &json!({})] {
        assert_eq!(college.post(&packets[1], body).await.expect_status(StatusCode::OK).json(), first);
    }
    college
        .post(&packets[1], &json!({ "reference": "Z-2026-118" }))
        .await
        .expect_problem(409, "already-acknowledged");
    gateway.stop().await;
}
