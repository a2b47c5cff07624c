//! The controller decides upon an objection or a restriction.

use jiff::{Timestamp, civil::Date};

use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    facts::{Reading, party_facts},
    ledger::Account,
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
        read::{DecisionRow, DeclarationRow},
        write::{DecideDeclaration, Write},
        writer::error::{Conflict, WriteError},
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
        id: DeclarationId,
        ruling: &Ruling,
    ) -> Result<DecisionGiven, DecideError> {
        let now = self.clock.now();
        let party = party_facts(caller.register(), caller.party(), now, &mut Reading::default());
        let found = self.store.declaration(id).await.map_err(Trouble::from)?;
        let Some(declaration) = found.as_ref().filter(|row| row.recorder == caller.party()) else {
            self.note_stranger_to_declaration(caller, Event::DecideDeclaration, id, found.as_ref()).await?;
            return Err(DecideError::NotFound);
        };
        let part = Part {
            declaration: Some(id),
            declaration_kind: Some(declaration.kind),
            verdict: Some(ruling.verdict),
            dataset: Some(declaration.dataset.clone()),
            purpose: declaration.purpose.clone(),
            recipient: declaration.towards,
            ..Part::default()
        };
        let facts = DecisionFacts { kind: declaration.kind, verdict: ruling.verdict };
        let mut about = Account { sender: Some(caller.party()), ..Account::default() };
        about.person = Some(declaration.person);
        about.for_sender = part.clone();
        let context = RouteContext::deciding(now, facts);
        let may = self.may_in(caller, RouteAction::Decide, &party, context, about).await?;
        may.map_err(DecideError::Refused)?;
        let faults = wrong_with(ruling, declaration, now);
        if !faults.is_empty() {
            return Err(DecideError::Invalid(faults));
        }
        let mut account = Account::of(Event::DecideDeclaration, Outcome::Recorded);
        account.sender = Some(caller.party());
        account.person = Some(declaration.person);
        account.for_sender = Part { cause: Some(ruling.reason.to_string()), ..part };
        let entry = self.entry(caller, account.clone())?;
        let effect = DecideDeclaration {
            id,
            recorder: caller.party(),
            verdict: ruling.verdict,
            reason: ruling.reason.clone(),
            on: ruling.on,
        };
        match self.writer.submit(Write::new(effect, vec![entry])).await {
            Ok(done) => {
                let decided = done.into_inner().outcome;
                Ok(DecisionGiven { at: decided.at, index: decided.index })
            }
            Err(WriteError::Conflict(Conflict::NotFound)) => Err(DecideError::NotFound),
            Err(WriteError::Conflict(Conflict::State)) => Err(DecideError::AlreadyDecided),
            Err(WriteError::Conflict(Conflict::Withdrawn)) => {
                self.note_ended(caller, vec![account], Ended::Withdrawn).await?;
                Err(DecideError::Gone)
            }
            Err(error) => Err(Trouble::from(error).into()),
        }
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
    if ruling.on < amsterdam_date(declaration.given_at) {
        faults.push(Fault::at(
            "/decidedOn",
            "before-the-declaration",
            "Deze dag ligt voor de dag van de verklaring.",
            "This day lies before that of the declaration.",
        ));
    }
    faults
}
