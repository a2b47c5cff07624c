//! `kill -9` in the middle of a stream of pushes: what was acknowledged is there, and nothing is there twice.

use sluis::domain::party::Role;

use super::{
    pour::{Pour, inbox, repeat},
    process::{GENEROUS, Site},
};
use crate::store::support::Place;

const ROUNDS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    killed(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    killed(Some(place)).await;
}

async fn killed(place: Option<Place>) {
    let site = Site::new(place, GENEROUS).await;
    let mut process = site.start("warn").await;
    let school = site.party(Role::ProSchool, &process).await;
    let doorstroompunt = site.party(Role::Doorstroompunt, &process).await;
    let (mut all, mut cut) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let pour = Pour::begin(&site, &school, &process, &format!("ronde-{round}"));
        pour.reach(25 + 7 * round).await;
        process.kill().await;
        let sent = pour.end().await;
        cut += sent.iter().filter(|one| one.answer.is_none()).count();
        let first = all.len();
        all.extend(sent);

        process = site.start("warn").await;
        let school = site.again(&school, &process);
        let before = inbox(&site.again(&doorstroompunt, &process)).await;
        for answer in all.iter().filter_map(|one| one.answer.as_ref()) {
            assert!(before.contains(answer["id"].as_str().unwrap()), "an acknowledged packet is gone");
        }
        repeat(&school, &all[first..]).await;
    }
    assert!(cut > 0, "no push was under way when the gateway was killed");
    println!("{} pushes in {ROUNDS} rounds, {cut} without an answer", all.len());

    let (school, doorstroompunt) = (site.again(&school, &process), site.again(&doorstroompunt, &process));
    let packets = repeat(&school, &all).await;
    assert_eq!(inbox(&doorstroompunt).await, packets, "one packet for each key, and no other");
    for packet in &packets {
        assert_eq!(doorstroompunt.pull(packet).await["persoon"]["voornamen"], "Sem");
    }
    let seen = site.verify_open(&process).await;
    let log = process.log.clone();
    process.stop().await;
    assert_eq!(site.verify_store(&log).await, seen);
    site.remove().await;
}
