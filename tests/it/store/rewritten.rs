//! Somebody who can write in the database, and has no key: nothing is signed on what he made of the log.

use sluis::{
    accesslog::entry::PartName,
    merkle::{frontier::Frontier, hash::leaf_hash},
    store::{
        write::{Record, Write},
        writer::WriteError,
    },
};
use sqlx::AnyPool;

use super::support::{Place, Rig, college, entry, on_each, school};

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
