//! Somebody who can write in the database, and has no key, changes what decisions rest on, or puts it back to how it was.

use sluis::{
    domain::declaration::{Capacity, DeclarationKind, Verdict},
    store::{
        OpenOptions, Store, StoreErrorKind,
        snapshot::Needs,
        subject,
        write::{Acknowledge, DecideDeclaration, MessageKind, WithdrawDeclaration, WithdrawPacket, Write},
        writer::WriteError,
    },
};

use super::support::{Place, Rig, answer, college, declare, declares, entry, on_each, person, push, school};

/// What there is about one person: a packet that waits and rests on a consent, one that was taken back, a request with an answer,
/// an objection that was withdrawn, one that was decided upon, and one that stands.
struct Case {
    waiting: sluis::store::read::MessageRow,
    taken_back: sluis::store::read::MessageRow,
    request: sluis::domain::id::PacketId,
    who: sluis::store::write::NewPerson,
}

async fn case(rig: &Rig) -> Case {
    rig.register(college()).await;
    let who = person();
    let consent = declare(rig.now(), &who);
    let mut on_consent = push(rig.now(), &who, &[college()]);
    on_consent.recipients[0].declarations = vec![consent.id];
    rig.done(consent).await;
    let waiting = rig.push(on_consent).await;
    let taken_back = rig.push(push(rig.now(), &who, &[college()])).await;
    rig.done(WithdrawPacket { packet: taken_back.id, sender: school() }).await;
    let mut request = push(rig.now(), &who, &[college()]);
    request.packet.kind = MessageKind::Request;
    let request = rig.push(request).await.id;
    rig.done(answer(request, &who, college(), "nee")).await;
    for withdrawn in [true, false] {
        let objection = declares(DeclarationKind::Bezwaar, rig.now(), &who);
        let id = objection.id;
        rig.done(objection).await;
        if withdrawn {
            rig.done(WithdrawDeclaration { id, recorder: school(), by: Capacity::Ouder }).await;
        } else {
            let decided = DecideDeclaration {
                id,
                recorder: school(),
                verdict: Verdict::Gegrond,
                reason: "grond".parse().unwrap(),
                on: "2026-09-01".parse().unwrap(),
            };
            rig.done(decided).await;
        }
    }
    Case { waiting, taken_back, request, who }
}

/// Whether all that a decision about this person would rest on is read.
async fn is_read(rig: &Rig, case: &Case) -> bool {
    let needs = Needs {
        asker: Some(school()),
        pseudonyms: case.who.pseudonyms.clone(),
        messages: vec![case.waiting.id, case.taken_back.id, case.request],
        ..Needs::default()
    };
    match rig.store.snapshot(needs).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), StoreErrorKind::Inconsistent, "{error}");
            false
        }
    }
}

/// What is done to a row without a key.
const CHANGED: [&str; 22] = [
    "DELETE FROM pseudonym",
    "UPDATE declaration SET state = 'given', withdrawn_by = NULL, withdrawn_at = NULL, withdrawn_index = NULL \
     WHERE state = 'withdrawn'",
    "UPDATE declaration SET state = 'withdrawn' WHERE kind = 'bezwaar' AND state = 'given'",
    "UPDATE declaration SET kind = 'instemming' WHERE kind = 'bezwaar' AND state = 'given'",
    "UPDATE declaration SET until_at = 1 WHERE kind = 'bezwaar' AND state = 'given'",
    "UPDATE declaration SET person_id = (SELECT MAX(person_id) FROM person) || '0' WHERE 1 = 0 OR kind = 'bezwaar'",
    "UPDATE declaration SET dataset = 'ander' WHERE kind = 'bezwaar'",
    "DELETE FROM declaration_decision",
    "UPDATE declaration_decision SET verdict = 'ongegrond'",
    "UPDATE declaration_decision SET idx = idx - 1",
    "UPDATE subject_change SET entry = 0 WHERE subject LIKE 'person:%'",
    "DELETE FROM subject_change WHERE subject LIKE 'person:%'",
    "UPDATE message SET expires = expires + 1000000",
    "UPDATE message SET state = 'open' WHERE state = 'withdrawn'",
    "UPDATE message SET purpose = 'ander' WHERE kind = 'packet'",
    "UPDATE message SET sender_oin = '00000099000000000009' WHERE kind = 'packet'",
    "UPDATE message SET outcome = 'ja' WHERE kind = 'answer'",
    "UPDATE copy SET state = 'waiting' WHERE state = 'withdrawn'",
    "UPDATE copy SET basis = 'ander'",
    "UPDATE copy SET categories = 'alles'",
    "UPDATE copy SET jwe_sha256 = 'abababababababababababababababababababababababababababababababab'",
    "UPDATE copy SET seal = (SELECT seal FROM copy ORDER BY message_id LIMIT 1)",
];

