//! What a party can prove without trusting the gateway: its receipts, its own entries, and that the log only grew.

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    accesslog::{
        entry::{Event, Outcome, PartName},
        own::{OwnEntry, ProvenEntry},
        receipt::{Claims, ReceiptEvent},
    },
    crypto::sign,
    domain::party::Role,
    merkle::{
        checkpoint::Checkpoint,
        proof,
        tile::{Tile, TilePath, TileSet},
    },
};

use super::steps::{agree, ask, asked_and_answered, born, collect, hand_over, items};
use crate::support::{Actor, Gateway};

/// The receipt's claims, its signature and its proof checked.
#[track_caller]
fn proven(gateway: &Gateway, receipt: &str) -> (Claims, Checkpoint) {
    let keys = gateway.keys();
    let key = keys.receipt.signing().public_jwk();
    let claims: Claims = sign::verify(receipt, key).unwrap();
    let (_, checkpoint) = claims.verify(&gateway.log()).unwrap();
    (claims, checkpoint)
}

pub(super) async fn own_entries(gateway: &Gateway, actor: &Actor) -> Vec<ProvenEntry> {
    let entries = items(actor, "/v1/entries?limit=500").await;
    let entries = entries.into_iter().map(|one| serde_json::from_value::<OwnEntry>(one).unwrap());
    entries.map(|entry| entry.verify(&gateway.log()).unwrap()).collect()
}

/// Event and outcome of each entry, as its shared part says.
fn told(entries: &[ProvenEntry]) -> Vec<(Event, Outcome)> {
    let shared = |entry: &ProvenEntry| {
        let part = entry.parts.iter().find(|(name, _)| *name == PartName::Shared);
        let part = part.and_then(|(_, part)| part.clone()).unwrap();
        (part.event.unwrap(), part.outcome.unwrap())
    };
    entries.iter().map(shared).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_and_own_entries_hold() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    ask(&gateway, &school, &toby).await.expect_problem(403, "verzoek-voortzetting.instemming-volwassene");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let pushed = hand_over(&gateway, &school, &toby, &request).await;
    let packet = pushed.text("/id");

    let (claims, _) = proven(&gateway, &pushed.text("/recipients/0/receipt"));
    assert_eq!(claims.event, ReceiptEvent::Entry(Event::Push));
    assert_eq!((claims.party, claims.packet), (school.party, Some(packet.parse().unwrap())));
    assert_eq!(json!(claims.index), pushed.json()["recipients"][0]["logIndex"]);

    let pulled = collect(&college, &packet).await;
    let receipt = pulled.headers["sluis-receipt"].to_str().unwrap();
    let (claims, _) = proven(&gateway, receipt);
    assert_eq!((claims.party, &claims.event), (college.party, &ReceiptEvent::Released));
    assert_eq!(pulled.headers["sluis-log-index"].to_str().unwrap(), claims.index.to_string());
    let keys = gateway.keys();
    let key = keys.receipt.signing().public_jwk();
    let (body, signature) = receipt.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{body}.{other}{}", signature.get(1..).unwrap());
    assert!(sign::verify::<Claims>(&forged, key).is_err());

    // A stranger's attempt stands in the sender's account and not in the college's.
    collect(&doorstroompunt, &packet).await.expect_status(StatusCode::NOT_FOUND);

    let schools = own_entries(&gateway, &school).await;
    let events = told(&schools);
    for one in [
        (Event::Request, Outcome::Refused),
        (Event::Declare, Outcome::Recorded),
        (Event::Request, Outcome::Permitted),
        (Event::Answer, Outcome::Recorded),
        (Event::Push, Outcome::Permitted),
        (Event::Pull, Outcome::Permitted),
        (Event::Pull, Outcome::Refused),
    ] {
        assert!(events.contains(&one), "{one:?} is not in {events:?}");
    }
    let colleges = told(&own_entries(&gateway, &college).await);
    assert!(colleges.contains(&(Event::Pull, Outcome::Permitted)));
    for hidden in [(Event::Request, Outcome::Refused), (Event::Pull, Outcome::Refused)] {
        assert!(!colleges.contains(&hidden), "{hidden:?} is not the college's to know");
    }
    for entry in &schools {
        assert!(
            entry.parts.iter().all(|(name, _)| *name != PartName::Gateway),
            "the operator's part is the operator's"
        );
    }
    assert!(schools.iter().all(|entry| entry.parts.len() == 2), "the shared part and one's own");
    gateway.stop().await;
}

/// Somebody who can write in the database, and has no key, names a stranger as the reader of everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_database_lets_nobody_read_a_part() {
    const EVERYTHING: &str = "INSERT INTO entry_reader (oin, role, idx, number, parts) \
         SELECT $1, 'leerplicht', idx, idx + 1, 'shared,sender,recipient,on-behalf,gateway' FROM leaf WHERE true \
         ON CONFLICT DO NOTHING";
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let stranger = gateway.party(Role::Leerplicht).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    asked_and_answered(&gateway, &school, &college, &toby).await;
    let before = own_entries(&gateway, &stranger).await.len();
    let url = gateway.laid.config.database.connect_url().unwrap().to_string();
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    let oin = stranger.party.oin.to_string();
    sqlx::query(EVERYTHING).bind(oin).execute(&pool).await.unwrap();
    pool.close().await;
    let entries = own_entries(&gateway, &stranger).await;
    assert!(entries.len() > before + 3, "the rows are there");
    assert_eq!(entries.iter().filter(|entry| !entry.parts.is_empty()).count(), before, "and open nothing");
    gateway.stop().await;
}

