//! The removal report: a legal duty, with the persoonsgebonden nummer, and the only flow that carries it
//! (WVO 2020 8.17 and 8.21, WEC 47a and 161).

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::domain::{
    clock::{Clock as _, amsterdam_date},
    party::Role,
};

use super::steps::{
    CONTINUING, DOORSTROOMPUNT, GUIDANCE, agree, ask, born, but, collect, declare, join, provisions,
    request_for, send,
};
use crate::support::{Actor, Answer, Gateway, declaration, submission};

const ATTENDANCE: &str = "verzuim-leerplicht";

/// From the test range of the BSN.
const PGN: &str = "999990019";

/// The closed lists of who may use the number for what.
const NUMBER_LISTS: [&str; 2] = ["wvo2020:8.17", "wvo2020:8.18"];

fn removed(gateway: &Gateway, birth_date: &str) -> Value {
    let decided = amsterdam_date(gateway.clock.now()).to_string();
    let removed = json!({ "reference": { "kind": "pgn", "value": PGN }, "verwijderdOp": decided, "verlatenOp": decided });
    but(&born(gateway, "unused", birth_date), &removed)
}

async fn report(gateway: &Gateway, school: &Actor, person: &Value) -> Answer {
    let body = submission(gateway, "verwijderingsmelding", DOORSTROOMPUNT, person, Role::Doorstroompunt);
    send(school, "/v1/packets", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pro_reports_below_27_and_vso_below_23() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let pro = gateway.party(Role::ProSchool).await;
    let vso = gateway.party(Role::VsoSchool).await;
    let mbo = gateway.party(Role::MboSchool).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;

    let packet = report(&gateway, &pro, &removed(&gateway, "1999-09-16")).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");
    let read = doorstroompunt.pull(&packet).await;
    assert_eq!(read["nummer"]["persoonsgebondenNummer"], PGN);
    let over = report(&gateway, &pro, &removed(&gateway, "1999-09-15")).await;
    over.expect_problem(403, "verwijderingsmelding.doelgroep");
    assert!(provisions(&over, "verwijderingsmelding.doelgroep").contains(&"wvo2020:8.21:1".to_owned()));

    // The WEC says 23 where the WEB says 27: its letter holds.
    report(&gateway, &vso, &removed(&gateway, "2003-09-16")).await.expect_status(StatusCode::CREATED);
    let over = report(&gateway, &vso, &removed(&gateway, "2003-09-15")).await;
    over.expect_problem(403, "verwijderingsmelding.leeftijd-vso");
    assert_eq!(provisions(&over, "verwijderingsmelding.leeftijd-vso"), ["wec:47a:1"]);
    assert_eq!(over.codes().len(), 1);
    // Three conditions together (47a:1): who is leerplichtig, or has a startkwalificatie, is not reported with the number.
    let child = json!({ "leerplichtig": true, "startkwalificatie": true });
    for (birth_date, leerplicht) in [
        ("2014-03-02", "verwijderingsmelding.leerplicht"),
        ("2012-03-02", "verwijderingsmelding.leerplicht"),
        ("2010-08-01", "verwijderingsmelding.leerplicht-schooljaar"),
    ] {
        let young = but(&removed(&gateway, birth_date), &child);
        for school in [&vso, &pro] {
            let refused = report(&gateway, school, &young).await;
            refused.expect_problem(403, leerplicht);
            refused.expect_problem(403, "verwijderingsmelding.startkwalificatie");
            let leerplicht = provisions(&refused, leerplicht);
            let own = if school.party.role == Role::VsoSchool { "wec:47a:1" } else { "wvo2020:8.21:1" };
            assert!(leerplicht.contains(&own.to_owned()) && leerplicht.contains(&"lpw:18:1".to_owned()));
        }
    }
    // A startkwalificatie ends the kwalificatieplicht (LPW 4b), and not the leerplicht.
    let seventeen = report(&gateway, &pro, &but(&removed(&gateway, "2009-03-02"), &child)).await;
    assert_eq!(seventeen.codes(), ["verwijderingsmelding.startkwalificatie"]);
    // The day of the decision counts: 17 then, or 22 then.
    let earlier = json!({ "verwijderdOp": "2026-09-14" });
    report(&gateway, &pro, &but(&removed(&gateway, "2008-09-15"), &earlier))
        .await
        .expect_problem(403, "verwijderingsmelding.kwalificatieplicht-onbekend");
    let late = but(&removed(&gateway, "2003-09-15"), &earlier);
    report(&gateway, &vso, &late).await.expect_status(StatusCode::CREATED);
    // In the school year of the 16th birthday a school's no is not believed, unless twelve school years are over.
    let sixteen = but(&removed(&gateway, "2010-08-02"), &json!({ "leerplichtig": false }));
    let refused = report(&gateway, &pro, &sixteen).await;
    refused.expect_problem(403, "verwijderingsmelding.leerplicht-schooljaar");
    let twelve = but(&sixteen, &json!({ "twaalfSchooljaren": true }));
    report(&gateway, &pro, &twelve).await.expect_status(StatusCode::CREATED);
    let qualified = but(&removed(&gateway, "2004-03-02"), &json!({ "startkwalificatie": true }));
    for school in [&vso, &pro] {
        report(&gateway, school, &qualified)
            .await
            .expect_problem(403, "verwijderingsmelding.startkwalificatie");
    }
    // What is not known is not said as if it were: who may be 23 by an incomplete date is told to complete it.
    let (school_age, too_old) =
        ("verwijderingsmelding.geboortedatum", "verwijderingsmelding.geboortedatum-leeftijd");
    for (school, birth_date, unknown) in [
        (&vso, "2003-09-00", vec![too_old]),
        (&pro, "1999-09-00", vec![too_old]),
        (&pro, "0000-00-00", vec![school_age, too_old]),
    ] {
        let unsure = report(&gateway, school, &removed(&gateway, birth_date)).await;
        assert_eq!(unsure.expect_problem(403, unknown[0]).codes(), unknown);
    }

    // The mbo's goes to Leerplicht, and says so; and Werk & Inkomen is not whom it is for.
    let refused = report(&gateway, &mbo, &removed(&gateway, "2006-02-11")).await;
    refused.expect_problem(403, "no-basis");
    assert_eq!(provisions(&refused, "no-basis"), ["lpw:18:1", "web:8.1.7d"]);
    assert!(refused.json()["errors"][0]["now"]["nl"].as_str().unwrap().contains("aan Leerplicht"));
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let person = removed(&gateway, "2006-02-11");
    let wrong = submission(&gateway, "verwijderingsmelding", DOORSTROOMPUNT, &person, Role::WerkEnInkomen);
    send(&pro, "/v1/packets", &wrong).await.expect_problem(403, "no-basis");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_was_removed_and_belongs_to_the_doorstroompunt_is_reported() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let sem = removed(&gateway, "2006-02-11");
    for (change, code) in [
        // Leaving is no removal.
        (json!({ "verwijderdOp": null, "gediplomeerd": true }), "verwijderingsmelding.verwijderd"),
        (json!({ "startkwalificatie": true }), "verwijderingsmelding.startkwalificatie"),
        (json!({ "birthDate": "2008-09-16" }), "verwijderingsmelding.kwalificatieplicht-onbekend"),
        (json!({ "verblijf": "0405" }), "guards.woonplaats"),
    ] {
        report(&gateway, &school, &but(&sem, &change)).await.expect_problem(403, code);
    }
    // At once, also while the deregistration is still to come (8.21 names 9.2.1 a and b, not c).
    let enrolled = but(&sem, &json!({ "ingeschreven": true, "verlatenOp": "2026-10-01" }));
    report(&gateway, &school, &enrolled).await.expect_status(StatusCode::CREATED);
    // 17 and, as the school says, no longer kwalificatieplichtig (LPW 4a).
    let certified = but(&sem, &json!({ "birthDate": "2008-09-16", "leerplichtig": false }));
    report(&gateway, &school, &certified).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// The head of every school and mbo institution reports the decision to remove to Leerplicht, beside the report to the
/// Doorstroompunt (LPW 18:1), with the number where possible; at any age by our reading (question ae).
#[tokio::test(flavor = "multi_thread")]
async fn every_school_reports_a_decision_to_remove_to_leerplicht() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let leerplicht = gateway.party(Role::Leerplicht).await;
    let now = gateway.clock.now();
    for role in [Role::ProSchool, Role::VsoSchool, Role::MboSchool] {
        let school = gateway.party(role).await;
        for birth_date in ["2012-03-02", "2009-03-02", "2004-03-02", "1998-03-02", "0000-00-00"] {
            let removed = but(&removed(&gateway, birth_date), &json!({ "ingeschreven": true }));
            let body = submission(&gateway, "verwijderingsmelding", ATTENDANCE, &removed, Role::Leerplicht);
            let packet = send(&school, "/v1/packets", &body).await;
            let read = leerplicht.pull(&packet.expect_status(StatusCode::CREATED).text("/id")).await;
            assert_eq!(read["nummer"]["persoonsgebondenNummer"], PGN);
            let tomorrow = amsterdam_date(now).saturating_add(1.day()).to_string();
            let early = but(&removed, &json!({ "verwijderdOp": tomorrow }));
            let body = submission(&gateway, "verwijderingsmelding", ATTENDANCE, &early, Role::Leerplicht);
            send(&school, "/v1/packets", &body).await.expect_problem(400, "future-day");
        }
    }
    gateway.stop().await;
}

/// On request of the college of residence the report of a VSO school goes to the contactgemeente of the region, which needs no
/// mandate for that, and to the college of residence no more (WEC 47a:2).
#[tokio::test(flavor = "multi_thread")]
async fn on_request_of_the_college_of_residence_a_vso_removal_goes_to_the_contactgemeente() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let vso = gateway.party(Role::VsoSchool).await;
    let pro = gateway.party(Role::ProSchool).await;
    let alkmaar = gateway.party(Role::Doorstroompunt).await;
    let _bergen = join(&gateway, "Bergen", "00000099000003730000", Role::Doorstroompunt, &["0373"]).await;
    let lives = json!({ "verblijf": "0373" });
    let of_bergen = but(&removed(&gateway, "2006-02-11"), &lives);
    let asked = but(&of_bergen, &json!({ "contactgemeenteGevraagdOp": "2026-09-01" }));
    let to = |person: &Value, municipality: &str| {
        let mut body =
            submission(&gateway, "verwijderingsmelding", DOORSTROOMPUNT, person, Role::Doorstroompunt);
        body["recipients"] = json!([{ "municipality": municipality, "role": "doorstroompunt" }]);
        body
    };

    let sent = send(&vso, "/v1/packets", &to(&asked, "0361")).await;
    let packet = sent.expect_status(StatusCode::CREATED).text("/id");
    assert_eq!(alkmaar.pull(&packet).await["nummer"]["persoonsgebondenNummer"], PGN);

    // Not asked: the contactgemeente is another college than that of residence.
    let refused = send(&vso, "/v1/packets", &to(&of_bergen, "0361")).await;
    refused.expect_problem(403, "verwijderingsmelding.verzoek-contactgemeente");
    assert_eq!(refused.codes().len(), 1);
    let cited = provisions(&refused, "verwijderingsmelding.verzoek-contactgemeente");
    assert_eq!(cited, ["wec:47a:1", "wec:47a:2"]);
    // Asked: the college of residence is no addressee any more, and the refusal says who is.
    let refused = send(&vso, "/v1/packets", &to(&asked, "0373")).await;
    refused.expect_problem(403, "verwijderingsmelding.naar-contactgemeente");
    let cited = provisions(&refused, "verwijderingsmelding.naar-contactgemeente");
    assert_eq!(cited, ["wec:47a:2", "wec:146", "web:9.2.4:2"]);
    let error = &refused.json()["errors"][0];
    assert!(error["now"]["nl"].as_str().unwrap().contains("de contactgemeente Alkmaar (0361)"), "{error}");
    assert_eq!(error["citations"][0], "art. 47a lid 2 WEC");
    // WVO 2020 8.21 names the college of residence and no other.
    let refused = send(&pro, "/v1/packets", &to(&asked, "0361")).await;
    refused.expect_problem(403, "guards.woonplaats");
    assert_eq!(provisions(&refused, "guards.woonplaats"), ["wvo2020:8.21:1"]);
    gateway.stop().await;
}

