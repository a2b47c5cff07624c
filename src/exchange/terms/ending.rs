//! A message whose term passed an hour ago ends.

use super::{
    super::{
        entry::{Account, Clock},
        perform::At,
    },
    step::{Step, about},
};
use crate::{
    accesslog::entry::Event,
    domain::id::PacketId,
    store::{snapshot::Needs, write::Expire},
};

pub(super) struct End {
    pub(super) message: PacketId,
}

impl Step for End {
    type Effect = Expire;

    fn needs(&self) -> Needs {
        Needs { messages: vec![self.message], ..Needs::default() }
    }

    fn plan(&self, at: &At<'_, Clock>) -> Option<(Expire, Vec<Account>)> {
        let message = at.facts.message(self.message)?;
        let accounts = message.copies.iter().map(|copy| about(Event::Expire, message, copy));
        Some((Expire { packet: self.message }, accounts.collect()))
    }
}