/// A list says nothing of a packet of which some copies were taken away: that would be half of it, told as the whole.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_packet_whose_copies_were_taken_away_no_list_tells_a_part() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let id = asked_and_answered(&gateway, &school, &college, &toby).await;
    let (status, list) = (format!("/v1/packets/{id}"), "/v1/requests".to_owned());
    for path in [&status, &list] {
        school.get(path).await.expect_status(StatusCode::OK);
    }
    let url = gateway.laid.config.database.connect_url().unwrap().to_string();
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    let mut writing = pool.acquire().await.unwrap();
    for text in ["PRAGMA foreign_keys = OFF", "DELETE FROM copy"] {
        sqlx::query(text).execute(&mut *writing).await.unwrap();
    }
    drop(writing);
    pool.close().await;
    for path in [&status, &list] {
        school.get(path).await.expect_problem(503, "unavailable");
    }
    gateway.stop().await;
}

/// Who looked is for the party's own officers: the other party's account does not hold it, nor any person's data.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_names_ones_own_staff_and_no_person() {
    let gateway = Gateway::start().await;
    let mut school = gateway.party(Role::ProSchool).await;
    school.staff = Some(("mentor-5".to_owned(), "mentor".to_owned()));
    let mut college = gateway.party(Role::WerkEnInkomen).await;
    college.staff = Some(("klantmanager-77".to_owned(), "klantmanager".to_owned()));
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let packet = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    college.pull(&packet).await;

    let account = |answer: &[Value]| serde_json::to_string(answer).unwrap();
    let colleges = account(&items(&college, "/v1/entries").await);
    let schools = account(&items(&school, "/v1/entries").await);
    assert!(colleges.contains("klantmanager-77") && !colleges.contains("mentor-5"));
    assert!(schools.contains("mentor-5") && !schools.contains("klantmanager-77"));
    for text in [&colleges, &schools] {
        for data in ["Toby", "Voorbeeld", "2007-11-03", "L-2031"] {
            assert!(!text.contains(data), "{data}");
        }
    }
    gateway.stop().await;
}

/// Anyone with two checkpoints and the tiles can see that the later log begins with the earlier one.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_only_grows() {
    let gateway = Gateway::start().await;
    let checkpoint = async || {
        let note = gateway.visit("/checkpoint").await;
        gateway.log().open(std::str::from_utf8(&note.body).unwrap()).unwrap()
    };
    let school = gateway.party(Role::ProSchool).await;
    let before = checkpoint().await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED);
    let after = checkpoint().await;
    assert!(after.size > before.size);

    let mut tiles = TileSet::new();
    for id in proof::tiles_for_consistency(before.size, after.size).unwrap() {
        let answer = gateway.visit(&format!("/{}", TilePath::Hashes(id))).await;
        answer.expect_status(StatusCode::OK);
        tiles.insert(Tile { id, bytes: answer.body });
    }
    let hashes = proof::consistency(before.size, after.size, &tiles).unwrap();
    proof::verify_consistency(&hashes, before.size, &before.root, after.size, &after.root).unwrap();
    assert!(
        proof::verify_consistency(&hashes, before.size, &after.root, after.size, &after.root).is_err(),
        "another past is not accepted"
    );
    gateway.stop().await;
}

/// What would be decided, asked with facts alone; the question is an entry, and nobody is looked up.
#[tokio::test(flavor = "multi_thread")]
async fn the_evaluation_answers_as_the_law_reads() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::ProSchool);
    let question = |role: &str, context: Value| {
        json!({
            "subject": { "type": "party", "id": role },
            "action": { "name": "receive" },
            "resource": { "type": "dataset", "id": "verzoek-voortzetting" },
            "context": context,
        })
    };
    let context = json!({
        "purpose": "voortzetting-ondersteuning", "senderRole": "pro-school", "recipientGemeenten": ["0361"],
        "verblijf": "0361", "age": 17, "ingeschreven": true, "wishes": ["instemming:ouder"], "categories": ["persoon", "school", "traject"],
    });
    let asked = school.post("/access/v1/evaluation", &question("werk-en-inkomen", context.clone())).await;
    let yes = asked.expect_status(StatusCode::OK).json();
    assert_eq!(
        (&yes["decision"], &yes["context"]["basis"]),
        (&json!(true), &json!("verzoek-voortzetting.pro")),
        "{yes}"
    );
    assert_eq!(yes["context"]["articles"][0]["id"], "wvo2020:2.31b:2");

    let mut alone = context.clone();
    alone["wishes"] = json!(["instemming:persoon"]);
    let no = school.post("/access/v1/evaluation", &question("werk-en-inkomen", alone)).await.json();
    assert_eq!(no["decision"], false);
    assert_eq!(no["context"]["reasons"][0]["code"], "verzoek-voortzetting.instemming-minderjarig-pro");
    let no = school.post("/access/v1/evaluation", &question("doorstroompunt", context)).await.json();
    assert_eq!((&no["decision"], &no["context"]["refusal"]), (&json!(false), &json!("no-basis")));

    let events = told(&own_entries(&gateway, &school).await);
    let asked = events.iter().filter(|(event, _)| *event == Event::Evaluated).count();
    assert_eq!(asked, 3);
    gateway.stop().await;
}
