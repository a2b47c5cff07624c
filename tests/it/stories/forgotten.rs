//! What is kept of a person goes when nothing can be decided on it any more: out of the tables, and out of the files.

use std::{collections::BTreeMap, fs};

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use sluis::{
    accesslog::{
        entry::{Event, Part, PartName, open_part},
        verify::{Check, verify},
    },
    domain::{clock::Clock as _, party::Role},
};
use sqlx::{AnyPool, Row as _};

use super::steps::{GUIDANCE, collect, declare, items, send, withdraw};
use crate::support::{Actor, Gateway, declaration, left_school, submission};

/// What is kept of persons: sealed headers and facts, and the keyed digests by which they are found.
const KEPT: &str = "SELECT 'message.header' AS what, header AS bytes FROM message WHERE header IS NOT NULL \
     UNION ALL SELECT 'declaration.facts', facts FROM declaration WHERE facts IS NOT NULL \
     UNION ALL SELECT 'search_key.digest', digest FROM search_key \
     UNION ALL SELECT 'idempotency.body_hmac', body_hmac FROM idempotency \
     UNION ALL SELECT 'pseudonym.pseudonym', pseudonym FROM pseudonym";

/// By what entries up to this one can still be found.
const FACETS: &str = "SELECT COUNT(*) FROM entry_reader \
         WHERE idx <= $1 AND (person IS NOT NULL OR packet IS NOT NULL OR dataset IS NOT NULL)";

/// Each as it stands in a row: enough of it to be nothing else.
async fn kept(pool: &AnyPool) -> Vec<(String, Vec<u8>)> {
    let rows = sqlx::query(KEPT).fetch_all(pool).await.unwrap();
    let end = |bytes: Vec<u8>| bytes[bytes.len() - 24..].to_vec();
    rows.iter().map(|row| (row.get(0), end(row.get(1)))).collect()
}

/// The files in which a database keeps its rows: those of SQLite as they lie there; those of a server as it wrote them, with all
/// of its indexes.
async fn files(gateway: &Gateway, pool: &AnyPool) -> BTreeMap<String, Vec<u8>> {
    const RELATIONS: &str = "SELECT c.relname::text, pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i')";
    let url = gateway.laid.config.database.connect_url().unwrap();
    if let Some(path) = url.strip_prefix("sqlite:") {
        let read = |end: &str| fs::read(format!("{path}{end}")).ok().map(|bytes| (end.to_owned(), bytes));
        return ["", "-wal"].into_iter().filter_map(read).collect();
    }
    sqlx::query("CHECKPOINT").execute(pool).await.unwrap();
    let rows = sqlx::query(RELATIONS).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn holds(files: &BTreeMap<String, Vec<u8>>, needle: &[u8]) -> Option<String> {
    let found = files.iter().find(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle));
    found.map(|(name, _)| name.clone())
}

fn profile(gateway: &Gateway, pupil: &Value) -> Value {
    let mut body = submission(gateway, "uitstroomprofiel", GUIDANCE, pupil, Role::WerkEnInkomen);
    // This category is not for Werk & Inkomen.
    body["content"].as_object_mut().unwrap().remove("leerplicht");
    body
}

async fn agrees(gateway: &Gateway, school: &Actor, pupil: &Value) -> String {
    let now = gateway.clock.now();
    declare(
        school,
        &declaration("toestemming", "uitstroomprofiel", pupil, "persoon", Role::WerkEnInkomen, now),
    )
    .await
}

async fn person_of(school: &Actor, declaration: &str) -> String {
    school.get(&format!("/v1/declarations/{declaration}")).await.text("/person")
}

/// All entries of this word, with what their shared part says.
async fn entries(gateway: &Gateway, event: Event) -> Vec<Part> {
    let (store, keys) = (gateway.store().await, gateway.keys());
    let mut found = Vec::new();
    for index in 0..store.head().await.unwrap().size {
        let row = store.entry(index).await.unwrap().unwrap();
        for body in row.bodies.iter().filter(|body| body.part == PartName::Shared) {
            let opened = open_part(body.part, &row.commitments.of(body.part), &body.sealed, &keys.at_rest);
            found.extend(opened.unwrap().part().unwrap().filter(|part| part.event == Some(event)));
        }
    }
    store.close().await;
    found
}

async fn sound(gateway: &Gateway) {
    let (log, store, keys) = (gateway.log(), gateway.store().await, gateway.keys());
    let check = Check { bodies: Some(keys.at_rest.as_ref()), ..Check::with(&log) };
    let report = verify(&store.log().await.unwrap(), &check).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
    store.close().await;
}

