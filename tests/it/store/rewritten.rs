//! Somebody who can write in the database, and has no key: nothing is signed on what he made of the log.

use sluis::{
    accesslog::entry::PartName,
    merkle::{frontier::Frontier, hash::leaf_hash},
    store::{
        write::{BlockParty, Record, RegisterParty, Write},
        writer::WriteError,
    },
};
use sqlx::AnyPool;

use super::support::{Place, Rig, college, entry, on_each, person, push, school};

/// What is done to the head after the last entry was taken out.
#[derive(Debug, Clone, Copy)]
enum Head {
    /// Size and frontier computed anew, which takes no key, and no checkpoint.
    Unsigned,
    /// Likewise, with the checkpoint that the gateway itself signed at that size.
    AsItWas,
    /// Likewise, signed by another key.
    ByAnother,
}

/// Takes the last entry out, and writes another in its place where there is one.
async fn rewrite(rig: &Rig, place: &Place, head: Head) {
    let pool = AnyPool::connect(&place.url).await.unwrap();
    let off: &[&'static str] = if place.url.starts_with("sqlite") {
        &[
            "DROP TRIGGER leaf_is_not_updated",
            "DROP TRIGGER leaf_is_not_deleted",
            "DROP TRIGGER log_head_does_not_shrink",
        ]
    } else {
        &["ALTER TABLE leaf DISABLE TRIGGER ALL", "ALTER TABLE log_head DISABLE TRIGGER ALL"]
    };
    for statement in off {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    let size = rig.store.head().await.unwrap().size;
    let last = i64::try_from(size).unwrap() - 1;
    for statement in [
        "DELETE FROM entry_reader WHERE idx = $1",
        "DELETE FROM entry_body WHERE idx = $1",
        "DELETE FROM leaf WHERE idx = $1",
    ] {
        sqlx::query(statement).bind(last).execute(&pool).await.unwrap();
    }
    let mut frontier = Frontier::new();
    for leaf in rig.store.leaves(0, u64::MAX).await.unwrap() {
        frontier.append(leaf_hash(&leaf));
    }
    let before: String = sqlx::query_scalar("SELECT note FROM checkpoint WHERE size = $1")
        .bind(last)
        .fetch_one(&pool)
        .await
        .unwrap();
    let checkpoint = match head {
        Head::Unsigned => String::new(),
        Head::AsItWas => before,
        Head::ByAnother => super::support::signed_by_another(last.unsigned_abs(), frontier.root()),
    };
    sqlx::query("UPDATE log_head SET size = $1, frontier = $2, checkpoint = $3 WHERE id = 1")
        .bind(last)
        .bind(frontier.to_bytes())
        .bind(checkpoint)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
}

#[tokio::test]
async fn a_running_gateway_signs_no_log_that_was_rewritten() {
    for head in [Head::Unsigned, Head::AsItWas, Head::ByAnother] {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            for _ in 0..3 {
                rig.done(Record).await;
            }
            rewrite(&rig, &place, head).await;
            let refused = rig.write(Record, 1).await.map(drop).unwrap_err();
            assert!(matches!(refused, WriteError::Unavailable(_)), "{head:?}: {refused:?}");
            assert_eq!(rig.store.head().await.unwrap().size, 2, "{head:?}");
            assert!(rig.writer.prove().await.is_err(), "{head:?}: not ready");
            store.close().await;
            place.remove().await;
        }
    }
}

#[tokio::test]
async fn a_gateway_does_not_start_on_a_log_that_no_key_of_its_own_signed() {
    for head in [Head::Unsigned, Head::ByAnother] {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            for _ in 0..3 {
                rig.done(Record).await;
            }
            rewrite(&rig, &place, head).await;
            assert!(Rig::started(store.clone()).await.is_err(), "{head:?}");
            store.close().await;
            place.remove().await;
        }
    }
}

/// Each gateway believes the other as far as the key of the log goes, and goes on.
#[tokio::test]
async fn what_another_gateway_appended_is_believed_when_it_goes_on_from_what_is_known() {
    on_each(|rig| async move {
        let other = Rig::on(rig.store.clone()).await;
        for _ in 0..300 {
            rig.done(Record).await;
        }
        for turn in 0..6 {
            let gateway = if turn % 2 == 0 { &other } else { &rig };
            gateway.done(Record).await;
        }
        assert_eq!(rig.verify_log().await, 306);
    })
    .await;
}

#[tokio::test]
async fn each_reader_has_its_own_numbers_through_whichever_gateway() {
    on_each(|rig| async move {
        let other = Rig::on(rig.store.clone()).await;
        for turn in 0..4 {
            let gateway = if turn % 2 == 0 { &other } else { &rig };
            let both = entry(&[(school(), PartName::Sender), (college(), PartName::Recipient)]);
            let one = entry(&[(college(), PartName::Recipient)]);
            gateway.writer.submit(Write::new(Record, vec![both, one])).await.unwrap().into_inner();
        }
        assert_eq!(rig.numbers(school()).await, (1..=4).collect::<Vec<_>>());
        assert_eq!(rig.numbers(college()).await, (1..=8).collect::<Vec<_>>());
        // Who is not in a batch after another gateway's is asked for again later.
        for (gateway, reader) in
            [(&other, school()), (&rig, college()), (&rig, school()), (&other, college())]
        {
            let one = entry(&[(reader, PartName::Recipient)]);
            gateway.writer.submit(Write::new(Record, vec![one])).await.unwrap().into_inner();
        }
        assert_eq!(rig.numbers(school()).await, (1..=6).collect::<Vec<_>>());
        assert_eq!(rig.numbers(college()).await, (1..=10).collect::<Vec<_>>());
    })
    .await;
}

