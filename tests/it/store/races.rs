//! Many at once, through one gateway and through two on the same database.

use std::{collections::BTreeSet, sync::Arc};

use sluis::{
    domain::declaration::Capacity,
    store::{
        subject,
        write::{Deliver, MessageKind, Pushed, Record, WithdrawDeclaration, Write},
        writer::{Conflict, Settings, WriteError, Writer},
    },
};
use tokio::task::JoinSet;

use super::support::{
    Place, Rig, answer, at_rest, college, declare, entry, idempotency, log_key, other_college, permit,
    person, policy, push, school,
};

async fn two_gateways(place: &Place) -> [Rig; 2] {
    let first = Rig::on(place.begun().await).await;
    let second = Rig::on(place.open().await).await;
    [first, second]
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_through_two_gateways_leave_no_gap() {
    for place in Place::all().await {
        let rigs = two_gateways(&place).await;
        let mut tasks = JoinSet::new();
        for number in 0..200 {
            let rig = rigs[number % 2].clone();
            tasks
                .spawn(async move { rig.write(Record, 1 + number % 3).await.unwrap().into_inner().evidence });
        }
        let mut indexes = BTreeSet::new();
        while let Some(evidence) = tasks.join_next().await {
            indexes.extend(evidence.unwrap().into_iter().map(|one| one.index));
        }
        let size = rigs[0].verify_log().await;
        assert_eq!(indexes, (0..size).collect::<BTreeSet<_>>());
        for rig in rigs {
            rig.store.close().await;
        }
        place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_first_is_never_released() {
    for place in Place::all().await {
        let rigs = two_gateways(&place).await;
        let (mut released, mut refused) = (0, 0);
        for round in 0..40 {
            let [one, other] = rigs.clone();
            let declaration = declare(one.now(), &person());
            let (id, who) = (declaration.id, declaration.person.clone());
            one.done(declaration).await;
            let mut push = push(one.now(), &who, &[college()]);
            push.recipients[0].declarations = vec![id];
            let packet = one.push(push).await.id;
            // Decided before either is written: both hold the same facts.
            let facts = one.as_of(&[subject::person(who.id)]).await;
            let release = Deliver { permit: permit(one.now(), packet, college(), facts) };
            let withdraw = WithdrawDeclaration { id, recorder: school(), by: Capacity::Persoon };
            let (release, withdraw) = (one.write(release, 1), other.done(withdraw));
            // In most rounds both at once; in some the one is done before the other begins.
            let (release, withdrawn) = match round % 8 {
                0 => {
                    let withdrawn = withdraw.await;
                    (release.await, withdrawn)
                }
                1 => (release.await, withdraw.await),
                2..5 => tokio::join!(release, withdraw),
                _ => {
                    let (withdrawn, release) = tokio::join!(withdraw, release);
                    (release, withdrawn)
                }
            };
            let withdrawn = withdrawn.outcome;
            match release {
                Ok(done) => {
                    let done = done.into_inner();
                    assert!(done.outcome.index < withdrawn.index, "released after the withdrawal");
                    assert!(withdrawn.copies[0].collected, "who has it is told");
                    released += 1;
                }
                Err(WriteError::StaleFacts | WriteError::Conflict(Conflict::Withdrawn)) => {
                    assert!(!withdrawn.copies[0].collected);
                    refused += 1;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(
            released > 0 && refused > 0,
            "{released} released before their withdrawal, {refused} refused after it"
        );
        rigs[0].verify_log().await;
        for rig in rigs {
            rig.store.close().await;
        }
        place.remove().await;
    }
}

/// Whichever gateway is first: both were, sometimes.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_submission_at_once_makes_one_packet() {
    for place in Place::all().await {
        let rigs = two_gateways(&place).await;
        let mut first = [0; 2];
        for round in 0..8 {
            let submission = |rig: &Rig| {
                let mut push = push(rig.now(), &person(), &[college()]);
                push.idempotency = Some(idempotency(&format!("the-same-key-in-round-{round}"), 1));
                push
            };
            let mut tasks = JoinSet::new();
            for number in 0..16 {
                let gateway = (round + number) % 2;
                let rig = rigs[gateway].clone();
                let push = submission(&rig);
                let packet = push.packet.id;
                let write = async move {
                    match rig.write(push, 1).await.unwrap().into_inner().outcome {
                        Pushed::Stored { .. } => (packet, Some(gateway)),
                        Pushed::Replayed { packet } => (packet, None),
                    }
                };
                // In two rounds, one of each gateway has stored it before the others come.
                if round < 2 && number == 0 {
                    let (packet, stored) = write.await;
                    tasks.spawn(async move { (packet, stored) });
                } else {
                    tasks.spawn(write);
                }
            }
            let mut packets = BTreeSet::new();
            while let Some(made) = tasks.join_next().await {
                let (packet, stored) = made.unwrap();
                packets.insert(packet);
                if let Some(gateway) = stored {
                    first[gateway] += 1;
                }
            }
            assert_eq!(packets.len(), 1);
        }
        assert!(first.iter().all(|rounds| *rounds > 0) && first.iter().sum::<u64>() == 8, "{first:?}");
        assert_eq!(rigs[0].verify_log().await, 8);
        for rig in rigs {
            rig.store.close().await;
        }
        place.remove().await;
    }
}

/// With a word through one gateway and with a packet through another: one of the two stands.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_is_answered_once() {
    for place in Place::all().await {
        let rigs = two_gateways(&place).await;
        let (mut words, mut packets) = (0, 0);
        for round in 0..24 {
            let [one, other] = rigs.clone();
            let who = person();
            let mut asked = push(one.now(), &who, &[college()]);
            asked.packet.kind = MessageKind::Request;
            let asked = one.push(asked).await.id;
            // To whom it goes is judged before; here it must be somebody who may have it.
            let mut packet = push(other.now(), &person(), &[other_college()]);
            packet.packet.kind = MessageKind::Answer;
            packet.packet.sender = college();
            packet.packet.reply = Some((asked, "nee".parse().unwrap()));
            let word = one.write(answer(asked, &who, college(), "ja"), 1);
            let packet = other.write(packet, 1);
            let (word, packet) = match round % 6 {
                0 => {
                    let packet = packet.await;
                    (word.await, packet)
                }
                1 => (word.await, packet.await),
                2 | 3 => tokio::join!(word, packet),
                _ => {
                    let (packet, word) = tokio::join!(packet, word);
                    (word, packet)
                }
            };
            let stands = one.store.answer(asked, &college()).await.unwrap().unwrap().outcome;
            match (word, packet) {
                (Ok(_), Err(WriteError::Conflict(Conflict::AlreadyAnswered))) => {
                    assert_eq!(stands.as_str(), "ja");
                    words += 1;
                }
                (Err(WriteError::Conflict(Conflict::AlreadyAnswered)), Ok(_)) => {
                    assert_eq!(stands.as_str(), "nee");
                    packets += 1;
                }
                (word, packet) => panic!("{word:?} and {packet:?}"),
            }
        }
        assert!(words > 0 && packets > 0, "{words} words and {packets} packets stand");
        rigs[0].verify_log().await;
        for rig in rigs {
            rig.store.close().await;
        }
        place.remove().await;
    }
}

#[tokio::test]
async fn a_full_queue_is_busy_at_once() {
    let place = Place::sqlite();
    let store = place.begun().await;
    let clock = Arc::new(sluis::domain::clock::SystemClock);
    let settings = Settings { queue: 4, ..Settings::new(policy(), Arc::new(log_key()), at_rest(), clock) };
    let (writer, task) = Writer::start(store.clone(), settings).await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let writer = writer.clone();
        tasks.spawn(async move { writer.submit(Write::new(Record, vec![entry(&[])])).await.map(drop) });
    }
    let (mut done, mut busy) = (0, 0);
    while let Some(outcome) = tasks.join_next().await {
        match outcome.unwrap() {
            Ok(()) => done += 1,
            Err(WriteError::Busy) => busy += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(done >= 4 && busy > 0, "{done} done, {busy} busy");
    drop(writer);
    task.await.unwrap();
    assert_eq!(store.head().await.unwrap().size, done);
    store.close().await;
}
