//! The ways of working of five regions (routes R5 to R9): newcomers, the yearly talk, many colleges, two capacities, the
//! quarterly meeting.

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::domain::{
    clock::{Clock as _, amsterdam_date},
    party::Role,
};

use super::steps::{
    CONTINUING, DOORSTROOMPUNT, GUIDANCE, agree, answer, ask, asked_and_answered, born, but, collect,
    declare, hand_over, items, join, provisions, send, withdraw,
};
use crate::support::{Actor, Answer, Gateway, content, declaration, on_each_backend, submission};

const PROFILE: &str = "uitstroomprofiel";
const MISSING: &str = "uitstroomprofiel.toestemming-zelf";
const MISSING_DOORSTROOMPUNT: &str = "uitstroomprofiel.buiten-doelgroep";
const ELSEWHERE: &str = "guards.woonplaats";

/// The profile to these roles in Alkmaar, with what all of them may have.
pub(super) fn profile(gateway: &Gateway, person: &Value, with: &[Role]) -> Value {
    let mut content = content(gateway, PROFILE, person);
    for category in ["ondersteuningswens", "leerplicht"] {
        content.as_object_mut().unwrap().remove(category);
    }
    let to: Vec<Value> =
        with.iter().map(|role| json!({ "municipality": "0361", "role": role.as_str() })).collect();
    json!({ "dataset": PROFILE, "purpose": GUIDANCE, "recipients": to, "person": person, "content": content })
}

fn yes_of(gateway: &Gateway, person: &Value, by: &str, to: Role) -> Value {
    let mut wish = declaration("toestemming", PROFILE, person, by, to, gateway.clock.now());
    wish["purpose"] = json!(GUIDANCE);
    wish
}

/// Consent to the profile for one recipient in Alkmaar.
pub(super) async fn consent(gateway: &Gateway, school: &Actor, person: &Value, by: &str, to: Role) -> Answer {
    school.post("/v1/declarations", &yes_of(gateway, person, by, to)).await
}

fn enrolled(gateway: &Gateway, reference: &str, birth_date: &str) -> Value {
    but(&born(gateway, reference, birth_date), &json!({ "ingeschreven": true, "verlatenOp": null }))
}

/// R5. The region wants Doorstroompunt and Leerplicht involved before the profile work is set. Who attends school is outside
/// the Doorstroompunt's target group, so the pupil says yes to each; what Halte Werk knows later it may not tell the school.
#[tokio::test(flavor = "multi_thread")]
async fn newcomers_are_discussed_on_consent_before_the_profile_work() {
    on_each_backend(newcomers).await;
}

async fn newcomers(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let halte_werk = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let leerplicht = gateway.party(Role::Leerplicht).await;
    let amir = enrolled(gateway, "N-16", "2010-03-01");
    let table = [Role::Doorstroompunt, Role::Leerplicht];

    // Sixteen: his parents' wish is welcome, their consent is none.
    let refused = send(&school, "/v1/packets", &profile(gateway, &amir, &table)).await;
    refused.expect_problem(403, MISSING_DOORSTROOMPUNT).expect_problem(403, MISSING);
    assert!(provisions(&refused, MISSING_DOORSTROOMPUNT).contains(&"web:9.2.1".to_owned()));
    assert_eq!(provisions(&refused, MISSING), ["avg:6:1a", "uavg:5:1"]);
    consent(gateway, &school, &amir, "ouder", Role::Leerplicht)
        .await
        .expect_problem(403, "routes.toestemming-vertegenwoordiger");
    for role in table {
        consent(gateway, &school, &amir, "persoon", role).await.expect_status(StatusCode::CREATED);
    }
    // He is leerplichtig still: on consent both read it all the same (question ad).
    let packet = send(&school, "/v1/packets", &profile(gateway, &amir, &table)).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");
    doorstroompunt.pull(&packet).await;
    leerplicht.pull(&packet).await;
    collect(&halte_werk, &packet).await.expect_status(StatusCode::NOT_FOUND);
    let with_halte_werk =
        send(&school, "/v1/packets", &profile(gateway, &amir, &[Role::WerkEnInkomen])).await;
    with_halte_werk.expect_problem(403, MISSING);

    // The warm handover: at 16 the parents agree with the request; the Doorstroompunt is not asked this.
    let refused = ask(gateway, &school, &amir).await;
    refused.expect_problem(403, "verzoek-voortzetting.instemming-minderjarig-pro");
    assert_eq!(
        provisions(&refused, "verzoek-voortzetting.instemming-minderjarig-pro"),
        ["wvo2020:2.31b:2", "wvo2020:1.1"]
    );
    agree(gateway, &school, &amir, "ouder").await;
    let request = ask(gateway, &school, &amir).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&doorstroompunt, &request).await.expect_status(StatusCode::NOT_FOUND);
    answer(&halte_werk, &request, "ja").await.expect_status(StatusCode::OK);
    let left = but(&amir, &json!({ "ingeschreven": false, "verlatenOp": "2026-07-17" }));
    let packet = hand_over(gateway, &school, &left, &request).await;
    halte_werk.pull(&packet.expect_status(StatusCode::CREATED).text("/id")).await;

    // A contract that ends in three months: Werk & Inkomen is bound to secrecy, and no basis lets it tell the school.
    let mut back = profile(gateway, &left, &[]);
    back["recipients"] = json!([{ "oin": school.party.oin.as_str(), "role": "pro-school" }]);
    send(&halte_werk, "/v1/packets", &back).await.expect_problem(403, "no-basis");
}

