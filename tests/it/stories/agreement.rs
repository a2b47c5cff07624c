//! Who agrees with the request to continue the support (routes R1 and R3): WVO 2020 2.31b:2, WEC 44a:2, WEB 9.2.13:2.

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::json;
use sluis::domain::{clock::Clock as _, party::Role};

use super::steps::{
    agree, answer, ask, asked_and_answered, born, but, cannot_agree, collect, hand_over, items, provisions,
    request_for, send, withdraw,
};
use crate::support::{Gateway, declaration};

const ADULT: &str = "verzoek-voortzetting.instemming-volwassene";
const MINOR: &str = "verzoek-voortzetting.instemming-minderjarig-pro";
const CURATELE: &str = "verzoek-voortzetting.instemming-curatele-pro";
const MISSING_MBO: &str = "verzoek-voortzetting.instemming-mbo";
const GROWN: (u16, &str) = (403, "routes.instemming-volwassene");
const IDLE: (u16, &str) = (400, "carries-nothing");

#[tokio::test(flavor = "multi_thread")]
async fn below_18_a_parent_agrees_and_the_pupil_cannot_do_it_alone() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;

    let noor = born(&gateway, "L-17", "2009-03-02");
    let (dataset, now) = ("verzoek-voortzetting", gateway.clock.now());
    let own = declaration("instemming", dataset, &noor, "persoon", Role::WerkEnInkomen, now);
    school.post("/v1/declarations", &own).await.expect_problem(403, "routes.instemming-persoon");
    let refused = ask(&gateway, &school, &noor).await;
    refused.expect_problem(403, MINOR);
    assert_eq!(refused.codes().len(), 1, "only what is missing for Noor is said");
    let said = refused.json()["errors"][0]["nl"].as_str().unwrap().to_owned();
    assert!(
        said.starts_with("De jongere is 17 jaar: een ouder met gezag stemt in")
            && said.contains("een ouder met gezag"),
        "{said}"
    );
    assert_eq!(provisions(&refused, MINOR), ["wvo2020:2.31b:2", "wvo2020:1.1"]);
    // Nor does a mentor or a curator: a measure that was ordered before works from 18.
    for by in ["mentor", "curator"] {
        let wish = declaration("instemming", dataset, &noor, by, Role::WerkEnInkomen, now);
        let refused = school.post("/v1/declarations", &wish).await;
        refused.expect_problem(403, "routes.maatregel-minderjarig");
        let said = refused.json()["errors"][0]["nl"].as_str().unwrap().to_owned();
        assert!(said.contains("werken pas vanaf 18 jaar"), "{said}");
    }
    agree(&gateway, &school, &noor, "ouder").await;
    ask(&gateway, &school, &noor).await.expect_status(StatusCode::CREATED);

    for (reference, by) in [("L-18", "voogd"), ("L-19", "verzorger-met-gezag")] {
        let pupil = born(&gateway, reference, "2009-03-02");
        agree(&gateway, &school, &pupil, by).await;
        ask(&gateway, &school, &pupil).await.expect_status(StatusCode::CREATED);
    }

    // Parents are those with authority to the WVO 2020 (1.1), and to the WEC (1) those without it too.
    let vso = gateway.party(Role::VsoSchool).await;
    for (reference, by) in [("L-28", "verzorger"), ("L-29", "ouder-zonder-gezag")] {
        let pupil = born(&gateway, reference, "2009-03-02");
        cannot_agree(&gateway, &school, &pupil, by, IDLE).await;
        ask(&gateway, &school, &pupil).await.expect_problem(403, MINOR);
        agree(&gateway, &vso, &pupil, by).await;
        ask(&gateway, &vso, &pupil).await.expect_status(StatusCode::CREATED);
    }

    // Who is told to be able is able at this age.
    let pupil = born(&gateway, "L-30", "2009-03-02");
    let wish = declaration("instemming", dataset, &pupil, "verzorger", Role::WerkEnInkomen, now);
    let refused = school.post("/v1/declarations", &wish).await;
    refused.expect_problem(IDLE.0, IDLE.1);
    let advice = refused.json()["errors"][0]["now"]["nl"].as_str().unwrap().to_owned();
    assert!(advice.ends_with("gezag heeft: ouder, voogd, verzorger-met-gezag."), "{advice}");

    // What was said about one pupil says nothing about another.
    let other = born(&gateway, "L-20", "2009-03-02");
    ask(&gateway, &school, &other).await.expect_problem(403, MINOR);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_18_the_young_person_agrees_and_a_parent_cannot() {
    let gateway = Gateway::start().await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    for role in [Role::ProSchool, Role::VsoSchool] {
        let school = gateway.party(role).await;
        let toby = born(&gateway, "L-2031", "2007-11-03");
        cannot_agree(&gateway, &school, &toby, "ouder", GROWN).await;
        ask(&gateway, &school, &toby).await.expect_problem(403, ADULT);
        agree(&gateway, &school, &toby, "persoon").await;
        ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED);
    }
    gateway.stop().await;
}

