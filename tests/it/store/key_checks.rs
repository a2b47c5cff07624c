//! Which of a gateway's own keys belong to a database.

use sluis::{
    crypto::gateway_keys::KeyKind,
    store::{
        write::{Once, RotateKey},
        writer::{Conflict, WriteError},
    },
};

use super::support::{ORIGIN, Place, START, on_each, policy, prints, unique};

#[tokio::test]
async fn of_two_that_begin_a_log_at_once_one_has_its_keys_known() {
    for on_a_server in [false, true] {
        let mut known_first = [0; 2];
        for round in 0..6 {
            // A log is begun once: each round is on a database of its own.
            let place = if on_a_server { Place::postgres().await } else { Some(Place::sqlite()) };
            let Some(place) = place else { return };
            sluis::store::Store::migrate(&place.url).await.unwrap();
            let (one, two) = (place.open().await, place.open().await);
            assert_eq!(one.key_prints().await.unwrap(), None, "no log, no keys");
            let (mine, others) = (prints("own"), prints("another"));
            let now = START.parse().unwrap();
            let (first, second) =
                (one.begin_log(ORIGIN, policy(), &mine, now), two.begin_log(ORIGIN, policy(), &others, now));
            // In two rounds the one is done before the other begins.
            let (first, second) = match round {
                0 => (first.await, second.await),
                1 => {
                    let second = second.await;
                    (first.await, second)
                }
                _ => tokio::join!(first, second),
            };
            first.unwrap();
            second.unwrap();
            let known = one.key_prints().await.unwrap().unwrap();
            assert!(known == mine || known == others, "a mixture: {known:?}");
            known_first[usize::from(known == others)] += 1;
            one.begin_log(ORIGIN, policy(), &mine, now).await.unwrap();
            two.begin_log(ORIGIN, policy(), &others, now).await.unwrap();
            assert_eq!(two.key_prints().await.unwrap().unwrap(), known, "repeating it changes nothing");
            one.close().await;
            two.close().await;
            place.remove().await;
        }
        assert!(known_first.iter().all(|rounds| *rounds > 0), "{known_first:?}");
    }
}

#[tokio::test]
async fn each_version_is_recorded_once_and_follows_the_one_before() {
    on_each(|rig| async move {
        let (print, other) = (unique(), unique());
        let rotate = |version, print| RotateKey { kind: KeyKind::Log, version, print };
        let of = |conflict| move |refused: WriteError| matches!(refused, WriteError::Conflict(it) if it == conflict);
        let ahead = rig.write(rotate(3, print), 1).await.map(drop).unwrap_err();
        assert!(of(Conflict::State)(ahead), "not the next");
        assert_eq!(rig.done(rotate(2, print)).await.outcome, Once::Now);
        let size = rig.store.head().await.unwrap().size;
        assert_eq!(rig.done(rotate(2, print)).await.outcome, Once::Already);
        let taken = rig.write(rotate(2, other), 1).await.map(drop).unwrap_err();
        assert!(of(Conflict::Taken)(taken), "another machine was first");
        assert_eq!(rig.store.head().await.unwrap().size, size, "no entry says it twice");
        let known = rig.store.key_prints().await.unwrap().unwrap();
        assert_eq!(known.get(KeyKind::Log, 2), Some(print));
        assert_eq!(known.iter().count(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_log_of_which_no_key_is_known_is_told_from_no_log() {
    for place in Place::all().await {
        let rig = super::support::Rig::at(&place, place.begun().await, None).await;
        rig.run("DELETE FROM key_check").await;
        let known = rig.store.key_prints().await.unwrap().unwrap();
        assert_eq!(known.iter().count(), 0);
        let departures = prints("own").departures(&known);
        assert_eq!(departures.len(), 4, "{departures:?}");
        rig.run("INSERT INTO key_check (kind, version, print) VALUES ('log', 1, 'no digest')").await;
        assert!(rig.store.key_prints().await.is_err());
        rig.store.close().await;
        place.remove().await;
    }
}
