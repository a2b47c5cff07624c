//! From push to end: lists, notices, terms, keys, repetition, and what a check says.

use std::collections::BTreeSet;

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::{
    accesslog::entry::{Event, Outcome, PartName},
    domain::party::Role,
};

use super::evidence::own_entries;
use super::steps::{
    agree, answer, ask, asked_and_answered, born, but, collect, document_for, hand_over, items, request_for,
    send, withdraw,
};
use crate::support::{Actor, Answer, Gateway};

async fn take_back(school: &Actor, packet: &str) -> Answer {
    school.post(&format!("/v1/packets/{packet}/withdrawal"), &json!({})).await
}

/// What the last entry of a party says was refused, and why.
async fn last(gateway: &Gateway, actor: &Actor) -> (Event, String) {
    let entries = own_entries(gateway, actor).await;
    let parts = entries.into_iter().next_back().unwrap().parts;
    let shared =
        parts.into_iter().find_map(|(name, part)| part.filter(|_| name == PartName::Shared)).unwrap();
    assert_eq!((shared.outcome, shared.answer), (Some(Outcome::Refused), None));
    (shared.event.unwrap(), shared.cause.unwrap())
}

/// The thumbprint of the one key that is active.
async fn active_key(actor: &Actor) -> String {
    let path = format!("/v1/parties/{}/{}/keys", actor.party.oin, actor.party.role);
    let keys = items(actor, &path).await;
    let active: Vec<&Value> = keys.iter().filter(|key| key["state"] == "active").collect();
    assert_eq!(active.len(), 1);
    active[0]["thumbprint"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_party_sees_where_its_packets_stand() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let other_school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let packet = hand_over(&gateway, &school, &toby, &request).await.text("/id");

    let outbox = items(&school, "/v1/packets").await;
    assert_eq!((outbox.len(), &outbox[0]["id"], &outbox[0]["state"]), (1, &json!(packet), &json!("open")));
    assert_eq!(outbox[0]["request"], json!(request));
    let requests = items(&school, "/v1/requests").await;
    assert_eq!(requests[0]["recipients"][0]["answer"]["outcome"], "ja");
    let inbox = items(&college, "/v1/inbox").await;
    let ids: Vec<_> = inbox.iter().map(|one| (&one["id"], &one["state"])).collect();
    let waiting = json!("waiting");
    assert_eq!(ids, [(&json!(request), &waiting), (&json!(packet), &waiting)]);
    assert!(items(&other_school, "/v1/packets").await.is_empty());

    // Page by page, the cursor is the log's index.
    let first = college.get("/v1/inbox?limit=1").await.json();
    assert_eq!(first["items"][0]["id"], json!(request));
    let next = college.get(&format!("/v1/inbox?limit=1&after={}", first["next"])).await.json();
    assert_eq!((&next["items"][0]["id"], &next["next"]), (&json!(packet), &Value::Null));

    let state = async |actor: &Actor| actor.get(&format!("/v1/packets/{packet}")).await.json();
    college.pull(&packet).await;
    assert_eq!(state(&school).await["recipients"][0]["state"], "collected");
    let acknowledge = format!("/v1/packets/{packet}/acknowledgement");
    college.post(&acknowledge, &json!({})).await.expect_status(StatusCode::OK);
    assert_eq!(state(&college).await["state"], "acknowledged");
    let told = state(&school).await;
    assert!(told["recipients"][0]["acknowledgedAt"].is_string(), "{told}");
    other_school.get(&format!("/v1/packets/{packet}")).await.expect_status(StatusCode::NOT_FOUND);
    school.get(&format!("/v1/requests/{packet}")).await.expect_status(StatusCode::NOT_FOUND);

    // Withdrawal still reaches a college that has it, and says so to no one else.
    assert!(items(&college, "/v1/notices").await.is_empty());
    take_back(&other_school, &packet).await.expect_status(StatusCode::NOT_FOUND);
    take_back(&college, &packet).await.expect_status(StatusCode::NOT_FOUND);
    let copy_of = async |actor: &Actor| state(actor).await["recipients"][0].clone();
    assert!(copy_of(&college).await.get("withdrawn").is_none());
    let taken = take_back(&school, &packet).await.expect_status(StatusCode::OK).json();
    for party in [&school, &college] {
        let copy = copy_of(party).await;
        assert_eq!((&copy["state"], &copy["withdrawn"]), (&json!("acknowledged"), &json!(true)), "{copy}");
    }
    assert_eq!(taken["stopped"][0]["party"]["role"], "betrokkene", "the copy that nobody had fetched");
    assert_eq!((taken["stopped"].as_array().unwrap().len(), taken["told"].as_array().unwrap().len()), (1, 1));
    let notices = items(&college, "/v1/notices").await;
    assert_eq!((notices.len(), &notices[0]["kind"]), (1, &json!("packet-withdrawn")));
    assert_eq!(notices[0]["packet"], json!(packet));
    let again = take_back(&school, &packet).await.expect_status(StatusCode::OK).json();
    assert_eq!((&again["stopped"], &again["told"]), (&json!([]), &json!([])));
    assert_eq!(items(&college, "/v1/notices").await.len(), 1, "once is enough");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_before_it_was_collected_is_gone() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let waiting = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    let packet = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    take_back(&school, &packet).await.expect_status(StatusCode::OK);
    collect(&college, &packet).await.expect_problem(410, "withdrawn");
    college
        .post(&format!("/v1/packets/{packet}/acknowledgement"), &json!({}))
        .await
        .expect_problem(410, "withdrawn");
    assert!(items(&college, "/v1/notices").await.is_empty(), "it never had it");
    for party in [&school, &college] {
        assert_eq!(last(&gateway, party).await, (Event::Acknowledge, "withdrawn".to_owned()));
    }

    // With the request taken back, the documents that rest on it end too: the one that waits is stopped, who holds one is told.
    let held = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    college.pull(&held).await;
    let done = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    college.pull(&done).await;
    let acknowledge = format!("/v1/packets/{done}/acknowledgement");
    college.post(&acknowledge, &json!({})).await.expect_status(StatusCode::OK);
    let taken = take_back(&school, &request).await.expect_status(StatusCode::OK).json();
    let packets = |list: &str| -> BTreeSet<String> {
        let to_college =
            taken[list].as_array().unwrap().iter().filter(|copy| copy["party"]["role"] == "werk-en-inkomen");
        to_college.map(|copy| copy["packet"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(packets("stopped"), BTreeSet::from([request.clone(), waiting.clone()]), "{taken}");
    assert_eq!(packets("told"), BTreeSet::from([held.clone(), done.clone()]), "{taken}");
    let inbox = items(&college, "/v1/inbox").await;
    let own = inbox.iter().find(|one| one["id"] == json!(done)).unwrap();
    assert_eq!((&own["state"], &own["recipients"][0]["withdrawn"]), (&json!("acknowledged"), &json!(true)));
    answer(&college, &request, "nee").await.expect_status(StatusCode::CONFLICT);
    for document in [&waiting, &held] {
        collect(&college, document).await.expect_problem(410, "withdrawn");
        let state = school.get(&format!("/v1/packets/{document}")).await.json();
        assert_eq!(state["state"], "withdrawn", "{state}");
    }
    let notices = items(&college, "/v1/notices").await;
    let about: BTreeSet<_> = notices.iter().map(|notice| notice["packet"].as_str().unwrap()).collect();
    assert_eq!(
        about,
        BTreeSet::from([request.as_str(), held.as_str(), done.as_str()]),
        "the request was answered, the documents held"
    );
    assert!(notices.iter().all(|notice| notice["kind"] == "packet-withdrawn"), "{notices:?}");
    let again = hand_over(&gateway, &school, &toby, &request).await;
    again.expect_problem(403, "overgangsdocument.verzoek-beeindigd");
    gateway.stop().await;
}

/// A packet waits as long as its dataset says and no longer: 14 days for the document, 60 for the request.
#[tokio::test(flavor = "multi_thread")]
async fn a_packet_waits_as_long_as_its_dataset_says() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-01-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let asked = ask(&gateway, &school, &toby).await;
    let (request, expires) = (asked.text("/id"), asked.text("/expires"));
    assert!(expires.starts_with("2026-11-14T09:00:0"), "{expires}");
    answer(&college, &request, "ja").await.expect_status(StatusCode::OK);

    let mut body = document_for(&gateway, &toby, &request);
    for wrong in ["2026-09-29T09:10:00Z", "2026-09-15T08:59:00Z"] {
        body["expires"] = json!(wrong);
        send(&school, "/v1/packets", &body).await.expect_problem(400, "invalid-expiry");
    }
    body["expires"] = json!("2026-09-20T09:00:00Z");
    let sooner = send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED).text("/id");
    let pushed = hand_over(&gateway, &school, &toby, &request).await;
    let (packet, expires) = (pushed.text("/id"), pushed.text("/expires"));
    assert!(expires.starts_with("2026-09-29T09:00:0"), "{expires}");

    gateway.pass(6.days());
    collect(&college, &sooner).await.expect_problem(410, "expired");
    collect(&college, &packet).await.expect_status(StatusCode::OK);
    gateway.pass(9.days());
    collect(&college, &packet).await.expect_problem(410, "expired");
    let state = async |actor: &Actor, id: &str| actor.get(&format!("/v1/packets/{id}")).await.json();
    assert_eq!(state(&school, &sooner).await["state"], "expired");
    gateway.running.exchange.do_what_is_due().await.unwrap();
    assert_eq!(state(&school, &sooner).await["state"], "expired");
    assert_eq!(state(&college, &sooner).await["state"], "expired");
    collect(&college, &sooner).await.expect_problem(410, "expired");
    take_back(&school, &sooner).await.expect_problem(410, "expired");
    assert_eq!(last(&gateway, &college).await, (Event::WithdrawPacket, "expired".to_owned()));

    // The answer stands after the request's own term: the school must still send the document.
    gateway.pass(50.days());
    hand_over(&gateway, &school, &toby, &request).await.expect_status(StatusCode::CREATED);
    answer(&college, &request, "ja").await.expect_status(StatusCode::OK);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_request_ends_with_its_term() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-01-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = ask(&gateway, &school, &toby).await.text("/id");
    gateway.pass(61.days());
    answer(&college, &request, "ja").await.expect_problem(410, "expired");
    assert_eq!(last(&gateway, &school).await, (Event::Answer, "expired".to_owned()));
    let late = hand_over(&gateway, &school, &toby, &request).await;
    late.expect_problem(403, "overgangsdocument.verzoek-beeindigd");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_key_still_opens_and_a_revoked_one_withholds() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let packet = hand_over(&gateway, &school, &toby, &request).await.text("/id");

    let first = active_key(&college).await;
    let retire = format!("/v1/keys/{first}/retirement");
    school.post(&retire, &json!({})).await.expect_status(StatusCode::NOT_FOUND);
    college.post(&retire, &json!({})).await.expect_status(StatusCode::OK);
    college.pull(&packet).await;
    hand_over(&gateway, &school, &toby, &request).await.expect_problem(409, "recipient-has-no-key");

    // The next key; what was sealed to it is lost with it.
    let next = gateway.party(Role::WerkEnInkomen).await;
    let kept = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    let done = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    next.pull(&done).await;
    next.post(&format!("/v1/packets/{done}/acknowledgement"), &json!({})).await.expect_status(StatusCode::OK);
    let second = active_key(&next).await;
    assert_ne!(first, second);
    next.post(&format!("/v1/keys/{second}/revocation"), &json!({})).await.expect_status(StatusCode::OK);
    collect(&next, &kept).await.expect_problem(410, "withheld");
    collect(&next, &packet).await.expect_status(StatusCode::OK);
    let notices = items(&school, "/v1/notices").await;
    assert_eq!(notices.len(), 1, "what was acknowledged is not withheld: {notices:?}");
    assert_eq!((&notices[0]["kind"], &notices[0]["packet"]), (&json!("key-revoked"), &json!(kept)));
    assert_eq!(notices[0]["party"]["role"], "werk-en-inkomen");
    assert!(items(&next, "/v1/notices").await.is_empty());
    hand_over(&gateway, &school, &toby, &request).await.expect_problem(409, "recipient-has-no-key");
    let third = gateway.party(Role::WerkEnInkomen).await;
    let again =
        hand_over(&gateway, &school, &toby, &request).await.expect_status(StatusCode::CREATED).text("/id");
    third.pull(&again).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_give_the_same_answer() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let other_school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    agree(&gateway, &other_school, &toby, "persoon").await;
    let body = request_for(&gateway, &toby);
    let key = "verzoek-van-toby-1";
    let without_receipts = |answer: &Answer| {
        let mut told = answer.expect_status(StatusCode::CREATED).json();
        for recipient in told["recipients"].as_array_mut().unwrap() {
            assert!(recipient.as_object_mut().unwrap().remove("receipt").is_some());
        }
        told
    };
    let first = school.push("/v1/requests", key, &body).await;
    gateway.pass(1.hour());
    let again = school.push("/v1/requests", key, &body).await;
    assert_eq!(without_receipts(&first), without_receipts(&again));
    assert_eq!(items(&college, "/v1/inbox").await.len(), 1);

    let other = request_for(&gateway, &but(&toby, &json!({ "birthDate": "2007-11-04" })));
    school.push("/v1/requests", key, &other).await.expect_problem(409, "idempotency-key-reused");
    // A key is its party's own, and a refusal uses none up.
    other_school.push("/v1/requests", key, &body).await.expect_status(StatusCode::CREATED);
    let noor = born(&gateway, "L-17", "2009-03-02");
    let noors = request_for(&gateway, &noor);
    let key = "verzoek-van-noor-1";
    school
        .push("/v1/requests", key, &noors)
        .await
        .expect_problem(403, "verzoek-voortzetting.instemming-minderjarig-pro");
    agree(&gateway, &school, &noor, "ouder").await;
    school.push("/v1/requests", key, &noors).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_every_reason_and_stores_nothing() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::MboSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let person =
        but(&born(&gateway, "M-9", "1998-01-01"), &json!({ "verblijf": "0405", "verlatenOp": "2024-07-01" }));
    let checked = school.post("/v1/requests?check=true", &request_for(&gateway, &person)).await;
    let verdict = checked.expect_status(StatusCode::OK).json();
    let verdict = &verdict["recipients"][0];
    let codes: Vec<_> =
        verdict["errors"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    for code in [
        "guards.woonplaats",
        "verzoek-voortzetting.diploma",
        "verzoek-voortzetting.instemming-mbo",
        "verzoek-voortzetting.leeftijd",
    ] {
        assert!(codes.contains(&code), "{code} is not in {codes:?}");
    }
    for error in verdict["errors"].as_array().unwrap() {
        for member in ["nl", "en", "now"] {
            assert!(!error[member].is_null(), "{error}");
        }
        assert!(!error["provisions"].as_array().unwrap().is_empty(), "{error}");
    }

    let graduate = but(
        &born(&gateway, "M-10", "2006-01-01"),
        &json!({ "gediplomeerd": true, "gediplomeerdOp": "2026-07-10" }),
    );
    let given = agree(&gateway, &school, &graduate, "persoon").await;
    let body = request_for(&gateway, &graduate);
    let checked = school.post("/v1/requests?check=true", &body).await.expect_status(StatusCode::OK).json();
    assert_eq!(
        (&checked["allowed"], &checked["recipients"][0]["basis"]),
        (&json!(true), &json!("verzoek-voortzetting.mbo"))
    );
    assert!(items(&school, "/v1/requests").await.is_empty());
    assert!(items(&college, "/v1/inbox").await.is_empty());
    withdraw(&school, &given, "persoon").await.expect_status(StatusCode::OK);
    let checked = school.post("/v1/requests?check=true", &body).await.json();
    assert_eq!(checked["allowed"], false);
    gateway.stop().await;
}

/// Without a name of who acts, nothing that needs one is done.
#[tokio::test(flavor = "multi_thread")]
async fn who_acts_is_named() {
    let gateway = Gateway::start().await;
    let mut school = gateway.party(Role::ProSchool).await;
    school.staff = None;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let body = request_for(&gateway, &toby);
    send(&school, "/v1/requests", &body).await.expect_status(StatusCode::BAD_REQUEST);
    assert!(items(&school, "/v1/requests").await.is_empty(), "a list needs none");
    gateway.stop().await;
}
