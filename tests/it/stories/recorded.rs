//! Taking back is as easy as giving (AVG 7(3)): a party finds what it recorded, and a lost answer makes no second one.

use http::{Method, StatusCode};
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::{
    accesslog::entry::PartName,
    domain::{
        clock::{Clock as _, amsterdam_date},
        party::Role,
    },
};

use super::evidence::own_entries;
use super::steps::{ask, but, declare, withdraw};
use crate::support::{Actor, Answer, Gateway, declaration, left_school, on_each_backend};

/// Toby's consent to a dataset of a role.
fn consent(gateway: &Gateway, person: &Value, to: Role) -> Value {
    declaration("toestemming", "uitstroomprofiel", person, "persoon", to, gateway.clock.now())
}

async fn under_key(actor: &Actor, key: &str, wish: &Value) -> Answer {
    let body = wish.to_string().into_bytes();
    actor.call(Method::POST, "/v1/declarations", &[("idempotency-key", key)], Some(body)).await
}

fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Nobody agreed in 2018 to what the acts know of since 2026, nor consented under the AVG before it applied.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_the_act_that_it_rests_on_is_asked_again() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let now = gateway.clock.now();
    let toby = left_school("L-2031", 30, now);
    for (kind, dataset, late, early) in [
        ("instemming", "verzoek-voortzetting", "2026-01-01", "2025-12-31"),
        ("toestemming", "uitstroomprofiel", "2018-05-25", "2018-05-24"),
    ] {
        let mut wish = declaration(kind, dataset, &toby, "persoon", Role::WerkEnInkomen, now);
        wish["givenAt"] = json!(early);
        let refused = school.post("/v1/declarations", &wish).await;
        refused.expect_problem(400, "before-the-act");
        wish["givenAt"] = json!(late);
        school.post("/v1/declarations", &wish).await.expect_status(StatusCode::CREATED);
    }
    // What is no ground for a transfer has no such day, and nothing holds for ever.
    let mut objection =
        declaration("bezwaar", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, now);
    objection["givenAt"] = json!("2025-12-31");
    school.post("/v1/declarations", &objection).await.expect_status(StatusCode::CREATED);
    let mut endless = consent(&gateway, &toby, Role::WerkEnInkomen);
    endless["givenAt"] = json!("2026-09-01");
    for (until, fine) in [("9999-12-31", false), ("2036-09-02", false), ("2036-09-01", true)] {
        endless["until"] = json!(until);
        let answer = school.post("/v1/declarations", &endless).await;
        if fine {
            answer.expect_status(StatusCode::CREATED);
        } else {
            answer.expect_problem(400, "too-far");
        }
    }
    gateway.stop().await;
}

/// What holds until a day has ended on it: read back it says so, and what has ended already is not recorded.
#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_ends_by_its_own_term() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let now = gateway.clock.now();
    let toby = left_school("L-2031", 30, now);
    let today = amsterdam_date(now);
    let given = (today - 10.days()).to_string();
    let mut wish = consent(&gateway, &toby, Role::WerkEnInkomen);
    let agreed =
        declaration("instemming", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, now);
    for mut over in [wish.clone(), agreed] {
        over["givenAt"] = json!(given);
        for until in [today, today.yesterday().unwrap()] {
            over["until"] = json!(until.to_string());
            school.post("/v1/declarations", &over).await.expect_problem(400, "already-over");
        }
    }
    wish["givenAt"] = json!(given);
    wish["until"] = json!(today.tomorrow().unwrap().to_string());
    let id = declare(&school, &wish).await;
    let states = async || {
        let whose = json!({ "reference": toby["reference"] });
        let found = school.post("/v1/declarations/searches", &whose).await.json();
        let listed = school.get("/v1/declarations").await.json();
        let read = school.get(&format!("/v1/declarations/{id}")).await.json();
        [&found["items"][0], &listed["items"][0], &read].map(|one| one["state"].clone())
    };
    assert_eq!(states().await, ["given", "given", "given"]);
    gateway.pass(2.days());
    assert_eq!(states().await, ["ended", "ended", "ended"]);
    gateway.stop().await;
}

