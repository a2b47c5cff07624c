//! A party records what a person wants.

mod judge;
mod list;
mod reach;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use self::{
    judge::Parts,
    list::{Known, Whose},
};
use super::{
    Exchange,
    caller::Caller,
    facts::{Reading, party_facts},
    ledger::Account,
    push::{ATTEMPTS, Idempotency},
    recipients::Resolved,
    submission::Address,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::at_rest::Place,
    domain::{
        age::BirthDate,
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind},
        digest::Digest,
        id::{DeclarationId, PersonId},
        person::{Maatregel, PersonReference, Protection},
        problem::Fault,
    },
    policy::{
        permit::Refusal,
        routes::{DeclarationFacts, RouteAction, RouteContext},
    },
    store::{
        write::{Declare, Declared, Evidenced, IdempotencyKey, Made, NewPerson, Write},
        writer::{Conflict, WriteError},
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

/// What is kept of the person with a declaration, under the at-rest key: who may withdraw it depends on the age.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptFacts {
    pub(super) birth_date: BirthDate,
    pub(super) handelingsbekwaam: bool,
    pub(super) maatregel: BTreeSet<Maatregel>,
    pub(super) onbevoegd_voor_deze: bool,
}

impl KeptFacts {
    fn of(wish: &Wish) -> Self {
        Self {
            birth_date: wish.birth_date.clone(),
            handelingsbekwaam: wish.protection.handelingsbekwaam,
            maatregel: wish.protection.maatregel.clone(),
            onbevoegd_voor_deze: wish.protection.onbevoegd_voor_deze,
        }
    }

    pub(super) fn protection(&self) -> Protection {
        Protection {
            handelingsbekwaam: self.handelingsbekwaam,
            maatregel: self.maatregel.clone(),
            onbevoegd_voor_deze: self.onbevoegd_voor_deze,
        }
    }
}

/// A recorded declaration.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its identifier.
    pub id: DeclarationId,
    /// The index of the entry.
    pub index: u64,
}