/// R6. Every year each last-year pupil is discussed with municipality and UWV: consent per recipient, and for that year.
/// UWV is no recipient here: its assessment is asked by the person or the college (Besluit SUWI 3.5).
#[tokio::test(flavor = "multi_thread")]
async fn the_yearly_talk_rests_on_the_consent_of_that_year() {
    on_each_backend(the_yearly_talk).await;
}

async fn the_yearly_talk(gateway: &Gateway) {
    let school = gateway.party(Role::VsoSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let zoe = enrolled(gateway, "V-17", "2009-04-20");
    let bo = enrolled(gateway, "V-18", "2008-06-01");
    let mut this_year = yes_of(gateway, &zoe, "persoon", Role::WerkEnInkomen);
    this_year["until"] = json!("2026-10-15");
    declare(&school, &this_year).await;

    let talk = profile(gateway, &zoe, &[Role::WerkEnInkomen]);
    let packet = send(&school, "/v1/packets", &talk).await.expect_status(StatusCode::CREATED).text("/id");
    college.pull(&packet).await;
    collect(&doorstroompunt, &packet).await.expect_status(StatusCode::NOT_FOUND);
    // What one pupil says stands for that pupil, and towards that recipient.
    send(&school, "/v1/packets", &profile(gateway, &bo, &[Role::WerkEnInkomen]))
        .await
        .expect_problem(403, MISSING);
    send(&school, "/v1/packets", &profile(gateway, &zoe, &[Role::Doorstroompunt]))
        .await
        .expect_problem(403, MISSING_DOORSTROOMPUNT);
    let mut uwv = talk.clone();
    uwv["recipients"] = json!([{ "municipality": "0361", "role": "uwv" }]);
    send(&school, "/v1/packets", &uwv).await.expect_problem(400, "unknown-value");

    gateway.pass(31.days());
    let again = send(&school, "/v1/packets", &talk).await;
    again.expect_problem(403, MISSING);
    assert!(provisions(&again, MISSING).contains(&"avg:6:1a".to_owned()));
    let anew = declare(&school, &yes_of(gateway, &zoe, "persoon", Role::WerkEnInkomen)).await;
    let packet = send(&school, "/v1/packets", &talk).await.expect_status(StatusCode::CREATED).text("/id");
    withdraw(&school, &anew, "persoon").await.expect_status(StatusCode::OK);
    collect(&college, &packet).await.expect_problem(410, "withdrawn");
}

/// R7. Pupils of one school live in several municipalities: each college has its own residents and no other.
#[tokio::test(flavor = "multi_thread")]
async fn one_school_and_many_colleges_each_with_its_own_residents() {
    on_each_backend(many_colleges).await;
}

async fn many_colleges(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let mut colleges = vec![("0361", gateway.party(Role::WerkEnInkomen).await)];
    for (name, oin, place) in [
        ("Gemeente Hoorn", "00000099000004050000", "0405"),
        ("Gemeente Den Helder", "00000099000004000000", "0400"),
    ] {
        let college = join(gateway, name, oin, Role::WerkEnInkomen, &[place]).await;
        college.publish().await.expect_status(StatusCode::CREATED);
        colleges.push((place, college));
    }
    let mut sent = Vec::new();
    for (number, (home, _)) in colleges.iter().enumerate() {
        let living = enrolled(gateway, &format!("F-{number}"), "2008-06-01");
        let pupil = but(&living, &json!({ "verblijf": home }));
        for (place, _) in &colleges {
            let mut yes = yes_of(gateway, &pupil, "persoon", Role::WerkEnInkomen);
            yes["towards"]["municipality"] = json!(place);
            declare(&school, &yes).await;
        }
        // Consent towards all three does not make a college of elsewhere the college of residence.
        for (place, _) in &colleges {
            let mut body = profile(gateway, &pupil, &[Role::WerkEnInkomen]);
            body["recipients"][0]["municipality"] = json!(place);
            let pushed = send(&school, "/v1/packets", &body).await;
            if place == home {
                sent.push(pushed.expect_status(StatusCode::CREATED).text("/id"));
            } else {
                pushed.expect_problem(403, ELSEWHERE);
                assert!(provisions(&pushed, ELSEWHERE).contains(&"wvo2020:2.31b:1".to_owned()));
            }
        }
    }
    for (at, (_, college)) in colleges.iter().enumerate() {
        let waiting = items(college, "/v1/inbox").await;
        let ids: Vec<_> = waiting.iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, [&json!(sent[at])]);
        for (other, packet) in sent.iter().enumerate() {
            let status = if other == at { StatusCode::OK } else { StatusCode::NOT_FOUND };
            collect(college, packet).await.expect_status(status);
        }
    }
}

