//! Somebody writes in the database and has no key: no party is given, and nothing is sealed, on what he made of it.

use http::StatusCode;
use serde_json::json;
use sluis::domain::{clock::Clock as _, party::Role};
use sqlx::AnyPool;

use super::support::Scene;
use crate::support::{declaration, left_school};

/// Changes the database past the gateway.
async fn meddle(scene: &Scene, statements: &[&'static str]) {
    sqlx::any::install_default_drivers();
    let url = scene.gateway.laid.config.database.connect_url().unwrap().to_string();
    let pool = AnyPool::connect(&url).await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_was_taken_back_is_not_given_again_by_who_writes_in_the_database() {
    Scene::on_each(async |scene| {
        let consent = scene.consent(Role::WerkEnInkomen).await;
        let packet = scene.packet(Role::WerkEnInkomen, "voor-de-intrekking-1").await;
        scene.packet(Role::WerkEnInkomen, "voor-de-intrekking-2").await;
        let keep = [
            "CREATE TABLE kept_declaration AS SELECT * FROM declaration",
            "CREATE TABLE kept_subject AS SELECT * FROM subject_change",
            "CREATE TABLE kept_copy AS SELECT * FROM copy",
        ];
        meddle(scene, &keep).await;
        let path = format!("/v1/declarations/{consent}/withdrawal");
        scene.school.post(&path, &json!({ "by": "persoon" })).await.expect_status(StatusCode::OK);
        let size = scene.size().await;

        // One row changed by hand, then all of it as it was before, seals and all.
        let by_hand = ["UPDATE declaration SET state = 'given', withdrawn_by = NULL, withdrawn_at = NULL, \
                        withdrawn_index = NULL"];
        let put_back = [
            "DELETE FROM subject_change",
            "INSERT INTO subject_change SELECT * FROM kept_subject",
            "UPDATE declaration SET seal = (SELECT seal FROM kept_declaration WHERE kept_declaration.id = declaration.id)",
            "UPDATE copy SET state = 'waiting', ended_index = NULL, \
             jwe = (SELECT jwe FROM kept_copy WHERE kept_copy.message_id = copy.message_id), \
             seal = (SELECT seal FROM kept_copy WHERE kept_copy.message_id = copy.message_id)",
        ];
        for change in [&by_hand[..], &put_back[..]] {
            meddle(scene, change).await;
            let body = scene.profile(Role::WerkEnInkomen);
            let pushed = scene.school.push("/v1/packets", "na-de-intrekking-001", &body).await;
            pushed.expect_status(StatusCode::SERVICE_UNAVAILABLE);
            let pulled = scene.college.get(&format!("/v1/packets/{packet}/payload")).await;
            pulled.expect_status(StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(scene.size().await, size, "nothing is appended");
        }

        // Whoever is not concerned goes on.
        scene.doorstroompunt.get("/v1/inbox").await.expect_status(StatusCode::OK);
        let (other, now) = (left_school("KANARIE-2", 18, scene.gateway.clock.now()), scene.gateway.clock.now());
        let wish = declaration("toestemming", "uitstroomprofiel", &other, "persoon", Role::WerkEnInkomen, now);
        scene.school.post("/v1/declarations", &wish).await.expect_status(StatusCode::CREATED);
        assert_eq!(scene.ops("/readyz").await, (200, "ready\n".to_owned()));
    })
    .await;
}
