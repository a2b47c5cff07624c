//! Quotas weigh work: what a call costs is paid, the log is not filled by what changes nothing, lists have pages, keys a
//! ceiling.

use std::num::NonZeroU32;

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    crypto::keys::{KeyAlgorithm, PrivateKey},
    domain::{clock::Clock as _, party::Role},
    exchange::keys::MOST_LIVE_KEYS,
    http::limits::quota::{Rate, Rates},
    identity::key_proof,
};
use sqlx::{Connection as _, SqliteConnection, query_scalar};

use super::support::Scene;
use crate::support::{Actor, Answer, Gateway, generous};

/// What is left of the quota, as an answer tells it.
fn left(answer: &Answer) -> u32 {
    let told = answer.headers["ratelimit"].to_str().unwrap();
    told.split(';').find_map(|part| part.strip_prefix("r=")).unwrap().parse().unwrap()
}

/// What a call costs beyond itself: the next call pays it. A quota that fills a little meanwhile hides some of it, so that the
/// dearest of a few counts.
async fn cost(actor: &Actor, call: impl AsyncFn() -> Answer) -> u32 {
    let mut dearest = 0;
    for _ in 0..3 {
        let before = left(&actor.get("/v1/datasets").await);
        call().await;
        let after = left(&actor.get("/v1/datasets").await);
        dearest = dearest.max((before - after).saturating_sub(2));
    }
    dearest
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_costs_what_it_makes_the_gateway_do() {
    // It holds much and fills slowly, so that what is paid can be read off.
    let rate = Rate { per_second: NonZeroU32::MIN, burst: 100_000.try_into().unwrap() };
    let scene = Scene::on(Gateway::start_with_quotas(Rates { party: rate, ..generous() }).await).await;
    scene.consent(Role::Doorstroompunt).await;
    for number in 0..8 {
        scene.packet(Role::Doorstroompunt, &format!("een-pakket-met-nummer-{number}")).await;
    }
    let (school, desk) = (&scene.school, &scene.doorstroompunt);
    let absent = format!("/v1/packets/{}", scene.absent());
    let question = json!({
        "subject": { "type": "party", "id": "werk-en-inkomen" }, "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "verzoek-voortzetting" },
        "context": { "purpose": "voortzetting-ondersteuning", "senderRole": "pro-school", "age": 17 }
    });
    let search = json!({ "reference": { "kind": "own", "value": "L-1" } });
    let check = scene.profile(Role::Doorstroompunt);
    let of_rows = |rows: u32| rows / 4;
    for (name, least, most, found) in [
        ("an absent packet", 2, 2, cost(school, async || school.get(&absent).await).await),
        ("its own packet list", of_rows(8), 4, cost(school, async || school.get("/v1/packets").await).await),
        ("an inbox", of_rows(8), 4, cost(desk, async || desk.get("/v1/inbox").await).await),
        ("own entries", 4, 20, cost(school, async || school.get("/v1/entries?limit=500").await).await),
        ("a search", 2, 5, cost(desk, async || desk.post("/v1/inbox/searches", &search).await).await),
        ("a question", 2, 2, cost(school, async || school.post("/v1/evaluation", &question).await).await),
        ("a check", 2, 5, cost(school, async || school.post("/v1/packets?check=true", &check).await).await),
        ("a key", 20, 20, cost(school, async || publish(school).await).await),
        ("nothing but a list", 0, 1, cost(school, async || school.get("/v1/notices").await).await),
    ] {
        assert!((least..=most).contains(&found), "{name}: {found}");
    }
}

/// What one party may note in a day fits in 100 MB, by what such an entry takes on the disk.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_cannot_be_filled_by_refusals() {
    let rates = Rates::default().noted;
    let a_day = u64::from(rates.per_second.get()) * 86_400 + u64::from(rates.burst.get());
    assert!(a_day <= 100_000_000, "{a_day} bytes a day");

    let scene = Scene::set().await;
    let absent = format!("/v1/packets/{}", scene.absent());
    // Nobody has consented: each push is refused, for all its conditions.
    let refused = scene.profile(Role::Doorstroompunt);
    let search = json!({ "reference": { "kind": "own", "value": "L-1" } });
    let school = &scene.school;
    for kind in ["absent", "refused", "search"] {
        let before = size_of(&scene).await;
        for number in 0..300 {
            let answer = match kind {
                "absent" => school.get(&absent).await,
                "refused" => school.push("/v1/packets", &format!("geweigerd-{number:08}"), &refused).await,
                _ => scene.doorstroompunt.post("/v1/inbox/searches", &search).await,
            };
            assert!(answer.status.is_client_error() || kind == "search", "{}", answer.status);
        }
        let each = (size_of(&scene).await - before) / 300;
        let by = if kind == "search" { scene.doorstroompunt.party } else { school.party };
        let counted = scene.gateway.running.exchange.owed(by).noted;
        assert!(each <= counted, "{kind}: {each} bytes on the disk, and {counted} were counted");
    }
}

