//! Push, deliver, acknowledge, withdraw, expire.

use sluis::{
    crypto::seal::open_packet,
    domain::{
        digest::Digest,
        id::PacketId,
        party::{PartyId, Role},
    },
    policy::facts::AsOf,
    store::{
        read::{CopyState, Lasting, MessageState, NoticeKind, Stage},
        subject,
        write::{Acknowledge, Deliver, Expire, Made, MessageKind, NewPerson, Pushed, Warn, WithdrawPacket},
        writer::{Conflict, WriteError},
    },
};

use super::support::{
    Rig, answer, college, declare, idempotency, on_each, other_college, packet_id, permit, permit_for,
    person, private_key, push, recipient, school, sealed, thumbprint,
};

fn conflict<T>(outcome: Result<T, WriteError>) -> Option<Conflict> {
    outcome.err().and_then(|error| match error {
        WriteError::Conflict(conflict) => Some(conflict),
        _ => None,
    })
}

#[tokio::test]
async fn what_is_pushed_is_read_back_and_delivered() {
    on_each(|rig| async move {
        let mut push = push(rig.now(), &person(), &[college(), other_college()]);
        push.recipients[0].sealed = sealed(&push.recipients[0].permit, &["wensen"]);
        let body = push.recipients[0].sealed.jwe().to_owned();
        let categories = push.recipients[0].sealed.categories().clone();
        let (id, expires) = (push.packet.id, push.packet.expires);
        let done = rig.write(push, 2).await.unwrap().into_inner();
        assert_eq!(done.outcome, Pushed::Stored { indexes: vec![0, 1] });
        assert_eq!(done.evidence.iter().map(|one| one.index).collect::<Vec<_>>(), [0, 1]);

        let packet = rig.store.message(id).await.unwrap().unwrap();
        assert_eq!((packet.kind, packet.state), (MessageKind::Packet, MessageState::Open));
        assert_eq!((packet.sender, packet.expires, packet.created), (school(), expires, rig.now()));
        assert_eq!(packet.header, Some(vec![0xff, 0, 1]));
        let copies: Vec<_> = packet.copies.iter().map(|one| (one.party, one.pushed_index)).collect();
        assert_eq!(copies, [(college(), 0), (other_college(), 1)]);
        assert_eq!(packet.copies[0].omitted, ["wensen".parse().unwrap()].into());
        assert_eq!(packet.copies[0].categories, categories);

        let delivery = rig.deliver(&packet, college()).await.unwrap();
        assert_eq!((&delivery.jwe, &delivery.thumbprint), (&body, &thumbprint(college())));
        open_packet(&delivery.jwe, &private_key(college()), id).unwrap();
        assert_eq!(delivery.sha256, Digest::of(delivery.jwe.as_bytes()));
        assert_eq!((delivery.party, delivery.index), (college(), 2));
        let again = rig.deliver(&packet, college()).await.unwrap();
        assert_eq!((again.jwe, again.index), (delivery.jwe, 3), "each release has its own entry");
        let copy = &rig.store.message(id).await.unwrap().unwrap().copies[0];
        assert_eq!((copy.state, copy.collected_index), (CopyState::Collected, Some(2)));
        assert_eq!(rig.verify_log().await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_gets_nothing() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        assert_eq!(conflict(rig.deliver(&packet, other_college()).await), Some(Conflict::NotFound));
        assert_eq!(rig.verify_log().await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_key_and_body_make_one_packet() {
    on_each(|rig| async move {
        let submission = |body| {
            let mut push = push(rig.now(), &person(), &[college()]);
            push.idempotency = Some(idempotency("key-of-the-school-1", body));
            push
        };
        let first = submission(1);
        let packet = first.packet.id;
        rig.write(first, 1).await.unwrap().into_inner();
        let done = rig.write(submission(1), 1).await.unwrap().into_inner();
        assert_eq!(done.outcome, Pushed::Replayed { packet });
        assert!(done.evidence.is_empty());
        assert_eq!(conflict(rig.write(submission(2), 1).await), Some(Conflict::KeyReused));
        let known = rig.made_under(school(), "key-of-the-school-1").await;
        assert_eq!(known, Some((Digest([1; 32]), Made::Message(packet))));
        assert_eq!(rig.verify_log().await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_acknowledgement_erases_and_is_given_once() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        let acknowledge = Acknowledge { packet: packet.id, party: college(), person: Some(person()) };
        assert_eq!(conflict(rig.write(acknowledge.clone(), 1).await), Some(Conflict::NotCollected));
        rig.deliver(&packet, college()).await.unwrap();
        assert_eq!(rig.bodies().await, 1);
        let first = rig.done(acknowledge.clone()).await.outcome;
        assert_eq!(rig.bodies().await, 0);
        rig.pass(60);
        let second = rig.done(acknowledge.clone()).await;
        assert_eq!((second.outcome.at, second.outcome.index), (first.at, first.index));
        assert!(second.outcome.repeated && second.evidence.is_empty());
        assert_eq!(conflict(rig.deliver(&packet, college()).await), Some(Conflict::Gone));
        let person = acknowledge.person.unwrap();
        assert_eq!(rig.store.person(&person.pseudonyms).await.unwrap(), Some(person.id));
        let filed = rig.store.packets_of_person(&college(), person.id).await.unwrap();
        assert_eq!(filed, [packet.id]);
        assert_eq!(rig.verify_log().await, 3);
    })
    .await;
}

#[tokio::test]
async fn what_the_sender_takes_back_is_not_released_and_collectors_are_told() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college(), other_college()])).await;
        rig.deliver(&packet, college()).await.unwrap();
        let withdraw = WithdrawPacket { packet: packet.id, sender: school() };
        let wrong = WithdrawPacket { sender: college(), ..withdraw };
        assert_eq!(conflict(rig.write(wrong, 1).await), Some(Conflict::NotFound));
        let copies = rig.done(withdraw).await.outcome;
        assert_eq!(rig.bodies().await, 0);
        let collected: Vec<_> = copies.iter().map(|copy| (copy.party, copy.collected)).collect();
        assert_eq!(collected, [(college(), true), (other_college(), false)]);
        for party in [college(), other_college()] {
            assert_eq!(conflict(rig.deliver(&packet, party).await), Some(Conflict::Withdrawn));
        }
        let notices = rig.store.notices(&college(), None, 10).await.unwrap().items;
        assert_eq!((notices[0].kind, notices[0].packet), (NoticeKind::PacketWithdrawn, packet.id));
        assert!(rig.store.notices(&other_college(), None, 10).await.unwrap().items.is_empty());
        assert!(rig.done(withdraw).await.outcome.is_empty(), "a repetition changes nothing");
        assert_eq!(rig.verify_log().await, 4);
    })
    .await;
}

