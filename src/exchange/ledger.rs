//! From what a use case did to the entry that accounts for it: who may read which part.

use std::collections::BTreeSet;

use super::{Exchange, caller::Caller, ended::Ended, trouble::Trouble};
use crate::{
    accesslog::entry::{self, CategoryFault, EntryDraft, Event, Outcome, Part, PreparedEntry},
    domain::{
        code::{Category, Grondslag, Provision},
        id::PersonId,
        party::PartyId,
    },
    policy::{
        facts::FactVersion,
        permit::{Permit, Refusal},
    },
    store::write::{Record, Write},
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
        self.gateway.versions = permit.versions().iter().map(version).collect();
        self
    }

    /// Notes why it was refused, for the part that may know: the sender's at a push, the recipient's at a pull.
    pub(super) fn refused(mut self, refusal: &Refusal, knows: Knows) -> Self {
        let part = match knows {
            Knows::Sender => &mut self.for_sender,
            Knows::Both => &mut self.shared,
        };
        note_refusal(part, refusal.basis.as_ref(), refusal);
        self.gateway.policy_digest = Some(refusal.policy_digest);
        self
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

fn version(fact: &FactVersion) -> entry::FactVersion {
    entry::FactVersion { subject: fact.subject.clone(), version: fact.version }
}

impl Exchange {
    /// Prepares the entry of an account, signed for by who called.
    pub(super) fn entry(&self, caller: &Caller, account: Account) -> Result<PreparedEntry, Trouble> {
        let party = caller.party();
        let Account { mut shared, sender, recipient, person, mut for_sender, mut for_recipient, mut gateway } =
            account;
        shared.trace_id = Some(caller.trace.clone());
        shared.caller = Some(party);
        gateway.certificate = Some(caller.peer.certificate().registration());
        for_sender.person = person;
        // Who looked is visible to the party's own officers only.
        if sender == Some(party) {
            for_sender.staff.clone_from(&caller.staff);
        } else if recipient == Some(party) {
            for_recipient.staff.clone_from(&caller.staff);
        }
        let draft = EntryDraft {
            shared,
            sender: sender.map(|party| (party, for_sender)),
            recipient: recipient.map(|party| (party, for_recipient)),
            gateway: Some(gateway),
            readers: BTreeSet::new(),
        };
        Ok(entry::prepare(&draft, &self.at_rest(), self.entropy.as_ref())?)
    }

    /// Notes that what was to be done came too late, for those who would have read it had it been done.
    pub(super) async fn note_ended(
        &self,
        caller: &Caller,
        accounts: Vec<Account>,
        ended: Ended,
    ) -> Result<(), Trouble> {
        let mut entries = Vec::new();
        for account in accounts {
            let mut account = account.because(ended.as_str());
            account.shared.outcome = Some(Outcome::Refused);
            // Neither the answer nor the person of an own reference was taken over.
            account.shared.continues = None;
            account.for_recipient.person = None;
            entries.push(self.entry(caller, account)?);
        }
        self.record(entries).await.map(drop)
    }

    /// Appends entries that change nothing else: refusals, searches, questions.
    pub(super) async fn record(&self, entries: Vec<PreparedEntry>) -> Result<Vec<u64>, Trouble> {
        let done = self.writer.submit(Write::new(Record, entries)).await?.into_inner();
        Ok(done.evidence.iter().map(|evidence| evidence.index).collect())
    }
}
