//! The uitstroomprofiel and the consent on which it rests (routes R1 and R11): per recipient, by the right person at that
//! age, withdrawn for one without touching the others. UAVG 5, as it reads before and from 1 September 2026.

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::domain::{clock::Clock as _, party::Role};

use super::steps::{GUIDANCE, born, but, collect, declare, items, provisions, send, withdraw};
use crate::support::{Actor, Answer, Gateway, content, declaration, on_each_backend};

const MISSING: &str = "uitstroomprofiel.toestemming-zelf";
const MISSING_PARENT: &str = "uitstroomprofiel.toestemming-ouder";
const PROFILE: &str = "uitstroomprofiel";
const THREE: [Role; 3] = [Role::WerkEnInkomen, Role::Doorstroompunt, Role::Leerplicht];

/// A pupil who attends school.
fn pupil(gateway: &Gateway, reference: &str, birth_date: &str) -> Value {
    but(&born(gateway, reference, birth_date), &json!({ "ingeschreven": true, "verlatenOp": null }))
}

async fn tell(gateway: &Gateway, school: &Actor, kind: &str, person: &Value, by: &str, to: Role) -> Answer {
    let mut wish = declaration(kind, PROFILE, person, by, to, gateway.clock.now());
    for measure in ["handelingsbekwaam", "maatregel", "onbevoegdVoorDeze"] {
        if let Some(said) = person.get(measure) {
            wish["person"][measure] = said.clone();
        }
    }
    school.post("/v1/declarations", &wish).await
}

async fn consent(gateway: &Gateway, school: &Actor, person: &Value, by: &str, to: Role) -> Answer {
    tell(gateway, school, "toestemming", person, by, to).await
}

