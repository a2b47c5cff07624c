//! When the overgangsdocument goes, and for whom: profile, day of leaving, terms (routes R1 to R3).

use http::StatusCode;
use jiff::{ToSpan as _, civil::Date};
use serde_json::{Value, json};
use sluis::domain::{
    clock::{Clock as _, amsterdam_date},
    party::Role,
};

use super::steps::{
    agree, answer, ask, asked_and_answered, born, but, hand_over, provisions, request_for, send,
};
use crate::support::Gateway;

/// WEC 44a(1) and (2) name a pupil, whatever the profile; the document that goes to the college is that of the profile work
/// (14e). For day care it goes to pupil and parents (14h), for further education the next school gets a report (43).
#[tokio::test(flavor = "multi_thread")]
async fn vso_asks_for_every_profile_and_hands_over_for_work_only() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let work = born(&gateway, "V-1", "2007-01-15");
    agree(&gateway, &school, &work, "persoon").await;
    for (profile, code) in [
        ("dagbesteding", "overgangsdocument.profiel-dagbesteding"),
        ("onderwijs", "overgangsdocument.profiel-onderwijs"),
    ] {
        let other = but(&work, &json!({ "profiel": profile }));
        let request = asked_and_answered(&gateway, &school, &college, &other).await;
        let refused = hand_over(&gateway, &school, &other, &request).await;
        assert_eq!(refused.expect_problem(403, code).codes().iter().filter(|one| **one == code).count(), 2);
        assert_eq!(provisions(&refused, code), ["wec:44a:3", "wec:14e"]);
    }
    let request = asked_and_answered(&gateway, &school, &college, &work).await;
    hand_over(&gateway, &school, &work, &request).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// Once the college continues, no term, no age and no enrolment stops what the acts order (2.31b:3, 44a:3, 9.2.13:3).
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_colleges_answer_stops_the_duty() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let pro = gateway.party(Role::ProSchool).await;
    let vso = gateway.party(Role::VsoSchool).await;
    let mbo = gateway.party(Role::MboSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let mut asked = Vec::new();
    for school in [&pro, &vso] {
        // One day before the two years and before 27 are over.
        let person = but(&born(&gateway, "T-7", "1999-09-16"), &json!({ "verlatenOp": "2024-09-16" }));
        agree(&gateway, school, &person, "persoon").await;
        asked.push((school, asked_and_answered(&gateway, school, &college, &person).await, person));
    }
    let diploma = json!({
        "gediplomeerd": true, "gediplomeerdOp": "2025-09-16", "ingeschreven": true, "verlatenOp": null,
    });
    let graduate = but(&born(&gateway, "T-8", "1999-09-16"), &diploma);
    agree(&gateway, &mbo, &graduate, "persoon").await;
    asked.push((&mbo, asked_and_answered(&gateway, &mbo, &college, &graduate).await, graduate));
    gateway.pass(3.days());
    for (school, request, person) in asked {
        let packet = hand_over(&gateway, school, &person, &request).await;
        college.pull(&packet.expect_status(StatusCode::CREATED).text("/id")).await;
        let late = ask(&gateway, school, &person).await;
        late.expect_problem(403, "verzoek-voortzetting.leeftijd");
    }
    gateway.stop().await;
}

/// The request may come before the last day at school, the document may not.
#[tokio::test(flavor = "multi_thread")]
async fn the_document_waits_for_the_last_day_at_school_and_for_the_answer() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let enrolled = but(&toby, &json!({ "ingeschreven": true, "verlatenOp": null }));
    agree(&gateway, &school, &enrolled, "persoon").await;
    let request = ask(&gateway, &school, &enrolled).await.expect_status(StatusCode::CREATED).text("/id");
    let early = hand_over(&gateway, &school, &enrolled, &request).await;
    early.expect_problem(403, "overgangsdocument.verlaten");
    early.expect_problem(403, "overgangsdocument.voortzetting");
    answer(&college, &request, "ja").await.expect_status(StatusCode::OK);
    let early = hand_over(&gateway, &school, &enrolled, &request).await;
    assert_eq!(early.expect_problem(403, "overgangsdocument.verlaten").codes().len(), 1);
    hand_over(&gateway, &school, &toby, &request).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// A college that does not continue gets no document, and its answer stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_college_that_says_no_gets_no_document() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    answer(&doorstroompunt, &request, "ja").await.expect_status(StatusCode::FORBIDDEN);
    answer(&college, &request, "nee").await.expect_status(StatusCode::OK);
    answer(&college, &request, "nee").await.expect_status(StatusCode::OK);
    answer(&college, &request, "ja").await.expect_problem(409, "already-answered");
    hand_over(&gateway, &school, &toby, &request)
        .await
        .expect_problem(403, "overgangsdocument.voortzetting-nee");
    let told = school.get(&format!("/v1/requests/{request}")).await.json();
    assert_eq!(told["recipients"][0]["answer"]["outcome"], "nee");
    gateway.stop().await;
}

