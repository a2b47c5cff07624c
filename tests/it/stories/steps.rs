//! The steps that the stories share: someone agrees, a school asks, a college answers, a packet goes.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    domain::{
        clock::Clock as _,
        id::SystemEntropy,
        party::{PartyId, Role},
    },
    identity::CertificateChain,
    store::write::{Ground, MunicipalityOf},
};

use crate::support::{Actor, Answer, Gateway, declaration, left_school, submission};

pub(super) const CONTINUING: &str = "voortzetting-ondersteuning";
pub(super) const GUIDANCE: &str = "loopbaanbegeleiding";
pub(super) const DOORSTROOMPUNT: &str = "doorstroompunt-taak";

/// Someone who was born on this day, lives in Alkmaar and left school four months ago with the profile work.
pub(super) fn born(gateway: &Gateway, reference: &str, birth_date: &str) -> Value {
    let mut person = left_school(reference, 20, gateway.clock.now());
    person["birthDate"] = json!(birth_date);
    person
}

/// The same person with other facts.
pub(super) fn but(person: &Value, changes: &Value) -> Value {
    let mut person = person.clone();
    for (name, value) in changes.as_object().unwrap() {
        // What is absent is left out and never null.
        if value.is_null() {
            person.as_object_mut().unwrap().remove(name);
        } else {
            person[name] = value.clone();
        }
    }
    person
}

/// Sends a push or request under a key that was never used.
pub(super) async fn send(actor: &Actor, path: &str, body: &Value) -> Answer {
    static SENT: AtomicU64 = AtomicU64::new(0);
    let key = format!("story-{:012}", SENT.fetch_add(1, Ordering::Relaxed));
    actor.push(path, &key, body).await
}

/// What a declaration that was recorded is called.
pub(super) async fn declare(actor: &Actor, wish: &Value) -> String {
    let answer = actor.post("/v1/declarations", wish).await;
    answer.expect_status(StatusCode::CREATED).text("/id")
}

/// Withdraws a declaration.
pub(super) async fn withdraw(actor: &Actor, declaration: &str, by: &str) -> Answer {
    actor.post(&format!("/v1/declarations/{declaration}/withdrawal"), &json!({ "by": by })).await
}

/// The instemming with a request to the college of Alkmaar, with the measures that protect the person.
fn agreement(gateway: &Gateway, person: &Value, by: &str) -> Value {
    let now = gateway.clock.now();
    let mut wish = declaration("instemming", "verzoek-voortzetting", person, by, Role::WerkEnInkomen, now);
    for measure in ["handelingsbekwaam", "maatregel", "onbevoegdVoorDeze"] {
        if let Some(said) = person.get(measure) {
            wish["person"][measure] = said.clone();
        }
    }
    wish
}

/// Records the instemming with a request to the college of Alkmaar.
pub(super) async fn agree(gateway: &Gateway, school: &Actor, person: &Value, by: &str) -> String {
    declare(school, &agreement(gateway, person, by)).await
}

/// Tries to record the instemming of who cannot give it: it is refused for this reason alone.
#[track_caller]
pub(super) fn cannot_agree(
    gateway: &Gateway,
    school: &Actor,
    person: &Value,
    by: &str,
    (status, code): (u16, &str),
) -> impl Future<Output = Answer> {
    let wish = agreement(gateway, person, by);
    async move {
        let refused = school.post("/v1/declarations", &wish).await;
        assert_eq!(refused.expect_problem(status, code).codes().len(), 1, "{by}");
        refused
    }
}

/// The request to continue the support, to Werk & Inkomen of Alkmaar.
pub(super) fn request_for(gateway: &Gateway, person: &Value) -> Value {
    submission(gateway, "verzoek-voortzetting", CONTINUING, person, Role::WerkEnInkomen)
}

/// Asks Werk & Inkomen of Alkmaar to continue.
pub(super) async fn ask(gateway: &Gateway, school: &Actor, person: &Value) -> Answer {
    send(school, "/v1/requests", &request_for(gateway, person)).await
}

/// Asks, and the college says yes.
pub(super) async fn asked_and_answered(
    gateway: &Gateway,
    school: &Actor,
    college: &Actor,
    person: &Value,
) -> String {
    let request = ask(gateway, school, person).await.expect_status(StatusCode::CREATED).text("/id");
    answer(college, &request, "ja").await.expect_status(StatusCode::OK);
    request
}

/// Answers a request.
pub(super) async fn answer(college: &Actor, request: &str, outcome: &str) -> Answer {
    college.post(&format!("/v1/requests/{request}/answer"), &json!({ "outcome": outcome })).await
}

/// The overgangsdocument that follows from a request.
pub(super) fn document_for(gateway: &Gateway, person: &Value, request: &str) -> Value {
    let mut body = submission(gateway, "overgangsdocument", CONTINUING, person, Role::WerkEnInkomen);
    body["request"] = json!(request);
    body
}

/// Hands over the overgangsdocument that follows from a request.
pub(super) async fn hand_over(gateway: &Gateway, school: &Actor, person: &Value, request: &str) -> Answer {
    send(school, "/v1/packets", &document_for(gateway, person, request)).await
}

/// Collects the payload, whatever comes of it.
pub(super) async fn collect(actor: &Actor, packet: &str) -> Answer {
    actor.get(&format!("/v1/packets/{packet}/payload")).await
}

/// The items of a list.
pub(super) async fn items(actor: &Actor, path: &str) -> Vec<Value> {
    let answer = actor.get(path).await;
    answer.expect_status(StatusCode::OK).json()["items"].as_array().unwrap().clone()
}

/// Registers a party that the laid-out region does not have, acting for these colleges; it has published no key.
pub(crate) async fn join(gateway: &Gateway, name: &str, oin: &str, role: Role, places: &[&str]) -> Actor {
    let now = gateway.clock.now();
    let party = PartyId::new(oin.parse().unwrap(), role);
    let place = |code: &&str| MunicipalityOf {
        municipality: code.parse().unwrap(),
        ground: Ground::Own,
        decision: None,
        from: now,
        until: None,
    };
    let exchange = &gateway.running.exchange;
    exchange.register_party(party, name, places.iter().map(place).collect()).await.unwrap();
    let authority = &gateway.laid.authority;
    let certificate = authority.client(party.oin, name, role.as_str(), now, &SystemEntropy::new()).unwrap();
    let read = CertificateChain::from_pem(certificate.chain_pem.as_bytes()).unwrap();
    exchange.register_certificate_for(party, &read).await.unwrap();
    gateway.actor(party, &certificate)
}

/// The provisions that the problem names for this code.
#[track_caller]
pub(super) fn provisions(problem: &Answer, code: &str) -> Vec<String> {
    let problem = problem.json();
    let errors = problem["errors"].as_array().unwrap();
    let error = errors.iter().find(|error| error["code"] == code);
    let error = error.unwrap_or_else(|| panic!("no {code} in {problem}"));
    error["provisions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}
