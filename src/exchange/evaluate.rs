//! What would be decided: judges the facts in the question alone, no stored person or packet.

use super::{Exchange, caller::Caller, entry::Account, trouble::Trouble};
use crate::{
    accesslog::entry::{Event, Outcome},
    domain::problem::Fault,
    policy::{
        explain::{Explanation, explain},
        permit::Refusal,
        routes::RouteAction,
        whatif::{Unasked, WhatIf},
    },
};

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The question lacks what makes it one.
    #[error(transparent)]
    Unasked(#[from] Unasked),
    /// The role may not ask.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl Exchange {
    /// Judges a question and says why. It is in the log as a question.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub async fn evaluate(&self, caller: &Caller, question: &WhatIf) -> Result<Explanation, EvaluateError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Evaluate, now).await?.map_err(EvaluateError::Refused)?;
        let answer = explain(&self.tools.engine, question, now)?;
        let outcome = if answer.permitted { Outcome::Permitted } else { Outcome::Refused };
        let mut account = Account::of(Event::Evaluated, outcome);
        account.sender = Some(caller.party());
        account.for_sender.dataset.clone_from(&question.dataset);
        account.for_sender.purpose.clone_from(&question.purpose);
        account.for_sender.basis.clone_from(&answer.basis);
        account.for_sender.conditions = answer.reasons.iter().map(|reason| reason.code.to_string()).collect();
        account.for_sender.policy_digest = Some(answer.policy_digest);
        self.note(caller, vec![account]).await?;
        Ok(answer)
    }

    /// Notes in the log a question that names nothing which could be judged: the answer to it is no.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub async fn note_not_asked(&self, caller: &Caller, reasons: &[Fault]) -> Result<(), EvaluateError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Evaluate, now).await?.map_err(EvaluateError::Refused)?;
        let mut account = Account::of(Event::Evaluated, Outcome::Refused);
        account.sender = Some(caller.party());
        account.for_sender.conditions = reasons.iter().map(|reason| reason.code.to_string()).collect();
        account.for_sender.policy_digest = Some(self.tools.policy_digest());
        self.note(caller, vec![account]).await?;
        Ok(())
    }
}
