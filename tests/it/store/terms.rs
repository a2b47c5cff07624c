//! What happens because its time has come: a warning, an end, oblivion; each once, by a clock that was right.

use jiff::SignedDuration;
use sluis::{
    accesslog::entry::PartName,
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        read::{Due, Lasting, MessageState, NoticeKind, Stage},
        write::{
            Acknowledge, Effect, EraseBodies, ErasedEntry, Expire, ForgetDeclaration, ForgetMessage,
            ForgetPerson, MessageKind, NewPerson, Once, Parted, Push, Record, Warn, WithdrawDeclaration,
            WithdrawPacket, Write,
        },
        writer::{Conflict, WriteError},
    },
};

use super::support::{
    Rig, answer, college, declare, entry, idempotency, on_each, other_college, person, push, school, unique,
};

const HOUR: i64 = 3600;
/// How long a message of these tests lasts, and how long it is kept after its end.
const DAY: i64 = 24 * HOUR;

async fn due(rig: &Rig) -> Vec<(Lasting, Stage)> {
    let due = rig.store.due(rig.now(), None, 100).await.unwrap();
    due.into_iter().map(|Due { what, stage, .. }| (what, stage)).collect()
}

fn conflict<T>(written: Result<T, WriteError>) -> Option<Conflict> {
    written.err().and_then(|error| error.conflict())
}

async fn refused<E: Effect>(rig: &Rig, effect: E) -> Option<Conflict> {
    conflict(rig.write(effect, 1).await)
}

async fn told(rig: &Rig, party: PartyId) -> Vec<NoticeKind> {
    let notices = rig.store.notices(&party, None, 10).await.unwrap();
    notices.items.iter().map(|notice| notice.kind).collect()
}

/// A packet that ended and whose time to be forgotten has come.
async fn over(rig: &Rig, push: Push) -> PacketId {
    let id = rig.push(push).await.id;
    rig.pass(DAY + HOUR);
    rig.done(Expire { packet: id }).await;
    rig.pass(DAY);
    id
}

async fn is_known(rig: &Rig, person: &NewPerson) -> Option<PersonId> {
    rig.store.person(&person.pseudonyms).await.unwrap()
}

