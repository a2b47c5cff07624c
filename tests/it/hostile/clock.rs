//! A clock that jumps: forward, back, and back before everything was made.

use http::StatusCode;
use jiff::{SignedDuration, ToSpan as _};
use serde_json::json;
use sluis::{
    accesslog::verify::{Check, verify},
    cli::language::Language,
    domain::{
        clock::{Clock as _, SetClock},
        party::Role,
    },
};

use super::support::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_forward_and_back_neither_loses_nor_breaks_anything() {
    Scene::on_each(async |scene| {
        let gateway = &scene.gateway;
        scene.consent(Role::WerkEnInkomen).await;
        let early = scene.packet(Role::WerkEnInkomen, "voor-de-sprong-0001").await;
        let path = format!("/v1/packets/{early}/payload");
        let (right, size) = (gateway.clock.now(), scene.size().await);

        // Forward, beyond the term, while no time passes: nothing is answered, ended or written.
        gateway.clock.jump(right + SignedDuration::from_hours(24 * 40));
        let answer = scene.college.get(&path).await;
        answer.expect_problem(503, "clock");
        assert_eq!(answer.json()["type"], "urn:sluis:problem:clock");
        assert_eq!(answer.headers["retry-after"], "30");
        let body = scene.profile(Role::WerkEnInkomen);
        let push = scene.school.push("/v1/packets", "na-de-sprong-vooruit", &body).await;
        push.expect_problem(503, "clock");
        assert_eq!(scene.ops("/readyz").await, (503, "not ready: clock\n".to_owned()));
        let exchange = &gateway.running.exchange;
        assert_eq!(exchange.do_what_is_due().await.unwrap(), 0);
        assert_eq!(scene.size().await, size);

        // Right again: all is as it was.
        gateway.clock.jump(right);
        assert_eq!(scene.ops("/readyz").await, (200, "ready\n".to_owned()));
        assert_eq!(scene.college.pull(&early).await["persoon"]["voornamen"], "Kanarienaam");
        let late = scene.packet(Role::WerkEnInkomen, "na-de-sprong-vooruit").await;

        // What was refused as ended is not released when the clock is put back.
        gateway.pass(40.days());
        scene.college.get(&path).await.expect_problem(410, "expired");
        gateway.pass((-40).days());
        let late = format!("/v1/packets/{late}/payload");
        for path in [&path, &late] {
            scene.college.get(path).await.expect_problem(503, "clock");
        }
        assert_eq!(scene.ops("/readyz").await, (503, "not ready: clock\n".to_owned()));
        assert!(exchange.refused_by_clock() > 4, "the metric counts them");
        gateway.pass(40.days());
        scene.college.get(&path).await.expect_problem(410, "expired");
        consistent(scene).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_from_the_future_is_not_written_on_and_says_the_way_out() {
    Scene::on_each(async |scene| {
        let behind = scene.gateway.clock.now() - SignedDuration::from_hours(1);
        let started = scene.gateway.start_by(SetClock::at(behind)).await;
        let failure = started.unwrap_err();
        let said = |language| failure.lines(language).join("\n");
        let (dutch, english) = (said(Language::Nl), said(Language::En));
        assert!(
            dutch.contains("de klok staat 3600 seconden voor de laatste regel van het logboek"),
            "{dutch}"
        );
        assert!(
            english.contains("the clock stands 3600 seconds before the last entry of the log"),
            "{english}"
        );
        assert!(dutch.contains("timedatectl") && english.contains("timedatectl"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_at_one_gateway_ends_at_one_whose_clock_is_behind() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let mut body = scene.profile(Role::WerkEnInkomen);
        let ends = scene.gateway.clock.now() + SignedDuration::from_hours(1);
        body["expires"] = json!(ends.to_string());
        let pushed = scene.school.push("/v1/packets", "twee-klokken-0000001", &body).await;
        let packet = pushed.expect_status(StatusCode::CREATED).text("/id");
        let path = format!("/v1/packets/{packet}/payload");
        scene.gateway.clock.set(ends);
        let late = SetClock::at(ends - SignedDuration::from_secs(4));
        scene.college.get(&path).await.expect_problem(410, "expired");
        let other = scene.gateway.start_by(late).await.unwrap();
        scene.college.at(&other).get(&path).await.expect_problem(410, "expired");
        other.stop().await;
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
