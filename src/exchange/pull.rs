//! A recipient collects a packet: decided again with today's facts, and released in the write that accounts for it.

mod again;
mod copy;
mod released;
mod undelivered;

pub use self::released::Released;
use self::{
    again::{Again, decide_again},
    copy::Copy,
};
use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    entry::{Account, Knows},
    not_found::no_packet,
    perform::{At, Change, No, Operation, Reached, from_turned},
    receipts::Receipt,
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{
        id::PacketId,
        party::{PartyId, Role},
    },
    policy::{
        permit::{Permit, Refusal},
        routes::RouteAction,
    },
    store::{
        Committed,
        read::KeyState,
        snapshot::Needs,
        write::{Deliver, Delivery, TellNarrowed},
        writer::job::Done,
    },
};

/// Why a packet was not released.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// There is no such packet, or not for this party: the two look the same.
    #[error("no such packet")]
    NotFound,
    /// The caller sent it: only the person's copy can be fetched by a sender.
    #[error("the caller's own packet")]
    OwnPacket,
    /// Today's facts say no.
    #[error("refused")]
    Refused(Refusal),
    /// It can no longer be collected.
    #[error("gone")]
    Gone(Ended),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

from_turned!(PullError);

impl Exchange {
    /// Releases the caller's copy of a packet.
    ///
    /// # Errors
    /// [`PullError`]. Every answer, whichever it is, is in the log before it is given.
    pub async fn pull(&self, caller: &Caller, packet: PacketId) -> Result<Released, PullError> {
        self.perform(caller, &Pull { packet, recipient: caller.party() }).await
    }

    /// Releases the person's copy to the sender, who hands it over; it is sealed to the sender's own key.
    ///
    /// # Errors
    /// As [`Exchange::pull`].
    pub async fn pull_copy_for_person(
        &self,
        caller: &Caller,
        packet: PacketId,
    ) -> Result<Released, PullError> {
        let recipient = PartyId::new(caller.party().oin, Role::Betrokkene);
        self.perform(caller, &Pull { packet, recipient }).await
    }
}

pub(super) struct Pull {
    pub(super) packet: PacketId,
    pub(super) recipient: PartyId,
}

impl Operation for Pull {
    type By = Caller;
    type Ruling = (Copy, Permit);
    type Effect = Deliver;
    type Kept = (Copy, u64);
    type Outcome = Released;
    type Error = PullError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { messages: vec![self.packet], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<(Copy, Permit), No<PullError>> {
        let Some(copy) = self.copy(at) else { return Err(self.in_vain(at)) };
        // What is sealed to a revoked key is withheld, also where the copy was not there to be found when that was revoked.
        let key = at.facts.register().key(&copy.row.thumbprint);
        let is_revoked = key.is_some_and(|key| key.state == KeyState::Revoked);
        let ended = copy.ended(at.now).or_else(|| is_revoked.then_some(Ended::Withheld));
        if let Some(ended) = ended {
            return Err(No::gone(account(&copy, Outcome::Refused), ended));
        }
        match decide_again(at.tools, &copy, at.now, at.facts)? {
            Again::Permitted(permit) => Ok((copy, *permit)),
            Again::Refused(refusal) => {
                Err(No::refused(account(&copy, Outcome::Refused), refusal, Knows::Both))
            }
            // A sender whose packet can never be released as it is, is told.
            Again::Narrowed(refusal) => {
                let (packet, sender) = (copy.packet.id, copy.packet.sender);
                let effect = TellNarrowed { packet, sender, party: copy.row.party };
                let account = account(&copy, Outcome::Refused).refused(&refusal, Knows::Both);
                Err(No::Narrowed(PullError::Refused(refusal), Box::new((effect, account))))
            }
        }
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        (copy, permit): (Copy, Permit),
    ) -> Result<(Change<Deliver>, Self::Kept), Trouble> {
        let as_of = permit.as_of().entries;
        let account = account(&copy, Outcome::Permitted).permitted(&permit, &copy.row.categories);
        Ok((Change::new(at, Deliver { permit }, vec![account])?, (copy, as_of)))
    }

    fn outcome(
        &self,
        at: &At<'_, Caller>,
        (copy, as_of): Self::Kept,
        delivered: Committed<Done<Delivery>>,
    ) -> Result<Reached<Released>, Trouble> {
        let evidence =
            delivered.get().evidence.first().ok_or(Trouble::Inconsistent("a delivery without an entry"))?;
        let about = Receipt {
            party: at.by.party(),
            packet: Some(copy.packet.id),
            event: Event::Pull,
            as_of: Some(as_of),
        };
        let receipt = at.tools.receipt(about, evidence, at.now)?;
        Ok(Reached::Here(Released::mint(delivered, &copy, receipt)))
    }
}

impl Pull {
    /// The copy, if it is there for the caller.
    fn copy(&self, at: &At<'_, Caller>) -> Option<Copy> {
        let packet = at.facts.message(self.packet)?;
        // The person's copy is for its sender alone.
        let may_see = self.recipient == at.by.party() || packet.sender == at.by.party();
        let row = packet.copies.iter().find(|row| may_see && row.party == self.recipient)?;
        at.allows(RouteAction::Pull).then(|| Copy { packet: packet.clone(), row: row.clone() })
    }

    fn in_vain(&self, at: &At<'_, Caller>) -> No<PullError> {
        let found = at.facts.message(self.packet);
        let is_own = found.is_some_and(|packet| packet.sender == at.by.party());
        if is_own && self.recipient == at.by.party() {
            // The sender looked at its own packet: in nobody's log is that a pull.
            let account = no_packet(at.by, Event::Lookup, self.packet, found);
            return No::For(PullError::OwnPacket, vec![account]);
        }
        No::not_found(no_packet(at.by, Event::Pull, self.packet, found))
    }
}

fn account(copy: &Copy, outcome: Outcome) -> Account {
    let Copy { packet, row } = copy;
    let event = if row.party.role == Role::Betrokkene { Event::CopyForPerson } else { Event::Pull };
    let mut account = Account::of(event, outcome);
    account.shared = Part {
        packet: Some(packet.id),
        request: packet.earlier(),
        answer: packet.reply.as_ref().map(|(_, outcome)| outcome.clone()),
        dataset: Some(packet.dataset.clone()),
        dataset_version: Some(packet.dataset_version),
        purpose: Some(packet.purpose.clone()),
        sender: Some(packet.sender),
        recipient: Some(row.party),
        municipality: row.municipality.clone(),
        jwe_sha256: Some(row.jwe_sha256),
        key_thumbprint: Some(row.thumbprint.clone()),
        ..account.shared
    };
    account.sender = Some(packet.sender);
    account.recipient = (row.party.role != Role::Betrokkene).then_some(row.party);
    account.person = Some(packet.person);
    account
}
