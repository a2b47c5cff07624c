//! Somebody who can write in the database, and has no key, changes what no decision rests on and parties go by: what was made
//! under a key, what a party is told, by what a person is found.

use sluis::{
    domain::digest::Digest,
    store::{
        StoreErrorKind,
        snapshot::Needs,
        write::{Made, Push, WithdrawPacket, Write},
        writer::WriteError,
    },
};

use super::support::{Place, Rig, college, entry, idempotency, person, push, school, unique};

const CHANGED: &str = "it was changed or made past the gateway";
const GONE: &str = "it is gone, and no entry deleted it";

/// A packet under a key, that can be found, and was taken back after it was collected.
struct Case {
    first: Push,
    digests: Vec<Digest>,
}

async fn case(rig: &Rig) -> Case {
    rig.register(college()).await;
    let who = person();
    let digests = vec![unique(), unique()];
    let mut first = push(rig.now(), &who, &[college()]);
    first.idempotency = Some(idempotency("first", 1));
    first.recipients[0].search.clone_from(&digests);
    let mut second = push(rig.now(), &person(), &[college()]);
    second.idempotency = Some(idempotency("second", 2));
    // More than are read at once.
    second.recipients[0].search = (0..600).map(|_| unique()).collect();
    let mut again = push(rig.now(), &who, &[college()]);
    again.idempotency = Some(idempotency("first", 1));
    let id = first.packet.id;
    let row = rig.push(first).await;
    rig.push(second).await;
    rig.deliver(&row, college()).await.unwrap();
    rig.done(WithdrawPacket { packet: id, sender: school() }).await;
    Case { first: again, digests }
}

/// Whether each is read: what was made, what is told, and by what is found.
async fn reads(rig: &Rig, case: &Case) -> [bool; 3] {
    let made_under = Some((school(), "first".to_owned()));
    let made = rig.store.snapshot(Needs { made_under, ..Needs::default() }).await.map(drop);
    let told = rig.store.notices(&college(), None, 10).await.map(drop);
    let mut found = Ok(());
    for digest in &case.digests {
        found = found.and(rig.store.packets_by_search(&college(), digest).await.map(drop));
    }
    [made, told, found].map(|read| match read {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error.kind(), StoreErrorKind::Inconsistent, "{error}");
            false
        }
    })
}

/// What is done, whether what is read of each is believed then, and what the check of the log says.
const DONE: [(&str, [bool; 3], &str, &str); 12] = [
    (
        "UPDATE idempotency SET message_id = (SELECT message_id FROM idempotency WHERE key = 'second') WHERE key = 'first'",
        [false, true, true],
        "made:",
        CHANGED,
    ),
    (
        "UPDATE idempotency SET body_hmac = (SELECT body_hmac FROM idempotency WHERE key = 'second') WHERE key = 'first'",
        [false, true, true],
        "made:",
        CHANGED,
    ),
    (
        "UPDATE idempotency SET key = CASE key WHEN 'first' THEN 'third' ELSE key END",
        [false, true, true],
        "made:",
        CHANGED,
    ),
    ("DELETE FROM idempotency", [false, true, true], "made:", GONE),
    ("UPDATE notice SET kind = 'expired'", [true, false, true], "notice:", CHANGED),
    ("UPDATE notice SET about_role = 'doorstroompunt'", [true, false, true], "notice:", CHANGED),
    (
        "INSERT INTO notice SELECT oin, role, idx + 1, message_id, about_oin, about_role, kind, declaration_id, created, seal \
         FROM notice",
        [true, false, true],
        "notice:",
        CHANGED,
    ),
    ("DELETE FROM notice", [true, true, true], "notice:", GONE),
    (
        "UPDATE search_key SET message_id = (SELECT message_id FROM idempotency WHERE key = 'second') \
         WHERE message_id = (SELECT message_id FROM idempotency WHERE key = 'first')",
        [true, true, false],
        "search:",
        CHANGED,
    ),
    ("UPDATE search_key SET digests = 1", [true, true, false], "search:", CHANGED),
    (
        "DELETE FROM search_key WHERE digest IN (SELECT digest FROM search_key WHERE message_id = \
         (SELECT message_id FROM idempotency WHERE key = 'first') ORDER BY digest LIMIT 1)",
        [true, true, true],
        "search:",
        CHANGED,
    ),
    ("DELETE FROM search_key", [true, true, true], "search:", GONE),
];

#[tokio::test]
async fn no_party_goes_by_what_was_changed_and_the_check_of_the_log_names_it() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::at(&place, store.clone(), None).await;
        let case = case(&rig).await;
        let tables = ["idempotency", "notice", "search_key"];
        for table in tables {
            rig.run_unbound(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        for (done, read, begins, fault) in DONE {
            assert_eq!(reads(&rig, &case).await, [true; 3], "before {done}");
            rig.run_unbound(done).await;
            assert_eq!(reads(&rig, &case).await, read, "{done}");
            let departed = rig.departed().await;
            let is_it = |(row, found): &(String, &str)| row.starts_with(begins) && *found == fault;
            assert!(departed.iter().any(is_it), "{done}: {departed:?}");
            for table in tables {
                rig.run_unbound(&format!("DELETE FROM {table}")).await;
                rig.run_unbound(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
            }
        }
        assert_eq!(rig.verify_log().await, rig.store.head().await.unwrap().size);
        store.close().await;
        place.remove().await;
    }
}

/// Under the lock too: it may be changed after it was read.
#[tokio::test]
async fn nobody_is_given_what_another_made_under_its_key() {
    for (done, is_taken) in [(DONE[0].0, true), (DONE[3].0, false)] {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            let Case { first, .. } = case(&rig).await;
            let made = rig.made_under(school(), "first").await;
            assert!(matches!(made, Some((_, Made::Message(_)))));
            rig.run_unbound(done).await;
            let size = store.head().await.unwrap().size;
            let refused = rig.writer.submit(Write::new(first, vec![entry(&[])])).await.map(drop).unwrap_err();
            assert!(matches!(refused, WriteError::Unavailable(_)), "{is_taken}: {refused:?}");
            assert_eq!(store.head().await.unwrap().size, size, "{is_taken}");
            store.close().await;
            place.remove().await;
        }
    }
}
