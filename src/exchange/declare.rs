//! A party records what a person wants.

mod doubt;
mod error;
mod judge;
mod kept;
mod list;
mod parts;
mod reach;
mod towards;

use jiff::civil::Date;

pub(super) use self::kept::KeptFacts;
use self::towards::nobody_acts;
pub use self::{
    error::DeclareError,
    list::{RecordedWish, Whose},
    parts::Parts,
};
use super::{
    Exchange,
    caller::Caller,
    entry::Account,
    not_found::no_declaration,
    perform::{At, Change, No, Operation, Reached},
    push::Idempotency,
    submission::Address,
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::pseudonym::Pseudonym,
    domain::{
        age::BirthDate,
        clock::amsterdam_midnight,
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind, Towards},
        digest::Digest,
        id::DeclarationId,
        person::{PersonReference, Protection},
        problem::Fault,
    },
    policy::{
        carries::Intended,
        routes::{DeclarationFacts, RouteAction, RouteContext},
    },
    store::{
        Committed,
        read::Said,
        snapshot::Needs,
        write::{Declare, Declared, Evidenced, IdempotencyKey, Made, NewPerson},
        writer::{error::Conflict, job::Done},
    },
};

/// A declaration as handed in.
#[derive(Debug)]
pub struct Wish {
    /// What is declared.
    pub kind: DeclarationKind,
    /// By what the recorder calls the person.
    pub reference: PersonReference,
    /// When the person was born.
    pub birth_date: BirthDate,
    /// Which measures protect the person: they decide who declares.
    pub protection: Protection,
    /// About which dataset.
    pub dataset: DatasetCode,
    /// For which purpose; none is every purpose, which consent cannot be for.
    pub purpose: Option<Purpose>,
    /// Towards whom; none is everyone, which what a transfer rests on cannot be towards.
    pub towards: Option<Address>,
    /// Who declares.
    pub given_by: Capacity,
    /// On which day.
    pub given_at: Date,
    /// Until which day, that day not included.
    pub until: Option<Date>,
    /// Whether it was explicit.
    pub explicit: bool,
    /// On what it rests.
    pub evidence: EvidenceKind,
    /// The digest of the document.
    pub evidence_digest: Option<Digest>,
    /// When it was recorded.
    pub recorded_on: Date,
}

/// A recorded declaration.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its identifier.
    pub id: DeclarationId,
    /// The index of the entry.
    pub index: u64,
    /// What the recorder should know of it.
    pub notes: Vec<Fault>,
}

impl Exchange {
    /// Records a declaration. A repetition with the same key and body gives the same answer, and records nothing.
    ///
    /// # Errors
    /// [`DeclareError`].
    pub async fn declare(
        &self,
        caller: &Caller,
        wish: &Wish,
        idempotency: Option<&Idempotency>,
    ) -> Result<Recorded, DeclareError> {
        let now = self.clock.now();
        let party = caller.party();
        let key = idempotency.map(|given| {
            let (key, body) = (&given.key, &given.body);
            Ok::<_, Trouble>(IdempotencyKey {
                key: self.tools.key_hmac(party, key)?,
                body: self.tools.body_hmac(party, body)?,
            })
        });
        let key = key.transpose()?;
        let id = DeclarationId::new(now, self.tools.entropy.as_ref()).map_err(Trouble::from)?;
        let (towards, faults) = self.tools.judge_declaration(caller, &wish.parts(), now);
        self.perform(caller, &RecordWish { id, wish, towards, faults, key }).await
    }

    /// A declaration that the caller recorded, and what was decided upon it.
    ///
    /// # Errors
    /// [`DeclareError::NotFound`] for all others.
    pub async fn declaration(
        &self,
        caller: &Caller,
        id: DeclarationId,
    ) -> Result<RecordedWish, DeclareError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::ReadDeclaration, now).await?.map_err(DeclareError::Refused)?;
        let found = self.store.declaration(id).await.map_err(Trouble::from)?;
        let Some(row) = found.as_ref().filter(|row| row.recorder == caller.party()) else {
            self.note(caller, vec![no_declaration(caller, Event::Lookup, id, found.as_ref())]).await?;
            return Err(DeclareError::NotFound);
        };
        Ok(self.known(row.clone(), now).await?)
    }
}

pub(super) struct RecordWish<'a> {
    pub(super) id: DeclarationId,
    pub(super) wish: &'a Wish,
    pub(super) towards: Option<Towards>,
    /// What was recorded once is answered again, also when it would not be taken today.
    pub(super) faults: Vec<Fault>,
    pub(super) key: Option<IdempotencyKey>,
}