/// The messages that are to be ended now.
async fn ends(rig: &Rig) -> Vec<PacketId> {
    let due = rig.store.due(rig.now(), None, 10).await.unwrap();
    let ending = due.into_iter().filter(|due| due.stage == Stage::End);
    let message = |due: sluis::store::read::Due| match due.what {
        Lasting::Message(message) => message,
        other => panic!("{other:?} ends"),
    };
    ending.map(message).collect()
}

#[tokio::test]
async fn nothing_is_released_after_its_term() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college(), other_college()])).await;
        rig.deliver(&packet, college()).await.unwrap();
        assert_eq!(conflict(rig.write(Expire { packet: packet.id }, 1).await), Some(Conflict::NotExpired));
        rig.pass(13 * 3600);
        rig.done(Warn { message: packet.id, left: vec![other_college()] }).await;
        assert!(ends(&rig).await.is_empty());
        rig.pass(11 * 3600);
        assert_eq!(conflict(rig.deliver(&packet, other_college()).await), Some(Conflict::Expired));
        assert!(ends(&rig).await.is_empty());
        rig.pass(3600);
        assert_eq!(ends(&rig).await, [packet.id]);
        assert_eq!(rig.done(Expire { packet: packet.id }).await.outcome.len(), 2);
        assert_eq!(rig.bodies().await, 0);
        assert!(ends(&rig).await.is_empty());
        for party in [college(), other_college()] {
            assert_eq!(conflict(rig.deliver(&packet, party).await), Some(Conflict::Expired));
        }
        rig.acknowledge(packet.id, college()).await.unwrap();
        assert_eq!(conflict(rig.acknowledge(packet.id, other_college()).await), Some(Conflict::Expired));
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn a_permit_is_spent_in_time_and_on_its_facts() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        let deliver = |permit| rig.write(Deliver { permit }, 1);
        let late = permit(rig.now(), packet.id, college(), AsOf::default());
        rig.pass(5);
        assert!(matches!(deliver(late).await, Err(WriteError::PermitExpired)));
        let stale = rig.permit(packet.id, college(), &[subject::person(packet.person)]).await;
        rig.done(declare(rig.now(), &NewPerson { id: packet.person, ..person() })).await;
        assert!(matches!(deliver(stale).await, Err(WriteError::StaleFacts)));
        assert_eq!(rig.verify_log().await, 2, "a refused write appends nothing");
    })
    .await;
}

