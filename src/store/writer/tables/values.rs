//! What a row says, value by value, in the order of its statement. A row that was read lacks what only an INSERT says.

use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        model::{Made, MessageKind, MessageState},
        writer::{
            rows::Value,
            state::{
                Answer, BareAnswer, Body, Certificate, Copy, CopyId, Decision, Declaration, Key, Message,
                Notice, NoticeId, Party, Place, PlaceId, Term,
            },
        },
    },
};

pub(super) fn party((id, row): (&PartyId, &Party)) -> [Value; 6] {
    let [oin, role] = of(id);
    let state = row.state.as_str().into();
    [oin, role, row.name.clone().into(), state, row.registered.into(), row.since.into()]
}

pub(super) fn of(party: &PartyId) -> [Value; 2] {
    [party.oin.to_string().into(), party.role.to_string().into()]
}

pub(super) fn copy_id((packet, party): &CopyId) -> [Value; 3] {
    let [oin, role] = of(party);
    [packet.to_string().into(), oin, role]
}

pub(super) fn place_id((party, municipality, from): &PlaceId) -> [Value; 4] {
    let [oin, role] = of(party);
    [oin, role, municipality.to_string().into(), (*from).into()]
}

pub(super) fn place((id, place): (&PlaceId, &Place)) -> [Value; 7] {
    let [oin, role, municipality, from] = place_id(id);
    let decision = place.decision.clone();
    [oin, role, municipality, from, place.ground.as_str().into(), decision.into(), place.until.into()]
}

pub(super) const fn state_of(certificate: &Certificate) -> &'static str {
    if certificate.is_active { "active" } else { "revoked" }
}

pub(super) fn certificate((registration, row): (&Digest, &Certificate)) -> Option<[Value; 10]> {
    let content = row.content.as_ref()?;
    let [oin, role] = of(&row.party);
    Some([
        registration.to_string().into(),
        oin,
        role,
        row.serial.clone().into(),
        content.chain.clone().into(),
        content.not_before.into(),
        content.not_after.into(),
        state_of(row).into(),
        content.registered.into(),
        row.revoked.into(),
    ])
}

pub(super) fn renewed((registration, row): (&Digest, &Certificate)) -> Option<[Value; 5]> {
    let content = row.content.as_ref()?;
    Some([
        registration.to_string().into(),
        row.serial.clone().into(),
        content.chain.clone().into(),
        content.not_before.into(),
        content.not_after.into(),
    ])
}

pub(super) fn key((thumbprint, row): (&String, &Key)) -> Option<[Value; 9]> {
    let content = row.content.as_ref()?;
    let [oin, role] = of(&row.party);
    Some([
        thumbprint.clone().into(),
        oin,
        role,
        content.kid.clone().into(),
        content.jwk.clone().into(),
        row.state.as_str().into(),
        content.valid_from.into(),
        content.valid_until.into(),
        content.published.into(),
    ])
}

/// The state of a declaration that was taken back.
const WITHDRAWN: &str = "withdrawn";

pub(super) fn declaration((id, row): (&DeclarationId, &Declaration)) -> Option<[Value; 24]> {
    let content = row.content.as_ref()?;
    let said = &content.said;
    let [recorder_oin, recorder_role] = of(&row.recorder);
    let state = if row.withdrawn.is_some() { WITHDRAWN } else { "given" };
    Some([
        id.to_string().into(),
        row.person.to_string().into(),
        said.kind.as_str().into(),
        said.dataset.to_string().into(),
        said.purpose.as_ref().map(ToString::to_string).into(),
        said.recipient().map(|party| party.oin.to_string()).into(),
        said.towards.as_ref().map(|towards| towards.role().to_string()).into(),
        said.municipality().map(ToString::to_string).into(),
        said.given_by.as_str().into(),
        said.given_at.into(),
        said.until.into(),
        i64::from(said.explicit).into(),
        content.evidence.kind.as_str().into(),
        content.evidence.digest.map(|digest| digest.to_string()).into(),
        content.evidence.recorded_on.to_string().into(),
        content.facts.clone().into(),
        recorder_oin,
        recorder_role,
        content.recorded.into(),
        row.index.into(),
        state.into(),
        row.withdrawn.map(|withdrawal| withdrawal.by.as_str().to_owned()).into(),
        row.withdrawn.map(|withdrawal| withdrawal.at).into(),
        row.withdrawn.map(|withdrawal| withdrawal.index).into(),
    ])
}

pub(super) fn declaration_again((id, row): (&DeclarationId, &Declaration)) -> Option<[Value; 5]> {
    let withdrawal = row.withdrawn?;
    Some([
        id.to_string().into(),
        WITHDRAWN.into(),
        withdrawal.by.as_str().into(),
        withdrawal.at.into(),
        withdrawal.index.into(),
    ])
}

pub(super) fn decision(((id, index), row): (&(DeclarationId, u64), &Decision)) -> [Value; 6] {
    [
        id.to_string().into(),
        (*index).into(),
        row.verdict.as_str().into(),
        row.reason.to_string().into(),
        row.on.to_string().into(),
        row.at.into(),
    ]
}

