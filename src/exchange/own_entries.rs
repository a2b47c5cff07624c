//! A party's own account: the entries in which it figures, with its parts, each provable by itself.

use super::{Exchange, caller::Caller, receipts::tlog_proof, trouble::Trouble};
use crate::{
    accesslog::{entry, own::OwnEntry},
    policy::{permit::Refusal, routes::RouteAction},
    store::read::Page,
};

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The role may not read it.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl Exchange {
    /// The caller's parts of the log after a cursor, with the proof of each entry. A party reading its own receipts is
    /// not itself an entry.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn own_entries(
        &self,
        caller: &Caller,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<OwnEntry>, AccountError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Entries, now).await?.map_err(AccountError::Refused)?;
        let page = self.store.entries(&caller.party(), after, limit).await.map_err(Trouble::from)?;
        let mut items = Vec::new();
        for row in page.items {
            let evidence = self.store.evidence(row.index).await.map_err(Trouble::from)?;
            let proof = tlog_proof(&evidence.ok_or(Trouble::Inconsistent("an entry without evidence"))?)?;
            let mut parts = Vec::new();
            for body in &row.bodies {
                let opened =
                    entry::open_part(body.part, &body.commitment, &body.sealed, &self.tools.at_rest());
                parts.push(opened.map_err(Trouble::from)?);
            }
            items.push(OwnEntry::new(row.index, &row.leaf, &parts, &proof));
        }
        Ok(Page { items, next: page.next })
    }
}
