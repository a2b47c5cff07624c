//! A recipient says that it has a packet, perhaps by which number it knows the person.

use jiff::Timestamp;

use super::{Exchange, caller::Caller, ended::Ended, ledger::Account, trouble::Trouble};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{
        id::{PacketId, PersonId},
        person::{OwnReference, PersonReference},
    },
    policy::{permit::Refusal, routes::RouteAction},
    store::{
        read::PacketRow,
        write::{Acknowledge, Acknowledged, NewPerson, Write},
        writer::error::{Conflict, WriteError},
    },
};

/// Why an acknowledgement was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgeError {
    /// There is no such packet, or not for this party.
    #[error("no such packet")]
    NotFound,
    /// It was not collected, so there is nothing to acknowledge.
    #[error("not collected")]
    NotCollected,
    /// It was acknowledged before, and the reference that comes with it now was not kept.
    #[error("acknowledged without this reference")]
    ReferenceNotKept,
    /// It has ended.
    #[error("gone")]
    Gone(Ended),
    /// The role may not do this.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// When it was acknowledged, and where the log says so.
#[derive(Debug, Clone, Copy)]
pub struct Receipted {
    /// When, the first time.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

impl Exchange {
    /// Takes the recipient's word that it has the packet; the ciphertext is erased here. A repetition gives the first
    /// answer, and is refused where it brings a reference that the first one did not.
    ///
    /// # Errors
    /// [`AcknowledgeError`].
    pub async fn acknowledge(
        &self,
        caller: &Caller,
        id: PacketId,
        reference: Option<OwnReference>,
    ) -> Result<Receipted, AcknowledgeError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Acknowledge, now).await?.map_err(AcknowledgeError::Refused)?;
        let found = self.store.packet(id).await.map_err(Trouble::from)?;
        let is_mine = |packet: &&PacketRow| packet.recipients.iter().any(|row| row.party == caller.party());
        let Some(packet) = found.as_ref().filter(is_mine) else {
            self.note_stranger(caller, Event::Acknowledge, id, found.as_ref()).await?;
            return Err(AcknowledgeError::NotFound);
        };
        let person = match reference {
            Some(reference) => {
                let pseudonyms = self.pseudonyms_of(caller.party(), &PersonReference::Own(reference), "");
                let known = self.store.person(&pseudonyms).await.map_err(Trouble::from)?;
                let id = match known {
                    Some(id) => id,
                    None => PersonId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?,
                };
                Some(NewPerson { id, scope: caller.party(), pseudonyms })
            }
            None => None,
        };
        let mut account = Account::of(Event::Acknowledge, Outcome::Recorded);
        account.shared = Part {
            packet: Some(id),
            dataset: Some(packet.dataset.clone()),
            purpose: Some(packet.purpose.clone()),
            sender: Some(packet.sender),
            recipient: Some(caller.party()),
            municipality: packet.municipality_of(caller.party()),
            ..account.shared
        };
        account.sender = Some(packet.sender);
        account.recipient = Some(caller.party());
        account.person = Some(packet.person);
        account.for_recipient.person = person.as_ref().map(|person| person.id);
        let entry = self.entry(caller, account.clone())?;
        let known = person.as_ref().map(|person| person.id);
        let effect = Acknowledge { packet: id, party: caller.party(), person };
        match self.writer.submit(Write::new(effect, vec![entry])).await {
            Ok(done) => {
                let Acknowledged { at, index, repeated } = done.into_inner().outcome;
                if let Some(person) = known.filter(|_| repeated) {
                    let kept = self.store.packets_of_person(&caller.party(), person).await;
                    if !kept.map_err(Trouble::from)?.contains(&id) {
                        let mut account = account.because("already-acknowledged");
                        account.shared.outcome = Some(Outcome::Refused);
                        account.for_recipient.person = None;
                        let entry = self.entry(caller, account)?;
                        self.record(vec![entry]).await?;
                        return Err(AcknowledgeError::ReferenceNotKept);
                    }
                }
                Ok(Receipted { at, index })
            }
            Err(WriteError::Conflict(Conflict::NotCollected)) => Err(AcknowledgeError::NotCollected),
            Err(WriteError::Conflict(Conflict::NotFound)) => Err(AcknowledgeError::NotFound),
            Err(error) => Err(match error.conflict().and_then(Ended::met) {
                Some(ended) => {
                    self.note_ended(caller, vec![account], ended).await?;
                    AcknowledgeError::Gone(ended)
                }
                None => Trouble::from(error).into(),
            }),
        }
    }
}