/// A declaration on which nothing can rest is not kept of a person for nothing: the answer says what to record instead.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_carry_nothing_is_not_recorded_and_what_stops_nothing_says_so() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let special = gateway.party(Role::VsoSchool).await;
    let mbo = gateway.party(Role::MboSchool).await;
    let now = gateway.clock.now();
    let adult = left_school("L-2031", 30, now);
    let minor = but(&adult, &json!({ "birthDate": "2010-06-01" }));
    let (work, point) = (Role::WerkEnInkomen, Role::Doorstroompunt);
    let request = "verzoek-voortzetting";
    for (by, kind, dataset, capacity, to, pointer, instead) in [
        (&school, "toestemming", request, "persoon", work, "/kind", "Vraag om instemming"),
        (&school, "instemming", "uitstroomprofiel", "persoon", work, "/kind", "Vraag om toestemming"),
        (
            &school,
            "instemming",
            "overgangsdocument",
            "persoon",
            work,
            "/kind",
            "vast voor `verzoek-voortzetting`: het antwoord",
        ),
        (&school, "toestemming", "overgangsdocument", "persoon", work, "/kind", "Vraag om instemming en leg"),
        (&special, "toestemming", "verwijderingsmelding", "persoon", point, "/kind", "Leg niets vast"),
        (&school, "geen-bezwaar", request, "persoon", work, "/kind", "Vraag om instemming"),
        (&school, "instemming", request, "persoon", point, "/towards", "/v1/datasets"),
        (&school, "instemming", request, "verzorger", work, "/givenBy", "heeft: ouder, voogd"),
        (&mbo, "instemming", request, "curator", work, "/givenBy", "De jongere geeft haar zelf"),
        (&special, "instemming", request, "bewindvoerder", work, "/givenBy", "verzorger"),
    ] {
        let who = if ["verzorger", "bewindvoerder"].contains(&capacity) { &minor } else { &adult };
        let mut wish = declaration(kind, dataset, who, capacity, to, now);
        if kind == "toestemming" && dataset != "uitstroomprofiel" {
            wish["purpose"] =
                if to == point { json!("doorstroompunt-taak") } else { json!("voortzetting-ondersteuning") };
        }
        let refused = by.post("/v1/declarations", &wish).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wish}");
        refused.expect_problem(400, "carries-nothing");
        let fault = refused.json()["errors"][0].clone();
        assert_eq!(fault["pointer"], pointer, "{fault}");
        assert!(fault["now"]["nl"].as_str().unwrap().contains(instead), "{fault}");
        assert!(!fault["citations"].as_array().unwrap().is_empty(), "{fault}");
    }
    // By age it is the rules of who may declare that say no.
    let grown = declaration("instemming", request, &adult, "ouder", work, now);
    school.post("/v1/declarations", &grown).await.expect_problem(403, "routes.instemming-volwassene");
    let young = declaration("instemming", request, &minor, "ouder", work, now);
    school.post("/v1/declarations", &young).await.expect_status(StatusCode::CREATED);

    // An objection is the controller's to answer, also where it stops nothing.
    let against = |kind, dataset, to| declaration(kind, dataset, &adult, "persoon", to, now);
    for (wish, by, says) in [
        (against("bezwaar", "verwijderingsmelding", point), &special, Some("De wet verplicht")),
        (against("beperking", "uitstroomprofiel", work), &school, Some("rust op toestemming")),
        (against("bezwaar", request, point), &school, Some("op geen enkele grondslag")),
        (against("bezwaar", "uitstroomprofiel", work), &school, None),
        (against("bezwaar", request, work), &school, None),
    ] {
        let recorded = by.post("/v1/declarations", &wish).await;
        recorded.expect_status(StatusCode::CREATED);
        let note = &recorded.json()["notes"][0];
        match says {
            Some(says) => {
                assert_eq!(note["code"], "stops-nothing", "{note}");
                assert!(note["nl"].as_str().unwrap().contains(says), "{note}");
            }
            None => assert!(note.is_null(), "{note}"),
        }
    }
    // Towards everyone: every transfer that it could be about is cited, and the copy for the person is none.
    let mut wide = against("bezwaar", "verwijderingsmelding", point);
    wide.as_object_mut().unwrap().remove("towards");
    let recorded = school.post("/v1/declarations", &wide).await;
    let cited = recorded.json()["notes"][0]["provisions"].clone();
    assert!(cited.as_array().unwrap().contains(&json!("wvo2020:8.21:1")), "{cited}");
    gateway.stop().await;
}