/// The profile to these roles in Alkmaar, with what all of them may have.
async fn share(gateway: &Gateway, school: &Actor, person: &Value, with: &[Role]) -> Answer {
    let mut content = content(gateway, PROFILE, person);
    if !with.contains(&Role::WerkEnInkomen) {
        content.as_object_mut().unwrap().remove("ondersteuningswens");
    }
    if with == [Role::WerkEnInkomen] {
        content.as_object_mut().unwrap().remove("leerplicht");
    }
    let to: Vec<Value> =
        with.iter().map(|role| json!({ "municipality": "0361", "role": role.as_str() })).collect();
    let body = json!({
        "dataset": PROFILE, "purpose": GUIDANCE, "recipients": to, "person": person, "content": content,
    });
    send(school, "/v1/packets", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_per_recipient_and_withdrawn_for_one_alone() {
    on_each_backend(per_recipient).await;
}

async fn per_recipient(gateway: &Gateway) {
    let school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let leerplicht = gateway.party(Role::Leerplicht).await;
    let zoe = pupil(gateway, "V-7", "2009-04-20");

    let mut given = Vec::new();
    for role in [Role::WerkEnInkomen, Role::Doorstroompunt] {
        given.push(consent(gateway, &school, &zoe, "persoon", role).await.text("/id"));
    }
    // Nobody said yes for Leerplicht: nothing goes to anyone, and the refusal says for whom.
    let refused = share(gateway, &school, &zoe, &THREE).await;
    refused.expect_problem(403, MISSING);
    let errors = refused.json()["errors"].clone();
    assert_eq!((errors.as_array().unwrap().len(), &errors[0]["recipient"]), (1, &json!(2)), "{errors}");

    given.push(consent(gateway, &school, &zoe, "persoon", Role::Leerplicht).await.text("/id"));
    let packet = share(gateway, &school, &zoe, &THREE).await.expect_status(StatusCode::CREATED).text("/id");

    // Each reads its own categories only.
    let read = college.pull(&packet).await;
    assert!(read["ondersteuningswens"].is_object() && read.get("leerplicht").is_none(), "{read}");
    let read = leerplicht.pull(&packet).await;
    assert!(read["leerplicht"].is_object() && read.get("ondersteuningswens").is_none(), "{read}");

    // Zoë takes it back for the Doorstroompunt alone, before it has collected.
    let taken = withdraw(&school, &given[1], "persoon").await;
    let taken = taken.expect_status(StatusCode::OK).json();
    assert_eq!(taken["stopped"][0]["party"]["role"], "doorstroompunt");
    assert_eq!((taken["stopped"].as_array().unwrap().len(), &taken["told"]), (1, &json!([])));
    collect(&doorstroompunt, &packet).await.expect_problem(410, "withdrawn");
    college.pull(&packet).await;
    leerplicht.pull(&packet).await;
    let refused = share(gateway, &school, &zoe, &[Role::Doorstroompunt]).await;
    let missing = "uitstroomprofiel.buiten-doelgroep";
    refused.expect_problem(403, missing);
    assert!(provisions(&refused, missing).contains(&"web:9.2.1".to_owned()));

    // And for Leerplicht, which has collected: it is told, and the others are not.
    let taken = withdraw(&school, &given[2], "persoon").await.json();
    assert_eq!(taken["told"][0]["party"]["role"], "leerplicht");
    assert_eq!(items(&leerplicht, "/v1/notices").await[0]["kind"], "declaration-withdrawn");
    assert!(items(&college, "/v1/notices").await.is_empty());
    assert!(items(&doorstroompunt, "/v1/notices").await.is_empty());
}

/// Nobody agrees to everyone at once, or consents to whatever a school may want one day: what carries a transfer names its
/// recipient, and consent its purpose. What stands in the way of a transfer may be towards everyone.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_consents_to_everyone_or_for_everything() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::VsoSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let zoe = pupil(&gateway, "V-7", "2007-04-20");
    let without = |kind: &str, member: &str| {
        let to = Role::WerkEnInkomen;
        let mut wish = declaration(kind, PROFILE, &zoe, "persoon", to, gateway.clock.now());
        wish.as_object_mut().unwrap().remove(member);
        wish
    };
    for (kind, articles) in [
        ("toestemming", &["avg:6:1a"][..]),
        ("instemming", &["wec:44a:2"]),
        ("geen-bezwaar", &["pw:65:2b", "suwi:74:2b"]),
    ] {
        let refused = school.post("/v1/declarations", &without(kind, "towards")).await;
        refused.expect_problem(400, "missing");
        assert_eq!(provisions(&refused, "missing"), articles, "{kind}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/towards", "{kind}");
    }
    let refused = school.post("/v1/declarations", &without("toestemming", "purpose")).await;
    refused.expect_problem(400, "missing");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/purpose");
    let both = [Role::WerkEnInkomen, Role::Doorstroompunt];
    share(&gateway, &school, &zoe, &both).await.expect_problem(403, MISSING);
    for kind in ["kennisgenomen", "bezwaar", "beperking"] {
        declare(&school, &without(kind, "towards")).await;
    }
    gateway.stop().await;
}

/// The sixteenth birthday begins at midnight in Amsterdam. What a parent agreed to for one transfer stays good for it.
#[tokio::test(flavor = "multi_thread")]
async fn from_sixteen_the_pupil_decides() {
    let gateway = Gateway::start_at("2026-09-15T21:58:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let yara = pupil(&gateway, "L-40", "2010-09-16");
    let to = Role::WerkEnInkomen;

    // 23:58 in Amsterdam: fifteen.
    let refused = consent(&gateway, &school, &yara, "persoon", to).await;
    refused.expect_problem(403, "routes.toestemming-persoon");
    assert_eq!(provisions(&refused, "routes.toestemming-persoon"), ["uavg:5"]);
    share(&gateway, &school, &yara, &[to]).await.expect_problem(403, MISSING_PARENT);
    let by_parent = consent(&gateway, &school, &yara, "ouder", to).await;
    let by_parent = by_parent.expect_status(StatusCode::CREATED).text("/id");
    let packet = share(&gateway, &school, &yara, &[to]).await.expect_status(StatusCode::CREATED).text("/id");
    let other = consent(&gateway, &school, &yara, "ouder", Role::Leerplicht).await.text("/id");

    // 00:01: sixteen. The parent's consent carries the transfer that was made, and no new one.
    gateway.pass(3.minutes());
    college.pull(&packet).await;
    share(&gateway, &school, &yara, &[to]).await.expect_problem(403, MISSING);
    let refused = consent(&gateway, &school, &yara, "ouder", to).await;
    refused.expect_problem(403, "routes.toestemming-vertegenwoordiger");
    let own = consent(&gateway, &school, &yara, "persoon", to).await;
    own.expect_status(StatusCode::CREATED);
    share(&gateway, &school, &yara, &[to]).await.expect_status(StatusCode::CREATED);

    // Who gave it may always withdraw it, and so may the pupil and who represents her at law (UAVG 5:3); another cannot.
    withdraw(&school, &other, "ouder").await.expect_status(StatusCode::OK);
    for stranger in ["verzorger", "ouder-zonder-gezag", "mentor"] {
        let refused = withdraw(&school, &by_parent, stranger).await;
        refused.expect_problem(403, "routes.intrekken-vertegenwoordiger");
    }
    withdraw(&school, &by_parent, "persoon").await.expect_status(StatusCode::OK);
    collect(&college, &packet).await.expect_problem(410, "withdrawn");
    gateway.stop().await;
}

/// Until 31 August 2026 only the representative withdraws for who is below 16; from 1 September the pupil from 12 too.
#[tokio::test(flavor = "multi_thread")]
async fn from_september_2026_a_pupil_of_thirteen_may_withdraw() {
    let gateway = Gateway::start_at("2026-08-31T21:58:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let to = Role::WerkEnInkomen;
    let thirteen = pupil(&gateway, "L-41", "2013-05-05");
    let eleven = pupil(&gateway, "L-42", "2015-05-05");
    let given = consent(&gateway, &school, &thirteen, "ouder", to).await.text("/id");
    let youngest = consent(&gateway, &school, &eleven, "voogd", to).await.text("/id");
    let packet = share(&gateway, &school, &thirteen, &[to]).await.text("/id");

    let refused = withdraw(&school, &given, "persoon").await;
    refused.expect_problem(403, "routes.intrekken-persoon");
    assert_eq!(provisions(&refused, "routes.intrekken-persoon"), ["uavg:5.2021"]);
    let refused = tell(&gateway, &school, "bezwaar", &thirteen, "persoon", to).await;
    refused.expect_problem(403, "routes.rechten-persoon");
    collect(&college, &packet).await.expect_status(StatusCode::OK);

    gateway.pass(3.minutes());
    withdraw(&school, &youngest, "persoon").await.expect_problem(403, "routes.intrekken-persoon");
    tell(&gateway, &school, "bezwaar", &thirteen, "persoon", to).await.expect_status(StatusCode::CREATED);
    let taken = withdraw(&school, &given, "persoon").await;
    assert_eq!(taken.expect_status(StatusCode::OK).json()["told"].as_array().unwrap().len(), 1);
    collect(&college, &packet).await.expect_problem(410, "withdrawn");
    // Withdrawing is not consenting: that stays with the representative.
    consent(&gateway, &school, &thirteen, "persoon", to)
        .await
        .expect_problem(403, "routes.toestemming-persoon");
    withdraw(&school, &youngest, "voogd").await.expect_status(StatusCode::OK);
    gateway.stop().await;
}

/// Under curatele the curator consents, under mentorschap that reaches this matter the mentor, and no other: a parent of an
/// adult represents nobody, and an administrator (bewindvoerder) has no say in guidance data.
#[tokio::test(flavor = "multi_thread")]
async fn the_representative_of_the_measure_consents_and_no_other() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::VsoSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let to = Role::WerkEnInkomen;
    let mentored = json!({ "maatregel": ["mentorschap", "bewind"], "onbevoegdVoorDeze": true });
    let under = json!({ "maatregel": ["curatele"] });
    for (reference, facts, representative, measure) in
        [("V-8", mentored, "mentor", "onbevoegd"), ("V-9", under, "curator", "curatele")]
    {
        let missing = format!("uitstroomprofiel.toestemming-{representative}");
        let missing = missing.as_str();
        let mo = but(&pupil(&gateway, reference, "2007-02-02"), &facts);
        consent(&gateway, &school, &mo, "persoon", to)
            .await
            .expect_problem(403, &format!("routes.toestemming-persoon-{measure}"));
        for other in ["ouder", "bewindvoerder", "mentor", "curator"] {
            if other != representative {
                let refused = consent(&gateway, &school, &mo, other, to).await;
                refused.expect_problem(403, &format!("routes.toestemming-vertegenwoordiger-{measure}"));
            }
        }
        let refused = share(&gateway, &school, &mo, &[to]).await;
        assert_eq!(refused.expect_problem(403, missing).codes().len(), 1);
        let given = consent(&gateway, &school, &mo, representative, to).await;
        let given = given.expect_status(StatusCode::CREATED).text("/id");
        share(&gateway, &school, &mo, &[to]).await.expect_status(StatusCode::CREATED);
        // The young person may take it back (UAVG 5:3b).
        withdraw(&school, &given, "persoon").await.expect_status(StatusCode::OK);
        share(&gateway, &school, &mo, &[to]).await.expect_problem(403, missing);
    }
    // Bewind concerns property: the young person consents.
    let mo = but(&pupil(&gateway, "V-10", "2007-02-02"), &json!({ "maatregel": ["bewind"] }));
    let refused = consent(&gateway, &school, &mo, "bewindvoerder", to).await;
    refused.expect_problem(403, "routes.toestemming-vertegenwoordiger");
    consent(&gateway, &school, &mo, "persoon", to).await.expect_status(StatusCode::CREATED);
    share(&gateway, &school, &mo, &[to]).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// Consent makes no task: the school still guides, and the recipient has something to do for this pupil.
#[tokio::test(flavor = "multi_thread")]
async fn consent_creates_no_task() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let pro = gateway.party(Role::ProSchool).await;
    let mbo = gateway.party(Role::MboSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let _leerplicht = gateway.party(Role::Leerplicht).await;
    let left = |reference: &str, birth_date: &str, on: &str| {
        but(&born(&gateway, reference, birth_date), &json!({ "verlatenOp": on }))
    };
    let qualified = json!({ "startkwalificatie": true });
    for (school, person, to, missing) in [
        (&pro, left("T-1", "2001-02-02", "2019-07-17"), Role::WerkEnInkomen, "uitstroomprofiel.termijn"),
        (
            &mbo,
            left("T-2", "2006-02-02", "2026-07-17"),
            Role::WerkEnInkomen,
            "uitstroomprofiel.student-of-gediplomeerde",
        ),
        (
            &mbo,
            left("T-3", "2006-02-02", "2025-07-17"),
            Role::Doorstroompunt,
            "uitstroomprofiel.termijn-gestopt",
        ),
        (
            &pro,
            pupil(&gateway, "T-4", "1998-02-02"),
            Role::Doorstroompunt,
            "uitstroomprofiel.leeftijd-doorstroompunt",
        ),
        (
            &pro,
            but(&pupil(&gateway, "T-5", "2007-02-02"), &qualified),
            Role::Doorstroompunt,
            "uitstroomprofiel.startkwalificatie-doorstroompunt",
        ),
        (
            &pro,
            pupil(&gateway, "T-9", "1999-09-15"),
            Role::WerkEnInkomen,
            "uitstroomprofiel.leeftijd-werk-en-inkomen",
        ),
        (&pro, pupil(&gateway, "T-6", "2007-02-02"), Role::Leerplicht, "uitstroomprofiel.leerplicht-voorbij"),
    ] {
        consent(&gateway, school, &person, "persoon", to).await.expect_status(StatusCode::CREATED);
        let refused = share(&gateway, school, &person, &[to]).await;
        assert_eq!(refused.expect_problem(403, missing).codes().len(), 1);
    }
    // The student who has just stopped may be introduced to the Doorstroompunt.
    let stopped = left("T-7", "2006-02-02", "2026-07-17");
    consent(&gateway, &mbo, &stopped, "persoon", Role::Doorstroompunt).await;
    share(&gateway, &mbo, &stopped, &[Role::Doorstroompunt]).await.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

/// Before exit consent introduces to the Doorstroompunt also who is leerplichtig or kwalificatieplichtig (WEB 9.2.1, question
/// ad): below 16 that of the representative, from 16 that of the pupil.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_leerplichtig_is_introduced_to_the_doorstroompunt_on_consent() {
    let gateway = Gateway::start_at("2026-09-15T09:00:00Z").await;
    let school = gateway.party(Role::ProSchool).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    for (reference, birth_date, by, other) in
        [("T-15", "2011-02-02", "ouder", "persoon"), ("T-17", "2009-02-02", "persoon", "ouder")]
    {
        let ada = but(&pupil(&gateway, reference, birth_date), &json!({ "leerplichtig": true }));
        let refused = share(&gateway, &school, &ada, &[Role::Doorstroompunt]).await;
        refused.expect_problem(403, "uitstroomprofiel.buiten-doelgroep");
        consent(&gateway, &school, &ada, other, Role::Doorstroompunt)
            .await
            .expect_status(StatusCode::FORBIDDEN);
        consent(&gateway, &school, &ada, by, Role::Doorstroompunt).await.expect_status(StatusCode::CREATED);
        let packet = share(&gateway, &school, &ada, &[Role::Doorstroompunt]).await;
        doorstroompunt.pull(&packet.expect_status(StatusCode::CREATED).text("/id")).await;
    }
    gateway.stop().await;
}

/// What lets health be inferred goes on explicit consent, where the basis is consent (question x).
#[tokio::test(flavor = "multi_thread")]
async fn a_wish_for_support_asks_for_explicit_consent() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let to = Role::WerkEnInkomen;
    let kai = pupil(&gateway, "L-44", "2009-01-01");
    let mut wish = declaration("toestemming", PROFILE, &kai, "persoon", to, gateway.clock.now());
    wish["explicit"] = json!(false);
    declare(&school, &wish).await;
    let refused = share(&gateway, &school, &kai, &[to]).await;
    refused.expect_problem(403, "uitstroomprofiel.uitdrukkelijk");
    assert_eq!(provisions(&refused, "uitstroomprofiel.uitdrukkelijk"), ["avg:9:2a"]);
    wish["explicit"] = json!(true);
    declare(&school, &wish).await;
    let packet = share(&gateway, &school, &kai, &[to]).await.expect_status(StatusCode::CREATED).text("/id");
    assert!(college.pull(&packet).await["ondersteuningswens"].is_object());
    gateway.stop().await;
}

/// Consent may have an end, may be for another purpose, and is known to its recorder alone.
#[tokio::test(flavor = "multi_thread")]
async fn consent_ends_on_its_day_and_serves_its_purpose_only() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let to = Role::WerkEnInkomen;
    let kai = pupil(&gateway, "L-43", "2009-01-01");
    let mut wish = declaration("toestemming", PROFILE, &kai, "persoon", to, gateway.clock.now());
    wish["purpose"] = json!("overstap");
    school.post("/v1/declarations", &wish).await.expect_problem(400, "carries-nothing");
    share(&gateway, &school, &kai, &[to]).await.expect_problem(403, MISSING);
    wish["purpose"] = json!(GUIDANCE);
    wish["until"] = json!("2026-09-17");
    let declared = declare(&school, &wish).await;
    let packet = share(&gateway, &school, &kai, &[to]).await.expect_status(StatusCode::CREATED).text("/id");
    college.get(&format!("/v1/declarations/{declared}")).await.expect_status(StatusCode::NOT_FOUND);
    withdraw(&college, &declared, "persoon").await.expect_status(StatusCode::NOT_FOUND);

    collect(&college, &packet).await.expect_status(StatusCode::OK);
    gateway.pass(2.days());
    collect(&college, &packet).await.expect_problem(403, MISSING);
    share(&gateway, &school, &kai, &[to]).await.expect_problem(403, MISSING);
    gateway.stop().await;
}

/// Who could give it is judged by the day on which it was given: what a child of 15 said is no consent of the 16-year-old.
#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_judged_by_the_day_on_which_it_was_given() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    // Sixteen on 10 September; it is the fifteenth.
    let zoe = pupil(&gateway, "V-7", "2010-09-10");
    let given = async |kind: &str, person: &Value, by: &str, changed: &[(&str, &str)]| {
        let dataset = if kind == "instemming" { "verzoek-voortzetting" } else { "uitstroomprofiel" };
        let now = gateway.clock.now();
        let mut wish = declaration(kind, dataset, person, by, Role::WerkEnInkomen, now);
        for (pointer, value) in changed {
            *wish.pointer_mut(pointer).unwrap() = json!(value);
        }
        school.post("/v1/declarations", &wish).await
    };
    let early: &[_] = &[("/givenAt", "2026-09-09"), ("/evidence/recordedOn", "2026-09-09")];
    given("toestemming", &zoe, "persoon", early).await.expect_problem(403, "routes.toestemming-persoon");
    given("toestemming", &zoe, "persoon", &[("/givenAt", "2026-09-10")])
        .await
        .expect_status(StatusCode::CREATED);
    // What a parent said in time may be written down later; a new transfer is the pupil's own.
    let other = pupil(&gateway, "V-8", "2010-09-10");
    given("toestemming", &other, "ouder", early).await.expect_status(StatusCode::CREATED);
    share(&gateway, &school, &other, &[Role::WerkEnInkomen]).await.expect_problem(403, MISSING);

    let adult = pupil(&gateway, "V-9", "2008-09-10");
    given("instemming", &adult, "persoon", early).await.expect_problem(403, "routes.instemming-persoon");
    given("instemming", &adult, "persoon", &[]).await.expect_status(StatusCode::CREATED);

    for (pointer, value, code) in [
        ("/givenAt", "2010-09-09", "before-birth"),
        ("/evidence/recordedOn", "2026-09-14", "before-it-was-given"),
        ("/person/birthDate", "2027-01-01", "future-day"),
    ] {
        let refused = given("toestemming", &zoe, "persoon", &[(pointer, value)]).await;
        refused.expect_status(StatusCode::BAD_REQUEST);
        let errors = refused.json()["errors"].clone();
        let found =
            errors.as_array().unwrap().iter().any(|one| one["code"] == code && one["pointer"] == pointer);
        assert!(found, "{errors}");
    }
    gateway.stop().await;
}