/// Only curatele takes away the ability to act at law: a mentor or an administrator never agrees in an adult's place.
#[tokio::test(flavor = "multi_thread")]
async fn a_competent_adult_is_never_overruled_by_a_representative() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    for (reference, measure, representative) in
        [("L-31", "mentorschap", "mentor"), ("L-32", "bewind", "bewindvoerder")]
    {
        let incompetent = measure == "mentorschap";
        let facts = json!({ "maatregel": [measure], "onbevoegdVoorDeze": incompetent });
        let sam = but(&born(&gateway, reference, "2005-05-05"), &facts);
        cannot_agree(&gateway, &school, &sam, "ouder", GROWN).await;
        cannot_agree(&gateway, &school, &sam, representative, GROWN).await;
        ask(&gateway, &school, &sam).await.expect_problem(403, ADULT);
        agree(&gateway, &school, &sam, "persoon").await;
        let request = asked_and_answered(&gateway, &school, &college, &sam).await;
        hand_over(&gateway, &school, &sam, &request).await.expect_status(StatusCode::CREATED);
    }
    gateway.stop().await;
}

/// PrO: nobody has authority over an adult, so the curator alone. VSO: a parent, guardian, carer or the curator. The mbo
/// graduate agrees in person (our reading, question e).
#[tokio::test(flavor = "multi_thread")]
async fn under_curatele_one_of_those_whom_the_act_names_agrees() {
    let gateway = Gateway::start().await;
    let pro = gateway.party(Role::ProSchool).await;
    let vso = gateway.party(Role::VsoSchool).await;
    let mbo = gateway.party(Role::MboSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let ward = json!({ "handelingsbekwaam": false, "maatregel": ["curatele"] });
    let sam = but(&born(&gateway, "L-21", "2005-05-05"), &ward);

    for nobody in ["persoon", "ouder", "bewindvoerder", "mentor"] {
        cannot_agree(&gateway, &pro, &sam, nobody, (403, "routes.instemming-curatele-pro")).await;
        ask(&gateway, &pro, &sam).await.expect_problem(403, CURATELE);
    }
    agree(&gateway, &pro, &sam, "curator").await;
    let request = asked_and_answered(&gateway, &pro, &college, &sam).await;
    let packet = hand_over(&gateway, &pro, &sam, &request).await;
    college.pull(&packet.expect_status(StatusCode::CREATED).text("/id")).await;

    cannot_agree(&gateway, &vso, &sam, "bewindvoerder", IDLE).await;
    cannot_agree(&gateway, &vso, &sam, "persoon", (403, "routes.instemming-curatele-vso")).await;
    let refused = ask(&gateway, &vso, &sam).await;
    refused.expect_problem(403, "verzoek-voortzetting.instemming-curatele-vso");
    agree(&gateway, &vso, &sam, "ouder").await;
    let request = asked_and_answered(&gateway, &vso, &college, &sam).await;
    hand_over(&gateway, &vso, &sam, &request).await.expect_status(StatusCode::CREATED);

    let graduate = but(&sam, &json!({ "gediplomeerd": true, "gediplomeerdOp": "2026-07-10" }));
    cannot_agree(&gateway, &mbo, &graduate, "curator", IDLE).await;
    ask(&gateway, &mbo, &graduate).await.expect_problem(403, MISSING_MBO);
    agree(&gateway, &mbo, &graduate, "persoon").await;
    ask(&gateway, &mbo, &graduate).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// What is said of a measure must hang together: bewind concerns property and makes nobody incompetent here.
#[tokio::test(flavor = "multi_thread")]
async fn a_measure_that_contradicts_itself_is_a_fault_of_the_input() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let person = born(&gateway, "L-33", "2005-05-05");
    for (facts, code, pointer) in [
        (
            json!({ "maatregel": ["bewind"], "onbevoegdVoorDeze": true }),
            "incompetent-by-no-measure",
            "/person/onbevoegdVoorDeze",
        ),
        (json!({ "onbevoegdVoorDeze": true }), "incompetent-by-no-measure", "/person/onbevoegdVoorDeze"),
        (
            json!({ "maatregel": ["curatele"], "handelingsbekwaam": true }),
            "able-under-curatele",
            "/person/handelingsbekwaam",
        ),
    ] {
        let wrong = but(&person, &facts);
        let asked = ask(&gateway, &school, &wrong).await;
        assert_eq!(asked.expect_problem(400, code).json()["errors"][0]["pointer"], pointer);
        let mut wish = declaration(
            "instemming",
            "verzoek-voortzetting",
            &person,
            "persoon",
            Role::WerkEnInkomen,
            gateway.clock.now(),
        );
        for (name, value) in facts.as_object().unwrap() {
            wish["person"][name] = value.clone();
        }
        let declared = school.post("/v1/declarations", &wish).await;
        assert_eq!(declared.expect_problem(400, code).json()["errors"][0]["pointer"], pointer);
    }
    gateway.stop().await;
}

/// The instemming belongs to the request: a parent's carries it past the birthday, and a new request needs the person's.
#[tokio::test(flavor = "multi_thread")]
async fn a_parents_agreement_carries_the_request_past_the_eighteenth_birthday() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let lot = born(&gateway, "L-22", "2008-09-16");

    let given = agree(&gateway, &school, &lot, "ouder").await;
    let request = ask(&gateway, &school, &lot).await.expect_status(StatusCode::CREATED).text("/id");

    gateway.pass(2.days());
    assert_eq!(college.pull(&request).await["persoon"]["voornamen"], "Toby", "the request is pulled at 18");
    answer(&college, &request, "ja").await.expect_status(StatusCode::OK);
    let packet = hand_over(&gateway, &school, &lot, &request).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");

    let again = ask(&gateway, &school, &lot).await;
    again.expect_problem(403, ADULT);

    // At 18 the young person may withdraw what the parent gave. A third cannot.
    withdraw(&school, &given, "mentor").await.expect_problem(403, "routes.intrekken-instemming");
    let taken = withdraw(&school, &given, "persoon").await;
    let stopped = taken.expect_status(StatusCode::OK).json()["stopped"].as_array().unwrap().len();
    assert_eq!(stopped, 1, "the document that rests on the request is stopped");
    collect(&college, &packet).await.expect_problem(410, "withdrawn");
    hand_over(&gateway, &school, &lot, &request)
        .await
        .expect_problem(403, "overgangsdocument.instemming-intussen-volwassen");
    assert_eq!(
        items(&college, "/v1/notices").await.len(),
        1,
        "the college collected the request, and is told"
    );
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_17_the_pupil_cannot_withdraw_what_the_parent_agreed_to() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let lot = born(&gateway, "L-23", "2008-09-16");
    let given = agree(&gateway, &school, &lot, "ouder").await;
    let request = ask(&gateway, &school, &lot).await.expect_status(StatusCode::CREATED).text("/id");
    let refused = withdraw(&school, &given, "persoon").await;
    refused.expect_problem(403, "routes.intrekken-instemming-minderjarig");
    withdraw(&school, &given, "ouder").await.expect_status(StatusCode::OK);
    collect(&college, &request).await.expect_problem(410, "withdrawn");
    gateway.stop().await;
}