/// What was sealed on one basis is not released by a permit that rests on another, whatever holds today.
#[tokio::test]
async fn a_permit_of_another_basis_releases_nothing() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        let vso = PartyId::new(school().oin, Role::VsoSchool);
        let other = permit_for(vso, rig.now(), packet.id, college(), AsOf::default());
        assert_ne!(other.basis(), &packet.copies[0].basis);
        assert_eq!(conflict(rig.write(Deliver { permit: other }, 1).await), Some(Conflict::State));
        assert_eq!(rig.verify_log().await, 1, "a refused write appends nothing");
        rig.deliver(&packet, college()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused() {
    on_each(|rig| async move {
        let mismatched = |rig: Rig, push, entries| async move {
            matches!(rig.write(push, entries).await, Err(WriteError::Mismatch(_)))
        };
        let mut other_packet = push(rig.now(), &person(), &[college()]);
        other_packet.recipients[0].sealed = recipient(rig.now(), packet_id(), college()).sealed;
        assert!(mismatched(rig.clone(), other_packet, 1).await);
        let mut other_party = push(rig.now(), &person(), &[college()]);
        other_party.recipients[0].sealed =
            recipient(rig.now(), other_party.packet.id, other_college()).sealed;
        assert!(mismatched(rig.clone(), other_party, 1).await);
        let mut other_permit = push(rig.now(), &person(), &[college()]);
        other_permit.recipients[0].permit = permit(rig.now(), packet_id(), college(), AsOf::default());
        assert!(mismatched(rig.clone(), other_permit, 1).await);
        let too_few = push(rig.now(), &person(), &[college(), other_college()]);
        assert!(mismatched(rig.clone(), too_few, 1).await, "an entry per recipient");
        assert!(mismatched(rig.clone(), push(rig.now(), &person(), &[]), 1).await);
        assert_eq!(rig.verify_log().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_request_is_answered_once() {
    on_each(|rig| async move {
        let who = person();
        let mut request = push(rig.now(), &who, &[college()]);
        request.packet.kind = MessageKind::Request;
        let request = rig.push(request).await.id;
        assert_eq!(rig.store.answer(request, &college()).await.unwrap(), None);
        let before = rig.as_of(&[subject::message(request)]).await;
        let yes = answer(request, &who, college(), "ja");
        let first = rig.done(yes.clone()).await.outcome;
        rig.pass(10);
        let second = rig.done(yes.clone()).await;
        assert_eq!((second.outcome.at, second.outcome.index), (first.at, first.index));
        assert!(second.evidence.is_empty());
        let no = answer(request, &who, college(), "nee");
        assert_eq!(conflict(rig.write(no, 1).await), Some(Conflict::AlreadyAnswered));
        let stranger = answer(request, &who, other_college(), "ja");
        assert_eq!(conflict(rig.write(stranger, 1).await), Some(Conflict::NotFound));
        assert_eq!(rig.store.answer(request, &college()).await.unwrap(), Some(first));
        assert!(rig.is_stale(before).await, "an answer changes its request");
    })
    .await;
}
