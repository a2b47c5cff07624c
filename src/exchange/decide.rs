//! The controller decides upon an objection or a restriction.

use jiff::{Timestamp, civil::Date};

use super::{
    Exchange,
    caller::Caller,
    entry::Account,
    not_found::no_declaration,
    perform::{At, Change, No, Operation, Reached, Turned},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{
        clock::amsterdam_date, code::ReasonCode, declaration::Verdict, id::DeclarationId, problem::Fault,
    },
    policy::{
        permit::Refusal,
        routes::{DecisionFacts, RouteAction, RouteContext},
    },
    store::{
        Committed,
        read::{DecisionRow, DeclarationRow},
        snapshot::Needs,
        write::{DecideDeclaration, Decided},
        writer::{error::Conflict, job::Done},
    },
};

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// It is wrong: every fault at once.
    #[error("not valid")]
    Invalid(Vec<Fault>),
    /// There is no such declaration, or it was recorded by another.
    #[error("no such declaration")]
    NotFound,
    /// It was decided otherwise; a decision stands.
    #[error("decided otherwise")]
    AlreadyDecided,
    /// It was withdrawn: there is nothing left to decide.
    #[error("withdrawn")]
    Gone,
    /// The role may not do this, or not with this kind.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// What the controller decides.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// What.
    pub verdict: Verdict,
    /// Why, in the controller's own code.
    pub reason: ReasonCode,
    /// On which day.
    pub on: Date,
}

/// A decision as it was recorded.
#[derive(Debug, Clone, Copy)]
pub struct DecisionGiven {
    /// When it was recorded, the first time.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

impl From<Turned> for DecideError {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::NotFound => Self::NotFound,
            Turned::Gone(_) => Self::Gone,
            Turned::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl Exchange {
    /// Records what the controller decided upon an objection or a restriction that it recorded. What is dismissed or
    /// lifted stops nothing from this instant; what is upheld stays stopped until the person withdraws it, or the
    /// controller lifts the restriction. A repetition gives the first decision.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn decide_declaration(
        &self,
        caller: &Caller,
        declaration: DeclarationId,
        ruling: &Ruling,
    ) -> Result<DecisionGiven, DecideError> {
        self.perform(caller, &Decide { declaration, ruling }).await
    }
}

pub(super) struct Decide<'a> {
    pub(super) declaration: DeclarationId,
    pub(super) ruling: &'a Ruling,
}

impl Operation for Decide<'_> {
    type By = Caller;
    type Ruling = Account;
    type Effect = DecideDeclaration;
    type Kept = ();
    type Outcome = DecisionGiven;
    type Error = DecideError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { declarations: vec![self.declaration], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Account, No<DecideError>> {
        let found = at.facts.declaration(self.declaration);
        let Some(declaration) = found.filter(|row| row.recorder == at.by.party()) else {
            let account = no_declaration(at.by, Event::DecideDeclaration, self.declaration, found);
            return Err(No::not_found(account));
        };
        let part = Part {
            declaration: Some(declaration.id),
            declaration_kind: Some(declaration.said.kind),
            verdict: Some(self.ruling.verdict),
            dataset: Some(declaration.said.dataset.clone()),
            purpose: declaration.said.purpose.clone(),
            recipient: declaration.said.recipient(),
            municipality: declaration.said.municipality().cloned(),
            ..Part::default()
        };
        let facts = DecisionFacts {
            kind: declaration.said.kind,
            dataset: Some(&declaration.said.dataset),
            verdict: self.ruling.verdict,
        };
        let mut about = Account { sender: Some(at.by.party()), ..Account::default() };
        about.person = Some(declaration.person);
        about.for_sender = part.clone();
        at.require_in(RouteAction::Decide, RouteContext::deciding(at.now, facts), about)?;
        let faults = wrong_with(self.ruling, declaration, at.now);
        if !faults.is_empty() {
            return Err(No::For(DecideError::Invalid(faults), Vec::new()));
        }
        let mut account = Account::of(Event::DecideDeclaration, Outcome::Recorded);
        account.sender = Some(at.by.party());
        account.person = Some(declaration.person);
        account.for_sender = Part { cause: Some(self.ruling.reason.to_string()), ..part };
        Ok(account)
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        account: Account,
    ) -> Result<(Change<DecideDeclaration>, ()), Trouble> {
        let Ruling { verdict, reason, on } = self.ruling.clone();
        let effect = DecideDeclaration { id: self.declaration, recorder: at.by.party(), verdict, reason, on };
        Ok((Change::new(at, effect, vec![account])?, ()))
    }

    fn outcome(
        &self,
        _: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Decided>>,
    ) -> Result<Reached<DecisionGiven>, Trouble> {
        let Decided { at, index, .. } = done.into_inner().outcome;
        Ok(Reached::Here(DecisionGiven { at, index }))
    }

    fn met(&self, conflict: Conflict) -> Option<DecideError> {
        (conflict == Conflict::State).then_some(DecideError::AlreadyDecided)
    }
}

/// What was decided, and how it was recorded.
pub(super) fn taken(row: DecisionRow) -> (Ruling, DecisionGiven) {
    let ruling = Ruling { verdict: row.verdict, reason: row.reason, on: row.on };
    (ruling, DecisionGiven { at: row.at, index: row.index })
}

fn wrong_with(ruling: &Ruling, declaration: &DeclarationRow, now: Timestamp) -> Vec<Fault> {
    let mut faults = Vec::new();
    if ruling.on > amsterdam_date(now) {
        faults.push(Fault::at(
            "/decidedOn",
            "in-the-future",
            "Deze dag ligt in de toekomst.",
            "This day lies in the future.",
        ));
    }
    if ruling.on < amsterdam_date(declaration.said.given_at) {
        faults.push(Fault::at(
            "/decidedOn",
            "before-the-declaration",
            "Deze dag ligt voor de dag van de verklaring.",
            "This day lies before that of the declaration.",
        ));
    }
    faults
}
