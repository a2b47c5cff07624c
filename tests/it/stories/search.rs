//! A recipient finds a person in its own inbox: by its own number, by name and date of birth, by the persoonsgebonden nummer.

use http::StatusCode;
use serde_json::{Value, json};
use sluis::domain::{
    clock::{Clock as _, amsterdam_date},
    party::Role,
};

use super::steps::{CONTINUING, DOORSTROOMPUNT, agree, ask, born, but, request_for, send};
use crate::support::{Actor, Gateway, submission};

async fn found(actor: &Actor, query: &Value) -> Vec<String> {
    let answer = actor.post("/v1/inbox/searches", query).await;
    let answer = answer.expect_status(StatusCode::OK).json();
    answer["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn named(given: &str, family: &str, birth_date: &str) -> Value {
    json!({ "name": { "given": given, "family": family }, "birthDate": birth_date, "purpose": CONTINUING })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_however_it_is_written() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let zoe = born(&gateway, "L-9", "2008-04-01");
    agree(&gateway, &school, &zoe, "persoon").await;
    let mut body = request_for(&gateway, &zoe);
    body["content"]["persoon"]["voornamen"] = json!("Zoë Máire Ann");
    body["content"]["persoon"]["voorvoegsel"] = json!("van der");
    body["content"]["persoon"]["achternaam"] = json!("Šimić");
    let id = send(&school, "/v1/requests", &body).await.expect_status(StatusCode::CREATED).text("/id");
    // Another pupil, to be told apart.
    let toby = born(&gateway, "L-10", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED);

    for (given, family) in [
        ("Zoë Máire Ann", "Šimić"),
        ("Zoë Máire", "Šimić"),
        ("ZOE MAIRE", "simic"),
        (" zoë  máire ", "van der Šimić"),
        ("Zoe\u{308} Maire", "Van Der Simic"),
        ("Zoë", "Šimić"),
        ("Zoe-Maire", "van der Simic"),
    ] {
        assert_eq!(
            found(&college, &named(given, family, "2008-04-01")).await,
            [id.as_str()],
            "{given} {family}"
        );
    }
    for (given, family, birth_date) in [
        ("Máire", "Šimić", "2008-04-01"),
        ("Zoë Els", "Šimić", "2008-04-01"),
        ("Zoë Ann", "Šimić", "2008-04-01"),
        ("Zoë Máire", "Simicz", "2008-04-01"),
        ("Zoë Máire", "Šimić", "0000-00-00"),
        ("Zoë Máire", "Šimić", "2008-04-02"),
    ] {
        assert!(found(&college, &named(given, family, birth_date)).await.is_empty(), "{given} {family}");
    }
    let mut other = named("Zoë Máire", "Šimić", "2008-04-01");
    assert!(found(&doorstroompunt, &other).await.is_empty(), "an inbox is its owner's");
    other["purpose"] = json!("loopbaanbegeleiding");
    assert!(found(&college, &other).await.is_empty(), "within one purpose");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_number_is_found_after_the_acknowledgement_that_gave_it() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let id = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    let own = |value: &str| json!({ "reference": { "kind": "own", "value": value } });

    let acknowledgement = format!("/v1/packets/{id}/acknowledgement");
    let given = json!({ "reference": "Z-117" });
    college.post(&acknowledgement, &given).await.expect_problem(409, "not-collected");
    assert!(found(&college, &own("Z-117")).await.is_empty());
    college.pull(&id).await;
    college.post(&acknowledgement, &given).await.expect_status(StatusCode::OK);
    assert_eq!(found(&college, &own("Z-117")).await, [id]);
    assert!(found(&college, &own("L-2031")).await.is_empty(), "the school's number means nothing here");
    assert!(found(&school, &own("Z-117")).await.is_empty());
    college.post("/v1/inbox/searches", &own("999990019")).await.expect_problem(400, "hides-a-bsn");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_is_found_within_its_purpose() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let reference = json!({ "kind": "pgn", "value": "999990019" });
    let today = amsterdam_date(gateway.clock.now()).to_string();
    let sem = but(
        &born(&gateway, "unused", "2006-02-11"),
        &json!({ "reference": reference, "verwijderdOp": today, "verlatenOp": today }),
    );
    let body = submission(&gateway, "verwijderingsmelding", DOORSTROOMPUNT, &sem, Role::Doorstroompunt);
    let id = send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED).text("/id");

    let query = |number: &str, purpose: &str| json!({ "reference": { "kind": "pgn", "value": number }, "purpose": purpose });
    assert_eq!(found(&doorstroompunt, &query("999990019", DOORSTROOMPUNT)).await, [id]);
    assert!(found(&doorstroompunt, &query("999990020", DOORSTROOMPUNT)).await.is_empty());
    assert!(found(&doorstroompunt, &query("999990019", "verzuim-leerplicht")).await.is_empty());
    let without = json!({ "reference": reference });
    doorstroompunt.post("/v1/inbox/searches", &without).await.expect_problem(400, "invalid-search");
    gateway.stop().await;
}