/// A day that cannot be is a fault of the form and not a matter of law: what is meant cannot be decided on.
#[tokio::test(flavor = "multi_thread")]
async fn an_impossible_day_of_a_removal_is_told_before_the_law_is_asked() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let vso = gateway.party(Role::VsoSchool).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let sem = removed(&gateway, "2006-02-11");
    for fact in ["verwijderdOp", "contactgemeenteGevraagdOp"] {
        for (day, code) in
            [("2026-09-16", "future-day"), ("2006-02-10", "before-birth"), ("1899-12-30", "implausible-day")]
        {
            let mut wrong = but(&sem, &json!({ fact: day }));
            wrong["contactgemeenteGevraagdOp"] =
                wrong.get("contactgemeenteGevraagdOp").cloned().unwrap_or(json!("2026-09-01"));
            let refused = report(&gateway, &vso, &wrong).await;
            refused.expect_problem(400, code);
            let pointers = refused.json()["errors"].as_array().unwrap().clone();
            let place = format!("/person/{fact}");
            assert!(pointers.iter().any(|error| error["pointer"] == place.as_str()), "{pointers:?}");
        }
    }
    for (facts, at, code) in [
        (json!({ "verwijderdOp": "2010-02-10" }), "/person/verwijderdOp", "before-school-age"),
        (
            json!({ "gediplomeerd": false, "gediplomeerdOp": "2026-07-01" }),
            "/person/gediplomeerdOp",
            "contradiction",
        ),
    ] {
        let refused = report(&gateway, &vso, &but(&sem, &facts)).await;
        refused.expect_problem(400, code);
        let errors = refused.json()["errors"].as_array().unwrap().clone();
        assert!(errors.iter().any(|error| error["pointer"] == at), "{errors:?}");
    }
    // The same day stands in the content: they agree, or both are named.
    let mut body = submission(&gateway, "verwijderingsmelding", DOORSTROOMPUNT, &sem, Role::Doorstroompunt);
    body["content"]["verwijdering"]["datum"] = json!("2026-09-14");
    let refused = send(&vso, "/v1/packets", &body).await;
    refused.expect_problem(400, "contradicts-fact");
    let errors = refused.json()["errors"].clone();
    let pointers: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/content/verwijdering/datum", "/person/verwijderdOp"]);
    assert!(errors[0]["nl"].as_str().unwrap_or_default().contains("/person/verwijderdOp"), "{errors}");
    gateway.stop().await;
}

