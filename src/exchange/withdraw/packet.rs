//! A packet is taken back by its sender.

use super::outcome::{TakenBack, WithdrawError};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::id::PacketId,
    exchange::{
        caller::Caller,
        entry::Account,
        not_found::no_packet,
        perform::{At, Change, No, Operation, Reached},
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::routes::RouteAction,
    store::{
        Committed,
        read::CopyRow,
        snapshot::Needs,
        write::{Stopped, WithdrawPacket},
        writer::job::Done,
    },
};

pub(in crate::exchange) struct TakeBackPacket {
    pub(in crate::exchange) packet: PacketId,
}

impl Operation for TakeBackPacket {
    type By = Caller;
    type Ruling = Vec<Account>;
    type Effect = WithdrawPacket;
    type Kept = ();
    type Outcome = TakenBack;
    type Error = WithdrawError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { messages: vec![self.packet], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Vec<Account>, No<WithdrawError>> {
        at.require(RouteAction::WithdrawPacket)?;
        let found = at.facts.message(self.packet);
        let Some(packet) = found.filter(|packet| packet.sender == at.by.party()) else {
            return Err(No::not_found(no_packet(at.by, Event::WithdrawPacket, self.packet, found)));
        };
        let account = |row: &CopyRow| {
            let mut account = Account::of(Event::WithdrawPacket, Outcome::Recorded);
            account.shared = Part {
                packet: Some(packet.id),
                dataset: Some(packet.dataset.clone()),
                purpose: Some(packet.purpose.clone()),
                sender: Some(packet.sender),
                recipient: Some(row.party),
                municipality: row.municipality.clone(),
                ..account.shared
            };
            let (sender, recipient) = (Some(packet.sender), Some(row.party));
            Account { sender, recipient, person: Some(packet.person), ..account }
        };
        Ok(packet.copies.iter().map(account).collect())
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        accounts: Vec<Account>,
    ) -> Result<(Change<WithdrawPacket>, ()), Trouble> {
        let effect = WithdrawPacket { packet: self.packet, sender: at.by.party() };
        Ok((Change::new(at, effect, accounts)?, ()))
    }

    fn outcome(
        &self,
        at: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Vec<Stopped>>>,
    ) -> Result<Reached<TakenBack>, Trouble> {
        let done = done.into_inner();
        let index = done.evidence.first().map(|evidence| evidence.index);
        Ok(Reached::Here(TakenBack::of(done.time, index, &done.outcome, at)))
    }
}
