//! Who is of age and competent decides in person: no representative gives, takes back or objects in that person's place, and
//! what one says carries and stops nothing (UAVG 5, WVO 2020 2.31b:2, WEC 44a:2).

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::domain::{clock::Clock as _, party::Role};

use super::steps::{GUIDANCE, agree, ask, born, but, cannot_agree, collect, send, withdraw};
use crate::support::{Actor, Answer, Gateway, content, declaration, on_each_backend};

const PROFILE: &str = "uitstroomprofiel";
const MISSING: &str = "verzoek-voortzetting.instemming-volwassene";
const TO: Role = Role::WerkEnInkomen;
const OTHERS: [&str; 8] = [
    "ouder",
    "ouder-zonder-gezag",
    "voogd",
    "verzorger",
    "verzorger-met-gezag",
    "curator",
    "mentor",
    "bewindvoerder",
];

async fn tell(gateway: &Gateway, school: &Actor, kind: &str, person: &Value, by: &str) -> Answer {
    let mut wish = declaration(kind, PROFILE, person, by, TO, gateway.clock.now());
    for measure in ["handelingsbekwaam", "maatregel", "onbevoegdVoorDeze"] {
        if let Some(said) = person.get(measure) {
            wish["person"][measure] = said.clone();
        }
    }
    school.post("/v1/declarations", &wish).await
}

async fn share(gateway: &Gateway, school: &Actor, person: &Value) -> Answer {
    let mut content = content(gateway, PROFILE, person);
    content.as_object_mut().unwrap().remove("leerplicht");
    let body = json!({
        "dataset": PROFILE, "purpose": GUIDANCE, "person": person, "content": content,
        "recipients": [{ "municipality": "0361", "role": TO.as_str() }],
    });
    send(school, "/v1/packets", &body).await
}

/// The text of the only reason, in Dutch.
#[track_caller]
fn text(answer: &Answer, code: &str) -> String {
    let answer = answer.expect_problem(403, code);
    assert_eq!(answer.codes().len(), 1, "{}", answer.json());
    answer.json()["errors"][0]["nl"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_for_a_competent_adult() {
    on_each_backend(own_word).await;
}

async fn own_word(gateway: &Gateway) {
    let school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(TO).await;
    let enrolled = json!({ "ingeschreven": true, "verlatenOp": null });
    let mo = but(&born(gateway, "V-60", "2006-02-02"), &enrolled);
    // Bewind concerns property, and mentorschap only what the person is incompetent for.
    let measures = [
        json!({}),
        json!({ "maatregel": ["bewind"] }),
        json!({ "maatregel": ["mentorschap"], "onbevoegdVoorDeze": false }),
    ];
    for (number, measure) in measures.iter().enumerate() {
        let reference = json!({ "reference": { "kind": "own", "value": format!("V-6{number}") } });
        let mo = but(&but(&mo, measure), &reference);

        // Nobody consents in the adult's place, and nobody objects.
        for by in OTHERS {
            let said = text(
                &tell(gateway, &school, "toestemming", &mo, by).await,
                "routes.toestemming-vertegenwoordiger",
            );
            assert!(said.contains("geeft zelf toestemming"), "{by}: {said}");
            for kind in ["bezwaar", "beperking"] {
                let refused = tell(gateway, &school, kind, &mo, by).await;
                let said = text(&refused, "routes.rechten-vertegenwoordiger");
                assert!(said.contains("oefent dit recht zelf uit"), "{by}: {said}");
            }
            text(&tell(gateway, &school, "geen-bezwaar", &mo, by).await, "routes.geen-bezwaar");
        }
        share(gateway, &school, &mo).await.expect_problem(403, "uitstroomprofiel.toestemming-zelf");

        // Nobody takes the adult's own consent back: what rests on it can still be collected.
        let own = tell(gateway, &school, "toestemming", &mo, "persoon").await;
        let own = own.expect_status(StatusCode::CREATED).text("/id");
        let packet = share(gateway, &school, &mo).await.expect_status(StatusCode::CREATED).text("/id");
        for by in OTHERS {
            let refused = withdraw(&school, &own, by).await;
            text(&refused, "routes.intrekken-toestemming-volwassene");
        }
        college.pull(&packet).await;

        // Nobody takes the adult's objection back either: it stands against the consent.
        let objection = tell(gateway, &school, "bezwaar", &mo, "persoon").await;
        let objection = objection.expect_status(StatusCode::CREATED).text("/id");
        for by in OTHERS {
            text(&withdraw(&school, &objection, by).await, "routes.intrekken-overig");
        }
        share(gateway, &school, &mo).await.expect_problem(403, "guards.bezwaar-toestemming");
        withdraw(&school, &objection, "persoon").await.expect_status(StatusCode::OK);
        share(gateway, &school, &mo).await.expect_status(StatusCode::CREATED);

        // And what the adult took back, nobody gives again.
        withdraw(&school, &own, "persoon").await.expect_status(StatusCode::OK);
        for by in OTHERS {
            tell(gateway, &school, "toestemming", &mo, by).await.expect_status(StatusCode::FORBIDDEN);
        }
        share(gateway, &school, &mo).await.expect_problem(403, "uitstroomprofiel.toestemming-zelf");
    }
}

/// A parent may say what a parent thinks, and the school may write it down; the request asks for the adult's own word.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_agrees_to_the_request_for_a_competent_adult_or_takes_that_back() {
    on_each_backend(own_agreement).await;
}

async fn own_agreement(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(TO).await;
    let toby = born(gateway, "L-61", "2006-02-02");
    for by in OTHERS {
        cannot_agree(gateway, &school, &toby, by, (403, "routes.instemming-volwassene")).await;
    }
    let said = text(&ask(gateway, &school, &toby).await, MISSING);
    assert!(said.contains("stemt zelf in met het verzoek"), "{said}");

    let own = agree(gateway, &school, &toby, "persoon").await;
    for by in OTHERS {
        text(&withdraw(&school, &own, by).await, "routes.intrekken-instemming");
    }
    ask(gateway, &school, &toby).await.expect_status(StatusCode::CREATED);

    withdraw(&school, &own, "persoon").await.expect_status(StatusCode::OK);
    text(&ask(gateway, &school, &toby).await, MISSING);
}

/// What a parent objected to at fifteen binds nobody who decides for himself since: he takes it back, and consents.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_to_decide_takes_back_what_a_parent_objected_to() {
    let gateway = Gateway::start_at("2026-09-15T21:58:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(TO).await;
    let enrolled = json!({ "ingeschreven": true, "verlatenOp": null });
    let yara = but(&born(&gateway, "L-62", "2010-09-16"), &enrolled);
    let objection = tell(&gateway, &school, "bezwaar", &yara, "ouder").await;
    let objection = objection.expect_status(StatusCode::CREATED).text("/id");

    // Sixteen: her consent does not carry while the objection stands, and no parent can make another.
    gateway.pass(3.minutes());
    text(&tell(&gateway, &school, "bezwaar", &yara, "ouder").await, "routes.rechten-vertegenwoordiger");
    tell(&gateway, &school, "toestemming", &yara, "persoon").await.expect_status(StatusCode::CREATED);
    share(&gateway, &school, &yara).await.expect_problem(403, "guards.bezwaar-toestemming");
    withdraw(&school, &objection, "persoon").await.expect_status(StatusCode::OK);
    let packet = share(&gateway, &school, &yara).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&college, &packet).await.expect_status(StatusCode::OK);
    gateway.stop().await;
}
