//! A party that joins with its first certificate, or leaves: one step or none.

use super::{Applied, Effect, Once, certificate::RegisterCertificate, party::RegisterParty, sealed::Sealed};
use crate::{
    domain::party::PartyId,
    store::{
        model::{CopyState, KeyState, MessageState, PartyState},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Certificate, Change, Key, Party, Place, State},
        },
    },
};

/// Registers a party and the certificate that speaks for it.
#[derive(Debug, Clone)]
pub struct AddParty {
    /// The party.
    pub party: RegisterParty,
    /// Its first certificate.
    pub certificate: RegisterCertificate,
}

impl Sealed for AddParty {}

impl Effect for AddParty {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        [self.party.looks(), self.certificate.looks()].concat()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<()>, WriteError> {
        if self.certificate.party != self.party.party {
            return Err(WriteError::Mismatch("a party with the certificate of another"));
        }
        let mut changes = self.party.judge(at, state)?.changes;
        if state.certificates.has(&self.certificate.registration) {
            return Err(Conflict::Taken.into());
        }
        changes.extend(self.certificate.changes(at));
        Ok(Applied::done((), changes))
    }
}

/// Takes a party out: its certificates and keys are revoked for ever, it acts for nobody, and nothing can be sent to it.
/// Refused while anything waits for it, or for others from it. What the log says of it stays.
#[derive(Debug, Clone, Copy)]
pub struct RemoveParty {
    /// Who.
    pub party: PartyId,
}

impl Sealed for RemoveParty {}

impl Effect for RemoveParty {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        let party = self.party;
        vec![Look::Party(party), Look::Waiting(party), Look::Certificates(party), Look::Keys(party)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let party = state.parties.get(&self.party).ok_or(Conflict::NotFound)?;
        if party.state == PartyState::Removed {
            return Ok(Once::already());
        }
        if self.is_awaited(at, state) {
            return Err(Conflict::State.into());
        }
        let mut changes = vec![
            Change::Party(self.party, Party { state: PartyState::Removed, since: at.time, ..party.clone() }),
            Change::Member(self.party),
        ];
        let active = state.certificates.iter().filter(|(_, one)| one.party == self.party && one.is_active);
        changes.extend(active.map(|(registration, certificate)| {
            let revoked = Certificate { is_active: false, revoked: Some(at.time), ..certificate.clone() };
            Change::Certificate(*registration, revoked)
        }));
        let keys = state.keys.iter();
        for (thumbprint, key) in
            keys.filter(|(_, key)| key.party == self.party && key.state != KeyState::Revoked)
        {
            changes.push(Change::Key(thumbprint.clone(), Key { state: KeyState::Revoked, ..key.clone() }));
            changes.push(Change::Subject(subject::key(thumbprint)));
        }
        let places = state.places.iter().filter(|((of, ..), _)| *of == self.party);
        let acting = places.filter(|(_, place)| place.until.is_none_or(|until| until > at.time));
        changes.extend(
            acting.map(|(id, place)| {
                Change::Place(id.clone(), Place { until: Some(at.time), ..place.clone() })
            }),
        );
        Ok(Once::now(changes))
    }
}

impl RemoveParty {
    /// Whether anything waits for the party, or for others from it. A request that was answered waits for nothing.
    fn is_awaited(&self, at: &Moment, state: &State) -> bool {
        state.copies.iter().any(|(id, copy)| {
            let (packet, recipient) = id;
            let Some(packet) = state.messages.get(packet) else { return false };
            (*recipient == self.party || packet.sender == self.party)
                && matches!(copy.state, CopyState::Waiting | CopyState::Collected)
                && packet.state == MessageState::Open
                && packet.expires > at.time
                && !state.answers.has(id)
        })
    }
}
