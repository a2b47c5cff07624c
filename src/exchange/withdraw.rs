//! What was given is taken back: a declaration by a person, a packet by its sender.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Exchange,
    caller::Caller,
    declare::KeptFacts,
    ended::Ended,
    entry::Account,
    not_found::{no_declaration, no_packet},
    perform::{At, Change, No, Operation, Reached, from_turned},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::at_rest::Place,
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    policy::{
        permit::Refusal,
        routes::{DeclarationFacts, RouteAction, RouteContext},
    },
    store::{
        Committed,
        read::{CopyRow, DeclarationRow, DeclarationState},
        snapshot::Needs,
        write::{Stopped, WithdrawDeclaration, WithdrawPacket, Withdrawn},
        writer::job::Done,
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
    /// Copies that were handed over to the person, or to a party that is one no more. A gateway reaches parties only: the sender
    /// tells them.
    pub to_tell: Vec<(PacketId, PartyId)>,
    /// Who withdrew it, the first time; none of a packet.
    pub by: Option<Capacity>,
    /// The same wish, declared once more, that still stands: while it does, nothing is taken back towards that recipient.
    pub standing: Vec<StillStands>,
}

/// A declaration that says the same as one that was withdrawn.
#[derive(Debug, Clone, Copy)]
pub struct StillStands {
    /// The declaration.
    pub id: DeclarationId,
    /// Who gave it.
    pub given_by: Capacity,
    /// When.
    pub given_at: Timestamp,
}

impl TakenBack {
    fn of(time: Timestamp, index: Option<u64>, copies: &[Stopped], at: &At<'_, Caller>) -> Self {
        let is_reached = |copy: &Stopped| at.facts.register().party(&copy.party).is_some();
        let which = |is_one: &dyn Fn(&Stopped) -> bool| {
            copies.iter().filter(|copy| is_one(copy)).map(|copy| (copy.packet, copy.party)).collect()
        };
        Self {
            at: time,
            index,
            stopped: which(&|copy| !copy.collected),
            told: which(&|copy| copy.collected && is_reached(copy)),
            to_tell: which(&|copy| copy.collected && !is_reached(copy)),
            by: None,
            standing: Vec::new(),
        }
    }
}

from_turned!(WithdrawError);

impl Exchange {
    /// Withdraws a declaration that the caller recorded: what rests on it can no longer be collected from this instant;
    /// who has collected it is told.
    ///
    /// # Errors
    /// [`WithdrawError`].
    pub async fn withdraw_declaration(
        &self,
        caller: &Caller,
        declaration: DeclarationId,
        by: Capacity,
    ) -> Result<TakenBack, WithdrawError> {
        let mut taken = self.perform(caller, &TakeBackDeclaration { declaration, by }).await?;
        let withdrawn = self.store.declaration(declaration).await.map_err(Trouble::from)?;
        let withdrawn = withdrawn.ok_or(Trouble::Inconsistent("a withdrawn declaration is gone"))?;
        taken.by = withdrawn.withdrawn_by;
        taken.standing = self.standing_beside(&withdrawn, taken.at).await?;
        Ok(taken)
    }

    /// What the same party recorded of the same person, that says the same towards the same, and stands.
    async fn standing_beside(
        &self,
        withdrawn: &DeclarationRow,
        at: Timestamp,
    ) -> Result<Vec<StillStands>, Trouble> {
        let mut all = self.store.recorded_about(&withdrawn.recorder, withdrawn.person).await?;
        all.retain(|one| {
            let (one_said, said) = (&one.said, &withdrawn.said);
            let towards_the_same = match (&one_said.towards, &said.towards) {
                (Some(one), Some(other)) => one.names_the_same_as(other),
                (one, other) => one == other,
            };
            let purposes_meet =
                one_said.purpose.is_none() || said.purpose.is_none() || one_said.purpose == said.purpose;
            let same = one_said.kind == said.kind
                && one_said.dataset == said.dataset
                && towards_the_same
                && purposes_meet;
            let stands = one.state == DeclarationState::Given && one_said.holds_at(at);
            one.id != withdrawn.id && stands && same
        });
        let standing = |one: &DeclarationRow| StillStands {
            id: one.id,
            given_by: one.said.given_by,
            given_at: one.said.given_at,
        };
        Ok(all.iter().map(standing).collect())
    }

    /// Takes a packet back: who has not collected it no longer can, who has is told.
    ///
    /// # Errors
    /// [`WithdrawError`].
    pub async fn withdraw_packet(
        &self,
        caller: &Caller,
        packet: PacketId,
    ) -> Result<TakenBack, WithdrawError> {
        self.perform(caller, &TakeBackPacket { packet }).await
    }
}

pub(super) struct TakeBackDeclaration {
    pub(super) declaration: DeclarationId,
    pub(super) by: Capacity,
}

