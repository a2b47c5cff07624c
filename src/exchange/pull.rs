//! A recipient collects a packet: decided again with today's facts, and released in the write that accounts for it.

mod again;
mod released;
mod undelivered;

use jiff::Timestamp;
use zeroize::Zeroizing;

use self::again::No;
pub use self::released::Released;
use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    ledger::{Account, Knows},
    push::ATTEMPTS,
    receipts::Receipt,
    submission::KeptHeader,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::at_rest::Place,
    domain::{
        id::PacketId,
        party::{PartyId, Role},
    },
    policy::{permit::Refusal, routes::RouteAction},
    store::{
        Committed,
        read::{CopyState, PacketRow, PacketState, RecipientRow},
        snapshot::Needs,
        write::{Deliver, Delivery, TellNarrowed, Write},
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

/// A packet and the copy of it that is asked for.
struct Copy {
    packet: PacketRow,
    row: RecipientRow,
}

impl Copy {
    fn ended(&self, now: Timestamp) -> Option<Ended> {
        match (self.row.state, self.packet.state) {
            (CopyState::Acknowledged, _) => Some(Ended::Acknowledged),
            (CopyState::Withheld, _) => Some(Ended::Withheld),
            (CopyState::Withdrawn, _) | (_, PacketState::Withdrawn) => Some(Ended::Withdrawn),
            (CopyState::Expired, _) | (_, PacketState::Expired) => Some(Ended::Expired),
            _ if self.packet.expires <= now => Some(Ended::Expired),
            (CopyState::Waiting | CopyState::Collected, PacketState::Open) => None,
        }
    }
}

impl Exchange {
    /// Releases the caller's copy of a packet.
    ///
    /// # Errors
    /// [`PullError`]. Every answer, whichever it is, is in the log before it is given.
    pub async fn pull(&self, caller: &Caller, packet: PacketId) -> Result<Released, PullError> {
        self.release(caller, packet, caller.party()).await
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
        self.release(caller, packet, PartyId::new(caller.party().oin, Role::Betrokkene)).await
    }

    async fn release(
        &self,
        caller: &Caller,
        id: PacketId,
        recipient: PartyId,
    ) -> Result<Released, PullError> {
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let needs = Needs { packets: vec![id], ..Needs::default() };
            let snapshot = self.store.snapshot(needs).await.map_err(Trouble::from)?;
            let found = snapshot.packet(id);
            let mine = found.and_then(|packet| {
                // The person's copy is for its sender alone.
                let may_see = recipient == caller.party() || packet.sender == caller.party();
                packet.recipients.iter().find(|row| may_see && row.party == recipient).cloned()
            });
            let may = self.could(caller, RouteAction::Pull, now);
            let (Some(packet), Some(row), true) = (found, mine, may) else {
                let is_own = found.is_some_and(|packet| packet.sender == caller.party());
                if is_own && recipient == caller.party() {
                    // The sender looked at its own packet: in nobody's log is that a pull.
                    self.note_stranger(caller, Event::Lookup, id, found).await?;
                    return Err(PullError::OwnPacket);
                }
                self.note_stranger(caller, Event::Pull, id, found).await?;
                return Err(PullError::NotFound);
            };
            let copy = Copy { packet: packet.clone(), row };
            if let Some(ended) = copy.ended(now) {
                return Err(self.gone(caller, &copy, ended).await?);
            }
            let permit = match self.decide_again(&copy, now, &snapshot)? {
                Ok(permit) => permit,
                Err(no) => return Err(self.refuse(caller, &copy, no).await?),
            };
            let account = account(&copy, Outcome::Permitted).permitted(&permit, &copy.row.categories);
            let entry = self.entry(caller, account)?;
            match self.writer.submit(Write::new(Deliver { permit }, vec![entry])).await {
                Ok(delivered) => return self.hand_over(caller, &copy, delivered),
                Err(error) if error.may_decide_again() => {}
                Err(error) => {
                    return Err(match error.conflict().and_then(Ended::met) {
                        Some(ended) => self.gone(caller, &copy, ended).await?,
                        None => Trouble::from(error).into(),
                    });
                }
            }
        }
        Err(Trouble::Restless.into())
    }

    fn hand_over(
        &self,
        caller: &Caller,
        copy: &Copy,
        delivered: Committed<Done<Delivery>>,
    ) -> Result<Released, PullError> {
        let evidence =
            delivered.get().evidence.first().ok_or(Trouble::Inconsistent("a delivery without an entry"))?;
        let about = Receipt { party: caller.party(), packet: Some(copy.packet.id), event: Event::Pull };
        let receipt = self.receipt(about, evidence)?;
        Ok(Released::mint(delivered, copy, receipt))
    }

    /// Notes the refusal; a sender whose packet can never be released as it is, is told.
    async fn refuse(&self, caller: &Caller, copy: &Copy, no: No) -> Result<PullError, Trouble> {
        let (No::Refused(refusal) | No::Narrowed(refusal)) = &no;
        let entry = self.entry(caller, account(copy, Outcome::Refused).refused(refusal, Knows::Both))?;
        Ok(PullError::Refused(match no {
            No::Refused(refusal) => {
                self.record(vec![entry]).await?;
                refusal
            }
            No::Narrowed(refusal) => {
                let (packet, sender) = (copy.packet.id, copy.packet.sender);
                let effect = TellNarrowed { packet, sender, party: copy.row.party };
                drop(self.writer.submit(Write::new(effect, vec![entry])).await?);
                refusal
            }
        }))
    }

    /// What was kept with a packet for later decisions.
    pub(super) fn kept_header(&self, packet: &PacketRow) -> Result<KeptHeader, Trouble> {
        let place = Place { table: "packet", row: &packet.id.to_string(), column: "header" };
        let kept: Zeroizing<Vec<u8>> = self.at_rest().open(place, &packet.header)?;
        serde_json::from_slice(&kept).map_err(|_| Trouble::Inconsistent("the kept header of a packet"))
    }

    async fn gone(&self, caller: &Caller, copy: &Copy, ended: Ended) -> Result<PullError, Trouble> {
        let account = account(copy, Outcome::Refused).because(ended.as_str());
        let entry = self.entry(caller, account)?;
        self.record(vec![entry]).await?;
        Ok(PullError::Gone(ended))
    }
}

fn account(copy: &Copy, outcome: Outcome) -> Account {
    let Copy { packet, row } = copy;
    let event = if row.party.role == Role::Betrokkene { Event::CopyForPerson } else { Event::Pull };
    let mut account = Account::of(event, outcome);
    account.shared = Part {
        packet: Some(packet.id),
        request: packet.request,
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
