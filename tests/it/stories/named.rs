//! The college that was named stays named: one organisation acts for several, by delegation or by mandate, and what is said
//! towards the one is not said towards the other.

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::{
    accesslog::{
        entry::{Event, Part},
        own::ProvenEntry,
    },
    domain::{
        clock::Clock as _,
        id::SystemEntropy,
        party::{PartyId, Role},
    },
    identity::CertificateChain,
    store::write::{Ground, MunicipalityOf},
};

use super::{
    evidence::own_entries,
    steps::{
        GUIDANCE, answer, born, but, collect, declare, document_for, items, provisions, request_for, send,
        withdraw,
    },
};
use crate::support::{Actor, Gateway, declaration, on_each_backend, submission};

const ORGANISATION: &str = "00000099000004050000";
const ELSEWHERE: &str = "guards.woonplaats";
const NOT_AGREED: &str = "verzoek-voortzetting.instemming-volwassene";

/// An organisation that acts for Hoorn and Koggenland by delegation, and for Texel and Den Helder by mandate.
async fn organisation(gateway: &Gateway) -> Actor {
    let (delegated, mandated) = (Ground::Delegatie, Ground::Mandaat);
    let places = [("0405", delegated), ("1598", delegated), ("0448", mandated), ("0400", mandated)];
    acting(gateway, ORGANISATION, &places).await
}

/// An organisation that acts from now on for the colleges of these municipalities.
async fn acting(gateway: &Gateway, oin: &str, places: &[(&str, Ground)]) -> Actor {
    let now = gateway.clock.now();
    let party = PartyId::new(oin.parse().unwrap(), Role::WerkEnInkomen);
    let place = |(code, ground): &(&str, Ground)| MunicipalityOf {
        municipality: code.parse().unwrap(),
        ground: *ground,
        decision: Some("besluit 2026-1".to_owned()),
        from: now,
        until: None,
    };
    let places = places.iter().map(place).collect();
    let exchange = &gateway.running.exchange;
    exchange.register_party(party, "WerkSaam", places).await.unwrap();
    let authority = &gateway.laid.authority;
    let role = party.role.as_str();
    let certificate = authority.client(party.oin, "WerkSaam", role, now, &SystemEntropy::new()).unwrap();
    let read = CertificateChain::from_pem(certificate.chain_pem.as_bytes()).unwrap();
    exchange.register_certificate_for(party, &read).await.unwrap();
    let actor = gateway.actor(party, &certificate);
    actor.publish().await.expect_status(StatusCode::CREATED);
    actor
}

fn living_in(gateway: &Gateway, reference: &str, place: &str) -> Value {
    but(&born(gateway, reference, "2007-06-01"), &json!({ "verblijf": place }))
}

fn agreement(gateway: &Gateway, person: &Value, place: &str) -> Value {
    let now = gateway.clock.now();
    let to = Role::WerkEnInkomen;
    let mut wish = declaration("instemming", "verzoek-voortzetting", person, "persoon", to, now);
    wish["towards"]["municipality"] = json!(place);
    wish
}

fn to_college(mut body: Value, place: &str) -> Value {
    body["recipients"][0]["municipality"] = json!(place);
    body
}