/// Without a key nobody can give a reader's next entry the number of one that was taken from it.
#[tokio::test]
async fn a_reader_from_whom_an_entry_was_taken_is_given_no_number_twice() {
    on_each(|rig| async move {
        let write = || Write::new(Record, vec![entry(&[(school(), PartName::Sender)])]);
        for _ in 0..3 {
            rig.writer.submit(write()).await.unwrap().into_inner();
        }
        let other = Rig::on(rig.store.clone()).await;
        other.writer.submit(write()).await.unwrap().into_inner();
        rig.run("DELETE FROM entry_reader WHERE idx >= 1").await;
        // Its own last number is remembered, so that what the database says of it is found out.
        let refused = rig.writer.submit(write()).await.map(drop).unwrap_err();
        assert!(matches!(refused, WriteError::Unavailable(_)), "{refused:?}");
        // Whoever gave the last one goes on from there.
        other.writer.submit(write()).await.unwrap().into_inner();
        assert_eq!(rig.numbers(school()).await, [1, 5]);
    })
    .await;
}

#[tokio::test]
async fn every_checkpoint_that_was_handed_out_is_kept() {
    on_each(|rig| async move {
        let mut handed = Vec::new();
        for _ in 0..3 {
            let done = rig.done(Record).await;
            handed.push((done.evidence[0].size, done.evidence[0].checkpoint.to_string()));
        }
        assert_eq!(rig.checkpoints().await, handed);
    })
    .await;
}

/// What somebody without a key does to the register, and undoes nothing else.
const REGISTER: [&str; 9] = [
    "UPDATE party_key SET jwk = '{\"kty\":\"OKP\"}'",
    "UPDATE party_key SET state = 'retired' WHERE thumbprint = 'key-of-college'",
    "DELETE FROM party_key WHERE thumbprint = 'key-of-college'",
    "UPDATE party SET state = 'active' WHERE role = 'werk-en-inkomen'",
    "UPDATE party SET name = 'Een ander' WHERE role = 'werk-en-inkomen'",
    "INSERT INTO party (oin, role, name, state, registered, since) \
     VALUES ('00000099000000009000', 'doorstroompunt', 'Niemand', 'active', 0, 0)",
    "UPDATE party SET since = 0 WHERE role = 'werk-en-inkomen'",
    "UPDATE log_head SET register_seal = NULL",
    "UPDATE log_head SET register = register + 1",
];

#[tokio::test]
async fn nobody_takes_part_in_a_register_that_was_changed() {
    for change in REGISTER {
        for place in Place::all().await {
            let store = place.begun().await;
            let rig = Rig::at(&place, store.clone(), None).await;
            rig.register(school()).await;
            rig.register(college()).await;
            rig.publish(college(), "key-of-college").await;
            rig.done(BlockParty { party: college(), blocked: true }).await;
            rig.registered().await;
            rig.run(change).await;
            // Of another gateway, and of this one as soon as it reads anew.
            let anew = place.open().await;
            let other = Rig::on(anew.clone()).await;
            assert!(other.store.register().await.is_err(), "{change}");
            anew.close().await;
            store.close().await;
            place.remove().await;
        }
    }
}

/// Else whoever changes a key past the gateway need only wait until somebody registers: the gateway itself would seal it.
#[tokio::test]
async fn no_write_seals_a_register_that_was_changed_before() {
    on_each(|rig| async move {
        rig.register(college()).await;
        rig.publish(college(), "key-of-college").await;
        rig.run("UPDATE party_key SET jwk = '{\"kty\":\"OKP\"}'").await;
        let party =
            RegisterParty { party: school(), name: "Voorbeeld".to_owned(), municipalities: Vec::new() };
        let refused = rig.write(party, 1).await.map(drop).unwrap_err();
        assert!(matches!(refused, WriteError::Unavailable(_)), "{refused:?}");
        let (number, _) = rig.register_seal().await;
        assert_eq!(number, 2, "the party and its key");
    })
    .await;
}

/// The rows, the number and the seal of before a block, all as the gateway itself made them.
#[tokio::test]
async fn a_register_that_was_put_back_is_not_believed_by_who_knows_the_later_one() {
    on_each(|rig| async move {
        rig.register(college()).await;
        let (number, seal) = rig.register_seal().await;
        rig.done(BlockParty { party: college(), blocked: true }).await;
        assert!(rig.registered().await.party(&college()).unwrap().blocked);
        rig.run("UPDATE party SET state = 'active'").await;
        rig.put_register_seal(number, &seal).await;
        assert!(rig.store.register().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_leaves_is_what_the_log_says_was_sealed() {
    on_each(|rig| async move {
        let mut packets = Vec::new();
        for _ in 0..2 {
            let push = push(rig.now(), &person(), &[college()]);
            packets.push(rig.push(push).await);
        }
        let size = rig.store.head().await.unwrap().size;
        rig.run("UPDATE copy SET jwe = (SELECT MAX(jwe) FROM copy)").await;
        let mut refused = 0;
        for packet in &packets {
            refused += usize::from(rig.deliver(packet, college()).await.is_err());
        }
        assert_eq!(refused, 1, "the one whose body was exchanged");
        assert_eq!(rig.store.head().await.unwrap().size, size + 1, "and no entry says that it was released");
    })
    .await;
}