pub(super) fn pseudonym(pseudonym: &Pseudonym, person: PersonId) -> [Value; 3] {
    [i64::from(pseudonym.version).into(), pseudonym.value.0.to_vec().into(), person.to_string().into()]
}

pub(super) fn message((id, row): (&PacketId, &Message)) -> Option<[Value; 17]> {
    let content = row.content.as_ref()?;
    let packet = &content.packet;
    let [sender_oin, sender_role] = of(&row.sender);
    Some([
        id.to_string().into(),
        row.kind.as_str().into(),
        packet.dataset.to_string().into(),
        i64::from(packet.dataset_version).into(),
        packet.purpose.to_string().into(),
        sender_oin,
        sender_role,
        row.person.to_string().into(),
        content.created.into(),
        content.index.into(),
        row.expires.into(),
        i64::try_from(content.copies).ok()?.into(),
        packet.header.clone().into(),
        packet.rests_on.map(|message| message.to_string()).into(),
        row.state.as_str().into(),
        packet.reply.as_ref().map(|(message, _)| message.to_string()).into(),
        packet.reply.as_ref().map(|(_, outcome)| outcome.to_string()).into(),
    ])
}

pub(super) fn answer((reply_to, party): &CopyId, bare: &BareAnswer, row: &Answer) -> [Value; 13] {
    let [sender_oin, sender_role] = of(party);
    [
        bare.id.to_string().into(),
        MessageKind::Answer.as_str().into(),
        bare.dataset.to_string().into(),
        i64::from(bare.dataset_version).into(),
        bare.purpose.to_string().into(),
        sender_oin,
        sender_role,
        bare.person.to_string().into(),
        row.at.into(),
        row.index.into(),
        MessageState::Open.as_str().into(),
        reply_to.to_string().into(),
        row.outcome.to_string().into(),
    ]
}

pub(super) fn copy((id, row): (&CopyId, &Copy)) -> Option<[Value; 19]> {
    let content = row.content.as_ref()?;
    let [packet, oin, role] = copy_id(id);
    let body = match &row.body {
        Body::Read(body) => Some(body.to_string()),
        Body::Erased => None,
        // Of a copy that is new nothing is kept that was not given.
        Body::Kept => return None,
    };
    Some([
        packet,
        oin,
        role,
        content.position.into(),
        content.municipality.clone().into(),
        row.basis.clone().into(),
        content.categories.clone().into(),
        content.omitted.clone().into(),
        body.into(),
        row.sha256.to_string().into(),
        row.thumbprint.clone().into(),
        row.state.as_str().into(),
        content.index.into(),
        row.collected.map(|(at, _)| at).into(),
        row.collected.map(|(_, index)| index).into(),
        row.acknowledged.map(|(at, _)| at).into(),
        row.acknowledged.map(|(_, index)| index).into(),
        row.ended.into(),
        row.person.map(|person| person.to_string()).into(),
    ])
}

pub(super) fn copy_again((id, row): (&CopyId, &Copy)) -> [Value; 10] {
    let [packet, oin, role] = copy_id(id);
    [
        packet,
        oin,
        role,
        row.state.as_str().into(),
        row.collected.map(|(at, _)| at).into(),
        row.collected.map(|(_, index)| index).into(),
        row.acknowledged.map(|(at, _)| at).into(),
        row.acknowledged.map(|(_, index)| index).into(),
        row.ended.into(),
        row.person.map(|person| person.to_string()).into(),
    ]
}

pub(super) fn search(((packet, party), digest): &(CopyId, Digest), count: i64) -> [Value; 5] {
    let [oin, role] = of(party);
    [oin, role, digest.0.to_vec().into(), packet.to_string().into(), count.into()]
}

pub(super) fn notice((id, row): (&NoticeId, &Notice)) -> [Value; 9] {
    let [oin, role] = of(&id.to);
    let [about_oin, about_role] = of(&id.about);
    [
        oin,
        role,
        id.index.into(),
        id.packet.to_string().into(),
        about_oin,
        about_role,
        row.kind.as_str().into(),
        row.declaration.map(|declaration| declaration.to_string()).into(),
        row.created.into(),
    ]
}

pub(super) fn term((subject, row): (&String, &Term)) -> [Value; 4] {
    let kept_for = i64::try_from(row.kept_for.as_millis()).unwrap_or(i64::MAX);
    [subject.clone().into(), row.stage.as_str().into(), row.due.into(), kept_for.into()]
}

pub(super) fn made(((party, key), (body, made)): (&(PartyId, String), &(Digest, Made))) -> [Value; 6] {
    let [oin, role] = of(party);
    let (packet, declaration) = match made {
        Made::Message(id) => (Some(id.to_string()), None),
        Made::Declaration(id) => (None, Some(id.to_string())),
    };
    [oin, role, key.clone().into(), body.0.to_vec().into(), packet.into(), declaration.into()]
}
