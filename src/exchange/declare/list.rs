//! What a party recorded, so that taking back is as easy as giving (AVG 7(3)).

use jiff::Timestamp;

use super::{Account, DeclareError, Event, Exchange, Outcome, Trouble};
use crate::{
    domain::{code::Purpose, declaration::DeclarationKind, person::PersonReference},
    exchange::{
        caller::Caller,
        decide::{self, DecisionGiven, Ruling},
        lists::{Window, page_of},
        meter::weights,
        search::unknown_purpose,
    },
    policy::routes::RouteAction,
    store::read::{DeclarationRow, DeclarationState, Page},
};

/// A declaration that the caller recorded, and what was decided upon it.
#[derive(Debug)]
pub struct RecordedWish {
    /// The declaration, with its state of now: one that has run out has ended.
    pub row: DeclarationRow,
    /// The controller's decisions, the last one last.
    pub decisions: Vec<(Ruling, DecisionGiven)>,
}

/// About whom declarations are looked for.
#[derive(Debug)]
pub struct Whose {
    /// By what the caller calls the person.
    pub reference: PersonReference,
    /// Within which purpose, where that is a persoonsgebonden nummer.
    pub purpose: Option<Purpose>,
}

impl Exchange {
    /// What the caller recorded, after a cursor. A party's own list, so reading it is no entry.
    ///
    /// # Errors
    /// [`DeclareError`].
    pub async fn declarations(
        &self,
        caller: &Caller,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<RecordedWish>, DeclareError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::ReadDeclaration, now).await?.map_err(DeclareError::Refused)?;
        let page = self.store.recorded(&caller.party(), after, limit).await.map_err(Trouble::from)?;
        self.meter.count(caller.party(), weights::ROW.times(page.items.len()));
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            items.push(self.known(row, now).await?);
        }
        Ok(Page { items, next: page.next })
    }

    /// What the caller recorded about one person, the oldest first. As every search for a person, it is an entry.
    ///
    /// # Errors
    /// [`DeclareError`].
    pub async fn declarations_about(
        &self,
        caller: &Caller,
        whose: &Whose,
        window: Window,
    ) -> Result<Page<RecordedWish>, DeclareError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::ReadDeclaration, now).await?.map_err(DeclareError::Refused)?;
        if whose.purpose.as_ref().is_some_and(|purpose| self.catalogue().purpose(purpose).is_none()) {
            return Err(DeclareError::Invalid(vec![unknown_purpose()]));
        }
        let party = caller.party();
        let purpose = whose.purpose.as_ref().map_or("", Purpose::as_str);
        let pseudonyms = self.tools.pseudonyms_of(party, &whose.reference, purpose);
        let person = self.store.person(&pseudonyms).await.map_err(Trouble::from)?;
        let mut account = Account::of(Event::Search, Outcome::Recorded);
        account.sender = Some(party);
        account.person = person;
        account.for_sender.purpose.clone_from(&whose.purpose);
        self.note(caller, vec![account]).await?;
        let rows = match person {
            Some(person) => self.store.recorded_about(&party, person).await.map_err(Trouble::from)?,
            None => Vec::new(),
        };
        self.meter.count(party, weights::ROW.times(rows.len()));
        let page = page_of(rows.into_iter().map(|row| (row.recorded_index, row)), window);
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            items.push(self.known(row, now).await?);
        }
        Ok(Page { items, next: page.next })
    }

    /// Only upon an objection or a restriction is anything decided.
    pub(super) async fn known(
        &self,
        mut row: DeclarationRow,
        now: Timestamp,
    ) -> Result<RecordedWish, Trouble> {
        if row.state == DeclarationState::Given && row.said.until.is_some_and(|until| until <= now) {
            row.state = DeclarationState::Ended;
        }
        let decided = matches!(row.said.kind, DeclarationKind::Bezwaar | DeclarationKind::Beperking);
        let decisions = if decided { self.store.decisions(row.id).await? } else { Vec::new() };
        Ok(RecordedWish { row, decisions: decisions.into_iter().map(decide::taken).collect() })
    }
}