#[tokio::test]
async fn a_message_is_warned_of_then_ends_and_is_forgotten() {
    on_each(|rig| async move {
        let who = person();
        let mut push = push(rig.now(), &who, &[college(), other_college()]);
        push.idempotency = Some(idempotency("sleutel", 7));
        let digests = [unique(), unique()];
        push.recipients[0].search = digests.to_vec();
        let id = push.packet.id;
        let message = rig.push(push).await;
        let [warn, end, forget] = [Stage::Warn, Stage::End, Stage::Forget].map(|s| (Lasting::Message(id), s));
        assert!(due(&rig).await.is_empty());
        let warning = |left: &[PartyId]| Warn { message: id, left: left.to_vec() };
        assert_eq!(refused(&rig, warning(&[college()])).await, Some(Conflict::NotExpired));

        // Half-way, as it lasts less than twice fourteen days.
        rig.pass(DAY / 2);
        assert_eq!(due(&rig).await, [warn]);
        rig.deliver(&message, other_college()).await.unwrap();
        let stale = rig.write(warning(&[college(), other_college()]), 2).await.err().unwrap();
        assert!(matches!(stale, WriteError::StaleFacts), "{stale}: it was collected meanwhile");
        assert_eq!(rig.done(warning(&[college()])).await.outcome, Once::Now);
        assert_eq!(rig.done(warning(&[college()])).await.outcome, Once::Already, "another gateway was first");
        for party in [school(), college()] {
            assert_eq!(told(&rig, party).await, [NoticeKind::ExpiresSoon]);
        }
        assert!(told(&rig, other_college()).await.is_empty());

        rig.pass(DAY / 2);
        assert!(due(&rig).await.is_empty(), "its term has passed; it is ended an hour later");
        assert_eq!(refused(&rig, ForgetMessage { message: id }).await, None, "that is not what comes next");
        rig.pass(HOUR);
        assert_eq!(due(&rig).await, [end]);
        rig.done(Expire { packet: id }).await;
        assert!(due(&rig).await.is_empty());
        assert_eq!(refused(&rig, ForgetMessage { message: id }).await, Some(Conflict::NotExpired));
        assert_eq!(rig.store.packets_by_search(&college(), &digests[0]).await.unwrap(), [id]);

        rig.pass(DAY);
        assert_eq!(due(&rig).await, [forget]);
        assert_eq!(rig.done(ForgetMessage { message: id }).await.outcome, Once::Now);
        assert_eq!(rig.done(ForgetMessage { message: id }).await.outcome, Once::Already);
        let row = rig.store.message(id).await.unwrap().unwrap();
        assert_eq!((row.header, row.state), (None, MessageState::Expired));
        for digest in &digests {
            assert!(rig.store.packets_by_search(&college(), digest).await.unwrap().is_empty());
        }
        assert_eq!(rig.made_under(school(), "sleutel").await, None);
        // Of what is forgotten nothing new is kept.
        let filed = Acknowledge { packet: id, party: other_college(), person: Some(person()) };
        assert_eq!(refused(&rig, filed).await, Some(Conflict::Expired));

        assert_eq!(due(&rig).await, [(Lasting::Person(who.id, school()), Stage::Forget)]);
        assert_eq!(is_known(&rig, &who).await, Some(who.id));
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Now);
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Not);
        assert_eq!(is_known(&rig, &who).await, None);
        assert!(due(&rig).await.is_empty());
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_is_warned_of_until_it_is_answered() {
    on_each(|rig| async move {
        let who = person();
        let mut requests = Vec::new();
        for _ in 0..2 {
            let mut request = push(rig.now(), &who, &[college()]);
            request.packet.kind = MessageKind::Request;
            let request = rig.push(request).await;
            rig.deliver(&request, college()).await.unwrap();
            rig.acknowledge(request.id, college()).await.unwrap();
            requests.push(request.id);
        }
        let [open, answered] = requests[..] else { panic!() };
        rig.done(answer(answered, &who, college(), "ja")).await;
        rig.pass(DAY / 2);
        // It was collected and acknowledged: what is left is the answer.
        let stale = rig.write(Warn { message: open, left: Vec::new() }, 1).await.err().unwrap();
        assert!(matches!(stale, WriteError::StaleFacts), "{stale}");
        rig.done(Warn { message: open, left: vec![college()] }).await;
        rig.done(Warn { message: answered, left: Vec::new() }).await;
        let notices = rig.store.notices(&college(), None, 10).await.unwrap().items;
        assert_eq!(notices.iter().map(|notice| notice.packet).collect::<Vec<_>>(), [open]);
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_is_forgotten_sooner() {
    on_each(|rig| async move {
        rig.pass(HOUR);
        let id = rig.push(push(rig.now(), &person(), &[college()])).await.id;
        rig.done(WithdrawPacket { packet: id, sender: school() }).await;
        rig.pass(DAY - 1);
        assert!(due(&rig).await.is_empty());
        rig.pass(1);
        assert_eq!(due(&rig).await, [(Lasting::Message(id), Stage::Forget)]);
        rig.done(ForgetMessage { message: id }).await;
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn what_carries_another_is_kept_as_long_as_that() {
    on_each(|rig| async move {
        let who = person();
        let mut request = push(rig.now(), &who, &[college()]);
        request.packet.kind = MessageKind::Request;
        let request = rig.push(request).await.id;
        rig.done(answer(request, &who, college(), "ja")).await;
        rig.pass(DAY + HOUR);
        rig.done(Expire { packet: request }).await;
        let mut document = push(rig.now(), &who, &[college()]);
        document.packet.rests_on = Some(request);
        let document = rig.push(document).await.id;
        rig.pass(DAY);
        let forget = |message| ForgetMessage { message };
        assert_eq!(refused(&rig, forget(request)).await, Some(Conflict::State));
        assert_eq!(due(&rig).await, [(Lasting::Message(document), Stage::Warn)]);
        rig.pass(HOUR);
        rig.done(Warn { message: document, left: Vec::new() }).await;
        rig.done(Expire { packet: document }).await;
        rig.pass(DAY);
        assert_eq!(due(&rig).await, [(Lasting::Message(document), Stage::Forget)]);
        rig.done(forget(document)).await;
        let [next, who_next] = due(&rig).await[..] else { panic!() };
        assert_eq!(next, (Lasting::Message(request), Stage::Forget));
        assert_eq!(who_next, (Lasting::Person(who.id, school()), Stage::Forget));
        // The request still rests on the person.
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Not);
        rig.done(forget(request)).await;
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Now);
        // Nothing more can rest on it.
        let mut late = push(rig.now(), &person(), &[college()]);
        late.packet.rests_on = Some(request);
        assert_eq!(refused(&rig, late).await, Some(Conflict::NotFound));
        rig.verify_log().await;
    })
    .await;
}

async fn declared(rig: &Rig, who: &NewPerson, until: Option<i64>) -> DeclarationId {
    let mut declaration = declare(rig.now(), who);
    declaration.facts = Some(vec![1, 2, 3]);
    declaration.said.until = until.map(|until| rig.now() + SignedDuration::from_secs(until));
    declaration.idempotency = Some(idempotency(&format!("{}", declaration.id), 1));
    let id = declaration.id;
    rig.done(declaration).await;
    id
}

#[tokio::test]
async fn a_person_is_recognised_as_long_as_anything_rests_on_it() {
    on_each(|rig| async move {
        let who = person();
        let lapses = declared(&rig, &who, Some(HOUR)).await;
        let stands = declared(&rig, &who, None).await;
        let packet = over(&rig, push(rig.now(), &who, &[college()])).await;
        rig.done(ForgetMessage { message: packet }).await;
        let first = (Lasting::Declaration(lapses), Stage::Forget);
        let then = (Lasting::Person(who.id, school()), Stage::Forget);
        assert_eq!(due(&rig).await, [first, then]);
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Not);
        assert_eq!(due(&rig).await, [first], "what ends last asks again");

        let forget = |declaration| ForgetDeclaration { declaration };
        assert_eq!(rig.done(forget(lapses)).await.outcome, Once::Now);
        assert_eq!(rig.done(forget(lapses)).await.outcome, Once::Already);
        let row = rig.store.declaration(lapses).await.unwrap().unwrap();
        assert_eq!(row.facts, None);
        assert_eq!(rig.made_under(school(), &lapses.to_string()).await, None);
        let take_back = |id| WithdrawDeclaration { id, recorder: school(), by: Capacity::Persoon };
        assert_eq!(refused(&rig, take_back(lapses)).await, Some(Conflict::Expired));
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Not);
        assert_eq!(refused(&rig, forget(stands)).await, Some(Conflict::NotExpired), "it stands");

        rig.done(take_back(stands)).await;
        assert!(due(&rig).await.is_empty());
        rig.pass(DAY);
        rig.done(forget(stands)).await;
        assert_eq!(is_known(&rig, &who).await, Some(who.id));
        assert_eq!(rig.done(ForgetPerson { person: who.id }).await.outcome, Parted::Now);
        assert_eq!(is_known(&rig, &who).await, None);

        // Who comes back is somebody new.
        let again = NewPerson { id: person().id, ..who.clone() };
        rig.push(push(rig.now(), &again, &[college()])).await;
        assert_eq!(is_known(&rig, &who).await, Some(again.id));
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn a_recipients_own_reference_is_forgotten_with_the_message() {
    on_each(|rig| async move {
        let theirs = NewPerson { scope: college(), ..person() };
        let message = rig.push(push(rig.now(), &person(), &[college()])).await;
        rig.deliver(&message, college()).await.unwrap();
        let filed = Acknowledge { packet: message.id, party: college(), person: Some(theirs.clone()) };
        rig.done(filed).await;
        rig.pass(DAY + HOUR);
        rig.done(Expire { packet: message.id }).await;
        rig.pass(DAY);
        rig.done(ForgetMessage { message: message.id }).await;
        assert!(due(&rig).await.contains(&(Lasting::Person(theirs.id, college()), Stage::Forget)));
        assert_eq!(rig.done(ForgetPerson { person: theirs.id }).await.outcome, Parted::Now);
        assert_eq!(is_known(&rig, &theirs).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_decision_about_a_person_does_not_outlive_that_it_is_forgotten() {
    on_each(|rig| async move {
        let who = person();
        let packet = over(&rig, push(rig.now(), &who, &[college()])).await;
        rig.done(ForgetMessage { message: packet }).await;
        let before = rig.as_of(&[sluis::store::subject::person(who.id)]).await;
        rig.done(ForgetPerson { person: who.id }).await;
        assert!(rig.is_stale(before).await);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_forgets_nothing() {
    on_each(|rig| async move {
        let packet = over(&rig, push(rig.now(), &person(), &[college()])).await;
        let right = rig.now();
        rig.clock.jump(right + SignedDuration::from_hours(24 * 365));
        let ahead = rig.write(ForgetMessage { message: packet }, 1).await.err().unwrap();
        assert!(matches!(ahead, WriteError::Clock(_)), "{ahead}");
        rig.clock.jump(right);
        assert_eq!(refused(&rig, ForgetMessage { message: packet }).await, Some(Conflict::NotExpired));
        rig.pass(HOUR - 1);
        assert_eq!(refused(&rig, ForgetMessage { message: packet }).await, Some(Conflict::NotExpired));
        rig.pass(1);
        assert_eq!(refused(&rig, ForgetMessage { message: packet }).await, None);
        assert_eq!(rig.store.message(packet).await.unwrap().unwrap().header, None);
    })
    .await;
}

#[tokio::test]
async fn entries_say_nothing_when_the_logs_term_is_over() {
    on_each(|rig| async move {
        let read = [(school(), PartName::Sender), (college(), PartName::Recipient)];
        for _ in 0..3 {
            drop(rig.writer.submit(Write::new(Record, vec![entry(&read)])).await.unwrap());
        }
        let kept_for = SignedDuration::from_secs(DAY);
        let readers = vec![school(), college()];
        let entries: Vec<_> =
            [0, 2].map(|index| ErasedEntry { index, readers: readers.clone() }).into_iter().collect();
        let erase = EraseBodies { entries, kept_for };
        rig.pass(DAY - 1);
        assert_eq!(refused(&rig, erase.clone()).await, Some(Conflict::NotExpired));
        rig.pass(1);
        assert_eq!(rig.done(erase.clone()).await.outcome, Once::Now);
        assert_eq!(rig.done(erase).await.outcome, Once::Already, "another gateway was first");
        let page = rig.store.bodies_from(0, 10).await.unwrap();
        assert_eq!(page.iter().map(|row| row.index).collect::<Vec<_>>(), [1, 3]);
        let own = rig.store.entries(&school(), None, 10).await.unwrap().items;
        let says: Vec<_> = own.iter().map(|row| (row.index, row.bodies.len())).collect();
        assert_eq!(says, [(0, 0), (1, 2), (2, 0)], "they stand in its list, without what they said");
        assert_eq!(rig.numbers(school()).await, [1, 2, 3]);
        rig.verify_log().await;
    })
    .await;
}