/// Objection and restriction suspend what rests on a public task; they do not stop a legal duty (AVG 21; AVG 18 by our
/// reading, question r).
#[tokio::test(flavor = "multi_thread")]
async fn neither_an_objection_nor_a_restriction_stops_a_legal_duty() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let sem = removed(&gateway, "2006-02-11");
    let now = gateway.clock.now();
    let wish = |kind: &str| {
        let mut wish = declaration(kind, "verwijderingsmelding", &sem, "persoon", Role::Doorstroompunt, now);
        wish["purpose"] = json!(DOORSTROOMPUNT);
        wish
    };
    declare(&school, &wish("bezwaar")).await;
    let packet = report(&gateway, &school, &sem).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&doorstroompunt, &packet).await.expect_status(StatusCode::OK);

    declare(&school, &wish("beperking")).await;
    collect(&doorstroompunt, &packet).await.expect_status(StatusCode::OK);
    report(&gateway, &school, &sem).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// No closed list names the other flows: there the number is refused, wherever it stands.
#[tokio::test(flavor = "multi_thread")]
async fn the_number_travels_in_no_other_flow() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let by_number = but(&toby, &json!({ "reference": { "kind": "pgn", "value": PGN } }));

    let refused = ask(&gateway, &school, &by_number).await;
    refused.expect_problem(403, "guards.pgn");
    assert_eq!(provisions(&refused, "guards.pgn"), ["wvo2020:8.17", "wvo2020:8.18"], "of a PrO school");
    for (dataset, purpose) in [("overgangsdocument", CONTINUING), ("uitstroomprofiel", GUIDANCE)] {
        let mut body = submission(&gateway, dataset, purpose, &by_number, Role::WerkEnInkomen);
        body["content"].as_object_mut().unwrap().remove("leerplicht");
        send(&school, "/v1/packets", &body).await.expect_problem(403, "guards.pgn");
    }

    // Nor as an own reference, nor in a text.
    let disguised = but(&toby, &json!({ "reference": { "kind": "own", "value": PGN } }));
    ask(&gateway, &school, &disguised).await.expect_problem(400, "hides-a-bsn");
    agree(&gateway, &school, &toby, "persoon").await;
    let mut told = request_for(&gateway, &toby);
    told["content"]["ondersteuningsvraag"]["toelichting"] = json!(format!("Toby ({PGN}) zoekt werk."));
    let refused = send(&school, "/v1/requests", &told).await;
    refused.expect_problem(400, "hides-bsn");
    assert!(!String::from_utf8_lossy(&refused.body).contains(PGN), "a problem repeats nothing");
    gateway.stop().await;
}

