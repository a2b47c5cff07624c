//! Route Arbeid+ Entree (route R2): after sixteen weeks a student at risk is discussed, on consent; a graduate is handed over
//! with a support question; who stops without a diploma is not (WEB 9.2.1, 9.2.12, 9.2.13).

use http::StatusCode;
use serde_json::json;
use sluis::domain::party::Role;

use super::{
    regions::{consent, profile},
    steps::{
        DOORSTROOMPUNT, agree, answer, ask, born, but, collect, document_for, hand_over, provisions, send,
    },
};
use crate::support::{Gateway, on_each_backend, submission};

const NO_DIPLOMA: &str = "verzoek-voortzetting.diploma-doorstroompunt";

#[tokio::test(flavor = "multi_thread")]
async fn an_entree_graduate_is_handed_over_with_a_support_question() {
    on_each_backend(the_graduate).await;
}

async fn the_graduate(gateway: &Gateway) {
    let school = gateway.party(Role::MboSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let ana = born(gateway, "M-19", "2007-02-01");

    // Studieadvies: she attends, so the Doorstroompunt is not told without her own yes; a parent's is none at 19.
    let attending = but(&ana, &json!({ "ingeschreven": true, "verlatenOp": null }));
    let missing = "uitstroomprofiel.buiten-doelgroep";
    let refused = send(&school, "/v1/packets", &profile(gateway, &attending, &[Role::Doorstroompunt])).await;
    refused.expect_problem(403, missing);
    assert!(provisions(&refused, missing).contains(&"web:9.2.1".to_owned()));
    consent(gateway, &school, &attending, "ouder", Role::Doorstroompunt)
        .await
        .expect_problem(403, "routes.toestemming-vertegenwoordiger");
    let yes = consent(gateway, &school, &attending, "persoon", Role::Doorstroompunt).await;
    yes.expect_status(StatusCode::CREATED);
    let told = send(&school, "/v1/packets", &profile(gateway, &attending, &[Role::Doorstroompunt])).await;
    doorstroompunt.pull(&told.expect_status(StatusCode::CREATED).text("/id")).await;

    // Without the diploma the college is not asked, whoever agrees.
    agree(gateway, &school, &ana, "persoon").await;
    let refused = ask(gateway, &school, &ana).await;
    refused.expect_problem(403, NO_DIPLOMA);
    assert_eq!(provisions(&refused, NO_DIPLOMA), ["web:9.2.13:2"]);

    // Diploma and work, no job found: the warm handover to Check-In, with a copy for Ana.
    let graduate = but(&ana, &json!({ "gediplomeerd": true, "gediplomeerdOp": "2026-07-10" }));
    let request = ask(gateway, &school, &graduate).await.expect_status(StatusCode::CREATED).text("/id");
    let early = hand_over(gateway, &school, &graduate, &request).await;
    early.expect_problem(403, "overgangsdocument.voortzetting");
    assert_eq!(provisions(&early, "overgangsdocument.voortzetting"), ["web:9.2.13:3"]);
    answer(&college, &request, "ja").await.expect_status(StatusCode::OK);
    let packet = hand_over(gateway, &school, &graduate, &request).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");
    assert_eq!(college.pull(&packet).await["ondersteuningsvraag"]["soorten"][0], "jobcoach");
    collect(&doorstroompunt, &packet).await.expect_status(StatusCode::NOT_FOUND);
    school.get(&format!("/v1/packets/{packet}/copy")).await.expect_status(StatusCode::OK);
}

/// Stopped without a diploma: the removal report to the Doorstroompunt is not for the mbo, and the request is not for her. The Doorstroompunt sees her
/// leaving in the register and may ask (WEB 9.2.3); what the school tells on its own goes on consent.
#[tokio::test(flavor = "multi_thread")]
async fn who_stops_without_a_diploma_is_told_of_on_consent_only() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::MboSchool).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let stopped = born(&gateway, "M-20", "2007-02-01");
    let mut report =
        submission(&gateway, "verwijderingsmelding", DOORSTROOMPUNT, &stopped, Role::Doorstroompunt);
    report["content"].as_object_mut().unwrap().remove("nummer");
    send(&school, "/v1/packets", &report).await.expect_problem(403, "no-basis");
    agree(&gateway, &school, &stopped, "persoon").await;
    ask(&gateway, &school, &stopped).await.expect_problem(403, NO_DIPLOMA);
    let document = document_for(&gateway, &stopped, "01890a5d-ac96-774b-bcce-b302099a8057");
    send(&school, "/v1/packets", &document)
        .await
        .expect_problem(403, "overgangsdocument.diploma-doorstroompunt");

    let body = profile(&gateway, &stopped, &[Role::Doorstroompunt]);
    send(&school, "/v1/packets", &body).await.expect_problem(403, "uitstroomprofiel.toestemming-zelf");
    let yes = consent(&gateway, &school, &stopped, "persoon", Role::Doorstroompunt).await;
    yes.expect_status(StatusCode::CREATED);
    let told = send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED).text("/id");
    doorstroompunt.pull(&told).await;
    gateway.stop().await;
}
