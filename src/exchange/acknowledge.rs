//! A recipient says that it has a packet, perhaps by which number it knows the person.

use jiff::Timestamp;

use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    entry::Account,
    not_found::no_packet,
    perform::{At, Change, No, Operation, Reached, from_turned},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::pseudonym::Pseudonym,
    domain::{
        id::PacketId,
        party::PartyId,
        person::{OwnReference, PersonReference},
    },
    policy::{permit::Refusal, routes::RouteAction},
    store::{
        Committed,
        read::MessageRow,
        snapshot::Needs,
        write::{Acknowledge, Acknowledged, NewPerson},
        writer::{error::Conflict, job::Done},
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

from_turned!(AcknowledgeError);

impl Exchange {
    /// Takes the recipient's word that it has the packet; the ciphertext is erased here. A repetition gives the first
    /// answer, and is refused where it brings a reference that the first one did not.
    ///
    /// # Errors
    /// [`AcknowledgeError`].
    pub async fn acknowledge(
        &self,
        caller: &Caller,
        packet: PacketId,
        reference: Option<OwnReference>,
    ) -> Result<Receipted, AcknowledgeError> {
        let reference = reference.map(PersonReference::Own);
        let operation = AcknowledgePacket { packet, reference };
        let (receipted, repeated) = self.perform(caller, &operation).await?;
        let pseudonyms = operation.pseudonyms(caller, &self.tools);
        if repeated && !pseudonyms.is_empty() && !self.is_kept(caller, packet, &pseudonyms).await? {
            let found = self.store.message(packet).await.map_err(Trouble::from)?;
            let found = found.ok_or(Trouble::Inconsistent("an acknowledged packet is gone"))?;
            let mut account = account(caller.party(), &found).because("already-acknowledged");
            account.shared.outcome = Some(Outcome::Refused);
            self.note(caller, vec![account]).await?;
            return Err(AcknowledgeError::ReferenceNotKept);
        }
        Ok(receipted)
    }

    /// Whether the recipient finds the packet by this number.
    async fn is_kept(
        &self,
        caller: &Caller,
        packet: PacketId,
        pseudonyms: &[Pseudonym],
    ) -> Result<bool, Trouble> {
        let Some(person) = self.store.person(pseudonyms).await? else { return Ok(false) };
        Ok(self.store.packets_of_person(&caller.party(), person).await?.contains(&packet))
    }
}

pub(super) struct AcknowledgePacket {
    pub(super) packet: PacketId,
    pub(super) reference: Option<PersonReference>,
}

impl Operation for AcknowledgePacket {
    type By = Caller;
    type Ruling = ();
    type Effect = Acknowledge;
    type Kept = ();
    /// Also whether it was acknowledged before.
    type Outcome = (Receipted, bool);
    type Error = AcknowledgeError;

    fn needs(&self, by: &Caller, tools: &Toolbox) -> Result<Needs, Trouble> {
        let pseudonyms = self.pseudonyms(by, tools);
        Ok(Needs { messages: vec![self.packet], pseudonyms, ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<(), No<AcknowledgeError>> {
        at.require(RouteAction::Acknowledge)?;
        if self.mine(at).is_some() {
            return Ok(());
        }
        let found = at.facts.message(self.packet);
        Err(No::not_found(no_packet(at.by, Event::Acknowledge, self.packet, found)))
    }

    fn change(&self, at: &At<'_, Caller>, (): ()) -> Result<(Change<Acknowledge>, ()), Trouble> {
        let party = at.by.party();
        let packet = self.mine(at).ok_or(Trouble::Inconsistent("an acknowledgement without its packet"))?;
        let person = match self.pseudonyms(at.by, at.tools) {
            none if none.is_empty() => None,
            pseudonyms => {
                let id = at.tools.person(at.facts.person(), at.now)?;
                Some(NewPerson { id, scope: party, pseudonyms })
            }
        };
        let mut account = account(party, packet);
        account.for_recipient.person = person.as_ref().map(|person| person.id);
        let effect = Acknowledge { packet: packet.id, party, person };
        Ok((Change::new(at, effect, vec![account])?, ()))
    }

    fn outcome(
        &self,
        _: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Acknowledged>>,
    ) -> Result<Reached<(Receipted, bool)>, Trouble> {
        let Acknowledged { at, index, repeated } = done.into_inner().outcome;
        Ok(Reached::Here((Receipted { at, index }, repeated)))
    }

    fn met(&self, conflict: Conflict) -> Option<AcknowledgeError> {
        (conflict == Conflict::NotCollected).then_some(AcknowledgeError::NotCollected)
    }
}

fn account(party: PartyId, packet: &MessageRow) -> Account {
    let mut account = Account::of(Event::Acknowledge, Outcome::Recorded);
    account.shared = Part {
        packet: Some(packet.id),
        dataset: Some(packet.dataset.clone()),
        purpose: Some(packet.purpose.clone()),
        sender: Some(packet.sender),
        recipient: Some(party),
        municipality: packet.municipality_of(party),
        ..account.shared
    };
    account.sender = Some(packet.sender);
    account.recipient = Some(party);
    account.person = Some(packet.person);
    account
}

impl AcknowledgePacket {
    /// By which number the recipient knows the person; none where it does not say.
    fn pseudonyms(&self, by: &Caller, tools: &Toolbox) -> Vec<Pseudonym> {
        let of = |reference| tools.pseudonyms_of(by.party(), reference, "");
        self.reference.as_ref().map(of).unwrap_or_default()
    }

    fn mine<'a>(&self, at: &At<'a, Caller>) -> Option<&'a MessageRow> {
        let mine = |packet: &&MessageRow| packet.copies.iter().any(|row| row.party == at.by.party());
        at.facts.message(self.packet).filter(mine)
    }
}