/// Who may agree hangs on the age: of a date of birth that is not known in full the recorder hears that it is not certain.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_carry_nothing_since_the_age_is_not_known_is_told_as_that() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let now = gateway.clock.now();
    let toby = left_school("L-2031", 30, now);
    let work = Role::WerkEnInkomen;
    for (born, by, given, doubted) in [
        ("2008-00-00", "persoon", "2026-05-20", true),
        ("0000-00-00", "persoon", "2026-05-20", true),
        ("0000-00-00", "ouder", "2026-05-20", true),
        ("2007-00-00", "persoon", "2026-05-20", false),
        ("2009-00-00", "ouder", "2026-05-20", false),
        ("2008-05-17", "persoon", "2026-05-20", false),
    ] {
        let who = but(&toby, &json!({ "birthDate": born }));
        let mut wish = declaration("instemming", "verzoek-voortzetting", &who, by, work, now);
        wish["givenAt"] = json!(given);
        for _ in 0..2 {
            let recorded = under_key(&school, &format!("een-sleutel-van-{born}-{by}"), &wish).await;
            recorded.expect_status(StatusCode::CREATED);
            let note = &recorded.json()["notes"][0];
            assert_eq!(note["code"] == "age-unknown", doubted, "{born} {by}: {note}");
            assert!(!doubted || note["pointer"] == "/person/birthDate");
        }
    }
    // It is what the transfer says of it too; and who objects is heard at any age.
    let who = but(&toby, &json!({ "birthDate": "2008-00-00" }));
    let objection = declaration("bezwaar", "uitstroomprofiel", &who, "persoon", work, now);
    let recorded = school.post("/v1/declarations", &objection).await;
    recorded.expect_status(StatusCode::CREATED);
    assert!(recorded.json()["notes"].is_null());
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_answer_finds_the_declaration_and_takes_it_back() {
    on_each_backend(async |gateway| {
        let school = gateway.party(Role::ProSchool).await;
        let other = gateway.party(Role::VsoSchool).await;
        let now = gateway.clock.now();
        let (toby, noor) = (left_school("L-2031", 18, now), left_school("L-2032", 18, now));
        let mut given = Vec::new();
        for (who, to) in
            [(&toby, Role::WerkEnInkomen), (&noor, Role::WerkEnInkomen), (&toby, Role::Doorstroompunt)]
        {
            given.push(declare(&school, &consent(gateway, who, to)).await);
        }

        let first = school.get("/v1/declarations?limit=2").await;
        assert_eq!(ids(&first), given[..2]);
        let next = first.json()["next"].as_u64().unwrap();
        assert_eq!(ids(&school.get(&format!("/v1/declarations?limit=2&after={next}")).await), given[2..]);

        let whose = json!({ "reference": toby["reference"] });
        let found = school.post("/v1/declarations/searches", &whose).await;
        assert_eq!(ids(&found), [given[0].clone(), given[2].clone()]);
        let items = found.json()["items"].clone();
        assert_eq!(items[0]["person"], items[1]["person"], "one person, by one random name");
        assert!(!items.to_string().contains("L-2031"), "by what the school calls the person is not kept");

        withdraw(&school, &given[2], "persoon").await.expect_status(StatusCode::OK);
        let states = school.get("/v1/declarations").await.json();
        let states: Vec<_> =
            states["items"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["given", "given", "withdrawn"]);

        // Nobody sees another's, by list or by search.
        assert!(ids(&other.get("/v1/declarations").await).is_empty());
        assert!(ids(&other.post("/v1/declarations/searches", &whose).await).is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_an_entry_and_a_list_is_none() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let toby = left_school("L-2031", 18, gateway.clock.now());
    declare(&school, &consent(&gateway, &toby, Role::WerkEnInkomen)).await;
    let entries =
        async || school.get("/v1/entries?limit=500").await.json()["items"].as_array().unwrap().len();
    let before = entries().await;
    school.get("/v1/declarations").await.expect_status(StatusCode::OK);
    assert_eq!(entries().await, before);
    let unknown = json!({ "reference": { "kind": "own", "value": "L-9999" } });
    assert!(ids(&school.post("/v1/declarations/searches", &unknown).await).is_empty());
    assert_eq!(entries().await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_record_once_and_give_the_same_answer() {
    on_each_backend(async |gateway| {
        let school = gateway.party(Role::ProSchool).await;
        let mbo = gateway.party(Role::MboSchool).await;
        let toby = left_school("L-2031", 18, gateway.clock.now());
        let wish = consent(gateway, &toby, Role::WerkEnInkomen);
        let key = "verklaring-van-toby-1";
        let (one, other) = tokio::join!(under_key(&school, key, &wish), under_key(&school, key, &wish));
        let told = one.expect_status(StatusCode::CREATED).json();
        assert_eq!(other.expect_status(StatusCode::CREATED).json(), told, "also when both come at once");
        withdraw(&school, told["id"].as_str().unwrap(), "persoon").await.expect_status(StatusCode::OK);
        let again = under_key(&school, key, &wish).await;
        assert_eq!(again.expect_status(StatusCode::CREATED).json(), told);
        assert_eq!(ids(&school.get("/v1/declarations").await).len(), 1);

        let elsewhere = consent(gateway, &toby, Role::Doorstroompunt);
        under_key(&school, key, &elsewhere).await.expect_problem(409, "idempotency-key-reused");
        school.push("/v1/packets", key, &json!({})).await.expect_status(StatusCode::BAD_REQUEST);
        under_key(&school, "te-kort", &wish).await.expect_problem(400, "wrong-length");
        // Another party's key is another key.
        under_key(&mbo, key, &wish).await.expect_status(StatusCode::CREATED);
        // Without a key each call is another declaration.
        assert_ne!(declare(&school, &wish).await, declare(&school, &wish).await);
    })
    .await;
}

/// What is refused about someone of whom nothing is kept makes nobody known: neither the entry nor the answer has a name for that
/// person, and the school's own reference stands nowhere. Who is known already is named, in the school's own part.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_makes_nobody_known() {
    on_each_backend(async |gateway| {
        let school = gateway.party(Role::ProSchool).await;
        let college = gateway.party(Role::WerkEnInkomen).await;
        let toby = left_school("L-2031", 18, gateway.clock.now());
        let named = async |actor: &Actor| {
            let entries = own_entries(gateway, actor).await;
            let parts = entries.last().map(|entry| entry.parts.clone()).unwrap_or_default();
            assert!(!format!("{parts:?}").contains("L-2031"));
            parts.into_iter().filter_map(|(name, part)| Some((name, part?.person?))).collect::<Vec<_>>()
        };
        for _ in 0..2 {
            let refused = ask(gateway, &school, &toby).await;
            refused.expect_problem(403, "verzoek-voortzetting.instemming-volwassene");
            assert!(!refused.json().to_string().contains("L-2031"));
            assert_eq!(named(&school).await, []);
            assert_eq!(named(&college).await, [], "nor does the college hear of it");
        }
        let found =
            school.post("/v1/declarations/searches", &json!({ "reference": toby["reference"] })).await;
        assert!(ids(&found).is_empty());

        declare(&school, &consent(gateway, &toby, Role::WerkEnInkomen)).await;
        let refused = ask(gateway, &school, &toby).await;
        refused.expect_problem(403, "verzoek-voortzetting.instemming-volwassene");
        let known = named(&school).await;
        assert_eq!(known.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [PartName::Sender]);
        assert_eq!(named(&college).await, []);
    })
    .await;
}