/// A pseudonym of the number is a use of it: a declaration may name the number where its flow may, within one purpose.
#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_uses_the_number_only_where_its_flow_may() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let sem = removed(&gateway, "2006-02-11");
    let now = gateway.clock.now();
    let wish = declaration("instemming", "verzoek-voortzetting", &sem, "persoon", Role::WerkEnInkomen, now);
    let refused = school.post("/v1/declarations", &wish).await;
    refused.expect_problem(400, "pgn-not-in-this-flow");
    assert_eq!(provisions(&refused, "pgn-not-in-this-flow"), NUMBER_LISTS);
    // Without a purpose it would be recorded and never be found again.
    let mut wish = declaration("bezwaar", "verwijderingsmelding", &sem, "persoon", Role::Doorstroompunt, now);
    school.post("/v1/declarations", &wish).await.expect_problem(400, "missing");
    wish["purpose"] = json!(DOORSTROOMPUNT);
    school.post("/v1/declarations", &wish).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// Where the number may not travel, not even a pseudonym is derived from it: who is known by it is not recognised.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_derived_from_a_number_that_may_not_travel() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let sem = removed(&gateway, "2006-02-11");
    report(&gateway, &school, &sem).await.expect_status(StatusCode::CREATED);

    let recognised = |entries: Value| entries.to_string().contains("\\\"person\\\"");
    let mut after = None;
    for (dataset, is_known) in [("verwijderingsmelding", true), ("uitstroomprofiel", false)] {
        let enrolled = but(&sem, &json!({ "ingeschreven": true, "verlatenOp": null }));
        let body = submission(&gateway, dataset, DOORSTROOMPUNT, &enrolled, Role::Doorstroompunt);
        for path in ["/v1/packets", "/v1/packets?check=true"] {
            after = Some(last_index(&school).await).max(after);
            send(&school, path, &body).await;
            let entries = school.get(&format!("/v1/entries?after={}", after.unwrap())).await.json();
            assert_eq!(entries["items"].as_array().unwrap().len(), 1, "{entries}");
            assert_eq!(recognised(entries), is_known, "{dataset} {path}");
        }
    }
    gateway.stop().await;
}

async fn last_index(party: &Actor) -> u64 {
    let entries = party.get("/v1/entries?limit=500").await.json();
    entries["items"].as_array().unwrap().last().unwrap()["index"].as_u64().unwrap()
}

/// Who is called by one number is not sealed with another's.
#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_the_content_is_that_of_the_header() {
    const OTHER: &str = "999990020";
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let other = json!({ "reference": { "kind": "pgn", "value": OTHER } });
    let refused = report(&gateway, &school, &but(&removed(&gateway, "2006-02-11"), &other)).await;
    refused.expect_problem(400, "other-number");
    let errors = refused.json()["errors"].clone();
    let pointers: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/content/nummer/persoonsgebondenNummer", "/person/reference/value"]);
    let told = String::from_utf8_lossy(&refused.body).into_owned();
    assert!(!told.contains(OTHER) && !told.contains(PGN), "{told}");
    gateway.stop().await;
}
