//! What every party may know: who takes part, by which keys, and which datasets there are.

use super::{Exchange, caller::Caller, trouble::Trouble};
use crate::{
    domain::{code::DatasetCode, party::PartyId},
    policy::{dataset::Dataset, permit::Refusal, routes::RouteAction},
    store::read::{KeyRow, PartyRow},
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
    /// Everyone who takes part and is not blocked.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn parties(&self, caller: &Caller) -> Result<Vec<PartyRow>, DirectoryError> {
        self.catalogue_route(caller).await?;
        Ok(caller.register().parties().filter(|party| !party.blocked).cloned().collect())
    }

    /// The keys of a party as they stand now, the oldest first.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn keys_of(&self, caller: &Caller, party: PartyId) -> Result<Vec<KeyRow>, DirectoryError> {
        self.catalogue_route(caller).await?;
        if caller.register().party(&party).is_none() {
            return Err(DirectoryError::NotFound);
        }
        let now = self.clock.now();
        Ok(caller.register().keys(&party).iter().cloned().map(|key| key.at(now)).collect())
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
