//! Somebody writes in the database and has no key: no party is given, and nothing is sealed, on what he made of it.

use http::StatusCode;
use serde_json::json;
use sluis::domain::{clock::Clock as _, party::Role};
use sqlx::{AnyConnection, Connection as _};

use super::support::{Scene, essence};
use crate::support::{declaration, left_school, submission};

/// Changes the database past the gateway, and past what binds its tables.
async fn meddle(scene: &Scene, statements: &[&'static str]) {
    sqlx::any::install_default_drivers();
    let url = scene.gateway.laid.config.database.connect_url().unwrap().to_string();
    let free = if url.starts_with("sqlite") {
        "PRAGMA foreign_keys = OFF"
    } else {
        "SET session_replication_role = replica"
    };
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    for statement in [&[free], statements].concat() {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
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

/// A college says yes, and somebody takes away what there is of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_away_is_refused_as_damage_to_its_parties_and_as_absent_to_others() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let request = scene.request().await;
        let (yes, nothing) = (json!({ "outcome": "ja" }), json!({}));
        let answer = format!("/v1/requests/{request}/answer");
        scene.college.post(&answer, &yes).await.expect_status(StatusCode::OK);
        let packet = scene.packet(Role::WerkEnInkomen, "wordt-weggenomen-01").await;
        let payload = format!("/v1/packets/{packet}/payload");
        let acknowledgement = format!("/v1/packets/{packet}/acknowledgement");
        let withdrawal = format!("/v1/packets/{packet}/withdrawal");
        scene.college.get(&payload).await.expect_status(StatusCode::OK);
        let purpose = "voortzetting-ondersteuning";
        let mut document =
            submission(&scene.gateway, "overgangsdocument", purpose, &scene.canary(), Role::WerkEnInkomen);
        document["request"] = json!(request);

        let of_answers = "DELETE FROM message WHERE kind = 'answer'";
        for taken in [of_answers, "DELETE FROM copy", "DELETE FROM message"] {
            meddle(scene, &[taken]).await;
            let size = scene.size().await;
            let damaged = StatusCode::SERVICE_UNAVAILABLE;
            let pushed = scene.school.push("/v1/packets", "rust-op-wat-weg-is-1", &document).await;
            pushed.expect_status(damaged);
            scene.college.post(&answer, &json!({ "outcome": "nee" })).await.expect_status(damaged);
            if taken != of_answers {
                scene.college.get(&payload).await.expect_status(damaged);
                scene.college.post(&acknowledgement, &nothing).await.expect_status(damaged);
                scene.school.post(&withdrawal, &nothing).await.expect_status(damaged);
            }
            assert_eq!(scene.size().await, size, "{taken}: nothing is appended");

            // Whoever is no party to it learns nothing, and what it asked is an entry either way.
            let absent = scene.absent();
            for (there, not_there) in [
                (payload.clone(), format!("/v1/packets/{absent}/payload")),
                (answer.clone(), format!("/v1/requests/{absent}/answer")),
                (acknowledgement.clone(), format!("/v1/packets/{absent}/acknowledgement")),
                (withdrawal.clone(), format!("/v1/packets/{absent}/withdrawal")),
            ] {
                let ask = async |path: &str| match path.ends_with("payload") {
                    true => scene.leerplicht.get(path).await,
                    false if path.ends_with("answer") => scene.leerplicht.post(path, &yes).await,
                    false if path.ends_with("withdrawal") => scene.mbo.post(path, &nothing).await,
                    false => scene.leerplicht.post(path, &nothing).await,
                };
                let before = scene.size().await;
                let told = ask(&there).await;
                let between = scene.size().await;
                let told_of_nothing = ask(&not_there).await;
                let same =
                    |text: String| text.replace(&absent, "").replace(&packet, "").replace(&request, "");
                let said = |(status, lines, body): (StatusCode, _, String)| (status, lines, same(body));
                assert_eq!(said(essence(&told)), said(essence(&told_of_nothing)), "{taken}: {there}");
                assert_eq!(between - before, scene.size().await - between, "{taken}: {there}");
            }
        }
        // Whoever is not concerned goes on.
        scene.doorstroompunt.get("/v1/inbox").await.expect_status(StatusCode::OK);
    })
    .await;
}

/// What parties go by beside the decisions: the answer to a repetition, notices, what a search finds.
#[tokio::test(flavor = "multi_thread")]
async fn no_party_is_given_what_somebody_wrote_in_anothers_row() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        scene.consent(Role::Doorstroompunt).await;
        let first = scene.packet(Role::WerkEnInkomen, "een-eigen-sleutel-1").await;
        scene.packet(Role::Doorstroompunt, "een-eigen-sleutel-2").await;
        scene.college.get(&format!("/v1/packets/{first}/payload")).await.expect_status(StatusCode::OK);
        let withdrawal = format!("/v1/packets/{first}/withdrawal");
        scene.school.post(&withdrawal, &json!({})).await.expect_status(StatusCode::OK);
        let sought = json!({ "name": { "given": "Kanarienaam", "family": "Kanariefamilie" },
            "birthDate": "2008-03-15", "purpose": "loopbaanbegeleiding" });
        let search = async || scene.doorstroompunt.post("/v1/inbox/searches", &sought).await;
        assert_eq!(search().await.expect_status(StatusCode::OK).json()["items"].as_array().unwrap().len(), 1);
        let repeated = async || {
            let body = scene.profile(Role::WerkEnInkomen);
            scene.school.push("/v1/packets", "een-eigen-sleutel-1", &body).await
        };
        assert_eq!(repeated().await.expect_status(StatusCode::CREATED).text("/id"), first);
        scene.college.get("/v1/notices").await.expect_status(StatusCode::OK);

        let exchanged = "UPDATE idempotency SET message_id = CASE message_id \
            WHEN (SELECT MIN(message_id) FROM idempotency) THEN (SELECT MAX(message_id) FROM idempotency) \
            ELSE (SELECT MIN(message_id) FROM idempotency) END WHERE message_id IS NOT NULL";
        let told = "UPDATE notice SET kind = 'expired'";
        let found = "UPDATE search_key SET digests = digests + 1";
        meddle(scene, &[exchanged, told, found]).await;
        repeated().await.expect_status(StatusCode::SERVICE_UNAVAILABLE);
        scene.college.get("/v1/notices").await.expect_status(StatusCode::SERVICE_UNAVAILABLE);
        search().await.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    })
    .await;
}

/// Somebody takes a copy away while its key is revoked, and puts it back as it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_to_a_revoked_key_is_withheld_though_its_row_was_away() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let packet = scene.packet(Role::WerkEnInkomen, "sleutel-wordt-ingetrokken").await;
        meddle(scene, &["CREATE TABLE kept_copy AS SELECT * FROM copy", "DELETE FROM copy"]).await;
        let thumbprint = scene.college.key.public().thumbprint().to_owned();
        let revocation = format!("/v1/keys/{thumbprint}/revocation");
        scene.college.post(&revocation, &json!({})).await.expect_status(StatusCode::OK);
        meddle(scene, &["INSERT INTO copy SELECT * FROM kept_copy"]).await;
        let payload = format!("/v1/packets/{packet}/payload");
        scene.college.get(&payload).await.expect_problem(410, "withheld");
    })
    .await;
}
