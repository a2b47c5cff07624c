//! Who asks by an identifier for what it may not know: absent and another's take the same path, with one entry either way.

use super::{caller::Caller, entry::Account};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::id::{DeclarationId, PacketId},
    store::read::{DeclarationRow, MessageRow},
};

/// The account of an attempt at a packet or request that is not there for the caller. Its sender sees the attempt.
pub(super) fn no_packet(caller: &Caller, event: Event, id: PacketId, packet: Option<&MessageRow>) -> Account {
    let mut account = in_vain(caller, event);
    account.shared.packet = Some(id);
    if let Some(packet) = packet {
        // A sender that asks for its own packet is a caller like any other.
        if packet.sender != caller.party() {
            account.sender = Some(packet.sender);
        }
        // A sender that meant to collect its own packet looks it up in vain; a party to it, where it asked for another kind.
        let is_own = packet.sender == caller.party() && event == Event::Lookup;
        let is_mine = packet.copies.iter().any(|row| row.party == caller.party());
        let why = match event {
            Event::Lookup if is_own => "own-packet",
            Event::Lookup if is_mine => "another-kind",
            _ => cause(event),
        };
        account.person = Some(packet.person);
        account.for_sender = Part {
            dataset: Some(packet.dataset.clone()),
            purpose: Some(packet.purpose.clone()),
            cause: Some(why.to_owned()),
            ..Part::default()
        };
    }
    account
}

/// The account of an attempt at a declaration that is not there for the caller. Who recorded it sees the attempt.
pub(super) fn no_declaration(
    caller: &Caller,
    event: Event,
    id: DeclarationId,
    declaration: Option<&DeclarationRow>,
) -> Account {
    let mut account = in_vain(caller, event);
    account.shared.declaration = Some(id);
    if let Some(declaration) = declaration {
        account.sender = Some(declaration.recorder);
        account.person = Some(declaration.person);
        account.for_sender = Part {
            dataset: Some(declaration.said.dataset.clone()),
            purpose: declaration.said.purpose.clone(),
            cause: Some("not-the-recorder".to_owned()),
            ..Part::default()
        };
    }
    account
}

fn in_vain(caller: &Caller, event: Event) -> Account {
    let mut account = Account::of(event, Outcome::Refused);
    account.shared.cause = Some("not-found".to_owned());
    account.recipient = Some(caller.party());
    account
}

/// Why it is not for the caller, as its sender reads it.
const fn cause(event: Event) -> &'static str {
    match event {
        Event::WithdrawPacket => "not-the-sender",
        Event::Lookup => "neither-sender-nor-recipient",
        _ => "not-a-recipient",
    }
}
