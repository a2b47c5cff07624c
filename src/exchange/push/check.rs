//! What would be decided about a submission, without storing it.

use super::{
    Foreseen, PushError,
    decide::{NO_KEY, account_of, asked, content_not_allowed, key_of, no_key},
    needs,
    prepare::{Prepared, Unprepared},
    reply::answers,
    turned, weight_of, work_of,
};
use crate::{
    accesslog::entry::{Event, Outcome},
    domain::{id::PacketId, party::PartyId},
    exchange::{
        Exchange,
        caller::Caller,
        entry::{Account, InVain, Knows},
        heavy::Weight,
        meter::weights,
        perform::{At, Change, No, Operation, Reached},
        submission::{Header, Submission},
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::{
        dataset::DatasetKind,
        minimise::minimise_each,
        permit::{Permit, RefusalKind},
    },
    store::{Committed, snapshot::Needs, write::Record, writer::job::Done},
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
        submission: Submission,
    ) -> Result<Vec<Foreseen>, PushError> {
        let now = self.clock.now();
        let Submission { header, content, weight } = submission;
        self.meter.count(caller.party(), work_of(&header, weight));
        let prepare = || self.tools.prepare(caller, kind, &header, content, now);
        let prepared =
            self.heavy.run(Some(caller.party()), weight, prepare).await.map_err(Trouble::from)??;
        // A projection wants a packet to be made for; this one will never be stored, and the log does not name it.
        let never = PacketId::new(now, self.tools.entropy.as_ref()).map_err(Trouble::from)?;
        let verdicts = self.perform(caller, &Check { kind, header, weight, prepared, never }).await?;
        // What is refused as a whole was counted when it was noted.
        self.meter.count(caller.party(), weights::NOTE.times(verdicts.len()));
        Ok(verdicts)
    }
}

pub(in crate::exchange) struct Check<'a> {
    pub(in crate::exchange) kind: DatasetKind,
    pub(in crate::exchange) header: Header,
    pub(in crate::exchange) weight: Weight,
    pub(in crate::exchange) prepared: Result<Prepared<'a>, Unprepared>,
    pub(in crate::exchange) never: PacketId,
}

impl Operation for Check<'_> {
    type By = Caller;
    type Ruling = (Vec<Foreseen>, Vec<Account>);
    type Effect = Record;
    type Kept = Vec<Foreseen>;
    type Outcome = Vec<Foreseen>;
    type Error = PushError;

    fn weight(&self, by: &Caller) -> (Option<PartyId>, Weight) {
        (Some(by.party()), weight_of(self.weight, self.prepared.as_ref().ok()))
    }

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(needs(&self.header, self.prepared.as_ref().ok(), None))
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Self::Ruling, No<PushError>> {
        let header = &self.header;
        let prepared = self.prepared.as_ref().map_err(|why| turned(at, self.kind, why))?;
        answers(at, header, prepared)?;
        let (mut verdicts, mut accounts, mut permits) = (Vec::new(), Vec::new(), Vec::new());
        for resolved in &prepared.recipients {
            let asked = asked(at.by, header, prepared, resolved, Some(self.never), at.facts.person(), at.now);
            let decision = at.tools.engine.decide(&at.tools.gather(at.facts, &asked)?.facts).into_result();
            let outcome = if decision.is_ok() { Outcome::Permitted } else { Outcome::Refused };
            let account = account_of(at.by, &asked, Event::Evaluated, outcome);
            let (account, decision) = match decision {
                Ok(permit) => {
                    let decision = Ok((permit.basis().clone(), asked.categories.clone()));
                    permits.push(permit);
                    (account, decision)
                }
                Err(refusal) => (account.refused(&refusal, Knows::Sender), Err(refusal)),
            };
            accounts.push(account);
            let key = key_of(at.facts.register(), at.by.party(), resolved.party, at.now)?;
            let keyless = key.is_none().then(|| no_key(resolved.at));
            verdicts.push(Foreseen { at: resolved.at, party: resolved.party, index: 0, decision, keyless });
        }
        // What the bases do not allow of the content shows only when all of them hold.
        let faults = if permits.len() == prepared.recipients.len() {
            let permits: Vec<&Permit> = permits.iter().collect();
            minimise_each(&permits, &prepared.contents, prepared.dataset, &header.omit).err()
        } else {
            None
        };
        let (categories, mut permits) = (prepared.contents.categories(), permits.iter());
        let accounts = accounts.into_iter().zip(&verdicts).map(|(account, verdict)| {
            let permit = verdict.decision.as_ref().ok().and_then(|_| permits.next());
            let mut account = match (permit, &faults) {
                (None, _) => account,
                (Some(permit), None) if verdict.keyless.is_some() => {
                    let why = InVain { cause: NO_KEY, ..InVain::default() };
                    account.permitted_in_vain(permit, categories, why)
                }
                (Some(permit), None) => account.permitted(permit, categories),
                (Some(permit), Some(faults)) => {
                    let why = content_not_allowed(permit, prepared.dataset, faults);
                    account.permitted_in_vain(permit, categories, why)
                }
            };
            (account.shared.packet, account.for_sender.packet) = (None, None);
            account
        });
        let accounts: Vec<Account> = accounts.collect();
        let undecided = verdicts.iter().filter_map(|verdict: &Foreseen| match &verdict.decision {
            Err(refusal) if refusal.kind == RefusalKind::PolicyFault => Some((verdict.at, refusal.clone())),
            Err(_) | Ok(_) => None,
        });
        let undecided: Vec<_> = undecided.collect();
        if !undecided.is_empty() {
            return Err(No::For(PushError::Refused(undecided), accounts));
        }
        match faults {
            Some(faults) => Err(No::For(PushError::Invalid(faults), accounts)),
            None => Ok((verdicts, accounts)),
        }
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        (verdicts, accounts): Self::Ruling,
    ) -> Result<(Change<Record>, Vec<Foreseen>), Trouble> {
        Ok((Change::new(at, Record, accounts)?, verdicts))
    }

    fn outcome(
        &self,
        _: &At<'_, Caller>,
        mut verdicts: Vec<Foreseen>,
        done: Committed<Done<()>>,
    ) -> Result<Reached<Vec<Foreseen>>, Trouble> {
        for (verdict, evidence) in verdicts.iter_mut().zip(&done.get().evidence) {
            verdict.index = evidence.index;
        }
        Ok(Reached::Here(verdicts))
    }
}