fn asking(gateway: &Gateway, person: &Value, place: &str) -> Value {
    to_college(request_for(gateway, person), place)
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_mandate_an_agreement_is_with_its_own_college() {
    on_each_backend(own_college_only).await;
}

async fn own_college_only(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let organisation = organisation(gateway).await;
    // Agreed with Hoorn (delegation) or Den Helder (mandate): not with Texel.
    let texel = living_in(gateway, "M-1", "0448");
    for place in ["0405", "0400"] {
        declare(&school, &agreement(gateway, &texel, place)).await;
        let refused = send(&school, "/v1/requests", &asking(gateway, &texel, "0448")).await;
        refused.expect_problem(403, NOT_AGREED);
    }
    let own = declare(&school, &agreement(gateway, &texel, "0448")).await;
    let asked = send(&school, "/v1/requests", &asking(gateway, &texel, "0448")).await;
    let asked = asked.expect_status(StatusCode::CREATED).json();
    assert_eq!(asked["recipients"][0]["municipality"], "0448");
    // Nor does what was agreed with Texel reach a college that delegated.
    let hoorn = living_in(gateway, "M-2", "0405");
    declare(&school, &agreement(gateway, &hoorn, "0448")).await;
    send(&school, "/v1/requests", &asking(gateway, &hoorn, "0405")).await.expect_problem(403, NOT_AGREED);
    // Under a delegation the organisation is the controller for both.
    declare(&school, &agreement(gateway, &hoorn, "1598")).await;
    let asked = send(&school, "/v1/requests", &asking(gateway, &hoorn, "0405")).await;
    asked.expect_status(StatusCode::CREATED);

    // The college that was named is read back, and stands in the entries of both parties.
    let read = school.get(&format!("/v1/declarations/{own}")).await.json();
    assert_eq!(read["towards"]["municipality"], "0448", "{read}");
    let named = |parts: Vec<Part>| {
        let texel = parts.into_iter().filter(|part| part.municipality == Some("0448".parse().unwrap()));
        texel
            .filter_map(|part| part.event.or(part.declaration_kind.map(|_| Event::Declare)))
            .collect::<Vec<_>>()
    };
    let parts = |entries: Vec<ProvenEntry>| -> Vec<Part> {
        entries.into_iter().flat_map(|entry| entry.parts).filter_map(|(_, part)| part).collect()
    };
    let schools = named(parts(own_entries(gateway, &school).await));
    assert!(schools.contains(&Event::Declare) && schools.contains(&Event::Request), "{schools:?}");
    let colleges = named(parts(own_entries(gateway, &organisation).await));
    assert_eq!(colleges, [Event::Request]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_college_that_is_named_is_that_of_the_residence() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _organisation = organisation(&gateway).await;
    // One organisation acts for both colleges: what counts is which of them was named.
    for (lives, named) in [("0405", "0448"), ("0448", "0405"), ("0405", "1598")] {
        let person = living_in(&gateway, &format!("N-{lives}-{named}"), lives);
        for place in [lives, named] {
            declare(&school, &agreement(&gateway, &person, place)).await;
        }
        let refused = send(&school, "/v1/requests", &asking(&gateway, &person, named)).await;
        refused.expect_problem(403, ELSEWHERE);
        assert_eq!(provisions(&refused, ELSEWHERE), ["wvo2020:2.31b:2"], "{lives} {named}");
        let asked = send(&school, "/v1/requests", &asking(&gateway, &person, lives)).await;
        asked.expect_status(StatusCode::CREATED);
    }
    // By number the organisation does not say for which college a declaration is, where it acts by mandate.
    let person = living_in(&gateway, "N-9", "0405");
    let mut wish = agreement(&gateway, &person, "0405");
    wish["towards"] = json!({ "oin": ORGANISATION, "role": "werk-en-inkomen" });
    school.post("/v1/declarations", &wish).await.expect_problem(400, "college-not-named");
    gateway.stop().await;
}

/// Who moves after the college's yes is not between two colleges: the document goes to the one that continued.
#[tokio::test(flavor = "multi_thread")]
async fn the_document_goes_to_the_college_that_continued_also_after_a_move() {
    on_each_backend(after_a_move).await;
}

async fn after_a_move(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let organisation = organisation(gateway).await;
    let mila = living_in(gateway, "V-1", "0405");
    declare(&school, &agreement(gateway, &mila, "0405")).await;
    let request = send(&school, "/v1/requests", &asking(gateway, &mila, "0405")).await;
    let request = request.expect_status(StatusCode::CREATED).text("/id");
    answer(&organisation, &request, "ja").await.expect_status(StatusCode::OK);

    let moved = but(&mila, &json!({ "verblijf": "0448" }));
    let document = document_for(gateway, &moved, &request);
    // Not to the college of the new residence, which was not asked, though the same organisation acts for it.
    let refused = send(&school, "/v1/packets", &to_college(document.clone(), "0448")).await;
    refused.expect_problem(403, "overgangsdocument.verzoek-onbekend");
    let handed = send(&school, "/v1/packets", &to_college(document, "0405")).await;
    let handed = handed.expect_status(StatusCode::CREATED).json();
    assert_eq!(handed["recipients"][0]["municipality"], "0405");
    collect(&organisation, handed["id"].as_str().unwrap()).await.expect_status(StatusCode::OK);
}

/// Who acts for the college that continued may change between its yes and the document: the duty is towards that college.
#[tokio::test(flavor = "multi_thread")]
async fn the_document_goes_to_the_college_that_continued_whoever_acts_for_it_by_then() {
    Box::pin(on_each_backend(after_a_change_of_who_acts)).await;
}

async fn after_a_change_of_who_acts(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let former = organisation(gateway).await;
    let other = acting(gateway, "00000099000004060000", &[("0420", Ground::Own)]).await;
    let mila = living_in(gateway, "W-1", "0405");
    declare(&school, &agreement(gateway, &mila, "0405")).await;
    let request = send(&school, "/v1/requests", &asking(gateway, &mila, "0405")).await;
    let request = request.expect_status(StatusCode::CREATED).text("/id");
    answer(&former, &request, "ja").await.expect_status(StatusCode::OK);
    let document = document_for(gateway, &mila, &request);

    let exchange = &gateway.running.exchange;
    exchange.end_municipality(former.party, "0405".parse().unwrap(), gateway.clock.now()).await.unwrap();
    let unheard = send(&school, "/v1/packets", &to_college(document.clone(), "0405")).await;
    unheard.expect_problem(400, "unknown-recipient");
    let next =
        acting(gateway, "00000099000004070000", &[("0405", Ground::Delegatie), ("0441", Ground::Own)]).await;
    // Another college was not asked, though who acts for it acts for the one that was.
    for elsewhere in ["0420", "0441", "1598"] {
        let refused = send(&school, "/v1/packets", &to_college(document.clone(), elsewhere)).await;
        refused.expect_problem(403, "overgangsdocument.verzoek-onbekend");
    }
    let handed = send(&school, "/v1/packets", &to_college(document, "0405")).await;
    let handed = handed.expect_status(StatusCode::CREATED).text("/id");
    for nobodys in [&former, &other] {
        collect(nobodys, &handed).await.expect_status(StatusCode::NOT_FOUND);
    }
    collect(&next, &handed).await.expect_status(StatusCode::OK);
    // What the person withdraws, ends it towards who acts for the college now.
    let again =
        send(&school, "/v1/packets", &to_college(document_for(gateway, &mila, &request), "0405")).await;
    let again = again.expect_status(StatusCode::CREATED).text("/id");
    let given = school.get("/v1/declarations").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    withdraw(&school, &given, "persoon").await.expect_status(StatusCode::OK);
    collect(&next, &again).await.expect_status(StatusCode::GONE);
}

/// An organisation in the place of another, from now on, for the same college.
async fn takes_over(gateway: &Gateway, former: &Actor, oin: &str, place: (&str, Ground)) -> Actor {
    let exchange = &gateway.running.exchange;
    let now = gateway.clock.now();
    exchange.end_municipality(former.party, place.0.parse().unwrap(), now).await.unwrap();
    acting(gateway, oin, &[place]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_declared_towards_a_college_stands_whoever_acts_for_it() {
    Box::pin(on_each_backend(declared_towards_a_college)).await;
}

async fn declared_towards_a_college(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let former = organisation(gateway).await;
    let said = |person: &Value, kind: &str| {
        let mut wish = agreement(gateway, person, "0405");
        wish["kind"] = json!(kind);
        if kind != "instemming" {
            wish.as_object_mut().unwrap().remove("until");
        }
        wish
    };
    let [agreed, objected, restricted] = ["C-1", "C-2", "C-3"].map(|name| living_in(gateway, name, "0405"));
    for person in [&agreed, &objected, &restricted] {
        declare(&school, &said(person, "instemming")).await;
    }
    declare(&school, &said(&objected, "bezwaar")).await;
    declare(&school, &said(&restricted, "beperking")).await;
    let ask = async |person: &Value| send(&school, "/v1/requests", &asking(gateway, person, "0405")).await;
    let before = [ask(&agreed).await.status, ask(&objected).await.status, ask(&restricted).await.status];
    assert_eq!(before, [StatusCode::CREATED, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN]);
    let next = takes_over(gateway, &former, "00000099000004070000", ("0405", Ground::Mandaat)).await;
    ask(&objected).await.expect_problem(403, "guards.bezwaar");
    ask(&restricted).await.expect_problem(403, "guards.beperking");
    let asked = ask(&agreed).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&next, &asked).await.expect_status(StatusCode::OK);
    // Nor does it reach another college of the one that follows.
    let exchange = &gateway.running.exchange;
    let elsewhere = MunicipalityOf {
        municipality: "0441".parse().unwrap(),
        ground: Ground::Mandaat,
        decision: Some("besluit 2026-2".to_owned()),
        from: gateway.clock.now(),
        until: None,
    };
    exchange.add_municipality(next.party, elsewhere).await.unwrap();
    let moved = but(&agreed, &json!({ "verblijf": "0441" }));
    let refused = send(&school, "/v1/requests", &asking(gateway, &moved, "0441")).await;
    refused.expect_problem(403, NOT_AGREED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declared_while_nobody_acts_for_a_college_stands_towards_who_comes_to_act_for_it() {
    Box::pin(on_each_backend(declared_towards_nobody)).await;
}

async fn declared_towards_nobody(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let former = organisation(gateway).await;
    let exchange = &gateway.running.exchange;
    exchange.end_municipality(former.party, "0405".parse().unwrap(), gateway.clock.now()).await.unwrap();
    let [agreed, objected] = ["G-1", "G-2"].map(|name| living_in(gateway, name, "0405"));
    for (person, kind) in [(&agreed, "instemming"), (&objected, "instemming"), (&objected, "bezwaar")] {
        let mut wish = agreement(gateway, person, "0405");
        wish["kind"] = json!(kind);
        let said = school.post("/v1/declarations", &wish).await;
        said.expect_status(StatusCode::CREATED);
        assert_eq!(said.text("/notes/0/code"), "nobody-acts", "{kind}");
        let read = school.get(&format!("/v1/declarations/{}", said.text("/id"))).await.json();
        assert_eq!(read["towards"], json!({ "role": "werk-en-inkomen", "municipality": "0405" }));
    }
    // Both are told of what stops nothing.
    let mut stops = agreement(gateway, &objected, "0405");
    stops["kind"] = json!("bezwaar");
    stops["dataset"] = json!("verwijderingsmelding");
    stops["towards"]["role"] = json!("doorstroompunt");
    let notes = school.post("/v1/declarations", &stops).await.expect_status(StatusCode::CREATED).json();
    let codes = notes["notes"].as_array().unwrap().iter().map(|note| note["code"].as_str().unwrap());
    assert_eq!(codes.collect::<Vec<_>>(), ["stops-nothing", "nobody-acts"]);
    // Of no college is nobody in charge.
    let mut nowhere = agreement(gateway, &agreed, "0405");
    nowhere["towards"]["municipality"] = json!("0001");
    let nowhere = school.post("/v1/declarations", &nowhere).await;
    nowhere.expect_problem(400, "unknown-recipient");

    let next = acting(gateway, "00000099000004070000", &[("0405", Ground::Mandaat)]).await;
    let ask = async |person: &Value| send(&school, "/v1/requests", &asking(gateway, person, "0405")).await;
    ask(&objected).await.expect_problem(403, "guards.bezwaar");
    let asked = ask(&agreed).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&next, &asked).await.expect_status(StatusCode::OK);
    // What the person takes back ends what rested on it.
    let given = items(&school, "/v1/declarations").await.remove(0)["id"].as_str().unwrap().to_owned();
    withdraw(&school, &given, "persoon").await.expect_status(StatusCode::OK);
    collect(&next, &asked).await.expect_status(StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_agreed_with_a_college_carries_nothing_to_who_acts_for_it_no_more() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let former = organisation(&gateway).await;
    let person = but(&living_in(&gateway, "E-1", "0405"), &json!({ "ingeschreven": false }));
    let mut wish = agreement(&gateway, &person, "0405");
    wish["kind"] = json!("toestemming");
    wish["dataset"] = json!("uitstroomprofiel");
    wish["purpose"] = json!(GUIDANCE);
    wish["explicit"] = json!(true);
    declare(&school, &wish).await;
    let next = takes_over(&gateway, &former, "00000099000004070000", ("0405", Ground::Delegatie)).await;
    let mut profile = submission(&gateway, "uitstroomprofiel", GUIDANCE, &person, Role::WerkEnInkomen);
    profile["content"].as_object_mut().unwrap().remove("leerplicht");
    let sent = send(&school, "/v1/packets", &to_college(profile, "0405")).await;
    let sent = sent.expect_status(StatusCode::CREATED).text("/id");
    gateway.pass(1.hour());
    let exchange = &gateway.running.exchange;
    exchange.end_municipality(next.party, "0405".parse().unwrap(), gateway.clock.now()).await.unwrap();
    collect(&next, &sent).await.expect_status(StatusCode::FORBIDDEN);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_a_party_that_stopped_to_act_for_the_college_is_told_to_ask_again() {
    Box::pin(on_each_backend(asked_before_a_change)).await;
}

async fn asked_before_a_change(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let former = organisation(gateway).await;
    let mut asked = Vec::new();
    for (name, collects, answers) in [("D-1", false, false), ("D-2", true, false), ("D-3", false, true)] {
        let person = living_in(gateway, name, "0405");
        declare(&school, &agreement(gateway, &person, "0405")).await;
        let request = send(&school, "/v1/requests", &asking(gateway, &person, "0405")).await;
        let request = request.expect_status(StatusCode::CREATED).text("/id");
        if collects {
            collect(&former, &request).await.expect_status(StatusCode::OK);
        }
        if answers {
            answer(&former, &request, "ja").await.expect_status(StatusCode::OK);
        }
        asked.push((person, request, answers));
    }
    gateway.pass(1.hour());
    let next = takes_over(gateway, &former, "00000099000004070000", ("0405", Ground::Delegatie)).await;
    gateway
        .running
        .exchange
        .tell_undelivered(jiff::Timestamp::UNIX_EPOCH, gateway.clock.now())
        .await
        .unwrap();
    let notices = items(&school, "/v1/notices").await;
    for (person, request, answered) in &asked {
        let told = notices.iter().filter(|one| one["packet"] == json!(request)).count();
        assert_eq!(told, usize::from(!answered), "{notices:?}");
        for reader in [&school, &former] {
            let stands = reader.get(&format!("/v1/requests/{request}")).await.json();
            assert_eq!(stands["recipients"][0]["state"], "withheld", "{stands}");
        }
        let document = to_college(document_for(gateway, person, request), "0405");
        let sent = send(&school, "/v1/packets", &document).await;
        if *answered {
            let sent = sent.expect_status(StatusCode::CREATED).text("/id");
            collect(&next, &sent).await.expect_status(StatusCode::OK);
        } else {
            sent.expect_problem(403, "overgangsdocument.verzoek-beeindigd");
            answer(&former, request, "ja").await.expect_status(StatusCode::FORBIDDEN);
            let again = send(&school, "/v1/requests", &asking(gateway, person, "0405")).await;
            let again = again.expect_status(StatusCode::CREATED).text("/id");
            answer(&next, &again, "ja").await.expect_status(StatusCode::OK);
        }
    }
    // Who may read it no more hears what the sender can do, and that it is for the sender.
    let refused = collect(&former, &asked[0].1).await;
    refused.expect_problem(403, ELSEWHERE);
    assert!(refused.text("/errors/0/now/en").starts_with("For the sender: "), "{}", refused.json());
}
