//! Who may call a route: the policies say so, and a refusal is in the log before it is told.

use jiff::Timestamp;

use super::{
    Exchange,
    caller::Caller,
    facts::{Reading, party_facts},
    ledger::{Account, Knows},
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome},
    policy::{
        facts::PartyFacts,
        permit::Refusal,
        routes::{RouteAction, RouteContext},
    },
};

impl Exchange {
    /// Whether the caller may do this now. The one way to ask it, so that no use case can refuse without an entry.
    pub(super) async fn may(
        &self,
        caller: &Caller,
        action: RouteAction,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, Trouble> {
        let party = party_facts(caller.register(), caller.party(), now, &mut Reading::default());
        let about = Account { recipient: Some(caller.party()), ..Account::default() };
        self.may_in(caller, action, &party, RouteContext::at(now), about).await
    }

    /// Likewise, where more decides than the role. `about` is what a refusal's entry tells beside the reasons, and to whom.
    pub(super) async fn may_in(
        &self,
        caller: &Caller,
        action: RouteAction,
        party: &PartyFacts,
        context: RouteContext<'_>,
        about: Account,
    ) -> Result<Result<(), Refusal>, Trouble> {
        let Err(refusal) = self.engine.may(action, party, context) else { return Ok(Ok(())) };
        let knows = if about.sender == Some(caller.party()) { Knows::Sender } else { Knows::Both };
        let mut account = about.refused(&refusal, knows);
        account.shared.event = Some(event_of(action));
        account.shared.outcome = Some(Outcome::Refused);
        account.gateway.cause = Some(action.to_string());
        let entry = self.entry(caller, account)?;
        self.record(vec![entry]).await?;
        Ok(Err(refusal))
    }

    /// Whether the caller may do this now, where a no is not told as one and the use case has an entry of its own for it.
    pub(super) fn could(&self, caller: &Caller, action: RouteAction, now: Timestamp) -> bool {
        let party = party_facts(caller.register(), caller.party(), now, &mut Reading::default());
        self.engine.may(action, &party, RouteContext::at(now)).is_ok()
    }
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