/// One year for the mbo, two for PrO and VSO: soft terms, with the reasons that each act knows.
#[tokio::test(flavor = "multi_thread")]
async fn beyond_its_term_a_request_needs_a_recorded_reason() {
    let gateway = Gateway::start().await;
    let pro = gateway.party(Role::ProSchool).await;
    let vso = gateway.party(Role::VsoSchool).await;
    let mbo = gateway.party(Role::MboSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let today = amsterdam_date(gateway.clock.now());
    let interest = json!({ "reden": ["gerechtvaardigd-belang"] });
    let special = json!({ "reden": ["bijzondere-omstandigheden"] });

    for (school, articles) in
        [(&pro, ["wvo2020:2.31a:2", "wvo2020:2.31a:6"]), (&vso, ["wec:44:2", "wec:44:7"])]
    {
        let person = born(&gateway, "T-1", "2003-01-15");
        agree(&gateway, school, &person, "persoon").await;
        let nearly =
            json!({ "verlatenOp": today.saturating_sub(2.years()).saturating_add(1.day()).to_string() });
        ask(&gateway, school, &but(&person, &nearly)).await.expect_status(StatusCode::CREATED);
        let late = but(&person, &json!({ "verlatenOp": today.saturating_sub(2.years()).to_string() }));
        let refused = ask(&gateway, school, &late).await;
        refused.expect_problem(403, "verzoek-voortzetting.termijn");
        assert_eq!(provisions(&refused, "verzoek-voortzetting.termijn"), articles);
        ask(&gateway, school, &but(&late, &special))
            .await
            .expect_problem(403, "verzoek-voortzetting.termijn");
        ask(&gateway, school, &but(&late, &interest)).await.expect_status(StatusCode::CREATED);
        // Who is enrolled again is inside the term.
        let again = but(&late, &json!({ "ingeschreven": true }));
        ask(&gateway, school, &again).await.expect_status(StatusCode::CREATED);
    }

    // The mbo's year counts from the diploma, not from the day of leaving.
    let graduate = |on: Date| {
        let diploma = json!({ "gediplomeerd": true, "gediplomeerdOp": on.to_string() });
        but(&born(&gateway, "T-2", "2003-01-15"), &diploma)
    };
    let nearly = graduate(today.saturating_sub(1.year()).saturating_add(1.day()));
    agree(&gateway, &mbo, &nearly, "persoon").await;
    ask(&gateway, &mbo, &nearly).await.expect_status(StatusCode::CREATED);
    let late = graduate(today.saturating_sub(1.year()));
    for without in [&late, &but(&late, &interest)] {
        let refused = ask(&gateway, &mbo, without).await;
        refused.expect_problem(403, "verzoek-voortzetting.termijn-mbo");
    }
    ask(&gateway, &mbo, &but(&late, &special)).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// From 27 the Participatiewet asks for the same recorded reason (pw:7a:7).
#[tokio::test(flavor = "multi_thread")]
async fn from_27_a_request_needs_a_recorded_reason() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let tomorrow = born(&gateway, "T-3", "1999-09-16");
    agree(&gateway, &school, &tomorrow, "persoon").await;
    ask(&gateway, &school, &tomorrow).await.expect_status(StatusCode::CREATED);
    let today: Value = born(&gateway, "T-4", "1999-09-15");
    agree(&gateway, &school, &today, "persoon").await;
    let refused = ask(&gateway, &school, &today).await;
    refused.expect_problem(403, "verzoek-voortzetting.leeftijd");
    assert_eq!(provisions(&refused, "verzoek-voortzetting.leeftijd"), ["pw:7a:1", "pw:7a:7"]);
    let interest = json!({ "reden": ["gerechtvaardigd-belang"] });
    ask(&gateway, &school, &but(&today, &interest)).await.expect_status(StatusCode::CREATED);

    // For mbo graduates too: the special circumstances of the mbo are for its year, and who passes both gives both.
    let mbo = gateway.party(Role::MboSchool).await;
    let diploma = json!({ "gediplomeerd": true, "gediplomeerdOp": "2026-07-10" });
    let graduate = but(&born(&gateway, "T-5", "1999-09-15"), &diploma);
    agree(&gateway, &mbo, &graduate, "persoon").await;
    let special = json!({ "reden": ["bijzondere-omstandigheden"] });
    let refused = ask(&gateway, &mbo, &but(&graduate, &special)).await;
    assert_eq!(refused.expect_problem(403, "verzoek-voortzetting.leeftijd").codes().len(), 1);
    ask(&gateway, &mbo, &but(&graduate, &interest)).await.expect_status(StatusCode::CREATED);
    let late = but(&graduate, &json!({ "gediplomeerdOp": "2025-09-15" }));
    let refused = ask(&gateway, &mbo, &but(&late, &interest)).await;
    assert_eq!(refused.expect_problem(403, "verzoek-voortzetting.termijn-mbo").codes().len(), 1);
    let both = json!({ "reden": ["gerechtvaardigd-belang", "bijzondere-omstandigheden"] });
    ask(&gateway, &mbo, &but(&late, &both)).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// Learning at an employer is a word of its own in the content, and work to the law.
#[tokio::test(flavor = "multi_thread")]
async fn praktijkleren_is_said_and_counts_as_work() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let noor = born(&gateway, "V-2", "2007-01-15");
    agree(&gateway, &school, &noor, "persoon").await;
    let mut asking = request_for(&gateway, &noor);
    asking["content"]["traject"]["profiel"] = json!("praktijkleren");
    let request = send(&school, "/v1/requests", &asking).await.expect_status(StatusCode::CREATED).text("/id");
    assert_eq!(college.pull(&request).await["traject"]["profiel"], "praktijkleren");
    asking["person"]["profiel"] = json!("praktijkleren");
    send(&school, "/v1/requests", &asking).await.expect_problem(400, "unknown-value");
    gateway.stop().await;
}