/// The bytes of the database, those that only stand in its write-ahead log included.
async fn size_of(scene: &Scene) -> u64 {
    let url = scene.gateway.laid.config.database.connect_url().unwrap();
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let pages: i64 = query_scalar("PRAGMA page_count").fetch_one(&mut connection).await.unwrap();
    let page: i64 = query_scalar("PRAGMA page_size").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    u64::try_from(pages * page).unwrap()
}

/// A party that has noted too much hears 429, and by which quota.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_what_does_not_exist_for_too_long_waits() {
    let noted = Rate { per_second: NonZeroU32::MIN, burst: 10_000.try_into().unwrap() };
    let scene = Scene::on(Gateway::start_with_quotas(Rates { noted, ..generous() }).await).await;
    let absent = format!("/v1/packets/{}", scene.absent());
    let mut asked = 0;
    let told = loop {
        let answer = scene.college.get(&absent).await;
        if answer.status != StatusCode::NOT_FOUND {
            break answer;
        }
        asked += 1;
        assert!(asked < 20, "it is never told to wait");
    };
    told.expect_status(StatusCode::TOO_MANY_REQUESTS);
    assert!(told.headers["ratelimit"].to_str().unwrap().starts_with("\"noted\";r=0"));
    assert!(told.headers.contains_key("retry-after"));
    scene.school.get("/v1/packets").await.expect_status(StatusCode::OK);
}

async fn publish(actor: &Actor) -> Answer {
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap();
    let proof = key_proof::state(key.public(), Some(actor.party), &actor.own, actor.clock.now()).unwrap();
    actor.post("/v1/keys", &json!({ "key": key.public().to_jwk(), "proof": proof })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn live_keys_have_a_ceiling_and_their_list_has_pages() {
    let scene = Scene::set().await;
    let college = &scene.college;
    let mut last = Value::Null;
    for _ in 1..MOST_LIVE_KEYS {
        last = publish(college).await.expect_status(StatusCode::CREATED).json();
    }
    publish(college).await.expect_problem(409, "too-many-keys");
    assert_eq!(publish(college).await.codes(), ["too-many-keys"]);
    let retired = format!("/v1/keys/{}/retirement", last["thumbprint"].as_str().unwrap());
    college.post(&retired, &json!({})).await.expect_status(StatusCode::OK);
    publish(college).await.expect_status(StatusCode::CREATED);
    publish(&scene.school).await.expect_status(StatusCode::CREATED);

    let path = format!("/v1/parties/{}/{}/keys", college.party.oin, college.party.role);
    assert_eq!(all_of(college, &path, 3).await.len(), MOST_LIVE_KEYS + 1, "the retired one among them");
}

/// Walks a list by pages of so many; no item comes twice.
async fn all_of(actor: &Actor, path: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page =
            actor.get(&format!("{path}?limit={limit}{after}")).await.expect_status(StatusCode::OK).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit && items.iter().all(|item| !all.contains(item)), "{path}");
        all.extend(items.iter().cloned());
        match page["next"].as_u64() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_has_pages_and_searches_too() {
    let scene = Scene::set().await;
    let whole = scene.school.get("/v1/parties").await.json();
    let parties = whole["items"].as_array().unwrap();
    assert_eq!(&all_of(&scene.school, "/v1/parties", 2).await, parties);
    scene.consent(Role::Doorstroompunt).await;
    scene.consent(Role::Doorstroompunt).await;
    let person = scene.profile(Role::Doorstroompunt)["person"].clone();
    let wanted = json!({ "reference": person["reference"] });
    let found =
        async |path: &str| scene.school.post(path, &wanted).await.expect_status(StatusCode::OK).json();
    let first = found("/v1/declarations/searches?limit=1").await;
    let next = first["next"].as_u64().expect("another page");
    let second = found(&format!("/v1/declarations/searches?limit=1&after={next}")).await;
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (1, 1));
    assert_ne!(first["items"], second["items"]);
    assert!(second.get("next").is_none_or(Value::is_null));
    // Two packets about one person: the desk finds both, one after the other.
    for key in ["een-eerste-profiel-1", "een-tweede-profiel-2"] {
        scene.packet(Role::Doorstroompunt, key).await;
    }
    let name = &scene.profile(Role::Doorstroompunt)["content"]["persoon"];
    let wanted = json!({
        "name": { "given": name["voornamen"], "family": name["achternaam"] }, "birthDate": "2008-03-15",
        "purpose": "loopbaanbegeleiding"
    });
    let found = async |path: &str| {
        let answer = scene.doorstroompunt.post(path, &wanted).await;
        answer.expect_status(StatusCode::OK).json()
    };
    let first = found("/v1/inbox/searches?limit=1").await;
    let next = first["next"].as_u64().expect("another page");
    let second = found(&format!("/v1/inbox/searches?limit=1&after={next}")).await;
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (1, 1));
    assert_ne!(first["items"], second["items"]);
    assert!(second.get("next").is_none_or(Value::is_null));
}