/// Why a declaration was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// It is wrong: every fault at once.
    #[error("not valid")]
    Invalid(Vec<Fault>),
    /// Who declares may not, on this date.
    #[error("refused")]
    Refused(Refusal),
    /// The key was used for another body.
    #[error("the Idempotency-Key was used for another body")]
    KeyReused,
    /// There is no such declaration, or it was recorded by another.
    #[error("no such declaration")]
    NotFound,
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
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
        let key = match idempotency {
            None => None,
            Some(given) => {
                let key = IdempotencyKey {
                    key: self.key_hmac(caller, given)?,
                    body: self.body_hmac(caller, given)?,
                };
                if let Some(earlier) = self.declared_before(caller, &key).await? {
                    return Ok(earlier);
                }
                Some(key)
            }
        };
        let (towards, faults) = self.judge_declaration(caller, &wish.parts(), now);
        if !faults.is_empty() {
            return Err(DeclareError::Invalid(faults));
        }
        for _ in 0..ATTEMPTS {
            if let Some(recorded) = self.keep(caller, wish, towards.as_ref(), key.clone()).await? {
                return Ok(recorded);
            }
        }
        Err(Trouble::Restless.into())
    }

    /// A declaration that the caller recorded, and what was decided upon it.
    ///
    /// # Errors
    /// [`DeclareError::NotFound`] for all others.
    pub async fn declaration(&self, caller: &Caller, id: DeclarationId) -> Result<Known, DeclareError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::ReadDeclaration, now).await?.map_err(DeclareError::Refused)?;
        let found = self.store.declaration(id).await.map_err(Trouble::from)?;
        let Some(row) = found.as_ref().filter(|row| row.recorder == caller.party()) else {
            self.note_stranger_to_declaration(caller, Event::Lookup, id, found.as_ref()).await?;
            return Err(DeclareError::NotFound);
        };
        Ok(self.known(row.clone()).await?)
    }

    /// What the same key and body recorded before.
    async fn declared_before(
        &self,
        caller: &Caller,
        key: &IdempotencyKey,
    ) -> Result<Option<Recorded>, DeclareError> {
        let known = self.store.by_idempotency_key(&caller.party(), &key.key).await.map_err(Trouble::from)?;
        let id = match known {
            None => return Ok(None),
            Some((body, Made::Declaration(id))) if body == key.body => id,
            Some(_) => return Err(DeclareError::KeyReused),
        };
        let row = self.store.declaration(id).await.map_err(Trouble::from)?;
        let row = row.ok_or(Trouble::Inconsistent("a replayed declaration is gone"))?;
        Ok(Some(Recorded { id, index: row.recorded_index }))
    }

    async fn keep(
        &self,
        caller: &Caller,
        wish: &Wish,
        towards: Option<&Resolved>,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Option<Recorded>, DeclareError> {
        let now = self.clock.now();
        let party = party_facts(caller.register(), caller.party(), now, &mut Reading::default());
        let purpose = wish.purpose.as_ref().map_or("", Purpose::as_str);
        let pseudonyms = self.pseudonyms_of(caller.party(), &wish.reference, purpose);
        let known = self.store.person(&pseudonyms).await.map_err(Trouble::from)?;
        let facts = DeclarationFacts {
            kind: wish.kind,
            by: wish.given_by,
            given_by: wish.given_by,
            age: wish.birth_date.age_at(now),
            protection: &wish.protection,
        };
        let context = RouteContext::declaring(now, facts);
        let id = DeclarationId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?;
        let mut about = Account { sender: Some(caller.party()), person: known, ..Account::default() };
        about.for_sender.declaration_kind = Some(wish.kind);
        about.for_sender.capacity = Some(wish.given_by);
        let may = self.may_in(caller, RouteAction::Declare, &party, context, about).await?;
        may.map_err(DeclareError::Refused)?;
        let person = match known {
            Some(person) => person,
            None => PersonId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?,
        };
        let mut account = Account::of(Event::Declare, Outcome::Recorded);
        account.sender = Some(caller.party());
        account.person = Some(person);
        account.for_sender = Part {
            declaration: Some(id),
            declaration_kind: Some(wish.kind),
            capacity: Some(wish.given_by),
            evidence: Some(wish.evidence),
            dataset: Some(wish.dataset.clone()),
            purpose: wish.purpose.clone(),
            recipient: towards.map(|towards| towards.party),
            municipality: towards.and_then(|towards| towards.municipality.clone()),
            ..Part::default()
        };
        let entry = self.entry(caller, account)?;
        let kept = Zeroizing::new(
            serde_json::to_vec(&KeptFacts::of(wish)).map_err(|_| Trouble::Inconsistent("facts"))?,
        );
        let place = Place { table: "declaration", row: &id.to_string(), column: "facts" };
        let midnight = crate::domain::clock::amsterdam_midnight;
        let effect = Declare {
            id,
            person: NewPerson { id: person, scope: caller.party(), pseudonyms },
            kind: wish.kind,
            dataset: wish.dataset.clone(),
            purpose: wish.purpose.clone(),
            towards: towards.map(|towards| towards.party),
            municipality: towards.and_then(|towards| towards.municipality.clone()),
            given_by: wish.given_by,
            given_at: midnight(wish.given_at),
            until: wish.until.map(midnight),
            explicit: wish.explicit,
            evidence: Evidenced {
                kind: wish.evidence,
                digest: wish.evidence_digest,
                recorded_on: wish.recorded_on,
            },
            facts: Some(self.at_rest().seal(place, &kept, self.entropy.as_ref()).map_err(Trouble::from)?),
            recorder: caller.party(),
            idempotency,
        };
        match self.writer.submit(Write::new(effect, vec![entry])).await {
            Ok(done) => {
                let Declared { id, index, .. } = done.into_inner().outcome;
                Ok(Some(Recorded { id, index }))
            }
            Err(WriteError::Conflict(Conflict::KeyReused)) => Err(DeclareError::KeyReused),
            Err(error) if error.may_decide_again() => Ok(None),
            Err(error) => Err(Trouble::from(error).into()),
        }
    }
}