/// R8. A combinatiefunctionaris guides for the school and then for the municipality: two logins, each with what that
/// capacity may see, and two log trails. Beyond two years the school records why it still guides.
#[tokio::test(flavor = "multi_thread")]
async fn two_capacities_leave_two_trails() {
    on_each_backend(two_capacities).await;
}

async fn two_capacities(gateway: &Gateway) {
    let mut at_school = gateway.party(Role::ProSchool).await;
    at_school.staff = Some(("combi-7".to_owned(), "trajectbegeleider".to_owned()));
    let mut at_college = gateway.without_key(Role::WerkEnInkomen);
    at_college.staff = Some(("combi-7".to_owned(), "jobcoach".to_owned()));
    at_college.publish().await.expect_status(StatusCode::CREATED);
    let toby = born(gateway, "L-2031", "2007-11-03");
    agree(gateway, &at_school, &toby, "persoon").await;
    let request = asked_and_answered(gateway, &at_school, &at_college, &toby).await;
    let packet = hand_over(gateway, &at_school, &toby, &request).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");

    // The same person, and still the school's login cannot collect, nor the college's read what the school keeps.
    collect(&at_school, &packet).await.expect_status(StatusCode::NOT_FOUND);
    at_college.get(&format!("/v1/packets/{packet}/copy")).await.expect_status(StatusCode::NOT_FOUND);
    answer(&at_school, &request, "ja").await.expect_problem(403, "not-this-role");
    let mut own = submission(gateway, "verzoek-voortzetting", CONTINUING, &toby, Role::WerkEnInkomen);
    own["recipients"] = json!([{ "oin": at_school.party.oin.as_str(), "role": "pro-school" }]);
    send(&at_college, "/v1/requests", &own).await.expect_problem(403, "not-this-role");
    at_college.pull(&packet).await;

    let trail = async |actor: &Actor| serde_json::to_string(&items(actor, "/v1/entries").await).unwrap();
    let (schools, colleges) = (trail(&at_school).await, trail(&at_college).await);
    assert!(schools.contains("combi-7") && schools.contains("trajectbegeleider"));
    assert!(!schools.contains("jobcoach"), "what was done for the college is the college's account");
    assert!(colleges.contains("combi-7") && colleges.contains("jobcoach"));
    assert!(!colleges.contains("trajectbegeleider"), "and what was done for the school is the school's");

    // A wijkcoach is nobody here, and the board's own three years of following are no transfer: guidance over two years has
    // a recorded reason.
    let mut coach = profile(gateway, &toby, &[Role::WerkEnInkomen]);
    coach["recipients"] = json!([{ "desk": "wijkcoach", "municipality": "0361" }]);
    send(&at_school, "/v1/packets", &coach).await.expect_problem(400, "unknown-recipient");
    let late = but(&toby, &json!({ "verlatenOp": "2024-07-17" }));
    let refused = ask(gateway, &at_school, &late).await;
    refused.expect_problem(403, "verzoek-voortzetting.termijn");
    assert_eq!(provisions(&refused, "verzoek-voortzetting.termijn"), ["wvo2020:2.31a:2", "wvo2020:2.31a:6"]);
    let reasoned = but(&late, &json!({ "reden": ["gerechtvaardigd-belang"] }));
    ask(gateway, &at_school, &reasoned).await.expect_status(StatusCode::CREATED);
}

