//! The college of residence, and what local desks stand for (routes R1, R4 and R7): one school, many recipients, each only
//! for its own residents.

use http::StatusCode;
use serde_json::{Value, json};
use sluis::domain::{clock::Clock as _, party::Role};

use super::steps::{GUIDANCE, agree, ask, born, but, collect, declare, join, provisions, request_for, send};
use crate::support::{Actor, Gateway, content, declaration, on_each_backend};

const ELSEWHERE: &str = "guards.woonplaats";
const HOORN: &str = "00000099000004050000";

async fn colleges(gateway: &Gateway) -> (Actor, Actor) {
    let zaffier = gateway.party(Role::WerkEnInkomen).await;
    let hoorn = join(gateway, "Gemeente Hoorn, Werk & Inkomen", HOORN, Role::WerkEnInkomen, &["0405"]).await;
    hoorn.publish().await.expect_status(StatusCode::CREATED);
    (zaffier, hoorn)
}

async fn agrees_towards(school: &Actor, gateway: &Gateway, person: &Value, place: &str) {
    let now = gateway.clock.now();
    let mut wish =
        declaration("instemming", "verzoek-voortzetting", person, "persoon", Role::WerkEnInkomen, now);
    wish["towards"]["municipality"] = json!(place);
    declare(school, &wish).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_college_receives_its_own_residents_only() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let (zaffier, hoorn) = colleges(&gateway).await;
    let toby = born(&gateway, "L-1", "2007-11-03");
    let mila = but(&born(&gateway, "L-2", "2007-06-01"), &json!({ "verblijf": "0405" }));

    // Toby lives in Alkmaar: Hoorn is refused, agreed or not.
    agrees_towards(&school, &gateway, &toby, "0405").await;
    let mut wrong = request_for(&gateway, &toby);
    wrong["recipients"][0]["municipality"] = json!("0405");
    let refused = send(&school, "/v1/requests", &wrong).await;
    refused.expect_problem(403, ELSEWHERE);
    assert!(provisions(&refused, ELSEWHERE).contains(&"wvo2020:2.31b:2".to_owned()));

    // Each to the own college, and neither sees the other's.
    agree(&gateway, &school, &toby, "persoon").await;
    let to_zaffier = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    agrees_towards(&school, &gateway, &mila, "0405").await;
    let mut right = request_for(&gateway, &mila);
    right["recipients"][0]["municipality"] = json!("0405");
    let to_hoorn = send(&school, "/v1/requests", &right).await;
    let to_hoorn = to_hoorn.expect_status(StatusCode::CREATED).text("/id");
    collect(&zaffier, &to_zaffier).await.expect_status(StatusCode::OK);
    collect(&hoorn, &to_hoorn).await.expect_status(StatusCode::OK);
    collect(&zaffier, &to_hoorn).await.expect_status(StatusCode::NOT_FOUND);
    collect(&hoorn, &to_zaffier).await.expect_status(StatusCode::NOT_FOUND);

    // Zaffier acts by delegation for Bergen too, and under its own number just as well.
    let bergen = but(&born(&gateway, "L-3", "2007-06-01"), &json!({ "verblijf": "0373" }));
    agree(&gateway, &school, &bergen, "persoon").await;
    let mut by_number = request_for(&gateway, &bergen);
    by_number["recipients"] = json!([{ "oin": zaffier.party.oin.as_str(), "role": "werk-en-inkomen" }]);
    send(&school, "/v1/requests", &by_number).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// A packet for two is refused for both when one of them may not have it; the refusal says which, and a check says the rest.
#[tokio::test(flavor = "multi_thread")]
async fn one_refusal_refuses_the_whole_packet() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let (zaffier, _hoorn) = colleges(&gateway).await;
    let toby = born(&gateway, "L-1", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    agrees_towards(&school, &gateway, &toby, "0405").await;
    let mut both = request_for(&gateway, &toby);
    both["recipients"] = json!([
        { "municipality": "0361", "role": "werk-en-inkomen" },
        { "municipality": "0405", "role": "werk-en-inkomen" },
    ]);
    let refused = send(&school, "/v1/requests", &both).await;
    refused.expect_problem(403, ELSEWHERE);
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    assert_eq!((&errors[0]["recipient"], &errors[0]["pointer"]), (&json!(1), &json!("/recipients/1")));
    let waiting = zaffier.get("/v1/inbox").await.json();
    assert_eq!(waiting["items"], json!([]));

    let checked = school.post("/v1/requests?check=true", &both).await;
    let verdicts = checked.expect_status(StatusCode::OK).json();
    assert_eq!(verdicts["allowed"], false);
    assert_eq!(verdicts["recipients"][0]["allowed"], true);
    assert_eq!(verdicts["recipients"][1]["errors"][0]["code"], ELSEWHERE);
    gateway.stop().await;
}

/// Names of desks differ per subregion; one desk may stand for two recipients, each decided upon on its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_stands_for_the_roles_that_it_has_there() {
    on_each_backend(a_desk).await;
}

