//! Who may do what: the policies say so, and a refusal is in the log before it is told.

use jiff::Timestamp;

use super::{
    Exchange,
    caller::Caller,
    entry::{Account, Knows},
    facts::{Reading, party_facts},
    perform::{At, No, Turned},
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome},
    policy::{
        facts::PartyFacts,
        permit::Refusal,
        routes::{RouteAction, RouteContext},
    },
    store::snapshot::Snapshot,
};

impl At<'_, Caller> {
    /// Goes on only if the caller may do this now.
    pub(super) fn require<E: From<Turned>>(&self, action: RouteAction) -> Result<(), No<E>> {
        let about = Account { recipient: Some(self.by.party()), ..Account::default() };
        self.require_in(action, RouteContext::at(self.now), about)
    }

    /// Likewise, where more decides than the role. `about` is what a refusal's entry tells beside the reasons, and to whom.
    pub(super) fn require_in<E: From<Turned>>(
        &self,
        action: RouteAction,
        context: RouteContext<'_>,
        about: Account,
    ) -> Result<(), No<E>> {
        let party = self.caller_facts(&mut Reading::default());
        let Err(refusal) = self.tools.engine.may(action, &party, context) else { return Ok(()) };
        let knows = knows(&about, self.by);
        Err(No::refused(tried(about, action), refusal, knows))
    }

    /// Whether the caller may do this now, where a no is not told as one and the operation has an entry of its own for it.
    pub(super) fn allows(&self, action: RouteAction) -> bool {
        self.refusal_in(action, RouteContext::at(self.now)).is_none()
    }

    /// Why the caller may not, of what the action is about; likewise not told as a refusal.
    pub(super) fn refusal_in(&self, action: RouteAction, context: RouteContext<'_>) -> Option<Refusal> {
        let party = self.caller_facts(&mut Reading::default());
        self.tools.engine.may(action, &party, context).err()
    }

    /// The caller as a party today.
    pub(super) fn caller_facts(&self, reading: &mut Reading) -> PartyFacts {
        party_facts(self.facts.register(), self.by.party(), self.now, reading)
    }
}

impl Exchange {
    /// Whether the caller may read this now. A refusal is an entry.
    pub(super) async fn may(
        &self,
        caller: &Caller,
        action: RouteAction,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, Trouble> {
        let party = party_facts(caller.register(), caller.party(), now, &mut Reading::default());
        let Err(refusal) = self.tools.engine.may(action, &party, RouteContext::at(now)) else {
            return Ok(Ok(()));
        };
        let about = Account { recipient: Some(caller.party()), ..Account::default() };
        let account = tried(about, action).refused(&refusal, Knows::Both);
        self.note(caller, vec![account]).await?;
        Ok(Err(refusal))
    }

    /// Whether the caller may do this, by what was read to admit it; a no is told by who asks.
    pub(super) fn could(&self, caller: &Caller, action: RouteAction, now: Timestamp) -> bool {
        let facts: &Snapshot = &caller.seen;
        At { by: caller, now, facts, tools: &self.tools }.allows(action)
    }
}

fn knows(about: &Account, caller: &Caller) -> Knows {
    if about.sender == Some(caller.party()) { Knows::Sender } else { Knows::Both }
}

/// What was tried, as the entry of its refusal says.
pub(super) fn tried(mut about: Account, action: RouteAction) -> Account {
    about.shared.event = Some(event_of(action));
    about.shared.outcome = Some(Outcome::Refused);
    about.gateway.cause = Some(action.to_string());
    about
}

/// What the entry of a refusal says was tried.
const fn event_of(action: RouteAction) -> Event {
    match action {
        RouteAction::PublishKey => Event::KeyPublished,
        RouteAction::RevokeKey => Event::KeyRevoked,
        RouteAction::RegisterCertificate => Event::CertificateRegistered,
        RouteAction::Declare => Event::Declare,
        RouteAction::Withdraw => Event::WithdrawDeclaration,
        RouteAction::Decide => Event::DecideDeclaration,
        RouteAction::Push => Event::Push,
        RouteAction::WithdrawPacket => Event::WithdrawPacket,
        RouteAction::Search => Event::Search,
        RouteAction::Pull => Event::Pull,
        RouteAction::Acknowledge => Event::Acknowledge,
        RouteAction::Request => Event::Request,
        RouteAction::Question => Event::Question,
        RouteAction::Answer => Event::Answer,
        RouteAction::Evaluate => Event::Evaluated,
        RouteAction::ReadCatalogue
        | RouteAction::ReadDeclaration
        | RouteAction::Outbox
        | RouteAction::Inbox
        | RouteAction::Notices
        | RouteAction::Entries => Event::Call,
    }
}
