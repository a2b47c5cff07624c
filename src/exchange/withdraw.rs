//! What was given is taken back: a declaration by a person, a packet by its sender.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Exchange, caller::Caller, declare::KeptFacts, ended::Ended, facts::Reading, ledger::Account,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::at_rest::Place,
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PacketId},
        party::{PartyId, Role},
    },
    policy::{
        permit::Refusal,
        routes::{DeclarationFacts, RouteAction, RouteContext},
    },
    store::{
        read::{DeclarationRow, DeclarationState},
        write::{Stopped, WithdrawDeclaration, WithdrawPacket, Write},
        writer::error::{Conflict, WriteError},
    },
};

/// Why nothing was withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// There is no such thing, or it is another party's.
    #[error("no such thing")]
    NotFound,
    /// Who withdraws may not, on this date; or the role may not.
    #[error("refused")]
    Refused(Refusal),
    /// It has ended already by another cause.
    #[error("ended")]
    Gone(Ended),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// What a withdrawal did.
#[derive(Debug, Clone)]
pub struct TakenBack {
    /// Since when.
    pub at: Timestamp,
    /// The index of the entry; none when it had been withdrawn before.
    pub index: Option<u64>,
    /// Who can no longer collect.
    pub stopped: Vec<(PacketId, PartyId)>,
    /// Which party has collected already, and is told.
    pub told: Vec<(PacketId, PartyId)>,
    /// Copies that were handed over to the person. A gateway reaches parties only: the sender tells the person.
    pub to_tell: Vec<(PacketId, PartyId)>,
    /// Who withdrew it, the first time; none of a packet.
    pub by: Option<Capacity>,
    /// The same wish, declared once more, that still stands: while it does, nothing is taken back towards that recipient.
    pub standing: Vec<Standing>,
}

/// A declaration that says the same as one that was withdrawn.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The declaration.
    pub id: DeclarationId,
    /// Who gave it.
    pub given_by: Capacity,
    /// When.
    pub given_at: Timestamp,
}

impl TakenBack {
    fn of(at: Timestamp, index: Option<u64>, copies: &[Stopped]) -> Self {
        let which = |is_one: fn(&&Stopped) -> bool| {
            copies.iter().filter(is_one).map(|copy| (copy.packet, copy.party)).collect()
        };
        Self {
            at,
            index,
            stopped: which(|copy| !copy.collected),
            told: which(|copy| copy.collected && copy.party.role != Role::Betrokkene),
            to_tell: which(|copy| copy.collected && copy.party.role == Role::Betrokkene),
            by: None,
            standing: Vec::new(),
        }
    }
}

impl Exchange {
    /// Withdraws a declaration that the caller recorded: what rests on it can no longer be collected from this instant;
    /// who has collected it is told.
    ///
    /// # Errors
    /// [`WithdrawError`].
    pub async fn withdraw_declaration(
        &self,
        caller: &Caller,
        id: DeclarationId,
        by: Capacity,
    ) -> Result<TakenBack, WithdrawError> {
        let now = self.clock.now();
        let party = self.party_facts(caller.party(), now, &mut Reading::default()).await?;
        let found = self.store.declaration(id).await.map_err(Trouble::from)?;
        let Some(declaration) = found.as_ref().filter(|row| row.recorder == caller.party()) else {
            let event = Event::WithdrawDeclaration;
            self.note_stranger_to_declaration(caller, event, id, found.as_ref()).await?;
            return Err(WithdrawError::NotFound);
        };
        let kept = self.kept_facts(declaration)?;
        let protection = kept.protection();
        let facts = DeclarationFacts {
            kind: declaration.kind,
            by,
            given_by: declaration.given_by,
            age: kept.birth_date.age_at(now),
            protection: &protection,
        };
        let context = RouteContext::declaring(now, facts);
        let part = Part {
            declaration: Some(id),
            declaration_kind: Some(declaration.kind),
            capacity: Some(by),
            dataset: Some(declaration.dataset.clone()),
            recipient: declaration.towards,
            municipality: declaration.municipality.clone(),
            ..Part::default()
        };
        let mut account = Account::of(Event::WithdrawDeclaration, Outcome::Recorded);
        account.sender = Some(caller.party());
        account.person = Some(declaration.person);
        account.for_sender = part;
        let may = self.may_in(caller, RouteAction::Withdraw, &party, context, account.clone()).await?;
        may.map_err(WithdrawError::Refused)?;
        let entry = self.entry(caller, account)?;
        let effect = WithdrawDeclaration { id, recorder: caller.party(), by };
        match self.writer.submit(Write::new(effect, vec![entry])).await {
            Ok(done) => {
                let withdrawn = done.into_inner().outcome;
                let index = (!withdrawn.repeated).then_some(withdrawn.index);
                let mut taken = TakenBack::of(withdrawn.at, index, &withdrawn.copies);
                taken.by = declaration.withdrawn_by.or(Some(by));
                taken.standing = self.standing_beside(declaration, now).await?;
                Ok(taken)
            }
            Err(WriteError::Conflict(Conflict::NotFound)) => Err(WithdrawError::NotFound),
            Err(error) => Err(Trouble::from(error).into()),
        }
    }

