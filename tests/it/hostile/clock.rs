//! A clock that jumps: forward, back, and back before everything was made.

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::json;
use sluis::{
    accesslog::verify::{Check, verify},
    domain::party::Role,
};

use super::support::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_forward_and_back_neither_loses_nor_breaks_anything() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let early = scene.packet(Role::WerkEnInkomen, "voor-de-sprong-0001").await;

        // Forward, beyond the term: nothing can be collected, and that is written under tomorrow's date.
        scene.gateway.pass(40.days());
        let path = format!("/v1/packets/{early}/payload");
        scene.college.get(&path).await.expect_problem(410, "expired");
        let late = scene.packet(Role::WerkEnInkomen, "na-de-sprong-vooruit").await;
        // The hour strikes at which what is over is ended.
        let exchange = &scene.gateway.running.exchange;
        exchange.expire_due(exchange.now(), 100).await.unwrap();

        // Back: entries keep the order of the log, decisions follow the hands of the clock; what was ended stays ended.
        scene.gateway.pass((-40).days());
        scene.college.get(&path).await.expect_problem(410, "expired");
        let read = scene.college.pull(&late).await;
        assert_eq!(read["persoon"]["voornamen"], "Kanarienaam");
        let done = format!("/v1/packets/{late}/acknowledgement");
        scene.college.post(&done, &json!({})).await.expect_status(StatusCode::OK);
        let again = scene.packet(Role::WerkEnInkomen, "na-de-sprong-terug-1").await;
        scene
            .school
            .post(&format!("/v1/packets/{again}/withdrawal"), &json!({}))
            .await
            .expect_status(StatusCode::OK);
        scene.college.get(&format!("/v1/packets/{again}/payload")).await.expect_problem(410, "withdrawn");
        consistent(scene).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_of_later_does_not_hold_earlier() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        scene.packet(Role::WerkEnInkomen, "voor-de-sprong-0001").await;
        let mut early = scene.profile(Role::WerkEnInkomen);
        early["content"]["persoon"]["woonplaats"] = json!("Alkmaar");
        // The certificates hold from five minutes before they were made: two minutes back they do, a day back they do not.
        scene.gateway.pass((-2).minutes());
        scene.school.get("/v1/packets").await.expect_status(StatusCode::OK);
        scene.gateway.pass((-24).hours());
        let answer = scene.school.push("/v1/packets", "een-dag-te-vroeg-001", &early).await;
        answer.expect_status(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["type"], "urn:sluis:problem:certificate-not-valid");
        scene.gateway.pass(24.hours());
        scene.gateway.pass(2.minutes());
        scene
            .school
            .push("/v1/packets", "een-dag-te-vroeg-001", &early)
            .await
            .expect_status(StatusCode::CREATED);
        consistent(scene).await;
    })
    .await;
}

/// The log verifies, and its times never go back.
async fn consistent(scene: &Scene) {
    let store = scene.gateway.store().await;
    let log = scene.gateway.log();
    let report = verify(&store.log().await.unwrap(), &Check::with(&log)).await.unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
    let leaves = store.leaves(0, scene.size().await).await.unwrap();
    // docs/log-format.md: the time stands in the last bytes before the root of the commitments.
    let times: Vec<_> =
        leaves.iter().map(|leaf| u64::from_be_bytes(leaf[14..22].try_into().unwrap())).collect();
    assert!(times.is_sorted(), "{times:?}");
    store.close().await;
}