#[tokio::test]
async fn no_decision_rests_on_a_row_that_was_changed_and_the_check_of_the_log_names_it() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::at(&place, store.clone(), None).await;
        let case = case(&rig).await;
        keep(&rig).await;
        for change in CHANGED {
            assert!(is_read(&rig, &case).await, "before {change}");
            rig.run_unbound(change).await;
            assert!(!is_read(&rig, &case).await, "{change}");
            assert!(!rig.departed().await.is_empty(), "{change}");
            put_back(&rig).await;
        }
        rig.verify_log().await;
        store.close().await;
        place.remove().await;
    }
}

/// What the check of the log says of rows on which nothing was decided since.
#[tokio::test]
async fn the_check_of_the_log_names_what_is_gone_and_what_nobody_wrote() {
    for (change, begins, fault) in [
        (
            "DELETE FROM declaration WHERE kind = 'instemming'",
            "declaration:",
            "it is gone, and no entry deleted it",
        ),
        ("DELETE FROM declaration_decision", "decision:", "it is gone, and no entry deleted it"),
        ("DELETE FROM copy_declaration", "rests:", "it is gone, and no entry deleted it"),
        ("DELETE FROM pseudonym", "pseudonym:", "it is gone, and no entry deleted it"),
        ("DELETE FROM copy", "copy:", "it is gone, and no entry deleted it"),
        ("DELETE FROM message WHERE kind = 'answer'", "answer:", "it is gone, and no entry deleted it"),
        (
            "UPDATE copy_declaration SET role = 'leerplicht'",
            "rests:",
            "it was changed or made past the gateway",
        ),
        ("UPDATE party SET state = 'blocked'", "party:", "it was changed or made past the gateway"),
        ("DELETE FROM party_key", "key:", "it is gone, and no entry deleted it"),
        ("UPDATE party_key SET jwk = jwk || ' '", "key:", "it was changed or made past the gateway"),
        (
            "INSERT INTO party_municipality (oin, role, municipality, ground, valid_from) \
             SELECT oin, role, '0361', 'own', 0 FROM party",
            "place:",
            "no entry wrote it",
        ),
    ] {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            case(&rig).await;
            rig.publish(college(), "key-of-college").await;
            rig.verify_log().await;
            rig.run_unbound(change).await;
            let departed = rig.departed().await;
            let is_it = |(row, found): &(String, &str)| row.starts_with(begins) && *found == fault;
            assert!(departed.iter().any(is_it), "{change}: {departed:?}");
            store.close().await;
            place.remove().await;
        }
    }
}

/// Under the lock too: it may be changed after it was read.
#[tokio::test]
async fn nothing_is_released_or_changed_on_a_row_that_was_changed_since_it_was_read() {
    for change in [
        "UPDATE message SET expires = expires + 1000000",
        "UPDATE copy SET basis = 'ander', jwe_sha256 = jwe_sha256",
        "UPDATE copy SET thumbprint = 'ander'",
        "UPDATE subject_change SET entry = 0",
    ] {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            let Case { waiting, .. } = case(&rig).await;
            let subjects = [subject::person(waiting.person), subject::message(waiting.id)];
            let permit = rig.permit(waiting.id, college(), &subjects).await;
            let size = rig.store.head().await.unwrap().size;
            rig.run_unbound(change).await;
            let deliver = sluis::store::write::Deliver { permit };
            let refused =
                rig.writer.submit(Write::new(deliver, vec![entry(&[])])).await.map(drop).unwrap_err();
            assert!(matches!(refused, WriteError::Unavailable(_)), "{change}: {refused:?}");
            assert_eq!(rig.store.head().await.unwrap().size, size, "{change}");
            store.close().await;
            place.remove().await;
        }
    }
}

/// The tables on which decisions rest, as they were at one moment.
const KEPT: [(&str, &str); 7] = [
    ("message", "id"),
    ("copy", "message_id, oin, role"),
    ("copy_declaration", "message_id, oin, role, declaration_id"),
    ("declaration", "id"),
    ("declaration_decision", "declaration_id, idx"),
    ("subject_change", "subject"),
    ("pseudonym", "pseudonym"),
];