/// Of an incomplete date of birth every age counts: who may be 17 and 18 needs both agreements.
#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_date_of_birth_asks_for_both() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    for (reference, birth_date) in [("L-24", "2008-09-00"), ("L-25", "2008-00-00")] {
        let pupil = born(&gateway, reference, birth_date);
        agree(&gateway, &school, &pupil, "persoon").await;
        ask(&gateway, &school, &pupil).await.expect_problem(403, MINOR);
        agree(&gateway, &school, &pupil, "ouder").await;
        ask(&gateway, &school, &pupil).await.expect_status(StatusCode::CREATED);
    }
    // Born in October at the latest known: certainly 17.
    let pupil = born(&gateway, "L-26", "2008-10-00");
    agree(&gateway, &school, &pupil, "ouder").await;
    ask(&gateway, &school, &pupil).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_mbo_the_graduate_agrees_at_any_age() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::MboSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let graduate = json!({ "gediplomeerd": true, "gediplomeerdOp": "2026-07-10" });
    for (reference, birth_date) in [("M-17", "2009-02-01"), ("M-20", "2006-02-01")] {
        let ana = but(&born(&gateway, reference, birth_date), &graduate);
        cannot_agree(&gateway, &school, &ana, "ouder", IDLE).await;
        let refused = ask(&gateway, &school, &ana).await;
        refused.expect_problem(403, MISSING_MBO);
        assert_eq!(provisions(&refused, MISSING_MBO), ["web:9.2.13:2"]);
        agree(&gateway, &school, &ana, "persoon").await;
        let request = asked_and_answered(&gateway, &school, &college, &ana).await;
        hand_over(&gateway, &school, &ana, &request).await.expect_status(StatusCode::CREATED);
    }
    // Who left without a diploma is not a graduate, whoever agrees.
    let dropout = born(&gateway, "M-21", "2006-02-01");
    agree(&gateway, &school, &dropout, "persoon").await;
    ask(&gateway, &school, &dropout).await.expect_problem(403, "verzoek-voortzetting.diploma-doorstroompunt");
    gateway.stop().await;
}

/// The age that is judged is the age that the college reads.
/// A request about one person carries no document about another who bears the same number; a date of birth that became
/// more complete is the same person's.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_carries_nothing_about_who_was_born_on_another_day() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let pupil = born(&gateway, "L-28", "2007-05-00");
    agree(&gateway, &school, &pupil, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &pupil).await;
    let other = but(&pupil, &json!({ "birthDate": "2007-06-05" }));
    let refused = hand_over(&gateway, &school, &other, &request).await;
    refused.expect_problem(403, "overgangsdocument.verzoek-onbekend");
    let known = but(&pupil, &json!({ "birthDate": "2007-05-05" }));
    hand_over(&gateway, &school, &known, &request).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_date_of_birth_that_is_judged_is_the_one_that_is_sealed() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let adult = born(&gateway, "L-27", "2008-09-01");
    agree(&gateway, &school, &adult, "persoon").await;
    let mut body = request_for(&gateway, &adult);
    body["content"]["persoon"]["geboortedatum"] = json!("2009-09-01");
    let refused = send(&school, "/v1/requests", &body).await;
    refused.expect_problem(400, "other-birth-date");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/content/persoon/geboortedatum");
    ask(&gateway, &school, &adult).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}
