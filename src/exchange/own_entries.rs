//! A party's own account: the entries in which it figures, with its parts, each provable by itself.

use super::{Exchange, caller::Caller, meter::weights, receipts::tlog_proof, trouble::Trouble};
use crate::{
    accesslog::{
        entry::{self, OpenedPart, PartName},
        own::OwnEntry,
    },
    domain::party::PartyId,
    policy::{permit::Refusal, routes::RouteAction},
    store::read::{EntryRow, Page},
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
        self.meter.count(caller.party(), weights::ENTRY.times(page.items.len()));
        let mut items = Vec::new();
        for row in page.items {
            let evidence = self.store.evidence(row.index).await.map_err(Trouble::from)?;
            let proof = tlog_proof(&evidence.ok_or(Trouble::Inconsistent("an entry without evidence"))?)?;
            let parts = self.own_parts(&row, &caller.party());
            items.push(OwnEntry::new(row.index, &row.leaf, (&row.commitments, &parts), &proof));
        }
        Ok(Page { items, next: page.next })
    }

    /// What a party may read of an entry, opened. A row of the database lets nobody in: a part that is not this party's
    /// stays closed, and without one of its own so does what is shared. Nor does a part that cannot be read take the
    /// party's account away: it is left out, and said where the operator looks.
    fn own_parts(&self, row: &EntryRow, party: &PartyId) -> Vec<OpenedPart> {
        let at_rest = self.tools.at_rest();
        let (mut shared, mut own) = (None, Vec::new());
        for body in &row.bodies {
            let opened = entry::open_part(body.part, &body.commitment, &body.sealed, &at_rest);
            let says = opened.as_ref().ok().and_then(|opened| opened.part().ok());
            let (Ok(opened), Some(says)) = (opened, says) else {
                tracing::error!(index = row.index, part = %body.part, error_code = "entry_body", "a part of an entry cannot be read");
                continue;
            };
            // An absent part is nobody's: whoever is its reader, it says so itself.
            let is_own = says.and_then(|says| says.reader) == Some(*party);
            match body.part {
                PartName::Shared => shared = Some(opened),
                PartName::Sender | PartName::Recipient | PartName::OnBehalf if is_own => own.push(opened),
                _ => {
                    tracing::error!(index = row.index, part = %body.part, error_code = "entry_reader", "a row lets a party read a part that is not its own");
                }
            }
        }
        if own.is_empty() { own } else { shared.into_iter().chain(own).collect() }
    }
}
