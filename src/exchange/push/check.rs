//! What would be decided about a submission, without storing it.

use super::{PushError, Verdict, decide::asked, needs};
use crate::{
    accesslog::entry::{Event, Outcome},
    domain::id::PacketId,
    exchange::{Exchange, caller::Caller, ledger::Knows, submission::Submission, trouble::Trouble},
    policy::{
        dataset::DatasetKind,
        minimise::minimise_each,
        permit::{Permit, Refusal, RefusalKind},
    },
};

impl Exchange {
    /// Decides without storing: what would be allowed, and why not. Logged as an evaluation of each recipient, without a packet.
    ///
    /// # Errors
    /// [`PushError`]. A recipient that is refused is a verdict; `Refused` only where the gateway could not decide. `Invalid`
    /// also for content that the bases do not allow.
    pub async fn check(
        &self,
        caller: &Caller,
        kind: DatasetKind,
        submission: &Submission,
    ) -> Result<Vec<Verdict>, PushError> {
        let prepared = self.prepare(caller, kind, submission).await?;
        let now = self.clock.now();
        let snapshot = self.store.snapshot(needs(&submission.header, &prepared, None)).await;
        let snapshot = snapshot.map_err(Trouble::from)?;
        let person = snapshot.person();
        // A projection wants a packet to be made for; this one will never be stored, and the log does not name it.
        let never = PacketId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?;
        let mut verdicts = Vec::new();
        let mut entries = Vec::new();
        let mut permits = Vec::new();
        for resolved in &prepared.recipients {
            let asked = asked(caller, &submission.header, &prepared, resolved, Some(never), person, now);
            let decision = self.engine.decide(&self.gather(&snapshot, &asked)?.facts).into_result();
            let account = Self::account_of(caller, &asked, Event::Evaluated, outcome(&decision), person);
            let (account, decision) = match decision {
                Ok(permit) => {
                    let categories = asked.categories.clone();
                    let account = account.permitted(&permit, &categories);
                    let basis = permit.basis().clone();
                    permits.push(permit);
                    (account, Ok((basis, categories)))
                }
                Err(refusal) => (account.refused(&refusal, Knows::Sender), Err(refusal)),
            };
            let mut account = account;
            (account.shared.packet, account.for_sender.packet) = (None, None);
            entries.push(self.entry(caller, account)?);
            verdicts.push(Verdict { at: resolved.at, party: resolved.party, index: 0, decision });
        }
        for (verdict, index) in verdicts.iter_mut().zip(self.record(entries).await?) {
            verdict.index = index;
        }
        let undecided = verdicts.iter().filter_map(|verdict: &Verdict| match &verdict.decision {
            Err(refusal) if refusal.kind == RefusalKind::PolicyFault => Some((verdict.at, refusal.clone())),
            Err(_) | Ok(_) => None,
        });
        let undecided: Vec<_> = undecided.collect();
        if !undecided.is_empty() {
            return Err(PushError::Refused(undecided));
        }
        if permits.len() == prepared.recipients.len() {
            let permits: Vec<_> = permits.iter().collect();
            minimise_each(&permits, &prepared.contents, prepared.dataset, &submission.header.omit)
                .map_err(PushError::Invalid)?;
        }
        Ok(verdicts)
    }
}

fn outcome(decision: &Result<Permit, Refusal>) -> Outcome {
    if decision.is_ok() { Outcome::Permitted } else { Outcome::Refused }
}
