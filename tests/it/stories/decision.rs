//! The controller decides upon an objection or a restriction (AVG 18 and 21): suspended until then, and no longer than that.

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    accesslog::entry::{Event, Part, PartName},
    domain::{
        clock::Clock as _,
        declaration::{DeclarationKind, Verdict},
        party::Role,
    },
};

use super::{
    evidence::own_entries,
    steps::{GUIDANCE, agree, ask, born, collect, declare, items, provisions, withdraw},
};
use crate::support::{Actor, Answer, Gateway, declaration};

const STANDS: &str = "guards.bezwaar";
const UPHELD: &str = "guards.bezwaar-gegrond";
const GRANTED: &str = "guards.beperking-gegrond";
const RESTRICTED: &str = "guards.beperking";

/// Against the request to the college of Alkmaar, whose ground is a public task.
async fn against(gateway: &Gateway, school: &Actor, person: &Value, kind: &str) -> String {
    let now = gateway.clock.now();
    let dataset = "verzoek-voortzetting";
    declare(school, &declaration(kind, dataset, person, "persoon", Role::WerkEnInkomen, now)).await
}

async fn decide(controller: &Actor, declaration: &str, outcome: &str, reason: &str) -> Answer {
    let body = json!({ "outcome": outcome, "reason": reason, "decidedOn": "2026-09-15" });
    controller.post(&format!("/v1/declarations/{declaration}/decision"), &body).await
}

async fn state_of(school: &Actor, declaration: &str) -> Value {
    let read = school.get(&format!("/v1/declarations/{declaration}")).await;
    read.expect_status(StatusCode::OK).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_objected_to_waits_for_the_controller_and_goes_on_when_it_is_dismissed() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");

    let objection = against(&gateway, &school, &toby, "bezwaar").await;
    collect(&college, &request).await.expect_problem(403, STANDS);
    ask(&gateway, &school, &toby).await.expect_problem(403, STANDS);

    // Who sends decides, and nobody else: to the college the objection does not even exist.
    decide(&college, &objection, "ongegrond", "zwaarwegend-belang")
        .await
        .expect_status(StatusCode::NOT_FOUND);
    let decided = decide(&school, &objection, "ongegrond", "zwaarwegend-belang").await;
    let decided = decided.expect_status(StatusCode::OK).json();
    assert_eq!((&decided["state"], &decided["outcome"]), (&json!("ended"), &json!("ongegrond")));
    collect(&college, &request).await.expect_status(StatusCode::OK);
    ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED);

    // A decision stands: the same again is the same, another is refused.
    let again = decide(&school, &objection, "ongegrond", "zwaarwegend-belang").await;
    assert_eq!(again.expect_status(StatusCode::OK).json(), decided);
    for (outcome, reason) in [("gegrond", "zwaarwegend-belang"), ("ongegrond", "rechtsvordering")] {
        decide(&school, &objection, outcome, reason).await.expect_problem(409, "already-decided");
    }
    let read = state_of(&school, &objection).await;
    assert_eq!(read["state"], "ended");
    assert_eq!(read["decisions"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&read["decisions"][0]["reason"], &read["decisions"][0]["decidedOn"]),
        (&json!("zwaarwegend-belang"), &json!("2026-09-15"))
    );

    // It is in the log: what, why and by whom, in the controller's own part.
    let entries = own_entries(&gateway, &school).await;
    let parts: Vec<Part> = entries.iter().flat_map(|entry| entry.parts.clone()).filter_map(sender).collect();
    let told: Vec<_> = parts.iter().filter(|part| part.verdict.is_some()).collect();
    let [told] = told.as_slice() else { panic!("one decision, one entry: {told:?}") };
    assert_eq!(
        (told.verdict, told.declaration_kind),
        (Some(Verdict::Ongegrond), Some(DeclarationKind::Bezwaar))
    );
    assert_eq!(told.cause.as_deref(), Some("zwaarwegend-belang"));
    assert!(told.staff.is_some() && told.person.is_some());
    assert!(entries.iter().any(|entry| entry.parts.iter().any(|(_, part)| {
        part.as_ref().is_some_and(|part| part.event == Some(Event::DecideDeclaration))
    })));
    // The college reads of its own attempt, and nothing of what was decided.
    let its_own = own_entries(&gateway, &college).await.into_iter().flat_map(|entry| entry.parts);
    let attempts: Vec<Part> = its_own
        .filter_map(|(_, part)| part.filter(|part| part.event == Some(Event::DecideDeclaration)))
        .collect();
    let [attempt] = attempts.as_slice() else { panic!("one attempt, one entry: {attempts:?}") };
    assert_eq!((attempt.cause.as_deref(), attempt.verdict), (Some("not-found"), None));

    // Nobody is bound to object once.
    against(&gateway, &school, &toby, "bezwaar").await;
    collect(&college, &request).await.expect_problem(403, STANDS);
    gateway.stop().await;
}