async fn plays_on(gateway: Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let url = gateway.laid.config.database.connect_url().unwrap();
    let pool = AnyPool::connect(&url).await.unwrap();
    let pupil = left_school("L-2077", 17, gateway.clock.now());
    let agreed = agrees(&gateway, &school, &pupil).await;
    let before = person_of(&school, &agreed).await;
    let push = async |key: &str| school.push("/v1/packets", key, &profile(&gateway, &pupil)).await;
    let collected = push("wordt-opgehaald-0001").await.expect_status(StatusCode::CREATED).text("/id");
    let waiting = push("blijft-liggen-000001").await.expect_status(StatusCode::CREATED).text("/id");
    collect(&college, &collected).await.expect_status(StatusCode::OK);
    let own = json!({ "reference": "ZAAK-2077" });
    let done = college.post(&format!("/v1/packets/{collected}/acknowledgement"), &own).await;
    done.expect_status(StatusCode::OK);

    // Half-way the one that waits is told about, to both sides.
    gateway.pass(8.days());
    let due = async || gateway.running.exchange.do_what_is_due().await.unwrap();
    assert_eq!(due().await, 2, "both go on to their end; of one nothing is left to do");
    assert_eq!(due().await, 0);
    for party in [&school, &college] {
        let told = items(party, "/v1/notices").await;
        let told: Vec<_> = told.iter().map(|one| (one["kind"].clone(), one["packet"].clone())).collect();
        assert_eq!(told, [(json!("expires-soon"), json!(waiting))]);
    }
    let notices = entries(&gateway, Event::Notice).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].cause.as_deref(), Some("expires-soon"));

    gateway.pass(8.days());
    assert_eq!(due().await, 2, "both end");
    withdraw(&school, &agreed, "persoon").await.expect_status(StatusCode::OK);
    let kept_before = kept(&pool).await;
    for table in ["message", "declaration", "search_key", "idempotency", "pseudonym"] {
        assert!(kept_before.iter().any(|(what, _)| what.starts_with(table)), "nothing of {table}");
    }
    let files_before = files(&gateway, &pool).await;
    for (what, needle) in &kept_before {
        assert!(holds(&files_before, needle).is_some(), "{what} is in no file, or not looked for well");
    }

    // Two gateways do it at once.
    let other = gateway.second().await;
    gateway.pass(29.days());
    assert_eq!(due().await, 0, "thirty days after their end");
    gateway.pass(2.days());
    let (one, two) = tokio::join!(due(), other.exchange.do_what_is_due());
    // Two packets, a declaration, and the person as the school and as the college knew one.
    assert_eq!(one + two.unwrap(), 5, "each thing once");
    assert_eq!(entries(&gateway, Event::Forget).await.len(), 5, "and each has its entry");
    other.stop().await;
    assert_eq!(due().await, 0);

    assert_eq!(kept(&pool).await, []);
    let remains = |files: &_| kept_before.iter().any(|(_, needle)| holds(files, needle).is_some());
    let mut files_after = files(&gateway, &pool).await;
    if !url.starts_with("sqlite:") {
        // What a server does not do by itself (docs/data.md), nor at once: a transaction that is open may still see it.
        for _ in 0..20 {
            sqlx::query("VACUUM FULL").execute(&pool).await.unwrap();
            files_after = files(&gateway, &pool).await;
            if !remains(&files_after) {
                break;
            }
        }
    }
    assert!(files_after.values().map(Vec::len).sum::<usize>() > 100_000, "the files were read");
    for (what, needle) in &kept_before {
        assert_eq!(holds(&files_after, needle), None, "{what} is still in a file");
    }

    // Whoever took part is answered as after any end.
    collect(&college, &waiting).await.expect_problem(410, "expired");
    collect(&college, &collected).await.expect_problem(410, "acknowledged");
    for (party, path) in [(&school, "/v1/packets"), (&college, "/v1/inbox")] {
        let listed = items(party, path).await;
        assert_eq!(listed.len(), 2, "{listed:?}");
        let one = party.get(&format!("/v1/packets/{waiting}")).await;
        assert_eq!(one.expect_status(StatusCode::OK).text("/state"), "expired");
    }
    let taken_back = school.post(&format!("/v1/packets/{waiting}/withdrawal"), &json!({})).await;
    taken_back.expect_problem(410, "expired");
    withdraw(&school, &agreed, "persoon").await.expect_status(StatusCode::OK);
    assert_eq!(items(&school, "/v1/declarations").await.len(), 1);
    let found = college
        .post("/v1/inbox/searches", &json!({ "reference": { "kind": "own", "value": "ZAAK-2077" } }))
        .await;
    assert!(found.expect_status(StatusCode::OK).json()["items"].as_array().unwrap().is_empty());

    // Who comes back is somebody new, under the same key of the sender too.
    let agreed = agrees(&gateway, &school, &pupil).await;
    assert_ne!(person_of(&school, &agreed).await, before);
    let again = send(&school, "/v1/packets", &profile(&gateway, &pupil)).await;
    again.expect_status(StatusCode::CREATED);
    let same_key = push("wordt-opgehaald-0001").await.expect_status(StatusCode::CREATED).text("/id");
    assert_ne!(same_key, collected);
    sound(&gateway).await;

    // Five years on, the log says nothing of it any more, and proves it all the same.
    gateway.pass(1900.days());
    assert!(due().await > 0);
    assert!(entries(&gateway, Event::Push).await.is_empty());
    assert!(!entries(&gateway, Event::PartyRegistered).await.is_empty(), "who takes part is still explained");
    let erased = entries(&gateway, Event::BodyErased).await;
    let [first, last] = erased[0].entries.unwrap();
    assert_eq!((erased.len(), first), (1, 0));
    let facets = sqlx::query(FACETS).bind(i64::try_from(last).unwrap());
    let facets: i64 = facets.fetch_one(&pool).await.unwrap().get(0);
    assert_eq!(facets, 0);
    sound(&gateway).await;
    pool.close().await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_can_be_decided_on_is_in_no_file_any_more_on_sqlite() {
    plays_on(Gateway::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_can_be_decided_on_is_in_no_file_any_more_on_postgresql() {
    let Some(gateway) = Gateway::start_on_postgres().await else { return };
    plays_on(gateway).await;
}
