//! Route Arbeid+: a warm handover with a support question (routes R1 and R3).

use http::StatusCode;
use serde_json::json;
use sluis::domain::{clock::Clock as _, party::Role};

use crate::support::{Gateway, declaration, left_school, submission};

const PURPOSE: &str = "voortzetting-ondersteuning";

#[tokio::test(flavor = "multi_thread")]
async fn the_overgangsdocument_follows_request_instemming_and_answer() {
    let gateway = Gateway::start().await;
    the_story(&gateway).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let Some(gateway) = Gateway::start_on_postgres().await else { return };
    the_story(&gateway).await;
    gateway.stop().await;
}

async fn the_story(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let now = gateway.clock.now();
    let toby = left_school("L-2031", 18, now);

    let ask = submission(gateway, "verzoek-voortzetting", PURPOSE, &toby, Role::WerkEnInkomen);
    school
        .push("/v1/requests", "verzoek-van-toby-1", &ask)
        .await
        .expect_problem(403, "verzoek-voortzetting.instemming");

    let agrees =
        declaration("instemming", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, now);
    school.post("/v1/declarations", &agrees).await.expect_status(StatusCode::CREATED);
    let request = school.push("/v1/requests", "verzoek-van-toby-2", &ask).await;
    let request = request.expect_status(StatusCode::CREATED).text("/id");

    let mut document = submission(gateway, "overgangsdocument", PURPOSE, &toby, Role::WerkEnInkomen);
    document["request"] = json!(request);
    document["copyForPerson"] = json!(true);
    school
        .push("/v1/packets", "document-van-toby-1", &document)
        .await
        .expect_problem(403, "overgangsdocument.voortzetting");

    assert_eq!(college.pull(&request).await["persoon"]["voornamen"], "Toby");
    let yes = json!({ "continues": true });
    college.post(&format!("/v1/requests/{request}/answer"), &yes).await.expect_status(StatusCode::OK);

    let packet = school.push("/v1/packets", "document-van-toby-2", &document).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");

    let path = format!("/v1/packets/{packet}/payload");
    doorstroompunt.get(&path).await.expect_status(StatusCode::NOT_FOUND);
    let received = college.pull(&packet).await;
    assert_eq!(received["ondersteuningsvraag"]["soorten"][0], "jobcoach");
    let done = json!({ "reference": "Z-117" });
    college.post(&format!("/v1/packets/{packet}/acknowledgement"), &done).await.expect_status(StatusCode::OK);
    college.get(&path).await.expect_problem(410, "acknowledged");

    let copy = school.get(&format!("/v1/packets/{packet}/copy")).await;
    copy.expect_status(StatusCode::OK);
    assert_eq!(
        school.open(&packet, &copy)["wensen"],
        received["wensen"],
        "the person's copy holds everything"
    );
    college.get(&format!("/v1/packets/{packet}/copy")).await.expect_status(StatusCode::NOT_FOUND);
}