impl Operation for TakeBackDeclaration {
    type By = Caller;
    type Ruling = Account;
    type Effect = WithdrawDeclaration;
    type Kept = ();
    type Outcome = TakenBack;
    type Error = WithdrawError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { declarations: vec![self.declaration], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Account, No<WithdrawError>> {
        let found = at.facts.declaration(self.declaration);
        let Some(declaration) = found.filter(|row| row.recorder == at.by.party()) else {
            let account = no_declaration(at.by, Event::WithdrawDeclaration, self.declaration, found);
            return Err(No::not_found(account));
        };
        let mut account = Account::of(Event::WithdrawDeclaration, Outcome::Recorded);
        account.sender = Some(at.by.party());
        account.person = Some(declaration.person);
        account.for_sender = Part {
            declaration: Some(declaration.id),
            declaration_kind: Some(declaration.said.kind),
            capacity: Some(self.by),
            dataset: Some(declaration.said.dataset.clone()),
            recipient: declaration.said.recipient(),
            municipality: declaration.said.municipality().cloned(),
            ..Part::default()
        };
        if declaration.facts.is_none() {
            // Forgotten: what was withdrawn is answered again, and what lapsed has nothing left to withdraw.
            return match declaration.state {
                DeclarationState::Withdrawn => Ok(account),
                DeclarationState::Given | DeclarationState::Ended => Err(No::gone(account, Ended::Expired)),
            };
        }
        let kept = at.tools.kept_facts(declaration)?;
        let protection = kept.protection();
        let facts = DeclarationFacts {
            kind: declaration.said.kind,
            by: self.by,
            given_by: declaration.said.given_by,
            age: kept.birth_date.age_at(at.now),
            protection: &protection,
        };
        at.require_in(RouteAction::Withdraw, RouteContext::declaring(at.now, facts), account.clone())?;
        Ok(account)
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        account: Account,
    ) -> Result<(Change<WithdrawDeclaration>, ()), Trouble> {
        let effect = WithdrawDeclaration { id: self.declaration, recorder: at.by.party(), by: self.by };
        Ok((Change::new(at, effect, vec![account])?, ()))
    }

    fn outcome(
        &self,
        at: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Withdrawn>>,
    ) -> Result<Reached<TakenBack>, Trouble> {
        let withdrawn = done.into_inner().outcome;
        let index = (!withdrawn.repeated).then_some(withdrawn.index);
        Ok(Reached::Here(TakenBack::of(withdrawn.at, index, &withdrawn.copies, at)))
    }
}

pub(super) struct TakeBackPacket {
    pub(super) packet: PacketId,
}

impl Operation for TakeBackPacket {
    type By = Caller;
    type Ruling = Vec<Account>;
    type Effect = WithdrawPacket;
    type Kept = ();
    type Outcome = TakenBack;
    type Error = WithdrawError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { messages: vec![self.packet], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Vec<Account>, No<WithdrawError>> {
        at.require(RouteAction::WithdrawPacket)?;
        let found = at.facts.message(self.packet);
        let Some(packet) = found.filter(|packet| packet.sender == at.by.party()) else {
            return Err(No::not_found(no_packet(at.by, Event::WithdrawPacket, self.packet, found)));
        };
        let account = |row: &CopyRow| {
            let mut account = Account::of(Event::WithdrawPacket, Outcome::Recorded);
            account.shared = Part {
                packet: Some(packet.id),
                dataset: Some(packet.dataset.clone()),
                purpose: Some(packet.purpose.clone()),
                sender: Some(packet.sender),
                recipient: Some(row.party),
                municipality: row.municipality.clone(),
                ..account.shared
            };
            let (sender, recipient) = (Some(packet.sender), Some(row.party));
            Account { sender, recipient, person: Some(packet.person), ..account }
        };
        Ok(packet.copies.iter().map(account).collect())
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        accounts: Vec<Account>,
    ) -> Result<(Change<WithdrawPacket>, ()), Trouble> {
        let effect = WithdrawPacket { packet: self.packet, sender: at.by.party() };
        Ok((Change::new(at, effect, accounts)?, ()))
    }

    fn outcome(
        &self,
        at: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Vec<Stopped>>>,
    ) -> Result<Reached<TakenBack>, Trouble> {
        let done = done.into_inner();
        let index = done.evidence.first().map(|evidence| evidence.index);
        Ok(Reached::Here(TakenBack::of(done.time, index, &done.outcome, at)))
    }
}

impl Toolbox {
    fn kept_facts(&self, declaration: &DeclarationRow) -> Result<KeptFacts, Trouble> {
        let place = Place { table: "declaration", row: &declaration.id.to_string(), column: "facts" };
        let sealed =
            declaration.facts.as_ref().ok_or(Trouble::Inconsistent("a declaration without facts"))?;
        let kept: Zeroizing<Vec<u8>> = self.at_rest().open(place, sealed)?;
        serde_json::from_slice(&kept).map_err(|_| Trouble::Inconsistent("the facts of a declaration"))
    }
}
