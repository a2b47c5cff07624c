//! Somebody who can write in the database takes rows away of which decisions ask: that is damage, and no absence.

use sluis::{
    domain::party::PartyId,
    store::{
        Store, StoreErrorKind,
        snapshot::Needs,
        write::{MessageKind, Write},
        writer::WriteError,
    },
};

use super::support::{Place, Rig, answer, college, entry, other_college, person, push, school};

/// A request with a bare answer of one college and one with content of the other, and who asks.
struct Asked {
    id: sluis::domain::id::PacketId,
    row: sluis::store::read::MessageRow,
    who: sluis::store::write::NewPerson,
}

async fn asked(rig: &Rig) -> Asked {
    rig.register(college()).await;
    rig.register(other_college()).await;
    let who = person();
    let mut request = push(rig.now(), &who, &[college(), other_college()]);
    request.packet.kind = MessageKind::Request;
    let row = rig.push(request).await;
    rig.done(answer(row.id, &who, college(), "ja")).await;
    let back = person();
    let mut reply = push(rig.now(), &back, &[college()]);
    reply.packet.kind = MessageKind::Answer;
    reply.packet.sender = other_college();
    reply.packet.reply = Some((row.id, "nee".parse().unwrap()));
    rig.push(reply).await;
    Asked { id: row.id, row, who }
}

/// What a decision reads for this party: the message is there, is not there, or is damaged.
async fn read(store: &Store, asked: &Asked, asker: PartyId) -> Option<bool> {
    let needs = Needs { asker: Some(asker), messages: vec![asked.id], ..Needs::default() };
    match store.snapshot(needs).await {
        Ok(snapshot) => Some(snapshot.message(asked.id).is_some()),
        Err(error) => {
            assert_eq!(error.kind(), StoreErrorKind::Inconsistent, "{error}");
            None
        }
    }
}

const TABLES: [&str; 3] = ["message", "copy", "term"];

/// Which rows are taken away, and which names the check of the log gives.
const TAKEN: [(&str, &str); 6] = [
    ("DELETE FROM message WHERE kind = 'request'", "message:"),
    ("DELETE FROM message", "message:"),
    ("DELETE FROM copy WHERE role = 'werk-en-inkomen' AND oin LIKE '%2'", "copy:"),
    ("DELETE FROM copy", "copy:"),
    ("DELETE FROM message WHERE kind = 'answer' AND expires IS NULL", "answer:"),
    ("DELETE FROM message WHERE kind = 'answer' AND expires IS NOT NULL", "answer:"),
];

#[tokio::test]
async fn what_was_taken_away_is_damage_for_its_parties_and_no_more_than_absent_for_others() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::at(&place, store.clone(), None).await;
        let asked = asked(&rig).await;
        for table in TABLES {
            rig.run_unbound(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        let stranger = PartyId::new(college().oin, "leerplicht".parse().unwrap());
        let later = place.open().await;
        let started = Rig::at(&place, later.clone(), None).await;
        for (taken, name) in TAKEN {
            for asker in [school(), college(), other_college(), stranger] {
                assert_eq!(read(&store, &asked, asker).await, Some(true), "before {taken}");
            }
            rig.run_unbound(taken).await;
            for gateway in [&store, &started.store] {
                for asker in [school(), college(), other_college()] {
                    assert_eq!(read(gateway, &asked, asker).await, None, "{taken}: {asker}");
                }
                assert_eq!(read(gateway, &asked, stranger).await, Some(false), "{taken}: a stranger");
            }
            let departed = rig.departed().await;
            let is_named =
                |(row, fault): &(String, &str)| row.starts_with(name) && fault.contains("it is gone");
            assert!(departed.iter().any(is_named), "{taken}: {departed:?}");
            for table in TABLES {
                rig.run_unbound(&format!("DELETE FROM {table}")).await;
                rig.run_unbound(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
            }
        }
        rig.verify_log().await;
        for store in [store, later] {
            store.close().await;
        }
        place.remove().await;
    }
}

/// What rests on a row that is gone is refused, also where no one remembers it.
#[tokio::test]
async fn a_message_does_not_rest_on_one_that_was_taken_away() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::at(&place, store.clone(), None).await;
        let Asked { id, who, .. } = asked(&rig).await;
        let mut document = push(rig.now(), &who, &[college()]);
        document.packet.rests_on = Some(id);
        let document = rig.push(document).await;
        rig.run_unbound("DELETE FROM message WHERE kind = 'request'").await;
        for asker in [school(), college()] {
            let needs = Needs { asker: Some(asker), messages: vec![document.id], ..Needs::default() };
            let error = store.snapshot(needs).await.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Inconsistent, "{error}");
        }
        store.close().await;
        place.remove().await;
    }
}

/// Under the lock too: it may be taken away after it was read.
#[tokio::test]
async fn nothing_is_done_with_what_was_taken_away_since_it_was_read() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::at(&place, store.clone(), None).await;
        let Asked { row, who, .. } = asked(&rig).await;
        let permit = rig.permit(row.id, college(), &[]).await;
        for taken in ["DELETE FROM message WHERE kind = 'answer'", "DELETE FROM copy", "DELETE FROM message"]
        {
            rig.run_unbound(taken).await;
            let size = store.head().await.unwrap().size;
            let answered =
                rig.writer.submit(Write::new(answer(row.id, &who, college(), "nee"), vec![entry(&[])]));
            let refused = answered.await.map(drop).unwrap_err();
            assert!(matches!(refused, WriteError::Unavailable(_)), "{taken}: {refused:?}");
            assert_eq!(store.head().await.unwrap().size, size, "{taken}");
        }
        let deliver = sluis::store::write::Deliver { permit };
        let refused = rig.writer.submit(Write::new(deliver, vec![entry(&[])])).await.map(drop).unwrap_err();
        assert!(matches!(refused, WriteError::Unavailable(_)), "{refused:?}");
        store.close().await;
        place.remove().await;
    }
}
