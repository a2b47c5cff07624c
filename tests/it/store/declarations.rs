//! Declarations and their end.

use jiff::SignedDuration;
use sluis::{
    domain::declaration::Capacity,
    store::{
        read::{CopyState, DeclarationState, NoticeKind},
        snapshot::Needs,
        subject,
        write::{Made, WithdrawDeclaration},
        writer::{Conflict, WriteError},
    },
};

use super::support::{college, declare, idempotency, on_each, other_college, person, push, school};

#[tokio::test]
async fn a_declaration_stands_from_its_beginning_until_its_end_towards_its_party() {
    on_each(|rig| async move {
        let mut towards_college = declare(rig.now(), &person());
        towards_college.said.until = Some(rig.now() + SignedDuration::from_secs(60));
        let who = towards_college.person.clone();
        let mut towards_all = declare(rig.now() + SignedDuration::from_secs(30), &who);
        towards_all.said.towards = None;
        towards_all.said.purpose = Some("leerplicht".parse().unwrap());
        towards_all.facts = Some(vec![0, 255]);
        let (first, second) = (towards_college.id, towards_all.id);
        rig.done(towards_college).await;
        rig.done(towards_all.clone()).await;
        let standing = |purpose: &'static str, party, seconds| {
            let (rig, at) = (rig.clone(), rig.now() + SignedDuration::from_secs(seconds));
            let pseudonyms = who.pseudonyms.clone();
            async move {
                let facts = rig.facts(Needs { pseudonyms, ..Needs::default() }).await;
                let about = ("overgangsdocument".parse().unwrap(), purpose.parse().unwrap());
                let all = facts.standing(who.id, (&about.0, &about.1), (&party, None), at);
                all.map(|one| one.id).collect::<Vec<_>>()
            }
        };
        let work = "voortzetting-ondersteuning";
        assert_eq!(standing(work, college(), 0).await, [first]);
        assert_eq!(standing(work, college(), 59).await, [first]);
        assert!(standing(work, college(), 60).await.is_empty());
        assert!(standing(work, other_college(), 0).await.is_empty());
        assert!(standing("leerplicht", other_college(), 29).await.is_empty());
        assert_eq!(standing("leerplicht", other_college(), 30).await, [second]);
        let row = rig.store.declaration(second).await.unwrap().unwrap();
        assert_eq!(
            (row.facts, row.evidence, row.recorder),
            (towards_all.facts, towards_all.evidence, school())
        );
        assert_eq!((row.state, row.recorded_index), (DeclarationState::Given, 1));
    })
    .await;
}

