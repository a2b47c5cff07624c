//! For each effect: what it needs, how it is made, and how one sees that it is there, as a whole or not at all.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use sluis::{
    accesslog::entry::PartName,
    crypto::gateway_keys::KeyKind,
    domain::{
        declaration::{Capacity, DeclarationKind, Verdict},
        digest::Digest,
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    policy::facts::AsOf,
    store::{
        read::{CopyRow, CopyState, KeyState, MessageState, NoticeKind},
        write::{
            Acknowledge, ActivateKey, ActivatePolicy, AddMunicipality, AddParty, BlockParty,
            DecideDeclaration, Deliver, EndMunicipality, Expire, Ground, MessageKind, MunicipalityOf,
            NewPerson, PublishKey, Record, RegisterCertificate, RegisterParty, RemoveParty, RetireKey,
            RevokeCertificate, RevokeKey, RotateKey, TellNarrowed, TellUndelivered, UpdateParty,
            WithdrawDeclaration, WithdrawPacket,
        },
    },
};

use super::{
    super::support::{
        Rig, answer, college, declare, key, packet_id, party, permit, person, policy, push, push_as, school,
        thumbprint, unique,
    },
    Bench,
};

/// All of it, or nothing of it.
#[track_caller]
pub(super) fn whole<const N: usize>(parts: [bool; N]) -> bool {
    assert!(parts.iter().all(|part| *part == parts[0]), "half an effect: {parts:?}");
    parts[0]
}

fn new_party() -> PartyId {
    static NUMBER: AtomicU64 = AtomicU64::new(100);
    party(NUMBER.fetch_add(1, Ordering::SeqCst), "werk-en-inkomen")
}

async fn registered(rig: &Rig) -> PartyId {
    let party = new_party();
    rig.register(party).await;
    party
}

fn alkmaar(rig: &Rig) -> MunicipalityOf {
    MunicipalityOf {
        municipality: "0361".parse().unwrap(),
        ground: Ground::Own,
        decision: None,
        from: rig.now(),
        until: None,
    }
}

pub(super) async fn parties(bench: &mut Bench) {
    let register = |rig: &Rig, party: &PartyId| RegisterParty {
        party: *party,
        name: "Voorbeeld".to_owned(),
        municipalities: vec![alkmaar(rig)],
    };
    bench
        .try_each(
            async |_| new_party(),
            register,
            async |rig, party| {
                let row = rig.registered().await.party(party).cloned();
                whole([row.is_some(), row.is_some_and(|row| row.municipalities.len() == 1)])
            },
        )
        .await;
    let update = |rig: &Rig, party: &PartyId| UpdateParty {
        party: *party,
        name: "Anders".to_owned(),
        municipalities: vec![alkmaar(rig)],
    };
    bench
        .try_each(registered, update, async |rig, party| {
            let row = rig.registered().await.party(party).cloned().unwrap();
            whole([row.name == "Anders", row.municipalities.len() == 1])
        })
        .await;
    let block = |_: &Rig, party: &PartyId| BlockParty { party: *party, blocked: true };
    let blocked =
        async |rig: &Rig, party: &PartyId| rig.registered().await.party(party).cloned().unwrap().blocked;
    bench.try_each(registered, block, blocked).await;
    let add = |rig: &Rig, party: &PartyId| AddMunicipality { party: *party, place: alkmaar(rig) };
    bench
        .try_each(registered, add, async |rig, party| {
            !rig.registered().await.party(party).cloned().unwrap().municipalities.is_empty()
        })
        .await;
    let acting = async |rig: &Rig| {
        let party = registered(rig).await;
        rig.done(add(rig, &party)).await;
        party
    };
    let end = |rig: &Rig, party: &PartyId| EndMunicipality {
        party: *party,
        municipality: "0361".parse().unwrap(),
        from: rig.now() + SignedDuration::from_secs(1),
    };
    bench
        .try_each(acting, end, async |rig, party| {
            rig.registered().await.party(party).cloned().unwrap().municipalities[0].until.is_some()
        })
        .await;
    certificates(bench).await;
}

