//! What every party may know: who takes part, by which keys, and which datasets there are.

use super::{
    Exchange,
    caller::Caller,
    lists::{Window, page_of},
    meter::weights,
    trouble::Trouble,
};
use crate::{
    domain::{code::DatasetCode, party::PartyId},
    policy::{dataset::Dataset, permit::Refusal, routes::RouteAction},
    store::read::{KeyRow, Page, PartyRow},
};

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// There is no such thing.
    #[error("no such thing")]
    NotFound,
    /// The role may not read it.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl Exchange {
    /// Everyone who takes part and is not blocked, who came first at first. The cursor is a place in that order.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn parties(&self, caller: &Caller, window: Window) -> Result<Page<PartyRow>, DirectoryError> {
        self.catalogue_route(caller).await?;
        let mut all: Vec<&PartyRow> = caller.register().parties().collect();
        self.meter.count(caller.party(), weights::KEPT_ROW.times(all.len()));
        all.sort_by_key(|row| (row.registered, row.party));
        let page = page_of((1_u64..).zip(all).filter(|(_, row)| !row.blocked), window);
        Ok(Page { items: page.items.into_iter().cloned().collect(), next: page.next })
    }

    /// The keys of a party as they stand now, the oldest first. The cursor is a place in that order.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn keys_of(
        &self,
        caller: &Caller,
        party: PartyId,
        window: Window,
    ) -> Result<Page<KeyRow>, DirectoryError> {
        self.catalogue_route(caller).await?;
        if caller.register().party(&party).is_none() {
            return Err(DirectoryError::NotFound);
        }
        let now = self.clock.now();
        self.meter.count(caller.party(), weights::KEPT_ROW.times(caller.register().keys(&party).len()));
        let page = page_of((1_u64..).zip(caller.register().keys(&party)), window);
        let items = page.items.into_iter().cloned().map(|key| key.at(now)).collect();
        Ok(Page { items, next: page.next })
    }

    /// All datasets.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn datasets(&self, caller: &Caller) -> Result<Vec<&Dataset>, DirectoryError> {
        self.catalogue_route(caller).await?;
        Ok(self.tools.catalogue.datasets().collect())
    }

    /// One dataset.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn dataset(&self, caller: &Caller, code: &DatasetCode) -> Result<&Dataset, DirectoryError> {
        self.catalogue_route(caller).await?;
        self.tools.catalogue.dataset(code).ok_or(DirectoryError::NotFound)
    }

    async fn catalogue_route(&self, caller: &Caller) -> Result<(), DirectoryError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::ReadCatalogue, now).await?.map_err(DirectoryError::Refused)
    }
}
