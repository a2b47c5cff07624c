//! A declaration is taken back by who may.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::outcome::{StillStands, TakenBack, WithdrawError};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::at_rest::Place,
    domain::{declaration::Capacity, id::DeclarationId},
    exchange::{
        Exchange,
        caller::Caller,
        declare::KeptFacts,
        ended::Ended,
        entry::Account,
        not_found::no_declaration,
        perform::{At, Change, No, Operation, Reached},
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::routes::{DeclarationFacts, RouteAction, RouteContext},
    store::{
        Committed,
        read::{DeclarationRow, DeclarationState},
        snapshot::Needs,
        write::{WithdrawDeclaration, Withdrawn},
        writer::job::Done,
    },
};

pub(in crate::exchange) struct TakeBackDeclaration {
    pub(in crate::exchange) declaration: DeclarationId,
    pub(in crate::exchange) by: Capacity,
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

impl Toolbox {
    fn kept_facts(&self, declaration: &DeclarationRow) -> Result<KeptFacts, Trouble> {
        let place = Place { table: "declaration", row: &declaration.id.to_string(), column: "facts" };
        let sealed =
            declaration.facts.as_ref().ok_or(Trouble::Inconsistent("a declaration without facts"))?;
        let kept: Zeroizing<Vec<u8>> = self.at_rest().open(place, sealed)?;
        serde_json::from_slice(&kept).map_err(|_| Trouble::Inconsistent("the facts of a declaration"))
    }
}

impl Exchange {
    /// What the same party recorded of the same person, that says the same towards the same, and stands.
    pub(super) async fn standing_beside(
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
}