/// Everything put back to how it was before the last write, seals and all, as the gateway itself made it.
async fn put_back(rig: &Rig) {
    for (table, _) in KEPT.iter().rev() {
        rig.run_unbound(&format!("DELETE FROM {table}")).await;
    }
    for (table, _) in KEPT {
        rig.run_unbound(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
    }
}

async fn keep(rig: &Rig) {
    for (table, _) in KEPT {
        rig.run_unbound(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
}

/// A gateway that runs, one that starts afterwards, and another one that ran all the time and wrote nothing.
#[tokio::test]
async fn what_was_put_back_to_an_older_state_is_not_believed() {
    for turn in 0..3 {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            let idle_store = place.open().await;
            let idle = Rig::at(&place, idle_store.clone(), None).await;
            let Case { waiting, who, taken_back, request } = case(&rig).await;
            keep(&rig).await;
            match turn {
                0 => drop(rig.done(WithdrawPacket { packet: waiting.id, sender: school() }).await),
                1 => drop(rig.done(declares(DeclarationKind::Bezwaar, rig.now(), &who)).await),
                _ => {
                    rig.deliver(&waiting, college()).await.unwrap();
                    rig.done(Acknowledge { packet: waiting.id, party: college(), person: None }).await;
                }
            }
            put_back(&rig).await;
            let size = rig.store.head().await.unwrap().size;
            let departed = rig.departed().await;
            assert!(
                departed.iter().any(|(_, fault)| fault.contains("older state") || fault.contains("gone"))
            );
            let case = Case { waiting, taken_back, request, who };
            assert!(!is_read(&rig, &case).await, "{turn}: by the gateway that runs");
            let later = place.open().await;
            let started = Rig::at(&place, later.clone(), None).await;
            assert!(!is_read(&started, &case).await, "{turn}: by one that starts");
            for gateway in [&rig, &started, &idle] {
                let refused = gateway.deliver(&case.waiting, college()).await.unwrap_err();
                assert!(matches!(refused, WriteError::Unavailable(_)), "{turn}: {refused:?}");
            }
            assert_eq!(rig.store.head().await.unwrap().size, size);
            for store in [store, later, idle_store] {
                store.close().await;
            }
            place.remove().await;
        }
    }
}

/// A gateway that remembers few rows: up to that number nothing is put back unseen, by one that starts neither; beyond it the check of the
/// log says so.
#[tokio::test]
async fn a_row_is_remembered_as_long_as_not_too_many_others_changed_since() {
    const REMEMBERS: usize = 64;
    // A push to one recipient about somebody new: its message, copy and pseudonym.
    for (pushes, is_remembered) in [(REMEMBERS / 8, true), (REMEMBERS / 2, false)] {
        for place in Place::all().await {
            place.begun().await.close().await;
            let options = OpenOptions { remembers: REMEMBERS, ..OpenOptions::default() };
            let few = || Store::open(&place.url, &options);
            let store = few().await.unwrap();
            let rig = Rig::at(&place, store.clone(), None).await;
            rig.register(college()).await;
            let packet = rig.push(push(rig.now(), &person(), &[college()])).await.id;
            keep(&rig).await;
            rig.done(WithdrawPacket { packet, sender: school() }).await;
            for _ in 0..pushes {
                rig.push(push(rig.now(), &person(), &[college()])).await;
            }
            for (table, of) in [("message", "id"), ("copy", "message_id"), ("subject_change", "subject")] {
                let it = format!("WHERE {of} LIKE '%{packet}'");
                rig.run_unbound(&format!("DELETE FROM {table} {it}")).await;
                rig.run_unbound(&format!("INSERT INTO {table} SELECT * FROM kept_{table} {it}")).await;
            }
            let later = few().await.unwrap();
            let started = Rig::at(&place, later.clone(), None).await;
            for gateway in [&rig, &started] {
                let needs = Needs { asker: Some(college()), messages: vec![packet], ..Needs::default() };
                assert_eq!(gateway.store.snapshot(needs).await.is_err(), is_remembered, "{pushes}");
            }
            let departed = rig.departed().await;
            assert!(
                departed.iter().any(|(row, fault)| row.contains("copy:") && fault.contains("older state"))
            );
            for store in [store, later] {
                store.close().await;
            }
            place.remove().await;
        }
    }
}

/// Reading, changing and reading again through two gateways finds no fault where there is none.
#[tokio::test]
async fn what_gateways_write_in_turn_is_believed_by_both() {
    on_each(|rig| async move {
        let other = Rig::on(rig.store.clone()).await;
        let first = case(&rig).await;
        let second = case_again(&other).await;
        for gateway in [&other, &rig] {
            assert!(is_read(gateway, &first).await && is_read(gateway, &second).await);
        }
        other.deliver(&first.waiting, college()).await.unwrap();
        rig.deliver(&first.waiting, college()).await.unwrap();
        other.acknowledge(first.waiting.id, college()).await.unwrap();
        for gateway in [&other, &rig] {
            assert!(is_read(gateway, &first).await);
        }
    })
    .await;
}

async fn case_again(rig: &Rig) -> Case {
    let who = person();
    let waiting = rig.push(push(rig.now(), &who, &[college()])).await;
    let taken_back = rig.push(push(rig.now(), &who, &[college()])).await;
    let request = rig.push(push(rig.now(), &who, &[college()])).await.id;
    rig.done(declares(DeclarationKind::Bezwaar, rig.now(), &who)).await;
    Case { waiting, taken_back, request, who }
}
