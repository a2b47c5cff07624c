//! The life of an encryption key.

use jiff::SignedDuration;
use sluis::store::{
    read::{CopyState, KeyState, NoticeKind},
    write::{ActivateKey, Once, RetireKey, RevokeKey},
    writer::{Conflict, WriteError},
};

use super::support::{college, key, on_each, other_college, person, push, school, thumbprint};

#[tokio::test]
async fn senders_use_the_active_key_that_became_valid_last() {
    on_each(|rig| async move {
        rig.register(college()).await;
        rig.publish(college(), "old").await;
        let mut new = key(college(), "new");
        new.valid_from = rig.now() + SignedDuration::from_secs(60);
        new.active = false;
        rig.done(new).await;
        let active = |seconds| {
            let (store, at) = (rig.store.clone(), rig.now() + SignedDuration::from_secs(seconds));
            async move {
                let register = store.register().await.unwrap();
                register.active_key(&college(), at).map(|key| key.thumbprint.clone())
            }
        };
        assert_eq!(active(60).await.as_deref(), Some("old"), "a key that waits is not used");
        rig.done(ActivateKey { thumbprint: "new".to_owned() }).await;
        assert_eq!(active(59).await.as_deref(), Some("old"));
        assert_eq!(active(60).await.as_deref(), Some("new"));
        rig.done(RetireKey { thumbprint: "old".to_owned(), party: college() }).await;
        assert_eq!(active(59).await, None);
        let states: Vec<_> = rig.registered().await.keys(&college()).iter().map(|key| key.state).collect();
        assert_eq!(states, [KeyState::Active, KeyState::Retired]);
    })
    .await;
}

#[tokio::test]
async fn a_thumbprint_belongs_to_one_party_for_ever() {
    on_each(|rig| async move {
        rig.register(college()).await;
        rig.register(other_college()).await;
        rig.publish(college(), "one").await;
        assert_eq!(rig.done(key(college(), "one")).await.outcome, Once::Already);
        let conflict = |outcome| matches!(outcome, Err(WriteError::Conflict(Conflict::Taken)));
        assert!(conflict(rig.write(key(other_college(), "one"), 1).await.map(drop)));
        let theirs = RetireKey { thumbprint: "one".to_owned(), party: other_college() };
        assert!(matches!(rig.write(theirs, 1).await, Err(WriteError::Conflict(Conflict::NotFound))));
        rig.done(RevokeKey { thumbprint: "one".to_owned(), party: Some(college()) }).await;
        assert!(conflict(rig.write(key(college(), "one"), 1).await.map(drop)), "revoked is for ever");
        let back = rig.write(ActivateKey { thumbprint: "one".to_owned() }, 1).await;
        assert!(matches!(back, Err(WriteError::Conflict(Conflict::State))));
        let nobody = rig.write(key(school(), "two"), 1).await;
        assert!(matches!(nobody, Err(WriteError::Conflict(Conflict::NotFound))));
    })
    .await;
}

#[tokio::test]
async fn what_was_sealed_to_a_revoked_key_is_withheld_and_its_sender_is_told() {
    on_each(|rig| async move {
        rig.register(college()).await;
        rig.publish(college(), &thumbprint(college())).await;
        let packet = rig.push(push(rig.now(), &person(), &[college(), other_college()])).await;
        let late = push(rig.now(), &person(), &[college()]);
        rig.done(RetireKey { thumbprint: thumbprint(college()), party: college() }).await;
        rig.deliver(&packet, college()).await.unwrap();
        let copies = rig.done(RevokeKey { thumbprint: thumbprint(college()), party: None }).await.outcome;
        assert_eq!((copies.len(), copies[0].party), (1, college()));
        assert_eq!(rig.bodies().await, 1);
        let refused = rig.deliver(&packet, college()).await;
        assert!(matches!(refused, Err(WriteError::Conflict(Conflict::Withheld))));
        rig.deliver(&packet, other_college()).await.unwrap();
        let notice = rig.store.notices(&school(), None, 10).await.unwrap().items[0];
        assert_eq!((notice.kind, notice.about), (NoticeKind::KeyRevoked, college()));
        let row = rig.store.message(packet.id).await.unwrap().unwrap();
        assert_eq!(row.copies[0].state, CopyState::Withheld);
        assert!(matches!(rig.write(late, 1).await, Err(WriteError::StaleFacts)), "no new body for it");
        rig.verify_log().await;
    })
    .await;
}
