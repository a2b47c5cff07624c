//! From what an operation did to the entry that accounts for it: who may read which part.

use std::{collections::BTreeSet, sync::Arc};

use super::{caller::Caller, ended::Ended, toolbox::Toolbox, trouble::Trouble};
use crate::{
    accesslog::entry::{self, CategoryFault, EntryDraft, Event, Outcome, Own, Part, PreparedEntry},
    domain::{
        code::{Category, Grondslag, Provision},
        digest::Digest,
        id::PersonId,
        party::PartyId,
    },
    policy::permit::{Permit, Refusal},
};

/// What happened, about a packet between two parties.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    /// What both parties may know: packet, dataset, purpose, declaration, sender, recipient and so on.
    pub(super) shared: Part,
    /// Who sends, if the sender may read this entry.
    pub(super) sender: Option<PartyId>,
    /// Who receives or tried to, if it may read this entry.
    pub(super) recipient: Option<PartyId>,
    /// The person as the sender's scope names one.
    pub(super) person: Option<PersonId>,
    /// What only the sender may know.
    pub(super) for_sender: Part,
    /// What only the recipient may know.
    pub(super) for_recipient: Part,
    /// What only the operator may know.
    pub(super) gateway: Part,
}

impl Account {
    /// What happened, and how it ended.
    pub(super) fn of(event: Event, outcome: Outcome) -> Self {
        Self { shared: Part::of(event, outcome), ..Self::default() }
    }

    /// Notes what a permit rests on.
    pub(super) fn permitted(self, permit: &Permit, categories: &BTreeSet<Category>) -> Self {
        let mut account = self.decided(permit, categories);
        account.for_sender.conditions = permit.conditions().to_vec();
        account
    }

    /// Notes that it was permitted, and refused all the same. The conditions held: they are no reason, and do not stand here.
    pub(super) fn permitted_in_vain(
        self,
        permit: &Permit,
        categories: &BTreeSet<Category>,
        why: InVain,
    ) -> Self {
        let mut account = self.decided(permit, categories);
        account.shared.outcome = Some(Outcome::Refused);
        account.for_sender.provisions = why.provisions;
        account.for_sender.faults = why.faults;
        account.because(why.cause)
    }

    fn decided(mut self, permit: &Permit, categories: &BTreeSet<Category>) -> Self {
        self.shared.basis = Some(permit.basis().clone());
        self.shared.policy_digest = Some(permit.policy_digest());
        self.shared.categories.clone_from(categories);
        self.shared.as_of = Some(permit.as_of().entries);
        self.gateway.subjects.clone_from(&permit.as_of().subjects);
        self
    }

    /// Notes why it was refused, for the part that may know: the sender's at a push, the recipient's at a pull.
    pub(super) fn refused(mut self, refusal: &Refusal, knows: Knows) -> Self {
        let part = match knows {
            Knows::Sender => &mut self.for_sender,
            Knows::Both => &mut self.shared,
        };
        note_refusal(part, refusal.basis.as_ref(), refusal);
        // Who is told an age is who gave the date of birth: the party that sends or records.
        let said = refusal.ages.iter().map(|(place, age)| (place.clone(), [age.at_least, age.at_most]));
        self.for_sender.ages = said.collect();
        self.gateway.policy_digest = Some(refusal.policy_digest);
        self
    }

    /// It came too late, for those who would have read it had it been done.
    pub(super) fn too_late(self, ended: Ended) -> Self {
        let mut account = self.because(ended.as_str());
        account.shared.outcome = Some(Outcome::Refused);
        // Neither the answer nor the person of an own reference was taken over, and no condition stood in the way.
        account.shared.answer = None;
        account.for_recipient.person = None;
        account.for_sender.conditions = Vec::new();
        account
    }

    /// Notes a cause in every part, for who may read it.
    pub(super) fn because(mut self, cause: &str) -> Self {
        self.shared.cause = Some(cause.to_owned());
        self
    }
}

/// Why what was permitted did not happen.
#[derive(Debug, Default)]
pub(super) struct InVain {
    /// A stable code.
    pub(super) cause: &'static str,
    /// The parts of the content that stood in the way.
    pub(super) faults: Vec<CategoryFault>,
    /// The provisions that say so.
    pub(super) provisions: Vec<Provision>,
}

/// Who may know why something was refused.
#[derive(Debug, Clone, Copy)]
pub(super) enum Knows {
    /// The sender alone: the recipient has no basis to know of the packet.
    Sender,
    /// Both.
    Both,
}

fn note_refusal(part: &mut Part, basis: Option<&Grondslag>, refusal: &Refusal) {
    part.basis = basis.cloned();
    part.policy_digest = Some(refusal.policy_digest);
    part.conditions = refusal.reasons.iter().map(|reason| reason.code.to_string()).collect();
    let mut provisions: Vec<_> =
        refusal.reasons.iter().flat_map(|reason| reason.provisions.clone()).collect();
    provisions.sort();
    provisions.dedup();
    part.provisions = provisions;
    part.cause = Some(refusal.kind.as_str().to_owned());
}

/// Who stands behind an entry.
pub(super) trait Signs {
    /// Says so in it.
    fn sign(&self, account: &mut Account);

    /// The party whose call it is, if it is one's.
    fn caller(&self) -> Option<PartyId> {
        None
    }
}

/// The operator, at its own console.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator;

/// What happens because its time has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock;

impl Signs for Caller {
    fn caller(&self) -> Option<PartyId> {
        Some(self.party())
    }

    fn sign(&self, account: &mut Account) {
        let party = self.party();
        account.shared.trace_id = Some(self.trace.clone());
        account.shared.caller = Some(party);
        account.gateway.certificate = Some(self.peer.certificate().registration());
        // Who looked is visible to the party's own officers only.
        if account.sender == Some(party) {
            account.for_sender.staff.clone_from(&self.staff);
        } else if account.recipient == Some(party) {
            account.for_recipient.staff.clone_from(&self.staff);
        }
    }
}

/// Somebody who is not let in: the account itself says all that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unadmitted;

impl Signs for Unadmitted {
    fn sign(&self, _: &mut Account) {}
}

impl Signs for Operator {
    fn sign(&self, _: &mut Account) {}
}

impl Signs for Clock {
    fn sign(&self, _: &mut Account) {}
}

impl Toolbox {
    /// Prepares the entry of an account.
    pub(super) fn entry(&self, by: &impl Signs, mut account: Account) -> Result<PreparedEntry, Trouble> {
        account.for_sender.person = account.person;
        by.sign(&mut account);
        let Account { shared, sender, recipient, for_sender, for_recipient, gateway, .. } = account;
        let own = |party: Option<PartyId>, part: Part| {
            party.map(|party| Own { party, staff: self.staff_digest(&party, &part), part })
        };
        let draft = EntryDraft {
            shared,
            sender: own(sender, for_sender),
            recipient: own(recipient, for_recipient),
            on_behalf: None,
            gateway: (gateway != Part::default()).then_some(gateway),
        };
        Ok(entry::prepare(draft, self.at_rest(), Arc::clone(&self.entropy))?)
    }

    /// By which a party finds again what one of its people did: a reference of staff does not stand in the clear.
    fn staff_digest(&self, party: &PartyId, part: &Part) -> Option<Digest> {
        let staff = part.staff.as_ref()?;
        let all = self.pseudonyms().all("staff", &party.to_string(), staff.reference());
        all.first().map(|newest| newest.value)
    }
}
