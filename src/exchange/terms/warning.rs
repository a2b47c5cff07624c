//! A message ends soon: its sender, and each recipient that has something left to do with it, are told.

use super::{
    super::{
        entry::{Account, Clock},
        perform::At,
    },
    step::{Step, about},
};
use crate::{
    accesslog::entry::Event,
    domain::{id::PacketId, party::PartyId},
    store::{
        read::{CopyRow, MessageState},
        snapshot::Needs,
        write::{Warn, is_left},
    },
};

/// What the entry says of it.
const CAUSE: &str = "expires-soon";

pub(super) struct Warning {
    pub(super) message: PacketId,
}

impl Step for Warning {
    type Effect = Warn;

    fn needs(&self) -> Needs {
        Needs { messages: vec![self.message], ..Needs::default() }
    }

    fn plan(&self, at: &At<'_, Clock>) -> Option<(Warn, Vec<Account>)> {
        let message = at.facts.message(self.message)?;
        let is_over = message.state != MessageState::Open || message.expires <= at.now;
        let is_left = |copy: &&CopyRow| {
            let is_answered = at.facts.answer(message.id, &copy.party).is_some();
            !is_over && is_left(message.kind.asks(), copy.state, is_answered)
        };
        let left: Vec<&CopyRow> = message.copies.iter().filter(is_left).collect();
        let accounts = left.iter().map(|copy| about(Event::Notice, message, copy).because(CAUSE)).collect();
        let left: Vec<PartyId> = left.iter().map(|copy| copy.party).collect();
        Some((Warn { message: self.message, left }, accounts))
    }
}
