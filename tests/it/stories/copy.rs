//! The person's copy (routes R1 to R3): it goes along with what goes to the college, and a VSO school gives it without a
//! college too (WVO 2020 2.31b:3, WEB 9.2.13:3, WEC 14e, 14h and 44a:3).

use http::StatusCode;
use serde_json::{Value, json};
use sluis::domain::party::{PartyId, Role};

use super::steps::{
    CONTINUING, GUIDANCE, agree, answer, ask, asked_and_answered, born, but, collect, document_for,
    hand_over, items, join, provisions, send, withdraw,
};
use crate::support::{Gateway, on_each_backend, submission};

/// The document for pupil and parents alone, as a VSO school gives it on leaving.
fn alone(gateway: &Gateway, person: &Value) -> Value {
    let mut body = submission(gateway, "overgangsdocument", GUIDANCE, person, Role::WerkEnInkomen);
    body["recipients"] = json!([]);
    body["copyForPerson"] = json!(true);
    body
}

/// Owed on leaving the profile work (14e) or day care (14h), whatever a college does; nobody else receives it.
#[tokio::test(flavor = "multi_thread")]
async fn a_vso_school_gives_the_document_without_a_college() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let work = born(&gateway, "V-1", "2009-01-15");
    let day_care =
        but(&work, &json!({ "profiel": "dagbesteding", "reference": { "kind": "own", "value": "V-2" } }));
    for (person, basis) in [(&work, "betrokkene-vso-14e"), (&day_care, "betrokkene-vso-14h")] {
        let pushed = send(&school, "/v1/packets", &alone(&gateway, person)).await;
        let pushed = pushed.expect_status(StatusCode::CREATED).json();
        let copies = pushed["recipients"].as_array().unwrap();
        assert_eq!(copies.len(), 1, "the person's copy and no other");
        assert_eq!(copies[0]["party"]["role"], "betrokkene");
        assert_eq!(copies[0]["basis"], format!("overgangsdocument.{basis}"));
        let id = pushed["id"].as_str().unwrap();
        let copy = school.get(&format!("/v1/packets/{id}/copy")).await;
        copy.expect_status(StatusCode::OK);
        assert_eq!(school.open(id, &copy)["persoon"]["voornamen"], "Toby");
        college.get(&format!("/v1/packets/{id}/payload")).await.expect_status(StatusCode::NOT_FOUND);
    }
    assert!(items(&college, "/v1/inbox").await.is_empty());

    // Not before leaving, not for further education, and to no college: article 14h names no other recipient.
    let enrolled = but(&work, &json!({ "ingeschreven": true, "verlatenOp": null }));
    let early = send(&school, "/v1/packets", &alone(&gateway, &enrolled)).await;
    early.expect_problem(403, "overgangsdocument.bij-vertrek");
    assert_eq!(provisions(&early, "overgangsdocument.bij-vertrek"), ["wec:14e"]);
    let further = but(&work, &json!({ "profiel": "onderwijs" }));
    let further = send(&school, "/v1/packets", &alone(&gateway, &further)).await;
    further.expect_problem(403, "overgangsdocument.profiel-14e");
    let to_college = submission(&gateway, "overgangsdocument", GUIDANCE, &day_care, Role::WerkEnInkomen);
    send(&school, "/v1/packets", &to_college).await.expect_problem(403, "no-basis");
    gateway.stop().await;
}

/// PrO and mbo owe the document only once the college continues; before that there is nothing to give a copy of.
#[tokio::test(flavor = "multi_thread")]
async fn for_pro_and_mbo_the_document_exists_once_the_college_continues() {
    let gateway = Gateway::start().await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    for role in [Role::ProSchool, Role::MboSchool] {
        let school = gateway.party(role).await;
        send(&school, "/v1/packets", &alone(&gateway, &toby)).await.expect_problem(403, "no-basis");
        let mut continuing = alone(&gateway, &toby);
        continuing["purpose"] = json!(CONTINUING);
        continuing["person"]["gediplomeerd"] = json!(role == Role::MboSchool);
        let refused = send(&school, "/v1/packets", &continuing).await;
        refused.expect_problem(403, "overgangsdocument.verzoek");
    }
    // Nobody at all is no packet.
    let school = gateway.party(Role::VsoSchool).await;
    let mut nobody = alone(&gateway, &toby);
    nobody.as_object_mut().unwrap().remove("copyForPerson");
    send(&school, "/v1/packets", &nobody).await.expect_problem(400, "wrong-count");
    gateway.stop().await;
}