async fn certificates(bench: &mut Bench) {
    let register = |rig: &Rig, (party, registration): &(PartyId, Digest)| RegisterCertificate {
        registration: *registration,
        party: *party,
        serial: "0a".to_owned(),
        chain: "MAA=".to_owned(),
        not_before: rig.now(),
        not_after: rig.now(),
    };
    bench
        .try_each(
            async |rig| (registered(rig).await, unique()),
            register,
            async |rig, (_, registration)| {
                rig.registered().await.certificate(registration).cloned().is_some()
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let of = (registered(rig).await, unique());
                rig.done(register(rig, &of)).await;
                of.1
            },
            |_, registration| RevokeCertificate { registration: *registration },
            async |rig, registration| {
                rig.registered().await.certificate(registration).cloned().unwrap().revoked
            },
        )
        .await;
    let add = |rig: &Rig, of: &(PartyId, Digest)| AddParty {
        party: RegisterParty {
            party: of.0,
            name: "Voorbeeld".to_owned(),
            municipalities: vec![alkmaar(rig)],
        },
        certificate: register(rig, of),
    };
    bench
        .try_each(
            async |_| (new_party(), unique()),
            add,
            async |rig, (party, registration)| {
                whole([
                    rig.registered().await.party(party).cloned().is_some(),
                    rig.registered().await.certificate(registration).cloned().is_some(),
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let of = (new_party(), unique());
                rig.done(add(rig, &of)).await;
                rig.done(key(of.0, &thumbprint(of.0))).await;
                of
            },
            |_, (party, _)| RemoveParty { party: *party },
            async |rig, (party, registration)| {
                whole([
                    rig.registered().await.party(party).cloned().is_none(),
                    rig.registered().await.certificate(registration).cloned().unwrap().revoked,
                    rig.registered().await.key(&thumbprint(*party)).unwrap().state == KeyState::Revoked,
                ])
            },
        )
        .await;
}

pub(super) async fn keys(bench: &mut Bench) {
    let waiting = |party: PartyId| PublishKey { active: false, ..key(party, &thumbprint(party)) };
    bench
        .try_each(
            registered,
            |_, party| waiting(*party),
            async |rig, party| rig.registered().await.key(&thumbprint(*party)).is_some(),
        )
        .await;
    let published = async |rig: &Rig| {
        let party = registered(rig).await;
        rig.done(waiting(party)).await;
        party
    };
    bench
        .try_each(
            published,
            |_, party| ActivateKey { thumbprint: thumbprint(*party) },
            async |rig, party| state_of_key(rig, *party).await == KeyState::Active,
        )
        .await;
    bench
        .try_each(
            published,
            |_, party| RetireKey { thumbprint: thumbprint(*party), party: *party },
            async |rig, party| state_of_key(rig, *party).await == KeyState::Retired,
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let party = published(rig).await;
                (party, rig.push(push(rig.now(), &person(), &[party])).await.id)
            },
            |_, (party, _)| RevokeKey { thumbprint: thumbprint(*party), party: None },
            async |rig, (party, packet)| {
                let copy = copy(rig, *packet).await;
                whole([
                    state_of_key(rig, *party).await == KeyState::Revoked,
                    copy.state == CopyState::Withheld,
                    told(rig, school(), *packet, NoticeKind::KeyRevoked).await,
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let known = rig.store.key_prints().await.unwrap().unwrap();
                known
                    .iter()
                    .filter(|(kind, ..)| *kind == KeyKind::AtRest)
                    .map(|(_, version, _)| version)
                    .max()
                    .unwrap()
                    + 1
            },
            |_, version| RotateKey { kind: KeyKind::AtRest, version: *version, print: unique() },
            async |rig, version| {
                rig.store.key_prints().await.unwrap().unwrap().get(KeyKind::AtRest, *version).is_some()
            },
        )
        .await;
}

async fn state_of_key(rig: &Rig, party: PartyId) -> KeyState {
    rig.registered().await.key(&thumbprint(party)).unwrap().state
}

async fn copy(rig: &Rig, packet: PacketId) -> CopyRow {
    rig.store.message(packet).await.unwrap().unwrap().copies.remove(0)
}

pub(super) async fn told(rig: &Rig, party: PartyId, packet: PacketId, kind: NoticeKind) -> bool {
    let notices = rig.store.notices(&party, None, 10_000).await.unwrap();
    notices.items.iter().any(|notice| notice.packet == packet && notice.kind == kind)
}

pub(super) async fn declarations(bench: &mut Bench) {
    bench
        .try_each(
            async |rig| declare(rig.now(), &person()),
            |_, declaration| declaration.clone(),
            async |rig, declaration| {
                let person = rig.store.person(&declaration.person.pseudonyms).await.unwrap();
                whole([rig.store.declaration(declaration.id).await.unwrap().is_some(), person.is_some()])
            },
        )
        .await;
    bench
        .try_each(
            collected_on_declaration,
            |_, (id, _)| WithdrawDeclaration { id: *id, recorder: school(), by: Capacity::Ouder },
            async |rig, (id, packet)| {
                whole([
                    rig.store.declaration(*id).await.unwrap().unwrap().withdrawn_at.is_some(),
                    copy(rig, *packet).await.state == CopyState::Withdrawn,
                    told(rig, college(), *packet, NoticeKind::DeclarationWithdrawn).await,
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let mut objection = declare(rig.now(), &person());
                objection.said.kind = DeclarationKind::Bezwaar;
                let id = objection.id;
                rig.done(objection).await;
                id
            },
            |_, id| DecideDeclaration {
                id: *id,
                recorder: school(),
                verdict: Verdict::Ongegrond,
                reason: "geen-grond".parse().unwrap(),
                on: "2026-09-01".parse().unwrap(),
            },
            async |rig, id| !rig.store.decisions(*id).await.unwrap().is_empty(),
        )
        .await;
}

/// A declaration, and a packet that rests on it and was collected.
async fn collected_on_declaration(rig: &Rig) -> (DeclarationId, PacketId) {
    let declaration = declare(rig.now(), &person());
    let (id, who) = (declaration.id, declaration.person.clone());
    rig.done(declaration).await;
    let mut push = push(rig.now(), &who, &[college()]);
    push.recipients[0].declarations = vec![id];
    let packet = rig.push(push).await;
    rig.deliver(&packet, college()).await.unwrap();
    (id, packet.id)
}

async fn pushed(rig: &Rig) -> PacketId {
    rig.push(push(rig.now(), &person(), &[college()])).await.id
}

async fn collected(rig: &Rig) -> PacketId {
    let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
    rig.deliver(&packet, college()).await.unwrap();
    packet.id
}

pub(super) async fn packets(bench: &mut Bench) {
    bench
        .try_each(
            async |_| (packet_id(), person()),
            |rig, (id, person)| push_as(*id, rig.now(), person, &[college()]),
            async |rig, (id, person)| {
                let packet = rig.store.message(*id).await.unwrap();
                let known = rig.store.person(&person.pseudonyms).await.unwrap();
                whole([known.is_some(), packet.is_some_and(|packet| packet.copies.len() == 1)])
            },
        )
        .await;
    bench
        .try_each(
            pushed,
            |rig, packet| Deliver { permit: permit(rig.now(), *packet, college(), AsOf::default()) },
            async |rig, packet| {
                let copy = copy(rig, *packet).await;
                whole([copy.state == CopyState::Collected, copy.collected_index.is_some()])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| (collected(rig).await, NewPerson { scope: college(), ..person() }),
            |_, (packet, person)| Acknowledge {
                packet: *packet,
                party: college(),
                person: Some(person.clone()),
            },
            async |rig, (packet, person)| {
                let copy = copy(rig, *packet).await;
                let known = rig.store.person(&person.pseudonyms).await.unwrap();
                whole([
                    copy.state == CopyState::Acknowledged,
                    copy.acknowledged_index.is_some(),
                    known.is_some(),
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let who = person();
                let mut request = push(rig.now(), &who, &[college()]);
                request.packet.kind = MessageKind::Request;
                (rig.push(request).await.id, who)
            },
            |_, (request, who)| answer(*request, who, college(), "ja"),
            async |rig, (request, _)| rig.store.answer(*request, &college()).await.unwrap().is_some(),
        )
        .await;
}

pub(super) async fn ends(bench: &mut Bench) {
    bench
        .try_each(
            collected,
            |_, packet| WithdrawPacket { packet: *packet, sender: school() },
            async |rig, packet| {
                let row = rig.store.message(*packet).await.unwrap().unwrap();
                whole([
                    row.state == MessageState::Withdrawn,
                    row.copies[0].ended_index.is_some(),
                    told(rig, college(), *packet, NoticeKind::PacketWithdrawn).await,
                ])
            },
        )
        .await;
    bench
        .try_each(
            async |rig| {
                let mut short = push(rig.now(), &person(), &[college()]);
                short.packet.expires = rig.now() + SignedDuration::from_secs(1);
                let packet = rig.push(short).await.id;
                rig.pass(3601);
                packet
            },
            |_, packet| Expire { packet: *packet },
            async |rig, packet| {
                let row = rig.store.message(*packet).await.unwrap().unwrap();
                let copy = &row.copies[0];
                whole([
                    row.state == MessageState::Expired,
                    copy.state == CopyState::Expired,
                    copy.ended_index.is_some(),
                ])
            },
        )
        .await;
    bench
        .try_each(
            pushed,
            |_, packet| TellNarrowed { packet: *packet, sender: school(), party: college() },
            async |rig, packet| told(rig, school(), *packet, NoticeKind::CategoriesNarrowed).await,
        )
        .await;
    bench
        .try_each(
            pushed,
            |_, packet| TellUndelivered {
                packet: *packet,
                sender: school(),
                party: college(),
                kind: NoticeKind::MandateEnded,
                since: Timestamp::MIN,
                asks: false,
            },
            async |rig, packet| told(rig, school(), *packet, NoticeKind::MandateEnded).await,
        )
        .await;
}

pub(super) async fn the_log(bench: &mut Bench) {
    // The entry that each of these faults meets would fill a tile.
    bench
        .try_each(
            async |rig| {
                let size = rig.store.head().await.unwrap().size;
                let until = 255 - size % 256;
                if until > 0 {
                    rig.write(Record, usize::try_from(until).unwrap()).await.unwrap().into_inner();
                }
                size + until
            },
            |_, _| Record,
            async |rig, index| {
                let entry = rig.store.entry(*index).await.unwrap();
                whole([entry.is_some(), entry.is_some_and(|entry| entry.bodies.len() == PartName::ALL.len())])
            },
        )
        .await;
    // The last: after it this gateway decides by another policy than its database.
    let other = unique();
    bench
        .try_each(
            async |rig| {
                if rig.store.head().await.unwrap().policy == other {
                    rig.done(ActivatePolicy { from: other, to: policy() }).await;
                }
            },
            |_, ()| ActivatePolicy { from: policy(), to: other },
            async |rig, ()| rig.store.head().await.unwrap().policy == other,
        )
        .await;
}
