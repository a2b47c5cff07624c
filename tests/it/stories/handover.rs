//! Route Arbeid+: a warm handover with a support question (routes R1 and R3).

use http::StatusCode;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::json;
use sluis::domain::{
    clock::{Clock as _, amsterdam_date},
    party::Role,
};

use crate::support::{Gateway, declaration, left_school, on_each_backend, submission};

const PURPOSE: &str = "voortzetting-ondersteuning";

#[tokio::test(flavor = "multi_thread")]
async fn the_overgangsdocument_follows_request_instemming_and_answer() {
    on_each_backend(the_story).await;
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
        .expect_problem(403, "verzoek-voortzetting.instemming-volwassene");

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
    let yes = json!({ "outcome": "ja" });
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

/// Who agrees to the request depends on the age on its day: a parent does not overrule an adult who withdrew, and what a
/// parent agreed to for a minor carries past the eighteenth birthday.
#[tokio::test(flavor = "multi_thread")]
async fn a_parents_agreement_counts_for_who_was_a_minor_at_the_request() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let now = gateway.clock.now();

    let mut emma = left_school("L-2032", 18, now);
    emma["birthDate"] = json!(eighteen_tomorrow(now));
    let tim = left_school("L-2033", 18, now);
    let mut documents = Vec::new();
    for (person, by, name) in [(&emma, "ouder", "emma"), (&tim, "persoon", "tim")] {
        let agrees = declaration("instemming", "verzoek-voortzetting", person, by, Role::WerkEnInkomen, now);
        let own = school.post("/v1/declarations", &agrees).await.text("/id");
        let ask = submission(&gateway, "verzoek-voortzetting", PURPOSE, person, Role::WerkEnInkomen);
        let request = school.push("/v1/requests", &format!("verzoek-van-{name}-1"), &ask).await;
        let request = request.expect_status(StatusCode::CREATED).text("/id");
        let yes = json!({ "outcome": "ja" });
        let answer = format!("/v1/requests/{request}/answer");
        college.post(&answer, &yes).await.expect_status(StatusCode::OK);
        let mut document = submission(&gateway, "overgangsdocument", PURPOSE, person, Role::WerkEnInkomen);
        document["request"] = json!(request);
        documents.push((document, own));
    }
    let [(for_emma, _), (for_tim, own)] = &*documents else { panic!("two documents") };

    let withdrawal = format!("/v1/declarations/{own}/withdrawal");
    school.post(&withdrawal, &json!({ "by": "persoon" })).await.expect_status(StatusCode::OK);
    school
        .push("/v1/packets", "document-van-tim-1", for_tim)
        .await
        .expect_problem(403, "overgangsdocument.instemming-volwassene");

    gateway.clock.set(now + SignedDuration::from_hours(48));
    let packet = school.push("/v1/packets", "document-van-emma-1", for_emma).await;
    packet.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

fn eighteen_tomorrow(now: Timestamp) -> String {
    amsterdam_date(now).saturating_add(1.day()).saturating_sub(18.years()).to_string()
}
