//! What would be decided about a submission, without storing it.

use super::{
    PushError, Verdict,
    decide::{asked, content_not_allowed},
};
use crate::{
    accesslog::entry::{Event, Outcome},
    domain::id::PacketId,
    exchange::{Exchange, caller::Caller, ledger::Knows, submission::Submission, trouble::Trouble},
    policy::{dataset::DatasetKind, minimise::minimise_each, permit::RefusalKind},
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
        let person = self.store.person(&prepared.pseudonyms).await.map_err(Trouble::from)?;
        // A projection wants a packet to be made for; this one will never be stored, and the log does not name it.
        let never = PacketId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?;
        let mut verdicts = Vec::new();
        let mut accounts = Vec::new();
        let mut permits = Vec::new();
        for resolved in &prepared.recipients {
            let asked = asked(caller, &submission.header, &prepared, resolved, Some(never), person, now);
            let decision = self.engine.decide(&self.gather(&asked).await?.facts).into_result();
            let outcome = if decision.is_ok() { Outcome::Permitted } else { Outcome::Refused };
            let account = Self::account_of(caller, &asked, Event::Evaluated, outcome, person);
            let (account, decision) = match decision {
                Ok(permit) => {
                    let decision = Ok((permit.basis().clone(), asked.categories.clone()));
                    permits.push(permit);
                    (account, decision)
                }
                Err(refusal) => (account.refused(&refusal, Knows::Sender), Err(refusal)),
            };
            accounts.push(account);
            verdicts.push(Verdict { at: resolved.at, party: resolved.party, index: 0, decision });
        }
        // What the bases do not allow of the content shows only when all of them hold.
        let faults = if permits.len() == prepared.recipients.len() {
            let permits: Vec<_> = permits.iter().collect();
            minimise_each(&permits, &prepared.contents, prepared.dataset, &submission.header.omit).err()
        } else {
            None
        };
        let mut entries = Vec::new();
        let (categories, mut permits) = (prepared.contents.categories(), permits.iter());
        for (account, verdict) in accounts.into_iter().zip(&verdicts) {
            let permit = verdict.decision.as_ref().ok().and_then(|_| permits.next());
            let mut account = match (permit, &faults) {
                (None, _) => account,
                (Some(permit), None) => account.permitted(permit, categories),
                (Some(permit), Some(faults)) => {
                    let why = content_not_allowed(permit, prepared.dataset, faults);
                    account.permitted_in_vain(permit, categories, why)
                }
            };
            (account.shared.packet, account.for_sender.packet) = (None, None);
            entries.push(self.entry(caller, account)?);
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
        if let Some(faults) = faults {
            return Err(PushError::Invalid(faults));
        }
        Ok(verdicts)
    }
}