fn sender((name, part): (PartName, Option<Part>)) -> Option<Part> {
    (name == PartName::Sender).then_some(part).flatten()
}

/// Where every basis is consent nothing can be weighed: who objects does not want the transfer.
#[tokio::test(flavor = "multi_thread")]
async fn an_objection_to_what_goes_on_consent_cannot_be_dismissed() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let toby = born(&gateway, "L-2031", "2006-11-03");
    let now = gateway.clock.now();
    let about = declaration("bezwaar", "uitstroomprofiel", &toby, "persoon", Role::WerkEnInkomen, now);
    let objection = declare(&school, &about).await;
    for outcome in ["ongegrond", "gegrond"] {
        let refused = decide(&school, &objection, outcome, "zwaarwegend-belang").await;
        refused.expect_problem(403, "routes.beslissen-toestemming");
    }
    withdraw(&school, &objection, "persoon").await.expect_status(StatusCode::OK);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_that_is_upheld_stands_until_the_person_withdraws_it() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    let objection = against(&gateway, &school, &toby, "bezwaar").await;

    let lifted = decide(&school, &objection, "opgeheven", "vergissing").await;
    lifted.expect_problem(403, "routes.beslissen-opheffen");
    assert_eq!(provisions(&lifted, "routes.beslissen-opheffen"), ["avg:18:1", "avg:21:1"]);
    let decided = decide(&school, &objection, "gegrond", "geen-zwaarwegend-belang").await;
    assert_eq!(decided.expect_status(StatusCode::OK).text("/state"), "given");
    collect(&college, &request).await.expect_problem(403, UPHELD);
    decide(&school, &objection, "ongegrond", "toch-niet").await.expect_problem(409, "already-decided");

    withdraw(&school, &objection, "persoon").await.expect_status(StatusCode::OK);
    collect(&college, &request).await.expect_status(StatusCode::OK);
    let before = own_entries(&gateway, &school).await.len();
    decide(&school, &objection, "gegrond", "geen-zwaarwegend-belang").await.expect_problem(410, "withdrawn");
    assert_eq!(own_entries(&gateway, &school).await.len(), before + 1, "coming too late is an entry");
    assert_eq!(state_of(&school, &objection).await["state"], "withdrawn");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_is_granted_and_later_lifted() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let restriction = against(&gateway, &school, &toby, "beperking").await;
    ask(&gateway, &school, &toby).await.expect_problem(403, RESTRICTED);
    decide(&school, &restriction, "gegrond", "juistheid-betwist").await.expect_status(StatusCode::OK);
    ask(&gateway, &school, &toby).await.expect_problem(403, GRANTED);
    decide(&school, &restriction, "opgeheven", "gegevens-verbeterd").await.expect_status(StatusCode::OK);
    let request = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&college, &request).await.expect_status(StatusCode::OK);
    let read = state_of(&school, &restriction).await;
    let outcomes: Vec<_> = read["decisions"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!((json!(outcomes), &read["state"]), (json!(["gegrond", "opgeheven"]), &json!("ended")));

    // One that is dismissed at once ends too.
    let restriction = against(&gateway, &school, &toby, "beperking").await;
    collect(&college, &request).await.expect_problem(403, RESTRICTED);
    decide(&school, &restriction, "ongegrond", "gegevens-juist").await.expect_status(StatusCode::OK);
    collect(&college, &request).await.expect_status(StatusCode::OK);
    assert!(items(&college, "/v1/notices").await.is_empty());
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_objections_and_restrictions_are_decided_upon_and_on_a_day_that_was() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let agreed = agree(&gateway, &school, &toby, "persoon").await;
    decide(&school, &agreed, "ongegrond", "spijt").await.expect_problem(403, "routes.beslissen-soort");
    assert_eq!(state_of(&school, &agreed).await["state"], "given");

    let objection = against(&gateway, &school, &toby, "bezwaar").await;
    let path = format!("/v1/declarations/{objection}/decision");
    let body = json!({ "outcome": "ongegrond", "reason": "zwaarwegend-belang", "decidedOn": "2026-09-15" });
    for (member, value, code) in [
        ("decidedOn", json!("2026-09-16"), "in-the-future"),
        ("decidedOn", json!("2026-09-14"), "before-the-declaration"),
        ("outcome", json!("misschien"), "unknown-value"),
        ("reason", json!("Toby wil niet"), "invalid-value"),
        ("reason", json!("nummer-999990019"), "invalid-value"),
        ("purpose", json!(GUIDANCE), "unknown-field"),
    ] {
        let mut wrong = body.clone();
        wrong[member] = value;
        let refused = school.post(&path, &wrong).await;
        refused.expect_problem(400, code);
        assert!(!String::from_utf8_lossy(&refused.body).contains("999990019"), "a problem repeats nothing");
    }
    ask(&gateway, &school, &toby).await.expect_problem(403, STANDS);
    school.post(&path, &body).await.expect_status(StatusCode::OK);
    gateway.stop().await;
}