#[tokio::test]
async fn withdrawal_stops_what_rests_on_it_and_tells_who_has_it() {
    on_each(|rig| async move {
        let declaration = declare(rig.now(), &person());
        let (id, who) = (declaration.id, declaration.person.clone());
        rig.done(declaration).await;
        let mut resting = push(rig.now(), &who, &[college(), other_college()]);
        resting.recipients.iter_mut().for_each(|one| one.declarations = vec![id]);
        let resting = rig.push(resting).await;
        let free = rig.push(push(rig.now(), &who, &[college()])).await;
        rig.deliver(&resting, college()).await.unwrap();

        let withdraw = WithdrawDeclaration { id, recorder: school(), by: Capacity::Persoon };
        let before = rig.as_of(&[subject::person(who.id)]).await;
        assert_eq!(rig.bodies().await, 3);
        let done = rig.done(withdraw).await;
        assert_eq!(rig.bodies().await, 1);
        let copies: Vec<_> = done.outcome.copies.iter().map(|one| (one.party, one.collected)).collect();
        assert_eq!(copies, [(college(), true), (other_college(), false)]);
        assert!(rig.is_stale(before).await, "a withdrawal changes what is known of the person");
        for party in [college(), other_college()] {
            let refused = rig.deliver(&resting, party).await;
            assert!(matches!(refused, Err(WriteError::Conflict(Conflict::Withdrawn))));
        }
        rig.deliver(&free, college()).await.unwrap();
        let notices = rig.store.notices(&college(), None, 10).await.unwrap().items;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].kind, NoticeKind::DeclarationWithdrawn);
        assert_eq!((notices[0].declaration, notices[0].packet), (Some(id), resting.id));
        let state = rig.store.message(resting.id).await.unwrap().unwrap().copies[1].state;
        assert_eq!(state, CopyState::Withdrawn);

        let again = rig.done(withdraw).await;
        assert!(again.outcome.repeated && again.evidence.is_empty());
        assert_eq!((again.outcome.at, again.outcome.index), (done.outcome.at, done.outcome.index));
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn a_push_that_rests_on_a_withdrawn_declaration_is_decided_again() {
    on_each(|rig| async move {
        let declaration = declare(rig.now(), &person());
        let (id, who) = (declaration.id, declaration.person.clone());
        rig.done(declaration).await;
        let mut late = push(rig.now(), &who, &[college()]);
        late.recipients[0].declarations = vec![id];
        let packet = late.packet.id;
        rig.done(WithdrawDeclaration { id, recorder: school(), by: Capacity::Ouder }).await;
        assert!(matches!(rig.write(late, 1).await, Err(WriteError::StaleFacts)));
        assert_eq!(rig.store.message(packet).await.unwrap(), None, "nothing of it stays");
        assert_eq!(rig.verify_log().await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_made_once() {
    on_each(|rig| async move {
        let declaration = declare(rig.now(), &person());
        let mut rival = declare(rig.now(), &person());
        rival.person.pseudonyms = declaration.person.pseudonyms.clone();
        let known = declaration.person.clone();
        rig.done(declaration).await;
        assert!(matches!(rig.write(rival, 1).await, Err(WriteError::StaleFacts)));
        let mut rotated = declare(rig.now(), &known);
        let newer = sluis::crypto::pseudonym::Pseudonym { version: 2, value: super::support::unique() };
        rotated.person.pseudonyms.insert(0, newer);
        rig.done(rotated).await;
        assert_eq!(rig.store.person(&[newer]).await.unwrap(), Some(known.id), "rotation loses nobody");
        let unknown = [sluis::crypto::pseudonym::Pseudonym { version: 3, value: newer.value }];
        assert_eq!(rig.store.person(&unknown).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn one_key_and_body_make_one_declaration() {
    on_each(|rig| async move {
        let who = person();
        let keyed = |key: &str, body| {
            let mut declaration = declare(rig.now(), &who);
            declaration.idempotency = Some(idempotency(key, body));
            declaration
        };
        let first = keyed("key-of-the-school-1", 1);
        let id = first.id;
        let done = rig.done(first).await;
        let again = rig.done(keyed("key-of-the-school-1", 1)).await;
        assert_eq!((again.outcome, again.evidence.len()), (done.outcome, 0));
        let other = rig.write(keyed("key-of-the-school-1", 2), 1).await;
        assert!(matches!(other, Err(WriteError::Conflict(Conflict::KeyReused))));
        let mut packet = push(rig.now(), &who, &[college()]);
        packet.idempotency = Some(idempotency("key-of-the-school-1", 1));
        let packet = rig.write(packet, 1).await;
        assert!(
            matches!(packet, Err(WriteError::Conflict(Conflict::KeyReused))),
            "a key stands for one thing"
        );
        let known = rig.made_under(school(), "key-of-the-school-1").await;
        assert_eq!(known.map(|(_, made)| made), Some(Made::Declaration(id)));
        assert_eq!(rig.verify_log().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_party_pages_through_what_it_recorded_and_nothing_else() {
    on_each(|rig| async move {
        let (toby, noor) = (person(), person());
        let mut all = Vec::new();
        for who in [&toby, &noor, &toby] {
            let declaration = declare(rig.now(), who);
            all.push(declaration.id);
            rig.done(declaration).await;
        }
        let mut others = declare(rig.now(), &person());
        others.recorder = college();
        rig.done(others).await;
        let ids = |rows: Vec<sluis::store::read::DeclarationRow>| {
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let page = rig.store.recorded(&school(), None, 2).await.unwrap();
        assert_eq!((ids(page.items), page.next), (all[..2].to_vec(), Some(1)));
        let page = rig.store.recorded(&school(), Some(1), 2).await.unwrap();
        assert_eq!((ids(page.items), page.next), (all[2..].to_vec(), None));
        let about = rig.store.recorded_about(&school(), toby.id).await.unwrap();
        assert_eq!(ids(about), [all[0], all[2]]);
        assert!(rig.store.recorded_about(&college(), toby.id).await.unwrap().is_empty());
    })
    .await;
}
