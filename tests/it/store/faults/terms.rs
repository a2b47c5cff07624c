//! The same for what happens because its time has come.

use jiff::SignedDuration;
use sluis::{
    accesslog::entry::PartName,
    store::{
        read::NoticeKind,
        write::{
            EraseBodies, EraseBody, ErasedEntry, Expire, ForgetDeclaration, ForgetMessage, ForgetPerson,
            Record, Warn, WithdrawPacket,
        },
    },
};

use super::{
    super::support::{Rig, college, declare, idempotency, person, push, school, unique},
    Bench,
    table::{told, whole},
};

const DAY: i64 = 24 * 3600;

pub(super) async fn terms(bench: &mut Bench) {
    bench
        .try_each(
            async |rig| {
                let packet = rig.push(push(rig.now(), &person(), &[college()])).await.id;
                rig.pass(DAY / 2);
                packet
            },
            |_, packet| Warn { message: *packet, left: vec![college()] },
            async |rig, packet| {
                whole([
                    told(rig, school(), *packet, NoticeKind::ExpiresSoon).await,
                    told(rig, college(), *packet, NoticeKind::ExpiresSoon).await,
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let mut push = push(rig.now(), &person(), &[college()]);
                let (digest, key) = (unique(), unique().to_string());
                push.recipients[0].search = vec![digest];
                push.idempotency = Some(idempotency(&key, 3));
                let packet = rig.push(push).await.id;
                rig.pass(DAY + 3600);
                rig.done(Expire { packet }).await;
                rig.pass(DAY);
                (packet, digest, key)
            },
            |_, (packet, ..)| ForgetMessage { message: *packet },
            async |rig, (packet, digest, key)| {
                whole([
                    rig.store.message(*packet).await.unwrap().unwrap().header.is_none(),
                    rig.store.packets_by_search(&college(), digest).await.unwrap().is_empty(),
                    rig.made_under(school(), key).await.is_none(),
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let mut declaration = declare(rig.now(), &person());
                let (id, key) = (declaration.id, unique().to_string());
                declaration.facts = Some(vec![4, 5, 6]);
                declaration.said.until = Some(rig.now() + SignedDuration::from_secs(60));
                declaration.idempotency = Some(idempotency(&key, 3));
                rig.done(declaration).await;
                rig.pass(DAY + 3600);
                (id, key)
            },
            |_, (id, _)| ForgetDeclaration { declaration: *id },
            async |rig, (id, key)| {
                whole([
                    rig.store.declaration(*id).await.unwrap().unwrap().facts.is_none(),
                    rig.made_under(school(), key).await.is_none(),
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let who = person();
                let packet = rig.push(push(rig.now(), &who, &[college()])).await.id;
                rig.done(WithdrawPacket { packet, sender: school() }).await;
                rig.pass(DAY);
                rig.done(ForgetMessage { message: packet }).await;
                who
            },
            |_, who| ForgetPerson { person: who.id },
            async |rig, who| rig.store.person(&who.pseudonyms).await.unwrap().is_none(),
        )
        .await;
    the_log(bench).await;
}

async fn the_log(bench: &mut Bench) {
    let said = async |rig: &Rig| rig.done(Record).await.evidence[0].index;
    bench
        .try_each(
            async |rig| {
                let index = said(rig).await;
                rig.pass(DAY);
                index
            },
            |_, index| EraseBodies {
                entries: vec![ErasedEntry { index: *index, readers: Vec::new() }],
                kept_for: SignedDuration::from_secs(DAY),
            },
            async |rig, index| rig.store.entry(*index).await.unwrap().unwrap().bodies.is_empty(),
        )
        .await;
    bench
        .try_each(
            said,
            |_, index| EraseBody { index: *index, part: PartName::Recipient },
            async |rig, index| {
                let bodies = rig.store.entry(*index).await.unwrap().unwrap().bodies;
                bodies.iter().all(|body| body.part != PartName::Recipient)
            },
        )
        .await;
}