impl Operation for RecordWish<'_> {
    type By = Caller;
    type Ruling = ();
    type Effect = Declare;
    type Kept = ();
    type Outcome = Recorded;
    type Error = DeclareError;

    fn needs(&self, by: &Caller, tools: &Toolbox) -> Result<Needs, Trouble> {
        let made_under = self.key.as_ref().map(|key| (by.party(), key.key.clone()));
        // Of a number that may not be used nothing is derived.
        let pseudonyms = if self.faults.is_empty() { self.pseudonyms(by, tools) } else { Vec::new() };
        Ok(Needs { made_under, pseudonyms, ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<(), No<DeclareError>> {
        if let (Some((body, made)), Some(key)) = (at.facts.made(), &self.key) {
            let same = body == key.body && matches!(made, Made::Declaration(_));
            let reused = || No::For(DeclareError::KeyReused, Vec::new());
            return Err(if same { No::Before(made) } else { reused() });
        }
        let may = |by| {
            let facts = DeclarationFacts { by, given_by: by, ..self.facts() };
            at.refusal_in(RouteAction::Declare, RouteContext::declaring(at.now, facts)).is_none()
        };
        let idle = self.intended(at.by).and_then(|intended| at.tools.catalogue.idle(&intended, may));
        let wrong = |faults| Err(No::For(DeclareError::Invalid(faults), Vec::new()));
        if !self.faults.is_empty() {
            return wrong(self.faults.iter().cloned().chain(idle).collect());
        }
        let (sender, person) = (Some(at.by.party()), at.facts.person());
        let mut about = Account { sender, person, ..Account::default() };
        about.for_sender.declaration_kind = Some(self.wish.kind);
        about.for_sender.capacity = Some(self.wish.given_by);
        about.for_sender.dataset = Some(self.wish.dataset.clone());
        about.for_sender.recipient = self.towards.as_ref().and_then(Towards::party);
        about.for_sender.municipality = self.towards.as_ref().and_then(Towards::municipality).cloned();
        at.require_in(RouteAction::Declare, RouteContext::declaring(at.now, self.facts()), about)?;
        // Told after what the acts say of who declares at this age: that is the better answer.
        idle.map_or(Ok(()), |fault| wrong(vec![fault]))
    }

    fn change(&self, at: &At<'_, Caller>, (): ()) -> Result<(Change<Declare>, ()), Trouble> {
        let (wish, party) = (self.wish, at.by.party());
        let person = at.tools.person(at.facts.person(), at.now)?;
        let mut account = Account::of(Event::Declare, Outcome::Recorded);
        account.sender = Some(party);
        account.person = Some(person);
        account.for_sender = Part {
            declaration: Some(self.id),
            declaration_kind: Some(wish.kind),
            capacity: Some(wish.given_by),
            evidence: Some(wish.evidence),
            dataset: Some(wish.dataset.clone()),
            purpose: wish.purpose.clone(),
            recipient: self.towards.as_ref().and_then(Towards::party),
            municipality: self.towards.as_ref().and_then(Towards::municipality).cloned(),
            ..Part::default()
        };
        let effect = Declare {
            id: self.id,
            person: NewPerson { id: person, scope: party, pseudonyms: self.pseudonyms(at.by, at.tools) },
            said: Said {
                kind: wish.kind,
                dataset: wish.dataset.clone(),
                purpose: wish.purpose.clone(),
                towards: self.towards.clone(),
                given_by: wish.given_by,
                given_at: amsterdam_midnight(wish.given_at),
                until: wish.until.map(amsterdam_midnight),
                explicit: wish.explicit,
            },
            kept_for: at.tools.kept_for(&wish.dataset),
            evidence: Evidenced {
                kind: wish.evidence,
                digest: wish.evidence_digest,
                recorded_on: wish.recorded_on,
            },
            facts: Some(at.tools.keep_facts(self.id, wish)?),
            recorder: party,
            idempotency: self.key.clone(),
        };
        Ok((Change::new(at, effect, vec![account])?, ()))
    }

    fn outcome(
        &self,
        at: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Declared>>,
    ) -> Result<Reached<Recorded>, Trouble> {
        let Declared { id, index, .. } = done.into_inner().outcome;
        Ok(Reached::Here(Recorded { id, index, notes: self.notes(at, self.towards.as_ref()) }))
    }

    fn met(&self, conflict: Conflict) -> Option<DeclareError> {
        (conflict == Conflict::KeyReused).then_some(DeclareError::KeyReused)
    }

    async fn again(&self, exchange: &Exchange, by: &Caller, made: Made) -> Result<Recorded, DeclareError> {
        let Made::Declaration(id) = made else { return Err(DeclareError::KeyReused) };
        let needs = Needs { declarations: vec![id], ..Needs::default() };
        let facts = exchange.store.snapshot(needs).await.map_err(Trouble::from)?;
        let row = facts.declaration(id).ok_or(Trouble::Inconsistent("a replayed declaration is gone"))?;
        let at = At { by, now: exchange.clock.now(), facts: &facts, tools: &exchange.tools };
        let notes = self.notes(&at, row.said.towards.as_ref());
        Ok(Recorded { id, index: row.recorded_index, notes })
    }
}

impl RecordWish<'_> {
    /// What is told of it, as it is recorded towards whom: a repetition is told the same.
    fn notes(&self, at: &At<'_, Caller>, towards: Option<&Towards>) -> Vec<Fault> {
        let stops_nothing = |intended| at.tools.catalogue.stops_nothing(&intended);
        let stops_nothing = self.intended(at.by).and_then(stops_nothing);
        [stops_nothing, towards.and_then(nobody_acts), self.doubt(at)].into_iter().flatten().collect()
    }

    /// What the rules of who may declare ask of it.
    fn facts(&self) -> DeclarationFacts<'_> {
        DeclarationFacts {
            kind: self.wish.kind,
            by: self.wish.given_by,
            given_by: self.wish.given_by,
            // Who could give it is judged by the day on which it was given.
            age: self.wish.birth_date.age_on(self.wish.given_at),
            protection: &self.wish.protection,
        }
    }

    fn intended(&self, by: &Caller) -> Option<Intended<'_>> {
        let recipient = self.towards.as_ref().map(Towards::role);
        self.wish.parts().intended(by.party().role, recipient)
    }

    fn pseudonyms(&self, by: &Caller, tools: &Toolbox) -> Vec<Pseudonym> {
        let purpose = self.wish.purpose.as_ref().map_or("", Purpose::as_str);
        tools.pseudonyms_of(by.party(), &self.wish.reference, purpose)
    }
}
