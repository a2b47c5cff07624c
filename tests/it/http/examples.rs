//! The example bodies of the description, sent as they stand to a gateway: a reader starts from them.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    domain::{clock::Clock as _, id::SystemEntropy, party::Role},
    identity::{certificate_proof, key_proof, tls::OwnCertificate},
};

use crate::support::{Answer, Gateway};

/// The examples that were not sent yet.
struct Examples {
    api: Value,
    left: BTreeSet<String>,
}

impl Examples {
    fn of(api: Value) -> Self {
        let paths = api["paths"].as_object().unwrap().iter();
        let with_body = paths.filter(|(_, item)| item["post"]["requestBody"].is_object());
        // The policies of this gateway have no question; a test with policies of its own asks one.
        let asked = with_body.filter(|(path, _)| !path.starts_with("/questions"));
        let left = asked.map(|(path, _)| path.clone()).collect();
        Self { api, left }
    }

    fn take(&mut self, path: &str) -> Value {
        self.left.remove(path);
        let body = &self.api["paths"][path]["post"]["requestBody"]["content"]["application/json"];
        let example = body["example"].clone();
        assert!(example.is_object(), "{path}: no example");
        example
    }
}

#[track_caller]
fn is_done(answer: &Answer) -> Value {
    assert!(answer.status.is_success(), "{} {}", answer.status, String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn id(answer: &Answer) -> String {
    is_done(answer)["id"].as_str().unwrap().to_owned()
}

/// Every operation with a body shows one, and it is a 2xx as it stands. What only the caller can make is put in: its own
/// key and certificate with their proofs, and the declarations that the packet needs beside the one that is shown.
#[tokio::test(flavor = "multi_thread")]
async fn every_example_is_taken_as_it_stands() {
    let gateway = Gateway::start().await;
    let (school, college) = (gateway.party(Role::ProSchool).await, gateway.party(Role::WerkEnInkomen).await);
    gateway.party(Role::Doorstroompunt).await;
    let mut examples = Examples::of(gateway.visit("/v1/openapi.json").await.json());
    let now = gateway.clock.now();

    let agreement = examples.take("/declarations");
    let agreed = id(&school.post("/v1/declarations", &agreement).await);
    is_done(&school.post("/v1/declarations/searches", &examples.take("/declarations/searches")).await);

    let request = examples.take("/requests");
    let checked = school.post("/v1/requests?check=true", &request).await;
    assert_eq!(is_done(&checked)["allowed"], true, "{}", checked.json());
    let asked = id(&school.push("/v1/requests", "een-verzoek-als-voorbeeld", &request).await);
    is_done(
        &college.post(&format!("/v1/requests/{asked}/answer"), &examples.take("/requests/{id}/answer")).await,
    );

    let packet = examples.take("/packets");
    for recipient in packet["recipients"].as_array().unwrap() {
        let consent = json!({
            "kind": "toestemming", "dataset": packet["dataset"], "purpose": packet["purpose"], "towards": recipient,
            "person": { "reference": packet["person"]["reference"], "birthDate": packet["person"]["birthDate"] },
            "givenBy": "persoon", "givenAt": "2026-09-15", "explicit": true,
            "evidence": { "kind": "formulier", "recordedOn": "2026-09-15" },
        });
        is_done(&school.post("/v1/declarations", &consent).await);
    }
    let pushed = id(&school.push("/v1/packets", "een-pakket-als-voorbeeld", &packet).await);
    is_done(&college.post("/v1/inbox/searches", &examples.take("/inbox/searches")).await);
    let received = college.pull(&pushed).await;
    assert_eq!(received["profiel"], packet["content"]["profiel"]);
    let having = examples.take("/packets/{id}/acknowledgement");
    is_done(&college.post(&format!("/v1/packets/{pushed}/acknowledgement"), &having).await);
    is_done(
        &school
            .post(&format!("/v1/packets/{pushed}/withdrawal"), &examples.take("/packets/{id}/withdrawal"))
            .await,
    );

    let mut objection = agreement;
    objection["kind"] = json!("bezwaar");
    let objected = id(&school.post("/v1/declarations", &objection).await);
    let decision = examples.take("/declarations/{id}/decision");
    is_done(&school.post(&format!("/v1/declarations/{objected}/decision"), &decision).await);
    let by = examples.take("/declarations/{id}/withdrawal");
    is_done(&school.post(&format!("/v1/declarations/{agreed}/withdrawal"), &by).await);

    let told = is_done(&college.post("/v1/evaluation", &examples.take("/evaluation")).await);
    assert_eq!(told["decision"], true, "{told}");

    // The key that is shown is nobody's: what proves it must be made here.
    let mut key = examples.take("/keys");
    let newcomer = gateway.without_key(Role::VsoSchool);
    let public = newcomer.key.public();
    key["key"] = public.to_jwk();
    key["proof"] = json!(key_proof::state(public, Some(newcomer.party), &newcomer.own, now).unwrap());
    let published = newcomer.post("/v1/keys", &key).await;
    let thumbprint = is_done(&published)["thumbprint"].as_str().unwrap().to_owned();
    for end in ["retirement", "revocation"] {
        let nothing = examples.take(&format!("/keys/{{thumbprint}}/{end}"));
        is_done(&newcomer.post(&format!("/v1/keys/{thumbprint}/{end}"), &nothing).await);
    }
    let mut next = examples.take("/certificates");
    let authority = &gateway.laid.authority;
    let issued =
        authority.client(school.party.oin, "De school", "volgende", now, &SystemEntropy::new()).unwrap();
    let own = OwnCertificate::from_pem(issued.chain_pem.as_bytes(), issued.key_pem.as_bytes()).unwrap();
    next["certificate"] = json!(issued.chain_pem);
    next["proof"] = json!(certificate_proof::state(&own, school.own.leaf(), now).unwrap());
    school.post("/v1/certificates", &next).await.expect_status(StatusCode::CREATED);

    assert_eq!(examples.left, BTreeSet::new(), "their examples were not sent");
    gateway.stop().await;
}
