//! The policies change while packets wait: decided again, by those of today.

use http::StatusCode;
use serde_json::json;
use sluis::domain::{clock::Clock as _, party::Role};

use super::steps::{GUIDANCE, born, collect, declare, items, send};
use crate::support::{Actor, Gateway, declaration, submission};

const FILE: &str = "datasets/uitstroomprofiel/policy.cedar";

/// A school, a college, and the profile of someone who consented to it.
async fn profile(gateway: &Gateway) -> (Actor, Actor, serde_json::Value) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(gateway, "L-2031", "2007-11-03");
    let now = gateway.clock.now();
    declare(
        &school,
        &declaration("toestemming", "uitstroomprofiel", &toby, "persoon", Role::WerkEnInkomen, now),
    )
    .await;
    let mut body = submission(gateway, "uitstroomprofiel", GUIDANCE, &toby, Role::WerkEnInkomen);
    body["content"].as_object_mut().unwrap().remove("leerplicht");
    (school, college, body)
}

/// What was sealed cannot be taken apart again: the recipient is refused, and the sender is told to push again.
#[tokio::test(flavor = "multi_thread")]
async fn a_packet_that_holds_more_than_today_allows_is_refused_and_its_sender_is_told() {
    let gateway = Gateway::start().await;
    let (school, college, body) = profile(&gateway).await;
    assert!(body["content"]["uitstroom"].is_object());
    let packet = send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED).text("/id");

    let optional = "@optioneel(\"uitstroom\")\n";
    let narrower = gateway.with_policies(FILE, optional, "").await;
    let (school, college) = (school.at(&narrower), college.at(&narrower));
    // However often the recipient comes for it, the sender is told once.
    for _ in 0..2 {
        collect(&college, &packet).await.expect_problem(403, "categories-narrowed");
    }
    let notices = items(&school, "/v1/notices").await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["kind"], "categories-narrowed");
    assert_eq!(notices[0]["packet"], json!(packet));
    assert_eq!(notices[0]["party"]["role"], "werk-en-inkomen");
    assert!(items(&college, "/v1/notices").await.is_empty());

    // What the sender then does is judged by the policies of today.
    let mut less = body.clone();
    send(&school, "/v1/packets", &body).await.expect_problem(400, "forbidden-category");
    less["content"].as_object_mut().unwrap().remove("uitstroom");
    let again = send(&school, "/v1/packets", &less).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&college, &again).await.expect_status(StatusCode::OK);
    narrower.stop().await;
    gateway.stop().await;
}

/// A condition that cannot be judged is a no, and the fault is told to be the gateway's own.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cannot_decide_says_that_it_is_its_own_fault() {
    let gateway = Gateway::start().await;
    let (school, college, body) = profile(&gateway).await;
    let packet = send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED).text("/id");

    let first = "// Praktijkonderwijs naar Werk & Inkomen.\n";
    let overflows = r#"@id("uitstroomprofiel.overloopt") @voor("uitstroomprofiel.pro-werk-en-inkomen")
@voorwaarde("avg:6:1a") @nl("Te oud.") @en("Too old.") @nu("Niets.") @nu_en("Nothing.")
forbid (principal, action == Action::"receive", resource == Dataset::"uitstroomprofiel")
when { context.person.ageAtLeast * 9223372036854775807 > 1 };
"#;
    let broken = gateway.with_policies(FILE, first, overflows).await;
    let (school, college) = (school.at(&broken), college.at(&broken));
    let store = gateway.store().await;
    let size = async || store.head().await.unwrap().size;
    let before = size().await;
    for answer in [
        send(&school, "/v1/packets", &body).await,
        school.post("/v1/packets?check=true", &body).await,
        collect(&college, &packet).await,
    ] {
        answer.expect_problem(500, "policy-fault");
        assert_eq!(answer.json()["type"], "urn:sluis:problem:policy-fault");
    }
    assert_eq!(size().await, before + 3, "each was asked, and stands in the log");
    broken.stop().await;
    gateway.stop().await;
}
