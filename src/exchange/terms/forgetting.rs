//! What nothing can be decided on any more is forgotten.

use super::{
    super::{
        entry::{Account, Clock},
        perform::At,
    },
    step::{Step, about},
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        snapshot::Needs,
        write::{ForgetDeclaration, ForgetMessage, ForgetPerson},
    },
};

/// The header of a message, and by what it was found.
pub(super) struct OfMessage {
    pub(super) message: PacketId,
}

impl Step for OfMessage {
    type Effect = ForgetMessage;

    fn needs(&self) -> Needs {
        Needs { messages: vec![self.message], ..Needs::default() }
    }

    fn plan(&self, at: &At<'_, Clock>) -> Option<(ForgetMessage, Vec<Account>)> {
        let message = at.facts.message(self.message)?;
        let accounts = message.copies.iter().map(|copy| about(Event::Forget, message, copy));
        Some((ForgetMessage { message: self.message }, accounts.collect()))
    }
}

/// What was asserted with a declaration.
pub(super) struct OfDeclaration {
    pub(super) declaration: DeclarationId,
}

impl Step for OfDeclaration {
    type Effect = ForgetDeclaration;

    fn needs(&self) -> Needs {
        Needs { declarations: vec![self.declaration], ..Needs::default() }
    }

    fn plan(&self, at: &At<'_, Clock>) -> Option<(ForgetDeclaration, Vec<Account>)> {
        let row = at.facts.declaration(self.declaration)?;
        let mut account = Account::of(Event::Forget, Outcome::Recorded);
        account.sender = Some(row.recorder);
        account.person = Some(row.person);
        account.for_sender = Part {
            declaration: Some(row.id),
            declaration_kind: Some(row.said.kind),
            dataset: Some(row.said.dataset.clone()),
            ..Part::default()
        };
        Some((ForgetDeclaration { declaration: self.declaration }, vec![account]))
    }
}

/// By what a person was recognised, as this party knows one.
pub(super) struct OfPerson {
    pub(super) person: PersonId,
    pub(super) scope: PartyId,
}

impl Step for OfPerson {
    type Effect = ForgetPerson;

    fn plan(&self, _: &At<'_, Clock>) -> Option<(ForgetPerson, Vec<Account>)> {
        let mut account = Account::of(Event::Forget, Outcome::Recorded);
        account.sender = Some(self.scope);
        account.person = Some(self.person);
        Some((ForgetPerson { person: self.person }, vec![account]))
    }
}
