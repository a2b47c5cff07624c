//! The log as it is appended, proven and read.

use std::sync::Arc;

use jiff::SignedDuration;
use sluis::{
    domain::digest::Digest,
    merkle::{
        hash::leaf_hash,
        proof::{consistency, verify_consistency, verify_inclusion},
        tile::TileId,
    },
    policy::facts::AsOf,
    store::{
        write::{ActivatePolicy, Deliver, Once, Record, Write},
        writer::{Settings, WriteError, Writer},
    },
};

use super::support::{
    ORIGIN, Place, Rig, at_rest, college, entry, log_key, on_each, packet_id, permit, policy, prints,
    verifier,
};

async fn append(rig: &Rig, entries: usize) -> sluis::store::writer::Done<()> {
    rig.write(Record, entries).await.unwrap().into_inner()
}

#[tokio::test]
async fn every_commit_proves_its_entries_under_its_own_checkpoint() {
    on_each(|rig| async move {
        for entries in [1, 2, 254, 1, 300, 3] {
            let before = rig.store.head().await.unwrap().size;
            let done = append(&rig, entries).await;
            assert_eq!(done.evidence.len(), entries);
            // A proof costs some hundred hashes, which a debug build does slowly: a sample of them is checked.
            for (index, evidence) in (before..).zip(&done.evidence).step_by(83) {
                let checkpoint = verifier().open(&evidence.checkpoint).unwrap();
                assert_eq!((evidence.index, evidence.size), (index, checkpoint.size));
                let leaf = leaf_hash(&evidence.leaf);
                let proof = evidence.proof().unwrap();
                verify_inclusion(&proof, index, evidence.size, &checkpoint.root, &leaf).unwrap();
            }
        }
        assert_eq!(rig.verify_log().await, 561);
        let later = rig.store.evidence(5).await.unwrap().unwrap();
        let checkpoint = verifier().open(&later.checkpoint).unwrap();
        let proof = later.proof().unwrap();
        verify_inclusion(&proof, 5, 561, &checkpoint.root, &leaf_hash(&later.leaf)).unwrap();
        assert!(rig.store.evidence(561).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn tiles_are_full_or_as_wide_as_the_log() {
    on_each(|rig| async move {
        append(&rig, 600).await;
        let hashes = rig.store.leaf_hashes(0, 600).await.unwrap();
        let tile = |level, n, width| rig.store.tile(TileId::new(level, n, width).unwrap());
        for (n, width) in [(0, 256), (1, 256), (1, 9), (2, 88)] {
            let bytes = tile(0, n, width).await.unwrap().unwrap().bytes;
            let from = usize::try_from(n).unwrap() * 256;
            let expected: Vec<u8> =
                hashes[from..from + usize::from(width)].iter().flat_map(|hash| hash.0).collect();
            assert_eq!(bytes, expected, "tile {n} of width {width}");
        }
        assert_eq!(tile(1, 0, 2).await.unwrap().unwrap().bytes.len(), 64);
        for (level, n, width) in [(0, 2, 89), (0, 3, 1), (1, 0, 3), (2, 0, 1)] {
            assert_eq!(tile(level, n, width).await.unwrap(), None, "{level}/{n}.p/{width}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_begins_with_what_it_was() {
    on_each(|rig| async move {
        append(&rig, 300).await;
        let old = verifier().open(&rig.store.head().await.unwrap().checkpoint).unwrap();
        append(&rig, 400).await;
        let new = verifier().open(&rig.store.head().await.unwrap().checkpoint).unwrap();
        let tiles = rig.store.consistency_tiles(300, 700).await.unwrap().unwrap();
        let proof = consistency(300, 700, &tiles).unwrap();
        verify_consistency(&proof, 300, &old.root, 700, &new.root).unwrap();
        assert!(rig.store.consistency_tiles(300, 701).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn time_never_goes_back() {
    on_each(|rig| async move {
        let start = rig.now();
        rig.pass(60);
        let later = append(&rig, 1).await.time;
        rig.clock.set(later - SignedDuration::from_secs(5));
        assert_eq!(append(&rig, 1).await.time, later);
        assert_eq!(later, start + SignedDuration::from_secs(60));
        let times: Vec<_> =
            rig.store.leaves(0, 9).await.unwrap().iter().map(|leaf| leaf[14..22].to_vec()).collect();
        assert_eq!(times[0], times[1]);
    })
    .await;
}

#[tokio::test]
async fn two_gateways_never_decide_by_two_policies() {
    on_each(|rig| async move {
        let (from, to) = (policy(), Digest([8; 32]));
        let settings = Settings::new(to, Arc::new(log_key()), at_rest(), Arc::new(rig.clock.clone()));
        let (newer, _) = Writer::start(rig.store.clone(), settings).await.unwrap();
        let early = newer.submit(Write::new(Record, vec![entry(&[])])).await;
        assert!(matches!(early, Err(WriteError::PolicyDiffers)));
        let activate = || Write::new(ActivatePolicy { from, to }, vec![entry(&[])]);
        assert_eq!(newer.submit(activate()).await.unwrap().into_inner().outcome, Once::Now);
        assert_eq!(newer.submit(activate()).await.unwrap().into_inner().outcome, Once::Already);
        assert!(matches!(rig.write(Record, 1).await, Err(WriteError::PolicyDiffers)));
        let lost = ActivatePolicy { from, to: Digest([9; 32]) };
        assert!(matches!(rig.write(lost, 1).await, Err(WriteError::PolicyDiffers)));
        let stale = Deliver { permit: permit(rig.now(), packet_id(), college(), AsOf::default()) };
        let stale = newer.submit(Write::new(stale, vec![entry(&[])])).await;
        assert!(matches!(stale, Err(WriteError::PolicyDiffers)), "a permit of the former policy is void");
        newer.submit(Write::new(Record, vec![entry(&[])])).await.unwrap().into_inner();
        assert_eq!((rig.verify_log().await, rig.store.head().await.unwrap().policy), (2, to));
    })
    .await;
}

#[tokio::test]
async fn a_log_goes_on_where_it_stopped() {
    for place in Place::all().await {
        let store = place.begun().await;
        let empty = Rig::on(store.clone()).await;
        assert_eq!(empty.verify_log().await, 0, "an empty log is signed as well");
        append(&empty, 300).await;
        drop(empty);
        store.close().await;
        let store = place.open().await;
        store
            .begin_log(ORIGIN, policy(), &prints("own"), "2026-09-02T00:00:00Z".parse().unwrap())
            .await
            .unwrap();
        let rig = Rig::on(store.clone()).await;
        append(&rig, 300).await;
        assert_eq!(rig.verify_log().await, 600);
        rig.writer.prove().await.unwrap();
        let elsewhere =
            store.begin_log("sluis.example/other/2026", policy(), &prints("own"), rig.now()).await;
        let elsewhere = elsewhere.unwrap_err();
        assert!(elsewhere.to_string().contains(ORIGIN));
        store.close().await;
        place.remove().await;
    }
}

#[tokio::test]
async fn a_write_without_an_entry_is_not_done() {
    on_each(|rig| async move {
        assert!(matches!(rig.write(Record, 0).await, Err(WriteError::Mismatch(_))));
        assert_eq!(rig.verify_log().await, 0);
    })
    .await;
}