/// The young person gets a copy of what the college gets: the school need not ask for it and cannot leave it out.
#[tokio::test(flavor = "multi_thread")]
async fn the_copy_goes_along_with_the_document_to_the_college() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let agreed = agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;

    let mut without = document_for(&gateway, &toby, &request);
    without["copyForPerson"] = json!(false);
    let refused = send(&school, "/v1/packets", &without).await;
    refused.expect_problem(400, "copy-owed");
    assert_eq!(provisions(&refused, "copy-owed"), ["wvo2020:2.31b:3", "wec:14e"]);

    let pushed = hand_over(&gateway, &school, &toby, &request).await;
    let pushed = pushed.expect_status(StatusCode::CREATED).json();
    let roles: Vec<_> =
        pushed["recipients"].as_array().unwrap().iter().map(|one| &one["party"]["role"]).collect();
    assert_eq!(roles, ["werk-en-inkomen", "betrokkene"]);
    let id = pushed["id"].as_str().unwrap();
    let copy = school.get(&format!("/v1/packets/{id}/copy")).await;
    copy.expect_status(StatusCode::OK);
    assert_eq!(school.open(id, &copy), college.pull(id).await, "the same for both");

    // It is for the school that sent it, not for its organisation: to another school of that one there is nothing.
    let oin = school.party.oin.to_string();
    let other = join(&gateway, "Een andere school", &oin, Role::MboSchool, &[]).await;
    other.get(&format!("/v1/packets/{id}/copy")).await.expect_problem(404, "not-found");

    // Who takes the instemming back stops what the college has not collected, and keeps the own copy.
    let waiting = hand_over(&gateway, &school, &toby, &request).await;
    let waiting = waiting.expect_status(StatusCode::CREATED).text("/id");
    withdraw(&school, &agreed, "persoon").await.expect_status(StatusCode::OK);
    collect(&college, &waiting).await.expect_problem(410, "withdrawn");
    school.get(&format!("/v1/packets/{waiting}/copy")).await.expect_status(StatusCode::OK);

    // No act orders a copy of what goes on consent: none is made unless a policy knows one, and none does.
    let mut profile = submission(&gateway, "uitstroomprofiel", GUIDANCE, &toby, Role::WerkEnInkomen);
    profile["copyForPerson"] = json!(true);
    send(&school, "/v1/packets", &profile).await.expect_problem(403, "no-basis");
    gateway.stop().await;
}

/// What was not answered before the instemming was taken back is not answered any more: nothing to wait for, for anybody.
#[tokio::test(flavor = "multi_thread")]
async fn an_instemming_taken_back_before_the_answer_ends_the_request_for_the_copy_too() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let agreed = agree(&gateway, &school, &toby, "persoon").await;
    let request = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    withdraw(&school, &agreed, "persoon").await.expect_status(StatusCode::OK);

    let refused = hand_over(&gateway, &school, &toby, &request).await;
    let refused = refused.expect_status(StatusCode::FORBIDDEN).json();
    let of_the_copy: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|error| error["pointer"].as_str().unwrap().starts_with("/copyForPerson"))
        .map(|error| error["code"].as_str().unwrap())
        .collect();
    assert_eq!(of_the_copy, ["overgangsdocument.verzoek-beeindigd"], "{refused}");
    gateway.stop().await;
}

/// The copy is sealed to the school, so the school needs a key of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_without_a_key_is_told_to_publish_one() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::VsoSchool);
    let work = born(&gateway, "V-1", "2009-01-15");
    let refused = send(&school, "/v1/packets", &alone(&gateway, &work)).await;
    refused.expect_problem(409, "recipient-has-no-key");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/copyForPerson");
    assert!(refused.text("/errors/0/now/en").contains("Publish a key of your own"));
    school.publish().await.expect_status(StatusCode::CREATED);
    send(&school, "/v1/packets", &alone(&gateway, &work)).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// The person is no party on the line: whoever withdraws is told whom to tell, and nothing is written for nobody to read.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_leaves_a_notice_for_the_person() {
    on_each_backend(async |gateway| {
        let school = gateway.party(Role::ProSchool).await;
        let college = gateway.party(Role::WerkEnInkomen).await;
        let toby = born(gateway, "L-2031", "2007-11-03");
        agree(gateway, &school, &toby, "persoon").await;
        let request = asked_and_answered(gateway, &school, &college, &toby).await;
        let packet = hand_over(gateway, &school, &toby, &request).await.text("/id");
        school.get(&format!("/v1/packets/{packet}/copy")).await.expect_status(StatusCode::OK);
        college.pull(&packet).await;
        let taken = school.post(&format!("/v1/packets/{packet}/withdrawal"), &json!({})).await;
        let taken = taken.expect_status(StatusCode::OK).json();
        assert_eq!(taken["toTell"][0]["party"]["role"], "betrokkene", "{taken}");
        let store = gateway.store().await;
        let told = async |party: PartyId| store.notices(&party, None, 10).await.unwrap().items;
        assert_eq!(told(college.party).await.len(), 1);
        assert_eq!(told(PartyId::new(school.party.oin, Role::Betrokkene)).await, []);
        store.close().await;
    })
    .await;
}

/// Who said yes without collecting the request acts on it all the same, and hears that it was taken back.
#[tokio::test(flavor = "multi_thread")]
async fn who_answered_without_collecting_is_told_too() {
    on_each_backend(told_too).await;
}

async fn told_too(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(gateway, "L-2032", "2007-11-03");
    let agreed = agree(gateway, &school, &toby, "persoon").await;
    let request = async || {
        let asked = ask(gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
        answer(&college, &asked, "ja").await.expect_status(StatusCode::OK);
        asked
    };
    let (withdrawn, stopped) = (request().await, request().await);
    let unanswered = ask(gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    school
        .post(&format!("/v1/packets/{withdrawn}/withdrawal"), &json!({}))
        .await
        .expect_status(StatusCode::OK);
    withdraw(&school, &agreed, "persoon").await.expect_status(StatusCode::OK);

    let told = items(&college, "/v1/notices").await;
    let told: Vec<_> = told.iter().map(|one| (one["kind"].clone(), one["packet"].clone())).collect();
    let expected = [("packet-withdrawn", &withdrawn), ("declaration-withdrawn", &stopped)];
    assert_eq!(told, expected.map(|(kind, id)| (json!(kind), json!(id))), "not of {unanswered}");
}