async fn a_desk(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let zaffier = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let toby = but(&born(gateway, "L-1", "2007-11-03"), &json!({ "ingeschreven": true, "verlatenOp": null }));
    for role in [Role::WerkEnInkomen, Role::Doorstroompunt] {
        let now = gateway.clock.now();
        declare(&school, &declaration("toestemming", "uitstroomprofiel", &toby, "persoon", role, now)).await;
    }
    let mut everything = content(gateway, "uitstroomprofiel", &toby);
    everything
        .as_object_mut()
        .unwrap()
        .retain(|name, _| ["persoon", "school", "profiel"].contains(&name.as_str()));
    let to = |desk: &str, place: &str| {
        json!({
            "dataset": "uitstroomprofiel", "purpose": GUIDANCE, "person": toby, "content": everything,
            "recipients": [{ "desk": desk, "municipality": place }],
        })
    };
    for name in ["Jongerenpunt Check-In", "jongerenpunt-check-in", "JONGERENPUNT CHECK-IN"] {
        let pushed = send(&school, "/v1/packets", &to(name, "0361")).await;
        let recipients = pushed.expect_status(StatusCode::CREATED).json()["recipients"].clone();
        assert_eq!(recipients.as_array().unwrap().len(), 1, "{name} is Werk & Inkomen alone");
        assert_eq!(recipients[0]["party"]["oin"], zaffier.party.oin.as_str());
    }
    let pushed = send(&school, "/v1/packets", &to("jongeren-startpunt", "0361")).await;
    let pushed = pushed.expect_status(StatusCode::CREATED).json();
    let roles: Vec<_> =
        pushed["recipients"].as_array().unwrap().iter().map(|one| &one["party"]["role"]).collect();
    assert_eq!(roles, ["werk-en-inkomen", "doorstroompunt"]);
    let id = pushed["id"].as_str().unwrap();
    zaffier.pull(id).await;
    doorstroompunt.pull(id).await;

    // The desk of another subregion is no desk here, nor is one that nobody knows.
    for (desk, place) in [("Jongerenloket", "0361"), ("Jongerenpunt Check-In", "0405"), ("Loket 9", "0361")] {
        send(&school, "/v1/packets", &to(desk, place)).await.expect_problem(400, "unknown-recipient");
    }
    // A declaration is towards one recipient: a desk that stands for two is not one.
    let mut wish = declaration(
        "toestemming",
        "uitstroomprofiel",
        &toby,
        "persoon",
        Role::Leerplicht,
        gateway.clock.now(),
    );
    wish["towards"] = json!({ "desk": "Jongeren Startpunt", "municipality": "0361" });
    school.post("/v1/declarations", &wish).await.expect_problem(400, "several-recipients");
    // Nor while nobody acts for either.
    for party in [zaffier.party, doorstroompunt.party] {
        let exchange = &gateway.running.exchange;
        exchange.end_municipality(party, "0361".parse().unwrap(), gateway.clock.now()).await.unwrap();
    }
    school.post("/v1/declarations", &wish).await.expect_problem(400, "several-recipients");
}