/// R9. The school invites the municipality to the exit talk; the quarterly meeting is about trends, and no pupil is named
/// there. Who drops out is reported to the Doorstroompunt, which looks for those without a benefit too.
#[tokio::test(flavor = "multi_thread")]
async fn the_exit_talk_is_about_one_pupil_and_the_quarterly_meeting_about_none() {
    on_each_backend(exit_talk_and_meeting).await;
}

async fn exit_talk_and_meeting(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let sem = enrolled(gateway, "L-91", "2009-02-11");
    let liv = enrolled(gateway, "L-92", "2008-12-01");
    consent(gateway, &school, &sem, "persoon", Role::WerkEnInkomen).await.expect_status(StatusCode::CREATED);
    let invited = profile(gateway, &sem, &[Role::WerkEnInkomen]);
    let packet = send(&school, "/v1/packets", &invited).await.expect_status(StatusCode::CREATED).text("/id");
    college.pull(&packet).await;

    // The meeting: what Sem agreed to is his guidance, Liv agreed to nothing, and counts are no dataset.
    let mut trend = invited.clone();
    trend["purpose"] = json!(DOORSTROOMPUNT);
    send(&school, "/v1/packets", &trend).await.expect_problem(403, "no-basis");
    let unasked = send(&school, "/v1/packets", &profile(gateway, &liv, &[Role::WerkEnInkomen])).await;
    unasked.expect_problem(403, MISSING);
    assert_eq!(provisions(&unasked, MISSING), ["avg:6:1a", "uavg:5:1"]);
    let mut counts = invited.clone();
    counts["dataset"] = json!("kwartaalcijfers");
    send(&school, "/v1/packets", &counts).await.expect_problem(400, "unknown-dataset");
    assert_eq!(items(&college, "/v1/inbox").await.len(), 1, "one pupil, who said yes");

    // A pupil who is removed from school is the Doorstroompunt's, benefit or not, and not Werk & Inkomen's.
    let today = amsterdam_date(gateway.clock.now()).to_string();
    let reference = json!({ "kind": "pgn", "value": "999990019" });
    let removed = json!({ "reference": reference, "verwijderdOp": today, "verlatenOp": today });
    let gone = but(&born(gateway, "unused", "2007-05-06"), &removed);
    let report = |to| submission(gateway, "verwijderingsmelding", DOORSTROOMPUNT, &gone, to);
    send(&school, "/v1/packets", &report(Role::WerkEnInkomen)).await.expect_problem(403, "no-basis");
    let told = send(&school, "/v1/packets", &report(Role::Doorstroompunt)).await;
    doorstroompunt.pull(&told.expect_status(StatusCode::CREATED).text("/id")).await;
}