    /// Takes a packet back: who has not collected it no longer can, who has is told.
    ///
    /// # Errors
    /// [`WithdrawError`].
    pub async fn withdraw_packet(&self, caller: &Caller, id: PacketId) -> Result<TakenBack, WithdrawError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::WithdrawPacket, now).await?.map_err(WithdrawError::Refused)?;
        let found = self.store.packet(id).await.map_err(Trouble::from)?;
        let Some(packet) = found.as_ref().filter(|packet| packet.sender == caller.party()) else {
            self.note_stranger(caller, Event::WithdrawPacket, id, found.as_ref()).await?;
            return Err(WithdrawError::NotFound);
        };
        let (mut entries, mut accounts) = (Vec::new(), Vec::new());
        for row in &packet.recipients {
            let mut account = Account::of(Event::WithdrawPacket, Outcome::Recorded);
            account.shared = Part {
                packet: Some(id),
                dataset: Some(packet.dataset.clone()),
                purpose: Some(packet.purpose.clone()),
                sender: Some(packet.sender),
                recipient: Some(row.party),
                municipality: row.municipality.clone(),
                ..account.shared
            };
            account.sender = Some(packet.sender);
            account.recipient = Some(row.party);
            account.person = Some(packet.person);
            entries.push(self.entry(caller, account.clone())?);
            accounts.push(account);
        }
        let effect = WithdrawPacket { packet: id, sender: caller.party() };
        match self.writer.submit(Write::new(effect, entries)).await {
            Ok(done) => {
                let done = done.into_inner();
                let index = done.evidence.first().map(|evidence| evidence.index);
                Ok(TakenBack::of(done.time, index, &done.outcome))
            }
            Err(WriteError::Conflict(Conflict::NotFound)) => Err(WithdrawError::NotFound),
            Err(error) => Err(match error.conflict().and_then(Ended::met) {
                Some(ended) => {
                    self.note_ended(caller, accounts, ended).await?;
                    WithdrawError::Gone(ended)
                }
                None => Trouble::from(error).into(),
            }),
        }
    }

    /// What the same party recorded of the same person, that says the same towards the same, and stands.
    async fn standing_beside(
        &self,
        withdrawn: &DeclarationRow,
        now: Timestamp,
    ) -> Result<Vec<Standing>, Trouble> {
        let mut all = self.store.recorded_about(&withdrawn.recorder, withdrawn.person).await?;
        all.retain(|one| {
            let about = |row: &DeclarationRow| (row.kind, row.dataset.clone());
            let towards = |row: &DeclarationRow| (row.towards, row.municipality.clone());
            let purposes_meet =
                one.purpose.is_none() || withdrawn.purpose.is_none() || one.purpose == withdrawn.purpose;
            let stands = one.state == DeclarationState::Given
                && one.given_at <= now
                && one.until.is_none_or(|until| until > now);
            let same = about(one) == about(withdrawn) && towards(one) == towards(withdrawn);
            one.id != withdrawn.id && stands && purposes_meet && same
        });
        Ok(all
            .iter()
            .map(|one| Standing { id: one.id, given_by: one.given_by, given_at: one.given_at })
            .collect())
    }

    fn kept_facts(&self, declaration: &DeclarationRow) -> Result<KeptFacts, Trouble> {
        let place = Place { table: "declaration", row: &declaration.id.to_string(), column: "facts" };
        let sealed =
            declaration.facts.as_ref().ok_or(Trouble::Inconsistent("a declaration without facts"))?;
        let kept: Zeroizing<Vec<u8>> = self.at_rest().open(place, sealed)?;
        serde_json::from_slice(&kept).map_err(|_| Trouble::Inconsistent("the facts of a declaration"))
    }
}
