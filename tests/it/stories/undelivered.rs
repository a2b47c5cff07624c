//! What ends without delivery tells its sender: once, with an entry, in its notices and its outbox.

use http::StatusCode;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use sluis::{
    accesslog::entry::{Event, PartName},
    domain::{clock::Clock as _, party::Role},
    exchange::operate::OperateError,
    store::write::{Ground, MunicipalityOf},
};

use super::{
    evidence::own_entries,
    steps::{agree, answer, ask, asked_and_answered, born, collect, hand_over, items},
};
use crate::support::{Actor, Gateway, on_each_backend};

/// What the sender was told of this packet, and how it stands in its outbox.
async fn told(school: &Actor, packet: &str) -> (Vec<String>, String) {
    let notices = items(school, "/v1/notices").await;
    let kinds = notices.iter().filter(|one| one["packet"] == json!(packet));
    let kinds = kinds.map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
    let stands = school.get(&format!("/v1/packets/{packet}")).await.json();
    (kinds, stands["recipients"][0]["state"].as_str().unwrap().to_owned())
}

fn saw(kinds: &[&str], state: &str) -> (Vec<String>, String) {
    (kinds.iter().map(|kind| (*kind).to_owned()).collect(), state.to_owned())
}

async fn plays_on(gateway: Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = asked_and_answered(&gateway, &school, &college, &toby).await;
    let exchange = &gateway.running.exchange;
    let home = "0361".parse::<sluis::domain::code::Municipality>().unwrap();
    let first = hand_over(&gateway, &school, &toby, &request).await.text("/id");

    // A college for which it acted too, and nothing waits there.
    let elsewhere = "0373".parse().unwrap();
    exchange.end_municipality(college.party, elsewhere, gateway.clock.now()).await.unwrap();
    assert_eq!(told(&school, &first).await, saw(&[], "waiting"));

    // Of an end that is still to come the sender is told on its day.
    let day = gateway.clock.now() + 24.hours();
    exchange.end_municipality(college.party, home.clone(), day).await.unwrap();
    assert_eq!(told(&school, &first).await, saw(&[], "waiting"));
    gateway.pass(1.day());
    assert_eq!(told(&school, &first).await, saw(&[], "withheld"), "as soon as it is so");
    let tell = async || exchange.tell_undelivered(Timestamp::UNIX_EPOCH, gateway.clock.now()).await.unwrap();
    assert_eq!(
        (tell().await, tell().await),
        (1, 0),
        "each is told once, and the answered request not at all"
    );
    assert_eq!(told(&school, &first).await, saw(&["mandate-ended"], "withheld"));
    let entry = own_entries(&gateway, &school).await.into_iter().next_back().unwrap();
    let shared = entry.parts.into_iter().find_map(|(name, part)| part.filter(|_| name == PartName::Shared));
    let shared = shared.unwrap();
    assert_eq!((shared.event, shared.cause.as_deref()), (Some(Event::Notice), Some("mandate-ended")));
    collect(&college, &first).await.expect_status(StatusCode::FORBIDDEN);

    // At once, by the brake; and what waits goes on when it is lifted.
    let again = MunicipalityOf {
        municipality: home,
        ground: Ground::Delegatie,
        decision: Some("Besluit 2".to_owned()),
        from: gateway.clock.now(),
        until: None,
    };
    exchange.add_municipality(college.party, again).await.unwrap();
    // It waits again: who follows the notice would send it twice.
    assert_eq!(told(&school, &first).await, saw(&["mandate-ended"], "waiting"));
    let notice = items(&school, "/v1/notices").await.remove(0);
    assert_eq!((&notice["packet"], &notice["state"]), (&json!(first), &json!("waiting")));
    assert_eq!(notice["hindrance"], Value::Null);
    let second = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    exchange.block_party(college.party, true, None).await.unwrap();
    assert_eq!(told(&school, &second).await, saw(&["recipient-blocked"], "withheld"));
    // What is in the way now is another thing than the first notice of the other packet told.
    let notice = items(&school, "/v1/notices").await.remove(0);
    assert_eq!(
        (&notice["kind"], &notice["hindrance"]),
        (&json!("mandate-ended"), &json!("recipient-blocked"))
    );
    exchange.block_party(college.party, false, None).await.unwrap();
    assert_eq!(told(&school, &second).await, saw(&["recipient-blocked"], "waiting"));
    // Who is blocked again is told again, and of each block once.
    gateway.pass(1.hour());
    exchange.block_party(college.party, true, None).await.unwrap();
    assert_eq!(tell().await, 0);
    assert_eq!(told(&school, &second).await, saw(&["recipient-blocked", "recipient-blocked"], "withheld"));
    exchange.block_party(college.party, false, None).await.unwrap();
    college.pull(&second).await;

    // What nobody came for.
    let third = hand_over(&gateway, &school, &toby, &request).await.text("/id");
    gateway.pass(100.days());
    exchange.do_what_is_due().await.unwrap();
    let notices: Vec<Value> = items(&school, "/v1/notices").await;
    assert!(
        notices.iter().any(|one| one["packet"] == json!(third) && one["kind"] == "expired"),
        "{notices:?}"
    );
    assert!(
        !notices.iter().any(|one| one["packet"] == json!(second) && one["kind"] == "expired"),
        "it was collected: {notices:?}"
    );
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_learns_that_nobody_comes_for_its_packet_on_sqlite() {
    plays_on(Gateway::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_learns_that_nobody_comes_for_its_packet_on_postgresql() {
    let Some(gateway) = Gateway::start_on_postgres().await else { return };
    plays_on(gateway).await;
}

/// A request that was answered, and the person's copy, wait for no recipient: nobody is told that they lapse, and a party
/// may leave.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_waits_for_nobody() {
    on_each_backend(async |gateway| {
        let school = gateway.party(Role::ProSchool).await;
        let college = gateway.party(Role::WerkEnInkomen).await;
        let toby = born(gateway, "L-2031", "2007-11-03");
        agree(gateway, &school, &toby, "persoon").await;
        let store = gateway.store().await;
        let week_before = async |path: &str| {
            let end: Timestamp = school.get(path).await.text("/expires").parse().unwrap();
            store
                .ends(end - 24.hours())
                .await
                .unwrap()
                .lapsing
                .iter()
                .map(|one| one.copies)
                .collect::<Vec<_>>()
        };
        let request = ask(gateway, &school, &toby).await.text("/id");
        let asked = format!("/v1/requests/{request}");
        assert_eq!(week_before(&asked).await, [1, 1]);
        answer(&college, &request, "ja").await.expect_status(StatusCode::OK);
        assert_eq!(week_before(&asked).await, [0, 0]);
        let packet = hand_over(gateway, &school, &toby, &request).await.text("/id");
        let sent = format!("/v1/packets/{packet}");
        assert_eq!(week_before(&sent).await, [1, 1], "the copy for the person is not one of them");
        let leave = || gateway.running.exchange.remove_party(college.party);
        assert!(matches!(leave().await, Err(OperateError::Waited { incoming: 1, outgoing: 0 })));
        college.pull(&packet).await;
        assert_eq!(week_before(&sent).await, [0, 0]);
        college.post(&format!("{sent}/acknowledgement"), &json!({})).await.expect_status(StatusCode::OK);
        leave().await.unwrap();
        // A notice would be for nobody.
        let taken = school.post(&format!("{sent}/withdrawal"), &json!({})).await;
        let taken = taken.expect_status(StatusCode::OK).json();
        let of =
            |list: &str| taken[list].as_array().unwrap().iter().map(|copy| copy["party"]["role"].clone());
        assert_eq!(of("told").collect::<Vec<_>>(), [Value::Null; 0], "{taken}");
        assert_eq!(of("toTell").collect::<Vec<_>>(), ["werk-en-inkomen"], "{taken}");
        store.close().await;
    })
    .await;
}
